"""Whether a job fits this machine, before any work: numbers in, a verdict out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

MEGABYTE = 1_000_000
Lack = Literal["", "disk", "scratch", "memory"]

MEASURED = 0.2
"""Share of a job's frames after which its own speed says more than history."""
READER_PICTURES = 23
"""Pictures that the reader holds: its decoder's, those that lie ready, those just given."""
READER_BYTES = 110 * MEGABYTE
"""What reading takes beside, whatever the size: pictures kept for reading backwards, mostly."""
SINGLE_PICTURES, SINGLE_BYTES = 6, 40 * MEGABYTE
"""Likewise where one picture is read only. Measured with H.264 and ProRes at 1080p and 4K."""


@dataclass(frozen=True)
class Need:
    """What a job takes at its largest moment, in bytes.

    Attributes:
        disk: in the destination folder.
        scratch: in the job's own folder.
        memory: beside what an idle worker has.
    """

    disk: int
    scratch: int
    memory: int


@dataclass(frozen=True)
class Room:
    """What is free, in bytes.

    Attributes:
        disk: where the result goes.
        scratch: where job folders are.
        one_disk: both are the same file system, so that one free number serves both.
        memory: that this process may still take.
    """

    disk: int
    scratch: int
    one_disk: bool
    memory: int


@dataclass(frozen=True)
class Option:
    """Another setting of the same job.

    Attributes:
        kind: what is changed: options of one kind are tried from the largest on.
        name: as the user would ask for it (``dnxhr_sq``, ``1280x720``).
        need: what it would take.
    """

    kind: str
    name: str
    need: Need


def lacking(need: Need, room: Room) -> Lack:
    """Say what is short first: ``disk``, ``scratch`` or ``memory``; empty: it fits."""
    if room.one_disk and need.disk + need.scratch > room.disk:
        return "disk"
    if need.disk > room.disk:
        return "disk"
    if need.scratch > room.scratch:
        return "scratch"
    return "memory" if need.memory > room.memory else ""


def fitting(options: Iterable[Option], room: Room) -> tuple[str, ...]:
    """Return, of each kind, the name of the first option that fits in everything."""
    found: dict[str, str] = {}
    for option in options:
        if option.kind not in found and not lacking(option.need, room):
            found[option.kind] = option.name
    return tuple(found.values())


def memory_needed(
    *,
    read: int,
    made: int,
    writer_pictures: int,
    megapixels: float,
    engine_mb: float,
    threads: int,
    streaming: bool = True,
) -> int:
    """Return the bytes that a job's streaming takes, however long the clip is.

    Args:
        read: bytes of a picture of the source.
        made: bytes of a picture as it is stored.
        writer_pictures: how many the writer and its encoder hold.
        megapixels: of the pictures that the engine works on.
        engine_mb: the engine's working set, MB a megapixel (``Card.memory_mb_per_megapixel``).
        threads: of the decoder; each holds a picture more.
        streaming: the source is read all through, not for one picture.
    """
    pictures, beside = SINGLE_PICTURES, SINGLE_BYTES
    if streaming:
        pictures, beside = READER_PICTURES, READER_BYTES
    reading = beside + read * (pictures + threads)
    return reading + made * writer_pictures + round(engine_mb * megapixels * MEGABYTE)


def seconds_left(done: int, total: int, passed: float, foretold: float) -> float | None:
    """Return the seconds that a job still takes; None before there is anything to tell it from.

    Args:
        done: frames made.
        total: frames to make.
        passed: seconds since the first began.
        foretold: seconds for the whole job by this machine's history; 0: it has none. It counts
            less the more frames are made, and from ``MEASURED`` of them on no more.
    """
    if not done:
        return round(foretold, 2) if foretold else None
    measured = passed / done * (total - done)
    trust = min(1.0, done / (total * MEASURED)) if foretold else 1.0
    expected = foretold * (total - done) / total
    return round(trust * measured + (1 - trust) * expected, 2)


def smaller_sizes(width: int, height: int) -> tuple[tuple[int, int], ...]:
    """Return usual sizes of the same shape that are smaller, both sides even, largest first."""
    longest = max(width, height)
    scaled = (side / longest for side in (7680, 3840, 2560, 1920, 1280, 960, 640) if side < longest)
    return tuple(
        (max(2, round(width * by / 2) * 2), max(2, round(height * by / 2) * 2)) for by in scaled
    )
