"""Rendered pictures into files: movies through our own writer, single ones through OpenImageIO."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

from afterframe.media.display import rgb_frame
from afterframe.media.formats import delivery_format
from afterframe.media.frame import ColourTags
from afterframe.media.writer import open_writer

from .codecs import Codec
from .picture import Picture

REC_709 = ColourTags(primaries=1, transfer=1, matrix=1)


@dataclass(frozen=True)
class Shape:
    """What a render's pictures are.

    Attributes:
        size: width and height in pixels.
        rate: pictures a second.
        frames: how many.
        timecode: of the first; empty: none.
        alpha: it is kept.
        straight: colour is divided by it.
    """

    size: tuple[int, int]
    rate: Fraction
    frames: int
    timecode: str = ""
    alpha: bool = False
    straight: bool = True


def write_movie(
    path: Path, format: str, shape: Shape, pictures: Iterator[Picture]
) -> Iterator[int]:
    """Write a movie and yield how many pictures are done; it has its name when this ends.

    Args:
        path: replaced where it is there.
        format: a delivery format of ours.

    Raises:
        MediaError, OutputError: it cannot be written.
    """
    alpha = shape.alpha and delivery_format(format).name == "prores_4444"
    sample = rgb_frame(_wide(np.zeros((1, 1, 4), np.float32), alpha, shape.straight), REC_709)
    with open_writer(
        path,
        format,
        width=shape.size[0],
        height=shape.size[1],
        rate=shape.rate,
        frames=shape.frames,
        colour=sample.colour,
        source_format=sample.format,
        start_timecode=shape.timecode,
    ) as writer:
        for done, picture in enumerate(pictures, 1):
            writer.write(rgb_frame(_wide(picture, alpha, shape.straight), REC_709))
            yield done
        writer.finish()
        writer.publish(path, overwrite=True)


def write_picture(path: Path, codec: Codec, picture: Picture, *, alpha: bool = False) -> None:
    """Write one picture, replacing what is there; its suffix is its format.

    Raises:
        OSError: it cannot be written.
    """
    floating = codec.sample in {"half", "float"}
    array = picture if floating else _integers(_parts(picture, alpha, straight=True), codec)
    array = np.ascontiguousarray(array[..., : 3 + alpha])
    spec = oiio.ImageSpec(array.shape[1], array.shape[0], array.shape[2], codec.sample)
    if codec.bits:
        spec.attribute("oiio:BitsPerSample", codec.bits)
    if codec.compression:
        spec.attribute("compression", codec.compression)
    if path.suffix == ".jpg":
        spec.attribute("compression", "jpeg:95")
        spec.attribute("jpeg:subsampling", codec.label.split()[1])
    if alpha and not floating:
        spec.attribute("oiio:UnassociatedAlpha", 1)
    out = oiio.ImageOutput.create(str(path))
    if out is None:
        raise OSError(f"no pictures are written as {path.suffix}")
    written = out.open(str(path), spec) and out.write_image(array) and out.close()
    if not written:
        raise OSError(out.geterror())


def _wide(picture: Picture, alpha: bool, straight: bool) -> NDArray[np.uint16]:
    """Return RGB or RGBA (H, W, 3 or 4) of 16 bits."""
    return np.asarray(np.rint(np.clip(_parts(picture, alpha, straight), 0, 1) * 65535), np.uint16)


def _integers(parts: Picture, codec: Codec) -> NDArray[Any]:
    """Return samples as a codec has them, rounded here: fewer bits than 16 would be cut off."""
    bits = codec.bits or (8 if codec.sample == "uint8" else 16)
    values = np.rint(np.clip(parts, 0, 1) * np.float32(2**bits - 1)).astype(np.uint16)
    if bits == 8:
        return np.asarray(values, np.uint8)
    wide: NDArray[Any] = (values << (16 - bits)) | (values >> (2 * bits - 16))
    return wide


def _parts(picture: Picture, alpha: bool, straight: bool) -> Picture:
    if not alpha:
        return picture[..., :3]
    if not straight:
        return picture
    share = picture[..., 3:]
    colour = np.divide(
        picture[..., :3], share, out=np.zeros_like(picture[..., :3]), where=share > 0
    )
    return np.dstack([colour, share])
