"""The styles that need no picture: each is itself, steady, of one size, and breaks on nothing."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced
from afterframe.imaging.pairs import measured_pair
from afterframe_hosts.wire.effects import PRESETS
from afterframe_models.style.painter import Motion
from afterframe_models.style.presets import painter
from tests.media import shared

Picture = NDArray[np.float32]
COLOURED = ("oil", "watercolour", "gouache", "cartoon")
GREY = ("ink", "pencil")


def scene(height: int = 120, width: int = 180, x: float = 0.0, grain: int | None = None) -> Picture:
    """A disc and a leaning bar on a ground that gets lighter, seen ``x`` pixels to the right."""
    across, down = np.meshgrid(np.arange(width) + x, np.arange(height))
    u, v = across / height, down / height
    ground = np.dstack((0.25 + 0.4 * v, 0.45 + 0.25 * v, 0.75 - 0.2 * v))
    disc = smooth(0.28 - np.hypot(u - 0.55, v - 0.5), height)
    bar = smooth(0.07 - np.abs(u - 1.1 - 0.3 * (v - 0.5)), height)
    picture = ground + disc * ((0.85, 0.35, 0.15) - ground)
    picture += bar * ((0.1, 0.12, 0.1) - picture)
    picture += 0.03 * np.sin(across / height * 90)[..., None]
    if grain is not None:
        picture += 0.02 * np.random.default_rng(grain).standard_normal(picture.shape)
    return picture.clip(0, 1).astype(np.float32)


def smooth(distance: NDArray[np.float64], height: int) -> NDArray[np.float64]:
    """1 inside, 0 outside, over about a pixel."""
    return np.clip(distance * height + 0.5, 0, 1)[..., None]


def photo() -> Picture:
    picture = cv2.imread(str(shared("photo/tuebingen.jpg")))[200:620, 400:960, ::-1]
    return np.asarray(
        cv2.resize(picture, (160, 120), interpolation=cv2.INTER_AREA) / np.float32(255)
    )


def paint(name: str, *pictures: Picture, motion: Motion | None = None, **asked: object) -> Picture:
    """Paint successive pictures by one painter; return the last one painted."""
    settings = {"seed": 7, "brush": 1.0, "draft": False} | asked
    height, width = pictures[0].shape[:2]
    by = painter(name, height=height, width=width, **settings)  # type: ignore[arg-type]
    painted = by.paint(pictures[0], None)
    for picture in pictures[1:]:
        painted = by.paint(picture, motion)
    return painted


def pan(height: int, width: int, x: float) -> Motion:
    """The motion when the picture is seen ``x`` pixels further to the right than before."""
    back = np.zeros((height, width, 2), np.float32)
    back[..., 0] = x
    return Motion(back, np.ones((height, width), np.float32))


def test_every_preset_of_the_wire_has_a_painter_and_no_other_name_has() -> None:
    for name in PRESETS:
        paint(name, scene(40, 60))
    with pytest.raises(ValueError, match="crayon"):
        painter("crayon", seed=0, brush=1, height=16, width=16, draft=False)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("picture", [scene, photo])
def test_what_is_painted_has_size_and_range_of_the_picture_and_is_another(
    name: str, picture: type[Picture]
) -> None:
    shown = picture()
    before = shown.copy()
    painted = paint(name, shown)
    assert painted.shape == shown.shape
    assert painted.dtype == np.float32
    assert painted.min() >= 0
    assert painted.max() <= 1
    assert np.abs(painted - shown).mean() > 0.015
    assert (shown == before).all()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", PRESETS)
def test_blank_and_tiny_and_narrow_pictures_are_painted(name: str) -> None:
    blanks = [np.full((90, 64, 3), level, np.float32) for level in (0, 0.5, 1)]
    small = [scene(16, 16), scene(17, 301), scene(301, 17)]
    for picture in (*blanks, *small):
        height, width = picture.shape[:2]
        painted = paint(name, picture, picture, motion=pan(height, width, 0))
        assert np.isfinite(painted).all()
        assert painted.min() >= 0
        assert painted.max() <= 1


@pytest.mark.parametrize("name", PRESETS)
def test_black_stays_darker_than_white(name: str) -> None:
    black, white = (paint(name, np.full((64, 64, 3), level, np.float32)) for level in (0, 1))
    assert black.mean() + 0.3 < white.mean()


@pytest.mark.parametrize("name", PRESETS)
def test_the_same_seed_paints_the_same_pixels(name: str) -> None:
    clip = [scene(x=1.5 * index) for index in range(3)]
    first, second = (paint(name, *clip, motion=pan(120, 180, 1.5)) for _ in range(2))
    assert (first == second).all()


@pytest.mark.parametrize("name", [each for each in PRESETS if each != "cartoon"])
def test_another_seed_draws_other_marks_of_the_same_picture(name: str) -> None:
    first, second = (paint(name, scene(), seed=seed) for seed in (1, 2))
    assert np.abs(first - second).mean() > 0.004
    wide = [cv2.blur(each, (41, 41)) for each in (first, second)]
    assert np.abs(wide[0] - wide[1]).mean() < 0.04


@pytest.mark.parametrize("name", PRESETS)
def test_after_a_cut_nothing_is_left_of_the_shot_before(name: str) -> None:
    other = scene()[::-1].copy()
    assert (paint(name, scene(), other) == paint(name, other)).all()


@pytest.mark.parametrize("name", PRESETS)
def test_a_picture_of_another_size_is_refused(name: str) -> None:
    by = painter(name, seed=0, brush=1, height=64, width=64, draft=False)
    with pytest.raises(ValueError, match=r"64 by 64 samples, not \(48, 64\)"):
        by.paint(scene(48, 64), None)


@pytest.mark.parametrize("name", PRESETS)
def test_the_result_is_the_callers_own(name: str) -> None:
    clip, motion = [scene(), scene(x=1)], pan(120, 180, 1)
    by = painter(name, seed=7, brush=1, height=120, width=180, draft=False)
    by.paint(clip[0], None)[:] = 0
    assert (by.paint(clip[1], motion) == paint(name, *clip, motion=motion)).all()


@pytest.mark.parametrize("name", COLOURED)
def test_colours_of_a_reference_are_painted_with(name: str) -> None:
    def swapped(picture: Picture) -> Picture:
        return np.ascontiguousarray(picture[..., ::-1])

    plain, given = paint(name, scene()), paint(name, scene(), palette=swapped)
    middle = (slice(45, 75), slice(50, 80))  # of the orange disc
    assert plain[middle][..., 0].mean() > plain[middle][..., 2].mean() + 0.2
    assert given[middle][..., 2].mean() > given[middle][..., 0].mean() + 0.2


@pytest.mark.parametrize("name", GREY)
def test_ink_and_pencil_are_drawn_in_the_colours_of_a_reference(name: str) -> None:
    def reddened(picture: Picture) -> Picture:
        return picture * np.array([1, 0.5, 0.4], np.float32)

    plain, given = paint(name, scene()), paint(name, scene(), palette=reddened)
    assert np.abs(given - reddened(plain)).max() < 1e-6


@pytest.mark.parametrize("name", PRESETS)
def test_a_draft_looks_like_the_final_picture(name: str) -> None:
    draft, final = paint(name, scene(), draft=True), paint(name, scene())
    assert np.abs(cv2.blur(draft - final, (15, 15))).mean() < 0.03


def warp_error(pictures: list[Picture], motions: list[Motion]) -> float:
    """The mean squared difference of each picture and the one before, where flow holds."""
    errors = []
    for (before, after), motion in zip(pairwise(pictures), motions, strict=True):
        apart = np.square(after - displaced(before, motion.back)).mean(axis=2)
        errors.append(apart[motion.trust > 0.5].mean())
    return float(np.mean(errors))


def warp_ratio(name: str, clip: list[Picture], motions: list[Motion]) -> float:
    height, width = clip[0].shape[:2]
    by = painter(name, seed=7, brush=1, height=height, width=width, draft=False)
    painted = [by.paint(each, motion) for each, motion in zip(clip, [None, *motions], strict=True)]
    return warp_error(painted[2:], motions[2:]) / warp_error(clip[2:], motions[2:])


@pytest.mark.parametrize("name", PRESETS)
def test_marks_are_as_steady_as_the_grain_of_a_clip_that_moves(name: str) -> None:
    clip = [scene(x=1.4 * index, grain=index) for index in range(7)]
    assert warp_ratio(name, clip, [pan(120, 180, 1.4)] * 6) < 1.0


@pytest.mark.parametrize("name", PRESETS)
def test_real_clips_are_painted_as_steadily_as_they_are(name: str) -> None:
    ratios = []
    for file, start in (("asl-sister.mkv", 16), ("stream-of-water.mp4", 24)):
        clip = real_clip(file, start, 5)
        greys = [(each.mean(axis=2) * 255).astype(np.uint8) for each in clip]
        flows = [measured_pair(first, second, 1) for first, second in pairwise(greys)]
        motions = [Motion(flow.backward, flow.trust_backward) for flow in flows]
        ratios.append(warp_ratio(name, clip, motions))
    assert np.mean(ratios) < 1.2


@cache
def real_clip(file: str, start: int, count: int) -> list[Picture]:
    pictures: list[Picture] = []
    with av.open(str(shared(f"video/{file}"))) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index >= start:
                small = frame.reformat(width=320, height=240, format="rgb24").to_ndarray()
                pictures.append(small.astype(np.float32) / 255)
            if len(pictures) == count:
                break
    return pictures


def mark_size(name: str, height: int, brush: float) -> float:
    """How far down a picture its marks are like themselves, as a share of the height.

    What two seeds draw differently are the marks alone.
    """
    shown = scene(height, height // 3)
    first, second = (paint(name, shown, seed=seed, brush=brush) for seed in (7, 8))
    marks = (first - second).mean(axis=2)
    marks -= cv2.GaussianBlur(marks, (0, 0), height / 40)
    whole = (marks * marks).mean()
    alike = [(marks[lag:] * marks[:-lag]).mean() / whole for lag in range(1, height // 10)]
    beyond = int(np.argmax(np.array(alike) < 0.5))
    before = 1.0 if beyond == 0 else alike[beyond - 1]
    return float(beyond + (before - 0.5) / (before - alike[beyond])) / height


@pytest.mark.parametrize("name", [each for each in PRESETS if each != "cartoon"])
def test_marks_are_the_same_share_of_every_height(name: str) -> None:
    sizes = [mark_size(name, height, 2) for height in (400, 900)]
    assert max(sizes) < 1.35 * min(sizes)


@pytest.mark.parametrize("name", [each for each in PRESETS if each != "cartoon"])
def test_a_larger_brush_makes_larger_marks(name: str) -> None:
    assert mark_size(name, 480, 3) > 1.5 * mark_size(name, 480, 1.5)


@pytest.mark.parametrize("name", GREY)
def test_ink_and_pencil_are_grey_on_light_paper(name: str) -> None:
    painted = paint(name, scene(180, 270))
    assert np.ptp(painted, axis=2).max() < 0.1
    assert np.percentile(painted, 90) > 0.8
    assert np.percentile(painted, 2) < 0.4


@pytest.mark.parametrize("name", ["gouache", "cartoon"])
def test_gouache_and_cartoon_are_painted_in_few_tones(name: str) -> None:
    ramp = np.repeat(np.linspace(0, 1, 360, dtype=np.float32)[None, :], 90, axis=0)
    painted = paint(name, np.dstack([ramp] * 3)).mean(axis=(0, 2))
    steps = np.abs(np.diff(painted))
    # Three quarters of the way from black to white are gone on a third of the width.
    assert np.sort(steps)[-120:].sum() > 0.75 * steps.sum()


def test_a_cartoon_has_contours_and_gouache_none() -> None:
    disc = np.hypot(*np.meshgrid(np.arange(160) - 80, np.arange(160) - 80)) < 50
    picture = np.where(disc[..., None], (0.6, 0.5, 0.45), (0.95, 0.9, 0.9)).astype(np.float32)

    def darker_at_the_border(name: str) -> float:
        row = paint(name, picture).mean(axis=2)[80]
        return float(row[60:100].mean() - row[20:45].min())

    assert darker_at_the_border("cartoon") > 0.3
    assert darker_at_the_border("gouache") < 0.1


def test_a_wash_of_watercolour_is_darkest_at_its_border() -> None:
    picture = np.full((240, 240, 3), 0.95, np.float32)
    picture[60:180, 60:180] = (0.55, 0.6, 0.75)
    painted = cv2.blur(paint("watercolour", picture).mean(axis=2), (1, 41))
    profile = painted[110:130].mean(axis=0)
    assert profile[56:70].min() < profile[90:150].mean() - 0.03


def test_strokes_of_oil_run_along_the_shapes() -> None:
    stripes = 0.5 + 0.2 * np.sin(np.arange(240) / 12)
    picture = np.repeat(stripes[None, :, None], 160, axis=0).repeat(3, axis=2).astype(np.float32)
    painted = paint("oil", picture).mean(axis=2)[20:-20, 20:-20]
    marks = painted - painted.mean(axis=0)
    along, across = np.abs(np.diff(marks, axis=0)).mean(), np.abs(np.diff(marks, axis=1)).mean()
    assert across > 2 * along


def test_pencil_lays_more_graphite_the_darker_it_is() -> None:
    patches = np.repeat([0.05, 0.35, 0.65, 0.98], 60)
    picture = np.repeat(patches[None, :, None], 120, axis=0).repeat(3, axis=2).astype(np.float32)
    painted = paint("pencil", picture).mean(axis=(0, 2))
    tones = [painted[start + 15 : start + 45].mean() for start in range(0, 240, 60)]
    assert (np.diff(tones) > 0.08).all()


def test_lines_of_ink_are_drawn_where_two_tones_meet() -> None:
    picture = np.full((180, 180, 3), 0.9, np.float32)
    picture[:, :90] = 0.5
    painted = paint("ink", picture).mean(axis=(0, 2))
    assert painted[80:100].min() < painted[20:70].min() - 0.1
