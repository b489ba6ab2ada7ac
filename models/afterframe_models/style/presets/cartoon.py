"""Cartoon: flat bright areas and clean dark contours.

Source: Winnemoeller, Olsen, Gooch, Real-Time Video Abstraction, SIGGRAPH 2006; areas by the
anisotropic Kuwahara filter in place of the bilateral one (Kyprianidis et al. 2009), contours by
Kang, Lee, Chui, Flow-Based Image Abstraction, TVCG 2009.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..canvas import FINE_ROWS, luma
from ..painter import Motion
from .along import Directions
from .colour import from_lab, to_lab
from .exposure import Exposure
from .kuwahara import areas
from .preset import Preset
from .tones import Tones
from .xdog import line_response, soft_threshold

Single = NDArray[np.float32]

TONES = 6
KEY, COLOUR = 0.58, 1.25
"""Lightness of the middle tone, and how much more colour than the picture has."""


class Cartoon(Preset):
    field_width = 6.0
    field_rows = FINE_ROWS
    longest = 18.0
    hold = 0.8

    def prepare(self) -> None:
        self._exposure = Exposure(self.canvas, KEY)
        self._tones = Tones(self.canvas, TONES, 9.0)

    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        canvas = self.canvas
        lab = to_lab(areas(picture, directions, canvas, (9, 6), stretch=0.5))
        lightness = self._exposure.spread(lab[..., 0], new=motion is None)
        lab[..., 0] = 0.06 + 0.92 * self._tones.quantised(lightness, motion)
        lab[..., 1:] *= COLOUR
        response = line_response(luma(picture), directions, canvas.pixels(1.6), canvas.pixels(16))
        lines = soft_threshold(response, -0.006, 0.012)
        return from_lab(lab) * (0.08 + 0.92 * lines)[..., None]
