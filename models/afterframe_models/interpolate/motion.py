"""Where the matter of two successive frames is at a time between them.

Both flows of a pair are measured once. For a time ``t`` each is turned into the flow of the
matter that is at each place at ``t`` (``flow.flow_at``). Where the frames beside the pair are
known, two more say what the matter would do that goes on as it did before, or comes as it goes on
after: what only one frame of the pair shows has no flow of its own. Place by place the candidate
is taken whose two warps agree best. The way along it is bent by the acceleration that the
neighbours tell (Xu et al., Quadratic Video Interpolation, NeurIPS 2019).

Both frames are to be mixed by their nearness in time; beyond the picture's edge by the frame that
shows the place. Where the two warps still disagree strongly - matter that only one frame shows - a
mix would be a ghost: there one frame is shown alone, the one nearer in time, or where both are as
near the one that shows the matter: the one whose flow is not undone by the other's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.cuts import is_cut, is_sudden_cut
from afterframe.imaging.flow import (
    INVERSION_STEPS,
    Flow,
    Grey,
    displaced,
    flow_at,
    flow_both_ways,
    lengths,
    places,
    reduced,
)

Single = NDArray[np.float32]

_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out

COARSEST = 4
"""Pixels, at most, for one sample of the grid on which warps are compared: twice those of the
flow. A finer grid costs four times as much and gains 0.02 dB."""
LEAST_SIDE = 64
"""Samples of the flow's shorter side below which the grid is as fine as the flow."""
WINDOW = 20
"""Pixels over which two warps are compared; 10 and 40 are worse by 0.03 dB and more."""

DOUBT, MOST_DOUBT = 1.0, 10.0
"""Grey levels that a flow's candidate is thought worse for each sample by which the opposite flow
does not undo it, and at most."""
QUICK_ROUNDS = 1
"""Of the inversion on the coarse grid of a quarter: a second gains 0.02 dB, and takes 5 %."""
NEIGHBOUR_DOUBT = 1.0
"""Grey levels by which a candidate from a neighbouring pair is thought worse than the pair's."""
UNSEEN_DOUBT = 15.0
"""Grey levels by which a candidate is thought worse where it leads out of the picture."""
UNKNOWN = 10.0
"""Grey levels taken for the disagreement where no third frame can be asked."""
ON_EDGE = 0.5
"""What counts as reached, see ``_reached``: half a sample outside, as far as the last one does."""
LEAST_SHARE = np.float32(1e-3)
"""Weight of a frame that does not reach a place; that neither does is no division by 0."""

GHOST_FROM, GHOST_TO = 40.0, 80.0
"""Grey levels of disagreement from which the mix fades to, and is, one frame alone. PSNR rewards
ghosts: from 15 on this would cost 0.03 dB, from 40 on it costs nothing."""
GHOST_SOFTNESS = 3.0
"""Pixels by which one frame's flow must be worse undone for that frame to be shown."""
GHOST_TIME = 8.0
"""How much nearness in time counts beside it."""


@dataclass(frozen=True)
class Pair:
    """What lies between two successive frames.

    Attributes:
        cut: they are of two shots: nothing lies between.
        step: pixels of the frame for one sample of ``greys`` and ``flows``, across and down.
        greys: both frames' display-referred luma.
        flows: first -> second and second -> first, in samples.
        doubts: samples by which each flow is not undone by the other, at its own places.
    """

    cut: bool
    step: int
    greys: tuple[Grey, Grey]
    flows: tuple[Flow, Flow]
    doubts: tuple[Single, Single]

    @property
    def pace(self) -> float:
        """Pixels that fast matter, the fastest twentieth of the picture, moves."""
        speed = lengths(self.flows[0])
        return self.step * float(np.percentile(speed[::4, ::4], 95))

    @property
    def unlike(self) -> float:
        """Share of the first picture that is not found again where its flow leads, 0 to 1."""
        found = displaced(self.greys[1], self.flows[0])
        difference = cv2.absdiff(self.greys[0], found).astype(np.float32)
        return float((_local_mean(difference, self.step) > GHOST_FROM).mean())


def measure_pair(first: Grey, second: Grey, step: int, *, quick: bool = False) -> Pair:
    """Return what lies between two frames.

    Args:
        first: (rows, columns) uint8, the frame's display-referred luma made ``step`` times
            smaller (``flow.reduced``).
        second: likewise, of the next frame.
        step: 1, 2 or 4.
        quick: look for cuts the quick way.
    """
    cut = (is_sudden_cut if quick else is_cut)(first, second)
    still = np.zeros((*first.shape, 2), np.float32)
    flows = (still, still) if cut else flow_both_ways(first, second)
    greys = (first, second)
    if 2 * step <= COARSEST and min(first.shape) >= LEAST_SIDE:
        greys = (reduced(first, 2), reduced(second, 2))
        flows = (_halved(flows[0]), _halved(flows[1]))
        step *= 2
    doubts = (_not_undone(*flows), _not_undone(flows[1], flows[0]))
    return Pair(cut, step, greys, flows, doubts)


@dataclass(frozen=True)
class Motion:
    """Where the picture at one time is taken from, on the pair's grid.

    Attributes:
        time: 0 to 1.
        step: pixels between samples.
        back: from each place to the first frame's matter that is there, in samples.
        ahead: to the second's.
        second_share: the second frame's weight, or None where it is the time everywhere.
    """

    time: float
    step: int
    back: Flow
    ahead: Flow
    second_share: Single | None


@dataclass(frozen=True)
class Around:
    """A pair and, where they are known and of the same shot, the pairs beside it.

    ``rounds`` are those of the inversion of flows, see ``flow.flow_at``.
    """

    pair: Pair
    before: Pair | None
    after: Pair | None
    rounds: int = INVERSION_STEPS

    @classmethod
    def of(
        cls, pair: Pair, before: Pair | None, after: Pair | None, *, quick: bool = False
    ) -> Around:
        """Take the pairs beside a pair that show the same shot on the same grid."""
        first, second = (
            beside if beside and not beside.cut and beside.step == pair.step else None
            for beside in (before, after)
        )
        return cls(pair, first, second, QUICK_ROUNDS if quick else INVERSION_STEPS)


def motion_at(around: Around, time: float) -> Motion:
    best, disagreement = _best_flow(around, time)
    back, ahead = -time * best, (1 - time) * best
    share = _share_inside(back, ahead, time)
    if disagreement.max() > GHOST_FROM:
        share = _share_without_ghosts(around.pair, (back, ahead), disagreement, share, time)
    bend = _bend(around, best, time)
    if bend is not None:
        back, ahead = back + bend, ahead + bend
    return Motion(time, around.pair.step, back, ahead, share)


def _best_flow(around: Around, time: float) -> tuple[Flow, Single]:
    """Return the flow at ``time`` whose warps agree best, and by how much they disagree."""
    shape = around.pair.greys[0].shape
    best, error = np.zeros((*shape, 2), np.float32), np.zeros(shape, np.float32)
    least = np.full(shape, np.inf, np.float32)
    for flow, disagreement, doubt in _candidates(around, time):
        cost = disagreement + doubt
        better = (cost < least).view(np.uint8)
        for kept, new in ((best, flow), (error, disagreement), (least, cost)):
            cv2.copyTo(new, better, kept)
    return best, error


def _candidates(around: Around, time: float) -> Iterator[tuple[Flow, Single, Single]]:
    """Yield flows at ``time``, how much the warps along each disagree, and what speaks against it.

    What goes on as it did before the pair, or comes as it goes on after it, is a candidate too:
    for matter that only one frame of the pair shows it is the only true one.
    """
    pair, before, after = around.pair, around.before, around.after
    ways = [(pair.flows[0], pair.doubts[0], time, 0.0)]
    ways += [(-pair.flows[1], pair.doubts[1], time - 1, 0.0)]
    if before:
        ways += [(-before.flows[1], before.doubts[1], time, NEIGHBOUR_DOUBT)]
    if after:
        ways += [(after.flows[0], after.doubts[0], time - 1, NEIGHBOUR_DOUBT)]
    for measured, undone, since, doubt in ways:
        flow = flow_at(measured, since, around.rounds)
        doubts = displaced(np.minimum(DOUBT * undone, MOST_DOUBT), -since * flow) + np.float32(
            doubt
        )
        disagreement = _disagreement(around, flow, time)
        yield flow, _local_mean(disagreement, pair.step), _local_mean(doubts, pair.step)


def _disagreement(around: Around, flow: Flow, time: float) -> Single:
    """Return the difference, in grey levels, of both frames warped along ``flow``.

    Where one of them does not reach, the other is compared with the frame on its far side.
    """
    pair = around.pair
    back, ahead = -time * flow, (1 - time) * flow
    first, second = displaced(pair.greys[0], back), displaced(pair.greys[1], ahead)
    difference = cv2.absdiff(first, second).astype(np.float32)
    for seen, beside, way, unseen in (
        (first, around.before.greys[0] if around.before else None, back - flow, ahead),
        (second, around.after.greys[1] if around.after else None, ahead + flow, back),
    ):
        outside = _reached(unseen) < ON_EDGE
        if outside.any():
            other = UNKNOWN if beside is None else cv2.absdiff(seen, displaced(beside, way))
            difference = np.where(outside, other + np.float32(UNSEEN_DOUBT), difference)
    return np.asarray(difference, np.float32)


def _bend(around: Around, flow: Flow, time: float) -> Flow | None:
    """Return by how much both warps are bent, in samples, by the matter's acceleration.

    Matter at ``p + v t + a t^2 / 2`` that the straight way through both frames' places puts at
    ``x`` is ``a t (1 - t) / 2`` short of it. The acceleration is taken as the smaller of what the
    frame before and the frame after tell, and as none where they contradict each other (the
    limiter "minmod" of flow solvers): two-sided guesses of a jolt are worse than none.
    """
    pair, before, after = around.pair, around.before, around.after
    if before is None or after is None:
        return None
    earlier = displaced(pair.flows[0] + before.flows[1], -time * flow)
    later = displaced(after.flows[0] + pair.flows[1], (1 - time) * flow)
    smaller = np.minimum(np.abs(earlier), np.abs(later))
    agreed = np.where(earlier * later > 0, np.copysign(smaller, earlier), np.float32(0))
    speed, most = lengths(flow), lengths(agreed)
    limited = np.minimum(1, speed / np.maximum(most, np.float32(1e-6)))
    return np.asarray(agreed * (time * (1 - time) / 2 * limited)[..., None], np.float32)


def _share_inside(back: Flow, ahead: Flow, time: float) -> Single | None:
    """Return the second frame's weight where one frame does not reach, None where both do."""
    first, second = _reached(back), _reached(ahead)
    if min(float(first.min()), float(second.min())) >= ON_EDGE:
        return None
    first, second = (1 - time) * (first + LEAST_SHARE), time * (second + LEAST_SHARE)
    return np.asarray(second / (first + second), np.float32)


def _share_without_ghosts(
    pair: Pair, ways: tuple[Flow, Flow], disagreement: Single, share: Single | None, time: float
) -> Single:
    """Return the second frame's weight: ``share``, but 0 or 1 where the warps disagree."""
    usual = np.float32(time) if share is None else share
    ghost = np.clip((disagreement - GHOST_FROM) / (GHOST_TO - GHOST_FROM), 0, 1)
    only_first, only_second = (
        pair.step * _local_mean(displaced(undone, way), pair.step)
        for undone, way in zip(pair.doubts, ways, strict=True)
    )
    bias = (only_first - only_second) / GHOST_SOFTNESS - GHOST_TIME * (time - 0.5)
    alone = 1 / (1 + np.exp(np.clip(bias, -30, 30)))
    return np.asarray(usual + ghost * (alone - usual), np.float32)


def _reached(way: Flow) -> Single:
    """Return whether each place's source lies in the picture: 1, or to 0 a sample outside."""
    height, width = way.shape[:2]
    everywhere = np.ones((height, width), np.float32)
    inside: Any = cv2.remap(everywhere, places(height, width) + way, _UNSET, cv2.INTER_LINEAR)
    return np.asarray(inside, np.float32)


def _not_undone(there: Flow, back: Flow) -> Single:
    return lengths(there + displaced(back, there))


def _halved(flow: Flow) -> Flow:
    """Return a flow on a grid of half as many samples each way, in samples of that grid."""
    return np.asarray(reduced(flow, 2) * np.float32(0.5), np.float32)


def _local_mean(picture: Single, step: int) -> Single:
    side = 2 * (WINDOW // (2 * step)) + 1
    return np.asarray(cv2.blur(picture, (side, side)), np.float32)
