"""``afterframe serve | jobs | cancel | logs | clean``: the service and its queue."""

from __future__ import annotations

import argparse
import time
from collections import deque

from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.job import JobStatus

from . import show
from .make import Commands

LOG_LINES = 50
JOBS_SHOWN = 20


def add(commands: Commands) -> None:
    """Add the commands."""
    _add(commands, "serve", "Run the service in this terminal until Ctrl-C", run_serve)
    command = commands.choices["serve"]
    command.add_argument("--idle-minutes", type=float, default=None, help="stop when idle so long")
    command.add_argument("--replace", action="store_true", help="drain a running service first")
    _add(commands, "jobs", "List the jobs, the newest first", run_jobs)
    commands.choices["jobs"].add_argument("-n", type=int, default=JOBS_SHOWN, help="how many")
    _add(commands, "cancel", "Cancel jobs", run_cancel)
    commands.choices["cancel"].add_argument(
        "job", nargs="+", help="id as `jobs` shows it, or `all` that have not finished"
    )
    _add(commands, "logs", "Print the end of the service's log", run_logs)
    commands.choices["logs"].add_argument("-n", type=int, default=LOG_LINES, help="lines")
    _add(commands, "clean", "Remove finished jobs' scratch files", run_clean)
    commands.choices["clean"].add_argument("--days", type=float, help="older than this only")


def run_jobs(options: argparse.Namespace) -> int:
    """Print the jobs."""
    statuses = discovery.connect().jobs(limit=max(1, options.n))
    if options.json:
        show.data(list(statuses))
        return 0
    show.table(("job", "created", "effect", "clip", "state", "result"), map(_row, statuses))
    return 0


def run_cancel(options: argparse.Namespace) -> int:
    """Cancel the named jobs."""
    client = discovery.connect()
    known = client.jobs(limit=1000)
    if options.job == ["all"]:
        ids = [status.job.id for status in known if not status.finished]
    else:
        ids = [_whole_id(given, known) for given in options.job]
    statuses = [client.cancel(job) for job in ids]
    if options.json:
        show.data(statuses)
        return 0
    for status in statuses:
        print(f"{status.job.id[:8]} {status.job.clip.name} {status.job.effect}: {status.state}")
    return 0


def _whole_id(given: str, known: tuple[JobStatus, ...]) -> str:
    """Return the id that begins with what was given, when only one does."""
    found = [status.job.id for status in known if status.job.id.startswith(given)]
    return found[0] if len(found) == 1 else given


def _row(status: JobStatus) -> tuple[str, ...]:
    created = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.created))
    result = status.result.path if status.result else status.error.message() if status.error else ""
    state = status.state
    if state == "running" and status.progress.total:
        state = f"running {100 * status.progress.done // status.progress.total} %"
    return (status.job.id[:8], created, status.job.effect, status.job.clip.name, state, result)
