"""One picture as a scene: what stands in it, and the matter that moves through its parts.

A frame is the picture under the camera's map. Where matter flows, two more samples of a *plate*
lie over it, through the *matte*: the matter ahead and behind of ``fluid``. The plate is the
picture with everything that does not flow taken out and filled from beside it, so that no roof
is ever drawn into a sky. Camera, sway, flow and overscan are one map for each sample taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.fill import filled
from afterframe.imaging.warp import (
    LARGEST_SAMPLE,
    MARGIN,
    CoarseMap,
    Interpolation,
    node_places,
    node_values,
    plane_map,
    plane_values,
    siting_of,
    warp_plane,
)
from afterframe.media.display import grey_proxy
from afterframe.media.frame import Frame, Plane

from .fluid import Fluid, Moment, Sway

Single = NDArray[np.float32]

BAND = 16
"""Nodes in a band: a frame is made band by band, each of as few samples as it needs."""
LOW_SIGMA = 1 / 160
"""What counts as brightness rather than texture when two samples are mixed, of the longer side."""
STILL_SIGMA = 1 / 10
"""Brightness that is smooth over so much of the longer side stands still: a sky's own gradient."""
MATTE_RADIUS = 1 / 120
"""How far the matte follows the picture's own edges, of the longer side."""
CORE_MARGIN = 1 / 250
"""Beside edges so much of the longer side is taken for mixed pixels."""
OPAQUE, CLEAR = 0.996, 0.004


class Scene:
    """See the module.

    Args:
        source: the picture.
        step: pixels between the nodes of maps.
        fluid: what flows, or None.
        sway: what sways, or None.
        draft: linear samples in place of cubic ones.
    """

    def __init__(
        self,
        source: Frame,
        step: int,
        fluid: Fluid | None = None,
        sway: Sway | None = None,
        *,
        draft: bool = False,
    ) -> None:
        self._source = source
        self._step = step
        self._fluid = fluid
        self._sway = sway
        self._way: Interpolation = "linear" if draft else "cubic"
        self._siting = siting_of(source.format, source.colour)
        if fluid is not None:
            self._matte = _matte(source, fluid.mask, step)
            self._plate, self._low, self._still = self._without_the_rest(fluid.mask)

    def frame(self, camera: CoarseMap | None, index: int, seconds: float) -> Frame:
        """Return one frame.

        Args:
            camera: where its places are taken from; None: where they stand.
            index: of the frame.
            seconds: likewise.
        """
        source = self._source
        nodes = camera.nodes if camera else node_places(source.width, source.height, self._step)
        if self._sway is not None:
            nodes = self._sway.at(seconds, nodes)
        where = CoarseMap(np.asarray(nodes), self._step, source.width, source.height)
        mix = None if self._fluid is None else self._mix(nodes, self._fluid.at(index, nodes))
        planes = [np.empty(plane.shape, plane.dtype) for plane in source.planes]
        for top in range(0, where.nodes.shape[0] - 2 * MARGIN, BAND):
            self._make_band(planes, where, mix, top)
        return replace(source, planes=tuple(planes))

    def _make_band(self, planes: list[Plane], where: CoarseMap, mix: _Mix | None, top: int) -> None:
        rows = slice(top, top + BAND + 2 * MARGIN)
        band = _Band.of(where, rows)
        part = None if mix is None else mix.part(rows)
        for index, plane in enumerate(planes):
            down = self._subsampling(index)[1]
            first = (top * self._step) >> down
            last = first + (-(-band.where.height >> down))
            plane[first:last] = self._band_of_plane(index, band, part)

    def _band_of_plane(self, index: int, band: _Band, mix: _Mix | None) -> Plane:
        if mix is None or mix.is_clear:
            return self._sample(self._source.planes, index, band.where)
        flowing = self._flowing(index, band, mix)
        opacity = self._opacity(index, band, mix)
        if mix.is_opaque and opacity.min() > OPAQUE:
            return self._rounded(flowing, index)
        still = self._sample(self._source.planes, index, band.where)
        flowing = np.asarray(flowing, np.float32)
        over = flowing - still
        over *= opacity
        over += still
        return self._rounded(over, index)

    def _flowing(self, index: int, band: _Band, mix: _Mix) -> Plane:
        """Return the plate's samples ahead and behind, mixed so that texture keeps its contrast.

        Brightness is mixed by the weights; texture by weights whose squares sum to 1, since two
        textures that know nothing of each other lose contrast otherwise. The light that lies
        over the whole does not flow: it would show where one side gives way to the other.
        """
        size = (band.where.width, band.where.height)
        subsampling = self._subsampling(index)

        def full(values: Single) -> Single:
            return node_values(values, self._step, size, subsampling, self._siting)

        low, still = self._low[index], self._still[index]
        light = self._on_nodes(still, band.where.nodes)
        made: Single | None = None
        keep = 1 / np.sqrt(mix.weight_ahead**2 + mix.weight_behind**2)
        sides = ((mix.ahead, mix.weight_ahead), (mix.behind, mix.weight_behind))
        for places, weight in sides:
            if (weight * mix.mask).max() < CLEAR:
                continue
            at = band.at(places)
            samples = self._sample(self._plate, index, at).astype(np.float32)
            light -= weight * self._on_nodes(still, places)
            if (weight * mix.mask).max() < OPAQUE or weight.min() < OPAQUE:
                light += weight * (1 - keep) * self._on_nodes(low, places)
                samples *= full(weight * keep)
            made = samples if made is None else made + samples
        assert made is not None
        made += full(light)
        return made

    def _opacity(self, index: int, band: _Band, mix: _Mix) -> Single:
        luma = plane_map(band.where)
        matte: Any = cv2.remap(
            self._matte, luma, _UNSET, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        across, down = self._subsampling(index)
        if across or down:
            size = (-(-band.where.width >> across), -(-band.where.height >> down))
            matte = cv2.resize(matte, size, interpolation=cv2.INTER_AREA)
        opacity = np.asarray(matte, np.float32) * np.float32(1 / 255)
        if not mix.is_known:
            size = (band.where.width, band.where.height)
            opacity *= node_values(mix.known, self._step, size, (across, down), self._siting)
        return opacity

    def _mix(self, nodes: Single, moment: Moment) -> _Mix:
        known = moment.weight_ahead + moment.weight_behind
        behind = moment.weight_behind / np.maximum(known, np.float32(1e-3))
        return _Mix(
            nodes + moment.ahead,
            nodes + moment.behind,
            1 - behind,
            behind,
            np.minimum(known, 1),
            self._on_nodes(self._fluid.mask, nodes) if self._fluid else known,
        )

    def _on_nodes(self, values: Single, nodes: Single) -> Single:
        places = (nodes + np.float32(0.5)) / np.float32(self._step) - np.float32(0.5)
        out: Any = cv2.remap(
            values, places, _UNSET, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(out, np.float32)

    def _sample(self, planes: tuple[Plane, ...], index: int, where: CoarseMap) -> Plane:
        places = plane_map(where, self._subsampling(index), self._siting)
        return warp_plane(planes[index], places, self._way, self._source.format.peak)

    def _subsampling(self, index: int) -> tuple[int, int]:
        return self._source.format.subsampling if index in (1, 2) else (0, 0)

    def _rounded(self, samples: Plane, index: int) -> Plane:
        pixels = self._source.format
        del index
        if samples.dtype == pixels.dtype:
            return samples
        if pixels.floating:
            return samples.astype(pixels.dtype)
        np.rint(samples, out=samples)
        return np.clip(samples, 0, pixels.peak, out=samples).astype(pixels.dtype)

    def _without_the_rest(
        self, mask: Single
    ) -> tuple[tuple[Plane, ...], list[Single], list[Single]]:
        """Return the plate, and what of it is brightness, and light over all, on the grid."""
        core = _core(mask)
        plate, low, still = [], [], []
        side = max(mask.shape)
        for index, plane in enumerate(self._source.planes):
            small = _small(plane, mask.shape)
            whole = filled(small, core)
            low.append(_blurred(whole, LOW_SIGMA * side))
            still.append(_blurred(whole, STILL_SIGMA * side))
            plate.append(self._filled_plane(index, plane, core, whole))
        return tuple(plate), low, still

    def _filled_plane(self, index: int, plane: Plane, core: Single, whole: Single) -> Plane:
        size = (self._source.width, self._source.height)
        made = plane.copy()
        subsampling = self._subsampling(index)
        for rows, part in _strips(core.shape[0], self._step, size, subsampling[1]):
            keep = plane_values(
                core[rows], self._step, (size[0], part.height), subsampling, self._siting
            )
            if keep.min() >= 1:
                continue
            other = plane_values(
                whole[rows], self._step, (size[0], part.height), subsampling, self._siting
            )
            own = _finite(plane[part.samples])
            made[part.samples] = self._rounded(other + (own - other) * keep, index)
        return made


@dataclass(frozen=True)
class _Band:
    where: CoarseMap
    rows: slice

    @classmethod
    def of(cls, whole: CoarseMap, rows: slice) -> _Band:
        nodes = whole.nodes[rows]
        height = min(
            (nodes.shape[0] - 2 * MARGIN) * whole.step, whole.height - rows.start * whole.step
        )
        return cls(CoarseMap(nodes, whole.step, whole.width, height), rows)

    def at(self, nodes: Single) -> CoarseMap:
        return replace(self.where, nodes=nodes)


@dataclass(frozen=True)
class _Mix:
    """Places in the plate and their weights, at nodes with margin."""

    ahead: Single
    behind: Single
    weight_ahead: Single
    weight_behind: Single
    known: Single
    mask: Single

    def part(self, rows: slice) -> _Mix:
        return _Mix(
            self.ahead[rows],
            self.behind[rows],
            self.weight_ahead[rows],
            self.weight_behind[rows],
            self.known[rows],
            self.mask[rows],
        )

    @property
    def is_clear(self) -> bool:
        return bool((self.mask * self.known).max() < CLEAR)

    @property
    def is_opaque(self) -> bool:
        return bool(min(self.mask.min(), self.known.min()) > OPAQUE)

    @property
    def is_known(self) -> bool:
        return bool(self.known.min() > OPAQUE)


_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


@dataclass(frozen=True)
class _Strip:
    samples: slice
    height: int


def _strips(
    rows: int, step: int, size: tuple[int, int], down: int
) -> Iterator[tuple[slice, _Strip]]:
    """Yield parts of a plane, so that no float copy of a large plane is ever held."""
    for top in range(0, rows, BAND):
        height = min(BAND * step, size[1] - top * step)
        first = (top * step) >> down
        yield slice(top, top + BAND), _Strip(slice(first, first + (-(-height >> down))), height)


def _matte(source: Frame, mask: Single, step: int) -> NDArray[np.uint8]:
    """Return the mask at full size, its edges those of the picture.

    Source: He, Sun, Fast Guided Filter, 2015: the coefficients are found on the grid.
    """
    grey = grey_proxy(source, source.width)
    rows, columns = mask.shape
    small = _small(grey, mask.shape) / np.float32(255)
    radius = max(1, round(MATTE_RADIUS * max(rows, columns)))
    slope, offset = _coefficients(small, mask, radius)
    near: Any = cv2.dilate(mask, np.ones((2 * radius + 1, 2 * radius + 1), np.uint8))
    matte = np.empty(grey.shape, np.uint8)
    size = (source.width, source.height)
    for part, strip in _strips(rows, step, size, 0):
        a, b, limit = (
            plane_values(values[part], step, (size[0], strip.height))
            for values in (slope, offset, np.asarray(near, np.float32))
        )
        a *= grey[strip.samples] * np.float32(1 / 255)
        a += b
        sharp = np.clip((a - 0.5) * 2 + 0.5, 0, 1) * np.clip(limit, 0, 1)
        matte[strip.samples] = np.rint(sharp * 255)
    return matte


def _coefficients(guide: Single, mask: Single, radius: int) -> tuple[Single, Single]:
    side = (2 * radius + 1, 2 * radius + 1)

    def mean(values: NDArray[Any]) -> Single:
        return np.asarray(cv2.blur(values, side), np.float32)

    middle, share = mean(guide), mean(mask)
    variance = mean(guide * guide) - middle * middle
    slope = (mean(guide * mask) - middle * share) / (variance + np.float32(1e-4))
    return mean(slope), mean(share - slope * middle)


def _core(mask: Single) -> Single:
    """Return where nothing but the matter itself is seen: edges, mixed pixels, are left out."""
    side = 2 * max(1, round(CORE_MARGIN * max(mask.shape))) + 1
    inner: Any = cv2.erode((mask > 0.5).astype(np.float32), np.ones((side, side), np.uint8))
    return np.asarray(inner, np.float32)


def _blurred(values: Single, sigma: float) -> Single:
    """Return values blurred; wide blurs are made on a smaller grid."""
    rows, columns = values.shape
    share = max(1, int(sigma / 4))
    size = (-(-columns // share), -(-rows // share))
    small: Any = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(0.5, sigma / share))
    wide: Any = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray(wide, np.float32)


def _small(plane: Plane, shape: tuple[int, ...]) -> Single:
    samples = plane if plane.dtype.kind != "f" else _finite(plane)
    small: Any = cv2.resize(samples, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _finite(plane: Plane) -> Single:
    samples = plane.astype(np.float32)
    if plane.dtype.kind == "f":
        np.nan_to_num(samples, copy=False, posinf=LARGEST_SAMPLE, neginf=-LARGEST_SAMPLE)
    return samples
