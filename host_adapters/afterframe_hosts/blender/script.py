"""How a script of ours is run: by ``blender -b PROJECT -P``, or by a Python with the module bpy."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import bpy

EXIT_FAILED, EXIT_USAGE = 1, 2


def run_on_project(file: str, action: Callable[[Sequence[str]], int]) -> NoReturn:
    """Open the project, if Blender has not, and do an action with what stands after ``--``.

    Args:
        file: of the script.
        action: takes the arguments and returns the exit code.
    """
    before, after = _split(sys.argv)
    is_module = Path(before[0]).name == Path(file).name

    def work() -> int:
        if is_module and len(before) != 2:
            print(f"usage: python {before[0]} PROJECT.blend -- OPTIONS", file=sys.stderr)
            return EXIT_USAGE
        if is_module:
            bpy.ops.wm.open_mainfile(filepath=str(Path(before[1]).absolute()))
        return action(after)

    run(work, is_module)


def run(action: Callable[[], int], is_module: bool) -> NoReturn:
    """Do an action and end the process with the exit code that it returns.

    Blender ends with exit code 0 when a script raises: everything is caught here and told.

    Args:
        action: returns the exit code.
        is_module: we run in a Python with the module bpy, not in Blender.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        code = action()
    except SystemExit as end:  # a wrong command line
        code = int(end.code or 0)
    except Exception:  # noqa: BLE001 - the border of the process
        traceback.print_exc()
        code = EXIT_FAILED
    if is_module:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """End at once: the module bpy now and then waits for a thread of its own in its exit."""
    own = Path(bpy.app.tempdir)
    if own.name.startswith("blender_"):  # where Blender could not make its own, the system's
        shutil.rmtree(own, ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    if "--" not in arguments:
        return arguments, ()
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Stop: Blender itself takes no notice of Ctrl-C while a script runs."""
    raise KeyboardInterrupt
