"""The queue: one SQLite file, written by the service alone, that no crash can lose a job from.

It is the history too; ``database`` says what becomes of a file that cannot be used. Every change
of state goes through :meth:`Queue._move` (jobs) or :meth:`Queue.deliver` (deliveries), which hold
the two tables of ``wire.job`` to be true, writes the event that tells of it in the same
transaction, and is on the disk before anybody is told. Progress is kept in memory only: a
restarted service begins the job again.
"""

from __future__ import annotations

import asyncio
import json
import math
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from afterframe import failpoints
from afterframe.errors import JobConflict, NotPermitted, QueueLocked, UnknownJob, WorkerLost
from afterframe.platform import ProcessId
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.job import (
    DELIVERY_TRANSITIONS,
    JOB_TRANSITIONS,
    DeliveryState,
    ErrorInfo,
    Event,
    Job,
    JobState,
    JobStatus,
    Note,
    Progress,
    Result,
)

from .database import EVENTS_KEPT, Database

T = TypeVar("T")

HISTORY, LAST_ALIKE = 100, 5
"""Finished jobs that are looked at, and those of them that tell how long the next one takes."""
MAX_ATTEMPTS = 3
"""How often a job may take its worker down before it is given up."""
MAX_HUNG = 2
"""How often its worker may hang: each time costs minutes."""
LOCKED_PAUSE = 0.2
"""Seconds between two attempts while another program holds the file."""

_STATUS = """
SELECT jobs.*, deliveries.state AS delivery
FROM jobs LEFT JOIN deliveries ON deliveries.job = jobs.id
"""


class Lease(NamedTuple):
    """A job that was running under an earlier service, and its worker."""

    job: str
    worker: ProcessId


class Queue:
    """All jobs of this user.

    Args:
        path: the file; made when missing. One that cannot be used is set aside under another
            name, and a new one begun with what could be read of it: see :meth:`notes`.
        boot: id of this run of the service, written into every lease.
        tell: is called with each event, after it has been written.
        damaged: is called when the file turns out to be damaged while it is used.
        clock: seconds since 1970, for people to read; nothing is decided by it.

    Every method raises QueueLocked, with nothing changed, while another program holds the file,
    QueueDamaged when it is damaged, and DiskFull or NotWritable for what the disk refuses.

    Attributes:
        newest: number of the last event.
    """

    def __init__(
        self,
        path: Path,
        boot: str,
        tell: Callable[[Event], None] = lambda event: None,
        damaged: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.boot = boot
        self._tell = tell
        self._clock = clock
        self._progress: dict[str, Progress] = {}
        self._database = Database(path, damaged)
        self.newest = self._scalar("SELECT coalesce(max(sequence), 0) FROM events")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def notes(self) -> tuple[Note, ...]:
        """Return what befell the file, for the user to know."""
        return self._database.notes()

    def in_place(self) -> bool:
        """Tell whether the file is still where it was made."""
        return self._database.in_place()

    def put_back_file(self) -> None:
        """Write the file again where it was made, and close it."""
        self._database.put_back()

    # asked by clients

    def submit(self, job: Job, submitted: Job, lane: str) -> JobStatus:
        """Put a job in, or return how it stands when it is there.

        Args:
            job: as admitted, everything resolved.
            submitted: as it came from the client: the same again is the same job, whichever
                session of a host asks for it.
            lane: kind of lane that runs it.

        Raises:
            JobConflict: the id is known with other contents.
        """
        known = self._row(job.id)
        if known is not None:
            before = [_contents(known[each]) for each in ("submitted", "job")]
            if _contents(codec.dumps(submitted)) not in before:
                raise JobConflict(job=job.id)
            return _status(known)
        now = self._clock()
        with self._change() as told:
            self._database.run(
                "INSERT INTO jobs (id, submitted, job, document, lane, priority, state, created,"
                " updated) VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?)",
                (
                    job.id,
                    codec.dumps(submitted),
                    codec.dumps(job),
                    job.clip.document,
                    lane,
                    job.priority,
                    now,
                    now,
                ),
            )
            return self._note(told, job.id, "state", now)

    def known(self, job: str) -> bool:
        """Tell whether there is a job of this id."""
        return self._row(job) is not None

    def status(self, job: str) -> JobStatus:
        """Return how a job stands. Raises UnknownJob."""
        return self._with_progress(_status(self._need(job)))

    def jobs(
        self, state: JobState | None = None, document: str = "", limit: int = 100
    ) -> tuple[JobStatus, ...]:
        """Return jobs, the newest first."""
        rows = self._database.rows(
            f"{_STATUS} WHERE (?1 IS NULL OR jobs.state = ?1)"
            " AND (?2 = '' OR jobs.document = ?2) ORDER BY number DESC LIMIT ?3",
            (state, document, limit),
        )
        return tuple(self._with_progress(_status(row)) for row in rows)

    def unfinished(self) -> frozenset[str]:
        """Return the ids of all jobs that wait or run."""
        rows = self._database.rows("SELECT id FROM jobs WHERE state IN ('queued', 'running')")
        return frozenset(row["id"] for row in rows)

    def count(self, state: JobState) -> int:
        """Return how many jobs are in a state."""
        return self._scalar("SELECT count(*) FROM jobs WHERE state = ?", state)

    def unwanted(self, job: str) -> None:
        """Note that a running job is to be stopped: if it is lost it does not come back."""
        failpoints.at("queue.unwanted")
        self._database.run("UPDATE jobs SET unwanted = 1 WHERE id = ?", (job,))

    def retry(self, job: str) -> JobStatus:
        """Queue a failed or cancelled job again, its attempts forgotten. Raises NotPermitted."""
        with self._change() as told:
            state = self._need(job)["state"]
            if state not in ("failed", "cancelled"):
                raise NotPermitted(job=job, state=state, wanted="queued")
            return self._move(
                told, job, "queued", attempts=0, error=None, progress="{}", unwanted=0
            )

    # done by lanes

    def waits(self, lane: str) -> bool:
        """Tell whether a job waits for a kind of lane."""
        query = "SELECT count(*) FROM jobs WHERE state = 'queued' AND lane = ?"
        return self._scalar(query, lane) > 0

    def claim(self, lane: str, worker: ProcessId) -> Job | None:
        """Take the next waiting job of a kind of lane: highest priority, then the oldest.

        It is leased to that worker as long as this service hears of it (see ``lanes``).

        Args:
            lane: kind of lane.
            worker: the process that will run it.
        """
        with self._change() as told:
            row = self._database.row(
                "SELECT id, job, attempts FROM jobs WHERE state = 'queued' AND lane = ?"
                " ORDER BY priority DESC, number LIMIT 1",
                (lane,),
            )
            if row is None:
                return None
            self._move(
                told,
                row["id"],
                "running",
                attempts=row["attempts"] + 1,
                boot=self.boot,
                worker=worker.pid,
                started=worker.started,
            )
            return codec.loads(Job, row["job"])

    def advance(self, job: str, progress: Progress) -> None:
        """Tell how far a running job is."""
        self._progress[job] = progress
        self._tell(Event(self.newest, "progress", self._clock(), self.status(job)))

    def previewed(self, job: str) -> None:
        """Note that there is a preview."""
        failpoints.at("queue.previewed")
        self._database.run("UPDATE jobs SET preview = 1 WHERE id = ?", (job,))

    def done(self, job: str, result: Result) -> JobStatus:
        """Note what a job made; where a host or a document waits for it, begin its delivery."""
        with self._change() as told:
            row = self._need(job)
            asked = codec.loads(Job, row["job"])
            if not asked.variations and (row["document"] or asked.session):
                self._database.run(
                    "INSERT INTO deliveries (job, document, state, updated)"
                    " VALUES (?, ?, 'pending', ?)",
                    (job, row["document"], self._clock()),
                )
            return self._move(told, job, "done", result=codec.dumps(result), error=None)

    def failed(self, job: str, error: ErrorInfo) -> JobStatus:
        """Note that a job cannot be done."""
        with self._change() as told:
            return self._move(told, job, "failed", error=codec.dumps(error))

    def cancelled(self, job: str) -> JobStatus:
        """Note that a job was stopped."""
        with self._change() as told:
            return self._move(told, job, "cancelled")

    def lost(self, job: str, hung: ErrorInfo | None = None) -> JobStatus:
        """Put the job of a dead worker back, or give it up after ``MAX_ATTEMPTS``.

        Args:
            job: its id.
            hung: the worker was alive and made nothing: why the job fails after ``MAX_HUNG``.
        """
        with self._change() as told:
            row = self._need(job)
            if row["unwanted"]:
                return self._move(told, job, "cancelled")
            if row["attempts"] < (MAX_HUNG if hung else MAX_ATTEMPTS):
                return self._move(told, job, "queued", progress="{}")
            error = hung or ErrorInfo.of(WorkerLost(attempts=row["attempts"]))
            return self._move(told, job, "failed", error=codec.dumps(error))

    def put_back(self, job: str) -> JobStatus:
        """Put back a running job that is not to blame: the attempt does not count."""
        with self._change() as told:
            row = self._need(job)
            if row["unwanted"]:
                return self._move(told, job, "cancelled")
            attempts = max(0, row["attempts"] - 1)
            return self._move(told, job, "queued", attempts=attempts, progress="{}")

    def pace(self, job: Job) -> float:
        """Return the seconds that a megapixel of a frame took in such jobs here; 0: unknown.

        Such are those of the same effect, engine, quality and format: the median of the last few.
        """
        rows = self._database.rows(
            "SELECT jobs.job, jobs.result, jobs.updated - max(events.at) AS seconds"
            " FROM jobs JOIN events ON events.job = jobs.id AND events.kind = 'state'"
            " AND json_extract(events.status, '$.state') = 'running'"
            " WHERE jobs.id IN"
            " (SELECT id FROM jobs WHERE state = 'done' ORDER BY number DESC LIMIT ?)"
            " GROUP BY jobs.id ORDER BY jobs.number DESC",
            (HISTORY,),
        )
        alike = (row for row in rows if _kind(codec.loads(Job, row["job"])) == _kind(job))
        paces = [
            row["seconds"] / (result.frames * result.size[0] * result.size[1] / 1e6)
            for row, result in ((row, codec.loads(Result, row["result"])) for row in alike)
            if row["seconds"] > 0
        ]
        return statistics.median(paces[:LAST_ALIKE]) if paces else 0.0

    def abandoned(self) -> tuple[Lease, ...]:
        """Return the jobs that run by the book, but under an earlier service."""
        rows = self._database.rows(
            "SELECT id, worker, started FROM jobs WHERE state = 'running' AND boot != ?",
            (self.boot,),
        )
        return tuple(Lease(row["id"], ProcessId(row["worker"], row["started"])) for row in rows)

    # deliveries

    def deliver(self, job: str, state: DeliveryState, item: str = "") -> JobStatus:
        """Note what became of a result; saying the same again changes nothing.

        Raises:
            UnknownJob: there is no such job.
            NotPermitted: it has no result yet, or this state may not follow.
        """
        with self._change() as told:
            row = self._need(job)
            before: DeliveryState | None = row["delivery"]
            if row["result"] is None or not _may_follow(before, state):
                raise NotPermitted(job=job, state=before or row["state"], wanted=state)
            now = self._clock()
            self._database.run(
                "INSERT INTO deliveries (job, document, state, item, updated)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET"
                " state = excluded.state, updated = excluded.updated,"
                " item = CASE excluded.item WHEN '' THEN item ELSE excluded.item END",
                (job, row["document"], state, item, now),
            )
            if before == state:
                return _status(self._need(job))
            return self._note(told, job, "delivery", now)

    def pending(self, document: str) -> tuple[JobStatus, ...]:
        """Return a document's jobs whose results wait to be placed, the oldest first."""
        rows = self._database.rows(
            f"{_STATUS} WHERE deliveries.document = ? AND deliveries.state = 'pending'"
            " ORDER BY number",
            (document,),
        )
        return tuple(_status(row) for row in rows)

    def offer_again(self, document: str) -> None:
        """Offer what was lost while the document was closed: it is open again."""
        rows = self._database.rows(
            "SELECT job FROM deliveries WHERE document = ? AND state = 'lost'", (document,)
        )
        for row in rows:
            self.deliver(row["job"], "pending")

    # events

    def events(
        self, after: int, job: str = "", until: int | None = None, limit: int = EVENTS_KEPT
    ) -> tuple[Event, ...]:
        """Return the kept state and delivery events that follow number ``after``, in order.

        Args:
            after: number of the last event that is known.
            job: only this job's events.
            until: number of the last event to return; None: all.
            limit: not more than so many.
        """
        if after > self.newest:  # counted by a queue that has been set aside since
            after = 0
        rows = self._database.rows(
            "SELECT * FROM events WHERE sequence > ?1 AND (?2 = '' OR job = ?2)"
            " AND (?3 IS NULL OR sequence <= ?3) ORDER BY sequence LIMIT ?4",
            (after, job, until, limit),
        )
        return tuple(
            Event(row["sequence"], row["kind"], row["at"], codec.loads(JobStatus, row["status"]))
            for row in rows
        )

    # the one place where states change

    def _move(self, told: list[Event], job: str, state: JobState, **columns: Any) -> JobStatus:
        """Give a job a new state and other columns with it.

        Raises:
            NotPermitted: ``JOB_TRANSITIONS`` does not have this step.
        """
        row = self._need(job)
        if state not in JOB_TRANSITIONS[row["state"]]:
            raise NotPermitted(job=job, state=row["state"], wanted=state)
        # strictly later, whatever the clock does: clients order what they hear by it
        now = max(self._clock(), row["updated"] + 1e-6)
        progress = self._progress.pop(job, None)
        if progress is not None and "progress" not in columns:
            columns["progress"] = codec.dumps(progress)
        columns |= {"state": state, "updated": now}
        names = ", ".join(f"{name} = ?" for name in columns)
        self._database.run(f"UPDATE jobs SET {names} WHERE id = ?", (*columns.values(), job))
        return self._note(told, job, "state", now)

    def _note(self, told: list[Event], job: str, kind: Any, at: float) -> JobStatus:
        """Write the event of a change that was just made."""
        status = _status(self._need(job))
        sequence = self._database.run(
            "INSERT INTO events (job, kind, at, status) VALUES (?, ?, ?, ?)",
            (job, kind, at, codec.dumps(status)),
        )
        told.append(Event(sequence, kind, at, status))
        return status

    @contextmanager
    def _change(self) -> Iterator[list[Event]]:
        """One transaction; what is put into the list is told once it is on the disk."""
        told: list[Event] = []
        with self._database.change():
            yield told
        for event in told:
            self.newest = event.sequence
            self._tell(event)

    # what is stored

    def _need(self, job: str) -> sqlite3.Row:
        row = self._row(job)
        if row is None:
            raise UnknownJob(job=job)
        return row

    def _row(self, job: str) -> sqlite3.Row | None:
        return self._database.row(f"{_STATUS} WHERE jobs.id = ?", (job,))

    def _scalar(self, query: str, *values: Any) -> int:
        row = self._database.row(query, values)
        return 0 if row is None else int(row[0])

    def _with_progress(self, status: JobStatus) -> JobStatus:
        progress = self._progress.get(status.job.id)
        return replace(status, progress=progress) if progress else status


async def patiently(action: Callable[[], T], seconds: float = math.inf) -> T:
    """Do something with a queue; while another program holds its file, wait and try again.

    Raises:
        QueueLocked: it does so longer than ``seconds``.
        what ``action`` raises.
    """
    attempts = 0
    while True:
        try:
            return action()
        except QueueLocked:
            attempts += 1
            if attempts * LOCKED_PAUSE >= seconds:
                raise
            await asyncio.sleep(LOCKED_PAUSE)


def _kind(job: Job) -> tuple[str, ...]:
    return job.effect, job.engine, job.quality, job.output.format


def _contents(job: str) -> dict[str, Any]:
    """Return what a job is, whoever asks for it: a host that was started again is another one."""
    return {**json.loads(job), "session": ""}


def _may_follow(before: DeliveryState | None, state: DeliveryState) -> bool:
    """Tell whether a delivery may go on to ``state``; one without a start starts as pending."""
    if before is None:
        return state in DELIVERY_TRANSITIONS["pending"] | {"pending"}
    return state == before or state in DELIVERY_TRANSITIONS[before]


def _status(row: sqlite3.Row) -> JobStatus:
    return JobStatus(
        job=codec.loads(Job, row["job"]),
        state=row["state"],
        created=row["created"],
        updated=row["updated"],
        attempts=row["attempts"],
        progress=codec.load(Progress, json.loads(row["progress"])),
        preview=bool(row["preview"]),
        error=codec.loads(ErrorInfo, row["error"]) if row["error"] else None,
        result=codec.loads(Result, row["result"]) if row["result"] else None,
        delivery=row["delivery"],
    )
