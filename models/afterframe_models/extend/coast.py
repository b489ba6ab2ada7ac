"""Leaving a clip on its own momentum: its last frame, carried on by its own velocities.

Every piece of matter keeps the velocity that it has in the last frame, damped from frame to frame,
on a straight line. It stops sooner where neighbours move so unlike that they would pass through
one another: there a picture would melt. Where matter is after a while is inverted by fixed-point
iteration, as ``imaging.flow.flow_at`` does: no holes, one remap of one frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Flow, Grey, displaced, flow_to

Single = NDArray[np.float32]

DAMPING = 0.85
"""Of the velocity, each frame. Measured on 12 clips: 0.8 is nearest to the true continuation, 0.9
stands still the latest."""
PAST_FRAMES = 3
"""Frames over which the velocity is measured; the median drops one that was held or torn."""
STILL = 0.05
"""Samples a frame below which motion is taken for noise: a still background stays still."""
INVERSION_STEPS = 6
CLOSEST = 0.6
"""Share of their distance by which neighbours may come nearer to one another."""
TOGETHER = 41
"""Samples around a place that stop with it: a thing stops as one."""


class Coast:
    """Where matter of a picture is, so many frames later.

    Args:
        velocity: of its matter, (h, w, 2) in samples a frame; see :func:`velocity`.
    """

    def __init__(self, velocity: Flow) -> None:
        self.velocity = velocity
        self._most = _farthest(velocity)

    @property
    def is_still(self) -> bool:
        """True where nothing moves."""
        return not self.velocity.any()

    def gone(self, frame: int) -> Flow:
        """Return how far matter of each place has gone."""
        way = way_gone(frame)
        held = way / (1 + (way / self._most) ** 4) ** 0.25
        return np.asarray(self.velocity * held[..., None], np.float32)

    def back(self, frame: int) -> Flow:
        """Return where the matter at each place was at first, as a displacement."""
        gone = self.gone(frame)
        found = -gone
        for _ in range(INVERSION_STEPS):
            found = -displaced(gone, found)
        return found


def velocity(greys: Sequence[Grey]) -> Flow:
    """Return how far matter of the last picture moves a frame, (h, w, 2) in samples.

    Args:
        greys: successive small pictures; of a single one the velocity is zero everywhere.
    """
    last, past = greys[-1], greys[-1 - PAST_FRAMES : -1]
    if not past:
        return np.zeros((*last.shape, 2), np.float32)
    ways = [-flow_to(last, earlier) / (len(past) - place) for place, earlier in enumerate(past)]
    found = np.median(np.stack(ways), axis=0).astype(np.float32)
    smooth: Any = [cv2.bilateralFilter(np.ascontiguousarray(c), 5, 2, 5) for c in cv2.split(found)]
    return without_noise(np.dstack(smooth))


def without_noise(flow: Flow) -> Flow:
    """Return a flow whose lengths below ``STILL`` have become zero."""
    squared = np.square(flow).sum(axis=2, keepdims=True)
    return np.asarray(flow * (squared / (squared + STILL**2)), np.float32)


def way_gone(frame: int, damping: float = DAMPING) -> float:
    """Return how many times its velocity matter has gone after so many frames.

    The first frame goes on at full speed: the joint is not seen in the motion.
    """
    return float((1 - damping**frame) / (1 - damping))


def _farthest(flow: Flow) -> Single:
    """Return how many times its velocity matter may go."""
    steps = [cv2.Sobel(flow, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1))]
    nearing: Any = np.sqrt(sum(np.square(step).sum(axis=2) for step in steps))
    around: Any = cv2.dilate(nearing, np.ones((TOGETHER, TOGETHER), np.uint8))
    most = CLOSEST / np.maximum(cv2.GaussianBlur(around, (0, 0), TOGETHER / 4), 1e-3)
    return np.asarray(np.maximum(most, 1), np.float32)
