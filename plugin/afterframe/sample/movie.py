"""The sample clip as a file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from afterframe.media.display import rgb_frame
from afterframe.media.frame import ColourTags
from afterframe.media.writer import open_writer
from afterframe.sample.scene import frames

RATE = Fraction(24)
START = "10:00:00:00"
"""Timecode of the first frame: a clip from a camera rarely begins at zero."""
FORMAT = "dnxhr_hq"
COLOUR = ColourTags(primaries=1, transfer=1, matrix=0, full_range=True)


def write_movie(path: Path, size: tuple[int, int], count: int) -> None:
    """Write ``count`` frames of the sample clip at 24 frames a second, replacing ``path``.

    Raises:
        NotWritable, DiskFull: see ``afterframe.media.writer``.
    """
    width, height = size
    pictures = (rgb_frame(picture, COLOUR) for picture in frames(width, height, count, RATE))
    first = next(pictures)
    with open_writer(
        path,
        FORMAT,
        width=width,
        height=height,
        rate=RATE,
        frames=count,
        colour=first.colour,
        source_format=first.format,
        start_timecode=START,
    ) as writer:
        writer.write(first)
        for frame in pictures:
            writer.write(frame)
        writer.finish()
        writer.publish(path, overwrite=True)
