"""The Pythons of this machine by their version, as Resolve may have any of them."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

PYTHONS = ("3.6", "3.10", "3.11", "3.12", "3.13")
"""The oldest that Resolve takes, and those that people have beside it now."""


@cache
def _found(version: str) -> Path | None:
    folder = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [*sorted(folder.glob(f"{version}.*/bin/python")), Path(f"python{version}")]
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        places.insert(0, Path(sys.executable))
    tell = "import sys; print('%d.%d' % sys.version_info[:2])"
    for place in places:
        try:
            said = subprocess.run([str(place), "-c", tell], capture_output=True, text=True).stdout
        except OSError:
            continue
        if said.strip() == version:
            return place
    return None


def python_named(version: str) -> Path:
    """Return the Python of a version; the test is skipped where this machine has none."""
    found = _found(version)
    if found is None:
        pytest.skip(f"no Python {version} on PATH or among pyenv's")
    return found


def run_python(version: str, script: Path, **environment: str) -> str:
    """Run a script in a Python of a version and return what it prints; fail where it fails."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(python_named(version)), str(script)],
        env={**own, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout
