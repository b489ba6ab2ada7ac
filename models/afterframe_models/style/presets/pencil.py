"""Pencil: contours drawn more than once, tone by layers of hatching, the tooth of the paper.

Source: tone by layers of strokes: Winkenbach, Salesin, Computer-Generated Pen-and-Ink
Illustration, SIGGRAPH 1994; strokes as smeared noise: Mao, Nagasaka, Imamiya, Automatic
Generation of Pencil Drawing using LIC, 2001; graphite on paper: Sousa, Buchanan, Observational
Models of Graphite Pencil Materials, 2000; contours: Kang, Lee, Chui, TVCG 2009.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..canvas import FINE_ROWS, blurred, drawn_grey, remapped, smoothstep
from ..painter import Motion
from .along import Directions
from .exposure import Exposure
from .paper import tooth
from .preset import Preset
from .xdog import line_response, soft_threshold

Single = NDArray[np.float32]

PAPER = np.array([0.965, 0.960, 0.945], np.float32)
GRAPHITE = np.array([0.150, 0.150, 0.160], np.float32)

STROKE = 0.75
"""Half the width of a stroke of hatching, in lines of 1080."""

_ALONG, _WOBBLE_ACROSS, _WOBBLE_DOWN = 1, 2, 3


@dataclass(frozen=True)
class _Layer:
    """Strokes of one direction, laid where the picture is dark enough.

    ``begins`` and ``full``: the darkness at which the first stroke falls, and the last.
    """

    name: int
    turn: float
    begins: float
    full: float
    weight: float


_LAYERS = (
    _Layer(11, -0.95, 0.02, 0.85, 0.46),
    _Layer(12, -0.60, 0.40, 1.00, 0.40),
    _Layer(13, 0.55, 0.62, 1.10, 0.45),
)

KEY = 0.66
"""Lightness of the middle tone."""

SMUDGE = 0.26
"""Share of the tone that lies between the strokes, rubbed into the paper."""


class Pencil(Preset):
    field_width = 6.0
    field_rows = FINE_ROWS
    longest = 30.0
    hold = 0.9
    monochrome = True

    def prepare(self) -> None:
        self._exposure = Exposure(self.canvas, KEY)

    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        canvas = self.canvas
        grey = self._exposure.spread(drawn_grey(picture), new=motion is None)
        dark = (1 - blurred(grey, canvas.pixels(2.0))).clip(0, 1)
        density = self._hatched(dark, directions) + SMUDGE * dark**1.3
        density += self._contours(grey, directions)
        density *= 1 - 0.24 * tooth(self, 1.1)
        covered = 1 - np.exp(density.clip(0) * -1.5)
        out: Single = PAPER + covered[..., None] * (GRAPHITE - PAPER)
        return out

    def _hatched(self, dark: Single, directions: Directions) -> Single:
        """Return the graphite of the hatching: along the shapes first, then across the sheet."""
        shaped = smoothstep(directions.anisotropy, 0.35, 0.85) * 0.6
        density = shaped * _laid(dark, self.brushed_over(_ALONG, STROKE, directions, 30), 0.05, 0.9)
        for layer in _LAYERS:
            strokes = self.marks_over(layer.name, STROKE, 36.0, layer.turn)
            density += np.float32(layer.weight) * _laid(dark, strokes, layer.begins, layer.full)
        return density

    def _contours(self, grey: Single, directions: Directions) -> Single:
        """Return the graphite of the contours: one firm, one light that misses it a little."""
        canvas = self.canvas
        response = line_response(grey, directions, canvas.pixels(1.2), canvas.pixels(16))
        firm = 1 - soft_threshold(response, -0.007, 0.028)
        astray = np.float32(canvas.pixels(1.8))
        across, down = (self.marks_over(name, 45.0) for name in (_WOBBLE_ACROSS, _WOBBLE_DOWN))
        second = np.empty_like(firm)

        def wobble(rows: slice) -> None:
            where = canvas.places(rows)
            where[..., 0] += astray * (1 + across[rows])
            where[..., 1] += astray * (down[rows] - 1)
            second[rows] = remapped(firm, where)

        canvas.each_band(wobble)
        out: Single = 0.90 * firm + 0.28 * second
        return out


def _laid(dark: Single, strokes: Single, begins: float, full: float) -> Single:
    """Return the graphite of one layer: more strokes, and firmer, the darker it is."""
    share = ((dark - np.float32(begins)) * np.float32(1 / (full - begins))).clip(0, 1)
    lines = smoothstep(np.asarray(strokes + 2.0 * share, np.float32), -1.0, 2.2)
    return np.asarray(lines * (0.10 + 0.90 * share) * (share > 0), np.float32)
