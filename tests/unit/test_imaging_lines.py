"""Tangents run along a picture's lines, and integrals smooth along them and not across."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.lines import Streamlines
from afterframe.imaging.tensor import enlarged, structure_tensor, tangents

Single = NDArray[np.float32]


def rings(height: int = 160, width: int = 200, period: float = 12) -> Single:
    """Concentric rings about the middle."""
    return np.asarray(0.5 + 0.5 * np.sin(radii(height, width) * 2 * np.pi / period), np.float32)


def radii(height: int, width: int) -> Single:
    x, y = from_middle(height, width)
    return np.hypot(x, y)


def from_middle(height: int, width: int) -> tuple[Single, Single]:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return x - (width - 1) / 2, y - (height - 1) / 2


def circle_tangents(height: int, width: int, step: int) -> Single:
    """The tangents of circles about the middle, on the grid of a field."""
    x, y = (part[step // 2 :: step, step // 2 :: step] for part in from_middle(height, width))
    along = np.dstack((-y, x)) / np.maximum(np.hypot(x, y), 1)[..., None]
    return np.where(along[..., :1] < 0, -along, along).astype(np.float32)


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_the_tangents_of_rings_go_round_them(step: int, kind: Any) -> None:
    picture = rings()
    picture = picture if kind is np.float32 else (picture * 255).astype(np.uint8)
    along, anisotropy = tangents(structure_tensor(picture, 4.0, step))
    assert along.shape == (160 // step, 200 // step, 2)
    np.testing.assert_allclose(np.hypot(*np.moveaxis(along, 2, 0)), 1, atol=1e-5)
    true = circle_tangents(160, 200, step)
    ringed = slice(20 // step, 60 // step)
    agreement = np.abs((along * true).sum(axis=2))[ringed, ringed]
    assert agreement.min() > 0.97
    assert anisotropy[ringed, ringed].mean() > 0.8
    assert (along[..., 0] >= 0).all()


def test_a_colour_edge_of_equal_luma_is_an_edge_too() -> None:
    picture = np.zeros((40, 60, 3), np.float32)
    picture[:, :30], picture[:, 30:] = (0.5, 0.2, 0.3), (0.5, 0.3, 0.2)
    along, anisotropy = tangents(structure_tensor(picture, 2.0))
    assert abs(along[20, 30, 1]) > 0.99
    assert anisotropy[20, 30] > 0.9


def test_places_without_lines_take_the_direction_of_those_around() -> None:
    picture = np.tile(np.sin(np.arange(200) / 3), (160, 1)).astype(np.float32) * 0.5 + 0.5
    picture[:, 60:140] = 0.5
    along, _ = tangents(structure_tensor(picture, 3.0))
    assert np.abs(along[:, 65:135, 1]).min() > 0.99


@pytest.mark.parametrize("size", [(1, 1), (3, 16), (16, 16)])
def test_a_plain_or_tiny_picture_has_unit_tangents(size: tuple[int, int]) -> None:
    along, anisotropy = tangents(structure_tensor(np.full(size, 0.3, np.float32), 3.0))
    np.testing.assert_allclose(np.hypot(*np.moveaxis(along, 2, 0)), 1, atol=1e-5)
    assert (anisotropy < 1e-3).all()


def test_an_enlarged_tensor_stands_on_the_picture_s_pixels() -> None:
    picture = rings(61, 97)
    large = enlarged(structure_tensor(picture, 4.0, 2), 2, (97, 61))
    fine = structure_tensor(picture, 4.0, 1)
    assert large.shape == fine.shape
    along, true = tangents(large)[0], tangents(fine)[0]
    assert np.median(np.abs((along * true).sum(axis=2))) > 0.99


@pytest.mark.parametrize("length", [3.0, 6.0, 8.0, 13.0, 30.0])
def test_the_kernel_along_a_straight_line_is_a_triangle_of_the_asked_length(length: float) -> None:
    along = np.zeros((41, 161, 2), np.float32)
    along[..., 0] = 1
    picture = np.zeros((41, 161), np.float32)
    picture[:, 80] = 1
    kernel = Streamlines(along, 1, (161, 41), 30.0).integral(picture, length)[20]
    assert kernel.sum() == pytest.approx(1, abs=1e-4)
    deviation = np.sqrt((kernel * (np.arange(161) - 80.0) ** 2).sum())
    assert deviation == pytest.approx(length / np.sqrt(6), rel=0.06, abs=0.1)


@pytest.mark.parametrize("step", [1, 2, 4])
def test_rings_survive_what_washes_away_the_noise_on_them(step: int) -> None:
    height, width = 160, 200
    noise = np.random.default_rng(0).normal(0, 0.3, (height, width)).astype(np.float32)
    picture = rings(height, width, 14)
    lines = Streamlines(circle_tangents(height, width, step), step, (width, height), 24.0)
    ringed = (radii(height, width) > 20) & (radii(height, width) < 70)
    smoothed_noise = lines.integral(noise, 24.0)[ringed].std() / noise[ringed].std()
    rings_left = lines.integral(picture, 24.0)[ringed].std() / picture[ringed].std()
    assert smoothed_noise < 0.35
    assert rings_left > 0.85


def test_what_is_beside_a_change_of_sense_is_smoothed_like_everything_else() -> None:
    """Vertical lines of which every other one is said to run the other way.

    Between them a mean of forth and back would lead half as far.
    """
    noise = np.random.default_rng(0).random((160, 240)).astype(np.float32)
    left = []
    for senses in (1, -1):
        along = np.zeros((40, 60, 2), np.float32)
        along[..., 1] = np.where(np.arange(60) % 2, 1, senses)
        smooth = Streamlines(along, 4, (240, 160), 16.0).integral(noise, 16.0)
        left.append(smooth[40:-40, 40:-40])
    np.testing.assert_allclose(*left, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_an_integral_keeps_type_and_shape_and_leaves_a_plain_picture_alone(
    dtype: Any, channels: tuple[int, ...]
) -> None:
    picture = np.full((61, 97, *channels), 77, dtype)
    along = circle_tangents(64, 100, 4)[:16, :25]
    out = Streamlines(along, 4, (97, 61), 20.0).integral(picture, 20.0)
    assert out.dtype == picture.dtype
    np.testing.assert_array_equal(out, picture)


@pytest.mark.parametrize("step", [1, 2, 6, 10])
def test_what_is_worked_on_strip_by_strip_is_what_is_worked_on_at_once(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(1).random((230, 160)).astype(np.float32)
    along = circle_tangents(230 + step, 160 + step, step)[: -(-230 // step), : -(-160 // step)]
    lines = Streamlines(along, step, (160, 230), 16.0)
    by_strips = lines.integral(noise, 16.0)
    monkeypatch.setattr("afterframe.imaging.lines.STRIP", 1000)
    np.testing.assert_array_equal(by_strips, lines.integral(noise, 16.0))


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (37, 2), (16, 16)])
def test_the_smallest_pictures_have_lines_too(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).random((*size, 3)).astype(np.float32)
    for step in (1, 8):
        along, _ = tangents(structure_tensor(picture, 8.0, step))
        made = Streamlines(along, step, size[::-1], 30.0).integral(picture, 30.0)
        assert made.shape == picture.shape
        assert picture.min() - 1e-5 < made.min() <= made.max() < picture.max() + 1e-5


def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 160, 3), dtype=np.uint8)
    lines = Streamlines(circle_tangents(200, 160, 2), 2, (160, 200), 20.0)
    before = cv2.getNumThreads()
    try:
        made = []
        for threads in (1, 3):
            cv2.setNumThreads(threads)
            made.append(lines.integral(noise, 20.0))
    finally:
        cv2.setNumThreads(before)
    np.testing.assert_array_equal(*made)
