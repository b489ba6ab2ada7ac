"""One running service: what the routes act on."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

from afterframe import failpoints, platform
from afterframe.core.admission import admit, check_place
from afterframe.core.leftover import clear_away
from afterframe.errors import AfterframeError, NotPermitted, UnknownJob
from afterframe_hosts.wire.job import Job, JobStatus
from afterframe_hosts.wire.session import EngineInfo, Health, HostSession
from afterframe_hosts.wire.version import VERSION
from afterframe_models import registry

from . import scratch
from .broadcast import Broadcast
from .lanes import WORKER_COMMAND, Lane, kind_of, plan_lanes
from .queue import Lease, Queue, patiently
from .sessions import Sessions
from .worker import PREVIEW

ORPHAN_PATIENCE = 5.0
"""Seconds that the worker of a service that died has to end itself."""
CLEAN_AFTER = 60.0
"""Seconds after its start at which a service looks for old scratch."""

log = logging.getLogger(__name__)


class Service:
    """Queue, lanes, sessions and events of one run.

    Args:
        folder: the state folder.
        worker_command: starts a worker process.
        engines: tells which engines there are, the best first.

    Attributes:
        stopping: is set when the service is to stop.
        again: True when another one is to follow it at once.

    Raises:
        QueueLocked, NotWritable, DiskFull: the queue cannot be opened.
    """

    def __init__(
        self,
        folder: Path,
        worker_command: Sequence[str] = WORKER_COMMAND,
        engines: Callable[[], tuple[EngineInfo, ...]] = registry.infos,
    ) -> None:
        self.folder = folder
        self.started = time.time()
        self.events = Broadcast()
        self.sessions = Sessions()
        self.stopping = asyncio.Event()
        self.again = False
        self.queue = Queue(
            folder / "queue.sqlite3", uuid.uuid4().hex, self.events.publish, self.begin_anew
        )
        self.engines = engines
        self._command = worker_command
        self._lanes: tuple[Lane, ...] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._warm_wanted = False

    # its life

    async def start(self) -> None:
        """Begin to work."""
        gpus = await asyncio.to_thread(platform.gpus)
        self._lanes = tuple(
            Lane(plan, self.queue, self.folder, self._command) for plan in plan_lanes(gpus)
        )
        for lane in self._lanes:
            self._spawn(lane.work())
        if self._warm_wanted:
            self.warm()
        for lease in await patiently(self.queue.abandoned):
            self._spawn(self._take_back(lease))
        self._spawn(self._clean())

    async def stop(self) -> None:
        """End all work; jobs that run go back to the queue."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(lane.stop() for lane in self._lanes))
        if self.again and not self.queue.in_place():
            self.queue.put_back_file()
        else:
            self.queue.close()

    def ask_to_stop(self, drain: bool) -> None:
        """Let the service stop: now, or when the jobs that run are finished."""
        if drain:
            self._spawn(self._drain())
        else:
            self.stopping.set()

    def begin_anew(self) -> None:
        """Stop, and let another one follow: it sees to a queue that is damaged or was removed."""
        self.again = True
        self.stopping.set()

    def busy(self) -> bool:
        """Tell whether there is a job to finish or a host that listens."""
        try:
            return bool(self.queue.unfinished() or self.sessions.listening())
        except AfterframeError:  # it cannot be told: nobody is sent away for that
            return True

    # jobs

    def submit(self, submitted: Job) -> JobStatus:
        """Take a job in.

        Raises:
            what ``admission.admit``, ``admission.check_place`` and ``Queue.submit`` raise.
        """
        if self.queue.known(submitted.id):
            return self.queue.submit(submitted, submitted, "")
        engines = self.engines()
        job = admit(submitted, engines)
        check_place(job, self.folder)
        engine = next(each for each in engines if each.name == job.engine)
        status = self.queue.submit(job, submitted, kind_of(job, engine))
        failpoints.at("service.submitted")
        self._wake()
        return status

    def cancel(self, job: str) -> JobStatus:
        """Stop a job; a running one is stopped by its worker, and told by an event.

        Raises:
            UnknownJob, NotPermitted: there is none, or it is done or has failed.
        """
        status = self.queue.status(job)
        if status.state == "queued":
            return self.queue.cancelled(job)
        if status.state == "running":
            self.queue.unwanted(job)  # first: it may be in no lane, but on its way back to one
            for lane in self._lanes:
                if lane.job == job:
                    lane.cancel()
        elif status.state != "cancelled":
            raise NotPermitted(job=job, state=status.state, wanted="cancelled")
        return status

    def retry(self, job: str) -> JobStatus:
        """Queue a failed or cancelled job again. Raises UnknownJob, NotPermitted."""
        status = self.queue.retry(job)
        self._wake()
        return status

    def preview(self, job: str) -> Path:
        """Return the path of a job's newest preview. Raises UnknownJob when there is none."""
        path = self.folder / "jobs" / self.queue.status(job).job.id / PREVIEW
        if not path.is_file():
            raise UnknownJob(job=job)
        return path

    # the rest

    def health(self) -> Health:
        """Return what this service says of itself."""
        count = self.queue.count
        running, queued = count("running"), count("queued")
        return Health(VERSION, os.getpid(), self.started, running, queued, self.queue.notes())

    def register(self, session: HostSession) -> None:
        """Take a host's session; its user is near to asking for something."""
        self.sessions.register(session)
        if session.document:
            self.queue.offer_again(session.document)
        self.warm()

    def warm(self) -> None:
        """Start a render worker ahead of the first job."""
        self._warm_wanted = True
        if self._lanes:
            self._spawn(self._lanes[0].warm())

    async def _clean(self) -> None:
        """Remove old scratch, beside the work and never in its way."""
        await asyncio.sleep(CLEAN_AFTER)
        try:
            keep = scratch.KEEP_NEWEST
            cleaned = await asyncio.to_thread(scratch.clean, keep_newest=keep, state=self.folder)
        except (OSError, sqlite3.Error):
            log.exception("scratch could not be cleaned")
            return
        if cleaned.removed:
            log.info("%d old job folders removed", cleaned.removed)

    async def _drain(self) -> None:
        for lane in self._lanes:
            lane.close()
        while any(lane.job for lane in self._lanes):
            await asyncio.sleep(0.1)
        self.stopping.set()

    def _wake(self) -> None:
        for lane in self._lanes:
            lane.wake()

    async def _take_back(self, lease: Lease) -> None:
        """Queue a job again that an earlier service was running, once its worker has ended.

        A worker ends itself when its service is gone. Two at once must not write one result.
        """
        deadline = time.monotonic() + ORPHAN_PATIENCE
        while lease.worker.lives() and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        if lease.worker.lives():
            platform.kill_tree(lease.worker.pid)
        failpoints.at("service.take_back")
        log.info("job %s is taken over from an earlier service", lease.job)
        status = await patiently(lambda: self.queue.lost(lease.job))
        if status.finished:
            await asyncio.to_thread(clear_away, status.job)
        self._wake()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("%s broke", task.get_coro(), exc_info=task.exception())
