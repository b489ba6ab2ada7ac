"""Buttons within the settings: dice, pictures, copying what a strip was made with."""

from __future__ import annotations

from typing import Any

import bpy

from ...wire.effects import EFFECTS
from ...wire.pictures import DIRECTIONS, MOST
from .. import compat
from . import settings, words

PICTURES = ";".join(
    f"*{suffix}"
    for suffix in (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".webp", ".bmp", ".tga")
)
"""What the file browser shows."""
HIDDEN: dict[str, Any] = {"options": {"HIDDEN", "SKIP_SAVE"}}
WAYS = [(name.upper(), name.title(), "", number) for number, name in enumerate(DIRECTIONS)]


def find(context: Any, place: str = "") -> Any:
    """Return the settings that a button belongs to: a strip's, or the scene's.

    Args:
        context: of the button; a layout that draws a strip's settings says so in it.
        place: as :func:`place_of` gave it; empty: by the context.
    """
    if place:
        return compat.edited_scene().path_resolve(place)
    return getattr(context, "afterframe_settings", None) or compat.edited_scene().afterframe


def place_of(group: Any) -> str:
    """Return where settings are, for an operator that goes on after its button has gone."""
    return str(group.path_from_id())


class AFTERFRAME_OT_dice(bpy.types.Operator):
    """Choose a new seed"""

    bl_idname = "afterframe.dice"
    bl_label = "New Seed"
    bl_options = {"INTERNAL", "UNDO"}

    @classmethod
    def poll(cls, context: Any) -> bool:
        effect = EFFECTS[find(context).effect]
        if not any(parameter.kind == "seed" for parameter in effect.parameters):
            cls.poll_message_set(words.say("ui.dice.none"))
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        settings.throw(find(context))
        return {"FINISHED"}


class AFTERFRAME_OT_add_reference(bpy.types.Operator):
    """Add a picture whose style is taken"""

    bl_idname = "afterframe.add_reference"
    bl_label = "Add Reference Picture"
    bl_options = {"INTERNAL", "UNDO"}

    __annotations__ = {
        "owner": bpy.props.StringProperty(**HIDDEN),
        "place": bpy.props.StringProperty(**HIDDEN),
        "filepath": bpy.props.StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"}),
        "directory": bpy.props.StringProperty(subtype="DIR_PATH", **HIDDEN),
        "files": bpy.props.CollectionProperty(type=bpy.types.OperatorFileListElement, **HIDDEN),
        "filter_glob": bpy.props.StringProperty(default=PICTURES, options={"HIDDEN"}),
    }

    def invoke(self, context: Any, _event: Any) -> set[str]:
        self.place = place_of(find(context))
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> set[str]:
        listed = find(context, self.place).references
        for path in _chosen(self):
            if not _has_room(self, listed, self.owner):
                break
            added = listed.add()
            added.owner, added.path = self.owner, path
        return {"FINISHED"}


class AFTERFRAME_OT_add_region(bpy.types.Operator):
    """Add a painted mask, and which way the matter in it moves"""

    bl_idname = "afterframe.add_region"
    bl_label = "Add Region"
    bl_options = {"INTERNAL", "UNDO"}

    __annotations__ = {
        **AFTERFRAME_OT_add_reference.__annotations__,
        "way": bpy.props.EnumProperty(items=WAYS, name="Direction", default="RIGHT"),
    }
    invoke = AFTERFRAME_OT_add_reference.invoke

    def execute(self, context: Any) -> set[str]:
        listed = find(context, self.place).regions
        for path in _chosen(self):
            if not _has_room(self, listed, self.owner):
                break
            added = listed.add()
            added.owner, added.mask = self.owner, path
            added.x, added.y = DIRECTIONS[self.way.lower()]
        return {"FINISHED"}


class AFTERFRAME_OT_remove_reference(bpy.types.Operator):
    """Remove this picture"""

    bl_idname = "afterframe.remove_reference"
    bl_label = "Remove Reference Picture"
    bl_options = {"INTERNAL", "UNDO"}

    __annotations__ = {
        "owner": bpy.props.StringProperty(**HIDDEN),
        "index": bpy.props.IntProperty(**HIDDEN),
    }

    def execute(self, context: Any) -> set[str]:
        return _remove(find(context).references, self.owner, self.index)


class AFTERFRAME_OT_remove_region(bpy.types.Operator):
    """Remove this region"""

    bl_idname = "afterframe.remove_region"
    bl_label = "Remove Region"
    bl_options = {"INTERNAL", "UNDO"}

    __annotations__ = {**AFTERFRAME_OT_remove_reference.__annotations__}

    def execute(self, context: Any) -> set[str]:
        return _remove(find(context).regions, self.owner, self.index)


class AFTERFRAME_OT_copy_settings(bpy.types.Operator):
    """Ask for the next clip with the settings that this strip was made with"""

    bl_idname = "afterframe.copy_settings"
    bl_label = "Use These Settings"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, _context: Any) -> bool:
        strip = _active_strip()
        if strip is None or not strip.is_property_set("afterframe"):
            cls.poll_message_set(words.say("ui.copy_settings.none"))
            return False
        return True

    def execute(self, _context: Any) -> set[str]:
        made, asked = _active_strip().afterframe, compat.edited_scene().afterframe
        settings.fill(asked, made.effect, settings.values(made, made.effect))
        asked.engine, asked.seen, asked.format = made.engine, made.seen, made.format
        return {"FINISHED"}


_CLASSES = (
    AFTERFRAME_OT_dice,
    AFTERFRAME_OT_add_reference,
    AFTERFRAME_OT_remove_reference,
    AFTERFRAME_OT_add_region,
    AFTERFRAME_OT_remove_region,
    AFTERFRAME_OT_copy_settings,
)


def register() -> None:
    """Register the operators."""
    for each in _CLASSES:
        bpy.utils.register_class(each)


def unregister() -> None:
    """Take them back."""
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def _active_strip() -> Any:
    editor = compat.edited_scene().sequence_editor
    return editor.active_strip if editor else None


def _chosen(operator: Any) -> list[str]:
    """Return the paths of the files that were chosen; a folder alone is none."""
    names = [each.name for each in operator.files if each.name]
    if names:
        return [operator.directory + name for name in names]
    path = str(operator.filepath)
    return [path] if path and not path.endswith(("/", "\\")) else []


def _has_room(operator: Any, listed: Any, owner: str) -> bool:
    if sum(each.owner == owner for each in listed) < MOST:
        return True
    operator.report({"WARNING"}, words.say("ui.pictures.full", most=MOST))
    return False


def _remove(listed: Any, owner: str, index: int) -> set[str]:
    """Remove the ``index``-th of an owner's pictures."""
    places = [n for n, each in enumerate(listed) if each.owner == owner]
    if not 0 <= index < len(places):
        return {"CANCELLED"}
    listed.remove(places[index])
    return {"FINISHED"}
