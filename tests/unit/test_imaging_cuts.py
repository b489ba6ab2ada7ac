"""A cut is told from a flash, a fade and a fast move."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.cuts import is_cut, is_sudden_cut
from tests.media import shared

Grey = NDArray[np.uint8]


def shot(seed: int, height: int = 270, width: int = 480) -> Grey:
    """A picture with structure at several sizes, wider than the frame that is cut from it."""
    noise = np.random.default_rng(seed)
    picture = np.zeros((height + 80, width + 160), np.float32)
    for sigma in (3, 9, 27):
        layer = noise.standard_normal(picture.shape).astype(np.float32)
        layer = cv2.GaussianBlur(layer, (0, 0), sigma)
        picture += layer / layer.std()
    return np.clip(120 + 35 * picture, 0, 255).astype(np.uint8)


def frame(picture: Grey, x: int = 0, y: int = 0) -> Grey:
    return np.ascontiguousarray(picture[y : y + 270, x : x + 480])


@pytest.mark.parametrize("seed", range(6))
def test_two_shots_are_a_cut(seed: int) -> None:
    assert is_cut(frame(shot(seed)), frame(shot(seed + 100)))


def test_pictures_that_hardly_differ_are_no_cut_the_quick_way_and_two_shots_are_one() -> None:
    first = frame(shot(1))
    assert is_sudden_cut(first, frame(shot(2)))
    assert not is_sudden_cut(first, frame(shot(1), 2))
    faint = [np.asarray(120 + each // 32, np.uint8) for each in (first, frame(shot(2)))]
    assert not is_sudden_cut(*faint)


@pytest.mark.parametrize("pixels", [0, 4, 16, 40])
def test_a_fast_pan_is_no_cut(pixels: int) -> None:
    picture = shot(1)
    assert not is_cut(frame(picture), frame(picture, pixels, pixels // 2))


@pytest.mark.parametrize(("gain", "lift"), [(1.8, 40), (1.0, 90), (0.3, 0), (0.1, 0)])
def test_a_flash_or_a_fade_step_is_no_cut(gain: float, lift: float) -> None:
    picture = shot(2)
    second = frame(picture, 3).astype(np.float32) * gain + lift
    assert not is_cut(frame(picture), np.clip(second, 0, 255).astype(np.uint8))


def test_from_black_to_a_picture_is_a_cut_and_black_to_black_is_none() -> None:
    black = np.zeros((270, 480), np.uint8)
    assert is_cut(black, frame(shot(3)))
    assert is_cut(frame(shot(3)), black)
    assert not is_cut(black, black + 2)


def test_grain_on_a_plain_wall_is_no_cut() -> None:
    noise = np.random.default_rng(0)
    first, second = (noise.normal(120, 4, (270, 480)).astype(np.uint8) for _ in range(2))
    assert not is_cut(first, second)


def test_a_tall_and_a_tiny_picture_are_judged_too() -> None:
    picture = shot(4, 300, 60)
    assert not is_cut(picture, picture)
    assert not is_cut(picture[:20, :20], picture[:20, :20])


CLIPS = ("car-detection.mp4", "bigbuckbunny.mp4", "asl-sister.mkv", "stream-of-water.mp4")


def greys(name: str, count: int = 21) -> list[Grey]:
    found: list[Grey] = []
    with av.open(str(shared(f"video/{name}"))) as container:
        for picture in container.decode(video=0):
            found.append(picture.reformat(480, 270, format="gray").to_ndarray())
            if len(found) == count:
                break
    return found


def test_between_real_clips_every_joint_is_a_cut_and_nothing_within_them_is() -> None:
    clips = [greys(name) for name in CLIPS]
    for clip in clips:
        for step in (1, 4):
            assert not any(map(is_cut, clip[::step], clip[step::step]))
    for first in clips:
        for second in clips:
            if first is not second:
                assert all(map(is_cut, first[::5], second[::5]))
