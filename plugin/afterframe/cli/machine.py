"""What stands on this machine: graphics cards, and host programs with their versions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 10.0
"""Seconds that a program may take to say its version."""


@dataclass(frozen=True)
class Gpu:
    """A graphics card: its name, and its memory in MB."""

    name: str
    free_mb: int
    total_mb: int


@dataclass(frozen=True)
class FoundHost:
    """A host program: its name, version (empty when it does not say one) and path."""

    name: str
    version: str
    path: Path


def gpus() -> list[Gpu]:
    """Return the NVIDIA cards, as their driver's own tool tells them."""
    text = _output(
        "nvidia-smi", "--query-gpu=name,memory.free,memory.total", "--format=csv,noheader,nounits"
    )
    found = []
    for line in text.splitlines():
        name, *memory = (part.strip() for part in line.rsplit(",", 2))
        if len(memory) == 2 and all(part.isdecimal() for part in memory):
            found.append(Gpu(name, int(memory[0]), int(memory[1])))
    return found


def hosts() -> list[FoundHost]:
    """Return the Blenders that stand in the usual places."""
    found = []
    for path in _unique(_blender_places()):
        version = re.match(r"Blender (\d+\.\d+\.\d+)", _output(str(path), "--version"))
        if version:
            found.append(FoundHost("Blender", version.group(1), path))
    return found


def _blender_places() -> Iterable[Path]:
    on_path = shutil.which("blender")
    if on_path:
        yield Path(on_path)
    home = Path.home()
    if sys.platform == "win32":
        programs = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"))
        yield from sorted((programs / "Blender Foundation").glob("Blender */blender.exe"))
    elif sys.platform == "darwin":
        for folder in (Path("/Applications"), home / "Applications"):
            yield from sorted(folder.glob("Blender*.app/Contents/MacOS/Blender"))
    else:
        for pattern in (
            "blender*/blender",
            "Applications/blender*/blender",
            ".local/share/blender*/blender",
        ):
            yield from sorted(home.glob(pattern))
        yield from sorted(Path("/opt").glob("blender*/blender"))
        yield from (p for p in (Path("/snap/bin/blender"),) if p.exists())
        yield from sorted((home / ".local/share/Steam/steamapps/common/Blender").glob("blender"))


def _unique(paths: Iterable[Path]) -> list[Path]:
    """Return each program once, whatever links lead to it."""
    return list({path.resolve(): path for path in paths}.values())


def _output(*command: str) -> str:
    """Return what a program prints; empty when it is not there, fails or hangs."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
