"""Colour tables: any change of colours, computed once for a lattice and then looked up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]
Table = NDArray[np.float32]
"""(n, n, n, 3): what becomes of the colour (r, g, b) = index / (n - 1)."""

USUAL_NODES = 33
STRIP = 32
"""Rows looked up at a time: their places in the table stay in the cache."""


def build_table(change: Callable[[Single], Single], nodes: int = USUAL_NODES) -> Table:
    """Return the table of a change of colours.

    Args:
        change: from (m, 3) float32 RGB in [0, 1] to the same.
        nodes: n; between nodes colours are interpolated linearly.
    """
    each = np.linspace(0, 1, nodes, dtype=np.float32)
    lattice = np.stack(np.meshgrid(each, each, each, indexing="ij"), axis=-1)
    return np.asarray(change(lattice.reshape(-1, 3)).reshape(lattice.shape), np.float32)


def look_up(table: Table, picture: Single) -> Single:
    """Return a picture with its colours changed, trilinearly between the table's nodes.

    Args:
        table: (n, n, n, 3) float32, n from 2 to 128.
        picture: (h, w, 3) float32 RGB; values outside [0, 1] are taken for the nearest inside.
    """
    nodes = table.shape[0]
    # Red planes of (green, blue) stand under each other: OpenCV looks up along two axes, and the
    # third is a mix of two look-ups. Four channels it samples twice as fast as three.
    atlas: Any = cv2.cvtColor(table.reshape(nodes * nodes, nodes, 3), cv2.COLOR_RGB2RGBA)
    out = np.empty(picture.shape, np.float32)

    def strip(top: int) -> None:
        rows = slice(top, top + STRIP)
        red, green, blue = cv2.split(np.clip(picture[rows], 0, 1) * np.float32(nodes - 1))
        lower = np.minimum(np.floor(red), np.float32(nodes - 2))
        share = red - lower
        y = lower * np.float32(nodes) + green
        below = _from_atlas(atlas, blue, y)
        above = _from_atlas(atlas, blue, y + np.float32(nodes))
        mixed = cv2.blendLinear(below, above, 1 - share, share)
        cv2.cvtColor(mixed, cv2.COLOR_RGBA2RGB, dst=out[rows])

    with ThreadPoolExecutor(max(1, cv2.getNumThreads())) as pool:
        list(pool.map(strip, range(0, picture.shape[0], STRIP)))
    return out


def _from_atlas(atlas: Single, x: Any, y: Any) -> Single:
    return np.asarray(
        cv2.remap(atlas, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
