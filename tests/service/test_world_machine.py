"""The machine sleeps, its clock is set, an engine hangs: what lives goes on, what hangs ends."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from afterframe import platform
from afterframe.platform import ProcessId
from afterframe.service import scratch
from afterframe.service.queue import Queue
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.follower import Follower
from afterframe_hosts.wire.job import Event, Job, JobStatus

from .conftest import ended, wait_for

MakeJob = Callable[..., Job]
LEASE = 1.5
YEARS = 10 * 365 * 86400.0


class Clock:
    """A wall clock that anybody may set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, start: Callable[..., Client]) -> Iterator[Client]:
    """A client of a service whose lease and patience are short."""
    monkeypatch.setenv("STANDIN_LEASE", str(LEASE))
    monkeypatch.setenv("STANDIN_HEARTBEAT", "0.1")
    monkeypatch.setenv("STANDIN_PATIENCE", "1.0")
    yield start()
    for process in psutil.Process().children(recursive=True):  # whatever was left standing
        if process.status() == psutil.STATUS_STOPPED:
            process.send_signal(signal.SIGCONT)


def finish(client: Client, job: Job) -> JobStatus:
    *_, last = client.follow(job.id)
    return last


def attempts(job: Job) -> list[int]:
    path = Path(job.output.path).with_name("attempts.txt")
    return [int(line) for line in path.read_text().split()]


def until_running(client: Client, job: Job) -> int:
    """Wait until a job makes frames; return its worker."""
    wait_for(lambda: client.job(job.id).progress.done >= 5)
    return attempts(job)[-1]


# the machine sleeps


@pytest.mark.parametrize("who", ["the service", "both", "both, the service first to wake"])
def test_who_slept_longer_than_the_lease_goes_on_where_it_was(
    quick: Client, make_job: MakeJob, who: str
) -> None:
    job = make_job("frames=40 pause=0.05")
    quick.submit(job)
    worker = until_running(quick, job)
    asleep = [quick.endpoint.pid] if who == "the service" else [worker, quick.endpoint.pid]
    for process in asleep:
        os.kill(process, signal.SIGSTOP)
    time.sleep(LEASE * 1.5)
    for process in reversed(asleep):
        os.kill(process, signal.SIGCONT)
        if who.endswith("wake"):
            time.sleep(LEASE / 10)
    assert finish(quick, job).state == "done"
    assert attempts(job) == [worker]


def test_a_worker_that_stands_still_alone_is_taken_for_hung(
    quick: Client, make_job: MakeJob
) -> None:
    job = make_job("frames=40 pause=0.05")
    quick.submit(job)
    worker = until_running(quick, job)
    begun = time.monotonic()
    os.kill(worker, signal.SIGSTOP)
    wait_for(lambda: ended(worker))
    assert LEASE * 0.8 < time.monotonic() - begun < LEASE * 4
    assert finish(quick, job).state == "done"
    assert len(attempts(job)) == 2


# an engine hangs


def test_an_engine_that_hangs_once_is_ended_and_its_job_made_by_another_worker(
    quick: Client, make_job: MakeJob
) -> None:
    job = make_job("stuck_once")
    quick.submit(job)
    status = finish(quick, job)
    assert (status.state, status.attempts) == ("done", 2)
    first, second = attempts(job)
    assert first != second
    assert ended(first)


def test_an_engine_that_hangs_again_fails_its_job_with_what_to_do_and_blocks_no_other(
    quick: Client, make_job: MakeJob
) -> None:
    hangs, waits = make_job("stuck"), make_job()
    quick.submit(hangs)
    quick.submit(waits)
    status = finish(quick, hangs)
    assert (status.state, status.attempts) == ("failed", 2)
    assert status.error is not None
    assert status.error.code == "worker_hung"
    assert "standin" in status.error.message
    assert status.error.fix
    assert finish(quick, waits).state == "done"


def test_an_engine_that_is_slow_and_asks_whether_it_is_wanted_is_let_alone(
    quick: Client, make_job: MakeJob
) -> None:
    job = make_job("slow")
    quick.submit(job)
    status = finish(quick, job)
    assert (status.state, status.attempts) == ("done", 1)


# the clock is set


def test_a_clock_that_is_set_changes_no_order_and_loses_nothing(
    tmp_path: Path, make_job: MakeJob
) -> None:
    clock, told = Clock(), list[Event]()
    queue = Queue(tmp_path / "queue.sqlite3", "boot", told.append, clock=clock)
    jobs = []
    for step in (0.0, -YEARS, 2 * YEARS, -3 * YEARS):
        clock.now += step
        jobs.append(make_job())
        queue.submit(jobs[-1], jobs[-1], "render")
    stamps: dict[str, list[float]] = {}
    for step in (YEARS, -YEARS, -YEARS, YEARS):
        claimed = queue.claim("render", ProcessId(1, 1.0))
        assert claimed is not None
        clock.now += step
        queue.lost(claimed.id)
        clock.now -= 2 * step
        assert queue.claim("render", ProcessId(1, 1.0)) == claimed  # still the oldest
        queue.cancelled(claimed.id)
    for event in told:
        stamps.setdefault(event.status.job.id, []).append(event.status.updated)
    assert list(stamps) == [job.id for job in jobs]
    assert all(each == sorted(set(each)) for each in stamps.values())
    assert [event.sequence for event in queue.events(0)] == list(range(1, len(told) + 1))
    assert [status.job.id for status in queue.jobs()] == [job.id for job in reversed(jobs)]
    queue.close()


def test_a_worker_is_known_again_after_the_clock_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ProcessId.of(os.getpid())
    true = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: true(process) + 3600)
    assert ours.lives() == (platform.CLOCK_DRIFT == 0.0)


@pytest.mark.parametrize("now", [1_800_000_000.0 + YEARS, 0.0])
def test_no_new_folder_is_cleaned_away_whatever_the_clock_says(
    state: Path, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, now: float
) -> None:
    """The clock was wrong when the folders were made, or is wrong when it is cleaned."""
    queue = Queue(state / "queue.sqlite3", "boot")
    jobs = [make_job() for _ in range(scratch.KEEP_NEWEST + 5)]
    for job in jobs:
        queue.submit(job, job, "render")
        queue.cancelled(job.id)
        folder = state / "jobs" / job.id
        folder.mkdir(parents=True)
        os.utime(folder, (1000.0, 1000.0) if now else (1_800_000_000.0 - YEARS,) * 2)
    queue.close()
    monkeypatch.setattr("time.time", lambda: now or 1_800_000_000.0)
    assert scratch.clean(keep_newest=scratch.KEEP_NEWEST).removed == 5
    left = {path.name for path in (state / "jobs").iterdir()}
    assert left == {job.id for job in jobs[5:]}


def test_an_expected_job_that_is_forgotten_is_told_though_the_clock_was_set_back(
    own_follower: Follower, make_job: MakeJob, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job("frames=1000 pause=0.02")
    own_follower.call(lambda service: service.submit(job)).result(30)
    wait_for(lambda: own_follower.pump().events)
    monkeypatch.setattr("time.time", lambda: 1000.0)
    os.kill(discovery.connect(start=False).endpoint.pid, signal.SIGKILL)
    for part in state.glob("queue.sqlite3*"):
        part.unlink()
    told: list[Event] = []

    def failed() -> bool:
        told.extend(own_follower.pump().events)
        return bool(told) and told[-1].status.state == "failed"

    wait_for(failed)
