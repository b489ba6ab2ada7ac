"""From a strip and what the user wants to a job.

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
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..base import Host
from ..wire import codec
from ..wire.clip import Clip, Span
from ..wire.effects import effect, resolve
from ..wire.errors import AfterframeError, BadValue, DiskFull, NotWritable
from ..wire.job import Job, Quality
from ..wire.version import VERSION

CAPTURED = "captured"
"""Folder beside the results for pictures that the host has rendered: a recipe needs them to be
rendered again, so they are kept as long as the results are. Each set is named for its contents."""
FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Error numbers that mean: no room, or a quota."""
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
    """

    effect: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    quality: Quality = "final"
    seen: bool = False


def make_job(
    host: Host,
    clip: Clip,
    wish: Wish,
    at: int | None = None,
    session: str = "",
    after: Clip | None = None,
) -> Job:
    """Return the job of a wish, its pictures captured where the file does not give them.

    Args:
        host: where the clip is.
        clip: as the host gave it.
        wish: what to make.
        at: timeline frame to start from; None: the clip's first.
        session: of the host, where it listens.
        after: of a bridge, the clip after the gap, as ``Host.gap_at`` gives it.

    Raises:
        UnknownEffect, BadValue: the wish is not one.
        DiskFull, NotWritable: the folder for results does not take captured pictures.
        HostError: see ``base.Capture.capture``.
    """
    declared = effect(wish.effect)
    parameters = resolve(declared.parameters, wish.parameters)
    start = clip.record_range.start if at is None else at
    frames = Span(start, 1) if declared.source == "frame" else clip.record_range
    if (after is not None) != (declared.source == "gap"):
        raise BadValue(field="effect", value=wish.effect, allowed="bridge, between two strips")
    captured = _captured(host, clip, frames, wish.seen)
    if after is not None:
        after = _captured(host, after, after.record_range, wish.seen)
    job = Job(
        id="0" * 32,
        effect=wish.effect,
        clip=captured,
        output=host.output(clip, wish.effect),
        at=start if declared.source == "frame" else None,
        parameters=parameters,
        engine=wish.engine,
        quality=wish.quality,
        session=session,
        seen=wish.seen,
        after=after,
    )
    stamps = _stamp(captured) + (_stamp(after) if after else "")
    content = [codec.dump(replace(job, session="")), stamps, VERSION]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return replace(job, id=uuid.uuid5(_NAMESPACE, text).hex)


def made_anew(job: Job) -> Job:
    """Return the same work under another id: for a result that is gone from the disk."""
    return replace(job, id=uuid.uuid5(_NAMESPACE, job.id).hex)


def _captured(host: Host, clip: Clip, frames: Span, seen: bool) -> Clip:
    """Capture into a folder that is named for what is in it; the same pictures are kept once."""
    with tempfile.TemporaryDirectory(prefix="afterframe-") as temporary:
        folder = Path(temporary)
        captured = host.capture(clip, frames, folder, seen=seen)
        pictures = sorted(folder.iterdir())
        if not pictures:
            return captured
        kept = host.destination() / CAPTURED / _digest(pictures)
        if not kept.is_dir():
            _keep(pictures, kept)
    path = kept / Path(captured.media.path).name
    return replace(captured, media=replace(captured.media, path=str(path)))


def _keep(pictures: list[Path], kept: Path) -> None:
    """Copy pictures to where they stay; the folder stands there whole, or not at all.

    Raises:
        DiskFull, NotWritable: the folder for results does not take them.
    """
    half = kept.with_name(f".half-{uuid.uuid4().hex}")
    try:
        half.mkdir(parents=True)
        for picture in pictures:
            shutil.copyfile(picture, half / picture.name)
        half.rename(kept)
    except BaseException as error:
        shutil.rmtree(half, ignore_errors=True)
        if not isinstance(error, OSError):
            raise
        if not kept.is_dir():  # else another Blender has kept the same pictures meanwhile
            raise _refused(error, kept.parent.parent, pictures) from error


def _refused(error: OSError, folder: Path, pictures: list[Path]) -> AfterframeError:
    if error.errno not in FULL:
        return NotWritable(folder=str(folder), detail=error.strerror or str(error))
    needed = sum(picture.stat().st_size for picture in pictures)
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    return DiskFull(folder=str(folder), needed_mb=-(-needed >> 20), free_mb=free >> 20)


def _digest(pictures: list[Path]) -> str:
    digest = hashlib.sha256()
    for picture in pictures:
        digest.update(picture.name.encode())
        digest.update(hashlib.sha256(picture.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _stamp(clip: Clip) -> str:
    """Return what changes when the medium does: its size and its time."""
    path = Path(clip.media.path)
    if path.parent.parent.name == CAPTURED or not path.is_file():
        return ""
    facts = path.stat()
    return f"{facts.st_size} {facts.st_mtime_ns}"
