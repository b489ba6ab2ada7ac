"""A timeline of Resolve as clips: what stands where, and which frames of its medium it shows.

A clip is *exact* when the frame of its medium at each of its frames is certain: it has a file, the
timeline's rate and 100 % speed, and all that Resolve tells of its range agrees (see ``exact``).
Exact clips are read from their file; of all others - of another rate, retimed, reversed, compound
and Fusion clips, generators, titles - the frames are rendered by Resolve.

No property is compared with a word: Resolve translates values. What it makes itself is known by
having no clip in the media pool, a transition by having no properties either (S14).
"""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from ..wire.clip import Clip, Media, Span
from ..wire.errors import (
    HostUnreachable,
    ItemGone,
    MediaMissing,
    NoTimeline,
    UnsupportedItem,
)
from . import api, exact, marks
from .aside import identity_of, open_project, sure
from .calls import HOST, has

Kind = Literal["shot", "generator", "transition"]
SILENT = "it does not tell what stands on its timeline"


@dataclass(frozen=True)
class Edit:
    """A timeline and how it counts, as it is now.

    Attributes:
        project: it is of.
        timeline: itself.
        document: the project's id.
        uid: the timeline's id.
        name: the timeline's.
        clock: how its frames are labelled.
        size: in pixels, None where unknown.
    """

    project: api.Project
    timeline: api.Timeline
    document: str
    uid: str
    name: str
    clock: exact.Clock
    size: tuple[int, int] | None

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return self.clock.rate

    @property
    def start(self) -> int:
        """Its first frame."""
        return self.clock.start


@dataclass(frozen=True)
class Item:
    """Something on a video track.

    Attributes:
        handle: of Resolve.
        uid: its id.
        name: as the user knows it.
        track: its number, from 1 at the bottom.
        span: where it stands, in absolute timeline frames.
        kind: ``shot``, of the media pool; ``generator``, with a picture that Resolve makes, as
            titles have; ``transition``, without one of its own.
        seen: neither it nor its track is disabled.
    """

    handle: api.TimelineItem
    uid: str
    name: str
    track: int
    span: Span
    kind: Kind
    seen: bool


def edit_of(resolve: api.Resolve) -> Edit:
    """Return the timeline that is open.

    Raises:
        HostUnreachable: no project is open, or Resolve does not answer.
        NoTimeline: no timeline is open, or nothing tells its rate.
    """
    project = open_project(resolve)
    timeline = sure(project.GetCurrentTimeline)
    if timeline is None:
        raise NoTimeline(host=HOST, project=sure(project.GetName) or "")
    return edit_on(project, timeline)


def edit_on(project: api.Project, timeline: api.Timeline) -> Edit:
    """Return a timeline, open or not, of the open project; raises as :func:`edit_of`."""
    document, uid = sure(project.GetUniqueId), sure(timeline.GetUniqueId)
    if document is None or uid is None:
        raise HostUnreachable(host=HOST, detail="it does not tell which timeline is open")
    name = sure(timeline.GetName) or uid
    clock = _clock(project, timeline)
    if clock is None:
        raise NoTimeline(host=HOST, project=sure(project.GetName) or "")
    return Edit(project, timeline, document, uid, name, clock, _size(project, timeline))


def survey(
    edit: Edit, at: int | None = None, only: Container[str] | None = None
) -> tuple[Item, ...]:
    """Return all that stands on the video tracks, from the bottom one, in the order of time.

    Args:
        edit: the timeline.
        at: only what stands at this frame; None: everything.
        only: the items with these ids; None: all.

    Raises:
        HostUnreachable: Resolve stopped answering meanwhile.
    """
    count = sure(lambda: edit.timeline.GetTrackCount("video"))
    tracks = range(1, (count or 0) + 1)
    items = [item for track in tracks for item in _on_track(edit, track, at, only)]
    demand_life(edit.timeline, edit.uid if count else "")
    if not items and at is None and only is None and _has_more(edit.timeline):
        raise HostUnreachable(host=HOST, detail=SILENT)
    return tuple(items)


def demand_life(timeline: api.Timeline, uid: str) -> None:
    """Look whether a timeline still answers: a dead handle gives None, and so an empty timeline.

    Raises:
        HostUnreachable: it does not tell this id any more.
    """
    if sure(timeline.GetUniqueId) != uid:
        raise HostUnreachable(host=HOST, detail="it stopped answering while its timeline was read")


def find_item(
    resolve: api.Resolve, item: str, near: int | None = None
) -> tuple[Edit, api.TimelineItem]:
    """Return the timeline and the item of an id, on whichever timeline of the open project.

    Args:
        resolve: the program.
        item: the id.
        near: frame where it stood, where it is looked for first: of two thousand items each one
            would have to be asked else.

    Raises:
        ItemGone: it is not there.
        HostUnreachable, NoTimeline: see :func:`edit_of`.
    """
    uid, name, *_ = [*item.split("/"), ""]
    project = open_project(resolve)
    timeline = next((t for t in _timelines(project) if sure(t.GetUniqueId) == uid), None)
    if timeline is None or not name:
        raise ItemGone(item=item[:60])
    count = sure(lambda: timeline.GetTrackCount("video")) or 0
    tracks = [marks.on_track(timeline, track) for track in range(1, count + 1)]
    nearby = [] if near is None else [each for track in tracks for each in about(track, near)]
    handles = [handle for track in tracks for handle in track]
    for handle in (*nearby, *handles):
        if sure(handle.GetUniqueId) == name:
            return edit_on(project, timeline), handle
    demand_life(timeline, uid)
    if not handles and _has_more(timeline):
        raise HostUnreachable(host=HOST, detail=SILENT)
    raise ItemGone(item=item[:60])


def about(track: Sequence[api.TimelineItem], frame: int) -> Sequence[api.TimelineItem]:
    """Return what stands about a frame, were the items of a track listed in the order of time."""
    after = bisect_right(track, frame, key=lambda handle: sure(handle.GetStart) or 0)
    return track[max(0, after - 2) : after]


def within(track: Sequence[api.TimelineItem], span: Span) -> Sequence[api.TimelineItem]:
    """Return what may stand in a span, likewise."""

    def start(handle: api.TimelineItem) -> int:
        return sure(handle.GetStart) or 0

    first = bisect_right(track, span.start, key=start)
    return track[max(0, first - 2) : bisect_right(track, span.end - 1, key=start)]


def read_clip(edit: Edit, handle: api.TimelineItem) -> Clip:
    """Return an item as a clip.

    The media range of a clip that is not exact tells no more than where it comes from; for what
    has no file some folder stands. Such clips are for ``capture``.

    Raises:
        ItemGone: it does not tell where it stands: it is not there (S5).
        UnsupportedItem: a transition.
    """
    return _read(edit, handle)[0]


def is_exact(edit: Edit, handle: api.TimelineItem) -> bool:
    """Return whether the media range of an item's clip is certain; raises as :func:`read_clip`."""
    return _read(edit, handle)[1].exact


def why_inexact(edit: Edit, handle: api.TimelineItem) -> str:
    """Return why an item is not exact: ``made``, ``nested``, ``rate``, ``retimed``; else empty."""
    pooled = sure(handle.GetMediaPoolItem)
    if pooled is None:
        return "made" if kind_of(handle) == "generator" else ""
    said = sure(pooled.GetClipProperty)
    if said and not said.get("File Path"):
        return "nested"
    rate, used = exact.rate_of(said.get("FPS")), _read(edit, handle)[1]
    if rate not in {edit.rate, None}:
        return "rate" if used.even else ""
    return "retimed" if used.speed != 1 else ""


def is_even(edit: Edit, handle: api.TimelineItem) -> bool:
    """Return whether an item plays at 100 %, of whichever rate; raises as :func:`read_clip`."""
    return _read(edit, handle)[1].even


def check_media(edit: Edit, handle: api.TimelineItem) -> None:
    """Look whether an item's medium is there.

    Raises:
        MediaMissing: it is not.
        ItemGone, UnsupportedItem: see :func:`read_clip`.
    """
    clip, _ = _read(edit, handle)
    path = missing(clip) if _path_of(handle) else None
    if path:
        raise MediaMissing(path=path)


def missing(clip: Clip) -> str | None:
    """Return the file of a clip's first picture where it is not there."""
    file = clip.media.file(clip.media_range.start)
    try:
        return None if Path(file).exists() else file
    except OSError:  # a name too long for any disk, or a folder closed to us
        return file


def is_ours(handle: api.TimelineItem) -> bool:
    """Return whether an item is a result of ours: by its marker, or by its clip in the pool."""
    if marks.job_of(handle):
        return True
    pooled = handle.GetMediaPoolItem()
    return pooled is not None and marks.JOB in pooled.GetThirdPartyMetadata()


def kind_of(handle: api.TimelineItem) -> Kind:
    """Return what an item is; see :class:`Item`."""
    if sure(handle.GetMediaPoolItem) is not None:
        return "shot"
    told = handle.GetType() if has(handle, "GetType") else None
    if told == "transition" or not sure(handle.GetProperty):
        return "transition"
    # What Resolve makes has no source: what has one is a shot, though its clip is not told.
    return "generator" if sure(handle.GetSourceStartFrame) is None else "shot"


def _on_track(edit: Edit, track: int, at: int | None, only: Container[str] | None) -> list[Item]:
    timeline = edit.timeline
    is_on = not _is_off(lambda: timeline.GetIsTrackEnabled("video", track))
    handles = marks.on_track(timeline, track)
    if only is not None:
        handles = tuple(handle for handle in handles if sure(handle.GetUniqueId) in only)
    items = (_item(handle, track, is_on, at) for handle in handles)
    return sorted((item for item in items if item), key=lambda item: item.span.start)


def _item(handle: api.TimelineItem, track: int, is_on: bool, at: int | None) -> Item | None:
    """Return an item; None for one that is not at this frame, or not really there (S5)."""
    span = _span(handle)
    if span is None or (at is not None and at not in span):
        return None
    uid = sure(handle.GetUniqueId)
    if uid is None:
        return None
    seen = is_on and not _is_off(handle.GetClipEnabled)
    return Item(handle, uid, _name(handle), track, span, kind_of(handle), seen)


def _is_off(read: Callable[[], object]) -> bool:
    """Return whether something is told twice to be disabled; None is no answer."""
    return read() is False and read() is False


def _has_more(timeline: api.Timeline) -> bool:
    """Return whether there must be more on a timeline than can be read of it, which is nothing."""
    kinds: tuple[api.TrackType, ...] = ("video", "audio", "subtitle")
    listed = {
        kind: any(
            sure(lambda: timeline.GetItemListInTrack(kind, number))  # noqa: B023 - called at once
            for number in range(1, (timeline.GetTrackCount(kind) or 0) + 1)
        )
        for kind in kinds
    }
    start, end = sure(timeline.GetStartFrame), sure(timeline.GetEndFrame)
    is_long = start is not None and end is not None and end > start
    return listed["video"] or (is_long and not any(listed.values()))


def _span(handle: api.TimelineItem) -> Span | None:
    """Return where an item stands: two of its start, end and duration tell it."""
    start, duration = sure(handle.GetStart), sure(handle.GetDuration)
    if start is None or duration is None:
        end = sure(handle.GetEnd)
        if end is not None and duration is not None:
            start = end - duration
        elif end is not None and start is not None:
            duration = end - start
    if start is None or duration is None or duration < 1:
        return None
    try:
        return Span(start, duration)
    except ValueError:
        return None


def _name(handle: api.TimelineItem) -> str:
    name = sure(handle.GetName)
    pooled = None if name else handle.GetMediaPoolItem()
    return name or (pooled and pooled.GetName()) or "clip"


def _read(edit: Edit, handle: api.TimelineItem) -> tuple[Clip, exact.Used]:
    """Return an item's clip, and how certain its media range is."""
    span, uid = _span(handle), sure(handle.GetUniqueId)
    name = _name(handle)
    if span is None or uid is None:
        demand_life(edit.timeline, edit.uid)
        raise ItemGone(item=name)
    if kind_of(handle) == "transition":
        demand_life(edit.timeline, edit.uid)
        raise UnsupportedItem(item=name, kind="transition")
    media, used = _source(edit, handle, span.duration)
    clip = Clip(
        name=name,
        media=media,
        media_range=used.span,
        record_range=span,
        rate=edit.rate,
        speed=used.speed,
        size=edit.size,
        drop_frame=edit.clock.drop,
        host="resolve",
        document=edit.document,
        item=f"{edit.uid}/{uid}/{_anchor(handle, span.start)}",
        phase=used.phase,
        earliest=edit.start,
    )
    return clip, used


def _source(edit: Edit, handle: api.TimelineItem, duration: int) -> tuple[Media, exact.Used]:
    """Return an item's medium and the frames of it that are shown."""
    pooled = sure(handle.GetMediaPoolItem)
    said = sure(pooled.GetClipProperty) if pooled is not None else {}
    rate, frames = exact.rate_of(said.get("FPS")), exact.whole(said.get("Frames"))
    try:
        path = str(said.get("File Path") or "")
        media, is_sure = exact.medium(path, rate if rate != edit.rate else None, frames)
    except ValueError:  # a nest, or what Resolve makes itself
        nowhere = Media("still", tempfile.gettempdir())
        return nowhere, exact.Used(Span(0, duration), exact=False)
    if media.kind == "still":
        return media, exact.Used(Span(0, 1), exact=is_sure)
    base = exact.whole(said.get("Start")) or 0
    origin = media.first if 0 < media.first <= base else 0
    return media, exact.used(_told(handle, rate, frames, base, origin), duration, edit.rate)


def _told(
    handle: api.TimelineItem, rate: Fraction | None, frames: int | None, base: int, origin: int
) -> exact.Told:
    left = handle.GetLeftOffset(True)
    speed = handle.GetSpeed().get("Percentage") if has(handle, "GetSpeed") else None
    is_number = isinstance(speed, (int, float)) and not isinstance(speed, bool)
    return exact.Told(
        rate=rate,
        frames=frames,
        base=base,
        origin=origin,
        left=handle.GetLeftOffset() if left is None else left,
        first=handle.GetSourceStartFrame(),
        end=handle.GetSourceEndFrame(),
        seconds=(handle.GetSourceStartTime(), handle.GetSourceEndTime()),
        percent=float(speed) if is_number else None,  # type: ignore[arg-type]
    )


def _path_of(handle: api.TimelineItem) -> str:
    pooled = sure(handle.GetMediaPoolItem)
    return str(sure(pooled.GetClipProperty).get("File Path") or "") if pooled is not None else ""


def _anchor(handle: api.TimelineItem, start: int) -> int:
    """Return where an item's medium would begin: that stays when its ends are trimmed."""
    return start - int(sure(handle.GetLeftOffset) or 0)


def _timelines(project: api.Project) -> Iterator[api.Timeline]:
    """Give the timelines of a project, that which is open first."""
    current = sure(project.GetCurrentTimeline)
    if current is not None:
        yield current
    for number in range(1, (sure(project.GetTimelineCount) or 0) + 1):
        timeline = project.GetTimelineByIndex(number)
        if timeline is not None and identity_of(timeline) != identity_of(current):
            yield timeline


def _clock(project: api.Project, timeline: api.Timeline) -> exact.Clock | None:
    rates = [each.GetSetting("timelineFrameRate") for each in (timeline, project)]
    drops = timeline.GetSetting("timelineDropFrameTimecode")
    labels = (sure(timeline.GetStartTimecode) or "", timeline.GetCurrentTimecode() or "")
    said = exact.whole(drops) == 1 or drops is True or "DF" in str(rates[0]).upper()
    return exact.clock(rates, said, sure(timeline.GetStartFrame), labels)


def _size(project: api.Project, timeline: api.Timeline) -> tuple[int, int] | None:
    def side(name: str) -> int:
        names = (each.GetSetting(name) for each in (timeline, project))
        return next((size for size in map(exact.whole, names) if size), 0)

    size = side("timelineResolutionWidth"), side("timelineResolutionHeight")
    return size if all(1 <= each <= 65536 for each in size) else None
