"""From a timeline file's model to clips: what stands where, and which media frames it shows.

OTIO leaves some things open; this is how they are read:

- A clip is as long on the timeline as its ``source_range``; a time effect changes which media
  frames are shown in that time, not how long it is (as OTIO's own documentation of
  ``LinearTimeWarp`` says). The media that is shown begins at ``source_range.start_time``; with a
  negative scalar that stretch of media plays backwards, its end first.
- ``source_range`` counts in the medium's own time, which begins at ``available_range.start_time``
  (its start timecode); without an ``available_range`` it counts from the first picture as 0.
- The rate of a timeline is that of its ``global_start_time``, else the one that most of its items
  are measured in. Timeline frames count from the ``global_start_time``: the frame at 01:00:00:00
  of a timeline at 24 frames a second is 86400.
- A transition lies over the cut; the clips at its sides stand where they would without it.
- Disabled tracks and items are not seen. A clip in a nested stack stands where the nest shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from ..wire.clip import FASTEST, Clip, Media, Span
from ..wire.errors import AfterframeError, MediaMissing, TimelineUnreadable, UnsupportedItem
from ..wire.timecode import can_drop, timecode
from .media import lacking, medium
from .spans import Play, View, inside, is_transition, length_of, play, whole_view
from .times import nearest, rational, seconds, whole

OURS = "afterframe"
"""Key of our metadata on tracks, clips and timelines."""
RESOLVE = "Resolve_OTIO"
"""Key of what DaVinci Resolve says of a timeline that it wrote; see ``resolve_shape``."""
DROP = "drop_frame"
"""Key in a timeline's: its timecode counts drop-frame. A format that knows it says it here."""
_LONGEST_HANDLE = 240
"""Frames, as the effects declare it."""


@dataclass(frozen=True)
class Item:
    """A clip of a video track, as far as it can be seen.

    Attributes:
        id: where it is in the file and on the timeline: indices from the top and its first frame,
            ``0/3@86400`` or, in a nest, ``0/3/0/1@86400``. A result of ours is named by its job,
            since others may be placed before it.
        name: as the user knows it.
        track: number of its top-level video track, from 1 at the bottom.
        span: where it stands, in timeline frames.
        colour: name of its label colour, empty where it has none.
        job: id of the job that made it, empty for the user's own.
        clip: None where it has no picture that we can work on.
        problem: why it has none, or that its medium is not there.
    """

    id: str
    name: str
    track: int
    span: Span
    colour: str
    job: str
    clip: Clip | None
    problem: AfterframeError | None


@dataclass(frozen=True)
class Edit:
    """A timeline as read.

    Attributes:
        name: as the user knows it.
        rate: frames a second.
        written_rate: the same as the file has it, a float.
        start: first timeline frame.
        end: the frame after the last one.
        items: from the bottom track to the top one, each in the order of time.
    """

    name: str
    rate: Fraction
    written_rate: float
    start: int
    end: int
    items: tuple[Item, ...]


def survey(model: otio.schema.Timeline, path: Path, before: Edit | None = None) -> Edit:
    """Find what stands on a timeline.

    Args:
        model: as ``TimelineFormat.read`` gives it.
        path: absolute, of the file; it is the document of its clips.
        before: what stood on it when all was the same but for tracks of ours, which are above the
            others: those are not looked at again.

    Raises:
        TimelineUnreadable: it has no video track, or its times make no sense.
    """
    try:
        return _survey(model, path, before)
    except (ValueError, OverflowError, ZeroDivisionError, RecursionError) as error:
        raise TimelineUnreadable(path=str(path), detail=str(error)) from error


@dataclass(frozen=True)
class _Ground:
    """What all clips of one file have in common."""

    path: Path
    rate: Fraction
    start: int
    drop: bool
    resolves: bool
    track: int


def _survey(model: otio.schema.Timeline, path: Path, before: Edit | None) -> Edit:
    tracks = picture_tracks(model)
    if not tracks:
        raise ValueError("it has no video track")
    written = _written_rate(model, tracks)
    rate = rational(written)
    zero = model.global_start_time
    start = nearest(seconds(zero) * rate) if zero else 0
    view = whole_view(model)
    drop = bool(ours_of(model).get(DROP)) or _starts_dropping(start, rate)
    ground = _Ground(path, rate, start, drop and can_drop(rate), RESOLVE in model.metadata, 0)
    items: list[Item] = []
    number = 0
    for index, child in enumerate(model.tracks):
        if _is_picture(child):
            number += 1
            if before is not None and not is_ours(child):
                items += [item for item in before.items if item.track == number]
                continue
            numbered = replace(ground, track=number)
            items += _visit(child, view, Fraction(0), str(index), numbered)
    end = start + nearest(view.last * rate)
    return Edit(model.name or path.stem, rate, written, start, end, _by_job(items))


def _starts_dropping(start: int, rate: Fraction) -> bool:
    """Say whether a start that says no way of counting is a whole minute in drop-frame alone."""
    if not can_drop(rate):
        return False
    dropping, plain = (timecode(start, rate, drop) for drop in (True, False))
    return dropping.endswith("00;00") and not plain.endswith("00:00")


def _visit(item: Any, view: View, start: Fraction, address: str, ground: _Ground) -> Iterator[Item]:
    """Yield the clips of an item that begins at ``start`` of the composition it is in."""
    first, last = view.shown(start, length_of(item))
    frames = _due(first * ground.rate), _due(last * ground.rate)
    if not _is_seen(item) or frames[1] <= frames[0]:
        return
    span = Span(ground.start + frames[0], frames[1] - frames[0])
    try:
        if isinstance(item, otio.schema.Clip):
            late = max(Fraction(0), frames[0] / ground.rate - first)
            yield _clip(item, play(item, view, start).after(late), span, address, ground)
        else:
            yield from _children(item, inside(item, view, start), address, ground)
    except UnsupportedItem as error:
        yield _item(item, span, address, ground, None, error)


def _due(place: Fraction) -> int:
    """Return the frame that is the first to show what begins at ``place``, in frames."""
    return -whole(-place)


def _children(composition: Any, view: View, address: str, ground: _Ground) -> Iterator[Item]:
    in_a_row = isinstance(composition, otio.schema.Track)
    start = Fraction(0)
    for index, child in enumerate(composition):
        if is_transition(child):
            continue
        yield from _visit(child, view, start, f"{address}/{index}", ground)
        if in_a_row:
            start += length_of(child)


def _clip(clip: Any, time: Play, span: Span, address: str, ground: _Ground) -> Item:
    reference = clip.media_reference
    name = clip.name or getattr(reference, "name", "") or f"clip {address}"
    if ground.resolves and isinstance(reference, otio.schema.MissingReference):
        raise UnsupportedItem(item=name, kind="title or composition")
    try:
        media = medium(reference, ground.path.parent, name)
    except (MediaMissing, UnsupportedItem) as error:
        return _item(clip, span, address, ground, None, error)
    used, speed, phase = _used(clip, media, time, span, ground)
    found = Clip(
        name=name,
        media=media,
        media_range=used,
        record_range=span,
        rate=ground.rate,
        speed=speed,
        phase=phase,
        drop_frame=ground.drop,
        earliest=ground.start,
        host="interchange",
        document=str(ground.path),
        item=_id(address, span),
    )
    offset = max(0, used.start)
    gone = lacking(media, offset)
    problem = MediaMissing(path=str(gone)) if gone else None
    return _item(clip, span, address, ground, found, problem)


def _used(
    clip: Any, media: Media, time: Play, span: Span, ground: _Ground
) -> tuple[Span, Fraction, Fraction]:
    """Return the media frames of a clip, how many of them go by in a timeline frame, its phase."""
    if media.kind == "still":
        return Span(0, 1), Fraction(1), Fraction(0)
    available = clip.media_reference.available_range
    zero = seconds(available.start_time) if available else Fraction(0)
    media_rate = _media_rate(clip, ground.rate)
    first = (time.first - zero) * media_rate
    if ground.resolves and clip.source_range:
        # Written in frames of the timeline; in Resolve a cut lies between frames of the medium.
        said = (seconds(clip.source_range.start_time) - zero) * media_rate
        first += nearest(said) - said
    speed = time.pace * media_rate / ground.rate
    if speed == 0:
        # One frame for the whole clip: it would take longer than the clip to reach the next.
        return Span(whole(first), 1), Fraction(1, span.duration), Fraction(0)
    # Played backwards, ``first`` is where the first frame shown ends.
    begin = whole(first) if speed > 0 else -whole(-first)
    phase = max(Fraction(0), (first - begin) if speed > 0 else (begin - first))
    count = whole((span.duration - 1) * abs(speed) + phase) + 1
    return Span(begin if speed > 0 else begin - count, count), speed, phase


def _media_rate(clip: Any, rate: Fraction) -> Fraction:
    """Return pictures a second of a clip's medium: as its reference says, else as it is cut."""
    reference = clip.media_reference
    said = [reference.rate] if hasattr(reference, "rate") else []
    said += [reference.available_range.duration.rate] if reference.available_range else []
    said += [clip.source_range.duration.rate] if clip.source_range else []
    rates = (rational(each) for each in said if each > 0)
    return next((each for each in rates if 1 < each <= FASTEST), rate)


def _item(
    item: Any,
    span: Span,
    address: str,
    ground: _Ground,
    clip: Clip | None,
    problem: AfterframeError | None,
) -> Item:
    colour = item.color.name if getattr(item, "color", None) else ""
    name = clip.name if clip else item.name or f"clip {address}"
    return Item(_id(address, span), name, ground.track, span, colour, job_of(item), clip, problem)


def _id(address: str, span: Span) -> str:
    return f"{address}@{span.start}"


def handle_of(clip: Any) -> int:
    """Return how many pictures of a result stand before the first that is shown."""
    handle = ours_of(clip.media_reference).get("handle")
    return handle if isinstance(handle, int) and 0 <= handle <= _LONGEST_HANDLE else 0


def job_of(item: Any) -> str:
    """Return the id of the job that made an item, empty for the user's own."""
    job = ours_of(item).get("job")
    return job if isinstance(job, str) else ""


def ours_of(item: Any) -> Any:
    """Return our metadata of an item or a timeline, a mapping."""
    ours = item.metadata.get(OURS)
    return ours if hasattr(ours, "get") else {}


def is_ours(track: Any) -> bool:
    """Say whether a track is one that we added, whatever stands on it."""
    return isinstance(track, otio.schema.Track) and OURS in track.metadata


def picture_tracks(model: otio.schema.Timeline) -> list[Any]:
    """Return the top-level tracks with pictures, from the bottom: ``Item.track`` counts these."""
    return [each for each in model.tracks if _is_picture(each)]


def _by_job(items: list[Item]) -> tuple[Item, ...]:
    """Name our results by their jobs; a copy that the user made of one stays named by its place."""
    first = {item.job: item for item in reversed(items)}
    return tuple(
        _renamed(item, f"job:{item.job}") if item.job and first[item.job] is item else item
        for item in items
    )


def _renamed(item: Item, name: str) -> Item:
    return replace(item, id=name, clip=item.clip and replace(item.clip, item=name))


def _is_seen(item: Any) -> bool:
    return item.enabled and not isinstance(item, otio.schema.Gap) and _is_picture(item)


def _is_picture(item: Any) -> bool:
    return not isinstance(item, otio.schema.Track) or item.kind == otio.schema.TrackKind.Video


def _written_rate(model: otio.schema.Timeline, tracks: list[Any]) -> float:
    zero = model.global_start_time
    if zero is not None and 1 < zero.rate <= FASTEST:
        return float(zero.rate)
    rates: Counter[float] = Counter()
    for item in _items(tracks):
        trim = item.source_range or getattr(item.media_reference, "available_range", None)
        if trim is not None and 1 < trim.duration.rate <= FASTEST:
            rates[trim.duration.rate] += 1
    if not rates:
        raise ValueError("nothing says its frame rate")
    return rates.most_common(1)[0][0]


def _items(tracks: list[Any]) -> Iterator[Any]:
    for track in tracks:
        yield from track.find_clips() if hasattr(track, "find_clips") else (track,)
