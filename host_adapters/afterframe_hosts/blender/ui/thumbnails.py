"""Small pictures of the files that the user has chosen; read by Blender in the background."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import bpy.utils.previews

from ...wire.clip import STILL_SUFFIXES

MOST = 64
"""Kept at a time: more than fit on a screen."""

FRESH = 5.0
"""Seconds for which it holds what was seen on the disk."""
BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    ".bmp": (b"BM",),
    ".exr": (b"\x76\x2f\x31\x01",),
    ".jpeg": (b"\xff\xd8",),
    ".jpg": (b"\xff\xd8",),
    ".png": (b"\x89PNG",),
    ".tif": (b"II", b"MM"),
    ".tiff": (b"II", b"MM"),
    ".webp": (b"RIFF",),
}
"""First bytes of the usual kinds; others are known by their suffix alone."""

_shown: Any = None
_looked: dict[str, tuple[bool, float]] = {}
"""Whether a file looked like a picture, and when that was."""


def register() -> None:
    """Make room for them."""
    global _shown
    _shown = bpy.utils.previews.new()


def unregister() -> None:
    """Let go of them."""
    global _shown
    bpy.utils.previews.remove(_shown)
    _shown = None
    _looked.clear()


def is_picture(path: str) -> bool:
    """Return whether a file looks like a picture; its disk is asked now and then only."""
    known, at = _looked.get(path, (False, -FRESH))
    if time.monotonic() - at > FRESH:
        known = _begins_like_one(Path(bpy.path.abspath(path)))
        _looked[path] = known, time.monotonic()
    return known


def icon(path: str) -> int:
    """Return the icon of a picture file; its file is not touched before it is on the screen."""
    if path not in _shown:
        if len(_shown) >= MOST:
            _shown.clear()
        _shown.load(path, bpy.path.abspath(path), "IMAGE")
    return int(_shown[path].icon_id)


def _begins_like_one(file: Path) -> bool:
    suffix = file.suffix.lower()
    if suffix not in STILL_SUFFIXES:
        return False
    try:
        with file.open("rb") as opened:
            return opened.read(4).startswith(BEGINNINGS.get(suffix, (b"",)))
    except OSError:
        return False
