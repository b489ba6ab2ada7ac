"""Ground as a height field, seen in perspective from near the water, in kilometres."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.sample.canvas import WATER_LINE, Canvas, Plane, sample

FOCAL = 1.35  # frame heights: about 40 degrees from top to bottom
EYE = 0.05  # above the water
HORIZON = WATER_LINE - 0.005  # the far shore lies a little lower
SUNLIGHT = np.array([0.75, 0.30, 0.30]) / np.linalg.norm([0.75, 0.30, 0.30])  # right, up, away
SLICES = 1400


@dataclass(frozen=True)
class Ground:
    """Heights over a square grid from `left` to `right` and from `near` to `far`."""

    heights: Plane
    left: float
    right: float
    near: float
    far: float

    def at(self, plane: Plane, x: Plane, z: Plane) -> Plane:
        """A plane on the ground's grid, read at these places."""
        last = plane.shape[0] - 1
        across = (x - self.left) / (self.right - self.left) * last
        away = (z - self.near) / (self.far - self.near) * last
        return sample(plane, across, away)


@dataclass(frozen=True)
class View:
    """What each pixel sees of the ground: how far it is, how high, how lit, how level."""

    distance: Plane
    height: Plane
    light: Plane
    level: Plane
    cover: Plane


def grid(side: int, left: float, right: float, near: float, far: float) -> tuple[Plane, Plane]:
    """x and z of every point of a ground that is to be made."""
    away, across = np.mgrid[0:side, 0:side].astype(np.float32) / (side - 1)
    return left + across * (right - left), near + away * (far - near)


def across_at(canvas: Canvas, x: Plane, z: Plane) -> Plane:
    """The x on the ground that is seen `x` heights from the frame's left edge at distance z."""
    return ((x - canvas.aspect / 2) * z / FOCAL).astype(np.float32)


def look(canvas: Canvas, ground: Ground) -> View:
    """Project the ground, column by column, nearest slice first."""
    slices = np.geomspace(ground.near, ground.far, SLICES).astype(np.float32)
    z = np.repeat(slices[:, None], canvas.width, axis=1)
    heights = ground.at(ground.heights, across_at(canvas, canvas.x[:1], z), z)
    elevation = (heights - EYE) / z * FOCAL
    skyline = np.maximum.accumulate(elevation, axis=0)  # of all up to this slice
    distance = _first_hit(canvas, slices, skyline)
    cover = np.clip((canvas.y - (HORIZON - skyline[-1])[None, :]) * canvas.height + 0.5, 0, 1)
    x = across_at(canvas, canvas.x, distance)
    light, level = _lie(ground)
    return View(
        distance=distance,
        height=ground.at(ground.heights, x, distance),
        light=ground.at(light, x, distance),
        level=ground.at(level, x, distance),
        cover=cover.astype(np.float32),
    )


def _first_hit(canvas: Canvas, slices: NDArray[np.float32], skyline: Plane) -> Plane:
    """The distance at which each pixel's ray meets the ground; the farthest slice in the sky."""
    rays = HORIZON - canvas.y[:, 0]
    distance = np.empty((canvas.height, canvas.width), np.float32)
    for column in range(canvas.width):
        line = skyline[:, column]
        behind = np.searchsorted(line, rays)
        before = np.clip(behind - 1, 0, SLICES - 1)
        behind = np.clip(behind, 0, SLICES - 1)
        rise = np.maximum(line[behind] - line[before], 1e-6)
        part = np.clip((rays - line[before]) / rise, 0, 1)
        distance[:, column] = slices[before] + (slices[behind] - slices[before]) * part
    return distance


def _lie(ground: Ground) -> tuple[Plane, Plane]:
    """How much the sun lights each point (below 0: turned away) and how level it is (1: flat)."""
    last = ground.heights.shape[0] - 1
    cell_x = (ground.right - ground.left) / last
    cell_z = (ground.far - ground.near) / last
    slope_x = cv2.Sobel(ground.heights, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8 / cell_x)
    slope_z = cv2.Sobel(ground.heights, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8 / cell_z)
    length = np.sqrt(slope_x * slope_x + slope_z * slope_z + 1)
    facing = SUNLIGHT[1] - slope_x * SUNLIGHT[0] - slope_z * SUNLIGHT[2]
    return (facing / length).astype(np.float32), (1 / length).astype(np.float32)
