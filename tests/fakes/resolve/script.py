"""Runs scripts as Resolve does: its objects as globals, its modules to be imported."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
import types
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from . import state, ui
from .remote import Remote
from .world import World

STUCK = 124
"""Exit code of a script that a call has not come back to in time, as ``timeout`` has it."""

MISUSED = 3
"""Exit code of a script that ended well but misused a method, where that was asked for."""


class NoPython(Exception):
    """This edition runs no Python scripts."""


def run(world: World, path: Path, arguments: Sequence[str] = ()) -> int:
    """Run a Python script from Resolve's menu; return its exit code.

    Raises:
        NoPython: the free edition, since 21.1.
    """
    if not world.build.studio and world.build.since(21, 1):
        raise NoPython
    path = path.absolute()  # as Python has it: a script may change the folder it runs in
    main = types.ModuleType("__main__")
    main.__dict__.update(globals_of(world), __file__=str(path), __builtins__=__builtins__)
    modules = modules_of(world)
    before = {name: sys.modules.get(name) for name in ("__main__", *modules)}
    argv, places = sys.argv, list(sys.path)
    sys.modules.update(modules, __main__=main)
    sys.argv, sys.path[:] = [str(path), *arguments], [str(path.parent), *places]
    try:
        return _exit_code(path, main)
    finally:
        sys.argv, sys.path[:] = argv, places
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def globals_of(world: World) -> dict[str, Any]:
    """Return what a script from the menu finds without an import."""
    resolve, fusion = world.handle("Resolve"), world.handle("Fusion")
    bmd = modules_of(world)["fusionscript"]
    names = dict.fromkeys(("fusion", "fu", "app"), fusion)
    return {**names, "resolve": resolve, "bmd": bmd, "Resolve": lambda: resolve}


def modules_of(world: World) -> dict[str, types.ModuleType]:
    """Return the modules of Resolve: the library's, and the two that its folders offer."""
    apps = {"Resolve": world.handle("Resolve"), "Fusion": world.handle("Fusion")}

    def scriptapp(name: str = "", *_: object) -> Remote | None:
        return None if world.ended else apps.get(name)

    library = {
        "scriptapp": scriptapp,
        "createuuid": lambda: str(uuid.uuid4()),
        "getcurrentdir": lambda: f"{Path.cwd()}{os.sep}",
        "wait": time.sleep,
        "UIDispatcher": lambda manager=None: ui.Dispatcher(manager) if manager else None,
    }
    return {
        "fusionscript": _module("fusionscript", library),
        "DaVinciResolveScript": _module("DaVinciResolveScript", library),
        "python_get_resolve": _module(
            "python_get_resolve", {"GetResolve": lambda: scriptapp("Resolve")}
        ),
    }


def ended_within(world: World, seconds: float, dump: Path | None) -> Callable[[], None]:
    """End this process once so many seconds have passed; return what calls that off.

    A call that blocks cannot be ended otherwise. What Resolve has then is written to ``dump``.
    """

    def end() -> None:
        sys.stdout.flush()
        print(f"ended after {seconds:g} s: a call has not come back", file=sys.stderr, flush=True)
        if dump is not None:
            state.save(world.application, dump)
        os._exit(STUCK)

    clock = threading.Timer(seconds, end)
    clock.daemon = True
    clock.start()
    return clock.cancel


def leave(code: int, before: Sequence[threading.Thread]) -> NoReturn:
    """End this process, and what a script has left running: in Resolve it ends with the script.

    Args:
        code: the exit code.
        before: the threads that ran before the script did.
    """
    running = [each for each in threading.enumerate() if each not in before and not each.daemon]
    if not running:
        sys.exit(code)
    names = ", ".join(each.name for each in running)
    print(f"ended with the script, as in Resolve: {names}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _exit_code(path: Path, main: types.ModuleType) -> int:
    """Run a file as a module; return the exit code that Python would have, and say why."""
    try:
        code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        exec(code, main.__dict__)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:  # noqa: BLE001 - whatever a script raises is told
        while error.__traceback__ and error.__traceback__.tb_frame.f_code.co_filename == __file__:
            error.__traceback__ = error.__traceback__.tb_next
        traceback.print_exception(error)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _module(name: str, content: dict[str, Any]) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(content)
    return module
