"""A movie being written, through FFmpeg (PyAV)."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import av

from afterframe import failpoints

from .formats import DeliveryFormat
from .frame import Frame
from .marking import KEY, xmp_packet
from .movie import cores
from .pix_fmt import name_of, tag, to_av
from .quicktime import add_to_movie, x265_mastering
from .verify import Expected

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

WRITE_BUFFER = 1 << 20
"""Bytes that are handed to the disk at once."""
X265_DELAY = 2
"""Pictures that x265 holds back."""
ISO_MUXERS = frozenset({"mov", "mp4"})
"""FFmpeg's muxers of the family of QuickTime (ISO/IEC 14496-12)."""


class MovieFile:
    """One movie of one picture stream, under a new name. See ``writer.Sink``."""

    def __init__(self, path: Path, made: DeliveryFormat, expected: Expected) -> None:
        self._rate = expected.rate
        self._expected = expected
        self._muxer = "mov" if path.suffix.lower() == ".mov" else made.container
        self._pix_fmt = made.pix_fmts.get(expected.format) or name_of(expected.format)
        self._count = 0
        # Written through our own file: an error of the disk comes back as what it is, at once.
        self._file = _WholeWrites(path)
        try:
            self._open(made, expected)
        except BaseException:
            self._file.close()
            raise

    def add(self, frame: Frame) -> None:
        """Encode one more picture."""
        picture = to_av(frame, self._pix_fmt)
        picture.pts, picture.time_base = self._count, 1 / self._rate
        self._count += 1
        self._container.mux(self._stream.encode(picture))

    def close(self) -> None:
        """Write what the encoder holds back, the index, and everything down to the disk."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        if self._muxer in ISO_MUXERS:
            uri = self._expected.digital_source
            xmp = xmp_packet(uri).encode() if uri else b""
            add_to_movie(self._file, hdr=self._expected.hdr, xmp=xmp, mp4=self._muxer == "mp4")
        failpoints.at("movie.sync")
        os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Stop; the container is closed without an index that nobody needs."""
        with suppress(OSError, av.FFmpegError):
            self._container.close()
        self._file.close()

    def _open(self, made: DeliveryFormat, expected: Expected) -> None:
        flags = {"movflags": "use_metadata_tags"} if self._muxer in ISO_MUXERS else {}
        self._container = av.open(
            self._file, "w", format=self._muxer, options=flags, buffer_size=WRITE_BUFFER
        )
        options = {key: str(value) for key, value in made.options.items()}
        if made.encoder == "libx265":
            options["x265-params"] += _x265_parameters(expected)
        stream = self._container.add_stream(made.encoder, rate=expected.rate, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = expected.width, expected.height
        stream.pix_fmt = self._pix_fmt
        stream.pix_fmt = self._pix_fmt
        context = stream.codec_context
        context.time_base = 1 / expected.rate
        context.thread_type, context.thread_count = made.threads, cores()
        context.sample_aspect_ratio = expected.pixel_aspect
        if made.codec_tag:
            context.codec_tag = made.codec_tag
        tag(context, expected.colour)
        if expected.start_timecode:
            stream.metadata["timecode"] = expected.start_timecode
        if expected.reel:
            # Into the timecode's track in QuickTime; without one, and elsewhere, as plain text.
            stream.metadata["reel_name"] = expected.reel
            self._container.metadata["reel_name"] = expected.reel
        if expected.digital_source:
            self._container.metadata[KEY] = expected.digital_source
        self._stream = stream
        self._container.start_encoding()


def _x265_parameters(expected: Expected) -> str:
    said = x265_mastering(expected.hdr) if expected.hdr else ""
    if expected.frames <= X265_DELAY:
        # With fewer pictures than it holds back for B-frames, x265 tells decoding times that it
        # has never set: now and then the muxer refused them.
        said += ":bframes=0"
    return said


class _WholeWrites(io.FileIO):
    """A new file that writes all it is given: a disk may take a part, and say so the next time."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "x+b")

    def write(self, data: Buffer, /) -> int:
        failpoints.at("movie.write")
        rest = memoryview(data)
        while rest:
            rest = rest[super().write(rest) :]
        return memoryview(data).nbytes
