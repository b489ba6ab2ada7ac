"""Results on the timeline: a strip on a free channel above its clip, read back, marked.

A result goes where the user sees it beside its source: inside a meta that is being edited, above
one that is closed. What is asked onto its clip's own channel goes there while that is free.
A new take of what stands on the timeline goes behind the strip that is there.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

from ..base import Placed
from ..wire import catalogue
from ..wire.clip import Span
from ..wire.effects import EFFECTS
from ..wire.errors import ItemGone, NoFreeChannel, PlaceFailed, RateChanged
from ..wire.job import Job, JobStatus, Result
from ..wire.results import result_start
from . import capture, compat, exact, look, marks, studio, takes, timeline

COLOR_TAG = "COLOR_06"
LAID_OVER = frozenset({"ALPHA_OVER", "CROSS"})
"""Ways of blending in which a picture shows through by its opacity, and nothing else happens."""


def place(status: JobStatus) -> Placed:
    """Put a result on the timeline; see ``base.Placement``."""
    there = placed(status.job.id)
    if there is not None:
        return there
    result, clip = _result(status), status.job.clip
    taken = _add_take(status, result)
    if taken is not None:
        return taken
    scene, source = timeline.find_source(clip)
    _check_rate(scene, result)
    start = result_start(status.job, result.shown) + timeline.moved(source, clip)
    span = Span(start, result.shown)
    level = timeline.open_level(scene, source)
    channel = _free_channel(level, source, status.job, span)
    return _put(level, status, span, channel, source)


def place_alone(status: JobStatus, at: int | None = None) -> Placed:
    """Put a result whose clip is not there on the timeline that is edited, above all else there.

    It looks as its pictures do: the clip whose transform and grade it would have is gone.

    Args:
        status: of a job that is done.
        at: timeline frame where it begins; None: where it would have stood.

    Raises:
        NoFreeChannel, PlaceFailed, RateChanged: as for :func:`place`; nothing was changed.
    """
    there = placed(status.job.id)
    if there is not None:
        return there
    result, scene = _result(status), compat.edited_scene()
    _check_rate(scene, result)
    start = result_start(status.job, result.shown) if at is None else at
    span = Span(start, result.shown)
    level = timeline.edited_level(scene)
    over = [each.channel for each in compat.strips(level) if _meets(each, span)]
    channel = _channel_above(level, span, max(over, default=0))
    return _put(level, status, span, channel, None)


def placed(job: str) -> Placed | None:
    """Return where a job's result stands, in any scene of the file, shown or as another take."""
    there = takes.holder(job)
    return _as_placed(*there) if there is not None else None


def reveal(item: str) -> None:
    """Select a strip alone and go to its first frame."""
    scene, strip = timeline.find_item(item)
    for other in compat.all_strips(scene.sequence_editor):
        other.select = False
    strip.select = True
    scene.sequence_editor.active_strip = strip
    scene.frame_set(compat.first_frame(strip))


def _put(level: Any, status: JobStatus, span: Span, channel: int, source: Any | None) -> Placed:
    """Add the strip, make it what it is to be and read it back; one undo step, or nothing."""
    scene, result = level.id_data, _result(status)
    strip = _add(level, status, result, span, channel)
    try:
        _add_pictures(strip, result)
        if any(result.handles):
            _trim(strip, span, channel)
        _set_colour(strip, result.colour_space or status.job.clip.media.colour_space)
        if source is not None and not status.job.seen:
            _set_look(scene, source, strip, span.start)
            if status.job.effect == "restyle":
                look.copy_animation(source, strip, scene, _ratio(scene, source, strip))
            if _shines_through(level, source, strip, scene):
                _cover(strip)
        _verify(strip, result, span, channel)
        _mark(level, strip, status)
    except BaseException as error:  # Ctrl-C among them: nothing half placed is left behind
        compat.strips(level).remove(strip)
        if isinstance(error, (RuntimeError, TypeError)):
            raise PlaceFailed(path=result.path, detail=str(error)) from error
        raise
    push_undo(f"Place {strip.name}")
    return _as_placed(scene, strip)


def _result(status: JobStatus) -> Result:
    """Return what the job made, all of it on disk."""
    result = status.result
    if status.state != "done" or result is None:
        raise ValueError(f"only what is done can be placed, not a job that is {status.state}")
    for path in (marks.files(result)[0], marks.files(result)[-1]):
        if not path.is_file():
            raise PlaceFailed(path=str(path), detail="it is not there")
    return result


def _add_take(status: JobStatus, result: Result) -> Placed | None:
    """Put a result behind the strip whose new take it is; None: it has to have one of its own."""
    there = takes.waiting_for(status)
    if there is None:
        return None
    scene, strip = there
    _check_rate(scene, result)
    try:
        strip = takes.add(scene, strip, status)
    except PlaceFailed:  # the strip is as it was; the result is not lost for it
        return None
    push_undo(f"New take of {strip.name}")
    return _as_placed(scene, strip)


def _check_rate(scene: Any, result: Result) -> None:
    """Raise RateChanged where the result's pictures would be shown too fast, or too slow."""
    rate = timeline.scene_rate(scene)
    if result.rate != rate:
        raise RateChanged(made=f"{float(result.rate):.5g}", now=f"{float(rate):.5g}")


def _free_channel(level: Any, source: Any, job: Job, span: Span) -> int:
    """Return the channel for a result: the source's own where that is meant, or the first above.

    Raises:
        NoFreeChannel: all above are taken, locked or not shown.
    """
    strips = compat.strips(level)
    below = _below(level, source, job)
    over = [each for strip in below for each in (strip, *timeline.speed_effects(strips, strip))]
    own = {each.channel for each in below}
    if (job.own_track or job.effect == "bridge") and len(own) == 1:
        number: int = min(own)
        if exact.free_channel(_taken(level), span, number - 1, _closed(level)) == number:
            return number
    return _channel_above(level, span, max(each.channel for each in over))


def _channel_above(level: Any, span: Span, number: int) -> int:
    channel = exact.free_channel(_taken(level), span, number, _closed(level))
    if channel is None:
        raise NoFreeChannel(first=span.start, last=span.end - 1)
    return channel


def _taken(level: Any) -> list[exact.Taken]:
    return [
        exact.Taken(each.channel, compat.first_frame(each), compat.end_frame(each))
        for each in compat.strips(level)
    ]


def _closed(level: Any) -> list[int]:
    return [n for n, each in enumerate(level.channels) if each.lock or each.mute]


def _meets(strip: Any, span: Span) -> bool:
    return compat.first_frame(strip) < span.end and compat.end_frame(strip) > span.start


def _below(level: Any, source: Any, job: Job) -> list[Any]:
    """Return what stands on a level for what a result is made from: one clip, or two."""
    found = [timeline.standing_for(source, level)]
    if job.after is not None:
        with suppress(ItemGone):  # it is gone by now: the clip before the gap decides
            scene, after = timeline.find_source(job.after)
            if scene == level.id_data:
                found.append(timeline.standing_for(after, level))
    return [each for each in found if each is not None]


def _add(level: Any, status: JobStatus, result: Result, span: Span, channel: int) -> Any:
    files = marks.files(result)
    name = exact.strip_name(status.job.clip.name, status.job.effect, marks.version_of(result))
    strips = compat.strips(level)
    add = strips.new_image if result.is_sequence else strips.new_movie
    try:
        first = span.start - result.handles[0]
        strip = add(name, _kept_path(files[0]), channel, first, fit_method="ORIGINAL")
    except RuntimeError as error:
        raise PlaceFailed(path=result.path, detail=str(error).strip()) from error
    strip.select = False
    return strip


def _kept_path(path: Path) -> str:
    """Return a path as Blender itself would keep it: relative to the project, if so preferred."""
    if bpy.data.filepath and bpy.context.preferences.filepaths.use_relative_paths:
        with suppress(ValueError):  # another drive
            return str(bpy.path.relpath(str(path)))
    return str(path)


def _add_pictures(strip: Any, result: Result) -> None:
    for path in marks.files(result)[1:]:
        strip.elements.append(path.name)


def _trim(strip: Any, span: Span, channel: int) -> None:
    """Hide the handles; a strip that was too long for its place had gone to another channel."""
    compat.set_ends(strip, span.start, span.end)
    strip.channel = channel


def _set_colour(strip: Any, name: str) -> None:
    """Read the result in the encoding that the source is read in, where this Blender has it."""
    with suppress(TypeError):  # a name of another colour configuration
        strip.colorspace_settings.name = name


def _set_look(scene: Any, source: Any, strip: Any, frame: int) -> None:
    """Give the result the source's transform and grade, as animated at the result's start."""
    ratio = _ratio(scene, source, strip)
    at = min(max(frame, compat.first_frame(source)), compat.end_frame(source) - 1)
    with studio.scene_copy(scene) as copy:
        editor = studio.evaluated(copy, at).sequence_editor
        animated = compat.all_strips(editor)[source.name]
        look.copy_look(animated, strip, scene, ratio)


def _shines_through(level: Any, source: Any, strip: Any, scene: Any) -> bool:
    """Return True where the source, and nothing else, would be seen through a result over it.

    What is half transparent over nothing would be less so over itself. With other strips below,
    or a brightness of its own, it cannot be made to look as the source alone does.
    """
    is_whole = strip.blend_alpha == 1.0 and not look.is_fading(strip, scene)
    if is_whole or strip.blend_type not in LAID_OVER or strip.color_multiply != 1.0:
        return False
    span = Span(compat.first_frame(strip), compat.end_frame(strip) - compat.first_frame(strip))
    below = [
        each
        for each in compat.strips(level)
        if each.channel < strip.channel
        and _meets(each, span)
        and not (each.mute or level.channels[each.channel].mute or each.type == "SOUND")
    ]
    return below == [timeline.standing_for(source, level)]


def _cover(strip: Any) -> None:
    """Make a strip hide what is below it, and be as transparent as it is.

    Blender then dims its picture by the opacity; transparent as well it becomes only where the
    picture is kept in floating point.
    """
    strip.blend_type = "REPLACE"
    strip.multiply_alpha = strip.use_float = True


def _ratio(scene: Any, source: Any, strip: Any) -> tuple[float, float]:
    """Return the size of a result's pictures divided by the source's, across and up."""
    size, element = capture.source_size(scene, source), strip.elements[0]
    return element.orig_width / size[0], element.orig_height / size[1]


def _verify(strip: Any, result: Result, span: Span, channel: int) -> None:
    """Compare what Blender made of it with what was asked for, to the frame."""
    element = strip.elements[0]
    asked = (span.start, span.end, channel, *result.size)
    size = element.orig_width, element.orig_height
    got = (compat.first_frame(strip), compat.end_frame(strip), strip.channel, *size)
    if got != asked:
        detail = f"start, end, channel, width and height are {got} instead of {asked}"
        raise PlaceFailed(path=result.path, detail=detail)


def _mark(level: Any, strip: Any, status: JobStatus) -> None:
    strip.color_tag = COLOR_TAG
    takes.begin(level.id_data, strip, status)
    _name_channel(level, strip, status.job.effect)


def _name_channel(level: Any, strip: Any, effect: str) -> None:
    """Name a channel for the effects on it, unless anything else is there or it has a name."""
    channel = level.channels[strip.channel]
    label = _channel_word(effect)
    alone = all(s == strip or s.channel != strip.channel for s in compat.strips(level))
    if channel.name == f"Channel {strip.channel}":
        if alone:
            channel.name = label
        return
    said = channel.name.split(", ")
    if {*said} <= {_channel_word(each) for each in EFFECTS} and label not in said:
        channel.name = ", ".join((*said, label))


def _channel_word(effect: str) -> str:
    return catalogue.text(f"effect.{effect}.channel", str(bpy.app.translations.locale or ""))


def _as_placed(scene: Any, strip: Any) -> Placed:
    start, end = compat.first_frame(strip), compat.end_frame(strip)
    level = strip.parent_meta() or scene.sequence_editor
    track = level.channels[strip.channel].name
    return Placed(timeline.item_id(scene, strip), strip.name, track, Span(start, end - start))


def push_undo(message: str) -> None:
    """Make what was done one step for the user; without a window there is no undo."""
    if compat.has_window():
        _push_step(message)


def _push_step(message: str) -> None:
    if bpy.ops.ed.undo_push.poll():
        bpy.ops.ed.undo_push(message=message)
