"""The guided filter: smooths one picture along the edges of another."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]


def guided_filter(guide: Single, picture: Single, radius: int, epsilon: float) -> Single:
    """Return ``picture`` smoothed where ``guide`` is smooth, with edges where it has edges.

    Args:
        guide: (h, w) float32 in [0, 1].
        picture: (h, w) float32.
        radius: of the window, in pixels.
        epsilon: variance of the guide below which a window counts as smooth.

    Source: He, Sun, Tang, Guided Image Filtering, ECCV 2010, equations 5, 6 and 8.
    """
    mean_guide, mean_picture = _box(guide, radius), _box(picture, radius)
    covariance = _box(guide * picture, radius) - mean_guide * mean_picture
    variance = _box(guide * guide, radius) - mean_guide * mean_guide
    slope = covariance / (variance + np.float32(epsilon))
    offset = mean_picture - slope * mean_guide
    return _box(slope, radius) * guide + _box(offset, radius)


def _box(picture: NDArray[Any], radius: int) -> Single:
    side = 2 * radius + 1
    out: Any = cv2.blur(picture, (side, side), borderType=cv2.BORDER_REFLECT)
    return np.asarray(out, np.float32)
