"""``afterframe place --host NAME``: results that wait are put on their timeline."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from . import live
from .make import Commands
from .queue import whole_id

if TYPE_CHECKING:
    from afterframe_hosts.wire.client import Client
    from afterframe_hosts.wire.job import JobStatus

    from .live_run import Run


def add(commands: Commands) -> None:
    """Add the command."""
    text = "Place results that wait on the timeline of a running program"
    command = commands.add_parser(
        "place",
        help=text,
        description=f"{text}: what was made while its project was closed, or by a command that "
        "ended before. What is still being made is waited for.",
    )
    command.add_argument(
        "job",
        nargs="*",
        metavar="JOB",
        help="id, or its beginning, as `jobs` shows it; default: all that waits for the open "
        "project",
    )
    live.add_options(command, required=True)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Place what waits, or what is named; print a table."""
    from afterframe_hosts.wire import discovery

    from .live_batch import Line, tell
    from .live_run import Run

    client = discovery.connect()
    with Run(options.host, options.door, quiet=options.json) as placing:
        named = _named(client, options.job) if options.job else _waiting(client, placing)
        works = [placing.adopt(status) for status in named]
        placing.finish()
        if not works:
            placing.say("nothing_waits", name=placing.name)
        return tell([Line.of(work) for work in works], as_json=options.json)


def _named(client: Client, given: list[str]) -> tuple[JobStatus, ...]:
    known = client.jobs(limit=1000)
    return tuple(client.job(whole_id(each, known)) for each in given)


def _waiting(client: Client, placing: Run) -> tuple[JobStatus, ...]:
    """Return what the open project waits for; what nobody knows any more is forgotten."""
    from afterframe_hosts.wire import awaited

    session = placing.host.describe()
    document = session.document
    noted, left = awaited.jobs(document), awaited.left_behind(document)
    found = awaited.find(client, document, noted, left, session.id)
    for job in found.unknown:
        awaited.remove(document, job)
    for status in found.statuses:
        if status.delivery in {"placed", "declined"} or status.state in {"failed", "cancelled"}:
            awaited.remove(document, status.job.id)
    return tuple(
        status
        for status in found.statuses
        if status.delivery not in {"placed", "declined"}
        and status.state not in {"failed", "cancelled"}
    )
