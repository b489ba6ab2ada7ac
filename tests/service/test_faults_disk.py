"""The disk of the service itself: what cannot be written there loses no job, and is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from afterframe.failpoints import VARIABLE
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.errors import RemoteError
from afterframe_hosts.wire.job import Job, JobStatus
from tests.bench.kill import Jobs, outcome_of
from tests.unit.test_media_disk_full import mounting

from .conftest import wait_for

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path)


def finished(job: Job) -> JobStatus:
    client = discovery.connect()
    client.submit(job)
    *_, last = client.follow(job.id)
    return last


def check_done(status: JobStatus, jobs: Jobs, kind: str) -> None:
    assert status.state == "done", status.error
    assert status.result is not None
    assert outcome_of(status.result, status.job.id) == jobs.undisturbed(kind)


def test_a_job_whose_own_folder_cannot_be_made_is_done_without_log_and_preview(
    jobs: Jobs, tmp_path: Path, state: Path
) -> None:
    job = jobs.make("mov", tmp_path / "out")
    discovery.connect()
    (state / "jobs").write_text("a file, where folders should be")
    status = finished(job)
    check_done(status, jobs, "mov")
    assert not status.preview


def test_a_preview_that_cannot_be_written_fails_no_job(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "worker.preview=ENOSPC+")
    status = finished(jobs.make("mov", tmp_path / "out"))
    check_done(status, jobs, "mov")
    assert not status.preview
    with pytest.raises(RemoteError, match="There is no job"):
        discovery.connect().preview(status.job.id)


@pytest.mark.parametrize("kind", ["mov", "png"])
def test_a_full_destination_fails_the_job_and_a_retry_of_the_user_makes_it(
    kind: str, jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = "movie.write" if kind == "mov" else "pictures.write"
    monkeypatch.setenv(VARIABLE, f"{point}=ENOSPC>{tmp_path / 'once'}")
    status = finished(jobs.make(kind, tmp_path / "out"))
    assert status.state == "failed"
    assert status.error is not None
    assert (status.error.code, status.attempts) == ("disk_full", 1)
    assert status.error.fix
    assert not (tmp_path / "out").exists()
    client = discovery.connect()
    client.retry(status.job.id)
    *_, again = client.follow(status.job.id)
    check_done(again, jobs, kind)


def test_a_lane_whose_worker_cannot_be_started_tries_again_and_loses_nothing(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"lane.spawn=EAGAIN>{tmp_path / 'once'}")
    check_done(finished(jobs.make("mov", tmp_path / "out")), jobs, "mov")


SCRIPT = """
import json, os, subprocess, sys, time
from pathlib import Path
sys.path.insert(0, {repository!r})
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.errors import RemoteError
from tests.bench.kill import Jobs, outcome_of

folder, state = Path(sys.argv[1]), Path(os.environ["AFTERFRAME_STATE"])
state.mkdir(mode=0o700)
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "none", str(state)], check=True)
jobs = Jobs(folder)
client = discovery.connect()

def fill():
    with (state / "ballast").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)): pass
        except OSError: pass

def followed(job):
    *_, last = client.follow(job.id)
    return last
"""


def with_a_small_state_disk(script: str, folder: Path) -> list[str]:
    prefix = mounting()
    if prefix is None:
        pytest.skip("mounting is not permitted here")
    code = SCRIPT.format(repository=str(REPOSITORY)) + textwrap.dedent(script) + "\nclient.stop()"
    done = subprocess.run(
        [*prefix, sys.executable, "-c", code, str(folder)],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


def test_a_job_that_the_full_disk_of_the_service_cannot_take_is_refused_and_taken_later(
    tmp_path: Path,
) -> None:
    script = """
        fill()
        refused = 0
        job = jobs.make("mov", folder / "out")
        for _ in range(200):  # until the journal finds no room
            try:
                client.submit(job)
            except RemoteError as error:
                refused += 1
                assert error.fix()
                print(error.code)
                break
            job = jobs.make("mov", folder / "out")
        known = len(client.jobs(limit=1000))
        (state / "ballast").unlink()
        client.submit(job)
        print(json.dumps([followed(each.job).state for each in client.jobs(limit=1000)]))
        assert len(client.jobs(limit=1000)) == known + 1
    """
    code, states = with_a_small_state_disk(script, tmp_path)
    assert code == "disk_full"
    assert set(json.loads(states)) == {"done"}


def test_a_job_that_ends_while_the_disk_of_the_service_is_full_is_not_lost(tmp_path: Path) -> None:
    script = """
        job = jobs.make("long", folder / "out")
        client.submit(job)
        while client.job(job.id).progress.done < 20:
            time.sleep(0.02)
        fill()
        recipe = lambda: list((folder / "out").glob("*.json"))
        while not recipe():
            time.sleep(0.05)
        time.sleep(2)
        print(client.job(job.id).state)
        (state / "ballast").unlink()
        last = followed(job)
        print(last.state)
        assert outcome_of(last.result, job.id) == jobs.undisturbed("long")
        print(len(recipe()))
    """
    assert with_a_small_state_disk(script, tmp_path) == ["running", "done", "1"]


def test_a_job_that_is_given_up_leaves_nothing_half_written(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its workers dies with a finished file under a temporary name, and a recipe."""
    monkeypatch.setenv(VARIABLE, "writer.publish=kill")
    status = finished(jobs.make("mov", tmp_path / "out"))
    assert status.error is not None
    assert (status.error.code, status.attempts) == ("worker_lost", 3)
    wait_for(lambda: not list((tmp_path / "out").iterdir()), 10)


def test_a_folder_that_was_to_be_replaced_is_put_back_when_the_job_is_given_up(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.make("folder", tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.*") if path.is_file()}
    monkeypatch.setenv(VARIABLE, "writer.set_aside=kill")
    assert finished(job).state == "failed"

    def lies_there() -> dict[Path, bytes]:
        files = (path for path in (tmp_path / "out").rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in files}

    wait_for(lambda: lies_there() == before, 10)


def test_a_cancelled_job_whose_worker_had_to_be_killed_leaves_nothing(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = tmp_path / "hold"
    monkeypatch.setenv(VARIABLE, f"movie.sync=pause>{hold}")
    job = jobs.make("mov", tmp_path / "out")
    client = discovery.connect()
    client.submit(job)
    wait_for(hold.exists, 30)
    client.cancel(job.id)
    *_, last = client.follow(job.id)
    assert last.state == "cancelled"
    wait_for(lambda: not list((tmp_path / "out").iterdir()), 10)
