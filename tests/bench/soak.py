"""Many small jobs through one service: memory, files, threads and logs of service and worker stay.

    .venv/bin/python -m tests.bench.soak [--jobs 300] [--json]

The service is a real one, private to this run, with the real pipeline. Three clients at once submit
drafts of real effects at a tiny size; each client is a host as well: it registers a session, polls
for requests, is asked things by the others, and follows the events. Every tenth job fails (its
medium is not there), every tenth is cancelled. Sizes are taken after each round of ten jobs, when
nothing runs: garbage of one job is not growth.

Bars: over the last two thirds of the rounds the line through the sizes (Theil and Sen: the median
of all slopes, which no single peak can turn) rises less than ``GROWTH_MB`` in all, for service and
worker each; open files and threads rise by none; the queue's journal and the logs are bounded.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import psutil

from afterframe.media.clip import media_clip
from afterframe.sample.movie import write_movie
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.errors import AfterframeError
from afterframe_hosts.wire.job import Event, Job, Output, new_id
from afterframe_hosts.wire.session import HostAnswer, HostSession
from tests.bench import report

JOBS = 300
ROUND = 10
CLIENTS = 3
SIZE = (320, 180)
GROWTH_MB = 4.0
"""Over the last two thirds of the jobs: 200 of 300. A leak of one frame a job (172 kB) makes 34."""
JOURNAL_MB = 8.0
"""SQLite empties its journal at every thousand pages (4 MB); what it holds beyond is in flight."""
LOGS_MB = 4.0
KINDS = (
    ("generate", {"frames": 6, "prompt": "slow zoom in"}),
    ("retime", {"speed": 0.5}),
    ("generate", {"frames": 5, "dolly": 0.5, "prompt": "pan left"}),
    ("retime", {"speed": 2.0, "interpolation": "blend"}),
)


class Sample(NamedTuple):
    """What a process and the state folder hold, in MB and in numbers."""

    service_mb: float
    worker_mb: float
    service_files: int
    worker_files: int
    service_threads: int
    worker_threads: int
    queue_mb: float
    journal_mb: float
    logs_mb: float
    scratch_mb: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, judge."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--jobs", type=int, default=JOBS, help="how many")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AFTERFRAME_STATE"] = str(Path(folder) / "service")
        begun = time.monotonic()
        samples, states = _soak(Path(folder), options.jobs)
        seconds = time.monotonic() - begun
    rows = [
        (number * ROUND, *sample)
        for number, sample in enumerate(samples, start=1)
        if number % max(1, len(samples) // 10) == 0
    ]
    heads = ("jobs", *(name.replace("_", " ") for name in Sample._fields))
    report.table(heads, rows, quiet=options.json)
    figures = _judged(samples)
    ok = not figures.pop("above") and sum(states.values()) == options.jobs
    told = {"jobs": dict(states), "seconds": round(seconds, 1), **figures}
    return report.finish("soak", told, ok)


def _soak(folder: Path, jobs: int) -> tuple[list[Sample], Counter[str]]:
    movie = folder / "sample.mov"
    write_movie(movie, SIZE, 1)
    client = discovery.connect()
    over = threading.Event()
    hosts = [_Host(over, number) for number in range(CLIENTS)]
    samples, states = list[Sample](), Counter[str]()
    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            for batch in _rounds(jobs):
                for state in pool.map(lambda n: hosts[n % CLIENTS].work(n, movie, folder), batch):
                    states[state] += 1
                samples.append(_sample(client))
    finally:
        over.set()
        client.stop()
        while discovery.read_endpoint() is not None:
            time.sleep(0.02)
    return samples, states


def _rounds(jobs: int) -> list[range]:
    return [range(first, min(first + ROUND, jobs)) for first in range(0, jobs, ROUND)]


class _Host:
    """A client that is a host too: polls, answers, asks itself, follows, submits."""

    def __init__(self, over: threading.Event, number: int) -> None:
        self._over = over
        self._client = discovery.connect()
        self._session = HostSession(
            new_id(), "bench", "1", f"/edit-{number}.blend", "", ("reveal",)
        )
        self._client.register(self._session)
        self.heard: Counter[str] = Counter()
        for work in (self._poll, self._follow):
            threading.Thread(target=work, daemon=True).start()

    def work(self, number: int, movie: Path, folder: Path) -> str:
        """Do one job; return how it ended."""
        effect, parameters = KINDS[number % len(KINDS)]
        clip = replace(media_clip(movie), document=self._session.document)
        if number % 10 == 3:
            clip = replace(clip, media=replace(clip.media, path=str(folder / "gone.mov")))
        job = Job(
            id=new_id(),
            effect=effect,
            clip=clip,
            output=Output(folder=str(folder / "out"), rate=Fraction(24)),
            parameters=parameters,
            quality="draft",
            session=self._session.id,
        )
        self._client.submit(job)
        if number % 10 == 7:
            self._client.cancel(job.id)
        *_, last = self._client.follow(job.id)
        if last.preview:
            self._client.preview(job.id)
        if last.result is not None:
            self._client.ask(self._session.id, "reveal", {"job": job.id})
            self._client.deliver(job.id, "placed", "item")
            Path(last.result.path).unlink()
        return last.state

    def _poll(self) -> None:
        while not self._over.is_set():
            try:
                asked = self._client.poll(self._session.id, 1.0)
                if asked is not None:
                    self._client.answer(self._session.id, HostAnswer(asked.id, {}))
            except AfterframeError:  # the service has stopped
                return

    def _follow(self) -> None:
        try:
            for event in self._client.events(None):
                self._hear(event)
        except AfterframeError:
            return

    def _hear(self, event: Event) -> None:
        self.heard[event.kind] += 1


def _sample(client: Client) -> Sample:
    """Look at the service and its workers together, when nothing runs."""
    service = psutil.Process(client.endpoint.pid)
    workers = service.children()
    state = discovery.state_folder()
    journal = state / "queue.sqlite3-wal"
    return Sample(
        service.memory_info().rss / 1e6,
        sum(worker.memory_info().rss for worker in workers) / 1e6,
        service.num_fds(),
        sum(worker.num_fds() for worker in workers),
        service.num_threads(),
        sum(worker.num_threads() for worker in workers),
        (state / "queue.sqlite3").stat().st_size / 1e6,
        journal.stat().st_size / 1e6 if journal.exists() else 0.0,
        _size(state / "logs"),
        _size(state / "jobs"),
    )


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _judged(samples: Sequence[Sample]) -> dict[str, object]:
    """Return the growth of each thing over the last two thirds, and which are above their bars."""
    last = samples[len(samples) // 3 :]
    growth = {
        name: _slope([float(getattr(sample, name)) for sample in last]) * (len(last) - 1)
        for name in Sample._fields
    }
    bars = {"service_mb": GROWTH_MB, "worker_mb": GROWTH_MB}
    bars |= {name: 0.5 for name in Sample._fields if name.endswith(("files", "threads"))}
    above = [name for name, bar in bars.items() if growth[name] > bar]
    most = {"journal_mb": JOURNAL_MB, "logs_mb": LOGS_MB}
    above += [name for name, bar in most.items() if max(getattr(s, name) for s in last) > bar]
    figures = {f"{name}_growth": round(value, 2) for name, value in growth.items()}
    peaks = {f"{name}_most": round(max(getattr(s, name) for s in last), 2) for name in bars}
    return {**figures, **peaks, "above": above, "too_much": list(above)}


def _slope(values: Sequence[float]) -> float:
    """Return the median slope through all pairs of values (Theil 1950, Sen 1968), a step."""
    pairs = itertools.combinations(enumerate(values), 2)
    slopes = [(later - sooner) / (j - i) for (i, sooner), (j, later) in pairs]
    return statistics.median(slopes) if slopes else 0.0


if __name__ == "__main__":
    sys.exit(main())
