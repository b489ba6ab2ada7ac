"""Results in the media pool: each a clip of our own bin, read as it was made."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from ..wire.errors import PlaceFailed
from ..wire.job import Result
from . import api, aside, exact, marks
from .aside import Work, identity_of, sure


def imported(pool: api.MediaPool, result: Result, work: Work) -> tuple[api.MediaPoolItem, bool]:
    """Return a result's clip of the pool, in our bin, as it was made, and whether it is new there.

    Raises:
        PlaceFailed: it is not there, or Resolve reads something else in it.
    """
    folder = _bin(pool, result, work)
    known = _known(folder, result)
    clip = known or _imported(pool, folder, result, work)
    _check_medium(clip, result)
    return clip, known is None and _known(folder, result) is not None


def _imported(
    pool: api.MediaPool, folder: api.Folder, result: Result, work: Work
) -> api.MediaPoolItem:
    for _ in range(aside.TRIES):
        if identity_of(sure(pool.GetCurrentFolder)) == identity_of(folder):
            break
        pool.SetCurrentFolder(folder)
    else:
        raise PlaceFailed(path=result.path, detail="the bin for results cannot be opened")

    def made() -> list[api.MediaPoolItem]:
        return [each for each in sure(folder.GetClipList) if marks.shows(each, result)]

    work.begun.add(
        f"a clip in the bin {marks.BIN}",
        lambda: not made(),
        lambda: pool.DeleteClips(made()),
    )
    elsewhere = pool.ImportMedia([_importable(result)])
    clip = _known(folder, result) or next(iter(elsewhere), None)
    if clip is None:
        raise PlaceFailed(path=result.path, detail="DaVinci Resolve does not read it")
    return clip


def _bin(pool: api.MediaPool, result: Result, work: Work) -> api.Folder:
    """Return our bin; it is made where there is none."""
    folder = marks.own_bin(pool)
    root = sure(pool.GetRootFolder)
    if folder is None and root is not None:

        def remove() -> None:
            made = marks.own_bin(pool)
            if made is not None and not sure(made.GetClipList):
                pool.DeleteFolders([made])

        work.begun.add(f"the bin {marks.BIN}", lambda: marks.own_bin(pool) is None, remove)
        pool.AddSubFolder(root, marks.BIN)
        folder = marks.own_bin(pool)
    if folder is None:
        raise PlaceFailed(path=result.path, detail="no bin for results can be made")
    return folder


def _known(folder: api.Folder, result: Result) -> api.MediaPoolItem | None:
    clips = sure(folder.GetClipList)
    return next((each for each in clips if marks.shows(each, result)), None)


def _importable(result: Result) -> str | api.SequenceInfo:
    """Return a result as ``ImportMedia`` wants it (Windows: with its own slashes, S30)."""
    if not result.is_sequence:
        return str(Path(result.path))
    path = Path(result.path)
    pattern = re.sub("#+", lambda run: f"%0{len(run[0])}d", path.name, count=1)
    last = result.first + result.frames - 1
    return {
        "FilePath": str(path.with_name(pattern)),
        "StartIndex": result.first,
        "EndIndex": last,
    }


def _check_medium(clip: api.MediaPoolItem, result: Result) -> None:
    """Compare what Resolve reads in the file with what was made.

    Pictures without a rate get that of the project when they are imported (S9 would then make
    another number of frames of them): they are given their own.
    """
    if _rate(clip) not in {result.rate, None}:
        clip.SetClipProperty("FPS", f"{float(result.rate):.6g}")
    rate, frames = _rate(clip), sure(clip.GetClipProperty).get("Frames")
    if rate not in {result.rate, None}:
        raise PlaceFailed(
            path=result.path, detail=f"it was read at {float(rate or 0):.5g} frames a second"
        )
    if isinstance(frames, str) and frames.isdecimal() and int(frames) != result.frames:
        raise PlaceFailed(
            path=result.path, detail=f"{frames} frames were read of it instead of {result.frames}"
        )


def _rate(clip: api.MediaPoolItem) -> Fraction | None:
    return exact.rate_of(sure(clip.GetClipProperty).get("FPS"))
