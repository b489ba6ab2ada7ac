"""From a clip and what the user wants to a job: the same in every host that is running.

A job's id comes from all that the job is: asking for the same again is the same job, and anything
else - another frame, another value, a medium that was changed - is another one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from .base import Host
from .wire import codec
from .wire.clip import Clip, Span
from .wire.effects import Effect, effect, resolve
from .wire.errors import AfterframeError, BadValue, DiskFull, NotWritable
from .wire.job import Job, Output, Quality
from .wire.version import VERSION

CAPTURED = "captured"
"""Folder beside the results for pictures that the host has rendered: a recipe needs them to be
rendered again, so they are kept as long as the results are. Each set is named for its contents."""
FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Error numbers that mean: no room, or a quota."""
MOST_STAMPS = 1000
"""Pictures of a sequence that are looked at to see that it was changed."""
PNG = b"\x89PNG\r\n\x1a\n"
_NAMESPACE = uuid.UUID("0d6f2f0e-9a55-5d1c-8f53-7f3f3b1f6a10")
"""Of our job ids among all UUIDs; chosen once."""


@dataclass(frozen=True)
class Wish:
    """What the user wants made of a clip.

    Attributes:
        effect: a name of ``effects.EFFECTS``.
        parameters: that were set.
        engine: empty: the best one that is ready.
        quality: of the result.
        seen: from pictures with the host's grade and transform.
        format: of the result, as ``Output.format`` has it; ``auto``: as the host usually does.
        own_track: the result goes onto the clip's own track where that is free.
        variations: as ``Job.variations``.
    """

    effect: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    quality: Quality = "final"
    seen: bool = False
    format: str = "auto"
    own_track: bool = False
    variations: int = 0


@dataclass(frozen=True)
class Order:
    """A wish about a clip: all of a job but its pictures.

    Attributes:
        clip: as the host gave it.
        wish: what to make.
        at: timeline frame to start from; None: the clip's first.
        session: of the host, where it listens.
        after: of a bridge, the clip after the gap, as ``Host.gap_at`` gives it.
        lineage: id of the effect on the timeline whose new take this is; empty: a new effect.
    """

    clip: Clip
    wish: Wish
    at: int | None = None
    session: str = ""
    after: Clip | None = None
    lineage: str = ""

    def ranges(self) -> tuple[tuple[Clip, Span], ...]:
        """Return what has to be captured: each clip, and its timeline frames.

        Raises:
            UnknownEffect, BadValue: the wish is not one.
        """
        declared = effect(self.wish.effect)
        _resolved(declared, self.wish.parameters)
        if (self.after is not None) != (declared.source == "gap"):
            raise BadValue(
                field="effect", value=self.wish.effect, allowed="bridge, between two clips"
            )
        if declared.source == "frame":
            return ((self.clip, Span(self._start, 1)),)
        clips = (self.clip, self.after) if self.after else (self.clip,)
        return tuple((clip, clip.record_range) for clip in clips)

    def captured(self, host: Host, clip: Clip, frames: Span) -> Clip:
        """Return a clip of :meth:`ranges` whose medium gives its frames, captured where needed.

        Raises:
            DiskFull, NotWritable: the folder for results does not take captured pictures.
            HostError: see ``base.Capture.capture``.
        """
        fluent = host.fluent(clip) if self.wish.effect == "retime" and not self.wish.seen else None
        if fluent is not None:
            return fluent
        # Windows: the host may still have its pictures open.
        with tempfile.TemporaryDirectory(
            prefix="afterframe-", ignore_cleanup_errors=True
        ) as folder:
            taken = host.capture(clip, frames, Path(folder), seen=self.wish.seen)
            return kept(host.destination(), taken, Path(folder))

    def job(self, host: Host, captured: Sequence[Clip], output: Output | None = None) -> Job:
        """Return the job.

        Args:
            host: where the clip is.
            captured: the clips, captured in the order of :meth:`ranges`.
            output: where the result goes, and as what; None: as the host has it.
        """
        clip, after = captured[0], captured[1] if self.after else None
        wish, declared = self.wish, effect(self.wish.effect)
        output = output or host.output(self.clip, wish.effect)
        job = Job(
            id="0" * 32,
            effect=wish.effect,
            clip=clip,
            output=output if wish.format == "auto" else replace(output, format=wish.format),
            at=self._start if declared.source == "frame" else None,
            parameters=_resolved(declared, wish.parameters),
            engine=wish.engine,
            quality=wish.quality,
            session=self.session,
            seen=wish.seen,
            after=after,
            lineage=self.lineage,
            own_track=wish.own_track,
            variations=wish.variations,
        )
        stamps = _stamp(clip) + (_stamp(after) if after else "")
        content = [codec.dump(replace(job, session="")), stamps, VERSION]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return replace(job, id=uuid.uuid5(_NAMESPACE, text).hex)

    @property
    def _start(self) -> int:
        return self.clip.record_range.start if self.at is None else self.at


def make_job(
    host: Host,
    clip: Clip,
    wish: Wish,
    at: int | None = None,
    session: str = "",
    after: Clip | None = None,
    lineage: str = "",
) -> Job:
    """Return the job of a wish, its pictures captured where the file does not give them.

    Capturing happens here and now; see Blender's ``child.Preparation`` for where a user would wait.

    Args:
        host: where the clip is.
        clip, wish, at, session, after, lineage: see :class:`Order`.

    Raises:
        UnknownEffect, BadValue: the wish is not one.
        DiskFull, NotWritable: the folder for results does not take captured pictures.
        HostError: see ``base.Capture.capture``.
    """
    order = Order(clip, wish, at, session, after, lineage)
    return order.job(host, [order.captured(host, each, span) for each, span in order.ranges()])


def made_anew(job: Job) -> Job:
    """Return the same work under another id: for a result that is gone from the disk."""
    return replace(job, id=uuid.uuid5(_NAMESPACE, job.id).hex)


def kept(destination: Path, captured: Clip, folder: Path) -> Clip:
    """Return a clip whose pictures lie where they stay; what was not captured as it is.

    They are copied into a folder that is named for what is in it: the same pictures are kept once.
    Of many it takes seconds, and touches nothing of the host's: it may run in a thread.

    Args:
        destination: folder for results.
        captured: as it was captured.
        folder: where its pictures are now; empty: none were made.

    Raises:
        DiskFull, NotWritable: the folder for results does not take captured pictures.
    """
    pictures = sorted(folder.iterdir())
    if not pictures:
        return captured
    stays = destination / CAPTURED / _digest(pictures)
    if not stays.is_dir():
        _keep(pictures, stays)
    path = stays / Path(captured.media.path).name
    return replace(captured, media=replace(captured.media, path=str(path)))


def _resolved(declared: Effect, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an effect's own parameters, checked, and the others as they are.

    Those are the engine's, whose card the service has: it checks them.
    """
    own = {parameter.name for parameter in declared.parameters}
    checked = resolve(declared.parameters, {k: v for k, v in values.items() if k in own})
    return checked | {name: value for name, value in values.items() if name not in own}


def _keep(pictures: list[Path], stays: Path) -> None:
    """Copy pictures to where they stay; the folder stands there whole, or not at all.

    Raises:
        DiskFull, NotWritable: the folder for results does not take them.
    """
    half = stays.with_name(f".half-{uuid.uuid4().hex}")
    try:
        half.mkdir(parents=True)
        for picture in pictures:
            shutil.copyfile(picture, half / picture.name)
        half.rename(stays)
    except BaseException as error:
        shutil.rmtree(half, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        if not stays.is_dir():  # else another host has kept the same pictures meanwhile
            raise _refused(error, stays.parent.parent, pictures) from error


def _refused(error: OSError, folder: Path, pictures: list[Path]) -> AfterframeError:
    if error.errno not in FULL:
        return NotWritable(folder=str(folder), detail=error.strerror or str(error))
    needed = sum(picture.stat().st_size for picture in pictures)
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    return DiskFull(folder=str(folder), needed_mb=-(-needed >> 20), free_mb=free >> 20)


def _digest(pictures: list[Path]) -> str:
    """Return a name for what pictures show: the same pictures, written again, have the same.

    What a head says is left out where it holds the time of writing: of a movie only its ``mdat``
    counts (ISO 14496-12, 8.1), of a PNG its ``IDAT``.
    """
    digest = hashlib.sha256()
    for picture in pictures:
        digest.update(picture.name.encode())
        with picture.open("rb") as file:
            for begin, end in _shown(file, picture.stat().st_size):
                _feed(digest, file, begin, end)
    return digest.hexdigest()[:16]


def _shown(file: BinaryIO, size: int) -> list[tuple[int, int]]:
    """Return the parts of a file, each from one byte up to another, that hold pictures."""
    head = file.read(len(PNG))
    if head == PNG:
        parts = [(begin, end) for kind, begin, end in _chunks(file, size) if kind == b"IDAT"]
    elif head[4:] in {b"ftyp", b"wide", b"mdat", b"moov"}:
        parts = [(begin, end) for kind, begin, end in _atoms(file, size) if kind == b"mdat"]
    else:
        parts = []
    return [(begin, end) for begin, end in parts if begin < end] or [(0, size)]


def _atoms(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each of a movie's atoms, and where its contents begin and end."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind, begin = int.from_bytes(head[:4], "big"), head[4:8], at + 8
        if length == 1:
            length, begin = int.from_bytes(head[8:], "big"), at + 16
        end = min(size, at + length) if at + length >= begin else size  # 0: to the file's end
        yield kind, begin, end
        at = end


def _chunks(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each of a PNG's chunks, and where its contents begin and end."""
    at = len(PNG)
    while at + 8 <= size:
        file.seek(at)
        head = file.read(8)
        end = at + 8 + int.from_bytes(head[:4], "big")
        yield head[4:], at + 8, end
        at = end + 4  # its checksum


def _feed(digest: Any, file: BinaryIO, begin: int, end: int) -> None:
    file.seek(begin)
    while begin < end and (data := file.read(min(1 << 20, end - begin))):
        digest.update(data)
        begin += len(data)


def _stamp(clip: Clip) -> str:
    """Return what changes when the medium does: size and time of its file, or of those it uses."""
    if Path(clip.media.path).parent.parent.name == CAPTURED:
        return ""
    used = clip.media_range
    offsets = range(used.start, used.end, max(1, used.duration // MOST_STAMPS))
    offsets = offsets if clip.media.kind == "sequence" else range(1)
    files = (Path(clip.media.file(offset)) for offset in offsets)
    facts = (file.stat() for file in files if file.is_file())
    return " ".join(f"{each.st_size} {each.st_mtime_ns}" for each in facts)
