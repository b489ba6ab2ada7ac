"""Twin of the CPU's mover (``imaging.mover``): only nodes go up and finished planes come down."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from afterframe.media.frame import Frame, Plane

from ..mover import Layer, Mover
from ..warp import MARGIN, CoarseMap, Interpolation
from .planes import DevicePlanes


class DeviceMover(Mover):
    """See ``imaging.mover``.

    Args:
        pictures: one or more of one encoding and size.
        device: as torch names it.
    """

    def __init__(self, pictures: Sequence[Frame], device: str) -> None:
        self._planes = DevicePlanes(pictures[0], device)
        self._pictures = [self._planes.up(frame) for frame in pictures]

    def moved(
        self, where: CoarseMap, *, interpolation: Interpolation = "cubic", picture: int = 0
    ) -> tuple[Plane, ...]:
        return self._planes.down(self._moved(where, interpolation, picture))

    def mixed(
        self,
        layers: Sequence[Layer],
        *,
        interpolation: Interpolation = "cubic",
    ) -> tuple[Plane, ...]:
        moved = [self._moved(each.where, interpolation, each.picture) for each in layers]
        made = []
        for index, planes in enumerate(zip(*moved, strict=True)):
            shares = [self._share(layer, index) for layer in layers]
            mix = torch.zeros_like(planes[0])
            for plane, share in zip(planes, shares, strict=True):
                mix = mix + share * plane
            made.append(mix)
        return self._planes.down(made)

    def _moved(self, where: CoarseMap, how: Interpolation, picture: int) -> list[Tensor]:
        return self._planes.moved(self._pictures[picture], where, how)

    def _share(self, layer: Layer, index: int) -> Tensor:
        if isinstance(layer.share, float):
            return self._planes.tensor([[layer.share]])
        share = self._planes.tensor(np.pad(layer.share, MARGIN, mode="edge"))
        return self._planes.at_plane(share, layer.where, index)
