"""Results on a timeline: a new model, equal to the old one but for our own track."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from ..wire.clip import Media
from ..wire.errors import PlaceFailed
from ..wire.job import JobStatus, Result
from ..wire.results import result_start
from .media import Style, first_file, reference_to, style_of
from .spans import is_transition, length_of, whole_view
from .timeline import OURS, Edit, is_ours
from .times import nearest, time_range

TRACK = "Afterframe"
"""Name of our tracks; the second is ``Afterframe 2``."""


def with_result(
    model: otio.schema.Timeline, edit: Edit, status: JobStatus, folder: Path
) -> otio.schema.Timeline:
    """Return the timeline with a finished job's result on a track of ours, above all others.

    An Afterframe track that is free there is used, otherwise a new one is added; nothing else is
    different from ``model``, which stays as it is.

    Args:
        model: the timeline.
        edit: what stands on it.
        status: of a job that is done.
        folder: absolute, of the timeline file.

    Raises:
        PlaceFailed: the result would begin before the timeline does, or its files are not there.
    """
    result = status.result
    if result is None:
        raise ValueError("a job without a result has no place")
    start = result_start(status.job, result.shown)
    if start < edit.start:
        detail = f"it would begin {edit.start - start} frames before the timeline does"
        raise PlaceFailed(path=result.path, detail=detail)
    _check_files(result)
    copy = model.deepcopy()
    shown_from = -whole_view(model).origin * edit.rate
    place = _Place(shown_from + start - edit.start, _duration(result, edit), edit)
    clip = _clip(status, result, place, style_of(model), folder)
    if not any(_put(clip, track, place) for track in copy.tracks if is_ours(track)):
        track = _new_track(copy)
        copy.tracks.insert(_above_video(copy), track)
        _put(clip, track, place)
    return copy


def _check_files(result: Result) -> None:
    made = Media("sequence" if result.is_sequence else "movie", result.path, result.first)
    for offset in (0, result.frames - 1):
        file = first_file(made, offset)
        if not file.is_file():
            raise PlaceFailed(path=str(file), detail="it is not there")


@dataclass(frozen=True)
class _Place:
    """Where a result goes, in timeline frames from the beginning of the tracks."""

    start: Fraction
    duration: int
    edit: Edit

    @property
    def end(self) -> Fraction:
        return self.start + self.duration


def _duration(result: Result, edit: Edit) -> int:
    """Return for how many timeline frames a result stands: no longer than it has pictures."""
    return max(1, math.floor(result.shown * edit.rate / result.rate))


def _clip(
    status: JobStatus, result: Result, place: _Place, style: Style, folder: Path
) -> otio.schema.Clip:
    edit, job = place.edit, status.job
    rate = edit.written_rate if result.rate == edit.rate else float(result.rate)
    handle = result.handles[0]
    begins = nearest(result_start(status.job, result.shown) * result.rate / edit.rate) - handle
    reference = reference_to(result, rate, max(0, begins), style, folder)
    reference.metadata[OURS] = {"size": list(result.size)} | ({"handle": handle} if handle else {})
    return otio.schema.Clip(
        name=_name(result),
        media_reference=reference,
        source_range=otio.opentime.TimeRange(
            reference.available_range.start_time + otio.opentime.RationalTime(handle, rate),
            otio.opentime.RationalTime(place.duration, edit.written_rate),
        ),
        color=otio.core.Color.PURPLE,
        metadata={
            OURS: {
                "job": job.id,
                "lineage": job.lineage or job.id,
                "effect": job.effect,
                "recipe": result.recipe,
            }
        },
    )


def _name(result: Result) -> str:
    return re.sub(r"[._]?#+$", "", Path(result.path).stem)


def _new_track(model: otio.schema.Timeline) -> otio.schema.Track:
    number = 1 + sum(map(is_ours, model.tracks))
    name = TRACK if number == 1 else f"{TRACK} {number}"
    return otio.schema.Track(
        name, kind=otio.schema.TrackKind.Video, metadata={OURS: {"track": number}}
    )


def _above_video(model: otio.schema.Timeline) -> int:
    """Return the index above the topmost track that is not sound."""
    sound = otio.schema.TrackKind.Audio
    pictures = [i for i, each in enumerate(model.tracks) if getattr(each, "kind", "") != sound]
    return max(pictures, default=-1) + 1


def _put(clip: otio.schema.Clip, track: otio.schema.Track, place: _Place) -> bool:
    """Put the clip on the track where it is free; say whether it was.

    What stands on the track stays where it is. A track that was trimmed or retimed since we made
    it is left alone, and so is a gap beside a transition, which shows pictures there.
    """
    if track.source_range or track.effects:
        return False
    begins = Fraction(0)
    for index, child in enumerate(track):
        ends = begins + _frames(child, place)
        if isinstance(child, otio.schema.Gap) and begins <= place.start and place.end <= ends:
            if _beside_transition(track, index):
                return False
            parts = (_gap(place.start - begins, place), clip, _gap(ends - place.end, place))
            track[index : index + 1] = [part for part in parts if part is not None]
            return True
        begins = ends
    if begins > place.start or (len(track) and is_transition(track[-1])):
        return False
    lead = _gap(place.start - begins, place)
    track.extend([part for part in (lead, clip) if part is not None])
    return True


def _frames(child: Any, place: _Place) -> Fraction:
    return Fraction(0) if is_transition(child) else length_of(child) * place.edit.rate


def _beside_transition(track: otio.schema.Track, index: int) -> bool:
    return any(is_transition(each) for each in track[max(0, index - 1) : index + 2])


def _gap(frames: Fraction, place: _Place) -> otio.schema.Gap | None:
    if frames == 0:
        return None
    return otio.schema.Gap(source_range=time_range(0, float(frames), place.edit.written_rate))
