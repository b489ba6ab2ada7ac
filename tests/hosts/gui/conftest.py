"""One user for all tests in a window: a home with the extension and an engine, a screen, a Blender.

Pictures, and what Blender printed, go to the folder that ``AFTERFRAME_TEST_ARTEFACTS`` names, or
to pytest's own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import blender_window
import extension
import pytest

from afterframe.sample.movie import write_movie
from tests.hosts.gui.screen import Screen
from tests.hosts.gui.window import Home, Window, engine_python
from tests.media import REPOSITORY

SIZE = (640, 360)
FRAMES = 60


@pytest.fixture(scope="session")
def root() -> Path:
    """The root folder of Debian and Blender, or a skip with the reason why there is none."""
    told = os.environ.get("AFTERFRAME_TEST_WINDOW", "")
    made = REPOSITORY / ".venv-hosts" / "blender-window"
    if told and not told.startswith("/"):
        pytest.skip(told)
    root = Path(told or made)
    if not blender_window.is_ready(root) or os.geteuid() != 0:
        pytest.skip("no Blender with a window here: python3 install/bootstrap.py test --hosts")
    return root


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures and logs are kept."""
    given = os.environ.get("AFTERFRAME_TEST_ARTEFACTS")
    folder = Path(given) if given else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A user's home with an engine and a movie."""
    home = Home(tmp_path_factory.mktemp("home"), engine_python())
    write_movie(home.folder / "shot.mov", SIZE, FRAMES)
    yield home
    home.stop_service()


@pytest.fixture(scope="session")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension, built from this clone."""
    return extension.build(tmp_path_factory.mktemp("zip"))


@pytest.fixture(scope="session")
def user(root: Path, home: Home, zipped: Path, artefacts: Path) -> Iterator[Window]:
    """The user's screen, and Blender with the extension installed; its window is not open yet."""
    screen = Screen(root, home.folder)
    window = Window(screen, home, artefacts)
    try:
        window.make_project(home.folder / "film.blend", home.folder / "shot.mov")
        copy = Path(shutil.copy(zipped, home.folder))
        window.run("--command", "extension", "install-file", "-r", "user_default", "-e", str(copy))
        yield window
    finally:
        window.kill()
        screen.close()


@pytest.fixture
def window(user: Window, tmp_path: Path) -> Window:
    """Blender with its window open, on a fresh copy of the project in a folder of its own."""
    folder = user.home.folder / tmp_path.name
    folder.mkdir()
    film = Path(shutil.copy(user.home.folder / "film.blend", folder))
    shutil.copy(user.home.folder / "shot.mov", folder)
    if user.is_open:
        user.ask("open_file", path=str(film))
    else:
        user.start(str(film))
    return user
