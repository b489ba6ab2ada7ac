"""What the service and a worker process say to each other: one JSON object a line.

The service writes to the worker's stdin, the worker to its stdout. The end of stdin is the end
of the service, and so of the worker.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from afterframe_hosts.wire import codec
from afterframe_hosts.wire.errors import BadMessage
from afterframe_hosts.wire.job import ErrorInfo, Job, Progress, Result

LINE_LIMIT = 1 << 20
"""The longest line in bytes: a job with every text at its limit is far below."""


@dataclass(frozen=True)
class Run:
    """To the worker: do this job; previews and the log go to ``folder``.

    ``pace`` is this machine's history: seconds for a megapixel of a frame of such jobs, 0: none.
    """

    job: Job
    folder: str
    pace: float = 0.0


@dataclass(frozen=True)
class Cancel:
    """To the worker: stop this job, if it is the one that runs."""

    job: str


@dataclass(frozen=True)
class Ready:
    """From the worker: everything is imported."""


@dataclass(frozen=True)
class Alive:
    """From the worker: has begun, or is still at it; renews the lease."""

    job: str


@dataclass(frozen=True)
class Hung:
    """From the worker: it lives, but the engine has not come back for so many minutes."""

    job: str
    minutes: int


@dataclass(frozen=True)
class Advanced:
    """From the worker: how far the job is."""

    job: str
    progress: Progress


@dataclass(frozen=True)
class Previewed:
    """From the worker: a new preview lies in the job's folder."""

    job: str


@dataclass(frozen=True)
class Done:
    """From the worker: the result has its name."""

    job: str
    result: Result


@dataclass(frozen=True)
class Failed:
    """From the worker: the job cannot be done, and trying again would not help."""

    job: str
    error: ErrorInfo


@dataclass(frozen=True)
class Stopped:
    """From the worker: the job was cancelled and has left nothing behind."""

    job: str


Message = Run | Cancel | Ready | Alive | Hung | Advanced | Previewed | Done | Failed | Stopped

_KINDS: dict[str, type[Message]] = {
    kind.__name__.lower(): kind
    for kind in (Run, Cancel, Ready, Alive, Hung, Advanced, Previewed, Done, Failed, Stopped)
}


def encode(message: Message) -> bytes:
    """Return the line of a message."""
    kind = type(message).__name__.lower()
    return (json.dumps({kind: codec.dump(message)}, ensure_ascii=False) + "\n").encode()


def decode(line: bytes) -> Message:
    """Return the message of a line.

    Raises:
        BadMessage: it is none.
    """
    try:
        ((kind, value),) = json.loads(line).items()
        return codec.load(_KINDS[kind], value)
    except (ValueError, KeyError, AttributeError) as error:
        if isinstance(error, BadMessage):
            raise
        raise BadMessage(field="", problem=f"not a worker's message: {error!r}") from error
