"""Which document waits for which job: kept while nobody is there, by any number of processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from afterframe_hosts.wire import awaited
from afterframe_hosts.wire.job import new_id


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AFTERFRAME_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_document_waits_until_it_does_no_longer() -> None:
    job, other = new_id(), new_id()
    awaited.add("/film/cut.blend", job)
    awaited.add("/film/cut.blend", job)
    awaited.add("/film/other.blend", other)
    assert awaited.jobs("/film/cut.blend") == (job,)
    awaited.remove("/film/cut.blend", job)
    awaited.remove("/film/cut.blend", job)
    assert awaited.jobs("/film/cut.blend") == ()
    assert awaited.jobs("/film/other.blend") == (other,)


def test_nothing_is_left_of_a_document_that_waits_for_nothing(state: Path) -> None:
    job = new_id()
    awaited.add("/film/cut.blend", job)
    awaited.remove("/film/cut.blend", job)
    assert list((state / awaited.FOLDER).iterdir()) == []


@pytest.mark.parametrize(
    "document", ["", "C:\\film\\cut.blend", "/影片/剪辑.blend", "/\udcff.blend"]
)
def test_any_document_may_wait(document: str) -> None:
    job = new_id()
    awaited.add(document, job)
    assert awaited.jobs(document) == (job,)


def test_what_is_no_job_is_left_out(state: Path) -> None:
    awaited.add("/film/cut.blend", new_id())
    (folder,) = (state / awaited.FOLDER).iterdir()
    (folder / "desktop.ini").touch()
    assert len(awaited.jobs("/film/cut.blend")) == 1


def test_a_job_is_left_behind_when_its_process_has_ended() -> None:
    job, other = new_id(), new_id()
    awaited.add("/film/cut.blend", job)
    code = f"from afterframe_hosts.wire import awaited; awaited.add('/film/cut.blend', '{other}')"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
    assert set(awaited.jobs("/film/cut.blend")) == {job, other}
    assert awaited.left_behind("/film/cut.blend") == {other}


def test_a_disk_that_takes_nothing_stops_nobody(state: Path) -> None:
    state.write_text("a file where the folder should be")
    awaited.add("/film/cut.blend", new_id())
    awaited.remove("/film/cut.blend", new_id())
    assert awaited.jobs("/film/cut.blend") == ()
