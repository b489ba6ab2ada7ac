"""Hosts that listen are asked and answer; results wait for their documents."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.errors import AfterframeError, RemoteError
from afterframe_hosts.wire.job import ErrorInfo, Job, new_id
from afterframe_hosts.wire.session import HostAnswer, HostSession

from .conftest import ended, wait_for

MakeJob = Callable[..., Job]


def blender(document: str = "/edit.blend") -> HostSession:
    return HostSession(
        new_id(), "blender", "5.0.1", document, "Blender", ("selection", "place", "reveal")
    )


def serve(client: Client, session: HostSession, times: int) -> threading.Thread:
    """Answer as a host does, in a thread."""

    def work() -> None:
        for _ in range(times):
            request = client.poll(session.id, 10)
            assert request is not None
            if request.action == "selection":
                client.answer(session.id, HostAnswer(request.id, dict(request.arguments)))
            else:
                problem = ErrorInfo.of(AfterframeError(detail="no strip"))
                client.answer(session.id, HostAnswer(request.id, error=problem))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_host_is_asked_and_answers(client: Client) -> None:
    session = blender()
    client.register(session)
    assert client.sessions() == (session,)
    host = serve(client, session, 2)
    begun = time.monotonic()
    answer = client.ask(session.id, "selection", {"deep": [1, "ü"]})
    assert answer.value == {"deep": [1, "ü"]}
    assert time.monotonic() - begun < 1.0
    failed = client.ask(session.id, "place")
    assert failed.error is not None
    assert failed.error.code == "internal"
    host.join(5)


def test_a_registration_again_brings_the_new_document(client: Client) -> None:
    session = blender()
    client.register(session)
    moved = HostSession(session.id, "blender", "5.0.1", "/other.blend")
    client.register(moved)
    assert client.sessions() == (moved,)
    client.unregister(session.id)
    assert client.sessions() == ()


def test_a_poll_without_a_request_returns_after_its_time(client: Client) -> None:
    session = blender()
    client.register(session)
    begun = time.monotonic()
    assert client.poll(session.id, 0.3) is None
    assert 0.3 <= time.monotonic() - begun < 2.0


def test_a_host_that_is_not_known_is_told_to_register(client: Client) -> None:
    for call in (
        lambda: client.poll("nosuch", 0.1),
        lambda: client.ask("nosuch", "selection"),
        lambda: client.answer("nosuch", HostAnswer("x", {})),
    ):
        with pytest.raises(RemoteError) as told:
            call()
        assert told.value.code == "unknown_session"


def test_a_host_that_does_not_answer_is_told_by_its_name(client: Client) -> None:
    session = blender()
    client.register(session)
    with pytest.raises(RemoteError, match=r"Blender .* 0.2 s") as told:
        client.ask(session.id, "selection", timeout=0.2)
    assert told.value.code == "host_silent"


def test_who_waits_for_a_host_that_leaves_is_told(client: Client) -> None:
    session = blender()
    client.register(session)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.ask, session.id, "selection")
        assert client.poll(session.id, 5) is not None
        client.unregister(session.id)
        with pytest.raises(RemoteError) as told:
            asked.result(5)
    assert told.value.code == "unknown_session"


def test_a_host_is_not_asked_what_it_cannot_do(client: Client) -> None:
    session = blender()
    client.register(session)
    with pytest.raises(RemoteError) as told:
        client.ask(session.id, "step_take")
    assert told.value.code == "host_unable"


def test_a_result_waits_for_its_document_until_it_is_placed(
    client: Client, make_job: MakeJob
) -> None:
    job = make_job(document="/edit.blend")
    client.submit(job)
    *_, last = client.follow(job.id)
    assert last.delivery == "pending"
    assert [status.job.id for status in client.deliveries("/edit.blend")] == [job.id]
    assert client.deliveries("/other.blend") == ()
    assert client.deliver(job.id, "placed", "strip.001").delivery == "placed"
    assert client.deliveries("/edit.blend") == ()
    with pytest.raises(RemoteError) as told:
        client.deliver(job.id, "declined")
    assert told.value.code == "not_permitted"


def test_a_lost_result_is_offered_when_its_document_is_open_again(
    client: Client, make_job: MakeJob
) -> None:
    job = make_job(document="/edit.blend")
    client.submit(job)
    list(client.follow(job.id))
    client.deliver(job.id, "lost")
    assert client.deliveries("/edit.blend") == ()
    client.register(blender())
    assert [status.job.id for status in client.deliveries("/edit.blend")] == [job.id]


def test_a_registered_host_has_a_worker_ready_for_it(client: Client) -> None:
    service = psutil.Process(client.endpoint.pid)
    assert service.children() == []
    client.register(blender())
    wait_for(service.children)


def test_a_service_that_stops_does_not_wait_for_hosts_that_listen(client: Client) -> None:
    session = blender()
    client.register(session)
    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(client.poll, session.id, 30)
        wait_for(lambda: psutil.Process(client.endpoint.pid).children())
        begun = time.monotonic()
        client.stop()
        with pytest.raises(AfterframeError):
            polling.result(10)
        wait_for(lambda: ended(client.endpoint.pid))
    assert time.monotonic() - begun < 1.9
