"""A medium without a timeline, as a clip: what the command line and shot lists work on."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from afterframe.core.timecode import parse_time
from afterframe.errors import BadTimecode, MediaMissing
from afterframe_hosts.wire.clip import STILL_SUFFIXES, Clip, Holes, Media, Span

from .source import probe
from .stills import numbered

STILL_RATE = Fraction(24)
"""Frames a second of a clip made from pictures, where nothing says another."""

BELOW_ZERO = re.compile(r"(^|[._])-$")
"""What stands before a number below zero: the next higher one names no later picture."""
PNG, ANIMATED, PIXELS = b"\x89PNG", b"acTL", b"IDAT"
HEAD = 4096


def media_clip(
    path: Path,
    rate: Fraction | None = None,
    *,
    layer: str = "",
    holes: Holes = "refuse",
    deinterlace: bool = False,
) -> Clip:
    """Return the whole of a medium as a clip that stands at its own start timecode.

    A movie keeps its own rate. ``plate.####.exr`` is a sequence from its lowest number on; a
    numbered picture whose next one stands beside it is the sequence that begins with it, any
    other picture a still of one frame, also where there is a ``#`` in its own name.

    Args:
        path: of a movie, a picture, or a sequence with ``#`` where the number stands.
        rate: of a clip made from pictures; None: as their headers say, else 24.
        layer, holes, deinterlace: see ``wire.clip.Media``.

    Raises:
        MediaMissing, MediaUnreadable, NoPicture: see ``source.probe``.
    """
    found = find_media(path.absolute(), rate)
    media = replace(found, layer=layer, holes=holes, deinterlace=deinterlace)
    info = probe(media)
    clip_rate = (info.rate if media.kind == "movie" else rate or info.rate) or STILL_RATE
    start = 0
    with suppress(BadTimecode):
        start = parse_time(info.start_timecode, clip_rate)
    return Clip(
        name=re.sub(r"[._-]?#+$", "", path.stem) or path.name,
        media=media,
        media_range=Span(0, info.frames),
        record_range=Span(start, info.frames),
        rate=clip_rate,
        size=(info.width, info.height),
        drop_frame=";" in info.start_timecode,
    )


def find_media(path: Path, rate: Fraction | None = None) -> Media:
    """Return which kind of medium an absolute path names; see :func:`media_clip`.

    Raises:
        MediaMissing: no picture of the sequence is there.
    """
    if path.suffix.lower() not in STILL_SUFFIXES or is_animated(path):
        return Media("movie", str(path))
    if "#" in path.name and not path.is_file():
        return Media("sequence", str(path), first=_lowest(path), rate=rate)
    match = re.search(r"([0-9]+)([^0-9]*)$", path.stem)
    if match and not BELOW_ZERO.search(path.stem[: match.start()]):
        head = path.stem[: match.start()]
        pattern = path.with_name(f"{head}{'#' * len(match[1])}{match[2]}{path.suffix}")
        first = int(match[1])
        if "#" not in head and Path(numbered(str(pattern), first + 1)).is_file():
            return Media("sequence", str(pattern), first=first, rate=rate)
    return Media("still", str(path))


def is_animated(path: Path) -> bool:
    """Tell whether a PNG holds several pictures, by a chunk before its first pixels."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False  # told when it is opened
    return head.startswith(PNG) and ANIMATED in head.partition(PIXELS)[0]


def _lowest(path: Path) -> int:
    head, marks, tail = re.split(r"(#+)(?=[^#]*$)", path.name)
    pattern = re.compile(rf"{re.escape(head)}([0-9]{{{len(marks)},}}){re.escape(tail)}")
    names = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    found = [int(match[1]) for match in map(pattern.fullmatch, names) if match]
    if not found:
        raise MediaMissing(path=str(path))
    return min(found)
