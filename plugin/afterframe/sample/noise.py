"""Fractal noise: smooth random grids, each octave twice as fine and weaker."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.sample.canvas import SEED, Plane

FINEST_CELL = 1.5  # pixels; finer grids would only alias


def generator(*key: int) -> np.random.Generator:
    """A source of random numbers of its own for each thing that is painted."""
    return np.random.default_rng((SEED, *key))


def fractal(
    size: tuple[int, int], cell: tuple[float, float], octaves: int, key: int, gain: float = 0.5
) -> Plane:
    """Noise of about -1..1 around 0, `size` = (width, height), the first cells so wide and high."""
    random = generator(key)
    total = np.zeros(size[::-1], np.float32)
    weight, power = 1.0, 0.0
    for octave in range(octaves):
        wide, high = (max(side / 2**octave, 1.0) for side in cell)
        grid = _grid(random, math.ceil(size[0] / wide) + 4, math.ceil(size[1] / high) + 4)
        place = np.array([[wide, 0, -1.5 * wide], [0, high, -1.5 * high]])
        total += weight * _enlarge(grid, place, size)
        power += weight * weight
        weight *= gain
    return (total / (math.sqrt(power) * 0.55)).astype(np.float32)


def turned(random: np.random.Generator, side: int, cell: float, angle: float) -> Plane:
    """One octave, `side` x `side`, its grid turned by `angle` so that octaves do not line up."""
    cell = max(cell, FINEST_CELL)
    count = int(side / cell * 1.5) + 6
    cos, sin = math.cos(angle) * cell, math.sin(angle) * cell
    middle = side / 2
    place = np.array(
        [
            [cos, -sin, middle - (cos - sin) * count / 2],
            [sin, cos, middle - (sin + cos) * count / 2],
        ]
    )
    return _enlarge(_grid(random, count, count), place, (side, side))


def rolling(side: int, cell: float, octaves: int, key: int) -> Plane:
    """Hills: noise whose detail dies where it is steep, as if worn down (after Quilez, 2008)."""
    random = generator(key)
    height, slope_x, slope_y = (np.zeros((side, side), np.float32) for _ in range(3))
    for octave in range(octaves):
        layer = turned(random, side, cell / 2**octave, 0.3 + 0.65 * octave)
        scale = cell * 0.35 / 8 / 2**octave
        slope_x += cv2.Sobel(layer, cv2.CV_32F, 1, 0, ksize=3, scale=scale)
        slope_y += cv2.Sobel(layer, cv2.CV_32F, 0, 1, ksize=3, scale=scale)
        wear = 1 + 4 * (slope_x * slope_x + slope_y * slope_y)
        height += 0.48**octave * layer / wear
    return height


def ridged(side: int, cell: float, octaves: int, key: int) -> Plane:
    """Alps: sharp crests of 0..1, detailed where they are high (Musgrave's ridged multifractal)."""
    random = generator(key)
    height = np.zeros((side, side), np.float32)
    weight = np.ones((side, side), np.float32)
    total = 0.0
    for octave in range(octaves):
        layer = turned(random, side, cell / 2**octave, 0.4 + 0.9 * octave)
        crest = np.maximum(1 - np.abs(layer) * 1.5, 0) ** 1.6
        height += 0.5**octave * crest * weight
        total += 0.5**octave
        weight = np.clip(crest * 1.6, 0, 1).astype(np.float32)
    return (height / total).astype(np.float32)


def curve(x: NDArray[np.float64], cell: float, octaves: int, key: int) -> NDArray[np.float64]:
    """A wandering line of about -1..1 over `x`."""
    random = generator(key)
    total, weights = np.zeros_like(x), 0.0
    for octave in range(octaves):
        knots = random.uniform(-1, 1, 256)
        position = x / cell * 2**octave + random.uniform(0, 50)
        index = np.floor(position).astype(int)
        t = position - index
        t = t * t * t * (t * (6 * t - 15) + 10)
        weight = 0.55**octave
        total += weight * (knots[index % 256] * (1 - t) + knots[(index + 1) % 256] * t)
        weights += weight
    return np.asarray(total / weights)


def _grid(random: np.random.Generator, columns: int, rows: int) -> Plane:
    return random.uniform(-1, 1, (rows, columns)).astype(np.float32)


def _enlarge(grid: Plane, place: NDArray[np.float64], size: tuple[int, int]) -> Plane:
    enlarged = cv2.warpAffine(
        grid, place, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(enlarged, np.float32)
