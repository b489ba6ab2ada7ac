"""The extension's preferences: the engine, and what holds for all results.

Blender keeps preferences for extensions only. Registered in another way (a script, a test) there
are none, and :func:`get` gives the defaults.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy

from ...wire import catalogue
from ..adapter import Choices
from . import settings, words

ROOM = ".host_adapters.afterframe_hosts.blender.ui"
"""Where this package lies in the extension; see ``extension/start.py``."""
BLENDERS_OWN = "//"
"""How paths begin in Blender that begin at the project."""


def register() -> None:
    """Register the preferences, in the extension."""
    if extension():
        bpy.utils.register_class(AFTERFRAME_AP_preferences)


def unregister() -> None:
    """Take them back."""
    if extension():
        bpy.utils.unregister_class(AFTERFRAME_AP_preferences)


def extension() -> str:
    """Return the extension's module as Blender calls it; empty where this is none."""
    package = __package__ or ""
    return package[: -len(ROOM)] if package.endswith(ROOM) else ""


def get() -> Choices:
    """Return what the user chose for all results."""
    addon = bpy.context.preferences.addons.get(extension()) if extension() else None
    chosen = addon.preferences if addon is not None else None
    if chosen is None:
        return Choices()
    return Choices(_folder(chosen), chosen.format, chosen.mark)


def choose_folder(folder: Path) -> None:
    """Have all results go to a folder from now on, where there are preferences."""
    addon = bpy.context.preferences.addons.get(extension()) if extension() else None
    if addon is not None:
        addon.preferences.place, addon.preferences.path = "FOLDER", str(folder)


def draw_results(layout: Any, chosen: Any) -> None:
    """Draw where results go, and as what."""
    column = layout.column()
    column.use_property_split, column.use_property_decorate = True, False
    column.row().prop(chosen, "place", text=words.say("ui.preferences.place.label"), expand=True)
    if chosen.place == "FOLDER":
        column.prop(chosen, "path", text=words.say("ui.preferences.path.label"))
        folder = _folder(chosen)
        if folder is None:
            words.write(column, words.say("ui.preferences.path.unusable"), "ERROR")
        elif not folder.is_dir():
            words.write(column, words.say("ui.preferences.path.missing"), "INFO")
    column.prop(chosen, "format", text=words.say("ui.preferences.format.label"))
    column.prop(chosen, "mark", text=words.say("ui.preferences.mark.label"))


def _folder(chosen: Any) -> Path | None:
    """Return the one folder for all results; None where they go beside the project.

    A path that begins at the project (``//``) would be another for each: it is none.
    """
    path = str(chosen.path)
    whole = Path(path).is_absolute() and not path.startswith(BLENDERS_OWN)
    return Path(path) if chosen.place == "FOLDER" and whole else None


def _make_whole(chosen: Any, _context: Any) -> None:
    """Make a path that begins at the project whole: what the file browser of 4.2 may give."""
    if chosen.path.startswith(BLENDERS_OWN) and bpy.data.filepath:
        chosen.path = os.path.normpath(bpy.path.abspath(chosen.path))


def _english(identifier: str, part: str = "label") -> str:
    return catalogue.text(f"ui.preferences.{identifier}.{part}")


_PLACES = [
    ("BESIDE", _english("beside"), _english("beside", "help")),
    ("FOLDER", _english("folder"), _english("folder", "help")),
]


class AFTERFRAME_AP_preferences(bpy.types.AddonPreferences):
    """What Blender shows in Preferences, Add-ons."""

    bl_idname = extension() or __name__

    __annotations__ = {
        "place": bpy.props.EnumProperty(
            name=_english("place"), description=_english("place", "help"), items=_PLACES
        ),
        "path": bpy.props.StringProperty(
            name=_english("path"),
            description=_english("path", "help"),
            subtype="DIR_PATH",
            update=_make_whole,
        ),
        "format": bpy.props.EnumProperty(
            name=_english("format"),
            description=_english("format", "help"),
            items=[(each, catalogue.text(f"format.{each}"), "") for each in settings.FORMATS],
        ),
        "mark": bpy.props.BoolProperty(
            name=_english("mark"), description=_english("mark", "help"), default=True
        ),
    }

    def draw(self, _context: Any) -> None:
        """Draw the engine, then the results."""
        from . import engine_ui  # which stands on the session, and that on us

        engine_ui.draw(self.layout)
        self.layout.separator()
        draw_results(self.layout, self)
