"""Pictures as they are looked at: by analysis, by display engines, by people."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .convert import is_linear, luma_range, rgb_floats, srgb_encode, yuv_to_rgb_affine
from .frame import ColourTags, Frame, PixelFormat, Plane

LUMA_709 = (0.2126, 0.7152, 0.0722)


def to_display(frame: Frame, size: tuple[int, int] | None = None) -> NDArray[np.float32]:
    """Return display-referred RGB (H, W, 3), float32 in [0, 1].

    Range and matrix are those of the tags (by size where they say nothing); linear samples go
    through the sRGB curve. Other transfers (log, PQ, HLG) are shown as they are coded. Values
    outside are clipped.

    Args:
        size: width and height of the result; the picture is brought there first, by area when
            it becomes smaller.
    """
    rgb = _rgb(frame, size)
    if frame.format.floating:
        rgb = np.nan_to_num(rgb, nan=0.0)
    if is_linear(frame):
        return srgb_encode(rgb).astype(np.float32, copy=False)
    return np.clip(rgb, 0.0, 1.0).astype(np.float32, copy=False)


def to_rgb8(frame: Frame, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Return RGB (H, W, 3) of 8 bits for previews, as :func:`to_display` but ten times faster.

    Chroma is brought up without regard to where it is sited: half a pixel off at edges.
    """
    pixels = frame.format
    if pixels.model == "yuv" and pixels.depth == 8:
        affine = yuv_to_rgb_affine(frame) * np.float32(255)
        shown: NDArray[np.uint8] = np.asarray(
            cv2.transform(cv2.merge(_full_size(frame, size)), affine), np.uint8
        )
    rgb8 = pixels.model == "rgb" and pixels.depth == 8
    if rgb8 and not is_linear(frame):
        shown = np.asarray(cv2.merge(_full_size(frame, size)))
        return shown
    return _eight_bits(to_display(frame, size))


def grey_proxy(frame: Frame, width: int) -> NDArray[np.uint8]:
    """Return a picture's luma as 8 bits of full range, ``width`` pixels across.

    The height follows the picture's shape. YUV gives its Y without any matrix.
    """
    height = max(1, round(frame.height * width / frame.width))
    size = (width, height)
    if frame.format.model == "rgb" or frame.format.floating:
        grey = to_display(frame, size) @ np.array(LUMA_709, dtype=np.float32)
        return _eight_bits(grey)
    black, white = luma_range(frame.format, frame.colour.full_range)
    luma = _resized(frame.planes[0], size)
    if (black, white) == (0.0, 255.0):
        return luma.astype(np.uint8, copy=False)
    gain = 255.0 / (white - black)
    return _eight_bits((luma.astype(np.float32) - np.float32(black)) * np.float32(gain / 255))


def rgb_frame(array: Plane, colour: ColourTags) -> Frame:
    """Return a frame of RGB or RGBA (H, W, 3 or 4): uint8, uint16, float16 or float32.

    Args:
        array: integers fill their type's range; floats have 1 for white.
        colour: what the samples mean; its matrix and range are those of RGB in any case.
    """
    depth = 8 * array.dtype.itemsize
    pixels = PixelFormat("rgb", depth, array.dtype.kind == "f", array.shape[2] == 4)
    planes = tuple(np.ascontiguousarray(array[..., c]) for c in range(array.shape[2]))
    tags = ColourTags(
        colour.primaries, colour.transfer, 0, True, colour.space, colour.premultiplied
    )
    return Frame(planes, pixels, tags)


def _rgb(frame: Frame, size: tuple[int, int] | None) -> Plane:
    """Return RGB floats in the picture's own transfer."""
    if size is None or size == (frame.width, frame.height):
        return rgb_floats(frame)
    planes = _full_size(frame, size)
    if frame.format.model != "yuv":
        return rgb_floats(Frame(tuple(planes), frame.format, frame.colour))
    yuv = cv2.merge([plane.astype(np.float32) for plane in planes])
    return cv2.transform(yuv, yuv_to_rgb_affine(frame))


def _full_size(frame: Frame, size: tuple[int, int] | None) -> list[Plane]:
    """Return the colour planes, all brought to one size."""
    size = size or (frame.width, frame.height)
    return [_resized(plane, size) for plane in frame.planes[: frame.format.colour_planes]]


def _resized(plane: Plane, size: tuple[int, int]) -> Plane:
    if plane.dtype == np.float16:
        plane = plane.astype(np.float32)
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    smaller = size[0] <= plane.shape[1] and size[1] <= plane.shape[0]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(plane, size, interpolation=method)


def _eight_bits(values: Plane) -> NDArray[np.uint8]:
    return np.rint(np.clip(values, 0, 1) * np.float32(255)).astype(np.uint8)
