"""Keeps what was painted: the last picture, moved with its matter, under the new one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas, blurred, remapped, smoothstep
from .painter import Motion

Single = NDArray[np.float32]

_TRUSTED = (0.1, 0.6)
"""Trust from which on something is held, and from which on all is."""


class Steady:
    """A recursive blend, let go where the matter is new or has another colour than before.

    Args:
        canvas: what is painted on.
        hold: share of the carried picture where all agrees, 0 to below 1.
        window: of the local mean in which old and new are compared, in lines of 1080.
        tolerance: difference of local means at which little is held.
    """

    def __init__(
        self, canvas: Canvas, hold: float, window: float = 16.0, tolerance: float = 0.06
    ) -> None:
        self._canvas = canvas
        self._hold = np.float32(hold)
        self._window = max(1.0, canvas.pixels(window) / canvas.step)
        self._tolerance = np.float32(tolerance)
        self._last: Single | None = None

    def settle(self, painted: Single, motion: Motion | None) -> Single:
        """Return ``painted`` with what still holds of the last picture.

        Args:
            painted: (h, w, 3) float32; becomes the result.
            motion: from the picture before.
        """
        if motion is not None and self._last is not None:
            self._blend(painted, self._last, motion)
        self._last = painted
        return painted.copy()

    def _blend(self, painted: Single, last: Single, motion: Motion) -> None:
        canvas = self._canvas
        carried = np.empty_like(last)

        def carry(rows: slice) -> None:
            where = canvas.places(rows) + motion.back[rows]
            carried[rows] = remapped(last, where, cv2.INTER_CUBIC).clip(0, 1)

        canvas.each_band(carry)
        apart = blurred(canvas.reduced(carried) - canvas.reduced(painted), self._window)
        differs = np.abs(apart).max(axis=2) / self._tolerance
        held = np.float32(self._hold) / (1 + differs**2)

        def blend(rows: slice) -> None:
            share = canvas.enlarged(held, rows) * smoothstep(motion.trust[rows], *_TRUSTED)
            painted[rows] += share[..., None] * (carried[rows] - painted[rows])

        canvas.each_band(blend)
