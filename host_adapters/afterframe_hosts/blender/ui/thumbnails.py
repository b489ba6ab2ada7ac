"""Small pictures of the files that the user has chosen; read by Blender in the background."""

from __future__ import annotations

from typing import Any

import bpy
import bpy.utils.previews

MOST = 64
"""Kept at a time: more than fit on a screen."""

_shown: Any = None


def register() -> None:
    """Make room for them."""
    global _shown
    _shown = bpy.utils.previews.new()


def unregister() -> None:
    """Let go of them."""
    global _shown
    bpy.utils.previews.remove(_shown)
    _shown = None


def icon(path: str) -> int:
    """Return the icon of a picture file; its file is not touched before it is on the screen."""
    if path not in _shown:
        if len(_shown) >= MOST:
            _shown.clear()
        _shown.load(path, bpy.path.abspath(path), "IMAGE")
    return int(_shown[path].icon_id)
