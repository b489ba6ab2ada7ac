"""Grain: measured where a shot is flat, taken out of pictures that carry it along, and made anew.

Grain is what differs between successive frames where matter stands still or moves by whole
samples. It is measured there only, so that nothing has to be interpolated, which would smooth it;
on blocks without structure, and of each luminance band's blocks on those that differ least, so
that a wrong flow is not taken for it. Its autocorrelation gives the spectrum of fresh grain:
white noise filtered to it (as film grain synthesis does; Newson et al. 2017, Norkin & Birkbeck,
DCC 2018), a tile a plane, laid over each frame at another place.

Grain that a made frame carries along stands still on the matter. It is taken out by the local
Wiener filter (Lee 1980) as far as its variance is that of grain, so that texture stays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.media.convert import srgb_encode
from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame, PixelFormat, Plane

from .flow import displaced, flow_both_ways

Samples = NDArray[np.float32]
Whole = NDArray[np.intp]

BANDS = 8
"""Luminance bands, evenly over the range of the first plane's samples."""
LEAST_GRAIN = 0.8
"""Standard deviation in levels of 255 below which a shot counts as clean. Eight bits alone make
0.3, and what codecs leave of a clean shot between successive frames 0.3 to 0.7."""
REACH = 4
"""Samples to each side to which grain's autocorrelation is measured."""

_BLOCK = 16
_PROXY_WIDTH = 480
_WHOLE = 0.2
"""Samples by which a displacement may be off whole ones."""
_AGREES = 0.3
"""Samples of the proxy by which the two directions of the flow may miss each other."""
_CALM = 0.5
"""Share of the blocks of a band, those that differ least, that grain is read from."""
_LEAST_BLOCKS = 12
_MOST_BLOCKS = 600
_ENOUGH = 64
_FLATTEST = 0.4
"""Share of the blocks, those with the least structure, that are looked at."""


@dataclass(frozen=True)
class Grain:
    """The grain of a shot.

    Attributes:
        amplitude: (planes, 256) float32: standard deviation in samples, by the luminance's level
            of 255.
        correlation: (planes, 2 REACH + 1, 2 REACH + 1) float32: autocorrelation, 1 in the middle.
        with_first: of each plane, its correlation with the first, brought to its size.
        level: standard deviation in the first plane, in levels of 255, over all blocks.
    """

    amplitude: Samples
    correlation: Samples
    with_first: tuple[float, ...]
    level: float

    @property
    def is_clean(self) -> bool:
        """True where there is too little to be matched."""
        return self.level < LEAST_GRAIN

    def towards(self, other: Grain, share: float) -> Grain:
        """Return grain between this and another's, with ``share`` of the other, 0 to 1."""
        own, new = 1 - share, share
        return Grain(
            np.sqrt(own * self.amplitude**2 + new * other.amplitude**2).astype(np.float32),
            (own * self.correlation + new * other.correlation).astype(np.float32),
            self.with_first,
            float(np.hypot(np.sqrt(own) * self.level, np.sqrt(new) * other.level)),
        )

    @cached_property
    def fine(self) -> tuple[_Fine, ...]:
        """What of each plane's grain is fine, by the narrowest filter that takes most of it."""
        return tuple(
            next((f for f in _fines(each) if f.own > _KEPT), _fines(each)[-1])
            for each in self.correlation
        )


def measure_grain(frames: Sequence[Frame]) -> Grain | None:
    """Return the grain of successive frames of one shot, None where they do not tell.

    Args:
        frames: two or more, of one format and size; each pair tells, three are usually enough.
    """
    pairs = [_Pair.of(a, b) for a, b in pairwise(frames)]
    pixels = frames[0].format if frames else PixelFormat("grey", 8)
    blocks = [_blocks_of(pairs, plane) for plane in range(pixels.colour_planes)]
    if not blocks or len(blocks[0].variance) < _LEAST_BLOCKS:
        return None
    unit = _unit(pixels)
    found = [each.calm().autocorrelation() for each in blocks]
    lost = [_lost(each) for each in found]
    return Grain(
        np.stack(
            [
                each.by_level() * np.float32((1 + m) ** 0.5)
                for each, m in zip(blocks, lost, strict=True)
            ]
        ),
        np.stack(
            [
                (each + np.float32(m)) / np.float32(1 + m)
                for each, m in zip(found, lost, strict=True)
            ]
        ),
        (1.0, *(_with_first(pairs, plane) for plane in range(1, pixels.colour_planes))),
        _deviation(blocks[0].variance) / unit * (1 + lost[0]) ** 0.5,
    )


@dataclass(frozen=True)
class Liveness:
    """How much of a shot's grain a made frame has, as shares of its variance, 0 and more.

    Attributes:
        live: that is new in each frame.
        frozen: that moves with the picture; fine texture counts too.
    """

    live: float
    frozen: float


def liveness(previous: Frame, frame: Frame, grain: Grain) -> Liveness:
    """Return which part of a frame's grain is live and which was in the frame before it too.

    Grain of the flattest patches is correlated with that of the frame before, at all displacements
    at once: what moves with the picture gives a peak somewhere. A peak between samples is the root
    of the sum of squares about it, as linear interpolation spreads it.

    Args:
        previous: the frame before.
        frame: of the same format and size.
        grain: of the shot.
    """
    luma, before = (each.planes[0] for each in (frame, previous))
    corners = _flat_patches(frame)
    if not len(corners):
        return Liveness(1.0, 0.0)
    ours, theirs = (_residuals(plane, corners, grain.fine[0].width) for plane in (luma, before))
    variance = ours.var(axis=(1, 2))
    middle = _PATCH // 2
    levels = _levels(luma, frame.format)
    at = np.array([levels[y + middle, x + middle] for y, x in corners])
    expected = (grain.amplitude[0][at] ** 2) * np.float32(grain.fine[0].own)
    share = _shared(theirs, ours, float((grain.correlation[0] ** 2).sum()))
    total = variance / np.maximum(expected, 1e-12)
    # Texture that moves is never quite the same: patches without it tell more.
    plain = total <= max(_PLAIN, float(np.sort(total)[:_LEAST_PATCHES][-1]))
    live, frozen = ((1 - share) * total)[plain], (share * total)[plain]
    return Liveness(float(np.median(live)), float(np.median(frozen)))


class Regrained:
    """Gives frames the grain of a shot: takes out what is frozen, and adds what is fresh.

    Args:
        grain: whose spectrum fresh grain has.
        seed: of the job; with a frame's number it decides all that is random.
        pixels: format of the frames.
    """

    def __init__(self, grain: Grain, seed: int, pixels: PixelFormat) -> None:
        self._grain, self._seed, self._pixels = grain, seed, pixels
        self._tiles: tuple[Samples, ...] = ()

    def frame(self, frame: Frame, number: int, has: Liveness, grain: Grain) -> Frame:
        """Return a frame with grain; alpha stays.

        Args:
            frame: any of the shot's format.
            number: of the frame: each has grain of its own.
            has: the grain that it has already.
            grain: as much of it is wanted.
        """
        self._tiles = self._tiles or self._made_tiles(frame)
        random = np.random.default_rng([self._seed, number])
        side = self._tiles[0].shape[0]
        corner = tuple(int(each) * 4 for each in random.integers(0, side // 4, 2))
        levels = _coarse_levels(frame)
        planes = [
            self._plane(plane, index, levels, corner, has, grain)
            for index, plane in enumerate(frame.planes[: frame.format.colour_planes])
        ]
        return replace(frame, planes=(*planes, *frame.planes[len(planes) :]))

    def _plane(
        self,
        plane: Plane,
        index: int,
        levels: Whole,
        corner: tuple[int, ...],
        has: Liveness,
        grain: Grain,
    ) -> Plane:
        amplitude, fine = grain.amplitude[index], grain.fine[index]
        if float(amplitude.max()) < _UNSEEN * _unit(self._pixels):
            return plane
        wanted: Samples = amplitude[levels]
        tile, factor = self._tiles[index], _shrink(self._pixels, index)
        top, left = (at // each for at, each in zip(corner, factor, strict=True))
        out = np.empty_like(plane)
        rows, columns = plane.shape
        coarse = rows / levels.shape[0]

        def work(first: int) -> None:
            low, high = max(0, first - _HALO), min(rows, first + _STRIP + _HALO)
            upper = round(low / coarse)
            part = wanted[upper : max(upper + 1, round(high / coarse))]
            fresh = tile[np.arange(top + low, top + high) % tile.shape[0], left : left + columns]
            done = _strip(plane[low:high], fresh, part, has, fine)
            if plane.dtype.kind == "u":
                np.rint(done, out=done)
                np.clip(done, 0, self._pixels.peak, out=done)
            end = min(rows, first + _STRIP)
            out[first:end] = done[first - low : end - low]

        with ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(work, range(0, rows, _STRIP)))
        return out

    def _made_tiles(self, frame: Frame) -> tuple[Samples, ...]:
        """Return for each plane a square of grain of variance 1 that can be repeated downwards,
        and is continued to the right as far as a picture reaches."""
        largest = max(frame.width, frame.height)
        side = next((s for s in _TILES if s >= largest), _TILES[-1])
        random = np.random.default_rng(self._seed)
        tiles: list[Samples] = []
        for index, correlation in enumerate(self._grain.correlation):
            down, across = _shrink(self._pixels, index)
            shape = (side // down, side // across)
            own = _tile(correlation, shape, random)
            if index:
                first: Any = cv2.resize(tiles[0], shape[::-1], interpolation=cv2.INTER_AREA)
                shared = np.float32(self._grain.with_first[index])
                own = shared * first / first.std() + np.sqrt(1 - shared**2) * own
            tiles.append(np.asarray(own, np.float32))
        widths = [plane.shape[1] for plane in frame.planes[: len(tiles)]]
        return tuple(
            np.pad(tile, ((0, 0), (0, width)), mode="wrap")
            for tile, width in zip(tiles, widths, strict=True)
        )


_TILES = (128, 256, 512, 1024)
"""Samples of a side of the first plane's grain, by the picture's size: the largest repeats at most
twice across 1080p."""
_STRIP, _HALO, _WORKERS = 128, 16, 4
"""Rows that are worked on at once, so that they stay in the processor's cache; rows beside them;
and how many strips at a time."""
_WIDTHS, _KEPT = (1.0, 1.4, 1.9, 2.6), 0.85
"""Gaussians that tell what is fine, and the share of grain's variance that has to be."""
_MORE, _SPARES = 1.2, 2
"""What the variance of grain is multiplied with: where it is above its mean by chance too, it is to
be taken out; and the power of the share that is taken out, which spares texture above grain."""
_STEP = 4
"""Samples for one of the maps that say how much is taken out and added."""
_UNSEEN = 0.25
"""Levels of 255 below which a plane's grain is left out."""
_PATCH = 64
_PATCHES = 16
_BLACK, _WHITE = 8, 247
"""Mean levels of 255 beyond which a patch is clipped."""
_PLAIN, _LEAST_PATCHES = 2.5, 4
"""Variance, in that of grain, up to which a patch counts as plain; and how many tell at least."""


def _strip(rows: Plane, fresh: Samples, wanted: Samples, has: Liveness, fine: _Fine) -> Samples:
    """Return some rows with their frozen grain taken out and fresh grain added, not rounded."""
    samples: Any = rows.astype(np.float32)
    size = (samples.shape[1], samples.shape[0])
    if has.frozen == 0:
        wanted = wanted * np.float32(np.sqrt(max(0.0, 1 - has.live)))
        return np.asarray(cv2.add(samples, cv2.multiply(cv2.resize(wanted, size), fresh)))
    small = (wanted.shape[1], wanted.shape[0])
    rest: Any = _fine(samples, fine.width)
    local: Any = cv2.blur(
        cv2.resize(cv2.multiply(rest, rest), small, interpolation=cv2.INTER_AREA), (5, 5)
    )
    noise = wanted * wanted * np.float32(has.frozen * fine.own * _MORE)
    out = np.minimum(1.0, noise / np.maximum(local, 1e-9)) ** _SPARES
    left = has.frozen * (1 - 2 * out * fine.with_whole + out * out * fine.own)
    added = wanted * np.sqrt(np.maximum(0.0, 1 - has.live - left))
    part: Any = cv2.resize(out.astype(np.float32), size)
    samples = cv2.subtract(samples, cv2.multiply(rest, part))
    amount: Any = cv2.resize(added.astype(np.float32), size)
    return np.asarray(cv2.add(samples, cv2.multiply(amount, fresh)), np.float32)


@dataclass(frozen=True)
class _Fine:
    """A filter for what is fine, and what it makes of grain of variance 1.

    Attributes:
        width: standard deviation of the Gaussian that it is made of, in samples.
        with_whole: covariance of fine grain and grain.
        own: variance of fine grain.
    """

    width: float
    with_whole: float
    own: float


def _fines(correlation: Samples) -> list[_Fine]:
    """Return what filters of growing width make of grain."""
    found = []
    for width in _WIDTHS:
        impulse = np.zeros((8 * REACH + 1, 8 * REACH + 1), np.float32)
        impulse[4 * REACH, 4 * REACH] = 1
        once = _fine(impulse, width)
        part = slice(3 * REACH, 5 * REACH + 1)
        # The filter is its own mirror image: twice over gives its autocorrelation.
        sums = ((each[part, part] * correlation).sum() for each in (once, _fine(once, width)))
        with_whole, own = (float(np.clip(each, 0.05, 1.0)) for each in sums)
        found.append(_Fine(width, with_whole, own))
    return found


def _fine(samples: Samples, width: float) -> Samples:
    """Return what is finer than a filter that leaves cubic fields as they are: 2g - g*g, with a
    Gaussian g."""
    kernel = _smoothing(width)
    smooth: Any = cv2.sepFilter2D(samples, cv2.CV_32F, kernel, kernel)
    return np.asarray(cv2.subtract(samples, smooth), np.float32)


@lru_cache(maxsize=8)
def _smoothing(width: float) -> Samples:
    at = np.arange(-math.ceil(3 * width), math.ceil(3 * width) + 1)
    bell = np.exp(-(at**2) / (2 * width**2))
    bell /= bell.sum()
    wide = np.convolve(bell, bell)
    away = len(at) // 2
    kernel = 2 * np.pad(bell, away) - wide
    kernel = kernel[away // 2 : len(kernel) - away // 2]
    return np.asarray(kernel / kernel.sum(), np.float32)


def _tile(correlation: Samples, shape: tuple[int, int], random: np.random.Generator) -> Samples:
    """Return noise of variance 1 with this autocorrelation, that can be repeated."""
    wrapped = np.zeros(shape)
    place = np.arange(-REACH, REACH + 1)
    window = np.cos(np.pi * place / (2 * REACH + 2)) ** 2
    # Measured correlations of far samples are noise: they fade out.
    smooth = correlation * np.sqrt(np.outer(window, window))
    wrapped[np.ix_(place % shape[0], place % shape[1])] = smooth
    power = np.maximum(np.fft.rfft2(wrapped).real, 0.0)
    white = np.fft.rfft2(random.standard_normal(shape))
    noise = np.fft.irfft2(white * np.sqrt(power), s=shape)
    return np.asarray(noise / noise.std(), np.float32)


def _unit(pixels: PixelFormat) -> float:
    """Return how many samples a level of 255 is."""
    return 1 / 255 if pixels.floating else pixels.peak / 255


def _levels(luma: Plane, pixels: PixelFormat) -> NDArray[np.uint8]:
    """Return the samples as levels of 255, as grain is told by them."""
    if pixels.floating:
        seen = srgb_encode(np.nan_to_num(luma.astype(np.float32), posinf=1.0))
        return np.asarray(np.clip(np.rint(seen * 255), 0, 255), np.uint8)
    if luma.dtype == np.uint8:
        return luma
    return np.asarray(luma >> (pixels.depth - 8), np.uint8)


def _coarse_levels(frame: Frame) -> Whole:
    """Return the local mean of the luminance as levels of 255, on every fourth sample."""
    luma = frame.planes[0]
    if frame.format.floating:
        luma = np.nan_to_num(luma.astype(np.float32), posinf=1.0)
    size = (-(-luma.shape[1] // _STEP), -(-luma.shape[0] // _STEP))
    small: Any = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return _levels(np.asarray(cv2.blur(small, (3, 3))), frame.format).astype(np.intp)


# Liveness


def _flat_patches(frame: Frame) -> Whole:
    """Return the (top, left) corners of the patches with the least structure."""
    height, width = frame.planes[0].shape
    rows, columns = height // _PATCH, width // _PATCH
    if not rows or not columns:
        return np.zeros((0, 2), np.intp)
    luma = frame.planes[0]
    if frame.format.floating:
        luma = np.nan_to_num(luma.astype(np.float32), posinf=1.0)
    side = _PATCH // 8
    whole = luma[: rows * _PATCH, : columns * _PATCH]
    small: Any = cv2.resize(whole, (columns * side, rows * side), interpolation=cv2.INTER_AREA)
    parts = _levels(np.asarray(small), frame.format).reshape(rows, side, columns, side)
    means, structure = parts.mean(axis=(1, 3)).ravel(), parts.std(axis=(1, 3)).ravel()
    structure[(means < _BLACK) | (means > _WHITE)] = np.inf
    corners = np.array([(y * _PATCH, x * _PATCH) for y in range(rows) for x in range(columns)])
    order = np.argsort(structure, kind="stable")[:_PATCHES]
    return np.asarray(corners[order[np.isfinite(structure[order])]], np.intp)


def _residuals(plane: Plane, corners: Whole, width: float) -> Samples:
    """Return patches (n, _PATCH, _PATCH) without their local mean."""
    found: list[Samples] = []
    for y, x in corners:
        found.append(_fine(plane[y : y + _PATCH, x : x + _PATCH].astype(np.float32), width))
    return np.asarray(np.nan_to_num(np.stack(found)), np.float32)


def _shared(theirs: Samples, ours: Samples, spread: float) -> NDArray[np.float64]:
    """Return for each of two rows of patches how much of their variance they have in common.

    Args:
        theirs: (n, _PATCH, _PATCH), without their means.
        ours: likewise.
        spread: sum of squares of the grain's autocorrelation: by so much the correlations of
            unlike grain are higher than those of white noise.
    """
    first, second = (np.fft.rfft2(each) for each in (theirs, ours))
    across = np.fft.irfft2(np.conj(first) * second, s=(_PATCH, _PATCH))
    spreads, energies = zip(*(_autocorrelated(each) for each in (theirs, ours)), strict=True)
    energy = energies[0] * energies[1] + 1e-9
    alike = np.array([_about(each) for each in across]) / energy - _PEAK_OF_NOISE * spread
    own = np.sqrt(spreads[0] * spreads[1]) / energy
    return np.asarray(np.sqrt(np.clip(alike / np.maximum(own, 1e-9), 0.0, 1.0)), np.float64)


def _autocorrelated(patches: Samples) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each patch the sum of squares of its autocorrelation at the nine nearest lags,
    and its energy."""
    energy = (patches * patches).sum(axis=(1, 2), dtype=np.float64)
    found = energy**2
    for lag in ((0, 1), (1, 0), (1, 1), (1, -1)):
        found += 2 * (patches * np.roll(patches, lag, (1, 2))).sum((1, 2), dtype=np.float64) ** 2
    return found, energy


def _about(correlation: NDArray[Any]) -> float:
    """Return the sum of squares about the highest value, its eight neighbours included."""
    y, x = np.unravel_index(int(np.argmax(correlation)), correlation.shape)
    rows, columns = (np.arange(at - 1, at + 2) % _PATCH for at in (y, x))
    return float((correlation[np.ix_(rows, columns)] ** 2).sum())


_PEAK_OF_NOISE = 0.012
"""Sum of squares about the highest correlation of two patches of unlike white noise."""


# Measuring


@dataclass(frozen=True)
class _Pair:
    """Two successive frames, and where blocks of the second were in the first."""

    first: Frame
    second: Frame
    tops: Whole
    lefts: Whole
    motion: Samples
    """(n, 2): how far (x, y), in samples of the first plane, a block had been away."""

    @classmethod
    def of(cls, first: Frame, second: Frame) -> _Pair:
        height, width = second.planes[0].shape
        proxy = min(width, _PROXY_WIDTH)
        a, b = grey_proxy(first, proxy), grey_proxy(second, proxy)
        back, forth = flow_both_ways(b, a)
        missed = np.hypot(*np.moveaxis(back + displaced(forth, back), 2, 0))
        scale = width / proxy
        rows, columns = height // _BLOCK, width // _BLOCK
        y, x = np.mgrid[1 : max(1, rows - 1), 1 : max(1, columns - 1)] * _BLOCK
        y, x = y.ravel(), x.ravel()
        at_y = np.minimum(((y + _BLOCK / 2) / scale).astype(int), b.shape[0] - 1)
        at_x = np.minimum(((x + _BLOCK / 2) / scale).astype(int), b.shape[1] - 1)
        fine = missed[at_y, at_x] < _AGREES
        structure = _structure(b, round(_BLOCK / scale))[at_y, at_x]
        if fine.any():
            fine &= structure <= np.quantile(structure[fine], _FLATTEST)
        motion = back[at_y, at_x] * np.float32(scale)
        return cls(first, second, y[fine], x[fine], motion[fine])

    def differences(self, plane: int) -> tuple[Samples, Whole]:
        """Return blocks of the difference (n, side, side) in one plane, and their levels."""
        shrink = _shrink(self.second.format, plane)
        motion = self.motion / np.array(shrink[::-1], np.float32)
        off = np.abs(motion - np.rint(motion)).max(axis=1, initial=0.0)
        whole = np.flatnonzero(off < _WHOLE)
        # Where everything moves by halves, what has no structure tells nearly as well.
        chosen = whole if len(whole) >= _ENOUGH else np.arange(len(off))
        chosen = chosen[:: max(1, len(chosen) // _MOST_BLOCKS)]
        chosen, apart = self._apart(chosen, np.rint(motion[chosen]).astype(np.intp), plane, shrink)
        luma = _levels(self.second.planes[0], self.second.format)
        means = _cut(luma, self.tops[chosen], self.lefts[chosen], _BLOCK, _BLOCK).mean((1, 2))
        return apart / np.float32(np.sqrt(2)), means.astype(np.intp)

    def alike(self, plane: int) -> NDArray[np.float64]:
        """Return sums of products of a plane's differences with the first plane's, brought to its
        size, of the first's with themselves, and of the plane's."""
        shrink = _shrink(self.second.format, plane)
        chosen = np.arange(0, len(self.tops), max(1, len(self.tops) // _MOST_BLOCKS))
        steps = np.rint(self.motion[chosen] / np.array(shrink[::-1], np.float32)).astype(np.intp)
        inside, own = self._apart(chosen, steps, plane, shrink)
        steps = steps[np.isin(chosen, inside)] * np.array(shrink[::-1])
        kept, luma = self._apart(inside, steps, 0, (1, 1))
        own = own[np.isin(inside, kept)]
        if not len(own):
            return np.zeros(3)
        tall, wide = own.shape[1:]
        luma = luma.reshape(-1, tall, shrink[0], wide, shrink[1]).mean(axis=(2, 4))
        calm = luma.var(axis=(1, 2)) <= np.median(luma.var(axis=(1, 2)))
        luma, own = luma[calm].astype(np.float64), own[calm].astype(np.float64)
        return np.array([(luma * own).sum(), (luma * luma).sum(), (own * own).sum()])

    def _apart(
        self, chosen: Whole, steps: Whole, plane: int, shrink: tuple[int, int]
    ) -> tuple[Whole, Samples]:
        """Return which of the chosen blocks lie inside the first frame, and their differences.

        Args:
            chosen: numbers of blocks.
            steps: (n, 2): how far (x, y), in samples of the plane, each is taken from in the first.
            plane: number of the plane.
            shrink: how much smaller the plane is, down and across.
        """
        one, other = self.first.planes[plane], self.second.planes[plane]
        tall, wide = _BLOCK // shrink[0], _BLOCK // shrink[1]
        tops, lefts = self.tops[chosen] // shrink[0], self.lefts[chosen] // shrink[1]
        there = tops + steps[:, 1], lefts + steps[:, 0]
        good = (there[0] >= 0) & (there[1] >= 0)
        good &= (there[0] + tall <= one.shape[0]) & (there[1] + wide <= one.shape[1])
        apart = _cut(other, tops[good], lefts[good], tall, wide)
        apart -= _cut(one, there[0][good], there[1][good], tall, wide)
        apart -= apart.mean(axis=(1, 2), keepdims=True)
        return chosen[good], apart


@dataclass(frozen=True)
class _Blocks:
    """Blocks of grain of one plane."""

    grain: Samples
    levels: Whole
    variance: Samples

    def calm(self) -> _Blocks:
        """Return those of each band that differ least."""
        kept = np.zeros(len(self.variance), bool)
        for band in range(BANDS):
            inside = np.flatnonzero(self.levels * BANDS // 256 == band)
            order = inside[np.argsort(self.variance[inside], kind="stable")]
            kept[order[: max(1, round(len(order) * _CALM))]] = True
        kept &= self.variance > 0
        if not kept.any():
            kept[:] = True
        return _Blocks(self.grain[kept], self.levels[kept], self.variance[kept])

    def by_level(self) -> Samples:
        """Return the standard deviation for each level of 255, straight between the bands'."""
        centres, found = [], []
        for band in range(BANDS):
            inside = self.levels * BANDS // 256 == band
            if inside.sum() >= _LEAST_BLOCKS:
                centres.append(float(self.levels[inside].mean()))
                found.append(_deviation(self.variance[inside]))
        if not centres:
            centres, found = [128.0], [_deviation(self.variance)]
        at = np.arange(256)
        return np.asarray(np.interp(at, centres, found), np.float32)

    def autocorrelation(self) -> Samples:
        """Return the mean product of samples apart, over that of samples with themselves."""
        side = 2 * REACH + 1
        found = np.zeros((side, side))
        tall, wide = self.grain.shape[1:]
        for down in range(min(REACH, tall - 1) + 1):
            for across in range(-min(REACH, wide - 1), min(REACH, wide - 1) + 1):
                here = self.grain[:, down:, max(0, across) : wide + min(0, across)]
                there = self.grain[:, : tall - down, max(0, -across) : wide - max(0, across)]
                value = float((here * there).mean())
                found[REACH + down, REACH + across] = found[REACH - down, REACH - across] = value
        middle = found[REACH, REACH]
        return np.asarray(found / middle if middle > 0 else found, np.float32)


_QUANTILE, _OF_QUANTILE = 0.4, 1.02
"""Of blocks' variances, and what brings its root, a little below their middle, to it."""


def _deviation(variances: Samples) -> float:
    """Return the standard deviation that most blocks have, whatever the others contain."""
    return float(np.sqrt(np.quantile(variances, _QUANTILE))) * _OF_QUANTILE


def _blocks_of(pairs: Sequence[_Pair], plane: int) -> _Blocks:
    found = [pair.differences(plane) for pair in pairs]
    if not found:
        nothing = np.zeros(0, np.float32)
        return _Blocks(nothing.reshape(0, 1, 1), nothing.astype(np.intp), nothing)
    grain = np.concatenate([each for each, _ in found])
    levels = np.concatenate([each for _, each in found])
    return _Blocks(grain, levels, np.asarray(grain.var(axis=(1, 2)), np.float32))


def _lost(correlation: Samples) -> float:
    """Return the variance that went with the blocks' means: by so much do far samples seem to
    differ more than by chance."""
    ring = np.concatenate([correlation[[0, -1]].ravel(), correlation[1:-1, [0, -1]].ravel()])
    return float(np.clip(-ring.mean(), 0.0, 0.2))


def _with_first(pairs: Sequence[_Pair], plane: int) -> float:
    """Return how a plane's grain correlates with the first plane's."""
    together, first, second = sum((pair.alike(plane) for pair in pairs), np.zeros(3))
    return float(np.clip(together / np.sqrt(first * second + 1e-12), -0.95, 0.95))


def _structure(grey: NDArray[np.uint8], window: int) -> Samples:
    """Return the local deviation of a small picture, in which grain has mostly averaged out."""
    side = max(5, window | 1) + 2
    picture: Any = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.2)
    mean = cv2.blur(picture, (side, side))
    square = cv2.blur(picture * picture, (side, side))
    return np.asarray(np.sqrt(np.maximum(0, square - mean * mean)), np.float32)


def _cut(plane: Plane, tops: Whole, lefts: Whole, tall: int, wide: int) -> Samples:
    """Return blocks (n, tall, wide) float32 of a plane."""
    windows = np.lib.stride_tricks.sliding_window_view(plane, (tall, wide))
    return np.nan_to_num(windows[tops, lefts].astype(np.float32))


def _shrink(pixels: PixelFormat, plane: int) -> tuple[int, int]:
    """Return how much smaller a plane is than the first, down and across."""
    if pixels.model != "yuv" or plane == 0:
        return 1, 1
    across, down = pixels.subsampling
    return 1 << down, 1 << across
