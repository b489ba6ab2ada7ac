"""Presets of parameters, and saved styles: a style is a preset of the style transfer.

The user's own are kept where Blender keeps presets, and are files as Blender writes them; those
that are there from the start stand in ``looks``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
from bl_operators.presets import AddPresetBase
from bl_ui.utils import PresetPanel

from ...wire import catalogue
from ...wire.effects import EFFECTS
from .. import compat
from . import settings, words
from .looks import LOOKS

FOLDER = "afterframe"
"""Of our presets, within Blender's folder for presets."""
SOURCE = """\
import bpy

scene = getattr(bpy.context.workspace, "sequencer_scene", None) or bpy.context.scene
scene.afterframe.look = {look!r}
"""
"""A preset's file."""


def draw_button(layout: Any, effect: str) -> None:
    """Draw the button that opens the presets of an effect."""
    _PANELS[effect].draw_panel_header(layout)


def register() -> None:
    """Register a list and an operator for each effect."""
    for each in _CLASSES:
        bpy.utils.register_class(each)


def unregister() -> None:
    """Take them back; the user's own presets stay on the disk."""
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


class AFTERFRAME_OT_take_look(bpy.types.Operator):
    """Use this preset"""

    bl_idname = "afterframe.take_look"
    bl_label = "Use Preset"
    bl_options = {"INTERNAL", "UNDO"}

    __annotations__ = {
        "effect": bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"}),
        "look": bpy.props.StringProperty(options={"HIDDEN", "SKIP_SAVE"}),
    }

    def execute(self, _context: Any) -> set[str]:
        """Set the look; what belongs to one shot stays."""
        values = LOOKS.get(self.effect, {}).get(self.look)
        if values is None:
            return {"CANCELLED"}
        told = json.dumps({"effect": self.effect, "values": dict(values)})
        settings.take_look(compat.edited_scene().afterframe, told)
        return {"FINISHED"}


class _Saving(AddPresetBase):
    """Save what is set as a preset, or remove one"""

    def add(self, _context: Any, path: str) -> None:
        """Write a preset; called by Blender with the path that it has found for it."""
        look = compat.edited_scene().afterframe.look
        Path(path).write_text(SOURCE.format(look=look), encoding="utf-8")


class _Listed(PresetPanel):
    """The presets of an effect: ours, then the user's own."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "HEADER"
    effect = ""

    def draw(self, context: Any) -> None:
        """Draw them; called by Blender."""
        layout: Any = self.layout
        column = layout.column(align=True)
        column.emboss = "PULLDOWN_MENU"
        for name in LOOKS.get(self.effect, {}):
            text = words.say(f"look.{self.effect}.{name}")
            button = column.operator("afterframe.take_look", text=text, translate=False)
            button.effect, button.look = self.effect, name
        layout.separator()
        if bpy.utils.preset_paths(self.preset_subdir):
            super().draw(context)
        else:
            self._draw_first(layout, context.window_manager)

    def _draw_first(self, layout: Any, manager: Any) -> None:
        """Draw what saves a first preset: Blender's own list wants the folder to be there."""
        row = layout.row()
        row.prop(manager, "preset_name", text="")
        row.operator(self.preset_add_operator, text="", icon="ADD").name = manager.preset_name


def _operator(effect: str) -> Any:
    body = {
        "bl_idname": f"afterframe.save_{effect}_preset",
        "bl_label": catalogue.text("ui.presets.save"),
        "bl_description": catalogue.text("ui.presets.save.help"),
        "preset_menu": f"AFTERFRAME_PT_{effect}_presets",
        "preset_subdir": f"{FOLDER}/{effect}",
    }
    return type(f"AFTERFRAME_OT_save_{effect}_preset", (_Saving, bpy.types.Operator), body)


def _panel(effect: str) -> Any:
    body = {
        "bl_label": catalogue.text("ui.presets.styles" if effect == "restyle" else "ui.presets"),
        "effect": effect,
        "preset_subdir": f"{FOLDER}/{effect}",
        "preset_operator": "script.execute_preset",
        "preset_add_operator": f"afterframe.save_{effect}_preset",
    }
    return type(f"AFTERFRAME_PT_{effect}_presets", (_Listed, bpy.types.Panel), body)


_PANELS = {effect: _panel(effect) for effect in EFFECTS}
_CLASSES = (AFTERFRAME_OT_take_look, *_PANELS.values(), *map(_operator, EFFECTS))
