"""Stills and numbered sequences, through OpenImageIO."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

from afterframe.errors import MediaUnreadable
from afterframe_hosts.wire.clip import Media

from .base import Source, check_file, check_index
from .frame import ColourTags, Frame, MediaInfo, PixelFormat, Plane
from .png_damage import BREAKS_OFF, png_damage

LINEAR_FORMATS = frozenset({"openexr", "hdr"})
"""File formats whose samples are scene-linear where the file does not say otherwise."""
DEEPEST = {"uint8": 8, "uint16": 16, "half": 16, "float": 32}
SRGB, LINEAR = 13, 8
"""Code points of the transfer function (H.273)."""
DROP_FRAME = 1 << 6
"""The flag in the first word of a timecode (SMPTE ST 12-1)."""
PREMATURE = "premature end"
"""In libjpeg's warnings of missing pixels, which it paints grey; bytes after the end are none."""


@dataclass(frozen=True)
class Picture:
    """One picture file, read: its frame and what its header says."""

    frame: Frame
    codec: str
    start_timecode: str
    pixel_aspect: Fraction


class StillSource(Source):
    """One picture, that stands as long as the clip does: every index gives it."""

    def __init__(self, media: Media) -> None:
        self._path = media.path
        picture = read_picture(media.path)
        self._frame = picture.frame
        self._info = _describe(picture, 1, None)

    @property
    def info(self) -> MediaInfo:
        """What the picture is."""
        return self._info

    def read(self, index: int) -> Frame:
        """Return the picture, for any index from 0 on."""
        check_index(self._path, index, max(index + 1, 1))
        return self._frame

    def close(self) -> None:
        """Nothing is held."""


class SequenceSource(Source):
    """Numbered pictures, from ``media.first`` to the highest number in the folder."""

    def __init__(self, media: Media) -> None:
        self._path = media.path
        self._first = media.first
        check_file(self._file(0))
        frames = _last_number(media.path) - media.first + 1
        picture = read_picture(self._file(0))
        self._info = _describe(picture, frames, media.rate)
        self._recent = (0, picture.frame)

    @property
    def info(self) -> MediaInfo:
        """What the sequence is; its first picture speaks for all."""
        return self._info

    def read(self, index: int) -> Frame:
        """Return one picture; see :meth:`Source.read`."""
        check_index(self._path, index, self._info.frames)
        if self._recent[0] != index:
            self._recent = (index, self._read(index))
        return self._recent[1]

    def close(self) -> None:
        """Nothing is held."""

    def _read(self, index: int) -> Frame:
        path = self._file(index)
        check_file(path)
        frame = read_picture(path).frame
        info = self._info
        if (frame.width, frame.height, frame.format) != (info.width, info.height, info.format):
            detail = "its size or format is not that of the sequence's first picture"
            raise MediaUnreadable(path=path, detail=detail)
        return frame

    def _file(self, index: int) -> str:
        return numbered(self._path, self._first + index)


def numbered(path: str, number: int) -> str:
    """Return the file of a sequence's picture: the last run of ``#`` is its padded number."""
    return re.sub(r"(#+)([^#/\\]*)$", lambda m: f"{number:0{len(m[1])}d}{m[2]}", path)


def read_picture(path: str) -> Picture:
    """Read a picture file as it is stored, turned upright as its header says.

    Raises:
        MediaUnreadable: it is no picture that we can decode, or damaged.
    """
    if damage := _png_damage(path):
        raise MediaUnreadable(path=path, detail=damage)
    image = oiio.ImageInput.open(path, _as_stored())
    if image is None:
        raise MediaUnreadable(path=path, detail=_plain(oiio.geterror()))
    try:
        spec = image.spec()
        kind = str(spec.format)
        samples = image.read_image(0, 0, 0, spec.nchannels, kind if kind in DEEPEST else "float")
        told = image.geterror()
        if samples is None:
            raise MediaUnreadable(path=path, detail=_plain(told))
        if PREMATURE in told.lower():
            raise MediaUnreadable(path=path, detail=BREAKS_OFF)
        name = image.format_name()
    finally:
        image.close()
    return Picture(
        frame=_frame(spec, np.atleast_3d(samples), name),
        codec=name,
        start_timecode=_timecode(spec),
        pixel_aspect=_aspect(spec),
    )


def _png_damage(path: str) -> str:
    try:
        return png_damage(path)
    except OSError as error:
        raise MediaUnreadable(path=path, detail=error.strerror or str(error)) from error


def _as_stored() -> oiio.ImageSpec:
    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    return config


def _frame(spec: oiio.ImageSpec, samples: NDArray[Any], name: str) -> Frame:
    alpha, chosen = _channels(spec)
    samples = _whole(spec, samples[..., chosen])
    samples = _turned(samples, spec.get_int_attribute("Orientation", 1))
    floating = samples.dtype.kind == "f"
    depth = samples.dtype.itemsize * 8
    bits = spec.get_int_attribute("oiio:BitsPerSample", depth)
    if not floating and 8 < bits < depth:
        samples, depth = samples >> (depth - bits), bits
    model = "rgb" if len(chosen) - alpha == 3 else "grey"
    pixels = PixelFormat(model, depth, floating, alpha)  # type: ignore[arg-type]
    planes: tuple[Plane, ...] = tuple(
        np.ascontiguousarray(samples[..., channel], dtype=pixels.dtype)
        for channel in range(len(chosen))
    )
    return Frame(planes, pixels, _colour(spec, name, alpha))


def _channels(spec: oiio.ImageSpec) -> tuple[bool, list[int]]:
    """Return whether there is alpha, and which channels make the picture."""
    names = [str(name).split(".")[-1].upper() for name in spec.channelnames]
    alpha = spec.alpha_channel
    colour = [names.index(name) for name in ("R", "G", "B") if name in names]
    if len(colour) < 3:
        others = [c for c in range(spec.nchannels) if c not in (alpha, spec.z_channel)]
        colour = others[:3] if len(others) >= 3 else (others or [0])[:1]
    return alpha >= 0, [*colour, alpha] if alpha >= 0 else colour


def _whole(spec: oiio.ImageSpec, samples: NDArray[Any]) -> NDArray[Any]:
    """Place the data window of an EXR in its display window; black where it has nothing."""
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    size = (spec.full_height, spec.full_width)
    if (left, top) == (0, 0) and samples.shape[:2] == size:
        return samples
    whole = np.zeros((*size, samples.shape[2]), samples.dtype)
    height, width = samples.shape[:2]
    rows = slice(max(0, top), min(size[0], top + height))
    columns = slice(max(0, left), min(size[1], left + width))
    if rows.start < rows.stop and columns.start < columns.stop:
        whole[rows, columns] = samples[
            rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
    return whole


def _turned(samples: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn a picture upright by its Exif orientation (1 to 8)."""
    if orientation in (2, 4, 5, 7):
        samples = samples[:, ::-1]
    quarters = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(samples, quarters)


def _colour(spec: oiio.ImageSpec, name: str, alpha: bool) -> ColourTags:
    space = spec.get_string_attribute("oiio:ColorSpace")
    lowered = space.lower()
    tags = ColourTags(matrix=0, full_range=True, space=space)
    with suppress(ValueError, TypeError, IndexError):
        primaries, transfer, *_ = spec.getattribute("CICP")
        tags = replace(tags, primaries=int(primaries), transfer=int(transfer))
    if tags.transfer == 2 and "srgb" in lowered and "lin" not in lowered:
        tags = replace(tags, primaries=1, transfer=SRGB)
    elif "lin" in lowered or (not space and name in LINEAR_FORMATS):
        rec709 = not space or "709" in lowered or lowered == "linear"
        tags = replace(tags, primaries=1 if rec709 else 2, transfer=LINEAR)
    unassociated = spec.get_int_attribute("oiio:UnassociatedAlpha")
    return replace(tags, premultiplied=alpha and not unassociated)


def _timecode(spec: oiio.ImageSpec) -> str:
    """Return the header's timecode; OpenImageIO's text of it forgets the drop-frame flag."""
    text = spec.get_string_attribute("smpte:TimeCode")
    coded = spec.getattribute("smpte:TimeCode")
    if isinstance(coded, tuple) and coded[0] & DROP_FRAME:
        return f"{text[:-3]};{text[-2:]}"
    return text


def _aspect(spec: oiio.ImageSpec) -> Fraction:
    aspect = spec.get_float_attribute("PixelAspectRatio", 1.0)
    return Fraction(aspect).limit_denominator(1000) if aspect > 0 else Fraction(1)


def _describe(picture: Picture, frames: int, rate: Fraction | None) -> MediaInfo:
    frame = picture.frame
    return MediaInfo(
        width=frame.width,
        height=frame.height,
        frames=frames,
        rate=rate,
        format=frame.format,
        colour=frame.colour,
        start_timecode=picture.start_timecode,
        pixel_aspect=picture.pixel_aspect,
        codec=picture.codec,
    )


def _last_number(path: str) -> int:
    """Return the highest number of a sequence's pictures in their folder."""
    pattern = Path(path)
    before, marks, after = re.split(r"(#+)(?=[^#]*$)", pattern.name)
    digits = rf"(\d{{{len(marks)},}})"
    matcher = re.compile(re.escape(before) + digits + re.escape(after) + "$")
    numbers = (matcher.match(file.name) for file in pattern.parent.iterdir())
    return max((int(found[1]) for found in numbers if found), default=-1)


def _plain(error: str) -> str:
    if "format reader" in error or not error.strip():
        return "it is no kind of picture that we know"
    return error.strip().splitlines()[0]
