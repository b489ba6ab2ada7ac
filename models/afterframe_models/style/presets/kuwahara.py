"""The anisotropic Kuwahara filter: every place takes the colour of its calmest neighbourhood.

Eight sectors of an ellipse, which lies along the tangent, are looked at; the smaller the deviation
inside a sector, the more its mean counts. Areas become flat, edges stay sharp and get the form of
brush marks.

Source: Kyprianidis, Kang, Doellner, Image and Video Abstraction by Anisotropic Kuwahara
Filtering, 2009; weights as in Papari et al. 2007. The sectors' weighting functions are Gaussians
in the middle of each sector: mean and deviation of all sectors are then two blurred pictures, read
at eight places (the 2011 polynomial weights serve the same end, cheap sectors).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .along import Directions
from .canvas import Canvas, blurred, remapped

Single = NDArray[np.float32]

SECTORS = 8
SHARPNESS = 8
"""Exponent of the deviation; 8 as in the paper."""

_SPREAD, _REACH = 0.3, 0.66
"""Of a sector's Gaussian and of its distance from the middle, shares of the radius."""
_DEVIATIONS = 4.0
"""A deviation of 1 / 4 is as large as any counts: it fills eight bits."""


def kuwahara(
    picture: Single, directions: Directions, radius: float, canvas: Canvas, stretch: float = 1.0
) -> Single:
    """Return ``picture`` (h, w, 3 float32 in [0, 1]) painted in areas of ``radius`` pixels.

    Args:
        picture: RGB.
        directions: of its shapes.
        radius: of the ellipse where nothing has a direction.
        canvas: of the picture's size.
        stretch: how much the ellipse follows the direction; 0 is a circle.
    """
    moments, scale = _moments(picture, radius)
    weights = (np.arange(256, dtype=np.float32) / 255 / _DEVIATIONS * 16) ** SHARPNESS
    weights = (1 / (1e-3 + weights)).astype(np.float32)
    out = np.empty_like(picture)

    def paint(rows: slice) -> None:
        tangent, anisotropy = directions.at(rows)
        longer = 1 + np.float32(stretch) * anisotropy
        along = tangent * (longer * np.float32(radius * _REACH))[..., None]
        across = tangent[..., ::-1] * np.array([-1, 1], np.float32)
        across = across * (np.float32(radius * _REACH) / longer)[..., None]
        middle = canvas.places(rows)
        total = np.zeros((*longer.shape, 3), np.float32)
        weight = np.zeros(longer.shape, np.float32)
        for sector in range(SECTORS):
            angle = 2 * np.pi * sector / SECTORS
            where = middle + along * np.float32(np.cos(angle)) + across * np.float32(np.sin(angle))
            found = remapped(moments, np.asarray((where + 0.5) * scale - 0.5, np.float32))
            counts: Any = cv2.LUT(found[..., 3], weights)
            total += found[..., :3] * counts[..., None]
            weight += counts
        out[rows] = total / (weight[..., None] * 255)

    canvas.each_band(paint)
    return out


def _moments(picture: Single, radius: float) -> tuple[NDArray[np.uint8], Single]:
    """Return mean colour and deviation of the sectors, 8 bits, and their scale (x, y)."""
    height, width = picture.shape[:2]
    spread = radius * _SPREAD
    shrink = max(1, int(spread / 1.5))  # a blurred picture loses nothing by fewer samples
    small: Any = picture
    squares: Any = picture * picture
    if shrink > 1:
        size = (max(1, width // shrink), max(1, height // shrink))
        small = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        squares = cv2.resize(squares, size, interpolation=cv2.INTER_AREA)
    mean = blurred(small, spread / shrink)
    variance = (blurred(squares, spread / shrink) - mean * mean).clip(0).sum(2)
    packed = np.dstack((mean, np.sqrt(variance) * np.float32(_DEVIATIONS)))
    scale = np.array([small.shape[1] / width, small.shape[0] / height], np.float32)
    return np.rint(packed.clip(0, 1) * 255).astype(np.uint8), scale
