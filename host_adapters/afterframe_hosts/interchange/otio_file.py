"""OpenTimelineIO's own files: JSON, alone (``.otio``), in a folder (``.otiod``) or a zip of it."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from ..wire.errors import TimelineUnreadable
from ..wire.job import Note
from .document import FOLDER, read_bounded, reason, write_whole
from .format import TimelineFormat
from .resolve_shape import resolve_shaped
from .timeline import RESOLVE

LARGEST = 512 * 1024 * 1024
"""Bytes of a timeline that we read: three hours of an edit with a cut a second are 50 MB."""
_CONTENT = "content.otio"
_DEEPEST = 500
"""Objects and lists within each other; OTIO's parser was measured to crash at 100,000."""
_STRING = re.compile(rb'"[^"]*"')
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What damaged, encrypted and strangely packed files raise."""


class OtioFile(TimelineFormat):
    """What stands in such a file is the model itself: nothing is lost in either direction.

    Where Resolve wrote the file that was opened, or where it is written for it, our track has the
    shape of Resolve's own files; see ``resolve_shape``.

    A bundle (``.otioz``, ``.otiod``) is written back as a plain ``.otio`` beside it: its media are
    not copied a second time.
    """

    suffixes = (".otio", ".otioz", ".otiod")

    def read(self, path: Path) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
        """Read a timeline; see :meth:`TimelineFormat.read`.

        Media that a bundle carries are named relative to the bundle's own folder afterwards, as
        if the timeline stood beside the bundle. The media of an ``.otioz`` are unpacked, once, to
        the folder ``Afterframe`` beside it.
        """
        try:
            if path.suffix.lower() == ".otio":
                return _timeline(path, _parse(path)), ()
            bundle = path if path.suffix.lower() == ".otiod" else _unpacked(path)
            model = _timeline(path, _parse(bundle / _CONTENT))
            _name_media_from(model, bundle.relative_to(path.parent).as_posix())
            return model, ()
        except TimelineUnreadable:
            raise
        except _UNREADABLE as error:
            raise TimelineUnreadable(path=str(path), detail=reason(error)) from error

    def write(self, model: otio.schema.Timeline, opened: Path, target: Path) -> tuple[Note, ...]:
        """Write the model as it is, or in Resolve's shape; see :meth:`TimelineFormat.write`."""
        notes: tuple[Note, ...] = ()
        if self.options.program == "resolve" or RESOLVE in model.metadata:
            model, notes = resolve_shaped(model, opened, self.options.look)
        write_whole(target, model.to_json_string(indent=4) + "\n")
        return notes


def _parse(path: Path) -> Any:
    data = read_bounded(path, LARGEST)
    if max(_depths(data), default=0) > _DEEPEST:
        raise ValueError(f"it is nested more than {_DEEPEST} deep")
    text = data.decode("utf-8-sig")
    try:
        return otio.adapters.read_from_string(text, "otio_json")
    except (otio.exceptions.OTIOError, ValueError, LookupError, TypeError) as error:
        raise TimelineUnreadable(path=str(path), detail=reason(error)) from error


def _depths(data: bytes) -> Iterator[int]:
    """Yield how deep a JSON text is after each of its brackets."""
    plain = data.replace(rb"\\", b"").replace(rb"\"", b"")
    kept = plain.translate(None, bytes(set(range(256)) - set(b'"[]{}')))
    brackets = _STRING.sub(b"", kept)
    return accumulate(1 if each in b"[{" else -1 for each in brackets)


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
        needed = sum(each.file_size for each in archive.infolist())
        if needed > shutil.disk_usage(target.parent).free:
            raise ValueError(f"its media need {needed // 10**6} MB, which are not free beside it")
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
