"""The command line: everything the engine does, without a host.

Each module beside this one that is named in ``COMMANDS`` adds its commands and runs them. Imports
stay light here and there: what a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from afterframe import __version__
from afterframe.errors import AfterframeError

from . import batch, demo, doctor, make, place, probe, queue, render, show, watch

COMMANDS = (make, render, batch, watch, place, probe, queue, doctor, demo)
EXIT_FAILED, EXIT_CANCELLED = 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code: 0 all is well, 1 an error, 2 usage, 130 stopped by Ctrl-C.
    """
    _print_whatever_comes()
    options = parser().parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except AfterframeError as error:
        show.error(error, as_json=options.json)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_CANCELLED
    except BrokenPipeError:  # `| head` has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the border to the user; kept in the log
        _log_unexpected()
        show.error(AfterframeError(detail=f"{type(error).__name__}: {error}"), as_json=options.json)
        return EXIT_FAILED


def parser() -> argparse.ArgumentParser:
    """Return the whole parser; the effects' options are drawn from their declaration."""
    root = argparse.ArgumentParser(
        prog="afterframe", description="AI video effects on your own machine."
    )
    root.add_argument("--version", action="version", version=f"afterframe {__version__}")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(commands)
    for command in commands.choices.values():
        command.add_argument("--json", action="store_true", help="print JSON, for programs")
    return root


def _print_whatever_comes() -> None:
    """Let a terminal that lacks a character show its code instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _log_unexpected() -> None:
    """Write the exception at hand to the command line's log."""
    import logging

    from afterframe_hosts.wire.discovery import state_folder

    path = state_folder() / "logs" / "cli.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    log = logging.getLogger(__name__)
    log.addHandler(handler)
    log.propagate = False
    log.exception("a command ended unexpectedly")
    handler.close()
    log.removeHandler(handler)


if __name__ == "__main__":
    sys.exit(main())
