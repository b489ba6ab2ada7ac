"""Named points in the code at which a process can be made to fail; off unless a variable says so.

Every commit, rename, lease and spawn has one, so that each moment at which a kill or an error of
the disk could do harm is tried by name (``tests.bench.kill``). The environment variable
``AFTERFRAME_FAILPOINTS`` switches them on, for a process and its children. It holds orders,
separated by ``;``::

    NAME=ACTION[@MEETING][+][>FILE]

    writer.publish=kill             the process is killed when it first comes there
    movie.write=ENOSPC@7+           its 7th write, and every later one, finds the disk full
    queue.commit=kill@2>/tmp/once   once in all processes: FILE is made, and then shuts the point
    movie.sync=pause>/tmp/hold      FILE is made; the process goes on when it is removed

``NAME`` is one of ``POINTS``. ``ACTION`` is ``kill`` (at once: nothing is closed, nobody is told),
the name of an error number (raised as OSError), or ``pause``. ``MEETING`` counts from 1 how often
this process has come there; ``+`` means each one from then on.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

VARIABLE = "AFTERFRAME_FAILPOINTS"

POINTS = {
    # a movie and pictures being written
    "writer.write": "A temporary file or folder is there; before a frame goes to the encoder.",
    "movie.write": "Before bytes of a movie go to the disk.",
    "movie.sync": "All bytes are handed over, not yet forced to the disk.",
    "pictures.write": "Before one picture of a sequence is written, in a thread of its own.",
    "pictures.sync": "Before one picture of a sequence is forced to the disk.",
    "writer.verified": "Whole, read back and right, under its temporary name.",
    # names are given
    "recipe.write": "Before the recipe's text goes to the disk, under a temporary name.",
    "recipe.publish": "The recipe is written whole; it has no name yet.",
    "recipe.published": "The recipe holds the place; the result has no name yet.",
    "writer.rename": "Before a picture of a sequence follows the folder's new name.",
    "writer.publish": "Before the result takes its name.",
    "writer.set_aside": "The folder to be replaced is set aside; nothing stands under its name.",
    "writer.tidy": "The new folder stands; what else lay in the old one is not moved over yet.",
    "writer.put_back": "A later attempt: before a folder that was set aside gets its name back.",
    "delivery.published": "Result and recipe stand; nobody has been told.",
    "platform.rename": "Before a name is taken that must be free.",
    "platform.sync_folder": "A name is taken, the folder's entry not yet forced to the disk.",
    "platform.link": "Where the system cannot refuse a taken name: before a second link is made.",
    "platform.hold": "Where there are no links: an empty file holds the name.",
    "platform.replace": "Before a small file (endpoint, preview) replaces the one before.",
    # the queue
    "queue.create": "Before the tables of a new queue are written.",
    "queue.set_aside": "Before each file of a damaged queue takes another name.",
    "queue.save": "What could be read of a damaged queue is in a new one, not committed.",
    "queue.renew": "The damaged queue is set aside; before the new one takes its name.",
    "queue.put_back": "A queue that was removed is written again; before it takes its name.",
    "queue.commit": "A change is made, not committed: it is as if it never was.",
    "queue.committed": "A change is on the disk; nobody has been told.",
    "queue.unwanted": "Before it is noted that a running job is to be stopped.",
    "queue.previewed": "Before it is noted that a job has a preview.",
    # the service
    "service.submitted": "A job is stored; the client has no answer.",
    "service.take_back": "An earlier service's worker has ended; its job is not queued yet.",
    "server.listening": "The lock is held, the port open; no client can find it.",
    "server.endpoint": "Clients can find the service; no lane works yet.",
    "server.stopping": "The endpoint file is removed; workers still run.",
    "lane.spawn": "Before a worker process is started.",
    "lane.spawned": "A worker process runs; the lane does not hold it yet.",
    "lane.claimed": "A job is leased to a worker that has not been told.",
    "lane.heard": "A worker has said that its job is over; it is not written down.",
    # a worker
    "worker.ready": "Everything is imported; the service has not been told.",
    "worker.begun": "A job was taken in; its log is open, nothing is done.",
    "worker.preview": "A preview is written, under a temporary name.",
    "worker.finished": "A job is over; the service has not been told.",
}
"""Each point's name: where it is, and what is true there."""


class FailPointUnknown(LookupError):
    """A name that ``POINTS`` does not declare, or an order that nobody can read."""


class _Order(NamedTuple):
    action: str
    meeting: int
    onwards: bool
    file: Path | None


_ORDER = re.compile(r"([\w.]+)=(\w+)(?:@(\d+))?(\+)?(?:>(.+))?")
_PAUSE = 0.01
"""Seconds between two looks whether a pause is over."""


def at(name: str) -> None:
    """Do what was ordered for this point; nothing, in a tenth of a microsecond, without an order.

    Raises:
        OSError: ordered.
        FailPointUnknown: there is no such point.
    """
    if name not in POINTS:
        raise FailPointUnknown(name)
    if name in _orders:
        _meet(name, _orders[name])


def read_orders(text: str) -> dict[str, _Order]:
    """Return the orders of a variable's text. Raises FailPointUnknown."""
    orders = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = _ORDER.fullmatch(part)
        if match is None or match[1] not in POINTS:
            raise FailPointUnknown(part)
        name, action, meeting, onwards, file = match.groups()
        if action not in ("kill", "pause") and not hasattr(errno, action):
            raise FailPointUnknown(part)
        if action == "pause" and not file:
            raise FailPointUnknown(f"{part}: a pause needs a file")
        mark = Path(file) if file else None
        orders[name] = _Order(action, int(meeting or 1), bool(onwards), mark)
    return orders


def _meet(name: str, order: _Order) -> None:
    with _counting:
        _met[name] += 1
        now = _met[name]
    if now < order.meeting or (now > order.meeting and not order.onwards):
        return
    if order.file is not None and not _marked(order.file):
        return
    if order.action == "kill":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows: as hard
    if order.action == "pause":
        while order.file is not None and order.file.exists():
            time.sleep(_PAUSE)
        return
    number: int = getattr(errno, order.action)
    raise OSError(number, os.strerror(number))


def _marked(file: Path) -> bool:
    """Make the file; return False where it is there: that point has done its work."""
    try:
        file.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


_counting = threading.Lock()
_met: Counter[str] = Counter()
_orders = read_orders(os.environ.get(VARIABLE, ""))
