"""The frame at a time between two frames, in the clip's own encoding.

Measured on real clips, every other frame left out and made again, beside the modes of ffmpeg's
minterpolate: see ``tests/bench/interpolate.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Flow
from afterframe.imaging.warp import (
    MARGIN,
    CoarseMap,
    node_places,
    plane_map,
    plane_values,
    warp_plane,
)
from afterframe.media.frame import Plane

from .motion import Around, Motion, Pair, Single, motion_at

SHARE_TOLERANCE = 0.002
"""Shares that differ by less than half a level of 255 are one."""
BAND = 1 << 17
"""Pixels of a picture that are made at once."""

APART = 4.0
"""Pixels by which two samples' ways differ that belong to different matter: within one, the ways
of samples so near each other differ by less."""

NOISE_FLOOR = 0.05
"""Squared grey levels below which detail is no detail."""
BLOCK = 16
"""Pixels over which two pictures' detail is compared."""


def planes_between(
    first: Sequence[Plane],
    second: Sequence[Plane],
    pair: Pair,
    time: float,
    *,
    before: Pair | None = None,
    after: Pair | None = None,
    subsampling: tuple[int, int] = (0, 0),
    sharp: float | None = None,
) -> tuple[Plane, ...]:
    """Return the planes of the frame at ``time`` between two frames, in their own encoding.

    Args:
        first: planes of the first frame, as ``media.frame.Frame`` has them.
        second: of the second frame.
        pair: what lies between them.
        time: 0 (first, returned as it is) to 1 (second, likewise).
        before: what lies between the frame before and the first, where it is known.
        after: likewise between the second and the frame after it.
        subsampling: log2 of how much smaller planes 1 and 2 are.
        sharp: the largest sample of the format: luma and RGB keep their detail. None: they
            become a little softer, and ways less exact, in half of the time.
    """
    if time <= 0 or time >= 1 or pair.cut:
        return tuple(first if time < 0.5 or (pair.cut and time == 0.5) else second)
    around = Around.of(pair, before, after, quick=sharp is None)
    motion = motion_at(around, time)
    apart = _apart(motion)
    full = [index for index in range(len(first)) if index not in (1, 2) or not any(subsampling)]
    chroma = [index for index in range(len(first)) if index not in full]
    made = [np.empty_like(plane) for plane in first]
    for indices, smaller in ((full, (0, 0)), (chroma, subsampling)):
        if indices:
            _fill(made, indices, (first, second), motion, apart, smaller, sharp)
    return tuple(made)


def blended(first: Plane, second: Plane, share: float | Single) -> Plane:
    """Return two planes mixed, in their own type.

    Args:
        first: of any type that planes have.
        second: of the same type and size.
        share: the second's, 0 to 1, one for all places or one for each.
    """
    if first.dtype == np.float16:
        mixed = blended(first.astype(np.float32), second.astype(np.float32), share)
        return np.asarray(mixed, np.float16)
    if isinstance(share, float):
        return np.asarray(cv2.addWeighted(first, 1 - share, second, share, 0))
    # Not by cv2.blendLinear, which cuts fractions off: a quarter of a level darker on average.
    change = cv2.multiply(cv2.subtract(second, first, dtype=cv2.CV_32F), share)
    return _in_type(cv2.add(first, change, dtype=cv2.CV_32F), first.dtype)


def _fill(
    made: list[Plane],
    indices: Sequence[int],
    frames: tuple[Sequence[Plane], Sequence[Plane]],
    motion: Motion,
    apart: NDArray[np.bool_],
    smaller: tuple[int, int],
    sharp: float | None,
) -> None:
    """Make planes of one size band by band: large maps cost more than what is done with them."""
    step, (height, width) = motion.step, frames[0][0].shape
    nodes = [_nodes(way, step, width, height) for way in (motion.back, motion.ahead)]
    rows = max(1, BAND // (width * step)) * step
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        # Where chroma stands beside luma is no matter: it moves as the places so near it do.
        here, there = (
            plane_map(_band(each, step, width, (top, bottom)), smaller, "centre") for each in nodes
        )
        _part((here, there), motion, apart, (top, bottom), smaller)
        share = _share_of(motion, width, (top, bottom), smaller)
        for index in indices:
            sources = [
                (planes[index], where) for planes, where in zip(frames, (here, there), strict=True)
            ]
            begin, end = top >> smaller[1], (top >> smaller[1]) + len(here)
            is_sharp = index < 3 and smaller == (0, 0)
            made[index][begin:end] = _mixed(sources, share, sharp if is_sharp else None)


def _part(
    maps: tuple[Flow, Flow],
    motion: Motion,
    apart: NDArray[np.bool_],
    rows: tuple[int, int],
    smaller: tuple[int, int],
) -> None:
    """Let every place go one way or the other where samples beside each other go far apart.

    Between two samples of different matter the mean of their ways leads to neither: it would
    draw a line of far-off pixels. There a place goes the way of its nearest sample.
    """
    step, (top, bottom) = motion.step, rows
    if step < 1 << max(smaller):  # as fine as the plane
        return
    row, column = np.nonzero(apart[top // step : -(-bottom // step)])
    if not row.size:
        return
    across, down = (step >> log2 for log2 in smaller)
    height, width = maps[0].shape[:2]
    # Samples may reach beyond the plane's last row and column.
    y = np.minimum((row * down)[:, None] + np.arange(down), height - 1)[:, :, None]
    x = np.minimum((column * across)[:, None] + np.arange(across), width - 1)[:, None, :]
    here_x, here_y = x.astype(np.float32), (y + (top >> smaller[1])).astype(np.float32)
    for where, way in zip(maps, (motion.back, motion.ahead), strict=True):
        own = way[row + top // step, column][:, None, None]
        taken = np.empty((len(row), down, across, 2), np.float32)
        np.add(here_x, own[..., 0] * np.float32(across), out=taken[..., 0])
        np.add(here_y, own[..., 1] * np.float32(down), out=taken[..., 1])
        # Both numbers of a place as one: twice as fast.
        where.view(np.complex64)[..., 0][y, x] = taken.view(np.complex64)[..., 0]


def _apart(motion: Motion) -> NDArray[np.bool_]:
    """Return where the ways of samples beside each other differ by more than ``APART`` pixels."""
    way = cv2.subtract(motion.ahead, motion.back)
    kernel = np.ones((3, 3), np.uint8)
    across, down = cv2.split(cv2.subtract(cv2.dilate(way, kernel), cv2.erode(way, kernel)))
    least = APART / motion.step / max(motion.time, 1 - motion.time)
    return np.asarray(cv2.max(across, down)) > least


def _mixed(
    sources: Sequence[tuple[Plane, Flow]], share: float | Single, sharp: float | None
) -> Plane:
    """Return two planes, each warped by its map, mixed.

    Linear interpolation blurs; cubic keeps the detail, and the noise. With ``sharp``, the largest
    sample, what the cubic has and the linear lacks is added by as much as both pictures agree on
    it: what one has alone is noise (the gain of Wiener's filter, from two observations).
    """
    soft = [warp_plane(plane, where, "linear") for plane, where in sources]
    mixed = blended(soft[0], soft[1], share)
    if sharp is None:
        return mixed
    fine = [warp_plane(plane, where, "cubic", sharp) for plane, where in sources]
    first, second = (
        _difference(cubic[::2], linear[::2]) for cubic, linear in zip(fine, soft, strict=True)
    )  # every other row tells as much of blocks
    common = _block_means(cv2.multiply(first, second))
    power = _block_means((first * first + second * second) * np.float32(0.5))
    gain = np.clip(common / (power + np.float32(NOISE_FLOOR * (sharp / 255) ** 2)), 0, 1)
    detail = _difference(blended(fine[0], fine[1], share), mixed)
    gains = cv2.resize(gain, detail.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return _in_type(cv2.add(mixed, cv2.multiply(detail, gains), dtype=cv2.CV_32F), mixed.dtype)


def _in_type(values: cv2.typing.MatLike, kind: np.dtype[Any]) -> Plane:
    """Return values that lie within a type's range in it, rounded."""
    if kind == np.uint8:  # five times as fast as the general way
        return np.asarray(cv2.convertScaleAbs(values), np.uint8)
    return np.asarray(np.rint(values) if kind.kind == "u" else values, kind)


def _difference(one: Plane, other: Plane) -> Single:
    if one.dtype == np.float16:
        one, other = one.astype(np.float32), other.astype(np.float32)
    return np.asarray(cv2.subtract(one, other, dtype=cv2.CV_32F), np.float32)


def _block_means(rows: cv2.typing.MatLike) -> Single:
    """Return the means over blocks of every other row."""
    height, width = max(1, 2 * rows.shape[0] // BLOCK), max(1, rows.shape[1] // BLOCK)
    return np.asarray(cv2.resize(rows, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _nodes(way: Flow, step: int, width: int, height: int) -> Flow:
    """Return where the places of a grid with margin are taken from, in pixels."""
    margin = (MARGIN,) * 4
    continued = cv2.copyMakeBorder(way, *margin, cv2.BORDER_REPLICATE)
    return np.asarray(node_places(width, height, step) + step * continued, np.float32)


def _band(nodes: Flow, step: int, width: int, rows: tuple[int, int]) -> CoarseMap:
    top, bottom = rows
    inside = nodes[top // step : -(-bottom // step) + 2 * MARGIN]
    return CoarseMap(inside, step, width, bottom - top)


def _share_of(
    motion: Motion, width: int, rows: tuple[int, int], smaller: tuple[int, int]
) -> float | Single:
    """Return the second frame's weight in a band of a plane; a number where it is one."""
    if motion.second_share is None:
        return motion.time
    (top, bottom), step = rows, motion.step
    above = min(1, top // step)
    inside = motion.second_share[top // step - above : -(-bottom // step) + 1]
    if (np.abs(inside - np.float32(motion.time)) < SHARE_TOLERANCE).all():
        return motion.time
    size = (width, bottom - top + above * step)
    values = plane_values(inside, step, size, smaller, "centre")
    return values[(above * step) >> smaller[1] :]
