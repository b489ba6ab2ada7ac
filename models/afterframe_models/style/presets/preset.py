"""What the presets have in common: one picture's way from the clip to the painted picture."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..painter import Motion, Painter
from .along import DirectionField, Directions
from .canvas import GUIDE_ROWS, Canvas, Carry, luma
from .marks import Marks
from .steady import Steady

Single = NDArray[np.float32]
Palette = Callable[[Single], Single]
"""(h, w, 3) display RGB in [0, 1] to the same in other colours."""


class Preset(Painter):
    """A style that needs no reference.

    Class attributes are the preset's own choices; sizes are lines of a picture of 1080 lines.

    Args:
        canvas: what is painted on.
        seed: of the marks.
        palette: colours of a reference, given to each picture before it is painted.
    """

    field_width = 8.0
    longest = 40.0
    field_rows = GUIDE_ROWS
    hold = 0.6

    def __init__(self, canvas: Canvas, seed: int, palette: Palette | None = None) -> None:
        self.canvas = canvas
        self.marks = Marks(canvas, seed)
        self._palette = palette
        grid = replace(canvas, guide_rows=self.field_rows)
        self._field = DirectionField(grid, self.field_width, self.longest)
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
        if self._palette is not None:
            picture = self._palette(picture).astype(np.float32, copy=False)
        directions = self._field.find(luma(picture), motion)
        painted = self.render(picture, directions, motion)
        return self._steady.settle(painted.clip(0, 1), motion)

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
