"""A clip that has a picture at every moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from afterframe.errors import MediaError
from afterframe.imaging.flow import Grey, reduced
from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame, MediaInfo
from afterframe_models.base import Source

from .exposure import Exposure, moments
from .interpolation import blended, planes_between
from .motion import Pair, measure_pair

STEPS = {"full": 1, "half": 2, "quarter": 4}
"""Pixels for one sample of the flow."""
LEAST_SAMPLES = 320
"""The flow has so many samples along the longer side at least, where the picture has them: the
search's patches are 8 samples wide, and small pictures take little time at any size."""

UNLIKE = 0.2
"""Share of a picture that is not found again in the next from which motion counts as too fast."""


class Film:
    """A clip that has a picture at every moment.

    What lies between two frames is measured once. Frames and pairs are kept as long as pictures
    near them are asked for: ask in order.

    Args:
        source: the clip.
        way: how pictures between frames are made.
        size: of the flow, a key of ``STEPS``.
        looks_beside: the frames beside a pair are looked at, too, see ``interpolation``.

    Attributes:
        held: how many pictures were asked for at places between frames beyond the last one.
    """

    def __init__(
        self,
        source: Source,
        way: Literal["flow", "blend", "nearest"],
        size: str,
        *,
        looks_beside: bool,
    ) -> None:
        self._source, self._way, self._looks_beside = source, way, looks_beside
        self._step, self._is_quick = _flow_step(size, source.info), size == "quarter"
        self._frames: dict[int, Frame] = {}
        self._greys: dict[int, Grey] = {}
        self._pairs: dict[int, Pair] = {}
        self._measured = self._too_fast = 0
        self.held = 0

    @property
    def is_too_fast(self) -> bool:
        """True when in most pairs that were measured much is not found again."""
        return 2 * self._too_fast > self._measured

    def at(self, place: Fraction) -> Frame:
        """Return the picture at a place, counted in frames of the clip."""
        if place > self._source.frames - 1 and place > self._last:
            self.held += self._way != "nearest"
            place = Fraction(self._last)
        before = int(place)
        self._forget(before)
        if place == before:
            return self._frame(before)
        time = float(place - before)
        if self._way == "nearest":
            return self._frame(before + (time >= 0.5))
        if self._way == "blend":
            first, second = self._frame(before), self._frame(before + 1)
            pairs = zip(first.planes, second.planes, strict=True)
            return replace(first, planes=tuple(blended(a, b, time) for a, b in pairs))
        return self._between(before, time)

    def exposed(self, place: Fraction, length: Fraction, check: Callable[[], None]) -> Frame:
        """Return what a shutter sees that is open for ``length`` frames about a place.

        The samples' own values are averaged: of scene-linear pictures that is the light itself,
        of display-referred ones what editing programs do. The shutter opens and closes with the
        shot, and with the clip.

        Args:
            place: as in :meth:`at`.
            length: above 0.
            check: called for each frame that is looked at.
        """
        last = Fraction(self._source.frames - 1)
        begin, end = max(Fraction(0), place - length / 2), min(last, place + length / 2)
        exposure = Exposure()
        for before in range(int(begin), -int(-end // 1)):
            check()
            self._forget(before)
            pair = self._pair(before)
            if pair.cut and before + Fraction(1, 2) >= place:
                break
            if pair.cut:
                exposure = Exposure()
                continue
            for time, weight in moments(begin - before, end - before, pair.pace, length):
                exposure.add(self.at(before + time).planes, weight)
        shown = self.at(place)
        return replace(shown, planes=exposure.planes()) if exposure.is_begun else shown

    @cached_property
    def _last(self) -> int:
        """The last frame that pictures are made of: the clip's, or its medium's next one.

        The time of the clip's last frame reaches to the next: without it, slow motion would end
        in a standstill.
        """
        last = self._source.frames - 1
        if self._source.spare[1] < 1:
            return last
        try:
            return last if self._pair(last).cut else last + 1
        except MediaError:  # nobody has asked for that frame: it may be damaged
            return last

    def _between(self, before: int, time: float) -> Frame:
        pair = self._pair(before)
        first, second = self._frame(before), self._frame(before + 1)
        planes = planes_between(
            first.planes,
            second.planes,
            pair,
            time,
            before=self._beside(before - 1),
            after=self._beside(before + 1),
            subsampling=first.format.subsampling,
            sharp=None if self._is_quick else first.format.peak,
        )
        return replace(first, planes=planes)

    def _beside(self, before: int) -> Pair | None:
        inside = 0 <= before < self._source.frames - 1
        return self._pair(before) if inside and self._looks_beside else None

    def _pair(self, before: int) -> Pair:
        """Return what lies between a frame and the next."""
        if before not in self._pairs:
            pair = measure_pair(
                self._grey(before), self._grey(before + 1), self._step, quick=self._is_quick
            )
            self._measured += 1
            self._too_fast += not pair.cut and pair.unlike > UNLIKE
            self._pairs[before] = pair
        return self._pairs[before]

    def _grey(self, index: int) -> Grey:
        if index not in self._greys:
            self._greys[index] = _proxy(self._frame(index), self._step)
        return self._greys[index]

    def _frame(self, index: int) -> Frame:
        if index not in self._frames:
            self._frames[index] = self._source.read(index)
        return self._frames[index]

    def _forget(self, before: int) -> None:
        """Forget what is not near a place after the frame ``before``."""
        _keep(self._frames, before)
        _keep(self._greys, before)
        _keep(self._pairs, before - 1)


def _keep(kept: dict[int, Any], first: int) -> None:
    for index in [each for each in kept if not first <= each <= first + 3]:
        del kept[index]


def _flow_step(size: str, info: MediaInfo) -> int:
    most = max(1, max(info.width, info.height) // LEAST_SAMPLES)
    return max(step for step in STEPS.values() if step <= min(STEPS[size], most))


def _proxy(frame: Frame, step: int) -> Grey:
    """Return the luma at the flow's size; sides that ``step`` does not divide are continued."""
    if frame.width % step or frame.height % step:
        return reduced(grey_proxy(frame, frame.width), step)
    return grey_proxy(frame, frame.width // step)
