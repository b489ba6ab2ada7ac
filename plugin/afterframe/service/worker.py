"""A worker process: takes one job after the other from the service and runs the pipeline on it.

It ends when its stdin does, which is when the service ends in whatever way: what it was writing
is dropped as for a cancelled job, so that nothing half-written stays behind.
"""

from __future__ import annotations

import argparse
import gc
import logging
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from afterframe import failpoints
from afterframe.errors import AfterframeError, BadMessage, Cancelled, OutOfMemory
from afterframe.platform import (
    keep_freed_memory,
    make_private_folder,
    release_freed_memory,
    replace_open,
)
from afterframe_hosts.wire.job import ErrorInfo, Job, Progress, Result
from afterframe_models import registry
from afterframe_models.card import PATIENCE

from . import messages
from .messages import (
    Advanced,
    Alive,
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

HEARTBEAT = 5.0
"""Seconds between two signs of life while a job runs."""
PROGRESS_EVERY = 0.1
"""Seconds between two reports of the same phase."""
LAST_MOMENT = 3.0
"""Seconds that a job has to drop its files when the service is gone."""
PREVIEW = "preview.jpg"
JOB_LOG = "log.txt"

log = logging.getLogger(__name__)


class Attempt:
    """How a running job speaks with the service; what ``pipeline.run.Hooks`` asks for.

    Attributes:
        pace: see ``messages.Run``.
        patience: seconds after which an engine that does not stir is taken for hung.
        stirred: True since it last made a frame or asked whether it is still wanted.
    """

    def __init__(
        self, run: Run, send: Callable[[Message], None], is_cancelled: Callable[[], bool]
    ) -> None:
        self.job = run.job
        self.folder = Path(run.folder)
        self.pace = run.pace
        self._send = send
        self._is_cancelled = is_cancelled
        self._phase = ""
        self._told = float("-inf")
        self.patience = PATIENCE
        self.stirred = True

    def progress(self, progress: Progress) -> None:
        """Tell how far the job is: each phase's begin, first frame and end, others ten a second."""
        self.stirred = True
        now = time.monotonic()
        edge = progress.phase != self._phase or progress.done in (1, progress.total)
        if edge or now - self._told >= PROGRESS_EVERY:
            self._phase, self._told = progress.phase, now
            self._send(Advanced(self.job.id, progress))

    def preview(self, picture: bytes) -> None:
        """Put a preview (JPEG) into the job's folder, whole or not at all."""
        part = self.folder / f".{PREVIEW}.part"
        try:
            part.write_bytes(picture)
            failpoints.at("worker.preview")
            replace_open(part, self.folder / PREVIEW)
        except OSError:  # no reason to give up a render
            log.info("no preview", exc_info=True)
            return
        self._send(Previewed(self.job.id))

    def check(self) -> None:
        """Raise Cancelled when the job is no longer wanted."""
        self.stirred = True
        if self._is_cancelled():
            raise Cancelled


Runner = Callable[[Job, Attempt], Result]
"""Makes a job's result; raises errors of the tree."""


class Worker:
    """The loop of a worker process.

    Args:
        inbound: lines from the service.
        outbound: lines to the service.
    """

    def __init__(self, inbound: BinaryIO, outbound: BinaryIO) -> None:
        self._inbound, self._outbound = inbound, outbound
        self._sending = threading.Lock()
        self._jobs: queue.SimpleQueue[Run | None] = queue.SimpleQueue()
        self._unwanted: set[str] = set()
        self._orphaned = threading.Event()

    def work(self, prepare: Callable[[], Runner]) -> None:
        """Run jobs until the service is gone.

        Args:
            prepare: imports what running takes, and returns the runner.
        """
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        runner = prepare()
        failpoints.at("worker.ready")
        self._send(Ready())
        while (run := self._jobs.get()) is not None:
            attempt = Attempt(run, self._send, self._unwanted_now(run.job.id))
            with _job_log(attempt.folder), self._beating(attempt):
                outcome = self._outcome(attempt, runner)
            failpoints.at("worker.finished")
            self._send(outcome)
            gc.collect()  # decoders and encoders that hold each other keep their threads
            release_freed_memory()
            self._unwanted.discard(run.job.id)

    def _unwanted_now(self, job: str) -> Callable[[], bool]:
        return lambda: job in self._unwanted or self._orphaned.is_set()

    def _outcome(self, attempt: Attempt, runner: Runner) -> Message:
        job = attempt.job
        failpoints.at("worker.begun")
        try:
            return Done(job.id, runner(job, attempt))
        except Cancelled:
            return Stopped(job.id)
        except AfterframeError as error:
            log.info("job %s failed", job.id, exc_info=True)
            return Failed(job.id, ErrorInfo.of(error))
        except MemoryError as error:
            log.exception("job %s ran out of memory", job.id)
            return Failed(
                job.id, ErrorInfo.of(OutOfMemory(engine=job.engine, detail=str(error) or "RAM"))
            )
        except Exception as error:
            log.exception("job %s broke", job.id)
            detail = f"{type(error).__name__}: {error}"
            return Failed(job.id, ErrorInfo.of(AfterframeError(detail=detail)))

    def _listen(self) -> None:
        """Read what the service says; runs in a thread of its own, so that cancelling is heard."""
        for line in self._inbound:
            try:
                message = messages.decode(line)
            except BadMessage:
                log.exception("not understood")
                continue
            if isinstance(message, Run):
                self._jobs.put(message)
            elif isinstance(message, Cancel):
                self._unwanted.add(message.job)
        self._orphaned.set()
        self._jobs.put(None)
        time.sleep(LAST_MOMENT)
        os._exit(1)  # the engine does not come back from a call: nobody needs its answer

    def _send(self, message: Message) -> None:
        try:
            with self._sending:
                self._outbound.write(messages.encode(message))
                self._outbound.flush()
        except OSError:  # the service is gone; _listen sees it too
            self._orphaned.set()

    @contextmanager
    def _beating(self, attempt: Attempt) -> Iterator[None]:
        """Give a sign of life at once, so that the job counts as begun, and then now and then.

        Where the engine does not stir, beats are counted and not seconds: a machine that slept
        in between has missed at most one.
        """
        over = threading.Event()
        job = attempt.job.id
        self._send(Alive(job))

        def beat() -> None:
            still = 0
            while not over.wait(HEARTBEAT):
                still, attempt.stirred = 0 if attempt.stirred else still + 1, False
                if still * HEARTBEAT < attempt.patience:
                    self._send(Alive(job))
                else:
                    self._send(Hung(job, math.ceil(attempt.patience / 60)))

        threading.Thread(target=beat, name="heartbeat", daemon=True).start()
        try:
            yield
        finally:
            over.set()


def main() -> None:
    """Run as ``python -m afterframe.service.worker --lane NAME``."""
    parser = argparse.ArgumentParser(prog="afterframe.service.worker")
    parser.add_argument("--lane", required=True, help="name of the lane, for the log")
    lane = parser.parse_args().lane
    serve(lane, _pipeline)


def serve(lane: str, prepare: Callable[[], Runner]) -> None:
    """Work on this process's stdin and stdout; whatever else prints goes to stderr."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format=f"%(asctime)s %(levelname)s {lane} %(name)s: %(message)s",
    )
    inbound, outbound = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(inbound, outbound).work(prepare)


def _pipeline() -> Runner:
    keep_freed_memory()
    from afterframe.pipeline.device import device_for
    from afterframe.pipeline.run import Hooks, run_job
    from afterframe.pipeline.variations import make_sheet

    cards = registry.cards()

    def run(job: Job, attempt: Attempt) -> Result:
        attempt.patience = cards[job.engine].patience
        device = device_for(cards[job.engine])
        hooks = Hooks(attempt.progress, attempt.preview, attempt.check, attempt.pace, device)
        return (make_sheet if job.variations else run_job)(job, hooks)

    return run


@contextmanager
def _job_log(folder: Path) -> Iterator[None]:
    """Write the log of one job into its folder too; a disk that takes none stops no job."""
    handler: logging.Handler
    try:
        make_private_folder(folder)
        handler = logging.FileHandler(folder / JOB_LOG, encoding="utf-8")
    except OSError:
        log.warning("no log of its own", exc_info=True)
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


if __name__ == "__main__":
    main()
