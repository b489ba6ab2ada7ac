"""What lies behind and through: a picture with all but its flowing matter taken out, and a matte.

The *plate* is the picture with everything that does not flow filled from beside it, so that no
roof is ever drawn into a sky. The *matte* says where it is seen, its edges those of the picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.fill import filled
from afterframe.imaging.warp import LARGEST_SAMPLE, plane_values, siting_of
from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame, Plane

Single = NDArray[np.float32]

STRIP = 16
"""Nodes in a strip: no float copy of a large plane is ever held."""
BRIGHTNESS_SIGMA = 1 / 160
"""What counts as brightness rather than texture when two samples are mixed, of the longer side."""
LIGHT_SIGMA = 1 / 10
"""Brightness that is smooth over so much of the longer side stands still: a sky's own gradient."""
MATTE_RADIUS = 1 / 120
"""How far the matte follows the picture's own edges, of the longer side."""
CORE_MARGIN = 1 / 250
"""Beside edges so much of the longer side is taken for mixed pixels."""


class Plate:
    """See the module.

    Args:
        source: the picture.
        mask: (rows, columns) float32 on its grid, 1 where matter flows.
        step: pixels between the grid's values.

    Attributes:
        picture: the plate, in the picture's own encoding.
        matte: (h, w) uint8, 255 where it is seen.
        brightness: (rows, columns, planes) float32: the plate without its texture.
        light: likewise: what of its brightness lies over the whole.
    """

    def __init__(self, source: Frame, mask: Single, step: int) -> None:
        self._source, self._step = source, step
        self.matte = _matte(source, mask, step)
        core = _core(mask)
        side = max(mask.shape)
        whole = [filled(_small(plane, mask.shape), core) for plane in source.planes]
        self.brightness = np.dstack([_blurred(each, BRIGHTNESS_SIGMA * side) for each in whole])
        self.light = np.dstack([_blurred(each, LIGHT_SIGMA * side) for each in whole])
        planes = tuple(
            self._filled(index, plane, core, whole[index])
            for index, plane in enumerate(source.planes)
        )
        self.picture = Frame(planes, source.format, source.colour)

    def _filled(self, index: int, plane: Plane, core: Single, whole: Single) -> Plane:
        """Return a plane, outside the core as ``whole`` has it."""
        width, height = self._source.width, self._source.height
        subsampling = self._source.format.subsampling if index in (1, 2) else (0, 0)
        siting = siting_of(self._source.format, self._source.colour)
        made = plane.copy()
        for rows, part in _strips(core.shape[0], self._step, (width, height), subsampling[1]):
            size = (width, part.height)
            keep = plane_values(core[rows], self._step, size, subsampling, siting)
            if keep.min() >= 1:
                continue
            other = plane_values(whole[rows], self._step, size, subsampling, siting)
            own = _finite(plane[part.samples])
            made[part.samples] = self._stored(other + (own - other) * keep)
        return made

    def _stored(self, samples: Single) -> Plane:
        pixels = self._source.format
        if pixels.floating:
            return samples.astype(pixels.dtype)
        return np.rint(np.clip(samples, 0, pixels.peak)).astype(pixels.dtype)


@dataclass(frozen=True)
class _Strip:
    samples: slice
    height: int


def _strips(
    rows: int, step: int, size: tuple[int, int], down: int
) -> Iterator[tuple[slice, _Strip]]:
    """Yield parts of a plane, so that no float copy of a large plane is ever held."""
    for top in range(0, rows, STRIP):
        height = min(STRIP * step, size[1] - top * step)
        first = (top * step) >> down
        yield slice(top, top + STRIP), _Strip(slice(first, first + (-(-height >> down))), height)


def _matte(source: Frame, mask: Single, step: int) -> NDArray[np.uint8]:
    """Return the mask at full size, its edges those of the picture.

    Source: He, Sun, Fast Guided Filter, 2015: the coefficients are found on the grid.
    """
    grey = grey_proxy(source, source.width)
    rows, columns = mask.shape
    small = _small(grey, mask.shape) / np.float32(255)
    radius = max(1, round(MATTE_RADIUS * max(rows, columns)))
    slope, offset = _coefficients(small, mask, radius)
    near: Any = cv2.dilate(mask, np.ones((2 * radius + 1, 2 * radius + 1), np.uint8))
    matte = np.empty(grey.shape, np.uint8)
    size = (source.width, source.height)
    for part, strip in _strips(rows, step, size, 0):
        a, b, limit = (
            plane_values(values[part], step, (size[0], strip.height))
            for values in (slope, offset, np.asarray(near, np.float32))
        )
        a *= grey[strip.samples] * np.float32(1 / 255)
        a += b
        sharp = np.clip((a - 0.5) * 2 + 0.5, 0, 1) * np.clip(limit, 0, 1)
        matte[strip.samples] = np.rint(sharp * 255)
    return matte


def _coefficients(guide: Single, mask: Single, radius: int) -> tuple[Single, Single]:
    side = (2 * radius + 1, 2 * radius + 1)

    def mean(values: NDArray[Any]) -> Single:
        return np.asarray(cv2.blur(values, side), np.float32)

    middle, share = mean(guide), mean(mask)
    variance = mean(guide * guide) - middle * middle
    slope = (mean(guide * mask) - middle * share) / (variance + np.float32(1e-4))
    return mean(slope), mean(share - slope * middle)


def _core(mask: Single) -> Single:
    """Return where nothing but the matter itself is seen: edges, mixed pixels, are left out."""
    side = 2 * max(1, round(CORE_MARGIN * max(mask.shape))) + 1
    inner: Any = cv2.erode((mask > 0.5).astype(np.float32), np.ones((side, side), np.uint8))
    return np.asarray(inner, np.float32)


def _blurred(values: Single, sigma: float) -> Single:
    """Return values blurred; wide blurs are made on a smaller grid."""
    rows, columns = values.shape
    share = max(1, int(sigma / 4))
    size = (-(-columns // share), -(-rows // share))
    small: Any = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(0.5, sigma / share))
    wide: Any = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide, np.float32)


def _small(plane: Plane, shape: tuple[int, ...]) -> Single:
    samples = plane if plane.dtype.kind != "f" else _finite(plane)
    small: Any = cv2.resize(samples, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _finite(plane: Plane) -> Single:
    samples = plane.astype(np.float32)
    if plane.dtype.kind == "f":
        np.nan_to_num(samples, copy=False, posinf=LARGEST_SAMPLE, neginf=-LARGEST_SAMPLE)
    return samples
