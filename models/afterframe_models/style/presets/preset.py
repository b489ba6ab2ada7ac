"""What the presets have in common: one picture's way from the clip to the painted picture."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..canvas import GUIDE_ROWS, Canvas, Carry, luma
from ..light import Light
from ..painter import Motion, Painter
from ..steady import Steady
from .along import DirectionField, Directions
from .marks import Marks

Single = NDArray[np.float32]
Palette = Callable[[Single], Single]
"""(h, w, 3) display RGB in [0, 1] to the same in other colours."""


class Preset(Painter):
    """A style that needs no reference.

    Class attributes are the preset's own choices; sizes are lines of a picture of 1080 lines.
    Weights, thresholds and sizes of all presets were chosen by eye, on photos and clips of faces,
    houses, fur, sky, water and animation, whole and at 1:1.

    Attributes:
        field_width: sigma under which directions are gathered.
        field_rows: of the grid on which they are known.
        longest: reach of the longest smear along them.
        hold: share of the last picture that is kept where it still agrees.
        monochrome: a reference's colours are given to what was drawn, not to the picture.

    Args:
        canvas: what is painted on.
        seed: of the marks.
        palette: colours of a reference.
    """

    field_width = 8.0
    longest = 40.0
    field_rows = GUIDE_ROWS
    hold = 0.6
    monochrome = False

    def __init__(self, canvas: Canvas, seed: int, palette: Palette | None = None) -> None:
        self.canvas = canvas
        self.marks = Marks(canvas, seed)
        self._palette = palette
        grid = replace(canvas, guide_rows=self.field_rows)
        self._field = DirectionField(grid, self.field_width, self.longest)
        self._light = Light()
        self._steady = Steady(canvas, self.hold)
        self.prepare()

    def prepare(self) -> None:
        """Make what this preset keeps from picture to picture."""

    def paint(self, picture: Single, motion: Motion | None) -> Single:
        canvas = self.canvas
        if picture.shape[:2] != (canvas.height, canvas.width):
            expected = f"{canvas.height} by {canvas.width}"
            raise ValueError(f"pictures of {expected} samples, not {picture.shape[:2]}")
        self.marks.move(None if motion is None else Carry.of(motion, canvas))
        picture = self._light.steadied(picture, motion)
        if not self.monochrome:
            picture = self._in_palette(picture)
        directions = self._field.find(luma(picture), motion)
        painted = self.render(picture, directions, motion).clip(0, 1)
        if self.monochrome:
            painted = self._in_palette(painted)
        return self._steady.settle(painted, motion)

    @abstractmethod
    def render(self, picture: Single, directions: Directions, motion: Motion | None) -> Single:
        """Return the picture in this style: (h, w, 3) float32, about [0, 1], a new array.

        Args:
            picture: (h, w, 3) float32 RGB in [0, 1], in the colours to paint with.
            directions: of its shapes.
            motion: from the picture before; the marks have gone along.
        """

    def marks_over(self, name: int, size: float, stretch: float = 1.0, turn: float = 0.0) -> Single:
        """Return (h, w) noise over the whole picture; ``size`` in lines of 1080."""
        # Blots finer than pixels would only alias.
        blots = max(0.6, self.canvas.pixels(size))
        if blots >= 2 * self.canvas.step:
            return self.canvas.enlarged(self.marks.coarse_noise(name, blots, stretch, turn))
        out = np.empty((self.canvas.height, self.canvas.width), np.float32)

        def read(rows: slice) -> None:
            out[rows] = self.marks.noise(name, blots, rows, stretch, turn)

        self.canvas.each_band(read)
        return out

    def brushed_over(self, name: int, size: float, directions: Directions, reach: float) -> Single:
        """Return noise as :meth:`marks_over`, drawn out along the shapes by ``reach`` lines."""
        drawn = directions.smeared(self.marks_over(name, size), self.canvas.pixels(reach))
        out: Single = drawn / (drawn.std() + np.float32(1e-6))
        return out

    def _in_palette(self, picture: Single) -> Single:
        if self._palette is None:
            return picture
        return np.asarray(self._palette(picture), np.float32).clip(0, 1)
