#!/usr/bin/env python3
"""Set Afterframe up in this clone, show it, test it; install the engine for hosts.

    python3 install/bootstrap.py setup | demo | test | engine | blender | resolve

Standard library only. This file and `interpreters.py` keep to the syntax of Python 3.6, so that an
older Python ends in a sentence (or in a newer Python that was found) and not in a SyntaxError;
the modules behind them are read only by a Python that fits.
"""

import os
import subprocess
import sys
from pathlib import Path

import interpreters

RESTARTED = "AFTERFRAME_BOOTSTRAP_RESTARTED"
FROM_SOURCE = (
    "Get a copy of Afterframe's source and run there: python3 install/bootstrap.py engine --repair"
)


def main() -> int:
    """Run the command line, in another Python if this one does not fit; gives the exit code."""
    if sys.version_info[:2] not in interpreters.SUPPORTED:
        return restart_in_another_python()
    poor = interpreters.belongs_to_blender() or not interpreters.makes_environments()
    if poor and not os.environ.get(RESTARTED):
        # What is installed shall outlive this Blender. Without another Python this one has to do.
        another = interpreters.find_another(interpreters.SUPPORTED)
        if another is not None:
            return go_on_in(another)
    # What hosts and engine know of each other is the standard library's too, so far as it is here.
    root = Path(__file__).resolve().parent.parent
    sys.path.insert(1, str(root / "host_adapters"))
    try:
        import commands
    except (ImportError, NameError, SyntaxError, ValueError) as error:
        if (root / "pyproject.toml").is_file():
            raise
        print(f"{root} is damaged ({error}). {FROM_SOURCE}", file=sys.stderr)
        return 1

    return commands.main(sys.argv[1:])


def restart_in_another_python() -> int:
    """Find a Python that fits and run this file in it; say what to install when there is none."""
    found = None if os.environ.get(RESTARTED) else interpreters.find(interpreters.SUPPORTED)
    if found is None:
        print(interpreters.explain_missing(interpreters.SUPPORTED), file=sys.stderr)
        return 1
    this = interpreters.dotted(sys.version_info[:3])
    print(f"Python {this} does not fit, going on with {found}", file=sys.stderr)
    return go_on_in(found)


def go_on_in(python: str) -> int:
    """Run this file in another Python."""
    # Not exec: on Windows that gives the prompt back before the work is done.
    quiet = ["-B"] if sys.dont_write_bytecode else []
    command = [python, *quiet, str(Path(__file__).resolve()), *sys.argv[1:]]
    return subprocess.call(command, env=dict(os.environ, **{RESTARTED: "1"}))


if __name__ == "__main__":
    sys.exit(main())
