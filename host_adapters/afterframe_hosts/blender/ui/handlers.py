"""What Blender tells: a file was loaded, saved, something undone; and whether it may be edited."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import session

HELD_BY = ("TRANSFORM_OT_", "SEQUENCER_OT_")
"""Beginnings of the names of modal operators during which strips stay as they are."""


def register() -> None:
    """Hear what Blender tells, over the loading of files too."""
    for name, function in _HANDLERS:
        getattr(bpy.app.handlers, name).append(function)


def unregister() -> None:
    """Hear no more."""
    for name, function in _HANDLERS:
        heard = getattr(bpy.app.handlers, name)
        if function in heard:
            heard.remove(function)


def may_edit() -> bool:
    """Return True when strips may be added: not while Blender renders, plays or drags something."""
    if bpy.app.is_job_running("RENDER"):
        return False
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        if window.screen.is_animation_playing:
            return False
        if any(each.bl_idname.startswith(HELD_BY) for each in window.modal_operators):
            return False
    return True


def _loaded(*_: Any) -> None:
    session.hear("opened")


def _saved(path: Any = "", *_: Any) -> None:
    """Copies are saved too: only what is saved under the project's own name counts."""
    if not isinstance(path, str) or not path or path == bpy.data.filepath:
        session.hear("saved")


def _undone(*_: Any) -> None:
    session.hear("changed")


_HANDLERS = (
    ("load_post", persistent(_loaded)),
    ("save_post", persistent(_saved)),
    ("undo_post", persistent(_undone)),
    ("redo_post", persistent(_undone)),
)
