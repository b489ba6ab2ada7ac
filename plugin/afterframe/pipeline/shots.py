"""The shots of a job: what an engine sees of them, and their own frames in the result."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from afterframe.core.layout import Side, layout_of, retime_reach
from afterframe.core.plan import Plan, step_of
from afterframe.errors import AfterframeError
from afterframe.media.frame import Frame
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.job import Job
from afterframe_models.base import Source

from .cadence import Cadence, ShownSource
from .conform import fit_size, resized
from .pictures import like
from .source import ClipSource, FilteredSource

SHOWN = frozenset({"extend", "bridge", "restyle"})
"""Effects whose engines see a clip's frames as they are shown, see ``cadence``."""


class Shots:
    """The clips of a job.

    Args:
        job: admitted.
        plan: what it comes to; its ``frames`` are those that were asked for.
        clip: the job's clip.
        after: of a bridge, the clip after the gap.

    Attributes:
        layout: what the result is made up of.
        source: the clip as the engine sees it, at the size that it works on.
        after: likewise the clip after the gap, in the encoding and size of ``source``.
        phase: of ``retime``, place in ``source`` of the first frame that is made.
    """

    def __init__(self, job: Job, plan: Plan, clip: ClipSource, after: ClipSource | None) -> None:
        self._job, self._plan, self._clip, self._at = job, plan, clip, plan.at
        self._cadence = cadence_of(job.clip, clip.frames, plan.rate)
        self._own = scaled(clip, plan, job)
        self._second: tuple[Source, Cadence] | None = None
        self.after: Source | None = None
        self.phase = Fraction(0)
        if job.effect == "retime":
            self._look_between(plan)
            return
        reach_after = None
        if after is not None and job.after is not None:
            cadence = cadence_of(job.after, after.frames, plan.rate)
            self._second = (after, cadence)
            reach_after = cadence.reach(*after.spare)
        reach = self._cadence.reach(*clip.spare)
        self.layout = layout_of(job, plan.frames, reach, reach_after)
        shown = job.effect in SHOWN
        seen = ShownSource(clip, self._cadence, self.layout.trims) if shown else clip
        self.source = scaled(seen, plan, job)
        if self._second is not None:
            source, cadence = self._second
            trims = (self.layout.second_trim, 0)
            self.after = self._like(ShownSource(source, cadence, trims))

    def places(self) -> tuple[int, ...]:
        """Return for each made frame of the result, in order, which frame of the engine's it is."""
        if self._job.effect not in SHOWN or not self.layout.made:
            return tuple(range(self.layout.made))
        where: Literal["over", "tail", "head"] = "over"
        if self._job.effect != "restyle":
            where = "head" if self._job.parameters.get("side") == "head" else "tail"
        cadence, _ = self._cadence.trimmed(*self.layout.trims)
        return cadence.made(self.layout.made, where)

    def read(self, place: int) -> Frame:
        """Return the frame of the shot that stands at a place of the result."""
        is_second, number = self.layout.truth(place)
        if is_second and self._second is not None:
            source, cadence = self._second
            return self._like(source).read(_shown(cadence, number))
        return self._own.read(_shown(self._cadence, number))

    def beside(self, side: Side, count: int) -> list[Frame]:
        """Return up to ``count`` successive frames of the shot at a joint, that at it the last.

        Those of the clip only, and of its medium beyond the cut where the result shows them. Of a
        still there is one, and of a generated clip it is the frame that it begins with.
        """
        if self._job.effect == "generate":
            return self._about_playhead(count)
        source, cadence = self._own, self._cadence
        layout = self.layout
        joint = layout.before - 1 if side == "start" else layout.before + layout.made
        is_second, place = layout.truth(joint)
        if is_second and self._second is not None:
            second, cadence = self._second
            source = self._like(second)
        away = -1 if side == "start" else 1
        last = min(0, place) if side == "start" else max(cadence.shown - 1, place)
        found: list[int] = []
        while len(found) < count and (last - place) * away >= 0:
            frame = _shown(cadence, place)
            found += [frame] if frame not in found else []
            place += away
        return [source.read(number) for number in reversed(found)]

    def _about_playhead(self, count: int) -> list[Frame]:
        """Return the frame under the playhead after some that lie beside it.

        They are read apart from the job's own one: what their medium has to tell of them is not
        told of the result, and where one cannot be read, there are fewer.
        """
        frames, at = self._clip.frames, self._at
        beside = range(max(0, at - count + 1), at) or range(min(frames - 1, at + count - 1), at, -1)
        with ClipSource(self._job.clip) as clip, suppress(AfterframeError):
            source = scaled(clip, self._plan, self._job)
            return [source.read(number) for number in (*beside, at)]
        return [self._own.read(at)]

    def _look_between(self, plan: Plan) -> None:
        """See all of the clip's frames, and as many beside them as handles need."""
        clip, step = self._clip, plan.step
        reach = retime_reach(clip.spare, clip.frames, step, plan.frames)
        self.layout = layout_of(self._job, plan.frames, reach)
        start, end = self.layout.handles
        first = self._job.clip.phase - start * step
        before = max(0, -math.floor(first))
        last = math.ceil(self._job.clip.phase + (plan.frames - 1 + end) * step)
        after = min(max(0, last - (clip.frames - 1)), clip.spare[1]) if end else 0
        self.phase = before + first
        seen: Source = clip
        if before or after:
            whole = Cadence(clip.frames, clip.frames, Fraction(1))
            seen = ShownSource(clip, whole, (-before, -after))
        self.source = scaled(seen, plan, self._job)

    def _like(self, source: Source) -> Source:
        """Return the frames after the gap, in the encoding and size of those before it."""
        info = self.source.info
        return FilteredSource(source, info, lambda frame: like(frame, info))


def cadence_of(clip: Clip, frames: int, rate: Fraction) -> Cadence:
    """Return which of its medium's frames a clip shows in a result of this rate.

    Args:
        clip: any.
        frames: how many of its medium's frames it has.
        rate: of the result.
    """
    shown = max(1, math.floor(clip.record_range.duration * rate / clip.rate))
    return Cadence(frames, shown, step_of(clip, rate), clip.phase)


def scaled(clip: Source, plan: Plan, job: Job) -> Source:
    """Return the clip at the size that the engine works on."""
    info = clip.info
    width, height = job.output.size or (info.width, info.height)
    width, height = fit_size(width, height, plan.longest_side)
    # A size that was asked for is one of square pixels; else they keep their shape.
    aspect = Fraction(1) if job.output.size else info.pixel_aspect
    if (width, height, aspect) == (info.width, info.height, info.pixel_aspect):
        return clip
    smaller = replace(info, width=width, height=height, pixel_aspect=aspect)
    shape = info.pixel_aspect / aspect
    return FilteredSource(clip, smaller, lambda frame: resized(frame, width, height, shape))


def _shown(cadence: Cadence, number: int) -> int:
    """Return the frame of the medium that is shown; a clip's last stands to its end."""
    place = cadence.place(number)
    return min(place, cadence.used - 1) if 0 <= number < cadence.shown else place
