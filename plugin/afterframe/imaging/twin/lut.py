"""Twin of ``imaging.lut``."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor


def look_up(table: Tensor, picture: Tensor) -> Tensor:
    """Return a picture with its colours changed; see the twin.

    Args:
        table: (n, n, n, 3) float32.
        picture: (h, w, 3) float32 RGB.
    """
    nodes = table.shape[0]
    where = picture.clamp(0, 1) * (nodes - 1)
    below = torch.floor(where).clamp(max=nodes - 2)
    share = where - below
    strides = torch.tensor((nodes * nodes, nodes, 1), device=picture.device)
    index = (below.int() * strides.int()).sum(dim=-1).int().flatten()
    rows = table.reshape(-1, 3)
    total = torch.zeros_like(picture)
    for corner in itertools.product((0, 1), repeat=3):
        weight = torch.ones_like(share[..., 0])
        for axis, upper in enumerate(corner):
            weight = weight * (share[..., axis] if upper else 1 - share[..., axis])
        ahead = (corner[0] * nodes + corner[1]) * nodes + corner[2]
        colours = rows.index_select(0, index + ahead).reshape(picture.shape)
        total = total + weight[..., None] * colours
    return total
