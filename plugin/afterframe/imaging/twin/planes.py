"""Twin of ``imaging.warp``: planes of pictures on a device, moved and mixed in their own encoding.

Planes are (h, w) float32 there, whatever they are stored as.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from afterframe.media.frame import Frame, Plane

from ..warp import (
    LARGEST_SAMPLE,
    MARGIN,
    CoarseMap,
    Interpolation,
    siting_of,
    siting_offset,
)
from .sampling import along_axis, continued, remap


class DevicePlanes:
    """What pictures of one encoding need on a device.

    Args:
        like: a picture of the encoding.
        device: as torch names it.
    """

    def __init__(self, like: Frame, device: str) -> None:
        self.device = torch.device(device)
        self.format = like.format
        self._siting = siting_of(like.format, like.colour)

    def up(self, frame: Frame) -> list[Tensor]:
        """Return a picture's planes on the device; samples that are no number become one."""
        return [self._up(plane) for plane in frame.planes]

    def down(self, planes: Sequence[Tensor]) -> tuple[Plane, ...]:
        """Return planes in the encoding's own type; few bytes come down."""
        return tuple(self._down(plane) for plane in planes)

    def tensor(self, values: Any) -> Tensor:
        """Return a copy of an array, or of numbers, on the device."""
        return torch.tensor(values, dtype=torch.float32, device=self.device)

    def at_plane(self, nodes: Tensor, where: CoarseMap, index: int) -> Tensor:
        """Return what stands at a map's nodes, margin included, at every sample of a plane.

        Args:
            nodes: (rows, columns) or (rows, columns, n).
            where: the map whose grid it is.
            index: of the plane.
        """
        size = self.format.plane_size(index, where.width, where.height)
        subsampling, offset = self._grid(index)
        for axis, (count, log2, first) in enumerate(
            zip(size[::-1], subsampling[::-1], offset[::-1], strict=True)
        ):
            at = _node_places(count, where.step, 1 << log2, first, self.device)
            nodes = along_axis(nodes, axis, at)
        return nodes

    def maps(self, where: CoarseMap) -> list[Tensor]:
        """Return for each plane where its samples are taken from, (h, w, 2), in its own samples."""
        nodes = self.tensor(where.nodes)
        luma = self.at_plane(nodes, where, 0)
        if not any(self.format.subsampling):
            return [luma] * self.format.planes
        subsampling, offset = self._grid(1)
        scale = self.tensor([1 << log2 for log2 in subsampling])
        chroma = (self.at_plane(nodes, where, 1) - self.tensor(offset)) / scale
        return [chroma if index in (1, 2) else luma for index in range(self.format.planes)]

    def moved(self, planes: Sequence[Tensor], where: CoarseMap, how: Interpolation) -> list[Tensor]:
        """Return the planes of a picture moved by a map, as ``warp.warp_planes`` does."""
        return [
            self._warped(plane, at, how) for plane, at in zip(planes, self.maps(where), strict=True)
        ]

    def _warped(self, plane: Tensor, where: Tensor, how: Interpolation) -> Tensor:
        out = remap(plane, where, how)
        if how == "linear":
            return out
        if not self.format.floating:
            return out.round().clamp(0, self.format.peak)
        lowest, highest = (
            remap(_beside(plane, extreme), where, "nearest")
            for extreme in (torch.minimum, torch.maximum)
        )
        return torch.clamp(out, lowest, highest)

    def _grid(self, index: int) -> tuple[tuple[int, int], tuple[float, float]]:
        """Return subsampling of a plane, across and down, and where its first sample stands."""
        if index not in (1, 2):
            return (0, 0), (0.0, 0.0)
        subsampling = self.format.subsampling
        return subsampling, siting_offset(subsampling, self._siting)

    def _up(self, plane: Plane) -> Tensor:
        samples: NDArray[Any] = plane.astype(np.float32)
        if plane.dtype.kind == "f":
            np.nan_to_num(samples, copy=False, posinf=LARGEST_SAMPLE, neginf=-LARGEST_SAMPLE)
        return torch.from_numpy(samples).to(self.device)

    def _down(self, samples: Tensor) -> Plane:
        dtype: Any = self.format.dtype
        if self.format.floating:
            stored = samples.half() if dtype == np.float16 else samples
        else:
            whole = samples.round().clamp(0, self.format.peak).int()
            stored = whole.to(torch.uint8 if dtype == np.uint8 else torch.int16)
        return np.asarray(stored.cpu().numpy()).view(dtype)


@lru_cache(maxsize=16)
def _node_places(count: int, step: int, scale: int, offset: float, device: torch.device) -> Tensor:
    """Return where a plane's samples stand among the nodes, along one axis."""
    pixels = np.arange(count) * scale + offset
    return torch.from_numpy(((pixels + 0.5) / step - 0.5 + MARGIN).astype(np.float32)).to(device)


def _beside(plane: Tensor, extreme: Any) -> Tensor:
    """Return the least or the largest of each sample and the eight beside it."""
    for axis in (0, 1):
        wide, count = continued(plane, axis, 1, 1, "replicate"), plane.shape[axis]
        plane = extreme(extreme(wide.narrow(axis, 0, count), plane), wide.narrow(axis, 2, count))
    return plane
