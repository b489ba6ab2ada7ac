"""A pan over a picture painted by code, with and without grain: material for the joints' tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from afterframe.media.frame import ColourTags, Frame, Model, PixelFormat

SIZE = (448, 256)
PACE = 1.5
"""Pixels a frame that the camera moves to the right."""
HD = ColourTags(1, 1, 1)
RGB = ColourTags(1, 13, 0, full_range=True)
_MARGIN = 64


def pan(frames: int, depth: int = 8, model: Model = "yuv") -> list[Frame]:
    """Return successive frames of a camera that pans, 4:2:0 or RGB."""
    wide = _painting()
    half = (1, 1) if model == "yuv" else (0, 0)
    pixels = PixelFormat(model, depth, subsampling=half)
    first = _view(wide, pixels, HD if model == "yuv" else RGB)
    return [moved(first, index, wide) for index in range(frames)]


def moved(frame: Frame, steps: float, wide: Any = None) -> Frame:
    """Return a frame as the pan goes on for so many frames; its borders are continued."""
    if wide is not None:
        return _view(wide, frame.format, frame.colour, steps * PACE)
    planes = []
    for index, plane in enumerate(frame.planes):
        scale = 2 if index and frame.format.model == "yuv" else 1
        shift = np.array([[1, 0, -steps * PACE / scale], [0, 1, 0]], np.float32)
        size = (plane.shape[1], plane.shape[0])
        out = cv2.warpAffine(
            plane, shift, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        planes.append(np.minimum(out, int(frame.format.peak)).astype(plane.dtype))
    return replace(frame, planes=tuple(planes))


def with_grain(frames: list[Frame], sigma: float, size: float) -> list[Frame]:
    """Return frames with live grain: ``sigma`` levels of 255 in mid tones, less at both ends.

    Args:
        frames: clean ones.
        sigma: standard deviation; chroma has half of it.
        size: of the Gaussian that the grain is filtered with, in samples; 0: it is white.
    """
    random = np.random.default_rng(11)
    done = []
    for frame in frames:
        planes = []
        peak = frame.format.peak
        for index, plane in enumerate(frame.planes):
            noise: Any = random.standard_normal(plane.shape).astype(np.float32)
            if size:
                noise = cv2.GaussianBlur(noise, (0, 0), size)
                noise /= noise.std()
            first = index == 0 or frame.format.model == "rgb"
            tone = 0.7 + 0.6 * np.sin(np.pi * plane / peak) if first else 0.5
            grained = np.rint(plane + noise * sigma * peak / 255 * tone)
            planes.append(np.clip(grained, 0, peak).astype(plane.dtype))
        done.append(replace(frame, planes=tuple(planes)))
    return done


def _painting() -> Any:
    """Return a wide picture, (h, w, 3) in [0, 1]: soft fields, some edges and some texture."""
    random = np.random.default_rng(2)
    width, height = SIZE[0] + 2 * _MARGIN, SIZE[1]
    coarse: Any = random.random((9, 16, 3)).astype(np.float32)
    field = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    picture = np.clip(0.15 + 0.7 * field, 0, 1)
    for _ in range(14):
        x, y = random.integers(0, width), random.integers(0, height)
        colour = tuple(float(each) for each in 0.2 + 0.6 * random.random(3))
        cv2.ellipse(picture, (int(x), int(y)), (30, 18), 20.0, 0, 360, colour, -1, cv2.LINE_AA)
    rough: Any = random.standard_normal((height // 4, width, 3)).astype(np.float32)
    picture[: height // 4] += 0.06 * cv2.GaussianBlur(rough, (0, 0), 1.5)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.8), 0.02, 0.98)


def _view(wide: Any, pixels: PixelFormat, colour: ColourTags, shift: float = 0.0) -> Frame:
    """Return what is seen from a place of the pan."""
    at = np.array([[1, 0, -_MARGIN - shift], [0, 1, 0]], np.float32)
    rgb: Any = cv2.warpAffine(wide, at, SIZE, flags=cv2.INTER_CUBIC)
    peak = pixels.peak
    if pixels.model == "rgb":
        planes = [rgb[..., index] * peak for index in range(3)]
    else:
        luma = rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        small: Any = cv2.resize(rgb, (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA)
        grey = small @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        step = (peak + 1) / 256
        planes = [
            (16 + 219 * luma) * step,
            (128 + 224 * (small[..., 2] - grey) / 1.8556) * step,
            (128 + 224 * (small[..., 0] - grey) / 1.5748) * step,
        ]
    whole = tuple(np.clip(np.rint(each), 0, peak).astype(pixels.dtype) for each in planes)
    return Frame(whole, pixels, colour)
