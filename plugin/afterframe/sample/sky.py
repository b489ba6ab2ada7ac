"""The sky at dusk and the sheets of cloud that drift over it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from afterframe.sample.canvas import Canvas, Plane, blend, blur, linear, sample, step
from afterframe.sample.noise import fractal

# From above the frame down to the haze over the hills.
GRADIENT = (
    (-0.10, "#14264a"),
    (0.08, "#274270"),
    (0.22, "#55648f"),
    (0.33, "#94809b"),
    (0.41, "#cf9690"),
    (0.48, "#eeb083"),
    (0.58, "#fbcf9a"),
)
SUN_RADIUS = 0.022
VANISHING_LINE = 0.58  # where the clouds thin out to nothing
MARGIN = 0.5  # how much of a frame a sheet reaches over each side of it, for drifting


@dataclass(frozen=True)
class Clouds:
    """A sheet of cloud, premultiplied, wider than the frame, and its drift in heights a second."""

    picture: Plane
    drift: float

    def at(self, canvas: Canvas, seconds: float) -> Plane:
        """The part before the frame at this time: the upper rows, 4 channels."""
        rows = self.picture.shape[0]
        left = (MARGIN * canvas.aspect + self.drift * seconds) * canvas.height
        shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, 0.0]])
        moved = cv2.warpAffine(self.picture, shift, (canvas.width, rows), flags=cv2.INTER_LINEAR)
        return np.asarray(moved, np.float32)


def paint_sky(canvas: Canvas) -> Plane:
    """The gradient, warmer and higher about the sun, and the sun."""
    lift = 0.07 * np.exp(-(((canvas.x - canvas.sun[0]) / 0.5) ** 2)) - 0.06
    heights = [height for height, _ in GRADIENT]
    colours = np.stack([linear(code) for _, code in GRADIENT])
    bands = [np.interp(canvas.y + lift, heights, colours[:, channel]) for channel in range(3)]
    sky = np.stack(bands, axis=-1)
    away = canvas.sun_distance[..., None]
    sky += linear("#ffb870") * 0.80 * np.exp(-((away / 0.13) ** 1.1))
    sky += linear("#ff9a58") * 0.22 * np.exp(-((away / 0.42) ** 1.3))
    radius = np.hypot(canvas.x - canvas.sun[0], canvas.y - canvas.sun[1])
    disc = 1 - step(SUN_RADIUS - 1 / canvas.height, SUN_RADIUS + 1 / canvas.height, radius)
    return np.asarray(sky + linear("#ffe6b0") * 7 * disc[..., None], np.float32)


def paint_clouds(canvas: Canvas) -> tuple[Clouds, ...]:
    """A thin high sheet and a heavier lower one, the farther first."""
    high = _density(canvas, key=31, cover=-0.05, cell=0.10, stretch=7.0, softness=1.3)
    low = _density(canvas, key=21, cover=0.18, cell=0.17, stretch=4.0, softness=1.1)
    return (
        Clouds(_lit(canvas, high, 0.50), drift=0.0035),
        Clouds(_lit(canvas, low, 0.92), drift=0.0090),
    )


def _density(
    canvas: Canvas, key: int, cover: float, cell: float, stretch: float, softness: float
) -> Plane:
    """Density 0..1 of a flat sheet in perspective: finer and thinner towards the horizon."""
    unit = canvas.height
    size = (3 * canvas.width, 2 * unit)
    streaks = fractal(size, (cell * unit * stretch, cell * unit), 7, key, 0.55)
    swirl = fractal(size, (cell * unit * 2, cell * unit), 4, key + 1)
    rows = int(VANISHING_LINE * unit)
    wide = int(canvas.width * (1 + 2 * MARGIN))
    down, across = np.mgrid[0:rows, 0:wide].astype(np.float32)
    elevation = np.maximum(VANISHING_LINE - down / unit, 0.01)
    depth = 1 / (elevation + 0.22)  # 1.2 at the upper edge, 4.3 at the vanishing line
    x = (across - wide / 2) * (0.45 + 0.18 * depth) + size[0] / 2
    y = (depth - 1.1) * 0.55 * unit
    turn = sample(swirl, x, y, cv2.BORDER_REFLECT) * unit
    density = sample(streaks, x + 0.05 * turn, y + 0.018 * turn, cv2.BORDER_REFLECT)
    return step(cover, cover + softness, density) * step(0, 0.10, elevation - 0.01)


def _lit(canvas: Canvas, density: Plane, strength: float) -> Plane:
    """Colour the sheet: its sides towards the low sun glow, the others keep the sky's blue."""
    rows, wide = density.shape
    unit = canvas.height
    down, across = np.mgrid[0:rows, 0:wide].astype(np.float32)
    x = across / unit - MARGIN * canvas.aspect
    y = down / unit
    to_x, to_y = canvas.sun[0] - x, canvas.sun[1] - y
    reach = 0.022 * unit / (np.hypot(to_x, to_y) + 1e-3)
    soft = blur(density, 0.02 * unit)
    towards = sample(soft, across + to_x * reach, down + to_y * reach)
    light = 0.5 + 2.2 * (density * 0.6 + soft * 0.4 - towards)
    light = (np.clip(light, 0, 1) * np.exp(-0.5 * density))[..., None]
    distance = np.hypot(to_x * 0.8, to_y * 1.25)
    near = np.exp(-((distance / 0.42) ** 1.2))[..., None]
    glow = blend(linear("#d98a7e"), linear("#ffc98a") * 1.5, near)
    shade = blend(linear("#3a4468"), linear("#a06a6c"), near * 0.9)
    cover = (density * strength)[..., None]
    return np.concatenate([blend(shade, glow, light) * cover, cover], axis=-1).astype(np.float32)
