"""The sidebar tab: what is selected, what is to be made of it, Draft and Render."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import bpy

from ...wire.board import Row
from ...wire.job import Note
from .. import compat
from . import fields, fixes, focus, presets, queue_panel, session, settings, words

FRESH = 2.0
"""Seconds for which it holds what was looked up on the disk."""

_known: dict[str, Any] = {"project": None, "at": 0.0, "folder": ""}
"""Where the results of a project go, and when that was looked up."""


class AFTERFRAME_PT_main(bpy.types.Panel):
    """Make something of what is selected."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Afterframe"
    bl_label = "Afterframe"
    bl_order = 2

    @classmethod
    def poll(cls, _context: Any) -> bool:
        return compat.edited_scene() is not None

    def draw_header_preset(self, _context: Any) -> None:
        """Draw the presets' button at the right of the header, as Blender's own panels have it."""
        presets.draw_button(self.layout, str(compat.edited_scene().afterframe.effect))

    def draw(self, _context: Any) -> None:
        """Draw the whole tab's first panel; reads no files and never raises for a user's state."""
        here, group = session.current(), compat.edited_scene().afterframe
        effect = str(group.effect)
        if here.problem is not None:
            fixes.draw_error(self.layout.box().column(align=True), here.problem)
        if here.offered:
            _draw_offered(self.layout, here.board.rows(words.language()))
        chooser = self.layout.column()
        chooser.scale_y = 1.2
        chooser.prop(group, "effect", text="")
        now = focus.look(effect)
        words.write(self.layout, now.text, "RESTRICT_SELECT_OFF" if now.fits else "INFO")
        if now.advice:
            words.write(self.layout, now.advice, "BLANK1")

        def buttons(layout: Any) -> None:
            _draw_buttons(layout, effect, now.fits)
            queue_panel.draw_newest(layout)

        said = _understood(here, group, effect)
        folder = _folder(here)
        settings.draw(self.layout, group, effect, here.engines, said, buttons, folder)


def register() -> None:
    """Register the panel."""
    bpy.utils.register_class(AFTERFRAME_PT_main)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_class(AFTERFRAME_PT_main)


def _draw_offered(layout: Any, rows: Iterable[Row]) -> None:
    """Draw the newest result that waits for the user's word; the others wait in the queue."""
    offered = [row for row in rows if row.place == "offered"]
    if not offered:  # the board hears of it at the next look
        return
    newest, *others = offered
    column = layout.box().column(align=True)
    words.write(column, words.say("ui.panel.offered", title=newest.title), "IMPORT")
    line = column.row(align=True)
    for what, icon in (("place", "IMPORT"), ("decline", "REMOVE")):
        text = words.say(f"ui.queue.{what}.label")
        name = f"afterframe.{what}_result"
        line.operator(name, text=text, icon=icon, translate=False).job = newest.job
    if others:
        words.write(column, words.say("ui.panel.offered_more", count=len(others)), "BLANK1")


def _draw_buttons(layout: Any, effect: str, fits: bool) -> None:
    row = layout.row(align=True)
    row.enabled = fits
    row.scale_y = 1.5
    draft, final = words.say("ui.panel.draft"), words.say("ui.panel.render")
    row.operator("afterframe.render", text=draft, icon="PLAY", translate=False).quality = "draft"
    row.operator(
        "afterframe.render", text=final, icon="RENDER_ANIMATION", translate=False
    ).quality = "final"
    count = focus.selected(effect)
    if count > 1:
        text = words.say("ui.panel.batch", count=count)
        layout.operator("afterframe.batch", text=text, icon="DUPLICATE", translate=False)


def _folder(here: session.Session) -> str:
    """Return the last parts of the path where results go; the disk is asked now and then only."""
    key = str(bpy.data.filepath)
    if _known["project"] != key or time.monotonic() - _known["at"] > FRESH:
        parts = here.host.destination().parts[-2:]
        _known.update(project=key, at=time.monotonic(), folder=str(PurePath(*parts)))
    return str(_known["folder"])


def _understood(here: session.Session, group: Any, effect: str) -> tuple[fields.Said, ...]:
    """Return what the engine made of this very prompt, the last time that it was asked."""
    prompt = getattr(getattr(group, effect), "prompt", "")
    if not prompt:
        return ()
    told = [
        status
        for status in here.board.statuses()
        if status.result is not None
        and status.job.effect == effect
        and status.job.parameters.get("prompt") == prompt
    ]
    last = max(told, key=lambda status: status.updated, default=None)
    if last is None or last.result is None:
        return ()
    about_words = (note for note in last.result.notes if "words" in note.params)
    return tuple((note.text(words.language()), _mark(note)) for note in about_words)


def _mark(note: Note) -> str:
    """Return a check mark for words that were taken for a measure of something."""
    return "CHECKMARK" if "percent" in note.params else "QUESTION"
