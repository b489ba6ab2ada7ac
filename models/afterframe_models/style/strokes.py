"""A population of brush strokes that lives on moving matter.

Strokes are particles: each is carried by the flow of the matter below it, keeps its own lots of
chance (its colour, its bristles, its place in the pile) as long as it lives, and is born or dies
where matter appears, stretches or shrinks. So a painted clip does not boil: what changes from one
frame to the next is what changes in the shot. After Meier, Painterly Rendering for Animation,
SIGGRAPH 1996, and Litwinowicz, Processing Images and Video for an Impressionist Effect,
SIGGRAPH 1997 (strokes end at edges).

Places are in units of the picture's height, so nothing here knows how many pixels there are.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]

GROWTH = 0.25
"""Of a stroke's width a frame: who is born or dies among others does so over four frames."""
TRUSTED = 0.5
"""Below this trust the matter that a stroke lay on is gone."""
SPARSE, CROWD = 5, 15
"""Strokes in a cell and the eight around it that are too few and too many; at first there are 9.
Wide apart, so that a population at rest, or one that is only carried along, is left alone."""
LOTS = 6
_COLUMNS = 256
_ROUNDS = 4
_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


@dataclass
class Population:
    """Strokes, a row for each.

    Attributes:
        place: (n, 2) float32 (x, y) in heights.
        lot: (n, LOTS) float32 in [0, 1], for life.
        grown: (n,) float32, 0 to 1.
        leaving: (n,) bool.
        angle: (n,) float32, radians; turns on over half a turn, so that no stroke ever flips.
        residue: (n, 3) float32, Lab: what its colour has beside that of the matter below it.
        reach: (n, 2) float32: how far it goes before and behind, 0 to 1 of its half length.
        heed: (n,) float32 in [0, 1]: how much it is wanted.
        fresh: (n,) bool: born in this frame, nothing of it is remembered.
    """

    place: Single
    lot: Single
    grown: Single
    leaving: NDArray[np.bool_]
    angle: Single
    residue: Single
    reach: Single
    heed: Single
    fresh: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.place)

    def chosen(self, which: NDArray[Any]) -> Population:
        """Return some of the strokes."""
        return Population(*(getattr(self, field.name)[which] for field in fields(self)))

    def joined(self, other: Population) -> Population:
        """Return these strokes and others, sorted as they lie on each other."""
        both = Population(
            *(
                np.concatenate([getattr(self, field.name), getattr(other, field.name)])
                for field in fields(self)
            )
        )
        return both.chosen(np.argsort(both.lot[:, 0], kind="stable"))


class Cells:
    """The grid that keeps a population evenly dense.

    Args:
        aspect: width of the picture over its height.
        area: of a cell, in square heights.
        rng: chance.
    """

    def __init__(self, aspect: float, area: float, rng: np.random.Generator) -> None:
        side = area**0.5
        self.columns = max(1, round(aspect / side))
        self.rows = max(1, round(1 / side))
        self.aspect = aspect
        self._rng = rng

    def full(self) -> Population:
        """Return a stroke in every cell, all of them grown."""
        return self._born(np.arange(self.columns * self.rows))

    def followed(self, old: Population, back: Single, trust: Single) -> Population:
        """Return the population one picture later.

        Args:
            old: of the picture before.
            back: (h, w, 2) float32, heights, from each place to where its matter was.
            trust: (h, w) float32, see ``painter.Motion``.
        """
        place = moved(old.place, back)
        inside = (np.abs(place / (self.aspect, 1.0) - 0.5) < 0.55).all(1)
        alive = inside & (sampled(trust, place) >= TRUSTED)
        grown = np.clip(old.grown + np.where(old.leaving, -GROWTH, GROWTH), 0, 1)
        old.place, old.grown = place, grown.astype(np.float32)
        old.fresh = np.zeros(len(old), bool)
        kept = old.chosen(alive & (grown > 0))
        around = self._around(kept)
        self._crowd_out(kept, around)
        born = self._born(np.flatnonzero(around <= SPARSE))
        born.grown[sampled(trust, born.place) >= TRUSTED] = GROWTH
        return kept.joined(born)

    def _around(self, strokes: Population) -> NDArray[np.float32]:
        """Return for every cell how many strokes are in it and around it, more than
        SPARSE where it has one itself: none is to be born there."""
        count = np.bincount(self._cell(strokes.place), minlength=self.columns * self.rows)
        grid = count.reshape(self.rows, self.columns).astype(np.float32)
        near: Any = cv2.blur(grid, (3, 3), borderType=cv2.BORDER_REPLICATE)
        near = np.rint(9 * near)
        near[(grid > 0) & (near <= SPARSE)] = SPARSE + 1
        return np.asarray(near.ravel(), np.float32)

    def _crowd_out(self, strokes: Population, around: NDArray[np.float32]) -> None:
        """Let the least of the strokes of a crowded cell go."""
        cell = self._cell(strokes.place)
        order = np.lexsort((-strokes.lot[:, 1], cell))
        ranked = cell[order]
        rank = np.arange(len(order)) - np.searchsorted(ranked, ranked, side="left")
        strokes.leaving[order] |= (around[ranked] > CROWD) & (rank > 0)

    def _cell(self, place: Single) -> NDArray[np.int64]:
        column = np.clip(place[:, 0] / self.aspect * self.columns, 0, self.columns - 1)
        row = np.clip(place[:, 1] * self.rows, 0, self.rows - 1)
        return np.asarray(np.floor(row) * self.columns + np.floor(column), np.int64)

    def _born(self, cells: NDArray[np.int64]) -> Population:
        n = len(cells)
        corner = np.stack([cells % self.columns, cells // self.columns], 1)
        size = (self.aspect / self.columns, 1 / self.rows)
        place = (corner + self._rng.random((n, 2))) * size
        lot = self._rng.random((n, LOTS)).astype(np.float32)
        ones = np.ones(n, np.float32)
        return Population(
            place.astype(np.float32),
            lot,
            ones,
            np.zeros(n, bool),
            np.zeros(n, np.float32),
            np.zeros((n, 3), np.float32),
            np.ones((n, 2), np.float32),
            ones.copy(),
            np.ones(n, bool),
        ).chosen(np.argsort(lot[:, 0], kind="stable"))


def moved(place: Single, back: Single) -> Single:
    """Return where matter at ``place`` went, for a flow that says where matter came from."""
    there = place
    for _ in range(_ROUNDS):
        there = place - sampled(back, there)
    return there


def sampled(picture: Single, place: Single) -> Single:
    """Return a picture's values at places, linear, edges continued.

    Args:
        picture: (h, w) or (h, w, c).
        place: (n, 2), in heights.
    """
    count = len(place)
    rows = -(-count // _COLUMNS) or 1
    where = np.zeros((rows * _COLUMNS, 2), np.float32)
    where[:count] = place * np.float32(picture.shape[0]) - np.float32(0.5)
    found: Any = cv2.remap(
        picture,
        where.reshape(rows, _COLUMNS, 2),
        _UNSET,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    flat = np.asarray(found, np.float32).reshape(rows * _COLUMNS, *picture.shape[2:])
    return flat[:count]
