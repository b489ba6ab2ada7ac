"""Hosts that are running and listen, and what they are asked to do.

Kept in memory: a host whose session is not known here registers again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from afterframe.errors import HostSilent, HostUnable, UnknownSession
from afterframe_hosts.wire.job import new_id
from afterframe_hosts.wire.session import Action, HostAnswer, HostRequest, HostSession

SILENCE = 60.0
"""Seconds without a poll after which a host is taken for gone."""


class _Line:
    """One host's line: requests go out on it, answers come back."""

    def __init__(self, session: HostSession) -> None:
        self.session = session
        self.heard = time.monotonic()
        self.polling = 0
        self.requests: asyncio.Queue[HostRequest | None] = asyncio.Queue()
        self.waiting: dict[str, asyncio.Future[HostAnswer]] = {}

    @property
    def lives(self) -> bool:
        return self.polling > 0 or time.monotonic() - self.heard < SILENCE

    def hang_up(self) -> None:
        """Let nobody wait any longer, neither the host nor those who have asked it."""
        for _ in range(self.polling):
            self.requests.put_nowait(None)
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(UnknownSession(session=self.session.id))


class Sessions:
    """The hosts that listen now. Lives in one event loop."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    def register(self, session: HostSession) -> None:
        """Add a host, or take over its new document and capabilities."""
        line = self._lines.get(session.id)
        if line is None:
            self._lines[session.id] = _Line(session)
            return
        line.session = session
        line.heard = time.monotonic()

    def unregister(self, session: str) -> None:
        """Forget a host; who waits for its answer is told."""
        line = self._lines.pop(session, None)
        if line is not None:
            line.hang_up()

    def listening(self) -> tuple[HostSession, ...]:
        """Return the hosts that listen; those that have gone silent are forgotten."""
        for name in [name for name, line in self._lines.items() if not line.lives]:
            self.unregister(name)
        return tuple(line.session for line in self._lines.values())

    def close(self) -> None:
        """Forget all hosts."""
        for name in list(self._lines):
            self.unregister(name)

    async def poll(self, session: str, wait: float) -> HostRequest | None:
        """Return the next request to a host, waiting up to ``wait`` seconds for one.

        Raises:
            UnknownSession: it has to register again.
        """
        line = self._line(session)
        line.polling += 1
        try:
            async with asyncio.timeout(wait):
                request = await line.requests.get()
        except TimeoutError:
            return None
        finally:
            line.polling -= 1
            line.heard = time.monotonic()
        if request is None:
            raise UnknownSession(session=session)
        return request

    async def ask(
        self, session: str, action: Action, arguments: Mapping[str, Any], timeout: float
    ) -> HostAnswer:
        """Ask a host to do something; return what it answers.

        Raises:
            UnknownSession: it does not listen, or has left meanwhile.
            HostUnable: it cannot do this.
            HostSilent: no answer within ``timeout`` seconds.
        """
        line = self._line(session)
        if action not in line.session.capabilities:
            raise HostUnable(host=line.session.name or line.session.host, action=action)
        request = HostRequest(new_id(), action, dict(arguments))
        waiting = line.waiting[request.id] = asyncio.get_running_loop().create_future()
        line.requests.put_nowait(request)
        try:
            async with asyncio.timeout(timeout):
                answer: HostAnswer = await waiting
            return answer
        except TimeoutError:
            name = line.session.name or line.session.host
            raise HostSilent(host=name, seconds=f"{timeout:g}") from None
        finally:
            del line.waiting[request.id]

    def answer(self, session: str, answer: HostAnswer) -> None:
        """Hand an answer to whoever waits for it; drop it when nobody does any more."""
        line = self._line(session)
        line.heard = time.monotonic()
        waiting = line.waiting.get(answer.request)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _line(self, session: str) -> _Line:
        line = self._lines.get(session)
        if line is None or not line.lives:
            self.unregister(session)
            raise UnknownSession(session=session)
        return line
