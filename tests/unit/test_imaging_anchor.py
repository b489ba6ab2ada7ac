"""The colour of a made frame is compared with the shot's where both show the same, and mended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from afterframe.imaging.anchor import Correction, corrected, fitted, matches
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from tests.join_material import moved, pan, with_grain


@pytest.fixture(scope="module")
def shot() -> Frame:
    return pan(1)[0]


def changed(frame: Frame, gains: tuple[float, ...], offsets: tuple[float, ...]) -> Frame:
    return corrected(frame, Correction(gains, offsets))


def test_a_frame_that_only_moves_needs_nothing(shot: Frame) -> None:
    for steps in (0, 1, 4):
        found = matches(shot, moved(shot, steps))
        assert found.difference() < 0.5
        assert fitted(found, 3) is None


@pytest.mark.parametrize("grain", [0.0, 5.0])
def test_gain_offset_and_cast_are_found_through_motion_and_grain(shot: Frame, grain: float) -> None:
    frames = with_grain([shot, moved(shot, 2)], grain, 0.0) if grain else [shot, moved(shot, 2)]
    off = changed(frames[1], (1.05, 1.0, 1.0), (3.0, -5.0, 6.0))
    correction = fitted(matches(frames[0], off), 3)
    assert correction is not None
    mended = corrected(off, correction)
    assert matches(frames[0], off).difference() > 4
    assert matches(frames[0], mended).difference() < 0.7
    assert correction.gains[0] == pytest.approx(1 / 1.05, abs=0.02)


def test_what_moves_by_itself_does_not_count(shot: Frame) -> None:
    """A quarter of the picture is another one altogether."""
    planes = [plane.copy() for plane in shot.planes]
    for plane in planes:
        plane[: plane.shape[0] // 2, : plane.shape[1] // 2] = 200
    assert fitted(matches(shot, replace(shot, planes=tuple(planes))), 3) is None


def test_another_picture_is_not_bent_to_the_shots_colour(shot: Frame) -> None:
    noise = np.random.default_rng(1)
    other = replace(
        shot, planes=tuple(noise.integers(0, 255, p.shape).astype(np.uint8) for p in shot.planes)
    )
    assert fitted(matches(shot, other), 3) is None


def test_every_kind_of_samples_is_mended_in_its_own_range() -> None:
    kinds = ((8, "yuv", False), (10, "yuv", False), (16, "rgb", False), (32, "rgb", True))
    for depth, model, floating in kinds:
        (frame,) = pan(1, 8 if floating else depth, model)  # type: ignore[arg-type]
        if floating:
            planes = tuple((p / 255).astype(np.float32) for p in frame.planes)
            frame = Frame(planes, PixelFormat("rgb", 32, True), ColourTags(1, 8, 0, True))
        lift = 4 / 255 if floating else frame.format.peak * 4 / 255
        off = changed(frame, (1.0,) * 3, (lift,) * 3)
        correction = fitted(matches(frame, off), 3)
        assert correction is not None
        again = corrected(off, correction)
        assert again.planes[0].dtype == frame.planes[0].dtype
        assert matches(frame, again).difference() < 0.5, (depth, model)


def test_alpha_stays(shot: Frame) -> None:
    alpha = np.full(shot.planes[0].shape, 77, np.uint8)
    frame = replace(shot, planes=(*shot.planes, alpha), format=replace(shot.format, alpha=True))
    done = changed(frame, (1.1, 1.0, 1.0), (2.0, 0.0, 0.0))
    assert np.array_equal(done.planes[3], alpha)
