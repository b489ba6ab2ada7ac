"""The picture at a time between two shots.

Matter that both shots show goes its way from where the first has it to where the second does, and
leaves and arrives with the velocity that it has there: Hermite's path, the one with the least
acceleration. Other matter coasts on its own velocity. Over a long gap a velocity tells less and
less of where matter will be, so it fades.

Both pictures are moved along these paths: matter is laid where it has come to, what is in front
last, and the way back from there refined by fixed-point inversion. The two are mixed where they
agree; where only one of them has matter to show it shows alone; where they do not agree they
change over quickly, each region at the moment when they differ least: a long dissolve would show
everything twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.fill import filled
from afterframe.imaging.flow import Flow, Samples, displaced, places
from afterframe.imaging.mover import Layer
from afterframe.imaging.warp import MARGIN, CoarseMap, node_places
from afterframe_models.ahead import made_ahead

from .matching import Match, Single, local_mean

Order = NDArray[np.intp]

MEMORY = 12.0
"""Frames in which a velocity fades to a third."""
ROUNDS = 2
"""Of the fixed-point inversion, begun with where matter was laid."""
CRACK = (5, 5)
"""Samples up to which a place where nothing was laid is a crack, not matter uncovered."""
FARTHER = 12.0
"""Grey levels by which the picture farther in time must fit better for its paths to be taken."""
MET_FROM, MET_TO = 0.3, 0.6
"""Sureness from which matter begins to go, and goes all, to where it was found."""
GHOST_FROM, GHOST_TO = 10.0, 24.0
"""Grey levels of disagreement from which the mix fades to, and is, a quick change."""
GHOST_HOLE = 0.03
"""Share of the width up to which what agrees by chance inside a ghost belongs to it: a dark car
window before dark asphalt."""
CHANGE = 4.0
"""Frames that a quick change takes."""
MOMENTS = 5
"""Times at which the best moment for a change is looked for."""
EARLIEST = 0.2
"""Share of the gap before which, and before whose end, nothing changes over."""
LATER = 4.0
"""Grey levels by which such a moment must be better than the middle of the gap."""
REGION = 0.08
"""Share of the width over which moments are the same: things change as wholes."""


@dataclass(frozen=True)
class Crossing:
    """How two shots meet over a gap.

    Attributes:
        match: of the last and the first picture.
        velocities: samples a frame, of the first shot's matter on its last picture, and of the
            second's on its first.
        length: frames from the last picture to the first, one more than are made.
        orders: of both pictures, places as flat indices, what is in front last.
        moments: (h, w), when what is not matched changes over, in frames.
    """

    match: Match
    velocities: tuple[Flow, Flow]
    length: int
    orders: tuple[Order, Order]
    moments: Single


@dataclass(frozen=True)
class State:
    """What is where at one time, on the flow's grid.

    Attributes:
        first: (h, w, 2) the place in the first picture of what is at each place.
        second: likewise in the second.
        share: (h, w) the second's weight, 0 to 1.
        difference: (h, w) grey levels by which the two differ there.
    """

    first: Flow
    second: Flow
    share: Single
    difference: Single


def cross(match: Match, velocities: tuple[Flow, Flow], length: int) -> Crossing:
    """Return how two shots meet; see :class:`Crossing`."""
    shape = match.greys[0].shape
    orders = (
        _order(match.flows[0], match.sure[0], velocities[0]),
        _order(match.flows[1], match.sure[1], -velocities[1]),
    )
    middle = np.full(shape, length / 2, np.float32)
    crossing = Crossing(match, velocities, length, orders, middle)
    times = np.linspace(EARLIEST, 1 - EARLIEST, MOMENTS) * length
    sigma = max(1.0, REGION * shape[1])
    costs = [
        cv2.GaussianBlur(_met_at(crossing, float(time)).difference, (0, 0), sigma)
        + LATER * (2 * time / length - 1) ** 2
        for time in times
    ]
    weights = np.exp(np.min(costs, 0) - np.stack(costs))
    moments = np.tensordot(times, weights, 1) / weights.sum(0)
    return replace(crossing, moments=np.asarray(moments, np.float32))


def states(crossing: Crossing, apart: int = 1, threads: int = 1) -> Iterator[State]:
    """Yield what is where at each frame between the two pictures.

    Args:
        crossing: of the pictures.
        apart: frames from one that is worked out to the next; those between them are mixed of
            both, which is as good where matter goes evenly.
        threads: in which they are worked out.
    """
    made = crossing.length - 1
    times = [*range(1, made, apart), made]
    worked_out = made_ahead(lambda time: (time, state_at(crossing, float(time))), times, threads)
    before, one = next(worked_out)
    yield one
    for ahead, other in worked_out:
        for time in range(before + 1, ahead):
            yield _between(one, other, (time - before) / (ahead - before))
        yield other
        before, one = ahead, other


def state_at(crossing: Crossing, time: float) -> State:
    """Return what is where at a time, in frames after the first shot's last picture."""
    state = _met_at(crossing, time)
    ghost = np.clip((state.difference - GHOST_FROM) / (GHOST_TO - GHOST_FROM), 0, 1)
    quick = np.clip((time - crossing.moments) / CHANGE + 0.5, 0, 1)
    share = state.share + _whole(ghost) * (quick - state.share)
    return replace(state, share=np.asarray(share, np.float32))


def layers_of(state: State, width: int, height: int, step: int) -> tuple[Layer, Layer]:
    """Return how both pictures, 0 and 1, are moved and mixed for a picture of this size.

    Args:
        state: at its time.
        width: in pixels.
        height: likewise.
        step: pixels for a sample of the state.
    """

    def nodes(where: Flow) -> CoarseMap:
        way = (where - places(*where.shape[:2])) * np.float32(step)
        wide = cv2.copyMakeBorder(way, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE)
        return CoarseMap(node_places(width, height, step) + wide, step, width, height)

    return (
        Layer(nodes(state.first), 1 - state.share, 0),
        Layer(nodes(state.second), state.share, 1),
    )


def _between(one: State, other: State, part: float) -> State:
    """Return the mean of two states, ``part`` of the other."""

    def mixed(a: Single, b: Single) -> Single:
        return np.asarray(cv2.addWeighted(a, 1 - part, b, part, 0), np.float32)

    return State(
        mixed(one.first, other.first),
        mixed(one.second, other.second),
        mixed(one.share, other.share),
        mixed(one.difference, other.difference),
    )


def _order(flow: Flow, sure: Single, velocity: Flow) -> Order:
    """Return the places in the order in which they are laid: what moves unlike most is in front."""
    coasting = velocity * np.float32(MEMORY)
    way = coasting + _met(sure)[..., None] * (flow - coasting)
    apart = way - np.median(way, axis=(0, 1))
    return np.argsort(np.hypot(apart[..., 0], apart[..., 1]).ravel(), kind="stable")


def _met_at(crossing: Crossing, time: float) -> State:
    """Return the state with the share that time and what is seen of each picture give."""
    forward, backward = crossing.match.flows
    sure = crossing.match.sure
    grid = places(*forward.shape[:2])
    way_first, seen_first = _laid(_from_first(crossing, time), crossing.orders[0])
    way_second, seen_second = _laid(_from_second(crossing, time), crossing.orders[1])
    in_first, in_second = grid - way_first, grid - way_second
    # Where one is sure of the other, both are taken from one path, so that they meet exactly.
    met_second = in_first + _at(forward, in_first)
    met_first = in_second + _at(backward, in_second)
    by_first = _difference(crossing, in_first, met_second)
    by_second = _difference(crossing, met_first, in_second)
    alone = _difference(crossing, in_first, in_second)
    difference = np.minimum(np.minimum(by_first, by_second), alone)
    part = time / crossing.length
    cost_first, cost_second = by_first + FARTHER * part, by_second + FARTHER * (1 - part)
    leads_first = seen_first * (cost_first <= cost_second) * _met(_at(sure[0], in_first))
    leads_second = seen_second * (cost_second < cost_first) * _met(_at(sure[1], in_second))
    even = part * part * (3 - 2 * part)
    weight_first = (1 - even) * np.maximum(seen_first, leads_second) + _LEAST
    weight_second = even * np.maximum(seen_second, leads_first) + _LEAST
    return State(
        in_first + leads_second[..., None] * (met_first - in_first),
        in_second + leads_first[..., None] * (met_second - in_second),
        np.asarray(weight_second / (weight_first + weight_second), np.float32),
        difference,
    )


_LEAST = 1e-3
"""Weight of a picture that has nothing to show: where both have nothing, time decides."""


def _from_first(crossing: Crossing, time: float) -> Flow:
    """Return how far the first picture's matter has gone at a time."""
    length = np.float32(crossing.length)
    forward = crossing.match.flows[0]
    mean = forward / length
    leaving = crossing.velocities[0] - mean
    arriving = displaced(crossing.velocities[1], forward) - mean
    return mean * np.float32(time) + _own(
        leaving, arriving, crossing.match.sure[0], time, crossing.length
    )


def _from_second(crossing: Crossing, time: float) -> Flow:
    """Return how far the second picture's matter is from where it will be."""
    length = np.float32(crossing.length)
    left = crossing.length - time
    backward = crossing.match.flows[1]
    mean = -backward / length
    leaving = displaced(crossing.velocities[0], backward) - mean
    arriving = crossing.velocities[1] - mean
    return -mean * np.float32(left) - _own(
        arriving, leaving, crossing.match.sure[1], left, crossing.length
    )


def _own(near: Flow, far: Flow, sure: Single, time: float, length: int) -> Flow:
    """Return how far velocities lead beyond the mean: the near picture's, and the far one's.

    Matched matter comes back to its path by the end. Other matter only has its own velocity.
    """
    matched = near * _lasting(time, length) - far * _lasting(length - time, length)
    fading = MEMORY * (1 - np.exp(-time / MEMORY))
    coasting = near * np.float32(fading * (1 - (time / length) ** 4))
    return np.asarray(coasting + _met(sure)[..., None] * (matched - coasting), np.float32)


def _lasting(time: float, length: int) -> np.float32:
    """Return how far a velocity of one has led: Hermite's basis, fading."""
    return np.float32(time * (1 - time / length) ** 2 * np.exp(-time / MEMORY))


def _met(sure: Single) -> Single:
    """Return how much of each place's matter goes to where it was found."""
    return np.asarray(np.clip((sure - MET_FROM) / (MET_TO - MET_FROM), 0, 1), np.float32)


def _laid(way: Flow, order: Order) -> tuple[Flow, Single]:
    """Return at each place the way of the matter that has come there, and whether some has.

    Args:
        way: how far the matter that began at each place has gone.
        order: see :class:`Crossing`.
    """
    height, width = way.shape[:2]
    x, y = cv2.split(np.rint(places(height, width) + way))
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    nowhere = height * width
    index = np.where(inside, y * width + x, nowhere).astype(np.intp).ravel()
    laid = np.full(nowhere + 1, -1, np.intp)
    laid[index[order]] = order
    whence = laid[:-1].reshape(height, width)
    # Both numbers of a way as one: twice as fast.
    came = way.view(np.complex64).ravel()[whence].view(np.float32).reshape(height, width, 2)
    there = (whence >= 0).astype(np.float32)
    found = _without_dots(filled(came, there))
    for _ in range(ROUNDS):
        finer = displaced(way, -found)
        apart = cv2.split(cv2.absdiff(finer, found))
        near = cv2.max(*apart) < 1
        cv2.copyTo(finer, near.view(np.uint8), found)
    closed = cv2.morphologyEx(there, cv2.MORPH_CLOSE, np.ones(CRACK, np.uint8))
    return found, np.asarray(cv2.GaussianBlur(closed, (0, 0), 1.5), np.float32)


def _without_dots(laid: Flow) -> Flow:
    """Return what was laid without what shows through where matter in front is stretched."""
    parts = (np.ascontiguousarray(laid[..., axis]) for axis in (0, 1))
    return np.dstack([np.asarray(cv2.medianBlur(part, 5), np.float32) for part in parts])


def _at(values: Samples, where: Flow) -> Samples:
    return displaced(values, where - places(*where.shape[:2]))


def _difference(crossing: Crossing, first: Flow, second: Flow) -> Single:
    """Return the local mean difference, in grey levels, of places in both pictures."""
    a, b = crossing.match.greys
    return local_mean(cv2.absdiff(_at(a, first), _at(b, second)).astype(np.float32))


def _whole(ghost: Single) -> Single:
    """Return ghosts without holes, soft around."""
    sigma = max(1.0, GHOST_HOLE * ghost.shape[1])
    side = 2 * round(sigma) + 1
    closed = cv2.morphologyEx(ghost, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return np.maximum(ghost, cv2.GaussianBlur(closed, (0, 0), sigma / 3))
