"""The frame as a coordinate system, the light that falls on it, and colours."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""H x W, H x W x 3 in linear light (1 = paper white), or H x W x 4 premultiplied with coverage."""

SUN_ACROSS = 0.6  # of the width
SUN_DOWN = 0.462
WATER_LINE = 0.655
SEED = 7


@dataclass(frozen=True)
class Canvas:
    """A frame's size in pixels."""

    width: int
    height: int

    @property
    def aspect(self) -> float:
        """The width in heights."""
        return self.width / self.height

    @property
    def sun(self) -> tuple[float, float]:
        """Where the sun stands."""
        return SUN_ACROSS * self.aspect, SUN_DOWN

    @functools.cached_property
    def x(self) -> Plane:
        """Each pixel's distance from the left edge."""
        row = (np.arange(self.width, dtype=np.float32) + 0.5) / self.height
        return np.tile(row, (self.height, 1))

    @functools.cached_property
    def y(self) -> Plane:
        """Each pixel's distance from the upper edge."""
        column = (np.arange(self.height, dtype=np.float32) + 0.5) / self.height
        return np.repeat(column[:, None], self.width, axis=1)

    @functools.cached_property
    def sun_distance(self) -> Plane:
        """Distance from the sun, in ellipses that lie along the horizon."""
        across = (self.x - self.sun[0]) * 0.8
        down = (self.y - self.sun[1]) * 1.25
        return np.asarray(np.hypot(across, down), np.float32)

    @functools.cached_property
    def warmth(self) -> Plane:
        """How much of the sun's colour is in the air: 1 before the sun, 0 far from it."""
        return np.asarray(np.exp(-((self.sun_distance / 0.40) ** 1.25)), np.float32)

    @functools.cached_property
    def haze(self) -> Plane:
        """The colour into which distance fades."""
        return blend(linear("#8088ad"), linear("#ffc489") * 1.1, self.warmth[..., None])


@functools.cache
def linear(code: str) -> Plane:
    """An sRGB colour "#rrggbb" in linear light."""
    encoded = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    low, high = encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def blend(below: Plane, above: Plane, cover: Plane | float) -> Plane:
    """`above` over `below`, as much of it as `cover` says."""
    return (below + (above - below) * cover).astype(np.float32)


def step(start: float, end: float, value: Plane) -> Plane:
    """0 before `start`, 1 after `end`, smooth between."""
    t = np.clip((value - start) / (end - start), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def sample(plane: Plane, x: Plane, y: Plane, border: int = cv2.BORDER_REPLICATE) -> Plane:
    """The plane at these pixel positions, linear between pixels."""
    x, y = (np.ascontiguousarray(axis, np.float32) for axis in (x, y))
    return np.asarray(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=border), np.float32)


def blur(plane: Plane, sigma: float) -> Plane:
    """Gaussian blur; sigma in pixels."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
