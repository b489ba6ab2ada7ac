"""Watercolour: transparent washes that darken at their edges, run into each other, and let the
paper through.

Source: Bousseau, Kaplan, Thollot, Sillion, Interactive Watercolor Rendering with Temporal
Coherence and Abstraction, NPAR 2006: pigment density, edge darkening, wobbling, dry brush.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..canvas import FINE_ROWS, blurred, luma, remapped, smoothstep
from ..painter import Motion
from .along import Directions
from .colour import from_lab, to_lab
from .exposure import Exposure
from .kuwahara import areas
from .paper import tooth
from .preset import Preset
from .tones import Tones
from .xdog import line_response, soft_threshold

Single = NDArray[np.float32]

PAPER = np.array([0.990, 0.982, 0.960], np.float32)
UNDERDRAWING = np.array([0.36, 0.33, 0.34], np.float32)

TONES = 6

KEY = 0.58
"""Lightness of the middle tone."""

_FLOW, _POOLS, _CLOUDS, _ACROSS, _DOWN, _WET = 1, 2, 3, 4, 5, 6


class Watercolour(Preset):
    field_width = 9.0
    field_rows = FINE_ROWS
    longest = 16.0
    hold = 0.6

    def prepare(self) -> None:
        self._exposure = Exposure(self.canvas, KEY)
        self._tones = Tones(self.canvas, TONES, 5.0)

    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        canvas = self.canvas
        paper = tooth(self, 1.9)
        washes = self._wobbled(self._washes(picture, directions, motion), paper)
        wet = smoothstep(self.marks_over(_WET, 60.0), 0.3, 1.6)[..., None] * 0.75
        washes += wet * (canvas.softened(washes, canvas.pixels(8)) - washes)
        # Equation 1 of the paper: what density does to a colour.
        thicker = self._density(washes, paper)[..., None]
        painted = washes - (washes - washes * washes) * thicker
        drawn = self._underdrawing(luma(picture), directions, paper)[..., None]
        painted += drawn * (UNDERDRAWING * painted - painted)
        return np.asarray(painted * PAPER, np.float32)

    def _washes(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        """Return flat areas in the light colours that transparent paint has on white paper."""
        canvas = self.canvas
        flat = areas(picture, directions, canvas, (10, 6), stretch=0.6)
        lab = to_lab(flat)
        lightness = self._exposure.spread(lab[..., 0], new=motion is None)
        lightness = self._tones.quantised(lightness, motion)
        lab[..., 0] = 0.25 + 0.74 * lightness
        lab[..., 1:] *= 1.25
        return from_lab(lab)

    def _wobbled(self, washes: Single, paper: Single) -> Single:
        """Return the washes with borders as the paper's tooth and an unsteady hand make them."""
        canvas = self.canvas
        out = np.empty_like(washes)
        across, down = (self.marks_over(name, 11.0) for name in (_ACROSS, _DOWN))
        hand, bump = np.float32(canvas.pixels(2.0)), np.float32(canvas.pixels(0.7))

        def wobble(rows: slice) -> None:
            where = canvas.places(rows)
            where[..., 0] += hand * across[rows] + bump * paper[rows]
            where[..., 1] += hand * down[rows] - bump * paper[rows]
            out[rows] = remapped(washes, where)

        canvas.each_band(wobble)
        return out

    def _density(self, washes: Single, paper: Single) -> Single:
        """Return how much more pigment than usual lies at each place; below 0 is less."""
        canvas = self.canvas
        grey = washes.mean(axis=2)
        rim = (blurred(grey, canvas.pixels(4.5)) - grey).clip(0)
        edge = np.abs(grey - blurred(grey, canvas.pixels(1.8)))
        border = (6.0 * edge + 3.0 * rim).clip(0, 1.1)
        turbulent = 0.15 * self.marks_over(_CLOUDS, 80.0)
        turbulent += 0.10 * self.marks_over(_POOLS, 32.0)
        turbulent += 0.08 * self.marks_over(_FLOW, 11.0)
        out: Single = turbulent + 0.12 * paper + border
        return out

    def _underdrawing(self, grey: Single, directions: Directions, paper: Single) -> Single:
        """Return how much of a light pencil's lines is seen through the paint."""
        canvas = self.canvas
        response = line_response(grey, directions, canvas.pixels(1.3), canvas.pixels(14))
        lines = 1 - soft_threshold(response, -0.012, 0.03)
        out: Single = lines * (0.5 - 0.2 * paper).clip(0, 0.8)
        return out
