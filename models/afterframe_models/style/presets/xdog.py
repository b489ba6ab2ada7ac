"""Lines where lightness bends: the flow-based difference of Gaussians, and its thresholds.

Source: Kang, Lee, Chui, Flow-Based Image Abstraction, TVCG 2009; Winnemoeller, Kyprianidis,
Olsen, XDoG: An eXtended Difference-of-Gaussians Compendium, Computers & Graphics 2012.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..canvas import blurred
from .along import Directions

Single = NDArray[np.float32]

WIDER = 1.6
"""Ratio of the two Gaussians, which comes nearest to a Laplacian (Marr, Hildreth 1980)."""

_FINEST = 0.7
"""Pixels of the narrower Gaussian below which neither sees more than single pixels."""


def line_response(grey: Single, directions: Directions, sigma: float, coherence: float) -> Single:
    """Return the difference of Gaussians, gathered along the shapes.

    Args:
        grey: (h, w) float32 in [0, 1].
        directions: of the picture.
        sigma: of the narrower Gaussian, in pixels: half the width of a line, which is never
            thinner than pictures can show.
        coherence: reach of the smear along the shapes, in pixels.

    Returns:
        (h, w) float32: negative on the dark side of edges and on dark lines.
    """
    sigma = max(sigma, _FINEST)
    response = blurred(grey, sigma) - blurred(grey, sigma * WIDER)
    return directions.smeared(response, coherence)


def soft_threshold(values: Single, threshold: float | Single, softness: float) -> Single:
    """Return 1 above ``threshold``, falling to 0 below it (equation 5 of XDoG).

    Args:
        values: (h, w) float32.
        threshold: the paper's epsilon; one for all, or (h, w).
        softness: distance below the threshold at which three quarters are gone.
    """
    below = np.minimum((values - threshold) / np.float32(softness), 0)
    out: Single = 1 + np.tanh(below)
    return out
