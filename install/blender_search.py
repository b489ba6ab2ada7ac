"""The Blenders on this machine: where they usually lie, which version each is, and of which kind.

A Python that has the module `bpy` counts as one when it is named.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from environments import SetupError, clean_environ

Kind = Literal["program", "flatpak", "snap", "steam", "store", "module"]
System = Literal["linux", "macos", "windows"]
Version = tuple[int, int, int]

OLDEST = (4, 2, 0)
PATIENCE = 120.0
"""Seconds for a Blender to tell its version, the first time from a slow disk."""
SYSTEM: System = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")  # type: ignore[assignment]

APPLICATION = "Contents/MacOS/Blender"
AT_ROOT: Mapping[System, tuple[str, ...]] = {
    "linux": (
        "usr/bin/blender",
        "usr/local/bin/blender",
        "opt/blender*/blender",
        "opt/blender/*/blender",
        "snap/bin/blender",
        "var/lib/flatpak/exports/bin/org.blender.Blender",
    ),
    "macos": (
        f"Applications/Blender*.app/{APPLICATION}",
        f"Applications/Blender*/Blender*.app/{APPLICATION}",
    ),
    "windows": (),
}
"""Below the root of the disk. On Windows all places are told by the environment."""
AT_HOME: Mapping[System, tuple[str, ...]] = {
    "linux": (
        "blender*/blender",
        "*/blender-*/blender",
        ".local/bin/blender",
        ".local/share/flatpak/exports/bin/org.blender.Blender",
    ),
    "macos": (f"Applications/Blender*.app/{APPLICATION}",),
    "windows": ("scoop/apps/blender/current/blender.exe",),
}
AT_VARIABLE = {
    "ProgramFiles": "Blender Foundation/Blender*/blender.exe",
    "LOCALAPPDATA": "Microsoft/WindowsApps/blender.exe",
}
"""On Windows: the installer's folder, and the store's door to its program."""
STEAM: Mapping[System, tuple[str, ...]] = {
    "linux": (
        ".local/share/Steam",
        ".steam/steam",
        ".var/app/com.valvesoftware.Steam/.local/share/Steam",
    ),
    "macos": ("Library/Application Support/Steam",),
    "windows": (),
}
STEAM_BLENDER = {
    "linux": "steamapps/common/Blender/blender",
    "macos": f"steamapps/common/Blender/Blender.app/{APPLICATION}",
    "windows": "steamapps/common/Blender/blender.exe",
}

BY_ITSELF = "updates it by itself: after a step to another series (4.5, 5.0) run this again."
DIFFERENT: Mapping[Kind, str] = {
    "flatpak": (
        "It runs in Flatpak's sandbox, which has folders of its own. The engine outside is not seen"
        " from there: install it from inside, with the button in the sidebar tab Afterframe."
    ),
    "snap": f"Snap {BY_ITSELF}",
    "steam": f"Steam {BY_ITSELF}",
    "store": f"The Microsoft Store {BY_ITSELF}",
}
"""What differs from a Blender of blender.org, for the user to know."""


@dataclass(frozen=True)
class Blender:
    """One Blender: how it is started, its version, and how it came here."""

    path: Path
    version: Version
    kind: Kind

    @property
    def label(self) -> str:
        """As the user knows it."""
        number = ".".join(map(str, self.version))
        what = "bpy" if self.kind == "module" else "Blender"
        return f"{what} {number} ({self.path})"

    def command(self, script: Path, *arguments: str) -> list[str]:
        """The command line that runs a script in it, without a window."""
        if self.kind == "module":
            return [str(self.path), str(script), "--", *arguments]
        background = ["--background", "--python-exit-code", "3", "--python", str(script)]
        return [str(self.path), *background, "--", *arguments]


def find() -> list[Blender]:
    """All Blenders that are found and start, the newest last; of those in two places one."""
    found = dict.fromkeys(_once(candidates(SYSTEM, Path.home(), os.environ)))
    known = (ask(path) for path in found)
    return sorted((each for each in known if each is not None), key=lambda each: each.version)


def named(paths: Iterable[Path]) -> list[Blender]:
    """The Blenders that the user names. Raises SetupError for what is none."""
    return [_named(path) for path in paths]


def candidates(
    system: System, home: Path, environ: Mapping[str, str], root: Path = Path("/")
) -> Iterator[Path]:
    """Where a Blender may be, the likeliest first, whether it starts or not."""
    for folder in filter(None, environ.get("PATH", "").split(os.pathsep)):
        for name in ("blender", "org.blender.Blender"):
            program = shutil.which(name, path=folder)
            if program:
                yield Path(program)
    yield from _glob(root, AT_ROOT[system])
    yield from _glob(home, AT_HOME[system])
    if system == "windows":
        for variable, pattern in AT_VARIABLE.items():
            if environ.get(variable):
                yield from _glob(Path(environ[variable]), (pattern,))
    for steam in _steam_libraries(system, home, environ):
        yield from _glob(steam, (STEAM_BLENDER[system],))


def kind_of(path: Path) -> Kind:
    """How a program came here, by where it lies."""
    if path.name == "org.blender.Blender":
        return "flatpak"
    signs: dict[str, Kind] = {"snap": "snap", "steamapps": "steam", "WindowsApps": "store"}
    return next((kind for part, kind in signs.items() if part in path.parts), "program")


def ask(path: Path) -> Blender | None:
    """What a program says it is; None where it is no Blender or does not start."""
    said = _output([str(path), "--version"])
    if found := re.search(r"^Blender (\d+)\.(\d+)(?:\.(\d+))?", said, re.MULTILINE):
        return Blender(path, _version(*found.groups()), kind_of(path))
    if not said.startswith("Python 3."):
        return None
    told = _output([str(path), "-I", "-c", "import bpy; print(*bpy.app.version, flush=True)"])
    if found := re.match(r"(\d+) (\d+) (\d+)\s*$", told):
        return Blender(path, _version(*found.groups()), "module")
    return None


def _named(path: Path) -> Blender:
    if path.suffix == ".app":
        path = path / APPLICATION
    program = shutil.which(path)  # a bare name is looked for where commands are
    found = ask(Path(program).absolute()) if program else None
    if found is None:
        raise SetupError(
            f"{path} is no Blender that starts. Give --blender the path of the program itself "
            "(or of a Python that has the module bpy)."
        )
    return found


def _once(paths: Iterable[Path]) -> Iterator[Path]:
    """Each program once, however many links lead to it; a snap is a link to snap itself."""
    seen = set()
    for path in paths:
        target = path if kind_of(path) == "snap" else path.resolve()
        if target not in seen:
            seen.add(target)
            yield path


def _glob(folder: Path, patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(path for path in folder.glob(pattern) if _is_program(path))


def _is_program(path: Path) -> bool:
    try:  # the store's door is a link that cannot be looked behind
        return path.is_file() or path.is_symlink()
    except OSError:
        return False


def _steam_libraries(system: System, home: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Steam's own folder, and those on other disks that it keeps a list of."""
    folders = [home / name for name in STEAM[system]]
    if system == "windows" and environ.get("ProgramFiles(x86)"):
        folders.append(Path(environ["ProgramFiles(x86)"]) / "Steam")
    for folder in folders:
        yield folder
        try:
            listed = (folder / "steamapps" / "libraryfolders.vdf").read_text("utf-8", "replace")
        except OSError:
            continue
        for path in re.findall(r'"path"\s+"([^"]+)"', listed):
            yield Path(path.replace("\\\\", "\\"))


def _version(*parts: str | None) -> Version:
    major, minor, patch = (int(part or 0) for part in parts)
    return major, minor, patch


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command,
            env=clean_environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")
