"""PyTorch for the tests of what runs on a GPU: on its CPU device, in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import engine_build
import interpreters
import machine_facts
import torch_choice
from blender_environments import FOLDER
from environments import CLONE, Environment, SetupError, clean_environ, ensure


def torch_environment(clone: Path = CLONE) -> Environment:
    """The environment, for the Python that `.venv` has. Raises SetupError where there is none.

    The build is named, and with it the index that has it: without, one for CUDA would be taken,
    of several gigabytes.
    """
    choice = torch_choice.choose(machine_facts.look(), "cpu")
    if choice.backend == "none":
        raise SetupError(f"The tests with PyTorch cannot run: {choice.sentence}.")
    index = (f"--extra-index-url={choice.index}",) if choice.index else ()
    return Environment(
        folder=clone / FOLDER / "torch",
        base=interpreters.running(),
        version=sys.version_info[:2],
        requirements=(*index, engine_build.torch_requirement(choice)),
        constraints="constraints.txt",
        clone=clone,
        with_uv=False,
    )


def prepare(clone: Path = CLONE) -> tuple[Path | None, list[str]]:
    """Make it ready. Gives the folder of its packages, or a sentence that says why there is none.

    The tests run in `.venv` with this folder besides: PyTorch is all that they need more.
    """
    try:
        environment = torch_environment(clone)
        environment.folder.parent.mkdir(exist_ok=True)
        ensure(environment)
    except SetupError as error:
        return None, [str(error)]
    code = "import sysconfig, torch; print(sysconfig.get_path('purelib'))"
    command = [str(environment.python), "-I", "-W", "ignore", "-c", code]
    done = subprocess.run(command, env=clean_environ(), capture_output=True, text=True)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1]
        return None, [f"PyTorch was installed and does not start: {last}"]
    return Path(done.stdout.strip()), []
