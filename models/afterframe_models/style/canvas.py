"""What is painted on: sizes as shares of the picture, the working grid, rows in bands."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .painter import Motion

Single = NDArray[np.float32]

GUIDE_ROWS = 270
"""Rows of the working grid: travel of marks and all else that is smooth."""

FINE_ROWS = 540
"""Rows of the grid for the directions of lines: mouths and eyes have small curves."""

_DRAFT_SHARE = 0.67
"""Of the rows, in a draft: the same lines, a little rounder."""

_BAND_ROWS = 128
_THREADS = 2
_UNSET: Any = None


@dataclass(frozen=True)
class Canvas:
    """The size of the pictures, and of what is drawn on them.

    Attributes:
        height: of the pictures, in pixels.
        width: likewise.
        brush: how large the marks are; 1 is a style's own.
        draft: whether the working grid may be coarser.
        guide_rows: about how many rows the working grid has.
    """

    height: int
    width: int
    brush: float = 1.0
    draft: bool = False
    guide_rows: int = GUIDE_ROWS

    @property
    def step(self) -> int:
        """Pixels between the samples of the working grid."""
        times = self.height / (self.guide_rows * (_DRAFT_SHARE if self.draft else 1))
        return 1 if times < 1.5 else 2 * round(times / 2)  # streamlines want 1 or an even number

    @property
    def coarse(self) -> tuple[int, int]:
        """(rows, columns) of the working grid."""
        return -(-self.height // self.step), -(-self.width // self.step)

    def pixels(self, lines: float) -> float:
        """Return in pixels a size that is given in lines of a picture of 1080 lines."""
        return lines * self.height / 1080 * self.brush

    def reduced(self, picture: Single) -> Single:
        """Return a picture, or a flow still in full pixels, on the working grid."""
        rows, columns = self.coarse
        if self.step == 1:
            return picture
        down, right = rows * self.step - self.height, columns * self.step - self.width
        padded: Any = cv2.copyMakeBorder(picture, 0, down, 0, right, cv2.BORDER_REPLICATE)
        out: Any = cv2.resize(padded, (columns, rows), interpolation=cv2.INTER_AREA)
        return np.asarray(out, np.float32)

    def enlarged(self, coarse: Single, rows: slice | None = None) -> Single:
        """Return values of the working grid at every pixel of ``rows``, linear between them."""
        rows = rows or slice(0, self.height)
        if self.step == 1:
            return coarse[rows]
        share = 1 / self.step
        first = (rows.start + 0.5) * share - 0.5
        to_grid = np.array([[share, 0, share / 2 - 0.5], [0, share, first]])
        size = (self.width, rows.stop - rows.start)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        out: Any = cv2.warpAffine(
            coarse, to_grid, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(out, np.float32)

    def softened(self, picture: Single, sigma: float) -> Single:
        """Return ``picture`` under a wide Gaussian of ``sigma`` pixels, on the working grid."""
        if sigma < 2 * self.step:
            return blurred(picture, sigma)
        return self.enlarged(blurred(self.reduced(picture), sigma / self.step))

    def places(self, rows: slice) -> Single:
        """Return the (x, y) of every pixel of ``rows``; the caller's own."""
        out = np.empty((rows.stop - rows.start, self.width, 2), np.float32)
        out[..., 0] = np.arange(self.width, dtype=np.float32)
        out[..., 1] = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        return out

    def each_band(self, paint: Callable[[slice], None]) -> None:
        """Call ``paint`` for the rows of every band, two at a time.

        Bands keep what is made on the way in the cache and small at 4K. ``paint`` may read every
        row of what was whole before; it writes its own rows only.
        """
        bands = [
            slice(top, min(top + _BAND_ROWS, self.height))
            for top in range(0, self.height, _BAND_ROWS)
        ]
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(paint, bands):
                pass


@dataclass(frozen=True)
class Carry:
    """A :class:`Motion` on the working grid.

    Attributes:
        back: (rows, columns, 2) float32, in full pixels.
        trust: (rows, columns) float32.
        source: (rows, columns, 2) float32: where on the working grid each sample's matter was.
    """

    back: Single
    trust: Single
    source: Single

    @classmethod
    def of(cls, motion: Motion, canvas: Canvas) -> Carry:
        back = canvas.reduced(motion.back)
        rows, columns = back.shape[:2]
        grid = Canvas(rows, columns).places(slice(0, rows))
        return cls(back, canvas.reduced(motion.trust), grid + back * np.float32(1 / canvas.step))

    def bring(self, coarse: Single) -> Single:
        """Return what stood on the working grid, moved with the matter."""
        return np.asarray(remapped(coarse, self.source), np.float32)


def remapped(picture: Any, where: Single, flag: int = cv2.INTER_LINEAR) -> Any:
    """Return ``picture`` sampled at ``where``, (x, y) in its own samples, edges continued."""
    out = cv2.remap(picture, where, _UNSET, flag, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out)


def blurred(picture: Single, sigma: float) -> Single:
    """Return ``picture`` under a Gaussian of ``sigma`` samples."""
    out: Any = cv2.GaussianBlur(picture, (0, 0), max(sigma, 0.3), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32)


def luma(picture: Single) -> Single:
    """Return the luma (BT.709) of display-referred RGB."""
    return _mixed(picture, (0.2126, 0.7152, 0.0722))


def drawn_grey(picture: Single) -> Single:
    """Return the greys that one draws in, which are those of old film that is nearly blind to red.

    Lips stand out from skin and red flowers from leaves, and skies are light.
    """
    return _mixed(picture, (0.12, 0.63, 0.25))


def smoothstep(values: Single, low: float, high: float) -> Single:
    """Return 0 below ``low``, 1 above ``high``, a cubic between."""
    t = np.clip((values - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    out: Single = t * t * (3 - 2 * t)
    return out


def _mixed(picture: Single, weights: tuple[float, float, float]) -> Single:
    out: Any = cv2.transform(picture, np.array([weights], np.float32))
    return np.asarray(out, np.float32).reshape(picture.shape[:2])
