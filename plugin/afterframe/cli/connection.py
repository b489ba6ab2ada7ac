"""The command line's way to the service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client


@contextmanager
def connected(*, start: bool = True) -> Iterator[Client]:
    """Give a client of this user's service, started from our own Python when none runs."""
    yield discovery.connect(start=start, engine_python=sys.executable)
