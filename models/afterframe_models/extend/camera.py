"""The camera's own motion, where it is one: a pan or a zoom that the picture's border follows.

The border, not the whole picture: a subject that fills the middle would be taken for the camera.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Flow, Grey, places

from .coast import velocity, way_gone

BORDER = 0.2
"""Share of each side's length that belongs to the border."""
INLIERS = 0.6
"""Share of the border that must follow one motion for it to be the camera's."""
TOLERANCE = 0.25
"""Samples by which a place may be off that motion; and a tenth of how far it moves."""
REAL = 0.1
"""Samples a frame that the corner of a picture moves at least when a camera does."""
STEPS, APART = 3, 3
"""Moments, and frames between them, at which it must be the same camera motion."""
STEADY = 0.5
"""By how much of itself it may change between them."""
FARTHEST = 0.03
"""Share of the picture that may be revealed beyond its border before the camera rests."""
ZOOM_DAMPING = 0.97


@dataclass(frozen=True)
class Camera:
    """What the camera does in a frame.

    Attributes:
        right: samples that the picture's middle moves right.
        down: likewise down.
        grow: logarithm of how much larger everything becomes.
        roll: radians clockwise.
        damping: of its velocity, each frame, so that it rests before it reveals too much.
    """

    right: float
    down: float
    grow: float
    roll: float
    damping: float

    def flow(self, shape: tuple[int, int], way: float = 1.0) -> Flow:
        """Return where the camera moves each place while it goes ``way`` frames' worth."""
        matrix = self._matrix(shape, way)
        grid = places(*shape)
        return np.asarray(cv2.transform(grid, matrix) - grid, np.float32)

    def back(self, shape: tuple[int, int], frame: int) -> Flow:
        """Return where each place was before so many made frames, as a displacement."""
        way = way_gone(frame, self.damping)
        inverse: Any = cv2.invertAffineTransform(self._matrix(shape, way))
        grid = places(*shape)
        return np.asarray(cv2.transform(grid, inverse) - grid, np.float32)

    def _matrix(self, shape: tuple[int, int], way: float) -> NDArray[np.float64]:
        middle = (np.array(shape[::-1]) - 1) / 2
        size, turn = math.exp(self.grow * way), self.roll * way
        turned = size * np.array(
            [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
        )
        shift = middle + way * np.array([self.right, self.down]) - turned @ middle
        return np.column_stack((turned, shift))


def camera_of(greys: Sequence[Grey]) -> Camera | None:
    """Return what the camera does at the last of successive pictures; None: it stands still.

    It must do about the same at a few earlier moments, as far as there are any.
    """
    found: list[NDArray[np.float64]] = []
    for moment in range(STEPS):
        end = len(greys) - moment * APART
        if end < 2:
            break
        motion = _similarity(velocity(greys[max(0, end - 4) : end]))
        if motion is None:
            return None
        found.append(motion)
    if not found:
        return None
    shape = greys[-1].shape
    sizes = [_corner(motion, shape) for motion in found]
    apart = max(_corner(motion - found[0], shape) for motion in found)
    if sizes[0] < REAL or apart > STEADY * sizes[0]:
        return None
    right, down, grow, roll = (float(value) for value in np.median(found, axis=0))
    return Camera(right, down, grow, roll, _damping(right, down, grow, roll, shape))


def _similarity(flow: Flow) -> NDArray[np.float64] | None:
    """Return right, down, grow and roll of the border; None: it follows no one motion."""
    height, width = flow.shape[:2]
    rim = max(1, round(BORDER * min(height, width)))
    inside = np.zeros((height, width), bool)
    inside[rim:-rim, rim:-rim] = True
    stride = max(1, min(height, width) // 40)
    chosen = ~inside[::stride, ::stride]
    here = places(height, width)[::stride, ::stride][chosen]
    way = flow[::stride, ::stride][chosen]
    tolerance = TOLERANCE + 0.1 * float(np.median(np.hypot(*way.T)))
    cv2.setRNGSeed(1)
    matrix, agree = cv2.estimateAffinePartial2D(
        here, here + way, method=cv2.RANSAC, ransacReprojThreshold=tolerance
    )
    if matrix is None or float(np.mean(agree)) < INLIERS:
        return None
    middle = (np.array([width, height]) - 1) / 2
    right, down = matrix[:, :2] @ middle + matrix[:, 2] - middle
    grow = math.log(max(1e-6, math.hypot(matrix[0, 0], matrix[1, 0])))
    return np.array([right, down, grow, math.atan2(matrix[1, 0], matrix[0, 0])])


def _corner(motion: NDArray[np.float64], shape: tuple[int, ...]) -> float:
    """Return how many samples the picture's corner moves, at most."""
    half = math.hypot(*shape) / 2
    right, down, grow, roll = (float(value) for value in motion)
    return math.hypot(right, down) + half * (abs(grow) + abs(roll))


def _damping(right: float, down: float, grow: float, roll: float, shape: tuple[int, ...]) -> float:
    """Return the damping with which nothing is revealed beyond ``FARTHEST``."""
    height, width = shape[:2]
    outward = max(
        (abs(right) + abs(roll) * height / 2) / width - grow / 2,
        (abs(down) + abs(roll) * width / 2) / height - grow / 2,
    )
    if outward <= 0:  # going in, nothing is revealed
        return ZOOM_DAMPING
    return float(np.clip(1 - outward / FARTHEST, 0.5, ZOOM_DAMPING))
