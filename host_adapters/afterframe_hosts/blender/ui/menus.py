"""Entries in the Strip, Add and context menus of the sequencer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import bpy

from ...wire.effects import EFFECTS
from . import settings, words

INTERVAL, LOOKS = 0.05, 40
"""Seconds between two looks whether the sidebar has been drawn, and how many there are at most."""
MENUS = ("SEQUENCER_MT_strip", "SEQUENCER_MT_add", "SEQUENCER_MT_context_menu")


class AFTERFRAME_MT_effects(bpy.types.Menu):
    """All that Afterframe makes of strips, and the takes of what it made: for the keyboard, too."""

    bl_idname = "AFTERFRAME_MT_effects"
    bl_label = "Afterframe"

    def draw(self, _context: Any) -> None:
        """Draw an entry for each effect, the batch, the takes, and the way to the panel."""
        layout = self.layout
        layout.operator_context = "INVOKE_REGION_WIN"
        for effect in EFFECTS:
            layout.operator(f"afterframe.{effect}", icon=settings.ICONS[effect])
        layout.separator()
        layout.operator("afterframe.batch", icon="DUPLICATE")
        layout.separator()
        layout.operator("afterframe.render_take", icon="RENDER_ANIMATION")
        layout.operator("afterframe.update_take", icon="FILE_REFRESH")
        for by, name, icon in ((1, "next", "TRIA_RIGHT"), (-1, "previous", "TRIA_LEFT")):
            text = words.say(f"ui.take.{name}")
            layout.operator("afterframe.step_take", text=text, icon=icon, translate=False).by = by
        layout.operator("afterframe.compare_takes", icon="SPLIT_VERTICAL")
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
        screen = context.screen
        place = list(screen.areas).index(context.area)
        looks = iter(range(LOOKS))
        look = partial(_choose_tab, screen.name, place, looks)
        bpy.app.timers.register(look, first_interval=INTERVAL)
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


def _choose_tab(screen: str, place: int, looks: Iterator[int]) -> float | None:
    """Bring our tab to the front, once the sidebar has been drawn and knows its tabs.

    Blender ends where the tabs of a sidebar are asked for that was never drawn.
    """
    areas = bpy.data.screens[screen].areas if screen in bpy.data.screens else ()
    if place >= len(areas) or areas[place].type != "SEQUENCE_EDITOR":
        return None
    sidebar = next(each for each in areas[place].regions if each.type == "UI")
    if sidebar.width <= 1:
        return INTERVAL if next(looks, None) is not None else None
    sidebar.active_panel_category = "Afterframe"
    sidebar.tag_redraw()
    return None
