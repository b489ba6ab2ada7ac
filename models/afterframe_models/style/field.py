"""Which way strokes run in a clip: the content's tangent field, carried with its matter."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced
from afterframe.imaging.tensor import WEAK, structure_tensor, tangents

from .painter import Motion

Single = NDArray[np.float32]

LINES = 180
"""Rows of the field at most: strokes are no finer."""
MEMORY = 0.9
"""Share of the past in the field of trusted matter: noise must not turn strokes."""
EDDY = 0.16
"""Size, in heights, of the eddies in which strokes run where the content has no direction."""


class Field:
    """The direction of strokes at every place.

    Args:
        sigma: smoothing of the content's tensor, in heights.
        eddies: how strong the eddies are, 1: as lines of one grey level a sample.
        rng: chance.
    """

    def __init__(self, sigma: float, eddies: float, rng: np.random.Generator) -> None:
        self._sigma, self._eddies, self._rng = sigma, eddies, rng
        self._fresh: Single | None = None
        self._past: tuple[Single, Single] | None = None

    def followed(self, study: Single, motion: Motion | None) -> tuple[Single, Single]:
        """Return the field in a picture, and remember it for the next.

        Args:
            study: (h, w, 3) float32 in [0, 1].
            motion: from the picture before, of any size; None: remember nothing.

        Returns:
            (rows, columns, 2) float32: cosine and sine of twice the angle, of length 1; and
            (rows, columns) float32, how plain the direction is, 0 to 1.
        """
        height, width = study.shape[:2]
        rows = min(LINES, height)
        size = (max(1, round(width * rows / height)), rows)
        small: Any = cv2.resize(study, size, interpolation=cv2.INTER_AREA)
        tensor = structure_tensor(np.asarray(small, np.float32), max(1.0, self._sigma * rows))
        if self._fresh is None:
            self._fresh = self._new_swirl(size)
        swirl = self._fresh
        if motion is not None and self._past is not None:
            back, trust = reduced_motion(motion, size)
            share = trust[..., None]
            before, swirled = (displaced(each, back) for each in self._past)
            tensor += np.float32(MEMORY) * share * (before - tensor)
            swirl = np.asarray(swirl + share * (swirled - swirl), np.float32)
        self._past = tensor, swirl
        along, plain = tangents(tensor + swirl)
        x, y = along[..., 0], along[..., 1]
        return np.dstack((x * x - y * y, 2 * x * y)), plain

    def _new_swirl(self, size: tuple[int, int]) -> Single:
        """Return the tensor of eddies: lines along the contours of soft noise."""
        width, height = size
        noise = self._rng.standard_normal((height, width)).astype(np.float32)
        soft: Any = cv2.GaussianBlur(noise, (0, 0), max(1.0, 0.5 * EDDY * height))
        x: Any = cv2.Scharr(soft, cv2.CV_32F, 1, 0)
        y: Any = cv2.Scharr(soft, cv2.CV_32F, 0, 1)
        length = np.maximum(np.sqrt(x * x + y * y), 1e-12)  # cv2.magnitude is not exact
        x, y = x / length, y / length
        energy = np.float32(WEAK * self._eddies)
        return np.dstack((x * x, x * y, y * y)).astype(np.float32) * energy


def reduced_motion(motion: Motion, size: tuple[int, int]) -> tuple[Single, Single]:
    """Return flow and trust at another size (width, height), the flow in its own pixels."""
    height = motion.back.shape[0]
    back: Any = cv2.resize(motion.back, size, interpolation=cv2.INTER_AREA)
    trust: Any = cv2.resize(motion.trust, size, interpolation=cv2.INTER_AREA)
    return np.asarray(back * np.float32(size[1] / height)), np.asarray(trust, np.float32)
