"""Movies, through FFmpeg (PyAV)."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import av
import numpy as np

from afterframe.errors import MediaTruncated, MediaUnreadable, NoPicture
from afterframe_hosts.wire.clip import Media

from .base import Source, check_index
from .frame import ColourTags, Frame, MediaInfo
from .movie_index import REORDER_MOST, index_of, open_container, picture_stream
from .pix_fmt import UnknownPixels, from_av

RECENT_BYTES = 96 << 20
"""Decoded pictures that are kept, so that reading backwards decodes a group only once."""
DECODER_THREADS = 8
"""More than this wins little and holds as many pictures in memory."""
SEEK_GAIN = 4
"""Seeking is worth it when it saves more than so many pictures of decoding."""
UNKNOWN = 2
"""The code point of H.273 for "not said"."""
REORDERED = 32
"""A picture that has not come after so many later ones will not come."""


class MovieSource(Source):
    """A picture stream of a movie file."""

    def __init__(self, media: Media) -> None:
        self._path = media.path
        self._number = media.stream
        with _told(self._path):
            index = index_of(self._path, self._number)
            if index is None or index.frames == 0:
                raise NoPicture(path=self._path)
            self._index = index
            self._recent: OrderedDict[int, av.VideoFrame] = OrderedDict()
            self._open()
        self._info = self._describe()

    @property
    def info(self) -> MediaInfo:
        """What the movie is."""
        return self._info

    def read(self, index: int) -> Frame:
        """Return one picture; see :meth:`Source.read`."""
        check_index(self._path, index, self._index.frames)
        frame = self._frame(self._picture(index))
        if frame.format != self._info.format or frame.width != self._info.width:
            raise MediaUnreadable(
                path=self._path, detail=f"picture {index} is of another size or format"
            )
        return frame

    def close(self) -> None:
        """Let go of the file."""
        self._recent.clear()
        self._container.close()

    def _open(self) -> None:
        """Open the file at its beginning."""
        self._container = open_container(self._path)
        stream = picture_stream(self._container, self._number)
        assert stream is not None
        stream.thread_type = "AUTO"
        stream.thread_count = min(DECODER_THREADS, cores())
        self._stream = stream
        self._tags = _container_tags(stream.codec_context)
        self._decoded = self._decode()
        self._next = 0
        self._first: int | None = None
        self._gap: int | None = None
        self._key = -1

    def _describe(self) -> MediaInfo:
        try:
            first = self._frame(self._picture(0))
        except MediaTruncated as error:
            detail = "none of its pictures can be decoded"
            raise MediaUnreadable(path=self._path, detail=detail) from error
        context = self._stream.codec_context
        aspect = self._stream.sample_aspect_ratio or Fraction(1)
        turned = self._recent[0].rotation % 180 != 0
        return MediaInfo(
            width=first.width,
            height=first.height,
            frames=self._index.frames,
            rate=self._index.rate,
            format=first.format,
            colour=first.colour,
            start_timecode=self._timecode(),
            pixel_aspect=1 / aspect if turned else Fraction(aspect),
            codec=context.codec.canonical_name,
            uneven=self._index.uneven,
        )

    def _timecode(self) -> str:
        tracks = (self._stream, *self._container.streams.data)
        for metadata in (*(track.metadata for track in tracks), self._container.metadata):
            if timecode := metadata.get("timecode") or metadata.get("TIMECODE"):
                return timecode
        return ""

    def _frame(self, picture: av.VideoFrame) -> Frame:
        try:
            frame = from_av(picture)
        except UnknownPixels as error:
            detail = f"pictures of the kind {error} are not supported"
            raise MediaUnreadable(path=self._path, detail=detail) from error
        return _upright(self._tagged(frame), picture.rotation)

    def _tagged(self, frame: Frame) -> Frame:
        """Let the container's tags go before the decoder's, as hosts do.

        FFmpeg's DNxHD decoder says BT.709 of everything.
        """
        if frame.format.model != "yuv":
            return frame
        primaries, transfer, matrix = (
            code if code not in (0, UNKNOWN) else own
            for code, own in zip(self._tags, _codes(frame.colour), strict=True)
        )
        colour = replace(frame.colour, primaries=primaries, transfer=transfer, matrix=matrix)
        return replace(frame, colour=colour)

    def _picture(self, index: int) -> av.VideoFrame:
        if index in self._recent:
            return self._recent[index]
        with _told(self._path):
            self._approach(index)
            while True:
                picture = self._forward_to(index)
                if picture is not None:
                    return picture
                late = self._first is None or self._first > index
                if not late or self._key < 0:
                    raise self._missing(index)
                self._seek(self._key - 1)

    def _approach(self, index: int) -> None:
        """Seek where that saves decoding."""
        key = self._key_before(index)
        if index < self._next or (
            key > self._key and self._key_frame(key) > self._next + SEEK_GAIN
        ):
            self._seek(key)

    def _key_before(self, index: int) -> int:
        """Return the number of the last keyframe from which a picture may be decoded, or -1."""
        time = self._index.times[index]
        return int(np.searchsorted(self._index.seeks, time, side="right")) - 1

    def _key_frame(self, key: int) -> int:
        if key < 0:
            return 0
        return self._index.frame_at(int(self._index.seeks[key])) or 0

    def _seek(self, key: int) -> None:
        """Go to a keyframe; -1 is the beginning of the file."""
        if key < 0 or self._index.counted:
            self._container.close()
            self._open()
            return
        self._container.seek(int(self._index.seeks[key]), stream=self._stream)
        self._decoded = self._decode()
        self._next = self._key_frame(key)
        self._first = self._gap = None
        self._key = key

    def _forward_to(self, index: int) -> av.VideoFrame | None:
        """Decode on; None when the picture has been passed, or the file ends."""
        for number, picture in self._decoded:
            if number == index:
                return picture
            if number > index:
                return None
        return None

    def _decode(self) -> Iterator[tuple[int, av.VideoFrame]]:
        """Yield pictures with their numbers, from where the container stands to its end."""
        counter = 0
        for packet in self._container.demux(self._stream):
            if packet.is_corrupt:
                continue  # cut through: some decoders would make up what is missing
            for picture in _decode_packet(packet):
                if self._index.counted:
                    number: int | None = counter
                    counter += 1
                else:
                    number = None if picture.pts is None else self._index.frame_at(picture.pts)
                if number is None or picture.is_corrupt:
                    continue
                self._remember(number, picture)
                yield number, picture

    def _remember(self, number: int, picture: av.VideoFrame) -> None:
        if self._first is None:
            self._first = number
        elif number > self._next and self._gap is None:
            self._gap = self._next
        self._next = number + 1
        self._recent[number] = picture
        self._recent.move_to_end(number)
        size = sum(plane.buffer_size for plane in picture.planes)
        while len(self._recent) > max(2, RECENT_BYTES // size):
            self._recent.popitem(last=False)

    def _missing(self, index: int) -> Exception:
        """Say why a picture did not come: the file ends before it, or it is damaged."""
        for _ in islice(self._decoded, REORDERED):
            pass
        ended = next(self._decoded, None) is None
        near_end = index >= self._index.frames - REORDER_MOST
        if ended and (near_end or self._next < self._index.frames):
            first = self._next if self._gap is None else self._gap
            return MediaTruncated(path=self._path, frame=min(first, index))
        return MediaUnreadable(path=self._path, detail=f"picture {index} is damaged")


def _container_tags(context: av.VideoCodecContext) -> tuple[int, int, int]:
    """Return the code points that are said when the file is opened, before any decoding."""
    return int(context.color_primaries), int(context.color_trc), int(context.colorspace)


def _codes(colour: ColourTags) -> tuple[int, int, int]:
    return colour.primaries, colour.transfer, colour.matrix


def _decode_packet(packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
    try:
        return packet.decode()
    except av.error.InvalidDataError:
        return []  # the picture that is missing is told when it is asked for


def _upright(frame: Frame, rotation: int) -> Frame:
    """Return the picture turned counterclockwise by ``rotation`` degrees, as players show it."""
    quarters = round(rotation / 90) % 4
    if quarters == 0:
        return frame
    planes = tuple(np.ascontiguousarray(np.rot90(plane, quarters)) for plane in frame.planes)
    pixels = frame.format
    if quarters % 2:
        across, down = pixels.subsampling
        pixels = replace(pixels, subsampling=(down, across))
    return Frame(planes, pixels, frame.colour)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Tell FFmpeg's errors in plain words."""
    try:
        yield
    except (av.error.InvalidDataError, av.error.EOFError) as error:
        detail = "it is not a movie, or it is damaged"
        raise MediaUnreadable(path=path, detail=detail) from error
    except (av.error.DecoderNotFoundError, av.error.PatchWelcomeError) as error:
        raise MediaUnreadable(path=path, detail="there is no decoder for it") from error
    except av.error.PermissionError as error:
        raise MediaUnreadable(path=path, detail="reading it is not permitted") from error
    except av.FFmpegError as error:
        raise MediaUnreadable(path=path, detail=error.strerror or str(error)) from error
