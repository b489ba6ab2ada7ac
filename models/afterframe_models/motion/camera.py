"""A camera that moves through one picture whose depth is guessed: every frame is one map.

**Where a clip starts.** Moves that go in or aside - zoom in, dolly in, pan, roll - start at the
source picture itself: frame 0 is the source, to the bit. Of one picture nothing beyond its edges
is known, so the framing tightens during the move by just as much as is needed (the *cover*). Moves
that go out - zoom out, dolly out - cannot reveal more than the source shows: they start tight and
**end** at the source picture. Such a clip is the opposite move run backwards.

**The map.** The camera is a pinhole. With ``q`` a place of the made picture, measured from its
middle, ``a = roll(q) / (zoom * cover)`` and ``w(d)`` the inverse distance of what is at inverse
depth ``d``, the picture's place is ``r = a (1 - dolly w(d)) + truck w(d)`` with ``d = D(r)``: a
fixed point, found by iteration. :func:`_without_folds` widens near objects until the map cannot
fold anywhere, so that the iteration converges, no edge tears, and the map of the frame is bounded
by the map of its border - which is what makes the cover exact.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.warp import MARGIN, CoarseMap

Single = NDArray[np.float32]

ZOOM_REACH = math.log(1.6)
"""Zoom in at strength 10: the picture becomes 1.6 times larger."""
DOLLY_REACH = 0.42
"""Dolly in at strength 10: the share of the way to the nearest matter."""
PAN_REACH = 0.13
"""Pan at strength 10: how far the nearest matter shifts, in widths (heights) of the picture."""
ROLL_REACH = math.radians(9)
"""Roll at strength 10."""
FAR_DISTANCE = 0.4
"""Inverse distance of the farthest matter (the nearest has 1): how strong parallax is."""
USUAL_SECONDS = 4.0
"""Reaches are for clips of this length or longer; shorter clips travel less, by the root."""

WANDER = 0.004
"""How far the path bows aside half-way, in widths: what the seed chooses. At strength 10."""
HANDHELD = 0.006
HANDHELD_ROLL = math.radians(0.35)
"""How far a hand-held camera sways, in widths and as an angle. At strength 10."""

LARGEST_SQUEEZE = 0.75
"""How far the map may press matter together where near hides far; from 1 on it would fold."""
LARGEST_SHEAR = 0.25

LARGEST_COVER = 4.0
"""More than any permitted combination of moves needs."""

_ROUNDS = 7
_PATH_SAMPLES = 48
_SAFE_PIXELS = 0.3


@dataclass(frozen=True)
class Move:
    """Where the camera goes, each from -1 to 1; ``handheld`` from 0 to 1.

    Attributes:
        pan_x: to the left (-1) or the right (1).
        pan_y: down (-1) or up (1).
        zoom: wider (-1) or longer lens (1).
        roll: the camera turns anticlockwise (-1) or clockwise (1).
        dolly: travels back (-1) or forward (1), with parallax.
        handheld: how much it sways.
    """

    pan_x: float = 0.0
    pan_y: float = 0.0
    zoom: float = 0.0
    roll: float = 0.0
    dolly: float = 0.0
    handheld: float = 0.0

    @property
    def is_still(self) -> bool:
        """Nothing moves."""
        return not any(astuple(self))

    @property
    def goes_out(self) -> bool:
        """The clip ends, rather than starts, at the source picture."""
        return self.zoom + self.dolly < 0


class Camera:
    """The maps of one clip.

    Args:
        depth: (rows, columns) float32, 0 far to 1 near, one value for every ``step`` x ``step``
            pixels.
        width: of the picture in pixels.
        height: of the picture in pixels.
        step: pixels between depth values.
        move: where the camera goes.
        strength: 1 (hardly) to 10 (far); amounts scale with it in proportion.
        seconds: length of the clip.
        seed: chooses how the path wanders and the hand sways.
        loop: it goes there and back, starting at the source picture whichever way it goes.
        arrives: it comes to rest at the picture in the last frame, whichever way it goes.
    """

    def __init__(
        self,
        depth: Single,
        width: int,
        height: int,
        step: int,
        move: Move,
        *,
        strength: float = 5.0,
        seconds: float = USUAL_SECONDS,
        seed: int = 0,
        loop: bool = False,
        arrives: bool = False,
    ) -> None:
        self._size = (width, height)
        self._step = step
        self._loop = loop
        self._reversed = (move.goes_out or arrives) and not loop
        self._path = _Path(
            _turned_back(move) if move.goes_out or arrives else move,
            reach=strength / 10 * min(1.0, math.sqrt(seconds / (1 + loop) / USUAL_SECONDS)),
            seconds=seconds,
            seed=seed,
            size=self._size,
        )
        padded: Any = cv2.copyMakeBorder(
            depth, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE
        )
        self._grid = _from_middle(padded.shape[1], padded.shape[0], self._size, step)
        self._depth = _without_folds(padded, self._grid, self._path.farthest())
        self._rim = _rim(*self._size)
        self._growth = self._cover_growth()

    def map_at(self, time: float) -> CoarseMap:
        """Return the map of the frame at ``time``, 0 (first frame) to 1 (last, or back again)."""
        along = self._along(float(time))
        sources = self._sources(self._grid, along, 1 + self._growth * along)
        x, y = self._middle
        nodes = _affine(sources, [[1, 0, x], [0, 1, y]])
        return CoarseMap(nodes, self._step, *self._size)

    def is_at_rest(self, time: float) -> bool:
        """Return True when the frame at ``time`` is the source picture itself."""
        return self._path.at(self._along(time)).is_rest

    def _along(self, time: float) -> float:
        if self._loop:
            return 0.5 - 0.5 * math.cos(2 * math.pi * time)
        return _eased(1 - time if self._reversed else time)

    @property
    def _middle(self) -> tuple[float, float]:
        return (self._size[0] - 1) / 2, (self._size[1] - 1) / 2

    def _sources(self, places: Single, along: float, cover: float) -> Single:
        """Return where ``places`` (from the middle, pixels) are taken from (likewise)."""
        pose = self._path.at(along)
        if pose.is_rest:
            return places
        scale = math.exp(-pose.zoom) / cover
        cos, sin = math.cos(pose.roll) * scale, math.sin(pose.roll) * scale
        turned = _affine(places, [[cos, -sin, 0], [sin, cos, 0]])
        (x, y), back = pose.truck, -pose.dolly
        parallax = _affine(turned, [[back, 0, x], [0, back, y]])
        base = turned + np.float32(FAR_DISTANCE) * parallax
        parallax *= np.float32(1 - FAR_DISTANCE)
        found = base
        for _ in range(_ROUNDS if parallax.any() else 0):
            depth = self._depth_at(found)
            found = base + parallax * cv2.merge((depth, depth))
        return np.asarray(found, np.float32)

    def _depth_at(self, places: Single) -> Single:
        each, (x, y) = 1 / self._step, self._middle
        shift = 0.5 / self._step - 0.5 + MARGIN
        nodes = _affine(places, [[each, 0, x * each + shift], [0, each, y * each + shift]])
        out: Any = cv2.remap(
            self._depth, nodes, _UNSET, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(out, np.float32)

    def _cover_growth(self) -> float:
        """Return ``g`` so that a cover of ``1 + g along`` always holds the frame in the picture.

        The least cover is found at samples of the path; the straight line through 1 at the start
        that lies on or above all of them is smooth, never falls, and starts at the source.
        """
        growth = 0.0
        for along in np.linspace(1, 0, _PATH_SAMPLES, endpoint=False).tolist():
            if not self._holds(along, 1 + growth * along):
                growth = (self._least_cover(along, 1 + growth * along) - 1) / along
        return growth

    def _least_cover(self, along: float, too_small: float) -> float:
        low, high = too_small, LARGEST_COVER
        while high - low > 1e-4:
            cover = (low + high) / 2
            low, high = (low, cover) if self._holds(along, cover) else (cover, high)
        return high

    def _holds(self, along: float, cover: float) -> bool:
        """Return True when the frame's border, and so the frame, is taken from the picture."""
        found = np.abs(self._sources(self._rim, along, cover))
        return bool((found <= np.array(self._middle) - _SAFE_PIXELS * along).all())


@dataclass(frozen=True)
class _Pose:
    """Where the camera is: shift of the nearest matter in pixels, log zoom, angle, way gone."""

    truck: tuple[float, float]
    zoom: float
    roll: float
    dolly: float

    @property
    def is_rest(self) -> bool:
        return not (any(self.truck) or self.zoom or self.roll or self.dolly)


class _Path:
    """The camera's way from the source framing (0) to its end (1)."""

    def __init__(
        self, move: Move, *, reach: float, seconds: float, seed: int, size: tuple[int, int]
    ) -> None:
        self._move = move
        self._reach = reach
        self._size = size
        self._seconds = seconds
        noise = np.random.default_rng(seed)
        self._bow = noise.standard_normal((2, 2)).clip(-1.5, 1.5)
        self._sway_phase = noise.uniform(0, 2 * math.pi, (3, len(_SWAY_HERTZ)))

    def at(self, along: float) -> _Pose:
        if along <= 0 or self._move.is_still:
            return _Pose((0.0, 0.0), 0.0, 0.0, 0.0)
        width, height = self._size
        sway_x, sway_y, sway_roll = self._sway(along)
        bow_x, bow_y = self._wander(along)
        gone = self._reach * along
        return _Pose(
            truck=(
                width * (PAN_REACH * gone * self._move.pan_x + bow_x + sway_x),
                height * -PAN_REACH * gone * self._move.pan_y + width * (bow_y + sway_y),
            ),
            zoom=ZOOM_REACH * gone * self._move.zoom,
            roll=ROLL_REACH * gone * self._move.roll + sway_roll,
            dolly=DOLLY_REACH * gone * self._move.dolly,
        )

    def farthest(self) -> _Pose:
        """Return the largest amount of each part of any pose."""
        poses = [self.at(along) for along in np.linspace(0, 1, _PATH_SAMPLES + 1)]
        x, y = np.abs([pose.truck for pose in poses]).max(axis=0)
        return _Pose(
            truck=(float(x), float(y)),
            zoom=max(abs(pose.zoom) for pose in poses),
            roll=max(abs(pose.roll) for pose in poses),
            dolly=max(abs(pose.dolly) for pose in poses),
        )

    def _wander(self, along: float) -> NDArray[np.float64]:
        waves = np.array([math.sin(math.pi * along), math.sin(2 * math.pi * along)])
        return WANDER * self._reach * (self._bow @ (waves * (0.6, 0.25)))

    def _sway(self, along: float) -> NDArray[np.float64]:
        if not self._move.handheld:
            return np.zeros(3)
        time = along * self._seconds
        waves = np.sin(2 * math.pi * np.array(_SWAY_HERTZ) * time + self._sway_phase)
        rise = min(1.0, along / 0.3) ** 2
        amount = self._reach * self._move.handheld * rise
        sway = amount * (waves * _SWAY_SHARE).sum(axis=1)
        return np.asarray(sway * (HANDHELD, HANDHELD, HANDHELD_ROLL))


_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out
_SWAY_HERTZ = (0.35, 0.8, 1.7)
_SWAY_SHARE = (0.6, 0.3, 0.1)


def _affine(places: Single, matrix: list[list[float]]) -> Single:
    """Return the places moved by a 2 x 3 matrix; many times faster than numpy's broadcasting."""
    return np.asarray(cv2.transform(places, np.array(matrix)), np.float32)


def _turned_back(move: Move) -> Move:
    return replace(
        move,
        pan_x=-move.pan_x,
        pan_y=-move.pan_y,
        zoom=-move.zoom,
        roll=-move.roll,
        dolly=-move.dolly,
    )


def _eased(time: float) -> float:
    """Start and end at rest: 3 t^2 - 2 t^3."""
    return time * time * (3 - 2 * time)


def _from_middle(columns: int, rows: int, size: tuple[int, int], step: int) -> Single:
    """Return the places of the nodes, margin included, in pixels from the picture's middle."""
    x, y = ((np.arange(n, dtype=np.float32) - MARGIN + 0.5) * step for n in (columns, rows))
    return np.dstack(np.meshgrid(x - size[0] / 2, y - size[1] / 2)).astype(np.float32)


def _rim(width: int, height: int) -> Single:
    """Return the places of the border's pixels, from the middle, as one row."""
    x = np.arange(width, dtype=np.float32) - (width - 1) / 2
    y = np.arange(height, dtype=np.float32) - (height - 1) / 2
    sides = [
        np.column_stack((x, np.full_like(x, y[0]))),
        np.column_stack((x, np.full_like(x, y[-1]))),
        np.column_stack((np.full_like(y, x[0]), y)),
        np.column_stack((np.full_like(y, x[-1]), y)),
    ]
    return np.concatenate(sides)[None].astype(np.float32)


def _without_folds(depth: Single, grid: Single, farthest: _Pose) -> Single:
    """Return ``depth`` with near parts widened until no pose of the path can fold the map.

    Where depth falls towards the far side faster than parallax permits, the near object's depth
    is continued outwards with the steepest slope that is permitted there: objects stay rigid and
    what is behind them takes the stretch.
    """
    parallax = (1 - FAR_DISTANCE) * (np.array(farthest.truck) + farthest.dolly * np.abs(grid))
    step = float(grid[0, 1, 0] - grid[0, 0, 0])
    along = LARGEST_SQUEEZE * step / np.maximum(parallax, 1e-3)
    across = LARGEST_SHEAR * step / np.maximum(parallax[..., ::-1], 1e-3)
    slope = np.minimum(along, across).astype(np.float32)
    widened = depth
    for _ in range(max(depth.shape)):
        wider = np.maximum.reduce(
            [
                widened,
                np.asarray(cv2.dilate(widened, np.ones((1, 3), np.uint8))) - slope[..., 0],
                np.asarray(cv2.dilate(widened, np.ones((3, 1), np.uint8))) - slope[..., 1],
            ]
        )
        if float((wider - widened).max()) < 1e-3:
            break
        widened = wider
    return np.asarray(cv2.GaussianBlur(widened, (0, 0), 3.0), np.float32)
