"""The whole way with the real pipeline and engines, and with everything killed in the middle."""

from __future__ import annotations

import math
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import psutil
import pytest

from afterframe.failpoints import POINTS, VARIABLE
from afterframe.media.clip import media_clip
from afterframe.media.source import open_media
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.job import Job, JobStatus, Output, new_id
from tests import makers
from tests.bench import kill

from .conftest import ended, wait_for

FRAMES = 120
SIZE = (960, 540)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Five seconds of 540p, which take a few seconds to make."""
    movie = tmp_path / "shot.mov"
    makers.numbered_movie(movie, 24, Fraction(24), SIZE)
    return Job(
        id=new_id(),
        effect="generate",
        clip=media_clip(movie),
        output=Output(folder=str(tmp_path / "out")),
        parameters={"frames": FRAMES, "prompt": "slow zoom in"},
    )


@pytest.fixture
def engine() -> Client:
    """A client of the service as a host starts it."""
    return discovery.connect()


def workers(client: Client) -> list[int]:
    return [child.pid for child in psutil.Process(client.endpoint.pid).children()]


def finish(client: Client, job: Job) -> JobStatus:
    *_, last = client.follow(job.id)
    return last


def until_frame(client: Client, job: Job, frame: int) -> None:
    wait_for(lambda: client.job(job.id).progress.done >= frame, 60)


def files(job: Job) -> list[str]:
    folder = Path(job.output.folder)
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def check_one_whole_result(status: JobStatus) -> None:
    assert status.state == "done", status.error
    assert status.result is not None
    result = Path(status.result.path)
    assert files(status.job) == sorted([result.name, Path(status.result.recipe).name])
    with open_media(Media("movie", str(result))) as movie:
        assert movie.info.frames == FRAMES
        assert (movie.info.width, movie.info.height) == SIZE


def test_a_job_is_made_by_the_real_pipeline(engine: Client, job: Job) -> None:
    engine.submit(job)
    status = finish(engine, job)
    check_one_whole_result(status)
    assert status.attempts == 1
    assert engine.preview(job.id).startswith(b"\xff\xd8")


def test_a_worker_killed_in_the_middle_leaves_one_whole_result(engine: Client, job: Job) -> None:
    engine.submit(job)
    until_frame(engine, job, 20)
    (worker,) = workers(engine)
    os.kill(worker, signal.SIGKILL)
    status = finish(engine, job)
    assert status.attempts == 2
    check_one_whole_result(status)


def test_a_service_killed_in_the_middle_leaves_one_whole_result(engine: Client, job: Job) -> None:
    engine.submit(job)
    until_frame(engine, job, 20)
    (worker,) = workers(engine)
    os.kill(engine.endpoint.pid, signal.SIGKILL)
    begun = time.monotonic()
    wait_for(lambda: ended(worker), 10)
    assert time.monotonic() - begun < 4.0
    status = finish(discovery.connect(), job)
    assert status.attempts == 2
    check_one_whole_result(status)


def test_a_cancelled_job_stops_within_a_frame_and_leaves_nothing(engine: Client, job: Job) -> None:
    engine.submit(job)
    until_frame(engine, job, 20)
    begun = time.monotonic()
    engine.cancel(job.id)
    assert finish(engine, job).state == "cancelled"
    assert time.monotonic() - begun < 1.0
    assert files(job) == []
    assert engine.retry(job.id).state == "queued"
    check_one_whole_result(finish(engine, job))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda job: replace(job, output=replace(job.output, format="betamax")), "unknown_format"),
        (
            lambda job: replace(
                job, clip=replace(job.clip, media=replace(job.clip.media, path="/not/there.mov"))
            ),
            "media_missing",
        ),
        (
            lambda job: replace(job, output=Output(folder=f"{job.clip.media.path}/x")),
            "not_writable",
        ),
    ],
)
def test_what_only_the_worker_can_see_fails_the_job_with_code_and_fix(
    engine: Client, job: Job, change: Callable[[Job], Job], code: str
) -> None:
    changed = change(job)
    engine.submit(changed)
    status = finish(engine, changed)
    assert status.state == "failed"
    assert status.error is not None
    assert (status.error.code, status.attempts) == (code, 1)
    assert status.error.fix
    assert files(job) == []


KILLED_AT = (
    "lane.claimed", "lane.heard", "pictures.write", "platform.hold", "queue.committed",
    "recipe.published", "service.take_back", "worker.finished", "writer.tidy",
)  # fmt: skip
"""A point of each kind; the others are slow together."""
EVERY_POINT = [
    name if name in KILLED_AT else pytest.param(name, marks=pytest.mark.slow) for name in POINTS
]


@pytest.fixture
def kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[kill.Bench]:
    """A bench that kills, in this test's own places; it sets its orders itself."""
    monkeypatch.setenv(VARIABLE, "")
    bench = kill.Bench(tmp_path, kill.Tally(), quiet=True)
    yield bench
    assert bench.tally.ok, bench.tally


@pytest.mark.parametrize("name", EVERY_POINT)
def test_a_kill_at_a_named_point_leaves_one_whole_result(kills: kill.Bench, name: str) -> None:
    kills.at_point(name, kill.SCENARIOS.get(name, (kill.Scenario(),))[-1])
    assert kills.tally.kills == {f"at {name}": 1}


def test_random_kills_lose_nothing(kills: kill.Bench) -> None:
    kills.at_random(6, random.Random(5), math.inf)
    assert kills.tally.jobs >= kill.AHEAD
