"""Pictures that are moved by many maps, frame after frame, on the CPU or on a GPU.

A mover holds the planes of its pictures where they are worked on: per frame only the nodes of the
coarse maps go there and the finished planes come back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.media.frame import Frame, PixelFormat, Plane

from .warp import CoarseMap, Interpolation, plane_values, siting_of, warp_planes

Single = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One of the pictures that are mixed.

    Attributes:
        where: its map.
        share: (rows, columns) float32 on the map's grid without its margin, or one number: its
            weight. The shares of all layers of a mix should amount to 1 everywhere.
        picture: which of the mover's pictures it shows.
    """

    where: CoarseMap
    share: Single | float = 1.0
    picture: int = 0


class Mover(ABC):
    """One or more pictures of one encoding and size, moved by maps. See :func:`mover_for`."""

    @abstractmethod
    def moved(
        self, where: CoarseMap, *, interpolation: Interpolation = "cubic", picture: int = 0
    ) -> tuple[Plane, ...]:
        """Return the planes of a picture moved by a map, as ``warp.warp_planes`` does."""

    @abstractmethod
    def mixed(
        self,
        layers: Sequence[Layer],
        *,
        interpolation: Interpolation = "cubic",
    ) -> tuple[Plane, ...]:
        """Return the planes of several moved pictures, mixed by their shares.

        Args:
            layers: one or more, with maps of one grid.
            interpolation: of each.
        """


def mover_for(pictures: Sequence[Frame], device: str = "cpu") -> Mover:
    """Return what moves these pictures.

    Args:
        pictures: one or more of one encoding and size.
        device: ``Context.device``; torch is imported for any other than ``cpu``.
    """
    if device == "cpu":
        return _CpuMover(pictures)
    from .twin.mover import DeviceMover

    return DeviceMover(pictures, device)


class _CpuMover(Mover):
    def __init__(self, pictures: Sequence[Frame]) -> None:
        self._pictures = [frame.planes for frame in pictures]
        self._format = pictures[0].format
        self._siting = siting_of(pictures[0].format, pictures[0].colour)

    def moved(
        self, where: CoarseMap, *, interpolation: Interpolation = "cubic", picture: int = 0
    ) -> tuple[Plane, ...]:
        return warp_planes(
            self._pictures[picture],
            where,
            self._format.subsampling,
            interpolation=interpolation,
            peak=self._format.peak,
            siting=self._siting,
        )

    def mixed(
        self,
        layers: Sequence[Layer],
        *,
        interpolation: Interpolation = "cubic",
    ) -> tuple[Plane, ...]:
        moved = [
            self.moved(layer.where, interpolation=interpolation, picture=layer.picture)
            for layer in layers
        ]
        full = [self._share(layer, (0, 0)) for layer in layers]
        small = full
        if any(self._format.subsampling):
            small = [self._share(layer, self._format.subsampling) for layer in layers]
        made = []
        for index, planes in enumerate(zip(*moved, strict=True)):
            shares = small if index in (1, 2) else full
            mix = _mix(planes, shares)
            made.append(_as_stored(mix, self._format, planes[0].dtype))
        return tuple(made)

    def _share(self, layer: Layer, subsampling: tuple[int, int]) -> Single:
        where, share = layer.where, layer.share
        size = (where.width, where.height)
        if isinstance(share, float):
            width, height = (-(-side >> log2) for side, log2 in zip(size, subsampling, strict=True))
            return np.full((height, width), share, np.float32)
        return plane_values(share, where.step, size, subsampling, self._siting)


def _mix(planes: Sequence[Plane], shares: Sequence[Single]) -> Single:
    total: Any = cv2.multiply(planes[0].astype(np.float32), shares[0])
    for plane, share in zip(planes[1:], shares[1:], strict=True):
        cv2.accumulateProduct(plane.astype(np.float32), share, total)
    return np.asarray(total, np.float32)


def _as_stored(mix: Single, pixels: PixelFormat, dtype: np.dtype[Any]) -> Plane:
    if dtype.kind == "f":
        return mix.astype(dtype, copy=False)
    return np.rint(np.clip(mix, 0, pixels.peak)).astype(dtype)
