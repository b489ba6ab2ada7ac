"""Line integrals: a picture smoothed along the lines of a tangent field, as a brush does.

A streamline is followed from every place to both sides. What is ``2 d`` along it is what is ``d``
along it from the place that is ``d`` along it: the places at 1, 2, 4, 8 ... hops are found by
doubling, and an integral over a length L takes log L passes instead of L taps. Each pass mixes a
picture with itself one hop to both sides by (1, 2, 1) / 4; passes with hops d, 2 d, ... 2^k d
amount exactly to a triangle of half-length 2^(k+1) d (a product of cosines is a quotient of
sines).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .flow import Samples, places

Single = NDArray[np.float32]

FINE_HOP = 8.0
"""Pixels from which on a hop goes to the nearest pixel: it lands among what is smoothed already,
and is three times faster."""
STRIP = 48
"""Rows worked on at a time: what lies between the steps of a pass stays in the cache."""

_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


class Streamlines:
    """The streamlines of a field, found once and shared by many integrals.

    Args:
        along: (rows, columns, 2) float32 unit vectors, of ``tensor.tangents``: without a sense.
        step: pixels of the pictures for one sample of the field, 1 or even. Between the samples
            lines are interpolated, down to half a step.
        size: width and height of the pictures.
        longest: half-length of the longest integral, in pixels.

    Source: Cabral and Leedom, Imaging Vector Fields Using Line Integral Convolution, 1993; the
    doubling is that of the a-trous algorithm (Holschneider et al., 1989), along curves.
    """

    def __init__(self, along: Single, step: int, size: tuple[int, int], longest: float) -> None:
        self._size = size
        self._grain, self._first = grain_of(step)
        walk = _Walk(along, step, self._first)
        refine = _Refinement(along, step // self._grain)
        self._hops = [refine(walk)]
        for _ in range(passes(longest, self._first) - 1):
            walk.double()
            self._hops.append(refine(walk))

    def integral(self, picture: Samples, length: float) -> Samples:
        """Return ``picture`` smoothed along the lines, in its own type.

        Args:
            picture: (h, w) or (h, w, 1 to 4), uint8, uint16 or float32.
            length: half-length of the triangular kernel, in pixels, up to ``longest``.
        """
        three = picture.ndim == 3 and picture.shape[2] == 3
        # OpenCV samples four channels twice as fast as three.
        out: Any = cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA) if three else picture
        for index in range(min(passes(length, self._first), len(self._hops))):
            share = side_share(length, self._first, index)
            if share > 0:
                out = self._passed(out, index, share)
        return np.asarray(cv2.cvtColor(out, cv2.COLOR_RGBA2RGB) if three else out)

    def _passed(self, picture: Samples, index: int, share: float) -> Samples:
        """Return a picture mixed with itself one hop to both sides."""
        made = np.empty_like(picture)
        rows = -(-STRIP // self._grain) * self._grain
        nearest = self._first * 2**index >= FINE_HOP

        def strip(top: int) -> None:
            bottom = min(top + rows, self._size[1])
            beside = [
                _taken(picture, self._where(hop, top, bottom), nearest) for hop in self._hops[index]
            ]
            mean: Any = cv2.addWeighted(beside[0], 0.5, beside[1], 0.5, 0)
            cv2.addWeighted(
                picture[top:bottom], 1 - 2 * share, mean, 2 * share, 0, dst=made[top:bottom]
            )

        _in_threads(strip, range(0, self._size[1], rows))
        return made

    def _where(self, hop: NDArray[Any], top: int, bottom: int) -> NDArray[Any]:
        """Return the places that a hop leads to from a strip's pixels."""
        grain, width = self._grain, self._size[0]
        rows = hop[top // grain : -(-bottom // grain)]
        large: Any = rows
        if grain > 1:
            large = cv2.resize(rows, None, fx=grain, fy=grain, interpolation=cv2.INTER_NEAREST)
        large = large[: bottom - top, :width]
        return np.asarray(cv2.add(large, _pixels(self._size, hop.dtype)[top:bottom]))


def grain_of(step: int) -> tuple[int, float]:
    """Return, for a field's step, to how many pixels lines are interpolated, and the first hop."""
    return max(1, step // 2), max(1.0, step / 4)


def passes(length: float, first: float) -> int:
    """Return how many passes reach so far."""
    count = 1
    while first * 2**count < length:
        count += 1
    return count


def side_share(length: float, first: float, index: int) -> float:
    """Return the weight of each side in a pass: 1/4, less in the last for lengths between.

    A triangle of half-length L has the variance (L^2 - first^2) / 6 when it is made of hops, and
    a pass with the hop d adds 2 share d^2.
    """
    hops = length / (first * 2.0**index)
    return min(0.25, max(0.0, (hops**2 - 1) / 12))


def _taken(picture: Samples, where: NDArray[Any], nearest: bool) -> Samples:
    flag = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    out: Any = cv2.remap(picture, where, _UNSET, flag, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out)


@lru_cache(maxsize=2)
def _pixels(size: tuple[int, int], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the (x, y) of every pixel, as float32 or int16."""
    return places(size[1], size[0]).astype(dtype, copy=False)


def _in_threads(work: Callable[[int], None], parts: range) -> None:
    with ThreadPoolExecutor(max(1, cv2.getNumThreads())) as pool:
        for _ in pool.map(work, parts):
            pass


Hop = tuple[NDArray[Any], NDArray[Any]]
"""Displacements in pixels, forth and back: float32, or int16 of hops from FINE_HOP on."""


class _Walk:
    """Where a number of hops leads from each sample of the field, and which way one then goes.

    ``forth`` and ``back`` are (rows, columns, 4) float32: displacement in pixels, unit direction.
    """

    def __init__(self, along: Single, step: int, first: float) -> None:
        self.reach = first
        self._along = along
        self._step = step
        self._grid = places(*along.shape[:2])
        self.forth = np.dstack((np.float32(first) * along, along))
        self.back = -self.forth

    def double(self) -> None:
        self.reach *= 2
        self.forth, self.back = self._farther(self.forth), self._farther(self.back)

    def _farther(self, end: Single) -> Single:
        """Return the ends twice as far. What there is forth may be back as seen from here."""
        where = self._grid + end[..., :2] * np.float32(1 / self._step)
        there, forth, back = (
            _taken(each, where, nearest=True) for each in (self._along, self.forth, self.back)
        )
        agrees = (there[..., 0] * end[..., 2] + there[..., 1] * end[..., 3]) >= 0
        farther: Any = cv2.copyTo(forth, agrees.view(np.uint8), back)
        farther[..., :2] += end[..., :2]
        return np.asarray(farther)


class _Refinement:
    """Brings the walk's ends to a finer grid, linearly.

    Ends have a sense and the field has none: next to each other one sample's forth may be the
    other's back, and a mean of both would lead nowhere. Their sum has no sense and can be
    interpolated. Their difference is turned to the right (or upwards) everywhere, interpolated
    so, and taken where lines run rather across (or up): there the turn is the same for
    neighbours.
    """

    def __init__(self, along: Single, times: int) -> None:
        self._times = times
        x, y = cv2.split(along)
        self._down = y < 0
        self._steep = np.asarray(
            _larger((np.abs(y) > np.abs(x)).astype(np.uint8), times, cv2.INTER_NEAREST)
        )

    def __call__(self, walk: _Walk) -> Hop:
        forth, back = walk.forth[..., :2], walk.back[..., :2]
        middle: Any = (forth + back) / 2
        chord: Any = (forth - back) / 2
        if self._times > 1:
            upwards = np.where(self._down[..., None], -chord, chord)
            middle, chord, upwards = (
                _larger(each, self._times, cv2.INTER_LINEAR) for each in (middle, chord, upwards)
            )
            cv2.copyTo(upwards, self._steep, chord)
        stored = cv2.CV_32F if walk.reach < FINE_HOP else cv2.CV_16S  # which rounds
        return (
            np.asarray(cv2.add(middle, chord, dtype=stored)),
            np.asarray(cv2.subtract(middle, chord, dtype=stored)),
        )


def _larger(values: NDArray[Any], times: int, how: int) -> NDArray[Any]:
    if times == 1:
        return values
    return np.asarray(cv2.resize(values, None, fx=times, fy=times, interpolation=how))
