"""Timelines put into a folder come back with a new track beside them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.cli import timelines
from tests.e2e.conftest import Run, answer, environment
from tests.makers import numbered_movie

QUICK = ("--effect", "generate", "--set", "frames=3", "--draft")


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A folder into which a timeline was exported."""
    folder = tmp_path / "exported"
    folder.mkdir()
    movie, rate = folder / "shot.mov", Fraction(24)
    numbered_movie(movie, frames=24, rate=rate)
    timelines.write_sample(folder / "cut one.otio", movie, 24, rate, 2, 0)
    return folder


def made(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*_afterframe_v*"))


def test_each_timeline_is_made_once_and_again_when_it_is_exported_anew(
    afterframe: Run, exported: Path
) -> None:
    first = afterframe("watch", exported, *QUICK, "--once", "--json")
    assert first.returncode == 0, first.stderr
    assert Path(answer(first)["timeline"]).name == "cut one_afterframe_v001.otio"
    again = afterframe("watch", exported, *QUICK, "--once")
    assert again.returncode == 0
    assert made(exported) == ["cut one_afterframe_v001.otio"]
    later = time.time() + 10
    os.utime(exported / "cut one.otio", (later, later))
    assert afterframe("watch", exported, *QUICK, "--once").returncode == 0
    assert made(exported)[-1] == "cut one_afterframe_v002.otio"


def test_what_is_no_timeline_is_told_and_holds_nothing_up(afterframe: Run, exported: Path) -> None:
    (exported / "a broken one.otio").write_text("{}")
    (exported / "notes.txt").write_text("none of ours")
    done = afterframe("watch", exported, *QUICK, "--once")
    assert done.returncode == 1
    assert "a broken one.otio" in done.stderr
    assert "notes" not in done.stderr
    assert made(exported) == ["cut one_afterframe_v001.otio"]


def test_a_folder_that_is_none_is_refused(afterframe: Run, tmp_path: Path) -> None:
    done = afterframe("watch", tmp_path / "nowhere", "--once")
    assert done.returncode == 1
    assert "nowhere" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent in another way there")
def test_what_is_exported_while_it_watches_is_made_when_it_is_whole(
    state: Path, exported: Path, tmp_path: Path
) -> None:
    ready = (exported / "cut one.otio").rename(tmp_path / "ready.otio")
    command = [sys.executable, "-m", "afterframe.cli.main", "watch", str(exported), *QUICK]
    with subprocess.Popen(command, env=environment(state), stderr=subprocess.PIPE) as watching:
        assert watching.stderr is not None
        assert b"watched" in watching.stderr.readline()
        target = exported / "later.otio"
        text = ready.read_bytes()
        target.write_bytes(text[: len(text) // 2])  # half of it for now
        shutil.copy(ready, target)
        wait_for(lambda: made(exported) == ["later_afterframe_v001.otio"])
        watching.send_signal(signal.SIGINT)
        assert watching.wait(20) == 130


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
