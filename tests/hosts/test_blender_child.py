"""Ranges that a second Blender renders: the same pictures, nothing left behind."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests import makers
from tests.hosts.blenders import VERSIONS, run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

SIZE = (96, 56)
ALL_IN = "4.5.15"
IN_ONE = pytest.mark.parametrize("version", [ALL_IN], indirect=True)
"""For what does not depend on the version of Blender."""


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    makers.numbered_movie(folder / "plain.mp4", 48, Fraction(24), SIZE)
    makers.numbered_still(folder / "still.png", 777, SIZE)
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def answer(version: str, media: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("ranges")
    (folder / "deep").mkdir()
    which = "all" if version == ALL_IN else "short"
    return run_script(version, "render_ranges.py", folder, media, folder, which)


def test_a_child_makes_the_same_files_as_the_blender_that_asks(answer: Any) -> None:
    """Relative paths, packed pictures, a linked scene and an unsaved title among them."""
    for case in answer["cases"]:
        here, there = (_files(Path(case[name])) for name in ("here", "there"))
        assert here == there
        assert len(here) == case["done"]
        assert case["same clip"]


def test_nothing_of_the_users_is_changed_and_nothing_is_left(answer: Any) -> None:
    assert not answer["changed"]
    assert answer["left"] == []


@IN_ONE
def test_progress_counts_the_frames_on_disk(answer: Any) -> None:
    said = answer["progress"]
    assert said == sorted(said)
    assert said[0] < 40
    assert said[-1] == 40
    assert len(said) > 3


@IN_ONE
def test_cancelling_ends_the_child_at_once(answer: Any) -> None:
    cancelled = answer["cancelled"]
    assert 0 < cancelled["frames"] < 48
    assert cancelled["ended"]
    assert cancelled["seconds"] < 5


@IN_ONE
def test_what_goes_wrong_in_the_child_is_told_by_its_name(answer: Any) -> None:
    codes = answer["errors"]
    assert codes == ["playhead_outside", "capture_failed", "playhead_outside"]


@IN_ONE
def test_a_job_is_the_same_wherever_its_pictures_were_rendered(answer: Any) -> None:
    prepared = answer["prepared"]
    assert prepared["same"]
    assert (prepared["total"], prepared["done"]) == (48, 48)


@IN_ONE
def test_a_script_in_a_strangers_file_does_not_run_in_the_child_and_that_is_told(
    answer: Any,
) -> None:
    assert answer["scripts"] == {"tried": False, "code": "capture_failed", "ran": False}


@IN_ONE
def test_a_child_ends_with_whoever_asked(answer: Any) -> None:
    assert answer["killed"] == {"gone": True, "swept": True, "mine stays": True}


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
