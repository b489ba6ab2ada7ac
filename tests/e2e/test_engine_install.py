"""One real engine from a real wheel: it outlives its clone, makes a clip, and leaves no trace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.sample import frames
from tests.makers import write_picture
from tests.media import REPOSITORY

pytestmark = pytest.mark.slow

PARTS = (
    "install", "host_adapters", "plugin", "models", "pyproject.toml", "README.md", "LICENSE",
)  # fmt: skip

# What an add-on does: it has the wire beside itself, no afterframe, and a Python of its own.
AS_A_HOST = """
import sys; sys.path.append({hosts!r})
from afterframe_hosts.wire import discovery
client = discovery.connect()
print(discovery.engine_python(), client.health().version)
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's home, with a space in its name."""
    home = tmp_path / "a user"
    home.mkdir()
    return home


@pytest.fixture
def run(home: Path) -> Iterator[Run]:
    """Run a command as this user; their service is stopped at the end."""
    folders = {
        "XDG_DATA_HOME": home / "data",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_STATE_HOME": home / "state",
        "AFTERFRAME_STATE": home / "state" / "afterframe",
    }
    environ = {**os.environ, **{name: str(path) for name, path in folders.items()}}
    environ.pop("AFTERFRAME_ENGINE", None)

    def run(*command: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(map(str, command)), cwd=home, env=environ, capture_output=True, text=True,
            timeout=280,
        )  # fmt: skip

    yield run
    run(sys.executable, "-c", AS_A_HOST.format(hosts="") + "client.stop()")


@pytest.mark.skipif(sys.platform == "win32", reason="a service on Windows holds its folder")
def test_from_a_clone_to_a_clip_without_the_clone(home: Path, run: Run) -> None:
    clone = home / "a clone"
    clone.mkdir()
    for name in PARTS:
        source = REPOSITORY / name
        ignored = shutil.ignore_patterns("__pycache__")
        (shutil.copytree(source, clone / name, ignore=ignored) if source.is_dir()
         else shutil.copy(source, clone / name))  # fmt: skip
    done = run(sys.executable, clone / "install" / "bootstrap.py", "engine")
    if "could not be reached" in done.stderr:
        pytest.skip("no package registry in reach")
    assert done.returncode == 0, done.stdout + done.stderr
    hosts = home / "an add-on"
    shutil.copytree(clone / "host_adapters", hosts)
    shutil.rmtree(clone)

    record = json.loads((home / "config" / "afterframe" / "engine.json").read_text())
    python = Path(record["python"])
    wanted = (python.parents[1] / "requirements.txt").read_text()
    assert len(wanted.splitlines()) == 1
    assert run(python, "-I", "-c", "import torch").returncode == 1
    assert str(clone) not in run(python, "-I", "-c", "import sys; print(sys.path)").stdout

    _make_a_clip(home, run)
    told = run(sys.executable, "-I", "-S", "-c", AS_A_HOST.format(hosts=str(hosts)))
    assert told.stdout.split() == [*str(python).split(), record["version"]], told.stderr

    tools = python.parents[1] / "tools" / "install" / "bootstrap.py"
    assert run(sys.executable, tools, "engine", "--repair").returncode == 0
    done = run(sys.executable, tools, "engine", "--uninstall", "--all")
    assert done.returncode == 0, done.stderr
    left = {path.name for path in home.rglob("*") if path.is_file() and hosts not in path.parents}
    assert left == {"photo.png", "clip.mov", "clip.afterframe.json"}


def _make_a_clip(home: Path, run: Run) -> None:
    (picture,) = frames(192, 108, 1, Fraction(24))
    write_picture(home / "photo.png", picture)
    program = home / "data" / "afterframe" / "bin" / "afterframe"
    done = run(program, "generate", "photo.png", "--frames", 3, "-o", "clip.mov")
    assert done.returncode == 0, done.stderr
    assert (home / "clip.mov").is_file()
