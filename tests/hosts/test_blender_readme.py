"""The README's command for Blender is run as it stands there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from afterframe.sample.movie import write_movie
from tests.hosts.blenders import REPOSITORY, python_of, run, run_script, tail

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

VERSION = "5.2.3"
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
(COMMAND,) = re.findall(r"^blender -b (?:.*\\\n)+.*", README, re.MULTILINE)
(ALSO,) = re.findall(r"`--strips` also takes ([^.]+)\.", README)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose strips are all selected, and all there."""
    folder = tmp_path_factory.mktemp("readme")
    write_movie(folder / "look.mov", (320, 180), 12)
    shutil.copy(folder / "look.mov", folder / "gone.mov")
    run_script(VERSION, "make_batch_project.py", folder, folder, folder / "PROJECT.blend")
    yield folder
    code = "from afterframe_hosts.wire import discovery as d; d.connect(start=False).stop()"
    run([sys.executable, "-c", code], folder)


def test_the_command_makes_a_clip_for_all_selected_strips(project: Path) -> None:
    done = _run(project, shlex.split(COMMAND.replace("\\\n", " ")))
    assert done.returncode == 0, tail(done)
    assert done.stdout.count("  placed  ") == 4


@pytest.mark.parametrize("query", re.findall(r"`([^`]+)`", ALSO))
def test_the_strips_that_it_also_takes_are_understood(project: Path, query: str) -> None:
    """That no strip of this project is green is another matter than a colour there is not."""
    words = shlex.split(COMMAND.replace("\\\n", " "))
    words[words.index("--strips") + 1] = query
    done = _run(project, [*words, "--set", "frames=2", "--save-as", str(project / "other.blend")])
    assert done.returncode == 0 or f"has no clip {query}" in done.stderr, tail(done)


def _run(project: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command line of Blender's with the module bpy: it takes the script first."""
    blender, background, blend, flag, script, *rest = words
    assert (blender, background, flag, rest[0]) == ("blender", "-b", "-P", "--")
    engine = rest.index("--engine") + 1
    assert rest[engine] == ".venv/bin/python"
    rest[engine] = sys.executable
    start = [str(python_of(VERSION)), str(REPOSITORY / script), str(project / blend)]
    return run([*start, *rest], project)
