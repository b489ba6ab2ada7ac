"""Colour tables do what they were built from; transport gives the colours of the references."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.colour import sampled, transfer_table, transported
from afterframe.imaging.lut import build_table, look_up

Single = NDArray[np.float32]


def cloud(seed: int, mean: tuple[float, ...], spread: float, count: int = 4000) -> Single:
    random = np.random.default_rng(seed)
    return np.clip(random.normal(mean, spread, (count, 3)), 0, 1).astype(np.float32)


def test_a_table_of_no_change_changes_nothing() -> None:
    picture = np.random.default_rng(0).random((70, 50, 3), dtype=np.float32)
    np.testing.assert_allclose(look_up(build_table(lambda rgb: rgb), picture), picture, atol=3e-5)


def test_between_nodes_a_table_is_linear_in_all_three_channels() -> None:
    matrix = np.array([[0.2, 0.5, 0.1], [0.7, 0.1, 0.1], [0.0, 0.3, 0.6]], np.float32)
    picture = np.random.default_rng(1).random((33, 65, 3), dtype=np.float32)
    made = look_up(build_table(lambda rgb: rgb @ matrix, 5), picture)
    np.testing.assert_allclose(made, picture @ matrix, atol=5e-5)


def test_values_outside_are_taken_for_the_nearest_inside() -> None:
    picture = np.array([[[-1.0, 0.5, 2.0]]], np.float32)
    made = look_up(build_table(lambda rgb: 1 - rgb), picture)
    np.testing.assert_allclose(made, [[[1.0, 0.5, 0.0]]], atol=1e-4)


def test_transport_gives_a_cloud_the_shape_of_the_reference() -> None:
    first, second = cloud(0, (0.3, 0.3, 0.3), 0.05), cloud(1, (0.7, 0.5, 0.2), 0.1)
    second[:, 1] = second[:, 0] * 0.5 + 0.1  # two channels that go together
    moved = transported(first, [second], [1.0])
    np.testing.assert_allclose(moved.mean(axis=0), second.mean(axis=0), atol=0.01)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(second.T), atol=0.001)


def test_of_several_references_each_counts_by_its_weight() -> None:
    first = cloud(0, (0.5, 0.5, 0.5), 0.05)
    red, blue = cloud(1, (0.8, 0.2, 0.2), 0.05), cloud(2, (0.2, 0.2, 0.8), 0.05)
    mixed = transported(first, [red, blue], [0.75, 0.25]).mean(axis=0)
    np.testing.assert_allclose(mixed, 0.75 * red.mean(axis=0) + 0.25 * blue.mean(axis=0), atol=0.02)


def test_a_transfer_table_brings_a_picture_to_the_reference_s_palette() -> None:
    picture = cloud(3, (0.4, 0.5, 0.6), 0.12).reshape(40, 100, 3)
    reference = cloud(4, (0.7, 0.5, 0.2), 0.06)
    made = look_up(transfer_table(sampled(picture), [reference]), picture).reshape(-1, 3)
    np.testing.assert_allclose(made.mean(axis=0), reference.mean(axis=0), atol=0.03)
    assert (made.std(axis=0) < 0.11).all()


def test_a_transfer_of_no_strength_changes_nothing_and_one_seed_gives_one_table() -> None:
    colours, reference = cloud(3, (0.4, 0.5, 0.6), 0.12), cloud(4, (0.7, 0.5, 0.2), 0.06)
    none = transfer_table(colours, [reference], strength=0.0)
    np.testing.assert_allclose(none, build_table(lambda rgb: rgb), atol=2e-3)
    np.testing.assert_array_equal(
        transfer_table(colours, [reference], seed=5), transfer_table(colours, [reference], seed=5)
    )


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_pictures_of_one_colour_are_no_trouble(value: float) -> None:
    plain = np.full((500, 3), value, np.float32)
    table = transfer_table(plain, [cloud(4, (0.7, 0.5, 0.2), 0.06)])
    assert np.isfinite(table).all()
    to_plain = transfer_table(cloud(4, (0.7, 0.5, 0.2), 0.06), [plain])
    np.testing.assert_allclose(to_plain[22, 16, 6], plain[0], atol=0.03)


def test_colours_are_sampled_from_all_of_a_large_picture() -> None:
    picture = np.zeros((900, 400, 3), np.float32)
    picture[:450] = 1
    colours = sampled(picture)
    assert 20000 < len(colours) < 30000
    np.testing.assert_allclose(colours.mean(), 0.5, atol=0.01)
