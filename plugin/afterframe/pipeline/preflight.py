"""Before any work: does the result fit the disk, and the work this machine's memory?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from afterframe.core.plan import Plan
from afterframe.core.preflight import (
    MEGABYTE,
    Need,
    Option,
    Room,
    fitting,
    lacking,
    memory_needed,
    smaller_sizes,
)
from afterframe.errors import DiskFull, MemoryShort, OutOfMemory, TooLarge
from afterframe.media.disk import RESERVE, existing_part
from afterframe.media.formats import DeliveryFormat, delivery_format, formats, raw_bytes
from afterframe.media.frame import MediaInfo
from afterframe.media.movie import DECODER_THREADS, cores
from afterframe.platform import memory_free, state_folder
from afterframe_hosts.wire.job import Job
from afterframe_models.card import Card

SCRATCH = 8 * MEGABYTE
"""Bytes of a job's own folder: its preview and its log."""
WRITER_PICTURES = {"SLICE": 12, "FRAME": 18, "AUTO": 105}
"""Pictures that the writer and its encoder hold, by what the encoder's threads share. Measured at
1080p and 4K: DNxHR, ProRes, x264 with its look-ahead."""
SEQUENCE_PICTURES = 24
"""Likewise of picture files: they pass through floats."""


@dataclass(frozen=True)
class Preflight:
    """What a job needs, and what it could be instead.

    Attributes:
        job: admitted.
        plan: what it comes to.
        card: of its engine.
        source: what the medium is; None where one picture of it is read only.
        made: what the result's frames are.
        format: name of the delivery format.
        folder: the result's destination.
        waiting: bytes of made frames that wait for the end of what is made.
    """

    job: Job
    plan: Plan
    card: Card
    source: MediaInfo | None
    made: MediaInfo
    format: str
    folder: Path
    waiting: int = 0

    def check(self, room: Room | None = None) -> None:
        """Refuse what does not fit, with the smaller settings that do.

        Args:
            room: what is free; None: what is free now.

        Raises:
            TooLarge: the disk has too little room; another format or size would fit.
            MemoryShort: likewise memory.
            DiskFull, OutOfMemory: nothing smaller fits either.
        """
        room = room or room_now(self.folder)
        need = self.need()
        lack = lacking(need, room)
        if not lack:
            return
        fits = " / ".join(fitting(self._options(), room))
        if lack == "memory":
            needed, free = _megabytes(need.memory), room.memory // MEGABYTE
            if fits:
                raise MemoryShort(needed_mb=needed, free_mb=free, fits=fits)
            detail = f"{needed} MB are needed, {free} MB are free"
            raise OutOfMemory(engine=self.card.name, detail=detail)
        scratch = lack == "scratch"
        result = need.disk + need.scratch * room.one_disk
        numbers = {
            "folder": str(state_folder() if scratch else self.folder),
            "needed_mb": _megabytes(need.scratch if scratch else result),
            "free_mb": (room.scratch if scratch else room.disk) // MEGABYTE,
        }
        raise TooLarge(fits=fits, **numbers) if fits else DiskFull(**numbers)

    def need(self) -> Need:
        """Return what the job takes as it is."""
        return self._need(delivery_format(self.format), self.made)

    def _need(self, format: DeliveryFormat, made: MediaInfo) -> Need:
        stored = format.stores(made.format)
        picture = raw_bytes(made.width, made.height, stored)
        held = SEQUENCE_PICTURES if format.kind == "sequence" else WRITER_PICTURES[format.threads]
        source = self.source or made
        return Need(
            disk=format.frame_bytes(made.width, made.height, stored) * self.plan.frames + RESERVE,
            scratch=SCRATCH,
            memory=memory_needed(
                read=raw_bytes(source.width, source.height, source.format),
                made=picture,
                writer_pictures=held,
                megapixels=made.width * made.height / 1e6,
                engine_mb=self.card.memory_mb_per_megapixel,
                threads=min(DECODER_THREADS, cores()),
                streaming=self.source is not None,
            )
            + self.waiting,
        )

    def _options(self) -> Iterator[Option]:
        """Yield what the job could be instead: other formats, then smaller sizes."""
        own = delivery_format(self.format)
        family = self.format.split("_", maxsplit=1)[0]
        smaller = sorted(
            (each for each in formats().values() if self._could_be(each)),
            key=lambda each: (
                each.name.split("_", maxsplit=1)[0] != family,
                -self._need(each, self.made).disk,
            ),
        )
        for format in smaller:
            yield Option("format", format.name, self._need(format, self.made))
        across = round(self.made.width * self.made.pixel_aspect)
        for width, height in smaller_sizes(across, self.made.height):
            made = replace(self.made, width=width, height=height)
            if not own.problem(width, height, own.stores(made.format)):
                yield Option("size", f"{width}x{height}", self._need(own, made))

    def _could_be(self, format: DeliveryFormat) -> bool:
        """Tell whether a format is smaller, of the same kind, and can hold these pictures."""
        own = delivery_format(self.format)
        suffix = Path(self.job.output.path).suffix.lower()
        stored = format.stores(self.made.format)
        return (
            format.kind == own.kind
            and (not suffix or suffix in format.suffixes)
            and stored.alpha == own.stores(self.made.format).alpha
            and not (format.square_pixels and self.made.pixel_aspect != 1)
            and not format.problem(self.made.width, self.made.height, stored)
            and self._need(format, self.made).disk < self._need(own, self.made).disk
        )


def room_now(folder: Path) -> Room:
    """Return what is free for a result in ``folder``, which need not exist yet."""
    destination, scratch = existing_part(folder), existing_part(state_folder())
    return Room(
        disk=shutil.disk_usage(destination).free,
        scratch=shutil.disk_usage(scratch).free,
        one_disk=destination.stat().st_dev == scratch.stat().st_dev,
        memory=memory_free(),
    )


def _megabytes(size: int) -> int:
    return -(-size // MEGABYTE)
