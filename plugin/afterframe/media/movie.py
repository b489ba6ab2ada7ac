"""Movies, through FFmpeg (PyAV)."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import cast

import av
import numpy as np

from afterframe.errors import MediaError, MediaTruncated, MediaUnreadable, NoPicture
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.job import Note

from .base import Source, check_index
from .fields import Deinterlacer, fields_of
from .frame import ColourTags, Frame, MediaInfo, PixelFormat
from .movie_index import (
    REORDER_MOST,
    MovieIndex,
    index_of,
    open_container,
    picture_stream,
    picture_streams,
)
from .movie_sampled import keys_before
from .movie_tags import hdr_of, reel_name, start_timecode
from .orientation import OddAngle, Orientation, orientation_of
from .pix_fmt import UnknownPixels, from_av
from .undecodable import check_content, coding, without_base

RECENT_BYTES = 96 << 20
"""Decoded pictures that are kept, so that reading backwards decodes a group only once."""
DECODER_THREADS = 8
"""More than this wins little and holds as many pictures in memory."""
SEEK_GAIN = 4
"""Seeking is worth it when it saves more than so many pictures of decoding."""
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""FFmpeg's own decoders of these leave out the alpha that WebM keeps beside the picture."""
UNKNOWN = 2
"""The code point of H.273 for "not said"."""
DISPOSABLE = frozenset({"h264"})
"""Codecs in which each picture says whether any other is decoded from it (nal_ref_idc, ITU-T
H.264, 7.4.1). HEVC says so of pictures of its own temporal layer only."""
BESIDE = 4
"""Pictures before the one that is gone for that are wanted too: readers look at neighbours."""
NEAR_PICTURES = 50
"""So far on, decoding costs less than looking for a keyframe."""
DEINTERLACED = "note.deinterlaced"
INTERLACED = "note.interlaced"
UNEVEN = "note.uneven_frames"
REORDERED = 32
"""A picture that has not come after so many later ones will not come."""


RAW_CODECS = frozenset({"prores_raw"})
"""Decoders whose pictures are a sensor's samples: they would have to be developed first."""


class MovieSource(Source):
    """A picture stream of a movie file.

    A *picture* is what is coded, a *frame* what is shown at a time: of an even movie one each.
    """

    def __init__(self, media: Media) -> None:
        self._path = media.path
        self._number = media.stream
        if detail := check_content(self._path):
            raise MediaUnreadable(path=self._path, detail=detail)
        with _told(self._path):
            self._recent: OrderedDict[int, av.VideoFrame] = OrderedDict()
            self._held = 2
            self._open()
            index = index_of(self._path, self._number) or self._other_index()
            if index is None:
                raise NoPicture(path=self._path)
            self._use(index)
        self._orientations: dict[int, Orientation] = {}
        self._span: tuple[int, int] | None = None
        self._whole: Deinterlacer | None = None
        self._info = self._describe(media.deinterlace)

    @property
    def info(self) -> MediaInfo:
        """What the movie is."""
        return self._info

    def read(self, index: int) -> Frame:
        """Return one frame; see :meth:`Source.read`."""
        check_index(self._path, index, self._index.frames)
        number = self._index.picture_of(index)
        picture = self._picture(number)
        frame = self._coded(picture)
        if self._whole is not None:
            frame = self._whole.whole(number, frame)
        frame = self._upright(picture, frame)
        if (frame.format, frame.width, frame.height) != self._kind:
            raise MediaUnreadable(
                path=self._path, detail=f"picture {number} is of another size or format"
            )
        first, last = self._span or (index, index)
        self._span = min(first, index), max(last, index)
        return frame

    def notes(self) -> tuple[Note, ...]:
        """Tell of fields, and of pictures that were held or passed over to make times even."""
        notes = []
        if self._whole is not None:
            notes.append(Note(DEINTERLACED))
        elif self._info.fields != "progressive":
            notes.append(Note(INTERLACED))
        held, dropped = self._index.unevenness(*self._span) if self._span else (0, 0)
        if held or dropped:
            notes.append(Note(UNEVEN, {"held": held, "dropped": dropped}))
        return tuple(notes)

    @property
    def _kind(self) -> tuple[PixelFormat, int, int]:
        return self._info.format, self._info.width, self._info.height

    def close(self) -> None:
        """Let go of the file."""
        self._recent.clear()
        self._container.close()

    def _other_index(self) -> MovieIndex | None:
        """Go to the first stream with pictures, where none was chosen and the first is empty."""
        for number in range(1, picture_streams(self._container)):
            if self._number == 0 and (index := index_of(self._path, number)):
                self._number = number
                self._container.close()
                self._open()
                return index
        return None

    def _use(self, index: MovieIndex) -> None:
        self._index = index
        self._seeks = index.seeks

    def _open(self) -> None:
        """Open the file at its beginning."""
        self._container = open_container(self._path)
        stream = picture_stream(self._container, self._number)
        if stream is None:
            raise NoPicture(path=self._path)
        if stream.codec_context is None or stream.codec_context.name in RAW_CODECS:
            tag = stream.codec_context.codec_tag if stream.codec_context else ""
            raise MediaUnreadable(path=self._path, detail=coding(self._path, tag))
        if detail := without_base(self._path, stream.codec_context.codec_tag):
            raise MediaUnreadable(path=self._path, detail=detail)
        self._stream = stream
        self._decoder = _decoder(stream)
        self._decoder.thread_type = "AUTO"
        self._decoder.thread_count = min(DECODER_THREADS, cores())
        self._tags = _container_tags(stream.codec_context)
        self._decoded = self._decode()
        self._next = 0
        self._first: int | None = None
        self._gap: int | None = None
        self._key = -1
        self._wanted = 0

    def _describe(self, deinterlace: bool) -> MediaInfo:
        try:
            picture = self._picture(0)
        except MediaTruncated as error:
            detail = "none of its pictures can be decoded"
            raise MediaUnreadable(path=self._path, detail=detail) from error
        coded = self._coded(picture)
        first = self._upright(picture, coded)
        context = self._stream.codec_context
        fields = fields_of(picture, context)
        if deinterlace:
            self._whole = Deinterlacer(self._neighbour, fields)
        aspect = self._stream.sample_aspect_ratio or Fraction(1)
        turned = orientation_of(picture).turned
        return MediaInfo(
            width=first.width,
            height=first.height,
            frames=self._index.frames,
            rate=self._index.rate,
            format=first.format,
            colour=first.colour,
            start_timecode=start_timecode(self._container, self._stream),
            pixel_aspect=1 / aspect if turned else Fraction(aspect),
            codec=context.codec.canonical_name,
            uneven=self._index.uneven,
            fields="progressive" if deinterlace else fields,
            reel=reel_name(self._container, self._stream),
            hdr=hdr_of(picture),
        )

    def _coded(self, picture: av.VideoFrame) -> Frame:
        """Return a picture's samples as they are coded: not yet turned."""
        try:
            return self._tagged(from_av(picture))
        except UnknownPixels as error:
            detail = f"pictures of the kind {error} are not supported"
            raise MediaUnreadable(path=self._path, detail=detail) from error

    def _upright(self, picture: av.VideoFrame, frame: Frame) -> Frame:
        # Once for each rotation: a picture and its side data hold each other (PyAV), and every
        # one that was looked at would stay in memory until garbage is collected.
        try:
            if picture.rotation not in self._orientations:
                self._orientations[picture.rotation] = orientation_of(picture)
            return self._orientations[picture.rotation].upright(frame)
        except OddAngle as error:
            raise MediaUnreadable(path=self._path, detail=str(error)) from error

    def _neighbour(self, number: int) -> Frame | None:
        """Return a picture as it is coded, None where there is none or it is damaged."""
        if not 0 <= number < self._index.pictures:
            return None
        try:
            return self._coded(self._picture(number))
        except MediaError:
            return None

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
                if self._wanted:  # a stream that is not what it says is decoded whole
                    self._seek(self._key)
                    continue
                late = self._first is None or self._first > index
                if late and self._key >= 0:
                    self._seek(self._earlier_key())
                elif self._index.sampled:
                    return self._picture_in_full(index)
                else:
                    raise self._missing(index)

    def _picture_in_full(self, index: int) -> av.VideoFrame:
        """Return a frame's picture by the full index: the sampled one does not hold."""
        full = index_of(self._path, self._number, full=True)
        if full is None or index >= full.frames:
            raise self._missing(index)
        self._use(full)
        self._recent.clear()
        self._seek(-1)
        return self._picture(full.picture_of(index))

    def _approach(self, index: int) -> None:
        """Seek where that saves decoding."""
        if self._index.keys_unknown and not self._is_near(index):
            self._find_keys(int(self._index.times[index]))
        key = self._key_before(index)
        backwards = index < self._next
        if backwards or (key > self._key and self._key_frame(key) > self._next + SEEK_GAIN):
            self._seek(key)
        self._wanted = 0
        if self._can_pass_over and index - self._next > self._held:
            # Who goes backwards will want all that can be held.
            self._wanted = max(0, index - (self._held if backwards else BESIDE))

    def _is_near(self, index: int) -> bool:
        """Tell whether a picture follows soon after the last one, or after a known keyframe."""
        known = self._key_frame(self._key_before(index))
        return min(abs(index - self._next), index - known) < NEAR_PICTURES

    def _find_keys(self, time: int) -> None:
        """Look for keyframes before a time, in a file that has no list of them."""
        with open_container(self._path) as container:
            stream = picture_stream(container, self._number)
            assert stream is not None
            keys = keys_before(container, stream, time)
        at = self._seeks[self._key] if self._key >= 0 else None
        self._seeks = np.union1d(self._seeks, keys)
        if at is not None:
            self._key = int(np.searchsorted(self._seeks, at))

    def _earlier_key(self) -> int:
        if self._index.keys_unknown:
            self._find_keys(int(self._seeks[self._key]) - 1)
        return self._key - 1

    def _key_before(self, index: int) -> int:
        """Return the number of the last keyframe from which a picture may be decoded, or -1."""
        time = self._index.times[index]
        return int(np.searchsorted(self._seeks, time, side="right")) - 1

    def _key_frame(self, key: int) -> int:
        if key < 0:
            return 0
        return self._index.picture_at(int(self._seeks[key])) or 0

    def _seek(self, key: int) -> None:
        """Go to a keyframe; -1 is the beginning of the file."""
        if key < 0 or self._index.counted:
            self._container.close()
            self._open()
            return
        self._container.seek(int(self._seeks[key]), stream=self._stream)
        self._decoder.flush_buffers()
        self._decoded = self._decode()
        self._next = self._key_frame(key)
        self._first = self._gap = None
        self._key = key
        self._wanted = 0

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
        counted = self._index.counted
        for place, packet in enumerate(self._container.demux(self._stream)):
            if packet.is_corrupt and not (counted and place < self._index.whole):
                continue  # cut through: some decoders would make up what is missing
            self._pass_over(packet)
            for picture in self._decode_packet(packet):
                if counted:
                    number: int | None = counter
                    counter += 1
                else:
                    number = None if picture.pts is None else self._index.picture_at(picture.pts)
                if number is None or picture.is_corrupt:
                    continue
                self._remember(number, picture)
                yield number, picture

    @property
    def _can_pass_over(self) -> bool:
        known = self._stream.codec_context.codec.canonical_name in DISPOSABLE
        return known and not self._index.counted

    def _pass_over(self, packet: av.Packet[av.VideoStream]) -> None:
        """Have pictures on the way to the wanted ones decoded only where those need them."""
        time = packet.pts
        early = self._wanted and time is not None and time < self._index.times[self._wanted]
        self._decoder.skip_frame = "NONREF" if early else "DEFAULT"

    def _decode_packet(self, packet: av.Packet[av.VideoStream]) -> list[av.VideoFrame]:
        try:
            return self._decoder.decode(packet)
        except av.error.InvalidDataError:
            return []  # the picture that is missing is told when it is asked for

    def _remember(self, number: int, picture: av.VideoFrame) -> None:
        if self._first is None:
            self._first = number
        elif number > max(self._next, self._wanted) and self._gap is None:
            self._gap = max(self._next, self._wanted)
        self._next = number + 1
        self._recent[number] = picture
        self._recent.move_to_end(number)
        self._held = max(2, RECENT_BYTES // sum(plane.buffer_size for plane in picture.planes))
        while len(self._recent) > self._held:
            self._recent.popitem(last=False)

    def _missing(self, index: int) -> Exception:
        """Say why a picture did not come: the file ends before it, or it is damaged."""
        for _ in islice(self._decoded, REORDERED):
            pass
        ended = next(self._decoded, None) is None
        near_end = index >= self._index.pictures - REORDER_MOST
        if ended and (near_end or self._next < self._index.pictures):
            first = self._next if self._gap is None else self._gap
            return MediaTruncated(path=self._path, frame=self._index.frame_of(min(first, index)))
        return MediaUnreadable(path=self._path, detail=f"picture {index} is damaged")


def _container_tags(context: av.VideoCodecContext) -> tuple[int, int, int]:
    """Return the code points that are said when the file is opened, before any decoding."""
    return int(context.color_primaries), int(context.color_trc), int(context.colorspace)


def _codes(colour: ColourTags) -> tuple[int, int, int]:
    return colour.primaries, colour.transfer, colour.matrix


def _decoder(stream: av.VideoStream) -> av.VideoCodecContext:
    """Return the stream's decoder; one that knows of alpha where FFmpeg's first choice does not."""
    own = stream.codec_context
    if stream.metadata.get("alpha_mode") == "1" and own.name in ALPHA_DECODERS:
        return cast(av.VideoCodecContext, av.CodecContext.create(ALPHA_DECODERS[own.name], "r"))
    return own


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
        raise MediaUnreadable(path=path, detail=coding(path)) from error
    except av.error.PermissionError as error:
        raise MediaUnreadable(path=path, detail="reading it is not permitted") from error
    except av.FFmpegError as error:
        raise MediaUnreadable(path=path, detail=error.strerror or str(error)) from error
