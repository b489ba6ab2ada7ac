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

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
    def windows(self) -> tuple[int, ...]:
        """Side, for each plane, of a window in which its grain averages out."""
        return tuple(
            next((side for side in _MEANS if _kept(side, each) > _KEPT), _MEANS[-1])
            for each in self.correlation
        )

    @cached_property
    def kept(self) -> tuple[float, ...]:
        """Share of each plane's variance that is left without the mean in that window."""
        return tuple(map(_kept, self.windows, self.correlation))


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
    calm = [each.calm() for each in blocks]
    unit = 1 / 255 if pixels.floating else pixels.peak / 255
    return Grain(
        np.stack([each.by_level() for each in blocks]),
        np.stack([each.autocorrelation() for each in calm]),
        (1.0, *(_with_first(pairs, plane) for plane in range(1, pixels.colour_planes))),
        _deviation(blocks[0].variance) / unit,
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
    ours, theirs = (_residuals(plane, corners, grain.windows[0]) for plane in (luma, before))
    variance = ours.var(axis=(1, 2))
    middle = _PATCH // 2
    levels = _levels(luma, frame.format)
    at = np.array([levels[y + middle, x + middle] for y, x in corners])
    expected = (grain.amplitude[0][at] ** 2) * np.float32(grain.kept[0])
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

    def frame(self, frame: Frame, number: int, has: Liveness, grain: Grain) -> Frame:
        """Return a frame with grain; alpha stays.

        Args:
            frame: any of the shot's format.
            number: of the frame: each has grain of its own.
            has: the grain that it has already.
            grain: as much of it is wanted.
        """
        random = np.random.default_rng([self._seed, number])
        corner = tuple(int(each) * 16 for each in random.integers(0, _TILE // 16, 2))
        flips = tuple(bool(each) for each in random.integers(0, 2, 2))
        levels = _coarse_levels(frame)
        planes = [
            self._regrained(
                plane, index, levels, self._fresh(index, plane.shape, corner, flips), has, grain
            )
            for index, plane in enumerate(frame.planes[: frame.format.colour_planes])
        ]
        return replace(frame, planes=(*planes, *frame.planes[len(planes) :]))

    def _regrained(
        self,
        plane: Plane,
        index: int,
        levels: Whole,
        fresh: Samples,
        has: Liveness,
        grain: Grain,
    ) -> Plane:
        amplitude, kept = grain.amplitude[index], grain.kept[index]
        window = grain.windows[index]
        if float(amplitude.max()) * (1 if self._pixels.floating else 255 / self._pixels.peak) < (
            _UNSEEN
        ):
            return plane
        wanted: Samples = amplitude[levels]
        out = np.empty_like(plane)
        rows = plane.shape[0]
        coarse = rows / levels.shape[0]
        for top in range(0, rows, _STRIP):
            low, high = max(0, top - _HALO), min(rows, top + _STRIP + _HALO)
            part = wanted[round(low / coarse) : max(round(low / coarse) + 1, round(high / coarse))]
            done = _strip(plane[low:high], fresh[low:high], part, has, kept, window)
            end = min(rows, top + _STRIP)
            if plane.dtype.kind == "u":
                np.rint(done, out=done)
                np.clip(done, 0, self._pixels.peak, out=done)
            out[top:end] = done[top - low : end - low]
        return out

    def _fresh(
        self, index: int, shape: tuple[int, ...], corner: tuple[int, ...], flips: tuple[bool, ...]
    ) -> Samples:
        """Return grain of variance 1 over a whole plane."""
        tile = self._tiles[index]
        factor = self._factors[index]
        top, left = (at // each for at, each in zip(corner, factor, strict=True))
        across = tile[:: -1 if flips[0] else 1, :: -1 if flips[1] else 1]
        repeated = np.pad(
            across,
            [
                (0, max(0, top + shape[0] - tile.shape[0])),
                (0, max(0, left + shape[1] - tile.shape[1])),
            ],
            mode="wrap",
        )
        return np.asarray(repeated[top : top + shape[0], left : left + shape[1]], np.float32)

    @cached_property
    def _factors(self) -> tuple[tuple[int, int], ...]:
        """How much smaller each plane is, down and across."""
        across, down = self._pixels.subsampling if self._pixels.model == "yuv" else (0, 0)
        small = (1 << down, 1 << across)
        return ((1, 1), small, small)[: self._pixels.colour_planes]

    @cached_property
    def _tiles(self) -> tuple[Samples, ...]:
        random = np.random.default_rng(self._seed)
        tiles: list[Samples] = []
        for index, (down, across) in enumerate(self._factors):
            shape = (_TILE // down, _TILE // across)
            own = _tile(self._grain.correlation[index], shape, random)
            if index:
                first: Any = cv2.resize(
                    tiles[0], (shape[1], shape[0]), interpolation=cv2.INTER_AREA
                )
                first /= max(1e-6, float(first.std()))
                shared = self._grain.with_first[index]
                own = np.float32(shared) * first + np.float32(np.sqrt(1 - shared**2)) * own
            tiles.append(np.asarray(own, np.float32))
        return tuple(tiles)


_TILE = 1024
"""Samples of a side of the first plane's tile: it repeats at most twice across 1080p."""
_STRIP, _HALO = 128, 16
"""Rows that are worked on at once, so that they stay in the processor's cache; and beside them."""
_MEANS, _KEPT = (5, 7, 9, 11), 0.9
"""Sides of the window of the local mean; the first is taken that keeps so much of the variance."""
_MORE, _SPARES = 1.2, 2
"""What the variance of grain is multiplied with: where it is above its mean by chance too, it is to
be taken out; and the power of the share that is taken out, which spares texture above grain."""
_STEP = 4
"""Samples for one of the maps that say how much is taken out and added."""
_UNSEEN = 0.25
"""Levels of 255 below which a plane's grain is left out."""
_PATCH = 64
_PATCHES = 16
_PLAIN, _LEAST_PATCHES = 2.5, 4
"""Variance, in that of grain, up to which a patch counts as plain; and how many tell at least."""


def _strip(
    rows: Plane, fresh: Samples, wanted: Samples, has: Liveness, kept: float, window: int
) -> Samples:
    """Return some rows with their frozen grain taken out and fresh grain added, not rounded."""
    samples: Any = rows.astype(np.float32)
    size = (samples.shape[1], samples.shape[0])
    small = (wanted.shape[1], wanted.shape[0])
    rest: Any = cv2.subtract(samples, cv2.blur(samples, (window, window)))
    local: Any = cv2.blur(
        cv2.resize(cv2.multiply(rest, rest), small, interpolation=cv2.INTER_AREA), (3, 3)
    )
    noise = wanted * wanted * np.float32(has.frozen * kept * _MORE)
    out = np.minimum(1.0, noise / np.maximum(local, 1e-9)) ** _SPARES
    left = has.frozen * (1 - kept * (1 - (1 - out) ** 2))
    added = wanted * np.sqrt(np.maximum(0.0, 1 - has.live - left))
    if has.frozen > 0:
        part: Any = cv2.resize(out.astype(np.float32), size)
        samples = cv2.subtract(samples, cv2.multiply(rest, part))
    amount: Any = cv2.resize(added.astype(np.float32), size)
    return np.asarray(cv2.add(samples, cv2.multiply(amount, fresh)), np.float32)


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


def _kept(side: int, correlation: Samples) -> float:
    """Return the variance that noise of variance 1 has without its mean in a window."""
    kernel = np.full((side, side), -1.0 / side**2, np.float32)
    kernel[side // 2, side // 2] += 1
    own: Any = cv2.filter2D(
        np.pad(kernel, side), cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT
    )
    middle = own.shape[0] // 2
    part = own[middle - REACH : middle + REACH + 1, middle - REACH : middle + REACH + 1]
    return float(np.clip((part * correlation).sum(), 0.05, 1.0))


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
    grey = grey_proxy(frame, max(1, width // 8)).astype(np.float32)
    scale_y, scale_x = grey.shape[0] / height, grey.shape[1] / width
    corners = np.array([(y * _PATCH, x * _PATCH) for y in range(rows) for x in range(columns)])
    structure = np.empty(len(corners))
    for number, (y, x) in enumerate(corners):
        part = grey[
            round(y * scale_y) : round((y + _PATCH) * scale_y),
            round(x * scale_x) : round((x + _PATCH) * scale_x),
        ]
        clipped = part.size == 0 or part.mean() < 8 or part.mean() > 247
        structure[number] = np.inf if clipped else part.std()
    order = np.argsort(structure, kind="stable")[:_PATCHES]
    return corners[order[np.isfinite(structure[order])]]


def _residuals(plane: Plane, corners: Whole, window: int) -> Samples:
    """Return patches (n, _PATCH, _PATCH) without their local mean."""
    found = []
    for y, x in corners:
        patch: Any = plane[y : y + _PATCH, x : x + _PATCH].astype(np.float32)
        found.append(patch - cv2.blur(patch, (window, window)))
    return np.asarray(np.nan_to_num(np.stack(found)), np.float32)


def _shared(theirs: Samples, ours: Samples, spread: float) -> NDArray[np.float64]:
    """Return for each of two rows of patches how much of their variance they have in common.

    Args:
        theirs: (n, _PATCH, _PATCH), without their means.
        ours: likewise.
        spread: sum of squares of the grain's autocorrelation: by so much the correlations of
            unlike grain are higher than those of white noise.
    """
    first, second = (np.fft.rfft2(each.astype(np.float64)) for each in (theirs, ours))
    side = (_PATCH, _PATCH)
    across = np.fft.irfft2(np.conj(first) * second, s=side)
    within = [np.fft.irfft2(np.abs(each) ** 2, s=side) for each in (first, second)]
    found = np.empty(len(ours))
    for number, each in enumerate(across):
        energy = np.sqrt(within[0][number, 0, 0] * within[1][number, 0, 0]) + 1e-9
        alike = _about(each) / energy**2 - _PEAK_OF_NOISE * spread
        own = np.sqrt(_about(within[0][number]) * _about(within[1][number])) / energy**2
        found[number] = np.sqrt(max(0.0, alike) / max(own, 1e-9))
    return np.asarray(np.minimum(found, 1.0))


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
        down, across = _shrink(self.second.format, plane)
        one, other = self.first.planes[plane], self.second.planes[plane]
        motion = self.motion / np.array([across, down], np.float32)
        shift = np.rint(motion)
        tops, lefts = self.tops // down, self.lefts // across
        tall, wide = _BLOCK // down, _BLOCK // across
        there_y, there_x = tops + shift[:, 1].astype(int), lefts + shift[:, 0].astype(int)
        good = (np.abs(motion - shift).max(axis=1) < _WHOLE) & (there_y >= 0) & (there_x >= 0)
        good &= (there_y + tall <= one.shape[0]) & (there_x + wide <= one.shape[1])
        chosen = np.flatnonzero(good)
        chosen = chosen[:: max(1, len(chosen) // _MOST_BLOCKS)]
        now = _cut(other, tops[chosen], lefts[chosen], tall, wide)
        then = _cut(one, there_y[chosen], there_x[chosen], tall, wide)
        apart = now - then
        apart -= apart.mean(axis=(1, 2), keepdims=True)
        luma = _levels(self.second.planes[0], self.second.format)
        means = _cut(luma, self.tops[chosen], self.lefts[chosen], _BLOCK, _BLOCK).mean((1, 2))
        return apart / np.float32(np.sqrt(2)), means.astype(np.intp)


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


def _with_first(pairs: Sequence[_Pair], plane: int) -> float:
    """Return how a plane's grain correlates with the first plane's, at places of no motion."""
    products = np.zeros(3)
    for pair in pairs:
        down, across = _shrink(pair.second.format, plane)
        still = np.abs(pair.motion).max(axis=1, initial=0.0) < _WHOLE if len(pair.motion) else []
        chosen = np.flatnonzero(still)[:_MOST_BLOCKS]
        if not len(chosen):
            continue
        tops, lefts = pair.tops[chosen], pair.lefts[chosen]
        luma, own = (
            _cut(pair.second.planes[p], tops // d, lefts // a, _BLOCK // d, _BLOCK // a)
            - _cut(pair.first.planes[p], tops // d, lefts // a, _BLOCK // d, _BLOCK // a)
            for p, d, a in ((0, 1, 1), (plane, down, across))
        )
        tall, wide = _BLOCK // down, _BLOCK // across
        luma = luma.reshape(-1, tall, down, wide, across).mean(axis=(2, 4))
        calm = luma.var(axis=(1, 2)) <= np.median(luma.var(axis=(1, 2)))
        luma, own = (
            each[calm] - each[calm].mean(axis=(1, 2), keepdims=True) for each in (luma, own)
        )
        products += [(luma * own).sum(), (luma * luma).sum(), (own * own).sum()]
    together, first, second = products
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
