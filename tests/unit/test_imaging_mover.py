"""A mover moves planes as the warp does, and mixes moved pictures by their shares."""

from __future__ import annotations

import numpy as np
import pytest

from afterframe.imaging.mover import Layer, mover_for
from afterframe.imaging.warp import CoarseMap, node_places, warp_planes
from afterframe.media.frame import ColourTags, Frame, PixelFormat

YUV420 = PixelFormat("yuv", 8, subsampling=(1, 1))
YUV10 = PixelFormat("yuv", 10, subsampling=(1, 0), alpha=True)
HALF = PixelFormat("rgb", 16, floating=True)
WIDTH, HEIGHT, STEP = 66, 50, 4
GRID = (13, 17)


def picture(pixels: PixelFormat, seed: int = 0) -> Frame:
    random = np.random.default_rng(seed)
    planes = []
    for index in range(pixels.planes):
        width, height = pixels.plane_size(index, WIDTH, HEIGHT)
        values = random.random((height, width)) * min(pixels.peak, 1000)
        planes.append(values.astype(pixels.dtype))
    return Frame(tuple(planes), pixels, ColourTags())


def shifted(x: float, y: float) -> CoarseMap:
    nodes = node_places(WIDTH, HEIGHT, STEP) + np.array((x, y), np.float32)
    return CoarseMap(nodes, STEP, WIDTH, HEIGHT)


@pytest.mark.parametrize("pixels", [YUV420, YUV10, HALF])
def test_moving_is_warping_and_no_move_changes_no_bit(pixels: PixelFormat) -> None:
    frame = picture(pixels)
    mover = mover_for([frame])
    for plane, same in zip(mover.moved(shifted(0, 0)), frame.planes, strict=True):
        np.testing.assert_array_equal(plane, same)
    where = shifted(2.3, -1.6)
    expected = warp_planes(frame.planes, where, pixels.subsampling, peak=pixels.peak)
    for plane, wanted in zip(mover.moved(where), expected, strict=True):
        np.testing.assert_array_equal(plane, wanted)


@pytest.mark.parametrize("pixels", [YUV420, YUV10, HALF])
def test_a_mix_is_each_picture_by_its_share(pixels: PixelFormat) -> None:
    first, second = picture(pixels, 1), picture(pixels, 2)
    share = np.zeros(GRID, np.float32)
    share[:, 9:] = 1
    layers = [Layer(shifted(0, 0), 1 - share, 0), Layer(shifted(0, 0), share, 1)]
    mover = mover_for([first, second])
    for mix, a, b in zip(mover.mixed(layers), first.planes, second.planes, strict=True):
        quarter = mix.shape[1] // 4
        np.testing.assert_array_equal(mix[:, :quarter], a[:, :quarter])
        np.testing.assert_array_equal(mix[:, -quarter:], b[:, -quarter:])
        assert mix.dtype == a.dtype
    even = mover.mixed([Layer(shifted(0, 0), 0.5, 0), Layer(shifted(0, 0), 0.5, 1)])
    wanted = (first.planes[0].astype(np.float64) + second.planes[0]) / 2
    np.testing.assert_allclose(even[0], wanted, atol=0.51)
