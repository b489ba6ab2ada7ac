"""Colour at a joint: how a made frame differs from the shot's frame beside it, and its mending.

Both frames are brought to small grids, where grain has averaged out, and the made one is moved
onto the shot's by optical flow. Where both directions of the flow agree, each plane is compared in
the clip's own encoding, and one gain and one offset a plane found that give the made samples mean
and deviation of the shot's, with Huber's weights (Huber 1964): what moved, or was uncovered, counts
little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame, PixelFormat, Plane

from .flow import displaced, flow_both_ways

LEAST_DIFFERENCE = 0.8
"""Levels of 255 below which a difference is left alone: under it nothing is seen, and built-in
engines, which move the shot's own samples, stay untouched to the bit."""
MOST_DIFFERENCE = 40.0
"""Levels of 255 above which two frames are not taken for two of one scene."""

_GRID_WIDTH = 240
_AGREES = 0.75
"""Samples of the grid by which the two directions of the flow may miss each other."""
_LEAST_SHARE = 0.05
"""Share of the grid that must agree."""
_ROUNDS = 6
_STEADY = 4.0
"""Variance in levels of 255 that draws the gain towards 1 where samples hardly differ."""
_LIMIT = 0.25
"""Levels of 255 up to which samples that differ count in full."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Correction:
    """What brings made samples to the shot's: ``gain * sample + offset``, a plane each.

    Attributes:
        gains: of the colour planes.
        offsets: likewise, in samples.
    """

    gains: tuple[float, ...]
    offsets: tuple[float, ...]

    def towards(self, other: Correction, share: float) -> Correction:
        """Return the mix of two corrections, with ``share`` of the other, 0 to 1."""
        return Correction(
            _mixed(self.gains, other.gains, share), _mixed(self.offsets, other.offsets, share)
        )


@dataclass(frozen=True)
class Matches:
    """Samples of two frames at places that both show.

    Attributes:
        shot: (n, planes) of the shot's frame.
        made: (n, planes) of the made one.
        unit: samples for a level of 255.
    """

    shot: Samples
    made: Samples
    unit: float

    def difference(self, correction: Correction | None = None) -> float:
        """Return the largest difference of a plane's mean, in levels of 255; 0 without samples.

        The tenth of the samples that differ most to either side is left out.
        """
        if not len(self.shot):
            return 0.0
        made = self.made if correction is None else _applied(self.made, correction)
        apart = np.sort(made - self.shot, axis=0)
        cut = len(apart) // 10
        return float(np.abs(apart[cut : len(apart) - cut].mean(axis=0)).max() / self.unit)


def matches(shot: Frame, made: Frame) -> Matches:
    """Return what two frames of one format and size, next to each other in time, both show."""
    unit = 1 / 255 if shot.format.floating else shot.format.peak / 255
    grid = _grid(shot)
    first, second = (
        np.asarray(cv2.resize(grey_proxy(each, min(each.width, 2 * grid[0])), grid), np.uint8)
        for each in (shot, made)
    )
    forward, backward = flow_both_ways(first, second)
    missed = np.hypot(*np.moveaxis(forward + displaced(backward, forward), 2, 0))
    agree = missed < _AGREES
    agree[[0, -1]] = False
    agree[:, [0, -1]] = False
    if agree.mean() < _LEAST_SHARE:
        nothing = np.zeros((0, shot.format.colour_planes), np.float32)
        return Matches(nothing, nothing, unit)
    theirs, ours = _reduced(shot, grid), displaced(_reduced(made, grid), forward)
    theirs, ours = (each.reshape(*agree.shape, -1)[agree] for each in (theirs, ours))
    inside = _inside(theirs, shot.format) & _inside(ours, shot.format)
    return Matches(theirs[inside], ours[inside], unit)


def fitted(found: Matches, planes: int) -> Correction | None:
    """Return the correction that brings made samples to the shot's; None: nothing is to be done.

    That is where the difference is below ``LEAST_DIFFERENCE``, too large to be one of colour, or
    where too little of the two frames matches.

    Args:
        found: see there.
        planes: colour planes of the frames.
    """
    if len(found.shot) < 32:
        return None
    fits = [_fit(found.made[:, p], found.shot[:, p], found.unit) for p in range(planes)]
    gains, offsets = zip(*fits, strict=True)
    correction = Correction(gains, offsets)
    moved = np.abs(_applied(found.made, correction) - found.made).mean(axis=0).max() / found.unit
    return correction if LEAST_DIFFERENCE <= moved <= MOST_DIFFERENCE else None


def corrected(frame: Frame, correction: Correction) -> Frame:
    """Return a frame with its colour planes corrected, in its own type; alpha stays."""
    pixels = frame.format
    colour = [
        _plane(plane, gain, offset, pixels)
        for plane, gain, offset in zip(
            frame.planes, correction.gains, correction.offsets, strict=False
        )
    ]
    return replace(frame, planes=(*colour, *frame.planes[len(colour) :]))


def identity(planes: int) -> Correction:
    """Return the correction that changes nothing."""
    return Correction((1.0,) * planes, (0.0,) * planes)


def _grid(frame: Frame) -> tuple[int, int]:
    width = min(_GRID_WIDTH, frame.width)
    return width, max(16, round(frame.height * width / frame.width))


def _reduced(frame: Frame, grid: tuple[int, int]) -> Samples:
    """Return the colour planes on the grid, (h, w, planes) float32, finite."""
    planes = []
    for plane in frame.planes[: frame.format.colour_planes]:
        samples = plane.astype(np.float32) if plane.dtype.kind == "f" else plane
        small: Any = cv2.resize(samples, grid, interpolation=cv2.INTER_AREA)
        planes.append(np.nan_to_num(np.asarray(small, np.float32), posinf=0.0, neginf=0.0))
    return np.dstack(planes)


def _inside(samples: Samples, pixels: PixelFormat) -> NDArray[np.bool_]:
    """Tell where no sample is clipped."""
    if pixels.floating:
        return np.ones(len(samples), bool)
    margin = pixels.peak / 128
    return np.asarray(((samples > margin) & (samples < pixels.peak - margin)).all(axis=1))


def _fit(made: Samples, shot: Samples, unit: float) -> tuple[float, float]:
    """Return gain and offset.

    The gain is that of the deviations: a slope would be too small where places miss each other.
    """
    x, y = made.astype(np.float64) / unit, shot.astype(np.float64) / unit
    weight = np.ones_like(x)
    gain = offset = 0.0
    for _ in range(_ROUNDS):
        weight /= weight.sum()
        middles = float((weight * x).sum()), float((weight * y).sum())
        away = x - middles[0], y - middles[1]
        spreads = (float((weight * each * each).sum()) + _STEADY for each in away)
        theirs, ours = spreads
        gain = math.sqrt(ours / theirs)
        offset = middles[1] - gain * middles[0]
        apart = np.abs(away[1] - gain * away[0])
        limit = max(_LIMIT, 1.5 * float(np.median(apart)))
        weight = limit / np.maximum(limit, apart)
    return gain, offset * unit


def _applied(samples: Samples, correction: Correction) -> Samples:
    gains, offsets = (np.array(v, np.float32) for v in (correction.gains, correction.offsets))
    return np.asarray(samples * gains + offsets, np.float32)


def _plane(plane: Plane, gain: float, offset: float, pixels: PixelFormat) -> Plane:
    if pixels.floating:
        return (plane.astype(np.float32) * np.float32(gain) + np.float32(offset)).astype(
            plane.dtype
        )
    values = np.arange(int(pixels.peak) + 1, dtype=np.float64) * gain + offset
    table = np.clip(np.rint(values), 0, pixels.peak).astype(plane.dtype)
    if plane.dtype == np.uint8:
        return np.asarray(cv2.LUT(plane, table), np.uint8)
    return table[plane]


def _mixed(one: Sequence[float], other: Sequence[float], share: float) -> tuple[float, ...]:
    return tuple((1 - share) * a + share * b for a, b in zip(one, other, strict=True))
