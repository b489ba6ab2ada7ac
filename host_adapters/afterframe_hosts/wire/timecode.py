"""Timecode, SMPTE ST 12-1: the labels that frames carry.

A label counts frames at the nominal rate (24 for 24000/1001). Drop-frame counting, at 29.97 and
its multiples, skips labels and never frames.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

_LABEL = re.compile(r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})([:;])([0-9]{2,4})")


def labelled(text: str, rate: Fraction) -> int | None:
    """Return the frame that carries a label, None where no frame does at this rate.

    Args:
        text: ``HH:MM:SS:FF`` or, drop-frame, ``HH:MM:SS;FF``.
        rate: frames a second.
    """
    match = _LABEL.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
    base = nominal(rate)
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= base:
        return None
    count = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if match[4] == ":":
        return count
    dropped = _dropped(rate)
    if not can_drop(rate) or (minutes % 10 and seconds == 0 and frames < dropped):
        return None
    total = hours * 60 + minutes
    return count - dropped * (total - total // 10)


def timecode(frame: int, rate: Fraction, drop: bool = False) -> str:
    """Return the label of a frame, from ``00:00:00:00`` at frame 0; it starts anew every 24 hours.

    Args:
        frame: may be negative: the label counts back from midnight.
        rate: frames a second.
        drop: count drop-frame; the last separator is then ``;``.

    Raises:
        ValueError: ``drop`` at a rate that has no drop-frame counting.
    """
    if drop and not can_drop(rate):
        raise ValueError(f"there is no drop-frame timecode at {rate}")
    base, dropped = nominal(rate), _dropped(rate) if drop else 0
    count = frame % (24 * 60 * 60 * base - 24 * 54 * dropped)
    if drop:
        count += _labels_skipped(count, base, dropped)
    seconds, frames = divmod(count, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    width = max(2, len(str(base - 1)))
    return f"{hours:02}:{minutes:02}:{seconds:02}{';' if drop else ':'}{frames:0{width}}"


def nominal(rate: Fraction) -> int:
    """Return how many frames a second of timecode counts: 24 for 24000/1001; at least 1."""
    return max(1, math.floor(rate + Fraction(1, 2)))


def can_drop(rate: Fraction) -> bool:
    """Say whether drop-frame timecode exists at this rate: 30000/1001 and its multiples."""
    return rate * 1001 == nominal(rate) * 1000 and nominal(rate) % 30 == 0


def _dropped(rate: Fraction) -> int:
    """Labels skipped at a minute: 2 at 29.97, 4 at 59.94."""
    return nominal(rate) // 15


def _labels_skipped(frame: int, base: int, dropped: int) -> int:
    """Return how many labels were skipped up to a frame of the day.

    Every minute but each tenth starts ``dropped`` labels late; of ten minutes the first is whole.
    """
    ten_minutes = 600 * base - 9 * dropped
    tens, rest = divmod(frame, ten_minutes)
    late = max(0, (rest - dropped) // (60 * base - dropped))
    return dropped * (9 * tens + late)
