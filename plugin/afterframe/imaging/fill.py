"""Filling of holes from what is around them, smoothly and at any size of hole."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]


def filled(picture: Single, known: Single) -> Single:
    """Return ``picture`` with its holes filled; where it is known it stays as it is.

    Args:
        picture: (h, w) or (h, w, c) float32; what stands in holes does not matter.
        known: (h, w) float32, 0 in holes to 1. Where nothing at all is known the result is 0.

    Source: Gortler et al., The Lumigraph, SIGGRAPH 1996, section 4.3.3 (pull and push).
    """
    weight = np.asarray(np.clip(known, 0, 1), np.float32)
    channels = picture if picture.ndim == 3 else picture[..., None]
    weighted = np.where(weight[..., None] > 0, channels, 0) * weight[..., None]
    out = _pulled_and_pushed(weighted.astype(np.float32), weight)
    return out if picture.ndim == 3 else np.ascontiguousarray(out[..., 0])


def _pulled_and_pushed(weighted: Single, weight: Single) -> Single:
    """Return the filled picture; ``weighted`` is the picture times its weight."""
    known: Any = weighted / np.maximum(weight, np.float32(1e-6))[..., None]
    height, width = weight.shape
    if weight.min() >= 1 or max(height, width) == 1:
        return np.asarray(known, np.float32)
    half = ((width + 1) // 2, (height + 1) // 2)
    smaller_weighted = _channels(cv2.pyrDown(weighted, dstsize=half))
    smaller_weight = np.asarray(cv2.pyrDown(weight, dstsize=half), np.float32)
    # Gortler's kernel sums to 4: a few known samples count for all of what they stand among.
    surer: Any = np.minimum(1, 4 * smaller_weight) / np.maximum(smaller_weight, np.float32(1e-6))
    smaller = _pulled_and_pushed(smaller_weighted * surer[..., None], smaller_weight * surer)
    behind = _channels(cv2.resize(smaller, (width, height), interpolation=cv2.INTER_LINEAR))
    return np.asarray(weighted + (1 - weight[..., None]) * behind, np.float32)


def _channels(picture: Any) -> Single:
    """Return (h, w, c): OpenCV drops the last axis of one channel."""
    return np.asarray(picture if picture.ndim == 3 else picture[..., None], np.float32)
