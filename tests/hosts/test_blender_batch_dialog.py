"""A batch from Blender's dialog: what it is about is seen before, how it ended after."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from afterframe.sample.movie import write_movie
from tests.hosts.blenders import run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

SHOTS = [["one", 1], ["two", 101], ["strobed", 201], ["gone", 301]]


@pytest.fixture(scope="module", params=["4.2.23", "5.2.3"])
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("batch")
    write_movie(folder / "look.mov", (256, 144), 30)
    return run_script(str(request.param), "batch_dialog.py", folder, folder, sys.executable)


def test_the_dialog_shows_which_strips_are_meant_or_why_none(batch: Any) -> None:
    found = batch["found"]
    assert found["selected"] == [["two"], ""]
    assert found["by name"] == [["one"], ""]
    assert found["of a colour"] == [[], "item_not_found"]
    assert found["no list"] == [[], "shot_list"]


def test_only_what_was_set_goes_with_it_and_each_clip_has_a_seed_of_its_own(batch: Any) -> None:
    assert batch["found"]["parameters"] == {"frames": 5, "motion": 3.0}


def test_every_shot_is_made_and_one_that_fails_keeps_none_from_it(batch: Any) -> None:
    states = ["placed", "placed", "placed", "failed"]
    expected = [[*shot, "generate", state] for shot, state in zip(SHOTS, states, strict=True)]
    assert batch["first"]["lines"] == expected
    assert batch["first"]["told"] == "Batch is over: 3 placed, 1 failed."
    assert not batch["first"]["problem"]


def test_the_table_says_how_each_ended(batch: Any) -> None:
    assert batch["table"] == [
        ["one", "placed", ".mov"],
        ["two", "placed", ".mov"],
        ["strobed", "placed", ".mov"],
        ["gone", "failed", ""],
    ]


def test_the_same_batch_again_makes_nothing_twice(batch: Any) -> None:
    states = [line[3] for line in batch["again"]["lines"]]
    assert states == ["was there", "was there", "was there", "failed"]
    assert batch["selection kept"] == ["two"]


def test_a_marker_says_what_is_made_of_the_strip_under_it(batch: Any) -> None:
    assert batch["markers"]["lines"] == [["two", 101, "restyle", "placed"]]


def test_a_batch_that_is_stopped_cancels_what_is_not_done(batch: Any) -> None:
    assert batch["stopped"] == {"states": ["failed"] * 3, "dismissed": True}
    assert batch["left"] == []
    assert not batch["unregistered"]
