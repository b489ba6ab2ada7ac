"""Contact sheets: pictures side by side, each with a line of text, on dark paper."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

GAP = 12
LINE = 26
"""Pixels of height for a line of text."""
PAPER = (24, 24, 24)
INK = (210, 210, 210)


def labelled(picture: Picture, text: str) -> Picture:
    """Return an RGB picture with a line of text (ASCII) beneath, cut to its width."""
    strip = np.full((LINE, picture.shape[1], 3), PAPER, np.uint8)
    cv2.putText(strip, text, (2, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    return np.vstack([picture, strip])


def grid(tiles: Sequence[Picture], columns: int) -> Picture:
    """Return tiles of one size in rows of ``columns``, with gaps; the last row may end early."""
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // columns)
    size = (rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3)
    sheet = np.full(size, PAPER, np.uint8)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def png(picture: Picture) -> bytes:
    """Return an RGB picture as PNG."""
    done, data = cv2.imencode(".png", picture[..., ::-1])
    if not done:
        raise RuntimeError("a contact sheet could not be encoded")
    return data.tobytes()
