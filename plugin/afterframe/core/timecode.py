"""Rational time: frames at a rate, and what a user types for them.

Frames are integers, rates are ``Fraction``; nothing here is ever a float. The labels of frames
are told in ``wire.timecode``.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

from afterframe.errors import BadTimecode
from afterframe_hosts.wire.clip import LONGEST
from afterframe_hosts.wire.rates import nearest_rate
from afterframe_hosts.wire.timecode import can_drop, labelled, nominal, timecode

__all__ = ["can_drop", "frames_for", "nearest_rate", "nominal", "parse_time", "rescale", "timecode"]

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
    frame = labelled(stripped, rate)
    if frame is not None:
        return frame
    if match := _SECONDS.fullmatch(stripped):
        frame = _after(start, math.floor(Fraction(match[1]) * rate))
    elif _FRAME.fullmatch(stripped):
        frame = _after(start, int(stripped))
    if frame is None:
        raise BadTimecode(text=repr(text), rate=f"{float(rate):.6g}")
    return frame


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
