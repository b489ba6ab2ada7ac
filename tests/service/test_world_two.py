"""Whatever lies in the state folder and whoever starts at once: one service, and it is found."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from afterframe.platform import take_lock
from afterframe_hosts.wire import codec, discovery
from afterframe_hosts.wire.client import Client, Endpoint
from afterframe_hosts.wire.errors import EndpointForeign, ServiceRefused, ServiceUnreachable
from afterframe_hosts.wire.version import VERSION

from .conftest import ended, wait_for

NOBODY = 2**22
ANSWERS = {
    "a web page": b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>",
    "another program's JSON": b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"version": "9"}'[:-1],
    "a list": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "not found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "broken": b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\n{}",
    "elsewhere": b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
    "no entry": b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n",
    "no web server": b"SSH-2.0-OpenSSH_9.6\r\n",
    "nothing": b"",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    "another service's health": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 58\r\n\r\n"
        b'{"version": "0.0.1", "pid": 1, "running": 0, "queued": 0 }'
    ),
}


class Foreign:
    """Some other program, on a port that a service had once."""

    def __init__(self, answer: bytes) -> None:
        self.heard: list[bytes] = []
        foreign = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                foreign.heard.append(self.request.recv(65536))
                self.request.sendall(answer)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def foreign() -> Iterator[Callable[[bytes], Foreign]]:
    running: list[Foreign] = []

    def start(answer: bytes) -> Foreign:
        running.append(Foreign(answer))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture(autouse=True)
def light_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services that are started here are the real ones; nothing is asked of them but to be one."""
    monkeypatch.setattr(discovery, "GREETING_TIMEOUT", 0.5)


def left_behind(text: str) -> Path:
    path = discovery.endpoint_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text)
    path.chmod(0o600)
    return path


def services(state: Path) -> list[int]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or ()
        if command[-1:] == ["afterframe.service"]:
            try:
                if process.environ().get("AFTERFRAME_STATE") == str(state):
                    found.append(process.pid)
            except psutil.Error:
                continue
    return found


@pytest.mark.parametrize("answer", ANSWERS)
def test_another_program_on_the_port_of_a_dead_service_is_told_from_a_service(
    state: Path, foreign: Callable[[bytes], Foreign], answer: str
) -> None:
    other = foreign(ANSWERS[answer])
    stale = Endpoint(other.server.server_address[1], "token", NOBODY, VERSION)
    left_behind(codec.dumps(stale))
    with pytest.raises((ServiceUnreachable, ServiceRefused)):
        discovery.connect(start=False)
    client = discovery.connect()
    assert client.health().pid == client.endpoint.pid != NOBODY
    assert not [request for request in other.heard if b"/v1/stop" in request]


@pytest.mark.parametrize(
    "change",
    [
        {"port": 0},
        {"port": -1},
        {"port": 65536},
        {"port": 10**30},
        {"token": ""},
        {"token": "two\r\nlines: 1"},
        {"token": "\u7a7a"},
        {"pid": None},
        {"new": 1},
    ],
    ids=str,
)
def test_an_endpoint_that_cannot_be_one_is_ignored(change: dict[str, object]) -> None:
    left_behind(json.dumps({"port": 1, "token": "x", "pid": 1, "version": VERSION, **change}))
    assert discovery.read_endpoint() is None


def test_an_endpoint_of_which_only_the_beginning_was_written_is_ignored() -> None:
    whole = codec.dumps(Endpoint(12345, "x" * 43, 4711, VERSION))
    for length in range(len(whole)):
        left_behind(whole[:length])
        assert discovery.read_endpoint() is None
    left_behind(whole)
    assert discovery.read_endpoint() is not None


def test_what_is_no_file_in_the_endpoints_place_is_told(state: Path) -> None:
    state.mkdir(mode=0o700)
    discovery.endpoint_path().mkdir()
    with pytest.raises(EndpointForeign):
        discovery.connect()


def test_a_lock_that_was_left_behind_locks_nobody_out(state: Path) -> None:
    state.mkdir(mode=0o700)
    (state / "service.lock").write_text("4711")
    assert discovery.connect().health().pid


def test_a_lock_that_is_held_by_something_that_does_not_serve_is_told(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = take_lock(state / "service.lock")
    assert lock is not None
    monkeypatch.setattr(discovery, "PATIENCE", 2.5)
    with lock, pytest.raises(ServiceUnreachable, match="did not start"):
        discovery.connect()


@pytest.mark.parametrize("rounds", [2, pytest.param(15, marks=pytest.mark.slow)])
def test_of_services_that_start_at_the_same_moment_one_stays(state: Path, rounds: int) -> None:
    for _ in range(rounds):
        command = [sys.executable, "-m", "afterframe.service"]
        started = [subprocess.Popen(command) for _ in range(4)]
        wait_for(lambda processes=started: sum(each.poll() is None for each in processes) == 1)
        (stays,) = [each for each in started if each.poll() is None]
        assert [each.returncode for each in started if each is not stays] == [0, 0, 0]
        wait_for(lambda: discovery.read_endpoint())
        client = discovery.connect(start=False)
        assert client.health().pid == stays.pid
        assert services(state) == [stays.pid]
        client.stop()
        stays.wait(20)


@pytest.mark.slow
def test_a_service_whose_endpoint_was_overwritten_gives_way_to_one_that_can_be_found(
    state: Path,
) -> None:
    first = discovery.connect()
    left_behind(codec.dumps(Endpoint(first.endpoint.port, "wrong", first.endpoint.pid, VERSION)))
    second = discovery.connect()
    assert second.health().pid == second.endpoint.pid
    wait_for(lambda: ended(first.endpoint.pid))
    assert services(state) == [second.endpoint.pid]


def test_a_port_that_takes_connections_and_says_nothing_does_not_keep_a_service_away(
    state: Path,
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        port = silent.getsockname()[1]
        left_behind(codec.dumps(Endpoint(port, "token", os.getpid(), VERSION)))
        client = discovery.connect()
    assert isinstance(client, Client)
    assert client.health().pid == client.endpoint.pid
