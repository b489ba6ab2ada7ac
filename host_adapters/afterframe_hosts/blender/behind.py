"""What a strip shows, exchanged behind all that the user has done to it.

Blender moves a strip to another channel, or aside, the moment it touches another one. So wherever
its ends change, it is taken to a channel where nothing is, changed, and put back.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..wire import codec
from ..wire.clip import Span
from ..wire.errors import BadMessage, NoFreeChannel
from ..wire.job import Result
from . import compat, exact, look, marks, timeline
from .marks import Take

FAR = 100_000
"""Frames on both sides for which a channel is free that a strip is changed in."""
PLACE = frozenset(
    {"rna_type", "name", "type", "channel", "filepath", "directory", "elements", "modifiers"}
    | {"frame_start", "frame_final_start", "frame_final_end", "frame_final_duration"}
    | {"frame_offset_start", "frame_offset_end", "frame_duration", "fps"}
    | {"content_start", "left_handle", "right_handle", "duration", "left_handle_offset"}
    | {"right_handle_offset", "content_duration", "content_end", "retiming_keys", "connections"}
    | {"stream_index"}
)
"""Properties of a strip that say where it stands and what it shows; the others are the user's."""


POINT = ("co", "handle_left", "handle_right")
"""Of a keyframe: frame and value each."""


_Trims = tuple[int | None, int | None]
"""First frame and end that the user chose; None where all there is stands there."""
NO_TRIMS: _Trims = (None, None)


@dataclass(frozen=True)
class _Kept:
    """What a strip says of its trims: those that are wanted, and what it was given."""

    trims: tuple[tuple[int | None, int | None], tuple[int | None, int | None]]


@dataclass(frozen=True)
class Ends:
    """Where a strip stands: its content and what is seen of it, in timeline frames."""

    start: int
    first: int
    end: int


def shown_start(strip: Any, take: Take) -> int:
    """Return the timeline frame where a take's first shown frame stands, trimmed or not."""
    return compat.content_start(strip) - compat.skipped_frames(strip) + _handles(strip, take)[0]


def put(scene: Any, strip: Any, take: Take, before: Take) -> Any:
    """Show a take in place of another; return the strip, which is a new one for another kind.

    Args:
        scene: of the strip.
        strip: of ours.
        take: to be shown, its paths absolute.
        before: that is shown now.

    Raises:
        RuntimeError, TypeError: Blender did not take it; the strip is as it was.
    """
    place = _Place.of(scene, strip, before)
    if take.result.is_sequence != (strip.type == "IMAGE"):
        return _replace(scene, strip, take, before, place)
    shown, ends, colour = _files(strip), _ends(strip), strip.colorspace_settings.name
    try:
        _show(strip, marks.files(take.result))
        _set_colour(strip, take, before)
        _resize(scene, strip, before.result, take.result)
        place.take(scene, strip, take)
    except BaseException:
        _show(strip, shown)
        strip.colorspace_settings.name = colour
        _resize(scene, strip, take.result, before.result)
        with _animation_kept(scene, strip):
            _stand(scene, strip, ends, place.channel)
        raise
    return strip


def move(scene: Any, strip: Any, by: int) -> None:
    """Move a strip in time; where its channel is taken there, to the first free one above.

    Raises:
        NoFreeChannel: there is none; nothing was changed.
    """
    now = _ends(strip)
    span = Span(now.first + by, now.end - now.first)
    level = strip.parent_meta() or scene.sequence_editor
    closed = [n for n, each in enumerate(level.channels) if each.lock or each.mute]
    closed = [number for number in closed if number != strip.channel]
    channel = exact.free_channel(_others(scene, strip), span, strip.channel - 1, closed)
    if channel is None:
        raise NoFreeChannel(first=span.start, last=span.end - 1)
    _stand(scene, strip, Ends(now.start + by, span.start, span.end), channel)


@dataclass(frozen=True)
class _Place:
    """Where a strip stands for its user, whatever it shows.

    Attributes:
        channel: of the strip.
        hangs: timeline frame at which it hangs on its source.
        trims: first frame and end that the user chose, counted from there; None: all there is.
        held: for either end, whether the user has drawn it out beyond the medium.
        limits: frames between which the channel is free.
    """

    channel: int
    hangs: int
    trims: _Trims
    held: tuple[bool, bool]
    limits: tuple[int, int]

    @classmethod
    def of(cls, scene: Any, strip: Any, take: Take) -> _Place:
        now, start = _ends(strip), shown_start(strip, take)
        hangs = start + take.lead
        seen = (now.first, now.end)
        whole = (start, start + take.result.shown)
        trims = [None if one == all_ else one - hangs for one, all_ in zip(seen, whole)]  # noqa: B905
        wanted, given = _kept_trims(strip)
        for n, one in enumerate(seen):
            if given[n] is not None and one - hangs == given[n]:
                trims[n] = wanted[n]
        held = now.first < now.start, now.end > now.start + compat.content_length(strip)
        own = [each for each in _others(scene, strip) if each.channel == strip.channel]
        limits = (
            max((each.end for each in own if each.end <= now.first), default=-FAR),
            min((each.start for each in own if each.start >= now.end), default=FAR),
        )
        return cls(strip.channel, hangs, (trims[0], trims[1]), held, limits)

    def take(self, scene: Any, strip: Any, take: Take) -> None:
        """Make a strip that shows a take stand there."""
        if compat.is_retimed(strip):  # Blender itself holds the ends, and the speed between them
            return
        start = self.hangs - take.lead - _handles(strip, take)[0] + compat.skipped_frames(strip)
        ends = self._ends_of(take, start, start + compat.content_length(strip))
        with _animation_kept(scene, strip):
            _stand(scene, strip, ends, self.channel)
        given = (ends.first - self.hangs, ends.end - self.hangs)
        short = [w is not None and w != g for w, g in zip(self.trims, given)]  # noqa: B905
        if any(short):
            strip[marks.TRIMS] = json.dumps([self.trims, given])
        elif marks.TRIMS in strip:
            del strip[marks.TRIMS]

    def _ends_of(self, take: Take, start: int, end: int) -> Ends:
        whole = (self.hangs - take.lead, self.hangs - take.lead + take.result.shown)
        first, last = (
            all_ if trim is None else self.hangs + trim
            for trim, all_ in zip(self.trims, whole)  # noqa: B905
        )
        wished = first, last
        first = first if self.held[0] else max(first, start)
        last = last if self.held[1] else min(last, end)
        if first >= last:  # all that the user had left is missing from this take
            first, last = wished
        first, last = max(first, self.limits[0]), min(last, self.limits[1])
        return Ends(start, first, max(last, first + 1))


def _kept_trims(strip: Any) -> tuple[_Trims, _Trims]:
    """Return the ends that the user chose and a take was too short for, and what it was given."""
    try:
        kept = codec.load(_Kept, {"trims": marks.read(strip.get(marks.TRIMS))})
    except BadMessage:
        return NO_TRIMS, NO_TRIMS
    wanted, given = kept.trims
    near = marks.are_near(*(each for each in (*wanted, *given) if each is not None))
    return (wanted, given) if near else (NO_TRIMS, NO_TRIMS)


def _handles(strip: Any, take: Take) -> tuple[int, int]:
    """Return the hidden frames before and after what a take shows, as they lie on the timeline."""
    first, last = take.result.handles
    return (last, first) if strip.use_reverse_frames else (first, last)


def _ends(strip: Any) -> Ends:
    return Ends(compat.content_start(strip), compat.first_frame(strip), compat.end_frame(strip))


def _others(scene: Any, strip: Any) -> list[exact.Taken]:
    return [
        exact.Taken(each.channel, compat.first_frame(each), compat.end_frame(each))
        for each in timeline.siblings(scene, strip)
        if each != strip
    ]


def _stand(scene: Any, strip: Any, ends: Ends, channel: int) -> None:
    """Make a strip stand somewhere, to the frame; above the channel where that is taken.

    Raises:
        RuntimeError: Blender has put it elsewhere.
    """
    if _ends(strip) == ends and strip.channel == channel:
        return
    taken = _others(scene, strip)
    # Upon another strip Blender may look for a place without end: it is not left to it.
    free = exact.free_channel(taken, Span(ends.first, ends.end - ends.first), channel - 1)
    aside = exact.free_channel(taken, Span(-FAR, 2 * FAR), 0)
    if free is None or aside is None:
        raise RuntimeError(f"no channel is free from frame {ends.first} to {ends.end - 1}")
    strip.channel = aside
    compat.set_content_start(strip, ends.start)
    compat.set_ends(strip, ends.first, ends.end)
    strip.channel = free
    if (_ends(strip), strip.channel) != (ends, free):
        raise RuntimeError(f"{_ends(strip)} in channel {strip.channel} instead of {ends}")


@contextmanager
def _animation_kept(scene: Any, strip: Any) -> Iterator[None]:
    """Leave keyframes where they are on the timeline: Blender moves them along with the content."""
    points = [
        (point, [getattr(point, at)[0] for at in POINT])
        for curve in animation(scene, strip.path_from_id())
        for point in curve.keyframe_points
    ]
    yield
    for point, frames in points:
        for at, frame in zip(POINT, frames):  # noqa: B905 - as many as there are names
            setattr(point, at, (frame, getattr(point, at)[1]))


def _files(strip: Any) -> list[Path]:
    if strip.type == "MOVIE":
        return [Path(strip.filepath)]
    return [Path(strip.directory) / element.filename for element in strip.elements]


def _show(strip: Any, files: list[Path]) -> None:
    """Make a strip show a movie, or pictures, of its own kind."""
    if strip.type == "MOVIE":
        strip.filepath = _as_before(strip.filepath, str(files[0]))
        return
    strip.directory = _as_before(strip.directory, str(files[0].parent) + os.sep)
    while len(strip.elements) > len(files):
        strip.elements.pop(len(strip.elements) - 1)
    for element, file in zip(strip.elements, files):  # noqa: B905 - elements may be fewer
        element.filename = file.name
    for file in files[len(strip.elements) :]:
        strip.elements.append(file.name)


def _as_before(before: str, path: str) -> str:
    """Return a path relative to the project where the one before was."""
    if not before.startswith("//") or path.startswith("//"):
        return path
    try:
        return str(bpy.path.relpath(path)) + (os.sep if path.endswith(os.sep) else "")
    except ValueError:  # another drive
        return path


def _set_colour(strip: Any, take: Take, before: Take) -> None:
    """Read pictures in the encoding they are in, unless the user has chosen one."""
    name = take.result.colour_space
    if name and name != before.result.colour_space:
        strip.colorspace_settings.name = name


def _resize(scene: Any, strip: Any, before: Result, now: Result) -> None:
    """Keep the part of the frame that a strip covers, and of its pictures what is cropped away."""
    across, up = now.size[0] / before.size[0], now.size[1] / before.size[1]
    if across == up == 1:
        return
    factors = {"transform.scale_x": 1 / across, "transform.scale_y": 1 / up}
    factors |= {f"crop.{end}_x": across for end in ("min", "max")}
    factors |= {f"crop.{end}_y": up for end in ("min", "max")}
    path = strip.path_from_id()
    for name, factor in factors.items():
        owner = getattr(strip, name.partition(".")[0])
        member = name.partition(".")[2]
        value = getattr(owner, member) * factor
        setattr(owner, member, value if "scale" in name else round(value))
        for curve in animation(scene, f"{path}.{name}"):
            for point in curve.keyframe_points:
                for at in POINT:
                    frame, height = getattr(point, at)
                    setattr(point, at, (frame, height * factor))
            curve.update()


def animation(scene: Any, path: str) -> Iterator[Any]:
    """Yield a scene's curves and drivers whose path begins so: of actions, of NLA strips too."""
    found = scene.animation_data
    if found is None:
        return
    actions = [found.action]
    actions += [strip.action for track in found.nla_tracks for strip in track.strips]
    owners = [owner for each in dict.fromkeys(actions) if each for owner in compat.curves_of(each)]
    for owner in (*owners, found.drivers):
        yield from [curve for curve in owner if curve.data_path.startswith(path)]


def _replace(scene: Any, strip: Any, take: Take, before: Take, place: _Place) -> Any:
    """Put a new strip of another kind where a strip is, with all that the old one had.

    Raises:
        RuntimeError: the strip is retimed, and Blender gives no way to keep that.
    """
    if compat.is_retimed(strip):
        raise RuntimeError("the strip is retimed, which a strip of another kind cannot take over")
    files, siblings = marks.files(take.result), timeline.siblings(scene, strip)
    name, path = strip.name, strip.path_from_id()
    add = siblings.new_image if take.result.is_sequence else siblings.new_movie
    aside = exact.free_channel(_others(scene, strip), Span(-FAR, 2 * FAR), 0) or strip.channel + 1
    made = add("afterframe take", str(files[0]), aside, place.hangs, fit_method="ORIGINAL")
    try:
        for file in files[1:] if made.type == "IMAGE" else ():
            made.elements.append(file.name)
        _take_over(scene, strip, made)
        made.colorspace_settings.name = take.result.colour_space or made.colorspace_settings.name
    except BaseException:
        siblings.remove(made)
        raise
    curves = [(curve, curve.data_path) for curve in animation(scene, path)]
    for number, (curve, _) in enumerate(curves):  # out of reach while their strip goes
        curve.data_path = f"afterframe_{number}"
    active = scene.sequence_editor.active_strip == strip
    channel = strip.channel
    _hand_over(scene, strip, made)
    siblings.remove(strip)
    made.name = name
    for curve, kept in curves:
        curve.data_path = kept
    made.channel = channel
    _resize(scene, made, before.result, take.result)
    place.take(scene, made, take)
    if active:
        scene.sequence_editor.active_strip = made
    return made


def _take_over(scene: Any, strip: Any, made: Any) -> None:
    """Give a strip the user's settings, look and custom properties of another."""
    copy_values(strip, made, PLACE)
    for modifier in strip.modifiers:
        look.copy_modifier(modifier, made, scene)
    for key in strip.keys():  # noqa: SIM118 - a strip is no dictionary
        if key not in strip.bl_rna.properties:
            made[key] = strip[key]


def _hand_over(scene: Any, strip: Any, made: Any) -> None:
    """Have everything that works on a strip work on another: effects, masks of modifiers."""
    for other in compat.all_strips(scene.sequence_editor):
        for name in ("input_1", "input_2"):
            if getattr(other, name, None) == strip:
                setattr(other, name, made)
        for modifier in getattr(other, "modifiers", ()):
            if modifier.input_mask_strip == strip:
                modifier.input_mask_strip = made
    # Blender 5.2 looks up a strip's effects in a table of its own, which a new name renews; the
    # effects that it finds there go when the strip does.
    made.name = f"{made.name} "


def copy_values(source: Any, target: Any, but: frozenset[str]) -> None:
    """Copy what can be set of one thing to another of its kind, groups of other add-ons too."""
    for prop in source.bl_rna.properties:
        name = prop.identifier
        if name in but or not hasattr(target, name):
            continue
        if prop.type == "POINTER" and (prop.is_readonly or prop.is_runtime):
            inner = getattr(source, name)
            if inner is not None and getattr(target, name) is not None:
                copy_values(inner, getattr(target, name), frozenset({"rna_type", "name"}))
        elif prop.type == "COLLECTION" and prop.is_runtime:
            _copy_items(getattr(source, name), getattr(target, name))
        elif not prop.is_readonly and (not prop.is_runtime or source.is_property_set(name)):
            _copy_value(source, target, name)


def _copy_items(source: Any, target: Any) -> None:
    target.clear()
    for item in source:
        copy_values(item, target.add(), frozenset({"rna_type"}))


def _copy_value(source: Any, target: Any, name: str) -> None:
    try:
        setattr(target, name, getattr(source, name))
    except (AttributeError, TypeError, ValueError):  # the other kind has no such setting
        return
