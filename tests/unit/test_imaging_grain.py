"""Grain is measured as it was added, and told from texture, motion and what stands still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from afterframe.imaging.grain import Grain, Liveness, Regrained, liveness, measure_grain
from afterframe.media.frame import Frame
from tests.join_material import moved, pan, with_grain

FRAMES = 4


@pytest.fixture(scope="module")
def clean() -> list[Frame]:
    return pan(FRAMES)


def measured(frames: list[Frame]) -> Grain:
    grain = measure_grain(frames)
    assert grain is not None
    return grain


@pytest.mark.parametrize(("sigma", "size"), [(2.0, 0.0), (4.0, 0.0), (5.0, 0.6), (8.0, 0.8)])
def test_what_was_added_is_found_in_every_band_and_plane(
    clean: list[Frame], sigma: float, size: float
) -> None:
    grain = measured(with_grain(clean, sigma, size))
    for level in range(70, 190, 20):
        true = sigma * (0.7 + 0.6 * np.sin(np.pi * level / 255))
        assert grain.amplitude[0][level] == pytest.approx(true, rel=0.12), level
    for plane in (1, 2):
        assert grain.amplitude[plane].mean() == pytest.approx(0.5 * sigma, rel=0.12)
    expected = np.exp(-1 / (4 * size**2)) if size else 0.0
    assert grain.correlation[0][4, 5] == pytest.approx(expected, abs=0.1)
    assert not grain.is_clean


def test_a_clean_pan_has_none(clean: list[Frame]) -> None:
    assert measured(clean).is_clean


def test_still_texture_is_no_grain(clean: list[Frame]) -> None:
    texture = with_grain(clean[:1], 6.0, 0.5) * FRAMES
    assert measured(texture).is_clean


def test_grain_that_planes_share_is_found(clean: list[Frame]) -> None:
    frames = with_grain(pan(FRAMES, 8, "rgb"), 5.0, 0.0)
    apart = measured(frames)
    assert apart.with_first == pytest.approx((1, 0, 0), abs=0.1)
    noises = [f.planes[0].astype(int) - c.planes[0] for f, c in
              zip(frames, pan(FRAMES, 8, "rgb"), strict=True)]  # fmt: skip
    grey = [replace(c, planes=tuple(np.clip(p + n, 0, 255).astype(np.uint8) for p in c.planes))
            for c, n in zip(pan(FRAMES, 8, "rgb"), noises, strict=True)]  # fmt: skip
    assert measured(grey).with_first == pytest.approx((1, 0.95, 0.95), abs=0.1)


def test_live_frozen_and_missing_grain_are_told_apart(clean: list[Frame]) -> None:
    frames = with_grain(clean, 5.0, 0.6)
    grain = measured(frames)
    live = liveness(frames[1], frames[2], grain)
    assert live.live == pytest.approx(1, abs=0.2)
    assert live.frozen < 0.2
    for steps in (1.0, 0.4):
        frozen = liveness(moved(frames[2], steps), moved(frames[2], 2 * steps), grain)
        assert frozen.live < 0.15
        assert frozen.frozen > 0.7
    missing = liveness(clean[1], clean[2], grain)
    assert missing.live + missing.frozen < 0.1


def test_a_frame_is_the_same_for_a_seed_and_a_number_and_another_for_others(
    clean: list[Frame],
) -> None:
    grain = measured(with_grain(clean, 5.0, 0.6))
    none = Liveness(0.0, 0.0)
    made = [
        Regrained(grain, seed, clean[0].format).frame(clean[0], number, none, grain).planes[0]
        for seed, number in ((1, 1), (1, 1), (1, 2), (2, 1))
    ]
    assert np.array_equal(made[0], made[1])
    fresh = [(each.astype(float) - clean[0].planes[0]).ravel() for each in made]
    for other in fresh[2:]:
        assert abs(np.corrcoef(fresh[0], other)[0, 1]) < 0.05


def test_it_does_not_tell_of_one_frame_or_of_nothing(clean: list[Frame]) -> None:
    assert measure_grain([]) is None
    assert measure_grain(clean[:1]) is None
    small = [replace(f, planes=tuple(p[:16, :16] for p in f.planes)) for f in clean]
    assert measure_grain(small) is None


def test_alpha_stays(clean: list[Frame]) -> None:
    grain = measured(with_grain(clean, 5.0, 0.6))
    pixels = replace(clean[0].format, alpha=True)
    alpha = np.arange(clean[0].planes[0].size, dtype=np.uint8).reshape(clean[0].planes[0].shape)
    frame = replace(clean[0], planes=(*clean[0].planes, alpha), format=pixels)
    done = Regrained(grain, 1, pixels).frame(frame, 1, Liveness(0, 0), grain)
    assert np.array_equal(done.planes[3], alpha)
