"""A small engine-free maker of results, so that the service is tested without the pipeline.

Run with ``worker`` as its first argument it is a worker process, with ``service`` a service whose
workers it is: both through the real code, with another runner handed in. The job's prompt says
what the runner does: ``frames=20 pause=0.01``, ``die``, ``die_once``, ``fail``, ``break``,
``memory``, ``hang`` and ``hang_once`` (no sign of life any more), ``stuck`` and ``stuck_once``
(lives, and makes nothing), ``slow`` (makes nothing for as long, but asks whether it is wanted),
``deaf`` (does not react to cancelling).

``STANDIN_LEASE``, ``STANDIN_HEARTBEAT``, ``STANDIN_PATIENCE`` and ``STANDIN_LATE`` stand for the
service's own numbers of seconds; with ``STANDIN_IDLE`` set no job writes anything.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from fractions import Fraction
from pathlib import Path

from afterframe.errors import DiskFull
from afterframe.service import door, lanes, server, worker
from afterframe.service.running import Service
from afterframe.service.worker import Attempt, serve
from afterframe_hosts.wire.job import Job, Note, Progress, Result
from afterframe_hosts.wire.session import EngineInfo

JPEG = b"\xff\xd8 not a picture, but it begins like one"
ENGINES = (
    EngineInfo("standin", "Stand-in", "1.0", ("generate", "retime"), ready=True),
    EngineInfo(
        "absent", "Absent", "1.0", ("extend",), ready=False, reason="no torch", needs="Get torch."
    ),
)


def run_job(job: Job, attempt: Attempt) -> Result:
    """Write one byte a frame into the result, under a temporary name until it is whole."""
    attempt.patience = float(os.environ.get("STANDIN_PATIENCE", attempt.patience))
    if "STANDIN_IDLE" in os.environ:
        raise DiskFull(folder="/full", needed_mb=10, free_mb=1)
    orders = dict(part.partition("=")[::2] for part in job.parameters["prompt"].split())
    frames, pause = int(orders.get("frames", 5)), float(orders.get("pause", 0))
    output = job.output
    target = Path(output.path or f"{output.folder}/{job.clip.name}_{job.id[:8]}.bin")
    part = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name("attempts.txt").open("a") as attempts:
        attempts.write(f"{os.getpid()}\n")
    _misbehave(orders, attempt)
    try:
        with part.open("wb") as file:
            for done in range(1, frames + 1):
                if "deaf" not in orders:
                    attempt.check()
                file.write(b"x")
                attempt.progress(Progress("making", done, frames))
                time.sleep(pause)
        attempt.preview(JPEG)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    notes = (Note("note.standin"),)
    return Result(str(target), "", frames, Fraction(24), (16, 16), notes=notes)


def _misbehave(orders: dict[str, str], attempt: Attempt) -> None:
    if "die" in orders or ("die_once" in orders and not (attempt.folder / "died").exists()):
        (attempt.folder / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if "hang" in orders or ("hang_once" in orders and not (attempt.folder / "hung").exists()):
        (attempt.folder / "hung").touch()
        os.kill(os.getpid(), signal.SIGSTOP)
    if "stuck" in orders or ("stuck_once" in orders and not (attempt.folder / "stuck").exists()):
        (attempt.folder / "stuck").touch()
        time.sleep(600)
    if "slow" in orders:
        for _ in range(10):
            time.sleep(attempt.patience / 4)
            attempt.check()
    if "fail" in orders:
        raise DiskFull(folder="/full", needed_mb=10, free_mb=1)
    if "break" in orders:
        raise ZeroDivisionError("by nothing")
    if "memory" in orders:
        raise MemoryError


def make_service(folder: Path) -> Service:
    """Return a service whose workers are this file."""
    return Service(folder, (sys.executable, __file__, "worker"), lambda: ENGINES)


if __name__ == "__main__":
    lanes.LEASE = float(os.environ.get("STANDIN_LEASE", lanes.LEASE))
    worker.HEARTBEAT = float(os.environ.get("STANDIN_HEARTBEAT", worker.HEARTBEAT))
    server.HEAD_PATIENCE = float(os.environ.get("STANDIN_LATE", server.HEAD_PATIENCE))
    door.BODY_PATIENCE = float(os.environ.get("STANDIN_LATE", door.BODY_PATIENCE))
    if sys.argv[1] == "worker":
        serve(sys.argv[3], lambda: run_job)
    else:
        server.run(float(sys.argv[2]), make_service)
