"""Rational time: frames at a rate, the timecode that names them, and what a user types for both.

Frames are integers, rates are ``Fraction``; nothing here is ever a float. Timecode is SMPTE ST
12-1: a count of frames at the nominal rate (24 for 24000/1001), with drop-frame counting, which
skips labels and never frames, at 29.97 and its multiples.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from afterframe.errors import BadTimecode
from afterframe_hosts.wire.clip import LONGEST
from afterframe_hosts.wire.rates import nearest_rate

__all__ = ["can_drop", "frames_for", "nearest_rate", "nominal", "parse_time", "rescale", "timecode"]

_TIMECODE = re.compile(r"([0-9]{1,2}):([0-9]{2}):([0-9]{2})([:;])([0-9]{2,4})")
_SECONDS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}) ?s")
_FRAME = re.compile(r"[0-9]{1,9}")


def parse_time(text: str, rate: Fraction, start: int = 0) -> int:
    """Return the frame that ``text`` names.

    Args:
        text: ``HH:MM:SS:FF`` or, drop-frame, ``HH:MM:SS;FF``: the label that the frame carries;
            ``2.5s``: the frame on screen that long after ``start``; ``60``: so many frames after
            ``start``.
        rate: frames a second.
        start: first frame of the clip or timeline.

    Raises:
        BadTimecode: it is none of these, or a label that no frame carries at this rate.
    """
    stripped = text.strip()
    frame = None
    if match := _TIMECODE.fullmatch(stripped):
        frame = _labelled(match, rate)
    elif match := _SECONDS.fullmatch(stripped):
        frame = _after(start, math.floor(Fraction(match[1]) * rate))
    elif _FRAME.fullmatch(stripped):
        frame = _after(start, int(stripped))
    if frame is None:
        raise BadTimecode(text=repr(text), rate=f"{float(rate):.6g}")
    return frame


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


def frames_for(seconds: Fraction | float, rate: Fraction) -> int:
    """Return how many frames last ``seconds``: to the nearest, a half goes up, at least 1."""
    return max(1, math.floor(Fraction(seconds) * rate + Fraction(1, 2)))


def rescale(frame: int, rate: Fraction, to: Fraction) -> int:
    """Return the frame at the rate ``to`` that begins nearest to where ``frame`` begins.

    Of two equally near the later one. From a slower rate to a faster one and back is the identity.
    """
    return math.floor(frame * to / rate + Fraction(1, 2))


def _after(start: int, frames: int) -> int | None:
    return start + frames if frames <= LONGEST else None


def _labelled(match: re.Match[str], rate: Fraction) -> int | None:
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
