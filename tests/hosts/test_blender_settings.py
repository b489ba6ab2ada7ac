"""What a user sets in Blender comes back as it was set: from properties, files, undo and copies."""

from __future__ import annotations

from typing import Any

import pytest

from afterframe.sample.movie import write_movie
from afterframe_hosts.wire.pictures import MOST
from tests.hosts.blenders import VERSIONS, run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

NTSC = 30000 / 1001


@pytest.fixture(scope="module", params=VERSIONS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("settings")
    write_movie(folder / "look.mov", (320, 180), 4)
    return run_script(request.param, "try_settings.py", folder, folder / "look.mov", folder)


def test_defaults_are_the_declared_ones_with_or_without_engines(told: Any) -> None:
    assert told["defaults"] == []
    assert told["defaults with engines"] == []


def test_any_legal_values_come_back_as_they_were_filled_in(told: Any) -> None:
    assert told["round trips"] == []


def test_seconds_and_frames_are_two_faces_of_one_length(told: Any) -> None:
    begin, by_frames, frames, by_seconds, none = told["lengths"]
    assert begin == [4.0, 120]
    assert by_frames == [pytest.approx(60 / NTSC, abs=1e-4), 60]
    assert frames == 60
    assert by_seconds == [2.5, 75]
    assert none is None


def test_an_open_seed_is_new_each_time_and_a_locked_one_stays(told: Any) -> None:
    assert told["seeds"] == {"open": True, "locked": True, "dice": True, "none to throw": True}


def test_what_an_engine_adds_is_set_kept_and_left_out_where_it_does_not_belong(told: Any) -> None:
    assert told["engines"]["defaults"] == ["auto", pytest.approx(0.85), 12]
    set_ = told["engines"]["set"]
    assert (set_["sky"], set_["gain"]) == ("left", 0.3)
    assert set_["hint"].startswith("/pictures/")
    assert told["engines"]["of another"] == ["dream", False]
    assert told["engines"]["that cannot"] == ""
    assert told["engines"]["back at default"] == ["", False]


def test_pictures_are_added_and_removed_up_to_the_most_that_a_job_takes(told: Any) -> None:
    references, regions, left, many = told["pictures"]
    assert [each["weight"] for each in references] == [0.25]
    assert [(each["x"], each["y"], each["kind"]) for each in regions] == [(0.0, 1.0, "flow")]
    assert not left
    assert many == MOST


def test_a_made_strip_keeps_what_it_was_made_with(told: Any) -> None:
    assert told["strip"] == []
    assert told["facts"] == ["generate", "motion", True, "ffv1", True]


def test_a_duplicate_has_the_same_and_undo_and_redo_take_it_along(told: Any) -> None:
    assert told["steps"] == [[0.3, "ink"], [0.3, "ink"], [0.3, "ink"], [0.9, "ink"]]


def test_nothing_stands_in_a_file_until_something_is_set(told: Any) -> None:
    assert told["untouched"] is False


def test_unregistering_leaves_nothing(told: Any) -> None:
    assert told["left"] == []
