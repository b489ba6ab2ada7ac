"""Saying whether two pictures, or two files, are the same."""

from __future__ import annotations

import errno
import hashlib
import os
from bisect import bisect_left
from pathlib import Path

import numpy as np

from afterframe_hosts.wire.clip import Media, Span

from .frame import Frame
from .sequence import picture_numbers
from .stills import numbered

BLOCK = 1 << 20
"""Bytes that are read at the head, in the middle and at the tail of a file."""


class Digest:
    """SHA-256 over frames: over each plane's shape, type and samples, in order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, frame: Frame) -> None:
        """Take one more frame in."""
        for plane in frame.planes:
            self._hash.update(f"{plane.shape}{plane.dtype.str}".encode())
            self._hash.update(np.ascontiguousarray(plane).data)

    def hexdigest(self) -> str:
        """Return 64 hexadecimal digits."""
        return self._hash.hexdigest()


def fingerprint(media: Media, used: Span) -> str:
    """Return a quick fingerprint of a medium's contents, the same wherever it lies.

    SHA-256 over the size and a megabyte each of head, middle and tail: it tells an exchanged or
    re-encoded file within milliseconds, not a single changed byte in a large one. Of a sequence,
    the places and sizes of all pictures that are used are taken, and the first, middle and last of
    them as a file each.

    Args:
        media: the source.
        used: its frames that are used.

    Raises:
        OSError: a file cannot be read.
    """
    digest = hashlib.sha256()
    if media.kind != "sequence":
        _add_file(digest, Path(media.path))
        return digest.hexdigest()
    first = media.first + used.start
    present = picture_numbers(media.path, first)
    present = present[: bisect_left(present, first + used.duration)]
    if not present:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), media.path)
    for number in present:
        size = Path(numbered(media.path, number)).stat().st_size
        digest.update(f"{number - first}:{size} ".encode())
    for number in sorted({present[0], present[len(present) // 2], present[-1]}):
        _add_file(digest, Path(numbered(media.path, number)))
    return digest.hexdigest()


def _add_file(digest: hashlib._Hash, path: Path) -> None:
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as file:
        for start in sorted({0, max(0, size // 2 - BLOCK // 2), max(0, size - BLOCK)}):
            file.seek(start)
            digest.update(file.read(BLOCK))
