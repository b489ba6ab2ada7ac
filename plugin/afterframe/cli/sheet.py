"""A movie at one look."""

from __future__ import annotations

from pathlib import Path

from afterframe.core.timecode import timecode
from afterframe.media.display import to_rgb8
from afterframe.media.sheet import grid, labelled, png
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media

COLUMNS, ROWS = 4, 3
CELL_WIDTH = 480


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
            tiles.append(labelled(picture, timecode(pick, info.rate) if info.rate else str(pick)))
    sheet.write_bytes(png(grid(tiles, COLUMNS)))
