"""The direction in which a picture's shapes run, steady from picture to picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.lines import Streamlines
from afterframe.imaging.tensor import structure_tensor, tangents

from ..canvas import Canvas, Carry
from ..painter import Motion

Single = NDArray[np.float32]

HAND = -0.6
"""Direction of the strokes where a picture has none: as a right hand draws them, in radians."""

_HAND_ENERGY = 1.5e-5
"""Gradient energy, of ``structure_tensor``, below which the hand has its own way."""

_KEPT = 0.6
"""Share of the carried tensor: a direction that trembles would shake all that is drawn along it."""


class Directions:
    """The tangents of a picture's shapes, and the lines along them.

    Attributes:
        tangent: (h, w, 2) float32 of length 1 (x, y), without a sense.
        anisotropy: (h, w) float32, 0 (no direction) to 1 (an edge).
    """

    def __init__(self, tensor: Single, canvas: Canvas, longest: float) -> None:
        coarse, anisotropy = tangents(tensor)
        self._lines = Streamlines(coarse, canvas.step, (canvas.width, canvas.height), longest)
        self.anisotropy = canvas.enlarged(anisotropy)
        self.tangent = np.empty((canvas.height, canvas.width, 2), np.float32)
        x, y = coarse[..., 0], coarse[..., 1]
        # Twice the angle: a direction and its opposite are one.
        double = np.dstack((2 * x * x - 1, 2 * x * y))

        def halve(rows: slice) -> None:
            cosine, sine = np.moveaxis(canvas.enlarged(double, rows), 2, 0)
            cosine = cosine / (np.sqrt(cosine * cosine + sine * sine) + 1e-6)
            self.tangent[rows, :, 0] = np.sqrt((1 + cosine) / 2)
            self.tangent[rows, :, 1] = np.copysign(np.sqrt((1 - cosine).clip(0) / 2), sine)

        canvas.each_band(halve)

    def smeared(self, values: Single, reach: float) -> Single:
        """Return (h, w[, 3]) ``values`` smoothed along the tangents, ``reach`` to both sides."""
        return self._lines.integral(values, reach)


class DirectionField:
    """Finds the directions of successive pictures.

    Args:
        canvas: what is painted on; its working grid is the field's.
        width: sigma of the Gaussian under which directions are gathered, in lines of 1080.
        longest: reach of the longest smear, in lines of 1080.
    """

    def __init__(self, canvas: Canvas, width: float, longest: float) -> None:
        self._canvas = canvas
        self._sigma = max(1.5 * canvas.step, canvas.pixels(width))
        self._longest = canvas.pixels(longest)
        self._tensor: Single | None = None

    def find(self, grey: Single, motion: Motion | None) -> Directions:
        """Return the directions of a picture.

        Args:
            grey: (h, w) float32 in [0, 1].
            motion: from the picture before.
        """
        tensor = structure_tensor(grey, self._sigma, self._canvas.step)
        tensor = tensor + _hand()
        if motion is not None and self._tensor is not None:
            carry = Carry.of(motion, self._canvas)
            kept = carry.trust[..., None] * np.float32(_KEPT)
            tensor = tensor + kept * (carry.bring(self._tensor) - tensor)
        self._tensor = tensor
        return Directions(tensor, self._canvas, self._longest)


def _hand() -> Single:
    """Return the tensor of faint lines in the hand's own direction."""
    across, down = -np.sin(HAND), np.cos(HAND)
    products = np.array([across * across, across * down, down * down], np.float32)
    return np.asarray(products * _HAND_ENERGY, np.float32)
