"""What an editor does with it all day, in a real window: every press here is a press on it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.gui.window import Window

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

DRAFT = "bpy.ops.afterframe.render(quality='draft'"
RENDER = "bpy.ops.afterframe.render(quality='final'"
SOURCE = "shot.mov"


@pytest.fixture(autouse=True)
def _no_complaints(user: Window) -> Any:
    """After every test: Blender's console is as silent as before."""
    yield
    if user.is_open:
        assert user.complaints() == []


def generate(window: Window) -> dict[str, Any]:
    """Draft a clip from the frame under the playhead; return the strip that was made."""
    window.select(15, 1)
    window.choose_tab()
    before = len(window.made())
    window.press(DRAFT, "Draft")
    made = window.until(lambda: window.made()[before:], "a generated clip")
    return made[0]


def test_a_job_shows_its_progress_and_its_strip_is_undone_and_redone(window: Window) -> None:
    window.select(15, 1)
    window.choose_tab()
    window.press(DRAFT, "Draft")
    window.until(lambda: any(0 < row["fraction"] < 1 for row in window.rows()), "progress")
    window.shot("progress")
    made = window.until(window.made, "a generated clip")
    window.shot("placed")
    assert (made[0]["channel"], made[0]["span"]) == (2, [31, 127])
    window.screen.move(*window.place(15, 1.5))
    window.screen.key("ctrl+z", "undo")
    window.until(lambda: not window.made(), "the undo")
    assert [strip["name"] for strip in window.ask("strips")] == [SOURCE]
    window.screen.key("ctrl+shift+z", "redo")
    assert window.until(window.made, "the redo") == made


def search(window: Window, words: str) -> None:
    """Select all strips and call an operator by its name, with keys alone."""
    screen = window.screen
    screen.move(*window.place(100, 6))  # the mouse stays there: Blender asks what is below it
    screen.key("a", "select all strips")
    time.sleep(0.3)
    screen.key("F3", "search")
    time.sleep(0.4)
    screen.type(words)
    time.sleep(0.6)
    window.shot(f"search {words}")
    screen.key("Return")
    window.until(window.rows, "a job")


def test_the_keyboard_alone_makes_a_clip(window: Window) -> None:
    clicks = window.screen.clicks
    search(window, "Generate Clip from Frame")
    assert window.until(window.made, "a generated clip")[0]["span"] == [31, 127]
    assert window.screen.clicks == clicks


def test_an_extension_begins_where_its_clip_ends(window: Window) -> None:
    search(window, "Extend Clip")
    made = window.until(window.made, "an extension")[0]
    window.shot("extended")
    source = next(strip for strip in window.ask("strips") if strip["name"] == SOURCE)
    assert made["span"][0] == source["span"][1]
    assert source["span"] == [1, 61]


def test_a_running_job_is_cancelled_by_its_button(window: Window) -> None:
    window.select(15, 1)
    window.choose_tab()
    window.fill("afterframe.generate.shown_seconds", "60")
    window.press(RENDER, "Render")
    window.until(lambda: any(row["kind"] == "running" for row in window.rows()), "a running job")
    window.press("bpy.ops.afterframe.cancel_job(", "the x of the job", columns=(0.85, 0.5))
    window.until(lambda: window.rows()[0]["kind"] == "cancelled", "the cancelled job")
    window.shot("cancelled")
    time.sleep(1.0)
    assert window.made() == []


def test_a_job_that_cannot_be_made_says_why_and_offers_what_mends_it(window: Window) -> None:
    folder = Path(window.ask("document")["path"]).parent
    (folder / "end.png").write_text("no picture")
    window.select(15, 1)
    window.choose_tab()
    window.fill("afterframe.generate.end", str(folder / "end.png"))
    window.press(DRAFT, "Draft")
    row = window.until(lambda: _failed(window), "a failed job")
    window.shot("failed")
    assert row["error"]
    assert row["advice"]
    assert row["fix"] != "none"
    assert window.find("bpy.ops.afterframe.fix(", columns=(0.5,))


def test_what_cannot_be_asked_for_is_told_above_the_settings(window: Window) -> None:
    folder = Path(window.ask("document")["path"]).parent
    (folder / "Afterframe").write_text("a file where the results should go")
    window.select(15, 1)
    window.choose_tab()
    window.press(DRAFT, "Draft")
    window.until(lambda: window.ask("jobs")["problem"], "the reason")
    window.screen.move(*window.place(15, 6))  # away from the report that lies over the panel
    time.sleep(0.5)
    window.shot("problem")
    (folder / "Afterframe").unlink()
    window.press(DRAFT, "Draft")
    window.until(window.made, "a generated clip")
    assert window.ask("jobs")["problem"] is None


def test_a_result_that_was_made_while_blender_was_closed_is_offered(window: Window) -> None:
    film = window.ask("document")["path"]
    window.select(15, 1)
    window.choose_tab()
    window.press(RENDER, "Render")
    window.until(lambda: any(row["kind"] == "running" for row in window.rows()), "a running job")
    window.kill()
    client = window.home.client()
    assert client is not None
    window.until(lambda: all(status.finished for status in client.jobs()), "the end of the job")
    window.start(film)
    assert window.made() == []
    window.until(lambda: window.ask("jobs")["offered"], "the offered result")
    window.select(15, 1)
    window.choose_tab()
    window.shot("offered")
    window.press("bpy.ops.afterframe.place_result(", "Place", columns=(0.3, 0.5))
    assert window.until(window.made, "the placed result")[0]["span"] == [31, 127]


def test_the_add_on_is_taken_away_and_brought_back_without_a_trace(window: Window) -> None:
    there = window.ask("left")
    assert there["timers"]
    window.ask("switch", on=False)
    window.until(lambda: not window.ask("left")["threads"], "the end of the threads", 10)
    assert window.ask("left") == {"timers": [], "handlers": [], "threads": []}
    assert window.ask("operators") == []
    window.ask("switch", on=True)
    again = window.ask("left")
    assert (again["timers"], again["handlers"]) == (there["timers"], there["handlers"])


def _failed(window: Window) -> dict[str, Any] | None:
    return next((row for row in window.rows() if row["kind"] == "failed"), None)
