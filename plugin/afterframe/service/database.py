"""The queue's file: its tables, how it is opened, and what becomes of one that cannot be used.

SQLite's own errors become errors of the tree here, by their number. A file that is damaged, or of
another form, is set aside; what can be read of it is taken over first (see ``salvage``), so that
there is never a moment at which the jobs are in neither file.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from afterframe import failpoints
from afterframe.errors import AfterframeError, DiskFull, NotWritable, QueueDamaged, QueueLocked
from afterframe.platform import make_private_folder, sync_folder
from afterframe_hosts.wire.job import Note

from . import salvage

FORM = 3
"""Number of the tables' form; a file of another form is set aside."""
EVENTS_KEPT = 20_000
OPEN_PATIENCE = 15.0
"""Seconds that a service which starts waits for a program that has locked the file."""
BUSY_PATIENCE = 0.1
"""Seconds that one access waits for a lock: nobody else has a turn meanwhile."""
QUEUE_NEEDS_MB = 10
"""What the queue may need for its next jobs."""
SET_ASIDE = "note.queue_set_aside"

TABLES = """
CREATE TABLE jobs (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE,
    submitted TEXT NOT NULL,
    job       TEXT NOT NULL,
    document  TEXT NOT NULL,
    lane      TEXT NOT NULL,
    priority  INTEGER NOT NULL,
    state     TEXT NOT NULL,
    created   REAL NOT NULL,
    updated   REAL NOT NULL,
    attempts  INTEGER NOT NULL DEFAULT 0,
    boot      TEXT NOT NULL DEFAULT '',
    worker    INTEGER NOT NULL DEFAULT 0,
    started   REAL NOT NULL DEFAULT 0,
    progress  TEXT NOT NULL DEFAULT '{}',
    preview   INTEGER NOT NULL DEFAULT 0,
    unwanted  INTEGER NOT NULL DEFAULT 0,
    error     TEXT,
    result    TEXT
) STRICT;
CREATE INDEX waiting ON jobs (lane, priority DESC, number) WHERE state = 'queued';
CREATE TABLE deliveries (
    job       TEXT PRIMARY KEY REFERENCES jobs (id),
    document  TEXT NOT NULL,
    state     TEXT NOT NULL,
    item      TEXT NOT NULL DEFAULT '',
    updated   REAL NOT NULL
) STRICT;
CREATE TABLE events (
    sequence  INTEGER PRIMARY KEY AUTOINCREMENT,
    job       TEXT NOT NULL,
    kind      TEXT NOT NULL,
    at        REAL NOT NULL,
    status    TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_job ON events (job, sequence);
CREATE TABLE notes (
    id        TEXT NOT NULL,
    params    TEXT NOT NULL
) STRICT;
"""

log = logging.getLogger(__name__)


class Database:
    """One open file.

    Args:
        path: made when missing; see :func:`_opened` for what cannot be used.
        damaged: is called, once, when the file turns out to be damaged while it is open.

    Raises:
        QueueLocked: another program has it locked, and does not let go.
        NotWritable, DiskFull: it cannot be opened, and a new one cannot be made.
    """

    def __init__(self, path: Path, damaged: Callable[[], None] = lambda: None) -> None:
        self.path = path
        self._damaged = damaged
        make_private_folder(path.parent)
        with _told(path):
            self._connection = _opened(path)
        self._number = path.stat().st_ino

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Change something; return the number of the row that was added last."""
        with self._naming():
            return int(self._connection.execute(sql, values).lastrowid or 0)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return what is asked for."""
        with self._naming():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row of what is asked for; None when there is none."""
        with self._naming():
            found = self._connection.execute(sql, values).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    @contextmanager
    def change(self) -> Iterator[None]:
        """Do everything that is done inside, or nothing of it."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            failpoints.at("queue.commit")
            self.run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # some errors (a full disk) have ended it already
                self._connection.execute("ROLLBACK")
            raise
        failpoints.at("queue.committed")

    def notes(self) -> tuple[Note, ...]:
        """Return what befell the file, as long as what was set aside then lies there."""
        notes = (
            Note(row["id"], json.loads(row["params"]))
            for row in self.rows("SELECT id, params FROM notes ORDER BY rowid")
        )
        return tuple(note for note in notes if Path(note.params["path"]).exists())

    def in_place(self) -> bool:
        """Tell whether the file still bears its name: somebody may have removed or replaced it."""
        try:
            return self.path.stat().st_ino == self._number
        except OSError:
            return False

    def put_back(self) -> None:
        """Write the file again under its name, from what is still open, and close it.

        What lies there instead is set aside.
        """
        log.warning("the queue was removed while it was open: written again")
        _set_aside(self.path, _free_name(self.path))
        fresh = _fresh(self.path)
        with closing(sqlite3.connect(fresh)) as copy:
            self._connection.backup(copy)
        self.close()
        failpoints.at("queue.put_back")
        fresh.replace(self.path)

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            with _told(self.path):
                yield
        except QueueDamaged:
            self._damaged()
            raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Let SQLite's errors be errors of the tree."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, path) from error


def _named(error: sqlite3.Error, path: Path) -> AfterframeError | sqlite3.Error:
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return QueueLocked(path=str(path))
    if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return QueueDamaged(path=str(path), detail=str(error))
    if kind == sqlite3.SQLITE_FULL:
        folder = path.parent
        free = shutil.disk_usage(folder).free >> 20
        return DiskFull(folder=str(folder), needed_mb=QUEUE_NEEDS_MB, free_mb=free)
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        return NotWritable(folder=str(path.parent), detail=str(error))
    return error  # a mistake in the program


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file; where it cannot be used, set it aside and begin a new one.

    The new one is whole, with all that was saved, before the old one loses its name. A service
    that dies in between leaves the old file where it was, or the new one beside it.
    """
    fresh = _fresh(path)
    if fresh.exists() and not path.exists():
        fresh.replace(path)
    try:
        if path.is_dir():
            raise QueueDamaged(path=str(path), detail="a folder is in its place")
        if _emptied(path):
            raise QueueDamaged(path=str(path), detail="it is empty")
        with _told(path):
            return _connect(path)
    except QueueDamaged as error:
        aside = _free_name(path)
        detail = str(error.params["detail"])
        log.warning("the queue cannot be used (%s): set aside as %s", detail, aside)
        _begin_anew(fresh, path, aside, detail)
        _set_aside(path, aside)
        failpoints.at("queue.renew")
        fresh.replace(path)
        sync_folder(path.parent)
        return _connect(path)


def _emptied(path: Path) -> bool:
    """Tell a file that has lost its contents from one that was never written to."""
    if not path.exists() or path.stat().st_size:
        return False
    journal, jobs = path.with_name(f"{path.name}-wal"), path.with_name("jobs")
    return (journal.exists() and journal.stat().st_size > 0) or (
        jobs.is_dir() and any(jobs.iterdir())
    )


def _begin_anew(fresh: Path, damaged: Path, aside: Path, problem: str) -> None:
    """Make a file with all that can be read of the damaged one, and a note of what happened."""
    for part in _parts(fresh):
        part.unlink(missing_ok=True)
    with closing(_connect(fresh)) as database:
        database.execute("BEGIN")
        saved = salvage.copy(damaged, database, EVENTS_KEPT)
        log.warning("%d of %d jobs were saved", saved.jobs, saved.known)
        params = {
            "problem": problem,
            "saved": saved.jobs,
            "known": saved.known,
            "path": str(aside),
        }
        database.execute("INSERT INTO notes VALUES (?, ?)", (SET_ASIDE, json.dumps(params)))
        failpoints.at("queue.save")
        database.execute("COMMIT")


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=OPEN_PATIENCE, isolation_level=None)
    try:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA foreign_keys = ON")
        _check(database, path)
        database.execute(f"PRAGMA busy_timeout = {BUSY_PATIENCE * 1000:.0f}")
    except BaseException:
        database.close()
        raise
    return database


def _check(database: sqlite3.Connection, path: Path) -> None:
    """Make the tables of an empty file; refuse one that is damaged or of another form."""
    form = database.execute("PRAGMA user_version").fetchone()[0]
    if form == 0 and not database.execute("SELECT 1 FROM sqlite_master").fetchone():
        failpoints.at("queue.create")
        database.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {FORM}; COMMIT;")
        return
    if form != FORM:
        raise QueueDamaged(path=str(path), detail=f"its tables have form {form}, not {FORM}")
    found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise QueueDamaged(path=str(path), detail=str(found).splitlines()[-1])
    database.execute(
        "DELETE FROM events WHERE sequence <= (SELECT max(sequence) FROM events) - ?",
        (EVENTS_KEPT,),
    )


def _fresh(path: Path) -> Path:
    return path.with_name(f"{path.stem}-new{path.suffix}")


def _free_name(path: Path) -> Path:
    """Return a name for a file that is set aside, which none bears: the clock may stand still."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number, aside = 1, path.with_name(f"{path.stem}-aside-{stamp}{path.suffix}")
    while any(part.exists() for part in _parts(aside)):
        number += 1
        aside = path.with_name(f"{path.stem}-aside-{stamp}-{number}{path.suffix}")
    return aside


def _set_aside(path: Path, aside: Path) -> None:
    """Rename a queue that cannot be used, with its journal; the file itself comes last."""
    for part, new in reversed(list(zip(_parts(path), _parts(aside), strict=True))):
        if part.exists():
            failpoints.at("queue.set_aside")
            part.replace(new)


def _parts(path: Path) -> tuple[Path, ...]:
    return tuple(path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))
