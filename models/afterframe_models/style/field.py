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

LINES = 360
"""Rows of the field at most: a face an eighth of the picture high still has its mouth."""
MEMORY = 0.9
"""Share of the past in the field of trusted matter: noise must not turn strokes."""
HAND = -0.5
"""Radians: which way strokes run where the content has no direction, as a right hand lays them."""
SWAY, WAVE = 0.35, 0.45
"""How far, in radians, and over how many heights they sway from it: more of it would be seen as
eddies that the shot does not have."""


class Field:
    """The direction of strokes at every place.

    Args:
        sigma: smoothing of the content's tensor, in heights.
        hand: how strong the hand's own way is, 1: as lines of one grey level a sample.
        rng: chance.
    """

    def __init__(self, sigma: float, hand: float, rng: np.random.Generator) -> None:
        self._sigma, self._hand, self._rng = sigma, hand, rng
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
            self._fresh = self._new_sway(size)
        sway = self._fresh
        if motion is not None and self._past is not None:
            back, trust = reduced_motion(motion, size)
            share = trust[..., None]
            before, swayed = (displaced(each, back) for each in self._past)
            tensor += np.float32(MEMORY) * share * (before - tensor)
            sway = np.asarray(sway + share * (swayed - sway), np.float32)
        self._past = tensor, sway
        along, plain = tangents(tensor + sway)
        x, y = along[..., 0], along[..., 1]
        return np.dstack((x * x - y * y, 2 * x * y)), plain

    def _new_sway(self, size: tuple[int, int]) -> Single:
        """Return the tensor of faint lines that sway about the hand's direction."""
        width, height = size
        noise = self._rng.standard_normal((height, width)).astype(np.float32)
        soft: Any = cv2.GaussianBlur(noise, (0, 0), max(1.0, 0.5 * WAVE * height))
        angle = HAND + SWAY * (soft - soft.mean()) / max(float(soft.std()), 1e-6)
        across, down = -np.sin(angle), np.cos(angle)
        energy = np.float32(WEAK * self._hand)
        lines = np.dstack((across * across, across * down, down * down))
        return lines.astype(np.float32) * energy


def reduced_motion(motion: Motion, size: tuple[int, int]) -> tuple[Single, Single]:
    """Return flow and trust at another size (width, height), the flow in its own pixels."""
    height = motion.back.shape[0]
    back: Any = cv2.resize(motion.back, size, interpolation=cv2.INTER_AREA)
    trust: Any = cv2.resize(motion.trust, size, interpolation=cv2.INTER_AREA)
    return np.asarray(back * np.float32(size[1] / height)), np.asarray(trust, np.float32)
