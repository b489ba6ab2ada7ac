"""Finding the user's service, and starting it when none runs.

The service writes ``endpoint.json`` into the state folder, for this user alone. A file that a
dead service left behind is recognised by its port, where nobody answers, or somebody who is not
that service. When in doubt a service is started: if one is there after all, the new one ends.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from . import codec
from .client import Client, Endpoint
from .errors import (
    AfterframeError,
    BadMessage,
    EndpointForeign,
    RemoteError,
    ServiceMissing,
    ServiceRefused,
    ServiceUnreachable,
    ServiceVersion,
)
from .system import (
    config_folder,
    is_ours_alone,
    make_private_folder,
    process_lives,
    start_detached,
    state_folder,
)
from .version import VERSION

__all__ = ["connect", "endpoint_path", "engine_python", "locate", "read_endpoint", "state_folder"]

ENDPOINT = "endpoint.json"
PATIENCE = 30.0
"""Seconds that a service may take to start on a slow, busy machine."""
AGAIN = 1.0
"""Seconds after which a service that found another one in its place is started again."""
GREETING_TIMEOUT = 3.0
START_LOG_LIMIT = 1 << 20


def connect(
    start: bool = True, engine_python: str | Path | None = None, timeout: float = 5.0
) -> Client:
    """Return a client of the user's one service.

    Args:
        start: start a service when none runs.
        engine_python: the Python that can import ``afterframe``; None: see :func:`engine_python`.
        timeout: seconds that the client waits for an answer.

    Raises:
        ServiceUnreachable: none runs and none may be started, or it does not come up.
        ServiceMissing: no engine is installed that could be started.
        ServiceVersion: a service of another version is busy, or newer than this program.
        ServiceRefused: it does not accept the token of the endpoint file, and stays.
        EndpointForeign: the endpoint file is not this user's alone, or the state folder is
            another user's or a link.
    """

    def find() -> Endpoint:
        return locate(start, engine_python)

    return Client(find(), timeout, find)


def locate(start: bool = True, python: str | Path | None = None) -> Endpoint:
    """Return where the user's service is; see :func:`connect`."""
    try:
        endpoint = _running()
    except ServiceRefused:
        if not start:
            raise
        endpoint = None
    if endpoint is not None:
        return endpoint
    if not start:
        raise ServiceUnreachable(detail="it is not running")
    return _start(engine_python(python))


def engine_python(given: str | Path | None = None) -> Path:
    """Return the Python that can import ``afterframe``.

    Looked for in this order: ``given``, the environment variable ``AFTERFRAME_ENGINE``, the file
    ``engine.json`` in the user's config folder (written by the installer), this very Python.

    Raises:
        ServiceMissing: there is none.
    """
    looked = []
    for source in (given, os.environ.get("AFTERFRAME_ENGINE"), _installed()):
        if source:
            if Path(source).is_file():
                return Path(source)
            looked.append(str(source))
    if importlib.util.find_spec("afterframe") is not None:
        return Path(sys.executable)
    raise ServiceMissing(looked=", ".join(looked) or str(config_folder() / "engine.json"))


def endpoint_path() -> Path:
    """Return where the endpoint file is."""
    return state_folder() / ENDPOINT


def read_endpoint() -> Endpoint | None:
    """Return what the endpoint file says; None when there is none, or it says nothing.

    Raises:
        EndpointForeign: it belongs to another user, or others can read it.
    """
    path = endpoint_path()
    try:
        ours = is_ours_alone(path)
        if not ours:
            raise EndpointForeign(path=str(path))
        return codec.loads(Endpoint, path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, BadMessage):
        return None
    except PermissionError as error:
        raise EndpointForeign(path=str(path)) from error


def _running() -> Endpoint | None:
    """Return the endpoint of a running service of our version."""
    for again in (True, False):
        endpoint = read_endpoint()
        if endpoint is None or _left_behind(endpoint):
            return None
        try:
            greeting = _Greeting.of(Client(endpoint, GREETING_TIMEOUT).greeting(), endpoint)
        except (ServiceUnreachable, BadMessage):
            return None
        except RemoteError as error:
            if error.code == "internal":  # no error of ours: some other program
                return None
            raise
        except ServiceRefused:
            if again:  # a service that has just started writes a new file
                continue
            raise
        return _of_our_version(endpoint, greeting)
    return None


class _Greeting(NamedTuple):
    """What every version says of itself, whatever else it says."""

    version: str
    jobs: int

    @classmethod
    def of(cls, told: Mapping[str, Any], endpoint: Endpoint) -> _Greeting:
        """Read it. Raises BadMessage where some other program has answered."""
        counts = [told.get(name) for name in ("running", "queued")]
        version = told.get("version")
        if (
            not isinstance(version, str)
            or told.get("pid") != endpoint.pid
            or not all(isinstance(count, int) for count in counts)
        ):
            raise BadMessage(field="health", problem="is not a service's")
        return cls(version, sum(count for count in counts if count))


def _left_behind(endpoint: Endpoint) -> bool:
    """Tell by the process where asking the port is slow.

    A connection to a closed port takes two seconds on Windows and no time elsewhere, and
    elsewhere a sandbox (Flatpak) may hide the process of a service that lives.
    """
    return sys.platform == "win32" and not process_lives(endpoint.pid)


def _of_our_version(endpoint: Endpoint, greeting: _Greeting) -> Endpoint | None:
    """Return ``endpoint``; None when an older, idle service has been stopped."""
    running, jobs = greeting
    if running == VERSION:
        return endpoint
    if jobs or _number(running) > _number(VERSION):
        raise ServiceVersion(running=running, wanted=VERSION, jobs=jobs)
    Client(endpoint, GREETING_TIMEOUT).stop()
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if read_endpoint() != endpoint:
            return None
        time.sleep(0.05)
    raise ServiceVersion(running=running, wanted=VERSION, jobs=jobs)


def _start(python: Path) -> Endpoint:
    make_private_folder(state_folder())
    log = state_folder() / "logs" / "start.log"
    if log.is_file() and log.stat().st_size > START_LOG_LIMIT:
        log.unlink()
    command = [str(python), "-m", "afterframe.service"]
    begun, process = time.monotonic(), _start_process(command, log)
    deadline = begun + PATIENCE
    refused: ServiceRefused | None = None
    while time.monotonic() < deadline:
        try:
            endpoint, refused = _running(), None
        except ServiceRefused as error:  # until the service notices that its file was changed
            endpoint, refused = None, error
        if endpoint is not None:
            return endpoint
        if process.poll():
            raise ServiceUnreachable(detail=_last_line(log) or f"exit code {process.returncode}")
        if process.poll() == 0 and time.monotonic() > begun + AGAIN:
            # the one that was in its place then has not come up, or was about to end
            begun, process = time.monotonic(), _start_process(command, log)
        time.sleep(0.02)
    raise refused or ServiceUnreachable(detail=f"it did not start within {PATIENCE:g} s; see {log}")


def _start_process(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    try:
        return start_detached(command, log)
    except OSError as error:
        if isinstance(error, AfterframeError):
            raise
        raise ServiceUnreachable(detail=f"it could not be started: {error}") from error


def _installed() -> str:
    try:
        text = (config_folder() / "engine.json").read_text(encoding="utf-8")
        value = json.loads(text)
    except (OSError, ValueError):
        return ""
    python = value.get("python", "") if isinstance(value, dict) else ""
    return python if isinstance(python, str) else ""


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))
