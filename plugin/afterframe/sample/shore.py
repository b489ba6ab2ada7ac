"""The near shore, dark against the light: a bank, pines and grass that stirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.sample.canvas import Canvas, Plane, blend, blur, linear, sample, step
from afterframe.sample.noise import curve, generator

Mask = NDArray[np.uint8]
Point = tuple[float, float]

OVERSAMPLING = 2
SUBPIXEL_BITS = 4

# Pines: distance from the left (or, negative, the right) edge, height.
PINES = (
    (0.045, 0.56),
    (0.150, 0.40),
    (0.225, 0.47),
    (0.300, 0.22),
    (-0.001, 0.27),
    (0.098, 0.25),
    (0.355, 0.13),
    (-0.035, 0.36),
    (-0.100, 0.23),
    (-0.155, 0.135),
    (0.400, 0.085),
)
BLADES = 2600
TURF_BLADES = 5000


@dataclass(frozen=True)
class Shore:
    """The shore at rest, 4 channels, from `first_row` down, and how far each pixel gives way."""

    first_row: int
    picture: Plane
    column: Plane
    row: Plane
    give: Plane
    phase: Plane

    def at(self, canvas: Canvas, seconds: float) -> Plane:
        """The shore's rows at this time: a light wind runs through from the left."""
        wave = np.sin(self.phase - 2.6 * seconds) + 0.5 * np.sin(2.7 * self.phase - 4.3 * seconds)
        return sample(self.picture, self.column + self.give * wave * canvas.height, self.row)


def paint_shore(canvas: Canvas) -> Shore:
    """Draw the shore's outline and light its edges from the sun."""
    cover = _outline(canvas)
    away_x, away_y = canvas.sun[0] - canvas.x, canvas.sun[1] - canvas.y
    away = np.hypot(away_x, away_y)
    column, row = canvas.x * canvas.height - 0.5, canvas.y * canvas.height - 0.5
    reach = 2.2 * canvas.height / 720 / away
    soft = blur(cover, 0.0016 * canvas.height)
    towards = sample(soft, column + away_x * reach, row + away_y * reach)
    rim = np.clip(1 - towards, 0, 1) ** 1.2 * np.exp(-((away / 0.9) ** 2))
    dark = blend(linear("#10182f"), linear("#070b18"), step(0.35, 1.0, canvas.y)[..., None])
    turf = _turf(canvas) * np.exp(-((away / 1.1) ** 2))
    colour = dark + linear("#ffa868") * (0.26 * rim)[..., None]
    colour = blend(colour, linear("#55505f"), (0.36 * turf)[..., None])
    picture = np.concatenate([colour * cover[..., None], cover[..., None]], axis=-1)
    first = int(np.flatnonzero(cover.max(axis=1) > 0)[0])
    over_bank = np.maximum(_bank(canvas, canvas.x[0].astype(np.float64)) - canvas.y, 0)
    return Shore(
        first_row=first,
        picture=np.ascontiguousarray(picture[first:], np.float32),
        column=column[first:],
        row=row[first:] - first,
        give=(0.0022 * step(0, 0.05, over_bank) * np.exp(-over_bank / 0.12))[first:],
        phase=(canvas.x * 9 + canvas.y * 3)[first:],
    )


def _outline(canvas: Canvas) -> Plane:
    """Coverage of bank, pines and grass."""
    random = generator(131)
    pen = _Pen(canvas)
    height, width = pen.mask.shape
    across = (np.arange(width) + 0.5) / (canvas.height * OVERSAMPLING)
    down = (np.arange(height) + 0.5) / (canvas.height * OVERSAMPLING)
    pen.mask[down[:, None] > _bank(canvas, across)[None, :]] = 255
    for from_edge, tall in PINES:
        x = from_edge if from_edge >= 0 else canvas.aspect + from_edge
        _draw_pine(pen, random, (x, _bank_at(canvas, x) + 0.012), tall)
    for x in random.uniform(-0.02, canvas.aspect + 0.02, BLADES):
        left, right = np.exp(-((x / 0.62) ** 2)), np.exp(-(((canvas.aspect - x) / 0.42) ** 2))
        density = left + 0.8 * right + 0.18
        if random.random() < density:
            root = (x, _bank_at(canvas, x) + random.uniform(0, 0.02))
            _draw_blade(pen, random, root, random.uniform(0.012, 0.052) * (0.6 + 0.5 * density))
    return pen.coverage(canvas)


def _turf(canvas: Canvas) -> Plane:
    """Coverage of the blades that catch some light on the bank itself, larger in front."""
    random = generator(132)
    pen = _Pen(canvas)
    for x in random.uniform(-0.02, canvas.aspect + 0.02, TURF_BLADES):
        down = random.uniform(0.004, 0.16)
        root = (x, _bank_at(canvas, x) + down)
        _draw_blade(pen, random, root, random.uniform(0.010, 0.028) * (0.7 + 6 * down))
    return pen.coverage(canvas)


def _bank(canvas: Canvas, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The upper edge of the bank: higher at both sides, below the frame between."""
    left = 0.145 * np.exp(-((x / 0.42) ** 2))
    right = 0.075 * np.exp(-(((canvas.aspect - x) / 0.30) ** 2))
    return np.asarray(1.012 - left - right - 0.012 * curve(x, 0.18, 7, 121))


def _bank_at(canvas: Canvas, x: float) -> float:
    return float(_bank(canvas, np.array([x]))[0])


class _Pen:
    """Draws on a mask that is larger than the frame, in heights of the frame."""

    def __init__(self, canvas: Canvas) -> None:
        self.scale = canvas.height * OVERSAMPLING
        self.mask: Mask = np.zeros((self.scale, canvas.width * OVERSAMPLING), np.uint8)

    def coverage(self, canvas: Canvas) -> Plane:
        """What was drawn, 0..1, at the frame's size."""
        size = (canvas.width, canvas.height)
        cover = cv2.resize(self.mask, size, interpolation=cv2.INTER_AREA)
        return (cover / np.float32(255)).astype(np.float32)

    def fill(self, outline: Iterable[Point]) -> None:
        corners = np.array([self._place(point) for point in outline], np.int32)
        cv2.fillPoly(self.mask, [corners], 255, cv2.LINE_AA, SUBPIXEL_BITS)

    def stroke(self, start: Point, end: Point, width: float = 0) -> None:
        pixels = max(int(width * self.scale), 1)
        places = self._place(start), self._place(end)
        cv2.line(self.mask, *places, 255, pixels, cv2.LINE_AA, SUBPIXEL_BITS)

    def _place(self, point: Point) -> tuple[int, int]:
        x, y = (round((side * self.scale - 0.5) * 2**SUBPIXEL_BITS) for side in point)
        return x, y


def _draw_pine(pen: _Pen, random: np.random.Generator, root: Point, tall: float) -> None:
    x, foot = root
    lean = random.uniform(-0.02, 0.02) * tall
    half = tall * 0.012
    top = foot - tall
    pen.fill([(x - half, foot), (x + lean, top), (x + lean + half * 0.1, top), (x + half, foot)])
    down = 0.015  # from the top, in heights of the tree
    while down < 0.93:
        reach = tall * (0.02 + 0.20 * down**0.8) * random.uniform(0.5, 1.15)
        start = (x + lean * (1 - down), foot - tall * (1 - down))
        for side in (-1, 1):
            if random.random() > 0.16:
                length = reach * random.uniform(0.65, 1.1)
                droop = random.uniform(0.10, 0.42) * (0.35 + 0.8 * down)
                _draw_branch(pen, random, start, (side * length, length * droop), tall)
        down += random.uniform(0.0032, 0.0062) / tall * (0.8 + 0.5 * down)


def _draw_branch(
    pen: _Pen, random: np.random.Generator, start: Point, reach: Point, tall: float
) -> None:
    """A branch that droops and lifts at its end, with needles on both sides of it."""
    lift = random.uniform(0, 0.19) * abs(reach[0])
    joints = max(int(abs(reach[0]) * 330), 4)
    before = start
    for joint in range(1, joints + 1):
        part = joint / joints
        here = (start[0] + reach[0] * part, start[1] + reach[1] * part - lift * part * part)
        pen.stroke(before, here, (0.0044 - 0.0033 * part) * tall)
        for _ in range(4):
            needle = (0.007 + 0.016 * tall) * (1.1 - 0.65 * part) * random.uniform(0.5, 1.2)
            along = np.sign(reach[0]) * needle * random.uniform(-0.2, 0.9)
            pen.stroke(here, (here[0] + along, here[1] + needle * random.uniform(-0.15, 1)))
        before = here


def _draw_blade(pen: _Pen, random: np.random.Generator, root: Point, tall: float) -> None:
    """A blade of grass, bent by its own weight."""
    lean = random.normal(0.15, 0.35) * tall
    half = random.uniform(0.0006, 0.0013)
    left, right = [], []
    for part in np.linspace(0, 1, 7):
        x = root[0] + lean * part * part
        y = root[1] - part * (tall - 0.12 * part * abs(lean))
        left.append((x - half * (1 - part), y))
        right.append((x + half * (1 - part), y))
    pen.fill([*left, *reversed(right)])
