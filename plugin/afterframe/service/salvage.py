"""What can be read of a damaged queue is taken over, row by row.

SQLite gives up a query at the first page that is damaged. Asked for one row at a time, it answers
for all rows that do not lie on such a page. A job whose own row is gone is taken from the last
event that tells of it. Every row is understood before it is taken, so that what a fault of the
disk has changed does not come along.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from afterframe.errors import BadMessage
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.job import ErrorInfo, Job, JobStatus, Progress, Result

MOST_ROWS = 1_000_000
"""Rows that are asked for at most: the number of the last one may itself be damaged."""


class Saved(NamedTuple):
    """How many jobs were saved, of how many that were known."""

    jobs: int
    known: int


def copy(damaged: Path, database: sqlite3.Connection, events: int) -> Saved:
    """Copy what can be read.

    Args:
        damaged: a file that may be anything; is not changed.
        database: an empty queue, in a transaction.
        events: how many of the last events are looked at.
    """
    if not damaged.is_file():
        return Saved(0, 0)
    with closing(sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)) as old:
        old.row_factory = sqlite3.Row
        known = _last(old, "jobs", "number")
        for row in _rows(old, "jobs", "number", range(1, known + 1)):
            _take(database, "jobs", row, {**_TEXTS, "job": Job})
        last = _last(old, "events", "sequence")
        statuses: dict[str, JobStatus] = {}
        for row in _rows(old, "events", "sequence", range(max(1, last - events), last + 1)):
            understood = _take(database, "events", row, {"status": JobStatus})
            if understood:
                statuses[row["job"]] = understood["status"]
        for status in statuses.values():
            _restore(database, status)
        for row in _rows(old, "deliveries", "rowid", range(1, known + 1)):
            _take(database, "deliveries", row, {})
    jobs = int(database.execute("SELECT count(*) FROM jobs").fetchone()[0])
    return Saved(jobs, max(known, jobs))


def _last(old: sqlite3.Connection, table: str, key: str) -> int:
    """Return the number of a table's last row, from the two places that know it."""
    numbers = [0]
    for query in (
        f"SELECT max({key}) FROM {table}",
        f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'",
    ):
        try:
            found = old.execute(query).fetchone()
        except sqlite3.Error:
            continue
        if found and isinstance(found[0], int) and found[0] <= MOST_ROWS:
            numbers.append(found[0])
    return max(numbers)


def _rows(old: sqlite3.Connection, table: str, key: str, numbers: range) -> Iterator[sqlite3.Row]:
    for number in numbers:
        try:
            row = old.execute(f"SELECT * FROM {table} WHERE {key} = ?", (number,)).fetchone()
        except sqlite3.Error:
            continue
        if row is not None:
            yield row


_TEXTS: Mapping[str, type] = {
    "submitted": Job,
    "progress": Progress,
    "error": ErrorInfo,
    "result": Result,
}


def _take(
    database: sqlite3.Connection, table: str, row: sqlite3.Row, forms: Mapping[str, type]
) -> dict[str, Any] | None:
    """Copy a row, by the names of its columns.

    Args:
        forms: the columns that hold JSON, and what it must be.

    Returns:
        What these columns hold; None when the row cannot be understood, or does not fit.
    """
    columns = database.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall()
    given = dict(zip(row.keys(), row, strict=True))
    values = {name: given[name] for (name,) in columns if name in given}
    names, places = ", ".join(values), ", ".join("?" * len(values))
    try:
        understood: dict[str, Any] = {
            name: codec.loads(forms[name], values[name])
            for name in forms
            if values.get(name) is not None
        }
        database.execute(
            f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})", (*values.values(),)
        )
    except (BadMessage, sqlite3.Error):
        return None
    return understood


def _restore(database: sqlite3.Connection, status: JobStatus) -> None:
    """Put in what the last event of a job tells, where the job's own rows are gone."""
    job, text = status.job, codec.dumps(status.job)
    database.execute(
        "INSERT OR IGNORE INTO jobs (id, submitted, job, document, lane, priority, state, created,"
        " updated, attempts, progress, error, result)"
        " VALUES (?, ?, ?, ?, 'render', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            job.id,
            text,
            text,
            job.clip.document,
            job.priority,
            status.state,
            status.created,
            status.updated,
            status.attempts,
            codec.dumps(status.progress),
            codec.dumps(status.error) if status.error else None,
            codec.dumps(status.result) if status.result else None,
        ),
    )
    if status.delivery is not None:
        database.execute(
            "INSERT OR IGNORE INTO deliveries (job, document, state, updated) VALUES (?, ?, ?, ?)",
            (job.id, job.clip.document, status.delivery, status.updated),
        )
