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

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from . import discovery
from .client import Client
from .errors import AfterframeError, RemoteError, ServiceUnreachable
from .job import ErrorInfo, Event, JobStatus
from .session import HostAnswer, HostRequest, HostSession

T = TypeVar("T")
log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two attempts to reach a service that is not there."""
LONGEST_PAUSE = 30.0
"""Seconds between two starts of a service that ends again and again."""
STEADY = 10.0
"""Seconds after which a service that was started again is taken for sound."""
LONG_POLL = 20.0


@dataclass(frozen=True)
class News:
    """What has come since the last :meth:`Follower.pump`.

    Attributes:
        events: in order; of several reports of progress of one job only the newest. The first
            ones tell how the jobs stand that were at work before the service was reached.
        requests: what the host is asked to do; answer with :meth:`Follower.answer`.
        connected: True while the service is followed.
        error: why it is not; None while it is, and before the first attempt.
    """

    events: tuple[Event, ...] = ()
    requests: tuple[HostRequest, ...] = ()
    connected: bool = False
    error: AfterframeError | None = None

    @property
    def lasting(self) -> bool:
        """True when ``error`` does not pass by itself, and is to be shown: a service of another
        version, another user's endpoint file, no engine installed."""
        return self.error is not None and not isinstance(self.error, ServiceUnreachable)


class Follower:
    """Follows one service in threads of its own.

    A service is started by the first :meth:`call`, by a later one when it has stopped since, and
    when it ends while a job is expected (see :meth:`expect`), which it then takes back from its
    queue. Following and listening alone take part in a service that runs, and wait for one.

    Args:
        connect: finds the service; starts one when its argument is True.
    """

    def __init__(self, connect: Callable[[bool], Client] = discovery.connect) -> None:
        self._connect = connect
        self._caller: Client | None = None
        self._watcher: Client | None = None
        self._finding = threading.Lock()
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._requests: queue.SimpleQueue[HostRequest] = queue.SimpleQueue()
        self._threads: dict[str, threading.Thread] = {}
        self._session: HostSession | None = None
        self._noting = threading.Lock()
        self._expected: set[str] = set()
        self._known: dict[str, JobStatus] = {}
        self._last: int | None = None
        self._since = 0.0
        self._connected = False
        self._error: AfterframeError | None = None
        self._stopped = threading.Event()
        self._found = threading.Event()

    # from the user interface's thread: none of these waits

    def call(self, action: Callable[[Client], T]) -> Future[T]:
        """Have something done with a client; calls are done one after the other, in order.

        A job whose status it returns is expected from then on.

        Returns:
            Its result, or its error, in due time; look at ``done()`` from the timer.
        """
        return self._enqueue(action, self._for_calls)

    def look(self, action: Callable[[Client], T]) -> Future[T]:
        """Have something asked of a service that runs, as :meth:`call`; none is started for it.

        Returns:
            Its result, or its error, in due time: ServiceUnreachable where none runs.
        """
        return self._enqueue(action, self._for_watching)

    def _enqueue(self, action: Callable[[Client], T], find: Callable[[], Client]) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = action(find())
                if isinstance(result, JobStatus):
                    self.expect(result.job.id)
                    self._note(result)
                future.set_result(result)
            except Exception as error:  # noqa: BLE001 - handed to whoever looks at the future
                future.set_exception(error)

        self._calls.put(run)
        self._start("afterframe calls", self._do_calls)
        self._start("afterframe events", self._follow_events)
        return future

    def expect(self, job: str) -> None:
        """Wait for this job: until it is seen finished, a service that ends is started again."""
        with self._noting:
            self._expected.add(job)

    def listen(self, session: HostSession) -> None:
        """Say that this host runs; again when its document or capabilities change."""
        first = self._session is None
        self._session = session
        if first:
            self._start("afterframe requests", self._take_requests)
            self._start("afterframe events", self._follow_events)
        else:
            self._say(lambda service: service.register(session))

    def answer(self, answer: HostAnswer) -> None:
        """Answer a request."""
        session = self._session
        if session is not None:
            self._say(lambda service: service.answer(session.id, answer))

    def pump(self) -> News:
        """Return what is new."""
        events = _newest(_drain(self._events))
        requests = _drain(self._requests)
        return News(events, tuple(requests), self._connected, self._error)

    def stop(self, wait: float = 0.0) -> None:
        """Let the threads end; they do within seconds, and hold up nothing until then.

        Args:
            wait: seconds at most for the service to hear that this host has gone.
        """
        session = self._session
        if session is not None:
            self._say(lambda service: service.unregister(session.id))
        self._stopped.set()
        self._found.set()
        self._calls.put(lambda: None)
        calls = self._threads.get("afterframe calls")
        if wait and calls is not None:
            calls.join(wait)

    # threads

    def _say(self, action: Callable[[Client], None]) -> None:
        """Tell a service that runs; none is started for it."""
        self._calls.put(lambda: action(self._for_watching()))
        self._start("afterframe calls", self._do_calls)

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
            with suppress(AfterframeError):  # a future has it, or whoever follows finds it too
                run()

    def _rest(self, seconds: float = PAUSE) -> None:
        """Wait before the next attempt; less where a call has just found a service."""
        self._found.wait(seconds)
        self._found.clear()

    def _follow_events(self) -> None:
        starts = 0
        while not self._stopped.is_set():
            problem = self._follow_stream()
            if self._connected and time.monotonic() - self._since > STEADY:
                starts = 0
            self._connected = False
            if isinstance(problem, ServiceUnreachable) and self._outstanding():
                if starts:
                    self._rest(min(PAUSE * 2**starts, LONGEST_PAUSE))
                starts += 1
                problem = self._start_again()
            self._error = problem
            if problem is not None:
                self._rest()

    def _follow_stream(self) -> AfterframeError | None:
        """Take in what one connection brings; return why it has ended."""
        settled = False
        try:
            for number, event in self._for_watching().stream(self._last):
                if self._last is None:
                    self._catch_up(number)
                self._last = number
                if not self._connected:
                    self._connected, self._since = True, time.monotonic()
                    self._error = None
                if self._stopped.is_set():
                    return None
                if event is not None:
                    self._put(event)
                elif not settled:  # all that was kept has come
                    self._settle(number)
                    settled = True
        except AfterframeError as error:
            return error
        except Exception as error:
            log.exception("following broke")
            return AfterframeError(detail=f"{type(error).__name__}: {error}")
        return ServiceUnreachable(detail="it has closed the connection")

    def _start_again(self) -> AfterframeError | None:
        """Start the service that has ended before its work was done."""
        if self._stopped.is_set():
            return None
        try:
            self._connect(True)
        except AfterframeError as error:
            return error
        return None

    def _catch_up(self, number: int) -> None:
        """Tell how the jobs stand that were at work before the service was first reached."""
        for status in reversed(self._for_watching().jobs()):
            if not status.finished:
                self._put(Event(number, "state", status.updated, status))

    def _settle(self, number: int) -> None:
        """Ask after jobs that are expected and of which no event has told how they stand.

        A queue that had to be set aside does not know them any more: they have failed.
        """
        for job in self._outstanding():
            known = self._known.get(job)
            try:
                status = self._for_watching().job(job)
            except RemoteError as error:
                if error.code != "unknown_job" or known is None:
                    raise
                later = known.updated + 1e-6  # whatever the clock says: it may have been set
                status = replace(known, state="failed", updated=later, error=ErrorInfo.of(error))
            if known is None or status.updated > known.updated:
                self._put(Event(number, "state", status.updated, status))

    def _outstanding(self) -> tuple[str, ...]:
        with self._noting:
            return tuple(
                job
                for job in self._expected
                if job not in self._known or not self._known[job].finished
            )

    def _put(self, event: Event) -> None:
        self._note(event.status)
        self._events.put(event)

    def _note(self, status: JobStatus) -> None:
        """Keep the newest: answers and events come by different ways."""
        with self._noting:
            known = self._known.get(status.job.id)
            if known is None or known.updated <= status.updated:
                self._known[status.job.id] = status

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
