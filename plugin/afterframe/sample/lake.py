"""The lake: it mirrors what stands above it, broken by ripples."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from afterframe.sample.canvas import WATER_LINE, Canvas, Plane, blend, linear, sample, step
from afterframe.sample.noise import fractal

TILE = 1200  # pixels of ripple noise, which is mirrored at its edges
CENTRE = TILE / 2


@dataclass(frozen=True)
class Lake:
    """The water's rows: where they read the ripples and the picture above."""

    first_row: int
    column: Plane
    row: Plane
    ripple_x: Plane
    ripple_y: Plane
    below: Plane
    ripples: tuple[Plane, Plane]
    wind: Plane
    path: Plane
    mirror: Plane
    depths: Plane


def lay_lake(canvas: Canvas) -> Lake:
    """All of the lake that does not move."""
    first = round(WATER_LINE * canvas.height)
    row, column = np.mgrid[first : canvas.height, 0 : canvas.width].astype(np.float32)
    x = (column + 0.5) / canvas.height
    below = (row + 0.5) / canvas.height - WATER_LINE + 0.004
    deep = blend(linear("#2c3a63"), linear("#0d1a38"), step(0.02, 0.3, below)[..., None])
    mirrored = (0.92 - 0.42 * step(0, 0.36, below))[..., None]
    return Lake(
        first_row=first,
        column=column,
        row=row,
        # Ripples seem finer towards the far shore: in perspective, but never finer than pixels.
        ripple_x=(x - canvas.aspect / 2) / (below + 0.05) * 40,
        ripple_y=650 * np.log(below + 0.03),
        below=below,
        ripples=(
            fractal((TILE, TILE), (26, 60), 5, 101, 0.6),
            fractal((TILE, TILE), (20, 46), 5, 102, 0.6),
        ),
        wind=fractal((TILE, TILE), (160, 260), 4, 103),
        path=np.exp(-(((x - canvas.sun[0]) / (0.05 + 0.38 * below)) ** 2)),
        mirror=mirrored * np.array([0.93, 0.96, 1.0], np.float32),
        depths=deep * (1 - mirrored),
    )


def paint_lake(canvas: Canvas, lake: Lake, above: Plane, seconds: float) -> Plane:
    """The rows of water at this time, under the picture `above` of at least all rows over them."""
    second = _read(lake.ripples[1], lake, -7 * seconds, -6 * seconds)
    ripple = _read(lake.ripples[0], lake, 6 * seconds, -9 * seconds) + second
    wind = step(-0.7, 0.8, _read(lake.wind, lake, 4 * seconds, 2 * seconds))
    calm = (0.25 + 0.75 * wind) * np.clip(lake.below / 0.03, 0.12, 1)
    unit = canvas.height
    source_y = (WATER_LINE - lake.below * 0.97 - ripple * calm * (0.004 + 0.05 * lake.below)) * unit
    source_x = lake.column + second * calm * 0.006 * unit
    source_y = np.clip(source_y, 0, lake.first_row - 1)
    water = sample(above, source_x, source_y, cv2.BORDER_REFLECT) * lake.mirror + lake.depths
    spark = step(0.55, 1.5, ripple * 0.8 + 0.25 * wind) * step(0, 0.02, lake.below)
    shine = lake.path * (0.10 + 2.2 * spark * np.exp(-6.0 * lake.below))
    return np.asarray(water + linear("#ffc27a") * shine[..., None], np.float32)


def _read(noise: Plane, lake: Lake, across: float, towards: float) -> Plane:
    x, y = lake.ripple_x + (CENTRE + across), lake.ripple_y + (CENTRE + towards)
    return sample(noise, _folded(x), _folded(y))


def _folded(position: Plane) -> Plane:
    """Back and forth within the tile, so that no edge shows."""
    last = TILE - 1
    return np.abs((position + last) % (2 * last) - last).astype(np.float32)
