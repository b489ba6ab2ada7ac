"""Every command of the README is run; what it tells of is there."""

from __future__ import annotations

import re
import shlex
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.sample import frames
from afterframe_hosts.wire.effects import EFFECTS
from tests.e2e.conftest import Run
from tests.makers import numbered_movie, write_picture
from tests.media import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", README, re.DOTALL)
LINES = [line.strip() for block in BLOCKS for line in block.replace("\\\n", " ").splitlines()]
OURS = [line for line in LINES if line.startswith(".venv/bin/afterframe ")]
SPOKEN = re.findall(r"`\.venv/bin/(afterframe [^`]+)`", README)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the README's commands name."""
    (picture,) = frames(192, 108, 1, Fraction(24))
    write_picture(tmp_path / "photo.jpg", picture)
    numbered_movie(tmp_path / "shot.mov", frames=60, rate=Fraction(24))
    numbered_movie(tmp_path / "next.mov", frames=60, rate=Fraction(24))
    (tmp_path / "shots.csv").write_text("media,frames,motion\nphoto.jpg,3,7\nshot.mov,3,2\n")
    return tmp_path


def test_there_are_commands_to_run() -> None:
    assert len(OURS) >= 5
    assert any("edit.otio" in command for command in SPOKEN)


@pytest.mark.parametrize("command", OURS)
def test_a_command_of_a_block_does_what_it_says(
    afterframe: Run, folder: Path, command: str
) -> None:
    done = afterframe(*shlex.split(command)[1:], cwd=folder)
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    if command.split()[1] in EFFECTS:
        assert Path(last).is_file()


def test_a_timeline_comes_back_with_a_new_track(afterframe: Run, folder: Path) -> None:
    (command,) = (each for each in SPOKEN if "edit.otio" in each)
    assert afterframe("sample", "--output", folder).returncode == 0
    (folder / "sample.otio").rename(folder / "edit.otio")
    arguments = shlex.split(command.replace("01:00:10:00", "01:00:01:00"))[1:]
    done = afterframe(*arguments, "--frames", 4, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.splitlines()[-1]).suffix == ".otio"


def test_the_setup_commands_are_those_of_the_bootstrap() -> None:
    asked = re.findall(r"install/bootstrap\.py (\w+)", README)
    assert set(asked) <= {"setup", "demo", "test", "engine", "blender", "resolve"}
    assert {"demo", "test"} <= set(asked)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", README))
def test_what_the_readme_links_to_is_there(link: str) -> None:
    assert (REPOSITORY / link).is_file()


def test_the_batch_script_that_the_readme_names_is_there() -> None:
    (script,) = re.findall(r"-P (\S+)", README)
    assert (REPOSITORY / script).is_file()
