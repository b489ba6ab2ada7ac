"""New takes, stepping through takes, comparing them; what is done where the source has changed."""

from __future__ import annotations

from typing import Any

import bpy

from ...orders import Order, Wish
from ...wire.effects import EFFECTS
from ...wire.errors import AfterframeError, FrameTrimmed, SourceGone
from ...wire.job import Quality
from .. import comparing, compat, marks, place, source, takes, timeline
from ..adapter import BlenderHost
from ..marks import Take
from . import session, settings, words
from .operators import HIDDEN, QUALITIES, reveal, told


def register() -> None:
    """Register the operators; keep paths right, and what is compared out of files."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    marks.follow_saves()
    comparing.stay_out_of_files()


def unregister() -> None:
    """Take it back."""
    comparing.end()
    comparing.forget_files()
    marks.unfollow_saves()
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def active() -> tuple[Any, Any] | None:
    """Return scene and strip where a strip of ours is active, or what is compared with one."""
    scene = compat.edited_scene()
    editor = scene.sequence_editor if scene is not None else None
    strip = editor.active_strip if editor is not None else None
    if strip is None:
        return None
    if marks.COMPARING in strip:
        return takes.find(comparing.of(strip)[0])
    ours = marks.is_ours(strip) and scene.library is None
    return (scene, strip) if ours else None


def order(host: BlenderHost, scene: Any, strip: Any, wish: Wish) -> Order:
    """Return a wish for a new take of a strip: of what the shown one was made of, as it is now.

    Raises:
        SourceGone: that is no longer on the timeline, or not known.
        FrameTrimmed: it no longer shows the frame that a clip was generated from.
    """
    take = takes.shown(strip)
    clips, at = [], None
    for footage in take.footage if take is not None else ():
        there = source.find(footage)
        if there is None:
            raise SourceGone(item=strip.name, source=footage.strip)
        clip = timeline.read_clip(*there, host.document())
        clips.append(clip)
        if EFFECTS[wish.effect].source == "frame":
            at = source.look(*there).zero + footage.head
            if at not in clip.record_range:
                raise FrameTrimmed(frame=at, clip=clip.name)
    if len(clips) < (2 if EFFECTS[wish.effect].source == "gap" else 1):
        raise SourceGone(item=strip.name, source="?")
    after = clips[1] if len(clips) > 1 else None
    lineage = takes.claim(scene, strip)
    return Order(clips[0], wish, at, host.describe().id, after, lineage)


class _OnStrip:
    """Something that is done with the active strip of ours."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls: Any, _context: Any) -> bool:
        if active() is None:
            cls.poll_message_set(words.say("ui.take.none"))
            return False
        return True

    def execute(self: Any, context: Any) -> set[str]:
        there = active()
        if there is None:
            return {"CANCELLED"}
        try:
            done: set[str] = self.act(context, *there)
        except AfterframeError as error:
            self.report({"ERROR"}, " ".join(words.explain(error)))
            return {"CANCELLED"}
        session.redraw()
        return done


class AFTERFRAME_OT_render_take(_OnStrip, bpy.types.Operator):
    """Make a new take of this strip with its settings; it goes behind the same strip"""

    bl_idname = "afterframe.render_take"
    bl_label = "Render New Take"
    bl_options = {"REGISTER"}

    __annotations__ = {
        "quality": bpy.props.EnumProperty(
            name="Quality", items=QUALITIES, default="final", options={"SKIP_SAVE"}
        )
    }

    def act(self, _context: Any, scene: Any, strip: Any) -> set[str]:
        return _render(self, scene, strip, self.quality)


class AFTERFRAME_OT_update_take(_OnStrip, bpy.types.Operator):
    """Bring this strip up to date: a new take of the same quality, with its settings as they are"""

    bl_idname = "afterframe.update_take"
    bl_label = "Update Take"
    bl_options = {"REGISTER"}

    def act(self, _context: Any, scene: Any, strip: Any) -> set[str]:
        take = takes.shown(strip)
        return _render(self, scene, strip, take.quality if take is not None else "final")


class AFTERFRAME_OT_show_take(_OnStrip, bpy.types.Operator):
    """Show this take in the strip; where it stands, its trims and its look stay"""

    bl_idname = "afterframe.show_take"
    bl_label = "Show Take"

    __annotations__ = {"job": bpy.props.StringProperty(options=HIDDEN)}

    def act(self, _context: Any, scene: Any, strip: Any) -> set[str]:
        if not any(take.job == self.job for take in takes.of(strip)):
            return {"CANCELLED"}
        takes.show(scene, strip, self.job)
        return {"FINISHED"}


class AFTERFRAME_OT_step_take(_OnStrip, bpy.types.Operator):
    """Show the next take in the strip, or the one before; those whose file is gone are skipped"""

    bl_idname = "afterframe.step_take"
    bl_label = "Step Through Takes"

    __annotations__ = {
        "by": bpy.props.IntProperty(name="Step", default=1, min=-1, max=1, options={"SKIP_SAVE"})
    }

    @classmethod
    def description(cls, _context: Any, properties: Any) -> str:
        return words.say("ui.take.next.help" if properties.by > 0 else "ui.take.previous.help")

    def act(self, _context: Any, scene: Any, strip: Any) -> set[str]:
        if len(takes.of(strip)) < 2 or not self.by:
            self.report({"INFO"}, words.say("ui.take.only"))
            return {"CANCELLED"}
        strip, skipped = takes.step(scene, strip, self.by)
        if skipped:
            names = ", ".join(take.name for take in skipped)
            self.report({"WARNING"}, words.say("ui.take.skipped", names=names))
        return {"FINISHED"}


class AFTERFRAME_OT_compare_takes(_OnStrip, bpy.types.Operator):
    """Show another take over the right half of the picture; press again to end it"""

    bl_idname = "afterframe.compare_takes"
    bl_label = "Compare Takes"

    __annotations__ = {
        "job": bpy.props.StringProperty(options=HIDDEN),
        "at": bpy.props.FloatProperty(
            name="Line",
            description="Where the one take ends and the other begins",
            default=0.5,
            min=0.0,
            max=1.0,
            subtype="FACTOR",
            options={"SKIP_SAVE"},
        ),
    }

    def act(self, _context: Any, scene: Any, strip: Any) -> set[str]:
        if comparing.end():
            return {"FINISHED"}
        shown = takes.shown(strip)
        other = _other(strip, shown, self.job)
        if shown is None or other is None:
            self.report({"INFO"}, words.say("ui.take.only"))
            return {"CANCELLED"}
        comparing.begin(scene, strip, shown, other, self.at)
        return {"FINISHED"}


class AFTERFRAME_OT_follow_source(_OnStrip, bpy.types.Operator):
    """Move this strip as its source was moved"""

    bl_idname = "afterframe.follow_source"
    bl_label = "Follow Source"

    __annotations__ = {"stay": bpy.props.BoolProperty(options=HIDDEN)}

    @classmethod
    def description(cls, _context: Any, properties: Any) -> str:
        return words.say(f"ui.take.{'stay' if properties.stay else 'follow'}.help")

    def act(self, _context: Any, scene: Any, strip: Any) -> set[str]:
        if self.stay:
            takes.stay(strip)
        else:
            takes.follow(scene, strip)
        return {"FINISHED"}


class AFTERFRAME_OT_make_independent(_OnStrip, bpy.types.Operator):
    """Cut this strip off from its copies: results that are made for them no longer reach it"""

    bl_idname = "afterframe.make_independent"
    bl_label = "Make Independent"

    def act(self, _context: Any, scene: Any, strip: Any) -> set[str]:
        takes.make_independent(scene, strip)
        self.report({"INFO"}, words.say("ui.take.independent"))
        return {"FINISHED"}


class AFTERFRAME_OT_reset_take(_OnStrip, bpy.types.Operator):
    """Set the parameters to those that the take was made with"""

    bl_idname = "afterframe.reset_take"
    bl_label = "Settings of This Take"

    def act(self, _context: Any, _scene: Any, strip: Any) -> set[str]:
        takes.fill(strip)
        return {"FINISHED"}


class AFTERFRAME_OT_reveal_take(_OnStrip, bpy.types.Operator):
    """Open the folder that the take and its recipe are in"""

    bl_idname = "afterframe.reveal_take"
    bl_label = "Open Folder"
    bl_options = {"INTERNAL"}

    def act(self, _context: Any, _scene: Any, strip: Any) -> set[str]:
        take = takes.shown(strip)
        result = marks.found(strip, take) if take is not None else None
        if result is None:
            self.report({"WARNING"}, words.say("ui.queue.open_folder.gone"))
            return {"CANCELLED"}
        reveal(result)
        return {"FINISHED"}


def _render(operator: Any, scene: Any, strip: Any, quality: Quality) -> set[str]:
    """Ask for a take, unless there is one that is the same."""
    if not strip.afterframe.is_property_set("effect"):
        takes.fill(strip)
    settings.roll(strip.afterframe)
    here = session.current()
    same = takes.same(strip, quality)
    if same is not None:
        place.push_undo(f"Show take in {takes.show(scene, strip, same.job).name}")
        operator.report({"INFO"}, words.say("ui.take.same"))
        return {"FINISHED"}
    wish = settings.wish(strip.afterframe, quality)
    here.order(order(here.host, scene, strip, wish))
    return told(operator, here.problem)


def _other(strip: Any, shown: Take | None, job: str) -> Take | None:
    """Return the take to compare with: the one that is named, else the one before."""
    made = [take for take in takes.of(strip) if take != shown]
    named = [take for take in made if take.job == job]
    if named or shown is None:
        return next(iter(named), None)
    index = takes.of(strip).index(shown)
    before, after = takes.of(strip)[:index], takes.of(strip)[index + 1 :]
    return next(
        (take for take in (*before[::-1], *after) if marks.found(strip, take) is not None), None
    )


_CLASSES: tuple[type, ...] = (
    AFTERFRAME_OT_render_take,
    AFTERFRAME_OT_update_take,
    AFTERFRAME_OT_show_take,
    AFTERFRAME_OT_step_take,
    AFTERFRAME_OT_compare_takes,
    AFTERFRAME_OT_follow_source,
    AFTERFRAME_OT_make_independent,
    AFTERFRAME_OT_reset_take,
    AFTERFRAME_OT_reveal_take,
)
