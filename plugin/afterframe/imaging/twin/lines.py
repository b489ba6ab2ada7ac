"""Twin of ``imaging.lines``."""

from __future__ import annotations

import torch
from torch import Tensor

from ..lines import FINE_HOP, grain_of, passes, side_share
from .sampling import enlarged, places, remap, repeated


class Streamlines:
    """The streamlines of a field, see the twin.

    Args:
        along: (rows, columns, 2) float32 unit vectors.
        step: pixels of the pictures for one sample of the field.
        size: width and height of the pictures.
        longest: half-length of the longest integral, in pixels.
    """

    def __init__(self, along: Tensor, step: int, size: tuple[int, int], longest: float) -> None:
        self._size = size
        self._grain, self._first = grain_of(step)
        self._along = along
        self._step = step
        self._times = step // self._grain
        self._steep = repeated(along[..., 1].abs() > along[..., 0].abs(), self._times)[..., None]
        forth = torch.cat((self._first * along, along), dim=-1)
        back = -forth
        self._hops = [self._refined(forth, back)]
        for _ in range(passes(longest, self._first) - 1):
            forth, back = self._farther(forth, forth, back), self._farther(back, forth, back)
            self._hops.append(self._refined(forth, back))

    def integral(self, picture: Tensor, length: float) -> Tensor:
        """Return ``picture``, (h, w) or (h, w, c) float32, smoothed along the lines."""
        out = picture
        for index in range(min(passes(length, self._first), len(self._hops))):
            share = side_share(length, self._first, index)
            if share > 0:
                how = "nearest" if self._first * 2**index >= FINE_HOP else "linear"
                forth, back = (remap(out, self._where(hop), how) for hop in self._hops[index])
                out = (1 - 2 * share) * out + share * (forth + back)
        return out

    def _where(self, hop: Tensor) -> Tensor:
        width, height = self._size
        return places(height, width, hop.device) + repeated(hop, self._grain)[:height, :width]

    def _farther(self, end: Tensor, forth: Tensor, back: Tensor) -> Tensor:
        where = places(*end.shape[:2], end.device) + end[..., :2] / self._step
        there, forth, back = (remap(each, where, "nearest") for each in (self._along, forth, back))
        agrees = (there * end[..., 2:]).sum(dim=-1, keepdim=True) >= 0
        farther = torch.where(agrees, forth, back)
        return torch.cat((farther[..., :2] + end[..., :2], farther[..., 2:]), dim=-1)

    def _refined(self, forth: Tensor, back: Tensor) -> tuple[Tensor, Tensor]:
        forth, back = forth[..., :2], back[..., :2]
        if self._times == 1:
            return forth, back
        middle, chord = (forth + back) / 2, (forth - back) / 2
        upwards = torch.where(self._along[..., 1:] < 0, -chord, chord)
        middle, chord, upwards = (enlarged(each, self._times) for each in (middle, chord, upwards))
        chord = torch.where(self._steep, upwards, chord)
        return middle + chord, middle - chord
