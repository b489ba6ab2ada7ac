"""Ink: brush lines that swell and run dry, and washes on warm paper.

Source: Winnemoeller, Kyprianidis, Olsen, XDoG: An eXtended Difference-of-Gaussians Compendium,
Computers & Graphics 2012; washes: Bousseau et al., Interactive Watercolor Rendering with Temporal
Coherence and Abstraction, NPAR 2006.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..canvas import FINE_ROWS, blurred, drawn_grey
from ..painter import Motion
from .along import Directions
from .exposure import Exposure
from .kuwahara import areas
from .paper import tooth
from .preset import Preset
from .tones import Tones
from .xdog import line_response, soft_threshold

Single = NDArray[np.float32]

PAPER = np.array([0.965, 0.945, 0.900], np.float32)
INK = np.array([0.055, 0.060, 0.080], np.float32)

WASHES = 4
"""Bare paper, light, middle and full ink."""

KEY = 0.72
"""Lightness of the middle tone: most of the paper stays bare or nearly so."""

LEAST = -0.012
"""Response at which a thin line begins; a broad one needs twice as much."""

_PRESSURE, _HAIRS, _POOLS, _WATER = 1, 2, 3, 4


class Ink(Preset):
    field_width = 8.0
    field_rows = FINE_ROWS
    longest = 48.0
    hold = 0.8
    monochrome = True

    def prepare(self) -> None:
        self._tones = Tones(self.canvas, WASHES, 6.0)
        self._exposure = Exposure(self.canvas, KEY)

    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        canvas = self.canvas
        flat = drawn_grey(areas(picture, directions, canvas, (14,)))
        flat = self._exposure.spread(flat, new=motion is None)
        hairs = self.brushed_over(_HAIRS, 1.5, directions, 48)
        wash = self._wash(flat, hairs, motion)
        lines = self._lines(drawn_grey(picture), directions, hairs)
        density = 1 - (1 - wash) * (1 - lines)
        # Ink sinks into the hollows first, and leaves the heights of the paper where it is thin.
        density *= 1.12 - 0.08 * tooth(self, 1.7)
        out: Single = PAPER + density.clip(0, 1)[..., None] * (INK - PAPER)
        return out

    def _wash(self, flat: Single, hairs: Single, motion: Motion | None) -> Single:
        """Return the density of the washes, (h, w) float32 from 0."""
        canvas = self.canvas
        dark = 1 - self._tones.quantised(flat, motion)
        water = 1 / (1 + np.exp(-1.6 * self.marks_over(_WATER, 70.0)))
        wet = blurred(dark, canvas.pixels(2.0))
        wet += 0.6 * water * (canvas.softened(dark, canvas.pixels(12)) - wet)
        rim = (wet - canvas.softened(wet, canvas.pixels(6))).clip(0)
        density = 1.15 * wet**1.5 + 0.5 * rim
        uneven = 0.20 * self.marks_over(_POOLS, 60.0)
        # A loaded brush covers; a dry one leaves the paper between its hairs.
        dry = 0.25 * hairs * (wet * (1 - wet) * 2.5)
        out: Single = (density * (1 + uneven * (1 - wet)) - dry * wet**2).clip(0, 1)
        return out

    def _lines(self, grey: Single, directions: Directions, hairs: Single) -> Single:
        """Return the density of the brush lines: thin ones, and broad ones at strong edges."""
        canvas = self.canvas
        # A share of the threshold: pressure makes a line swell, and draws none of its own.
        pressure = (1 + 0.4 * self.marks_over(_PRESSURE, 36.0)).clip(0.4, 1.8)
        dry = (1 + 0.4 * hairs).clip(0.4, 2)
        fine = line_response(grey, directions, canvas.pixels(1.5), canvas.pixels(24))
        broad = line_response(grey, directions, canvas.pixels(3.8), canvas.pixels(48))
        least = np.asarray(LEAST * pressure, np.float32)
        thin = 1 - soft_threshold(fine, least, 0.02)
        least = np.asarray(2 * least * dry, np.float32)
        brushed = 1 - soft_threshold(broad, least, 0.025)
        return np.asarray(np.maximum(0.9 * thin, brushed), np.float32)
