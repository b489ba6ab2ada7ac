"""States follow one another only as the tables say, and a queue survives what befalls its file."""

from __future__ import annotations

import itertools
import sqlite3
import typing
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.errors import DiskFull, NotPermitted, UnknownJob
from afterframe.platform import ProcessId
from afterframe.service.queue import MAX_ATTEMPTS, Queue
from afterframe_hosts.wire.job import (
    DELIVERY_TRANSITIONS,
    JOB_TRANSITIONS,
    DeliveryState,
    ErrorInfo,
    Event,
    Job,
    JobState,
    JobStatus,
    Progress,
    Result,
)

NOBODY = ProcessId(0, 0.0)
RESULT = Result("/out/x.mov", "/out/x.json", 5, Fraction(24), (16, 16))
PROBLEM = ErrorInfo("disk_full", "full", "free some")

WAYS: dict[JobState, Callable[[Queue, str], object]] = {
    "queued": lambda queue, job: None,
    "running": lambda queue, job: queue.claim("render", NOBODY),
    "done": lambda queue, job: (queue.claim("render", NOBODY), queue.done(job, RESULT)),
    "failed": lambda queue, job: (queue.claim("render", NOBODY), queue.failed(job, PROBLEM)),
    "cancelled": lambda queue, job: queue.cancelled(job),
}
"""How a fresh job comes to each state."""

STEPS: dict[JobState, tuple[Callable[[Queue, str], JobStatus], ...]] = {
    "queued": (Queue.retry, Queue.put_back, Queue.lost),
    "running": (lambda queue, job: queue._move([], job, "running"),),
    "done": (lambda queue, job: queue.done(job, RESULT),),
    "failed": (lambda queue, job: queue.failed(job, PROBLEM),),
    "cancelled": (Queue.cancelled,),
}
"""All that leads to each state."""


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def queue(tmp_path: Path, told: list[Event]) -> typing.Iterator[Queue]:
    made = Queue(tmp_path / "queue.sqlite3", "boot-1", told.append)
    yield made
    made.close()


def put(queue: Queue, job: Job) -> Job:
    queue.submit(job, job, "render")
    return job


@pytest.mark.parametrize(("before", "after"), list(itertools.product(WAYS, WAYS)))
def test_a_job_goes_from_state_to_state_only_as_the_table_says(
    queue: Queue, told: list[Event], make_job: Callable[..., Job], before: JobState, after: JobState
) -> None:
    job = put(queue, make_job()).id
    WAYS[before](queue, job)
    assert queue.status(job).state == before
    kept = queue.events(0)
    outcomes = set()
    for step in STEPS[after]:
        try:
            outcomes.add(step(queue, job).state == after)
            break
        except NotPermitted:
            outcomes.add(False)
            assert queue.status(job).state == before
            assert queue.events(0) == kept
    assert (True in outcomes) == (after in JOB_TRANSITIONS[before])
    assert [event.sequence for event in told] == list(range(1, len(told) + 1))


@pytest.mark.parametrize(
    ("before", "after"),
    list(itertools.product(typing.get_args(DeliveryState), repeat=2)),
)
def test_a_delivery_goes_from_state_to_state_only_as_the_table_says(
    queue: Queue, make_job: Callable[..., Job], before: DeliveryState, after: DeliveryState
) -> None:
    job = put(queue, make_job(document="/edit.blend")).id
    WAYS["done"](queue, job)
    assert queue.status(job).delivery == "pending"
    if before != "pending":
        queue.deliver(job, before)
    if after == before or after in DELIVERY_TRANSITIONS[before]:
        assert queue.deliver(job, after).delivery == after
    else:
        with pytest.raises(NotPermitted):
            queue.deliver(job, after)
        assert queue.status(job).delivery == before


def test_a_job_without_a_result_has_nothing_to_deliver(
    queue: Queue, make_job: Callable[..., Job]
) -> None:
    job = put(queue, make_job(document="/edit.blend")).id
    with pytest.raises(NotPermitted):
        queue.deliver(job, "placed")
    with pytest.raises(UnknownJob):
        queue.deliver("0" * 32, "placed")


def test_a_sheet_of_variations_is_for_no_timeline(
    queue: Queue, make_job: Callable[..., Job]
) -> None:
    sheet = replace(make_job(document="/edit.blend"), variations=4)
    job = put(queue, sheet).id
    WAYS["done"](queue, job)
    assert queue.status(job).delivery is None
    assert queue.pending("/edit.blend") == ()


def test_results_of_a_document_are_offered_until_they_are_placed(
    queue: Queue, make_job: Callable[..., Job]
) -> None:
    jobs = [put(queue, make_job(document="/edit.blend")).id for _ in range(2)]
    other = put(queue, make_job()).id
    for job in (*jobs, other):
        WAYS["done"](queue, job)
    assert queue.status(other).delivery is None
    assert [status.job.id for status in queue.pending("/edit.blend")] == jobs
    queue.deliver(jobs[0], "placed", "strip.001")
    queue.deliver(jobs[1], "lost")
    assert queue.pending("/edit.blend") == ()
    queue.offer_again("/edit.blend")
    assert [status.job.id for status in queue.pending("/edit.blend")] == jobs[1:]


def test_later_changes_are_later_whatever_the_clock_does(
    queue: Queue, make_job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = put(queue, make_job()).id
    monkeypatch.setattr("time.time", lambda: 1000.0)
    stamps = [queue.status(job).updated]
    queue.claim("render", NOBODY)
    stamps.append(queue.status(job).updated)
    stamps.append(queue.done(job, RESULT).updated)
    assert stamps == sorted(set(stamps))


def test_progress_is_told_but_not_numbered(
    queue: Queue, told: list[Event], make_job: Callable[..., Job]
) -> None:
    job = put(queue, make_job()).id
    queue.claim("render", NOBODY)
    queue.advance(job, Progress("making", 3, 10, 1.5))
    assert (told[-1].kind, told[-1].sequence) == ("progress", told[-2].sequence)
    assert queue.status(job).progress.done == 3
    assert queue.put_back(job).progress == Progress()


def test_lost_workers_use_attempts_up_and_put_backs_do_not(
    queue: Queue, make_job: Callable[..., Job]
) -> None:
    job = put(queue, make_job()).id
    for _ in range(MAX_ATTEMPTS + 2):
        queue.claim("render", NOBODY)
        assert queue.put_back(job).state == "queued"
    for attempt in range(1, MAX_ATTEMPTS + 1):
        queue.claim("render", NOBODY)
        status = queue.lost(job)
        assert status.attempts == attempt
    assert status.state == "failed"
    assert queue.claim("render", NOBODY) is None
    assert queue.retry(job).attempts == 0


@pytest.mark.parametrize("step", [Queue.lost, Queue.put_back])
def test_a_job_that_is_to_be_stopped_is_not_put_back(
    queue: Queue, make_job: Callable[..., Job], step: Callable[[Queue, str], JobStatus]
) -> None:
    job = put(queue, make_job()).id
    queue.claim("render", NOBODY)
    queue.unwanted(job)
    assert step(queue, job).state == "cancelled"
    assert queue.retry(job).state == "queued"
    queue.claim("render", NOBODY)
    assert step(queue, job).state == "queued"


def test_jobs_of_an_earlier_service_are_known_as_abandoned(
    queue: Queue, tmp_path: Path, make_job: Callable[..., Job]
) -> None:
    job = put(queue, make_job()).id
    queue.claim("render", ProcessId(4711, 12.5))
    assert queue.abandoned() == ()
    queue.close()
    later = Queue(tmp_path / "queue.sqlite3", "boot-2")
    assert [(lease.job, lease.worker) for lease in later.abandoned()] == [
        (job, ProcessId(4711, 12.5))
    ]
    assert later.lost(job).state == "queued"
    assert later.abandoned() == ()
    later.close()


def test_a_damaged_queue_is_set_aside_and_a_new_one_begun(
    queue: Queue, tmp_path: Path, make_job: Callable[..., Job]
) -> None:
    for _ in range(50):
        put(queue, make_job())
    queue.close()
    path = tmp_path / "queue.sqlite3"
    data = bytearray(path.read_bytes())
    data[4096 : 4096 * 3] = b"\x5a" * (4096 * 2)
    path.write_bytes(data)
    fresh = Queue(path, "boot-2")
    (note,) = fresh.notes()
    assert note.params["known"] == 50
    assert note.params["saved"] == len(fresh.jobs()) >= 40
    assert Path(note.params["path"]).read_bytes() == bytes(data)
    put(fresh, make_job())
    fresh.close()


def test_a_file_that_is_no_queue_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite3"
    path.write_bytes(b"this is not a database, but it is long enough to be looked at" * 40)
    queue = Queue(path, "boot")
    assert queue.notes()
    queue.close()


def test_a_queue_of_another_form_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    queue = Queue(path, "boot")
    assert "form 99" in queue.notes()[0].text()
    queue.close()


def test_a_number_from_a_queue_that_is_gone_begins_anew(
    queue: Queue, make_job: Callable[..., Job]
) -> None:
    put(queue, make_job())
    assert len(queue.events(10_000)) == 1


def test_jobs_are_listed_newest_first_by_state_and_document(
    queue: Queue, make_job: Callable[..., Job]
) -> None:
    first, second = put(queue, make_job()), put(queue, make_job(document="/a.blend"))
    queue.cancelled(first.id)
    assert [status.job.id for status in queue.jobs()] == [second.id, first.id]
    assert [status.job.id for status in queue.jobs("cancelled")] == [first.id]
    assert [status.job.id for status in queue.jobs(document="/a.blend")] == [second.id]
    assert len(queue.jobs(limit=1)) == 1
    assert queue.unfinished() == {second.id}


def test_a_disk_that_is_full_harms_no_job_and_blocks_none_later(
    queue: Queue, told: list[Event], make_job: Callable[..., Job]
) -> None:
    job = put(queue, make_job())
    pages = queue._scalar("PRAGMA page_count")
    queue._database.run(f"PRAGMA max_page_count = {pages}")
    full = [make_job("x" * 1999) for _ in range(40)]
    with pytest.raises(DiskFull):
        [put(queue, each) for each in full]
    known = {status.job.id for status in queue.jobs()}
    assert known == {event.status.job.id for event in told}
    queue._database.run("PRAGMA max_page_count = 1000000")
    assert queue.claim("render", NOBODY) == job
    put(queue, full[-1])


def test_a_resolved_job_is_what_is_run(queue: Queue, make_job: Callable[..., Job]) -> None:
    submitted = make_job()
    resolved = replace(submitted, engine="standin")
    queue.submit(resolved, submitted, "render")
    assert queue.claim("quick", NOBODY) is None
    assert queue.claim("render", NOBODY) == resolved


def test_pace_is_the_median_of_the_last_jobs_of_the_same_kind(
    tmp_path: Path, make_job: Callable[..., Job]
) -> None:
    now = [1000.0]
    queue = Queue(tmp_path / "paced.sqlite3", "boot-1", clock=lambda: now[0])
    result = replace(RESULT, frames=10, size=(1000, 1000))

    def run(seconds: float, **differing: object) -> None:
        put(queue, make_job(**differing))
        now[0] += 100
        job = queue.claim("render", NOBODY)
        assert job is not None
        now[0] += seconds
        queue.done(job.id, result)

    assert queue.pace(make_job()) == 0
    for seconds in (90, 10, 20, 30, 40, 50):
        run(seconds)
    run(77, quality="draft")
    assert queue.pace(make_job()) == pytest.approx(3.0)
    assert queue.pace(make_job(quality="draft")) == pytest.approx(7.7)
    queue.close()
