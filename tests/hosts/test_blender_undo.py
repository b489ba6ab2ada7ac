"""A placed result is one step of the user's undo: needs a Blender with a window."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from afterframe.sample.movie import write_movie
from tests.hosts.blenders import LIMIT, SCRIPTS, clean_environment

pytestmark = [pytest.mark.hosts, pytest.mark.slow]


def test_undo_takes_a_placed_result_away_and_redo_brings_it_back(tmp_path: Path) -> None:
    """``AFTERFRAME_TEST_BLENDER`` is the command of a Blender that can open a window."""
    blender = os.environ.get("AFTERFRAME_TEST_BLENDER")
    if not blender:
        pytest.skip("AFTERFRAME_TEST_BLENDER names no Blender that can open a window")
    movie, answer = tmp_path / "look.mov", tmp_path / "answer.json"
    write_movie(movie, (320, 180), 12)
    start = [blender, "--factory-startup", "--window-geometry", "0", "0", "800", "600"]
    script = ["-P", str(SCRIPTS / "undo.py"), "--", str(movie), str(answer)]
    done = subprocess.run(
        [*start, *script],
        env=clean_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert answer.is_file(), (done.stdout + done.stderr)[-2000:]
    told = json.loads(answer.read_text())
    assert "error" not in told, told["error"]
    assert told["background"] is False
    assert told["before"] == {"source": ""}
    assert set(told["placed"].values()) == {"", "0" * 32}
    assert told["undone"] == told["before"]
    assert told["redone"] == told["placed"]
