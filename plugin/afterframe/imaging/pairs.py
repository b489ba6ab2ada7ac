"""What lies between two pictures of a clip: flows both ways, how far to trust them, a cut."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame

from .cuts import is_cut
from .flow import Flow, Grey, displaced, flow_both_ways, lengths, reduced

Single = NDArray[np.float32]

TRUST_SAMPLES, TRUST_SHARE = 0.5, 0.05
"""Flows that fail to undo each other by so many samples plus this share of their length are
trusted by half: noise of the flow itself stays below."""

WORK_SIDE = 960
"""Flows have at most so many samples along the longer side, unless another step is asked for."""


@dataclass(frozen=True)
class FramePair:
    """Two pictures, and how the matter of each comes from the other.

    Attributes:
        cut: they are of two shots: the flows are 0 and nothing is trusted.
        step: pixels for one sample of a flow, across and down (see ``flow.reduced``).
        greys: both pictures at the flow's size.
        forward: where the first's matter goes to, in samples.
        backward: where the second's matter came from, likewise.
    """

    cut: bool
    step: int
    greys: tuple[Grey, Grey]
    forward: Flow
    backward: Flow

    @cached_property
    def trust_forward(self) -> Single:
        """How surely each place of the first picture is seen in the second, (h, w), 0 to 1."""
        return self._trust(self.forward, self.backward)

    @cached_property
    def trust_backward(self) -> Single:
        """How surely each place of the second picture was seen in the first, (h, w), 0 to 1."""
        return self._trust(self.backward, self.forward)

    def _trust(self, there: Flow, back: Flow) -> Single:
        if self.cut:
            return np.zeros(there.shape[:2], np.float32)
        return consistency(there, back)


def measured_pair(first: Grey, second: Grey, step: int) -> FramePair:
    """Return what lies between two pictures.

    Args:
        first: (rows, columns) uint8, of :func:`grey_at_step`.
        second: likewise.
        step: that of both.
    """
    if is_cut(first, second):
        still = np.zeros((*first.shape, 2), np.float32)
        return FramePair(True, step, (first, second), still, still)
    return FramePair(False, step, (first, second), *flow_both_ways(first, second))


def consistency(there: Flow, back: Flow) -> Single:
    """Return how well ``back`` undoes ``there`` at each place, 0 to 1.

    Source: Sundaram, Brox, Keutzer, Dense Point Trajectories by GPU-Accelerated Large
    Displacement Optical Flow, ECCV 2010, section 3.3; soft here.
    """
    missed = lengths(there + displaced(back, there))
    half_trusted = TRUST_SAMPLES + TRUST_SHARE * lengths(there)
    return np.asarray(np.exp2(-np.square(missed / half_trusted)), np.float32)


def usual_step(width: int, height: int, side: int = WORK_SIDE) -> int:
    """Return the power of two that brings the longer side to at most ``side`` samples."""
    step = 1
    while max(width, height) > step * side:
        step *= 2
    return step


def grey_at_step(frame: Frame, step: int) -> Grey:
    """Return a picture's display-referred luma, ``step`` times smaller (see ``flow.reduced``)."""
    if frame.width % step or frame.height % step:
        return reduced(grey_proxy(frame, frame.width), step)
    return grey_proxy(frame, frame.width // step)
