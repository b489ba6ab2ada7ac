"""The active strip of ours: its effect and takes, what it was made from, what has changed since."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import bpy

from ...wire import catalogue
from ...wire.effects import EFFECTS
from ...wire.job import JoinReport
from .. import comparing, marks, source, takes
from ..marks import Take
from ..takes import Standing
from . import session, settings, take_operators, words

LISTED = 20
"""Takes in the menu, the newest first: a longer one leaves the screen."""
ICONS = {
    "moved": "ARROW_LEFTRIGHT",
    "trimmed": "SNAP_EDGE",
    "swapped": "FILE_MOVIE",
    "gone": "REMOVE",
    "retimed": "MOD_TIME",
    "edited": "FILE_REFRESH",
    "missing": "LIBRARY_DATA_BROKEN",
    "gap": "SNAP_MIDPOINT",
}


class AFTERFRAME_MT_takes(bpy.types.Menu):
    """All takes of a strip, the newest first."""

    bl_idname = "AFTERFRAME_MT_takes"
    bl_label = "Takes"

    def draw(self, _context: Any) -> None:
        there = take_operators.active()
        if there is None:
            return
        made, shown = takes.of(there[1]), takes.shown(there[1])
        for number, take in list(enumerate(made, 1))[::-1][:LISTED]:
            icon = "RADIOBUT_ON" if take == shown else "RADIOBUT_OFF"
            text = f"{number}  {_told(take)}"
            button = self.layout.operator(
                "afterframe.show_take", text=text, icon=icon, translate=False
            )
            button.job = take.job


class _OnStrip:
    """A panel that is there while a strip of ours is active."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Afterframe"

    @classmethod
    def poll(cls, _context: Any) -> bool:
        return take_operators.active() is not None


class AFTERFRAME_PT_strip(_OnStrip, bpy.types.Panel):
    """What the active strip is, and its next take."""

    bl_label = "This Strip"
    bl_order = 1

    def draw(self, _context: Any) -> None:
        there = take_operators.active()
        if there is None:
            return
        strip, layout = there[1], self.layout
        now = takes.standing(strip)
        _draw_takes(layout, now)
        _draw_file(layout, strip, now)
        _draw_changes(layout, now)
        _draw_buttons(layout, now)


class AFTERFRAME_PT_strip_settings(_OnStrip, bpy.types.Panel):
    """What the next take of the strip is made with."""

    bl_label = "Settings"
    bl_parent_id = "AFTERFRAME_PT_strip"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, _context: Any) -> None:
        there = take_operators.active()
        if there is None:
            return
        strip, layout = there[1], self.layout
        if not strip.afterframe.is_property_set("effect"):  # a batch has made it
            layout.operator("afterframe.reset_take", icon="PREFERENCES")
            return
        effect = str(strip.get(marks.EFFECT, ""))
        settings.draw(layout, strip.afterframe, effect, session.current().engines)
        row = layout.row(align=True)
        row.operator("afterframe.reset_take", icon="LOOP_BACK")
        row.operator("afterframe.copy_settings", icon="COPYDOWN")


class AFTERFRAME_PT_strip_details(_OnStrip, bpy.types.Panel):
    """What the shown take was made from, and how it came out."""

    bl_label = "Details"
    bl_parent_id = "AFTERFRAME_PT_strip"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, _context: Any) -> None:
        there = take_operators.active()
        take = takes.shown(there[1]) if there is not None else None
        if there is None or take is None:
            return
        layout, language = self.layout, words.language()
        words.write(layout, _origin(there[1], take), "SEQUENCE")
        words.write(layout, _made_by(take), "SHADERFX")
        for report in take.result.joins:
            words.write(layout, _join(report), "AUTOMERGE_ON")
        for note in take.result.notes:
            words.write(layout, note.text(language), "INFO")
        row = layout.row(align=True)
        row.operator("afterframe.reveal_take", icon="FILE_FOLDER")
        row.operator("afterframe.make_independent", icon="UNLINKED")


_CLASSES: tuple[type, ...] = (
    AFTERFRAME_MT_takes,
    AFTERFRAME_PT_strip,
    AFTERFRAME_PT_strip_settings,
    AFTERFRAME_PT_strip_details,
)


def register() -> None:
    """Register the panels."""
    for each in _CLASSES:
        bpy.utils.register_class(each)


def unregister() -> None:
    """Take them back."""
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def _draw_takes(layout: Any, now: Standing) -> None:
    """Draw which take of how many is shown, between the buttons that step."""
    count, row = len(now.takes), layout.row(align=True)
    row.scale_y = 1.2
    steps = row.row(align=True)
    steps.enabled = count > 1
    steps.operator("afterframe.step_take", text="", icon="TRIA_LEFT").by = -1
    text = words.say("ui.take.unknown", count=count)
    if now.shown is not None:
        text = words.say("ui.take.of", index=now.index + 1, count=count)
    row.menu("AFTERFRAME_MT_takes", text=text, icon=settings.ICONS.get(now.effect, "NONE"))
    steps = row.row(align=True)
    steps.enabled = count > 1
    steps.operator("afterframe.step_take", text="", icon="TRIA_RIGHT").by = 1
    if now.shown is not None:
        effect = _say(f"effect.{now.effect}.label", now.effect)
        layout.label(text=f"{effect}: {_told(now.shown)}", translate=False)


def _draw_file(layout: Any, strip: Any, now: Standing) -> None:
    if now.shown is not None and not source.is_there(strip):
        name = now.shown.name
        words.write(layout, words.say("ui.take.missing", name=name), "LIBRARY_DATA_BROKEN")


def _draw_changes(layout: Any, now: Standing) -> None:
    """Say what is no longer as it was when the take was made, and what can be done about it."""
    if not (now.edited or now.changes):
        return
    box = layout.box()
    if now.out_of_date:
        row = box.row()
        row.label(text=words.say("ui.take.out_of_date"), icon="ERROR", translate=False)
        row.operator("afterframe.update_take", text=words.say("ui.take.update"), translate=False)
    if now.edited:
        names = ", ".join(_parameter(now.effect, name) for name in now.edited)
        words.write(box, words.say("ui.take.edited", names=names), "GREASEPENCIL")
    for change in now.changes:
        text = words.say(change.message, strip=change.strip, by=f"{change.by:+d}")
        words.write(box, text, ICONS[change.kind])
    by = next((change.by for change in now.changes if change.kind == "moved"), 0)
    if by:
        row = box.row(align=True)
        text = words.say("ui.take.follow", by=f"{by:+d}")
        row.operator("afterframe.follow_source", text=text, translate=False).stay = False
        text = words.say("ui.take.stay")
        row.operator("afterframe.follow_source", text=text, translate=False).stay = True


def _draw_buttons(layout: Any, now: Standing) -> None:
    row = layout.row(align=True)
    row.scale_y = 1.5
    texts = {"draft": words.say("ui.take.draft"), "final": words.say("ui.take.render")}
    for quality, icon in (("draft", "PLAY"), ("final", "RENDER_ANIMATION")):
        button = row.operator(
            "afterframe.render_take", text=texts[quality], icon=icon, translate=False
        )
        button.quality = quality
    row = layout.row()
    row.enabled = len(now.takes) > 1
    on = comparing.shown()
    text = words.say("ui.take.compare_end" if on else "ui.take.compare")
    row.operator(
        "afterframe.compare_takes",
        text=text,
        icon="SPLIT_VERTICAL",
        depress=on is not None,
        translate=False,
    )
    beside = [take for take in now.takes if on is not None and take.job == on[1]]
    for take in beside:
        words.write(layout, words.say("ui.take.compared", take=_told(take)), "INFO")


def _told(take: Take) -> str:
    """Return a take in a few words: its version, quality and seed."""
    parts = [take.version or take.name, words.say(f"ui.take.{take.quality}")]
    seed = take.parameters.get("seed")
    return ", ".join(
        [*parts, *([words.say("ui.take.seed", seed=seed)] if seed is not None else [])]
    )


def _made_by(take: Take) -> str:
    quality, result = words.say(f"ui.take.{take.quality}"), take.result
    known = {engine.name: engine.label for engine in session.current().engines}
    engine = known.get(take.engine) or take.engine
    size = words.say(
        "ui.take.size", frames=result.shown, width=result.size[0], height=result.size[1]
    )
    return f"{words.say('ui.take.made_by', quality=quality, engine=engine)}; {size}"


def _origin(strip: Any, take: Take) -> str:
    """Return what a take was made from, under the name that this has now."""
    found = [source.find(footage) for footage in take.footage]
    names = [
        there[1].name if there is not None else footage.strip
        for there, footage in zip(found, take.footage)  # noqa: B905 - one for each
    ]
    if not names:
        return words.say("ui.take.from_nothing")
    if len(names) > 1:
        return words.say("ui.take.from_gap", before=names[0], after=names[1])
    if EFFECTS[str(strip.get(marks.EFFECT))].source != "frame":
        return words.say("ui.take.from_clip", strip=names[0])
    zero = source.look(*found[0]).zero if found[0] is not None else take.footage[0].zero
    return words.say("ui.take.from_frame", strip=names[0], frame=zero + take.footage[0].head)


def _join(report: JoinReport) -> str:
    return words.say(f"join.{report.side}", **asdict(report))


def _parameter(effect: str, name: str) -> str:
    """Return what a parameter is called before the user."""
    if name in {"engine", "seen"}:
        return words.say(f"ui.take.{name}")
    return _say(f"parameter.{effect}.{name}.label", name)


def _say(message: str, otherwise: str) -> str:
    return catalogue.text_or(otherwise, message, words.language())
