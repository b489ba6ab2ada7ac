"""The engine ``style``, as the pipeline calls it."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.errors import Cancelled
from afterframe.media.convert import LINEAR, srgb_encode
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe.pipeline.pixels import passage
from afterframe.pipeline.source import FilteredSource
from afterframe_hosts.wire.catalogue import en, zh_CN
from afterframe_hosts.wire.job import Note
from afterframe_models import registry
from afterframe_models.style.analysis import lab_of
from afterframe_models.style.brushwork import BrushPainter
from tests.unit.style_stand import (
    FOLDER,
    HEIGHT,
    WIDTH,
    Clip,
    brushed,
    printed,
    referred,
    rendered,
    restyled,
    scene,
    sliding,
)

Single = NDArray[np.float32]

STYLES = {"brushed": brushed(), "printed": printed()}
PAINTED: dict[str, Any] = {
    "shelf": STYLES,
    "reference": referred("brushed"),
    "strength": 1.0,
    "colour": 0.0,
}
"""All of the strokes and none of the colours, which take longest to be found."""


def colour_of(picture: Single) -> Single:
    return np.asarray(lab_of(np.ascontiguousarray(picture[..., :3])).mean((0, 1)))


@pytest.mark.parametrize("style", STYLES)
def test_a_clip_gets_the_colours_of_the_reference(style: str) -> None:
    clip = sliding(2)
    made = restyled(clip, shelf=STYLES, reference=referred(style), strength=1.0)
    wanted = colour_of(STYLES[style])
    before = np.linalg.norm(colour_of(clip.pictures[0]) - wanted)
    assert np.linalg.norm(colour_of(made[0]) - wanted) < 0.8 * before


def test_colour_at_nought_keeps_the_clips_own_colours() -> None:
    clip = sliding(1)
    made = restyled(clip, **PAINTED)
    assert np.linalg.norm(colour_of(made[0]) - colour_of(clip.pictures[0])) < 5


def test_no_strength_gives_the_source_to_the_bit() -> None:
    clip = sliding(2)
    made = restyled(clip, shelf=STYLES, reference=referred("brushed"), strength=0.0)
    for frame, source in zip(made, clip.pictures, strict=True):
        np.testing.assert_array_equal(frame, source)


@pytest.mark.parametrize("kind", ["yuv", "light"])
def test_no_strength_keeps_what_no_display_shows(kind: str) -> None:
    random = np.random.default_rng(1)
    if kind == "yuv":  # most of all numbers are no colour at all
        pixels, tags = PixelFormat("yuv", 8, subsampling=(1, 1)), ColourTags(matrix=1)
        sizes = ((32, 48), (16, 24), (16, 24))
        planes = tuple(random.integers(0, 256, size, np.uint8) for size in sizes)
    else:
        pixels, tags = PixelFormat("rgb", 32, floating=True), ColourTags(transfer=LINEAR, matrix=0)
        planes = tuple(random.normal(0, 4, (32, 48)).astype(np.float32) for _ in range(3))
    frame = Frame(planes, pixels, tags)
    info = MediaInfo(48, 32, 2, Fraction(25), pixels, tags)
    source = FilteredSource(sliding(2), info, lambda _: frame)
    way = passage(registry.cards()["style"], source)
    for made in rendered(way.source, strength=0.0):
        back = way.back(made)
        assert (back.format, back.colour) == (pixels, tags)
        for plane, was in zip(back.planes, planes, strict=True):
            np.testing.assert_array_equal(plane, was)
    assert way.notes() == ()
    for made in rendered(way.source, strength=0.5):
        way.back(made)
    assert way.notes()


def test_more_strength_is_farther_from_the_source_step_by_step() -> None:
    clip = sliding(1)
    far = [
        np.abs(restyled(clip, **PAINTED | {"strength": strength})[0] - clip.pictures[0]).mean()
        for strength in (0.2, 0.5, 0.8, 1.0)
    ]
    assert all(a < b for a, b in pairwise(far))


def test_the_same_seed_paints_the_same_and_another_seed_other_strokes() -> None:
    clip, colours = sliding(3), {"colour": 0.85}
    once, again, other = (restyled(clip, **PAINTED | colours, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(np.stack(once), np.stack(again))
    assert np.abs(once[0] - other[0]).mean() > 0.005


def test_a_mask_holds_the_style_back_with_a_soft_edge() -> None:
    clip = sliding(1)
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    mask[:, : WIDTH // 2] = 1
    shelf = {**STYLES, "mask": mask}
    made = restyled(
        clip, shelf=shelf, reference=referred("brushed"), keep=FOLDER + "mask", strength=1.0
    )
    change = np.abs(made[0] - clip.pictures[0]).mean(2)
    assert change[:, : WIDTH // 2 - 8].max() == 0
    assert change[:, WIDTH // 2 + 8 :].mean() > 0.02


def steadiness(frames: list[Single], speed: float) -> float:
    """Return the mean squared error between frames moved onto each other, edges left out."""
    errors = []
    for before, after in pairwise(frames):
        shift = np.array([[1, 0, -speed], [0, 1, 0]], np.float64)
        moved = cv2.warpAffine(before, shift, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        errors.append(np.square(moved - after)[4:-4, 4:-12].mean())
    return float(np.mean(errors))


@pytest.mark.parametrize(("style", "share"), [("brushed", 0.35), ("printed", 0.95)])
def test_paint_travels_with_what_it_shows(style: str, share: float) -> None:
    clip = sliding(4, 1.5)
    values = PAINTED | {"reference": referred(style)}
    made = restyled(clip, **values)
    boiling = [
        restyled(Clip([picture]), **values, seed=index)[0]
        for index, picture in enumerate(clip.pictures[:3])
    ]
    assert steadiness(made, 1.5) < share * steadiness(boiling, 1.5)


def test_paint_is_hardly_less_steady_than_the_shot() -> None:
    clip = sliding(4, 1.5)
    made = restyled(clip, **PAINTED)
    assert steadiness(made, 1.5) < 3.2 * steadiness(list(clip.pictures), 1.5)


@pytest.mark.parametrize("style", STYLES)
def test_a_drift_of_the_cameras_light_is_no_flash_in_paint(style: str) -> None:
    clip = Clip([scene(light=1 - 0.015 * index) for index in range(5)])
    made = restyled(clip, shelf=STYLES, reference=referred(style), strength=1.0)
    drift, shot = (np.abs(f[4] - f[0]).mean() for f in (made, clip.pictures))
    assert drift < 0.15 * shot


def test_a_shot_that_stands_still_stands_still_in_paint() -> None:
    made = restyled(Clip([scene()] * 4), **PAINTED)
    assert np.abs(made[3] - made[2]).mean() < 0.002


@pytest.mark.parametrize(("style", "share"), [("brushed", 0.85), ("printed", 0.5)])
def test_paint_follows_a_change_of_light_at_once(style: str, share: float) -> None:
    clip = Clip([scene(light=1.0)] * 2 + [scene(light=0.6)])
    made = restyled(clip, **PAINTED | {"reference": referred(style)})
    before, after = (colour_of(picture)[0] for picture in made[1:])
    wanted = colour_of(clip.pictures[1])[0] - colour_of(clip.pictures[2])[0]
    assert before - after > share * wanted


def test_nothing_is_left_of_the_shot_before_a_cut() -> None:
    other = np.ascontiguousarray(scene(shift=40)[::-1, ::-1])
    after = restyled(Clip([scene()] * 2 + [other]), **PAINTED)[2]
    clean = restyled(Clip([other]), **PAINTED)[0]
    assert np.abs(cv2.blur(after, (9, 9)) - cv2.blur(clean, (9, 9))).mean() < 0.03


def test_strokes_are_the_same_share_of_the_picture_at_every_size() -> None:
    sizes = [fineness(height) for height in (240, 480, 960)]
    assert max(sizes) < 1.35 * min(sizes)


def test_what_is_full_of_detail_keeps_its_own_colours() -> None:
    random = np.random.default_rng(2)
    detail = cv2.GaussianBlur(random.normal(0, 0.35, (192, 160)), (0, 0), 1.2)
    picture = np.full((192, 320, 3), 0.5, np.float32)
    picture[:, 160:] += detail[..., None].astype(np.float32)
    made = restyled(Clip([np.clip(picture, 0, 1)]), **PAINTED)[0]
    colours = lab_of(np.ascontiguousarray(made))[8:-8, :, 1:]
    even, full = (colours[:, at].std((0, 1)).mean() for at in (slice(8, 150), slice(170, 312)))
    assert even > 5  # the style's, on a grey wall
    assert full < 0.6 * even


def test_a_larger_brush_paints_coarser() -> None:
    assert fineness(480, brush=3.0) < 0.8 * fineness(480, brush=0.8)


def fineness(height: int, brush: float = 1.0) -> float:
    """Return the mean frequency, in cycles a height, of what strokes add to an even picture."""
    even = np.full((height, height, 3), 0.5, np.float32)
    painted = restyled(Clip([even]), **PAINTED, brush=brush)[0][..., 1]
    fine = painted - cv2.GaussianBlur(painted, (0, 0), height / 12)
    window = np.hanning(height)
    power = np.square(np.abs(np.fft.fft2(fine * window[:, None] * window[None])))
    place = np.fft.fftfreq(height) * height
    frequency = np.hypot(place[:, None], place[None])
    seen = frequency < 100  # what 240 lines can show
    return float((power * frequency)[seen].sum() / power[seen].sum())


def test_weights_mix_references() -> None:
    clip = sliding(1)

    def made(*weights: float) -> Single:
        reference = referred("brushed", "printed", weights=weights)
        return colour_of(
            restyled(clip, shelf=STYLES, reference=reference, strength=1.0, colour=1.0)[0]
        )

    blue, half, cream = made(1.0, 0.01), made(0.5, 0.5), made(0.01, 1.0)
    along = (half - blue) @ (cream - blue) / np.square(cream - blue).sum()
    assert 0.3 < along < 0.7


def test_a_preset_with_a_reference_takes_its_colours() -> None:
    clip = sliding(1)
    plain = restyled(clip, preset="gouache", strength=1.0)[0]
    toned = restyled(
        clip, shelf=STYLES, preset="gouache", reference=referred("brushed"), strength=1.0
    )[0]
    wanted = colour_of(STYLES["brushed"])
    assert np.linalg.norm(colour_of(toned) - wanted) < np.linalg.norm(colour_of(plain) - wanted)


def test_auto_without_a_picture_is_oil() -> None:
    clip = sliding(1)
    auto, oil = restyled(clip), restyled(clip, preset="oil")
    np.testing.assert_array_equal(auto[0], oil[0])


@pytest.mark.parametrize("size", [(1, 1), (40, 60)])
def test_a_picture_of_one_colour_is_told_and_gives_its_colour_only(size: tuple[int, int]) -> None:
    one = np.full((*size, 3), (0.7, 0.2, 0.2), np.float32)
    notes: list[Note] = []
    clip = sliding(1)
    made = restyled(
        clip, shelf={"one": one}, reference=referred("one"), strength=1.0, colour=1.0, notes=notes
    )[0]
    assert [note.id for note in notes] == ["note.style.colour"]
    assert np.linalg.norm(colour_of(made) - colour_of(one)) < 10
    assert np.abs(made - cv2.GaussianBlur(made, (0, 0), 1)).mean() < 0.01


@pytest.mark.parametrize(("style", "kind"), [("brushed", "painterly"), ("printed", "flat")])
def test_what_was_read_from_a_picture_is_told(style: str, kind: str) -> None:
    notes: list[Note] = []
    restyled(sliding(1), shelf=STYLES, reference=referred(style), notes=notes)
    assert notes == [Note(f"note.style.{kind}", {"picture": style})]


def test_words_are_said_not_to_be_read() -> None:
    notes: list[Note] = []
    restyled(sliding(1), prompt="like van Gogh", notes=notes)
    assert notes == [Note("note.style.prompt", {"words": "like van Gogh"})]


def test_every_note_has_its_sentence() -> None:
    for message in registry.load("style").messages():
        assert message in en.MESSAGES
        assert message in zh_CN.MESSAGES


@pytest.mark.parametrize("style", STYLES)
def test_black_frames_stay_black_and_a_fade_from_black_is_painted(style: str) -> None:
    black = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    reference = referred(style)
    made = restyled(Clip([black] * 3), shelf=STYLES, reference=reference, strength=1.0)
    assert max(frame.max() for frame in made) < 0.25
    fade = Clip([black, scene(light=0.3), scene(light=0.6)])
    assert all(np.isfinite(f).all() for f in restyled(fade, shelf=STYLES, reference=reference))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("size", [(16, 16), (16, 200), (17, 33), (1, 1), (2, 50)])
def test_frames_of_any_size_come_back_at_their_size(size: tuple[int, int], style: str) -> None:
    pictures = [np.random.default_rng(k).random((*size, 3)).astype(np.float32) for k in range(3)]
    for draft in (False, True):
        made = restyled(Clip(pictures), shelf=STYLES, reference=referred(style), draft=draft)
        assert [frame.shape for frame in made] == [(*size, 3)] * 3
        assert all(np.isfinite(frame).all() for frame in made)


def test_alpha_is_carried_and_what_is_behind_it_is_not_painted_in() -> None:
    alpha = np.zeros((HEIGHT, WIDTH), np.float32)
    alpha[20:80, 30:130] = 1
    red = np.dstack([scene(), alpha])
    red[alpha == 0, :3] = (1, 0, 0)
    black = red.copy()
    black[alpha == 0, :3] = 0
    reference = referred("brushed")
    made = [
        restyled(Clip([p] * 2), shelf=STYLES, reference=reference, strength=1.0)[1]
        for p in (red, black)
    ]
    np.testing.assert_array_equal(made[0][..., 3], alpha)
    seen = alpha > 0
    assert np.abs(made[0][seen] - made[1][seen]).max() < 0.02


def test_colour_behind_alpha_is_shown_straight_and_comes_back_multiplied() -> None:
    pixels = PixelFormat("rgb", 16, floating=True, alpha=True)
    tags = ColourTags(transfer=LINEAR, matrix=0, full_range=True, premultiplied=True)
    colour, alpha = np.full((4, 6), 0.2, np.float16), np.full((4, 6), 0.5, np.float16)
    alpha[0], colour[0] = 0, 0
    frame = Frame((colour, colour, colour, alpha), pixels, tags)
    info = MediaInfo(6, 4, 1, Fraction(25), pixels, tags)
    way = passage(registry.cards()["style"], FilteredSource(Clip([scene()]), info, lambda _: frame))
    shown = way.source.read(0)
    assert shown.format.alpha
    np.testing.assert_allclose(shown.planes[0][1:], srgb_encode(np.float32(0.4)), atol=1e-3)
    back = way.back(shown)
    assert (back.format, back.colour) == (pixels, tags)
    for plane, was in zip(back.planes, frame.planes, strict=True):
        np.testing.assert_allclose(plane, was, atol=1e-3)


def test_a_draft_paints_few_frames_and_carries_them_by_flow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted = []
    paint = BrushPainter.paint

    def counted(self: BrushPainter, picture: Single, motion: object) -> Single:
        painted.append(picture.shape)
        return paint(self, picture, motion)  # type: ignore[arg-type]

    monkeypatch.setattr(BrushPainter, "paint", counted)
    clip = sliding(25, 0.5)
    made = restyled(clip, shelf=STYLES, reference=referred("brushed"), strength=1.0, draft=True)
    assert len(made) == 25
    assert len(painted) <= 4
    assert steadiness(made[1:11], 0.5) < 0.002


def test_a_large_draft_is_painted_small(monkeypatch: pytest.MonkeyPatch) -> None:
    painted = []
    paint = BrushPainter.paint

    def counted(self: BrushPainter, picture: Single, motion: object) -> Single:
        painted.append(picture.shape)
        return paint(self, picture, motion)  # type: ignore[arg-type]

    monkeypatch.setattr(BrushPainter, "paint", counted)
    made = restyled(Clip([scene(600)]), shelf=STYLES, reference=referred("brushed"), draft=True)
    assert made[0].shape == (600, 1000, 3)
    assert painted == [(240, 400, 3)]


@pytest.mark.parametrize("draft", [False, True])
def test_a_cancelled_job_ends_at_the_next_frame(draft: bool) -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        restyled(sliding(6), shelf=STYLES, reference=referred("brushed"), draft=draft, check=check)
