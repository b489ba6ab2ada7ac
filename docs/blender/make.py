"""Take the pictures of this page from Blender itself, as a user sees it.

    .venv/bin/python docs/blender/make.py

Needs root on Debian: ``install/blender_window.py`` makes a Blender with a window there. The clip
is the sample that our own code paints.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).resolve().parents[2]))
sys.path.insert(2, str(Path(__file__).resolve().parents[2] / "install"))

import blender_window
import extension

from afterframe.sample.movie import write_movie
from tests.hosts.gui.screen import Screen
from tests.hosts.gui.window import Home, Window, engine_python

HERE = Path(__file__).resolve().parent
SIZE, FRAMES = (1280, 720), 72
DRAFT = "bpy.ops.afterframe.render(quality='draft'"
RENDER = "bpy.ops.afterframe.render(quality='final'"


def main() -> int:
    """Take all pictures."""
    root, missing = blender_window.prepare()
    if root is None:
        print(missing, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder) / "home", engine_python())
        screen = Screen(root, home.folder)
        window = Window(screen, home, Path(folder) / "shots")
        try:
            _prepare(window)
            for picture in PICTURES:
                picture(window)
        finally:
            window.kill()
            screen.close()
            home.stop_service()
    return 0


def _prepare(window: Window) -> None:
    """Install the extension, and open a project as it looks after a few steps."""
    window.pictures.mkdir()
    films = window.home.folder / "Films"
    films.mkdir()
    write_movie(films / "Lake.mov", SIZE, FRAMES)
    film = window.make_project(films / "Lake.blend", films / "Lake.mov")
    zipped = extension.build(window.home.folder)
    window.run("--command", "extension", "install-file", "-r", "user_default", "-e", str(zipped))
    window.start(str(film))


def take_window(window: Window) -> None:
    """The window with a clip selected, and the tab."""
    window.select(15, 1)
    window.choose_tab()
    window.find(RENDER)
    _rest(window)
    _shot(window, "window", (0, 0, *window.screen.size))


def take_search(window: Window) -> None:
    """Where else the effects are: the menus, which F3 searches."""
    x, y, width, height = window.box("SEQUENCE_EDITOR", "WINDOW")
    window.screen.move(x + width // 3, y + height // 2)
    window.screen.key("F3")
    time.sleep(0.5)
    window.screen.type("Afterframe")
    time.sleep(0.8)
    _shot(window, "search", (x, y, width, height))
    window.screen.key("Escape")
    time.sleep(0.3)


def take_progress(window: Window) -> None:
    """The sidebar while a clip is made."""
    window.press(RENDER)
    window.until(lambda: any(row["fraction"] > 0.4 for row in window.rows()), "progress")
    _rest(window)
    _shot(window, "progress", window.box("SEQUENCE_EDITOR", "UI"))
    window.until(window.made, "a generated clip")


def take_placed(window: Window) -> None:
    """The timeline with the clip that was made."""
    _rest(window)
    _, y, width, height = window.box("SEQUENCE_EDITOR", "WINDOW")
    channels = window.box("SEQUENCE_EDITOR", "CHANNELS")
    _shot(window, "placed", (channels[0], y + height // 2, channels[2] + width, height // 2))


def take_queue(window: Window) -> None:
    """The queue with a preview."""
    window.scroll(40)
    _rest(window)
    _shot(window, "queue", window.box("SEQUENCE_EDITOR", "UI"))
    window.scroll(-40)


def take_takes(window: Window) -> None:
    """The panel of a made strip with two takes."""
    window.select(110, 2)
    window.press("bpy.ops.afterframe.render_take(quality='draft'")
    window.until(lambda: len(_takes(window)) == 2, "the new take")
    _rest(window)
    _shot(window, "takes", window.box("SEQUENCE_EDITOR", "UI"))


def take_problem(window: Window) -> None:
    """What the panel says when something cannot be done, and the button that mends it."""
    folder = Path(window.ask("document")["path"]).parent / "Afterframe"
    folder.rename(folder.with_name("away"))
    folder.write_text("a file where the results should go")
    window.select(15, 1)
    window.press(DRAFT)
    window.until(lambda: window.ask("jobs")["problem"], "the reason")
    _rest(window)
    time.sleep(6)  # until Blender's own report has gone
    _shot(window, "problem", window.box("SEQUENCE_EDITOR", "UI"))


PICTURES: tuple[Callable[[Window], None], ...] = (
    take_window,
    take_search,
    take_progress,
    take_placed,
    take_queue,
    take_takes,
    take_problem,
)


def _rest(window: Window) -> None:
    """Let the mouse rest on an empty place, until tooltips and reports have gone."""
    window.screen.move(*window.place(200, 6))
    time.sleep(0.8)


def _takes(window: Window) -> list[Any]:
    takes: list[Any] = json.loads(window.made()[0]["own"].get("afterframe_takes", "[]"))
    return takes


def _shot(window: Window, name: str, part: tuple[int, int, int, int]) -> None:
    window.screen.shot(HERE / f"{name}.png", part)


if __name__ == "__main__":
    sys.exit(main())
