"""What the overlay makes tile by tile is what its formula says, in every encoding."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.overlay import BLOCK, Over, overlay_for
from afterframe.imaging.warp import (
    MARGIN,
    CoarseMap,
    node_places,
    node_values,
    plane_map,
    siting_of,
    warp_planes,
)
from afterframe.media.frame import ColourTags, Frame, PixelFormat, Plane

Single = NDArray[np.float32]

FORMATS = {
    "8-bit 4:2:0": PixelFormat("yuv", 8, subsampling=(1, 1)),
    "10-bit 4:2:2 with alpha": PixelFormat("yuv", 10, subsampling=(1, 0), alpha=True),
    "16-bit RGB": PixelFormat("rgb", 16),
    "half RGB": PixelFormat("rgb", 16, floating=True),
}
WIDTH, HEIGHT, STEP = 330, 210, 2


def picture(pixels: PixelFormat, seed: int) -> Frame:
    random = np.random.default_rng(seed)
    planes = []
    for index in range(pixels.planes):
        width, height = pixels.plane_size(index, WIDTH, HEIGHT)
        soft = cv2.GaussianBlur(random.random((height, width)), (0, 0), 2) * 4 - 1.5
        planes.append(
            (soft.clip(0, 1) * (1 if pixels.floating else pixels.peak)).astype(pixels.dtype)
        )
    return Frame(tuple(planes), pixels, ColourTags())


def shifted(x: float, y: float) -> CoarseMap:
    nodes = node_places(WIDTH, HEIGHT, STEP) + np.array((x, y), np.float32)
    return CoarseMap(nodes, STEP, WIDTH, HEIGHT)


def matte() -> NDArray[np.uint8]:
    made = np.zeros((HEIGHT, WIDTH), np.uint8)
    made[:90, : WIDTH - 60] = 255
    cv2.circle(made, (200, 120), 40, 255, -1)
    return np.asarray(cv2.GaussianBlur(made, (0, 0), 0.8), np.uint8)


def ramp(shape: tuple[int, ...]) -> Single:
    """Return 1 at the left, 0 at the right, and a part in between where it falls."""
    across = np.clip(2 - 3 * np.arange(shape[1]) / shape[1], 0, 1).astype(np.float32)
    return np.broadcast_to(across, shape[:2]).copy()


def formula(
    pixels: PixelFormat,
    pictures: tuple[Frame, Frame],
    maps: tuple[CoarseMap, list[Over]],
    opacity: Single,
    light: Single,
) -> list[NDArray[np.float64]]:
    under, overs = maps
    siting = siting_of(pixels, ColourTags())

    def samples(frame: Frame, where: CoarseMap) -> tuple[Plane, ...]:
        return warp_planes(frame.planes, where, pixels.subsampling, peak=pixels.peak, siting=siting)

    def full(values: Single, index: int) -> Single:
        subsampling = pixels.subsampling if index in (1, 2) else (0, 0)
        return node_values(values, STEP, (WIDTH, HEIGHT), subsampling, siting)

    seen = cv2.remap(
        matte(), plane_map(under), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ) / np.float32(255)
    lower = samples(pictures[0], under)
    upper = [samples(pictures[1], over.where) for over in overs]
    made = []
    for index, still in enumerate(lower):
        flowing = full(light[..., index], index).astype(np.float64)
        for over, planes in zip(overs, upper, strict=True):
            flowing += full(over.gain, index) * planes[index].astype(np.float64)
        size = (still.shape[1], still.shape[0])
        through = cv2.resize(seen, size, interpolation=cv2.INTER_AREA) * full(opacity, index)
        made.append(still + through * (flowing - still))
    return made


@pytest.mark.parametrize("name", FORMATS)
def test_tiles_together_are_the_formula(name: str) -> None:
    pixels = FORMATS[name]
    pictures = (picture(pixels, 1), picture(pixels, 2))
    under = shifted(0.4, -1.7)
    shape = under.nodes.shape[:2]
    gain = ramp(shape)
    overs = [Over(shifted(7.3, 1.2), gain), Over(shifted(-9.1, 0.5), 1 - gain)]
    opacity = np.ones(shape, np.float32)
    opacity[:, : shape[1] // 8] = 0.5
    top = 1.0 if pixels.floating else pixels.peak
    light = np.full((*shape, pixels.planes), 4 / 255 * top, np.float32) * ramp(shape)[::-1, :, None]
    made = overlay_for(*pictures, matte()).laid(under, overs, opacity, light)
    expected = formula(pixels, pictures, (under, overs), opacity, light)
    for plane, wanted, was in zip(made, expected, pictures[0].planes, strict=True):
        assert plane.dtype == was.dtype
        assert plane.max() <= pixels.peak
        difference = np.abs(plane - wanted.clip(0, pixels.peak))
        assert difference.max() <= 3.5 * top / 255
        assert difference.mean() <= 0.6 * top / 255


def test_where_the_matte_is_empty_nothing_is_changed() -> None:
    pixels = FORMATS["8-bit 4:2:0"]
    pictures = (picture(pixels, 1), picture(pixels, 2))
    still = shifted(0, 0)
    ones = np.ones(still.nodes.shape[:2], np.float32)
    none = np.zeros((*ones.shape, 3), np.float32)
    made = overlay_for(*pictures, matte()).laid(still, [Over(shifted(5, 0), ones)], ones, none)
    np.testing.assert_array_equal(made[0][170:], pictures[0].planes[0][170:])
    np.testing.assert_array_equal(made[1][85:], pictures[0].planes[1][85:])
    assert (made[0][:80, :200] != pictures[0].planes[0][:80, :200]).mean() > 0.5


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (17, 3), (STEP * BLOCK * 9 + 1, 35)])
def test_any_size_is_laid(size: tuple[int, int]) -> None:
    width, height = size
    plane = np.arange(width * height, dtype=np.uint8).reshape(height, width)
    frame = Frame((plane,), PixelFormat("grey", 8), ColourTags())
    still = CoarseMap(node_places(width, height, STEP), STEP, width, height)
    ones = np.ones(still.nodes.shape[:2], np.float32)
    assert min(ones.shape) > 2 * MARGIN
    covered = np.full((height, width), 255, np.uint8)
    over = Frame((255 - plane,), frame.format, frame.colour)
    light = np.zeros((*ones.shape, 1), np.float32)
    made = overlay_for(frame, over, covered).laid(still, [Over(still, ones)], ones, light)
    np.testing.assert_array_equal(made[0], over.planes[0])


def test_the_number_of_threads_changes_no_bit() -> None:
    pixels = FORMATS["8-bit 4:2:0"]
    pictures = (picture(pixels, 1), picture(pixels, 2))
    under = shifted(2, 1)
    gain = ramp(under.nodes.shape[:2])
    overs = [Over(shifted(3, 0), gain), Over(shifted(-3, 0), 1 - gain)]
    light = np.zeros((*gain.shape, 3), np.float32)
    one, more = (
        overlay_for(*pictures, matte(), threads=threads).laid(under, overs, gain, light)
        for threads in (1, 5)
    )
    for a, b in zip(one, more, strict=True):
        np.testing.assert_array_equal(a, b)
