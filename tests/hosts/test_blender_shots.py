"""What a batch is about: strips, their names, markers and lists; all checked before it begins."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests import makers
from tests.hosts.blenders import run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

BASE = {"motion": 4.0, "seconds": 2.0, "way": "coast"}
"""Set for all; ``way`` is of an engine, and no effect's own."""
OVER = "over Extend seconds=1"


@pytest.fixture(scope="module", params=["4.2.23", "5.2.3"])
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("shots")
    makers.numbered_movie(folder / "look.mov", 30, Fraction(24))
    return run_script(str(request.param), "read_shots.py", folder, folder)


def test_strips_take_what_is_set_for_all(read: Any) -> None:
    assert read["strips"] == [
        ["two", "generate", BASE, None, None],
        ["three", "generate", BASE, None, None],
    ]


def test_names_hold_an_effect_and_settings(read: Any) -> None:
    """Of what is set for all, each effect takes what it has."""
    styled = {"way": "coast", "prompt": "old film"}
    assert read["names"] == [
        [OVER, "extend", {"way": "coast", "seconds": 1.0}, None, None],
        ["restyle prompt='old film' it", "restyle", styled, None, None],
    ]


def test_a_bridge_is_made_over_each_gap_and_over_a_cut_that_is_selected(read: Any) -> None:
    assert read["gaps"] == [
        ["one's", "bridge", {"prompt": "fog"}, None, "two"],
        ["three", "bridge", {"prompt": "fog"}, None, "last"],
    ]
    assert read["selected"] == [["two", "bridge", {}, None, "three"]]


def test_markers_mean_the_topmost_strip_under_them(read: Any) -> None:
    styled = {"way": "coast", "strength": 0.5}
    moved = {**BASE, "pan_x": 0.25, "prompt": "pan left, slowly"}
    assert read["markers"] == [
        ["one's", "generate", BASE, 12, None],
        ["one's", "restyle", styled, None, None],
        ["one's", "bridge", {"way": "coast"}, None, "two"],
        [OVER, "generate", moved, 112, None],
    ]
    assert [each[0] for each in read["markers of a channel"]] == ["one's", "one's", "one's", "two"]


def test_a_list_takes_what_is_set_for_all_where_it_says_nothing(read: Any) -> None:
    assert read["list"] == [
        ["one's", "restyle", {"way": "coast", "strength": 0.3}, None, None],
        ["two", "generate", BASE, 120, None],
    ]


def test_what_is_wrong_is_told_of_every_name_before_anything_begins(read: Any) -> None:
    wrong = read["wrong names"]
    assert wrong["code"] == "shot_name"
    assert wrong["message"].startswith("wrong motion=11 (frame 110): motion cannot be")
    assert "wrong=1 (112): wrong cannot be" in wrong["message"]
    assert read["bad list"]["code"] == "shot_list"
    assert "after last on its channel" in read["bad list"]["message"]
    assert read["no marker"]["code"] == "item_not_found"
