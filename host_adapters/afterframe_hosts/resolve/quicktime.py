"""How many pictures a QuickTime movie has, by its index alone (ISO/IEC 14496-12, QTFF).

An adapter has no decoder; that a render job has written all its frames is seen here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_PLAIN, _LONG = struct.Struct(">I4s"), struct.Struct(">Q")


def pictures(path: Path) -> int | None:
    """Return the number of pictures of a movie; None where it has none, or cannot be read."""
    try:
        with path.open("rb") as file:
            end = path.stat().st_size
            for name, *track in _boxes(file, *_inside(file, (0, end), b"moov")):
                if name == b"trak" and _is_video(file, (track[0], track[1])):
                    return _count(file, (track[0], track[1]))
    except (OSError, ValueError, struct.error):
        return None
    return None


def _is_video(file: BinaryIO, track: tuple[int, int]) -> bool:
    handler = _inside(file, track, b"mdia", b"hdlr")
    file.seek(handler[0] + 8)
    return file.read(4) == b"vide"


def _count(file: BinaryIO, track: tuple[int, int]) -> int:
    sizes = _inside(file, track, b"mdia", b"minf", b"stbl", b"stsz")
    file.seek(sizes[0] + 8)
    return int(struct.unpack(">I", file.read(4))[0])


def _inside(file: BinaryIO, span: tuple[int, int], *names: bytes) -> tuple[int, int]:
    """Return the extent of a box's contents, down a path of names.

    Raises:
        ValueError: there is none.
    """
    for name in names:
        found = next((each for each in _boxes(file, *span) if each[0] == name), None)
        if found is None:
            raise ValueError(f"no box {name!r}")
        span = found[1], found[2]
    return span


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Give the boxes of a span: name, first byte of the contents, the byte after the last."""
    while start + _PLAIN.size <= end:
        file.seek(start)
        size, name = _PLAIN.unpack(file.read(_PLAIN.size))
        head = _PLAIN.size
        if size == 1:
            (size,) = _LONG.unpack(file.read(_LONG.size))
            head += _LONG.size
        size = size or end - start
        if size < head:
            raise ValueError("a box that is shorter than its head")
        yield name, start + head, min(start + size, end)
        start += size
