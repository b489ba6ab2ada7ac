"""The tooth of paper, which graphite catches on and pigment settles in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .preset import Preset

Single = NDArray[np.float32]

_TOOTH, _FELT = 101, 102


def tooth(preset: Preset, size: float) -> Single:
    """Return how high the paper stands, (h, w) float32 of mean 0 and deviation about 1.

    Two sizes of bumps, as felt leaves them on rough paper.

    Args:
        preset: whose marks the paper's are: it goes with the matter as they do.
        size: of the bumps, in lines of 1080.
    """
    fine, coarse = preset.marks_over(_TOOTH, size), preset.marks_over(_FELT, size * 2.7)
    out: Single = 0.8 * fine + 0.6 * coarse
    return out
