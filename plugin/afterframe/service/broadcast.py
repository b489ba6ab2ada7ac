"""Events to everybody who listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from afterframe_hosts.wire.job import Event

BACKLOG = 1000
"""Events that wait for a listener; one that falls further behind is cut off, and resumes."""


class Broadcast:
    """Hands each event to all listeners, at once. Lives in one event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()

    def publish(self, event: Event) -> None:
        """Hand an event to all who listen now."""
        for listener in self._listeners:
            _put(listener, event)

    def close(self) -> None:
        """End all streams."""
        for listener in self._listeners:
            _put(listener, None)

    async def listen(self, beat: float) -> AsyncIterator[Event | None]:
        """Yield events as they come, and None after each ``beat`` seconds of silence.

        The first None comes at once: from then on nothing is missed.
        """
        listener: asyncio.Queue[Event | None] = asyncio.Queue(BACKLOG)
        self._listeners.add(listener)
        try:
            yield None
            while True:
                try:
                    async with asyncio.timeout(beat):
                        event = await listener.get()
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._listeners.discard(listener)


def _put(listener: asyncio.Queue[Event | None], event: Event | None) -> None:
    try:
        listener.put_nowait(event)
    except asyncio.QueueFull:
        while not listener.empty():
            listener.get_nowait()
        listener.put_nowait(None)
