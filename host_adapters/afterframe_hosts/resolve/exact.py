"""What is computed about a timeline of Resolve without Resolve: rates, labels, source frames.

Resolve tells which frames of its source an item shows in several ways, and each of them fails
somewhere: the left offset counts timeline frames and follows the speed, source frames are off by
one where rates differ, their end is inclusive or not, and 0 to 0 is no answer. So a range is taken
for known only where all of them say the same; everything else is for Resolve to render.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from ..wire.clip import FASTEST, LONGEST, STILL_SUFFIXES, Media, Span
from ..wire.rates import nearest_rate
from ..wire.timecode import can_drop, labelled, nominal, timecode

CUT_OFF = {count: Fraction((count + 1) * 1000, 1001) for count in (23, 29, 47, 59, 95, 119)}
"""Rates of which somebody has cut off what stands behind the point: 23 for 23.976."""
HAIR = 0.001
"""Of a frame: what a float loses of an offset that is a whole number of frames."""
DRIFT = 0.0001
"""Frames by which the seconds of a source range may be longer or shorter than its frames: above
what a float loses of a day's timecode, below what a speed of 99.99 % takes off two frames."""
PERCENT = 1e-6
"""By which a speed may differ from 100 %."""
_RUN = re.compile(r"\[([0-9]+)-([0-9]+)\](?=[^/\\]*$)")
_SUFFIX = re.compile(r"\.[^./\\]*$")


def rate_of(value: object) -> Fraction | None:
    """Return the rate that a setting or a property stands for, None where it stands for none.

    Known are ``24.0``, ``23.976``, ``"29.97 DF"``, ``"23,976"``, ``23``.
    """
    if isinstance(value, str):
        value = value.upper().replace("DF", "").replace(",", ".")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
        cut_off = CUT_OFF.get(int(number)) if number.is_integer() else None
        return cut_off or nearest_rate(number)
    except (ValueError, OverflowError):
        return None


def whole(value: object) -> int | None:
    """Return the whole number that a property stands for, as ``"1440"`` or ``24.0``; else None."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None


@dataclass(frozen=True)
class Clock:
    """How the frames of a timeline are labelled.

    Attributes:
        rate: frames a second.
        drop: counted drop-frame.
        start: absolute number of its first frame.
        zero: what the label of its first frame counts: ``start``, where Resolve numbers frames
            as timecode does.
    """

    rate: Fraction
    drop: bool
    start: int
    zero: int

    def label(self, frame: int) -> str:
        """Return the timecode of an absolute frame."""
        return timecode(self.zero + frame - self.start, self.rate, self.drop)

    def frame(self, label: str) -> int | None:
        """Return the absolute frame of a timecode, None where it is none.

        Its last separator says nothing: Resolve counts as its timeline does. What comes before
        the label of the first frame is of the next day.
        """
        count = counted(label, self.rate, self.drop)
        if count is None:
            return None
        day = labelled(f"23:59:59{';' if self.drop else ':'}00", self.rate) or 0
        passed = count - self.zero
        return self.start + (passed if passed >= 0 else passed + day + nominal(self.rate))


def clock(
    rates: Iterable[object], drops: bool, start: int | None, labels: tuple[str, str]
) -> Clock | None:
    """Return how a timeline is labelled; None where nothing says its rate, or its start.

    Args:
        rates: what may be its rate, the likeliest first: that is taken which fits its start.
        drops: a setting says that it is counted drop-frame.
        start: its first frame.
        labels: timecodes of its first frame and of its playhead, empty where unknown.
    """
    known = [rate for rate in map(rate_of, rates) if rate is not None]
    if not known:
        return None
    ways = [(rate, drop) for rate in known for drop in _ways(rate, drops, labels)]
    ways = ways or [(known[0], False)]
    fitting = (way for way in ways if counted(labels[0], *way) == start)
    rate, drop = next(fitting, ways[0])
    zero = counted(labels[0], rate, drop)
    first = zero if start is None else start
    return None if first is None else Clock(rate, drop, first, first if zero is None else zero)


def counted(label: str, rate: Fraction, drop: bool) -> int | None:
    """Return what a label counts, whichever last separator it has; None where it is none."""
    head, _, frames = re.sub("[;.,]", ":", label.strip()).rpartition(":")
    return labelled(f"{head}{';' if drop else ':'}{frames}", rate)


@dataclass(frozen=True)
class Told:
    """What Resolve says of the source of an item; None is no answer.

    Attributes:
        rate: frames a second of the clip.
        frames: how many frames the clip has.
        base: number of the clip's first frame: of a subclip more than its medium's.
        origin: number of its medium's first frame, where ``base`` counts from there.
        left: left offset of the item, in timeline frames.
        first, end: its source range.
        seconds: the same, in seconds.
        percent: its speed.
    """

    rate: Fraction | None = None
    frames: int | None = None
    base: int = 0
    origin: int = 0
    left: float | None = None
    first: int | None = None
    end: int | None = None
    seconds: tuple[float | None, float | None] = (None, None)
    percent: float | None = None


@dataclass(frozen=True)
class Used:
    """Frames of a medium that an item shows, as ``Clip`` has them.

    Attributes:
        span: of the medium, counted from its first as 0.
        speed: frames of the medium for each timeline frame.
        phase: how much of the first has gone by when the item begins.
        exact: it is certain; else this tells no more than where its pictures come from.
        even: it plays at 100 %, though which of two neighbours is shown is not certain where its
            rate is another.
    """

    span: Span
    speed: Fraction = Fraction(1)
    phase: Fraction = Fraction(0)
    exact: bool = True
    even: bool = False


def used(told: Told, duration: int, rate: Fraction) -> Used:
    """Return the frames of its medium that an item shows.

    Args:
        told: what Resolve says of it.
        duration: timeline frames for which it stands.
        rate: of the timeline.
    """
    step = _step(told, rate)
    if step and told.left is not None and _is_plain(told, told.left, step, duration):
        begin = told.base - told.origin + round(told.left) * step
        return Used(Span(begin, (duration - 1) * step + 1), Fraction(step))
    guess = _guessed(told, duration, rate)
    return replace(guess, even=_is_even(told, guess, duration, rate))


def medium(path: str, rate: Fraction | None, frames: int | None) -> tuple[Media, bool]:
    """Return the medium at a file path of Resolve, and whether that is certain.

    Args:
        path: absolute; of numbered pictures with ``[0001-0024]`` where the number stands.
        rate: frames a second of the clip, where it does not follow the timeline's.
        frames: how many frames the clip has.

    Raises:
        ValueError: it is no absolute path.
    """
    run = _RUN.search(path)
    if run:
        marks = f"{path[: run.start()]}{'#' * len(run[1])}{path[run.end() :]}"
        return Media("sequence", marks, int(run[1]), rate), True
    suffix = _SUFFIX.search(path)
    if suffix and suffix[0].lower() in STILL_SUFFIXES:
        # One file of several frames: of numbered pictures, named in a way that we do not know.
        return Media("still", path), frames in {None, 0, 1}
    return Media("movie", path), True


def _ways(rate: Fraction, drops: bool, labels: tuple[str, str]) -> Iterator[bool]:
    """Yield the ways of counting that are possible at a rate, the likelier first."""
    if any(";" in label for label in labels):
        if can_drop(rate):
            yield True
        return
    yield drops and can_drop(rate)
    if can_drop(rate):
        yield not drops


def _step(told: Told, rate: Fraction) -> int:
    """Return the frames of its medium for each of the timeline at 100 %; 0: it is not certain.

    At the double rate every second frame is shown, whichever way Resolve finds the nearest one; at
    24 frames a second in 25 that is not known, nor that the speed is 100 % where it is not told.
    """
    step = (told.rate or Fraction(0)) / rate
    if told.percent is None:
        return 1 if step == 1 else 0
    is_plain = abs(told.percent - 100) <= PERCENT and step.denominator == 1
    return int(step) if is_plain else 0


def _is_plain(told: Told, left: float, step: int, duration: int) -> bool:
    """Return whether all that is told of an item's range agrees.

    A source range that is as long as the item leaves room for a speed near to 100 %: at such a
    speed either its seconds differ, or its offset, which is then divided by the speed.
    """
    if told.first is None or told.end is None or left < 0 or abs(left - round(left)) > HAIR:
        return False
    begin, shown = round(left) * step, told.end - told.first
    if abs(shown - duration * step) > (0 if step == 1 else step):
        return False
    if told.frames is not None and begin + (duration - 1) * step >= told.frames:
        return False
    apart = [told.first - told.base - begin, told.first - told.base + told.origin - begin]
    if told.percent is None:
        return 0 in apart and told.rate is not None and _lasts(told.seconds, duration, told.rate)
    # Where the speed is known, the offset is right also where the source frame is off by one.
    return any(abs(each) <= 1 for each in apart)


def _is_even(told: Told, guess: Used, duration: int, rate: Fraction) -> bool:
    """Return whether an item of another rate plays at 100 %, as far as its ends can tell."""
    if None in (told.rate, told.left, told.first, told.end) or not told.frames:
        return False
    ratio = cast(Fraction, told.rate) / rate
    if told.percent is not None and abs(told.percent - 100) > PERCENT:
        return False
    begin, first = _frames(cast(float, told.left)) * ratio, cast(int, told.first) - told.base
    apart = min(abs(first - begin), abs(first + told.origin - begin))
    shown = cast(int, told.end) - cast(int, told.first)
    near = apart <= 1 and abs(shown - duration * ratio) <= 1 + ratio
    return near and guess.speed == ratio and guess.span.end <= told.frames


def _lasts(seconds: tuple[float | None, float | None], duration: int, rate: Fraction) -> bool:
    """Return whether a range lasts as many frames, to its last frame or to the one after it."""
    first, end = seconds
    if first is None or end is None:
        return True
    frames = (end - first) * float(rate)
    return any(abs(frames - each) <= DRIFT for each in (duration, duration - 1))


def _guessed(told: Told, duration: int, rate: Fraction) -> Used:
    """Return what an item shows as far as can be told."""
    ratio = (told.rate or rate) / rate
    speed = ratio * _pace(told, duration, ratio)
    place = Fraction((told.first or 0) - told.origin)
    if speed == ratio and told.left is not None:
        place = told.base - told.origin + _frames(told.left) * ratio
    place = max(Fraction(0), min(Fraction(LONGEST), place))
    begin = math.floor(place)
    count = min(LONGEST, math.floor((duration - 1) * abs(speed) + (place - begin)) + 1)
    if speed < 0:
        return Used(Span(max(0, begin - count + 1), count), speed, exact=False)
    return Used(Span(begin, count), speed, place - begin, exact=False)


def _pace(told: Told, duration: int, ratio: Fraction) -> Fraction:
    """Return how fast an item plays, 1 for 100 %."""
    if told.percent:
        pace = _frames(told.percent) / 100 or Fraction(1, duration)
    elif told.first is None or told.end is None or told.first == told.end == 0:
        return Fraction(1)
    else:
        shown = told.end - told.first
        # Between inclusive, exclusive and off by one nothing can be told from 100 %.
        if abs(shown - duration * ratio) <= 1 + ratio:
            return Fraction(1)
        pace = Fraction(shown or 1, duration) / ratio
    return max(-FASTEST, min(FASTEST, pace * ratio)) / ratio


def _frames(value: float) -> Fraction:
    return Fraction(value).limit_denominator(10_000)
