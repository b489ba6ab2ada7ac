"""What may be selected, what is refused, and pictures out of the ordinary."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterframe.media.display import to_rgb8
from afterframe.media.source import open_media
from afterframe.sample.movie import write_movie
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip, Media
from tests import makers
from tests.hosts.blenders import VERSIONS, run_script
from tests.hosts.pictures import psnr, read_picture

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

SIZE = (96, 64)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    write_movie(folder / "look.mov", (320, 180), 12)
    makers.numbered_movie(folder / "numbers.mov", 12, Fraction(24), SIZE)
    makers.write_picture(folder / "bright.exr", np.full((64, 96, 3), 3.5, np.float16))
    glass = np.full((64, 96, 4), (200, 100, 50, 128), np.uint8)
    makers.write_picture(folder / "glass.png", glass, **{"oiio:UnassociatedAlpha": 1})
    makers.numbered_still(folder / "plate.1001.png", 1, SIZE)
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def odd(
    request: pytest.FixtureRequest, media: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    folder = tmp_path_factory.mktemp("odd")
    return run_script(str(request.param), "capture_odd.py", folder, media, folder)


def test_a_selection_gives_the_strips_that_have_pictures(odd: Any) -> None:
    assert odd["selected"] == {
        "nothing": "nothing_selected",
        "speed effect": ["movie"],
        "adjustment": "unsupported_item",
        "title": ["title"],
        "inside a meta": ["inner"],
        "inside a changed meta": ["meta"],
        "all": ["meta", "movie"],
        "red": ["movie"],
        "all but muted": ["movie"],
    }


def test_what_cannot_be_captured_is_told(odd: Any) -> None:
    assert odd["refused"] == {
        "lost": "media_missing",
        "lost in a meta": "media_missing",
        "picture of a sequence": "media_missing",
        "damaged": "media_unreadable",
        "damaged in a meta": "media_unreadable",
        "damaged picture": "media_unreadable",
        "before": "playhead_outside",
        "after": "playhead_outside",
    }


def test_pictures_brighter_than_white_stay_so(odd: Any) -> None:
    clip = _clip(odd, "bright")
    assert clip.media.path.endswith(".exr")
    assert clip.media.colour_space == "Linear Rec.709"
    assert np.allclose(read_picture(clip.media.path)[..., :3], 3.5, atol=0.01)
    assert _clip(odd, "nested").media.path.endswith(".exr")
    assert np.allclose(read_picture(_clip(odd, "nested").media.path)[..., :3], 1.0, atol=0.01)


def test_a_movie_in_an_encoding_that_goes_beyond_white_keeps_what_is_there(odd: Any) -> None:
    clip = _clip(odd, "logged")
    assert clip.media.path.endswith(".exr")
    assert read_picture(clip.media.path)[..., :3].max() > 4


def test_a_title_is_captured_without_its_opacity(odd: Any) -> None:
    picture = read_picture(_clip(odd, "title").media.path)
    assert picture.shape == (64, 96, 3)
    assert np.allclose(picture[..., :3], (0.2, 0.6, 0.4), atol=0.01)


def test_alpha_is_kept(odd: Any) -> None:
    picture = read_picture(_clip(odd, "glass").media.path)
    assert picture.shape == (64, 96, 4)
    assert np.allclose(picture[..., 3], 128 / 255, atol=0.01)
    colour = picture[..., :3] / picture[..., 3:]
    assert np.allclose(colour * 255, (200, 100, 50), atol=1.5)


def test_as_shot_is_the_medium_without_grade_transform_and_opacity(odd: Any, media: Path) -> None:
    captured = read_picture(_clip(odd, "turned").media.path)
    with open_media(Media("movie", str(media / "look.mov"))) as movie:
        source = to_rgb8(movie.read(6), (320, 180)) / 255
    assert psnr(captured, source) > 40


def test_several_frames_are_a_numbered_sequence(odd: Any, media: Path) -> None:
    clip = _clip(odd, "several")
    assert (clip.media.kind, clip.media.first, clip.media_range.duration) == ("sequence", 1, 4)
    with open_media(clip.media) as medium:
        assert medium.info.frames == 4
    with open_media(Media("movie", str(media / "look.mov"))) as movie:
        for index, shown in enumerate((0, 3, 3, 3)):  # strobed: every third picture
            picture = read_picture(clip.media.path.replace("######", f"{1 + index:06d}"))
            source = to_rgb8(movie.read(shown), (320, 180)) / 255
            assert psnr(picture, source) > 40


def test_renders_of_ours_are_none_of_other_add_ons(odd: Any) -> None:
    assert odd["handlers heard"] == []


def _clip(odd: Any, name: str) -> Clip:
    return codec.load(Clip, odd["captured"][name])
