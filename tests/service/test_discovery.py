"""One service per user, found or started by whoever comes first."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from afterframe_hosts.wire import codec, discovery, system
from afterframe_hosts.wire.client import Client, Endpoint
from afterframe_hosts.wire.errors import (
    EndpointForeign,
    ServiceMissing,
    ServiceRefused,
    ServiceUnreachable,
    ServiceVersion,
)
from afterframe_hosts.wire.version import VERSION

from .conftest import ended, wait_for

NOBODY = 2**22
"""A process number that no process can have."""
CONNECT = "from afterframe_hosts.wire import discovery; print(discovery.connect().health().pid)"


def write_endpoint(
    port: int, token: str = "token", pid: int = NOBODY, version: str = VERSION, mode: int = 0o600
) -> Path:
    path = discovery.endpoint_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(codec.dumps(Endpoint(port, token, pid, version)))
    path.chmod(mode)
    return path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class AnotherVersion:
    """A service of another version: knows ``health`` and ``stop``, which never change."""

    def __init__(self, version: str, jobs: int) -> None:
        self.stopped = False
        another = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told: dict[str, Any] = {
                    "version": version,
                    "pid": os.getpid(),
                    "running": 0,
                    "queued": jobs,
                }
                data = json.dumps({**told, "field_of_its_own": 1}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                another.stopped = self.path.startswith("/v1/stop")
                discovery.endpoint_path().unlink()
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        write_endpoint(self.server.server_port, pid=os.getpid(), version=version)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def another() -> Iterator[Callable[[str, int], AnotherVersion]]:
    running = []

    def start(version: str, jobs: int) -> AnotherVersion:
        running.append(AnotherVersion(version, jobs))
        return running[-1]

    yield start
    for each in running:
        each.close()


def test_a_service_is_started_when_none_runs_and_found_when_one_does(state: Path) -> None:
    first = discovery.connect()
    assert first.health().version == VERSION
    assert discovery.connect(start=False).health().pid == first.health().pid
    facts = discovery.endpoint_path().stat()
    assert facts.st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o077 == 0
    assert len(first.endpoint.token) >= 40


def test_a_service_that_stops_takes_its_endpoint_with_it() -> None:
    client = discovery.connect()
    client.stop()
    wait_for(lambda: ended(client.endpoint.pid))
    assert not discovery.endpoint_path().exists()
    again = discovery.connect()
    assert again.endpoint.token != client.endpoint.token


def test_hosts_that_start_at_the_same_instant_get_one_service(state: Path) -> None:
    starters = [
        subprocess.Popen([sys.executable, "-c", CONNECT], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0, 0]
    assert len(answers) == 1
    assert answers == {str(discovery.connect(start=False).endpoint.pid)}


def test_a_second_service_ends_at_once_and_well() -> None:
    client = discovery.connect()
    second = subprocess.run([sys.executable, "-m", "afterframe.service"], timeout=20, check=False)
    assert second.returncode == 0
    assert client.health().pid == client.endpoint.pid


def test_the_endpoint_of_a_dead_service_is_ignored() -> None:
    write_endpoint(free_port())
    with pytest.raises(ServiceUnreachable):
        discovery.connect(start=False)
    assert discovery.connect().health().version == VERSION


@pytest.mark.parametrize("text", ["", "{", "[]", '{"port": "x"}', "\x00"])
def test_an_endpoint_that_says_nothing_is_ignored(text: str) -> None:
    write_endpoint(1).write_text(text)
    with pytest.raises(ServiceUnreachable):
        discovery.connect(start=False)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o666])
def test_an_endpoint_that_others_can_touch_is_refused(mode: int) -> None:
    path = write_endpoint(free_port(), mode=mode)
    with pytest.raises(EndpointForeign) as told:
        discovery.connect()
    assert str(path) in told.value.message()
    assert path.exists()


def test_an_endpoint_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    write_endpoint(free_port())
    ours = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: ours + 1)
    with pytest.raises(EndpointForeign):
        discovery.connect()


def test_a_link_in_the_endpoints_place_is_refused(tmp_path: Path) -> None:
    path = write_endpoint(free_port())
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(EndpointForeign):
        discovery.connect()


def test_a_wrong_token_is_told() -> None:
    client = discovery.connect()
    path = discovery.endpoint_path()
    right = path.read_text()
    write_endpoint(client.endpoint.port, token="wrong", pid=client.endpoint.pid)
    with pytest.raises(ServiceRefused):
        discovery.connect(start=False)
    path.write_text(right)


def test_an_older_idle_service_is_replaced(another: Callable[..., AnotherVersion]) -> None:
    older = another("0.0.9", 0)
    assert discovery.connect().health().version == VERSION
    assert older.stopped


def test_an_older_busy_service_is_left_alone_and_told_with_its_jobs(
    another: Callable[..., AnotherVersion],
) -> None:
    older = another("0.0.9", 2)
    with pytest.raises(ServiceVersion) as told:
        discovery.connect()
    assert told.value.params == {"running": "0.0.9", "wanted": VERSION, "jobs": 2}
    assert not older.stopped


def test_a_newer_service_is_never_replaced_by_an_older_one(
    another: Callable[..., AnotherVersion],
) -> None:
    newer = another("99.0", 0)
    with pytest.raises(ServiceVersion):
        discovery.connect()
    assert not newer.stopped


def test_a_client_follows_a_service_that_was_started_anew(start: Callable[..., Client]) -> None:
    client = start()
    client.stop()
    wait_for(lambda: not discovery.endpoint_path().exists())
    later = start()
    assert client.health().pid == later.endpoint.pid


def test_what_does_not_start_is_told_with_its_last_words(tmp_path: Path) -> None:
    engine = tmp_path / "python"
    engine.write_text("#!/bin/sh\necho no module named afterframe >&2\nexit 1\n")
    engine.chmod(0o755)
    with pytest.raises(ServiceUnreachable, match="no module named afterframe"):
        discovery.connect(engine_python=engine)


def test_the_engine_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pythons = {name: tmp_path / name for name in ("given", "environment", "installed")}
    for path in pythons.values():
        path.touch()
    config = system.config_folder()
    config.mkdir(parents=True)
    (config / "engine.json").write_text(json.dumps({"python": str(pythons["installed"])}))
    monkeypatch.setenv("AFTERFRAME_ENGINE", str(pythons["environment"]))
    assert discovery.engine_python(pythons["given"]) == pythons["given"]
    assert discovery.engine_python() == pythons["environment"]
    monkeypatch.delenv("AFTERFRAME_ENGINE")
    assert discovery.engine_python() == pythons["installed"]
    pythons["installed"].unlink()
    assert discovery.engine_python() == Path(sys.executable)


def test_a_program_without_an_engine_is_told_where_it_was_looked_for(tmp_path: Path) -> None:
    """In an interpreter that cannot import ``afterframe``: as inside a host."""
    hosts = Path(discovery.__file__).parents[2]
    code = (
        f"import sys; sys.path.append({str(hosts)!r})\n"
        "from afterframe_hosts.wire import discovery, errors\n"
        "try: discovery.connect()\n"
        "except errors.ServiceMissing as error: print(error.message())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, timeout=20,
        check=False,
    )  # fmt: skip
    assert "engine.json" in done.stdout, done.stderr
    assert issubclass(ServiceMissing, FileNotFoundError)


def test_a_hosts_own_python_settings_do_not_reach_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "BLENDER_USER_SCRIPTS", "QT_PLUGIN_PATH"):
        monkeypatch.setenv(name, "/of/the/host")
    client = discovery.connect()
    environment = psutil.Process(client.endpoint.pid).environ()
    assert not [name for name, value in environment.items() if value == "/of/the/host"]
    assert environment["AFTERFRAME_STATE"]


def test_an_idle_service_stops_itself(start: Callable[..., Client]) -> None:
    client = start(idle_minutes=0.5 / 60)
    wait_for(lambda: ended(client.endpoint.pid), 8)
    assert not discovery.endpoint_path().exists()
    with pytest.raises(ServiceUnreachable):
        client.health()


@pytest.mark.slow
def test_a_service_whose_state_was_removed_ends_and_leaves_its_successor_alone(
    start: Callable[..., Client], state: Path, tmp_path: Path
) -> None:
    first = start()
    state.rename(tmp_path / "removed")
    second = start()
    wait_for(lambda: ended(first.endpoint.pid), 15)
    assert discovery.read_endpoint() == second.endpoint
    assert second.health().pid == second.endpoint.pid
