"""Noise that belongs to the matter: what strokes, hatching and grain are drawn from.

Not the noise is moved from picture to picture - it would blur, or move by whole pixels - but the
places where it is read. Each pixel knows by how much its matter has travelled; there the noise of
an endless sheet is read. Matter that stretches would stretch its marks, so two sheets take turns:
while one is seen, the other is laid flat again. Where nothing moves both say the same, and nothing
changes. What is blended is brought back to the contrast of one, by how far the two are apart.

Source: Max, Becker, Flow Visualization Using Moving Textures, 1995; Neyret, Advected Textures,
SCA 2003; on marks of painters: Bousseau et al., Video Watercolorization using Bidirectional
Texture Advection, SIGGRAPH 2007.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..canvas import Canvas, Carry

Single = NDArray[np.float32]

PERIOD = 48
"""Pictures after which a sheet is laid flat again."""

SHEET = 1024
"""Samples of a sheet of noise each way; it repeats without a seam."""

_LOST = 0.35
_UNSET: Any = None


class Marks:
    """Noise of several grains that travels with the pictures' matter.

    Args:
        canvas: what is painted on.
        seed: another seed, other marks.
    """

    def __init__(self, canvas: Canvas, seed: int) -> None:
        rows, columns = canvas.coarse
        self._canvas = canvas
        self._seed = seed
        self._travel = [np.zeros((rows, columns, 2), np.float32) for _ in range(2)]
        self._settled: Single = np.zeros(2, np.float32)
        self._age = 0
        self._apart = False

    def move(self, carry: Carry | None) -> None:
        """Go on to the next picture; None: what is seen is new."""
        if carry is None:
            self._age, self._apart = 0, False
            self._settled = np.zeros(2, np.float32)
            self._travel = [np.zeros_like(sheet) for sheet in self._travel]
            return
        self._age += 1
        seen = carry.trust > _LOST
        if seen.any():  # the camera's share, which matter without a past takes on
            self._settled = self._settled + np.median(carry.back[seen], axis=0).astype(np.float32)
        lost = ~seen[..., None]
        for index in range(2):
            travelled = carry.bring(self._travel[index]) + carry.back
            self._travel[index] = np.where(lost, self._settled, travelled)
        turns, into = divmod(self._age, PERIOD // 2)
        if into == 0:  # one of the sheets cannot be seen now
            unseen = (turns + 1) % 2
            self._travel[unseen] = np.zeros_like(self._travel[unseen]) + self._settled
            self._apart = True

    def noise(
        self, name: int, size: float, rows: slice, stretch: float = 1.0, turn: float = 0.0
    ) -> Single:
        """Return noise of mean 0 and deviation 1 for every pixel of ``rows``.

        Args:
            name: noises of other names have nothing in common.
            size: of the blots, the sigma of the Gaussian that white noise was under, in pixels.
            rows: of the picture.
            stretch: how much longer than wide the blots are.
            turn: of their long side from the horizontal, clockwise, in radians.
        """
        columns = np.arange(self._canvas.width, dtype=np.float32)
        lines = np.arange(rows.start, rows.stop, dtype=np.float32)
        to_sheet = _to_sheet(size, stretch, turn)
        return self._read(name, columns, lines, to_sheet, partial(self._canvas.enlarged, rows=rows))

    def coarse_noise(
        self, name: int, size: float, stretch: float = 1.0, turn: float = 0.0
    ) -> Single:
        """Return the same noise for every sample of the working grid."""
        step = self._canvas.step
        down, across = (
            np.arange(count, dtype=np.float32) * step + (step - 1) / 2
            for count in self._canvas.coarse
        )
        return self._read(name, across, down, _to_sheet(size, stretch, turn), np.asarray)

    def _read(
        self,
        name: int,
        columns: Single,
        lines: Single,
        to_sheet: Single,
        enlarged: Callable[[Single], Single],
    ) -> Single:
        """Return the noise at places; ``enlarged`` brings values of the working grid there."""
        sheet = noise_sheet(self._seed, name)
        start = columns[:, None] * to_sheet[:, 0] + (lines[:, None] * to_sheet[:, 1])[:, None]
        travel: list[Any] = [cv2.transform(each, to_sheet) for each in self._travel]
        first = _looked_up(sheet, start + enlarged(travel[0]))
        if not self._apart:
            return first
        second = _looked_up(sheet, start + enlarged(travel[1]))
        share = abs(1 - 2 * (self._age % PERIOD) / PERIOD)
        # The mean of two noises has less contrast than each, unless they are the same one; noise
        # under a Gaussian of 1 is like itself at the distance d by exp(-d * d / 4).
        unlike = 1 - np.exp(np.square(travel[0] - travel[1]).sum(2) * -0.25)
        contrast = 1 / np.sqrt(1 - 2 * share * (1 - share) * unlike)
        mixed: Any = cv2.addWeighted(first, share, second, 1 - share, 0)
        return np.asarray(mixed * enlarged(contrast.astype(np.float32)), np.float32)


def _to_sheet(size: float, stretch: float, turn: float) -> Single:
    """Return the matrix from pixels to a sheet's samples."""
    cosine, sine = np.cos(turn) / size, np.sin(turn) / size
    return np.array([[cosine / stretch, sine / stretch], [-sine, cosine]], np.float32)


@lru_cache(maxsize=16)
def noise_sheet(seed: int, name: int) -> Single:
    """Return (SHEET, SHEET) float32 noise, mean 0, deviation 1, that tiles; not writable."""
    random = np.random.default_rng((seed, name))
    white = random.standard_normal((SHEET, SHEET)).astype(np.float32)
    wrapped = np.pad(white, 8, mode="wrap")
    # One sample is one sigma: between samples the noise is smooth, and shows no lattice.
    soft: Any = cv2.GaussianBlur(wrapped, (0, 0), 1.0)[8:-8, 8:-8]
    sheet = np.asarray((soft - soft.mean()) / soft.std(), np.float32)
    sheet.flags.writeable = False
    return sheet


def _looked_up(sheet: Single, where: Single) -> Single:
    out: Any = cv2.remap(sheet, where, _UNSET, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(out, np.float32)
