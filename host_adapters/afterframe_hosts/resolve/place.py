"""Results on the timeline: a clip on a free track above its source, read back, marked.

Resolve takes a result in many small calls, any of which may come to nothing or to something else
than it says. Each is looked at, and what was begun is taken back where the result does not stand
to the frame as it was asked for. Where Resolve ends in the middle nothing can be taken back: the
next time the same result is placed, what stands of it is used, or removed.
"""

from __future__ import annotations

import platform
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..base import Placed
from ..wire.clip import Clip, Span
from ..wire.errors import (
    HostFormat,
    HostUnreachable,
    ItemGone,
    NoFreeChannel,
    PlaceFailed,
    RateChanged,
)
from ..wire.job import JobStatus, Note, Result
from ..wire.results import result_start
from . import api, aside, exact, marks, pool, takes, timeline
from .aside import Tell, Work, identity_of, silent, sure
from .calls import HOST
from .ledger import Ledger

PICTURE = 1
"""``mediaType`` of an append without sound: the user's own sound goes on below."""
UNSAVED = "Untitled Project"
"""Name of a project that has none: to save it opens a dialog, and without a window hangs (S19)."""
NOT_ON_LINUX = frozenset({"h264", "h264_10", "hevc", "hevc_10"})
NOWHERE = frozenset({"ffv1"})
"""Formats that Resolve does not read, by our names."""
LINUX_SUFFIXES = frozenset({".mp4", ".m4v"})
SHAPE = (
    *("Pan", "Tilt", "ZoomGang", "ZoomX", "ZoomY", "RotationAngle", "AnchorPointX"),
    *("AnchorPointY", "Pitch", "Yaw", "FlipX", "FlipY", "CropLeft", "CropRight", "CropTop"),
    *("CropBottom", "CropSoftness", "CropRetain", "Distortion", "Scaling", "ResizeFilter"),
)
"""Properties of an item that a result of its own medium takes over. Not its opacity, nor its way of
blending: what lies below would then show through twice."""


def place(
    resolve: api.Resolve, status: JobStatus, tell: Tell = silent, seen: Ledger | None = None
) -> Placed:
    """Put a result on the timeline; see ``base.Placement``.

    Args:
        resolve: the program.
        status: of a job that is done.
        tell: gets what could not be done as it should, beside the placing itself.
        seen: of the timeline before; None: nothing.

    Raises:
        ItemGone, NoFreeChannel, PlaceFailed, RateChanged, HostFormat: nothing was changed.
        HostUnrestored: it failed, and some of it could not be taken back.
        HostUnreachable, HostStuck: what was begun is finished when it is placed again.
    """
    result, seen = _result(status), seen or Ledger()
    with aside.kept(resolve, tell) as work:
        project = aside.open_project(resolve)
        there = seen.holder(project, status.job.id)
        if there is None:
            check_format(status.job.output.format, result.path)
            there = _put(_Place.of(resolve, status, result), work, tell)
            _save(resolve, project, tell)
            there = marks.holder(project, status.job.id)
            if there is None:  # S7
                raise PlaceFailed(path=result.path, detail="it vanished when it was saved")
            seen.add(status.job.id, there)
        else:
            _finish(there, status, result)
        return _as_placed(project, there)


def placed(resolve: api.Resolve, job: str, seen: Ledger | None = None) -> Placed | None:
    """Return where a job's result stands, shown or as another take; None where it does not."""
    project = aside.open_project(resolve)
    there = (seen or Ledger()).placed(project, job)
    return None if there is None else _as_placed(project, there)


def reveal(resolve: api.Resolve, item: str) -> None:
    """Go to an item's first frame, on its timeline: Resolve lets nobody select.

    Raises:
        ItemGone: it is no longer there.
    """
    edit, handle = timeline.find_item(resolve, item)
    start = sure(handle.GetStart)
    if start is None:
        raise ItemGone(item=item)
    if sure(resolve.GetCurrentPage) not in aside.TELLS_TIME:
        aside.open_page(resolve, "edit")
    edit.project.SetCurrentTimeline(edit.timeline)
    edit.timeline.SetCurrentTimecode(edit.clock.label(start))


def check_format(name: str, path: str = "") -> None:
    """Refuse what Resolve does not read on this machine, before it is made.

    Args:
        name: of a delivery format, or ``auto``.
        path: of the result, where it is known.

    Raises:
        HostFormat: it is refused.
    """
    system = platform.system()
    linux = system == "Linux"
    if linux and Path(path).suffix.lower() in LINUX_SUFFIXES:
        name = "h264" if name == "auto" else name
    if name in NOWHERE or (linux and name in NOT_ON_LINUX):
        raise HostFormat(host=HOST, format=name, system=system)


def _result(status: JobStatus) -> Result:
    """Return what the job made, all of it on disk."""
    result = status.result
    if status.state != "done" or result is None:
        raise ValueError(f"only what is done can be placed, not a job that is {status.state}")
    for path in (_file(result, result.first), _file(result, result.first + result.frames - 1)):
        if not path.is_file():
            raise PlaceFailed(path=str(path), detail="it is not there")
    return result


def _file(result: Result, number: int) -> Path:
    """Return the movie, or the picture with a number."""
    path = Path(result.path)
    if not result.is_sequence:
        return path
    return path.with_name(re.sub("#+", lambda run: f"{number:0{len(run[0])}d}", path.name, count=1))


@dataclass(frozen=True)
class _Place:
    """A result and where it belongs.

    Attributes:
        resolve, project, pool, timeline: of which it becomes a part.
        source: the item that it was made from.
        shot: the clip that this item is now.
        status: of its job.
        result: of the job.
        span: where it is to stand, in timeline frames.
        clock: labels the frames of the timeline.
    """

    resolve: api.Resolve
    project: api.Project
    pool: api.MediaPool
    timeline: api.Timeline
    source: api.TimelineItem
    shot: Clip
    status: JobStatus
    result: Result
    span: Span
    clock: exact.Clock

    @classmethod
    def of(cls, resolve: api.Resolve, status: JobStatus, result: Result) -> _Place:
        """Find the clip and check that the result fits its timeline; changes nothing."""
        clip = status.job.clip
        edit, source = _source(resolve, clip)
        if clip.document != edit.document:
            raise ItemGone(item=clip.name)
        if result.rate != edit.clock.rate:
            made, now = float(result.rate), float(edit.clock.rate)
            raise RateChanged(made=f"{made:.5g}", now=f"{now:.5g}")
        shot = timeline.read_clip(edit, source)
        start = result_start(status.job, result.shown) + moved(shot, clip)
        if start < edit.start:  # Resolve would take it, and show nothing (S1)
            detail = f"it would begin {edit.start - start} frames before the timeline does"
            raise PlaceFailed(path=result.path, detail=detail)
        media_pool = sure(edit.project.GetMediaPool)
        if media_pool is None:
            raise PlaceFailed(path=result.path, detail="the media pool does not answer")
        span = Span(start, result.shown)
        return cls(
            resolve=resolve,
            project=edit.project,
            pool=media_pool,
            timeline=edit.timeline,
            source=source,
            shot=shot,
            status=status,
            result=result,
            span=span,
            clock=edit.clock,
        )

    def failed(self, detail: str) -> PlaceFailed:
        """Return the error that says why the result is not taken."""
        return PlaceFailed(path=self.result.path, detail=detail)


def moved(now: Clip, clip: Clip) -> int:
    """Return by how many frames an item was moved since it was read as a clip."""
    try:
        anchors = [int(each.item.rsplit("/", 1)[1]) for each in (now, clip)]
    except (IndexError, ValueError):
        return 0
    return anchors[0] - anchors[1]


def _source(resolve: api.Resolve, clip: Clip) -> tuple[timeline.Edit, api.TimelineItem]:
    """Return the item that a clip was; that it is gone is believed when it is told twice."""
    try:
        return timeline.find_item(resolve, clip.item, clip.record_range.start)
    except ItemGone:
        return timeline.find_item(resolve, clip.item, clip.record_range.start)


def _put(place: _Place, work: Work, tell: Tell) -> marks.Standing:
    """Import, append, compare, mark."""
    if place.project.IsRenderingInProgress():
        raise place.failed(f"{HOST} is rendering; place it again when that has ended")
    aside.watch(work, place.resolve, place.project)
    clip, is_new = pool.imported(place.pool, place.result, work)
    there = _take(place, clip, work)
    if there is None:
        if not aside.make_current(work, place.project, place.timeline):
            raise place.failed("its timeline cannot be opened")
        there = None if is_new else _left_over(place, clip)
        there = there or _append(place, clip, work, is_new=is_new)
        _shape(place, there.item, tell)
        _tell_covered(place, there, tell)
        if not marks.mark_item(there.item, place.status, place.result):
            tell(Note("note.resolve_look_left", {"what": "marker"}))
    if not marks.mark_clip(clip, place.status, place.result) and not marks.job_of(there.item):
        raise place.failed("it cannot be marked as a result")
    return there


def _finish(there: marks.Standing, status: JobStatus, result: Result) -> None:
    """Sign a result that was placed and never signed: its placing was cut off just before."""
    clip = sure(there.item.GetMediaPoolItem) if there.shown else None
    if clip is not None and marks.shows(clip, result):
        marks.mark_clip(clip, status, result)


def _take(place: _Place, clip: api.MediaPoolItem, work: Work) -> marks.Standing | None:
    """Put the result behind the item whose new take it is; None: it has to have one of its own."""
    lineage = place.status.job.lineage
    if not lineage:
        return None
    clips = marks.clips_of(place.project, marks.LINEAGE, lineage)
    names = {each for each in (sure(one.GetUniqueId) for one in clips) if each}
    there = marks.find(place.project, names) if names else None
    if there is None:
        return None
    added = takes.add(there.item, clip, place.result, work)
    return marks.Standing(there.timeline, there.track, there.item) if added else None


def _left_over(place: _Place, clip: api.MediaPoolItem) -> marks.Standing | None:
    """Return what stands already where the result belongs, of a placing that was cut off.

    What such a one has left with another length is removed.
    """
    for there in marks.standing(place.timeline, clip):
        job = marks.job_of(there.item)
        if job == place.status.job.id:
            return there
        if job or sure(there.item.GetStart) != place.span.start:
            continue
        if _fits(place, there.item):
            return there
        _remove(place, [there.item])
    return None


def _append(place: _Place, clip: api.MediaPoolItem, work: Work, *, is_new: bool) -> marks.Standing:
    """Append the result where it belongs, to the frame, and nowhere else."""
    track = _free_track(place, work)
    before = () if is_new else marks.standing(place.timeline, clip)
    known = {each.item.GetUniqueId() for each in before}

    def made() -> list[api.TimelineItem]:
        items = (each.item for each in marks.standing(place.timeline, clip))
        return [each for each in items if each.GetUniqueId() not in known]

    work.begun.add("an item on the timeline", lambda: not made(), lambda: _remove(place, made()))
    first, got = place.result.handles[0], "nothing"
    end = first + place.span.duration
    for _ in range(aside.TRIES):
        info: api.ClipInfo = {
            "mediaPoolItem": clip,
            "startFrame": first,
            "endFrame": end,
            "mediaType": PICTURE,
            "trackIndex": track,
            "recordFrame": place.span.start,
        }
        told = place.pool.AppendToTimeline([info])
        there = _expected(place, clip, track) if len(told) == 1 and not known else None
        if there is not None:
            return there
        items = made()
        if len(items) == 1 and _fits(place, items[0]):
            return marks.Standing(place.timeline, track, items[0])
        got = ", ".join(_told(place, each) for each in items) or got
        lengths = {sure(each.GetDuration) for each in items}
        if lengths == {place.span.duration + 1}:  # the last frame is meant, not the one after (S3)
            end -= 1
        _remove(place, items)
        if not items and _needs_selection(place.resolve):
            place.pool.SetSelectedClip(clip)
    at = place.clock.label(place.span.start)
    raise place.failed(f"{got} instead of {place.span.duration} frames at {at}")


def _expected(place: _Place, clip: api.MediaPoolItem, track: int) -> marks.Standing | None:
    """Return the result where it should stand, without asking all that stands elsewhere."""
    for item in timeline.about(marks.on_track(place.timeline, track), place.span.start):
        shows = identity_of(sure(item.GetMediaPoolItem))
        if shows == identity_of(clip) and _fits(place, item):
            return marks.Standing(place.timeline, track, item)
    return None


def _needs_selection(resolve: api.Resolve) -> bool:
    """Return whether this Resolve may append only while a clip of the pool is selected."""
    version = tuple(each for each in sure(resolve.GetVersion)[:3] if isinstance(each, int))
    return (20, 0, 0) <= version < (20, 3, 2)


def _fits(place: _Place, item: api.TimelineItem) -> bool:
    """Return whether an item stands to the frame where the result belongs, above its source."""
    stands = (sure(item.GetStart), sure(item.GetDuration))
    return (
        stands == (place.span.start, place.span.duration)
        and (sure(item.GetLeftOffset) or 0) == place.result.handles[0]
    )


def _told(place: _Place, item: api.TimelineItem) -> str:
    start = sure(item.GetStart)
    at = place.clock.label(start) if start is not None and start >= 0 else "no time"
    return f"{item.GetDuration()} frames at {at}"


def _remove(place: _Place, items: list[api.TimelineItem]) -> None:
    """Delete items; off the edit page Resolve does not (S12)."""
    if items and not place.timeline.DeleteClips(items):
        place.resolve.OpenPage("edit")
        place.timeline.DeleteClips(items)


def _free_track(place: _Place, work: Work) -> int:
    """Return a video track that is free for the result.

    One of ours comes first, then one that the user has not given a name, then a new one above all.

    Raises:
        NoFreeChannel: none is free, and none can be added.
    """
    count = sure(lambda: place.timeline.GetTrackCount("video")) or 0
    tracks, job = _tracks_below(place), place.status.job
    own = len(tracks) == 1 and (job.own_track or job.effect == "bridge")
    if own and _is_free(place.timeline, max(tracks), place.span):
        return max(tracks)
    above = range(max(tracks) + 1, count + 1)
    names = {n: sure(partial(place.timeline.GetTrackName, "video", n)) or "" for n in above}
    ours = [number for number in above if names[number] == marks.BIN]
    for number in (*ours, *(number for number in above if _is_unnamed(names[number]))):
        if _is_free(place.timeline, number, place.span):
            return number
    return _add_track(place, count, work)


def _is_unnamed(name: str) -> bool:
    """Return whether a track is called as Resolve calls it, in any language: by its number."""
    return not name or any(each.isdecimal() for each in name)


def _tracks_below(place: _Place) -> set[int]:
    """Return the numbers of the tracks of what the result is made from: one clip, or two."""
    items = [place.source]
    after = place.status.job.after
    if after is not None:
        with suppress(ItemGone):  # it is gone by now: the clip before the gap decides
            items.append(_source(place.resolve, after)[1])
    tracks = {marks.track_of(place.timeline, item) for item in items}
    if not tracks or 0 in tracks:
        raise place.failed("the track of its clip is not told")
    return tracks


def _is_free(line: api.Timeline, number: int, span: Span) -> bool:
    """Return whether a track shows what is put on it, and has nothing in a span."""
    if line.GetIsTrackLocked("video", number) or not _is_enabled(line, number):
        return False
    for item in marks.on_track(line, number):
        start, end = sure(item.GetStart), sure(item.GetEnd)
        if start is None or end is None or (start < span.end and span.start < end):
            return False
    return True


def _is_enabled(line: api.Timeline, number: int) -> bool:
    return line.GetIsTrackEnabled("video", number) is not False


def _add_track(place: _Place, count: int, work: Work) -> int:
    def now() -> int | None:
        return sure(lambda: place.timeline.GetTrackCount("video"))

    def remove() -> None:
        if now() == count + 1 and not marks.on_track(place.timeline, count + 1):
            place.timeline.DeleteTrack("video", count + 1)

    work.begun.add("a video track", lambda: now() == count, remove)
    place.timeline.AddTrack("video")
    if count < 1 or now() != count + 1:
        raise NoFreeChannel(first=place.span.start, last=place.span.end - 1)
    place.timeline.SetTrackName("video", count + 1, marks.BIN)
    return count + 1


def _shape(place: _Place, item: api.TimelineItem, tell: Tell) -> None:
    """Give a result of the medium itself the source's transform and grade.

    What was captured as seen has both in its pictures.
    """
    clip = place.status.job.clip
    if place.status.job.seen or clip.media.path != place.shot.media.path:
        return
    wanted, has = sure(place.source.GetProperty), sure(item.GetProperty)
    left = [
        name
        for name in SHAPE
        if name in wanted
        and wanted[name] != has.get(name)
        and not item.SetProperty(name, wanted[name])
    ]
    if not place.source.CopyGrades([item]):
        left.append("grade")
    if left:
        tell(Note("note.resolve_look_left", {"what": ", ".join(left)}))


def _tell_covered(place: _Place, there: marks.Standing, tell: Tell) -> None:
    """Say which shots beside its own the result covers, and from when."""
    span, own = place.span, sure(place.source.GetUniqueId)
    if place.status.job.effect == "bridge":  # it is made to lie over the ends of both
        return
    below = marks.track_of(place.timeline, place.source)
    if below >= there.track:
        return
    covered: list[tuple[int, str]] = []
    for item in timeline.within(marks.on_track(place.timeline, below), span):
        start, end = sure(item.GetStart), sure(item.GetEnd)
        if start is None or end is None or start >= span.end or end <= span.start:
            continue
        is_shot = timeline.kind_of(item) == "shot" and not timeline.is_ours(item)
        if is_shot and sure(item.GetUniqueId) != own:
            covered.append((max(start, span.start), sure(item.GetName) or "clip"))
    if covered:
        names = ", ".join(name for _, name in covered)
        at = place.clock.label(min(start for start, _ in covered))
        tell(Note("note.resolve_covers", {"names": names, "at": at}))


def _as_placed(project: api.Project, there: marks.Standing) -> Placed:
    """Return an item as it is read back."""
    clip = timeline.read_clip(timeline.edit_on(project, there.timeline), there.item)
    track = sure(lambda: there.timeline.GetTrackName("video", there.track))
    name = track or f"V{there.track}"
    return Placed(clip.item, clip.name, name, clip.record_range, clip.media.path)


def _save(resolve: api.Resolve, project: api.Project, tell: Tell) -> None:
    """Save the project, where it has a name to be saved under."""
    manager = sure(resolve.GetProjectManager)
    name = sure(project.GetName)
    if manager is None or not name or name.startswith(UNSAVED):
        return
    if name not in sure(manager.GetProjectListInCurrentFolder):
        return
    try:
        saved = manager.SaveProject()
    except HostUnreachable:
        saved = False
    if not saved:
        tell(Note("note.resolve_not_saved"))
