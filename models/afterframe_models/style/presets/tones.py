"""Few tones in place of many, without flicker between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..canvas import Canvas, remapped
from ..painter import Motion

Single = NDArray[np.float32]


class Tones:
    """Soft quantisation of a lightness, with a bias to the tone that the matter had before.

    Args:
        canvas: what is painted on.
        levels: how many tones there are from 0 to 1.
        sharpness: how steep the way from one tone to the next is; 1 hardly shows steps.
        inertia: how strongly the tone before draws, as a share of the way to it.

    Source: Winnemoeller, Olsen, Gooch, Real-Time Video Abstraction, SIGGRAPH 2006, section 3.3:
    the nearest border plus a hyperbolic tangent of the distance from it. The bias is ours.
    """

    def __init__(self, canvas: Canvas, levels: int, sharpness: float, inertia: float = 0.3) -> None:
        self._canvas = canvas
        self._levels = np.float32(levels)
        self._sharpness = np.float32(sharpness)
        self._inertia = np.float32(inertia)
        self._last: Single | None = None

    def quantised(self, lightness: Single, motion: Motion | None) -> Single:
        """Return the (h, w) float32 lightness in [0, 1] in few tones."""
        steps = lightness * self._levels
        out = np.empty_like(lightness)
        last = self._last

        def quantise(rows: slice) -> None:
            value = steps[rows]
            if motion is not None and last is not None:
                where = self._canvas.places(rows) + motion.back[rows]
                pull = (remapped(last, where) * self._levels - value).clip(-1, 1)
                value = value + pull * self._inertia * motion.trust[rows]
            nearest = np.rint(value)  # the nearest border between two tones, which lie half way
            beyond = np.tanh(self._sharpness * (value - nearest)) / np.tanh(self._sharpness / 2)
            out[rows] = (nearest + 0.5 * beyond) / self._levels

        self._canvas.each_band(quantise)
        self._last = out
        return out
