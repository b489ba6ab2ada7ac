"""Media that a list names without a path: looked for by name in folders and beneath them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from ..wire.clip import STILL_SUFFIXES, Media
from .document import FOLDER

MOVIE_SUFFIXES = frozenset(
    {".3gp", ".ari", ".arx", ".avi", ".braw", ".dv", ".m2t", ".m2ts", ".m2v", ".m4v", ".mkv"}
    | {".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".r3d", ".ts", ".webm", ".wmv", ".y4m"}
)
_DEEPEST = 6
_MOST = 50_000
"""Files looked at: a day's shoot as pictures; beyond it the user names a nearer folder."""
_PREFIX = 4
"""Letters of a reel that a file's name may begin with (``A001C002`` of ``A001C002_250101.mov``)."""
_RANGE = re.compile(r"\[(\d+)-\d+\]|%0?(\d?)d|(#+)")


@dataclass(frozen=True)
class Found:
    """A medium of a list.

    Attributes:
        media: what it is; its file may not be there.
        frames: number of a sequence's pictures, 0 where they were not counted.
        others: how many more files have the name that was looked for.
    """

    media: Media
    frames: int = 0
    others: int = 0


class Shelf:
    """The media in some folders, absolute ones; they are looked through when first needed."""

    def __init__(self, *folders: Path) -> None:
        self._folders = tuple(dict.fromkeys(folders))

    def find(self, file: str, name: str, reel: str, *, still: bool) -> Found | None:
        """Return the medium that a list means; where it is not there, what should be.

        Looked for are, in this order: the source file by its path, by its name, the clip's name,
        a medium called so but for the suffix, one called like the reel, one whose name begins
        with the reel. Upper and lower case are the same; of several the nearest is taken. None
        where nothing is found and nothing is called as media are.

        Args:
            file: the source file as the list has it, with or without a path.
            name: of the clip.
            reel: of the event.
            still: a numbered picture stands alone.
        """
        tries = self._tries(file, name, reel, still)
        return next((each for each in tries if each), None) or self._absent(file or name)

    def _tries(self, file: str, name: str, reel: str, still: bool) -> Iterator[Found | None]:
        base = re.split(r"[/\\]", file)[-1]
        yield from (_there(folder / file, still) for folder in self._folders if file)
        yield from (self._named(wanted, still) for wanted in (base, name) if wanted)
        for stem in (base, Path(base).stem, name, Path(name).stem, reel):
            yield _nearest(self._stems.get(stem.casefold(), []), still) if stem else None
        yield _nearest(self._begun(reel), still)

    def _named(self, name: str, still: bool) -> Found | None:
        if not _RANGE.search(name):
            return _nearest(self._names.get(name.casefold(), []), still)
        runs = (_pictures(folder / name) for folder in dict.fromkeys(p.parent for p in self._files))
        return next((each for each in runs if each), None)

    def _begun(self, reel: str) -> list[Path]:
        low = reel.casefold()
        return [
            path
            for stem, paths in self._stems.items()
            if len(low) >= _PREFIX and stem.startswith(low)
            for path in paths
        ]

    def _absent(self, name: str) -> Found | None:
        path = name if re.match(r"[A-Za-z]:[\\/]|\\\\", name) else str(self._folders[0] / name)
        marks = _RANGE.search(Path(name).name)
        if Path(name).suffix.lower() in MOVIE_SUFFIXES:
            return Found(Media("movie", path))
        if Path(name).suffix.lower() not in STILL_SUFFIXES:
            return None
        if marks:
            return _pattern(Path(path), marks, int(marks[1] or 0))
        return Found(Media("still", path))

    @cached_property
    def _files(self) -> list[Path]:
        return list(islice((path for root in self._folders for path in _walk(root)), _MOST))

    @cached_property
    def _names(self) -> dict[str, list[Path]]:
        return _grouped((path.name, path) for path in self._files)

    @cached_property
    def _stems(self) -> dict[str, list[Path]]:
        media = MOVIE_SUFFIXES | STILL_SUFFIXES
        return _grouped((path.stem, path) for path in self._files if path.suffix.lower() in media)


def _walk(root: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(root):
        deep = len(Path(place).relative_to(root).parts)
        seen = (each for each in sorted(folders) if each != FOLDER and not each.startswith("."))
        folders[:] = seen if deep < _DEEPEST else ()
        yield from (Path(place) / name for name in sorted(names))


def _grouped(pairs: Iterable[tuple[str, Path]]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for key, path in pairs:
        found.setdefault(key.casefold(), []).append(path)
    return found


def _nearest(paths: list[Path], still: bool) -> Found | None:
    """Return the file in the highest folder; of those equally high the first by name."""
    if not paths:
        return None
    nearest = min(paths, key=lambda path: (len(path.parts), str(path)))
    found = _file(nearest, still)
    alone = found.media.kind == "movie"
    return Found(found.media, found.frames, len(paths) - 1 if alone else 0)


def _there(path: Path, still: bool) -> Found | None:
    if _RANGE.search(path.name):
        return _pictures(path)
    return _file(path, still) if path.is_file() else None


def _file(path: Path, still: bool) -> Found:
    """Return a file as a medium; a picture whose next one stands beside it begins a sequence."""
    if path.suffix.lower() not in STILL_SUFFIXES:
        return Found(Media("movie", str(path)))
    number = re.search(r"(\d+)(?=\D*$)", path.stem)
    if number and not still:
        marked = f"{path.stem[: number.start()]}[{number[1]}-{number[1]}]"
        run = _pictures(path.with_name(marked + path.stem[number.end() :] + path.suffix))
        if run and run.frames > 1:
            return run
    return Found(Media("still", str(path)))


def _pictures(path: Path) -> Found | None:
    """Return the sequence that a name with a range or a number's place stands for, if it is there.

    A range gives its first number; otherwise it begins with the lowest one on disk.
    """
    marks = _RANGE.search(path.name)
    if marks is None or not path.parent.is_dir():
        return None
    head, tail = path.name[: marks.start()], path.name[marks.end() :]
    shape = re.compile(rf"{re.escape(head)}(\d+){re.escape(tail)}")
    there = (shape.fullmatch(entry.name) for entry in path.parent.iterdir())
    numbers = [int(match[1]) for match in there if match]
    first = int(marks[1]) if marks[1] else min(numbers, default=0)
    later = [number for number in numbers if number >= first]
    if not later:
        return None
    return _pattern(path, marks, first, max(later) - first + 1)


def _pattern(path: Path, marks: re.Match[str], first: int, frames: int = 0) -> Found:
    width = len(marks[1] or marks[3] or "#" * int(marks[2] or 1))
    name = f"{path.name[: marks.start()]}{'#' * width}{path.name[marks.end() :]}"
    return Found(Media("sequence", str(path.with_name(name)), first=first), frames)
