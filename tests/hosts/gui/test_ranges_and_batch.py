"""What takes Blender long is done by a second one, and many clips at one press."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.hosts.gui.window import Window

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

FRAMES = 20
DRAFT = "bpy.ops.afterframe.render(quality='draft'"
NO_PLACE = 5.0
"""Milliseconds of a tick that places nothing, at most, for 95 of 100."""


@pytest.fixture
def film(user: Window, tmp_path: Path) -> Window:
    """Blender with its window open on three graded clips, to be restyled as they are seen."""
    folder = user.home.folder / tmp_path.name
    folder.mkdir()
    script = folder / "batch_project.py"
    script.write_text(Path(__file__).with_name("batch_project.py").read_text())
    film, movie = folder / "three.blend", user.home.folder / "shot.mov"
    user.run("-b", "--python-exit-code", "7", "-P", str(script), "--", str(film), str(movie))
    if user.is_open:
        user.ask("open_file", path=str(film))
    else:
        user.start(str(film))
    return user


def test_a_clip_as_seen_is_rendered_by_a_second_blender(film: Window) -> None:
    film.select(5, 1)
    film.choose_tab()
    before = len(film.ask("ticks"))
    film.press(DRAFT, "Draft")
    film.until(lambda: any(row["kind"] == "capturing" for row in film.rows()), "the capture")
    film.shot("capturing")
    made = film.until(film.made, "a restyled clip")
    film.shot("restyled")
    assert [(strip["channel"], strip["span"]) for strip in made] == [(2, [1, 1 + FRAMES])]
    ticks = sorted(film.ask("ticks")[before:])
    assert ticks[int(0.9 * len(ticks))] < NO_PLACE
    assert film.complaints() == []


def test_a_batch_makes_all_that_is_selected(film: Window) -> None:
    screen = film.screen
    film.select(5, 1)
    screen.move(*film.place(100, 6))
    screen.key("a", "select all strips")
    time.sleep(0.3)
    screen.key("F3", "search")
    time.sleep(0.4)
    screen.type("Batch ...")
    time.sleep(0.6)
    screen.key("Return")
    time.sleep(1.0)
    film.shot("batch dialog")
    screen.key("Return", "begin")
    film.until(film.rows, "a job")
    film.choose_tab()
    film.shot("batch at work")
    made = film.until(lambda: len(film.made()) == 3 and film.made(), "three clips", 90)
    assert sorted(strip["span"][0] for strip in made) == [1, 41, 81]
    screen.move(*film.place(15, 6))
    time.sleep(1.0)
    film.shot("batch over")
    assert film.complaints() == []
