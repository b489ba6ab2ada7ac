"""The command `afterframe` of whichever engine is in use: one file whose path never changes.

It holds a hash of its own text, so that one that somebody changed is known from every one that we
ever wrote, and is kept.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from pathlib import Path, PureWindowsPath

from environments import say
from manifest import part_of, write_whole

from afterframe_hosts.wire.system import data_folder

SIGNED = " Afterframe's, written anew at every switch of engines. SHA-256 of what follows: "

POSIX = """\
[ -x {python} ] || {{ echo {broken} >&2; exit 1; }}
exec {python} -I -m afterframe.cli.main "$@"
"""
# Found from where it lies: a batch file is read in the console's code page, which may not have the
# letters of the user's name. And one that is replaced while it runs must not be read any further.
WINDOWS = """\
@setlocal DisableDelayedExpansion
@if not exist "%~dp0..\\{python}" echo {broken} 1>&2& exit /b 1
@"%~dp0..\\{python}" -I -m afterframe.cli.main %* & exit /b
"""
BROKEN = "The installed Afterframe is broken. Mend it with: python3 {tool} engine --repair"


def launcher_path() -> Path:
    """Where the launcher lies."""
    return data_folder() / "bin" / ("afterframe.cmd" if sys.platform == "win32" else "afterframe")


def write(python: Path, tool: Path) -> None:
    """Let the launcher start this Python; where that fails the engine is in use all the same.

    `tool` is the script that mends the engine. A file that is not ours stays, and is told.
    """
    path = launcher_path()
    if os.path.lexists(path) and not _is_ours(path):
        say(f"{path} is not as it was written, and stays. Delete it and run --repair for ours.")
        return
    try:
        write_whole(path, compose(python, tool), executable=True)
    except OSError as error:
        say(f"{path} could not be written ({error}). Mend that and run --repair.")


def starts(python: Path, tool: Path) -> bool:
    """Whether the launcher starts this Python."""
    return _read(launcher_path()) == compose(python, tool)


def remove() -> list[Path]:
    """Remove the launcher; gives what is there and is not ours."""
    path = launcher_path()
    part_of(path).unlink(missing_ok=True)
    if _is_ours(path):
        path.unlink()
    return [path] if os.path.lexists(path) else []


def compose(python: Path, tool: Path) -> str:
    """The text of the launcher. Both lie in the data folder."""
    if sys.platform == "win32":
        body = compose_windows(
            *(PureWindowsPath(p.relative_to(data_folder())) for p in (python, tool))
        )
        return f"@rem{SIGNED}{_hash(body)}\n{body}"
    broken = BROKEN.format(tool=quoted(tool))
    body = POSIX.format(python=quoted(python), broken=shlex.quote(broken))
    return f"#!/bin/sh\n#{SIGNED}{_hash(body)}\n{body}"


def compose_windows(python: PureWindowsPath, tool: PureWindowsPath) -> str:
    """What follows the hash on Windows. Paths below the data folder, which hold engines' names."""
    broken = BROKEN.format(tool=f'"%~dp0..\\{tool}"')
    return WINDOWS.format(python=python, broken=broken)


def quoted(path: Path) -> str:
    """A path as it is typed at a prompt."""
    return f'"{path}"' if sys.platform == "win32" else shlex.quote(str(path))


def _is_ours(path: Path) -> bool:
    signed, _, body = _read(path).partition("\n")
    if signed == "#!/bin/sh":
        signed, _, body = body.partition("\n")
    return signed.endswith(f"{SIGNED}{_hash(body)}")


def _read(path: Path) -> str:
    """The text of a plain file; "" of anything else."""
    try:
        return "" if path.is_symlink() else path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogateescape")).hexdigest()
