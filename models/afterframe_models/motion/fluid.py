"""Matter that flows or sways within one picture: sky, water, smoke, leaves.

**Flow.** A velocity that stands still in the picture is integrated by Euler steps (Holynski,
Curless, Seitz, Szeliski, *Animating Pictures with Eulerian Motion Fields*, CVPR 2021): at the
share ``s`` of a period the place ``p`` shows what flowed forward for ``s`` (*ahead*) or what has
still to flow for ``1 - s`` (*behind*). At ``s = 0`` the first is the picture itself, at ``s = 1``
the second, so that periods follow each other without a seam. Going beyond the paper, places pass
from one to the other at moments of their own, in patches that drift with the matter: never is
the whole picture a double exposure. What comes in where nothing was known - from beyond an edge,
from behind a roof - is taken from the side that knows it.

**Sway.** Each place swings about where it is, in gusts that travel along the wind: one small
displacement, nothing at the first frame, nothing at the region's edge, and never a fold.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import lengths

Single = NDArray[np.float32]

SKY_SPEED = 0.03
FLOW_SPEED = 0.06
"""Pictures' longer sides a second at strength 10; for water and its like, at an arrow of 1."""
SKY_REACH = 0.25
FLOW_REACH = 0.09
"""How far matter flows in one period, in longer sides: clouds keep their shape, water does not."""
SWAY_REACH = 0.010
"""How far leaves swing at strength 10, in longer sides."""
SWAY_HERTZ = (0.45, 0.85)
SWAY_SHARE = (0.65, 0.35)
GUSTS = 1.6
"""Waves of wind across the picture."""
STEEPEST = 0.6
"""How much a swing may press neighbours together; from 1 on it would fold."""

TURBULENCE = {"sky": 0.12, "flow": 0.16}
"""Speed of the slow eddies beside that of the flow."""
HORIZON_SPEED = 0.4
"""How fast clouds move at the horizon, of those at the top: they are farther away."""

TURN = 0.25
"""Share of a period in which a place passes from ahead to behind; the moments vary around it."""
KEYS = 16
"""Displacements are known at so many shares of a period, and stand linearly between them."""
SUBSTEPS = 2
COARSER = 4
"""How many of the grid's steps lie between two displacements: flow is smooth."""
BEYOND = 1 / 120
"""How far, in longer sides, what lies beside a mask is taken for its matter."""
FEATHER = 0.07
"""Over how much of the longer side one side gives way to the other where it knows nothing."""

Kind = Literal["sky", "flow", "sway"]


@dataclass(frozen=True)
class Body:
    """Matter that moves.

    Attributes:
        kind: how.
        mask: (rows, columns) float32 on the picture's grid, 1 where it is.
        way: direction (x to the right, y down), its length the speed, 1 the usual one.
    """

    kind: Kind
    mask: Single
    way: tuple[float, float]


@dataclass(frozen=True)
class Moment:
    """Where the matter seen at some places comes from at one time.

    Attributes:
        ahead: displacements in pixels, (rows, columns, 2) float32: of what has flowed.
        behind: of what has still to flow.
        weight_ahead: 0 to 1.
        weight_behind: likewise; where both sum to less than 1, neither knows.
    """

    ahead: Single
    behind: Single
    weight_ahead: Single
    weight_behind: Single


class Fluid:
    """The flowing bodies of one picture.

    Args:
        bodies: of the kinds ``sky`` and ``flow``; where two overlap the later one counts.
        width: of the picture in pixels.
        height: likewise.
        step: pixels between the masks' values.
        strength: 1 to 10; speeds are in proportion to it.
        frames: of the clip.
        seconds: of the clip.
        loop: a whole number of periods fills the clip.
        seed: chooses the eddies and the patches.
    """

    def __init__(
        self,
        bodies: Sequence[Body],
        width: int,
        height: int,
        step: int,
        *,
        strength: float,
        frames: int,
        seconds: float,
        loop: bool = False,
        seed: int = 0,
    ) -> None:
        self._step = step
        self._long = max(width, height)
        self._frames = max(1, frames)
        noise = np.random.default_rng(seed)
        shape = bodies[0].mask.shape
        self._owner = np.zeros(shape, np.float32)
        self.mask = np.zeros(shape, np.float32)
        per_period = np.zeros((*shape, 2), np.float32)
        self._periods: list[float] = []
        for index, body in enumerate(bodies):
            speed, reach = self._pace(body, strength)
            self._periods.append(_periods(speed * seconds, reach, loop=loop))
            travelled = speed * seconds / self._periods[-1]  # in one period
            held = body.mask > 0.5
            self._owner[held] = index
            per_period[held] = _field(body, travelled, noise)[held]
            self.mask = np.maximum(self.mask * (body.mask < 0.5), body.mask)
        # The plate goes on beyond the mask, so that no other matter is called in at its edge.
        beyond = 2 * max(2, round(BEYOND * max(shape))) + 1
        wider: Any = cv2.dilate(self.mask, np.ones((beyond, beyond), np.uint8))
        self._inside = _inside(np.asarray(wider, np.float32))
        self._ragged = np.float32(0.6) * _patches(shape, noise)
        self._turn = TURN + (1 - TURN) * _patches(shape, noise)
        self._integrate(_spread(per_period, self.mask > 0.5))

    def at(self, index: int, places: Single) -> Moment:
        """Return where the matter at ``places`` comes from in frame ``index``.

        Args:
            index: 0 to the clip's length; there a loop is as at 0.
            places: (rows, columns, 2) float32, pixels of the picture.
        """
        nodes = (places + np.float32(0.5)) / np.float32(self._step) - np.float32(0.5)
        owner = _at(self._owner, nodes, cv2.INTER_NEAREST)
        moment: Moment | None = None
        for body, periods in enumerate(self._periods):
            found = self._moment((index * periods / self._frames) % 1.0, nodes)
            moment = found if moment is None else _chosen(owner == body, found, moment)
        assert moment is not None
        return moment

    def _moment(self, share: float, nodes: Single) -> Moment:
        rarer = _rarer(nodes, self._owner.shape, self._ahead.shape[1:3])
        ahead = _at(_between(self._ahead, share), rarer)
        behind = _at(_between(self._behind, 1 - share), rarer)
        known_ahead = self._known(nodes, ahead)
        known_behind = self._known(nodes, behind)
        turn = _at(self._turn, nodes + ahead / np.float32(self._step))
        passed = _smooth((share - turn) / np.float32(TURN) + 1)
        # Where one side knows nothing the other counts, however early or late.
        return Moment(
            ahead,
            behind,
            known_ahead * (1 - passed * known_behind),
            known_behind * (1 - (1 - passed) * known_ahead),
        )

    def _known(self, nodes: Single, displacement: Single) -> Single:
        """Return how far what is shown lies within the matter: less only where it has moved."""
        moved = lengths(displacement) / np.float32(self._step)
        soft = np.clip(moved, 0.5, FEATHER * self._long / self._step)
        places = nodes + displacement / np.float32(self._step)
        depth = _at(self._inside, places, outside=0.0) - soft * _at(self._ragged, places)
        return np.asarray(_smooth(depth / soft), np.float32)

    def _pace(self, body: Body, strength: float) -> tuple[float, float]:
        """Return speed in pixels a second and reach in pixels."""
        sky = body.kind == "sky"
        speed = (SKY_SPEED if sky else FLOW_SPEED) * math.hypot(*body.way) * strength / 10
        return speed * self._long, (SKY_REACH if sky else FLOW_REACH) * self._long

    def _integrate(self, field: Single) -> None:
        """Find the displacements at every key of a period, forwards and backwards."""
        rows, columns = (-(-side // COARSER) for side in field.shape[:2])
        small: Any = cv2.resize(field, (columns, rows), interpolation=cv2.INTER_AREA)
        self._ahead = _flowed(-small, self._step * COARSER)
        self._behind = _flowed(small, self._step * COARSER)


class Sway:
    """The swaying bodies of one picture: one displacement of places.

    Args: as of :class:`Fluid`.
    """

    def __init__(
        self,
        bodies: Sequence[Body],
        width: int,
        height: int,
        step: int,
        *,
        strength: float,
        seconds: float,
        loop: bool = False,
        seed: int = 0,
    ) -> None:
        self._step = step
        self._hertz = [
            max(1, round(hertz * seconds)) / seconds if loop else hertz for hertz in SWAY_HERTZ
        ]
        noise = np.random.default_rng(seed + 1)
        shape = bodies[0].mask.shape
        reach = SWAY_REACH * max(width, height) * strength / 10
        self._amount = np.zeros((*shape, 2), np.float32)
        self._phases = [np.zeros(shape, np.float32) for _ in SWAY_HERTZ]
        for body in bodies:
            held = body.mask > 0.5
            taper = _smooth(_inside(body.mask) * np.float32(step / max(_TAPER * reach, step)))
            self._amount[held] = (taper[..., None] * np.float32(reach) * body.way)[held]
            for phase, scale in zip(self._phases, (1.0, 2.3), strict=True):
                phase[held] = _gusts(shape, body.way, GUSTS * scale, noise)[held]
        self._amount *= np.float32(min(1.0, STEEPEST / max(self._steepness(), 1e-6)))

    def at(self, seconds: float, places: Single) -> Single:
        """Return ``places`` as they swing at a time, in the places' own unit, pixels."""
        nodes = (places + np.float32(0.5)) / np.float32(self._step) - np.float32(0.5)
        return places - _at(self._displacement(seconds), nodes)

    def _displacement(self, seconds: float) -> Single:
        swing = np.zeros(self._amount.shape[:2], np.float32)
        for hertz, share, phase in zip(self._hertz, SWAY_SHARE, self._phases, strict=True):
            angle = np.float32(2 * math.pi * hertz * seconds) - phase
            swing += np.float32(share / 2) * (np.sin(angle) + np.sin(phase))
        return self._amount * swing[..., None]

    def _steepness(self) -> float:
        """Return how much neighbours are moved apart or together, at some times, at most."""
        if min(self._amount.shape[:2]) < 2:
            return 0.0
        moved = [self._displacement(0.37 * k) for k in range(12)]
        slopes = [np.abs(np.diff(each, axis=axis)).max() for each in moved for axis in (0, 1)]
        return float(max(slopes)) / self._step


_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out
_TAPER = 2.5


def _periods(way: float, reach: float, *, loop: bool) -> float:
    """Return how many periods the clip has."""
    periods = way / reach
    return float(max(1, round(periods))) if loop else periods


def _field(body: Body, travelled: float, noise: np.random.Generator) -> Single:
    """Return the displacement of one period, pixels: the body's way, eddies, perspective."""
    shape = body.mask.shape
    way = np.array(body.way, np.float32) / max(math.hypot(*body.way), 1e-6)
    # One more row and column than needed: a picture may have but one.
    stream = _smooth_noise((shape[0] + 1, shape[1] + 1), 0.16, noise)
    eddies = np.dstack((np.diff(stream, axis=0)[:, :-1], -np.diff(stream, axis=1)[:-1]))
    eddies *= TURBULENCE[body.kind] / max(float(np.abs(eddies).max()), 1e-6)
    field = way + eddies.astype(np.float32)
    if body.kind == "sky":
        rows = np.flatnonzero((body.mask > 0.5).any(axis=1))
        down = np.clip(np.arange(shape[0]) / max(rows[-1] if rows.size else 1, 1), 0, 1)
        field *= (1 - (1 - HORIZON_SPEED) * down**1.5).astype(np.float32)[:, None, None]
    return np.asarray(field * np.float32(travelled), np.float32)


def _rarer(nodes: Single, shape: tuple[int, ...], small: tuple[int, ...]) -> Single:
    """Return places on the grid in samples of a coarser one that covers it."""
    x, y = small[1] / shape[1], small[0] / shape[0]
    scaled: Any = cv2.transform(nodes, np.array([[x, 0, x / 2 - 0.5], [0, y, y / 2 - 0.5]]))
    return np.asarray(scaled, np.float32)


def _flowed(field: Single, step: int) -> NDArray[np.float32]:
    """Return displacements in pixels at the shares 0 to 1 of a period, KEYS + 1 of them."""
    field = field / np.float32(step)
    rows, columns = field.shape[:2]
    here = np.dstack(np.meshgrid(np.arange(columns), np.arange(rows))).astype(np.float32)
    found = np.zeros((KEYS + 1, rows, columns, 2), np.float32)
    moved = np.zeros_like(field)
    each = np.float32(1 / (KEYS * SUBSTEPS))
    for key in range(1, KEYS + 1):
        for _ in range(SUBSTEPS):
            moved = moved + each * _at(field, here + moved)
        found[key] = moved * step
    return found


def _between(keys: NDArray[np.float32], share: float) -> Single:
    place = min(max(share, 0.0), 1.0) * KEYS
    low = min(int(place), KEYS - 1)
    part = np.float32(place - low)
    return np.asarray(keys[low] * (1 - part) + keys[low + 1] * part, np.float32)


def _chosen(where: NDArray[np.bool_], one: Moment, other: Moment) -> Moment:
    both = where[..., None]
    return Moment(
        np.where(both, one.ahead, other.ahead),
        np.where(both, one.behind, other.behind),
        np.where(where, one.weight_ahead, other.weight_ahead),
        np.where(where, one.weight_behind, other.weight_behind),
    )


def _inside(mask: Single) -> Single:
    """Return how many nodes each place lies within the mask; the picture's edge is an edge."""
    held = np.pad((mask > 0.5).astype(np.uint8), 1)
    distance: Any = cv2.distanceTransform(held, cv2.DIST_L2, 5)
    return np.asarray(distance[1:-1, 1:-1], np.float32)


def _spread(field: Single, known: NDArray[np.bool_]) -> Single:
    """Continue a field beyond where it is known by that of the nearest place."""
    if not known.any():
        return field
    distance: Any = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = distance[1]
    nearest = np.zeros((int(labels.max()) + 1, 2), np.float32)
    nearest[labels[known]] = field[known]
    return np.asarray(nearest[labels], np.float32)


def _patches(shape: tuple[int, ...], noise: np.random.Generator) -> Single:
    """Return patches of 0 to 1 with every value as frequent as any other."""
    rough = _smooth_noise(shape, 0.06, noise) + 0.4 * _smooth_noise(shape, 0.02, noise)
    low, high = np.percentile(rough, (2, 98))
    patches = np.clip((rough - low) / max(float(high - low), 1e-6), 0, 1)
    return np.asarray(patches, np.float32)


def _gusts(
    shape: tuple[int, ...], way: tuple[float, float], waves: float, noise: np.random.Generator
) -> Single:
    """Return the phase of the swing: waves that travel along the wind, and some disorder."""
    rows, columns = shape[:2]
    y, x = np.mgrid[:rows, :columns].astype(np.float32) / max(shape)
    length = max(math.hypot(*way), 1e-6)
    along = (x * way[0] + y * way[1]) / length
    disorder = _smooth_noise(shape, 0.08, noise)
    return np.asarray(2 * math.pi * (waves * along + 0.15 * disorder), np.float32)


def _smooth_noise(shape: tuple[int, ...], size: float, noise: np.random.Generator) -> Single:
    """Return noise of deviation 1, smooth over ``size`` of the longer side."""
    cells = [max(4, math.ceil(side / (size * max(shape[:2]))) + 3) for side in shape[:2]]
    coarse = noise.standard_normal(cells).astype(np.float32)
    fine: Any = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, np.float32)


def _smooth(value: Any) -> Single:
    held = np.clip(value, 0, 1)
    return np.asarray(held * held * (3 - 2 * held), np.float32)


def _at(
    values: Single, nodes: Single, flag: int = cv2.INTER_LINEAR, outside: float | None = None
) -> Single:
    """Return ``values`` at ``nodes``, places in samples of theirs."""
    border = cv2.BORDER_REPLICATE if outside is None else cv2.BORDER_CONSTANT
    out: Any = cv2.remap(values, nodes, _UNSET, flag, borderMode=border, borderValue=outside or 0.0)
    return np.asarray(out, np.float32)
