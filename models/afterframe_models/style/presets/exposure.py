"""How dark and how light a clip is, so that a dim one gets its full range of tones too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..canvas import Canvas

Single = NDArray[np.float32]

_DARKEST, _LIGHTEST = 2, 98
"""Percentiles that count as black and as white."""
_KEPT = 0.97
_BLACK, _WHITE = 0.2, 0.8
"""Black is at most so light, white at least: a grey wall stays grey, and noise stays noise."""
_LIGHTEST_CURVE = 0.4
"""The exponent beyond which a night would become day. None darkens."""


class Exposure:
    """Follows the tones of successive pictures, slowly, and spreads them.

    Args:
        canvas: what is painted on.
        key: lightness that the middle tone is given, 0 to 1: paper that is left bare looks light.
    """

    def __init__(self, canvas: Canvas, key: float) -> None:
        self._canvas = canvas
        self._key = key
        self._tones: NDArray[np.float64] | None = None

    def spread(self, lightness: Single, *, new: bool) -> Single:
        """Return (h, w) float32 ``lightness`` with its tones spread over 0 to 1.

        ``new``: this picture has nothing to do with the one before.
        """
        coarse = self._canvas.reduced(lightness)
        tones = np.percentile(coarse, (_DARKEST, 50, _LIGHTEST)).astype(np.float64)
        if self._tones is not None and not new:
            tones = _KEPT * self._tones + (1 - _KEPT) * tones
        self._tones = tones
        dark, light = min(float(tones[0]), _BLACK), max(float(tones[2]), _WHITE)
        middle = min(max((float(tones[1]) - dark) / (light - dark), 0.02), 0.98)
        exponent = min(max(np.log(self._key) / np.log(middle), _LIGHTEST_CURVE), 1.0)
        spread = ((lightness - dark) / (light - dark)).clip(0, 1) ** exponent
        return np.asarray(spread, np.float32)
