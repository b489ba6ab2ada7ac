"""Real Blender without a window: the Python module `bpy`, each release in its own environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import interpreters
from environments import CLONE, Environment, SetupError, clean_environ, ensure

FOLDER = ".venv-hosts"

# Every line of releases that Afterframe serves, and the only Python that each is published for.
TESTED = {
    "4.2.23": (3, 11),
    "4.5.15": (3, 11),
    "5.0.1": (3, 11),
    "5.2.3": (3, 13),
}

# What the demo shows itself in: the long-term release for each Python, the newer first.
SHOWN = ("5.2.3", "4.5.15")

# Two downloads of 350 MB at a time keep line and disk busy; more only get in each other's way.
AT_A_TIME = 2

DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libgomp.so.1": "libgomp1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
MISSING_LIBRARY = re.compile(r"(lib\S+\.so\S*): cannot open shared object file")


def blender_environment(version: str, clone: Path = CLONE) -> Environment:
    """The environment of one release. Raises SetupError when its Python is not on this machine."""
    python = TESTED[version]
    base = interpreters.find((python,))
    if base is None:
        raise SetupError(f"Blender {version}: {interpreters.explain_missing((python,))}")
    return Environment(
        folder=clone / FOLDER / f"bpy-{version}",
        base=base,
        version=python,
        requirements=(f"bpy=={version}",),
        constraints="constraints-bpy.txt",
        clone=clone,
    )


def prepare(versions: Iterable[str], clone: Path = CLONE) -> tuple[dict[str, Path], list[str]]:
    """Make these releases ready to import.

    Gives the interpreter of each that is, and a sentence for each that is not.
    """
    ready: dict[str, Path] = {}
    problems: list[str] = []
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        tasks = {version: pool.submit(_install, version, clone) for version in versions}
    for version, task in tasks.items():
        try:
            python = task.result()
            _make_importable(version, python)
            ready[version] = python
        except SetupError as error:
            problems.append(str(error))
    return ready, problems


def pick_shown() -> str:
    """The release to show: one for this Python if there is one, else for a Python that is found."""
    fitting = [version for version in SHOWN if TESTED[version] == sys.version_info[:2]]
    for version in (*fitting, *SHOWN):
        if interpreters.find((TESTED[version],)) is not None:
            return version
    this = interpreters.dotted(sys.version_info[:2])
    raise SetupError(
        f"Blender is published as a Python module for Python 3.11 and 3.13, not for {this}. "
        + interpreters.explain_missing(((3, 11), (3, 13)))
    )


def _install(version: str, clone: Path) -> Path:
    environment = blender_environment(version, clone)
    environment.folder.parent.mkdir(exist_ok=True)
    ensure(environment)
    return environment.python


def _make_importable(version: str, python: Path) -> None:
    """Import bpy once; where the system lacks libraries for it, install them or say which."""
    failure = _import_failure(python)
    if failure and MISSING_LIBRARY.search(failure):
        _install_libraries(version, failure)
        failure = _import_failure(python)
    if failure:
        last = failure.strip().splitlines()[-1]
        raise SetupError(f"Blender {version} was installed and does not start: {last}")


def _import_failure(python: Path) -> str:
    """What importing bpy says on its error output, or nothing when it goes well."""
    command = [str(python), "-I", "-c", "import bpy; assert bpy.app.version"]
    done = subprocess.run(command, env=clean_environ(), capture_output=True, timeout=300)
    return done.stderr.decode("utf-8", "replace") if done.returncode != 0 else ""


def _install_libraries(version: str, failure: str) -> None:
    """Install all of bpy's system libraries: the loader names only the first that is missing."""
    packages = sorted(set(DEBIAN_PACKAGES.values()))
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    found = MISSING_LIBRARY.search(failure)
    library = found.group(1) if found else ""
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"Blender {version} needs the system library {library}. Install the package of your "
            f"system that has it (and these: {', '.join(sorted(DEBIAN_PACKAGES))})."
        )
    if os.geteuid() != 0:
        raise SetupError(
            f"Blender {version} needs the system library {library}. Install what is missing with: "
            f"sudo {' '.join(install)}"
        )
    print(f"Installing the system libraries of Blender: {' '.join(packages)}", flush=True)
    quiet = {**clean_environ(), "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], install):
        done = subprocess.run(command, env=quiet, capture_output=True)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise SetupError(f"`{' '.join(command)}` did not succeed: {said}")
