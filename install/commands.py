"""The commands of bootstrap.py."""

from __future__ import annotations

import argparse
import sys

import environments

DEFAULT_DEMO_FOLDER = environments.CLONE / "afterframe-demo"


def main(arguments: list[str]) -> int:
    """Carry out one command line; gives the exit code."""
    options, rest = parser().parse_known_args(arguments)
    if rest and options.command != "test":
        parser().error(f"unknown arguments: {' '.join(rest)}")
    try:
        if options.command == "setup":
            return setup(options.extra)
    except environments.SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the command again to go on.", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    root = argparse.ArgumentParser(prog="bootstrap.py", description="Set Afterframe up")
    commands = root.add_subparsers(dest="command", required=True)
    setup_parser = commands.add_parser("setup", help="make the private environment .venv")
    setup_parser.add_argument(
        "--extra", action="append", default=[], choices=("dev", "diffusion", "panel")
    )
    return root


def setup(extras: list[str]) -> int:
    """Make `.venv` and say how to start Afterframe."""
    environment = environments.afterframe_environment(frozenset(extras))
    environments.ensure(environment)
    print(f"Start it with {environment.python.parent / 'afterframe'} --help")
    return 0
