"""Which way a picture's lines run: the smoothed structure tensor and its tangents.

A tensor is ``(rows, columns, 3)`` float32: at every sample the sums over the colour channels of
gx gx, gx gy and gy gy. Unlike directions, which have no sign, tensors may be blurred, enlarged
and mixed over time.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .flow import Samples, reduced

Single = NDArray[np.float32]

PRESMOOTHING = 1.0
"""Sigma, in samples, of what is taken off a picture before its gradient: grain has no lines."""
FILL_SIGMAS = (3.0, 9.0)
"""Sigmas, in units of the tensor's own, from which places without lines take their direction."""
WEAK = 6e-5
"""Gradient energy below which a place counts as without lines: 1 level of 255 a sample."""


def structure_tensor(picture: Samples, sigma: float, step: int = 1) -> Single:
    """Return the smoothed structure tensor of a picture.

    Args:
        picture: (h, w) or (h, w, 3), uint8 or float32 in [0, 1].
        sigma: of the smoothing, in pixels of ``picture``; at least ``step``.
        step: pixels for one sample of the tensor, across and down (see ``flow.reduced``): the
            smoothing makes a large one harmless up to about ``sigma / 2``.

    Returns:
        (rows, columns, 3) float32.

    Source: Brox et al., Adaptive Structure Tensors and their Applications, 2006; that places
    without lines take those of their surroundings is as in Kyprianidis and Kang, Image and Video
    Abstraction by Coherence-Enhancing Filtering, 2011.
    """
    small = reduced(picture, step)
    small = small * np.float32(1 / 255) if small.dtype == np.uint8 else small.astype(np.float32)
    small = _blurred(small, PRESMOOTHING)
    across: Any = cv2.Scharr(small, cv2.CV_32F, 1, 0, scale=1 / 32)
    down: Any = cv2.Scharr(small, cv2.CV_32F, 0, 1, scale=1 / 32)
    products = [_over_channels(a * b) for a, b in ((across, across), (across, down), (down, down))]
    tensor = _blurred(cv2.merge(products), sigma / step)
    for times in FILL_SIGMAS:
        weight = WEAK / (WEAK + tensor[..., 0] + tensor[..., 2])
        tensor += weight[..., None] * _widely_blurred(tensor, times * sigma / step)
    return tensor


def tangents(tensor: Single) -> tuple[Single, Single]:
    """Return which way the lines run, and how plainly.

    Args:
        tensor: of :func:`structure_tensor`.

    Returns:
        Unit vectors (rows, columns, 2) float32 along the lines, without a sense: x is never
        negative; and (rows, columns) float32, 0 (no direction, or all alike) to 1 (one line).
    """
    xx, xy, yy = cv2.split(tensor)
    # The doubled angle of the gradient; the tangent's is opposite.
    cosine, sine = yy - xx, -2 * xy
    # Not cv2.magnitude: its last bit depends on where in memory the arrays lie.
    length = np.sqrt(cosine * cosine + sine * sine)
    anisotropy = length / (xx + yy + np.float32(1e-12))
    cosine = np.divide(cosine, length, out=np.ones_like(length), where=length > 0)
    x = np.sqrt(np.maximum((1 + cosine) / 2, 0))
    y = np.copysign(np.sqrt(np.maximum((1 - cosine) / 2, 0)), sine)
    return np.asarray(cv2.merge((x, y)), np.float32), anisotropy


def enlarged(tensor: Single, step: int, size: tuple[int, int]) -> Single:
    """Return a tensor (or any values of its grid) at every pixel of a picture.

    Args:
        tensor: (rows, columns, n) float32.
        step: pixels for one sample.
        size: width and height of the picture.
    """
    if step == 1:
        return tensor
    large: Any = cv2.resize(tensor, None, fx=step, fy=step)
    return np.asarray(large[: size[1], : size[0]], np.float32)


def _over_channels(values: Any) -> Single:
    if values.ndim == 2:
        return np.asarray(values, np.float32)
    return np.asarray(cv2.transform(values, np.ones((1, values.shape[2]))), np.float32)


def _blurred(values: Samples, sigma: float) -> Single:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), max(sigma, 0.3)), np.float32)


def _widely_blurred(values: Single, sigma: float) -> Single:
    """Return a blur of large sigma, done where it is small."""
    times = max(1, round(sigma / 3))
    while times > 1 and min(values.shape[:2]) // times < 4:
        times -= 1
    height, width = values.shape[:2]
    small = _blurred(reduced(values, times), sigma / times)
    return enlarged(small, times, (width, height))
