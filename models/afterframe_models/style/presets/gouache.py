"""Gouache: flat matte areas of few tones, with the edge of a dry brush.

Source: areas: Kyprianidis, Kang, Doellner, Image and Video Abstraction by Anisotropic Kuwahara
Filtering, 2009; tones: Winnemoeller, Olsen, Gooch, Real-Time Video Abstraction, SIGGRAPH 2006.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..painter import Motion
from .along import Directions
from .colour import from_lab, to_lab
from .exposure import Exposure
from .kuwahara import areas
from .paper import tooth
from .preset import Preset
from .tones import Tones

Single = NDArray[np.float32]

TONES, HUES = 7, 11
"""Steps of lightness from black to white, and of each colour axis over its whole range: an odd
number, so that grey is one of them and not the border between two tints."""

KEY = 0.52
"""Lightness of the middle tone."""

_HAIRS = 1


class Gouache(Preset):
    field_width = 10.0
    longest = 40.0
    hold = 0.6

    def prepare(self) -> None:
        self._exposure = Exposure(self.canvas, KEY)
        self._tones = Tones(self.canvas, TONES, 9.0)
        self._reds, self._blues = (Tones(self.canvas, HUES, 5.0) for _ in range(2))

    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        canvas = self.canvas
        flat = areas(picture, directions, canvas, (11, 7), stretch=0.6)
        hairs = self.brushed_over(_HAIRS, 1.6, directions, 36)
        lab = to_lab(flat)
        lightness = self._exposure.spread(lab[..., 0], new=motion is None)
        # The brush runs dry at a tone's border, and only there: hairs on a flat area are seen as
        # texture of what is painted.
        ragged = hairs * (lightness - canvas.softened(lightness, canvas.pixels(6)))
        lightness = self._tones.quantised(np.asarray(lightness + 0.35 * ragged, np.float32), motion)
        for channel, tones in ((1, self._reds), (2, self._blues)):
            spread = lab[..., channel] * 0.9 + 0.5
            lab[..., channel] = 1.35 * (tones.quantised(spread, motion) - 0.5)
        lab[..., 0] = 0.09 + 0.86 * lightness
        lab[..., 0] += 0.007 * hairs + 0.008 * tooth(self, 1.6)
        return from_lab(lab)
