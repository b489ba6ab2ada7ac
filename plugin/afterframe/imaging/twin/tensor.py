"""Twin of ``imaging.tensor``."""

from __future__ import annotations

import torch
from torch import Tensor

from ..tensor import FILL_SIGMAS, PRESMOOTHING, WEAK
from .filters import blurred, correlated
from .sampling import enlarged as larger
from .sampling import reduced

_SLOPE, _SMOOTH = [-0.5, 0.0, 0.5], [3 / 16, 10 / 16, 3 / 16]


def structure_tensor(picture: Tensor, sigma: float, step: int = 1) -> Tensor:
    """Return the smoothed structure tensor; see the twin.

    Args:
        picture: (h, w) or (h, w, 3) float32 in [0, 1].
        sigma: of the smoothing, in pixels.
        step: pixels for one sample of the tensor.
    """
    small = reduced(picture, step)
    if small.dim() == 2:
        small = small[..., None]
    small = blurred(small, PRESMOOTHING)
    across, down = (
        correlated(correlated(small, _SLOPE, axis, "reflect101"), _SMOOTH, 1 - axis, "reflect101")
        for axis in (1, 0)
    )
    products = [(a * b).sum(dim=2) for a, b in ((across, across), (across, down), (down, down))]
    tensor = blurred(torch.stack(products, dim=-1), max(sigma / step, 0.3))
    for times in FILL_SIGMAS:
        weight = WEAK / (WEAK + tensor[..., 0] + tensor[..., 2])
        tensor = tensor + weight[..., None] * _widely_blurred(tensor, times * sigma / step)
    return tensor


def tangents(tensor: Tensor) -> tuple[Tensor, Tensor]:
    """Return unit tangents (rows, columns, 2) and anisotropy (rows, columns); see the twin."""
    xx, xy, yy = tensor.unbind(-1)
    cosine, sine = yy - xx, -2 * xy
    length = torch.hypot(cosine, sine)
    anisotropy = length / (xx + yy + 1e-12)
    cosine = torch.where(length > 0, cosine / length, 1.0)
    x = ((1 + cosine) / 2).clamp(min=0).sqrt()
    y = torch.copysign(((1 - cosine) / 2).clamp(min=0).sqrt(), sine)
    return torch.stack((x, y), dim=-1), anisotropy


def enlarged(tensor: Tensor, step: int, size: tuple[int, int]) -> Tensor:
    """Return a tensor at every pixel of a picture of this width and height; see the twin."""
    if step == 1:
        return tensor
    return larger(tensor, step)[: size[1], : size[0]]


def _widely_blurred(values: Tensor, sigma: float) -> Tensor:
    times = max(1, round(sigma / 3))
    while times > 1 and min(values.shape[:2]) // times < 4:
        times -= 1
    height, width = values.shape[:2]
    small = blurred(reduced(values, times), max(sigma / times, 0.3))
    return enlarged(small, times, (width, height))
