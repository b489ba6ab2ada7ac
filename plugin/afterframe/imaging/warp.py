"""Warping the planes of a picture in its own encoding, by one map made on a coarse grid.

A :class:`CoarseMap` says for places on a grid of every ``step``-th pixel where the picture there
is taken from. :func:`plane_map` brings it to the grid of one plane - luma, or chroma with its own
size and siting - so that every plane of a frame moves as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.media.frame import ColourTags, PixelFormat, Plane

BT2020 = 9
Interpolation = Literal["linear", "cubic"]
Siting = Literal["left", "centre", "top_left"]

MARGIN = 4
"""Nodes of a coarse map beyond each side, so that every plane's samples lie between nodes."""

LARGEST_SAMPLE = 65504.0
"""The largest half float; stands for an infinite sample of a float picture that is warped."""

_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out
_FLAGS = {"linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}


@dataclass(frozen=True)
class CoarseMap:
    """Where the places of a picture are taken from.

    Attributes:
        nodes: (rows + 2 MARGIN, columns + 2 MARGIN, 2) float32: source (x, y) in full-size
            pixels, 0 being the middle of the first pixel. Node (i, j) stands at pixel
            ``((j - MARGIN + 0.5) * step - 0.5, (i - MARGIN + 0.5) * step - 0.5)``.
        step: pixels between nodes.
        width: of the picture.
        height: of the picture.
    """

    nodes: NDArray[np.float32]
    step: int
    width: int
    height: int


@lru_cache(maxsize=4)
def node_places(width: int, height: int, step: int) -> NDArray[np.float32]:
    """Return the pixel (x, y) of every node, margin included: the nodes of the identity map."""
    columns, rows = -(-width // step), -(-height // step)
    x = (np.arange(-MARGIN, columns + MARGIN, dtype=np.float32) + 0.5) * step - 0.5
    y = (np.arange(-MARGIN, rows + MARGIN, dtype=np.float32) + 0.5) * step - 0.5
    grid = np.dstack(np.meshgrid(x, y)).astype(np.float32)
    grid.flags.writeable = False
    return grid


def plane_map(
    coarse: CoarseMap, subsampling: tuple[int, int] = (0, 0), siting: Siting = "left"
) -> NDArray[np.float32]:
    """Return the map of one plane, (h, w, 2) float32, in samples of that plane.

    Args:
        coarse: the picture's map.
        subsampling: log2 of how much smaller the plane is, across and down.
        siting: where chroma samples stand: ``left`` (MPEG-2, H.264 default) beside the first
            of the luma samples they cover across and between them down; ``centre`` (JPEG);
            ``top_left`` (BT.2020).
    """
    across, down = subsampling
    offset = np.array(siting_offset(subsampling, siting), np.float32)
    scale = np.array([1 << across, 1 << down], np.float32)
    width, height = -(-coarse.width >> across), -(-coarse.height >> down)
    nodes: Any = coarse.nodes
    if across or down:
        nodes = cv2.transform(nodes, np.column_stack((np.diag(1 / scale), -offset / scale)))
    return _at_plane(nodes, coarse.step, (width, height), scale, offset)


def plane_values(
    values: NDArray[np.float32],
    step: int,
    size: tuple[int, int],
    subsampling: tuple[int, int] = (0, 0),
    siting: Siting = "left",
) -> NDArray[np.float32]:
    """Return values known on a coarse grid, such as a flow, at every sample of a plane.

    Args:
        values: (rows, columns) or (rows, columns, n) float32, without margin.
        step: pixels between them.
        size: width and height of the picture.
        subsampling: of the plane, as in :func:`plane_map`.
        siting: likewise.
    """
    continued: Any = cv2.copyMakeBorder(
        values, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE
    )
    return node_values(continued, step, size, subsampling, siting)


def node_values(
    nodes: NDArray[np.float32],
    step: int,
    size: tuple[int, int],
    subsampling: tuple[int, int] = (0, 0),
    siting: Siting = "left",
) -> NDArray[np.float32]:
    """As :func:`plane_values`, of values that have the margin of a :class:`CoarseMap`."""
    across, down = subsampling
    offset = np.array(siting_offset(subsampling, siting), np.float32)
    scale = np.array([1 << across, 1 << down], np.float32)
    return _at_plane(nodes, step, (-(-size[0] >> across), -(-size[1] >> down)), scale, offset)


def warp_planes(
    planes: Sequence[Plane],
    coarse: CoarseMap,
    subsampling: tuple[int, int] = (0, 0),
    *,
    interpolation: Interpolation = "cubic",
    peak: float = float("inf"),
    siting: Siting = "left",
) -> tuple[Plane, ...]:
    """Return the planes of a picture moved by one map.

    Args:
        planes: Y, U, V[, A], R, G, B[, A] or grey[, A]; see :func:`warp_plane`.
        coarse: where each place is taken from.
        subsampling: log2 of how much smaller planes 1 and 2 are, across and down.
        interpolation: ``cubic`` where one picture is shown; ``linear`` is enough, and three
            times faster, where two are mixed.
        peak: the largest sample of the format.
        siting: of the chroma samples.
    """
    luma = plane_map(coarse)
    chroma = plane_map(coarse, subsampling, siting) if any(subsampling) else luma
    return tuple(
        warp_plane(plane, chroma if index in (1, 2) else luma, interpolation, peak)
        for index, plane in enumerate(planes)
    )


def warp_plane(
    plane: Plane,
    where: NDArray[np.float32],
    interpolation: Interpolation = "cubic",
    peak: float = float("inf"),
) -> Plane:
    """Return a plane sampled at ``where``, in its own type. The identity map changes no bit.

    Integers are held to 0..peak. Floats are held between the smallest and the largest of the
    samples beside them: the cubic kernel's ringing, harmless in display-referred pictures, would
    draw dark rings around the highlights of scene-linear ones.

    Args:
        plane: (h, w) uint8, uint16, float16 or float32.
        where: (h', w', 2) float32, places in samples of ``plane``; beyond its edges the edge
            is continued.
        interpolation: ``linear``, or ``cubic`` (Keys 1981, a = -0.75).
        peak: the largest sample an integer plane may hold.
    """
    if plane.dtype.kind == "f":
        return _warp_floats(plane, where, interpolation)
    out: Plane = _remap(plane, where, _FLAGS[interpolation])
    if interpolation == "cubic" and peak < np.iinfo(plane.dtype).max:
        np.minimum(out, np.array(peak, plane.dtype), out=out)
    return out


def siting_of(pixels: PixelFormat, colour: ColourTags) -> Siting:
    """Return where a picture's chroma samples stand, as its kind of picture usually has them.

    Files seldom say it. JPEG-like full range has it in the middle; 4:2:0 of BT.2020 at the
    corner (BT.2020-2, table 4); everything else beside the first luma sample.
    """
    if colour.primaries == BT2020 and pixels.subsampling == (1, 1):
        return "top_left"
    return "centre" if colour.full_range else "left"


def _warp_floats(plane: Plane, where: NDArray[np.float32], interpolation: Interpolation) -> Plane:
    samples = plane.astype(np.float32)
    if not np.isfinite(samples).all():  # else one bad sample spoils all that the kernel touches
        np.nan_to_num(samples, copy=False, posinf=LARGEST_SAMPLE, neginf=-LARGEST_SAMPLE)
    out = _remap(samples, where, _FLAGS[interpolation])
    if interpolation == "cubic":
        beside = np.ones((3, 3), np.uint8)
        lowest = _remap(cv2.erode(samples, beside), where, cv2.INTER_NEAREST)
        highest = _remap(cv2.dilate(samples, beside), where, cv2.INTER_NEAREST)
        np.clip(out, lowest, highest, out=out)
    return out.astype(plane.dtype, copy=False)


def _remap(plane: Any, where: NDArray[np.float32], flag: int) -> Plane:
    out: Any = cv2.remap(plane, where, _UNSET, flag, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(out)


def _at_plane(
    nodes: NDArray[np.float32],
    step: int,
    size: tuple[int, int],
    scale: NDArray[np.float32],
    offset: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return what stands at the nodes, linearly between them, at every sample of a plane."""
    factor_x, factor_y = step / scale
    if (offset == (scale - 1) / 2).all() and factor_x.is_integer() and factor_y.is_integer():
        # Nothing but an enlargement, which OpenCV does three times faster than a warp.
        left, top = round(MARGIN * factor_x), round(MARGIN * factor_y)
        large: Any = cv2.resize(nodes, None, fx=factor_x, fy=factor_y)
        return np.asarray(large[top : top + size[1], left : left + size[0]], np.float32)
    shift = (offset + 0.5) / step - 0.5 + MARGIN
    to_nodes = np.array([[1 / factor_x, 0, shift[0]], [0, 1 / factor_y, shift[1]]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    full: Any = cv2.warpAffine(nodes, to_nodes, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(full, np.float32)


def siting_offset(subsampling: tuple[int, int], siting: Siting) -> tuple[float, float]:
    """Return where, in luma pixels, the first chroma sample stands."""
    middle = [((1 << log2) - 1) / 2 for log2 in subsampling]
    across = middle[0] if siting == "centre" else 0.0
    down = 0.0 if siting == "top_left" else middle[1]
    return across, down
