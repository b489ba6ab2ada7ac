"""Takes behind one strip, and their panel, in each Blender; see the scripts of these names."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests import makers
from tests.hosts.blenders import VERSIONS, run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

MOVIES = {
    "shot.mov": (48, (64, 48)),
    "made_v001.mov": (24, (64, 48)),
    "made_v002.mov": (40, (128, 96)),
    "made_v003.mov": (10, (64, 48)),
    "made_v006.mov": (24, (64, 48)),
}
SEQUENCES = {"made_v004": (20, (64, 48)), "made_v005": (30, (32, 24))}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    for name, (frames, size) in MOVIES.items():
        _write_movie(folder / name, frames, size)
    for name, (frames, (width, height)) in SEQUENCES.items():
        (folder / name).mkdir()
        for number in range(1, frames + 1):
            picture = np.full((height, width, 3), number / frames, np.float32)
            makers.write_picture(folder / name / f"{name}.{number:04d}.png", picture)
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def walked(version: str, media: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _run(version, "take_walk.py", media, tmp_path_factory)


@pytest.fixture(scope="module")
def tried(version: str, media: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return _run(version, "try_takes.py", media, tmp_path_factory)


@pytest.mark.parametrize(
    "check",
    [
        "a_new_take_changes_the_medium_only",
        "takes_are_stepped_through_and_trims_come_back",
        "a_take_whose_file_is_gone_is_skipped_and_told",
        "what_would_touch_a_neighbour_is_shorter",
        "a_draft_is_replaced_by_its_final",
        "a_copy_goes_its_own_way",
        "a_retimed_strip_keeps_its_speed",
        "takes_are_found_after_saving_anywhere",
        "the_source_is_followed",
        "what_became_of_the_source_is_told",
        "other_effects_hang_on_their_joints",
        "inside_a_meta",
        "whatever_a_user_does",
    ],
)
def test_takes(walked: Any, check: str) -> None:
    assert walked[check] == []


@pytest.mark.parametrize(
    "check",
    [
        "the_panel_says_what_there_is",
        "notes_and_joints_are_told",
        "a_strip_of_a_batch_gets_its_settings_when_they_are_wanted",
        "buttons_step_and_show",
        "a_new_take_is_of_the_same_frame_wherever_that_is_now",
        "another_parameter_shows_the_take_that_has_it",
        "takes_are_compared_and_nothing_of_it_stays",
        "following_and_independence",
        "what_a_stranger_wrote_into_a_file_does_no_harm",
    ],
)
def test_the_panel_of_a_strip(tried: Any, check: str) -> None:
    assert tried[check] == []


def _run(version: str, script: str, media: Path, folders: pytest.TempPathFactory) -> Any:
    folder = folders.mktemp("takes")
    shutil.copytree(media, folder / "media")
    return run_script(version, script, folder, folder / "media", folder)


def _write_movie(path: Path, frames: int, size: tuple[int, int]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=Fraction(24))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = np.full((size[1], size[0], 3), number * 5, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode(None))
