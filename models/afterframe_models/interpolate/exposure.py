"""Many pictures averaged to one, as a shutter that is open for a while does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.warp import LARGEST_SAMPLE
from afterframe.media.frame import Plane

SPACING = 4.0
"""Pixels between two pictures of fast matter: its edges become steps of so many pixels, which the
eye takes for one streak."""
MOST_MOMENTS = 24
"""Of one exposure: beyond, steps grow wider instead of time."""


class Exposure:
    """Sums up pictures by their weights."""

    def __init__(self) -> None:
        self._sums: list[NDArray[np.float32]] = []
        self._types: list[np.dtype[Any]] = []
        self._weight = 0.0

    @property
    def is_begun(self) -> bool:
        """True when there is anything to show."""
        return self._weight > 0

    def add(self, planes: Sequence[Plane], weight: float) -> None:
        """Add a picture of a size and type that stay the same; ``weight`` is above 0."""
        self._types = [plane.dtype for plane in planes]
        self._sums = self._sums or [np.zeros(plane.shape, np.float32) for plane in planes]
        for total, plane in zip(self._sums, planes, strict=True):
            total += np.float32(weight) * _finite(plane)
        self._weight += weight

    def planes(self) -> tuple[Plane, ...]:
        """Return the average, in the pictures' own types."""
        means = (total / np.float32(self._weight) for total in self._sums)
        return tuple(
            (np.rint(mean) if kind.kind == "u" else mean).astype(kind)
            for mean, kind in zip(means, self._types, strict=True)
        )


def moments(
    begin: Fraction, end: Fraction, pace: float, length: Fraction
) -> Iterator[tuple[Fraction, float]]:
    """Yield the moments between two frames to look at, 0 to 1, and the weight of each.

    Where matter moves by less than ``SPACING`` the two frames themselves are enough; else the
    moments lie evenly, each in the middle of its part.

    Args:
        begin: when the shutter opens, counted from the first frame.
        end: when it closes.
        pace: pixels that fast matter moves from frame to frame.
        length: frames for which the shutter is open.
    """
    begin, end = max(begin, Fraction(0)), min(end, Fraction(1))
    most = max(1, MOST_MOMENTS // math.ceil(length))
    parts = min(most, math.ceil(float(end - begin) * pace / SPACING))
    if parts <= 1:
        middle = float(begin + end) / 2
        whole = float(end - begin)
        shares = ((Fraction(0), whole * (1 - middle)), (Fraction(1), whole * middle))
        yield from ((time, share) for time, share in shares if share > 0)
        return
    part = (end - begin) / parts
    for index in range(parts):
        yield begin + part * (2 * index + 1) / 2, float(part)


def _finite(plane: Plane) -> Plane:
    if plane.dtype.kind == "u" or np.isfinite(plane).all():
        return plane
    return np.nan_to_num(plane.astype(np.float32), posinf=LARGEST_SAMPLE, neginf=-LARGEST_SAMPLE)
