"""Leaving a clip on its own momentum: its last frame, carried on by its own velocities.

Every piece of matter keeps the velocity that it has in the last frame, damped from frame to frame,
on a straight line. What is at ``x`` after the way ``s V`` came from ``x - s V``, which is solved
by fixed-point iteration, as ``imaging.flow.flow_at`` does: no holes, one remap of one frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from afterframe.imaging.flow import Flow, Grey, displaced, flow_both_ways

DAMPING = 0.9
"""Of the velocity, each frame. Measured on 12 clips: between 0.8 and 0.9 is nearest to the true
continuation, and 0.9 stands still the latest."""
PAST_FRAMES = 3
"""Frames over which the velocity is measured; the median drops one that was held or torn."""
STILL = 0.05
"""Samples a frame below which motion is taken for noise: a still background stays still."""
INVERSION_STEPS = 6


def velocity(greys: Sequence[Grey]) -> Flow:
    """Return how far matter of the last picture moves a frame, (h, w, 2) in samples.

    Args:
        greys: successive small pictures; of a single one the velocity is zero everywhere.
    """
    last, past = greys[-1], greys[-1 - PAST_FRAMES : -1]
    if not past:
        return np.zeros((*last.shape, 2), np.float32)
    ways = [
        -flow_both_ways(last, earlier)[0] / (len(past) - place)
        for place, earlier in enumerate(past)
    ]
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


def carried(flow: Flow, way: float) -> Flow:
    """Return the velocity of the matter that is at each place after it has gone ``way`` times.

    The place that it came from is ``x - way * carried(flow, way)``.
    """
    found = flow
    for _ in range(INVERSION_STEPS):
        found = displaced(flow, -way * found)
    return found
