"""Clips on tracks: what an append makes of what it is given (S1, S3 to S9)."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from . import subtitles
from .rates import rate_of, timeline_rate
from .remote import Ref
from .state import Item, PoolClip, Project, Timeline, Track, TrackKind, new_uid
from .world import World

STILL_SECONDS = 5
"""How long what has no end stands that is appended without a range: the preference's own value."""
PICTURE, SOUND = 1, 2
"""Values of ``mediaType``."""
_NUMBERS = ("startFrame", "endFrame", "recordFrame", "trackIndex")


@dataclass(frozen=True)
class Wish:
    """One clip that is to be appended.

    Attributes:
        clip: of the pool.
        start, end: source frames, the end exclusive.
        kinds: on which tracks.
        track: 1-based; None: the first.
        record: absolute timeline frame; None: after what is there.
    """

    clip: PoolClip
    start: int
    end: int
    kinds: tuple[TrackKind, ...]
    track: int | None = None
    record: int | None = None


def append(world: World, timeline: Timeline, infos: Iterable[dict[str, Any]]) -> Any:
    """Append to a timeline as ``MediaPool.AppendToTimeline`` does; return what that returns."""
    given = list(infos)
    if world.build.since(21) and any(_is_fractional(info) for info in given):
        return None
    project = world.project
    assert project is not None
    blind = world.build.since(20, 0) and not world.build.since(20, 3, 2)
    if world.faults.needs_selection and blind and not project.selected_clips:
        return None
    wishes = [wish(world, project, info) for info in given]
    for each in wishes:
        if each is not None and not _reachable(world, timeline, each):
            return []
    placed = [
        _place(world, project, timeline, each) if each else _spoken(project, timeline, info)
        for each, info in zip(wishes, given, strict=True)
    ]
    if world.faults.vanishing:
        world.vanishing |= {item.uid for item in placed if item is not None}
        return None
    return placed


def wish(world: World, project: Project, info: dict[str, Any]) -> Wish | None:
    """Return what a clipInfo means, None where its clip cannot be used."""
    clip = info.get("mediaPoolItem")
    if not isinstance(clip, PoolClip):
        return None
    kinds = _kinds(project, clip, info.get("mediaType"))
    start, end = _marked(project, clip, kinds)
    info = {key: each for key, each in info.items() if each is not None}
    if any(whole(info[name]) is None for name in _NUMBERS if name in info):
        return None
    if world.faults.boxed_stills and is_still(clip) and {"startFrame", "endFrame"} & set(info):
        world.faults.modal = True
        info = {key: info[key] for key in info if key not in ("startFrame", "endFrame")}
    start = int(info.get("startFrame", start))
    if "endFrame" in info:
        end = int(info["endFrame"]) + world.faults.end_frame_inclusive
        if not _is_endless(clip):
            end = min(end, length(project, clip))
    if start < 0 or end <= start or not kinds:
        return None
    track, record = info.get("trackIndex"), info.get("recordFrame")
    return Wish(
        clip,
        start,
        end,
        kinds,
        None if track is None else int(track),
        None if record is None else int(record),
    )


def whole(value: Any) -> int | None:
    """Return a number that a script gave without its fraction; None where it is none."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def length(project: Project, clip: PoolClip) -> int:
    """Return the frames of a clip, at its own rate; of what has no end as many as it stands for."""
    nested = nested_timeline(project, clip)
    if nested is not None:
        return end_of(nested) - nested.start
    if clip.medium is None or _is_endless(clip):
        return round(STILL_SECONDS * clip_rate(project, clip))
    return clip.medium.frames


def clip_rate(project: Project, clip: PoolClip) -> Fraction:
    """Return the frames a second of a clip of the pool."""
    if clip.medium is None:
        return timeline_rate(project, nested_timeline(project, clip))
    return rate_of(clip.medium.rate)


def is_still(clip: PoolClip) -> bool:
    """Return whether a clip is one picture that stands as long as is wanted."""
    medium = clip.medium
    return medium is not None and medium.video and medium.frames == 1 and not medium.audio


def _marked(project: Project, clip: PoolClip, kinds: tuple[TrackKind, ...]) -> tuple[int, int]:
    """Return which frames of a clip go onto a timeline where nobody says it: between its marks."""
    points = clip.marks.get(kinds[0], {}) if kinds else {}
    whole = length(project, clip)
    return points.get("in", 0), min(points["out"] + 1, whole) if "out" in points else whole


def _is_endless(clip: PoolClip) -> bool:
    """Return whether a clip has no end of its own: a still, a generator, a title."""
    return is_still(clip) or (clip.medium is None and not clip.timeline)


def nested_timeline(project: Project, clip: PoolClip) -> Timeline | None:
    """Return the timeline behind a clip, None where it has none."""
    every = (*project.timelines, *project.compounds)
    return next((each for each in every if each.uid == clip.timeline), None)


def end_of(timeline: Timeline) -> int:
    """Return the frame after the last item; the start where nothing stands."""
    tracks = [track for kind in timeline.tracks.values() for track in kind]
    return max((item.end for track in tracks for item in track.items), default=timeline.start)


def overlapped(track: Track, start: int, end: int) -> bool:
    """Return whether something stands in a range of a track; what touches it does not."""
    return any(
        item.start < end and start < item.end for item in track.items if item.kind != "transition"
    )


def insert(track: Track, item: Item) -> None:
    """Put an item into a track, in the order of time."""
    track.items.append(item)
    track.items.sort(key=lambda each: each.start)


def shift(timeline: Timeline, frame: int, frames: int) -> None:
    """Move what begins at a frame or later, on every track that is not locked."""
    for tracks in timeline.tracks.values():
        for track in tracks:
            for item in track.items:
                if item.start >= frame and not track.locked:
                    item.start += frames


def make_room(project: Project, timeline: Timeline, frame: int, frames: int) -> None:
    """Cut every track that is not locked at a frame, and move what follows."""
    for tracks in timeline.tracks.values():
        for track in tracks:
            for item in [] if track.locked else list(track.items):
                if item.start < frame < item.end:
                    insert(track, _cut(project, timeline, item, frame))
    shift(timeline, frame, frames)


def _cut(project: Project, timeline: Timeline, item: Item, frame: int) -> Item:
    """End an item at a frame; return what is left of it as an item of its own."""
    rest = copy.deepcopy(item)
    rest.uid, rest.start, rest.duration = new_uid(), frame, item.end - frame
    clip = project.clips.get(item.clip)
    if clip is not None:
        ratio = clip_rate(project, clip) / timeline_rate(project, timeline)
        rest.source += (frame - item.start) * float(ratio) * item.speed
    item.duration = frame - item.start
    return rest


def vanish(world: World) -> None:
    """Take away what an append has left that failed (S7); for ``SaveProject``."""
    project = world.project
    for timeline in project.timelines if project else ():
        for tracks in timeline.tracks.values():
            for track in tracks:
                track.items = [item for item in track.items if item.uid not in world.vanishing]
    world.vanishing.clear()


def _is_fractional(info: dict[str, Any]) -> bool:
    frames = (info.get(name) for name in ("startFrame", "endFrame", "recordFrame"))
    return any(isinstance(frame, float) and not frame.is_integer() for frame in frames)


def _kinds(project: Project, clip: PoolClip, media_type: Any) -> tuple[TrackKind, ...]:
    """Return on which tracks a clip goes (S8)."""
    if clip.medium is None:
        nested = nested_timeline(project, clip)
        sounds = nested is not None and any(track.items for track in nested.tracks["audio"])
        has = {"video": True, "audio": sounds}
    else:
        has = {"video": clip.medium.video, "audio": clip.medium.audio}
    others = {"video": SOUND, "audio": PICTURE}
    kinds: tuple[TrackKind, ...] = ("video", "audio")
    return tuple(kind for kind in kinds if media_type != others[kind] and has[kind])


def _reachable(world: World, timeline: Timeline, wish: Wish) -> bool:
    """Return whether the tracks that are named are there and not locked (S6)."""
    number = 1 if wish.track is None else wish.track
    if number < 1:
        return False
    for kind in wish.kinds:
        tracks = timeline.tracks[kind]
        first = kind == wish.kinds[0]
        # Before 20.2.2 the number of a track for sound alone was looked for among the pictures'.
        looked = kind if world.build.since(20, 2, 2) or kind == "video" else "video"
        if first and number > min(len(tracks), len(timeline.tracks[looked])):
            return False
        if number <= len(tracks) and tracks[number - 1].locked:
            return False
    return True


def _place(world: World, project: Project, timeline: Timeline, wish: Wish) -> Item | Ref | None:
    number = 1 if wish.track is None else wish.track
    frames = (wish.end - wish.start) * timeline_rate(project, timeline)
    duration = floor(frames / clip_rate(project, wish.clip))
    if duration < 1:
        return None
    tracks = [_track(timeline, kind, number) for kind in wish.kinds]
    record = wish.record
    if record is None:
        ends = [item.end for track in tracks for item in track.items]
        record = max(ends, default=timeline.start)
    if any(overlapped(track, record, record + duration) for track in tracks):
        return Ref("TimelineItem", new_uid()) if world.faults.ghosts else None
    items = [_item(wish, record, duration, kind) for kind in wish.kinds]
    for track, item in zip(tracks, items, strict=True):
        item.linked = [each.uid for each in items if each is not item]
        insert(track, item)
    if wish.record is None:
        timeline.playhead = items[0].end
    return items[0]


def _spoken(project: Project, timeline: Timeline, info: dict[str, Any]) -> Item | Ref | None:
    """Place a clip of captions; where no track takes it the handle stands for nothing."""
    if not subtitles.is_subtitles(info.get("mediaPoolItem")):
        return None
    item = subtitles.put(project, timeline, info, end_of(timeline))
    return item or Ref("TimelineItem", new_uid())


def _track(timeline: Timeline, kind: TrackKind, number: int) -> Track:
    """Return a track by its number; for sound that goes with pictures it is made where missing."""
    tracks = timeline.tracks[kind]
    while len(tracks) < number:
        tracks.append(Track(f"{kind.title()} {len(tracks) + 1}", subtype="stereo"))
    return tracks[number - 1]


def _item(wish: Wish, record: int, duration: int, kind: TrackKind) -> Item:
    nested = "compound" if wish.clip.timeline and kind == "video" else kind
    return Item(
        new_uid(),
        wish.clip.name,
        nested,
        record,
        duration,
        wish.clip.uid,
        float(wish.start),
    )
