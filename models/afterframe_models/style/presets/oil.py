"""Oil: blunt strokes along the shapes, bristles in them, light on thick paint.

Source: areas: Kyprianidis, Kang, Doellner, Image and Video Abstraction by Anisotropic Kuwahara
Filtering, 2009; bristles: Cabral, Leedom, Imaging Vector Fields Using Line Integral Convolution,
1993; relief: Hertzmann, Fast Paint Texture, NPAR 2002.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..canvas import blurred, remapped
from ..painter import Motion
from .along import Directions
from .colour import from_lab, to_lab
from .kuwahara import areas
from .preset import Preset

Single = NDArray[np.float32]

STROKE, BRISTLE = 5.0, 1.1
"""Half the width of a stroke and of a bristle's trace, in lines of 1080."""

_STROKES, _BRISTLES = 1, 2


class Oil(Preset):
    field_width = 10.0
    longest = 48.0
    hold = 0.6

    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        canvas = self.canvas
        strokes = np.tanh(2.2 * self.brushed_over(_STROKES, STROKE, directions, 44))
        bristles = self.brushed_over(_BRISTLES, BRISTLE, directions, 40)
        ground = areas(picture, directions, canvas, (10, 6))
        ground = self._loaded(ground, strokes, directions)
        lab = to_lab(ground)
        light = self._relief(strokes, bristles, lab[..., 0])
        lab[..., 0] += 0.018 * strokes + 0.017 * bristles + light
        lab[..., 1:] *= (1.18 + 0.10 * strokes)[..., None]
        return from_lab(lab)

    def _loaded(self, ground: Single, strokes: Single, directions: Directions) -> Single:
        """Return the areas with each stroke's paint carried a little way along its stroke."""
        canvas = self.canvas
        out = np.empty_like(ground)
        reach = np.float32(canvas.pixels(3.8))

        def drag(rows: slice) -> None:
            where = canvas.places(rows)
            aside = reach * strokes[rows]
            where[..., 0] -= aside * directions.tangent[rows, :, 1]
            where[..., 1] += aside * directions.tangent[rows, :, 0]
            out[rows] = remapped(ground, where)

        canvas.each_band(drag)
        return out

    def _relief(self, strokes: Single, bristles: Single, lightness: Single) -> Single:
        """Return the light that thick paint catches from the upper left."""
        fine = max(0.5, self.canvas.pixels(0.6))
        # Lights are laid on thickly, darks are thin glazes.
        thick = blurred((strokes + 0.45 * bristles) * (0.5 + 0.5 * lightness), fine)
        across: Any = cv2.Sobel(thick, cv2.CV_32F, 1, 0, scale=1 / 8)
        down: Any = cv2.Sobel(thick, cv2.CV_32F, 0, 1, scale=1 / 8)
        slope = (across + down) * np.float32(self.canvas.pixels(1))
        out: Single = 0.085 * np.tanh(slope * 2.2).astype(np.float32)
        return out
