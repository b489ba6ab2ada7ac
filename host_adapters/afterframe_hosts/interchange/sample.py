"""A small edit to show and to test with: one movie, used twice, with a gap and a dissolve."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import opentimelineio as otio

from .timeline import OURS
from .times import time_range

HOUR = 3600
"""In seconds of timecode: timelines begin at 01:00:00:00."""
_DISSOLVE = 6
"""Frames of the dissolve on either side of its cut."""
_SHORTEST = 4 * _DISSOLVE


def sample_timeline(
    movie: Path, frames: int, rate: Fraction, playhead: int, media_start: int = 0
) -> otio.schema.Timeline:
    """Return an edit of one movie, from 01:00:00:00 on one video track.

    Two thirds of the movie, trimmed at the front; over a dissolve its middle; a second of
    nothing; its last third.

    Args:
        movie: in the folder where the timeline will be written; named relative to it.
        frames: number of the movie's frames, 24 or more.
        rate: of the movie and of the timeline.
        playhead: in frames from the timeline's start; the first clip has ``2 * frames // 3``.
        media_start: timecode of the movie's first frame, in frames.

    Raises:
        ValueError: the movie is too short to be cut.
    """
    if frames < _SHORTEST:
        raise ValueError(f"a movie of {frames} frames is too short: {_SHORTEST} are needed")
    third = frames // 3
    nominal, written = round(rate), float(rate)

    def part(name: str, first: int, length: int) -> otio.schema.Clip:
        media = otio.schema.ExternalReference(
            target_url=quote(movie.name),
            available_range=time_range(media_start, frames, written),
        )
        used = time_range(media_start + first, length, written)
        return otio.schema.Clip(name, media_reference=media, source_range=used)

    offset = otio.opentime.RationalTime(_DISSOLVE, written)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    track.extend(
        [
            part(f"{movie.stem} opening", frames // 20, 2 * third),
            otio.schema.Transition(
                "Dissolve", otio.schema.TransitionTypes.SMPTE_Dissolve, offset, offset
            ),
            part(f"{movie.stem} turn", third, third),
            otio.schema.Gap(source_range=time_range(0, nominal, written)),
            part(f"{movie.stem} end", 2 * third, frames - 2 * third),
        ]
    )
    start = HOUR * nominal
    timeline = otio.schema.Timeline(
        f"{movie.stem} edit", global_start_time=otio.opentime.RationalTime(start, written)
    )
    timeline.metadata[OURS] = {"playhead": otio.opentime.RationalTime(start + playhead, written)}
    timeline.tracks.append(track)
    return timeline
