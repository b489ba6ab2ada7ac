"""Twin of the CPU's mover (``imaging.mover``): planes on a device, moved by coarse maps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from afterframe.media.frame import Frame, Plane

from ..mover import DETAIL, Layer, Mover
from ..warp import (
    LARGEST_SAMPLE,
    MARGIN,
    CoarseMap,
    Interpolation,
    siting_of,
    siting_offset,
)
from .filters import boxed
from .sampling import along_axis, continued, remap


class DeviceMover(Mover):
    """See ``imaging.mover``.

    Args:
        pictures: one or more of one encoding and size.
        device: as torch names it.
    """

    def __init__(self, pictures: Sequence[Frame], device: str) -> None:
        self._device = torch.device(device)
        self._format = pictures[0].format
        self._siting = siting_of(pictures[0].format, pictures[0].colour)
        self._pictures = [[self._up(plane) for plane in frame.planes] for frame in pictures]

    def moved(
        self, where: CoarseMap, *, interpolation: Interpolation = "cubic", picture: int = 0
    ) -> tuple[Plane, ...]:
        return tuple(self._down(plane) for plane in self._moved(where, interpolation, picture))

    def mixed(
        self,
        layers: Sequence[Layer],
        *,
        interpolation: Interpolation = "cubic",
        keep_contrast: bool = False,
    ) -> tuple[Plane, ...]:
        moved = [self._moved(each.where, interpolation, each.picture) for each in layers]
        made = []
        for index, planes in enumerate(zip(*moved, strict=True)):
            shares = [self._share(layer, index) for layer in layers]
            mix = torch.zeros_like(planes[0])
            for plane, share in zip(planes, shares, strict=True):
                mix = mix + share * plane
            if keep_contrast and index < self._format.colour_planes:
                mix = _with_contrast(mix, shares, DETAIL * mix.shape[1] // layers[0].where.width)
            made.append(self._down(mix))
        return tuple(made)

    def _moved(self, where: CoarseMap, how: Interpolation, picture: int) -> list[Tensor]:
        nodes = self._tensor(where.nodes)
        luma = self._at_plane(nodes, where, 0)
        chroma = luma
        if any(self._format.subsampling):
            across, down = self._format.subsampling
            offset, scale = self._tensor(self._offset(1)), self._tensor((1 << across, 1 << down))
            chroma = (self._at_plane(nodes, where, 1) - offset) / scale
        return [
            self._warped(plane, chroma if index in (1, 2) else luma, how)
            for index, plane in enumerate(self._pictures[picture])
        ]

    def _warped(self, plane: Tensor, where: Tensor, how: Interpolation) -> Tensor:
        out = remap(plane, where, how)
        if how == "linear":
            return out
        if self._format.floating:
            lowest, highest = (
                remap(_beside(plane, extreme), where, "nearest")
                for extreme in (torch.minimum, torch.maximum)
            )
            return torch.clamp(out, lowest, highest)
        return out.round().clamp(0, self._format.peak)

    def _share(self, layer: Layer, index: int) -> Tensor:
        if isinstance(layer.share, float):
            return torch.full((1, 1), layer.share, device=self._device)
        continued_share = np.pad(layer.share, MARGIN, mode="edge")
        return self._at_plane(self._tensor(continued_share), layer.where, index)

    def _at_plane(self, nodes: Tensor, where: CoarseMap, index: int) -> Tensor:
        """Return what stands at the nodes at every sample of a plane."""
        subsampling = self._format.subsampling if index in (1, 2) else (0, 0)
        size = self._format.plane_size(index, where.width, where.height)
        for axis in (0, 1):
            at = _plane_places(
                size[1 - axis],
                where.step,
                1 << subsampling[1 - axis],
                self._offset(index)[1 - axis],
                self._device,
            )
            nodes = along_axis(nodes, axis, at)
        return nodes

    def _offset(self, index: int) -> tuple[float, float]:
        if index not in (1, 2):
            return 0.0, 0.0
        return siting_offset(self._format.subsampling, self._siting)

    def _tensor(self, values: Any) -> Tensor:
        return torch.tensor(values, dtype=torch.float32, device=self._device)

    def _up(self, plane: Plane) -> Tensor:
        samples = plane.astype(np.float32)
        if plane.dtype.kind == "f":
            np.nan_to_num(samples, copy=False, posinf=LARGEST_SAMPLE, neginf=-LARGEST_SAMPLE)
        return torch.from_numpy(samples).to(self._device)

    def _down(self, samples: Tensor) -> Plane:
        """Return a plane in the pictures' own type; few bytes come down."""
        dtype: Any = self._format.dtype
        if self._format.floating:
            stored = samples.half() if dtype == np.float16 else samples
        else:
            whole = samples.round().clamp(0, self._format.peak).int()
            stored = whole.to(torch.uint8 if dtype == np.uint8 else torch.int16)
        return np.asarray(stored.cpu().numpy()).view(dtype)


@lru_cache(maxsize=16)
def _plane_places(count: int, step: int, scale: int, offset: float, device: torch.device) -> Tensor:
    """Return where a plane's samples stand among the nodes, along one axis."""
    pixels = np.arange(count) * scale + offset
    return torch.from_numpy(((pixels + 0.5) / step - 0.5 + MARGIN).astype(np.float32)).to(device)


def _beside(plane: Tensor, extreme: Any) -> Tensor:
    """Return the least or the largest of each sample and the eight beside it."""
    for axis in (0, 1):
        wide, count = continued(plane, axis, 1, 1, "replicate"), plane.shape[axis]
        plane = extreme(extreme(wide.narrow(axis, 0, count), plane), wide.narrow(axis, 2, count))
    return plane


def _with_contrast(mix: Tensor, shares: Sequence[Tensor], side: int) -> Tensor:
    squares = sum((share * share for share in shares[1:]), shares[0] * shares[0])
    gain = squares.clamp(min=0.25).rsqrt() - 1
    return mix + gain * (mix - boxed(mix, side | 1, "replicate"))
