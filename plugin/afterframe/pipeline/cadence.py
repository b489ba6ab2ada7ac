"""From the frames of a medium to the frames that its clip shows, and back for what is made.

A clip that plays faster than its medium skips frames: an engine sees those that are shown. One
that plays slower shows frames several times: an engine sees each once, makes as many as are
needed, and they are repeated with the clip's own cadence, so that what is made stutters neither
more nor less than the shot beside it. Only ``retime`` looks between frames, and sees them all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from afterframe.core.layout import Reach
from afterframe.media.frame import Frame, MediaInfo
from afterframe_models.base import Source


@dataclass(frozen=True)
class Cadence:
    """Which frames of a medium a clip shows.

    Attributes:
        used: frames of the medium that are the clip's.
        shown: frames for which the clip stands, at the result's rate.
        step: frames of the medium for each shown one.
        phase: how much of the first has gone by when the clip begins, 0 or more, less than 1.
    """

    used: int
    shown: int
    step: Fraction
    phase: Fraction = Fraction(0)

    @property
    def repeats(self) -> bool:
        """True where frames are shown several times."""
        return self.step < 1

    @property
    def frames(self) -> int:
        """How many frames of the clip an engine sees."""
        if self.repeats:
            return min(self.used, self.place(self.shown - 1) + 1)
        return max(1, min(self.shown, math.ceil((self.used - self.phase) / self.step)))

    def place(self, index: int) -> int:
        """Return the frame of the medium, counted from the clip's first, shown at ``index``."""
        return math.floor(self.phase + index * self.step)

    def seen(self, index: int) -> int:
        """Return the frame of the medium behind an engine's frame ``index``."""
        return index if self.repeats else self.place(index)

    def spare(self, before: int, after: int) -> tuple[int, int]:
        """Return how many spare frames an engine sees of those that the medium has.

        Args:
            before: frames of the medium before the clip's first.
            after: after the last of ``used``.
        """
        if self.repeats:
            return before, self.used + after - self.frames
        end = self.used + after
        reached = math.ceil((end - self.phase) / self.step)
        return math.floor((before + self.phase) / self.step), max(0, reached - self.frames)

    def trimmed(self, before: int, after: int) -> tuple[Cadence, int]:
        """Return the cadence of the clip with fewer shown frames, and where it begins.

        Args:
            before: fewer at its start; negative: more.
            after: fewer at its end; negative: more.

        Returns:
            The cadence, and its first frame of the medium, counted from this one's first.
        """
        start = self.phase + before * self.step
        first = math.floor(start)
        used = self.used if after >= 0 else max(self.used, self.place(self.shown - after - 1) + 1)
        shown = max(1, self.shown - before - after)
        return Cadence(used - first, shown, self.step, start - first), first

    def reach(self, before: int, after: int) -> Reach:
        """Return how many frames there are to show.

        Args:
            before: frames of the medium before the clip's first.
            after: after the last of ``used``.
        """
        reached = math.ceil((self.used + after - self.phase) / self.step)
        earlier = math.floor((before + self.phase) / self.step)
        return Reach(self.shown, earlier, max(0, reached - self.shown))

    def made(self, frames: int, where: Literal["over", "tail", "head"]) -> tuple[int, ...]:
        """Return for each of ``frames`` frames of the result which made one stands there.

        An engine makes as many as the largest of them says, and one.

        Args:
            frames: of the result.
            where: ``over`` the clip itself, or continuing it at its ``tail`` or ``head``.
        """
        if not self.repeats:
            return tuple(range(frames))
        if where == "over":
            return tuple(min(self.place(index), self.frames - 1) for index in range(frames))
        if where == "tail":
            first = self.frames
            places = [self.place(self.shown + index) - first for index in range(frames)]
            return tuple(max(0, place) for place in places)
        needed = max(1, -self.place(-frames))
        return tuple(
            min(self.place(index - frames) + needed, needed - 1) for index in range(frames)
        )


class ShownSource:
    """A clip's frames as an engine sees them; see the module.

    Args:
        source: the clip's frames of its medium.
        cadence: which of them are shown.
        trims: shown frames that are left out at the clip's start and end; negative: added, of
            those that the medium has. What is left out is not among the spare ones that are
            counted, though it can be read as they are.
    """

    def __init__(self, source: Source, cadence: Cadence, trims: tuple[int, int] = (0, 0)) -> None:
        self._source = source
        self._cadence, self._first = cadence.trimmed(*trims)
        left = self._first if cadence.repeats else trims[0]
        right = cadence.frames - left - self._cadence.frames
        self._hidden = (max(0, left), max(0, right) if trims[1] > 0 else 0)

    @property
    def info(self) -> MediaInfo:
        """What the medium is."""
        return self._source.info

    @property
    def frames(self) -> int:
        """Number of the clip's frames that are seen."""
        return self._cadence.frames

    @property
    def spare(self) -> tuple[int, int]:
        """How many more are there before and after."""
        before, after = self._source.spare
        end = self._source.frames + after
        seen = self._cadence.spare(
            before + self._first, max(0, end - self._first - self._cadence.used)
        )
        return max(0, seen[0] - self._hidden[0]), max(0, seen[1] - self._hidden[1])

    def read(self, index: int) -> Frame:
        """Return one frame."""
        return self._source.read(self._first + self._cadence.seen(index))


def repeated(frames: Iterator[Frame], places: tuple[int, ...]) -> Iterator[Frame]:
    """Yield, for each place, that frame of an iterator; places never fall."""
    number, frame = -1, None
    for place in places:
        while number < place:
            frame = next(frames, None)
            number += 1
            if frame is None:
                return
        if frame is not None:
            yield frame
