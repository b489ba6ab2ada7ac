"""Contact sheets: a movie at one look."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from afterframe.core.timecode import timecode
from afterframe.media.display import to_rgb8
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media

COLUMNS, ROWS = 4, 3
CELL_WIDTH = 480
GAP = 12
PAPER = (24, 24, 24)
INK = (210, 210, 210)


def write_contact_sheet(movie: Path, sheet: Path) -> None:
    """Write a PNG of twelve frames of the movie, first and last among them, with their times."""
    with open_media(Media("movie", str(movie))) as source:
        info = source.info
        height = round(CELL_WIDTH * info.height / info.width)
        cells = COLUMNS * ROWS
        picks = [round(n * (info.frames - 1) / (cells - 1)) for n in range(cells)]
        tiles = []
        for pick in picks:
            picture = to_rgb8(source.read(pick), (CELL_WIDTH, height))
            tiles.append(_labelled(picture, timecode(pick, info.rate) if info.rate else str(pick)))
    _save(_grid(tiles), sheet)


def _labelled(picture: np.ndarray, text: str) -> np.ndarray:
    strip = np.full((26, picture.shape[1], 3), PAPER, np.uint8)
    cv2.putText(strip, text, (2, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, INK, 1, cv2.LINE_AA)
    return np.vstack([picture, strip])


def _grid(tiles: list[np.ndarray]) -> np.ndarray:
    height, width = tiles[0].shape[:2]
    sheet = np.full(
        (ROWS * height + (ROWS + 1) * GAP, COLUMNS * width + (COLUMNS + 1) * GAP, 3),
        PAPER,
        np.uint8,
    )
    for index, tile in enumerate(tiles):
        row, column = divmod(index, COLUMNS)
        top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def _save(picture: np.ndarray, path: Path) -> None:
    done, data = cv2.imencode(".png", picture[..., ::-1])
    if not done:
        raise RuntimeError("the contact sheet could not be encoded")
    path.write_bytes(data.tobytes())
