"""Make an engine's frames fit exactly: so many, of this size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain

import cv2
import numpy as np

from afterframe.errors import EngineFailed
from afterframe.media.frame import Frame, Plane


def exactly(frames: Iterator[Frame], count: int, engine: str) -> Iterator[Frame]:
    """Yield exactly ``count`` frames.

    Raises:
        EngineFailed: the engine made fewer, or frames that are not alike.
    """
    first: Frame | None = None
    made = 0
    for frame in frames:
        first = first or frame
        if (frame.width, frame.height, frame.format) != (first.width, first.height, first.format):
            raise EngineFailed(engine=engine, detail=f"frame {made} is unlike the first")
        yield frame
        made += 1
        if made == count:
            return
    raise EngineFailed(engine=engine, detail=f"it made {made} of {count} frames")


def gone_on(frames: Iterator[Frame], again: Iterator[Frame], more: int) -> Iterator[Frame]:
    """Yield frames and ``more`` of them: the same ones once more, then the last one held.

    Args:
        frames: at least one.
        again: the same frames; empty, where they do not come again. Where they end as they begin,
            the first of them is not shown twice.
        more: how many.
    """
    first = last = next(frames)
    yield first
    for last in frames:
        yield last
    beginning = next(again, None)
    following = again if beginning is None or _same(first, last) else chain([beginning], again)
    for _ in range(more):
        last = next(following, last)
        yield last


def _same(one: Frame, other: Frame) -> bool:
    pairs = zip(one.planes, other.planes, strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def fit_size(width: int, height: int, longest: int | None) -> tuple[int, int]:
    """Return the size scaled down so that its longer side is at most ``longest``, both even."""
    if longest is None or max(width, height) <= longest:
        return width, height
    scale = longest / max(width, height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def resized(frame: Frame, width: int, height: int, pixel_aspect: Fraction = Fraction(1)) -> Frame:
    """Return the frame at another size: area average downwards, Lanczos upwards.

    Where the shape differs, the picture fills the new one and is cropped about its centre, never
    stretched. Every plane is scaled to its own new size, so that subsampled chroma stays where
    it was.

    Args:
        frame: the picture.
        width: wanted, in pixels.
        height: wanted.
        pixel_aspect: shape of the frame's pixels over that of the wanted ones.
    """
    if (frame.width, frame.height) == (width, height) and pixel_aspect == 1:
        return frame
    frame = _cropped(frame, width / pixel_aspect, height)
    planes = tuple(
        _resized(plane, frame.format.plane_size(index, width, height), frame.format.peak)
        for index, plane in enumerate(frame.planes)
    )
    return replace(frame, planes=planes)


def _cropped(frame: Frame, width: Fraction, height: int) -> Frame:
    """Crop to the shape of width x height in the frame's own pixels, on the chroma grid."""
    across, down = (1 << step for step in frame.format.subsampling)
    keep_width = min(frame.width, round(frame.height * width / height / across) * across)
    keep_height = min(frame.height, round(frame.width * height / width / down) * down)
    left = (frame.width - keep_width) // 2 // across * across
    top = (frame.height - keep_height) // 2 // down * down
    planes = []
    for index, plane in enumerate(frame.planes):
        x, y = frame.format.plane_size(index, left, top)
        w, h = frame.format.plane_size(index, keep_width, keep_height)
        planes.append(plane[y : y + h, x : x + w])
    return replace(frame, planes=tuple(planes))


def _resized(plane: Plane, size: tuple[int, int], peak: float) -> Plane:
    smaller = size[0] * size[1] < plane.size
    method = cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4
    work = plane.astype("float32") if plane.dtype.itemsize == 2 else plane
    scaled = cv2.resize(work, size, interpolation=method)
    if plane.dtype.kind == "u" and work is not plane:
        scaled = scaled.round().clip(0, peak)
    return scaled.astype(plane.dtype)
