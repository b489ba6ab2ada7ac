"""Make a private Python environment, once: a stamp in it tells whether it is what is asked for.

The stamp is completed last: after an install that was interrupted or failed it is not, and the next
run starts that environment over.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import interpreters

CLONE = Path(__file__).resolve().parent.parent

STAMP = "afterframe-setup.json"
LOG_FOLDER = ".venv-logs"

# What would make a child look outside its environment, or an installer write outside it.
LEAKING_PREFIXES = ("PYTHON", "CONDA_", "__PYVENV_")
LEAKING_NAMES = frozenset(
    {
        "VIRTUAL_ENV",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_CONSTRAINT",
        "PIP_REQUIREMENT",
        "PIP_REQUIRE_VIRTUALENV",
        "UV_CONSTRAINT",
        "UV_SYSTEM_PYTHON",
    }
)

# What pip and uv say, and what it means to the person in front of the screen.
KNOWN_FAILURES = (
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "Temporary failure in name resolution",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "ProxyError",
            "error sending request",
            "dns error",
        ),
        "The package registry could not be reached. Check the network connection (or the proxy) "
        "and try again.",
    ),
    (
        ("No space left on device", "not enough space on the disk"),
        "The disk is full. Free some space and try again.",
    ),
    (
        ("No matching distribution found", "No solution found", "ResolutionImpossible"),
        "The package registry did not offer a version that is needed for this Python: it is out of "
        "reach, or a mirror that does not hold everything.",
    ),
)


class SetupError(Exception):
    """The set-up cannot go on; the text says why and what to do, for the user to read."""


@dataclass(frozen=True)
class Environment:
    """What an environment has to be.

    `folder` is where it lives, `base` the interpreter it is made from and `version` that one's
    (major, minor), `requirements` what to install (arguments of `pip install`), `constraints` the
    file of versions beside this one. `declared` is whatever else decides what gets installed,
    `logs` the folder for what the installer says (None: one in the clone), `with_uv` False where
    only pip will do: it alone looks where a machine's own settings of pip say.
    """

    folder: Path
    base: str
    version: tuple[int, int]
    requirements: tuple[str, ...]
    constraints: str
    declared: str = ""
    extras: frozenset[str] = frozenset()
    clone: Path = CLONE
    logs: Path | None = None
    with_uv: bool = True

    @property
    def python(self) -> Path:
        """The environment's own interpreter."""
        if sys.platform == "win32":
            return self.folder / "Scripts" / "python.exe"
        return self.folder / "bin" / "python"

    @property
    def log(self) -> Path:
        """Where all that the installer says is kept."""
        logs = self.logs or self.clone / LOG_FOLDER
        return logs / f"{self.folder.name.removeprefix('.')}.log"

    @property
    def constraints_path(self) -> Path:
        """The file of versions."""
        return self.clone / "install" / self.constraints

    @property
    def identity(self) -> dict[str, str]:
        """A change of this means a new environment: its scripts hold its path and its Python."""
        return {"folder": str(self.folder), "python": interpreters.dotted(self.version)}

    @property
    def content(self) -> str:
        """A change of this means another install."""
        parts = (*self.requirements, self.declared, self.constraints_path.read_text("utf-8"))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def afterframe_environment(extras: frozenset[str], clone: Path = CLONE) -> Environment:
    """The clone's own `.venv`, with these extras of pyproject.toml besides those it already has."""
    folder = clone / ".venv"
    extras = extras | frozenset(_read_stamp(folder).get("extras", ()))
    project = tomllib.loads((clone / "pyproject.toml").read_text("utf-8"))
    deciding = (project["build-system"], project["project"], project["tool"]["hatch"])
    return Environment(
        folder=folder,
        base=interpreters.running(),
        version=sys.version_info[:2],
        requirements=("--editable", f".[{','.join(sorted(extras))}]" if extras else "."),
        constraints="constraints.txt",
        declared=json.dumps(deciding, sort_keys=True),
        extras=extras,
        clone=clone,
    )


def ensure(environment: Environment) -> None:
    """Make the environment what it has to be; at once if it already is. Raises SetupError."""
    if _is_ready(environment):
        return
    environment.log.parent.mkdir(exist_ok=True)
    with alone(environment.log.with_suffix(".lock")):
        if _is_ready(environment):  # made by the run that we waited for
            return
        _make_and_install(environment)


def make(environment: Environment, uv: str | None) -> None:
    """Make the environment with nothing in it, in place of whatever is there."""
    if uv is not None:
        command = [uv, "venv", "--no-project", "--python", environment.base]
    else:
        _demand_venv(environment)
        command = [environment.base, "-I", "-m", "venv"]
    say(f"Making {environment.folder} with Python {interpreters.dotted(environment.version)}")
    _remove(environment.folder)
    run_installer(
        [*command, str(environment.folder)], environment, "The environment could not be made."
    )


def install(environment: Environment, uv: str | None) -> None:
    """Install what is required, in the versions of the constraints."""
    command = [*_pip(environment, uv), "install"]
    if uv is not None:
        command += ["--python", str(environment.python)]
    else:
        command += ["--no-input", "--disable-pip-version-check"]
    command += ["--constraint", _constraints(environment), *environment.requirements]
    run_installer(command, environment, "The installation did not succeed.")


def build_wheel(environment: Environment, uv: str | None, folder: Path) -> Path:
    """Build the wheel of the clone with the environment's own tools; gives the file."""
    if uv is not None:
        command = [uv, "build", "--wheel", "--out-dir", str(folder), "."]
    else:
        command = [*_pip(environment, None), "wheel", "--no-deps", "--disable-pip-version-check"]
        command += ["--wheel-dir", str(folder), "."]
    run_installer(command, environment, "The package could not be built from this clone.")
    (wheel,) = folder.glob("*.whl")
    return wheel


def working_uv() -> str | None:
    """The program uv, where one is found that works."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    try:
        done = subprocess.run([uv, "--version"], capture_output=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return uv if done.returncode == 0 else None


def run_installer(command: list[str], environment: Environment, failure: str) -> None:
    """Run an installer in the clone with its words in the log; say in a sentence why it failed."""
    with environment.log.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n")
        log.flush()
        start = log.tell()
        done = subprocess.run(
            command,
            cwd=environment.clone,
            env=_installers_environ(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    if done.returncode == 0:
        return
    said = environment.log.read_text("utf-8", "replace")[start:]
    for signs, meaning in KNOWN_FAILURES:
        if any(sign in said for sign in signs):
            failure = meaning
            break
    raise SetupError(f"{failure} What the installer said is in {environment.log}")


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold an operating system lock, which a killed process cannot leave behind."""
    with lock.open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # it gives up after ten tries, one a second
                    continue
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Tell the user how far it is."""
    print(text, flush=True)


def clean_environ() -> dict[str, str]:
    """This process's environment variables without those that leak into another Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in LEAKING_NAMES and not name.startswith(LEAKING_PREFIXES)
    }
    return {**kept, "PYTHONNOUSERSITE": "1", "PIP_USER": "0"}


def _is_ready(environment: Environment) -> bool:
    stamp = _read_stamp(environment.folder)
    return (
        stamp.get("identity") == environment.identity
        and stamp.get("content") == environment.content
        and _starts(environment)
    )


def _make_and_install(environment: Environment) -> None:
    began = time.monotonic()
    uv = working_uv() if environment.with_uv else None
    environment.log.write_text("", "utf-8")
    if not _is_reusable(environment, uv):
        make(environment, uv)
    _write_stamp(environment, None)
    what = " ".join(part for part in environment.requirements if not part.startswith("-"))
    say(f"Installing {what} (the first time this takes a minute or more)")
    install(environment, uv)
    _write_stamp(environment, environment.content)
    say(f"{environment.folder.name} is ready ({time.monotonic() - began:.0f} s)")


def _is_reusable(environment: Environment, uv: str | None) -> bool:
    """Whether a new install may go on top of what is there.

    Not when it is half made, moved, or of another Python. One without a stamp was made by somebody
    else; it is taken over if it is whole.
    """
    stamp = _read_stamp(environment.folder)
    if stamp and (stamp.get("identity") != environment.identity or not stamp.get("content")):
        return False
    return _starts(environment) and (uv is not None or _starts(environment, "import pip"))


def _starts(environment: Environment, code: str = "pass") -> bool:
    if not environment.python.is_file():  # also a link to a Python that was removed
        return False
    check = f"import sys; assert sys.version_info[:2] == {environment.version}; {code}"
    command = [str(environment.python), "-I", "-c", check]
    try:
        done = subprocess.run(command, env=clean_environ(), capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _demand_venv(environment: Environment) -> None:
    """Debian ships Python without what makes an environment: say which package has it."""
    command = [environment.base, "-I", "-c", "import ensurepip, venv"]
    if subprocess.run(command, env=clean_environ(), capture_output=True).returncode != 0:
        version = interpreters.dotted(environment.version)
        raise SetupError(
            f"Python {version} ({environment.base}) comes without the module `venv`. Install it "
            f"(on Debian and Ubuntu: sudo apt-get install python{version}-venv), or install uv; "
            "then try again."
        )


def _remove(folder: Path) -> None:
    try:
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise SetupError(
            f"{folder} has to be made anew and could not be removed ({error}). Close the programs "
            "that use it and try again."
        ) from error


def _read_stamp(folder: Path) -> dict[str, Any]:
    try:
        stamp = json.loads((folder / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(environment: Environment, content: str | None) -> None:
    """`content` is None while the environment is in the making."""
    stamp = {
        "identity": environment.identity,
        "content": content,
        "extras": sorted(environment.extras),
    }
    (environment.folder / STAMP).write_text(json.dumps(stamp, indent=1), "utf-8")


def _pip(environment: Environment, uv: str | None) -> list[str]:
    return [uv, "pip"] if uv is not None else [str(environment.python), "-I", "-m", "pip"]


def _constraints(environment: Environment) -> str:
    """From the clone, where installers run: they split some variables at spaces, this has none."""
    return environment.constraints_path.relative_to(environment.clone).as_posix()


def _installers_environ(environment: Environment) -> dict[str, str]:
    constraints = _constraints(environment)
    return {
        **clean_environ(),
        "PIP_CONSTRAINT": constraints,  # the way to pin build requirements until pip 25.2
        "PIP_BUILD_CONSTRAINT": constraints,
        "UV_BUILD_CONSTRAINT": constraints,
        # As pip does: the pinned version from whichever index has it, not from the first alone.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
