"""What every reader of media is, and what it checks before it reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from afterframe.errors import FrameOutside, MediaMissing, MediaUnreadable
from afterframe_hosts.wire.job import Note

from .frame import Frame, MediaInfo
from .undecodable import no_decoder


class Source(ABC):
    """An open medium. Not for several threads at once.

    Frames are counted from the medium's first presented picture as 0. Reading in order is
    fast; any order works.
    """

    _path: str

    @property
    @abstractmethod
    def info(self) -> MediaInfo:
        """What the medium is."""

    @abstractmethod
    def read(self, index: int) -> Frame:
        """Return one picture, in the medium's own encoding and the right way up.

        Raises:
            FrameOutside: the medium has no such frame.
            MediaTruncated: it breaks off before.
            MediaMissing: a file of the sequence is not there.
            MediaUnreadable: this picture is damaged.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the file. Closing twice is fine."""

    def check(self, start: int, count: int) -> None:
        """Look, before any work, whether so many pictures from ``start`` on are there.

        Raises:
            FrameOutside: the medium begins later or ends before.
            SequenceHoles: pictures of a sequence are missing, and nothing may stand for them.
        """
        check_index(self._path, start, self.info.frames)
        check_index(self._path, start + count - 1, self.info.frames)

    def notes(self) -> tuple[Note, ...]:
        """Return what the pictures read so far are not: held, made whole, as their file has it."""
        return ()

    def frames(self, start: int, count: int) -> Iterator[Frame]:
        """Yield ``count`` pictures from ``start`` on; errors as those of :meth:`read`."""
        for index in range(start, start + count):
            yield self.read(index)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def check_file(path: str) -> None:
    """Raise MediaMissing or MediaUnreadable where ``path`` is not a file with something in it."""
    try:
        path.encode()
    except UnicodeEncodeError as error:
        # The name cannot be printed either, nor stand in a recipe.
        shown = path.encode(errors="replace").decode()
        raise MediaUnreadable(path=shown, detail="its name is not text; rename it") from error
    file = Path(path)
    try:
        if not file.exists():
            raise MediaMissing(path=path)
        if not file.is_file():
            raise MediaUnreadable(path=path, detail=_folder(file))
        if file.stat().st_size == 0:
            raise MediaUnreadable(path=path, detail="the file is empty")
    except PermissionError as error:
        raise MediaUnreadable(path=path, detail="reading it is not permitted") from error


def _folder(path: Path) -> str:
    if any(each.suffix.lower() == ".dng" for each in path.iterdir()):
        return no_decoder("CinemaDNG")
    return "it is a folder, not a file"


def check_index(path: str, index: int, frames: int) -> None:
    """Raise FrameOutside where a medium of ``frames`` pictures has no such frame."""
    if not 0 <= index < frames:
        raise FrameOutside(path=path, frame=index, frames=frames)
