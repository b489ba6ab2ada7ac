"""The command line: everything the engine does, without a host.

Each module beside this one that is named in ``COMMANDS`` adds its commands and runs them. Imports
stay light here and there: what a command needs is imported when it runs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from afterframe import __version__
from afterframe.errors import AfterframeError

from . import batch, demo, doctor, make, queue, render, show

COMMANDS = (make, render, batch, queue, doctor, demo)
EXIT_FAILED, EXIT_CANCELLED = 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code: 0 all is well, 1 an error, 2 usage, 130 stopped by Ctrl-C.
    """
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except AfterframeError as error:
        show.error(error, as_json=options.json)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return EXIT_CANCELLED


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


if __name__ == "__main__":
    sys.exit(main())
