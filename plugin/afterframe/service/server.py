"""A service's process: one per user, on a free port of 127.0.0.1, until nobody needs it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.handlers
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from afterframe import failpoints
from afterframe.errors import AfterframeError, NotWritable
from afterframe.platform import make_private_folder, state_folder, take_lock, write_private
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.client import Endpoint
from afterframe_hosts.wire.discovery import ENDPOINT
from afterframe_hosts.wire.version import VERSION

from .app import create_app
from .door import Door
from .running import Service

IDLE_MINUTES = 15.0
"""Minutes without jobs, hosts and requests after which the service stops itself."""
LOOK_EVERY = 10.0
"""Seconds between two looks whether hosts can still find the service."""
LOG_BYTES = 2 << 20
MOST_BEGINNINGS = 3
"""How often one process begins anew with a queue that was damaged or removed: a disk that
damages it again and again does not get better."""
HEAD_PATIENCE = 10.0
"""Seconds in which a connection has to bring a request, up to its body."""
FAREWELL = 2
"""Seconds that open connections have when the service stops."""

log = logging.getLogger(__name__)


def run(
    idle_minutes: float = IDLE_MINUTES, make_service: Callable[[Path], Service] = Service
) -> bool:
    """Serve until stopped or idle.

    Args:
        idle_minutes: stop after so long without jobs, hosts and requests.
        make_service: makes the service of a state folder.

    Returns:
        False, at once, when this user's service is running already.

    Raises:
        EndpointForeign: the state folder is another user's, or a link.
        NotWritable, DiskFull, QueueLocked: the state cannot be used.
    """
    folder = state_folder()
    with _writing(folder):
        lock = take_lock(folder / "service.lock")
    if lock is None:
        return False
    with lock, _writing(folder), _logging(folder / "logs" / "service.log"):
        for _ in range(MOST_BEGINNINGS):
            if not asyncio.run(_serve(folder, idle_minutes * 60, make_service)):
                break
    return True


async def _serve(folder: Path, idle: float, make_service: Callable[[Path], Service]) -> bool:
    """Serve; return True when another service has to follow at once."""
    service = make_service(folder)
    listener = _listener()
    port = listener.getsockname()[1]
    endpoint = Endpoint(port, secrets.token_urlsafe(32), os.getpid(), VERSION)
    door = Door(create_app(service), endpoint.token, port)
    server = _Server(door)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.listening.wait()
    path = folder / ENDPOINT
    failpoints.at("server.listening")
    write_private(path, codec.dumps(endpoint))
    log.info("version %s listens on port %d, process %d", VERSION, port, endpoint.pid)
    try:
        failpoints.at("server.endpoint")
        await service.start()
        with _signals(service):
            await _until_unneeded(service, door, idle, endpoint)
    finally:
        if _can_be_found(path, endpoint):
            path.unlink()
        failpoints.at("server.stopping")
        service.events.close()
        service.sessions.close()
        server.should_exit = True
        await serving
        await service.stop()
        log.info("stopped")
    return service.again


async def _until_unneeded(service: Service, door: Door, idle: float, endpoint: Endpoint) -> None:
    """Wait until the service is to stop: asked to, idle so long, or not to be found any more."""
    while not service.stopping.is_set():
        left = idle if service.busy() else idle - door.quiet_for
        if left <= 0:
            log.info("idle")
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(left, 0.05), LOOK_EVERY)):
                await service.stopping.wait()
        if not _can_be_found(service.folder / ENDPOINT, endpoint):
            log.warning("the endpoint file is no longer ours: the state folder was removed")
            return
        if not service.queue.in_place():
            service.begin_anew()


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Say it in words when nothing can be written into the state folder."""
    try:
        yield
    except AfterframeError:
        raise
    except OSError as error:
        raise NotWritable(folder=str(folder), detail=error.strerror or str(error)) from error


def _can_be_found(path: Path, endpoint: Endpoint) -> bool:
    try:
        return path.read_text(encoding="utf-8") == codec.dumps(endpoint)
    except OSError:
        return False


class _Server(uvicorn.Server):
    """uvicorn, which tells when it listens and leaves signals to us."""

    def __init__(self, door: Door) -> None:
        super().__init__(
            uvicorn.Config(
                door,
                loop="none",
                http=_Connection,
                headers=[("Connection", "close")],
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=FAREWELL,
            )
        )
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Connection(H11Protocol):
    """A connection that has to say in time what it wants: half a request holds nothing for long.

    It serves one request, as our clients ask for; so it is timed only once.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._late = self.loop.call_later(HEAD_PATIENCE, self._hang_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._late.cancel()
        super().connection_lost(exc)

    def _hang_up(self) -> None:
        if self.conn.their_state is h11.IDLE:  # no request has come
            self.transport.abort()


def _listener() -> socket.socket:
    """Return a socket on a free port of this machine, which nobody else can take over."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    listener.bind(("127.0.0.1", 0))
    return listener


@contextlib.contextmanager
def _signals(service: Service) -> Iterator[None]:
    """Let the usual signals stop the service in good order."""
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(service.stopping.set))
        for number in numbers
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _logging(path: Path) -> Iterator[None]:
    """Write the log into a file, and on the terminal where somebody watches."""
    make_private_folder(path.parent)
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(
            path, maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8"
        )
    ]
    if sys.stderr.isatty():
        handlers.append(logging.StreamHandler())
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(form)
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
