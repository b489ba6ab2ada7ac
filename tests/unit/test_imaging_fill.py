"""Holes are filled smoothly from what is around them."""

from __future__ import annotations

import numpy as np
import pytest

from afterframe.imaging.fill import filled


def test_what_is_known_stays_to_the_bit() -> None:
    random = np.random.default_rng(0)
    picture = random.random((37, 53, 3), dtype=np.float32)
    known = (random.random((37, 53)) > 0.3).astype(np.float32)
    made = filled(picture, known)
    np.testing.assert_array_equal(made[known == 1], picture[known == 1])


@pytest.mark.parametrize("side", [3, 20, 60])
def test_a_hole_in_a_plain_picture_vanishes_whatever_stands_in_it(side: int) -> None:
    picture = np.full((90, 100), 0.25, np.float32)
    known = np.ones((90, 100), np.float32)
    hole = np.s_[10 : 10 + side, 20 : 20 + side]
    picture[hole], known[hole] = np.nan, 0
    np.testing.assert_allclose(filled(picture, known), 0.25, atol=1e-5)


def test_between_a_dark_and_a_light_side_a_hole_goes_from_one_to_the_other() -> None:
    picture = np.zeros((64, 96), np.float32)
    picture[:, 64:] = 1
    known = np.ones((64, 96), np.float32)
    known[:, 32:64] = 0
    across = filled(picture, known)[32, 32:64]
    assert across[0] < 0.2
    assert across[-1] > 0.8
    assert (np.diff(across) > -0.02).all()
    assert np.diff(across).max() < 0.2


def test_a_single_known_pixel_fills_everything_and_none_gives_nothing() -> None:
    picture = np.full((21, 34, 2), 0.6, np.float32)
    known = np.zeros((21, 34), np.float32)
    np.testing.assert_array_equal(filled(picture, known), 0)
    known[3, 30] = 1
    np.testing.assert_allclose(filled(picture, known), 0.6, atol=1e-4)


def test_a_half_known_place_is_half_its_own() -> None:
    picture = np.zeros((32, 32), np.float32)
    picture[16, 16], known = 1, np.ones((32, 32), np.float32)
    known[16, 16] = 0.5
    assert filled(picture, known)[16, 16] == pytest.approx(0.5, abs=0.15)
