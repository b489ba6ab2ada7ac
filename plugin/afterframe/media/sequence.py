"""Numbered sequences of pictures, with or without holes."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from afterframe.errors import MediaUnreadable, SequenceHoles
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.job import Note

from .base import Source, check_file, check_index
from .frame import Frame, MediaInfo
from .stills import describe, numbered, read_picture

MOST_RUNS = 8
"""Runs of missing pictures that are named one by one."""


class SequenceSource(Source):
    """Numbered pictures, from ``media.first`` to the highest number in the folder."""

    def __init__(self, media: Media) -> None:
        self._media, self._path = media, media.path
        self._numbers = picture_numbers(media.path, media.first)
        if not self._numbers or (self._numbers[0] != media.first and media.holes == "refuse"):
            check_file(self._file(0))
        first = self._numbers[0]
        picture = read_picture(numbered(media.path, first), media.layer)
        frames = self._numbers[-1] - media.first + 1
        info = describe(picture, frames)
        self._info = replace(info, rate=media.rate or info.rate)
        self._recent = (first, picture.frame)
        self._notes = picture.notes
        self._filled: set[int] = set()

    @property
    def info(self) -> MediaInfo:
        """What the sequence is; its first picture speaks for all."""
        return self._info

    def check(self, start: int, count: int) -> None:
        """See :meth:`Source.check`."""
        super().check(start, count)
        if self._media.holes != "refuse":
            return
        wanted = range(self._media.first + start, self._media.first + start + count)
        missing = sorted(set(wanted).difference(self._numbers))
        if missing:
            raise SequenceHoles(path=self._path, missing=in_words(missing), count=len(missing))

    def read(self, index: int) -> Frame:
        """Return one picture; see :meth:`Source.read`."""
        check_index(self._path, index, self._info.frames)
        number = self._media.first + index
        if self._media.holes != "refuse" and not self._has(number):
            self._filled.add(number)
            if self._media.holes == "black":
                return _black(self._recent[1])
            number = self._numbers[max(0, bisect_left(self._numbers, number) - 1)]
        if self._recent[0] != number:
            self._recent = (number, self._read(number))
        return self._recent[1]

    def notes(self) -> tuple[Note, ...]:
        """Tell for which missing pictures others stand, and of colours that no tag can say."""
        if not self._filled:
            return self._notes
        missing = in_words(sorted(self._filled))
        return (*self._notes, Note(f"note.holes_{self._media.holes}", {"missing": missing}))

    def close(self) -> None:
        """Nothing is held."""

    def _has(self, number: int) -> bool:
        place = bisect_left(self._numbers, number)
        return place < len(self._numbers) and self._numbers[place] == number

    def _read(self, number: int) -> Frame:
        path = numbered(self._path, number)
        check_file(path)
        frame = read_picture(path, self._media.layer).frame
        info = self._info
        if (frame.width, frame.height, frame.format) != (info.width, info.height, info.format):
            detail = "its size or format is not that of the sequence's first picture"
            raise MediaUnreadable(path=path, detail=detail)
        return frame

    def _file(self, index: int) -> str:
        return numbered(self._path, self._media.first + index)


def picture_numbers(path: str, first: int) -> tuple[int, ...]:
    """Return the numbers of a sequence's pictures from ``first`` on, ascending.

    A file without a byte in it is none: renderers put such in the place of pictures to come.
    """
    folder = Path(path).parent
    before, marks, after = re.split(r"(#+)(?=[^#]*$)", Path(path).name)
    pattern = re.compile(rf"{re.escape(before)}(\d{{{len(marks)},}}){re.escape(after)}")
    if not folder.is_dir():
        return ()
    with os.scandir(folder) as entries:
        named = ((pattern.fullmatch(entry.name), entry) for entry in entries)
        numbers = {int(found[1]) for found, entry in named if found and entry.stat().st_size}
    return tuple(sorted(number for number in numbers if number >= first))


def in_words(numbers: Sequence[int]) -> str:
    """Return ascending numbers as runs, at most eight of them: ``1003, 1007-1010``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    words = ["-".join(map(str, run)) for run in runs]
    return ", ".join([*words[:MOST_RUNS], *(["..."] if len(words) > MOST_RUNS else [])])


def _black(like: Frame) -> Frame:
    """Return a black picture, clear where there is alpha."""
    return replace(like, planes=tuple(np.zeros_like(plane) for plane in like.planes))
