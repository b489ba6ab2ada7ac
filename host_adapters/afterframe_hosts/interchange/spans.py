"""How long items are, and where the inside of a nest lies on the timeline; all in exact seconds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from ..wire.errors import UnsupportedItem
from .times import seconds


@dataclass(frozen=True)
class View:
    """How a composition's own time lies on the timeline.

    Second ``t`` of the composition is shown at ``origin + pace * t``; what lies outside ``first``
    to ``last`` of the timeline is not shown. A negative pace plays it backwards.
    """

    origin: Fraction
    pace: Fraction
    first: Fraction
    last: Fraction

    def shown(self, start: Fraction, length: Fraction) -> tuple[Fraction, Fraction]:
        """Return from where to where on the timeline a stretch of the composition is shown."""
        ends = self.origin + self.pace * start, self.origin + self.pace * (start + length)
        return max(self.first, min(ends)), min(self.last, max(ends))


@dataclass(frozen=True)
class Play:
    """Which second of an item's own time is shown first, and how many go by in a second."""

    first: Fraction
    pace: Fraction

    def after(self, late: Fraction) -> Play:
        """Return what is shown from ``late`` seconds on."""
        return Play(self.first + late * self.pace, self.pace)


def play(item: Any, view: View, start: Fraction) -> Play:
    """Return what an item that begins at ``start`` of its composition shows of itself.

    Raises:
        UnsupportedItem: its time runs along a curve that OTIO does not describe.
    """
    length, pace = length_of(item), pace_of(item)
    passed = (view.shown(start, length)[0] - view.origin) / view.pace - start
    if pace < 0:
        passed -= length
    return Play(_trim(item) + passed * pace, pace / view.pace)


def inside(item: Any, view: View, start: Fraction) -> View:
    """Return the view into a composition that begins at ``start`` of the one around it.

    Raises:
        UnsupportedItem: it stands still, or its time runs along a curve.
    """
    length, pace = length_of(item), pace_of(item)
    if pace == 0:
        raise UnsupportedItem(item=item.name or "nest", kind="frozen nest")
    begins = start - _trim(item) / pace
    if pace < 0:
        begins += length
    first, last = view.shown(start, length)
    return View(view.origin + view.pace * begins, view.pace / pace, first, last)


def whole_view(model: otio.schema.Timeline) -> View:
    """Return the view into a timeline's tracks, from second 0 on."""
    return View(-_trim(model.tracks), Fraction(1), Fraction(0), length_of(model.tracks))


def length_of(item: Any) -> Fraction:
    """Return how long an item is in the composition around it.

    Raises:
        ValueError: nothing says it, or it makes no sense.
    """
    if item.source_range:
        length = seconds(item.source_range.duration)
    elif isinstance(item, otio.schema.Clip):
        available = item.media_reference.available_range
        if available is None:
            raise ValueError(f"nothing says how long {item.name or 'a clip'} is")
        length = seconds(available.duration)
    elif not isinstance(item, otio.core.Composition):
        raise ValueError(f"nothing says how long {item.name or 'a gap'} is")
    else:
        parts = [length_of(child) for child in item if not is_transition(child)]
        in_a_row = isinstance(item, otio.schema.Track)
        length = sum(parts, Fraction(0)) if in_a_row else max(parts, default=Fraction(0))
    if length < 0:
        raise ValueError(f"{item.name or 'an item'} has a negative length")
    return length


def pace_of(item: Any) -> Fraction:
    """Return how many seconds of an item's own time go by in a second around it.

    Raises:
        UnsupportedItem: its time runs along a curve that OTIO does not describe.
    """
    pace = Fraction(1)
    for effect in item.effects:
        if not effect.enabled:
            continue
        if isinstance(effect, otio.schema.LinearTimeWarp):
            pace *= Fraction(effect.time_scalar).limit_denominator(100_000)
        elif isinstance(effect, otio.schema.TimeEffect):
            raise UnsupportedItem(item=item.name or "clip", kind="clip with a speed curve")
    return pace


def is_transition(child: Any) -> bool:
    """Say whether a track's child takes no time of its own."""
    return isinstance(child, otio.schema.Transition)


def _trim(item: Any) -> Fraction:
    """Return where an item's shown part begins in its own time."""
    if item.source_range:
        return seconds(item.source_range.start_time)
    if isinstance(item, otio.schema.Clip):
        return seconds(item.media_reference.available_range.start_time)
    return Fraction(0)
