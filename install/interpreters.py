"""Find a Python on this machine by its version. In the syntax of Python 3.6 (see bootstrap.py)."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

# In the order of preference when the running one does not fit: most of the testing is on 3.11.
SUPPORTED = ((3, 11), (3, 13), (3, 12))

PROBE = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
PROBE_SECONDS = 20
MAKES_ENVIRONMENTS = "import ensurepip, venv; "


def running() -> str:
    """The interpreter that runs now; in a virtual environment, the one it was made from."""
    return getattr(sys, "_base_executable", None) or sys.executable


def find(versions: "tuple[tuple[int, int], ...]") -> "str | None":
    """The path of a Python of one of these (major, minor) versions, the first that starts.

    The running one comes first if it is of them. A launcher that is there but does not start (a
    pyenv shim of a version that is not switched on, the Windows store's stub) is passed over.
    """
    if sys.version_info[:2] in versions:
        return running()
    for version in versions:
        for command in _candidates(dotted(version)):
            executable = _probe(command, dotted(version))
            if executable:
                return executable
    return None


def belongs_to_blender() -> bool:
    """Whether the running one is part of a Blender, and goes when that is removed or updated."""
    folder = Path(sys.base_prefix)
    return folder.name == "python" and bool(re.match(r"\d+\.\d+$", folder.parent.name))


def makes_environments() -> bool:
    """Whether the running one can: Debian's has to be completed for that, unless uv is there."""
    return find_spec("ensurepip") is not None or shutil.which("uv") is not None


def find_another(versions: "tuple[tuple[int, int], ...]") -> "str | None":
    """As `find`, but not the running one; and able to make environments by itself."""
    for version in versions:
        for command in _candidates(dotted(version)):
            executable = _probe(command, dotted(version), MAKES_ENVIRONMENTS)
            if executable and not executable.startswith(sys.base_prefix):
                return executable
    return None


def explain_missing(versions: "tuple[tuple[int, int], ...]") -> str:
    """Which Python is missing and how to get it on this system."""
    wanted = " or ".join(dotted(version) for version in sorted(versions))
    newest = dotted(max(versions))
    if sys.platform == "win32":
        how = f"install it with `winget install Python.Python.{newest}`"
    elif sys.platform == "darwin":
        how = f"install it with `brew install python@{newest}`"
    else:
        how = (
            f"install python{newest} (on Debian and Ubuntu python{newest} and python{newest}-venv)"
        )
    return (
        f"Python {wanted} is needed and was not found (this is {dotted(sys.version_info[:2])}). "
        f"Please {how}, or install uv and run `uv python install {newest}`; then try again."
    )


def dotted(version: "tuple[int, ...]") -> str:
    """(3, 11) as "3.11"."""
    return ".".join(str(part) for part in version)


def _candidates(version: str) -> "list[list[str]]":
    """Command lines that may start this version, the likeliest first."""
    commands = []
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for name in ("python" + version, "python3", "python"):
            path = shutil.which(name, path=folder) if folder else None
            if path and not _is_apples_stub(path):
                commands.append([path])
    if sys.platform == "win32":
        commands.append(["py", "-" + version])
    if sys.platform == "darwin":
        framework = "/Library/Frameworks/Python.framework/Versions"
        commands.append([f"{framework}/{version}/bin/python{version}"])
        # A program that was not started from a terminal has neither in its PATH.
        commands.extend([f"{top}/bin/python{version}"] for top in ("/opt/homebrew", "/usr/local"))
    commands.extend([path] for path in _pyenv_pythons(version))
    commands.extend([path] for path in _uv_pythons(version))
    return commands


def _is_apples_stub(path: str) -> bool:
    """Whether starting it may open a window that offers Apple's developer tools."""
    return sys.platform == "darwin" and path.startswith("/usr/bin/")


def _pyenv_pythons(version: str) -> "list[str]":
    root = os.environ.get("PYENV_ROOT")
    versions = (Path(root) if root else Path.home() / ".pyenv") / "versions"
    return [str(path / "bin" / "python") for path in sorted(versions.glob(version + ".*"))]


def _uv_pythons(version: str) -> "list[str]":
    if not shutil.which("uv"):
        return []
    find_it = ["uv", "python", "find", "--no-project", "--no-python-downloads", version]
    return _output_lines(find_it)[:1]


def _probe(command: "list[str]", version: str, before: str = "") -> "str | None":
    """The executable behind the command, if it starts, runs `before` and is of this version."""
    lines = _output_lines([*command, "-I", "-c", before + PROBE])
    if len(lines) == 2 and lines[0] == version:
        return lines[1]
    return None


def _output_lines(command: "list[str]") -> "list[str]":
    """What the command prints, or nothing when it fails or hangs."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.decode("utf-8", "replace").splitlines() if done.returncode == 0 else []
