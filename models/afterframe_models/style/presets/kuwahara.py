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

from ..canvas import Canvas, blurred, remapped
from .along import Directions

Single = NDArray[np.float32]
Bytes = NDArray[np.uint8]

SECTORS = 8
SHARPNESS = 8
"""Exponent of the deviation; 8 as in the paper."""

_SPREAD, _REACH = 0.3, 0.66
"""Of a sector's Gaussian and of its distance from the middle, shares of the radius."""
_DEVIATIONS = 4.0
"""A deviation of 1 / 4 is as large as any counts: it fills eight bits."""
_CALM = 1 / 16
"""Deviations well below this one count alike: grain decides nothing."""
_HALVED = 6.0
"""Pixels of radius from which on a pass that another follows is made at half size."""


def areas(
    picture: Single,
    directions: Directions,
    canvas: Canvas,
    radii: tuple[float, ...],
    stretch: float = 1.0,
) -> Single:
    """Return ``picture`` painted in areas, larger ones first.

    Args:
        picture: (h, w, 3) float32 RGB in [0, 1].
        directions: of its shapes.
        canvas: of its size.
        radii: of the filter's passes, in lines of 1080. Each sharpens the borders that the one
            before has left.
        stretch: how much longer than wide the ellipse is at an edge; 0 is a circle.
    """
    tangent, anisotropy = directions.tangent, directions.anisotropy
    for index, lines in enumerate(radii):
        radius = canvas.pixels(lines)
        if index + 1 < len(radii) and radius >= _HALVED:
            half = Canvas(canvas.height // 2, canvas.width // 2)
            small: Any = cv2.resize(
                picture, (half.width, half.height), interpolation=cv2.INTER_AREA
            )
            rows, columns = slice(0, 2 * half.height, 2), slice(0, 2 * half.width, 2)
            painted = kuwahara(
                small, tangent[rows, columns], anisotropy[rows, columns], radius / 2, stretch
            )
            large: Any = cv2.resize(painted, (canvas.width, canvas.height))
            picture = np.asarray(large, np.float32)
        else:
            picture = kuwahara(picture, tangent, anisotropy, radius, stretch)
    return picture


def kuwahara(
    picture: Single, tangent: Single, anisotropy: Single, radius: float, stretch: float = 1.0
) -> Single:
    """Return ``picture`` in areas of ``radius`` pixels.

    Args:
        picture: (h, w, 3) float32 RGB in [0, 1].
        tangent: (h, w, 2) float32, unit vectors along its shapes.
        anisotropy: (h, w) float32, 0 to 1: how plain they are.
        radius: of the ellipse where nothing has a direction.
        stretch: how much the ellipse follows the direction.
    """
    moments, scale = _moments(picture, radius)
    canvas = Canvas(*picture.shape[:2])
    reach = np.float32(radius * _REACH)
    out = np.empty_like(picture)

    def paint(rows: slice) -> None:
        longer = 1 + np.float32(stretch) * anisotropy[rows]
        x, y = tangent[rows, :, 0], tangent[rows, :, 1]
        middle = (canvas.places(rows) + np.float32(0.5)) * scale - np.float32(0.5)
        far, near = reach * longer, reach / longer
        along = np.dstack((far * x, far * y)) * scale
        across = np.dstack((-near * y, near * x)) * scale
        out[rows] = _mixed(moments, middle, along, across)

    canvas.each_band(paint)
    return out


def _mixed(moments: Bytes, middle: Single, along: Single, across: Single) -> Single:
    """Return the mean of the sectors' colours, the calmer the weightier, for a band of places."""
    total = np.zeros((*middle.shape[:2], 4), np.float32)
    for sector in range(SECTORS):
        angle = 2 * np.pi * sector / SECTORS
        where: Any = cv2.scaleAdd(along, np.cos(angle), middle)
        where = cv2.scaleAdd(across, np.sin(angle), where)
        found = remapped(moments, where)
        counts: Any = cv2.LUT(cv2.extractChannel(found, 3), _WEIGHTS)
        found[..., 3] = 255  # so that the weights are added up beside the colours
        total += cv2.multiply(found, cv2.merge((counts,) * 4), dtype=cv2.CV_32F)
    weight = cv2.extractChannel(total, 3)
    colour: Any = cv2.divide(cv2.cvtColor(total, cv2.COLOR_RGBA2RGB), cv2.merge((weight,) * 3))
    return np.asarray(colour, np.float32)


def _weights() -> Single:
    """Return how much a sector counts, by its deviation in eight bits."""
    deviation = np.arange(256) / 255 / _DEVIATIONS
    return (1 / (1e-3 + (deviation / _CALM) ** SHARPNESS)).astype(np.float32)


_WEIGHTS = _weights()


def _moments(picture: Single, radius: float) -> tuple[Bytes, Single]:
    """Return mean colour and deviation of the sectors, 8 bits, and their scale (x, y)."""
    height, width = picture.shape[:2]
    spread = radius * _SPREAD
    shrink = max(1, int(spread / 1.5))  # a blurred picture loses nothing by fewer samples
    small: Any = picture
    squares: Any = cv2.multiply(picture, picture)
    if shrink > 1:
        size = (max(1, width // shrink), max(1, height // shrink))
        small = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        squares = cv2.resize(squares, size, interpolation=cv2.INTER_AREA)
    mean = blurred(small, spread / shrink)
    variance = (blurred(squares, spread / shrink) - mean * mean).clip(0).sum(2)
    packed = np.dstack((mean, np.sqrt(variance) * _DEVIATIONS))
    scale = np.array([small.shape[1] / width, small.shape[0] / height], np.float32)
    return np.rint(packed.clip(0, 1) * 255).astype(np.uint8), scale
