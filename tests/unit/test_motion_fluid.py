"""What flows begins and ends a period at the picture, and knows where it knows nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.warp import node_places
from afterframe_models.motion.fluid import SKY_SPEED, Body, Fluid, Moment, Sway

Single = NDArray[np.float32]
WIDTH, HEIGHT, STEP = 320, 180, 2
SHAPE = (HEIGHT // STEP, WIDTH // STEP)
PLACES = node_places(WIDTH, HEIGHT, STEP)
FRAMES, SECONDS = 96, 4.0


def whole() -> Single:
    return np.ones(SHAPE, np.float32)


def upper() -> Single:
    mask = whole()
    mask[50:] = 0
    return mask


def fluid(kind: Any = "flow", mask: Single | None = None, **given: Any) -> Fluid:
    body = Body(kind, whole() if mask is None else mask, given.pop("way", (1.0, 0.0)))
    settings: dict[str, Any] = {"strength": 5.0, "frames": FRAMES, "seconds": SECONDS}
    return Fluid([body], WIDTH, HEIGHT, STEP, **settings | given)


def middle(values: Single) -> Single:
    return values[30:70, 50:120]


def total(moment: Moment) -> Single:
    return moment.weight_ahead + moment.weight_behind


@pytest.mark.parametrize("kind", ["sky", "flow"])
def test_the_first_frame_is_the_picture_itself(kind: str) -> None:
    moment = fluid(kind).at(0, PLACES)
    inner = np.s_[4:-4, 4:-4]
    assert np.abs(moment.ahead).max() == 0
    assert moment.weight_ahead[inner].min() == 1
    assert moment.weight_behind[inner].max() == 0


@pytest.mark.parametrize("kind", ["sky", "flow"])
@pytest.mark.parametrize("strength", [1.0, 10.0])
def test_a_loop_ends_as_it_begins(kind: str, strength: float) -> None:
    flowing = fluid(kind, loop=True, strength=strength)
    first, last = flowing.at(0, PLACES), flowing.at(FRAMES, PLACES)
    np.testing.assert_allclose(last.ahead, first.ahead, atol=1e-3)
    np.testing.assert_allclose(last.weight_ahead, first.weight_ahead, atol=1e-3)


def test_at_the_end_of_a_period_what_is_behind_has_come_home() -> None:
    flowing = fluid(loop=True, strength=1.0)  # one period
    moment = flowing.at(FRAMES - 1, PLACES)
    assert middle(moment.weight_behind).min() > 0.99
    step = np.linalg.norm(middle(moment.behind), axis=2).mean()
    first = np.linalg.norm(middle(flowing.at(1, PLACES).ahead), axis=2).mean()
    assert step == pytest.approx(first, rel=0.2)


def test_matter_moves_where_the_arrow_points_and_steadily() -> None:
    flowing = fluid(way=(0.0, -1.0), strength=3.0)
    shifts = [middle(flowing.at(k, PLACES).ahead).mean(axis=(0, 1)) for k in range(9)]
    steps = np.diff(shifts, axis=0)
    assert (steps[:, 1] > 0).all()  # what flows upwards comes from below
    assert np.ptp(steps[:, 1]) < 0.1 * steps[:, 1].mean()
    assert np.abs(steps[:, 0]).max() < 0.2 * steps[:, 1].mean()


def test_clouds_drift_as_fast_as_said_and_more_slowly_at_the_horizon() -> None:
    ahead = fluid("sky", strength=10.0, way=(-1.0, 0.0)).at(24, PLACES).ahead[..., 0]
    expected = SKY_SPEED * WIDTH
    assert ahead[4 + 5 : 4 + 15].mean() == pytest.approx(expected, rel=0.2)
    assert ahead[-10:-4].mean() < 0.6 * ahead[8:14].mean()


def test_more_strength_is_more_speed() -> None:
    ways = [
        float(np.linalg.norm(fluid("sky", strength=s).at(12, PLACES).ahead, axis=2).mean())
        for s in range(1, 11)
    ]
    assert (np.diff(ways) > 0).all()
    assert ways[-1] > 6 * ways[0]


def test_places_pass_from_one_side_to_the_other_at_moments_of_their_own() -> None:
    flowing = fluid(loop=True, strength=1.0)
    double = []
    for index in range(FRAMES):
        behind = middle(flowing.at(index, PLACES).weight_behind)
        double.append(float(((behind > 0.2) & (behind < 0.8)).mean()))
    assert max(double) < 0.4


def test_what_comes_in_from_beyond_the_edge_is_taken_from_the_side_that_knows_it() -> None:
    moment = fluid("sky", strength=10.0).at(60, PLACES)  # to the right: the left edge is new
    assert moment.weight_ahead[40:60, 4:8].max() < 0.1
    assert moment.weight_behind[40:60, 6:10].min() > 0.5
    assert total(moment).max() <= 1 + 1e-5


def test_nothing_flows_out_of_its_mask() -> None:
    moment = fluid("flow", upper(), way=(0.0, 1.0), strength=10.0).at(40, PLACES)
    assert total(moment)[60:].max() == 0


def test_two_bodies_go_their_own_ways() -> None:
    lower = 1 - upper()
    bodies = [Body("sky", upper(), (1.0, 0.0)), Body("flow", lower, (-1.0, 0.0))]
    flowing = Fluid(bodies, WIDTH, HEIGHT, STEP, strength=5.0, frames=FRAMES, seconds=SECONDS)
    ahead = flowing.at(10, PLACES).ahead[..., 0]
    assert ahead[10:40, 50:120].max() < 0
    assert ahead[70:85, 50:120].min() > 0


def test_the_seed_chooses_eddies_and_patches_and_nothing_else_does() -> None:
    one, same, other = (fluid(seed=seed).at(20, PLACES).ahead for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def sway(strength: float = 10.0, **given: Any) -> Sway:
    mask = np.zeros(SHAPE, np.float32)
    mask[20:70, 40:120] = 1
    bodies = [Body("sway", mask, (1.0, 0.0))]
    return Sway(bodies, WIDTH, HEIGHT, STEP, strength=strength, seconds=SECONDS, **given)


def test_leaves_swing_about_their_place_within_their_mask() -> None:
    swaying = sway()
    np.testing.assert_array_equal(swaying.at(0.0, PLACES), PLACES)
    moved = np.array([(swaying.at(t, PLACES) - PLACES)[..., 0] for t in np.arange(0, 4, 0.1)])
    assert np.abs(moved[:, 4 + 40, 4 + 80]).max() > 0.5
    assert np.abs(moved[:, :18]).max() == 0
    assert moved.max() > 0 > moved.min()


def test_swaying_folds_nothing() -> None:
    for seconds in (0.3, 0.9, 2.1):
        where = sway().at(seconds, PLACES)
        assert np.diff(where[..., 0], axis=1).min() > 0.2 * STEP
        assert np.diff(where[..., 1], axis=0).min() > 0.2 * STEP


def test_a_swaying_loop_ends_as_it_begins() -> None:
    np.testing.assert_allclose(sway(loop=True).at(SECONDS, PLACES), PLACES, atol=1e-3)


def test_at_the_edge_of_its_mask_matter_is_taken_from_where_it_is_within() -> None:
    """Else the other side would draw a line along every roof."""
    moment = fluid("sky", upper(), loop=True, strength=8.0).at(FRAMES - 1, PLACES)
    assert moment.weight_behind[20:54, 20:-20].min() > 0.95
