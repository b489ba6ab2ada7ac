"""A running service when the engine under it changes: asked to finish, never killed."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import engine
import engine_service
import pytest
from environments import SetupError

from afterframe_hosts.wire import codec, discovery
from afterframe_hosts.wire.client import Endpoint


class Service:
    """A service with jobs, as far as an installer asks it; ends when it is told to and has none."""

    def __init__(self, running: int, queued: int = 0) -> None:
        self.asked: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told = json.dumps({"version": "9", "running": running, "queued": queued}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def do_POST(self) -> None:
                service.asked.append(self.path)
                if not running:
                    discovery.endpoint_path().unlink()
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        path = discovery.endpoint_path()
        path.parent.mkdir(parents=True)
        path.write_text(codec.dumps(Endpoint(self.server.server_port, "token", os.getpid(), "9")))
        path.chmod(0o600)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AFTERFRAME_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., Service]]:
    running: list[Service] = []

    def start(*counts: int) -> Service:
        running.append(Service(*counts))
        return running[-1]

    yield start
    for service in running:
        service.server.shutdown()
        service.server.server_close()


def test_an_idle_service_ends_for_the_new_engine(serve: Callable[..., Service]) -> None:
    service = serve(0, 3)
    engine_service.hand_over()
    assert service.asked == ["/v1/stop?drain=1"]
    assert discovery.read_endpoint() is None


def test_a_busy_service_finishes_its_jobs_and_that_is_told(
    serve: Callable[..., Service], capsys: pytest.CaptureFixture[str]
) -> None:
    service = serve(2)
    engine_service.hand_over()
    assert service.asked == ["/v1/stop?drain=1"]
    assert discovery.read_endpoint() is not None
    assert "finishes its 2 jobs first" in capsys.readouterr().out


def test_no_service_is_no_trouble(home: Path) -> None:
    engine_service.hand_over()
    engine_service.stop_idle()


@pytest.mark.skipif(sys.platform == "win32", reason="folders are set by POSIX variables")
@pytest.mark.parametrize("counts", [(1, 0), (0, 1)])
def test_an_uninstall_waits_for_jobs_instead_of_losing_them(
    serve: Callable[..., Service], home: Path, counts: tuple[int, int]
) -> None:
    service = serve(*counts)
    with pytest.raises(SetupError, match="still has 1 job to do"):
        engine.uninstall(with_state=True)
    assert service.asked == []
    assert discovery.endpoint_path().is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="folders are set by POSIX variables")
def test_an_uninstall_stops_an_idle_service(serve: Callable[..., Service], home: Path) -> None:
    service = serve(0)
    assert engine.uninstall(with_state=True) == 0
    assert service.asked == ["/v1/stop?drain=1"]
    assert not [path for path in home.rglob("*") if path.is_file()]
