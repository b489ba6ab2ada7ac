"""What torch computes on a device is what OpenCV computes on the CPU, within stated tolerances."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced, flow_at, reduced
from afterframe.imaging.guided import guided_filter
from afterframe.imaging.lines import Streamlines
from afterframe.imaging.lut import build_table, look_up
from afterframe.imaging.tensor import enlarged, structure_tensor, tangents
from tests.twins.here import down, twin, up

pytestmark = pytest.mark.torch

Single = NDArray[np.float32]

SIZES = [(96, 160), (61, 97), (5, 7)]


def noise(*shape: int, seed: int = 0) -> Single:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


def soft(height: int, width: int, seed: int = 0) -> Single:
    """A picture as pictures are: structure at several sizes, in [0, 1]."""
    total = np.zeros((height, width, 3), np.float32)
    for sigma in (1.0, 3.0, 9.0):
        layer = cv2.GaussianBlur(noise(height, width, 3, seed=seed + int(sigma)), (0, 0), sigma)
        total += (layer - layer.mean()) / (layer.std() + 1e-6)
    return np.clip(0.5 + 0.12 * total, 0, 1).astype(np.float32)


def wandering(height: int, width: int, far: float) -> Single:
    """Places near those of a grid, some beyond its edges."""
    grid = np.dstack(np.meshgrid(np.arange(width), np.arange(height)))
    return (grid + far * (noise(height, width, 2, seed=7) - 0.5)).astype(np.float32)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("how", "flag"),
    [("nearest", cv2.INTER_NEAREST), ("linear", cv2.INTER_LINEAR), ("cubic", cv2.INTER_CUBIC)],
)
@pytest.mark.parametrize("channels", [(), (3,)])
def test_remap_of_white_noise_is_that_of_opencv(
    size: tuple[int, int], how: str, flag: int, channels: tuple[int, ...]
) -> None:
    picture, where = noise(*size, *channels), wandering(*size, 9.0)
    expected = cv2.remap(picture, where, None, flag, borderMode=cv2.BORDER_REPLICATE)
    found = down(twin("sampling").remap(up(picture), up(where), how))
    np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.parametrize("how", ["nearest", "linear", "cubic"])
def test_the_identity_changes_no_bit(how: str) -> None:
    picture, where = noise(61, 97), wandering(61, 97, 0.0)
    np.testing.assert_array_equal(
        down(twin("sampling").remap(up(picture), up(where), how)), picture
    )


@pytest.mark.parametrize("time", [0.0, 0.3, 1.0])
def test_inversion_by_fixed_point(time: float) -> None:
    """OpenCV rounds places in pictures of two channels to 1/32; the twin does not."""
    flow = 60 * (cv2.GaussianBlur(noise(61, 97, 2), (0, 0), 6) - 0.5).astype(np.float32)
    found = down(twin("flow").flow_at(up(flow), time))
    np.testing.assert_allclose(found, flow_at(flow, time), atol=0.02)


def test_displacement() -> None:
    picture, way = soft(61, 97), 8 * (soft(61, 97, 3)[..., :2] - 0.5)
    found = down(twin("sampling").displaced(up(picture), up(way)))
    np.testing.assert_allclose(found, displaced(picture, way), atol=2e-5)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1, 2, 4])
def test_reduction(size: tuple[int, int], step: int) -> None:
    picture = noise(*size, 3)
    found = down(twin("sampling").reduced(up(picture), step))
    np.testing.assert_allclose(found, reduced(picture, step), atol=1e-6)


@pytest.mark.parametrize("size", [(96, 160), (61, 97)])
@pytest.mark.parametrize("radius", [1, 8])
def test_the_guided_filter(size: tuple[int, int], radius: int) -> None:
    guide, picture = soft(*size)[..., 0], soft(*size, 5)[..., 1]
    found = down(twin("guided").guided_filter(up(guide), up(picture), radius, 1e-3))
    np.testing.assert_allclose(found, guided_filter(guide, picture, radius, 1e-3), atol=1e-4)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1, 2])
def test_the_structure_tensor_and_its_tangents(size: tuple[int, int], step: int) -> None:
    picture = soft(*size)
    expected = structure_tensor(picture, 4.0, step)
    found = twin("tensor").structure_tensor(up(picture), 4.0, step)
    np.testing.assert_allclose(down(found), expected, atol=1e-3 * expected.max())
    along, anisotropy = (down(each) for each in twin("tensor").tangents(found))
    wanted, plainly = tangents(expected)
    np.testing.assert_allclose(anisotropy, plainly, atol=0.01)
    agreement = np.abs((along * wanted).sum(axis=2))
    assert agreement[plainly > 0.1].min(initial=1) > 0.999
    height, width = size
    np.testing.assert_allclose(
        down(twin("tensor").enlarged(found, step, (width, height))),
        enlarged(expected, step, (width, height)),
        atol=1e-3 * expected.max(),
    )


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("length", [3.0, 20.0])
def test_line_integrals(step: int, length: float) -> None:
    """Where a line's end falls between two pixels one may take the one and the other the other."""
    picture = soft(61, 97)
    along, _ = tangents(structure_tensor(picture, 6.0, step))
    expected = Streamlines(along, step, (97, 61), 20.0).integral(picture, length)
    lines = twin("lines").Streamlines(up(along), step, (97, 61), 20.0)
    difference = np.abs(down(lines.integral(up(picture), length)) - expected)
    assert np.mean(difference) < 0.5 / 255
    assert np.quantile(difference, 0.99) < 3 / 255


@pytest.mark.parametrize("nodes", [2, 17, 33])
def test_colour_tables(nodes: int) -> None:
    table = build_table(lambda rgb: 1 - rgb[:, ::-1] ** 2, nodes)
    picture = 1.4 * noise(61, 97, 3) - 0.2
    found = down(twin("lut").look_up(up(table), up(picture)))
    np.testing.assert_allclose(found, look_up(table, picture), atol=5e-5)
