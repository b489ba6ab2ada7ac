"""What FFmpeg's QuickTime and MP4 muxers cannot be told through PyAV, added when they are done.

Their index, the box ``moov``, is the last of the file: it can grow without moving a picture. Boxes
are those of ISO/IEC 14496-12; all numbers big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

from .frame import HdrMetadata

SAMPLE_ENTRY = ("trak", "mdia", "minf", "stbl", "stsd", "*")
"""The way from the index to how the first track's pictures are coded (``*``: the one there is)."""
HEADERS = {"stsd": 16, "*": 86}
"""Bytes before the first box inside of one; 8 in all others."""
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""Of the box that holds XMP in an MP4 (XMP specification part 3, 1.1.4)."""
CHROMATICITY = Fraction(1, 50000)
LUMINANCE = Fraction(1, 10000)
"""What one is in a box of mastering display (SMPTE ST 2086), in CIE x or y and in cd/m2."""


def add_to_movie(
    file: BinaryIO, *, hdr: HdrMetadata | None = None, xmp: bytes = b"", mp4: bool = False
) -> None:
    """Add to a finished movie what it was mastered on, and an XMP packet where readers look.

    Args:
        file: open for reading and writing; its index is its last box.
        hdr: into the picture track's ``mdcv`` and ``clli``, as far as it says all they hold.
        xmp: into ``moov/udta/XMP_``, or a box of its own in an MP4.
        mp4: it is an MP4, not QuickTime.
    """
    start, index = _index(file)
    if hdr:
        index = _inserted(index, SAMPLE_ENTRY, mastering(hdr) + light_level(hdr))
    if xmp and not mp4:
        index = _with_user_data(index, _box("XMP_", xmp))
    file.seek(start)
    file.write(index)
    if xmp and mp4:
        file.write(_box("uuid", XMP_UUID + xmp))
    file.truncate()
    file.flush()


def mastering(hdr: HdrMetadata) -> bytes:
    """Return the box of the mastering display; nothing where a part of it is not known."""
    if len(hdr.primaries) != 3 or hdr.white is None or hdr.luminance is None:
        return b""
    red, green, blue = hdr.primaries
    points = (green, blue, red, hdr.white)
    places = [round(value / CHROMATICITY) for point in points for value in point]
    darkest, brightest = hdr.luminance
    lights = round(brightest / LUMINANCE), round(darkest / LUMINANCE)
    return _box("mdcv", struct.pack(">8H2I", *places, *lights))


def x265_mastering(hdr: HdrMetadata) -> str:
    """Return the same as the end of x265's parameters: the pictures' own messages say it too."""
    said = ""
    if mastering(hdr):
        numbers = struct.unpack(">8H2I", mastering(hdr)[8:])
        places = [f"({x},{y})" for x, y in zip(numbers[0:8:2], numbers[1:8:2], strict=True)]
        points = "".join(map("".join, zip(("G", "B", "R", "WP"), places, strict=True)))
        said += f":master-display={points}L({numbers[8]},{numbers[9]})"
    if light_level(hdr):
        said += f":max-cll={hdr.max_cll},{hdr.max_fall}"
    return said


def light_level(hdr: HdrMetadata) -> bytes:
    """Return the box of the content light level (CTA-861.3); nothing where it is not known."""
    if not hdr.max_cll and not hdr.max_fall:
        return b""
    return _box("clli", struct.pack(">2H", hdr.max_cll, hdr.max_fall))


def _index(file: BinaryIO) -> tuple[int, bytes]:
    """Return where the index starts, and the index."""
    start = 0
    while True:
        file.seek(start)
        head = file.read(16)
        size, kind = struct.unpack(">I4s", head[:8])
        if size == 1:
            (size,) = struct.unpack(">Q", head[8:])
        if kind == b"moov":
            file.seek(start)
            return start, file.read(size)
        start += size


def _inserted(box: bytes, path: tuple[str, ...], added: bytes) -> bytes:
    """Return a box with boxes added as the first of the box at ``path`` inside it."""
    return _inserted_after(box, 8, path, added)


def _inserted_after(box: bytes, header: int, path: tuple[str, ...], added: bytes) -> bytes:
    if not path:
        return _sized(box[:header] + added + box[header:])
    start, end = next(
        (start, end) for kind, start, end in _inside(box, header) if path[0] in (kind, "*")
    )
    child = _inserted_after(box[start:end], HEADERS.get(path[0], 8), path[1:], added)
    return _sized(box[:start] + child + box[end:])


def _with_user_data(index: bytes, added: bytes) -> bytes:
    if any(kind == "udta" for kind, _, _ in _inside(index, 8)):
        return _inserted(index, ("udta",), added)
    return _sized(index + _box("udta", added))


def _inside(box: bytes, header: int) -> Iterator[tuple[str, int, int]]:
    """Yield kind, start and end of the boxes in a box."""
    start = header
    while start + 8 <= len(box):
        size, kind = struct.unpack_from(">I4s", box, start)
        yield kind.decode("latin-1"), start, start + size
        start += max(size, 8)


def _box(kind: str, content: bytes) -> bytes:
    return _sized(bytes(4) + kind.encode() + content)


def _sized(box: bytes) -> bytes:
    return struct.pack(">I", len(box)) + box[4:]
