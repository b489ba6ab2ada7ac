"""Job folders are scratch: previews, captured frames and logs, removed by age and by size.

Results are not in them, and the folder of a job that waits or runs is never touched.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from afterframe.platform import state_folder

KEEP_DAYS = 14.0
"""Days after which the service removes a job's folder by itself."""
KEEP_BYTES = 20 << 30
"""Bytes that all job folders may take; beyond, the oldest go first."""

log = logging.getLogger(__name__)


class Cleaned(NamedTuple):
    """How many job folders were removed, and how many bytes that freed."""

    removed: int
    freed: int


class _Folder(NamedTuple):
    path: Path
    changed: float
    size: int


def clean(
    older_than: float = KEEP_DAYS * 86400,
    keep_bytes: int = KEEP_BYTES,
    state: Path | None = None,
) -> Cleaned:
    """Remove the folders of finished jobs.

    Args:
        older_than: seconds since a folder last changed.
        keep_bytes: what the folders that stay may take together.
        state: the state folder; None: this user's.
    """
    root = state or state_folder()
    folders = _removable(root)
    total = sum(folder.size for folder in folders)
    oldest = time.time() - older_than
    cleaned = Cleaned(0, 0)
    for folder in sorted(folders, key=lambda folder: folder.changed):
        if folder.changed > oldest and total - cleaned.freed <= keep_bytes:
            break
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
    unfinished = _unfinished(root / "queue.sqlite3")
    return [
        _measured(path) for path in jobs.iterdir() if path.is_dir() and path.name not in unfinished
    ]


def _unfinished(database: Path) -> frozenset[str]:
    """Read from the queue, beside a service that may be writing it, which jobs wait or run."""
    if not database.exists():
        return frozenset()
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT id FROM jobs WHERE state IN ('queued', 'running')")
        return frozenset(row[0] for row in rows)
    finally:
        connection.close()


def _measured(path: Path) -> _Folder:
    facts = [entry.lstat() for entry in (path, *path.rglob("*"))]
    return _Folder(path, max(fact.st_mtime for fact in facts), sum(fact.st_size for fact in facts))
