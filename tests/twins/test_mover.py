"""The mover on a device gives the planes that the one on the CPU gives, to a step of 8 bits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from afterframe.imaging.mover import Layer, Mover, mover_for
from afterframe.imaging.warp import CoarseMap, node_places
from afterframe.media.frame import ColourTags, Frame, PixelFormat, Plane
from tests.twins.here import twin

pytestmark = pytest.mark.torch

FORMATS = {
    "8-bit 4:2:0": PixelFormat("yuv", 8, subsampling=(1, 1)),
    "10-bit 4:2:2 with alpha": PixelFormat("yuv", 10, subsampling=(1, 0), alpha=True),
    "16-bit RGB": PixelFormat("rgb", 16),
    "half RGB": PixelFormat("rgb", 16, floating=True),
    "float grey": PixelFormat("grey", 32, floating=True),
}
WIDTH, HEIGHT = 97, 61


def picture(pixels: PixelFormat, seed: int = 0) -> Frame:
    random = np.random.default_rng(seed)
    planes = []
    for index in range(pixels.planes):
        width, height = pixels.plane_size(index, WIDTH, HEIGHT)
        soft = cv2.GaussianBlur(random.random((height, width)), (0, 0), 1.5) * 3 - 1
        scaled = soft.clip(0, 1) * (1.5 if pixels.floating else pixels.peak)
        planes.append(scaled.astype(pixels.dtype))
    return Frame(tuple(planes), pixels, ColourTags())


def turned(step: int, degrees: float, shift: float) -> CoarseMap:
    nodes = node_places(WIDTH, HEIGHT, step)
    turn = cv2.getRotationMatrix2D((40, 30), degrees, 0.9)
    turn[:, 2] += shift
    return CoarseMap(cv2.transform(nodes, turn).astype(np.float32), step, WIDTH, HEIGHT)


def assert_alike(
    found: tuple[Plane, ...], expected: tuple[Plane, ...], pixels: PixelFormat
) -> None:
    step = 1.5 / 255 * (1.5 if pixels.floating else pixels.peak)
    assert len(found) == len(expected)
    for made, wanted in zip(found, expected, strict=True):
        assert made.dtype == wanted.dtype
        difference = np.abs(made.astype(np.float64) - wanted.astype(np.float64))
        assert difference.max() <= step
        assert difference.mean() <= step / 8


def device_mover(*pictures: Frame) -> Mover:
    made: Mover = twin("mover").DeviceMover(pictures, "cpu")
    return made


@pytest.mark.parametrize("pixels", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
@pytest.mark.parametrize("step", [2, 4])
def test_planes_are_moved_alike(pixels: PixelFormat, interpolation: str, step: int) -> None:
    frame, where = picture(pixels), turned(step, 11.0, 1.7)
    expected = mover_for([frame]).moved(where, interpolation=interpolation)
    found = device_mover(frame).moved(where, interpolation=interpolation)
    assert_alike(found, expected, pixels)


@pytest.mark.parametrize("pixels", FORMATS.values(), ids=FORMATS)
def test_no_move_changes_no_bit(pixels: PixelFormat) -> None:
    frame = picture(pixels)
    where = CoarseMap(node_places(WIDTH, HEIGHT, 4), 4, WIDTH, HEIGHT)
    for made, same in zip(device_mover(frame).moved(where), frame.planes, strict=True):
        np.testing.assert_array_equal(made, same)


@pytest.mark.parametrize("pixels", FORMATS.values(), ids=FORMATS)
def test_pictures_are_mixed_alike(pixels: PixelFormat) -> None:
    first, second = picture(pixels, 1), picture(pixels, 2)
    share = np.random.default_rng(3).random((-(-HEIGHT // 4), -(-WIDTH // 4)), np.float32)
    layers = [Layer(turned(4, 5, 1), share, 0), Layer(turned(4, -7, 0), 1 - share, 1)]
    expected = mover_for([first, second]).mixed(layers)
    found = device_mover(first, second).mixed(layers)
    assert_alike(found, expected, pixels)


def test_samples_that_are_no_number_spoil_only_themselves() -> None:
    frame = picture(FORMATS["half RGB"])
    frame.planes[0][30, 40] = np.nan
    frame.planes[1][30, 40] = np.inf
    where = turned(4, 3, 0.4)
    expected = mover_for([frame]).moved(where)
    found = device_mover(frame).moved(where)
    assert np.isfinite(found[0]).all()
    np.testing.assert_allclose(
        found[0].astype(np.float32), expected[0].astype(np.float32), atol=0.02
    )
