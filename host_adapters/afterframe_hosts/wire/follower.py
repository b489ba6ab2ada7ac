"""The service for a user interface: nothing here blocks, everything else happens in threads.

A host makes one follower, calls :meth:`Follower.pump` from a timer, and hands over what it wants
done with :meth:`Follower.call`::

    follower = Follower()
    future = follower.call(lambda client: client.submit(job))
    ...
    news = follower.pump()          # in a timer, a fraction of a millisecond
    for event in news.events: ...
    if future.done(): status = future.result()
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from . import discovery
from .client import Client
from .errors import AfterframeError
from .job import Event
from .session import HostAnswer, HostRequest, HostSession

T = TypeVar("T")

PAUSE = 1.0
"""Seconds between two attempts to reach a service that is not there."""
LONG_POLL = 20.0


@dataclass(frozen=True)
class News:
    """What has come since the last :meth:`Follower.pump`.

    Attributes:
        events: in order; of several reports of progress of one job only the newest. The first
            ones tell how the jobs stand that were begun before the service was reached.
        requests: what the host is asked to do; answer with :meth:`Follower.answer`.
        connected: True while the service is followed.
        error: why it is not.
    """

    events: tuple[Event, ...] = ()
    requests: tuple[HostRequest, ...] = ()
    connected: bool = False
    error: AfterframeError | None = None


class Follower:
    """Follows one service in threads of its own.

    A service is started by the first :meth:`call`, and by a later one when it has stopped since;
    following and listening alone take part in a service that runs, and wait for one.

    Args:
        connect: finds the service; starts one when its argument is True.
    """

    def __init__(self, connect: Callable[[bool], Client] = discovery.connect) -> None:
        self._connect = connect
        self._began = time.time()
        self._caller: Client | None = None
        self._watcher: Client | None = None
        self._finding = threading.Lock()
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[HostRequest] = queue.SimpleQueue()
        self._threads: dict[str, threading.Thread] = {}
        self._session: HostSession | None = None
        self._connected = False
        self._error: AfterframeError | None = None
        self._stopped = threading.Event()
        self._found = threading.Event()

    # from the user interface's thread: none of these waits

    def call(self, action: Callable[[Client], T]) -> Future[T]:
        """Have something done with a client; calls are done one after the other, in order.

        Returns:
            Its result, or its error, in due time; look at ``done()`` from the timer.
        """
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(action(self._for_calls()))
            except Exception as error:  # noqa: BLE001 - handed to whoever looks at the future
                future.set_exception(error)

        self._calls.put(run)
        self._start("afterframe calls", self._do_calls)
        self._start("afterframe events", self._follow_events)
        return future

    def listen(self, session: HostSession) -> None:
        """Say that this host runs; again when its document or capabilities change."""
        first = self._session is None
        self._session = session
        if first:
            self._start("afterframe requests", self._take_requests)
            self._start("afterframe events", self._follow_events)
        else:
            self.call(lambda client: client.register(session))

    def answer(self, answer: HostAnswer) -> None:
        """Answer a request."""
        session = self._session
        if session is not None:
            self.call(lambda client: client.answer(session.id, answer))

    def pump(self) -> News:
        """Return what is new."""
        events = _newest(_drain(self._events))
        requests = _drain(self._requests)
        return News(events, tuple(requests), self._connected, self._error)

    def stop(self) -> None:
        """Let the threads end; they do within seconds, and hold up nothing until then."""
        session = self._session
        if session is not None:
            self._start("afterframe calls", self._do_calls)
            self._calls.put(lambda: self._for_watching().unregister(session.id))
        self._stopped.set()
        self._found.set()
        self._calls.put(lambda: None)

    # threads

    def _start(self, name: str, work: Callable[[], None]) -> None:
        if name not in self._threads and not self._stopped.is_set():
            thread = threading.Thread(target=work, name=name, daemon=True)
            self._threads[name] = thread
            thread.start()

    def _for_calls(self) -> Client:
        if self._caller is None:
            self._caller = self._connect(True)
            self._found.set()
        return self._caller

    def _for_watching(self) -> Client:
        with self._finding:
            if self._watcher is None:
                self._watcher = self._connect(False)
            return self._watcher

    def _do_calls(self) -> None:
        while not (self._stopped.is_set() and self._calls.empty()):
            run = self._calls.get()
            try:
                run()
            except AfterframeError as error:
                self._error = error

    def _rest(self) -> None:
        """Wait before the next attempt; less where a call has just found a service."""
        self._found.wait(PAUSE)
        self._found.clear()

    def _follow_events(self) -> None:
        last: int | None = None
        while not self._stopped.is_set():
            try:
                for number, event in self._for_watching().stream(last):
                    if last is None:
                        self._catch_up(number)
                    last = number
                    self._connected, self._error = True, None
                    if self._stopped.is_set():
                        return
                    if event is not None:
                        self._events.put(event)
            except AfterframeError as error:
                self._error = error
            self._connected = False
            self._rest()

    def _catch_up(self, number: int) -> None:
        """Tell how the jobs stand that were begun before the service was first reached."""
        for status in reversed(self._for_watching().jobs()):
            if not status.finished or status.created >= self._began:
                self._events.put(Event(number, "state", status.updated, status))

    def _take_requests(self) -> None:
        registered = False
        while not self._stopped.is_set() and self._session is not None:
            try:
                client = self._for_watching()
                if not registered:
                    client.register(self._session)
                    registered = True
                request = client.poll(self._session.id, LONG_POLL)
            except AfterframeError as error:
                registered = False
                if error.code != "unknown_session":  # else a new service: register at once
                    self._rest()
                continue
            if request is not None:
                self._requests.put(request)


def _drain(source: queue.SimpleQueue[Any]) -> list[Any]:
    taken = []
    try:
        while True:
            taken.append(source.get_nowait())
    except queue.Empty:
        return taken


def _newest(events: list[Event]) -> tuple[Event, ...]:
    """Drop progress that a later event of the same job has overtaken."""
    last = {event.status.job.id: index for index, event in enumerate(events)}
    return tuple(
        event
        for index, event in enumerate(events)
        if event.kind != "progress" or last[event.status.job.id] == index
    )
