"""The frames of a plan, any at any time; in order, forwards or backwards, they are fast."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from afterframe.imaging.flow import Grey, displaced, reduced
from afterframe.imaging.warp import Interpolation
from afterframe.media.frame import Frame
from afterframe_models.ahead import made_ahead

from .coast import Coast, velocity
from .morph import LONGEST, Moment, length_for, meet, morph, settled
from .picture import Light, light_between, lit, morphed, moved
from .plan import Plan
from .texture import Run

AT_REST = 60
"""Frames after which nothing that coasts moves any more."""
VELOCITY_FRAMES = 4
LIGHT_FRAMES = 48
"""Frames in which the run's own light comes back: slower than anybody sees light change."""


@dataclass(frozen=True)
class Join:
    """What the first frames of a run are made of.

    Attributes:
        frame: the one at the joint, at its full size.
        moments: one for each frame of the morph.
        light: what the run lacks of that frame's light.
        lasting: frames until it lacks nothing any more.
    """

    frame: Frame
    moments: list[Moment]
    light: Light | None
    lasting: int


class Show:
    """Makes a plan's frames. Holds one join, whatever the length.

    Args:
        plan: what is shown.
        draft: joins are worked out at half the size, and pixels sampled the quick way.
    """

    def __init__(self, plan: Plan, *, draft: bool = False) -> None:
        self._plan, self._draft = plan, draft
        self._smaller = 2 if draft else 1
        self._step = plan.material.step * self._smaller
        self._how: Interpolation = "linear" if draft else "cubic"
        self._ends = list(accumulate(run.length for run in plan.runs))
        self._join: tuple[int, Join] | None = None
        self._rest: Frame | None = None
        if not plan.runs:
            self._last, self._coast = self._left()

    def frames(self, numbers: Sequence[int], threads: int) -> Iterator[Frame]:
        """Yield made frames, in this order.

        Of a draft, what does not wait for other things is made ahead: frames that coast, joins.
        """
        if not self._draft:
            yield from map(self.frame, numbers)
            return
        if not self._plan.runs:
            yield from made_ahead(self.frame, numbers, threads)
            return
        runs = groupby(numbers, self._place)
        places = [place for place, _ in groupby(map(self._place, numbers))]
        joins = made_ahead(self._made_join, (self._plan.runs[place] for place in places), threads)
        for (place, within), join in zip(runs, joins, strict=True):
            self._join = place, join
            yield from map(self.frame, within)

    def frame(self, number: int) -> Frame:
        """Return a made frame, 0 being the one at the joint."""
        if not self._plan.runs:
            return self._coasting(number + 1)
        place = self._place(number)
        run = self._plan.runs[place]
        within = number - (self._ends[place] - run.length)
        material = self._plan.material
        join = self.join(place)
        shown = material.read(self._plan.film.number(run.match + 1 + within))
        light = None
        if join.light is not None and within < join.lasting:
            light = join.light.times(1 - settled((within + 1) / (join.lasting + 1)))
        if within < len(join.moments):
            return morphed(join.frame, shown, join.moments[within], self._step, light, self._how)
        return shown if light is None else lit(shown, light)

    def _place(self, number: int) -> int:
        """Return the number of the run that a frame belongs to."""
        return bisect.bisect_right(self._ends, number)

    def join(self, place: int) -> Join:
        """Return how a run is joined to what stands before it."""
        if self._join is None or self._join[0] != place:
            self._join = place, self._made_join(self._plan.runs[place])
        return self._join[1]

    def _made_join(self, run: Run) -> Join:
        material = self._plan.material
        film = self._plan.film
        past = self._greys(max(0, run.after - VELOCITY_FRAMES + 1), run.after)
        following = self._greys(run.match, run.match + min(run.length, LONGEST))
        meeting = meet(past[-1], following[0])
        length = length_for(meeting, run.length, self._smaller)
        moments = morph(past, following[: length + 1], length, meeting)
        first, second = (material.read(film.number(each)) for each in (run.after, run.match))
        light = light_between(first, second, meeting.offset, meeting.unlike)
        return Join(first, moments, light, min(run.length, LIGHT_FRAMES))

    def _greys(self, first: int, last: int) -> list[Grey]:
        """Return small pictures of the film, from the first to the last."""
        found = self._plan.film.greys[first : last + 1]
        return [reduced(grey, self._smaller) for grey in found]

    def _left(self) -> tuple[Frame, Coast]:
        """Return the frame at the joint, and how it goes on beside the camera's own motion."""
        material, camera = self._plan.material, self._plan.camera
        going = velocity(material.greys[-VELOCITY_FRAMES:])
        beside = going if camera is None else going - camera.flow(going.shape[:2])
        return material.read(material.last), Coast(beside)

    def _coasting(self, frame: int) -> Frame:
        camera = self._plan.camera
        if camera is None and self._coast.is_still:
            return self._last
        if frame < AT_REST or camera is not None:
            return self._coasted(self._last, frame)
        if self._rest is None:
            self._rest = self._coasted(self._last, AT_REST)
        return self._rest

    def _coasted(self, last: Frame, frame: int) -> Frame:
        camera, back = self._plan.camera, self._coast.back(frame)
        if camera is not None:
            panned = camera.back(back.shape[:2], frame)
            back = panned + displaced(back, panned)
        return moved(last, back, self._plan.material.step, self._how)
