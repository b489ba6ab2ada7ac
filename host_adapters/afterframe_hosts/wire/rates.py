"""Rates where a library gives them as a float: which rational rate is meant."""

from __future__ import annotations

import math
from fractions import Fraction

from .clip import FASTEST, check_rate

TOLERANCE = Fraction(1, 200)
"""Programs write 23.976, 23.98 or 29.97: up to 0.005 off the rate that is meant."""
_COUNTED = (12, 15, 24, 30, 48, 60, 72, 90, 96, 120, 180, 240, 480)
_NTSC = tuple(Fraction(count * 1000, 1001) for count in _COUNTED)
_EXACT = Fraction(1, 2000)


def nearest_rate(value: float) -> Fraction:
    """Return the rational rate that a float stands for.

    The NTSC rates are known by any of their spellings (29.97, 29.970030 -> 30000/1001); any other
    value becomes the simplest fraction within 0.0005 frames a second of it (25.0 -> 25,
    12.5 -> 25/2).

    Raises:
        ValueError: not a number above 0 and at most 1000.
    """
    if not math.isfinite(value):
        raise ValueError(f"a rate lies above 0 and at most {FASTEST}, not {value}")
    exact = Fraction(value)
    check_rate(exact)
    nearest = min(_NTSC, key=lambda rate: abs(rate - exact))
    if abs(nearest - exact) <= TOLERANCE:
        return nearest
    for denominator in (1, 10, 100, 1001):
        simple = exact.limit_denominator(denominator)
        if simple > 0 and abs(simple - exact) <= _EXACT:
            return simple
    return exact.limit_denominator(1_000_000)
