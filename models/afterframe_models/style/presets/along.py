"""The direction in which a picture's shapes run, steady from picture to picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.lines import Streamlines
from afterframe.imaging.tensor import structure_tensor, tangents

from .canvas import Canvas, Carry

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
        tangent: (rows, columns, 2) float32 of length 1 (x, y), without a sense, on the working
            grid.
        anisotropy: (rows, columns) float32, 0 (no direction) to 1 (an edge).
    """

    def __init__(self, tensor: Single, canvas: Canvas, longest: float) -> None:
        self.tangent, self.anisotropy = tangents(tensor)
        self._canvas = canvas
        size = (canvas.width, canvas.height)
        self._lines = Streamlines(self.tangent, canvas.step, size, longest)
        self._double = np.dstack(
            (2 * self.tangent[..., 0] ** 2 - 1, 2 * self.tangent[..., 0] * self.tangent[..., 1])
        )

    def smeared(self, values: Single, reach: float) -> Single:
        """Return (h, w[, 3]) ``values`` smoothed along the tangents, ``reach`` to both sides."""
        return self._lines.integral(values, reach)

    def at(self, rows: slice) -> tuple[Single, Single]:
        """Return tangent and anisotropy at every pixel of ``rows``."""
        double = self._canvas.enlarged(self._double, rows)
        cosine, sine = double[..., 0], double[..., 1]
        length = np.sqrt(cosine * cosine + sine * sine) + np.float32(1e-6)
        x = np.sqrt((1 + cosine / length) / 2)
        y = np.copysign(np.sqrt(np.maximum(1 - cosine / length, 0) / 2), sine)
        return np.dstack((x, y)), self._canvas.enlarged(self.anisotropy, rows)


class DirectionField:
    """Finds the directions of successive pictures.

    Args:
        canvas: what is painted on.
        width: sigma of the Gaussian under which directions are gathered, in lines of 1080.
        longest: reach of the longest smear, in lines of 1080.
    """

    def __init__(self, canvas: Canvas, width: float, longest: float) -> None:
        self._canvas = canvas
        self._sigma = max(1.5 * canvas.step, canvas.pixels(width))
        self._longest = canvas.pixels(longest)
        self._tensor: Single | None = None

    def find(self, grey: Single, carry: Carry | None) -> Directions:
        """Return the directions of a picture.

        Args:
            grey: (h, w) float32 in [0, 1].
            carry: from the picture before.
        """
        tensor = structure_tensor(grey, self._sigma, self._canvas.step)
        tensor = tensor + _hand()
        if carry is not None and self._tensor is not None:
            kept = carry.trust[..., None] * np.float32(_KEPT)
            tensor = tensor + kept * (carry.bring(self._tensor) - tensor)
        self._tensor = tensor
        return Directions(tensor, self._canvas, self._longest)


def _hand() -> Single:
    """Return the tensor of faint lines in the hand's own direction."""
    across, down = -np.sin(HAND), np.cos(HAND)
    products = np.array([across * across, across * down, down * down], np.float32)
    return np.asarray(products * _HAND_ENERGY, np.float32)
