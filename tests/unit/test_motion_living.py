"""The engine ``motion`` with sky, regions, depth, loop and end picture: what is said is done."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.errors import MaskUnfit
from afterframe.media.convert import convert
from afterframe.media.display import rgb_frame, to_rgb8
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from tests.unit.test_motion_engine import FORMATS, Stills, render
from tests.unit.test_motion_sky import above_hills, blue_sky, lit_wall, plain_sky

SRGB = ColourTags(primaries=1, transfer=13, matrix=0, full_range=True)
VIDEO = ColourTags(primaries=1, transfer=1, matrix=1)
YUV420 = PixelFormat("yuv", 8, subsampling=(1, 1))
STILL = {"prompt": "static"}


@dataclass
class Photo:
    """A source of one frame."""

    picture: Frame
    frames: int = 1
    spare: tuple[int, int] = (0, 0)

    @property
    def info(self) -> MediaInfo:
        size = (self.picture.width, self.picture.height)
        return MediaInfo(*size, 1, None, self.picture.format, self.picture.colour)

    def read(self, index: int) -> Frame:
        del index
        return self.picture


def photo(rgb: NDArray[np.float32]) -> Photo:
    return Photo(convert(rgb_frame(np.rint(rgb * 255).astype(np.uint8), SRGB), YUV420, VIDEO))


def textured(width: int = 320, height: int = 180, seed: int = 0) -> NDArray[np.float32]:
    """Return a picture with detail everywhere, and nothing that looks like sky."""
    noise = np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 1.5)
    return np.clip((soft - 0.5) * 4 + 0.45, 0, 1).astype(np.float32) * (0.9, 0.7, 0.5)


def written(path: Path, picture: NDArray[Any]) -> str:
    shown = np.rint(np.asarray(picture) * 255).astype(np.uint8)
    cv2.imwrite(str(path), shown[..., ::-1] if shown.ndim == 3 else shown)
    return str(path)


def region(path: str, x: float = 1.0, y: float = 0.0, kind: str = "flow") -> dict[str, Any]:
    return {"mask": path, "x": x, "y": y, "kind": kind}


def ids(notes: Any) -> list[str]:
    return [note.id.removeprefix("note.motion.") for note in notes]


def luma_change(frames: list[Frame], part: Any) -> float:
    first, last = (frame.planes[0][part].astype(np.float64) for frame in (frames[0], frames[-1]))
    return float(np.abs(last - first).mean())


def test_clouds_drift_by_themselves_and_the_ground_stands() -> None:
    made, notes = render(photo(above_hills(blue_sky())), STILL, frames=24, seed=1)
    assert ids(notes) == ["still", "sky_right"]
    assert luma_change(made, np.s_[:150]) > 3
    assert luma_change(made, np.s_[225:]) == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sky": "off"}, []),
        ({"prompt": "static, the clouds don't move"}, []),
        ({"sky": "up"}, ["sky_up"]),
        ({"prompt": "static, clouds drift left"}, ["sky_left"]),
        ({"prompt": "static, clouds drift left", "sky": "down"}, ["sky_down"]),
    ],
)
def test_what_is_said_of_the_sky_is_done(values: dict[str, Any], said: list[str]) -> None:
    made, notes = render(photo(above_hills(blue_sky())), {**STILL, **values}, frames=4)
    assert ids(notes) == ["still", *said]
    assert (luma_change(made, np.s_[:150]) > 0) == bool(said)


@pytest.mark.parametrize(
    ("picture", "alone", "asked"),
    [
        (textured(), [], ["sky_none"]),
        (lit_wall(), [], ["sky_unsure", "sky_left"]),
        (above_hills(plain_sky()), [], ["sky_plain", "sky_left"]),
    ],
    ids=["none", "wall", "plain"],
)
def test_what_is_not_surely_a_living_sky_moves_only_when_asked(
    picture: NDArray[np.float32], alone: list[str], asked: list[str]
) -> None:
    assert ids(render(photo(picture), STILL, frames=2)[1]) == ["still", *alone]
    assert ids(render(photo(picture), {**STILL, "sky": "left"}, frames=2)[1]) == ["still", *asked]


def test_a_painted_region_flows_and_nothing_else_does(tmp_path: Path) -> None:
    mask = np.zeros((180, 320), np.float32)
    mask[90:, 60:260] = 1
    painted = region(written(tmp_path / "river.png", mask))
    values = {**STILL, "regions": [painted], "motion": 8.0}
    made, _ = render(photo(textured()), values, frames=12)
    assert luma_change(made, np.s_[110:170, 90:230]) > 5
    assert luma_change(made, np.s_[:80]) == 0
    assert luma_change(made, np.s_[:, :50]) == 0


def test_a_swaying_region_swings_and_a_loop_of_it_returns(tmp_path: Path) -> None:
    mask = np.zeros((180, 320), np.float32)
    mask[40:140, 60:260] = 1
    painted = region(written(tmp_path / "leaves.png", mask), kind="sway")
    values = {**STILL, "regions": [painted], "motion": 10.0, "loop": True}
    made, _ = render(photo(textured()), values, frames=48)
    apart = [np.abs(f.planes[0].astype(float) - made[0].planes[0]).mean() for f in made]
    assert max(apart) > 3 * apart[-1]
    assert max(apart) > 2 * apart[1]


def test_masks_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    empty = region(written(tmp_path / "none.png", np.zeros((180, 320), np.float32)))
    _, notes = render(photo(textured()), {**STILL, "regions": [empty]}, frames=2)
    assert [note.text() for note in notes][1:] == [
        "The mask none.png is empty: nothing moves there."
    ]
    other = region(written(tmp_path / "square.png", np.ones((180, 180), np.float32)))
    with pytest.raises(MaskUnfit, match=r"square\.png"):
        render(photo(textured()), {**STILL, "regions": [other]}, frames=2)


def test_a_mask_of_another_size_and_the_same_shape_is_used(tmp_path: Path) -> None:
    small = region(written(tmp_path / "small.png", np.ones((45, 80), np.float32)))
    made, notes = render(photo(textured()), {**STILL, "regions": [small]}, frames=12)
    assert ids(notes) == ["still"]
    assert luma_change(made, np.s_[60:120, 60:260]) > 2


def test_water_without_a_mask_is_asked_for_and_with_one_the_arrow_decides(tmp_path: Path) -> None:
    words = {"prompt": "static, water flows left"}
    assert ids(render(photo(textured()), words, frames=2)[1]) == ["still", "needs_mask"]
    painted = region(written(tmp_path / "m.png", np.ones((180, 320), np.float32)))
    _, notes = render(photo(textured()), {**words, "regions": [painted]}, frames=2)
    assert ids(notes) == ["still", "region_words"]


@pytest.mark.parametrize("move", [{"zoom": 1.0}, {"zoom": -1.0}, {"pan_x": -1.0}])
def test_a_loop_begins_at_the_source_and_its_last_frame_leads_back(move: dict[str, float]) -> None:
    source = photo(above_hills(blue_sky()))
    made, notes = render(source, {**move, "loop": True, "motion": 8.0}, frames=32)
    assert ids(notes)[0] == "loops"
    planes = [frame.planes[0].astype(np.float64) for frame in made]
    np.testing.assert_array_equal(planes[0], source.picture.planes[0])
    steps = [np.abs(b - a).mean() for a, b in zip(planes, [*planes[1:], planes[0]], strict=True)]
    assert steps[-1] < 1.5 * float(np.median(steps))
    assert np.abs(planes[16] - planes[0]).mean() > 3 * steps[-1]


def test_going_out_clouds_arrive_where_they_are_in_the_source() -> None:
    source = photo(above_hills(blue_sky()))
    made, _ = render(source, {"zoom": -1.0}, frames=12)
    np.testing.assert_array_equal(made[-1].planes[0], source.picture.planes[0])
    assert np.abs(made[-2].planes[0].astype(float) - made[-1].planes[0]).mean() < 3


def test_a_flat_picture_has_no_parallax_and_a_hint_changes_what_is_near(tmp_path: Path) -> None:
    source = photo(textured())
    hint = np.full((180, 320), 0.5, np.float32)
    hint[:90] = 1.0

    def last(**values: Any) -> NDArray[np.float64]:
        made, _ = render(source, {"dolly": 1.0, "motion": 10.0, **values}, frames=3)
        return made[-1].planes[0].astype(np.float64)

    guessed, flat = last(), last(depth="flat")
    hinted = last(depth_hint=written(tmp_path / "near.png", hint))
    assert np.abs(guessed - flat).mean() > 5
    assert np.abs(guessed - hinted).mean() > 5


def test_a_crop_of_the_same_scene_is_reached_by_the_camera(tmp_path: Path) -> None:
    whole = above_hills(blue_sky())
    detail = np.random.default_rng(7).random((75, 120, 1)).astype(np.float32)
    whole = np.clip(whole + 0.5 * (cv2.resize(detail, (480, 300))[..., None] - 0.5), 0, 1)
    part = cv2.resize(whole[100:250, 150:390], (480, 300), interpolation=cv2.INTER_CUBIC)
    source = photo(whole.astype(np.float32))
    end = written(tmp_path / "end.png", part.clip(0, 1))
    made, notes = render(source, {"end": end, "prompt": "zoom in"}, frames=9)
    assert ids(notes) == ["end_same", "end_leads"]
    np.testing.assert_array_equal(made[0].planes[0], source.picture.planes[0])
    assert np.abs(to_rgb8(made[-1]) / 255 - part.clip(0, 1)).mean() < 0.02
    middle = to_rgb8(made[4]).astype(np.float64) / 255  # half of the way, as zooms count: 1.41
    closer = cv2.resize(whole, None, fx=2**0.5, fy=2**0.5, interpolation=cv2.INTER_CUBIC)
    match = cv2.matchTemplate(
        closer.astype(np.float32), middle[100:200, 160:320].astype(np.float32), cv2.TM_CCOEFF_NORMED
    )
    assert match.max() > 0.9


def test_another_scene_is_reached_by_one_move_through_both(tmp_path: Path) -> None:
    end = written(tmp_path / "end.png", textured(seed=9))
    source = photo(textured())
    made, notes = render(source, {"end": end}, frames=9)
    assert ids(notes) == ["end_other"]
    np.testing.assert_array_equal(made[0].planes[0], source.picture.planes[0])
    shown = to_rgb8(made[-1]) / 255
    assert np.abs(shown - textured(seed=9)).mean() < 0.03
    assert all((a.planes[0] != b.planes[0]).any() for a, b in pairwise(made))


def test_an_end_of_the_same_framing_lets_the_camera_return(tmp_path: Path) -> None:
    picture = textured()
    end = written(tmp_path / "end.png", picture)
    made, notes = render(photo(picture), {"end": end, "loop": True}, frames=9)
    assert ids(notes) == ["end_same_framing", "end_alone"]
    assert luma_change([made[0], made[4]], np.s_[:]) > 3
    assert luma_change(made, np.s_[:]) < 2


@pytest.mark.parametrize("name", FORMATS)
def test_every_encoding_flows_in_its_own_form(name: str, tmp_path: Path) -> None:
    painted = region(written(tmp_path / "m.png", np.ones((90, 160), np.float32)))
    made, _ = render(Stills(FORMATS[name]), {"regions": [painted], "motion": 10}, frames=4)
    original = Stills(FORMATS[name]).read(1)
    for plane, was in zip(made[-1].planes, original.planes, strict=True):
        assert (plane.shape, plane.dtype) == (was.shape, was.dtype)
        assert plane.max() <= FORMATS[name].peak
    assert (made[-1].planes[0] != original.planes[0]).mean() > 0.5


@pytest.mark.parametrize("size", [(16, 16), (1, 40), (40, 1), (2, 2), (333, 31)])
def test_any_size_flows_sways_and_ends(size: tuple[int, int], tmp_path: Path) -> None:
    mask = written(tmp_path / "m.png", np.ones((size[1], size[0]), np.float32))
    both = {"regions": [region(mask), region(mask, kind="sway")], "sky": "left", "motion": 10}
    end = {"end": written(tmp_path / "e.png", np.zeros((size[1], size[0], 3), np.float32))}
    for values in (both, end):
        made, _ = render(Stills(FORMATS["yuv420p"], size), values, frames=3)
        assert {(frame.width, frame.height) for frame in made} == {size}


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_colour_stays_it(level: int, tmp_path: Path) -> None:
    plane = np.full((90, 160), level, np.uint8)
    grey = Photo(Frame((plane,), PixelFormat("grey", 8), ColourTags(full_range=True)))
    mask = written(tmp_path / "m.png", np.ones((90, 160), np.float32))
    made, _ = render(grey, {"regions": [region(mask)], "sky": "left", "motion": 10}, frames=5)
    for frame in made:
        np.testing.assert_array_equal(frame.planes[0], plane)


def test_infinite_samples_of_linear_light_spoil_nothing(tmp_path: Path) -> None:
    planes = [p.astype(np.float16) for p in np.moveaxis(textured(160, 90), 2, 0)]
    planes[0][40:44, 70:74] = np.inf
    planes[1][5, 5] = -np.inf
    linear = ColourTags(primaries=1, transfer=8, matrix=0, full_range=True)
    source = Photo(Frame(tuple(planes), FORMATS["rgb half"], linear))
    mask = written(tmp_path / "m.png", np.ones((90, 160), np.float32))
    made, _ = render(source, {"regions": [region(mask)], "motion": 10}, frames=6)
    for frame in made[1:]:
        assert all(np.isfinite(plane).all() for plane in frame.planes)
    far = made[-1].planes[2][60:, :40].astype(float)
    assert far.max() < 1.5


def test_the_same_seed_makes_the_same_pixels_and_a_draft_the_same_motion() -> None:
    source = photo(above_hills(blue_sky()))
    runs = [render(source, {"motion": 8.0}, frames=6, draft=d)[0] for d in (False, False, True)]
    for a, b in zip(runs[0], runs[1], strict=True):
        np.testing.assert_array_equal(a.planes[0], b.planes[0])
    draft = np.abs(runs[2][-1].planes[0].astype(float) - runs[0][-1].planes[0]).mean()
    assert draft < 0.35 * np.abs(runs[0][0].planes[0].astype(float) - runs[0][-1].planes[0]).mean()
