"""The painted clip of the demo."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from afterframe.sample import frames

SIZE = (320, 180)


@pytest.fixture(scope="module")
def clip() -> list[np.ndarray]:
    return list(frames(*SIZE, 12, Fraction(24)))


def test_gives_as_many_frames_of_the_size_asked_for(clip: list[np.ndarray]) -> None:
    assert [(frame.shape, frame.dtype) for frame in clip] == [((180, 320, 3), np.uint8)] * 12


def test_is_the_same_picture_every_time(clip: list[np.ndarray]) -> None:
    again = next(frames(*SIZE, 1, Fraction(24)))
    assert np.array_equal(again, clip[0])


def test_moves_by_the_second_and_not_by_the_frame(clip: list[np.ndarray]) -> None:
    slow = list(frames(*SIZE, 2, Fraction(4)))
    without_grain = np.abs(slow[1].astype(int) - clip[6].astype(int))
    assert np.median(without_grain) <= 2
    still = np.abs(clip[0].astype(int) - clip[1].astype(int)).mean()
    moved = np.abs(clip[0].astype(int) - clip[11].astype(int)).mean()
    assert moved > 1.5 * still


def test_has_a_bright_sky_over_a_dark_shore_and_both_ends_of_the_range(
    clip: list[np.ndarray],
) -> None:
    grey = clip[0].mean(axis=2)
    assert grey[: 180 // 2].mean() > 90
    assert grey[-6:].mean() < 60
    assert grey.min() < 12
    assert grey.max() > 250


@pytest.mark.parametrize("size", [(64, 36), (640, 480), (480, 854)])
def test_fits_other_sizes(size: tuple[int, int]) -> None:
    frame = next(frames(*size, 1, Fraction(24)))
    assert frame.shape == (size[1], size[0], 3)
    assert frame.std() > 30
