"""The commands of bootstrap.py."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from pathlib import Path

import blender
import blender_environments
import blender_window
import checks
import engine
import extension
import torch_environment
from environments import (
    CLONE,
    Environment,
    SetupError,
    afterframe_environment,
    clean_environ,
    ensure,
)

INSTALLERS = ("engine", "blender", "resolve")
BLENDER_DEMO = CLONE / "host_adapters" / "afterframe_hosts" / "blender" / "demo.py"


def main(arguments: list[str]) -> int:
    """Carry out one command line; gives the exit code."""
    command_line = _command_line()
    options, rest = command_line.parse_known_args(arguments)
    if rest and options.command != "test":
        command_line.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command in INSTALLERS and options.all and not options.uninstall:
        command_line.error("--all goes with --uninstall")
    # Tidy up also when another program ends this one, or started it with Ctrl-C switched off.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        if options.command != "engine":
            engine.demand_clone()
        if options.command == "setup":
            return setup(options.extra)
        if options.command == "demo":
            return demo(options.host, options.output.resolve())
        if options.command == "engine":
            return run_engine(options)
        if options.command == "blender":
            return run_blender(options)
        if options.command == "resolve":
            return run_resolve(options)
        return test(options.hosts, rest)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the command again to go on.", file=sys.stderr)
        return 130


def setup(extras: list[str]) -> int:
    """Make `.venv` and say how to start Afterframe."""
    environment = _ready_environment(*extras)
    print(f"Start it with {environment.python.parent / 'afterframe'} --help")
    return 0


def demo(host: str | None, output: Path) -> int:
    """Show Afterframe on a sample timeline, in a host if one is named; its files go to `output`."""
    environment = _ready_environment()
    if host is None:
        command = [str(environment.python), "-I", "-m", "afterframe.cli.main", "demo"]
    else:
        ready, problems = blender_environments.prepare([blender_environments.pick_shown()])
        if problems:
            raise SetupError("\n".join(problems))
        (blender,) = ready.values()
        command = [str(blender), str(BLENDER_DEMO), "--engine", str(environment.python)]
    return subprocess.call([*command, "--output", str(output)], env=clean_environ())


def run_engine(options: argparse.Namespace) -> int:
    """Install the engine into the user's data folder, or do what is asked with it."""
    if options.repair:
        return engine.repair()
    if options.rollback:
        return engine.roll_back()
    if options.uninstall:
        return engine.uninstall(with_state=options.all)
    if options.status:
        return engine.show_status()
    return engine.install(frozenset(options.extra), options.torch)


def run_blender(options: argparse.Namespace) -> int:
    """Install the extension into the user's Blenders, or do what is asked with it."""
    if options.zip_only is not None:
        folder = options.zip_only.resolve()
        try:
            print(extension.build(folder))
        except OSError as error:
            why = error.strerror or error
            raise SetupError(f"{folder}: {why}. Name another folder.") from error
        return 0
    if options.uninstall:
        return blender.uninstall(options.blender, with_state=options.all)
    return blender.install(options.blender, with_engine=not options.without_engine)


def run_resolve(options: argparse.Namespace) -> int:
    """Put the scripts into DaVinci Resolve's menu, or do what is asked with them."""
    import resolve  # the tools that an engine brings know no Resolve

    if options.uninstall:
        return resolve.uninstall(with_state=options.all)
    return resolve.install(
        options.resolve, everybody=options.all_users, with_engine=not options.without_engine
    )


def test(with_hosts: bool, pytest_arguments: list[str]) -> int:
    """Run all checks and tests; those inside real hosts and with PyTorch too if asked."""
    environment = _ready_environment("dev")
    hosts: dict[str, Path] | None = None
    torch: Path | None = None
    problems: list[str] = []
    window = ""
    if with_hosts:
        hosts, problems = blender_environments.prepare(blender_environments.TESTED)
        torch, more = torch_environment.prepare()
        problems += more
        root, missing = blender_window.prepare()
        window = str(root or missing)
        if missing:  # this machine cannot have one: those tests say so, and nothing has failed
            print(f"\n{missing}", flush=True)
    for problem in problems:
        print(f"\n{problem}", flush=True)
    return checks.run_all(environment, hosts, torch, problems, pytest_arguments, window)


def _ready_environment(*extras: str) -> Environment:
    environment = afterframe_environment(frozenset(extras))
    ensure(environment)
    return environment


def _command_line() -> argparse.ArgumentParser:
    command_line = argparse.ArgumentParser(
        prog="bootstrap.py",
        description="Set Afterframe up in this clone, show it, test it; install it for hosts.",
        allow_abbrev=False,
    )
    commands = command_line.add_subparsers(dest="command", metavar="COMMAND", required=True)

    setup_line = commands.add_parser("setup", help="make the private environment .venv")
    setup_line.add_argument(
        "--extra",
        action="append",
        default=[],
        choices=("dev", "diffusion", "panel"),
        help="what to install beside the base; may be given more than once",
    )

    demo_line = commands.add_parser("demo", help="generate a clip on a sample timeline")
    demo_line.add_argument("--host", choices=("blender",), help="do it inside this real host")
    demo_line.add_argument(
        "--output",
        type=Path,
        default=CLONE / "afterframe-demo",
        metavar="DIR",
        help="where the results go (default: afterframe-demo in the clone)",
    )

    _add_engine_line(commands)
    _add_blender_line(commands)
    _add_resolve_line(commands)

    test_line = commands.add_parser(
        "test",
        help="run all checks and tests; what else is on the line goes to pytest",
        allow_abbrev=False,
    )
    test_line.add_argument(
        "--hosts", action="store_true", help="also test inside real Blender, and with PyTorch"
    )
    return command_line


def _add_engine_line(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    line = commands.add_parser(
        "engine",
        help="install the engine for hosts, outside this clone; or bring it up to date",
        allow_abbrev=False,
    )
    line.add_argument(
        "--with",
        action="append",
        default=[],
        choices=("diffusion", "panel"),
        dest="extra",
        help="what to install beside the base; may be given more than once",
    )
    line.add_argument(
        "--torch",
        default="",
        choices=("cpu", "cuda", "rocm", "xpu"),
        help="which PyTorch, instead of the one that fits this machine (with diffusion)",
    )
    action = line.add_mutually_exclusive_group()
    action.add_argument("--repair", action="store_true", help="check all files, mend what broke")
    action.add_argument("--rollback", action="store_true", help="go back to the engine before")
    action.add_argument("--uninstall", action="store_true", help="remove what was installed")
    action.add_argument("--status", action="store_true", help="say what is installed where")
    line.add_argument("--all", action="store_true", help="with --uninstall: also queue and logs")


def _add_blender_line(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    line = commands.add_parser(
        "blender",
        help="install the extension into Blender, and the engine for it",
        allow_abbrev=False,
    )
    line.add_argument(
        "--blender",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="this Blender, instead of all that are found; may be given more than once",
    )
    line.add_argument(
        "--without-engine",
        action="store_true",
        help="the extension alone; a button in Blender installs the engine",
    )
    action = line.add_mutually_exclusive_group()
    action.add_argument(
        "--zip-only", type=Path, metavar="DIR", help="only write the extension's zip into DIR"
    )
    action.add_argument(
        "--uninstall", action="store_true", help="remove what this command has written"
    )
    line.add_argument("--all", action="store_true", help="with --uninstall: also queue and logs")


def _add_resolve_line(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    line = commands.add_parser(
        "resolve",
        help="put Afterframe into DaVinci Resolve's menu, and install the engine for it",
        allow_abbrev=False,
    )
    line.add_argument(
        "--resolve",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="this Resolve, instead of the one that is found; may be given more than once",
    )
    line.add_argument(
        "--all-users", action="store_true", help="into the menu of every user of this machine"
    )
    line.add_argument("--without-engine", action="store_true", help="the scripts alone")
    line.add_argument("--uninstall", action="store_true", help="remove what this has written")
    line.add_argument("--all", action="store_true", help="with --uninstall: also queue and logs")
