"""A state folder of its own for each test, and services that end with it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.follower import Follower
from afterframe_hosts.wire.job import Job, Output, new_id

STANDIN = Path(__file__).with_name("standin.py")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh state folder; a service that is left in it when the test ends is killed."""
    folder = tmp_path / "state"
    monkeypatch.setenv("AFTERFRAME_STATE", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("AFTERFRAME_ENGINE", raising=False)
    yield folder
    for process in _left_running(folder):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(10)


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Start services whose jobs are made by the stand-in; all are stopped at the end."""
    with contextlib.ExitStack() as running:

        def start_one(idle_minutes: float = 5.0) -> Client:
            return running.enter_context(_service(idle_minutes))

        yield start_one


@contextlib.contextmanager
def serving(state: Path) -> Iterator[Client]:
    """Run a service of the stand-in in a state folder, for as long as it is wanted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AFTERFRAME_STATE", str(state))
        with _service(30.0) as client:
            yield client


@contextlib.contextmanager
def _service(idle_minutes: float) -> Iterator[Client]:
    process = subprocess.Popen([sys.executable, str(STANDIN), "service", str(idle_minutes)])
    try:
        yield _found(process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _found(process: subprocess.Popen[bytes]) -> Client:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        endpoint = discovery.read_endpoint()
        if endpoint is not None and endpoint.pid == process.pid:
            return discovery.connect(start=False)
        time.sleep(0.01)
    raise AssertionError("the service did not start")


@pytest.fixture
def client(start: Callable[..., Client]) -> Client:
    """A client of a fresh service."""
    return start()


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    """Make jobs for the stand-in, each with a result of its own."""

    def make(prompt: str = "", **changes: object) -> Job:
        job_id = str(changes.pop("id", new_id()))
        clip = Clip(
            name="shot",
            media=Media("movie", "/media/shot.mov"),
            media_range=Span(0, 48),
            record_range=Span(100, 48),
            rate=Fraction(24),
            document=str(changes.pop("document", "")),
        )
        values: dict[str, object] = {
            "effect": "generate",
            "clip": clip,
            "output": Output(path=str(tmp_path / "out" / job_id / "result.bin")),
            "parameters": {"prompt": prompt},
        }
        return Job(job_id, **{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def own_follower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Follower]:
    """A follower that starts services itself, with stand-in workers."""
    engine = tmp_path / "python"
    engine.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STANDIN}" service 5\n')
    engine.chmod(0o755)
    monkeypatch.setenv("AFTERFRAME_ENGINE", str(engine))
    made = Follower()
    yield made
    made.stop()


def wait_for(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds, or fail."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to hold in time"
        time.sleep(0.01)


def ended(pid: int) -> bool:
    """Tell whether a process has ended, though its parent may not have looked yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _left_running(folder: Path) -> list[psutil.Process]:
    """Return services and workers of this state folder, and nothing else, ever."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or ())
        if "afterframe.service" not in command and str(STANDIN) not in command:
            continue
        try:
            if process.environ().get("AFTERFRAME_STATE") == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found
