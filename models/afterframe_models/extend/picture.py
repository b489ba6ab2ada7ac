"""Frames at their full size, in their own encoding, from displacements on a small grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import Flow, displaced, places
from afterframe.imaging.warp import Interpolation, plane_values, siting_of, warp_plane
from afterframe.media.frame import Frame, Plane
from afterframe_models.interpolate.interpolation import blended

from .morph import DIFFERENT, Moment

Single = NDArray[np.float32]

LIGHT_SOFTNESS = 1 / 12
"""Of the picture's width: finer differences than this are of matter, not of light."""
TOUCHED = 0.02
"""Shares nearer than this to one frame alone show that frame alone."""


@dataclass(frozen=True)
class Light:
    """By how much one frame's light differs from another's, slowly over the picture.

    Attributes:
        planes: to be added, on a small grid, float32, one for each colour plane.
    """

    planes: tuple[Single, ...]

    def times(self, strength: float) -> Light:
        """Return so much of it."""
        return Light(tuple(np.asarray(strength * plane, np.float32) for plane in self.planes))


def moved(frame: Frame, displacement: Flow, step: int, how: Interpolation = "cubic") -> Frame:
    """Return a frame sampled at each place plus a displacement.

    Places beyond a side are mirrored: a continued edge would be a smear.

    Args:
        frame: any.
        displacement: (rows, columns, 2) in samples of a grid of every ``step``-th pixel.
        step: pixels for one sample.
        how: ``linear`` where speed counts.
    """
    maps = {smaller: _map(frame, displacement, step, smaller) for smaller in _sizes(frame)}
    planes = tuple(
        warp_plane(plane, maps[_size(frame, index)], how, frame.format.peak)
        for index, plane in enumerate(frame.planes)
    )
    return replace(frame, planes=planes)


def morphed(
    first: Frame,
    second: Frame,
    moment: Moment,
    step: int,
    light: Light | None,
    how: Interpolation = "cubic",
) -> Frame:
    """Return a frame of a morph.

    Args:
        first: the frame at the joint.
        second: the run's.
        moment: what is made of both.
        step: pixels for one sample of ``moment``.
        light: what is added to ``second`` to bring it to the light of ``first``.
        how: see :func:`moved`.
    """
    share = moment.share
    if moment.first is not None and float(share.max()) < TOUCHED:
        return moved(first, moment.first, step, how)
    shown = moved(second, moment.second, step, how)
    if light is not None:
        shown = lit(shown, light)
    if moment.first is None or float(share.min()) > 1 - TOUCHED:
        return shown
    left = moved(first, moment.first, step, how)
    shares = {smaller: _share(first, share, step, smaller) for smaller in _sizes(first)}
    planes = tuple(
        blended(a, b, shares[_size(first, index)])
        for index, (a, b) in enumerate(zip(left.planes, shown.planes, strict=True))
    )
    return replace(second, planes=planes)


def light_between(first: Frame, second: Frame, offset: Flow, unlike: Single) -> Light | None:
    """Return what has to be added to ``second`` to have the light of ``first``; None: nothing.

    Args:
        first: the frame at the joint.
        second: the one it stands in place of.
        offset: where the first's matter is in the second, in samples of the small picture.
        unlike: grey levels by which matter differs there: what differs is left out.
    """
    height, width = offset.shape[:2]
    weight = np.exp(-np.square(unlike / (DIFFERENT / 2))).astype(np.float32)
    sigma = LIGHT_SOFTNESS * width
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    known = total / (total + 0.05)
    found = []
    for a, b in list(zip(first.planes, second.planes, strict=True))[: first.format.colour_planes]:
        small = [_reduced(each, (width, height)) for each in (a, b)]
        there = displaced(small[1], offset)
        apart = cv2.GaussianBlur((small[0] - there) * weight, (0, 0), sigma)
        found.append(np.asarray(known * apart / (total + 1e-6), np.float32))
    visible = 0.002 * (1.0 if first.format.floating else first.format.peak)
    if all(float(np.abs(plane).max()) < visible for plane in found):
        return None
    return Light(tuple(found))


def lit(frame: Frame, light: Light) -> Frame:
    """Return a frame with a difference in light added; alpha stays."""
    planes = list(frame.planes)
    for index, added in enumerate(light.planes):
        plane = planes[index]
        size = (plane.shape[1], plane.shape[0])
        full = cv2.resize(added, size)
        if plane.dtype.kind == "f":
            planes[index] = (plane + full).astype(plane.dtype)
        else:
            planes[index] = np.rint(plane + full).clip(0, frame.format.peak).astype(plane.dtype)
    return replace(frame, planes=tuple(planes))


def _size(frame: Frame, plane: int) -> tuple[int, int]:
    """Return log2 of how much smaller a plane is."""
    return frame.format.subsampling if plane in (1, 2) else (0, 0)


def _sizes(frame: Frame) -> Sequence[tuple[int, int]]:
    return sorted({_size(frame, index) for index in range(len(frame.planes))})


def _at_plane(frame: Frame, values: Single, step: int, smaller: tuple[int, int]) -> Single:
    siting = siting_of(frame.format, frame.colour)
    return plane_values(values, step, (frame.width, frame.height), smaller, siting)


def _map(frame: Frame, displacement: Flow, step: int, smaller: tuple[int, int]) -> Single:
    """Return where each sample of a plane is taken from."""
    scale = np.diag([step / (1 << log2) for log2 in smaller])
    scaled = np.asarray(cv2.transform(displacement, scale), np.float32)
    where = _at_plane(frame, scaled, step, smaller)
    where += places(*where.shape[:2])
    for axis, side in enumerate((where.shape[1], where.shape[0])):
        line = where[..., axis]
        if float(line.min()) < -0.5 or float(line.max()) > side - 0.5:
            np.abs(line + 0.5, out=line)
            np.subtract(side, np.abs(side - line), out=line)
            line -= 0.5
    return where


def _share(frame: Frame, share: Single, step: int, smaller: tuple[int, int]) -> Single:
    return np.clip(_at_plane(frame, share, step, smaller), 0, 1)


def _reduced(plane: Plane, size: tuple[int, int]) -> Single:
    floats = plane.astype(np.float32)
    method = cv2.INTER_AREA if size[0] <= plane.shape[1] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(floats, size, interpolation=method), np.float32)
