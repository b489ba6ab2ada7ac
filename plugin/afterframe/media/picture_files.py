"""A sequence being written, through OpenImageIO: several pictures at a time."""

from __future__ import annotations

import errno
import os
import struct
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import OpenImageIO as oiio

from afterframe import failpoints
from afterframe.core.timecode import nominal, parse_time, timecode
from afterframe.errors import MediaUnreadable

from .convert import LINEAR
from .formats import DISPLAY_CURVES, DeliveryFormat
from .frame import ColourTags, Frame, Plane
from .marking import PNG_XMP, PROPERTY, mark_tiff, xmp_packet
from .movie import cores
from .primaries import chromaticities_of
from .stills import DROP_FRAME, SRGB, numbered, read_picture
from .verify import Expected

TYPES = {"uint8": oiio.UINT8, "uint16": oiio.UINT16, "float16": oiio.HALF, "float32": oiio.FLOAT}
LOSSY = 0.05
"""Most mean error of a lossily coded picture, of its mean: grain through DWAA comes to 0.008."""
REEL = "reelName"
"""OpenEXR's standard attribute, and a text of a PNG."""
EIGHT_FLOATS, FOUR_INTS = oiio.TypeDesc("float[8]"), oiio.TypeDesc("int[4]")
MOST_FRAMES = 30
"""Frame numbers that OpenEXR's timecode holds."""


class PictureFiles:
    """Numbered pictures in a new folder. See ``writer.Sink``."""

    def __init__(
        self,
        path: Path,
        made: DeliveryFormat,
        expected: Expected,
        first: int,
    ) -> None:
        self._path, self._made, self._expected = path, made, expected
        self._first = first
        self._count = 0
        path.parent.mkdir()
        self._pool = ThreadPoolExecutor(cores(), thread_name_prefix="picture")
        self._running: deque[Future[None]] = deque()

    def add(self, frame: Frame) -> None:
        """Write one more picture, in the background; raises what an earlier one met."""
        while len(self._running) > cores():
            self._running.popleft().result()
        self._running.append(self._pool.submit(self._write, frame, self._count))
        self._count += 1

    def close(self) -> None:
        """Wait for all, and write them down to the disk."""
        while self._running:
            self._running.popleft().result()
        self._pool.shutdown()
        for number in range(self._count):
            failpoints.at("pictures.sync")
            with Path(self._file(number)).open("rb+") as file:
                os.fsync(file.fileno())

    def discard(self) -> None:
        """Stop; pictures that are being written are finished first."""
        self._pool.shutdown(cancel_futures=True)

    def _file(self, index: int) -> str:
        return numbered(str(self._path), self._first + index)

    def _write(self, frame: Frame, index: int) -> None:
        failpoints.at("pictures.write")
        path = self._file(index)
        out = oiio.ImageOutput.create(path)
        if out is None:
            raise OSError(errno.ENOTSUP, oiio.geterror())
        samples = np.ascontiguousarray(np.stack(frame.planes, axis=2))
        written = out.open(path, self._header(frame, index)) and out.write_image(samples)
        if not (out.close() and written):
            raise self._failure(out.geterror())
        if self._expected.digital_source and self._made.container == "tiff":
            try:
                mark_tiff(Path(path), self._expected.digital_source)
            except struct.error as error:
                raise self._failure(f"{Path(path).name} breaks off") from error
        # Not every file format tells of a disk that was full in the end.
        if not _reads_back(path, frame, self._made):
            raise self._failure(f"{Path(path).name} does not read back as it was written")

    def _header(self, frame: Frame, index: int) -> oiio.ImageSpec:
        pixels, colour = frame.format, frame.colour
        spec = oiio.ImageSpec(frame.width, frame.height, pixels.planes, TYPES[str(pixels.dtype)])
        if pixels.model == "grey":
            spec.channelnames = ("Y", "A")[: pixels.planes]
        if pixels.alpha:
            spec.alpha_channel = pixels.planes - 1
            spec.attribute("oiio:UnassociatedAlpha", int(not colour.premultiplied))
        for key, value in (*self._made.options.items(), *self._said()):
            spec.attribute(key, value)
        self._add_colour(spec, colour)
        if self._expected.pixel_aspect != 1:
            spec.attribute("PixelAspectRatio", float(self._expected.pixel_aspect))
        if self._made.container == "openexr":
            self._add_times(spec, index)
        return spec

    def _said(self) -> list[tuple[str, str]]:
        """Return texts of the header that are the same in every picture."""
        said = []
        if self._expected.reel:
            said.append((REEL, self._expected.reel))
        if uri := self._expected.digital_source:
            said.append((PROPERTY, uri))
            said.append((PNG_XMP if self._made.container == "png" else "xmp", xmp_packet(uri)))
        return said

    def _add_colour(self, spec: oiio.ImageSpec, colour: ColourTags) -> None:
        if colour.space:
            spec.attribute("oiio:ColorSpace", colour.space)
        elif colour.transfer in (SRGB, LINEAR) and colour.primaries == 1:
            named = "lin_rec709_scene" if colour.transfer == LINEAR else "srgb_rec709_scene"
            spec.attribute("oiio:ColorSpace", named)
        if self._made.container == "openexr" and (said := chromaticities_of(colour)):
            spec.attribute("chromaticities", EIGHT_FLOATS, said)
        if self._made.container == "png" and (
            colour.primaries != 1 or colour.transfer not in DISPLAY_CURVES
        ):
            spec.attribute("CICP", FOUR_INTS, (colour.primaries, colour.transfer, 0, 1))

    def _add_times(self, spec: oiio.ImageSpec, index: int) -> None:
        rate = self._expected.rate
        pair = (rate.numerator, rate.denominator)
        spec.attribute("FramesPerSecond", oiio.TypeRational, pair)
        start = self._expected.start_timecode
        if start and nominal(rate) <= MOST_FRAMES:
            drop = ";" in start
            label = timecode(parse_time(start, rate) + index, rate, drop)
            spec.attribute("smpte:TimeCode", oiio.TypeTimeCode, _smpte(label, drop))

    def _failure(self, detail: str) -> OSError:
        """Return why a picture was not written: OpenImageIO says it in words only, if at all."""
        size = self._made.frame_bytes(
            self._expected.width, self._expected.height, self._expected.format
        )
        try:
            with TemporaryFile(dir=self._path.parent) as file:
                file.write(bytes(2 * size))  # lossless coding can make noise larger than it was
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            return error
        return OSError(errno.EIO, detail.strip() or os.strerror(errno.EIO))


def _reads_back(path: str, frame: Frame, made: DeliveryFormat) -> bool:
    with Path(path).open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(made.ending)))
        if file.read() != made.ending:
            return False
    try:
        planes = read_picture(path).frame.planes
    except MediaUnreadable:
        return False
    alike = _equal if made.exact else _near
    return len(planes) == len(frame.planes) and all(map(alike, planes, frame.planes))


def _equal(ours: Plane, theirs: Plane) -> bool:
    return np.array_equal(ours, theirs, equal_nan=ours.dtype.kind == "f")


def _near(ours: Plane, theirs: Plane) -> bool:
    """Tell whether samples differ by no more than lossy coding makes of them, on the whole."""
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(ours.astype(np.float32) - theirs.astype(np.float32))
    most = np.abs(theirs.astype(np.float32))
    finite = np.isfinite(apart) & np.isfinite(most)
    if ours.shape != theirs.shape or not finite.any():
        return ours.shape == theirs.shape
    return float(apart[finite].mean()) <= LOSSY * max(float(most[finite].mean()), 1.0)


def _smpte(label: str, drop: bool) -> tuple[int, int]:
    """Pack a timecode as in OpenEXR's header: two digits a byte (SMPTE ST 12-1)."""
    hours, minutes, seconds, frames = (int(part, 16) for part in label.replace(";", ":").split(":"))
    return hours << 24 | minutes << 16 | seconds << 8 | frames | drop * DROP_FRAME, 0
