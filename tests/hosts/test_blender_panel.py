"""The tab, the menus and the presets in every state of a project, in real Blender."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest

from afterframe_hosts.wire import catalogue
from afterframe_hosts.wire.effects import EFFECTS
from tests import makers
from tests.hosts.blenders import VERSIONS, run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

SLOWEST = 12.0
"""Milliseconds of a processor for one drawing on our paper layout, which takes most of it itself,
in a project of a hundred strips; Blender's own layout is faster."""


@pytest.fixture(scope="module", params=VERSIONS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("panel")
    makers.numbered_movie(folder / "look.mov", 12, Fraction(24), (192, 112))
    makers.sound_only(folder / "tone.wav", 1)
    cv2.imwrite(str(folder / "picture.png"), np.zeros((9, 16, 3), np.uint8))
    return run_script(request.param, "try_panel.py", folder, folder)


def test_all_that_is_drawn_is_there_in_every_state(told: Any) -> None:
    assert told["wrong"] == []


@pytest.mark.parametrize("effect", EFFECTS)
def test_the_first_lines_say_what_it_will_work_on(told: Any, effect: str) -> None:
    said = " ".join(told["said"][f"movie, {effect}"])
    subject = {
        "frame": "shot_010 at frame 6",
        "clip": "shot_010, 12 frames",
        "gap": "No channel has two clips that follow each other.",
    }
    assert subject[EFFECTS[effect].source] in said


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("nothing, generate", "No clip is selected. Select a movie"),
        ("not selected", "No clip is selected. Select a movie"),
        ("playhead outside", "Frame 500 is outside shot_010 (1 to 12)."),
        ("gap", "Gap between shot_010 and shot_020, 47 frames"),
        ("two selected, bridge", "Gap between shot_010 and shot_020, 47 frames"),
        ("TEXT", "a TEXT at frame 3"),
        ("COLOR", "a COLOR at frame 3"),
        ("ADJUSTMENT", "a ADJUSTMENT is a adjustment: it has no picture to start from."),
        ("scene", "a scene at frame 3"),
        ("gone", "gone.mov is not there."),
        ("two selected", "All 2 Selected ..."),
        ("engine ready", "Motion (built in): ready"),
        ("engine ready", "It cannot move limbs."),
        ("engine ready", "GPL-3.0-or-later"),
        ("engine not ready", "Dream: not ready. Its model is not there."),
        ("engine not ready", "Fetch it: 11 GB."),
        ("engine unknown", "the best one is taken"),
        ("all that there is", "Add Region"),
        ("references", "Add Reference Picture"),
        ("understood", "Understood “zoom in”"),
        ("failed", "/gone.mov is not there."),
        ("problem", "/gone.mov is not there."),
        ("problem in Chinese", "/gone.mov 不存在。"),
        ("problem in Chinese", "草稿 渲染"),
    ],
)
def test_each_state_is_told(told: Any, state: str, sentence: str) -> None:
    assert sentence in " ".join(told["said"][state])


def test_a_sound_has_no_picture(told: Any) -> None:
    if "sound" not in told["said"]:
        pytest.skip("this module bpy is built without sound")
    assert "it has no picture to start from." in " ".join(told["said"]["sound"])


def test_what_was_understood_goes_with_the_prompt_that_it_was_understood_of(told: Any) -> None:
    assert "Understood" not in " ".join(told["said"]["not yet understood"])


def test_what_is_at_work_shows_its_progress_beside_the_buttons(told: Any) -> None:
    (progress,) = told["at work"]["progress"]
    assert "%" in progress
    assert "afterframe.cancel_job" in told["at work"]["cancel"]


def test_pictures_are_shown_and_what_is_none_is_told(told: Any) -> None:
    beside_a_region = 1
    assert told["pictures"].pop("pictures") == 2
    for name, count in told["pictures"].items():
        assert count == beside_a_region
        assert f"{name} is no picture, or is not there." in " ".join(told["said"][f"end: {name}"])


def test_closed_sub_panels_hide_what_is_seldom_wanted(told: Any) -> None:
    closed, opened = told["said"]["movie, generate, closed"], told["said"]["movie, generate"]
    assert {"Pan X", "Match Grain", "Format"} <= set(opened) - set(closed)
    assert {"Motion", "Duration", "Seed", "As Shot", "As Seen", "Draft", "Render"} <= set(closed)


def test_every_menu_leads_to_every_effect(told: Any) -> None:
    entries = told["menu"]["entries"]
    labels = [catalogue.text(each.label_id) for each in EFFECTS.values()]
    assert entries[: len(labels)] == labels
    assert {"Render New Take", "Next Take", "Previous Take", "Compare Takes"} <= set(entries)
    assert entries[-1] == "Open Panel"
    assert dict(told["menu"]["in"]) == {
        "SEQUENCER_MT_strip": 1,
        "SEQUENCER_MT_add": 1,
        "SEQUENCER_MT_context_menu": 1,
    }


def test_every_label_and_tip_has_its_chinese(told: Any) -> None:
    assert told["labels"] == {}


def test_presets_set_the_look_and_keep_what_belongs_to_the_shot(told: Any) -> None:
    looks = told["looks"]
    assert looks["generate push_in"]["dolly"] == 0.5
    assert looks["generate push_in"]["seconds"] == 2.5
    assert looks["generate living_sky"]["sky"] == "left"
    assert looks["restyle ink"] == {**looks["restyle oil"], "preset": "ink", "strength": 1.0}


def test_a_style_is_saved_used_and_removed(told: Any) -> None:
    saved = told["saved"]
    assert (saved["files"], saved["left"]) == (1, 0)
    assert saved["values"]["preset"] == "ink"
    assert saved["values"]["strength"] == 0.35
    assert [each["weight"] for each in saved["values"]["reference"]] == [0.5]
    assert saved["values"]["seed"] == 9


def test_long_sentences_are_broken_into_lines_that_fit(told: Any) -> None:
    for text, room, lines in told["broken"]:
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        words = [word for line in lines for word in line.split()]
        longest = max((_width(word) for word in words if word.isascii()), default=0)
        assert all(_width(line) <= max(room, longest) + 2 for line in lines), lines
        assert not any(line.startswith(("。", "：", "）")) for line in lines), lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def test_drawing_is_quick(told: Any) -> None:
    assert max(told["speed"].values()) < SLOWEST


def test_buttons_are_grey_where_nothing_can_be_made(told: Any) -> None:
    assert told["polls"] == {
        "nothing": False,
        "movie": True,
        "copy settings of a strip of nobody's": False,
    }


def test_what_a_strip_was_made_with_is_what_is_asked_for_next(told: Any) -> None:
    assert told["copied"] == ["restyle", 0.2, True]


def test_unregistering_leaves_nothing(told: Any) -> None:
    assert told["left"] == []
    assert told["in menus"] == []
