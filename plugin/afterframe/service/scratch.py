"""Job folders are scratch: previews, captured frames and logs, removed by age and by size.

Results are not in them, and the folder of a job that waits or runs is never touched. Which folder
is older than another is known from the queue's numbers, and not from a clock that may be set.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from afterframe.platform import state_folder

KEEP_DAYS = 14.0
"""Days after which the service removes a job's folder by itself."""
KEEP_BYTES = 20 << 30
"""Bytes that all job folders may take; beyond, the oldest go first."""

KEEP_NEWEST = 50
"""Of so many last jobs the service removes none by age: a clock that was wrong when they were
made, or is wrong now, makes them look old."""

log = logging.getLogger(__name__)


class Cleaned(NamedTuple):
    """How many job folders were removed, and how many bytes that freed."""

    removed: int
    freed: int


class _Folder(NamedTuple):
    number: int
    changed: float
    path: Path
    size: int


def clean(
    older_than: float = KEEP_DAYS * 86400,
    keep_bytes: int = KEEP_BYTES,
    keep_newest: int = 0,
    state: Path | None = None,
) -> Cleaned:
    """Remove the folders of finished jobs.

    Args:
        older_than: seconds since a folder last changed.
        keep_bytes: what the folders that stay may take together.
        keep_newest: of so many last jobs none is removed by age.
        state: the state folder; None: this user's.
    """
    root = state or state_folder()
    folders = _removable(root)
    total = sum(folder.size for folder in folders)
    oldest, newest = time.time() - older_than, len(folders) - keep_newest
    cleaned = Cleaned(0, 0)
    for index, folder in enumerate(sorted(folders)):
        young = folder.changed > oldest or index >= newest
        if young and total - cleaned.freed <= keep_bytes:
            continue
        try:
            shutil.rmtree(folder.path)
        except OSError as error:  # a host has a file in it open: the next time
            log.info("%s is left: %s", folder.path, error)
            continue
        cleaned = Cleaned(cleaned.removed + 1, cleaned.freed + folder.size)
    return cleaned


def _removable(root: Path) -> list[_Folder]:
    jobs = root / "jobs"
    if not jobs.is_dir():
        return []
    known = _known(root / "queue.sqlite3")
    unfinished = {job for job, (_, state) in known.items() if state in ("queued", "running")}
    return [
        _measured(path, known.get(path.name, (0, ""))[0])
        for path in jobs.iterdir()
        if path.is_dir() and path.name not in unfinished
    ]


def _known(database: Path) -> dict[str, tuple[int, str]]:
    """Read from the queue, beside a service that may be writing it, each job's number and state."""
    if not database.exists():
        return {}
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT id, number, state FROM jobs")
        return {job: (number, state) for job, number, state in rows}


def _measured(path: Path, number: int) -> _Folder:
    facts = [entry.lstat() for entry in (path, *path.rglob("*"))]
    changed = max(fact.st_mtime for fact in facts)
    return _Folder(number, changed, path, sum(fact.st_size for fact in facts))
