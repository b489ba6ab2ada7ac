"""Find a damaged PNG file before it is decoded: libpng tells damage on stderr, past any caller."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BREAKS_OFF = "it breaks off before its end: it was not copied whole"
DAMAGED = "its pixels are damaged"
BLOCK = 1 << 20


def png_damage(path: str) -> str:
    """Say in words how a PNG file is damaged; empty where it is whole, or no PNG.

    Chunks are walked to the last (PNG, third edition, 5.3); only of those that make pixels is
    the checksum taken: decoders pass over a damaged comment, and so do we.

    Raises:
        OSError: the file cannot be read.
    """
    with Path(path).open("rb") as file:
        if file.read(len(SIGNATURE)) != SIGNATURE:
            return ""
        while True:
            head = file.read(8)
            if len(head) < 8:
                return BREAKS_OFF
            length, kind = int.from_bytes(head[:4], "big"), head[4:]
            checksum = _checksum(file, length, kind)
            stored = file.read(4)
            if checksum is None or len(stored) < 4:
                return BREAKS_OFF
            if kind[:1].isupper() and checksum != int.from_bytes(stored, "big"):
                return DAMAGED
            if kind == b"IEND":
                return ""


def _checksum(file: BinaryIO, length: int, kind: bytes) -> int | None:
    """Return the checksum of a chunk, read to its end; None where the file ends before."""
    checksum = zlib.crc32(kind)
    while length:
        block = file.read(min(length, BLOCK))
        if not block:
            return None
        checksum = zlib.crc32(block, checksum)
        length -= len(block)
    return checksum
