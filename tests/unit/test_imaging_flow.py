"""Flow is measured, halved in time and applied in the right direction."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced, flow_at, flow_both_ways, lengths, reduced
from afterframe.imaging.guided import guided_filter


def texture(height: int, width: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(3).standard_normal((height, width)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.clip(128 + 50 * soft / soft.std(), 0, 255).astype(np.uint8)


def test_a_shift_is_measured_both_ways() -> None:
    wide = texture(160, 240)
    first, second = wide[:, 6:206].copy(), wide[:, :200].copy()
    forward, backward = flow_both_ways(first, second)
    np.testing.assert_allclose(np.median(forward, axis=(0, 1)), (6, 0), atol=0.1)
    np.testing.assert_allclose(np.median(backward, axis=(0, 1)), (-6, 0), atol=0.1)


def test_a_tiny_picture_has_a_flow_too() -> None:
    forward, backward = flow_both_ways(texture(9, 7), texture(9, 7))
    assert forward.shape == backward.shape == (9, 7, 2)


def test_pictures_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="one size"):
        flow_both_ways(texture(40, 40), texture(40, 41))


def test_inversion_finds_the_matter_that_is_here_at_that_time() -> None:
    """Under a zoom about the middle, V(x) = F(x - t V) has the closed form F(x) / (1 + t k)."""
    y, x = np.mgrid[-50:51, -80:81].astype(np.float32)
    flow = 0.1 * np.dstack((x, y))
    for time in (0.25, 0.5, 1.0):
        expected = flow / (1 + 0.1 * time)
        np.testing.assert_allclose(
            flow_at(flow, time)[10:-10, 10:-10], expected[10:-10, 10:-10], atol=0.02
        )
    np.testing.assert_array_equal(flow_at(flow, 0.0), flow)


def test_displacement_takes_from_where_it_points() -> None:
    ramp = np.tile(np.arange(40, dtype=np.float32), (30, 1))
    flow = np.full((30, 40, 2), (2.5, 0.0), np.float32)
    np.testing.assert_allclose(displaced(ramp, flow)[:, :37], ramp[:, :37] + 2.5)


def test_lengths_do_not_depend_on_where_a_flow_lies_in_memory() -> None:
    rng = np.random.default_rng(5)
    flow = rng.standard_normal((37, 53, 2)).astype(np.float32)
    whole = lengths(flow)
    for column in range(1, 18):  # other offsets, other tails of the vector loop
        np.testing.assert_array_equal(lengths(flow[:, column:]), whole[:, column:])
    for row in range(1, 6):
        np.testing.assert_array_equal(lengths(flow[row:]), whole[row:])
    np.testing.assert_allclose(whole, np.hypot(flow[..., 0], flow[..., 1]), rtol=1e-6)


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("shape", [(64, 96), (61, 97)])
def test_reducing_keeps_sample_places_on_one_grid(step: int, shape: tuple[int, int]) -> None:
    ramp = np.tile(np.arange(shape[1], dtype=np.uint8), (shape[0], 1))
    small = reduced(ramp, step)
    assert small.shape == (-(-shape[0] // step), -(-shape[1] // step))
    columns = np.arange(shape[1] // step)
    places = (columns + 0.5) * step - 0.5
    np.testing.assert_allclose(small[0, : len(columns)], places, atol=0.51)


def test_the_guided_filter_smooths_but_keeps_the_guides_edge() -> None:
    noise = np.random.default_rng(0)
    guide = np.zeros((60, 80), np.float32)
    guide[:, 40:] = 1
    noisy = guide + noise.normal(0, 0.2, guide.shape).astype(np.float32)
    out = guided_filter(guide, noisy, 6, 1e-3)
    assert np.abs(out - guide).max() < 0.12
    assert out[:, 39].mean() < 0.1
    assert out[:, 40].mean() > 0.9
