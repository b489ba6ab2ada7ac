"""Frames between frames: in the right place, in the clip's own encoding, never over a cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.flow import reduced
from afterframe_models.interpolate.interpolation import _apart, _fill, blended, planes_between
from afterframe_models.interpolate.motion import Motion, Pair, measure_pair

WIDTH, HEIGHT = 320, 180
Planes = tuple[NDArray[Any], ...]


def texture(seed: int = 3) -> NDArray[np.float32]:
    """A smooth random picture in [0, 1], larger than the frames that are cut from it."""
    noise = np.random.default_rng(seed).standard_normal((HEIGHT + 40, WIDTH + 80))
    picture = sum(
        cv2.GaussianBlur(noise.astype(np.float32), (0, 0), sigma) * sigma for sigma in (2, 5, 12)
    )
    return np.clip(0.5 + 0.18 * picture / np.std(picture), 0, 1).astype(np.float32)


def frame(x: float, dtype: Any = np.uint8, peak: float = 255, *, width: int = WIDTH) -> Planes:
    """The picture seen ``x`` pixels further to the right, as 4:2:0 with alpha."""
    shift = np.array([[1, 0, x], [0, 1, 0]], np.float64)
    seen = cv2.warpAffine(
        texture(), shift, (width, HEIGHT), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    ).clip(0, 1)
    chroma = cv2.resize(seen, (-(-width // 2), HEIGHT // 2), interpolation=cv2.INTER_AREA)
    return tuple((plane * peak).astype(dtype) for plane in (seen, chroma, 1 - chroma, seen))


def pair(first: Planes, second: Planes, step: int = 2, peak: float = 255) -> Pair:
    greys = [
        (planes[0].astype(np.float32) * 255 / peak).astype(np.uint8) for planes in (first, second)
    ]
    return measure_pair(reduced(greys[0], step), reduced(greys[1], step), step)


def psnr(made: NDArray[Any], true: NDArray[Any], peak: float = 255) -> float:
    inner = np.s_[12:-12, 24:-24]
    error = (made[inner].astype(np.float64) - true[inner].astype(np.float64)) / peak
    return float(-10 * np.log10((error**2).mean() + 1e-12))


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("time", [0.25, 0.5, 0.8])
def test_a_move_is_met_at_every_time(step: int, time: float) -> None:
    first, second, true = frame(0), frame(12), frame(12 * time)
    made = planes_between(first, second, pair(first, second, step), time, subsampling=(1, 1))
    mixed = blended(first[0], second[0], time)
    assert psnr(made[0], true[0]) > psnr(mixed, true[0]) + 8
    for found, wanted in zip(made, true, strict=True):
        assert psnr(found, wanted) > 33


@pytest.mark.parametrize(
    ("dtype", "peak"),
    [(np.uint8, 255), (np.uint16, 1023), (np.uint16, 65535), (np.float16, 1), (np.float32, 1)],
)
def test_every_encoding_is_kept(dtype: Any, peak: float) -> None:
    first, second, true = (frame(x, dtype, peak) for x in (0, 8, 4))
    between = pair(first, second, peak=peak)
    made = planes_between(first, second, between, 0.5, subsampling=(1, 1))
    for found, wanted in zip(made, true, strict=True):
        assert found.dtype == dtype
        assert found.shape == wanted.shape
        assert psnr(found, wanted, peak) > 33


@pytest.mark.parametrize("width", [319, 318, 317])
@pytest.mark.parametrize("step", [1, 2, 4])
def test_sizes_that_the_step_does_not_divide_keep_their_place(width: int, step: int) -> None:
    first, second, true = (frame(x, width=width) for x in (0, 8, 4))
    made = planes_between(first, second, pair(first, second, step), 0.5, subsampling=(1, 1))
    assert all(found.shape == wanted.shape for found, wanted in zip(made, true, strict=True))
    assert psnr(made[0], true[0]) > 33
    assert psnr(made[1][:, :-12], true[1][:, :-12]) > 33


def test_the_ends_are_the_frames_themselves() -> None:
    first, second = frame(0), frame(9)
    between = pair(first, second)
    assert all(
        a is b for a, b in zip(planes_between(first, second, between, 0.0), first, strict=True)
    )
    assert all(
        a is b for a, b in zip(planes_between(first, second, between, 1.0), second, strict=True)
    )


def test_over_a_cut_the_nearer_frame_is_shown() -> None:
    first = frame(0)
    second = tuple(np.ascontiguousarray(plane) for plane in cut_to())
    between = pair(first, second)
    assert between.cut
    for time, shown in ((0.2, first), (0.5, first), (0.7, second)):
        assert planes_between(first, second, between, time)[0] is shown[0]


def cut_to() -> Planes:
    other = (texture(99)[:HEIGHT, :WIDTH] * 255).astype(np.uint8)
    small = cv2.resize(other, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    return other, small, small, other


def test_what_only_one_frame_shows_is_no_ghost() -> None:
    """A bright disc that is gone in the next frame is there or not, not half."""
    first, second = frame(0), frame(2)
    cv2.circle(first[0], (160, 90), 24, 255, -1)
    cv2.circle(first[0], (160, 90), 16, 0, -1)
    background = frame(1)[0][84:96, 154:166].astype(float).mean()
    between = pair(first, second)
    for time, wanted in ((0.3, 0.0), (0.7, background)):
        planes = planes_between(first, second, between, time, subsampling=(1, 1))
        middle = planes[0][84:96, 154:166]
        assert abs(float(middle.mean()) - wanted) < 0.1 * 255


def test_the_same_pair_gives_the_same_frame() -> None:
    first, second = frame(0), frame(7)
    runs = [
        planes_between(first, second, pair(first, second), 0.4, subsampling=(1, 1)) for _ in "12"
    ]
    for one, other in zip(*runs, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_a_mix_by_one_share_is_that_by_the_same_share_everywhere(dtype: Any) -> None:
    noise = np.random.default_rng(0)
    first, second = (noise.uniform(0, 200, (20, 30)).astype(dtype) for _ in range(2))
    whole = blended(first, second, 0.25)
    everywhere = blended(first, second, np.full(first.shape, 0.25, np.float32))
    assert whole.dtype == everywhere.dtype == dtype
    tolerance = 1.0 if np.dtype(dtype).kind == "u" else 0.2
    np.testing.assert_allclose(whole.astype(float), everywhere.astype(float), atol=tolerance)


def fine(place: float) -> Planes:
    """Fine texture, well sampled, moved by ``place`` pixels."""
    grain = np.random.default_rng(7).standard_normal((HEIGHT * 4, (WIDTH + 40) * 4))
    soft = cv2.GaussianBlur(grain, (0, 0), 5.0)
    shift = np.array([[1, 0, 4 * place], [0, 1, 0]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(soft / soft.std(), shift, (WIDTH * 4, HEIGHT * 4), flags=flags)
    seen = 128 + 40 * cv2.resize(moved, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return (np.clip(seen, 0, 255).astype(np.uint8),)


def test_sharp_keeps_the_detail_of_both_frames_but_not_the_noise_of_each() -> None:
    first, second, true = fine(0), fine(5), fine(2.5)
    between = pair(first, second, 1)
    soft, sharp = (planes_between(first, second, between, 0.5, sharp=s)[0] for s in (None, 255))
    assert psnr(sharp, true[0]) > psnr(soft, true[0]) + 1.0
    grain = np.random.default_rng(1)
    noise = [np.clip(grain.normal(128, 20, (HEIGHT, WIDTH)), 0, 255).astype(np.uint8) for _ in "12"]
    soft, sharp = (
        planes_between(noise[:1], noise[1:], between, 0.5, sharp=s)[0] for s in (None, 255)
    )
    assert sharp.std() < 1.1 * soft.std()


def test_what_comes_into_the_picture_is_taken_from_the_frame_that_shows_it() -> None:
    first, second, true = frame(0), frame(16), frame(8)
    made = planes_between(first, second, pair(first, second), 0.5, subsampling=(1, 1))[0]
    for edge in (np.s_[20:-20, :6], np.s_[20:-20, -6:]):
        missed = cv2.absdiff(made[edge], true[0][edge]).mean()
        mixed = cv2.absdiff(blended(first[0], second[0], 0.5)[edge], true[0][edge]).mean()
        assert missed < 0.3 * mixed


def test_where_a_pairs_own_flows_fail_its_neighbours_tell_how_matter_goes_on() -> None:
    frames = [frame(8 * place) for place in (-1, 0, 1, 2)]
    before, lost, after = (pair(frames[i], frames[i + 1]) for i in range(3))
    lost = replace(lost, flows=(np.zeros_like(lost.flows[0]), np.zeros_like(lost.flows[1])))
    true = frame(4)[0]
    for beside in ({"before": before}, {"after": after}):
        alone, told = (
            planes_between(frames[1], frames[2], lost, 0.5, subsampling=(1, 1), **known)[0]
            for known in ({}, beside)
        )
        assert psnr(told, true) > psnr(alone, true) + 8


@pytest.mark.parametrize("subsampling", [(0, 0), (1, 1)])
def test_no_place_between_two_matters_is_taken_from_somewhere_between(
    subsampling: tuple[int, int],
) -> None:
    """The mean of two ways leads to neither: it drew pale lines over a still floor."""
    width, height, step = 192, 64, 4
    ramp = np.tile(np.arange(width, dtype=np.uint8), (height, 1))
    small = np.tile(np.arange(width // 2, dtype=np.uint8), (height // 2, 1))
    planes = (ramp, small, small) if any(subsampling) else (ramp, ramp, ramp)
    way = np.zeros((height // step, width // step, 2), np.float32)
    way[:, 24:, 0] = 40 / step  # the right half comes from 40 pixels to the right
    alone = np.zeros(way.shape[:2], np.float32)  # the first frame is shown
    motion = Motion(0.5, step, way, np.zeros_like(way), alone)
    made = [np.empty_like(plane) for plane in planes]
    for indices, smaller in (([0], (0, 0)), ([1, 2], subsampling)):
        _fill(made, indices, (planes, planes), motion, _apart(motion), smaller, None)
    scales = (1, *(1 << each for each in subsampling))
    for plane, source, scale in zip(made, planes, scales, strict=True):
        off = plane.astype(int) - source
        inside = off[:, : plane.shape[1] - 40 // scale]
        assert set(np.unique(inside)) == {0, 40 // scale}
