"""Takes behind one strip, by the buttons of its panel, in a real window."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.hosts.gui.test_editing import DRAFT, generate
from tests.hosts.gui.window import Window

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

TAKE = "bpy.ops.afterframe.render_take(quality='final'"
BACK = "bpy.ops.afterframe.step_take(by=-1"
FOLLOW = "bpy.ops.afterframe.follow_source("
COMPARE = "bpy.ops.afterframe.compare_takes("


def test_a_draft_becomes_its_final_behind_the_same_strip(window: Window) -> None:
    draft = generate(window)
    window.select(60, 2)
    window.shot("this strip")
    window.press(TAKE, "Render New Take")
    final = window.until(lambda: _with_takes(window, 2), "a second take")
    window.shot("second take")
    assert _shown(final) == "final"
    for what in ("name", "channel", "span", "type"):
        assert final[what] == draft[what]
    window.screen.move(*window.place(15, 1.5))
    window.screen.key("ctrl+z", "undo")
    undone = window.until(lambda: _with_takes(window, 1), "the undo")
    assert undone["own"] == draft["own"]
    window.screen.key("ctrl+shift+z", "redo")
    window.until(lambda: _with_takes(window, 2), "the redo")
    window.press(BACK, "the take before", columns=(0.05,))
    stepped = window.until(lambda: _quality(window, "draft"), "the draft")
    assert stepped["span"] == draft["span"]
    window.press(COMPARE, "Compare")
    window.until(lambda: len(window.ask("strips")) == 3, "the comparison")
    window.shot("compared")
    window.press(COMPARE, "End Comparison")
    window.until(lambda: len(window.ask("strips")) == 2, "the end of the comparison")
    assert window.complaints() == []


def test_a_strip_follows_its_source_that_was_moved(window: Window) -> None:
    made = generate(window)
    window.select(15, 1)
    window.screen.key("g", "grab")
    window.screen.type("12")
    window.screen.key("Return", "drop it")
    window.select(60, 2)
    window.shot("source moved")
    window.press(FOLLOW, "Follow", columns=(0.25,))
    first, end = made["span"]
    window.until(lambda: window.made()[0]["span"] == [first + 12, end + 12], "the strip follows")
    window.shot("followed")
    assert window.made()[0]["channel"] == made["channel"]
    window.screen.move(*window.place(15, 1.5))
    window.screen.key("ctrl+z", "undo")
    window.until(lambda: window.made()[0]["span"] == [first, end], "the undo")
    assert window.complaints() == []


def test_the_keyboard_alone_makes_and_shows_takes(window: Window) -> None:
    generate(window)
    window.select(60, 2)
    clicks = window.screen.clicks
    _search(window, "Render New Take")
    final = window.until(lambda: _with_takes(window, 2), "a second take")
    assert _shown(final) == "final"
    _search(window, "Previous Take")
    window.until(lambda: _quality(window, "draft"), "the draft")
    assert window.screen.clicks == clicks
    assert window.complaints() == []


def test_a_result_comes_when_the_removal_of_its_source_is_undone(window: Window) -> None:
    window.select(15, 1)
    window.choose_tab()
    window.press(DRAFT, "Draft")
    window.until(window.rows, "a job")
    window.screen.move(*window.place(15, 1.5))
    window.screen.key("Delete")
    window.until(lambda: window.rows()[0]["place"] == "homeless", "the reason")
    assert window.ask("strips") == []
    window.screen.key("ctrl+z", "undo")
    assert window.until(window.made, "the result")[0]["span"] == [31, 127]
    assert window.complaints() == []


def _search(window: Window, words: str) -> None:
    """Call what a menu holds, by its name."""
    window.screen.move(*window.place(100, 6))
    window.screen.key("F3", "search")
    time.sleep(0.4)
    window.screen.type(words)
    time.sleep(0.6)
    window.screen.key("Return")


def _takes(strip: dict[str, Any]) -> list[dict[str, Any]]:
    takes: list[dict[str, Any]] = json.loads(strip["own"]["afterframe_takes"])
    return takes


def _with_takes(window: Window, count: int) -> dict[str, Any] | None:
    """Return the one strip of ours, once it has so many takes."""
    made = window.made()
    return made[0] if len(made) == 1 and len(_takes(made[0])) == count else None


def _shown(strip: dict[str, Any]) -> str:
    job = strip["own"]["afterframe_job"]
    return next(str(take["quality"]) for take in _takes(strip) if take["job"] == job)


def _quality(window: Window, asked: str) -> dict[str, Any] | None:
    made = window.made()
    return made[0] if made and _shown(made[0]) == asked else None
