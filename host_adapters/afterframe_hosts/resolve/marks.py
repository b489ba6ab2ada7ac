"""What is ours in a project, and how it is found again: by what stands there, never by a handle.

The pool clip of a result lies in a bin of ours and bears its job, lineage and recipe as third-party
metadata; that is written last, so that what bears it is whole. An item bears a colour and a marker
with a note for people and, unseen, the job that placed it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import Any

from ..wire import catalogue
from ..wire.job import Job, JobStatus, Result
from . import api
from .aside import identity_of, sure

BIN = "Afterframe"
"""Name of our bin, in the root of the pool, and of tracks that we add."""
JOB = "Afterframe Job"
LINEAGE = "Afterframe Lineage"
COLOR = "Violet"
"""Of our items: one of the 16 names of clip colours, which are not those of markers (S22)."""
MARKER = "Purple"
_RUN = re.compile(r"\[\d+-\d+\]|#+|%0?\d*d")


@dataclass(frozen=True)
class Standing:
    """An item of the timeline that shows a result of ours, or has it as another take.

    Attributes:
        timeline: it stands on.
        track: its number.
        item: itself.
        shown: whether it shows that result now.
    """

    timeline: api.Timeline
    track: int
    item: api.TimelineItem
    shown: bool = True


def own_bin(pool: api.MediaPool) -> api.Folder | None:
    """Return our bin, None where it has not been made."""
    root = sure(pool.GetRootFolder)
    folders = sure(root.GetSubFolderList) if root is not None else ()
    return next((each for each in folders if sure(each.GetName) == BIN), None)


def shows(clip: api.MediaPoolItem, result: Result) -> bool:
    """Return whether a clip of the pool is a result's file, or its numbered pictures."""
    return _same_file(str(sure(clip.GetClipProperty).get("File Path") or ""), result.path)


def clips_of(project: api.Project, key: str, value: str) -> tuple[api.MediaPoolItem, ...]:
    """Return the clips of our bin that bear an id under a key: ``JOB`` or ``LINEAGE``."""
    return tuple(each for each in _own_clips(project) if value in _borne(each, key))


def jobs_borne(project: api.Project) -> frozenset[str]:
    """Return the jobs that clips of our bin bear."""
    return frozenset(job for clip in _own_clips(project) for job in _borne(clip, JOB))


def marked(timeline: api.Timeline) -> dict[str, Standing]:
    """Return what our markers on a timeline say to have the result of which job."""
    found: dict[str, Standing] = {}
    for each in _every(timeline):
        found.setdefault(job_of(each.item), each)
    found.pop("", None)
    return found


def holder(project: api.Project, job: str) -> Standing | None:
    """Return what has the result of a job, on any timeline; shown before another take."""
    if not job:
        return None
    clips = {each for clip in clips_of(project, JOB, job) if (each := sure(clip.GetUniqueId))}
    if clips:
        return find(project, clips, job)
    current = sure(project.GetCurrentTimeline)
    return None if current is None else marked(current).get(job)


def find(project: api.Project, clips: set[str], job: str = "") -> Standing | None:
    """Return the item that shows one of these clips of the pool, or has it as another take.

    Several jobs may have made one file: with ``job``, an item that another one placed counts only
    for its takes.
    """
    beside = None
    for timeline in _timelines(project):
        for each in _every(timeline):
            shows = identity_of(sure(each.item.GetMediaPoolItem)) in clips
            if shows and (not job or job_of(each.item) in {job, ""} or takes_count(each.item)):
                return each
            if beside is None and any(identity_of(take) in clips for take in takes_of(each.item)):
                beside = Standing(each.timeline, each.track, each.item, shown=False)
    return beside


def standing(timeline: api.Timeline, clip: api.MediaPoolItem) -> tuple[Standing, ...]:
    """Return the items of one timeline that show a clip of the pool."""
    identity = sure(clip.GetUniqueId)
    every = _every(timeline)
    return tuple(e for e in every if identity_of(sure(e.item.GetMediaPoolItem)) == identity)


def on_track(timeline: api.Timeline, number: int) -> tuple[api.TimelineItem, ...]:
    """Return what stands on a video track, transitions too."""
    return sure(lambda: timeline.GetItemListInTrack("video", number))


def track_of(timeline: api.Timeline, item: api.TimelineItem) -> int:
    """Return the number of an item's video track, 0 where it stands on none."""
    told = sure(item.GetTrackTypeAndIndex)
    if len(told) == 2 and isinstance(told[1], (int, float)):
        return int(told[1]) if told[0] == "video" else 0
    identity = sure(item.GetUniqueId)
    return next((e.track for e in _every(timeline) if sure(e.item.GetUniqueId) == identity), 0)


def takes_of(item: api.TimelineItem) -> tuple[api.MediaPoolItem, ...]:
    """Return the clips of an item's takes, none where it has no take selector."""
    taken = (item.GetTakeByIndex(n).get("mediaPoolItem") for n in range(1, takes_count(item) + 1))
    return tuple(each for each in taken if each is not None)  # type: ignore[misc]


def takes_count(item: api.TimelineItem) -> int:
    """Return how many takes an item has; 0 without a take selector."""
    return sure(item.GetTakesCount) or 0


def job_of(item: api.TimelineItem) -> str:
    """Return the job that placed an item; empty for the user's own."""
    for marker in sure(item.GetMarkers).values():
        said = _read(marker.get("customData")) if isinstance(marker, Mapping) else {}
        if isinstance(said.get(JOB), str):
            return str(said[JOB])
    return ""


def lineage_of(item: api.TimelineItem) -> str:
    """Return the effect whose takes an item shows; empty for the user's own."""
    for marker in sure(item.GetMarkers).values():
        said = _read(marker.get("customData")) if isinstance(marker, Mapping) else {}
        if isinstance(said.get(LINEAGE), str):
            return str(said[LINEAGE])
    return ""


def mark_item(item: api.TimelineItem, status: JobStatus, result: Result) -> bool:
    """Give an item our colour and our marker; return whether the marker is there."""
    if sure(item.GetClipColor) != COLOR:
        item.SetClipColor(COLOR)
    if job_of(item):
        return True
    # Whether the frame is counted from the item's first or from its medium's is not known: a
    # frame is chosen that is seen with both.
    frame = result.handles[0] if result.handles[0] < result.shown else 0
    job = status.job
    name, said = f"Afterframe: {job.effect}", json.dumps({JOB: job.id, LINEAGE: lineage(job)})
    for _ in range(2):
        item.AddMarker(frame, MARKER, name, _note(job, result), 1, said)
        if job_of(item) == job.id:
            return True
    return False


def mark_clip(clip: api.MediaPoolItem, status: JobStatus, result: Result) -> bool:
    """Give a clip of the pool its recipe; return whether it bears its job."""
    job = status.job
    if job.id in _borne(clip, JOB):
        return True
    clip.SetMetadata({"Description": _note(job, result), "Keywords": f"Afterframe, {job.effect}"})
    said = {
        JOB: " ".join((*_borne(clip, JOB), job.id)),
        LINEAGE: " ".join(dict.fromkeys((*_borne(clip, LINEAGE), lineage(job)))),
        "Afterframe Effect": job.effect,
        "Afterframe Engine": job.engine,
        "Afterframe Recipe": result.recipe,
        "Afterframe Parameters": json.dumps(dict(job.parameters), sort_keys=True, default=str),
        "Afterframe Source": job.clip.name,
    }
    for _ in range(2):
        clip.SetThirdPartyMetadata(said)
        if job.id in _borne(clip, JOB):
            return True
    return False


def _own_clips(project: api.Project) -> tuple[api.MediaPoolItem, ...]:
    pool = sure(project.GetMediaPool)
    folder = own_bin(pool) if pool is not None else None
    return sure(folder.GetClipList) if folder is not None else ()


def _borne(clip: api.MediaPoolItem, key: str) -> tuple[str, ...]:
    """Return the ids that a clip bears: of each job that has it for its result."""
    return tuple(str(sure(clip.GetThirdPartyMetadata).get(key) or "").split())


def lineage(job: Job) -> str:
    """Return the id that stays the same over all takes of an effect."""
    return job.lineage or job.id


def _note(job: Job, result: Result) -> str:
    """Return for people what something was made with."""
    made = catalogue.text_or(job.effect, f"effect.{job.effect}.label", "en")
    seed = job.parameters.get("seed")
    words = [made, job.engine, f"seed {seed}" if seed is not None else "", job.quality]
    return f"{', '.join(filter(None, words))}: {Path(result.path).name}"


def _timelines(project: api.Project) -> Iterator[api.Timeline]:
    """Give the timelines of a project, that which is open first."""
    current = sure(project.GetCurrentTimeline)
    if current is not None:
        yield current
    first = identity_of(current)
    for number in range(1, (sure(project.GetTimelineCount) or 0) + 1):
        timeline = sure(partial(project.GetTimelineByIndex, number))
        if timeline is not None and identity_of(timeline) != first:
            yield timeline


def _every(timeline: api.Timeline) -> Iterator[Standing]:
    """Give all that stands on a timeline's video tracks, from the top."""
    count = sure(lambda: timeline.GetTrackCount("video")) or 0
    for number in range(count, 0, -1):
        for item in on_track(timeline, number):
            yield Standing(timeline, number, item)


def _same_file(one: str, other: str) -> bool:
    """Return whether two paths, with whatever stands for a number, are the same."""

    def plain(path: str) -> str:
        folder, _, name = path.replace("\\", "/").rpartition("/")
        path = f"{folder}/{_RUN.sub('#', name, count=1)}"
        return path.casefold() if PureWindowsPath(path).drive else path

    return bool(one) and plain(one) == plain(other)


def _read(text: object) -> dict[str, Any]:
    """Return what stands in a marker, empty for what is not ours."""
    try:
        said = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}
