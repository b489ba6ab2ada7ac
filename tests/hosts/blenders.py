"""The Blender environments of the tests, and how a script is run in one of them.

``AFTERFRAME_TEST_HOSTS`` holds a JSON object of versions and their Pythons; without it, what
``install/bootstrap.py test --hosts`` has made in ``.venv-hosts`` is used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).parent / "blender_scripts"
VERSIONS = ("4.2.23", "4.5.15", "5.0.1", "5.2.3")
LIMIT = 240
"""Seconds for one script."""


def python_of(version: str) -> Path:
    """Return the Python that can import this bpy, or skip the test."""
    told = json.loads(os.environ.get("AFTERFRAME_TEST_HOSTS", "{}"))
    made = REPOSITORY / ".venv-hosts" / f"bpy-{version}" / _relative_python()
    python = Path(told[version]) if version in told else made
    if not python.is_file():
        pytest.skip(f"no Blender {version} here: python3 install/bootstrap.py test --hosts")
    return python


def clean_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which nobody's own Blender or Afterframe settings are touched."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "BLENDER", "AFTERFRAME"))
    }
    own = {
        "BLENDER_USER_RESOURCES": str(folder / "blender"),
        "AFTERFRAME_STATE": str(folder / "state"),
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }
    return {**kept, **own}


def run_script(version: str, script: str, folder: Path, *arguments: object) -> Any:
    """Run a script of ``blender_scripts``; return the JSON that it wrote to its last argument.

    The scripts import ``afterframe_hosts`` from the repository, as Blender does from the add-on.
    """
    answer = folder / f"{Path(script).stem}-{version}.json"
    answer.unlink(missing_ok=True)
    start = [str(python_of(version)), str(SCRIPTS / "launch.py"), str(SCRIPTS / script)]
    done = run([*start, *map(str, arguments), str(answer)], folder)
    if not answer.is_file():
        pytest.fail(f"{script} in Blender {version} ended with {done.returncode}:\n{tail(done)}")
    return json.loads(answer.read_text())


def run(command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a clean environment, its output kept."""
    return subprocess.run(
        command,
        env={**clean_environment(folder), **more},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def tail(done: subprocess.CompletedProcess[str]) -> str:
    """Return the end of what a command said."""
    return (done.stdout + done.stderr)[-4000:]


def _relative_python() -> Path:
    return Path("Scripts/python.exe") if sys.platform == "win32" else Path("bin/python")
