"""DaVinci Resolve on this machine: where it is, its version, and whether it finds a Python."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from environments import SetupError

from afterframe_hosts.resolve import editions, places
from afterframe_hosts.resolve.places import SYSTEM, Installation, System

PATIENCE = 20.0
NONE_FOUND = (
    "No DaVinci Resolve was found in the usual places. Name it: bootstrap.py resolve --resolve PATH"
    " (its folder or its program). Without it, timeline files work: afterframe generate cut.otio"
)
MAC_PYTHON = Path("usr/local/bin/python3")
"""Where Resolve before 21.1 looks on macOS, unless PYTHON3HOME says where else."""
GET_PYTHON = "Install Python 3.11 or later (64 bit) from python.org, and start Resolve again."


@dataclass(frozen=True)
class Found:
    """A Resolve; its version is "" where nothing on disk tells it. The edition only it can tell."""

    installation: Installation
    version: str

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        newer = "21.1 or later" if self.installation.bundled.exists() else "version unknown"
        return f"DaVinci Resolve {self.version or f'({newer})'} in {self.installation.program}"


def find(named: list[Path]) -> list[Found]:
    """The Resolves that the user names, else those in the usual places."""
    installations = [_named(path) for path in named] if named else places.installations()
    return [Found(each, version_of(each)) for each in installations]


def version_of(installation: Installation, system: System = SYSTEM) -> str:
    """The version as its files tell it, "" where they do not: it is not started for that."""
    if system == "darwin":
        try:
            told = plistlib.loads((installation.program.parents[1] / "Info.plist").read_bytes())
        except (OSError, ValueError, plistlib.InvalidFileException):
            return ""
        return str(told.get("CFBundleShortVersionString", ""))
    if system == "win32":
        program = str(installation.program).replace("'", "''")
        script = f"(Get-Item -LiteralPath '{program}').VersionInfo.ProductVersion"
        said = _output(["powershell", "-NoProfile", "-Command", script])
    else:
        said = _text(installation.program.parents[1] / "docs" / "ReadMe.html")
    found = re.search(r"(?:Resolve(?: Studio)? |^)(\d{2}\.\d+(?:\.\d+)*)", said, re.MULTILINE)
    return found.group(1) if found else ""


def is_new_enough(found: Found) -> bool:
    """Whether its version is one that can be driven, so far as it is known."""
    numbers = tuple(map(int, re.findall(r"\d+", found.version)[:2]))
    return not numbers or numbers >= editions.OLDEST


def python_advice(
    installation: Installation,
    system: System = SYSTEM,
    environ: Mapping[str, str] = os.environ,
    root: Path = Path("/"),
) -> str:
    """What to do so that this Resolve finds a Python for its menu; "" where it will."""
    if installation.bundled.exists():
        return ""
    home = environ.get("PYTHON3HOME", "")
    if home and not Path(home).is_dir():
        return f"PYTHON3HOME names {home}, which is not there. {GET_PYTHON}"
    if home:
        return ""
    if system == "darwin" and not (root / MAC_PYTHON).exists():
        return (
            f"Before 21.1 Resolve sees no Python of Homebrew's or pyenv's. {GET_PYTHON} Or tell it "
            "where one is: launchctl setenv PYTHON3HOME FOLDER"
        )
    command = {"linux": "python3", "win32": "py"}.get(system)
    if command is not None and shutil.which(command, path=environ.get("PATH")) is None:
        return f"Resolve before 21.1 brings no Python, and there is none here. {GET_PYTHON}"
    return ""


def external_advice(found: Found) -> list[str]:
    """Environment variables for a Resolve that does not stand in the usual place."""
    if found.installation in places.usual():
        return []
    api, library = found.installation.api, found.installation.library
    setting = "setx NAME VALUE" if sys.platform == "win32" else "export NAME=VALUE"
    return [
        "It is not in the usual place. To be driven from outside (Studio), Afterframe needs to be "
        f"told in the environment ({setting}):",
        f"    RESOLVE_SCRIPT_API={api}",
        f"    RESOLVE_SCRIPT_LIB={library}",
    ]


def _named(path: Path) -> Installation:
    found = places.at(path.absolute())
    if found is None:
        raise SetupError(f"{path} is no DaVinci Resolve. Give --resolve its folder or its program.")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
