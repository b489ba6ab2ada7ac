"""When each part of a picture changes from one take to another, so that nobody sees it.

Two takes of the same place are played side by side. A part may change at any of a few moments;
it is seen to change by how much the takes differ there at that moment, and the line between a part
that has changed and one that has not is seen by how much they differ along it meanwhile. The
moments with the least sum are found by belief propagation on a grid of cells.

Source: Kwatra et al., Graphcut Textures, SIGGRAPH 2003 (the cost of a seam in space and time);
Felzenszwalb and Huttenlocher, Efficient Belief Propagation for Early Vision, IJCV 2006 (min-sum
messages).
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]

CELL = 8
"""Samples of the small picture along a cell's side."""
ROUNDS = 24
BEST = 3
"""The moment that is taken where all are as good: before, the first take is surely right."""
HASTE, PATIENCE = 1.5, 0.25
"""Grey levels that each moment before, and after it, costs."""


def switch_times(differences: Single) -> Single:
    """Return the moment at which each sample changes, (h, w), 1 to the number of moments.

    Args:
        differences: (moments, h, w), how much both takes differ at each, in grey levels.
    """
    height, width = differences.shape[1:]
    size = (max(2, -(-width // CELL)), max(2, -(-height // CELL)))
    cells = np.stack([cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in differences])
    chosen = _least(cells).astype(np.float32) + 1
    times = cv2.resize(chosen, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(times, np.float32)


def _least(cells: Single) -> NDArray[np.intp]:
    """Return for each cell the moment of the least sum, (rows, columns), from 0."""
    moments = len(cells)
    late = np.arange(1 - BEST, moments + 1 - BEST, dtype=np.float32)
    unary = cells + np.maximum(PATIENCE * late, -HASTE * late)[:, None, None]
    seams = {way: _seams(cells, way) for way in _WAYS}
    messages = {way: np.zeros_like(unary) for way in _WAYS}
    for _ in range(ROUNDS):
        belief = _sum(unary, messages)
        messages = {way: _sent(belief - messages[_WAYS[way]], seams[way], way) for way in _WAYS}
    return np.asarray(_sum(unary, messages).argmin(axis=0))


_WAYS = {(0, 1): (0, -1), (0, -1): (0, 1), (1, 0): (-1, 0), (-1, 0): (1, 0)}
"""Where a message goes (down, right), and where the one against it goes."""


def _sum(unary: Single, messages: Mapping[tuple[int, int], Single]) -> Single:
    return np.asarray(unary + sum(messages.values()), np.float32)


def _seams(cells: Single, way: tuple[int, int]) -> Single:
    """Return what is seen of the line between a cell that changes at one moment and a neighbour
    that does at another: (moments, moments, rows, columns).
    """
    summed = np.cumsum(cells, axis=0, dtype=np.float32)
    sums = 0.5 * (summed + _moved(summed, way))
    return np.asarray(np.abs(sums[None] - sums[:, None]), np.float32)


def _sent(belief: Single, seams: Single, way: tuple[int, int]) -> Single:
    """Return what cells are told by the neighbour that a message comes from."""
    told: Single = (_moved(belief, way)[None] + seams).min(axis=1)
    told -= told.min(axis=0)
    down, right = way
    # Cells at the rim have no neighbour there.
    if down:
        told[:, 0 if down > 0 else -1] = 0
    else:
        told[:, :, 0 if right > 0 else -1] = 0
    return told


def _moved(values: Single, way: tuple[int, int]) -> Single:
    return np.roll(values, way, axis=(1, 2))
