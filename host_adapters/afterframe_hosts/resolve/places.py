"""Where DaVinci Resolve keeps what a program beside it needs, on the three systems.

Source: the README in Resolve's folder ``Developer/Scripting`` (21.0.4 and 21.1).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

System = Literal["linux", "darwin", "win32"]
SYSTEM: System = (
    "win32" if sys.platform == "win32" else "darwin" if sys.platform == "darwin" else "linux"
)
MAKER = "Blackmagic Design"
NAME = "DaVinci Resolve"
LINUX_INSTALLS = ("opt/resolve", "home/resolve")
"""The second is where older installers put it."""


@dataclass(frozen=True)
class Installation:
    """One installed Resolve.

    Attributes:
        program: what starts it.
        library: its scripting library.
        api: folder of the scripting modules and the README.
        bundled: the Python that it brings, from 21.1 on.
    """

    program: Path
    library: Path
    api: Path
    bundled: Path


def installations(
    system: System = SYSTEM, environ: Mapping[str, str] = os.environ, root: Path = Path("/")
) -> list[Installation]:
    """Return the Resolves that stand in the usual places; ``root`` is for tests."""
    return [each for each in usual(system, environ, root) if each.program.exists()]


def usual(
    system: System = SYSTEM, environ: Mapping[str, str] = os.environ, root: Path = Path("/")
) -> list[Installation]:
    """Return where a Resolve may be, the likeliest first."""
    if system == "linux":
        return [_linux(root / folder) for folder in LINUX_INSTALLS]
    if system == "darwin":
        folders = (f"Applications/{NAME}/{NAME}.app", f"Applications/{NAME}.app")
        return [_mac(root / folder, root) for folder in folders]
    programs = Path(environ.get("PROGRAMFILES", r"C:\Program Files"))
    return [_windows(programs / MAKER / NAME, environ)]


def at(path: Path, system: System = SYSTEM, root: Path = Path("/")) -> Installation | None:
    """Return the Resolve at a path that a user gives: its program or its folder; None for none."""
    for folder in (path, *path.parents):
        found = _in(folder, system, root)
        if found.program.exists() and (path == folder or path == found.program):
            return found
    return None


def scripts_folder(
    *,
    everybody: bool,
    system: System = SYSTEM,
    environ: Mapping[str, str] = os.environ,
    home: Path | None = None,
    root: Path = Path("/"),
) -> Path:
    """Return the folder of the menu's scripts, of this user or of everybody.

    ``Utility`` in it is for all pages, ``Edit`` for the edit page.
    """
    home = home or Path.home()
    if system == "linux":
        if not everybody:
            return home / ".local/share/DaVinciResolve/Fusion/Scripts"
        installs = [root / folder for folder in LINUX_INSTALLS]
        return next((each for each in installs if each.exists()), installs[0]) / "Fusion/Scripts"
    if system == "darwin":
        below = Path("Library/Application Support") / MAKER / NAME / "Fusion/Scripts"
        return (root if everybody else home) / below
    if everybody:
        files = Path(environ.get("PROGRAMDATA", r"C:\ProgramData"))
        return files / MAKER / NAME / "Fusion" / "Scripts"
    roaming = Path(environ.get("APPDATA", str(home / "AppData" / "Roaming")))
    return roaming / MAKER / NAME / "Support" / "Fusion" / "Scripts"


def _in(folder: Path, system: System, root: Path) -> Installation:
    if system == "darwin":
        return _mac(folder, root)
    return _linux(folder) if system == "linux" else _windows(folder, os.environ)


def _linux(folder: Path) -> Installation:
    return Installation(
        program=folder / "bin/resolve",
        library=folder / "libs/Fusion/fusionscript.so",
        api=folder / "Developer/Scripting",
        bundled=folder / "bin/ResolvePython",
    )


def _mac(application: Path, root: Path) -> Installation:
    inside = application / "Contents"
    return Installation(
        program=inside / "MacOS/Resolve",
        library=inside / "Libraries/Fusion/fusionscript.so",
        api=root / "Library/Application Support" / MAKER / NAME / "Developer/Scripting",
        bundled=inside / "Applications/ResolvePython",
    )


def _windows(folder: Path, environ: Mapping[str, str]) -> Installation:
    files = Path(environ.get("PROGRAMDATA", r"C:\ProgramData"))
    return Installation(
        program=folder / "Resolve.exe",
        library=folder / "fusionscript.dll",
        api=files / MAKER / NAME / "Support" / "Developer" / "Scripting",
        bundled=folder / "ResolvePython" / "ResolvePython.exe",
    )
