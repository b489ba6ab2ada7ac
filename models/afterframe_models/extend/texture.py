"""Which runs of real frames continue a shot, and in what order.

A jump from frame ``a`` to frame ``b`` shows ``b + 1`` after ``a``. It is not seen where both frames
and their neighbours look alike, and so move alike. All jumps are compared on tiny pictures; the
best few are then judged by what would be left to see after a morph (``morph``). A chain of runs is
chosen that jumps seldom and cheaply, and shows again what was just shown as late as it can.

Frames are played forwards, but for slow moments, which nobody can tell from their reverse: these
stand a second time, backwards, behind the others (``Film``).

Source: Schoedl, Szeliski, Salesin, Essa, Video Textures, SIGGRAPH 2000 (the distances, preserving
dynamics, the future cost that avoids dead ends).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Grey
from afterframe_models.ahead import made_ahead

from .film import Film
from .morph import DIFFERENT, LAST_SWITCH, meet, morph

Table = NDArray[Any]

TINY = (48, 27)
MOTION_WEIGHT = 2.0
"""How much a difference in motion counts beside one in looks."""
FUTURE = 0.6
"""How much the next jump's cost counts for one that leads to it."""
SHORTEST_RUN = 24
"""Frames; of a short shot a fifth of it."""
NEAREST_JUMP = 8
"""Frames that a jump spans at least."""
SMALLER, DRAFT_SMALLER = 2, 4
"""How many times smaller pictures are on which jumps are judged, and those of a draft."""
LOOKED_AT = 24
"""Jumps that are judged by how their frames lie on one another."""
MORPHED = 3
"""The best of these, which are judged by the whole morph."""
JUST_SEEN = 0.01
"""Share of the picture below which it makes no odds which jump shows less."""
DEAR, DEAR_TIMES = 0.03, 1.5
"""Share of the picture above which a jump is seen, looked at on six clips; and, of matter that
always changes - water, leaves -, how many times its own change is added to that."""
MUCH_DEARER = 10.0
"""How much worse such a jump is than one that repeats what was just shown."""
BACKWARDS = 3.0
"""How much worse a run is that plays backwards."""
FORGOTTEN_AFTER = 10.0
"""Seconds after which a frame may be seen again as if it were new; half of them count in full."""
REPEATED = 1.0
"""Cost of a run whose frames were just shown, in medians of all jumps' costs."""
SAME_AGAIN, BESIDE = 3.0, 6.0
"""Cost of the same jump again, likewise, and frames within which a jump counts as the same."""
JUMP_FORGOTTEN_AFTER = 20.0
"""Seconds after which the same jump is as good as new."""
TASTE = 0.3
"""Share of a jump's cost that the seed decides."""


@dataclass(frozen=True)
class Run:
    """A run of real frames after a jump.

    Attributes:
        after: the frame that is shown before it, in the numbers of the film.
        match: the frame in whose place that one stands; ``match + 1`` is shown first.
        length: frames shown.
        cost: what is seen of the jump: share of the picture that changes visibly.
    """

    after: int
    match: int
    length: int
    cost: float


class Texture:
    """A shot's jumps.

    Args:
        film: the shot.
        seed: decides between jumps that are as good.
        draft: judge them on pictures half the usual size, four times faster.
        threads: in which they are judged.
    """

    def __init__(self, film: Film, seed: int, *, draft: bool = False, threads: int = 1) -> None:
        self._film = film
        self._smaller = DRAFT_SMALLER if draft else SMALLER
        self._threads = threads
        self._small: dict[int, Grey] = {}
        self._costs: dict[tuple[int, int], float] = {}
        self._aparts: dict[tuple[int, int], float] = {}
        self.shortest = max(1, min(SHORTEST_RUN, (film.joint + 1) // 5))
        self._table = _table(film, self.shortest)
        taste = np.random.default_rng(seed).random(self._table.shape, np.float32)
        self._ahead = _with_future(self._table * (1 + TASTE * taste), film, self.shortest)
        finite = self._table[np.isfinite(self._table)]
        self._median = float(np.median(finite)) if finite.size else 0.0

    def runs(
        self, frames: int, rate: float, check: Callable[[], None], *, only_if_unseen: bool = False
    ) -> list[Run]:
        """Return runs for so many frames; none where the shot is too short for one.

        Args:
            frames: to be shown.
            rate: frames a second.
            check: called now and then.
            only_if_unseen: where the first jump is seen, it is returned alone, with no frames.
        """
        joint = self._film.joint
        if not np.isfinite(self._table[joint]).any():
            return []
        shown = _Shown(self._film, rate, self.shortest, self._median)
        runs: list[Run] = []
        at, match = joint, self._first(shown)
        if only_if_unseen and self.is_dear(cost := self.cost(at, match)):
            return [Run(at, match, 0, cost)]
        while shown.frames < frames:
            check()
            left = frames - shown.frames
            exit_at, onward = self._exit(match, left, shown)
            length = min(exit_at - match, left)
            runs.append(Run(at, match, length, self.cost(at, match)))
            shown.add(match, length)
            at, match = exit_at, onward
        return runs

    def cost(self, a: int, b: int) -> float:
        """Return what is seen of a jump after its morph: share of the picture."""
        if (a, b) not in self._costs:
            last = min(b + self.shortest, b + LAST_SWITCH, len(self._film.greys) - 1)
            past = [self._picture(frame) for frame in range(max(0, a - 3), a + 1)]
            run = [self._picture(frame) for frame in range(b, last + 1)]
            self._costs[a, b] = seen_of_morph(past, run)
        return self._costs[a, b]

    def is_dear(self, cost: float) -> bool:
        """Tell whether a jump of this cost is seen."""
        return cost > DEAR + DEAR_TIMES * self.usual

    @cached_property
    def usual(self) -> float:
        """What is seen, by the same measure, of the shot's own motion: its matter's change.

        The median over a few pairs of frames two apart.
        """
        places = (int(place) for place in np.linspace(2, self._film.joint, 7))
        return float(np.median([self._seen(place - 2, place, fine=True) for place in places]))

    def _first(self, shown: _Shown) -> int:
        """Return where the joint leads: the candidate whose morph shows least."""
        joint = self._film.joint
        scores = self._ahead[joint] + shown.penalty()
        jumps = [(joint, int(b)) for b in _spread(scores, LOOKED_AT)]
        return self._best(jumps, [float(scores[b]) for _, b in jumps])[1]

    def _exit(self, match: int, needed: int, shown: _Shown) -> tuple[int, int]:
        """Return the last frame of a run, and the match of the next."""
        end = self._film.end_of_run(match)
        if match + needed <= end:
            return match + needed, -1
        exits = np.arange(match + self.shortest, end + 1)
        # A long run is worth more than a short one: what counts is what is seen in a second.
        lengths = (exits - match + 2 * self.shortest)[:, None]
        plain = self._ahead[exits] / lengths
        scores = plain + shown.penalty(exits - match) / lengths
        # Where all that is new would be seen, what was just shown is shown again.
        places = {*_spread(scores.ravel(), LOOKED_AT), *_spread(plain.ravel(), LOOKED_AT // 2)}
        found = [divmod(int(place), scores.shape[1]) for place in sorted(places)]
        jumps = [(int(exits[row]), b) for row, b in found]
        return self._best(jumps, [float(scores[row, b]) for row, b in found])

    def _best(self, jumps: Sequence[tuple[int, int]], scores: Sequence[float]) -> tuple[int, int]:
        """Return the jump that shows least, by its score and by what its morph leaves to see."""
        least = max(min(scores), 1e-9)

        def judged(place: int, cost: float) -> float:
            worse = MUCH_DEARER if self.is_dear(cost) else 1.0
            worse *= BACKWARDS if self._film.is_backwards(jumps[place][1]) else 1.0
            return float(worse * (cost + JUST_SEEN) * scores[place] / least)

        def ranked(places: Sequence[int], cost: Callable[[int, int], float]) -> list[int]:
            costs = made_ahead(lambda place: cost(*jumps[place]), places, self._threads)
            judgements = dict(zip(places, map(judged, places, costs), strict=True))
            return sorted(places, key=judgements.__getitem__)

        best = ranked(range(len(jumps)), self._apart)[:MORPHED]
        return jumps[ranked(best, self.cost)[0]]

    def _apart(self, a: int, b: int) -> float:
        if (a, b) not in self._aparts:
            self._aparts[a, b] = self._seen(a, b, fine=False)
        return self._aparts[a, b]

    def _seen(self, a: int, b: int, *, fine: bool) -> float:
        """Return the share of the picture where two frames differ visibly, after a flow."""
        return _visible(meet(self._picture(a), self._picture(b), fine=fine).unlike)

    def _picture(self, frame: int) -> Grey:
        number = self._film.number(frame)
        if number not in self._small:
            self._small[number] = _small(self._film.greys[number], self._smaller)
        return self._small[number]


class _Shown:
    """What has been shown of a shot, and how lately."""

    def __init__(self, film: Film, rate: float, shortest: int, median: float) -> None:
        self.frames = 0
        self._film = film
        self._when = np.arange(-film.joint, 1, dtype=np.float32)  # by the material's numbers
        self._jumps: list[tuple[int, int]] = []
        self._memory, self._jump_memory = FORGOTTEN_AFTER * rate, JUMP_FORGOTTEN_AFTER * rate
        self._shortest, self._median = shortest, median

    def add(self, match: int, length: int) -> None:
        """Note a run."""
        recent = [jump for jump in self._jumps if self.frames - jump[1] < self._jump_memory]
        self._jumps = [*recent, (match, self.frames)]
        for within in range(1, length + 1):
            self._when[self._film.number(match + within)] = self.frames + within
        self.frames += length

    def penalty(self, later: Table | None = None) -> Table:
        """Return what it costs to go on from each frame: now, or so many frames ``later``."""
        now = np.float32(self.frames) + (0 if later is None else later[:, None])
        when = self._when[self._film.numbers]
        fresh = np.atleast_2d(np.clip(2 - 2 * (now - when) / self._memory, 0, 1)).astype(np.float32)
        mean = cv2.blur(fresh, (2 * self._shortest + 1, 1)).reshape(fresh.shape)
        places = np.arange(len(when))
        ahead = mean[:, np.minimum(places + self._shortest, len(when) - 1)]
        same: Table = np.zeros_like(ahead)
        for match, at in self._jumps:
            near = np.exp(-np.square((places - match) / BESIDE))
            same += np.clip(1 - (now - at) / self._jump_memory, 0, 1) * near
        total = self._median * (REPEATED * ahead + SAME_AGAIN * same)
        return np.asarray(total if later is not None else total[0], np.float32)


def seen_of_morph(past: Sequence[Grey], run: Sequence[Grey]) -> float:
    """Return the share of the picture that is seen to change in the morph between two takes."""
    moments = morph(past, run, len(run) - 1)
    before = np.zeros_like(moments[0].share)
    changed = np.zeros_like(before)
    for moment in moments:
        changed += np.clip(moment.share - before, 0, 1) * moment.unlike
        before = moment.share
    return _visible(changed)


def _visible(unlike: Table) -> float:
    return float(np.clip(unlike / DIFFERENT - 0.5, 0, 2).mean())


def _small(grey: Grey, times: int) -> Grey:
    size = tuple(max(16, side // times) for side in grey.shape[::-1])
    small: Any = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _table(film: Film, shortest: int) -> Table:
    """Return the cost of every jump (from, to), infinite where it leads nowhere."""
    tiny = np.stack([_tiny(grey) for grey in film.greys])
    motion = np.diff(tiny, axis=0, prepend=tiny[:1])
    costs = _distances(tiny) + MOTION_WEIGHT * _distances(motion)
    costs = (_shifted(costs, 1) + 2 * costs + _shifted(costs, -1)) / 4
    a, b = np.indices(costs.shape)
    too_short = film.ends - np.arange(len(film.greys)) < shortest
    costs[(abs(a - b) < NEAREST_JUMP) | (b < 1) | too_short[b]] = np.inf
    return np.asarray(costs, np.float32)


def _tiny(grey: Grey) -> Any:
    small: Any = cv2.resize(grey, TINY, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small.astype(np.float32), (0, 0), 1).ravel()


def _distances(vectors: Table) -> Table:
    squares = np.square(vectors).mean(axis=1)
    products = vectors @ vectors.T / vectors.shape[1]
    return np.asarray((squares[:, None] + squares - 2 * products).clip(0), np.float32)


def _shifted(table: Table, by: int) -> Table:
    """Return the costs of the jumps between the frames before or after; the rim is continued."""
    padded = np.pad(table, 1, mode="edge")
    size = len(table)
    return padded[1 - by : 1 - by + size, 1 - by : 1 - by + size]


def _with_future(costs: Table, film: Film, shortest: int) -> Table:
    """Return each jump's cost with that of the best jump after it."""
    whole, count = costs, len(costs)
    for _ in range(12):
        leaving = whole.min(axis=1)  # the best jump out of each frame
        best = np.zeros(count, np.float32)
        for frame in range(count):
            ways_out = leaving[frame + shortest : film.end_of_run(frame) + 1]
            if ways_out.size and np.isfinite(least := ways_out.min()):
                best[frame] = least
        whole = costs + FUTURE * best[None, :]
    return np.asarray(whole, np.float32)


def _spread(scores: Table, most: int) -> list[int]:
    """Return the places of the least scores, no two of them beside each other."""
    left, found = scores.astype(np.float32), []
    for _ in range(most):
        best = int(left.argmin())
        if not np.isfinite(left[best]):
            break
        found.append(best)
        left[max(0, best - 1) : best + 2] = np.inf
    return found
