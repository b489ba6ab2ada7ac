"""From a start to a generated clip: what a new user does, with the extension and the engine there.

The script of the user's hands and its times are kept beside the pictures, in ``first-clip.txt``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.hosts.gui.window import Window

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

MOST_CLICKS, MOST_SECONDS = 10, 60.0


def test_a_first_clip_takes_under_ten_clicks_and_a_minute(user: Window, artefacts: Path) -> None:
    film = _film(user)
    user.quit()
    user.start(str(film))  # once before, to learn where things are: a person sees them
    user.select(15, 1)
    user.choose_tab()
    user.find("bpy.ops.afterframe.render(quality='final'")
    user.quit()
    user.home.stop_service()
    screen = user.screen
    screen.begin_counting()
    user.start(str(film))
    user.select(15, 1)
    user.choose_tab()
    user.press("bpy.ops.afterframe.render(quality='final'", "Render")
    user.until(lambda: any(0 < row["fraction"] < 1 for row in user.rows()), "progress")
    user.shot("progress")
    made = user.until(user.made, "a generated clip")
    seconds = screen.seconds
    user.shot("first clip")
    log = [*screen.log, f"{seconds:7.2f}  the clip stands on the timeline"]
    told = f"{screen.clicks} clicks, {screen.keys} keys, {seconds:.1f} s from the start of Blender"
    (artefacts / "first-clip.txt").write_text("\n".join([*log, told, ""]))
    assert screen.clicks < MOST_CLICKS
    assert seconds < MOST_SECONDS
    assert [(strip["channel"], strip["span"]) for strip in made] == [(2, [31, 127])]
    assert user.complaints() == []
    user.quit()


def _film(user: Window) -> Path:
    folder = user.home.folder / "first"
    folder.mkdir()
    shutil.copy(user.home.folder / "shot.mov", folder)
    return Path(shutil.copy(user.home.folder / "film.blend", folder))
