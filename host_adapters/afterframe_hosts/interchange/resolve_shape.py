"""OpenTimelineIO files of the shape that DaVinci Resolve writes, and reads without losing media.

Resolve links a clip only where the file is as its own exports are (Resolve Studio 21.0, exports
read by others): ``Clip.2`` with ``media_references``; a plain path and no URL; ``name`` of the
reference is the file's name; ``available_range`` is there, at the medium's own rate, from its
start timecode on; ``source_range`` counts the same timecode, in frames of the timeline. A sequence
of pictures is a reference to ``shot.[0001-0024].exr``. Tracks last as long as the timeline.
``metadata.Resolve_OTIO`` stands on timeline, tracks and clips; keys of others it drops.

In its exports a title or a Fusion composition is a clip without a reference, and the in point of
a medium of another rate is rounded to a frame of the timeline: ``timeline`` knows both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from ..base import MediumFacts
from ..wire.clip import Media
from ..wire.errors import MediaMissing, UnsupportedItem
from ..wire.job import Note
from ..wire.timecode import labelled
from .media import is_labelled, medium, numbered_path
from .spans import is_transition, length_of
from .timeline import OURS, RESOLVE, handle_of, job_of, survey
from .times import nearest, rational, seconds, time_range

_TIMELINE = {"Resolve OTIO Meta Version": "1.0"}
_TRACK: dict[str, dict[str, Any]] = {
    otio.schema.TrackKind.Video: {"Locked": False},
    otio.schema.TrackKind.Audio: {"Audio Type": "Stereo", "Locked": False, "SoloOn": False},
}


def resolve_shaped(
    model: otio.schema.Timeline, path: Path, look: Callable[[Media], MediumFacts | None]
) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
    """Return a timeline as Resolve would write it, and what of it Resolve will not know.

    Of a timeline that Resolve wrote, our tracks alone are changed.

    Args:
        model: of any program; stays as it is.
        path: absolute, of the file that it was read from.
        look: reads media whose reference does not say what they hold.
    """
    edit = survey(model, path)
    shaped = model.deepcopy()
    places = {item.job: item.span.start for item in edit.items if item.job}
    shaper = _Shaper(edit.written_rate, path.parent, look, places)
    theirs = RESOLVE in model.metadata
    shaped.metadata.setdefault(RESOLVE, dict(_TIMELINE))
    if shaped.global_start_time is None:
        shaped.global_start_time = otio.opentime.RationalTime(0, edit.written_rate)
    length = length_of(shaped.tracks)
    for kind in _TRACK:
        tracks = [each for each in shaped.tracks if getattr(each, "kind", "") == kind]
        for number, track in enumerate(tracks, 1):
            if not theirs or OURS in track.metadata:
                track.name = track.name or f"{kind} {number}"
                shaper.shape(track, length)
    notes = [Note("note.otio.no_colour")] if shaper.coloured else []
    if shaper.unread:
        notes.append(Note("note.otio.not_linked", {"clips": ", ".join(shaper.unread)}))
    return shaped, tuple(notes)


@dataclass
class _Shaper:
    """Shapes tracks, and remembers what could not be said.

    Attributes:
        rate: of the timeline, as it is written.
        folder: absolute, of the timeline file.
        look: reads media.
        places: timeline frames at which our results stand, by job.
        unread: names of clips whose media nothing is known of.
        coloured: a clip had a label colour.
    """

    rate: float
    folder: Path
    look: Callable[[Media], MediumFacts | None]
    places: dict[str, int]
    unread: list[str] = field(default_factory=list)
    coloured: bool = False

    def shape(self, track: Any, length: Fraction) -> None:
        """Shape a track in a timeline of so many seconds."""
        track.metadata.setdefault(RESOLVE, dict(_TRACK[track.kind]))
        for clip in track.find_clips():
            clip.metadata.setdefault(RESOLVE, {})
            self.coloured |= clip.color is not None
            clip.color = None
            try:
                media = medium(clip.media_reference, self.folder, clip.name)
            except (MediaMissing, UnsupportedItem):
                continue
            self._link(clip, media)
        parts = (length_of(each) for each in track if not is_transition(each))
        rest = nearest((length - sum(parts, Fraction(0))) * rational(self.rate))
        if rest > 0 and track.source_range is None:
            track.append(otio.schema.Gap(source_range=time_range(0, rest, self.rate)))

    def _link(self, clip: Any, media: Media) -> None:
        """Let a clip refer to its medium by path, name, length and timecode."""
        reference = clip.media_reference
        available, shift = self._available(clip, media)
        if available is None:
            self.unread.append(clip.name)
        elif media.kind != "still":
            begins = seconds(clip.trimmed_range().start_time) + shift
            rate = rational(self.rate)
            first, frames = (nearest(each * rate) for each in (begins, length_of(clip)))
            clip.source_range = time_range(first, frames, self.rate)
        path = numbered_path(media, int(available.duration.value) if available else 1)
        linked = otio.schema.ExternalReference(path, available, dict(reference.metadata))
        linked.name = re.split(r"[/\\]", path)[-1]
        clip.media_reference = linked

    def _available(self, clip: Any, media: Media) -> tuple[Any, Fraction]:
        """Return what a medium holds, and the seconds by which its clip counts from elsewhere."""
        said = clip.media_reference.available_range
        if said is None:
            return self._looked(media)
        place = self.places.get(job_of(clip))
        if place is None or media.kind != "sequence" or not is_labelled(media):
            return said, Fraction(0)
        own = rational(said.duration.rate)
        start = max(0, nearest(place * own / rational(self.rate)) - handle_of(clip))
        shift = start / own - seconds(said.start_time)
        return time_range(start, said.duration.value, said.duration.rate), shift

    def _looked(self, media: Media) -> tuple[Any, Fraction]:
        facts = self.look(media)
        if facts is None:
            return None, Fraction(0)
        own = facts.rate or rational(self.rate)
        start = labelled(facts.start_timecode, own) or 0
        return time_range(start, facts.frames, float(own)), start / own
