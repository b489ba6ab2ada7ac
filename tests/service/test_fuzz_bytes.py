"""Bytes that are no requests, and texts that are no messages: nobody is let in, nobody waits."""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afterframe.service import messages
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.client import Client, Endpoint
from afterframe_hosts.wire.errors import BadMessage
from afterframe_hosts.wire.job import Event, Job, JobStatus, Output, new_id
from afterframe_hosts.wire.session import HostAnswer, HostRequest, HostSession
from tests.unit.test_wire_codec import VALUES, a_job

from .conftest import serving, wait_for

KINDS = (Job, JobStatus, Event, HostSession, HostRequest, HostAnswer, Endpoint)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
LATE = 0.6


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes") / "state"


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    """One service for all that is refused."""
    with serving(folder) as found:
        yield found


def exchange(client: Client, data: bytes, wait: float = 5.0) -> bytes:
    """Send bytes and return all that comes back until the other end closes."""
    with socket.create_connection(("127.0.0.1", client.endpoint.port), wait) as connection:
        try:
            connection.sendall(data)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except ConnectionError:
            return b""


def request(
    client: Client, body: bytes, path: str = "/v1/jobs", method: str = "POST", token: str = ""
) -> tuple[int, Any]:
    """Send a body as it is; return the status and what the answer says."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{client.endpoint.port}\r\n"
        f"Authorization: Bearer {token or client.endpoint.token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    answer = exchange(client, head.encode() + body)
    head_of_answer, _, text = answer.partition(b"\r\n\r\n")
    return int(head_of_answer.split()[1]), json.loads(text) if text else None


def a_body(**changes: Any) -> dict[str, Any]:
    whole = codec.dump(a_job())
    assert isinstance(whole, dict)
    return {**whole, "id": new_id(), **changes}


def at(client: Client) -> bytes:
    return f"Host: 127.0.0.1:{client.endpoint.port}\r\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # the beginning of TLS
        b"GET\r\n\r\n",
        b"GET /v1/health\r\n\r\n",
        b"GET /v1/health HTTP/9.9\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"G\xc3\xa4T /v1/health HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/%ff%00%2e%2e%2f HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://evil.example/v1/health HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: a\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nx",
        b"POST /v1/stop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nx",
        b"POST /v1/stop HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/health HTTP/1.1\r\n\r\n",
    ],
    ids=lambda data: data[:24].decode("latin-1") + f" ({len(data)})",
)
def test_what_is_no_request_of_ours_is_refused_and_the_connection_ends(
    client: Client, data: bytes
) -> None:
    answer = exchange(client, data)
    assert not answer or int(answer.split()[1]) in (400, 401, 403, 431), answer[:200]
    assert answer.count(b"HTTP/1.1 ") <= 1  # nothing is smuggled in behind it
    assert client.health().pid == client.endpoint.pid


@pytest.mark.parametrize(
    "body",
    [
        b'{"id": "a", "id": "b"}',
        b"[" * 30 + b"]" * 30,
        b'{"a":' * 200_000,
        json.dumps(a_body(parameters={"motion": math.nan})).encode(),
        json.dumps(a_body(parameters={"motion": math.inf})).encode(),
        json.dumps(a_body()).replace('"motion": 7.5', '"motion": 1e999').encode(),
        json.dumps(a_body(parameters={"motion": 10**4000})).encode(),
        json.dumps(a_body(parameters={"prompt": "\ud800"})).encode(),
        json.dumps(a_body(**{"\udfff": 1})).encode(),
        json.dumps(a_body(at=10**400)).encode(),
        json.dumps(a_body(priority=2**63)).encode(),
        json.dumps(a_body(output={"path": "/tmp/\0/x"})).encode(),
        json.dumps(a_body(output={"path": "/" + "a/" * 5000 + "x"})).encode(),
        json.dumps(a_body(output={"path": "/" + "a" * 100_000})).encode(),
        json.dumps(a_body(id="../../../etc/passwd")).encode(),
        b"\xff\xfe" + "{}".encode("utf-16-le"),
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-32"),
        b"1e5",
        b'"' + b"a" * 900_000 + b'"',
    ],
    ids=range(20),
)
def test_a_body_that_is_no_job_is_refused_with_a_reason(client: Client, body: bytes) -> None:
    status, told = request(client, body)
    assert status in (400, 422), told
    assert told["message"]
    assert told["fix"]


@pytest.mark.parametrize("place", ["endpoint.json", "queue.sqlite3", "logs/x", "jobs/../x", "."])
def test_no_result_goes_among_the_services_own_files_by_whatever_way(
    client: Client, folder: Path, tmp_path: Path, place: str
) -> None:
    state = folder
    (tmp_path / "link").symlink_to(state)
    (tmp_path / "under").mkdir()
    (tmp_path / "under" / "deep").symlink_to(state / "logs")
    before = sorted(path.name for path in state.iterdir())
    for way in (
        state,
        tmp_path / "link",
        tmp_path / "under" / "deep" / "..",
        state / "jobs" / "..",
    ):
        body = a_body(effect="retime", at=None, parameters={}, output={"path": f"{way}/{place}"})
        status, told = request(client, json.dumps(body).encode())
        assert (status, told["code"]) == (403, "path_not_permitted"), way
    assert sorted(path.name for path in state.iterdir()) == before


def test_half_requests_hold_up_nobody_and_are_hung_up_on(
    start: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDIN_LATE", str(LATE))
    client = start()
    process = psutil.Process(client.endpoint.pid)
    usual = process.num_fds()
    heads = (
        b"",
        b"GET /v1/hea",
        b"POST /v1/jobs HTTP/1.1\r\nHost: a\r\nX-",
        b"POST /v1/jobs HTTP/1.1\r\n" + at(client) + b"Authorization: Bearer "
        + client.endpoint.token.encode() + b"\r\nContent-Length: 500\r\n\r\n{",
    )  # fmt: skip
    with ExitStack() as stack:
        for number in range(120):
            half = socket.create_connection(("127.0.0.1", client.endpoint.port), 5)
            stack.enter_context(half)
            half.sendall(heads[number % len(heads)])
        begun = time.monotonic()
        assert client.health().queued == 0
        assert time.monotonic() - begun < 1.0
        wait_for(lambda: process.num_fds() <= usual + 2, LATE * 10)


def test_an_answer_that_nobody_reads_holds_up_nobody(client: Client) -> None:
    head = (
        b"GET /v1/events HTTP/1.1\r\n" + at(client) + b"Last-Event-ID: 0\r\nAuthorization: Bearer "
    )
    with ExitStack() as stack:
        for _ in range(30):
            deaf = socket.create_connection(("127.0.0.1", client.endpoint.port), 5)
            stack.enter_context(deaf)
            deaf.sendall(head + client.endpoint.token.encode() + b"\r\n\r\n")
        assert client.health().queued == 0
    process = psutil.Process(client.endpoint.pid)
    wait_for(lambda: process.num_fds() < 30, 10)


def test_a_deep_destination_is_looked_at_in_no_time(client: Client, tmp_path: Path) -> None:
    path = str(tmp_path) + "/a" * 1900 + "/x.mov"
    body = a_body(effect="retime", at=None, parameters={}, output={"path": path}, engine="standin")
    begun = time.monotonic()
    status, told = request(client, json.dumps(body).encode())
    assert time.monotonic() - begun < 2.0
    assert status == 200, told
    client.cancel(body["id"])


@pytest.mark.parametrize("number", ["9" * 18, "9" * 19, "9" * 5000, "-1", "1.5", "\u0663", ""])
def test_a_number_to_resume_after_is_one_or_refused(client: Client, number: str) -> None:
    head = (
        f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{client.endpoint.port}\r\n"
        f"Last-Event-ID: {number}\r\nAuthorization: Bearer {client.endpoint.token}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.endpoint.port), 5) as connection:
        connection.sendall(head.encode())
        status = int(connection.recv(4096).split()[1])
    assert status == (200 if number == "9" * 18 else 400)


@given(JSON, st.sampled_from(KINDS))
def test_whatever_json_comes_is_a_message_or_is_named_as_none(value: Any, kind: type) -> None:
    text = json.dumps(value)
    try:
        codec.dumps(codec.loads(kind, text)).encode()
    except BadMessage as error:
        error.message().encode()


@given(st.sampled_from(VALUES), st.data())
def test_a_message_that_is_changed_at_one_place_is_one_or_is_named_as_none(
    value: object, data: st.DataObject
) -> None:
    whole = codec.dump(value)
    parent: Any = whole
    while True:
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(parent[key], (dict, list)) or not parent[key] or data.draw(st.booleans()):
            break
        parent = parent[key]
    parent[key] = data.draw(JSON)
    try:
        again = codec.loads(type(value), json.dumps(whole))
    except BadMessage as error:
        error.message().encode()
    else:
        assert codec.loads(type(value), codec.dumps(again)) == again


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=200)
def test_whatever_line_comes_from_a_worker_is_a_message_or_is_named_as_none(line: bytes) -> None:
    try:
        message = messages.decode(line)
    except BadMessage as error:
        error.message().encode()
    else:
        assert messages.decode(messages.encode(message)) == message


@given(st.text(max_size=30))
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    try:
        output = Output(folder="/out", name=name)
    except ValueError:
        return
    assert not name or Path(output.folder, f"{name}_v001.mov").parent == Path("/out")
