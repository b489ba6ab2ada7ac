"""Which documents wait for which jobs, kept while the host that asked is away.

A document is told here of each job that was asked for it, until what came of it has been saved in
it, or nobody wants it any more. So the next opening of the document knows, without asking a service
that may not run, that there is something to ask it for. A job is a file in a folder of the
document's, which holds the process that waits for it: any number of hosts write here at once.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Set
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .client import Client
from .errors import RemoteError
from .job import JobStatus
from .system import make_private_folder, process_lives, state_folder

FOLDER = "awaited"


class Found(NamedTuple):
    """How jobs stand that a document waits for.

    Attributes:
        statuses: of those that are ours to go on with.
        others: how many are in the hands of another host that runs now.
        unknown: ids of those that nobody knows any more.
    """

    statuses: tuple[JobStatus, ...]
    others: int
    unknown: tuple[str, ...]


def add(document: str, job: str) -> None:
    """Note that a document waits for a job; where the disk does not take it, nobody knows later."""
    folder = _folder(document)
    with suppress(OSError):
        make_private_folder(state_folder())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / job).write_text(str(os.getpid()), "ascii")


def remove(document: str, job: str) -> None:
    """Note that a document waits for a job no longer."""
    folder = _folder(document)
    with suppress(OSError):
        (folder / job).unlink(missing_ok=True)
        folder.rmdir()  # where it was the last


def jobs(document: str) -> tuple[str, ...]:
    """Return the ids of the jobs that a document waits for."""
    try:
        names = sorted(path.name for path in _folder(document).iterdir())
    except OSError:
        return ()
    return tuple(name for name in names if re.fullmatch(r"[0-9a-f]{32}", name))


def left_behind(document: str) -> frozenset[str]:
    """Return the jobs that a document waits for and that no process does any more."""
    return frozenset(job for job in jobs(document) if not _has_owner(_folder(document) / job))


def find(client: Client, document: str, jobs: Iterable[str], left: Set[str], own: str) -> Found:
    """Ask a service what waits for a document.

    What another host asked for that runs now is left to it: it places it, or has placed it and not
    saved yet. What a process has left behind is nobody's, though its session may still be known.

    Args:
        client: of the service.
        document: its id.
        jobs: that it is known to wait for, as :func:`jobs` gives them.
        left: as :func:`left_behind` gives them.
        own: id of the session that asks.
    """
    found = {status.job.id: status for status in client.deliveries(document)}
    unknown = []
    for job in jobs:
        try:
            found[job] = client.job(job)
        except RemoteError as error:
            if error.code != "unknown_job":
                raise
            unknown.append(job)
    others = {session.id for session in client.sessions()} - {own}
    ours = tuple(
        status for job, status in found.items() if job in left or status.job.session not in others
    )
    return Found(ours, len(found) - len(ours), tuple(unknown))


def _has_owner(note: Path) -> bool:
    try:
        return process_lives(int(note.read_text("ascii")))
    except (OSError, ValueError):
        return False


def _folder(document: str) -> Path:
    name = hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return state_folder() / FOLDER / name
