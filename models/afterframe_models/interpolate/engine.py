"""The engine ``interpolate``: frames between a clip's frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import cv2

from afterframe.imaging.flow import Grey, reduced
from afterframe.imaging.warp import siting_of
from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame
from afterframe_models.base import Context, Engine, Request, Source

from .interpolation import Pair, blended, measure_pair, planes_between

STEPS = {"full": 1, "half": 2, "quarter": 4}
"""Pixels for one sample of the flow, by the parameter ``flow_size``."""


class InterpolateEngine(Engine):
    """Makes ``retime``."""

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield the frames that lie ``request.step`` source frames apart, from the first on.

        A place on a source frame gives that frame itself. Places after the last frame give the
        last frame.

        Parameters read: ``interpolation`` (``flow``, ``blend`` or ``nearest``) and ``flow_size``
        (``full``, ``half`` or ``quarter``).
        """
        cv2.setNumThreads(context.threads)
        way = request.parameters["interpolation"]
        step = STEPS["quarter" if request.draft else request.parameters["flow_size"]]
        neighbours = _Neighbours(request.source, step)
        last = request.source.frames - 1
        for index in range(request.frames):
            context.check()
            place = min(request.phase + index * request.step, Fraction(last))
            before, time = int(place), float(place % 1)
            if time and way == "nearest":
                before, time = before + (time >= 0.5), 0.0
            if not time:
                yield neighbours.frame(before)
            elif way == "blend":
                yield _blended(neighbours.frame(before), neighbours.frame(before + 1), time)
            else:
                yield _between(neighbours, before, time)


class _Neighbours:
    """The two frames in hand, and what lies between them, measured once."""

    def __init__(self, source: Source, step: int) -> None:
        self._source = source
        self._step = step
        self._frames: dict[int, Frame] = {}
        self._greys: dict[int, Grey] = {}
        self._pair: tuple[int, Pair] | None = None

    def frame(self, index: int) -> Frame:
        """Return a source frame."""
        if index not in self._frames:
            self._frames[index] = self._source.read(index)
            for kept in (self._frames, self._greys):
                for old in [each for each in kept if abs(each - index) > 1]:
                    del kept[old]
        return self._frames[index]

    def pair(self, before: int) -> Pair:
        """Return what lies between a frame and the next."""
        if self._pair is None or self._pair[0] != before:
            pair = measure_pair(self._grey(before), self._grey(before + 1), self._step)
            self._pair = (before, pair)
        return self._pair[1]

    def _grey(self, index: int) -> Grey:
        if index not in self._greys:
            self._greys[index] = _proxy(self.frame(index), self._step)
        return self._greys[index]


def _proxy(frame: Frame, step: int) -> Grey:
    """Return the luma at the flow's size; sides that ``step`` does not divide are continued."""
    if frame.width % step or frame.height % step:
        return reduced(grey_proxy(frame, frame.width), step)
    return grey_proxy(frame, frame.width // step)


def _between(neighbours: _Neighbours, before: int, time: float) -> Frame:
    first, second = neighbours.frame(before), neighbours.frame(before + 1)
    planes = planes_between(
        first.planes,
        second.planes,
        neighbours.pair(before),
        time,
        subsampling=first.format.subsampling,
        siting=siting_of(first.format, first.colour),
    )
    return replace(first, planes=planes)


def _blended(first: Frame, second: Frame, time: float) -> Frame:
    planes = tuple(blended(a, b, time) for a, b in zip(first.planes, second.planes, strict=True))
    return replace(first, planes=planes)
