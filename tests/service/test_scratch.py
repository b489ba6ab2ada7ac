"""Scratch goes by age and size; what a job still needs stays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from afterframe.platform import ProcessId
from afterframe.service.queue import Queue
from afterframe.service.scratch import clean
from afterframe_hosts.wire.job import Job, new_id

DAY = 86400.0


def folder(state: Path, job: str, days: float, size: int = 1000) -> Path:
    path = state / "jobs" / job
    path.mkdir(parents=True)
    (path / "preview.jpg").write_bytes(b"x" * size)
    stamp = time.time() - days * DAY
    for each in (path / "preview.jpg", path):
        os.utime(each, (stamp, stamp))
    return path


def test_old_folders_go_and_young_ones_stay(state: Path) -> None:
    old, young = folder(state, new_id(), 20), folder(state, new_id(), 1)
    cleaned = clean(14 * DAY)
    assert cleaned.removed == 1
    assert cleaned.freed >= 1000
    assert (old.exists(), young.exists()) == (False, True)


def test_the_oldest_go_when_all_together_are_too_large(state: Path) -> None:
    folders = [folder(state, new_id(), days, 1_000_000) for days in (3, 2, 1)]
    assert clean(14 * DAY, keep_bytes=1_500_000).removed == 2
    assert [path.exists() for path in folders] == [False, False, True]


def test_the_folder_of_a_job_that_waits_or_runs_is_never_touched(
    state: Path, make_job: Callable[..., Job]
) -> None:
    queue = Queue(state / "queue.sqlite3", "boot")
    jobs = [make_job(), make_job(), make_job()]
    for job in jobs:
        queue.submit(job, job, "render")
        folder(state, job.id, 100)
    queue.claim("render", ProcessId(1, 1.0))
    queue.cancelled(jobs[2].id)
    assert clean(0, keep_bytes=0).removed == 1
    assert sorted(path.name for path in (state / "jobs").iterdir()) == sorted(
        job.id for job in jobs[:2]
    )
    queue.close()


def test_nothing_to_clean_is_no_error(state: Path) -> None:
    assert clean() == (0, 0)
