"""Events reach whoever follows, at once and completely."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.errors import EndpointForeign, RemoteError, ServiceUnreachable
from afterframe_hosts.wire.follower import PAUSE, Follower, News
from afterframe_hosts.wire.job import Event, Job, new_id
from afterframe_hosts.wire.session import HostAnswer, HostSession

from .conftest import wait_for

MakeJob = Callable[..., Job]


@pytest.fixture
def follower() -> Iterator[Follower]:
    made = Follower(lambda start: discovery.connect(start=False))
    yield made
    made.stop()


def finish(client: Client, job: Job) -> None:
    for _ in client.follow(job.id):
        pass


def states(events: list[Event]) -> list[str]:
    return [event.status.state for event in events if event.kind == "state"]


def test_all_events_of_a_job_come_in_order(client: Client, make_job: MakeJob) -> None:
    job = make_job("frames=5")
    client.submit(job)
    events = []
    for event in client.events(job=job.id):
        events.append(event)
        if event.status.finished:
            break
    assert states(events) == ["queued", "running", "done"]
    assert [event.sequence for event in events] == sorted(event.sequence for event in events)


def test_a_broken_stream_is_resumed_where_it_broke(client: Client, make_job: MakeJob) -> None:
    jobs = [make_job() for _ in range(3)]
    for job in jobs:
        client.submit(job)
        finish(client, job)
    everything = [event for _, event in _until_quiet(client, 0)]
    assert [event.sequence for event in everything] == list(range(1, 10))
    middle = everything[4].sequence
    rest = [event for _, event in _until_quiet(client, middle)]
    assert rest == everything[5:]


def test_a_stream_begins_with_the_number_to_resume_after(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    client.submit(job)
    finish(client, job)
    number, event = next(client.stream(None))
    assert (number, event) == (3, None)


def test_following_goes_on_over_a_restart_of_the_service(
    start: Callable[..., Client], make_job: MakeJob
) -> None:
    client = start()
    job = make_job("frames=100 pause=0.02")
    client.submit(job)
    seen: list[Event] = []

    def follow() -> None:
        for event in client.events(job=job.id):
            seen.append(event)
            if event.status.finished:
                return

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    wait_for(lambda: any(event.kind == "progress" for event in seen))
    os.kill(client.endpoint.pid, signal.SIGKILL)
    start()
    thread.join(20)
    assert states(seen) == ["queued", "running", "queued", "running", "done"]


def test_a_stream_of_a_service_that_is_gone_ends_with_an_error(
    start: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afterframe_hosts.wire.client.PAUSES", (0.0, 0.05))
    client = start()
    events = client.events(after=0)
    client.stop()
    with pytest.raises(ServiceUnreachable):
        list(events)


def test_silence_is_filled_with_signs_of_life(client: Client) -> None:
    begun = time.monotonic()
    first, second = islice(client.stream(None), 2)
    assert first == second == (0, None)
    assert 4.0 < time.monotonic() - begun < 8.0


def test_a_follower_tells_everything_and_never_waits(
    client: Client, follower: Follower, make_job: MakeJob
) -> None:
    job = make_job("frames=30 pause=0.01")
    submitted = follower.call(lambda service: service.submit(job))
    events: list[Event] = []
    slowest = 0.0

    def pump() -> bool:
        nonlocal slowest
        begun = time.perf_counter()
        news = follower.pump()
        slowest = max(slowest, time.perf_counter() - begun)
        events.extend(news.events)
        return bool(events) and events[-1].status.finished

    wait_for(pump)
    assert submitted.result(1).job.id == job.id
    assert states(events)[-1] == "done"
    assert slowest < 0.05
    assert follower.pump().connected


def test_a_followers_call_hands_back_its_error(client: Client, follower: Follower) -> None:
    failed = follower.call(lambda service: service.job("0" * 32))
    with pytest.raises(RemoteError, match="no job"):
        failed.result(5)
    assert follower.call(lambda service: service.health().queued).result(5) == 0


def test_a_follower_without_a_service_says_so_and_finds_it_later(
    start: Callable[..., Client], follower: Follower
) -> None:
    session = HostSession(new_id(), "blender", "5.0", "/edit.blend", "", ("selection",))
    follower.listen(session)
    wait_for(lambda: follower.pump().error)
    assert not follower.pump().connected
    client = start()
    wait_for(lambda: follower.pump().connected)
    wait_for(lambda: client.sessions() == (session,))
    assert follower.pump().error is None


def test_a_follower_starts_a_killed_service_again_while_a_job_is_expected(
    own_follower: Follower, make_job: MakeJob
) -> None:
    job = make_job("frames=60 pause=0.02")
    own_follower.call(lambda service: service.submit(job)).result(30)
    events: list[Event] = []
    connected: list[bool] = []

    def pump() -> list[Event]:
        news = own_follower.pump()
        events.extend(news.events)
        connected.append(news.connected)
        return events

    wait_for(lambda: any(event.status.progress.done for event in pump()))
    os.kill(discovery.connect(start=False).endpoint.pid, signal.SIGKILL)
    wait_for(lambda: pump()[-1].status.finished)
    assert states(events)[-4:] == ["running", "queued", "running", "done"]
    assert events[-1].status.attempts == 2
    assert connected[-1]
    assert False in connected[connected.index(True) :]


def test_a_follower_of_which_nothing_is_expected_leaves_a_stopped_service_alone(
    own_follower: Follower, make_job: MakeJob
) -> None:
    job = make_job()
    own_follower.call(lambda service: service.submit(job)).result(30)
    wait_for(lambda: states(list(own_follower.pump().events))[-1:] == ["done"])
    session = HostSession(new_id(), "blender", "5.0", "/edit.blend")
    own_follower.listen(session)
    own_follower.call(lambda service: service.stop()).result(5)
    wait_for(lambda: not own_follower.pump().connected)
    own_follower.listen(replace(session, document="/other.blend"))
    own_follower.answer(HostAnswer(new_id(), {}))
    time.sleep(3 * PAUSE)
    assert not discovery.endpoint_path().exists()
    news = own_follower.pump()
    assert isinstance(news.error, ServiceUnreachable)
    assert not news.lasting


def test_a_follower_tells_of_an_expected_job_that_the_queue_has_forgotten(
    own_follower: Follower, make_job: MakeJob, state: Path
) -> None:
    job = make_job("frames=1000 pause=0.02")
    own_follower.call(lambda service: service.submit(job)).result(30)
    wait_for(lambda: own_follower.pump().events)
    os.kill(discovery.connect(start=False).endpoint.pid, signal.SIGKILL)
    for part in state.glob("queue.sqlite3*"):
        part.unlink()
    told: list[Event] = []

    def pump() -> bool:
        told.extend(own_follower.pump().events)
        return states(told)[-1:] == ["failed"]

    wait_for(pump)
    assert told[-1].status.error is not None
    assert told[-1].status.error.code == "unknown_job"


def test_an_error_that_does_not_pass_by_itself_is_told_as_lasting(
    own_follower: Follower, make_job: MakeJob
) -> None:
    job = make_job("frames=1000 pause=0.02")
    own_follower.call(lambda service: service.submit(job)).result(30)
    wait_for(lambda: own_follower.pump().connected)
    service = discovery.connect(start=False).endpoint.pid
    discovery.endpoint_path().chmod(0o644)
    os.kill(service, signal.SIGKILL)
    wait_for(lambda: own_follower.pump().error)
    time.sleep(2 * PAUSE)
    news = own_follower.pump()
    assert isinstance(news.error, EndpointForeign)
    assert news.lasting
    assert not news.connected


def test_a_document_that_changes_is_told_to_a_service_that_runs(
    client: Client, follower: Follower
) -> None:
    session = HostSession(new_id(), "blender", "5.0", "/edit.blend")
    follower.listen(session)
    wait_for(lambda: client.sessions() == (session,))
    later = replace(session, document="/other.blend")
    follower.listen(later)
    wait_for(lambda: client.sessions() == (later,), 3)


def test_a_followers_first_call_starts_a_service_and_is_followed_at_once() -> None:
    follower = Follower()
    assert follower.call(lambda service: service.health().running).result(30) == 0
    wait_for(lambda: follower.pump().connected, 2)
    follower.stop()


def test_a_follower_takes_requests_and_answers_them(client: Client, follower: Follower) -> None:
    session = HostSession(new_id(), "blender", "5.0", "/edit.blend", "", ("selection",))
    follower.listen(session)
    wait_for(client.sessions)
    answered: list[object] = []
    asker = threading.Thread(
        target=lambda: answered.append(client.ask(session.id, "selection")), daemon=True
    )
    asker.start()
    news: list[News] = []
    wait_for(lambda: news.append(follower.pump()) or news[-1].requests)
    (request,) = news[-1].requests
    follower.answer(HostAnswer(request.id, {"clips": 1}))
    asker.join(5)
    assert answered == [HostAnswer(request.id, {"clips": 1})]
    follower.stop()
    wait_for(lambda: not client.sessions())


def test_a_host_that_ends_is_forgotten_before_it_has_gone(
    client: Client, follower: Follower
) -> None:
    follower.listen(HostSession(new_id(), "resolve", "20.3", "cut"))
    wait_for(client.sessions)
    follower.stop(10)
    assert client.sessions() == ()


def test_a_follower_learns_of_jobs_that_were_begun_before_it(
    client: Client, follower: Follower, make_job: MakeJob
) -> None:
    running = make_job("frames=300 pause=0.02")
    client.submit(running)
    session = HostSession(new_id(), "blender", "5.0", "/edit.blend")
    follower.listen(session)
    known: set[str] = set()
    wait_for(lambda: known.update(event.status.job.id for event in follower.pump().events) or known)
    assert known == {running.id}
    client.cancel(running.id)


def _until_quiet(client: Client, after: int) -> list[tuple[int, Event]]:
    """Return what is kept after a number: all up to the first sign of life."""
    found = []
    for number, event in client.stream(after):
        if event is None:
            return found
        found.append((number, event))
    return found
