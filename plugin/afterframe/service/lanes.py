"""Lanes: where jobs run, side by side, each lane one job at a time in a process of its own.

There is one ``render`` lane for each GPU (one on the CPU where there is none) and one ``quick``
lane on the CPU, so that drafts and stills do not wait behind renders.

A job is leased to its worker for as long as signs of life come. Patience is counted in waits, not
by a clock: of a time in which the whole machine slept, however long, only one wait is lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from afterframe import failpoints, platform
from afterframe.core.leftover import clear_away
from afterframe.errors import AfterframeError, BadMessage, WorkerHung
from afterframe_hosts.wire.job import ErrorInfo, Job
from afterframe_hosts.wire.session import EngineInfo

from . import messages
from .messages import (
    Advanced,
    Cancel,
    Done,
    Failed,
    Hung,
    Message,
    Previewed,
    Ready,
    Run,
    Stopped,
)
from .queue import Queue, patiently

Kind = Literal["render", "quick"]

START_PATIENCE = 180.0
"""Seconds that a worker may take to import what it needs, on a slow disk behind a virus scanner."""
LEASE = 60.0
"""Seconds without a sign of life (they come every 5) after which a worker is taken for hung."""
WAITS = 6
"""Waits that make up a time of patience."""
CANCEL_PATIENCE = 10.0
"""Seconds that a worker has to stop a job before it is killed."""
STOP_PATIENCE = 4.0
"""Seconds that a worker has to end itself after its stdin was closed."""
LOG_LIMIT = 4 << 20
"""Bytes after which a lane's log is begun anew."""
AFTER_FAILURE = 1.0
"""Seconds of rest after something broke in a lane itself (no worker can be started ...)."""
IDLE = 300.0
"""Seconds after which a worker without a job is let go, with the models that it holds."""
ON_CPU = {"AFTERFRAME_DEVICE": "cpu", "CUDA_VISIBLE_DEVICES": ""}
"""What keeps a worker off the GPUs, see ``pipeline.device``."""
WORKER_COMMAND = (sys.executable, "-m", "afterframe.service.worker")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LanePlan:
    """One lane to be.

    Attributes:
        name: in logs.
        kind: of the jobs that it takes.
        environment: what its workers see besides the service's own environment.
    """

    name: str
    kind: Kind
    environment: dict[str, str] = field(default_factory=dict)


def plan_lanes(gpus: Sequence[str]) -> tuple[LanePlan, ...]:
    """Return the lanes of a machine with these GPUs."""
    quick = LanePlan("quick", "quick", ON_CPU)
    if len(gpus) <= 1:
        return LanePlan("render", "render"), quick
    render = (
        LanePlan(f"render-{index}", "render", {"CUDA_VISIBLE_DEVICES": str(index)})
        for index in range(len(gpus))
    )
    return (*render, quick)


def kind_of(job: Job, engine: EngineInfo) -> Kind:
    """Return the kind of lane that a job belongs to: a model's drafts need the GPU as well."""
    if engine.weights:
        return "render"
    return "quick" if job.quality == "draft" or job.parameters.get("frames") == 1 else "render"


class Lane:
    """Runs the jobs of its kind, one after the other, until it is stopped.

    Args:
        plan: its name and kind.
        queue: where jobs come from and outcomes go.
        folder: state folder; job folders and logs are below it.
        command: starts a worker; gets ``--lane NAME`` added.
    """

    def __init__(
        self, plan: LanePlan, queue: Queue, folder: Path, command: Sequence[str] = WORKER_COMMAND
    ) -> None:
        self.plan = plan
        self.job = ""
        self._queue, self._folder, self._command = queue, folder, command
        self._wake = asyncio.Event()
        self._worker: _WorkerProcess | None = None
        self._starting = asyncio.Lock()
        self._cancelled = False
        self._closed = False
        self._broken = False
        self._spared = ""

    def wake(self) -> None:
        """Look whether there is a job."""
        self._wake.set()

    async def warm(self) -> None:
        """Start a worker when there is none."""
        await self._living_worker()

    async def work(self) -> None:
        """Run jobs as they come, whatever breaks; to be cancelled when the service stops."""
        while True:
            self._wake.clear()
            try:
                await self._step()
            except Exception:
                log.exception("%s: broke at job %s", self.plan.name, self.job or "(none)")
                self._broken = True
                await asyncio.sleep(AFTER_FAILURE)

    def close(self) -> None:
        """Begin no further job."""
        self._closed = True

    async def stop(self) -> None:
        """Put back the job that runs, and end the worker."""
        job, self.job = self.job, ""
        if job:
            try:
                await patiently(lambda: self._queue.put_back(job), STOP_PATIENCE)
            except AfterframeError as error:  # the next service finds it under our name
                log.warning("%s: job %s is not put back: %s", self.plan.name, job, error)
        await self._let_worker_go()

    def cancel(self) -> None:
        """Stop the job that runs: politely, then by force."""
        if self._cancelled or self._worker is None:
            return
        self._cancelled = True
        self._worker.send(Cancel(self.job))
        asyncio.get_running_loop().call_later(CANCEL_PATIENCE, self._force, self.job, self._worker)

    def _force(self, job: str, worker: _WorkerProcess) -> None:
        if self.job == job and self._worker is worker:
            log.warning("%s does not stop job %s: killed", self.plan.name, job)
            worker.kill()

    async def _step(self) -> None:
        """Run the next job; where none waits, wait for one."""
        if self._broken:
            self._broken = False
            await self._let_worker_go()
        if self.job:  # something broke around it
            await patiently(self._give_back)
        elif not self._closed and await patiently(lambda: self._queue.waits(self.plan.kind)):
            await self._run_next()
        else:
            try:
                async with asyncio.timeout(IDLE):
                    await self._wake.wait()
            except TimeoutError:
                await self._let_worker_go()

    def _give_back(self) -> None:
        if self._queue.status(self.job).state == "running":
            self._queue.lost(self.job)
        self.job = ""

    async def _run_next(self) -> None:
        worker = await self._living_worker()
        job = await patiently(lambda: self._queue.claim(self.plan.kind, worker.id))
        if job is None:
            return
        failpoints.at("lane.claimed")
        self.job, self._cancelled = job.id, False
        folder = self._folder / "jobs" / job.id
        log.info("%s: job %s, %s with %s", self.plan.name, job.id, job.effect, job.engine)
        worker.send(Run(job, str(folder), self._queue.pace(job)))
        begun = False
        while True:
            message = await worker.hear()
            if message is None or isinstance(message, Hung):
                await self._lost(worker, begun, _hung(job, message))
                return
            begun = begun or not isinstance(message, Ready)
            if await patiently(lambda news=message: self._take(news)):  # type: ignore[misc]
                self.job = ""
                return

    def _take(self, message: Message) -> bool:
        """Note what a worker says; return True when the job is over."""
        queue, job = self._queue, self.job
        if isinstance(message, (Done, Failed, Stopped)):
            failpoints.at("lane.heard")
        if isinstance(message, Advanced):
            queue.advance(job, message.progress)
        elif isinstance(message, Previewed):
            queue.previewed(job)
        elif isinstance(message, Done):
            queue.done(job, message.result)
        elif isinstance(message, Failed):
            log.info("job %s failed: %s", job, message.error.message)
            queue.failed(job, message.error)
        elif isinstance(message, Stopped):
            queue.cancelled(job)
        return isinstance(message, (Done, Failed, Stopped))

    async def _lost(self, worker: _WorkerProcess, begun: bool, hung: ErrorInfo | None) -> None:
        """The worker died, or has to be killed: the job goes back, unless nobody wants it.

        One that died idle never began the job, which is not to blame then; once in a row, so
        that a job which no worker can even read comes to an end.
        """
        idle = not begun and worker.ready and worker.silent
        worker.kill()
        self._worker = None
        job = self.job
        spare = idle and self._spared != job
        self._spared = job if spare else ""
        queue, how = self._queue, "hung" if hung else "lost"
        try:
            put = queue.put_back if spare else lambda job: queue.lost(job, hung)
            status = await patiently(lambda: put(job))
            self.job = ""
            log.warning("%s: job %s is %s: %s", self.plan.name, job, how, status.state)
        finally:
            await worker.end()
        if status.finished:
            await asyncio.to_thread(clear_away, status.job)

    async def _living_worker(self) -> _WorkerProcess:
        async with self._starting:
            if self._worker is None or not self._worker.lives:
                self._worker = await _WorkerProcess.start(self.plan, self._folder, self._command)
            return self._worker

    async def _let_worker_go(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()


class _WorkerProcess:
    """A running worker, seen from the service."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._patience = START_PATIENCE
        self.ready = False
        self.id = platform.ProcessId.of(process.pid)

    @classmethod
    async def start(cls, plan: LanePlan, folder: Path, command: Sequence[str]) -> _WorkerProcess:
        with _log_file(folder, plan.name) as errors:
            failpoints.at("lane.spawn")
            process = await asyncio.create_subprocess_exec(
                *command,
                "--lane",
                plan.name,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **plan.environment},
                limit=messages.LINE_LIMIT,
                start_new_session=True,  # Ctrl-C in the service's terminal is not for workers
                creationflags=platform.WORKER_FLAGS,
            )
        failpoints.at("lane.spawned")
        platform.end_with_us(process.pid)
        return cls(process)

    @property
    def lives(self) -> bool:
        return self._process.returncode is None

    @property
    def silent(self) -> bool:
        """True when nothing more can come from it: it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.at_eof()

    def send(self, message: Message) -> None:
        """Say something; a worker that is gone is found out by :meth:`hear`."""
        assert self._process.stdin is not None
        self._process.stdin.write(messages.encode(message))

    async def hear(self) -> Message | None:
        """Return what the worker says next; None when it is dead, hung or talks nonsense."""
        try:
            line = await self._line()
            if not line:
                return None
            message = messages.decode(line)
        except (TimeoutError, BadMessage, ValueError, OSError) as error:
            log.warning("worker %d: %r", self.id.pid, error)
            return None
        self._patience, self.ready = LEASE, True
        return message

    async def _line(self) -> bytes:
        """Return the next line; raise TimeoutError after ``WAITS`` waits in vain."""
        assert self._process.stdout is not None
        reading = asyncio.ensure_future(self._process.stdout.readline())
        try:
            for _ in range(WAITS):
                await asyncio.wait((reading,), timeout=self._patience / WAITS)
                if reading.done():
                    return reading.result()
        finally:
            reading.cancel()
        raise TimeoutError(f"no sign of life for {self._patience:g} s")

    def kill(self) -> None:
        """End it at once, with what it has started."""
        if self.lives:
            platform.kill_tree(self.id.pid)

    # Not asyncio.wait_for, here and wherever the service waits with a limit: in Python 3.11 it
    # takes its own cancellation for the end of the wait where both come at once.
    async def end(self) -> None:
        """Let it end itself, then make it; also where the service has no time left for that."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_PATIENCE):
                    await self._process.wait()
        finally:
            if self.lives:
                self.kill()
                await self._process.wait()


def _hung(job: Job, message: Hung | None) -> ErrorInfo | None:
    """Return the error of a worker that lives and makes nothing; None for one that died."""
    if message is None:
        return None
    return ErrorInfo.of(WorkerHung(engine=job.engine, minutes=message.minutes))


def _log_file(folder: Path, lane: str) -> IO[bytes]:
    logs = folder / "logs"
    platform.make_private_folder(logs)
    path = logs / f"worker-{lane}.log"
    too_long = path.exists() and path.stat().st_size > LOG_LIMIT
    return path.open("wb" if too_long else "ab")
