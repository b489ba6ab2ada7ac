"""Entries in the Strip, Add and context menus of the sequencer."""

from __future__ import annotations

from typing import Any

import bpy

from ...wire.effects import EFFECTS
from . import settings

MENUS = ("SEQUENCER_MT_strip", "SEQUENCER_MT_add", "SEQUENCER_MT_context_menu")


class AFTERFRAME_MT_effects(bpy.types.Menu):
    """All that Afterframe makes of strips."""

    bl_idname = "AFTERFRAME_MT_effects"
    bl_label = "Afterframe"

    def draw(self, _context: Any) -> None:
        """Draw an entry for each effect, then the batch and the way to the panel."""
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        for effect in EFFECTS:
            layout.operator(f"afterframe.{effect}", icon=settings.ICONS[effect])
        layout.separator()
        layout.operator("afterframe.batch", icon="DUPLICATE")
        layout.separator()
        layout.operator("afterframe.open_panel", icon="MENU_PANEL")


class AFTERFRAME_OT_open_panel(bpy.types.Operator):
    """Show the Afterframe tab in the sequencer's sidebar"""

    bl_idname = "afterframe.open_panel"
    bl_label = "Open Panel"

    @classmethod
    def poll(cls, context: Any) -> bool:
        return context.area is not None and context.area.type == "SEQUENCE_EDITOR"

    def execute(self, context: Any) -> set[str]:
        context.space_data.show_region_ui = True
        bpy.app.timers.register(_choose_tab, first_interval=0.05)
        return {"FINISHED"}


_CLASSES = (AFTERFRAME_MT_effects, AFTERFRAME_OT_open_panel)


def register() -> None:
    """Register the menu, and put it into Blender's."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    for name in MENUS:
        getattr(bpy.types, name).append(_draw_entry)


def unregister() -> None:
    """Take it out of them."""
    for name in MENUS:
        getattr(bpy.types, name).remove(_draw_entry)
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def _draw_entry(menu: Any, _context: Any) -> None:
    menu.layout.separator()
    menu.layout.menu("AFTERFRAME_MT_effects", icon="SHADERFX")


def _choose_tab() -> None:
    """Bring our tab to the front, once the sidebar has been drawn and knows its tabs."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR" and area.spaces.active.show_region_ui:
                sidebar = next(each for each in area.regions if each.type == "UI")
                sidebar.active_panel_category = "Afterframe"
                area.tag_redraw()
