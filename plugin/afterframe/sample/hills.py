"""The mountains behind the lake and the forested hills beside it. Lengths are kilometres."""

from __future__ import annotations

import cv2
import numpy as np

from afterframe.sample import terrain
from afterframe.sample.canvas import Canvas, Plane, blend, linear, step
from afterframe.sample.noise import fractal, generator, ridged, rolling, turned
from afterframe.sample.terrain import Ground, View

MASSIF = (-7.0, 7.0, 4.5, 13.0)  # left, right, near, far
FOOTHILLS = (-3.4, 3.4, 2.2, 4.6)

# Summits: x, z, how far the slope reaches, height. A gap is left where the sun goes down.
SUMMITS = (
    (-2.05, 9.0, 2.1, 2.55),
    (-4.6, 8.0, 1.8, 1.5),
    (4.3, 10.0, 1.9, 1.9),
    (6.2, 9.0, 2.0, 1.6),
    (-0.2, 11.5, 2.6, 0.8),
    (1.9, 12.6, 1.8, 0.25),
)

TREES = 5200
TREE_HEIGHT = 0.026
TREE_LINE = 0.75
SUBPIXEL_BITS = 4


def paint_hills(canvas: Canvas) -> Plane:
    """All ground beyond the water, 4 channels."""
    mountains = _paint_mountains(canvas, terrain.look(canvas, _massif()))
    ground = _foothills()
    view = terrain.look(canvas, ground)
    hills = _paint_foothills(canvas, view)
    picture = hills + mountains * (1 - hills[..., 3:])
    return _plant_forest(canvas, ground, view, picture)


def paint_mist(canvas: Canvas) -> Plane:
    """How thick the mist lies on the far water, twice as wide as the frame, for drifting."""
    size = (2 * canvas.width, canvas.height)
    cell = (0.5 * canvas.height, 0.028 * canvas.height)
    band = np.exp(-np.abs(canvas.y[:, :1] - 0.643) / 0.018)
    thickness = band * step(-0.6, 1.0, fractal(size, cell, 5, 111, 0.55)) * 0.7
    return np.asarray(thickness, np.float32)


def _massif() -> Ground:
    side = 1400
    x, z = terrain.grid(side, *MASSIF)
    form = np.zeros((side, side), np.float32)
    for summit_x, summit_z, reach, height in SUMMITS:
        squared = (x - summit_x) ** 2 + (z - summit_z) ** 2
        form += height * np.exp(-((squared + 0.02) ** 0.65) / reach**1.3)
    worn = rolling(side, 200, 9, 71)
    heights = form * (0.42 + 0.95 * ridged(side, 330, 9, 75) + 0.12 * worn) + 0.10 * worn
    return Ground(heights.astype(np.float32), *MASSIF)


def _foothills() -> Ground:
    """Slopes on both sides, low in the middle."""
    side = 1200
    x, z = terrain.grid(side, *FOOTHILLS)
    worn, crests = rolling(side, 240, 9, 81), ridged(side, 260, 8, 82)
    valley = np.clip((np.abs(x - 0.35) - 0.55) / 2.0, 0, 1) ** 1.1
    slopes = valley * (0.35 + 0.75 * crests + 0.25 * worn) * 0.95 * step(2.2, 3.1, z)
    heights = slopes + 0.05 * worn * step(2.2, 2.8, z) + 0.02 * crests
    return Ground(heights.astype(np.float32), *FOOTHILLS)


def _paint_mountains(canvas: Canvas, view: View) -> Plane:
    light = np.clip(view.light * 1.55, 0, 1.5)[..., None]
    rock = blend(linear("#2b3158"), linear("#d09478") * 1.1, light)
    snow = blend(linear("#54659c"), linear("#ffd4aa") * 1.45, light)
    settled = step(0.50, 0.74, view.level + 0.16 * (view.height - 1)) * step(
        0.45, 0.95, view.height
    )
    clear = np.exp(-0.050 * (view.distance - 3) - 1.9 * np.clip(0.75 - view.height, 0, 1))
    return _veiled(canvas, view, blend(rock, snow, settled[..., None]), clear)


def _paint_foothills(canvas: Canvas, view: View) -> Plane:
    light = np.clip(view.light * 1.55, 0, 1.5)[..., None]
    slopes = blend(linear("#151d38"), linear("#6d5a52"), light)
    clear = np.exp(-0.10 * (view.distance - 1.5) - 3.0 * np.clip(0.30 - view.height, 0, 1))
    return _veiled(canvas, view, slopes, clear)


def _veiled(canvas: Canvas, view: View, colour: Plane, clear: Plane) -> Plane:
    """The ground through the haze, with its cover."""
    seen = blend(canvas.haze, colour, np.clip(clear, 0, 1)[..., None])
    cover = view.cover[..., None]
    return np.concatenate([seen * cover, cover], axis=-1).astype(np.float32)


def _plant_forest(canvas: Canvas, ground: Ground, view: View, picture: Plane) -> Plane:
    """Small conifers in clumps below the tree line, the farthest first."""
    random = generator(91)
    tries = TREES * 6
    z = random.uniform(ground.near, ground.far, tries).astype(np.float32)
    across = random.uniform(-0.05, canvas.aspect + 0.05, tries).astype(np.float32)
    x = terrain.across_at(canvas, across, z)
    side = ground.heights.shape[0]
    clumps = turned(generator(92), side, 60, 0.2) + 0.6 * turned(generator(93), side, 22, 0.9)
    height = ground.at(ground.heights, x[None], z[None])[0]
    clump = ground.at(clumps, x[None], z[None])[0]
    thin = random.uniform(-0.6, 0.6, tries)
    high = random.uniform(-0.25, 0.20, tries)
    kept = np.flatnonzero((clump + thin > -0.15) & (height < TREE_LINE + high))[:TREES]
    picture = np.ascontiguousarray(picture)
    foot = terrain.HORIZON - (height - terrain.EYE) / z * terrain.FOCAL
    for tree in kept[np.argsort(-z[kept], kind="stable")]:
        tone, slimness = random.uniform(0, 1), random.uniform(0.15, 0.24)
        tall = TREE_HEIGHT * (0.6 + 0.8 * tone * tone) / z[tree] * terrain.FOCAL
        place = (float(across[tree]), float(foot[tree]), float(z[tree]), float(height[tree]))
        _draw_tree(canvas, view, picture, place, (tall, tall * slimness), tone)
    return picture


def _draw_tree(
    canvas: Canvas,
    view: View,
    picture: Plane,
    place: tuple[float, float, float, float],
    size: tuple[float, float],
    tone: float,
) -> None:
    """Two halves of a slim cone, the one towards the sun lit; hidden behind a nearer ridge."""
    x, foot, z, height = place
    tall, half = size
    column = min(max(int(x * canvas.height), 0), canvas.width - 1)
    row = min(max(int(foot * canvas.height), 0), canvas.height - 1)
    if view.distance[row, column] < z - 0.06:
        return
    middle = min(max(int((foot - 0.4 * tall) * canvas.height), 0), canvas.height - 1)
    clear = np.exp(-0.10 * (z - 1.5) - 2.4 * min(max(0.30 - height, 0), 1))
    dark = linear("#0d1830") * (0.7 + 0.6 * tone)
    lit = linear("#7d6248") * (0.35 + 0.9 * canvas.warmth[middle, column])
    towards_sun = 1 if x < canvas.sun[0] else -1
    for side in (-1, 1):
        facing = 0.10 + (0.75 * (0.3 + 0.7 * tone) if side == towards_sun else 0)
        colour = blend(canvas.haze[middle, column], dark * (1 - facing) + lit * facing, clear)
        outline = np.array(
            [
                (x, foot - tall),
                (x + side * half * 0.45, foot - tall * 0.45),
                (x + side * half, foot + 0.1 * tall),
                (x - side * half * 0.05, foot + 0.1 * tall),
            ]
        )
        corners = np.round((outline * canvas.height - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(picture, [corners], (*colour.tolist(), 1.0), cv2.LINE_8, SUBPIXEL_BITS)
