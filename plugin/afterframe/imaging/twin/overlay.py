"""Twin of the CPU's overlay (``imaging.overlay``)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from afterframe.media.frame import Frame, Plane

from ..overlay import Matte, Over, Overlay, Single
from ..warp import CoarseMap, Interpolation
from .planes import DevicePlanes
from .sampling import remap


class DeviceOverlay(Overlay):
    """See ``imaging.overlay``.

    Args:
        lower: any picture.
        upper: of the same encoding and size.
        matte: (h, w) uint8, 255 where the upper picture is seen.
        device: as torch names it.
    """

    def __init__(self, lower: Frame, upper: Frame, matte: Matte, device: str) -> None:
        self._planes = DevicePlanes(lower, device)
        self._lower, self._upper = self._planes.up(lower), self._planes.up(upper)
        self._matte = self._planes.tensor(matte) / 255

    def laid(
        self,
        under: CoarseMap,
        overs: Sequence[Over],
        opacity: Single,
        light: Single,
        *,
        interpolation: Interpolation = "cubic",
    ) -> tuple[Plane, ...]:
        there = self._planes
        still = there.moved(self._lower, under, interpolation)
        flowing = [there.moved(self._upper, over.where, interpolation) for over in overs]
        gains = [there.tensor(over.gain) for over in overs]
        known, lights = there.tensor(opacity), there.tensor(light)
        matte = remap(self._matte, there.maps(under)[0], "linear")
        made = []
        for index, plane in enumerate(still):
            over = there.at_plane(lights[..., index].contiguous(), under, index)
            for samples, gain in zip(flowing, gains, strict=True):
                over = over + there.at_plane(gain, under, index) * samples[index]
            seen = _reduced(matte, plane) * there.at_plane(known, under, index)
            made.append(plane + seen * (over - plane))
        return there.down(made)


def _reduced(matte: Tensor, plane: Tensor) -> Tensor:
    if matte.shape == plane.shape:
        return matte
    pooled: Tensor = adaptive_avg_pool2d(matte[None, None], tuple(plane.shape))
    return pooled[0, 0]
