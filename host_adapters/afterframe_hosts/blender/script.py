"""How a script of ours is run: by ``blender -b PROJECT -P``, or by a Python with the module bpy."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import bpy

EXIT_FAILED, EXIT_USAGE = 1, 2


def run(file: str, action: Callable[[Sequence[str]], int]) -> int:
    """Open the project, if Blender has not, and do an action with what stands after ``--``.

    Blender ends with exit code 0 when a script raises: everything is caught here and told.

    Args:
        file: of the script.
        action: takes the arguments and returns the exit code.
    """
    before, after = _split(sys.argv)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        if Path(before[0]).name == Path(file).name:
            if len(before) != 2:
                print(f"usage: python {before[0]} PROJECT.blend -- OPTIONS", file=sys.stderr)
                return EXIT_USAGE
            bpy.ops.wm.open_mainfile(filepath=str(Path(before[1]).absolute()))
        return action(after)
    except Exception:  # noqa: BLE001 - the border of the process
        traceback.print_exc()
        return EXIT_FAILED


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    if "--" not in arguments:
        return arguments, ()
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Stop: Blender itself takes no notice of Ctrl-C while a script runs."""
    raise KeyboardInterrupt
