"""What readers of timeline files build the model of: clips at exact times, in rows."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from ..wire.clip import FASTEST
from .timeline import OURS

_MARK = "afterframe "
_TICKS = int(FASTEST) + 1
"""Above this rate OTIO's rates are read as a clock's ticks, exactly; see ``times.rational``."""
_BENT = Fraction(1, 100)
"""Frames that a curve of speed may be off a straight line and still be one."""


@dataclass(frozen=True)
class Piece:
    """An item of OTIO and where it stands, in seconds of the composition it is in."""

    start: Fraction
    length: Fraction
    item: Any

    @property
    def end(self) -> Fraction:
        return self.start + self.length


@dataclass(frozen=True)
class Course:
    """How an item's own time goes by while it is shown.

    Attributes:
        first: second of its own time at its first frame; played backwards, where that frame ends.
        pace: seconds that go by in a second; None where they follow a curve.
    """

    first: Fraction
    pace: Fraction | None = Fraction(1)


def rows(pieces: Iterable[Piece], name: str, rate: Fraction) -> list[otio.schema.Track]:
    """Return video tracks that hold the pieces: one, and more where pieces overlap.

    Raises:
        ValueError: a piece begins before its composition does.
    """
    found: list[list[Piece]] = [[]]
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if piece.start < 0:
            raise ValueError(f"{piece.item.name or 'a clip'} begins before its sequence does")
        free = (row for row in found if not row or row[-1].end <= piece.start)
        row = next(free, None)
        if row is None:
            found.append([piece])
        else:
            row.append(piece)
    return [_track(row, name, rate) for row in found]


def shaped(item: Any, course: Course, length: Fraction, rate: Fraction) -> Any:
    """Give an item its range and speed as ``timeline.survey`` reads them; return it."""
    first, pace = course.first, course.pace
    if pace is None:
        item.effects.append(otio.schema.TimeEffect(name="speed curve"))
    elif pace != 1:
        item.effects.append(otio.schema.LinearTimeWarp("speed", float(pace)))
    if pace is not None and pace < 0:
        first += length * pace
    item.source_range = otio.opentime.TimeRange(at(first, rate), at(length, rate))
    return item


def at(seconds: Fraction, rate: Fraction) -> otio.opentime.RationalTime:
    """Return a time of OTIO that is exactly ``seconds``: in frames, else in a clock's ticks."""
    frames = seconds * rate
    if frames.denominator == 1:
        return otio.opentime.RationalTime(float(frames), float(rate))
    clock = seconds.denominator * math.ceil(Fraction(_TICKS, seconds.denominator))
    return otio.opentime.RationalTime(float(seconds * clock), clock)


def straight(points: list[tuple[Fraction, Fraction]], first: Fraction, last: Fraction) -> bool:
    """Say whether a curve through points is a straight line between two places."""
    low, high = follow(points, first), follow(points, last)
    slope = (high - low) / (last - first) if last != first else Fraction(0)
    between = (point for point in points if first < point[0] < last)
    return all(abs(low + slope * (x - first) - y) <= _BENT for x, y in between)


def follow(points: list[tuple[Fraction, Fraction]], x: Fraction) -> Fraction:
    """Return where a line through two or more sorted points is at ``x``, or would be beyond."""
    pairs = list(pairwise(points))
    (left, low), (right, high) = next((pair for pair in pairs if x <= pair[1][0]), pairs[-1])
    return low if left == right else low + (high - low) * (x - left) / (right - left)


def movie(url: str, rate: Fraction, start: Fraction, length: Fraction) -> Any:
    """Return the reference to a medium whose own time begins at second ``start``."""
    plain = re.sub(r"%5[Bb]([0-9]+-[0-9]+)%5[Dd]", r"[\1]", url)
    frames = otio.opentime.RationalTime(float(length * rate), float(rate))
    return otio.schema.ExternalReference(plain, otio.opentime.TimeRange(at(start, rate), frames))


def url_of(reference: Any) -> str:
    """Return the URL that files other than OTIO's write for one of our references."""
    if not isinstance(reference, otio.schema.ImageSequenceReference):
        return str(reference.target_url)
    frames = int(reference.available_range.duration.value)
    first = reference.start_frame
    width = reference.frame_zero_padding
    number = f"%5B{first:0{width}d}-{first + frames - 1:0{width}d}%5D"
    quoted = quote(reference.name_prefix) + number + quote(reference.name_suffix)
    return f"{reference.target_url_base}{quoted}"


def size_of(clip: otio.schema.Clip) -> dict[str, str]:
    """Return ``width`` and ``height`` of a result of ours in pixels, empty where unknown."""
    size = clip.media_reference.metadata.get(OURS, {}).get("size", ())
    return {name: str(int(side)) for name, side in zip(("width", "height"), size, strict=False)}


def is_sequence(clip: otio.schema.Clip) -> bool:
    """Say whether a clip's medium is numbered pictures."""
    return isinstance(clip.media_reference, otio.schema.ImageSequenceReference)


def mark_text(metadata: Mapping[str, Any]) -> str:
    """Return the line that tells our clips in a format with notes but without metadata."""
    return _MARK + json.dumps({key: v for key, v in metadata.items() if isinstance(v, str)})


def read_mark(text: str) -> dict[str, Any] | None:
    """Return the metadata of such a line, None where it is somebody's own note."""
    if not text.startswith(_MARK + "{"):
        return None
    try:
        found = json.loads(text[len(_MARK) :])
    except ValueError:
        return None
    return found if isinstance(found.get("job"), str) else None


def owned(tracks: list[otio.schema.Track]) -> None:
    """Mark and name the tracks that hold clips of ours only: as we wrote them."""
    number = 0
    for track in tracks:
        clips = [each for each in track if not isinstance(each, otio.schema.Gap)]
        if clips and all(OURS in each.metadata for each in clips):
            number += 1
            track.name = "Afterframe" if number == 1 else f"Afterframe {number}"
            track.metadata[OURS] = {**track.metadata.get(OURS, {}), "track": number}


def _track(row: list[Piece], name: str, rate: Fraction) -> otio.schema.Track:
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Video)
    end = Fraction(0)
    for piece in row:
        if piece.start > end:
            gap = otio.opentime.TimeRange(at(Fraction(0), rate), at(piece.start - end, rate))
            track.append(otio.schema.Gap(source_range=gap))
        track.append(piece.item)
        end = piece.end
    return track
