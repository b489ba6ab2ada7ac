"""How the matter of a clip moves from each frame to the next, as painters want to know it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Grey, displaced
from afterframe.imaging.pairs import FramePair, measured_pair
from afterframe.imaging.tensor import enlarged

from .painter import Motion

Single = NDArray[np.float32]

FLOW_SIDE = 640
"""Longer side, in samples, of the flows: strokes and areas are larger than what finer ones see."""


class Follower:
    """Tells of each frame how it came from the frame before.

    Args:
        step: pixels for one sample of the flow.
        size: width and height of the pictures.
    """

    def __init__(self, step: int, size: tuple[int, int]) -> None:
        self._step, self._size = step, size
        self._before: Grey | None = None

    def follow(self, grey: Grey) -> Motion | None:
        """Return the motion to a frame from the one asked for before; None at first, at a cut.

        Args:
            grey: the frame's luma, ``step`` times smaller.
        """
        before, self._before = self._before, grey
        if before is None:
            return None
        pair = measured_pair(before, grey, self._step)
        return None if pair.cut else _motion(pair, self._size)


def joined(first: Motion, second: Motion) -> Motion:
    """Return the motion over two steps.

    Args:
        first: the earlier step.
        second: the later one.
    """
    back = second.back + displaced(first.back, second.back)
    return Motion(back, second.trust * displaced(first.trust, second.back))


def _motion(pair: FramePair, size: tuple[int, int]) -> Motion:
    back = enlarged(pair.backward, pair.step, size) * np.float32(pair.step)
    trust: Any = pair.trust_backward
    if pair.step > 1:
        trust = cv2.resize(trust, None, fx=pair.step, fy=pair.step)[: size[1], : size[0]]
    return Motion(back, np.ascontiguousarray(trust, np.float32))
