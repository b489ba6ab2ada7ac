"""Where made frames meet the shot: its colour and its grain are theirs, and how well is told.

*Colour* (``imaging.anchor``): the made frame next to the shot is compared with the shot's own. A
correction is kept for all that is made, so that nothing pumps; over a bridge it goes evenly from
the one found at its start to that of its end. What is anchored at its end alone, or is longer than
can be held in memory, takes the end's correction on over its last ``RAMP`` frames.

*Grain* (``imaging.grain``): a made frame whose grain stands still on the matter, or has none, is
given the shot's. Frames that live already, as those of a run of real ones do, stay as they are.

A shot without grain, and made frames in its colour, are not touched: they stay the same to the bit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from afterframe.core.layout import Layout, Side
from afterframe.imaging.anchor import Correction, corrected, fitted, identity, matches
from afterframe.imaging.flow import flow_both_ways
from afterframe.imaging.grain import Grain, Liveness, Regrained, liveness, measure_grain
from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import JoinReport, Note

RAMP = 24
"""Frames over which the correction of an end is taken on, where not over all that is made."""
RAMP_BYTES = 128 << 20
"""What frames that wait for that end may take in memory."""
LOOK_BACK = 4
"""Frames of the shot beside a joint that its grain is measured on."""
MISSING = 0.2
"""Share of the grain's variance below which nothing is added."""
STEADY = 0.5
"""How much of what was found in the frames before counts for the next one's grain."""
TOLD = 2
"""The made frame, counted from the joint, whose grain is told."""
SEAM_HEIGHT = 360
"""Lines at which the change of velocity is told."""
_FADED = 1 << 20
"""Added to the number of a frame that is cross-faded, so that its grain is no other's."""


@dataclass
class _Joint:
    """One end at which what is made meets the shot.

    Attributes:
        side: of what is made.
        shot: frames of the shot, the one at the joint last.
        grain: of the shot, None where it cannot be told.
        turns: whether motion goes across it; a generated clip begins anew.
        colour: difference before and after, in levels of 255.
        corrected: whether the colour was.
        live: grain that lives, as made and as delivered, as shares of the shot's variance.
        seam: change of velocity across the joint.
    """

    side: Side
    shot: list[Frame]
    grain: Grain | None
    turns: bool = True
    colour: tuple[float, float] = (0.0, 0.0)
    corrected: bool = False
    live: tuple[float, float] = (0.0, 0.0)
    seam: float = 0.0

    def compare(self, made: Frame) -> Correction | None:
        """Note how the made frame at the joint differs; return what mends it."""
        found = matches(self.shot[-1], made)
        difference = found.difference()
        self.colour = difference, difference
        return fitted(found, made.format.colour_planes)

    def close(self, delivered: Frame) -> None:
        """Note how the joint turned out, and let go of the shot's frames."""
        if self.corrected:
            self.colour = (self.colour[0], matches(self.shot[-1], delivered).difference())
        if self.turns:
            self.seam = seam(self.shot, delivered)
        self.shot.clear()

    def report(self) -> JoinReport:
        """Return what is told of it."""
        level = self.grain.level if self.grain else 0.0
        grain = [round(level * float(np.sqrt(min(1.0, max(0.0, each)))), 2) for each in self.live]
        before, after = (round(each, 2) for each in self.colour)
        return JoinReport(
            self.side, before, after, round(level, 2), grain[0], grain[1], round(self.seam, 2)
        )


@dataclass
class Join:
    """Matches what an engine makes to the shots beside it, frame by frame.

    Args:
        layout: of the result.
        beside: returns up to so many frames of the shot at a joint, as they are delivered, the one
            at the joint last.
        seed: of the job.
        colour: whether colour is matched.
        grain: whether grain is matched.
        exact_start: the first made frame is the shot's own, and stays as it is.
        draft: grain is left alone, of which there is hardly any at that size, and nothing is told:
            to look would take a third of the time.
    """

    layout: Layout
    beside: Callable[[Side, int], list[Frame]]
    seed: int
    colour: bool
    grain: bool
    exact_start: bool = False
    draft: bool = False
    _joints: dict[Side, _Joint] = field(default_factory=dict)
    _regrained: Regrained | None = None
    _touched: bool = False

    def made(self, frames: Iterator[Frame], count: int) -> Iterator[Frame]:
        """Yield an engine's ``count`` frames, matched."""
        if not self.layout.joints:
            yield from frames
            return
        # Where the shot is read forwards, no frame of it is decoded twice: an engine reads on from
        # the joint at its end, and up to the one at its start before it gives its first frame.
        shots = {"end": self._shot("end")}
        first = next(frames, None)
        shots["start"] = self._shot("start")
        for side in self.layout.joints:
            if shot := shots[side]:
                grain = None if self.draft else measure_grain(shot)
                turns = not (self.exact_start or self.draft)
                self._joints[side] = _Joint(side, shot, grain, turns)
        whole = frames if first is None else chain([first], frames)
        yield from self._grained(self._coloured(whole), count) if self._joints else whole

    def faded(self, frame: Frame, index: int, share: float) -> Frame:
        """Return a frame that is a mix of two, ``share`` of the made one, with its grain made up.

        Grain that is mixed with other grain loses variance.
        """
        grain = self._grain_at(float(index >= self.layout.fades[0]))
        if grain is None or self._regrained is None:
            return frame
        has = Liveness((1 - share) ** 2 + share**2, 0.0)
        return self._regrained.frame(frame, _FADED + index, has, grain)

    def reports(self) -> tuple[JoinReport, ...]:
        """Return how the result meets the shots, once all frames are made; of a draft nothing."""
        return () if self.draft else tuple(each.report() for each in self._joints.values())

    def notes(self) -> tuple[Note, ...]:
        """Tell what was matched."""
        notes = []
        joints = self._joints.values()
        off = [each.colour[0] for each in joints if each.corrected]
        if off:
            notes.append(Note("note.colour_matched", {"levels": round(max(off), 1)}))
        if self._touched:
            level = max(each.grain.level for each in joints if each.grain)
            notes.append(Note("note.grain_matched", {"levels": round(level, 1)}))
        return tuple(notes)

    def _shot(self, side: Side) -> list[Frame]:
        return self.beside(side, LOOK_BACK) if side in self.layout.joints else []

    # Colour

    def _coloured(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        first = next(frames, None)
        if first is None:
            return
        start, end = self._joints.get("start"), self._joints.get("end")
        rest = chain([first], frames)
        at_start = self._measured(start, first) if start else None
        if end is None:
            for frame in rest:
                yield corrected(frame, at_start) if at_start else frame
            return
        most = max(2, min(RAMP, RAMP_BYTES // sum(plane.nbytes for plane in first.planes)))
        waiting: deque[Frame] = deque()
        overflowed = False
        for frame in rest:
            waiting.append(frame)
            if len(waiting) > most:
                overflowed = True
                early = waiting.popleft()
                yield corrected(early, at_start) if at_start else early
        at_end = self._measured(end, waiting[-1])
        if not (at_start or at_end):
            yield from waiting
            return
        none = identity(first.format.colour_planes)
        begin = at_start or (none if start or overflowed else at_end or none)
        for number, frame in enumerate(waiting, start=1):
            share = 1.0 if len(waiting) == 1 and not start else number / (len(waiting) + 1)
            yield corrected(frame, begin.towards(at_end or none, share))

    def _measured(self, joint: _Joint, made: Frame) -> Correction | None:
        found = joint.compare(made)
        joint.corrected = self.colour and found is not None
        return found if self.colour else None

    # Grain

    def _grain_at(self, share: float) -> Grain | None:
        """Return the grain that is wanted at a place of what is made, 0 at its start, 1 its end."""
        known = {side: joint.grain for side, joint in self._joints.items() if joint.grain}
        if not self.grain or all(each.is_clean for each in known.values()):
            return None
        start, end = known.get("start"), known.get("end")
        if start and end:
            return start.towards(end, share)
        return start or end

    def _grained(self, frames: Iterator[Frame], count: int) -> Iterator[Frame]:
        """Yield frames with the shot's grain; close the joints."""
        wanted = self._grain_at(0.0)
        if wanted is None:
            frames = self._watched(frames, count)
        else:
            frames = self._regrain(frames, count, wanted)
        start, end = self._joints.get("start"), self._joints.get("end")
        for number, frame in enumerate(frames):
            if start and number == 0:
                start.close(frame)
            if end and number == count - 1:
                end.close(frame)
            yield frame

    def _watched(self, frames: Iterator[Frame], count: int) -> Iterator[Frame]:
        """Yield frames as they are; measure what is told of their grain."""
        start, end = self._joints.get("start"), self._joints.get("end")
        before = start.shot[-1] if start else None
        for number, frame in enumerate(frames):
            told = [start] if number == min(TOLD, count - 1) else []
            for joint in (*told, end if number == count - 1 else None):
                if before and joint and joint.grain and not joint.grain.is_clean:
                    found = liveness(before, frame, joint.grain)
                    found = _without(found, _texture(joint.shot, joint.grain))
                    joint.live = (found.live, found.live)
            before = frame
            yield frame

    def _regrain(self, frames: Iterator[Frame], count: int, wanted: Grain) -> Iterator[Frame]:
        start, end = self._joints.get("start"), self._joints.get("end")
        texture = _texture(next(iter(self._joints.values())).shot, wanted)
        ahead = [frame for _, frame in zip(range(2), frames, strict=False)]
        # What leads to a shot has none before its first frame: the next one tells as much.
        before = start.shot[-1] if start else ahead[-1]
        delivered, had = before, None
        for number, frame in enumerate(chain(ahead, frames)):
            grain = self._grain_at(number / max(1, count - 1)) or wanted
            found = _without(liveness(before, frame, grain), texture)
            done = frame
            if number or not self.exact_start:
                had = _steadied(had, found)
                done = self._with_grain(frame, number, had, grain)
            told = [start] if number == min(TOLD, count - 1) else []
            for joint in (*told, end if number == count - 1 else None):
                if joint:
                    after = _without(liveness(delivered, done, grain), texture)
                    joint.live = (found.live, after.live)
            before, delivered = frame, done
            yield done

    def _with_grain(self, frame: Frame, number: int, has: Liveness, grain: Grain) -> Frame:
        if 1 - has.live < MISSING:
            return frame
        if self._regrained is None:
            self._regrained = Regrained(grain, self.seed, frame.format)
        self._touched = True
        return self._regrained.frame(frame, number, has, grain)


def seam(shot: list[Frame], made: Frame) -> float:
    """Return the mean change of velocity across a joint: pixels a frame at ``SEAM_HEIGHT`` lines.

    Args:
        shot: frames of the shot, the one at the joint last; 0 where it has no other.
        made: the made frame at the joint.
    """
    if len(shot) < 2:
        return 0.0
    lines = min(SEAM_HEIGHT, made.height)
    width = max(16, round(made.width * lines / made.height))
    there, here, beyond = (grey_proxy(each, width) for each in (shot[-2], shot[-1], made))
    onward, _ = flow_both_ways(here, beyond)
    back, _ = flow_both_ways(here, there)
    return float(np.hypot(*np.moveaxis(onward + back, 2, 0)).mean()) * SEAM_HEIGHT / lines


def _texture(shot: list[Frame], grain: Grain) -> float:
    """Return how much fine texture of a shot looks like grain that moves with the picture."""
    return liveness(shot[-2], shot[-1], grain).frozen if len(shot) > 1 else 0.0


def _without(found: Liveness, texture: float) -> Liveness:
    frozen = min(max(0.0, found.frozen - texture), max(0.0, 1 - found.live))
    return Liveness(found.live, frozen)


def _steadied(had: Liveness | None, found: Liveness) -> Liveness:
    if had is None:
        return found
    return Liveness(
        STEADY * had.live + (1 - STEADY) * found.live,
        STEADY * had.frozen + (1 - STEADY) * found.frozen,
    )
