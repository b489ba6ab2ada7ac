"""Speeds as lists tell them: frames a second with a decimal or three, or two lengths."""

from __future__ import annotations

from fractions import Fraction

from ..wire.timecode import nominal

REAL_TIME = Fraction(1)


def played(
    speed: str, counted: Fraction, length: int, seconds: Fraction, own: Fraction | None = None
) -> Fraction:
    """Return the speed that an ``M2`` means, in seconds of the source in a second.

    It is rounded to the digits written. Editors set whole percents, so that is what is meant
    where one fits; else what the lengths say where that fits; else the number as it stands.

    Args:
        speed: frames of the source in a second, as written: ``012.0``, ``-047.952``.
        counted: rate of the source; some programs write its nominal rate for normal speed, some
            the exact one.
        length: frames of the source.
        seconds: how long they last on the timeline.
        own: rate of the medium; a 29.97 played frame by frame in a timeline of 30 is normal.
    """
    value = Fraction(speed)
    size, sign = abs(value), -1 if value < 0 else 1
    half = Fraction(1, 2 * 10 ** len(speed.partition(".")[2]))
    for base in (Fraction(nominal(counted)), counted, own or counted):
        percent = Fraction(round(100 * size / base), 100)
        if abs(percent * base - size) <= half:
            return sign * percent
    base = Fraction(nominal(counted))
    by_lengths = length / counted / seconds if seconds > 0 else size / base
    return sign * (by_lengths if abs(by_lengths * base - size) <= half else size / base)


def speed_of_lengths(length: int, counted: Fraction, seconds: Fraction) -> tuple[Fraction, bool]:
    """Return the speed of ``length`` frames that last so many seconds, and whether they slipped.

    A difference of one frame is no change of speed: it is an out point written inclusively, or
    the rounding from one rate to another. The second value is True where it is the former.
    """
    normal = seconds * counted
    if abs(length - normal) <= 1:
        return REAL_TIME, normal.denominator == 1 and length != normal
    return length / counted / seconds, False
