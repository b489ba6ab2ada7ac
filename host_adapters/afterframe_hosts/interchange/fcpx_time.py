"""Time in Final Cut Pro's XML: fractions of seconds, rates, speeds, and the way to the medium."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from ..wire.clip import FASTEST
from ..wire.rates import nearest_rate
from .markup import Element
from .pieces import Course, follow, straight
from .times import exact, nearest

_NAMED = re.compile(r"[0-9](p|i)([0-9]{2,5})$")
"""The end of a format's name: ``FFVideoFormat1080p2398``; interlaced ones count fields."""
_FINE = 1000
"""Ticks a second from which on Final Cut Pro wrote a time itself, and cut it off to them."""
_NEAR = Fraction(1, 20)
"""Rates that differ by less are conformed frame by frame: 24 and 25."""
_FILM_FAMILY = (24, 30, 48, 60, 90, 120)


def seconds_of(element: Element, name: str, otherwise: Fraction = Fraction(0)) -> Fraction:
    """Return the time in an attribute: ``1001/24000s``, ``5s``.

    Raises:
        ValueError: not a time.
    """
    text = element.attributes.get(name)
    return otherwise if text is None else _parsed(text)


def time_text(seconds: Fraction) -> str:
    """Write a time."""
    if seconds.denominator == 1:
        return f"{seconds.numerator}s"
    return f"{seconds.numerator}/{seconds.denominator}s"


def rate_of(form: Element | None) -> Fraction | None:
    """Return the frames a second of a ``format``, None where it has none (a still's)."""
    if form is None:
        return None
    duration = seconds_of(form, "frameDuration")
    if duration > 0:
        rate = 1 / duration
        return rate if rate <= FASTEST else None
    named = _NAMED.search(form.attributes.get("name", ""))
    if named is None:
        return None
    digits = named[2]
    value = int(digits) / 100 if len(digits) == 4 else int(digits)
    return nearest_rate(value / 2 if named[1] == "i" else value)


def conformed(element: Element, rate: Fraction) -> Fraction:
    """Return how many seconds of an element's local time go by in a second around it.

    ``conform-rate`` with ``scaleEnabled``, which is its default, plays a medium's frames at the
    rate around it: 25 a second as 24, and 29.97 in a sequence of 24 as 30. Rates that are related
    in no such way keep the clock's time.
    """
    conform = element.at("conform-rate")
    said = conform.attributes.get("srcFrameRate") if conform is not None else None
    if conform is None or not said or conform.attributes.get("scaleEnabled", "1") == "0":
        return Fraction(1)
    own = nearest_rate(float(said))
    if abs(own / rate - 1) <= _NEAR:
        return rate / own
    if round(own) in _FILM_FAMILY and round(rate) in _FILM_FAMILY:
        return (rate / round(rate)) / (own / round(own))
    return Fraction(1)


@dataclass(frozen=True)
class Clock:
    """The way from an element's place to its content.

    Attributes:
        element: itself.
        local: the local time that it shows first.
        length: in seconds around it.
        pace: see ``conformed``.
    """

    element: Element
    local: Fraction
    length: Fraction
    pace: Fraction

    def course(self, rate: Fraction) -> Course:
        """Return how its content goes by; ``rate`` is the content's."""
        points = self._points()
        if len(points) < 2:
            return Course(self._whole(rate), self.pace)
        begin, end = self.local, self.local + self.length * self.pace
        first = follow(points, begin)
        if self._eased(points, begin, end) or not straight(points, begin, end):
            return Course(first, None)
        slope = (follow(points, end) - first) / (end - begin)
        return Course(first, slope * self.pace)

    def _points(self) -> list[tuple[Fraction, Fraction]]:
        found = self.element.at("timeMap")
        if found is None:
            return []
        return sorted((seconds_of(p, "time"), seconds_of(p, "value")) for p in found.all("timept"))

    def _eased(
        self, points: list[tuple[Fraction, Fraction]], begin: Fraction, end: Fraction
    ) -> bool:
        """Say whether a speed changes smoothly within the element."""
        found = self.element.at("timeMap")
        for point in list(found.all("timept")) if found else []:
            time = seconds_of(point, "time")
            low, high = time - seconds_of(point, "inTime"), time + seconds_of(point, "outTime")
            within = points[0][0] < time < points[-1][0]
            if within and high > low and low < end and high > begin:
                return True
        return False

    def _whole(self, rate: Fraction) -> Fraction:
        """Return the local time, on a whole frame where the file meant one and cut it off.

        A frame of a medium of another rate lies between two of the sequence's ticks: 214 frames
        of 29.97 are written as 35702/5000s, a third of a tick too early, which is frame 213.
        """
        text = self.element.attributes.get("start", "")
        ticks = int(text.rstrip("s").partition("/")[2] or 1) if "/" in text else 1
        frame = nearest(self.local * rate)
        missing = frame / rate - self.local
        return frame / rate if ticks >= _FINE and 0 < missing < Fraction(1, ticks) else self.local


def _parsed(text: str) -> Fraction:
    try:
        return exact(text.strip().removesuffix("s"))
    except ValueError as error:
        raise ValueError(f"{text[:40]} is no time") from error
