"""Timeline files on disk: under names that were never used, whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..wire.errors import PlaceFailed
from ..wire.job import new_id

FOLDER = "Afterframe"
"""Beside a timeline file: results, and the unpacked media of an ``.otioz``."""
_MARK = "_afterframe"


def next_version(path: Path, suffix: str) -> Path:
    """Return a name beside ``path`` that was never used: ``edit_afterframe_v001.otio``, ``_v002``.

    The timelines that we wrote count on from their own name. A format that writes several files
    ends the names of the further ones in ``_V2`` and so on.
    """
    stem = _stem_of_source(path) or path.stem
    pattern = re.compile(rf"{re.escape(stem)}{_MARK}_v([0-9]+)(_V[0-9]+)?{re.escape(suffix)}")
    found = (pattern.fullmatch(entry.name) for entry in path.parent.iterdir())
    last = max((int(match[1]) for match in found if match), default=0)
    return path.with_name(f"{stem}{_MARK}_v{last + 1:03}{suffix}")


def source_of(path: Path) -> Path | None:
    """Return what a timeline that we wrote was made from, by its name; None: it is not ours."""
    stem = _stem_of_source(path)
    return path.with_name(stem + path.suffix) if stem else None


def read_bounded(path: Path, largest: int) -> bytes:
    """Return a file's bytes.

    Raises:
        ValueError: it has more than ``largest``.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise ValueError(f"it is larger than {largest // 2**20} MB")
    return data


def write_whole(path: Path, text: str) -> None:
    """Write a text file in UTF-8: whole under its name, or not at all.

    Raises:
        PlaceFailed: the folder does not take it.
    """
    part = path.with_name(f".{path.name}.{new_id()[:8]}.part")
    try:
        try:
            with part.open("x", encoding="utf-8", errors="surrogateescape", newline="") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PlaceFailed(path=str(path), detail=reason(error)) from error


def reason(error: Exception) -> str:
    """Return what an error says, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__).strip().splitlines()[0][:200]


def _stem_of_source(path: Path) -> str:
    ours = re.fullmatch(rf"(.+){_MARK}_v[0-9]+(_V[0-9]+)?", path.stem)
    return ours[1] if ours else ""
