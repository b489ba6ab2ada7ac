"""Painting a clip in even areas with contours: wood-cuts, posters, cut paper.

Every place votes for an ink of the style's palette; votes are pooled with their neighbours' and
with the past's, so that areas get round, lasting shapes. Votes are soft numbers: brought to the
picture's size and only then decided, they give edges as sharp as the picture can show, at any
size. Contours are differences of Gaussians smoothed along the content's lines.

Sources: Winnemoeller, Olsen, Gooch, Real-Time Video Abstraction, 2006 (soft quantisation); Kang,
Lee, Chui, Flow-Based Image Abstraction, 2009 (lines).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced
from afterframe.imaging.lines import Streamlines
from afterframe.imaging.tensor import structure_tensor, tangents

from .analysis import Manner, lab_of, rgb_of
from .brushwork import studied
from .field import reduced_motion
from .light import Light
from .painter import Motion, Painter
from .references import Toned

Single = NDArray[np.float32]

MEMORY = 0.7
"""Share of the past in what trusted matter votes for."""
LIGHT_CHANGE = 5.0
"""ΔE by which a whole neighbourhood has changed when the past counts for a third."""
SOFTNESS = 7.0
"""ΔE over which places are undecided between two inks."""
FAINT = 5.0
"""ΔE below which detail is smoothed away more and more."""
ROUNDNESS = 0.0045
"""Radius of shapes, in heights, at brush 1."""
SHADING = 0.12
"""Share of the content's own shading within an area, as a printer wipes his block."""
EDGE_PIXELS = 1.2
"""Over so many pixels an area passes into the next."""
LINE = 0.0016
"""Sigma of contours in heights, where the style says nothing else."""
TAU = 0.97
BAND = 256

_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


class AreaPainter(Painter):
    """Prints areas of ink and draws their contours.

    Args:
        manner: of the style.
        toned: gives pictures its colours.
        brush: size of shapes and lines, 1: as the manner has them.
    """

    def __init__(self, manner: Manner, toned: Toned, *, brush: float = 1.0) -> None:
        self._manner, self._toned = manner, toned
        self._round = ROUNDNESS * brush
        self._line = float(np.clip(0.3 * manner.contour_width, 0.6 * LINE, 1.4 * LINE)) * brush
        self._light = Light()
        self._past: tuple[Single, Single] | None = None

    def paint(self, picture: Single, motion: Motion | None) -> Single:
        """Return the painted picture; see ``painter.Painter``."""
        size = picture.shape[1], picture.shape[0]
        rgb = self._toned(self._light.steadied(studied(picture), motion))
        lab, votes = self._followed(self._calmed(lab_of(rgb)), motion)
        self._past = lab, votes
        lines = self._contours(lab)
        soft = rgb_of(_blurred(lab, 3 * self._round * lab.shape[0]))
        return self._printed(votes, lines, soft, size)

    def _calmed(self, lab: Single) -> Single:
        """Return the picture without what is faint and fine: noise would fray an area's edge."""
        soft = _blurred(lab, 2 * self._round * lab.shape[0])
        apart = _blurred(lab, 0.6 * self._round * lab.shape[0]) - soft
        kept = np.clip(np.sqrt(np.square(apart).sum(2)) / FAINT, 0, 1)
        return np.asarray(soft + kept[..., None] * (lab - soft), np.float32)

    def _followed(self, lab: Single, motion: Motion | None) -> tuple[Single, Single]:
        """Return the calmed picture and its votes, (h, w, inks)."""
        height, width = lab.shape[:2]
        keep: Single | None = None
        if motion is not None and self._past is not None:
            back, trust = reduced_motion(motion, (width, height))
            before = displaced(self._past[0], back)
            change = _blurred(before - lab, 0.02 * height)
            keep = MEMORY * trust * np.exp(-np.square(change / LIGHT_CHANGE).sum(2))
            lab = lab + keep[..., None] * (before - lab)
        votes = self._votes(lab)
        if keep is not None and self._past is not None:
            past = self._past[1]
            for first in range(0, votes.shape[2], 4):
                part = np.s_[..., first : first + 4]
                before = displaced(np.ascontiguousarray(past[part]), back)
                votes[part] += keep[..., None] * (before.reshape(votes[part].shape) - votes[part])
        return lab, votes

    def _votes(self, lab: Single) -> Single:
        """Return for which inks a place and its neighbours are."""
        inks = self._manner.inks
        apart = (inks**2).sum(1)[None] - 2 * lab.reshape(-1, 3) @ inks.T
        apart -= apart.min(1, keepdims=True)
        votes = np.exp(apart * np.float32(-0.5 / SOFTNESS**2))
        votes /= votes.sum(1, keepdims=True)
        votes = votes.reshape(*lab.shape[:2], len(inks))
        sigma = self._round * lab.shape[0]
        for ink in range(len(inks)):
            votes[..., ink] = _blurred(np.ascontiguousarray(votes[..., ink]), sigma)
        return np.asarray(votes, np.float32)

    def _contours(self, lab: Single) -> Single:
        """Return how surely a contour runs through each place: above 0 it does, (h, w)."""
        height, width = lab.shape[:2]
        sigma = max(0.7, self._line * height)
        light = np.ascontiguousarray(lab[..., 0])
        inner, outer = _blurred(light, sigma), _blurred(light, 1.6 * sigma)
        dark = np.float32(TAU) * outer - inner + np.float32((1 - TAU) * 50 - 1.0)
        along, _plain = tangents(structure_tensor(lab * np.float32(0.01), 3 * sigma, 2))
        reach = 8 * sigma
        lines = Streamlines(along, 2, (width, height), reach)
        return np.asarray(lines.integral(dark, reach), np.float32)

    def _printed(self, votes: Single, lines: Single, soft: Single, size: tuple[int, int]) -> Single:
        """Decide the votes and draw the lines at the picture's own size, band by band."""
        width, height = size
        by = height / votes.shape[0]
        inks = rgb_of(self._manner.inks)
        ink = rgb_of(self._manner.contour_colour[None])[0]
        sharp = np.float32(8.0 * self._round * height / EDGE_PIXELS)
        strength = float(np.clip(self._manner.contour / 20, 0, 1))
        out = np.empty((height, width, 3), np.float32)
        for top in range(0, height, BAND):
            rows = slice(top, min(height, top + BAND))
            where = _band_map(width, rows, by, votes.shape[1] / width)

            def at(values: Single, where: tuple[Single, Single] = where) -> Single:
                found: Any = cv2.remap(
                    values, *where, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
                )
                return np.asarray(found, np.float32)

            pooled = np.concatenate(
                [
                    at(np.ascontiguousarray(votes[..., k : k + 4])).reshape(*where[0].shape, -1)
                    for k in range(0, votes.shape[2], 4)
                ],
                2,
            )
            pooled -= pooled.max(2, keepdims=True)
            shares = np.exp(pooled * sharp)
            shares /= shares.sum(2, keepdims=True)
            band = shares @ inks
            band += np.float32(SHADING) * (at(soft) - band)
            line = np.clip(at(lines) * np.float32(0.8) + np.float32(0.5), 0, 1) * strength
            band += line[..., None] * (ink - band)
            out[rows] = band
        return np.clip(out, 0, 1)


def _band_map(width: int, rows: slice, by: float, across: float) -> tuple[Single, Single]:
    """Return where the pixels of a band lie in the study."""
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5)) * np.float32(across) - 0.5
    y = (np.arange(rows.start, rows.stop, dtype=np.float32) + np.float32(0.5)) / np.float32(by)
    grid = np.meshgrid(x, y - np.float32(0.5))
    return np.asarray(grid[0], np.float32), np.asarray(grid[1], np.float32)


def _blurred(picture: Single, sigma: float) -> Single:
    out: Any = cv2.GaussianBlur(picture, (0, 0), max(0.3, sigma))
    return np.asarray(out, np.float32)
