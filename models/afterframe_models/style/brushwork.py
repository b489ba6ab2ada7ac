"""Painting a clip with brush strokes in a reference's manner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from .analysis import Manner, lab_of, rgb_of
from .canvas import Canvas
from .field import Field, reduced_motion
from .laying import Strokes, bristles, lay
from .light import Light
from .painter import Motion, Painter
from .references import Toned
from .steady import Steady
from .strokes import Cells, Population, sampled

Single = NDArray[np.float32]

STUDY_LINES = 540
"""Lines at which a picture is looked at; strokes are laid at its own."""
MOTION_LINES = 270


@dataclass(frozen=True)
class Coat:
    """One coat of paint, its sizes in units of the manner's stroke.

    Attributes:
        width: of its strokes.
        length: of its strokes.
        cover: how often it covers the picture.
        residue: how much of the style's variety its colours have.
        detail: ΔE of finer detail from which on strokes are wanted, and at which all are (below
            nothing: some are wanted everywhere); None: all are, everywhere.
        heeded: sigma, in widths, of what counts as finer.
    """

    width: float
    length: float
    cover: float
    residue: float
    detail: tuple[float, float] | None = None
    heeded: float = 1.6


COATS = (
    Coat(1.9, 1.6, 2.0, 0.7),
    Coat(1.0, 1.0, 2.6, 1.0, (-1.0, 2.0), 1.2),
    Coat(0.55, 0.55, 2.4, 0.5, (1.2, 4.5)),
    Coat(0.28, 0.24, 2.4, 0.25, (1.5, 4.5)),
)
TURNING = 0.15
"""How fast a stroke turns to the field, a frame."""
STRETCHING = 0.12
EDGE = (4.0, 10.0)
"""ΔE from a stroke's own place at which it thins out, and at which it ends."""
BARE = (1.0, 3.0)
"""ΔE of detail around a stroke up to which it lies on bare ground, and from which on it does not:
there paint is calm, with fewer bristles. Grounds are painted broadly, and what is fine there would
be seen to slide wherever the flow is a guess."""
CALM = 0.15
"""Of the style's variety what is left out on bare ground."""
BUSY = (1.2, 3.5)
"""ΔE of detail around a stroke from which on the shot speaks itself, and at which it does most."""
MUTED = np.array([0.7, 0.85, 0.85], np.float32)
"""Of the style's variety (L, a, b) what is left out there, by coats that have all of it: it would
hide faces."""
STREAKS, BARE_STREAKS, BUSY_STREAKS = 0.7, 0.4, 0.3
"""Of the style's finest contrast what is given to bristles: the rest are the strokes' own edges;
and what of it is left out on bare ground, and in busy places."""
SHORTEST = 0.35
FINEST = 1.0
"""Pixels: strokes that would be narrower are left out."""
THINNEST = 0.6
"""Pixels of a stroke's half width."""
NEIGHBOURS = 48
LATTICE = 12
_LOWEST = np.array([0, -80, -80], np.float32)
_SPAN = np.array([100, 160, 160], np.float32)
RELIEF = 0.2
BLACK = 10.0
"""L below which paint gets even: black stays black."""
HOLD = 0.88
"""Share of the past in trusted paint: takes off what still flickers at the strokes' edges."""


class BrushPainter(Painter):
    """Lays coats of strokes: broad ones everywhere, fine ones where there is something to see.

    Args:
        manner: of the style.
        toned: gives pictures its colours.
        brush: size of the brush, 1: the manner's own.
        seed: chance.
        threads: bands of a picture that are painted at once.
    """

    def __init__(
        self, manner: Manner, toned: Toned, *, brush: float = 1.0, seed: int = 0, threads: int = 1
    ) -> None:
        self._manner, self._toned, self._threads = manner, toned, threads
        self._rng = np.random.default_rng(seed)
        self._texture = bristles(self._rng)
        self._width, self._length = manner.width * brush, manner.length * brush
        self._field = Field(self._width, 2 * manner.coherence, self._rng)
        self._examples = _Examples(manner.grounds)
        self._cells: list[Cells] = []
        self._coats: list[Population] = []
        self._light = Light()
        self._steady: Steady | None = None

    def paint(self, picture: Single, motion: Motion | None) -> Single:
        """Return the painted picture; see ``painter.Painter``."""
        height, width = picture.shape[:2]
        rgb = self._toned(self._light.steadied(studied(picture), motion))
        lab = lab_of(rgb)
        facing, plain = self._field.followed(rgb, motion)
        coats = [c for c in COATS if c.width * self._width * height >= FINEST] or [COATS[0]]
        self._follow(coats, motion, width / height)
        stroke = self._width * lab.shape[0]
        around = _detail(lab, 0.6 * stroke, 2 * stroke)
        layers = []
        for coat, strokes in zip(coats, self._coats, strict=True):
            soft = _blurred(lab, 0.3 * coat.width * self._width * lab.shape[0])
            self._turn(strokes, facing, plain)
            self._heed(coat, strokes, lab)
            self._stretch(coat, strokes, soft)
            layers.append(self._strokes(coat, strokes, soft, facing, around, height))
        ground = cv2.resize(rgb_of(_blurred(lab, self._width * lab.shape[0])), (width, height))
        painted = lay(
            np.asarray(ground),
            layers,
            self._texture,
            relief=RELIEF,
            grain=self._width * height,
            threads=self._threads,
        )
        if self._steady is None:
            self._steady = Steady(Canvas(height, width), HOLD)
        return self._steady.settle(painted, motion)

    def _follow(self, coats: Sequence[Coat], motion: Motion | None, aspect: float) -> None:
        if motion is None or not self._coats:
            areas = [c.width * c.length * self._width * self._length / c.cover for c in coats]
            self._cells = [Cells(aspect, area, self._rng) for area in areas]
            self._coats = [cells.full() for cells in self._cells]
            return
        rows = min(MOTION_LINES, motion.back.shape[0])
        back, trust = reduced_motion(motion, (max(1, round(rows * aspect)), rows))
        back = back / np.float32(rows)
        self._coats = [
            cells.followed(coat, back, trust)
            for cells, coat in zip(self._cells, self._coats, strict=True)
        ]

    def _turn(self, strokes: Population, facing: Single, plain: Single) -> None:
        """Let strokes turn to the field, the plainer it is the faster."""
        doubled = sampled(facing, strokes.place)
        wanted = np.arctan2(doubled[:, 1], doubled[:, 0])
        turn = (wanted - 2 * strokes.angle + np.pi) % (2 * np.pi) - np.pi
        speed = np.where(strokes.fresh, 1.0, TURNING * sampled(plain, strokes.place))
        strokes.angle += (0.5 * speed * turn).astype(np.float32)

    def _heed(self, coat: Coat, strokes: Population, lab: Single) -> None:
        """Find out where fine strokes are wanted."""
        if coat.detail is None:
            return
        sigma = max(0.8, coat.width * self._width * lab.shape[0])
        energy = _detail(lab, coat.heeded * sigma, (0.3 + coat.heeded) * sigma)
        low, high = coat.detail
        wanted = np.clip((sampled(energy, strokes.place) - low) / (high - low), 0, 1)
        speed = np.where(strokes.fresh, 1.0, STRETCHING)
        strokes.heed += (speed * (wanted - strokes.heed)).astype(np.float32)

    def _stretch(self, coat: Coat, strokes: Population, soft: Single) -> None:
        """End strokes at edges."""
        own = sampled(soft, strokes.place)
        half = 0.5 * coat.length * self._length
        forth = np.stack([np.cos(strokes.angle), np.sin(strokes.angle)], 1)
        reach = np.empty_like(strokes.reach)
        for side, sign in ((0, 1), (1, -1)):
            left = np.ones(len(strokes), np.float32)
            far = np.zeros(len(strokes), np.float32)
            for step in (0.25, 0.5, 0.75, 1.0):
                end = strokes.place + np.float32(sign * step * half) * forth
                there = sampled(soft, np.asarray(end, np.float32))
                gone = np.sqrt(np.square(there - own).sum(1))
                left *= np.clip((EDGE[1] - gone) / (EDGE[1] - EDGE[0]), 0, 1)
                far += 0.25 * left
            reach[:, side] = np.maximum(far, SHORTEST)
        speed = np.where(strokes.fresh, 1.0, STRETCHING)[:, None]
        strokes.reach += (speed * (reach - strokes.reach)).astype(np.float32)
        fresh = np.flatnonzero(strokes.fresh)
        picked = self._examples.picked(own[fresh], strokes.lot[fresh, 3])
        strokes.residue[fresh] = self._manner.residues[picked]

    def _strokes(
        self,
        coat: Coat,
        all_strokes: Population,
        soft: Single,
        facing: Single,
        around: Single,
        height: int,
    ) -> Strokes:
        """Return a coat's strokes as they are laid, in pixels."""
        size = all_strokes.grown.copy()
        if coat.detail:
            size *= np.clip((all_strokes.heed - all_strokes.lot[:, 2]) / 0.15, 0, 1)
        shown = np.flatnonzero(size > 0)
        strokes, size = all_strokes.chosen(shown), size[shown]
        usual = np.float32(0.5 * coat.length * self._length)
        half = np.asarray(usual * (0.75 + 0.5 * strokes.lot[:, 4]), np.float32)
        bend = _bend(strokes, facing, half)
        shift = 0.5 * (strokes.reach[:, 0] - strokes.reach[:, 1]) * half
        length = 0.5 * (strokes.reach[:, 0] + strokes.reach[:, 1]) * half
        forth = np.stack([np.cos(strokes.angle), np.sin(strokes.angle)], 1)
        side = np.stack([-forth[:, 1], forth[:, 0]], 1)
        bow = 0.5 * bend * shift * shift
        centre = strokes.place + shift[:, None] * forth + bow[:, None] * side
        half_width = 0.5 * coat.width * self._width * (0.75 + 0.5 * strokes.lot[:, 5])
        ground = sampled(soft, strokes.place)
        lively = np.clip(ground[:, 0] / BLACK, 0, 1)
        detail = sampled(around, strokes.place)
        bare, busy = 1 - _ramp(detail, BARE), _ramp(detail, BUSY)
        variety = (
            (1 - coat.residue * MUTED * busy[:, None])
            * (1 - CALM * bare)[:, None]
            * strokes.residue
        )
        lab = ground + (coat.residue * lively)[:, None] * variety
        streak = STREAKS * self._manner.bristle * 0.01 * (0.4 + 0.6 * coat.residue) * lively
        streak *= (1 - BARE_STREAKS * bare) * (1 - BUSY_STREAKS * busy)
        return Strokes(
            centre=(centre * height - 0.5).astype(np.float32),
            angle=(strokes.angle + bend * shift).astype(np.float32),
            bend=(bend / height).astype(np.float32),
            half_width=np.maximum(THINNEST, half_width * np.sqrt(size) * height).astype(np.float32),
            half_length=np.maximum(1.0, length * height).astype(np.float32),
            colour=rgb_of(lab),
            streak=streak.astype(np.float32),
            lot=strokes.lot[:, 1:3],
        )


def _bend(strokes: Population, facing: Single, half: Single) -> Single:
    """Return the curvature with which strokes follow the field, 1 / heights."""
    forth = np.stack([np.cos(strokes.angle), np.sin(strokes.angle)], 1)
    turned = np.zeros(len(strokes), np.float32)
    for sign in (1, -1):
        there = sampled(facing, strokes.place + sign * 0.6 * half[:, None] * forth)
        doubled = np.arctan2(there[:, 1], there[:, 0])
        turn = (doubled - 2 * strokes.angle + np.pi) % (2 * np.pi) - np.pi
        turned += sign * 0.5 * np.clip(turn, -1.2, 1.2)
    return np.asarray(np.clip(turned / 1.2, -0.9, 0.9) / half, np.float32)


class _Examples:
    """The style's examples by their ground: those nearest to each colour of a coarse lattice."""

    def __init__(self, grounds: Single) -> None:
        self._grounds = grounds
        self._near = np.zeros((LATTICE**3, min(NEIGHBOURS, len(grounds))), np.int64)
        self._known = np.zeros(LATTICE**3, bool)

    def picked(self, colour: Single, lot: Single) -> NDArray[np.int64]:
        """Return the number of an example for each colour (n, 3), Lab, by lot, in [0, 1]."""
        steps = np.float32(LATTICE - 1) / _SPAN
        cell = np.clip(np.rint((colour - _LOWEST) * steps), 0, LATTICE - 1).astype(np.int64)
        number = (cell[:, 0] * LATTICE + cell[:, 1]) * LATTICE + cell[:, 2]
        for new in np.unique(number[~self._known[number]]):
            self._look_near(new)
        place = (lot * (self._near.shape[1] - 1e-3)).astype(np.int64)
        return np.asarray(self._near[number, place], np.int64)

    def _look_near(self, number: np.int64) -> None:
        cell = np.array(np.unravel_index(number, (LATTICE,) * 3), np.float32)
        colour = _LOWEST + cell * _SPAN / np.float32(LATTICE - 1)
        apart = np.square(self._grounds - colour).sum(1)
        count = self._near.shape[1]
        self._near[number] = np.argpartition(apart, count - 1)[:count]
        self._known[number] = True


def studied(picture: Single) -> Single:
    """Return a picture at the size at which it is looked at, (h, w, 3)."""
    height, width = picture.shape[:2]
    if height <= STUDY_LINES:
        return picture
    size = (round(width * STUDY_LINES / height), STUDY_LINES)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _detail(lab: Single, finer: float, spread: float) -> Single:
    """Return how much finer detail there is about each place, ΔE, (rows, columns) of any size.

    Args:
        lab: (h, w, 3).
        finer: sigma, in pixels, of what is coarser.
        spread: sigma, in pixels, of the places that are taken together.
    """
    by = max(1, int(finer / 3))  # so much smaller that hardly any of it is lost
    small = _smaller(lab, by)
    apart = small - _blurred(small, finer / by)
    energy = np.sqrt(np.einsum("ijk,ijk->ij", apart, apart))
    more = max(1, int(spread / by / 3))
    return _blurred(_smaller(energy, more), spread / by / more)


def _smaller(picture: Single, by: int) -> Single:
    height, width = picture.shape[:2]
    size = (max(1, round(width / by)), max(1, round(height / by)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _ramp(values: Single, ends: tuple[float, float]) -> Single:
    """Return 0 up to the first end, 1 from the second on."""
    return np.asarray(np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1), np.float32)


def _blurred(picture: Single, sigma: float) -> Single:
    out: Any = cv2.GaussianBlur(picture, (0, 0), max(0.3, sigma))
    return np.asarray(out, np.float32)
