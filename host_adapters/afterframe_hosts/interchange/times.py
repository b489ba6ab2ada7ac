"""OTIO's times, which are floats, and ours, which are exact."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import lru_cache
from typing import Any

import opentimelineio as otio

from ..wire.clip import FASTEST
from ..wire.rates import nearest_rate

_SNAP = Fraction(1, 1000)
"""Of a frame: what floats lose when a program multiplies and divides by 23.976."""
_NUMBER = re.compile(
    r"[+-]?[0-9]{0,40}(\.[0-9]{0,400})?([eE][+-]?[0-9]{1,3}|/[0-9]{1,40})?", re.ASCII
)
"""A number of a length that is worked out at once: ``1e999999999`` would take for ever."""


@lru_cache(maxsize=256)
def rational(rate: float) -> Fraction:
    """Return the rate that OTIO holds as a float; a clock's ticks (48000, 90000) as they are.

    Raises:
        ValueError: not a number above 0.
    """
    if math.isfinite(rate) and rate > FASTEST:
        return Fraction(rate)
    return nearest_rate(rate)


def seconds(time: Any) -> Fraction:
    """Return a RationalTime as exact seconds.

    Raises:
        ValueError: its value or its rate is not a number.
    """
    if not math.isfinite(time.value):
        raise ValueError(f"a time is not a number: {time.value}")
    return Fraction(time.value) / rational(time.rate)


def exact(text: str) -> Fraction:
    """Return a number as documents write it: ``12``, ``12.5``, ``1001/24000``, ``1.8e+308``.

    Raises:
        ValueError: it is none, or absurdly long.
    """
    try:
        if _NUMBER.fullmatch(text.strip()):
            return Fraction(text)
    except (ValueError, ZeroDivisionError):
        pass
    raise ValueError(f"{text[:40]} is no number")


def nearest(frames: Fraction) -> int:
    """Return the nearest whole frame; a half goes up."""
    return math.floor(frames + Fraction(1, 2))


def whole(frames: Fraction) -> int:
    """Return the frame on screen at ``frames``, forgiving what floats lose."""
    return math.floor(frames + _SNAP)


def time_range(start: float, duration: float, rate: float) -> otio.opentime.TimeRange:
    """Return a range of OTIO."""
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(duration, rate)
    )
