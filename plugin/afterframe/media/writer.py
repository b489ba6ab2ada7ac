"""Write a result: under a temporary name, verified, and only then under its own.

    with open_writer(path, "dnxhr_hq", width=..., ...) as writer:
        for frame in frames:
            writer.write(frame)
        writer.finish()
        writer.publish(path)

Leaving the block without :meth:`Writer.publish`, for whatever reason, leaves nothing on the disk.
"""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

import av

from afterframe import failpoints
from afterframe.core.leftover import ASIDE, remove_left, tidy
from afterframe.core.timecode import parse_time
from afterframe.errors import DestinationGone, DiskFull, FormatUnfit, OutputExists, VerifyFailed
from afterframe.platform import rename_new, sync_folder

from .convert import convert
from .disk import check_room, make_folder, remove_empty, telling, told
from .formats import DeliveryFormat, delivery_format
from .frame import ColourTags, Frame, HdrMetadata, PixelFormat, Plane
from .stills import numbered
from .verify import Expected, proxy, verify

FIRST_NUMBER = 1
"""Number of a sequence's first picture."""
AHEAD = 3
"""Frames that may wait for the encoder: making and encoding overlap, memory stays bounded."""


SHOWN = 40
"""Characters of a result's name that its temporary name shows: it is to be no longer."""


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        path: the movie, or a sequence's path with ``#``; temporary until it is published.
        frames: number of pictures.
        first: number of a sequence's first picture; 0 for a movie.
        size: bytes on the disk.
    """

    path: Path
    frames: int
    first: int
    size: int


class Sink(Protocol):
    """What takes converted frames to the disk: a movie file, or picture files."""

    def add(self, frame: Frame) -> None:
        """Write one more picture."""

    def close(self) -> None:
        """Write everything out, down to the disk."""

    def discard(self) -> None:
        """Stop and let go of the files; never raises."""


def open_writer(
    target: Path,
    format: str,
    *,
    width: int,
    height: int,
    rate: Fraction,
    frames: int,
    colour: ColourTags,
    source_format: PixelFormat,
    start_timecode: str = "",
    pixel_aspect: Fraction = Fraction(1),
    reel: str = "",
    hdr: HdrMetadata | None = None,
    digital_source: str = "",
    token: str = "",
) -> Writer:
    """Return a writer of one result; nothing stands at ``target`` until it is published.

    Args:
        target: of the movie; a sequence's path has ``#`` where the number stands, and its
            pictures make up its folder.
        format: a name of the format table.
        width: pixels across, of every frame.
        height: pixels down.
        rate: frames a second.
        frames: how many will be written.
        colour: tags of the frames.
        source_format: format of the frames.
        start_timecode: of the first frame; empty: none.
        pixel_aspect: width of a pixel over its height.
        reel: name of the tape, card or camera file; empty: none.
        hdr: mastering display and content light level, where the format can say them.
        digital_source: how the pictures came about, a URI of the IPTC's digital source types;
            empty: the file does not say.
        token: marks the temporary name, and is the same whenever the same result is tried again:
            what an earlier, killed attempt left in the folder is removed. Empty: a random one.

    Raises:
        UnknownFormat: no such format.
        FormatUnfit: the format does not hold such pictures, or is not written under this suffix.
        DiskFull: less is free than the result will take.
        NotWritable: the folder cannot be made or written.
        BadTimecode: ``start_timecode`` is none at this rate.
    """
    made = delivery_format(format)
    stored = made.stores(source_format)
    made.check(width, height, stored)
    if target.suffix.lower() not in made.suffixes:
        problem = f"it is written as {' or '.join(made.suffixes)}, not {target.suffix or target}"
        raise FormatUnfit(format=format, problem=problem)
    if made.square_pixels and pixel_aspect != 1:
        raise FormatUnfit(format=format, problem=f"its pixels are {pixel_aspect}, not square")
    if made.kind == "sequence" and "#" not in target.name:
        raise ValueError(f"a sequence's path has # where the number stands: {target}")
    if start_timecode:
        parse_time(start_timecode, rate)
    expected = Expected(
        width=width,
        height=height,
        frames=frames,
        rate=rate,
        format=stored,
        colour=made.tags(source_format, colour, stored),
        start_timecode=start_timecode,
        pixel_aspect=pixel_aspect,
        reel=reel,
        hdr=hdr,
        digital_source=digital_source,
    )
    return Writer(target, made, expected, token or secrets.token_hex(4))


class Writer:
    """Takes the frames of one result, converts and encodes them in the background."""

    def __init__(
        self,
        target: Path,
        made: DeliveryFormat,
        expected: Expected,
        token: str,
    ) -> None:
        self._made = made
        self._expected = expected
        self._base = target.parent.parent if made.kind == "sequence" else target.parent
        self._token = token
        with telling(self._base):
            remove_left(self._base, token)
        size = made.frame_bytes(expected.width, expected.height, expected.format)
        self._needed = size * expected.frames
        self._folders = make_folder(self._base)
        try:
            check_room(self._base, self._needed)
        except DiskFull:
            remove_empty(self._folders)
            raise
        self._part = self._base / _part_name(target, made.kind, token)
        self._name = target.name
        self._count = 0
        self._encoded = 0
        self._proxies: dict[int, Plane] = {}
        self._error: BaseException | None = None
        self._finished = self._published = False
        self._queue: Queue[Frame | None] = Queue(AHEAD)
        self._sink = self._open_sink()
        self._thread = Thread(target=self._work, name="encoder", daemon=True)
        self._thread.start()

    @property
    def first(self) -> int:
        """Number of a sequence's first picture; 0 for a movie."""
        return FIRST_NUMBER if self._made.kind == "sequence" else 0

    def write(self, frame: Frame) -> None:
        """Take one more frame; waits while several are not encoded yet.

        Raises:
            DiskFull, NotWritable: met while an earlier frame was written.
            ValueError: the frame is of another size, or one too many.
        """
        self._raise_error()
        if (frame.width, frame.height) != (self._expected.width, self._expected.height):
            raise ValueError(f"a frame of {frame.width}x{frame.height} in a result of another size")
        if self._count == self._expected.frames:
            raise ValueError(f"more than {self._expected.frames} frames")
        self._count += 1
        self._queue.put(frame)

    def finish(self) -> Written:
        """Write everything out and verify it: count, rate, size, tags, three decoded pictures.

        Raises:
            DiskFull, NotWritable: it could not be written.
            VerifyFailed: what was written is not what was asked.
        """
        self._stop()
        self._raise_error()
        if self._count != self._expected.frames:
            problem = f"{self._count} of {self._expected.frames} frames were made"
            raise VerifyFailed(path=self._name, problem=problem)
        try:
            self._sink.close()
        except OSError as error:
            raise told(error, self._base, self._needed) from error
        if not self._part.exists():
            raise DestinationGone(folder=str(self._base))
        path = self._path()
        verify(path, self._made, self._expected, self.first, self._proxies)
        self._finished = True
        failpoints.at("writer.verified")
        files = self._part.iterdir() if self._part.is_dir() else [self._part]
        return Written(path, self._count, self.first, sum(file.stat().st_size for file in files))

    def publish(self, target: Path, *, overwrite: bool = False) -> None:
        """Give the finished result its name.

        Args:
            target: in the folder that the writer was opened for; its name may be another.
            overwrite: replace what has the name.

        Raises:
            OutputExists: the name is taken, and may not be; the result is kept, try another.
            NotWritable: what has the name cannot be replaced (it is open in a host).
        """
        if not self._finished:
            raise ValueError("a result is published when it is finished")
        try:
            failpoints.at("writer.publish")
            if self._made.kind == "sequence":
                self._publish_folder(target, overwrite)
            elif overwrite:
                self._part.replace(target)
                sync_folder(target.parent)
            else:
                rename_new(self._part, target)
        except FileExistsError as error:
            raise OutputExists(path=str(target)) from error
        except OSError as error:
            raise told(error, target.parent, self._needed) from error
        self._published = True

    def abort(self) -> None:
        """Stop, and leave nothing behind; a published result stays."""
        self._stop()
        if self._published:
            return
        self._sink.discard()
        self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.abort()

    def _open_sink(self) -> Sink:
        try:
            if self._made.kind == "sequence":
                from .picture_files import PictureFiles

                return PictureFiles(self._path(), self._made, self._expected, self.first)
            from .movie_file import MovieFile

            return MovieFile(self._part, self._made, self._expected)
        except OSError as error:
            self._remove()
            raise told(error, self._base, self._needed) from error
        except av.FFmpegError as error:
            self._remove()
            problem = f"the encoder refuses {self._expected.width}x{self._expected.height}"
            raise FormatUnfit(format=self._made.name, problem=problem) from error

    def _remove(self) -> None:
        """Remove what was written, and the folders that were made for it."""
        with suppress(OSError):
            if self._part.is_dir():
                shutil.rmtree(self._part, ignore_errors=True)
            self._part.unlink(missing_ok=True)
        remove_empty(self._folders)

    def _path(self) -> Path:
        return self._part / self._name if self._made.kind == "sequence" else self._part

    def _work(self) -> None:
        """Encode what comes; after an error take frames still, so that nobody waits forever."""
        while (frame := self._queue.get()) is not None:
            if self._error is None:
                try:
                    self._encode(convert(frame, self._expected.format, self._expected.colour))
                except BaseException as error:  # noqa: BLE001 - raised again in the caller
                    self._error = error

    def _encode(self, frame: Frame) -> None:
        if self._encoded in self._expected.samples:
            self._proxies[self._encoded] = proxy(frame)
        self._encoded += 1
        failpoints.at("writer.write")
        self._sink.add(frame)

    def _stop(self) -> None:
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _raise_error(self) -> None:
        if self._error is None:
            return
        if isinstance(self._error, OSError):
            raise told(self._error, self._base, self._needed) from self._error
        raise self._error

    def _publish_folder(self, target: Path, overwrite: bool) -> None:
        """Rename the folder. One to be replaced is set aside first: two are never mixed."""
        if target.name != self._name:
            for number in range(self._count):
                failpoints.at("writer.rename")
                named = numbered(str(self._path()), self.first + number)
                Path(named).rename(numbered(str(self._part / target.name), self.first + number))
            self._name = target.name
        folder = target.parent
        if not overwrite or not os.path.lexists(folder):
            rename_new(self._part, folder)
            return
        aside = self._base / f".{folder.name}.{self._token}{ASIDE}"
        folder.rename(aside)
        try:
            failpoints.at("writer.set_aside")
            rename_new(self._part, folder)
        except BaseException:
            aside.rename(folder)
            raise
        tidy(aside, folder)


def _part_name(target: Path, kind: str, token: str) -> str:
    if kind == "sequence":
        return f".{target.parent.name[:SHOWN]}.{token}.part"
    return f".{target.stem[:SHOWN]}.{token}.part{target.suffix}"
