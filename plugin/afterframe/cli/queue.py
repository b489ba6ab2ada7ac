"""``afterframe serve | jobs | cancel | logs | clean``: the service and its queue."""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.job import JobStatus

from . import live, show
from .make import Commands

LOG_LINES = 50
JOBS_SHOWN = 20
KEEP_DAYS = 14.0


def add(commands: Commands) -> None:
    """Add the commands."""
    _add_serve(commands)
    command = _command(commands, "jobs", "List the jobs, the newest first")
    command.add_argument("-n", type=_count, default=JOBS_SHOWN, help="how many")
    command.set_defaults(run=run_jobs)
    command = _command(commands, "cancel", "Cancel jobs that have not finished")
    command.add_argument("job", nargs="+", help="id, or its beginning, as `jobs` shows it; or all")
    command.set_defaults(run=run_cancel)
    command = _command(commands, "logs", "Print the end of the service's log")
    command.add_argument("-n", type=_count, default=LOG_LINES, help="lines")
    command.set_defaults(run=run_logs)
    command = _command(commands, "clean", "Remove the scratch files of finished jobs")
    command.add_argument("--days", type=_days, default=KEEP_DAYS, help="that are older than this")
    command.set_defaults(run=run_clean)


def run_serve(options: argparse.Namespace) -> int:
    """Run the service here until it is stopped or idle; of a program, answer for it."""
    if options.host:
        return live.serve(options)
    from afterframe.service.server import run

    if options.replace:
        _drain()
    if not options.json:
        print(f"Serving; the log is {_log()}. Ctrl-C stops.", flush=True)
    served = run(options.idle_minutes)
    if options.json:
        show.data({"served": served})
    elif not served:
        print("Another service is running already: afterframe serve --replace takes its place.")
    return 0


def run_jobs(options: argparse.Namespace) -> int:
    """Print the jobs."""
    client = discovery.connect()
    statuses = client.jobs(limit=options.n)
    if options.json:
        show.data(list(statuses))
        return 0
    for note in client.health().notes:
        print(note.text(show.language()), file=sys.stderr)
    show.table(("job", "created", "effect", "clip", "state", "result"), map(_row, statuses))
    return 0


def run_cancel(options: argparse.Namespace) -> int:
    """Cancel the named jobs."""
    client = discovery.connect()
    known = client.jobs(limit=1000)
    if options.job == ["all"]:
        ids = [status.job.id for status in known if not status.finished]
    else:
        ids = [whole_id(given, known) for given in options.job]
    statuses = [_cancel(client, job) for job in ids]
    if options.json:
        show.data(statuses)
        return 0
    for status in statuses:
        state = status.state if status.finished else "stops at its next frame"
        print(f"{status.job.id[:8]} {status.job.clip.name} {status.job.effect}: {state}")
    return 0


def run_logs(options: argparse.Namespace) -> int:
    """Print the log's last lines."""
    path = _log()
    lines = _last_lines(path, options.n)
    if options.json:
        show.data({"path": str(path), "lines": lines})
        return 0
    print("\n".join(lines) if lines else f"No log yet ({path}).")
    return 0


def run_clean(options: argparse.Namespace) -> int:
    """Remove what is not needed any more; results are never touched."""
    from afterframe.service.scratch import clean

    removed, freed = clean(older_than=options.days * 86400)
    if options.json:
        show.data({"removed": removed, "bytes": freed})
        return 0
    print(f"{removed} job folders removed, {freed / 1e6:.1f} MB freed.")
    return 0


def _add_serve(commands: Commands) -> None:
    text = (
        "Run the service in this terminal until Ctrl-C; with --host, answer what the panel and "
        "others ask of that program, until it ends"
    )
    command = _command(commands, "serve", text)
    command.add_argument(
        "--idle-minutes", type=float, default=float("inf"), help="stop when idle so long"
    )
    command.add_argument(
        "--replace", action="store_true", help="let a running service finish its jobs first"
    )
    live.add_options(command)
    command.set_defaults(run=run_serve)


def _count(text: str) -> int:
    """Return a number of 1 or more; argparse tells of ValueError."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def _days(text: str) -> float:
    """Return a number of days, 0 or more."""
    if not float(text) >= 0:
        raise ValueError(text)
    return float(text)


def _command(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=f"{text}.")
    return command


def _drain() -> None:
    """Let the running service finish and wait until it has gone."""
    from afterframe_hosts.wire.client import Client
    from afterframe_hosts.wire.system import process_lives

    endpoint = discovery.read_endpoint()
    if endpoint is None or not process_lives(endpoint.pid):
        return
    Client(endpoint).stop(drain=True)
    while process_lives(endpoint.pid):
        time.sleep(0.2)


def _cancel(client: Client, job: str) -> JobStatus:
    """Cancel a job; one that has finished meanwhile is as it is."""
    status = client.job(job)
    return status if status.finished else client.cancel(job)


def whole_id(given: str, known: Sequence[JobStatus]) -> str:
    """Return the id that begins with what was given, when only one does."""
    found = [status.job.id for status in known if status.job.id.startswith(given)]
    return found[0] if len(found) == 1 else given


def _log() -> Path:
    return discovery.state_folder() / "logs" / "service.log"


def _last_lines(path: Path, count: int) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        return []


def _row(status: JobStatus) -> tuple[str, ...]:
    created = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.created))
    job, progress = status.job, status.progress
    state = str(status.state)
    if state == "running" and progress.total:
        state = f"running {100 * progress.done // progress.total} %"
    return job.id[:8], created, job.effect, job.clip.name, state, _outcome(status)


def _outcome(status: JobStatus) -> str:
    if status.result:
        return status.result.path
    return status.error.message if status.error else ""
