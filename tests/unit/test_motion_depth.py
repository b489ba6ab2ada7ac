"""The guessed depth: sky far, ground rising towards the viewer, the subject before its ground."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe_models.motion.depth import inverse_depth
from afterframe_models.motion.sky import find_sky
from tests.media import shared

Picture = NDArray[np.float32]


def photo(name: str) -> Picture:
    picture = cv2.imread(str(shared(f"photo/{name}")))
    scale = 480 / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[..., ::-1]).astype(np.float32) / 255


def landscape() -> Picture:
    """Blue sky above rough brown ground."""
    picture = np.zeros((270, 480, 3), np.float32)
    picture[:120] = (0.4, 0.6, 0.9)
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, (150, 480, 1))
    picture[120:] = np.array((0.5, 0.35, 0.2)) + noise
    return picture


def depth_of(picture: Picture, hint: Picture | None = None) -> Picture:
    return inverse_depth(picture, find_sky(picture).mask, hint)


def test_sky_is_far_and_the_ground_comes_nearer() -> None:
    depth = depth_of(landscape())
    assert depth[:90].max() < 0.1
    assert depth[150:170].mean() > 0.3
    assert depth[250:].mean() > depth[150:170].mean() + 0.05


def test_depth_stays_in_its_range_on_pictures_without_cues() -> None:
    for level in (0.0, 0.5, 1.0):
        depth = depth_of(np.full((90, 160, 3), level, np.float32))
        assert np.isfinite(depth).all()
        assert 0 <= depth.min() <= depth.max() <= 1


def test_the_same_picture_has_the_same_depth() -> None:
    picture = np.random.default_rng(1).random((120, 160, 3)).astype(np.float32)
    np.testing.assert_array_equal(depth_of(picture), depth_of(picture))


def test_what_is_painted_near_or_far_is_so_and_mid_grey_says_nothing() -> None:
    picture = landscape()
    hint = np.full(picture.shape[:2], 0.51, np.float32)
    np.testing.assert_array_equal(depth_of(picture, hint), depth_of(picture))
    hint[180:, :200], hint[180:, 280:] = 1.0, 0.0
    depth = depth_of(picture, hint)
    assert depth[200:250, 20:180].min() > 0.9
    assert depth[200:250, 300:460].max() < 0.1


def test_a_sky_that_fills_the_frame_has_no_floor() -> None:
    depth = depth_of(photo("dino.jpg"))
    height, width = depth.shape
    beside_the_beast = depth[:, : width // 4]
    assert beside_the_beast[int(height * 0.8) :].max() < 0.15
    assert depth[height // 2, int(width * 0.6)] > 0.5


def test_the_subject_stands_before_its_ground() -> None:
    depth = depth_of(photo("astronaut.png"))
    height, width = depth.shape
    face, ground = depth[60:140, 190:230], depth[20:140, 300:340]
    assert face.mean() > ground.mean() + 0.1
    assert depth[int(height * 0.7), width // 2] > 0.6
