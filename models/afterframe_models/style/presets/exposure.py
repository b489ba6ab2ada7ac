"""How dark and how light a clip is, so that a dim one gets its full range of tones too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .canvas import Canvas

Single = NDArray[np.float32]

_DARKEST, _LIGHTEST = 2, 98
"""Percentiles that count as black and as white."""
_KEPT = 0.9
_LEAST_RANGE = 0.25
"""A picture of one grey stays that grey, and noise does not become a picture."""


class Exposure:
    """Follows the darkest and the lightest tone of successive pictures, slowly."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._range: tuple[float, float] | None = None

    def spread(self, grey: Single, *, new: bool) -> Single:
        """Return (h, w) float32 ``grey`` with its tones spread over 0 to 1.

        ``new``: this picture has nothing to do with the one before.
        """
        darkest, lightest = np.percentile(self._canvas.reduced(grey), (_DARKEST, _LIGHTEST))
        dark, light = float(darkest), float(lightest)
        if self._range is not None and not new:
            dark = _KEPT * self._range[0] + (1 - _KEPT) * dark
            light = _KEPT * self._range[1] + (1 - _KEPT) * light
        self._range = dark, light
        lacking = max(0.0, _LEAST_RANGE - (light - dark))
        dark, light = max(0.0, dark - lacking), min(1.0, light + lacking)
        out: Single = ((grey - np.float32(dark)) * np.float32(1 / (light - dark))).clip(0, 1)
        return out
