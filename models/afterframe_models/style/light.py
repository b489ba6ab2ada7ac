"""Takes off pictures what a camera's exposure and white balance do from one to the next.

A reference's colours are often farther apart than a shot's, so that a drift that is hardly seen in
the shot is a flash in paint, and whole areas pass to the next ink.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced

from .field import reduced_motion
from .painter import Motion

Single = NDArray[np.float32]

LINES = 90
"""Rows at which pictures are compared."""
KEPT = 0.95
"""Share of the drift (its logarithm) that is still taken off a picture later: paint comes to what
the shot has become within a second or two."""
MOST = 1.08
"""Drift that is taken off at most."""
SWITCHED = 1.08
"""A change between two pictures that is no drift: a light was switched, or the shot fades."""
DIM = 0.08
"""Display value below which a place says nothing of the light."""
WITNESSES = 0.25
"""Share of the picture that must be trusted and not dim."""


class Light:
    """Remembers the light of the picture before."""

    def __init__(self) -> None:
        self._before: Single | None = None
        self._gain = np.ones(3, np.float32)

    def steadied(self, picture: Single, motion: Motion | None) -> Single:
        """Return a picture in about the light of the ones before; black stays black.

        Args:
            picture: (h, w, 3) float32, display-referred RGB.
            motion: from the picture before, of any size; None: it has its own light.
        """
        height, width = picture.shape[:2]
        rows = min(LINES, height)
        size = (max(1, round(width * rows / height)), rows)
        small: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        if motion is None or self._before is None:
            self._gain = np.ones(3, np.float32)
        else:
            back, trust = reduced_motion(motion, size)
            step = _drift(displaced(self._before, back), small, trust)
            if max(step.max(), 1 / step.min()) < SWITCHED:
                drift = np.clip(self._gain * step, 1 / MOST, MOST)
                self._gain = np.asarray(drift**KEPT, np.float32)
        self._before = small
        return np.asarray(picture / self._gain, np.float32)


def _drift(before: Single, now: Single, trust: Single) -> Single:
    """Return by how much most of a picture's trusted places got lighter, a factor a channel."""
    told = (trust > 0.5) & (np.minimum(before, now).min(2) > DIM)
    if told.mean() < WITNESSES:
        return np.ones(3, np.float32)
    return np.asarray(np.median(now[told] / before[told], axis=0), np.float32)
