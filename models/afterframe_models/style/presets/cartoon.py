"""Cartoon: flat bright areas and clean dark contours.

Source: Winnemoeller, Olsen, Gooch, Real-Time Video Abstraction, SIGGRAPH 2006; areas by the
anisotropic Kuwahara filter in place of the bilateral one (Kyprianidis et al. 2009), contours by
Kang, Lee, Chui, Flow-Based Image Abstraction, TVCG 2009.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..painter import Motion
from .along import Directions
from .canvas import luma
from .colour import from_lab, to_lab
from .kuwahara import kuwahara
from .preset import Preset
from .tones import Tones
from .xdog import line_response, soft_threshold

Single = NDArray[np.float32]


class Cartoon(Preset):
    field_width = 5.0
    longest = 24.0
    hold = 0.65
    levels = 6

    def prepare(self) -> None:
        self._tones = Tones(self.canvas, self.levels, 9.0)

    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        canvas = self.canvas
        areas = kuwahara(picture, directions, canvas.pixels(9), canvas, 0.5)
        areas = kuwahara(areas, directions, canvas.pixels(6), canvas, 0.5)
        lab = to_lab(areas)
        lab[..., 0] = self._tones.quantised(_lifted(lab[..., 0]), motion)
        lab[..., 1:] *= 1.35
        flat = from_lab(lab)
        grey = luma(picture)
        response = line_response(grey, directions, canvas.pixels(1.6), canvas.pixels(16))
        lines = soft_threshold(response, -0.006, 0.012)
        return flat * (0.08 + 0.92 * lines[..., None])


def _lifted(lightness: Single) -> Single:
    return lightness**0.9
