"""The door of the service: only this user's programs come in, and only with requests of a size.

Loopback keeps other machines out; the token keeps other users and web pages out; the ``Host``
and ``Origin`` checks keep out a web page that had its own name point to 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from afterframe import errors
from afterframe.errors import AfterframeError, BadMessage, BodyTooLarge, ForeignOrigin, Unauthorised
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.job import ErrorInfo

BODY_LIMIT = 1 << 20
"""Bytes of a request's body; pictures travel as files."""
BODY_PATIENCE = 10.0
"""Seconds in which the next part of a body has to come."""

STATUS: tuple[tuple[type[AfterframeError], int], ...] = (
    (errors.Unauthorised, 401),
    (errors.ForeignOrigin, 403),
    (errors.PathNotPermitted, 403),
    (errors.UnknownJob, 404),
    (errors.UnknownSession, 404),
    (errors.JobConflict, 409),
    (errors.NotPermitted, 409),
    (errors.BodyTooLarge, 413),
    (errors.BadMessage, 400),
    (errors.HostSilent, 504),
    (errors.QueueError, 503),
    (errors.EngineError, 422),
    (errors.OutputError, 422),
    (errors.HostError, 422),
    (errors.BadValue, 422),
    (errors.UnknownEffect, 422),
)
"""HTTP status of an error; the first class that fits."""

log = logging.getLogger(__name__)


class Door:
    """Wraps the application; remembers when somebody was last here.

    Args:
        app: what is behind the door.
        token: what a caller must know.
        port: on which we listen; part of the permitted ``Host`` headers.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._inside = 0
        self._last = time.monotonic()

    @property
    def quiet_for(self) -> float:
        """Seconds since the last request ended; 0.0 while one goes on."""
        return 0.0 if self._inside else time.monotonic() - self._last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            return
        try:
            self._check(Request(scope))
        except AfterframeError as error:
            log.warning("refused: %s", error)
            await error_answer(error)(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._app(scope, _bounded(receive), send)
        finally:
            self._inside -= 1
            self._last = time.monotonic()

    def _check(self, request: Request) -> None:
        headers = request.headers
        host = headers.get("host", "")
        if host not in self._hosts:
            raise ForeignOrigin(header="Host", value=host[:80])
        if "origin" in headers:
            raise ForeignOrigin(header="Origin", value=headers["origin"][:80])
        if not hmac.compare_digest(headers.get("authorization", "").encode(), self._expected):
            raise Unauthorised
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            raise BodyTooLarge(limit_kb=BODY_LIMIT // 1024)


def error_answer(error: AfterframeError) -> Response:
    """Return the HTTP answer that tells of an error."""
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    return json_answer(ErrorInfo.of(error), status)


def json_answer(value: object, status: int = 200) -> Response:
    """Return the HTTP answer with a dataclass, or a tuple of them, as JSON."""
    return Response(codec.dumps(value), status, media_type="application/json")


def _bounded(receive: Receive) -> Receive:
    """Count what comes in: a body without a declared length is bounded too, and so is its time."""
    size = 0

    whole = False

    async def bounded() -> Message:
        nonlocal size, whole
        if whole:  # what comes now is the end of the connection, whenever that is
            return await receive()
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                message = await receive()
        except TimeoutError:
            raise BadMessage(field="body", problem="does not come") from None
        size += len(message.get("body", b""))
        if size > BODY_LIMIT:
            raise BodyTooLarge(limit_kb=BODY_LIMIT // 1024)
        whole = not message.get("more_body", False)
        return message

    return bounded
