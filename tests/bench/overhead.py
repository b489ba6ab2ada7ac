"""What the service adds to a job: submit to first frame, warm and cold; last frame to done.

    .venv/bin/python -m tests.bench.overhead [--media FOLDER] [--json]

The service is a real one, private to this run, and each job generates one second of 720p. The
first frame counts when the client hears of it. *Warm*: a worker waits; *cold*: the service runs,
its worker does not. Beside them the same job runs in this very process: *alone*, the pipeline by
itself. What follows the last frame there - flushing the encoder, verifying, publishing - is the
least that can follow it anywhere. How soon a service is ready is told beside the time that
importing its web framework takes.

Bars, for medians: warm 0.2 s, cold 1.5 s, last frame to done at most 0.1 s more than alone.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from afterframe.core.admission import admit
from afterframe.media.clip import media_clip
from afterframe.pipeline.run import Hooks, run_job
from afterframe.sample.movie import write_movie
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.job import Job, Output, Progress, new_id
from afterframe_models import registry
from tests.bench import report

ROUNDS = 5
SIZE = (1280, 720)
RATE = Fraction(24)
WARM_BAR, COLD_BAR, END_BAR = 0.2, 1.5, 0.1


class Timing(NamedTuple):
    """Seconds from submit to first frame, and from last frame to done."""

    first: float
    end: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    options = report.options(str(__doc__), arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AFTERFRAME_STATE"] = str(Path(folder) / "service")
        job = _job(Path(folder))
        timings = {
            "cold": [_cold(job) for _ in range(ROUNDS)],
            "warm": _warm(job),
            "alone": [_alone(job) for _ in range(ROUNDS)],
        }
    rows = [(name, _first(each), _end(each)) for name, each in timings.items()]
    report.table(
        ("", "submit to first frame, s", "last frame to done, s"), rows, quiet=options.json
    )
    added = _end(timings["warm"]) - _end(timings["alone"])
    ok = (
        _first(timings["warm"]) <= WARM_BAR
        and _first(timings["cold"]) <= COLD_BAR
        and added <= END_BAR
    )
    figures = {f"{name}_first_frame_s": round(first, 4) for name, first, _ in rows}
    figures["last_frame_to_done_s"] = round(_end(timings["warm"]), 4)
    figures["ready_s"], figures["framework_s"] = _ready()
    figures["flush_and_verify_s"] = round(_end(timings["alone"]), 4)
    return report.finish("overhead", figures, ok)


def _job(folder: Path) -> Job:
    movie = folder / "sample.mov"
    write_movie(movie, SIZE, 2)
    return Job(
        id=new_id(),
        effect="generate",
        clip=media_clip(movie),
        output=Output(folder=str(folder / "out")),
        parameters={"seconds": 1.0, "dolly": 0.5},
    )


def _cold(job: Job) -> Timing:
    """Time a job on a service that has just started and has no worker."""
    client = discovery.connect()
    try:
        return _through_service(client, job)
    finally:
        _stop(client)


def _ready() -> tuple[float, float]:
    """Time a service's start, and beside it what it cannot do without: its web framework."""
    ready, framework = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import fastapi, uvicorn"], check=True)
        framework.append(time.perf_counter() - start)
        start = time.perf_counter()
        client = discovery.connect()
        ready.append(time.perf_counter() - start)
        _stop(client)
    return round(min(ready), 4), round(min(framework), 4)


def _warm(job: Job) -> list[Timing]:
    client = discovery.connect()
    try:
        _through_service(client, job)  # starts the worker
        return [_through_service(client, job) for _ in range(ROUNDS)]
    finally:
        _stop(client)


def _through_service(client: Client, job: Job) -> Timing:
    first = last = 0.0
    start = time.perf_counter()
    job_id = client.submit(replace(job, id=new_id())).job.id
    for status in client.follow(job_id):
        now = time.perf_counter()
        if status.progress.phase == "making" and status.progress.done and not first:
            first = now
        if status.progress.phase == "making" and status.progress.done == status.progress.total:
            last = last or now
    if status.state != "done":
        raise RuntimeError(f"the job ended as {status.state}: {status.error}")
    return Timing(first - start, time.perf_counter() - last)


def _alone(job: Job) -> Timing:
    told: list[tuple[float, Progress]] = []
    hooks = Hooks(
        progress=lambda progress: told.append((time.perf_counter(), progress)),
        preview=lambda picture: None,
        check=lambda: None,
    )
    start = time.perf_counter()
    run_job(admit(replace(job, id=new_id()), registry.infos()), hooks)
    end = time.perf_counter()
    making = [when for when, progress in told if progress.phase == "making"]
    return Timing(making[0] - start, end - making[-1])


def _stop(client: Client) -> None:
    client.stop()
    while discovery.read_endpoint() is not None:
        time.sleep(0.02)


def _first(timings: Sequence[Timing]) -> float:
    return statistics.median(timing.first for timing in timings)


def _end(timings: Sequence[Timing]) -> float:
    return statistics.median(timing.end for timing in timings)


if __name__ == "__main__":
    sys.exit(main())
