"""Results wait while the timeline is in use; the queue stays calm with one job and with thirty."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.hosts.gui.window import Window

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

DRAFT = "bpy.ops.afterframe.render(quality='draft'"


@pytest.fixture(autouse=True)
def _no_complaints(user: Window) -> Any:
    """After every test: Blender's console is as silent as before."""
    yield
    if user.is_open:
        assert user.complaints() == []


def test_a_result_waits_while_blender_plays(window: Window) -> None:
    _ask(window)
    window.screen.move(*window.place(100, 6))
    window.screen.key("space", "play")
    _held(window)
    window.shot("held while playing")
    assert window.made() == []
    window.screen.key("space", "stop")
    assert window.until(window.made, "the placed result")


def test_a_result_waits_while_a_strip_is_being_moved(window: Window) -> None:
    _ask(window)
    window.screen.move(*window.place(20, 1.5))
    window.screen.key("g", "move the strip")
    _held(window)
    assert window.made() == []
    window.screen.key("Escape", "leave it")
    assert window.until(window.made, "the placed result")


def test_the_queue_of_thirty_jobs_is_a_list_that_scrolls(window: Window) -> None:
    _ask(window)
    window.until(window.made, "the placed result")
    before = len(window.rows())
    states = ["running", *["queued"] * 10, *["failed"] * 4, *["cancelled"] * 5, *["done"] * 10]
    window.ask("crowd", states=states)
    time.sleep(1.5)
    window.scroll(40)
    window.shot("thirty jobs")
    assert len(window.rows()) == before + len(states)


def _ask(window: Window) -> None:
    window.select(15, 1)
    window.choose_tab()
    window.press(DRAFT, "Draft")
    window.until(window.rows, "a job")


def _held(window: Window) -> None:
    window.until(lambda: any(row["place"] == "held" for row in window.rows()), "a held result")
