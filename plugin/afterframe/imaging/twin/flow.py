"""Twin of ``imaging.flow``: inversion. Flow itself is measured on the CPU for every device."""

from __future__ import annotations

from torch import Tensor

from ..flow import INVERSION_STEPS
from .sampling import displaced


def flow_at(flow: Tensor, time: float) -> Tensor:
    """Return the flow of the matter that is at each place at ``time``; see the twin."""
    found = flow
    for _ in range(INVERSION_STEPS):
        found = displaced(flow, -time * found)
    return found
