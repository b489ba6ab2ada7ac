"""What the presets are made of: marks that travel, areas, tones, lines, and what is held."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe_models.style.canvas import Canvas, Carry
from afterframe_models.style.painter import Motion
from afterframe_models.style.presets.exposure import Exposure
from afterframe_models.style.presets.kuwahara import kuwahara
from afterframe_models.style.presets.marks import PERIOD, Marks
from afterframe_models.style.presets.tones import Tones
from afterframe_models.style.steady import Steady

Single = NDArray[np.float32]
HEIGHT, WIDTH = 144, 200
CANVAS = Canvas(HEIGHT, WIDTH)
ALL = slice(0, HEIGHT)
INNER = np.s_[30:-30, 40:-40]


def motion(back: Single, trust: float = 1.0) -> Motion:
    field = np.broadcast_to(back, (HEIGHT, WIDTH, 2)).astype(np.float32)
    return Motion(field, np.full((HEIGHT, WIDTH), trust, np.float32))


def pan(x: float, y: float = 0.0) -> Motion:
    return motion(np.array([x, y], np.float32))


def zoom(rate: float) -> Motion:
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    return motion(np.dstack((WIDTH / 2 - x, HEIGHT / 2 - y)) * np.float32(rate))


def carry(of: Motion) -> Carry:
    return Carry.of(of, CANVAS)


def likeness(first: Single, second: Single) -> float:
    return float(np.corrcoef(first[INNER].ravel(), second[INNER].ravel())[0, 1])


@pytest.mark.parametrize("height", [16, 135, 360, 480, 720, 1080, 2160, 4320])
def test_the_working_grid_has_about_the_same_rows_at_every_size(height: int) -> None:
    canvas = Canvas(height, 2 * height)
    assert canvas.step == 1 or canvas.step % 2 == 0
    assert canvas.coarse[0] * canvas.step >= height
    assert canvas.coarse[0] <= 410


def test_what_goes_to_the_working_grid_and_back_stays_in_its_place() -> None:
    canvas = Canvas(1081, 643)  # no multiple of its step
    y, x = np.mgrid[:1081, :643].astype(np.float32)
    back = canvas.enlarged(canvas.reduced(np.dstack((x, y))))
    inner = np.s_[8:-8, 8:-8]
    assert np.abs(back - np.dstack((x, y)))[inner].max() < 0.01
    band = canvas.enlarged(canvas.reduced(y), slice(300, 450))
    assert np.abs(band - y[300:450])[:, 8:-8].max() < 0.01


def test_marks_go_with_the_matter_by_parts_of_a_pixel_for_as_long_as_it_is_seen() -> None:
    marks = Marks(CANVAS, 3)
    start = marks.noise(1, 3.0, ALL)
    for _ in range(PERIOD + 5):
        marks.move(carry(pan(-0.3, 0.2)))
    shift = np.array([[1, 0, 0.3 * (PERIOD + 5)], [0, 1, -0.2 * (PERIOD + 5)]])
    expected = cv2.warpAffine(start, shift, (WIDTH, HEIGHT))
    assert likeness(marks.noise(1, 3.0, ALL), expected) > 0.97


def test_where_nothing_moves_marks_never_change() -> None:
    marks = Marks(CANVAS, 3)
    start = marks.noise(1, 2.0, ALL)
    for _ in range(PERIOD):
        marks.move(carry(pan(0)))
        assert np.abs(marks.noise(1, 2.0, ALL) - start).max() < 1e-3


def test_marks_keep_their_size_and_contrast_in_a_long_zoom() -> None:
    marks = Marks(CANVAS, 3)

    def size() -> float:
        noise = marks.noise(1, 2.5, ALL)[INNER]
        return float(noise.std() / np.diff(noise, axis=1).std())

    start = size()
    for number in range(2 * PERIOD):
        marks.move(carry(zoom(0.02)))
        assert 0.75 < marks.noise(1, 2.5, ALL)[INNER].std() < 1.25, number
    assert size() < 1.6 * start


def test_sheets_take_turns_without_a_jump() -> None:
    marks = Marks(CANVAS, 3)
    before = marks.noise(1, 4.0, ALL)
    for number in range(2 * PERIOD):
        marks.move(carry(zoom(0.004)))
        after = marks.noise(1, 4.0, ALL)
        assert likeness(before, after) > 0.95, number
        before = after


def test_matter_that_was_not_there_gets_marks_of_the_cameras_own_travel() -> None:
    marks, untouched = Marks(CANVAS, 3), Marks(CANVAS, 3)
    trusted = motion(np.array([2, 0], np.float32))
    trusted.trust[:, 100:] = 0
    trusted.back[:, 100:] = (-9, 4)
    marks.move(carry(trusted))
    untouched.move(carry(pan(2)))
    assert np.abs(marks.noise(1, 3.0, ALL) - untouched.noise(1, 3.0, ALL)).max() < 1e-3


def test_noise_of_the_working_grid_is_that_of_the_picture() -> None:
    canvas = Canvas(1080, 640)
    marks = Marks(canvas, 3)
    fine = marks.noise(1, 30.0, slice(0, 1080), 2.0, 0.6)
    coarse = canvas.enlarged(marks.coarse_noise(1, 30.0, 2.0, 0.6))
    assert np.abs(fine - coarse)[8:-8, 8:-8].max() < 0.08


def test_areas_lose_their_grain_and_keep_their_borders() -> None:
    random = np.random.default_rng(1)
    picture = np.full((HEIGHT, WIDTH, 3), 0.3, np.float32)
    picture[:, 100:] = 0.7
    noisy = picture + 0.05 * random.standard_normal(picture.shape).astype(np.float32)
    upwards = np.broadcast_to(np.array([0, 1], np.float32), (HEIGHT, WIDTH, 2))
    painted = kuwahara(noisy, upwards, np.full((HEIGHT, WIDTH), 0.8, np.float32), 6.0)
    assert painted[:, :90].std() < 0.25 * noisy[:, :90].std()
    across = painted[20:-20].mean(axis=(0, 2))
    assert across[96] < 0.34
    assert across[103] > 0.66


def test_a_lightness_that_trembles_on_a_border_keeps_its_tone() -> None:
    def swings(moving: Motion | None) -> float:
        tones, random, seen = Tones(CANVAS, 5, 8.0), np.random.default_rng(2), []
        for _ in range(6):
            grain = 0.01 * random.standard_normal((HEIGHT, WIDTH))
            seen.append(tones.quantised((0.4 + grain).astype(np.float32), moving))
        return float(np.abs(np.diff(seen[1:], axis=0)).mean())

    assert swings(pan(0)) < 0.5 * swings(None)


def test_a_lightness_that_has_really_changed_changes_its_tone() -> None:
    tones = Tones(CANVAS, 5, 8.0)
    tones.quantised(np.full((HEIGHT, WIDTH), 0.1, np.float32), None)
    for _ in range(2):
        after = tones.quantised(np.full((HEIGHT, WIDTH), 0.5, np.float32), pan(0))
    assert after == pytest.approx(0.5, abs=0.03)


def test_a_grey_wall_stays_grey_and_a_dim_picture_is_lit() -> None:
    wall = np.random.default_rng(4).normal(0.5, 0.01, (HEIGHT, WIDTH)).astype(np.float32)
    assert Exposure(CANVAS, 0.6).spread(wall, new=True).std() < 0.03
    dim = (0.15 * np.linspace(0, 1, WIDTH, dtype=np.float32))[None].repeat(HEIGHT, axis=0)
    lit = Exposure(CANVAS, 0.6).spread(dim, new=True)
    assert np.median(lit) > 2 * np.median(dim)


def test_exposure_follows_a_flash_slowly_and_a_cut_at_once() -> None:
    ramp = np.linspace(0, 0.5, WIDTH, dtype=np.float32)[None].repeat(HEIGHT, axis=0)
    flash = (ramp * 2).clip(0, 1)
    exposure = Exposure(CANVAS, 0.7)
    first = exposure.spread(ramp, new=True)
    exposure.spread(flash, new=False)
    assert np.abs(exposure.spread(ramp, new=False) - first).max() < 0.05
    assert (exposure.spread(flash, new=True) == Exposure(CANVAS, 0.7).spread(flash, new=True)).all()


def test_what_was_painted_is_held_where_it_agrees_and_let_go_where_it_does_not() -> None:
    random = np.random.default_rng(5)

    def painted(level: float) -> Single:
        grain = 0.05 * random.standard_normal((HEIGHT, WIDTH, 3))
        return (level + grain).clip(0, 1).astype(np.float32)

    steady = Steady(CANVAS, 0.8)
    first = steady.settle(painted(0.5), None)
    again = painted(0.5)
    held = steady.settle(again.copy(), pan(0))
    assert np.abs(held - first).mean() < 0.4 * np.abs(again - first).mean()
    lit = steady.settle(painted(0.9), pan(0))
    assert lit.mean() > 0.87
    strange = painted(0.9)
    let_go = steady.settle(strange.copy(), motion(np.zeros(2, np.float32), trust=0.05))
    assert (let_go == strange).all()
