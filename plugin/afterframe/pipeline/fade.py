"""The cross-fade between a shot and what is made, where both stand at the same place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from afterframe.core.layout import Layout
from afterframe.media.frame import Frame, Plane


class Fades:
    """The fades of a result.

    Args:
        layout: of the result.
        own: returns the frame of the shot that stands at a place of the result, as it is
            delivered.
    """

    def __init__(self, layout: Layout, own: Callable[[int], Frame]) -> None:
        self._layout, self._own = layout, own

    def share(self, index: int) -> float:
        """Return how much of the made frame ``index``, from 0, is shown: 1 outside of fades."""
        start, end = self._layout.fades
        steps = [(index + 1) / (start + 1)] if index < start else []
        left = self._layout.made - index
        steps += [left / (end + 1)] if left <= end else []
        step = min(steps, default=1.0)
        return step * step * (3 - 2 * step)

    def at(self, index: int, made: Frame) -> Frame:
        """Return a made frame as it is shown."""
        share = self.share(index)
        if share == 1:
            return made
        return mixed(self._own(self._layout.before + index), made, share)


def mixed(one: Frame, other: Frame, share: float) -> Frame:
    """Return a mix of two frames of one format and size, with ``share`` of the other, 0 to 1."""
    planes = tuple(_mixed(a, b, share) for a, b in zip(one.planes, other.planes, strict=True))
    return replace(other, planes=planes)


def _mixed(one: Plane, other: Plane, share: float) -> Plane:
    if one.dtype == np.float16:
        singles = [plane.astype(np.float32) for plane in (one, other)]
        return np.asarray(cv2.addWeighted(singles[0], 1 - share, singles[1], share, 0), one.dtype)
    return np.asarray(cv2.addWeighted(one, 1 - share, other, share, 0), one.dtype)
