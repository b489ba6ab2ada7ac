"""The HTTP face of a service: one route for each method of ``wire.client``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, StreamingResponse
from starlette.exceptions import HTTPException

from afterframe.errors import AfterframeError, BadMessage
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.job import DeliveryState, Event, Job, JobState, JobStatus
from afterframe_hosts.wire.session import (
    Action,
    EngineInfo,
    Health,
    HostAnswer,
    HostRequest,
    HostSession,
)

from .door import error_answer, json_answer
from .queue import patiently
from .running import Service

BEAT = 5.0
"""Seconds of silence after which an event stream gives a sign of life."""
LONGEST_WAIT = 60.0
"""Seconds that a long poll, or a question to a host, may last."""
LOCKED_PATIENCE = 2.0
"""Seconds of pauses in which a request waits for a program that has locked the queue: with the
attempts in between less than its client waits."""
PAGE = 100
"""Kept events that are read at once: a few milliseconds in which nobody else has a turn."""
MOST_JOBS = 1000
"""Jobs in one answer."""
DIGITS = 18
"""Of an event's number: what a column of the queue holds."""

T = TypeVar("T")
log = logging.getLogger(__name__)
routes = APIRouter(prefix="/v1")
Seconds = Annotated[float, Query(allow_inf_nan=False)]


def create_app(service: Service) -> FastAPI:
    """Return the application, without its door: see ``door.Door``."""
    app = FastAPI(title="Afterframe", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.service = service
    app.include_router(routes)
    app.add_exception_handler(AfterframeError, _told)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(Exception, _broken)
    return app


@dataclass(frozen=True)
class DeliveryReport:
    """What became of a result; ``item`` is the host's id of the new timeline item."""

    state: DeliveryState
    item: str = ""


@dataclass(frozen=True)
class Question:
    """What a host is asked to do, and how many seconds it has."""

    action: Action
    arguments: dict[str, Any]
    timeout: float = 30.0


BODIES: dict[str, Any] = {
    "submit": Job,
    "deliver": DeliveryReport,
    "register": HostSession,
    "answer": HostAnswer,
    "ask": Question,
}
"""By route: what its body is; the others take none."""
ANSWERS: dict[str, Any] = {
    "health": Health,
    "engines": tuple[EngineInfo, ...],
    "submit": JobStatus,
    "jobs": tuple[JobStatus, ...],
    "job": JobStatus,
    "cancel": JobStatus,
    "retry": JobStatus,
    "preview": "image/jpeg",
    "deliver": JobStatus,
    "deliveries": tuple[JobStatus, ...],
    "events": "text/event-stream",
    "sessions": tuple[HostSession, ...],
    "poll": HostRequest,
    "ask": HostAnswer,
}
"""By route: what it answers, or its media type; the others answer nothing (204)."""


@routes.get("/health")
async def health(request: Request) -> Response:
    return json_answer(_service(request).health())


@routes.get("/engines")
async def engines(request: Request) -> Response:
    return json_answer(_service(request).engines())


@routes.post("/warm")
async def warm(request: Request) -> Response:
    _service(request).warm()
    return _nothing()


@routes.post("/stop")
async def stop(request: Request, drain: bool = False) -> Response:
    _service(request).ask_to_stop(drain)
    return _nothing()


@routes.post("/jobs")
async def submit(request: Request) -> Response:
    job = codec.loads(Job, await request.body())
    service = _service(request)
    return json_answer(await _stored(lambda: service.submit(job)))


@routes.get("/jobs")
async def jobs(
    request: Request, state: JobState | None = None, document: str = "", limit: int = 100
) -> Response:
    return json_answer(_service(request).queue.jobs(state, document, min(max(limit, 1), MOST_JOBS)))


@routes.get("/jobs/{job}")
async def job(request: Request, job: str) -> Response:
    return json_answer(_service(request).queue.status(job))


@routes.post("/jobs/{job}/cancel")
async def cancel(request: Request, job: str) -> Response:
    service = _service(request)
    return json_answer(await _stored(lambda: service.cancel(job)))


@routes.post("/jobs/{job}/retry")
async def retry(request: Request, job: str) -> Response:
    service = _service(request)
    return json_answer(await _stored(lambda: service.retry(job)))


@routes.get("/jobs/{job}/preview")
async def preview(request: Request, job: str) -> Response:
    return FileResponse(_service(request).preview(job), media_type="image/jpeg")


@routes.post("/jobs/{job}/delivery")
async def deliver(request: Request, job: str) -> Response:
    report = codec.loads(DeliveryReport, await request.body())
    queue = _service(request).queue
    return json_answer(await _stored(lambda: queue.deliver(job, report.state, report.item)))


@routes.get("/deliveries")
async def deliveries(request: Request, document: str) -> Response:
    return json_answer(_service(request).queue.pending(document))


@routes.get("/events")
async def events(request: Request, job: str = "") -> Response:
    """Follow events; the header ``Last-Event-ID`` says after which, without it from now on."""
    after = request.headers.get("last-event-id")
    if after is not None and not (after.isdecimal() and len(after) <= DIGITS):
        raise BadMessage(field="Last-Event-ID", problem="is not a number")
    stream = _events(_service(request), None if after is None else int(after), job)
    headers = {"Cache-Control": "no-store"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@routes.get("/sessions")
async def sessions(request: Request) -> Response:
    return json_answer(_service(request).sessions.listening())


@routes.put("/sessions/{session}")
async def register(request: Request, session: str) -> Response:
    host = codec.loads(HostSession, await request.body())
    if host.id != session:
        raise BadMessage(field="id", problem="is not the session of the address")
    service = _service(request)
    await _stored(lambda: service.register(host))
    return _nothing()


@routes.delete("/sessions/{session}")
async def unregister(request: Request, session: str) -> Response:
    _service(request).sessions.unregister(session)
    return _nothing()


@routes.get("/sessions/{session}/requests")
async def poll(request: Request, session: str, wait: Seconds = 20.0) -> Response:
    asked = await _service(request).sessions.poll(session, min(max(wait, 0.0), LONGEST_WAIT))
    return json_answer(asked) if asked else _nothing()


@routes.post("/sessions/{session}/answers")
async def answer(request: Request, session: str) -> Response:
    given = codec.loads(HostAnswer, await request.body())
    _service(request).sessions.answer(session, given)
    return _nothing()


@routes.post("/sessions/{session}/ask")
async def ask(request: Request, session: str) -> Response:
    question = codec.loads(Question, await request.body())
    timeout = min(max(question.timeout, 0.0), LONGEST_WAIT)
    line = _service(request).sessions
    return json_answer(await line.ask(session, question.action, question.arguments, timeout))


async def _events(service: Service, after: int | None, job: str) -> AsyncIterator[bytes]:
    """Yield the kept events after number ``after``, then those that come, as server-sent events."""
    greeted = False
    async for event in service.events.listen(BEAT):
        if not greeted:
            greeted, newest = True, service.queue.newest
            if after is not None:
                async for each in _kept(service, after, newest, job):
                    yield _line(each)
            yield f"id: {newest}\n\n".encode()
        elif event is None:
            yield b":\n\n"
        elif job in ("", event.status.job.id):
            yield _line(event)


async def _kept(service: Service, after: int, newest: int, job: str) -> AsyncIterator[Event]:
    """Yield kept events page by page: in between everybody else has a turn.

    Those after ``newest`` come by the broadcast, which is listened to already.
    """
    page = service.queue.events(after, job, newest, PAGE)
    while page:
        for event in page:
            yield event
        await asyncio.sleep(0)
        last = page[-1].sequence
        page = service.queue.events(last, job, newest, PAGE) if last < newest else ()


def _line(event: Event) -> bytes:
    return f"id: {event.sequence}\ndata: {codec.dumps(event)}\n\n".encode()


async def _stored(change: Callable[[], T]) -> T:
    """Make a change, once the queue can be written; others have their turn meanwhile."""
    return await patiently(change, LOCKED_PATIENCE)


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


def _nothing() -> Response:
    return Response(status_code=204)


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AfterframeError)
    return error_answer(error)


async def _misread(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    return error_answer(BadMessage(field=field, problem=first["msg"]))


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = error_answer(BadMessage(field=request.url.path, problem=error.detail))
    answer.status_code = error.status_code
    return answer


async def _broken(request: Request, error: Exception) -> Response:
    log.error("%s %s broke", request.method, request.url.path, exc_info=error)
    return error_answer(AfterframeError(detail=f"{type(error).__name__}: {error}"))
