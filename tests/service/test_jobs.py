"""Jobs run, stop and come back as the tables say."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.errors import RemoteError
from afterframe_hosts.wire.job import Job, JobStatus, Output

from .conftest import ended, wait_for

MakeJob = Callable[..., Job]


def finish(client: Client, job: Job) -> JobStatus:
    *_, last = client.follow(job.id)
    return last


def result_path(job: Job) -> Path:
    return Path(job.output.path)


def attempts(job: Job) -> list[int]:
    return [int(line) for line in result_path(job).with_name("attempts.txt").read_text().split()]


def test_a_job_is_made_and_tells_of_its_way(client: Client, make_job: MakeJob) -> None:
    job = make_job("frames=30 pause=0.01")
    assert client.submit(job).state == "queued"
    states, done = [], []
    for status in client.follow(job.id):
        states.append(status.state)
        done.append(status.progress.done)
    assert states[-1] == "done"
    assert "running" in states
    assert done == sorted(done)
    last = client.job(job.id)
    assert last.result is not None
    assert last.result.path == job.output.path
    assert last.attempts == 1
    assert last.job.engine == "standin"
    assert last.job.parameters["seed"] == int(job.id[:8], 16) % 2**31
    assert client.preview(job.id).startswith(b"\xff\xd8")
    assert result_path(job).read_bytes() == b"x" * 30


def test_submitting_twice_is_the_same_as_once(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    first = client.submit(job)
    again = client.submit(job)
    assert again.job == first.job
    finish(client, job)
    assert client.submit(job).state == "done"
    assert client.submit(first.job).state == "done"  # as resolved: the same job too
    assert len(attempts(job)) == 1


def test_a_host_that_was_started_again_asks_for_the_same(client: Client, make_job: MakeJob) -> None:
    job = replace(make_job(), session="1" * 32)
    client.submit(job)
    assert client.submit(replace(job, session="2" * 32)).job.id == job.id
    finish(client, job)
    assert len(attempts(job)) == 1


def test_the_same_id_with_other_contents_is_refused(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    client.submit(job)
    with pytest.raises(RemoteError) as told:
        client.submit(make_job("frames=6", id=job.id))
    assert told.value.code == "job_conflict"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effect": "sharpen"}, "unknown_effect"),
        ({"engine": "nosuch"}, "unknown_engine"),
        ({"engine": "absent"}, "engine_unfit"),
        ({"effect": "extend"}, "no_engine_ready"),
        ({"at": 99}, "playhead_outside"),
        ({"at": 148}, "playhead_outside"),
        ({"parameters": {"motion": 11}}, "bad_value"),
        ({"parameters": {"motion": -1}}, "bad_value"),
        ({"parameters": {"nosuch": 1}}, "bad_value"),
        ({"parameters": {"seconds": 0}}, "bad_value"),
        ({"output": Output(folder="relative/folder")}, "bad_value"),
        ({"output": Output(path="/tmp/folder/")}, "bad_value"),
    ],
)
def test_a_job_that_cannot_be_made_is_refused_at_the_door(
    client: Client, make_job: MakeJob, changes: dict[str, object], code: str
) -> None:
    job = make_job(**changes)
    with pytest.raises(RemoteError) as told:
        client.submit(job)
    assert told.value.code == code
    assert told.value.fix()
    assert client.jobs() == ()


def test_an_effect_without_a_ready_engine_says_what_to_do(
    client: Client, make_job: MakeJob
) -> None:
    with pytest.raises(RemoteError) as told:
        client.submit(make_job(effect="extend"))
    assert told.value.fix() == "Get torch."


def test_a_waiting_job_is_cancelled_at_once(client: Client, make_job: MakeJob) -> None:
    first, second = make_job("frames=1000 pause=0.01"), make_job()
    client.submit(first)
    client.submit(second)
    assert client.cancel(second.id).state == "cancelled"
    assert client.cancel(second.id).state == "cancelled"
    client.cancel(first.id)
    assert finish(client, first).state == "cancelled"
    assert not result_path(second).parent.exists()


def test_a_running_job_stops_within_a_frame_and_leaves_nothing(
    client: Client, make_job: MakeJob
) -> None:
    job = make_job("frames=100 pause=0.1")
    client.submit(job)
    wait_for(lambda: client.job(job.id).progress.done > 0)
    begun = time.monotonic()
    client.cancel(job.id)
    status = finish(client, job)
    assert status.state == "cancelled"
    assert time.monotonic() - begun < 1.0
    assert [path.name for path in result_path(job).parent.iterdir()] == ["attempts.txt"]


def test_a_cancelled_job_can_be_tried_again(client: Client, make_job: MakeJob) -> None:
    job = make_job("frames=50 pause=0.02")
    client.submit(job)
    wait_for(lambda: client.job(job.id).state == "running")
    client.cancel(job.id)
    assert finish(client, job).state == "cancelled"
    assert client.retry(job.id).state == "queued"
    status = finish(client, job)
    assert (status.state, status.attempts) == ("done", 1)


def test_what_is_done_can_neither_be_cancelled_nor_tried_again(
    client: Client, make_job: MakeJob
) -> None:
    job = make_job()
    client.submit(job)
    finish(client, job)
    for call in (client.cancel, client.retry):
        with pytest.raises(RemoteError) as told:
            call(job.id)
        assert told.value.code == "not_permitted"


@pytest.mark.parametrize(
    ("prompt", "code"),
    [("fail", "disk_full"), ("break", "internal"), ("memory", "out_of_memory")],
)
def test_an_error_of_the_engine_fails_the_job_at_once_with_code_and_fix(
    client: Client, make_job: MakeJob, prompt: str, code: str
) -> None:
    job = make_job(prompt)
    client.submit(job)
    status = finish(client, job)
    assert status.state == "failed"
    assert status.attempts == 1
    assert status.error is not None
    assert status.error.code == code
    assert status.error.fix
    assert finish(client, _submitted(client, make_job())).state == "done"


def test_a_worker_that_dies_gives_its_job_to_another(client: Client, make_job: MakeJob) -> None:
    job = make_job("die_once")
    client.submit(job)
    status = finish(client, job)
    assert (status.state, status.attempts) == ("done", 2)


def test_a_job_that_kills_every_worker_is_given_up(client: Client, make_job: MakeJob) -> None:
    job = make_job("die")
    client.submit(job)
    status = finish(client, job)
    assert status.state == "failed"
    assert status.error is not None
    assert status.error.code == "worker_lost"
    assert len(attempts(job)) == 3


def test_a_worker_killed_in_the_middle_leaves_one_whole_result(
    client: Client, make_job: MakeJob
) -> None:
    job = make_job("frames=60 pause=0.02")
    client.submit(job)
    wait_for(lambda: client.job(job.id).progress.done > 3)
    os.kill(attempts(job)[0], signal.SIGKILL)
    status = finish(client, job)
    assert (status.state, status.attempts) == ("done", 2)
    assert result_path(job).read_bytes() == b"x" * 60


@pytest.mark.slow
def test_a_deaf_worker_is_killed_when_its_job_is_cancelled(
    client: Client, make_job: MakeJob
) -> None:
    job = make_job("deaf frames=2000 pause=0.05")
    client.submit(job)
    wait_for(lambda: client.job(job.id).progress.done > 0)
    worker = attempts(job)[0]
    begun = time.monotonic()
    client.cancel(job.id)
    assert finish(client, job).state == "cancelled"
    assert 9.0 < time.monotonic() - begun < 15.0
    assert ended(worker)
    assert finish(client, _submitted(client, make_job())).state == "done"


def test_drafts_do_not_wait_behind_renders(client: Client, make_job: MakeJob) -> None:
    render = make_job("frames=500 pause=0.02")
    client.submit(render)
    draft = make_job("frames=3", quality="draft")
    client.submit(draft)
    assert finish(client, draft).state == "done"
    assert client.job(render.id).state == "running"
    client.cancel(render.id)


def test_higher_priority_goes_first_then_the_oldest(client: Client, make_job: MakeJob) -> None:
    blocker = make_job("frames=30 pause=0.02")
    client.submit(blocker)
    wait_for(lambda: client.job(blocker.id).state == "running")
    order = [make_job(), make_job(), make_job(priority=5)]
    for job in order:
        client.submit(job)
    for job in order:
        finish(client, job)
    began = {
        event.status.job.id: event.sequence
        for event in _kept(client)
        if event.status.state == "running"
    }
    assert began[order[2].id] < began[order[0].id] < began[order[1].id]


def test_a_warm_worker_starts_a_job_in_a_fifth_of_a_second(
    client: Client, make_job: MakeJob
) -> None:
    finish(client, _submitted(client, make_job()))
    job = make_job("frames=3")
    begun = time.monotonic()
    client.submit(job)
    finish(client, job)
    assert time.monotonic() - begun < 0.2


def test_a_service_killed_in_the_middle_finishes_the_job_when_started_again(
    start: Callable[..., Client], make_job: MakeJob
) -> None:
    client = start()
    job, waiting = make_job("frames=100 pause=0.02"), make_job()
    client.submit(job)
    client.submit(waiting)
    wait_for(lambda: client.job(job.id).progress.done > 3)
    os.kill(client.endpoint.pid, signal.SIGKILL)
    client = start()
    status = finish(client, job)
    assert (status.state, status.attempts) == ("done", 2)
    assert result_path(job).read_bytes() == b"x" * 100
    assert finish(client, waiting).state == "done"
    assert ended(attempts(job)[0])


def test_a_worker_ends_with_its_service_and_drops_what_it_was_writing(
    client: Client, make_job: MakeJob
) -> None:
    job = make_job("frames=1000 pause=0.02")
    client.submit(job)
    wait_for(lambda: client.job(job.id).progress.done > 3)
    (worker,) = attempts(job)
    os.kill(client.endpoint.pid, signal.SIGKILL)
    wait_for(lambda: ended(worker), 3.0)
    assert [path.name for path in result_path(job).parent.iterdir()] == ["attempts.txt"]


def test_a_stopped_service_puts_its_running_job_back_without_blame(
    start: Callable[..., Client], make_job: MakeJob
) -> None:
    client = start()
    job = make_job("frames=100 pause=0.02")
    client.submit(job)
    wait_for(lambda: client.job(job.id).progress.done > 3)
    client.stop()
    wait_for(lambda: ended(client.endpoint.pid))
    client = start()
    status = finish(client, job)
    assert (status.state, status.attempts) == ("done", 1)


def test_a_draining_service_finishes_the_running_job_first(
    start: Callable[..., Client], make_job: MakeJob
) -> None:
    client = start()
    running, waiting = make_job("frames=50 pause=0.02"), make_job()
    client.submit(running)
    client.submit(waiting)
    wait_for(lambda: client.job(running.id).progress.done > 3)
    client.stop(drain=True)
    assert client.job(running.id).state == "running"
    wait_for(lambda: result_path(running).exists())
    wait_for(lambda: ended(client.endpoint.pid))
    assert not result_path(waiting).exists()
    assert finish(start(), waiting).state == "done"


def _submitted(client: Client, job: Job) -> Job:
    client.submit(job)
    return job


def _kept(client: Client) -> list[object]:
    events = []
    for _, event in client.stream(0):
        if event is None:
            return events
        events.append(event)
    return events
