"""One picture lies over another through a matte, each under maps of its own.

The upper picture may be sampled several times, as flowing matter is; the samples are added up by
gains, and a smooth light is added to them. All of it stands on the grid of a coarse map; the
matte alone has the pictures' full size, so that edges stay as sharp as they are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.media.frame import Frame, Plane

from .warp import (
    MARGIN,
    CoarseMap,
    Interpolation,
    node_values,
    plane_map,
    siting_of,
    warp_plane,
)

Single = NDArray[np.float32]
Matte = NDArray[np.uint8]

BAND, BLOCK = 32, 8
"""Nodes down and across that are looked at as one: what they do not show is not sampled."""
SHORTEST = 200
"""Pixels side by side that are worth a tile of their own: a tile costs time too."""
SEEN = 1 / 256
"""The least gain or opacity that can change a sample of 8 bits."""


@dataclass(frozen=True)
class Over:
    """How the upper picture is sampled once.

    Attributes:
        where: its map.
        gain: (rows, columns) float32 at the map's nodes, margin included.
    """

    where: CoarseMap
    gain: Single


class Overlay(ABC):
    """Two pictures and a matte. See :func:`overlay_for`."""

    @abstractmethod
    def laid(
        self,
        under: CoarseMap,
        overs: Sequence[Over],
        opacity: Single,
        light: Single,
        *,
        interpolation: Interpolation = "cubic",
    ) -> tuple[Plane, ...]:
        """Return the planes of ``under + matte * opacity * (sum of overs + light - under)``.

        Args:
            under: map of the lower picture, and of the matte.
            overs: of the upper picture, at least one, on the same grid.
            opacity: (rows, columns) float32 at the nodes, margin included, 0 to 1.
            light: (rows, columns, planes) float32 likewise, in samples of the planes.
            interpolation: of both pictures.
        """


def overlay_for(
    lower: Frame, upper: Frame, matte: Matte, device: str = "cpu", threads: int = 2
) -> Overlay:
    """Return what lays one picture over the other.

    Args:
        lower: any picture.
        upper: of the same encoding and size.
        matte: (h, w) uint8, 255 where the upper picture is seen.
        device: ``Context.device``; torch is imported for any other than ``cpu``.
        threads: how many bands are worked on at once.
    """
    if device == "cpu":
        return _CpuOverlay(lower, upper, matte, threads)
    from .twin.overlay import DeviceOverlay

    return DeviceOverlay(lower, upper, matte, device)


class _CpuOverlay(Overlay):
    def __init__(self, lower: Frame, upper: Frame, matte: Matte, threads: int) -> None:
        self._lower, self._upper, self._matte = lower.planes, upper.planes, matte
        self._format = lower.format
        self._siting = siting_of(lower.format, lower.colour)
        self._pool = ThreadPoolExecutor(threads, "overlay")
        self._bounds: dict[int, tuple[Single, Single]] = {}

    def laid(
        self,
        under: CoarseMap,
        overs: Sequence[Over],
        opacity: Single,
        light: Single,
        *,
        interpolation: Interpolation = "cubic",
    ) -> tuple[Plane, ...]:
        planes = tuple(np.empty(plane.shape, plane.dtype) for plane in self._lower)
        work = _Work(under, overs, opacity, light, interpolation)
        most, least = self._opacities(under)
        tiles = list(_tiles(work, most * opacity, least * opacity))

        def make(tile: _Tile) -> None:
            self._make(planes, work, tile)

        list(self._pool.map(make, tiles))
        return planes

    def _opacities(self, under: CoarseMap) -> tuple[Single, Single]:
        """Return the most and the least that the matte can be about each node."""
        step = under.step
        if step not in self._bounds:
            self._bounds[step] = _bounds(self._matte, step)
        most, least = self._bounds[step]
        places = (under.nodes + np.float32(0.5)) / np.float32(step) - np.float32(0.5)
        return _at(most, places), _at(least, places)

    def _make(self, planes: Sequence[Plane], work: _Work, tile: _Tile) -> None:
        maps = _Maps(self, work, tile)
        for index, plane in enumerate(planes):
            across, down = maps.subsampling(index)
            top, left = (tile.top * work.step) >> down, (tile.left * work.step) >> across
            made = self._samples(maps, index)
            plane[top : top + made.shape[0], left : left + made.shape[1]] = made

    def _samples(self, maps: _Maps, index: int) -> Plane:
        tile = maps.tile
        if tile.is_clear:
            return maps.sampled(self._lower, index, -1)
        flowing = self._flowing(maps, index)
        if tile.is_opaque:
            return flowing
        still = _numbers(maps.sampled(self._lower, index, -1))
        over: Any = cv2.subtract(_numbers(flowing), still, dtype=cv2.CV_32F)
        cv2.multiply(over, maps.opacity(index), over)
        return self._stored(still, over)

    def _flowing(self, maps: _Maps, index: int) -> Plane:
        light = maps.full(maps.work.light[..., index], index)
        total: Any = None
        for each in maps.tile.overs:
            samples = _numbers(maps.sampled(self._upper, index, each))
            gain = maps.gain(each)
            if len(maps.tile.overs) == 1 and gain is None:
                return self._stored(samples, light)
            weights = maps.full(maps.work.overs[each].gain, index)
            part = cv2.multiply(samples, weights, dtype=cv2.CV_32F)
            total = part if total is None else cv2.add(total, part, total)
        return self._stored(total, light)

    def _stored(self, samples: Any, more: Any) -> Plane:
        """Return the sum in the pictures' own type, held to its range."""
        pixels = self._format
        if pixels.floating:
            return np.asarray(cv2.add(samples, more, dtype=cv2.CV_32F)).astype(pixels.dtype)
        kind = cv2.CV_8U if pixels.depth == 8 else cv2.CV_16U
        out: Any = cv2.add(samples, more, dtype=kind)
        if pixels.depth not in (8, 16):
            np.minimum(out, np.array(pixels.peak, pixels.dtype), out=out)
        return np.asarray(out)


@dataclass(frozen=True)
class _Work:
    under: CoarseMap
    overs: Sequence[Over]
    opacity: Single
    light: Single
    interpolation: Interpolation

    @property
    def step(self) -> int:
        return self.under.step


@dataclass(frozen=True)
class _Tile:
    """A rectangle of nodes that need the same samples: ``overs`` numbers those of the upper one."""

    top: int
    left: int
    rows: int
    columns: int
    is_clear: bool
    is_opaque: bool
    overs: tuple[int, ...]
    even: tuple[bool, ...]


def _tiles(work: _Work, most: Single, least: Single) -> Iterator[_Tile]:
    rows, columns = (side - 2 * MARGIN for side in most.shape)
    clear = _blocks(most, np.max) < SEEN
    opaque = _blocks(least, np.min) > 1 - SEEN
    seen = [_blocks(over.gain * most, np.max) >= SEEN for over in work.overs]
    even = [
        (_blocks(over.gain, np.min) > 1 - SEEN) & (_blocks(over.gain, np.max) < 1 + SEEN)
        for over in work.overs
    ]
    classes = np.stack((clear, opaque & ~clear, *even, *(~each for each in seen)), axis=-1)
    for band, line in enumerate(classes):
        for first, last, flags in _runs(line, max(1, SHORTEST // (BLOCK * work.step))):
            count = len(work.overs)
            yield _Tile(
                band * BAND,
                first * BLOCK,
                min(BAND, rows - band * BAND),
                min(last * BLOCK, columns) - first * BLOCK,
                flags[0],
                flags[1],
                tuple(i for i in range(count) if not flags[2 + count + i]) or (0,),
                tuple(flags[2 : 2 + count]),
            )


def _runs(line: NDArray[np.bool_], shortest: int) -> Iterator[tuple[int, int, list[bool]]]:
    """Yield neighbours of one class: first, one after the last, and what all of them can spare.

    Args:
        line: (blocks, savings) bool, what each block can do without.
        shortest: least number of blocks, where the line has so many.
    """
    first, common = 0, line[0]
    for last in range(1, len(line) + 1):
        if last < len(line) and (line[last] == common).all():
            continue
        long = last - first >= shortest and len(line) - last >= shortest
        if last == len(line) or long:
            yield first, last, common.tolist()
            first = last
            common = line[min(last, len(line) - 1)]
        else:
            common = common & line[last]


def _blocks(values: Single, extreme: Any) -> Single:
    """Return the largest or least value of every block, the nodes beside it included."""
    around = np.ones((3, 3), np.uint8)
    wide: Any = (cv2.dilate if extreme is np.max else cv2.erode)(values, around)
    inner = wide[MARGIN:-MARGIN, MARGIN:-MARGIN]
    below, beside = -inner.shape[0] % BAND, -inner.shape[1] % BLOCK
    padded = np.pad(inner, ((0, below), (0, beside)), mode="edge")
    shape = (padded.shape[0] // BAND, BAND, padded.shape[1] // BLOCK, BLOCK)
    return np.asarray(extreme(padded.reshape(shape), axis=(1, 3)), np.float32)


class _Maps:
    """What the planes of one tile have in common, found once."""

    def __init__(self, owner: _CpuOverlay, work: _Work, tile: _Tile) -> None:
        self.work, self.tile = work, tile
        self._owner = owner
        self._part = (
            slice(tile.top, tile.top + tile.rows + 2 * MARGIN),
            slice(tile.left, tile.left + tile.columns + 2 * MARGIN),
        )
        under = work.under
        self._size = (
            min(tile.columns * under.step, under.width - tile.left * under.step),
            min(tile.rows * under.step, under.height - tile.top * under.step),
        )
        self._found: dict[tuple[int, tuple[int, int]], Single] = {}
        self._opacity: dict[tuple[int, int], Single] = {}

    def subsampling(self, index: int) -> tuple[int, int]:
        return self._owner._format.subsampling if index in (1, 2) else (0, 0)

    def gain(self, over: int) -> Single | None:
        """Return an over's gain, or None: it is 1."""
        return None if self.tile.even[over] else self.work.overs[over].gain

    def sampled(self, planes: Sequence[Plane], index: int, over: int) -> Plane:
        """Return a plane under the map of an over, or -1: under the lower picture's."""
        where, plane = self._where(over, self.subsampling(index)), planes[index]
        if plane.dtype.kind == "f":  # floats are looked at whole: let it be the part that is seen
            plane, where = _cropped(plane, where)
        return warp_plane(plane, where, self.work.interpolation, self._owner._format.peak)

    def full(self, values: Single, index: int) -> Single:
        """Return what stands at the nodes at every sample of a plane."""
        return node_values(
            values[self._part],
            self.work.step,
            self._size,
            self.subsampling(index),
            self._owner._siting,
        )

    def opacity(self, index: int) -> Single:
        key = self.subsampling(index)
        if key not in self._opacity:
            self._opacity[key] = self._opacity_of(index, key)
        return self._opacity[key]

    def _opacity_of(self, index: int, subsampling: tuple[int, int]) -> Single:
        matte: Any = cv2.remap(
            self._owner._matte,
            self._where(-1, (0, 0)),
            _UNSET,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if any(subsampling):
            size = tuple(
                -(-side >> log2) for side, log2 in zip(self._size, subsampling, strict=True)
            )
            matte = cv2.resize(matte, size, interpolation=cv2.INTER_AREA)
        known = self.full(self.work.opacity, index)
        return np.asarray(cv2.multiply(matte, known, scale=1 / 255, dtype=cv2.CV_32F))

    def _where(self, over: int, subsampling: tuple[int, int]) -> Single:
        key = (over, subsampling)
        if key not in self._found:
            whole = self.work.under if over < 0 else self.work.overs[over].where
            part = replace(
                whole, nodes=whole.nodes[self._part], width=self._size[0], height=self._size[1]
            )
            self._found[key] = plane_map(part, subsampling, self._owner._siting)
        return self._found[key]


_BESIDE = 4
"""Samples beside a place that the cubic kernel, and the look at its neighbours, may touch."""
_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


def _numbers(samples: Plane) -> Plane:
    """Return samples in a type that OpenCV adds: it does not know half floats well."""
    return samples.astype(np.float32) if samples.dtype == np.float16 else samples


def _cropped(plane: Plane, where: Single) -> tuple[Plane, Single]:
    """Return the part of a plane that a map takes samples from, and the map into it."""
    height, width = plane.shape
    least, most = (extreme(where, axis=(0, 1)) for extreme in (np.min, np.max))
    last = np.array((width - 1, height - 1))
    left, top = np.clip(np.floor(least) - _BESIDE, 0, last).astype(int)
    right, bottom = np.clip(np.ceil(most) + _BESIDE, (left, top), last).astype(int) + 1
    return plane[top:bottom, left:right], where - np.array((left, top), np.float32)


def _bounds(matte: Matte, step: int) -> tuple[Single, Single]:
    """Return the largest and the least opacity within a step of every node, 0 to 1."""
    around = np.ones((2 * step + 1, 2 * step + 1), np.uint8)
    below, beside = -matte.shape[0] % step, -matte.shape[1] % step
    whole: Any = cv2.copyMakeBorder(matte, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    half = step // 2
    most, least = (
        np.asarray(edge[half::step, half::step], np.float32) / np.float32(255)
        for edge in (cv2.dilate(whole, around), cv2.erode(whole, around))
    )
    return most, least


def _at(values: Single, places: Single) -> Single:
    out: Any = cv2.remap(values, places, _UNSET, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out, np.float32)
