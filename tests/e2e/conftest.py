"""The command line as a user types it, with a service of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One service for all end-to-end tests, stopped at the end."""
    folder = tmp_path_factory.mktemp("state")
    yield folder
    script = "from afterframe_hosts.wire import discovery as d; d.connect(start=False).stop()"
    subprocess.run([sys.executable, "-c", script], env=environment(folder), check=False)


@pytest.fixture
def afterframe(state: Path, tmp_path: Path) -> Run:
    """Run ``afterframe ARGUMENTS`` in an empty folder and return how it ended."""

    def run(*arguments: object, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "afterframe.cli.main", *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd, env=environment(state), capture_output=True, text=True, timeout=120
        )

    return run


def environment(state: Path) -> dict[str, str]:
    """Return the environment in which the tests' service is found."""
    return {**os.environ, "AFTERFRAME_STATE": str(state), "LC_ALL": "C.UTF-8"}


def answer(done: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON that a command printed."""
    assert done.stdout, done.stderr
    return json.loads(done.stdout)
