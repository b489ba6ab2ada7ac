"""``afterframe watch DIR``: a batch of every timeline that is exported into a folder.

The way to a program that no script can drive: it exports a timeline into the folder, and imports
the one with the new track that appears beside it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from afterframe.errors import AfterframeError, NotWritable

from . import batch, show, timelines
from .make import Commands, add_mark_option, add_timeline_options

POLL = 1.0
"""Seconds between two looks. A file that stays the same from one to the next is whole."""
Stamp = tuple[int, int]


def add(commands: Commands) -> None:
    """Add the command."""
    text = "Make one effect of every timeline that is put into a folder, until stopped"
    command = commands.add_parser(
        "watch",
        help=text,
        description=f"{text}. The timeline with its new track is written beside each.",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="where timelines are exported to")
    batch.add_effect_options(command)
    command.add_argument("--rate", help="frames a second of an .edl, 25 or 24000/1001")
    add_timeline_options(command)
    batch.add_result_options(command, "DIR")
    add_mark_option(command)
    command.add_argument("--once", action="store_true", help="only what is there now, then end")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Watch the folder; gives 1 where ``--once`` found a timeline that came to nothing.

    Raises:
        NotWritable: the folder is none.
    """
    folder = options.folder.absolute()
    if not folder.is_dir():
        raise NotWritable(folder=str(folder), detail="there is no such folder")
    if options.once:
        return max((_make(path, options) for path in sorted(waiting(folder))), default=0)
    print(f"{folder}: watched. Ctrl-C ends it.", file=sys.stderr, flush=True)
    seen: dict[Path, Stamp] = {}
    tried: dict[Path, Stamp] = {}
    while True:
        there = waiting(folder)
        for path, stamp in sorted(there.items()):
            if seen.get(path) == stamp != tried.get(path):
                tried[path] = stamp
                _make(path, options)
        seen = there
        time.sleep(POLL)


def waiting(folder: Path) -> dict[Path, Stamp]:
    """Return the timelines that nothing newer was made of, with their sizes and times.

    What we have written ourselves is not among them.
    """
    stamps = {}
    for path in folder.iterdir():
        adapter = None if path.name.startswith(".") else timelines.adapter_of(path)
        stamp = _stamp(path)
        if adapter is None or stamp is None or adapter.source_of(path) is not None:
            continue
        stamps[path] = stamp
    for path in folder.iterdir():
        adapter = timelines.adapter_of(path)
        source = adapter.source_of(path) if adapter else None
        made, asked = _stamp(path), stamps.get(source) if source else None
        if source and made and asked and made[1] >= asked[1]:
            del stamps[source]
    return stamps


def _make(path: Path, options: argparse.Namespace) -> int:
    """Make the batch of one timeline; whatever is wrong with it ends nothing else."""
    print(f"{path.name}:", file=sys.stderr, flush=True)
    try:
        return batch.make(path, options)
    except AfterframeError as error:
        show.error(error, as_json=options.json)
        return 1


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:  # gone meanwhile
        return None
    return stat.st_size, stat.st_mtime_ns
