"""The queue's file: locked, damaged, removed, or not to be written. No job is lost to any of it."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.cli.main import main
from afterframe.errors import NotWritable, QueueDamaged, QueueLocked
from afterframe.platform import ProcessId
from afterframe.service import database
from afterframe.service.queue import Queue
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.errors import RemoteError, ServiceUnreachable
from afterframe_hosts.wire.job import Event, Job, JobStatus, Result

from .conftest import ended, wait_for
from .standin import make_service

MakeJob = Callable[..., Job]
PAGE = 4096
RESULT = Result("/out/x.mov", "/out/x.json", 5, Fraction(24), (16, 16))
WORKER = ProcessId(2**22, 1.0)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file as a program does that copies or checks it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def finish(client: Client, job: Job) -> JobStatus:
    *_, last = client.follow(job.id)
    return last


def attempts(job: Job) -> list[int]:
    path = Path(job.output.path).with_name("attempts.txt")
    return [int(line) for line in path.read_text().split()]


def filled(path: Path, make_job: MakeJob, count: int = 120) -> list[Job]:
    """Make a queue of jobs that are done, one that runs and some that wait."""
    queue = Queue(path, "an earlier service")
    jobs = [make_job("x" * 200) for _ in range(count)]
    for index, job in enumerate(jobs):
        queue.submit(job, job, "render")
        if index < count - 20:
            queue.claim("render", WORKER)
            queue.done(job.id, RESULT)
    queue.claim("render", WORKER)
    queue.close()
    return jobs


def spoil(path: Path, pages: range | list[int], seed: int = 0) -> bytes:
    """Overwrite pages (0 is the first) with noise; return what the file is then."""
    data = bytearray(path.read_bytes())
    for page in pages:
        data[page * PAGE : (page + 1) * PAGE] = random.Random(seed + page).randbytes(PAGE)
    path.write_bytes(data)
    return bytes(data)


# locked


def test_a_request_waits_for_a_lock_of_a_moment(
    client: Client, make_job: MakeJob, state: Path
) -> None:
    job = make_job()
    with locked(state / "queue.sqlite3"):
        submitting = threading.Thread(target=client.submit, args=(job,), daemon=True)
        submitting.start()
        time.sleep(0.5)
        begun = time.monotonic()
        assert client.health().queued == 0  # others are answered meanwhile
        assert time.monotonic() - begun < 1.0
    submitting.join(5)
    assert finish(client, job).state == "done"


def test_a_lock_that_lasts_is_told_with_what_to_do_and_nothing_is_changed(
    client: Client, make_job: MakeJob, state: Path
) -> None:
    job = make_job()
    with locked(state / "queue.sqlite3"), pytest.raises(RemoteError) as told:
        client.submit(job)
    assert told.value.code == "queue_locked"
    assert str(state) in told.value.message()
    assert "backup" in told.value.fix()
    assert client.jobs() == ()
    client.submit(job)
    assert finish(client, job).state == "done"


def test_lanes_wait_out_a_lock_and_no_job_is_made_twice(
    client: Client, make_job: MakeJob, state: Path
) -> None:
    """It is taken while a job runs, which ends meanwhile, and held past that."""
    first, second = make_job("frames=20 pause=0.02"), make_job()
    client.submit(first)
    client.submit(second)
    wait_for(lambda: client.job(first.id).progress.done >= 3)
    with locked(state / "queue.sqlite3"):
        wait_for(lambda: Path(first.output.path).exists())
        time.sleep(1.0)
        assert client.job(first.id).state == "running"
    for job in (first, second):
        assert finish(client, job).state == "done"
        assert (client.job(job.id).attempts, len(attempts(job))) == (1, 1)


def test_a_queue_that_is_locked_at_the_start_is_waited_for_and_never_set_aside(
    tmp_path: Path, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "queue.sqlite3"
    jobs = filled(path, make_job)
    monkeypatch.setattr(database, "OPEN_PATIENCE", 0.2)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(QueueLocked):
            Queue(path, "boot")
    queue = Queue(path, "boot")
    assert len(queue.jobs(limit=1000)) == len(jobs)
    assert queue.notes() == ()
    queue.close()


# damaged at the start


@pytest.mark.parametrize("seed", range(6))
def test_what_reads_of_a_damaged_queue_is_taken_over_as_it_stood(
    tmp_path: Path, make_job: MakeJob, seed: int
) -> None:
    path = tmp_path / "queue.sqlite3"
    jobs = filled(path, make_job)
    pages = path.stat().st_size // PAGE
    damaged = spoil(path, random.Random(seed).sample(range(3, pages), 4), seed)
    told: list[Event] = []
    queue = Queue(path, "boot", told.append)
    (note,) = queue.notes()
    saved = {status.job.id: status for status in queue.jobs(limit=1000)}
    assert note.params["known"] == len(jobs)
    assert note.params["saved"] == len(saved) >= len(jobs) - 8
    assert Path(note.params["path"]).read_bytes() == damaged
    for index, job in enumerate(jobs):
        if job.id in saved:
            wanted = "done" if index < 100 else "running" if index == 100 else "queued"
            assert (saved[job.id].job, saved[job.id].state) == (job, wanted)
            assert (saved[job.id].result is not None) == (wanted == "done")
    for lease in queue.abandoned():
        queue.lost(lease.job)
    waiting = [job.id for job in jobs[100:] if job.id in saved]
    claimed = [queue.claim("render", WORKER) for _ in waiting]
    assert {job.id for job in claimed if job} == set(waiting)
    queue.close()


def test_a_job_whose_own_row_is_gone_is_known_from_its_events(
    tmp_path: Path, make_job: MakeJob
) -> None:
    path = tmp_path / "queue.sqlite3"
    jobs = filled(path, make_job, 40)
    with closing(sqlite3.connect(path)) as other:
        root = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'jobs'").fetchone()[0]
    spoil(path, [root - 1])
    queue = Queue(path, "boot")
    states = {status.job.id: status.state for status in queue.jobs(limit=1000)}
    assert list(states.values()).count("done") == 20
    assert set(states) == {job.id for job in jobs}
    assert len(queue.abandoned()) == 1
    queue.close()


@pytest.mark.parametrize(
    "befall",
    [
        lambda path: spoil(path, [0]),
        lambda path: path.write_bytes(b"not a database, but long enough to be looked at " * 99),
        lambda path: os.truncate(path, 0),
        lambda path: os.truncate(path, 100),
        lambda path: (path.unlink(), path.mkdir(), (path / "inside").touch()),
    ],
    ids=["first page", "something else", "empty", "cut off", "a folder"],
)
def test_a_file_of_which_nothing_reads_is_set_aside_and_told(
    tmp_path: Path, make_job: MakeJob, befall: Callable[[Path], object]
) -> None:
    path = tmp_path / "queue.sqlite3"
    filled(path, make_job, 25)
    (tmp_path / "jobs" / "x").mkdir(parents=True)
    befall(path)
    for number in (1, 2):  # in the same second: no name is used twice
        queue = Queue(path, "boot")
        note = queue.notes()[-1]
        aside = Path(note.params["path"])
        assert aside.exists()
        assert note.text() != note.text("zh_CN")
        queue.submit(make_job(), job := make_job(), "render")
        assert job
        queue.close()
        assert len(list(tmp_path.glob("queue-aside-*.sqlite3"))) == number
        path.write_bytes(b"\x01" * PAGE)


def test_an_empty_file_before_the_first_job_is_a_new_queue(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite3"
    path.touch()
    queue = Queue(path, "boot")
    assert queue.notes() == ()
    queue.close()


def test_the_note_goes_when_the_user_deletes_what_was_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "queue.sqlite3"
    path.write_bytes(b"\x01" * PAGE)
    Queue(path, "boot").close()
    later = Queue(path, "boot-2")
    (note,) = later.notes()
    Path(note.params["path"]).unlink()
    assert later.notes() == ()
    later.close()


@pytest.mark.parametrize("command", ["jobs", "doctor"])
def test_the_user_is_told_of_it_where_he_looks(
    state: Path, make_job: MakeJob, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(state / "queue.sqlite3", make_job, 25)
    (state / "queue.sqlite3").write_bytes(b"\x01" * PAGE)
    discovery.connect()
    assert main([command]) == 0
    told = capsys.readouterr()
    assert "the old list is kept as" in told.out + told.err


def test_a_queue_of_a_newer_form_gives_the_jobs_that_can_be_understood(
    tmp_path: Path, make_job: MakeJob
) -> None:
    path = tmp_path / "queue.sqlite3"
    jobs = filled(path, make_job, 30)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("ALTER TABLE jobs ADD COLUMN of_the_future TEXT")
        newer.execute("PRAGMA user_version = 99")
    queue = Queue(path, "boot")
    assert [status.job for status in queue.jobs()] == jobs[::-1]
    assert "form 99" in queue.notes()[0].text()
    queue.close()


def test_a_journal_that_is_missing_costs_what_was_in_it_and_nothing_else(
    tmp_path: Path, make_job: MakeJob
) -> None:
    path, copy = tmp_path / "queue.sqlite3", tmp_path / "copy" / "queue.sqlite3"
    copy.parent.mkdir()
    before = filled(path, make_job, 30)
    queue = Queue(path, "boot")
    for _ in range(3):
        job = make_job()
        queue.submit(job, job, "render")
    shutil.copy(path, copy)  # as if the power went, and the journal with it
    queue.close()
    later = Queue(copy, "boot-2")
    assert {job.id for job in before} <= {status.job.id for status in later.jobs()}
    later.close()


@pytest.mark.parametrize("moment", ["fresh is half made", "the old one has lost its name"])
def test_a_service_that_dies_while_it_takes_over_loses_nothing(
    tmp_path: Path, make_job: MakeJob, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "queue.sqlite3"
    jobs = filled(path, make_job, 60)
    spoil(path, [path.stat().st_size // PAGE - 2])

    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    if moment == "fresh is half made":
        monkeypatch.setattr(database, "_set_aside", die)
    else:
        true = database._set_aside

        def set_aside_and_die(path: Path, aside: Path) -> None:
            true(path, aside)
            raise Died

        monkeypatch.setattr(database, "_set_aside", set_aside_and_die)
    with pytest.raises(Died):
        Queue(path, "boot")
    monkeypatch.undo()
    queue = Queue(path, "boot-2")
    assert len(queue.jobs(limit=1000)) >= len(jobs) - 3
    assert len(queue.notes()) == 1
    queue.close()


# while the service runs


def test_a_queue_that_is_damaged_under_a_running_service_is_mended_and_the_work_goes_on(
    client: Client, make_job: MakeJob, state: Path
) -> None:
    done, waits = make_job(), make_job("frames=30 pause=0.05")
    client.submit(done)
    finish(client, done)
    client.submit(waits)
    wait_for(lambda: client.job(waits.id).state == "running")
    path = state / "queue.sqlite3"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        index = "SELECT rootpage FROM sqlite_master WHERE name = 'waiting'"
        root = other.execute(index).fetchone()[0]
    with path.open("r+b") as file:  # in place, as a fault of the disk would
        file.seek((root - 1) * PAGE)
        file.write(b"\x5a" * PAGE)
    with closing(sqlite3.connect(path)) as other:  # so that the service reads its pages anew
        other.execute("INSERT INTO notes VALUES ('note.standin', '{\"path\": \"\"}')")
        other.commit()
    with pytest.raises((RemoteError, ServiceUnreachable)) as told:
        [client.submit(make_job()) for _ in range(50)]
    assert told.value.code in ("queue_damaged", "service_unreachable")
    wait_for(lambda: discovery.read_endpoint() not in (None, client.endpoint))
    later = discovery.connect(start=False)
    (note,) = later.health().notes
    assert note.params["saved"] >= 2
    assert later.job(done.id).state == "done"
    assert finish(later, waits).state == "done"
    assert later.endpoint.pid == client.endpoint.pid


@pytest.mark.slow
@pytest.mark.parametrize("instead", ["nothing", "another file"])
def test_a_queue_that_is_removed_under_a_running_service_is_written_again(
    client: Client, make_job: MakeJob, state: Path, instead: str
) -> None:
    done, runs = make_job(), make_job("frames=400 pause=0.05")
    client.submit(done)
    finish(client, done)
    client.submit(runs)
    wait_for(lambda: client.job(runs.id).state == "running")
    for part in state.glob("queue.sqlite3*"):
        part.unlink()
    if instead == "another file":
        (state / "queue.sqlite3").write_bytes(b"from a backup of last week")
    wait_for(lambda: discovery.read_endpoint() not in (None, client.endpoint), 30)
    later = discovery.connect(start=False)
    assert later.job(done.id).state == "done"
    assert later.job(runs.id).state in ("queued", "running")
    later.cancel(runs.id)


def test_an_answer_that_cannot_be_stored_changes_nothing(
    state: Path, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(state)

    def refuse(*_: object) -> None:
        raise QueueDamaged(path="x", detail="made up")

    monkeypatch.setattr(service.queue, "_note", refuse)
    job = make_job()
    with pytest.raises(QueueDamaged):
        service.queue.submit(job, job, "render")
    assert service.queue.jobs() == ()
    asyncio.run(service.stop())


# what cannot be written


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_queue_that_cannot_be_written_is_told_and_left_as_it_is(
    tmp_path: Path, make_job: MakeJob, what: str
) -> None:
    path = tmp_path / "state" / "queue.sqlite3"
    filled(path, make_job, 25)
    data = path.read_bytes()
    (path if what == "file" else path.parent).chmod(0o400 if what == "file" else 0o500)
    code = (
        "from pathlib import Path\n"
        "from afterframe.errors import AfterframeError\n"
        "from afterframe.service.queue import Queue\n"
        "become_nobody()\n"
        "try: Queue(Path(sys.argv[1]), 'boot')\n"
        "except AfterframeError as error: print(error.code)\n"
    )
    done = as_nobody(code, [str(path)], tmp_path)
    assert done.stdout.strip() == NotWritable.code, done.stderr
    assert path.read_bytes() == data
    assert not list(path.parent.glob("queue-*"))


def as_nobody(code: str, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code that becomes a user whom permissions hold; we may be root, whom they do not."""
    begin = "import os, sys\ndef become_nobody(): pass\n"
    if os.geteuid() == 0:
        begin = "import os, sys\ndef become_nobody(): os.setgid(65534); os.setuid(65534)\n"
        for each in (folder, *folder.rglob("*")):
            os.chown(each, 65534, 65534)
        for each in (*folder.parents,)[:-2]:
            each.chmod(each.stat().st_mode | 0o011)
    command = [sys.executable, "-c", begin + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_state_folder_that_cannot_be_written_is_told_in_words_at_the_start(
    state: Path, tmp_path: Path
) -> None:
    state.mkdir()
    state.chmod(0o500)
    code = "from afterframe.service.__main__ import main\nbecome_nobody()\nmain()\n"
    done = as_nobody(code, [], tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Nothing can be written to {state}"), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(state.iterdir()) == []


def test_nothing_ends_a_service_whose_queue_is_locked_for_good(
    start: Callable[..., Client], make_job: MakeJob, state: Path
) -> None:
    client = start()
    with locked(state / "queue.sqlite3"):
        time.sleep(2.0)
        assert not ended(client.endpoint.pid)
        assert client.jobs() == ()
    job = make_job()
    client.submit(job)
    assert finish(client, job).state == "done"
