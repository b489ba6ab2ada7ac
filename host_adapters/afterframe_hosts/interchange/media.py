"""References to media: from a timeline's URLs to files, and from a result to a reference."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote

import opentimelineio as otio

from ..wire.clip import STILL_SUFFIXES, Holes, Media
from ..wire.errors import MediaMissing, UnsupportedItem
from ..wire.job import Result
from .times import time_range

Style = Literal["url", "path", "relative"]

_NUMBERED = re.compile(r"\[([0-9]+)-([0-9]+)\]|%0([0-9])d|%d|(#+)")
"""Where the number stands in a sequence's name: ``[1001-1100]``, ``%04d``, ``####``."""
_Policy = otio.schema.ImageSequenceReference.MissingFramePolicy
_HOLES: dict[Any, Holes] = {
    _Policy.error: "refuse", _Policy.hold: "hold", _Policy.black: "black"
}  # fmt: skip


def medium(reference: Any, folder: Path, name: str) -> Media:
    """Return what a media reference points to, whether or not it is there.

    Args:
        reference: of any OTIO class.
        folder: absolute, of the timeline file; relative URLs start there.
        name: of the clip, for what is said to the user.

    Raises:
        MediaMissing: the reference says that there is no medium, or that it is not a file.
        UnsupportedItem: a generator, or a sequence that we cannot step through.
    """
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return _sequence(reference, folder, name)
    if isinstance(reference, otio.schema.GeneratorReference):
        raise UnsupportedItem(item=name, kind="generator")
    url = getattr(reference, "target_url", None)
    if not url:
        raise MediaMissing(path=name)
    numbered = _NUMBERED.search(url, max(url.rfind("/"), url.rfind("\\")) + 1)
    if numbered:
        return _pattern(url, numbered, folder)
    path = file_path(url, folder)
    is_still = Path(path).suffix.lower() in STILL_SUFFIXES
    return Media("still" if is_still else "movie", path)


def first_file(media: Media, offset: int) -> Path:
    """Return the file that holds the medium's picture ``offset``, from 0."""
    if media.kind != "sequence":
        return Path(media.path)
    head, marks, tail = _split_marks(media.path)
    return Path(f"{head}{media.first + offset:0{len(marks)}}{tail}")


def lacking(media: Media, offset: int) -> Path | None:
    """Return the file of the medium's picture ``offset`` where it should be there and is not."""
    file = first_file(media, offset)
    try:
        may_lack = media.holes != "refuse" and file.parent.is_dir()
        return None if may_lack or file.is_file() else file
    except OSError:  # a name too long for any disk, or a folder closed to us
        return file


def file_path(url: str, folder: Path) -> str:
    """Return the absolute path that a target URL means, on this system or another.

    Understood are ``file:`` URLs (percent-encoded, with or without ``localhost``, with Windows
    drives and servers), absolute paths of either kind as Resolve writes them, and relative URLs
    or paths. A URL without a scheme is taken as it is written where such a file is there,
    otherwise decoded.

    Raises:
        MediaMissing: the URL names something other than a file.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", url)
    if scheme and scheme[1].lower() == "file":
        return _from_file_url(url)
    if scheme or "\0" in url:
        raise MediaMissing(path=url)
    for text in (url, unquote(url)):
        if re.match(r"[A-Za-z]:[\\/]|\\\\", text):
            return text
        if _exists(folder / text):
            break
    return str(folder / text)


def numbered_path(media: Media, frames: int) -> str:
    """Return a medium's path; a sequence's as programs write it: ``shot.[0001-0024].exr``."""
    if media.kind != "sequence":
        return media.path
    head, marks, tail = _split_marks(media.path)
    last = media.first + frames - 1
    return f"{head}[{media.first:0{len(marks)}}-{last:0{len(marks)}}]{tail}"


def is_labelled(media: Media) -> bool:
    """Say whether a result's pictures carry timecode; others are counted by their files' numbers.

    Movies do, and of pictures those whose headers have a place for it.
    """
    return media.kind == "movie" or Path(media.path).suffix.lower() in {".dpx", ".exr"}


def reference_to(
    result: Result, rate: float, start: int, style: Style, folder: Path
) -> otio.core.MediaReference:
    """Return a reference to a finished result.

    Args:
        result: a movie, or a sequence of pictures.
        rate: the result's rate, as the timeline writes it.
        start: timecode of a movie's first frame, in frames at ``rate``.
        style: how the timeline names its media.
        folder: absolute, of the timeline file.
    """
    if not result.is_sequence:
        return otio.schema.ExternalReference(
            target_url=_url(Path(result.path), style, folder),
            available_range=time_range(start, result.frames, rate),
        )
    head, marks, tail = _split_marks(Path(result.path).name)
    return otio.schema.ImageSequenceReference(
        target_url_base=_url(Path(result.path).parent, style, folder) + "/",
        name_prefix=head,
        name_suffix=tail,
        start_frame=result.first,
        frame_step=1,
        frame_zero_padding=len(marks),
        rate=rate,
        available_range=time_range(result.first, result.frames, rate),
    )


def style_of(model: otio.schema.Timeline) -> Style:
    """Return how a timeline names its media, so that ours are named the way its reader knows."""
    for clip in model.find_clips():
        reference = clip.media_reference
        for name in ("target_url", "target_url_base"):
            url = getattr(reference, name, None)
            if url:
                if url.lower().startswith("file:"):
                    return "url"
                return "path" if re.match(r"[A-Za-z]:[\\/]|[\\/]", url) else "relative"
    return "url"


def _sequence(reference: Any, folder: Path, name: str) -> Media:
    if reference.frame_step != 1:
        raise UnsupportedItem(item=name, kind=f"sequence in steps of {reference.frame_step}")
    base = reference.target_url_base
    if not base and not reference.name_prefix:
        raise MediaMissing(path=name)
    place = Path(file_path(base, folder)) if base else folder
    marks = "#" * max(1, reference.frame_zero_padding)
    file = f"{reference.name_prefix}{marks}{reference.name_suffix}"
    holes = _HOLES[reference.missing_frame_policy]
    return Media("sequence", _join(str(place), file), first=reference.start_frame, holes=holes)


def _pattern(url: str, numbered: re.Match[str], folder: Path) -> Media:
    """Return the sequence that one name with a number's place in it stands for."""
    opening, _, digits, marks = numbered.groups()
    width = len(opening or marks or "#" * int(digits or 1))
    place, _, head = url[: numbered.start()].replace("\\", "/").rpartition("/")
    tail = url[numbered.end() :]
    absolute = file_path(place + "/", folder) if place else str(folder)
    path = _join(absolute.rstrip("/\\") or "/", f"{head}{'#' * width}{tail}")
    return Media("sequence", path, first=int(opening) if opening else _lowest(path))


def _lowest(path: str) -> int:
    """Return the lowest number of a sequence on disk, 0 where there is none."""
    head, marks, tail = _split_marks(Path(path).name)
    pattern = re.compile(rf"{re.escape(head)}([0-9]{{{len(marks)},}}){re.escape(tail)}")
    parent = Path(path).parent
    names = (entry.name for entry in parent.iterdir()) if parent.is_dir() else ()
    return min((int(match[1]) for match in map(pattern.fullmatch, names) if match), default=0)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long for any disk, or a folder closed to us
        return False


def _from_file_url(url: str) -> str:
    text = unquote(re.sub(r"^[Ff][Ii][Ll][Ee]:", "", url))
    if text.startswith("//"):
        server, slash, rest = text[2:].partition("/")
        if re.fullmatch(r"[A-Za-z]:", server):
            return f"{server}/{rest}"
        text = f"{slash}{rest}" if server in {"", "localhost"} else f"//{server}/{rest}"
    if re.match(r"/[A-Za-z]:/", text):
        return text[1:]
    if text.startswith("//"):
        return text.replace("/", "\\")
    if "\0" in text or not text.startswith("/"):
        raise MediaMissing(path=url)
    return text


def _url(path: Path, style: Style, folder: Path) -> str:
    if style == "relative" and path.is_relative_to(folder):
        return quote(path.relative_to(folder).as_posix())
    return path.as_uri() if style == "url" else str(path)


def _split_marks(path: str) -> tuple[str, str, str]:
    match = re.search(r"#+(?=[^#]*$)", path)
    if match is None:
        raise ValueError(f"no # in {path}")
    return path[: match.start()], match[0], path[match.end() :]


def _join(folder: str, name: str) -> str:
    if re.match(r"[A-Za-z]:|\\\\", folder) and os.sep != "\\":
        return folder.rstrip("/\\") + ("\\" if "\\" in folder else "/") + name
    return str(Path(folder) / name)
