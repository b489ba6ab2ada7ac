"""Timeline files on disk: read, never changed; written under a new name."""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from ..wire.errors import PlaceFailed, TimelineUnreadable
from ..wire.job import new_id

SUFFIXES = (".otio", ".otioz", ".otiod")
FOLDER = "Afterframe"
"""Beside a timeline file: results, and the unpacked media of an ``.otioz``."""
_CONTENT = "content.otio"
_MARK = "_afterframe"


def read(path: Path) -> otio.schema.Timeline:
    """Read a timeline from ``.otio``, ``.otiod`` (a folder with media) or ``.otioz`` (a zip of it).

    Media that a bundle carries are named relative to the bundle's own folder afterwards, as if
    the timeline stood beside the bundle. The media of an ``.otioz`` are unpacked, once, to the
    folder ``Afterframe`` beside it.

    Raises:
        TimelineUnreadable: missing, damaged, or something other than one timeline.
    """
    try:
        if path.suffix.lower() == ".otio":
            return _timeline(path, _parse(path))
        bundle = path if path.suffix.lower() == ".otiod" else _unpacked(path)
        model = _timeline(path, _parse(bundle / _CONTENT))
        _name_media_from(model, bundle.relative_to(path.parent).as_posix())
        return model
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise TimelineUnreadable(path=str(path), detail=_reason(error)) from error


def write(model: otio.schema.Timeline, path: Path) -> None:
    """Write a timeline as ``.otio``: whole under its name, or not at all.

    Raises:
        PlaceFailed: the folder does not take it.
    """
    try:
        _write_whole(path, model.to_json_string(indent=4) + "\n")
    except OSError as error:
        raise PlaceFailed(path=str(path), detail=_reason(error)) from error


def next_version(path: Path) -> Path:
    """Return a name beside ``path`` that was never used: ``edit_afterframe_v001.otio``, ``_v002``.

    The timelines that we wrote count on from their own name.
    """
    stem = re.sub(rf"{_MARK}_v[0-9]+$", "", path.stem)
    pattern = re.compile(rf"{re.escape(stem)}{_MARK}_v([0-9]+)\.otio")
    found = (pattern.fullmatch(entry.name) for entry in path.parent.iterdir())
    last = max((int(match[1]) for match in found if match), default=0)
    return path.with_name(f"{stem}{_MARK}_v{last + 1:03}.otio")


def _parse(path: Path) -> Any:
    text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    try:
        return otio.adapters.read_from_string(text, "otio_json")
    except (otio.exceptions.OTIOError, ValueError, LookupError, TypeError) as error:
        raise TimelineUnreadable(path=str(path), detail=_reason(error)) from error


def _timeline(path: Path, value: Any) -> otio.schema.Timeline:
    """Return the timeline in ``value``; a collection may hold exactly one."""
    if isinstance(value, otio.schema.SerializableCollection):
        held = [child for child in value if isinstance(child, otio.schema.Timeline)]
        if len(held) == 1:
            return held[0]
        problem = f"it holds {len(held)} timelines, not one"
    elif not isinstance(value, otio.schema.Timeline):
        known = isinstance(value, otio.core.SerializableObject)
        what = f"a {value.schema_name()}" if known else "other data"
        problem = f"it holds {what}, not a timeline"
    elif value.tracks is None:
        problem = "it has no tracks"
    else:
        return value
    raise TimelineUnreadable(path=str(path), detail=problem)


def _unpacked(path: Path) -> Path:
    """Return the folder with an archive's contents, unpacked when that has not been done."""
    stamp = path.stat().st_mtime_ns // 1_000_000
    target = path.parent / FOLDER / f"{path.stem}_{stamp:x}.otiod"
    if target.is_dir():
        return target
    with zipfile.ZipFile(path) as archive:
        archive.getinfo(_CONTENT)
        target.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpacking", dir=target.parent) as scratch:
            whole = Path(scratch) / "bundle"
            archive.extractall(whole)
            whole.rename(target)
    return target


def _name_media_from(model: otio.schema.Timeline, folder: str) -> None:
    prefix = quote(folder) + "/"
    for clip in model.find_clips():
        for reference in clip.media_references().values():
            for name in ("target_url", "target_url_base"):
                url = getattr(reference, name, None)
                if url is not None and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\]", url):
                    setattr(reference, name, prefix + url)


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{new_id()[:8]}.part")
    try:
        with part.open("x", encoding="utf-8", errors="surrogateescape") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error) or type(error).__name__).strip().splitlines()[0][:200]
