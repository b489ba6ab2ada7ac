"""How near each part of one picture probably is, without a trained network.

Four cues, each wrong on some pictures and together right on most: the ground rises towards the
horizon (position), sky is far, what stands out from the picture's border is the subject, and,
only in pictures with strong defocus, what is sharp is near the lens. Against stereo truth (one
scene) position alone ranks best of the four; sharpness says nothing in a picture that is sharp
everywhere, so its weight follows how unevenly sharpness is spread.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.guided import guided_filter

Single = NDArray[np.float32]

FAR_LIMIT = 0.05
"""Share of the picture that sky must fill before the picture counts as a view of the land."""


AS_GUESSED = 0.03
"""How far a hint may be from mid grey and still say nothing."""
FLAT = 0.6
"""Inverse depth of a picture that is one plane."""


def inverse_depth(rgb: NDArray[np.float32], sky: Single, hint: Single | None = None) -> Single:
    """Return how near each place is: 0 (far) to 1 (near), with edges where the picture has them.

    Args:
        rgb: (h, w, 3) float32, display-referred, in [0, 1], about 500 pixels on its longer side
            (the cues' sizes follow the picture's height).
        sky: (h, w) float32, 1 where sky is, as ``sky.find_sky`` finds it.
        hint: (h, w) float32, 1 near, 0 far, 0.5 (within ``AS_GUESSED``) as guessed; or None.
    """
    height, width = rgb.shape[:2]
    grey = _grey(rgb)
    is_view = bool(sky.mean() > FAR_LIMIT)
    sharpness, unevenness = _sharpness(grey)
    near = (
        (0.75 if is_view else 0.35) * _position(height, width, 0.45 if is_view else 0.15)
        + (0.15 + 0.35 * unevenness) * sharpness
        + (0.15 if is_view else 0.50) * _subject(rgb)
    )
    near = near / max(float(near.max()), 1e-6) * (1 - sky)
    if hint is not None:
        said = np.clip((np.abs(hint - 0.5) - AS_GUESSED) / AS_GUESSED, 0, 1)
        near = near * (1 - said) + hint * said
    reach = 2 * max(1, height // 90) + 1
    near = _array(cv2.dilate(near.astype(np.float32), np.ones((reach, reach), np.uint8)))
    coarse = guided_filter(grey, near, max(4, height // 24), 1e-3)
    fine = guided_filter(grey, coarse, max(2, height // 60), 1e-4)
    return np.clip(fine, 0, 1).astype(np.float32)


def flat_depth(height: int, width: int) -> Single:
    """Return the depth of a picture that is one plane: moves without parallax."""
    return np.full((height, width), FLAT, np.float32)


def _position(height: int, width: int, top: float) -> Single:
    """Return the ground's nearness, from ``top`` to 0.9.

    Below a sky the ground starts nearer than it is: walls stand upright on it, and a wall whose
    foot is much nearer than its roof would lean when the camera pans.
    """
    down = (np.arange(height, dtype=np.float32) / height)[:, None]
    return np.broadcast_to(top + (0.9 - top) * down**1.3, (height, width)).astype(np.float32)


def _sharpness(grey: Single) -> tuple[Single, float]:
    """Return local sharpness, 0 to 1, and how far it tells near from far, 0 to 1."""
    detail = _blurred(np.abs(grey - _blurred(grey, 1.5)), grey.shape[0] / 40)
    sharp = np.clip(detail / (float(np.percentile(detail, 97)) + 1e-6), 0, 1)
    spread = float(np.percentile(sharp, 90) - np.percentile(sharp, 20))
    return sharp.astype(np.float32), float(np.clip((spread - 0.45) * 2, 0, 1))


def _subject(rgb: NDArray[np.float32]) -> Single:
    """Return how much each place differs from the colours along the border, less off centre."""
    height, width = rgb.shape[:2]
    lab = _array(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB))
    border = np.concatenate(
        [lab[:4].reshape(-1, 3), lab[:, :4].reshape(-1, 3), lab[:, -4:].reshape(-1, 3)]
    )
    distance = np.stack([np.linalg.norm(lab - colour, axis=2) for colour in _palette(border)])
    stands_out = _blurred(distance.min(axis=0), height / 60)
    stands_out = np.clip(stands_out / (float(np.percentile(stands_out, 97)) + 1e-6), 0, 1)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    off_centre = np.hypot(x / width - 0.5, 0.8 * (y / height - 0.55))
    return _array(stands_out * np.exp(-((off_centre / 0.45) ** 2)))


def _palette(colours: NDArray[np.float32], count: int = 6) -> NDArray[np.float32]:
    """Return the main colours; the starting groups are cut by place, so nothing is random."""
    count = min(count, len(colours))
    labels = (np.arange(len(colours)) * count // len(colours)).astype(np.int32)[:, None]
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 0.5)
    _, _, centres = cv2.kmeans(
        np.ascontiguousarray(colours), count, labels, rule, 1, cv2.KMEANS_USE_INITIAL_LABELS
    )
    return _array(centres)


def _grey(rgb: NDArray[np.float32]) -> Single:
    return _array(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def _blurred(picture: NDArray[Any], sigma: float) -> Single:
    return _array(cv2.GaussianBlur(picture, (0, 0), sigma))


def _array(picture: Any) -> Single:
    return np.asarray(picture, np.float32)
