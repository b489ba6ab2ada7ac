"""From one encoding to another: depth, range, matrix, subsampling, transfer.

Integers go through 16 bits: YUV with its code values shifted to the top, RGB and alpha scaled to
65535. Every step rounds to nearest there, so that a conversion to 12 bits or fewer is off by less
than one code value.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from .frame import ColourTags, Frame, PixelFormat, Plane

LUMA = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}
"""Weights of red and blue in luma, by matrix code point (ITU-T H.273, table 4)."""
LUMA_601 = (0.299, 0.114)
BT709, BT601, LINEAR = 1, 6, 8
UNKNOWN = 2
HD_LINES = 720
"""From so many lines on, an untagged picture is taken for BT.709; below, for BT.601."""
WIDE = 65535


def display_matrix(colour: ColourTags, height: int) -> int:
    """Return the matrix code point that a YUV picture's tags mean, by its size where they do not.

    Code points without luma weights of their own (YCgCo, constant luminance) are taken for the
    nearest that has: BT.2020 for 10, else by size.
    """
    if colour.matrix in LUMA or colour.matrix in (5, 6):
        return colour.matrix
    if colour.matrix == 10:
        return 9
    return BT709 if height >= HD_LINES else BT601


def is_linear(frame: Frame) -> bool:
    """Tell whether a picture's samples are scene-linear."""
    return frame.colour.transfer == LINEAR


def srgb_encode(linear: Plane) -> Plane:
    """Return display values of linear ones in [0, 1] (IEC 61966-2-1); clipped."""
    clipped = np.clip(linear, 0.0, 1.0)
    low = clipped * np.float32(12.92)
    high = np.float32(1.055) * np.power(clipped, np.float32(1 / 2.4)) - np.float32(0.055)
    return np.where(clipped <= np.float32(0.0031308), low, high)


def srgb_decode(display: Plane) -> Plane:
    """Return linear values of display ones (IEC 61966-2-1); what is below 0 stays linear."""
    low = display / np.float32(12.92)
    high = np.power((np.maximum(display, 0) + np.float32(0.055)) / np.float32(1.055), 2.4)
    return np.where(display <= np.float32(0.04045), low, high).astype(np.float32)


def convert(frame: Frame, pixels: PixelFormat, colour: ColourTags) -> Frame:
    """Return the picture in another format, with these tags.

    What the tags say differently is converted: range, matrix, and linear light to or from the
    sRGB curve; primaries are not. Alpha is made opaque where the picture has none, and dropped
    where the format has none. A frame that is already so is returned as it is.
    """
    if frame.format == pixels and _same_samples(frame, colour):
        return frame if frame.colour == colour else Frame(frame.planes, pixels, colour)
    premultiplied = frame.format.alpha and frame.colour.premultiplied != colour.premultiplied
    linear = is_linear(frame) != (colour.transfer == LINEAR)
    if pixels.floating or frame.format.floating or premultiplied or linear:
        planes = _through_floats(frame, pixels, colour)
    else:
        planes = _through_wide(frame, pixels, colour)
    return Frame(planes, pixels, colour)


def rgb_floats(frame: Frame) -> Plane:
    """Return RGB (H, W, 3) in the picture's own transfer; 0 to 1 is its nominal range."""
    if frame.format.floating:
        return _stack([plane.astype(np.float32) for plane in _three(frame)])
    if frame.format.model == "yuv":
        return _yuv_to_rgb_floats(frame)
    top = np.float32(1 / frame.format.peak)
    rgb = _stack([plane.astype(np.float32) * top for plane in _three(frame)])
    return rgb if frame.colour.full_range else (rgb * 255 - 16) / np.float32(219)


def luma_range(pixels: PixelFormat, full: bool) -> tuple[float, float]:
    """Return the code values of black and white of an integer format."""
    if full:
        return 0.0, pixels.peak
    scale = 2 ** (pixels.depth - 8)
    return 16.0 * scale, 235.0 * scale


def rgb_to_yuv_matrix(matrix: int) -> NDArray[np.float64]:
    """Return the 3x3 matrix from RGB in [0, 1] to Y in [0, 1] and U, V in [-0.5, 0.5]."""
    red, blue = LUMA.get(matrix, LUMA_601)
    luma = np.array([red, 1 - red - blue, blue])
    u = (np.array([0, 0, 1]) - luma) / (2 * (1 - blue))
    v = (np.array([1, 0, 0]) - luma) / (2 * (1 - red))
    return np.stack([luma, u, v])


def yuv_affine(pixels: PixelFormat, colour: ColourTags, height: int) -> NDArray[np.float64]:
    """Return the 3x4 map from RGB in [0, 1] to this format's code values."""
    black, white = luma_range(pixels, colour.full_range)
    swing = pixels.peak if colour.full_range else (white - black) * 224 / 219
    scale = np.array([white - black, swing, swing])
    offset = np.array([black, 2.0 ** (pixels.depth - 1), 2.0 ** (pixels.depth - 1)])
    matrix = rgb_to_yuv_matrix(display_matrix(colour, height))
    return np.column_stack([scale[:, None] * matrix, offset])


def _same_samples(frame: Frame, colour: ColourTags) -> bool:
    """Tell whether tags mean the same code values as the frame's own."""
    ours = frame.colour
    if is_linear(frame) != (colour.transfer == LINEAR):
        return False
    if frame.format.alpha and ours.premultiplied != colour.premultiplied:
        return False
    if frame.format.floating or frame.format.model == "rgb":
        return True
    if ours.full_range != colour.full_range:
        return False
    height = frame.height
    return frame.format.model == "grey" or display_matrix(ours, height) == display_matrix(
        colour, height
    )


def _through_wide(frame: Frame, pixels: PixelFormat, colour: ColourTags) -> tuple[Plane, ...]:
    """Convert integers to integers."""
    both_yuv = frame.format.model == pixels.model == "yuv"
    height = frame.height
    if both_yuv and display_matrix(frame.colour, height) == display_matrix(colour, height):
        planes = _recoded(frame, pixels, colour)
    else:
        planes = _from_rgb(*_integer_rgb(frame), pixels, colour)
    return (*planes, *_alpha(frame, pixels))


def _recoded(frame: Frame, pixels: PixelFormat, colour: ColourTags) -> list[Plane]:
    """Change the subsampling, depth and range of YUV planes of one matrix."""
    source = frame.format
    size = (frame.width, frame.height)
    planes = []
    for number, plane in enumerate(frame.planes[:3]):
        shift = 0
        if number and source.subsampling != pixels.subsampling:
            shift = 16 - source.depth  # what is filtered is worth the finer scale
            plane = _resited(_widen(plane, source.depth), source, pixels, size)
        if not frame.colour.full_range and not colour.full_range:
            planes.append(_shift(plane, source.depth + shift, pixels))
            continue
        zero, swing = _coding(source, frame.colour.full_range, number > 0)
        new_zero, new_swing = _coding(pixels, colour.full_range, number > 0)
        gain = new_swing / swing
        moved = plane.astype(np.float32) * np.float32(gain / 2**shift)
        moved += np.float32(new_zero - zero * gain)
        planes.append(np.rint(np.clip(moved, 0, pixels.peak)).astype(pixels.dtype))
    return planes


def _resited(
    plane: Plane, source: PixelFormat, target: PixelFormat, size: tuple[int, int]
) -> Plane:
    """Change the subsampling of a chroma plane, along the axes where it differs."""
    (across, down), (new_across, new_down) = source.subsampling, target.subsampling
    finer = (max(0, across - new_across), max(0, down - new_down))
    coarser = (max(0, new_across - across), max(0, new_down - down))
    between = PixelFormat("yuv", 16, subsampling=(min(across, new_across), min(down, new_down)))
    plane = upsample(plane, finer, between.plane_size(1, *size))
    return downsample(plane, coarser)


def _coding(pixels: PixelFormat, full: bool, chroma: bool) -> tuple[float, float]:
    """Return the code value of zero and how many stand for the range (H.273, section 8.3)."""
    black, white = luma_range(pixels, full)
    if not chroma:
        return black, white - black
    return 2.0 ** (pixels.depth - 1), pixels.peak if full else (white - black) * 224 / 219


def _from_rgb(rgb: Plane, peak: float, pixels: PixelFormat, colour: ColourTags) -> list[Plane]:
    """Return planes of RGB (H, W, 3), uint16 from 0 to ``peak``."""
    if pixels.model == "rgb":
        return [_scale(rgb[..., channel], peak, pixels) for channel in range(3)]
    shift = 16 - pixels.depth
    affine = yuv_affine(pixels, colour, rgb.shape[0]) * 2.0**shift
    affine[:, :3] /= peak
    if pixels.model == "grey":
        return [_round_shift(cv2.transform(rgb, affine[:1]), shift, pixels)]
    luma, u, v = cv2.split(cv2.transform(rgb, affine))
    planes = [luma, downsample(u, pixels.subsampling), downsample(v, pixels.subsampling)]
    return [_round_shift(plane, shift, pixels) for plane in planes]


def _integer_rgb(frame: Frame) -> tuple[Plane, float]:
    """Return RGB (H, W, 3), uint16, of an integer picture, and the value of white."""
    if frame.format.model == "yuv" or not frame.colour.full_range:
        return _quantise(rgb_floats(frame), WIDE, np.uint16), WIDE
    return _stack([plane.astype(np.uint16) for plane in _three(frame)]), frame.format.peak


def _yuv_to_rgb_floats(frame: Frame) -> Plane:
    size = (frame.width, frame.height)
    depth = frame.format.depth
    chroma = [
        upsample(_widen(plane, depth), frame.format.subsampling, size)
        for plane in frame.planes[1:3]
    ]
    yuv = _stack([_widen(frame.planes[0], depth), *chroma]).astype(np.float32)
    return cv2.transform(yuv, yuv_to_rgb_affine(frame, 2.0 ** (16 - depth)))


def yuv_to_rgb_affine(frame: Frame, scale: float = 1.0) -> NDArray[np.float32]:
    """Return the 3x4 map from a YUV frame's code values, times ``scale``, to RGB in [0, 1]."""
    affine = yuv_affine(frame.format, frame.colour, frame.height)
    inverse = np.linalg.inv(affine[:, :3])
    whole = np.column_stack([inverse / scale, -inverse @ affine[:, 3]])
    return whole.astype(np.float32)


def _through_floats(frame: Frame, pixels: PixelFormat, colour: ColourTags) -> tuple[Plane, ...]:
    rgb = rgb_floats(frame)
    alpha = _alpha(frame, pixels)
    opacity = _opacity(frame)
    if opacity is not None and frame.colour.premultiplied and not colour.premultiplied:
        rgb = np.divide(rgb, opacity, out=np.zeros_like(rgb), where=opacity > 0)
    if is_linear(frame) and colour.transfer != LINEAR:
        rgb = srgb_encode(rgb)
    elif colour.transfer == LINEAR and not is_linear(frame):
        rgb = srgb_decode(rgb)
    if opacity is not None and colour.premultiplied and not frame.colour.premultiplied:
        rgb = rgb * opacity
    if pixels.floating:
        kept = rgb[..., :1] if pixels.model == "grey" else rgb
        planes = [np.ascontiguousarray(p, dtype=pixels.dtype) for p in np.moveaxis(kept, 2, 0)]
    else:
        planes = _from_rgb(_quantise(rgb, WIDE, np.uint16), WIDE, pixels, colour)
    return (*planes, *alpha)


def _opacity(frame: Frame) -> Plane | None:
    """Return alpha from 0 to 1 (H, W, 1), None where the picture has none."""
    if not frame.format.alpha:
        return None
    peak = 1.0 if frame.format.floating else frame.format.peak
    opacity: Plane = frame.planes[-1][..., None].astype(np.float32) / np.float32(peak)
    return opacity


def _alpha(frame: Frame, pixels: PixelFormat) -> list[Plane]:
    """Return the alpha plane that the format wants: none, the picture's own, or an opaque one."""
    if not pixels.alpha:
        return []
    top = 1.0 if pixels.floating else pixels.peak
    opacity = _opacity(frame)
    if opacity is None:
        return [np.full((frame.height, frame.width), top, pixels.dtype)]
    if pixels.floating:
        return [opacity[..., 0].astype(pixels.dtype)]
    if frame.format.floating:
        return [_quantise(opacity[..., 0], top, pixels.dtype)]
    return [_scale(frame.planes[-1], frame.format.peak, pixels)]


def _three(frame: Frame) -> list[Plane]:
    """Return the colour planes; a grey one three times."""
    return [frame.planes[0]] * 3 if frame.format.model == "grey" else list(frame.planes[:3])


def _stack(planes: list[Plane]) -> Plane:
    return cv2.merge(planes)


def _quantise(values: Plane, peak: float, dtype: DTypeLike) -> Plane:
    """Round values in [0, 1] to integers from 0 to ``peak``; what lies outside is clipped."""
    # Not a number, as renderers leave it, is black.
    scaled = np.nan_to_num(values * np.float32(peak), nan=0.0, posinf=peak, neginf=0.0)
    return np.rint(np.clip(scaled, 0, peak)).astype(dtype)


def _shift(plane: Plane, depth: int, target: PixelFormat) -> Plane:
    """Bring limited-range code values of ``depth`` bits to a format's depth."""
    if target.depth == depth:
        return plane.astype(target.dtype, copy=False)
    if target.depth > depth:
        return np.left_shift(plane, target.depth - depth, dtype=target.dtype)
    return _round_shift(plane, depth - target.depth, target)


def _round_shift(plane: Plane, shift: int, target: PixelFormat) -> Plane:
    if shift == 0:
        return plane.astype(target.dtype)
    rounded: Plane = plane >> shift
    rounded += (plane >> (shift - 1)) & 1  # in the plane's own type: half the time of a wider one
    return np.minimum(rounded, int(target.peak), out=rounded).astype(target.dtype, copy=False)


def _widen(plane: Plane, depth: int) -> Plane:
    wide: Plane = np.left_shift(plane, 16 - depth, dtype=np.uint16)
    return wide


def _scale(plane: Plane, peak: float, target: PixelFormat) -> Plane:
    """Scale integers from a range of 0 to ``peak`` to that of a format, rounded."""
    if peak == target.peak:
        return plane.astype(target.dtype)
    scaled: Plane = np.rint(plane.astype(np.float32) * np.float32(target.peak / peak))
    return np.minimum(scaled, target.peak).astype(target.dtype)


def upsample(plane: Plane, subsampling: tuple[int, int], size: tuple[int, int]) -> Plane:
    """Bring a chroma plane to full size: cosited across (H.264's default), centred down."""
    across, down = subsampling
    width, height = size
    if down:
        plane = cv2.resize(
            plane, (plane.shape[1], plane.shape[0] << down), interpolation=cv2.INTER_LINEAR
        )[:height]
    if not across:
        return np.ascontiguousarray(plane)
    factor = 1 << across
    nexts = np.concatenate([plane[:, 1:], plane[:, -1:]], axis=1).astype(np.uint32)
    whole = np.empty((plane.shape[0], plane.shape[1] * factor), np.uint16)
    whole[:, ::factor] = plane
    for step in range(1, factor):
        mixed = plane * np.uint32(factor - step) + nexts * np.uint32(step) + np.uint32(factor // 2)
        whole[:, step::factor] = mixed >> across
    return np.ascontiguousarray(whole[:, :width])


def downsample(plane: Plane, subsampling: tuple[int, int]) -> Plane:
    """Bring a full-size chroma plane to a format's size, sited as in :func:`upsample`."""
    across, down = subsampling
    for _ in range(across):
        wide = np.pad(plane, ((0, 0), (1, 1)), mode="edge").astype(np.uint32)
        left, middle, right = wide[:, :-2:2], wide[:, 1:-1:2], wide[:, 2::2]
        plane = ((left + 2 * middle + right + 2) >> 2).astype(np.uint16)
    for _ in range(down):
        tall = plane.astype(np.uint32)
        if tall.shape[0] % 2:
            tall = np.concatenate([tall, tall[-1:]])
        plane = ((tall[::2] + tall[1::2] + 1) >> 1).astype(np.uint16)
    return plane
