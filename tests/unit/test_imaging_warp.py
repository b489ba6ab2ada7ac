"""Planes move as one, in their own encoding, and the identity changes no bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.warp import (
    CoarseMap,
    Siting,
    node_places,
    plane_map,
    plane_values,
    warp_plane,
    warp_planes,
)

SUBSAMPLINGS = [(0, 0), (1, 0), (1, 1), (2, 0)]
SIZES = [(64, 48), (101, 77), (853, 479)]


def identity(width: int, height: int, step: int) -> CoarseMap:
    return CoarseMap(node_places(width, height, step), step, width, height)


def picture(shape: tuple[int, int], dtype: Any, peak: float) -> NDArray[Any]:
    noise = np.random.default_rng(sum(shape)).random(shape)
    return (noise * peak).astype(dtype)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1, 2, 4, 8])
@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("siting", ["left", "centre", "top_left"])
def test_the_identity_map_is_exact_for_every_plane_size(
    size: tuple[int, int], step: int, subsampling: tuple[int, int], siting: Siting
) -> None:
    found = plane_map(identity(*size, step), subsampling, siting)
    width, height = -(-size[0] >> subsampling[0]), -(-size[1] >> subsampling[1])
    assert found.shape == (height, width, 2)
    rows, columns = np.mgrid[:height, :width]
    np.testing.assert_allclose(found[..., 0], columns, atol=2e-3)
    np.testing.assert_allclose(found[..., 1], rows, atol=2e-3)


@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
@pytest.mark.parametrize(
    ("dtype", "peak"),
    [(np.uint8, 255), (np.uint16, 1023), (np.uint16, 65535), (np.float16, 4), (np.float32, 50)],
)
@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
def test_the_identity_changes_no_bit(
    interpolation: Any, dtype: Any, peak: float, subsampling: tuple[int, int]
) -> None:
    width, height = 101, 77
    chroma = (-(-height >> subsampling[1]), -(-width >> subsampling[0]))
    shapes = [(height, width), chroma, chroma, (height, width)]
    planes = [picture(shape, dtype, peak) for shape in shapes]
    moved = warp_planes(
        planes, identity(width, height, 4), subsampling, interpolation=interpolation, peak=peak
    )
    for before, after in zip(planes, moved, strict=True):
        assert after.dtype == before.dtype
        np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("siting", ["left", "centre"])
def test_luma_and_chroma_land_at_the_same_place(step: int, siting: Siting) -> None:
    """A ramp, sampled for luma and for chroma, stays one ramp under a zoom of two."""
    width, height = 128, 96
    places = node_places(width, height, step)
    zoomed = CoarseMap((places - (40, 30)) * 0.5 + (40, 30), step, width, height)
    first = (0.0 if siting == "left" else 0.5, 0.5)
    luma_x, _luma_y = np.meshgrid(np.arange(width), np.arange(height))
    chroma_x, chroma_y = np.meshgrid(
        np.arange(width // 2) * 2 + first[0], np.arange(height // 2) * 2 + first[1]
    )
    planes = [np.float32(luma_x), np.float32(chroma_x), np.float32(chroma_y)]
    moved = warp_planes(planes, zoomed, (1, 1), interpolation="linear", siting=siting)
    inner = np.s_[4:-4, 4:-4]
    np.testing.assert_allclose(moved[0][inner], ((luma_x - 40) * 0.5 + 40)[inner], atol=0.04)
    np.testing.assert_allclose(moved[1][inner], ((chroma_x - 40) * 0.5 + 40)[inner], atol=0.07)
    np.testing.assert_allclose(moved[2][inner], ((chroma_y - 30) * 0.5 + 30)[inner], atol=0.07)


def test_the_cubic_kernel_does_not_leave_the_range_of_ten_bits() -> None:
    step_edge = np.where(np.arange(64) < 32, 0, 1023).astype(np.uint16) * np.ones(
        (32, 1), np.uint16
    )
    moved = warp_plane(step_edge, shifted(step_edge, 0.4), "cubic", peak=1023)
    assert moved.max() == 1023
    assert warp_plane(step_edge, shifted(step_edge, 0.4), "cubic").max() > 1023


def test_a_highlight_in_scene_linear_light_gets_no_dark_ring() -> None:
    light = np.full((32, 64), 0.1, np.float16)
    light[14:18, 30:34] = 500.0
    moved = warp_plane(light, shifted(light, 0.4), "cubic")
    assert moved.min() == np.float16(0.1)
    assert moved.max() <= 500


def test_infinite_and_undefined_samples_do_not_spread() -> None:
    light = np.full((32, 64), 0.5, np.float32)
    light[8, 8], light[20, 40] = np.inf, np.nan
    moved = warp_plane(light, shifted(light, 0.4), "cubic")
    assert np.isfinite(moved).all()
    assert (moved == 0.5).mean() > 0.97


def test_alpha_moves_with_luma() -> None:
    ramp = np.tile(np.arange(64, dtype=np.uint8), (48, 1))
    half = ramp[:24, :32]
    three_to_the_right = CoarseMap(node_places(64, 48, 2) + np.float32((3, 0)), 2, 64, 48)
    moved = warp_planes([ramp, half, half, ramp], three_to_the_right, (1, 1))
    np.testing.assert_array_equal(moved[0], moved[3])
    np.testing.assert_array_equal(moved[0][:, :60], ramp[:, 3:63])


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("subsampling", SUBSAMPLINGS)
@pytest.mark.parametrize("siting", ["left", "centre"])
def test_values_of_a_coarse_grid_stand_where_the_planes_samples_do(
    step: int, subsampling: tuple[int, int], siting: Siting
) -> None:
    """The pixel's own place, known on the coarse grid, is each sample's own place again."""
    size = (101, 77)
    pixels = node_places(*size, step)[4:-4, 4:-4]
    found = plane_values(pixels, step, size, subsampling, siting)
    where = plane_map(identity(*size, step), subsampling, siting)
    scale = [1 << log2 for log2 in subsampling]
    first = [(side - 1) / 2 for side in scale]
    if siting == "left":
        first[0] = 0
    inner = np.s_[4:-4, 4:-4]
    np.testing.assert_allclose(found[inner], (where * scale + first)[inner], atol=5e-3)


def shifted(plane: NDArray[Any], pixels: float) -> NDArray[np.float32]:
    height, width = plane.shape
    return plane_map(identity(width, height, 4)) + np.float32(pixels)
