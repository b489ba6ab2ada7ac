"""Lanes and the service around them, in this process: what befalls them is made to happen."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from afterframe.platform import ProcessId
from afterframe.service import app, lanes, running
from afterframe.service.queue import Queue
from afterframe.service.running import Service
from afterframe_hosts.wire.job import Job, JobStatus

from .conftest import STANDIN, ended
from .standin import ENGINES, make_service

MakeJob = Callable[..., Job]

VANISHES = f"""
import os, sys
from pathlib import Path
left = Path(sys.argv[1])
times = int(left.read_text())
if times == 0:
    os.execv(sys.executable, [sys.executable, {str(STANDIN)!r}, "worker", *sys.argv[2:]])
left.write_text(str(times - 1))
print('{{"ready": {{}}}}', flush=True)
sys.stdin.readline()
"""
"""A worker that says that it is ready and ends before it begins a job, so many times."""


@asynccontextmanager
async def working(service: Service) -> AsyncIterator[Service]:
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


async def finished(service: Service, job: Job, seconds: float = 20.0) -> JobStatus:
    deadline = time.monotonic() + seconds
    while not service.queue.status(job.id).finished:
        assert time.monotonic() < deadline, service.queue.status(job.id).state
        await asyncio.sleep(0.02)
    return service.queue.status(job.id)


def attempts(job: Job) -> list[int]:
    path = Path(job.output.path).with_name("attempts.txt")
    return [int(line) for line in path.read_text().split()]


def test_a_job_of_a_dead_service_that_is_being_taken_over_can_be_cancelled(
    state: Path, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ORPHAN_PATIENCE", 0.5)
    job = make_job()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as orphan:
        earlier = Queue(state / "queue.sqlite3", "an earlier service")
        earlier.submit(job, job, "render")
        earlier.claim("render", ProcessId.of(orphan.pid))
        earlier.close()

        async def cancel() -> JobStatus:
            async with working(make_service(state)) as service:
                service.cancel(job.id)
                return await finished(service, job)

        assert asyncio.run(cancel()).state == "cancelled"
    assert not Path(job.output.path).parent.exists()


def test_a_lane_goes_on_when_the_queue_fails_it_once(
    state: Path, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "AFTER_FAILURE", 0.1)
    waits, failures = Queue.waits, ["disk I/O error", "disk I/O error"]

    def fail_first(queue: Queue, lane: str) -> bool:
        if failures:
            raise sqlite3.OperationalError(failures.pop())
        return waits(queue, lane)

    monkeypatch.setattr(Queue, "waits", fail_first)
    job = make_job()

    async def make() -> JobStatus:
        async with working(make_service(state)) as service:
            await asyncio.sleep(0.05)
            service.submit(job)
            return await finished(service, job)

    assert asyncio.run(make()).state == "done"


def test_what_breaks_beside_the_work_is_logged(
    state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("by nothing")

    async def run() -> None:
        async with working(make_service(state)) as service:
            service._spawn(broken())
            await asyncio.sleep(0.05)

    with caplog.at_level(logging.ERROR):
        asyncio.run(run())
    (told,) = [record for record in caplog.records if record.name == running.__name__]
    assert told.exc_info is not None
    assert "by nothing" in str(told.exc_info[1])


@pytest.mark.parametrize(
    ("times", "state_at_end", "counted"), [(1, "done", 1), (2, "done", 2), (9, "failed", 3)]
)
def test_a_worker_that_died_idle_costs_a_job_no_attempt_but_not_for_ever(
    state: Path, tmp_path: Path, make_job: MakeJob, times: int, state_at_end: str, counted: int
) -> None:
    left = tmp_path / "left"
    left.write_text(str(times))
    command = (sys.executable, "-c", VANISHES, str(left))
    job = make_job()

    async def make() -> JobStatus:
        async with working(Service(state, command, lambda: ENGINES)) as service:
            service.submit(job)
            return await finished(service, job)

    status = asyncio.run(make())
    assert (status.state, status.attempts) == (state_at_end, counted)


@pytest.mark.parametrize(
    ("prompt", "state_at_end", "workers"), [("hang_once", "done", 2), ("hang", "failed", 3)]
)
def test_a_worker_that_gives_no_sign_of_life_is_killed_and_its_job_comes_back(
    state: Path,
    make_job: MakeJob,
    monkeypatch: pytest.MonkeyPatch,
    prompt: str,
    state_at_end: str,
    workers: int,
) -> None:
    monkeypatch.setattr(lanes, "LEASE", 1.0)
    monkeypatch.setattr(lanes, "STOP_PATIENCE", 1.0)
    job = make_job(prompt)

    async def make() -> JobStatus:
        async with working(make_service(state)) as service:
            service.submit(job)
            return await finished(service, job, 30)

    status = asyncio.run(make())
    assert (status.state, status.attempts) == (state_at_end, workers)
    assert len(attempts(job)) == workers
    assert all(ended(worker) for worker in attempts(job))
    if status.state == "failed":
        assert status.error is not None
        assert status.error.code == "worker_lost"


def test_kept_events_are_read_in_pages_and_come_once_and_in_order(
    state: Path, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that happen while they are read."""
    monkeypatch.setattr(app, "PAGE", 4)
    service = make_service(state)
    queue, pages = service.queue, []
    kept = Queue.events

    def counted(*arguments: object) -> object:
        pages.append(kept(*arguments))  # type: ignore[arg-type]
        return pages[-1]

    monkeypatch.setattr(Queue, "events", counted)
    jobs = [make_job() for _ in range(10)]
    for job in jobs:
        queue.submit(job, job, "nobody")

    async def follow() -> list[int]:
        heard: list[int] = []
        async for line in app._events(service, 0, ""):
            if b"data:" not in line:
                continue
            heard.append(int(line.split(b"\n")[0][4:]))
            if len(heard) == 6:  # in the middle of the second page
                queue.cancelled(jobs[0].id)
            if len(heard) == 11:
                return heard
        return heard

    assert asyncio.run(follow()) == list(range(1, 12))
    assert [len(page) for page in pages] == [4, 4, 2]
    queue.close()


def test_a_lane_that_is_stopped_at_the_very_moment_its_worker_ends_is_stopped(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits with a limit must not take its own cancellation for the end of its wait."""

    class Ended:
        returncode = 0

        def __init__(self) -> None:
            self.stdin = self
            self.over: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def close(self) -> None: ...

        async def wait(self) -> int:
            return await self.over

    async def stop() -> bool:
        process = Ended()
        worker = object.__new__(lanes._WorkerProcess)
        worker._process = process  # type: ignore[assignment]
        ending = asyncio.ensure_future(worker.end())
        await asyncio.sleep(0.01)
        process.over.set_result(0)
        ending.cancel()
        await asyncio.wait((ending,))
        return ending.cancelled()

    assert asyncio.run(stop())
