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

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas, Carry

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

    def move(self, carry: Carry | None) -> None:
        """Go on to the next picture; None: what is seen is new."""
        if carry is None:
            self._age = 0
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
        if self._age % (PERIOD // 2) == 0:
            flat = self._age // (PERIOD // 2) % 2
            self._travel[flat] = np.broadcast_to(self._settled, self._travel[flat].shape).astype(
                np.float32
            )

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
        sheet = noise_sheet(self._seed, name)
        scale = 1 / size
        cosine, sine = np.cos(turn), np.sin(turn)
        to_sheet = np.array(
            [[cosine * scale / stretch, sine * scale / stretch], [-sine * scale, cosine * scale]],
            np.float32,
        )
        share = self._share()
        places = self._canvas.places(rows)
        travel = [self._canvas.enlarged(each, rows) for each in self._travel]
        first = _read(sheet, places + travel[0], to_sheet)
        if self._age == 0:
            return first
        second = _read(sheet, places + travel[1], to_sheet)
        apart: Any = cv2.transform(travel[1] - travel[0], to_sheet)
        likeness = np.exp(-(apart[..., 0] ** 2 + apart[..., 1] ** 2) * 2.0)
        contrast = np.sqrt(share**2 + (1 - share) ** 2 + 2 * share * (1 - share) * likeness)
        mixed: Single = (share * first + (1 - share) * second) / contrast
        return mixed

    def _share(self) -> float:
        """Return how much of the first sheet is seen: none at the moment it is laid flat."""
        phase = self._age % PERIOD / PERIOD
        return abs(1 - 2 * phase)


@lru_cache(maxsize=24)
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


def _read(sheet: Single, where: Single, to_sheet: Single) -> Single:
    there: Any = cv2.transform(where, to_sheet)
    out: Any = cv2.remap(sheet, there, _UNSET, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.asarray(out, np.float32)
