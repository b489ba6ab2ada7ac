"""The way to a running service: one method for each thing that it does.

Standard library only. Every call opens its own connection (a fraction of a millisecond on
loopback), so that one client serves any number of threads, and every call has a time limit.
What a user interface may not wait for goes through :class:`~.follower.Follower`.

    client = discovery.connect()
    client.submit(job)
    for status in client.follow(job.id):
        print(status.state, status.progress.done)
"""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from . import codec
from .errors import BadMessage, RemoteError, ServiceRefused, ServiceUnreachable
from .job import DeliveryState, ErrorInfo, Event, Job, JobState, JobStatus
from .session import Action, EngineInfo, Health, HostAnswer, HostRequest, HostSession

T = TypeVar("T")

SILENCE = 20.0
"""Seconds without a byte after which an event stream is taken for broken (it beats every 5)."""
PAUSES = (0.0, 0.1, 0.3, 1.0, 2.0)
"""Seconds to wait before each attempt to take up a broken event stream again."""


@dataclass(frozen=True)
class Endpoint:
    """Where a service listens on 127.0.0.1, and the token that it asks for."""

    port: int
    token: str
    pid: int
    version: str

    def __post_init__(self) -> None:
        if not 0 < self.port < 1 << 16:
            raise ValueError("a port is 1 to 65535")
        if not re.fullmatch(r"[!-~]+", self.token):  # as a header takes it
            raise ValueError("a token is plain ASCII")


class Client:
    """Speaks with one service; safe to use from several threads at once.

    Every method raises ServiceUnreachable when there is no answer in time, ServiceRefused when
    the token is not accepted, and RemoteError with the code of whatever else went wrong.

    Args:
        endpoint: where the service is.
        timeout: seconds to wait for an answer.
        find: finds the service anew (see ``discovery.connect``): asked once when the service
            cannot be reached at its old place, so that a restarted service is followed.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        timeout: float = 5.0,
        find: Callable[[], Endpoint] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.timeout = timeout
        self._find = find

    # jobs

    def submit(self, job: Job) -> JobStatus:
        """Hand a job over. Submitting it again returns how it stands.

        Raises:
            RemoteError: ``bad_value``, ``unknown_effect``, ``no_engine_ready``,
                ``playhead_outside``, ``job_conflict`` (the id is known with other contents) ...
        """
        return self._get(JobStatus, "POST", "/v1/jobs", codec.dump(job))

    def job(self, job: str) -> JobStatus:
        """Return how a job stands. Raises RemoteError ``unknown_job``."""
        return self._get(JobStatus, "GET", f"/v1/jobs/{quote(job)}")

    def jobs(
        self, state: JobState | None = None, document: str = "", limit: int = 100
    ) -> tuple[JobStatus, ...]:
        """Return jobs, the newest first: all, or those of one state or one document."""
        query = _query(state=state, document=document, limit=limit)
        return self._list(JobStatus, "GET", f"/v1/jobs{query}")

    def cancel(self, job: str) -> JobStatus:
        """Stop a job: at once while it waits, within a frame while it runs.

        Raises:
            RemoteError: ``unknown_job``; ``not_permitted`` when it is done or has failed.
        """
        return self._get(JobStatus, "POST", f"/v1/jobs/{quote(job)}/cancel")

    def retry(self, job: str) -> JobStatus:
        """Queue a failed or cancelled job again. Raises as :meth:`cancel` does."""
        return self._get(JobStatus, "POST", f"/v1/jobs/{quote(job)}/retry")

    def preview(self, job: str) -> bytes:
        """Return the newest preview, a JPEG. Raises RemoteError ``unknown_job`` without one."""
        return self._call("GET", f"/v1/jobs/{quote(job)}/preview")

    def events(self, after: int | None = 0, job: str = "") -> Iterator[Event]:
        """Yield what happens, without end; a broken connection is taken up where it broke.

        Progress tells only the newest, state and delivery events are never left out. A
        progress event bears the number of the last state event before it.

        Args:
            after: begin with the first event after this number: 0 is all that is kept, None
                only what happens from now on.
            job: only this job's events.

        Raises:
            ServiceUnreachable: the service is gone for good.
        """
        failures = 0
        while True:
            try:
                for number, event in self.stream(after, job):
                    after, failures = number, 0
                    if event is not None:
                        yield event
            except ServiceUnreachable:
                if failures == len(PAUSES):
                    raise
            time.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    def stream(self, after: int | None, job: str = "") -> Iterator[tuple[int, Event | None]]:
        """Yield events over one connection, with the number to resume after, until it breaks.

        An event of None is a sign of life: one at the start, others in times of silence.
        """
        path = f"/v1/events{_query(job=job)}"
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        connection, response = self._open("GET", path, None, SILENCE, headers)
        try:
            if response.status >= 400:
                raise _told(response.status, response.read())
            yield from _server_sent(response, after or 0)
        except (OSError, http.client.HTTPException) as error:
            raise ServiceUnreachable(detail=_say(error)) from error
        finally:
            connection.close()

    def follow(self, job: str) -> Iterator[JobStatus]:
        """Yield how a job stands, now and at each change, until it is done, failed or cancelled."""
        status = self.job(job)
        yield status
        if status.finished:
            return
        for event in self.events(job=job):
            if event.kind == "progress" or event.status.updated > status.updated:
                yield event.status
            if event.status.finished and event.status.updated >= status.updated:
                return

    # what the service has

    def engines(self) -> tuple[EngineInfo, ...]:
        """Return all engines, the best first."""
        return self._list(EngineInfo, "GET", "/v1/engines")

    def health(self) -> Health:
        """Return what the service says of itself."""
        return self._get(Health, "GET", "/v1/health")

    def greeting(self) -> Mapping[str, Any]:
        """Return :meth:`health` as bare JSON: another version's has other fields."""
        value = self._json("GET", "/v1/health")
        return value if isinstance(value, dict) else {}

    def warm(self) -> None:
        """Let the service start a render process ahead of the first job."""
        self._call("POST", "/v1/warm")

    def stop(self, drain: bool = False) -> None:
        """Stop the service: jobs that run are put back, or finished first with ``drain``."""
        self._call("POST", f"/v1/stop{_query(drain=int(drain))}")

    # deliveries

    def deliveries(self, document: str) -> tuple[JobStatus, ...]:
        """Return the document's jobs whose results wait to be placed, the oldest first."""
        return self._list(JobStatus, "GET", f"/v1/deliveries{_query(document=document)}")

    def deliver(self, job: str, state: DeliveryState, item: str = "") -> JobStatus:
        """Say what became of a result.

        Args:
            job: the job's id.
            state: ``placed``, ``declined``, ``lost`` or ``pending``.
            item: the host's id of the new timeline item.

        Raises:
            RemoteError: ``unknown_job``; ``not_permitted`` when the state may not follow.
        """
        body = {"state": state, "item": item}
        return self._get(JobStatus, "POST", f"/v1/jobs/{quote(job)}/delivery", body)

    # host sessions: the host's side

    def register(self, session: HostSession) -> None:
        """Say that a host runs and listens; again when its document changes."""
        self._call("PUT", f"/v1/sessions/{quote(session.id)}", codec.dump(session))

    def unregister(self, session: str) -> None:
        """Say that a host no longer listens."""
        self._call("DELETE", f"/v1/sessions/{quote(session)}")

    def poll(self, session: str, wait: float = 20.0) -> HostRequest | None:
        """Wait up to ``wait`` seconds for something to do.

        Raises:
            RemoteError: ``unknown_session``: register again.
        """
        path = f"/v1/sessions/{quote(session)}/requests{_query(wait=wait)}"
        data = self._call("GET", path, timeout=self.timeout + wait)
        return codec.loads(HostRequest, data) if data else None

    def answer(self, session: str, answer: HostAnswer) -> None:
        """Answer a request; an answer that nobody waits for any more is dropped."""
        self._call("POST", f"/v1/sessions/{quote(session)}/answers", codec.dump(answer))

    # host sessions: the asking side

    def sessions(self) -> tuple[HostSession, ...]:
        """Return the hosts that listen now."""
        return self._list(HostSession, "GET", "/v1/sessions")

    def ask(
        self,
        session: str,
        action: Action,
        arguments: Mapping[str, Any] | None = None,
        timeout: float = 30.0,
    ) -> HostAnswer:
        """Ask a host to do something and wait for its answer.

        Raises:
            RemoteError: ``unknown_session``; ``host_silent`` after ``timeout`` seconds.
        """
        body = {"action": action, "arguments": dict(arguments or {}), "timeout": timeout}
        path = f"/v1/sessions/{quote(session)}/ask"
        return codec.loads(HostAnswer, self._call("POST", path, body, self.timeout + timeout))

    # one exchange

    def _get(self, kind: type[T], method: str, path: str, body: Any = None) -> T:
        return codec.loads(kind, self._call(method, path, body))

    def _list(self, kind: type[T], method: str, path: str) -> tuple[T, ...]:
        value = self._json(method, path)
        if not isinstance(value, list):
            raise BadMessage(field=path, problem="expected a list")
        return tuple(codec.load(kind, item, path) for item in value)

    def _json(self, method: str, path: str) -> Any:
        try:
            return json.loads(self._call(method, path))
        except ValueError as error:
            raise BadMessage(field=path, problem=f"not JSON: {error}") from error

    def _call(
        self, method: str, path: str, body: Any = None, timeout: float | None = None
    ) -> bytes:
        connection, response = self._open(method, path, body, timeout or self.timeout, {})
        try:
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ServiceUnreachable(detail=_say(error)) from error
        finally:
            connection.close()
        if response.status >= 400:
            raise _told(response.status, data)
        return data

    def _open(
        self, method: str, path: str, body: Any, timeout: float, headers: Mapping[str, str]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """Send a request; look for the service anew, once, when it is not where it was."""
        try:
            return _exchange(self.endpoint, method, path, body, timeout, headers)
        except (_NotThere, ServiceRefused):
            if self._find is None:
                raise
        self.endpoint = self._find()
        return _exchange(self.endpoint, method, path, body, timeout, headers)


class _NotThere(ServiceUnreachable):
    """Nothing listens: the request was not seen by anybody, so it may be sent elsewhere."""


def _exchange(
    endpoint: Endpoint,
    method: str,
    path: str,
    body: Any,
    timeout: float,
    headers: Mapping[str, str],
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=timeout)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise _NotThere(detail=_say(error)) from error
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    fields = {"Authorization": f"Bearer {endpoint.token}", "Connection": "close", **headers}
    if data is not None:
        fields["Content-Type"] = "application/json"
    try:
        connection.request(method, path, data, fields)
        response = connection.getresponse()
        if response.status == http.client.UNAUTHORIZED:
            raise ServiceRefused
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        if isinstance(error, ServiceRefused):
            raise
        raise ServiceUnreachable(detail=_say(error)) from error
    return connection, response


def _server_sent(lines: Iterable[bytes], number: int) -> Iterator[tuple[int, Event | None]]:
    """Parse an event stream: numbers, data in one line, and signs of life."""
    event: Event | None = None
    for line in lines:
        if line.startswith(b"id:"):
            number = int(line[3:])
        elif line.startswith(b"data:"):
            event = codec.loads(Event, line[5:])
        elif not line.strip():
            yield number, event
            event = None


def _told(status: int, data: bytes) -> Exception:
    try:
        return codec.loads(ErrorInfo, data).exception()
    except BadMessage:
        text = f"HTTP {status}"
        return RemoteError("internal", text, "", {"detail": text})


def _query(**fields: Any) -> str:
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    return "?" + urlencode(given) if given else ""


def _say(error: BaseException) -> str:
    return str(error) or type(error).__name__
