"""The separable filters that OpenCV has built in."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .sampling import continued


def blurred(values: Tensor, sigma: float) -> Tensor:
    """Return (h, w, ...) under a Gaussian, as ``cv2.GaussianBlur`` of floats with size (0, 0)."""
    radius = (round(sigma * 8 + 1) | 1) // 2
    weights = [math.exp(-(at**2) / (2 * sigma**2)) for at in range(-radius, radius + 1)]
    total = sum(weights)
    return separable(values, [weight / total for weight in weights], "reflect101")


def boxed(values: Tensor, side: int, how: str) -> Tensor:
    """Return (h, w, ...) means over ``side`` x ``side`` samples, ``side`` odd, as ``cv2.blur``."""
    for axis in (0, 1):
        wide = continued(values, axis, side // 2, side // 2, how)
        values = wide.unfold(axis, side, 1).mean(dim=-1)
    return values


def separable(values: Tensor, weights: list[float], how: str) -> Tensor:
    """Return (h, w, ...) under an odd number of weights along both axes."""
    for axis in (0, 1):
        values = correlated(values, weights, axis, how)
    return values


def correlated(values: Tensor, weights: list[float], axis: int, how: str) -> Tensor:
    """Return values under weights along one axis."""
    radius, count = len(weights) // 2, values.shape[axis]
    wide = continued(values, axis, radius, radius, how)
    total = torch.zeros_like(values)
    for at, weight in enumerate(weights):
        if weight:
            total = total + weight * wide.narrow(axis, at, count)
    return total
