"""Samples of tensors between their places: what OpenCV's ``remap`` and ``resize`` do."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

CUBIC = -0.75
"""The parameter of Keys' kernel (1981) that OpenCV takes."""


def remap(picture: Tensor, where: Tensor, how: str = "linear") -> Tensor:
    """Return ``picture`` sampled at places, edges continued.

    Args:
        picture: (h, w) or (h, w, c) float32.
        where: (h', w', 2) float32 places (x, y), in samples of ``picture``.
        how: ``nearest``, ``linear`` or ``cubic``.

    Returns:
        (h', w') or (h', w', c) float32.
    """
    height, width = picture.shape[:2]
    if how == "nearest":
        nearest = torch.round(where).int()
        x, y = nearest[..., 0].clamp(0, width - 1), nearest[..., 1].clamp(0, height - 1)
        return _taken(picture, y * width + x)
    below = torch.floor(where)
    share, corner = where - below, below.int()
    taps = _linear if how == "linear" else _cubic
    first = 0 if how == "linear" else -1
    across, down = taps(share[..., 0]), taps(share[..., 1])
    columns = [(corner[..., 0] + first + i).clamp(0, width - 1) for i in range(len(across))]
    total = torch.zeros((), device=picture.device)
    for j, of_row in enumerate(down):
        start = (corner[..., 1] + first + j).clamp(0, height - 1) * width
        row = torch.zeros((), device=picture.device)
        for column, of_column in zip(columns, across, strict=True):
            row = row + _taken(picture, start + column) * _fitting(of_column, picture)
        total = total + row * _fitting(of_row, picture)
    return total


def displaced(picture: Tensor, displacement: Tensor) -> Tensor:
    """Return ``picture`` sampled at each place plus ``displacement``, linearly."""
    height, width = displacement.shape[:2]
    return remap(picture, places(height, width, displacement.device) + displacement)


@lru_cache(maxsize=8)
def places(height: int, width: int, device: torch.device) -> Tensor:
    """Return the (x, y) of every sample of a grid, (height, width, 2) float32; do not write."""
    x = torch.arange(width, device=device, dtype=torch.float32)
    y = torch.arange(height, device=device, dtype=torch.float32)
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)


def along_axis(values: Tensor, axis: int, at: Tensor) -> Tensor:
    """Return values at places along one axis, linearly between samples, edges continued.

    Args:
        values: of any shape.
        axis: 0 or 1.
        at: (n,) float32, in samples.
    """
    last = values.shape[axis] - 1
    below = torch.floor(at).clamp(0, last)
    shape = [1] * values.dim()
    shape[axis] = -1
    share = (at - below).clamp(0, 1).reshape(shape)
    lower = values.index_select(axis, below.int())
    upper = values.index_select(axis, (below + 1).clamp(max=last).int())
    return lower + share * (upper - lower)


def enlarged(values: Tensor, times: int) -> Tensor:
    """Return (h, w, ...) values ``times`` larger, linearly, as ``cv2.resize`` does."""
    for axis in (0, 1):
        count = values.shape[axis] * times
        at = torch.arange(count, device=values.device, dtype=torch.float32)
        values = along_axis(values, axis, (at + 0.5) / times - 0.5)
    return values


def repeated(values: Tensor, times: int) -> Tensor:
    """Return (h, w, ...) values ``times`` larger, each sample repeated."""
    return values.repeat_interleave(times, 0).repeat_interleave(times, 1)


def reduced(picture: Tensor, step: int) -> Tensor:
    """Return the means of step x step samples, sides continued (see ``imaging.flow.reduced``)."""
    if step == 1:
        return picture
    for axis in (0, 1):
        missing = -picture.shape[axis] % step
        picture = continued(picture, axis, 0, missing, "replicate")
        shape = list(picture.shape)
        shape[axis : axis + 1] = [shape[axis] // step, step]
        picture = picture.reshape(shape).mean(dim=axis + 1)
    return picture


def continued(values: Tensor, axis: int, before: int, after: int, how: str) -> Tensor:
    """Return values with more samples at both ends of an axis.

    Args:
        values: of any shape.
        axis: which.
        before: how many before the first.
        after: how many after the last.
        how: OpenCV's borders: ``replicate`` aaa|abc|ccc, ``reflect`` cba|abc|cba, ``reflect101``
            cb|abc|ba.
    """
    count = values.shape[axis]
    at = torch.arange(-before, count + after, device=values.device)
    if how == "replicate" or count == 1:
        at = at.clamp(0, count - 1)
    elif how == "reflect":
        at = torch.remainder(at, 2 * count)
        at = torch.minimum(at, 2 * count - 1 - at)
    else:
        at = torch.remainder(at, 2 * count - 2)
        at = torch.minimum(at, 2 * count - 2 - at)
    return values.index_select(axis, at)


def _linear(share: Tensor) -> tuple[Tensor, ...]:
    return 1 - share, share


def _cubic(share: Tensor) -> tuple[Tensor, ...]:
    def outer(d: Tensor) -> Tensor:
        return ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC

    def inner(d: Tensor) -> Tensor:
        return ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1

    before, here, after = outer(share + 1), inner(share), inner(1 - share)
    return before, here, after, 1 - before - here - after


def _taken(picture: Tensor, index: Tensor) -> Tensor:
    """Return the samples at indices that count row by row."""
    samples = picture.reshape(-1, *picture.shape[2:])
    return samples.index_select(0, index.flatten()).reshape(*index.shape, *picture.shape[2:])


def _fitting(weight: Tensor, picture: Tensor) -> Tensor:
    """Return a weight (h', w') that counts for all channels of the picture."""
    return weight if picture.dim() == 2 else weight[..., None]
