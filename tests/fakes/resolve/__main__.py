"""The stand-in's own command line: ``python -m tests.fakes.resolve run SCRIPT.py``."""

from __future__ import annotations

import argparse
import inspect
import json
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from . import projects, script, simulator, state
from .build import VERSIONS, Build
from .faults import Faults
from .server import Server
from .world import World

FIRST = "Project 1"
"""What is open where nothing else is asked for; scripts are run in a project that has a name."""

_ABOUT = """\
A stand-in of DaVinci Resolve that answers scripts as the real one was measured to answer. Nothing
of Resolve is needed or used. What it has not, a real Resolve may still have: it is strict.

A project, its bins, timelines, grades and render queue are really kept; media are probed from real
files; renders and stills are really written. It starts with an empty project that has a name,
--fresh with none but the unsaved "Untitled Project", --project with what an earlier --dump wrote.
"""
_EXAMPLES = """\
examples:
  python -m tests.fakes.resolve run notes.py --version 19.1 --dump after.json
  python -m tests.fakes.resolve run cut.py --project after.json -- --bin Rushes
  python -m tests.fakes.resolve run cut.py --edition free --version 21.0 --language ja
  python -m tests.fakes.resolve run cut.py --fault ghosts --fault flaky=Timeline.DeleteClips:1
  python -m tests.fakes.resolve serve --version 20.3 --dump after.json
  python -m tests.fakes.resolve methods --version 19.1 Timeline
  python -m tests.fakes.resolve compare before.json after.json

A script finds resolve, fusion, fu, app, bmd and Resolve() as globals, and can import
DaVinciResolveScript, fusionscript and python_get_resolve. What it prints is printed. Arguments for
it stand after "--".

exit codes of run: the script's own; 1 with a traceback where it raises; 2 where it cannot be run
(no such file, no such option, Python in the free edition since 21.1); 3 with --strict where it
ended well but gave a method what it does not take; 124 with --limit where a call blocked.
"""
_FAULTS = """\
--fault can be given often. Switches: NAME; sets of calls: NAME=Class.Method,Class.Method; counts:
flaky=Class.Method:3, dead_after=40; texts: words=Class.Method:TEXT, render_error=TEXT.
""" + inspect.cleandoc((Faults.__doc__ or "").partition("Attributes:")[2])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own = given.index("--") if "--" in given else len(given)
    options = _parser().parse_args(given[:own])
    try:
        if options.command is None:
            return _compare(options.before, options.after)
        world = _world(options)
        command: Callable[..., int] = options.command
        return command(world, options, given[own + 1 :])
    except (ValueError, OSError) as error:
        print(f"cannot be run: {error}", file=sys.stderr)
        return 2


def _run(world: World, options: argparse.Namespace, given: list[str]) -> int:
    path: Path = options.script
    if path.suffix == ".lua":
        raise ValueError("the stand-in runs Python scripts, no Lua")
    if not path.is_file():
        raise ValueError(f"there is no {path}")
    called_off = script.ended_within(world, options.limit, options.dump) if options.limit else None
    try:
        code = script.run(world, path, given)
    except script.NoPython:
        raise ValueError("the free edition runs no Python scripts since 21.1") from None
    finally:
        _finish(world, options.dump)
        if called_off is not None:
            called_off()
    return _judged(world, code) if options.strict else code


def _serve(world: World, options: argparse.Namespace, given: list[str]) -> int:
    """Serve until the input ends; the first line of the output says where."""
    with Server(world) as server:
        address = f"127.0.0.1:{server.server_address[1]}"
        api = str(Path(__file__).parent / "client")
        print(json.dumps({"RESOLVE_STAND_IN": address, "RESOLVE_SCRIPT_API": api}), flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()
    _finish(world, options.dump)
    return 0


def _compare(before: Path, after: Path) -> int:
    """Print what differs between two dumps, a line each; 1 where something does."""
    found = state.differences(*(state.dump(_loaded(path)) for path in (before, after)))
    for line in found:
        print(line)
    return 1 if found else 0


def _methods(world: World, options: argparse.Namespace, given: list[str]) -> int:
    """Print the methods of this build, one a line: ``Timeline.GetName()``."""
    for kind in sorted(world.classes):
        if options.classes and kind not in options.classes:
            continue
        for name, method in world.classes[kind].methods(world.build.version).items():
            after_self = list(inspect.signature(method).parameters.values())[1:]
            print(f"{kind}.{name}({', '.join(str(each).split(':')[0] for each in after_self)})")
    return 0


def _finish(world: World, dump: Path | None) -> None:
    """Let what renders come to its end, and write what Resolve has then."""
    for task in list(world.tasks.values()):
        if hasattr(task, "join"):
            task.join(60)
    if dump is not None:
        state.save(world.application, dump)


def _judged(world: World, code: int) -> int:
    for line in world.misuse:
        print(f"misuse: {line}", file=sys.stderr)
    return script.MISUSED if world.misuse and code == 0 else code


def _world(options: argparse.Namespace) -> World:
    """Return the world that options describe.

    Raises:
        ValueError: there is no such Resolve, or no such project.
    """
    build = Build(
        VERSIONS[options.version],
        options.edition,
        options.headless,
        options.language,
        options.system,
    )
    if build.headless and not build.studio:
        raise ValueError("the free edition cannot be started without a window")
    application = _loaded(options.project) if options.project else None
    folder = options.folder or Path(tempfile.mkdtemp(prefix="resolve-"))
    world = simulator.start(build, _faults(options.fault), folder, application)
    if application is None and not options.fresh:
        projects.make(world, FIRST)
    return world


def _loaded(path: Path) -> state.Application:
    """Return what a dump holds.

    Raises:
        ValueError: it is none.
    """
    try:
        return state.load(path)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} holds no projects: {error!r}") from error


def _faults(wanted: Sequence[str]) -> Faults:
    """Return the switches that ``NAME`` and ``NAME=VALUE`` mean.

    Raises:
        ValueError: there is none of that name, or it does not take that value.
    """
    faults = Faults()
    known = {each.name for each in fields(Faults)} - {"calls"}
    for text in wanted:
        name, _, value = text.partition("=")
        if name not in known:
            raise ValueError(f"no fault is called {name}: {', '.join(sorted(known))}")
        setattr(faults, name, _value(name, getattr(faults, name), value))
    return faults


def _value(name: str, before: Any, text: str) -> Any:
    call, colon, rest = text.partition(":")
    if isinstance(before, bool):
        return text in ("", "1", "true")
    if isinstance(before, set):
        return before | set(text.split(","))
    if isinstance(before, list):
        return [*before, text]
    if isinstance(before, dict) and colon:
        return before | {call: int(rest) if name == "flaky" else rest}
    if isinstance(before, str):
        return text
    if before is None and text.isdigit():
        return int(text)
    raise ValueError(f"the fault {name} does not take {text!r}")


def _parser() -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.resolve",
        description=_ABOUT,
        epilog=f"{_EXAMPLES}\n{_FAULTS}",
        formatter_class=form,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="run a Python script as Resolve's menu does",
        epilog=f"{_EXAMPLES}\n{_FAULTS}",
        formatter_class=form,
    )
    run.add_argument("script", type=Path, metavar="SCRIPT.py", help="its arguments follow --")
    run.add_argument("--limit", type=float, metavar="SECONDS", help="end it after so long")
    run.add_argument(
        "--strict", action="store_true", help="tell calls with arguments that are not taken"
    )
    run.set_defaults(command=_run)
    serve = commands.add_parser(
        "serve",
        help="offer a Resolve to other interpreters (3.6 and later), until the input ends",
        description="Prints two variables as one JSON line. With them in its environment, "
        "RESOLVE_SCRIPT_API/Modules on its path, any Python reaches this Resolve by "
        "DaVinciResolveScript.scriptapp('Resolve'): None for the free edition, which permits no "
        "external scripting. It ends when its input does.",
    )
    serve.set_defaults(command=_serve)
    methods = commands.add_parser("methods", help="list the methods of a version, with arguments")
    methods.add_argument("classes", nargs="*", metavar="CLASS", help="of these alone")
    methods.set_defaults(command=_methods)
    compare = commands.add_parser("compare", help="tell what differs between two dumps")
    compare.add_argument("before", type=Path, metavar="BEFORE.json")
    compare.add_argument("after", type=Path, metavar="AFTER.json", help="exit code 1: it differs")
    compare.set_defaults(command=None)
    for each in (run, serve, methods):
        _add_build(each)
    return parser


def _add_build(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which Resolve")
    group.add_argument("--version", choices=VERSIONS, default="20.3")
    group.add_argument("--edition", choices=("free", "studio"), default="studio")
    group.add_argument("--headless", action="store_true", help="as resolve -nogui; Studio alone")
    group.add_argument("--language", choices=("en", "ja"), default="en")
    group.add_argument("--system", choices=("Linux", "Darwin", "Windows"), default="Linux")
    group.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]")
    group = parser.add_argument_group("what it has")
    group.add_argument("--project", type=Path, metavar="P.json", help="begin with this --dump")
    group.add_argument(
        "--dump", type=Path, metavar="AFTER.json", help="write what it has at the end"
    )
    group.add_argument("--fresh", action="store_true", help="no project was ever saved")
    group.add_argument("--folder", type=Path, help="for stills and caches; a new one without it")


if __name__ == "__main__":
    running = threading.enumerate()
    script.leave(main(), running)
