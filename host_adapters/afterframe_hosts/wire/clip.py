"""What stands on a timeline: media, ranges, clips."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

LONGEST = 10_000_000
"""The longest range in frames that we take for meant: 46 hours at 60 frames a second."""
FASTEST = Fraction(1000)
"""The highest rate in frames a second that we take for meant."""
Holes = Literal["refuse", "hold", "black"]
HOLES: tuple[Holes, ...] = ("refuse", "hold", "black")

_NUMBER = re.compile(r"#+(?=[^#/\\]*$)")
STILL_SUFFIXES = frozenset(
    {".bmp", ".cin", ".dpx", ".exr", ".hdr", ".heic", ".jp2", ".jpeg", ".jpg", ".jxl", ".png"}
    | {".psd", ".sgi", ".tga", ".tif", ".tiff", ".webp"}
)
"""Of files that hold one picture, in lower case: stills, and the pictures of sequences."""


@dataclass(frozen=True)
class Span:
    """A run of frames: the first one and how many.

    Attributes:
        start: first frame; may be negative on a timeline.
        duration: number of frames, 1 or more.
    """

    start: int
    duration: int

    def __post_init__(self) -> None:
        if not 1 <= self.duration <= LONGEST:
            raise ValueError(f"duration must be 1 to {LONGEST} frames, not {self.duration}")
        if abs(self.start) > LONGEST * 10:
            raise ValueError(f"start {self.start} is absurd")

    @property
    def end(self) -> int:
        """The frame after the last."""
        return self.start + self.duration

    def __contains__(self, frame: object) -> bool:
        return isinstance(frame, int) and self.start <= frame < self.end


@dataclass(frozen=True)
class Media:
    """A source on disk.

    Attributes:
        kind: ``movie``; ``still``, one picture that stands as long as the clip does;
            ``sequence``, numbered pictures.
        path: absolute path. A sequence has a run of ``#`` where the number stands, as wide as
            the number is padded: ``/shots/010/plate.####.exr``.
        first: number of a sequence's first picture.
        rate: pictures a second that a sequence was made for; None for a movie (its own) and
            for a sequence that follows the timeline.
        stream: which picture stream of a movie, counted from 0.
        colour_space: the host's name for the encoding; empty when the file's tags say it.
        layer: which part or layer of a picture file with several (multi-part or layered EXR), as
            ``MediaInfo.layers`` names it; empty: its main picture.
        holes: what stands for a picture that a sequence lacks between its first and last: an
            error (``refuse``), the one before it (``hold``), or black.
        deinterlace: pictures of two fields are made whole ones; else they are left as they are.
    """

    kind: Literal["movie", "still", "sequence"]
    path: str
    first: int = 0
    rate: Fraction | None = None
    stream: int = 0
    colour_space: str = ""
    layer: str = ""
    holes: Holes = "refuse"
    deinterlace: bool = False

    def __post_init__(self) -> None:
        if not self.path or "\0" in self.path:
            raise ValueError("a medium needs a path")
        if not is_absolute(self.path):
            raise ValueError(f"media paths are absolute: {self.path}")
        if self.kind == "sequence" and not _NUMBER.search(self.path):
            raise ValueError(f"a sequence's path has # where the number stands: {self.path}")
        if self.rate is not None:
            check_rate(self.rate)

    def file(self, offset: int) -> str:
        """Return the path of the file that holds the picture at an offset from the first, 0."""
        if self.kind != "sequence":
            return self.path
        number = self.first + offset
        return _NUMBER.sub(lambda run: f"{number:0{len(run[0])}}", self.path)


@dataclass(frozen=True)
class Clip:
    """A range of one medium as it stands on a host's timeline.

    The picture shown at timeline frame ``f`` is the medium's frame
    ``media_range.start + floor(phase + (f - record_range.start) * speed)``; a negative speed plays
    backwards from the last frame of ``media_range``.

    Attributes:
        name: as the user knows it.
        media: the source.
        media_range: frames of the medium that are used, counted from its first picture as 0.
        record_range: where the clip stands, in timeline frames.
        rate: the timeline's rate.
        speed: frames of the medium for each timeline frame (1 = one to one).
        size: width and height of the timeline in pixels, None where unknown.
        drop_frame: the timeline is labelled in drop-frame timecode.
        host: kind of host: ``blender``, ``resolve``, ``interchange``.
        document: the host's id of the project; a path where it has been saved.
        item: the host's id of the timeline item.
        phase: how much of its first frame has gone by when the clip begins, 0 or more and less
            than 1: a cut in a medium of another rate lies between two of its frames.
        earliest: first frame that its timeline can show, None where there is none.
    """

    name: str
    media: Media
    media_range: Span
    record_range: Span
    rate: Fraction
    speed: Fraction = Fraction(1)
    size: tuple[int, int] | None = None
    drop_frame: bool = False
    host: str = ""
    document: str = ""
    item: str = ""
    phase: Fraction = Fraction(0)
    earliest: int | None = None

    def __post_init__(self) -> None:
        check_rate(self.rate)
        if self.speed == 0 or abs(self.speed) > FASTEST:
            raise ValueError(f"speed {self.speed} is absurd")
        if not 0 <= self.phase < 1:
            raise ValueError(f"a phase is 0 or more and less than 1, not {self.phase}")
        if self.size is not None and not all(1 <= side <= 65536 for side in self.size):
            raise ValueError(f"size {self.size} is absurd")


def check_rate(rate: Fraction) -> None:
    """Raise ValueError for a rate that is not above 0 and at most 1000 frames a second."""
    if not 0 < rate <= FASTEST:
        raise ValueError(f"a rate lies above 0 and at most {FASTEST}, not {rate}")


def is_absolute(path: str) -> bool:
    """Tell whether a path is absolute on any of the three systems."""
    return path.startswith(("/", "\\\\")) or re.match(r"[A-Za-z]:[\\/]", path) is not None
