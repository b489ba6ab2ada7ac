"""What the pump takes in between two frames of the interface: nothing ends it, nothing hangs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

from afterframe_hosts.base import Host, Placed, Query
from afterframe_hosts.blender import pump as pumping
from afterframe_hosts.blender.pump import Pump
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import AfterframeError, ServiceVersion
from afterframe_hosts.wire.follower import Follower, News
from afterframe_hosts.wire.job import Event, Job, JobStatus, Output, new_id
from afterframe_hosts.wire.session import HostAnswer, HostRequest, HostSession

CLIP = Clip("shot", Media("still", "/shot.png"), Span(0, 1), Span(1, 1), Fraction(24), item="1")


class Timeline(Host):
    """A timeline in memory; what ``raises`` names fails in a way that nobody foresaw."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raises: dict[str, Exception] = {}
        self.stands: dict[str, Placed] = {}

    def describe(self) -> HostSession:
        self._perhaps_fail("describe")
        return HostSession(new_id(), "blender", "5.2", "/cut.blend", "Blender: cut")

    def playhead(self) -> int:
        return 1

    def selection(self) -> tuple[Clip, ...]:
        self._perhaps_fail("selection")
        return (CLIP,)

    def clips(self, query: Query) -> tuple[Clip, ...]:
        return (CLIP,)

    def gap_at(self, frame: int) -> tuple[Clip, Clip]:
        return CLIP, CLIP

    def destination(self) -> Path:
        return self.folder

    def capture(self, clip: Clip, frames: Span, folder: Path, *, seen: bool = False) -> Clip:
        return clip

    def place(self, status: JobStatus) -> Placed:
        self._perhaps_fail(status.job.id)
        placed = Placed("2", "shot generate", "3", Span(1, 1))
        self.stands[status.job.id] = placed
        return placed

    def placed(self, job: str) -> Placed | None:
        return self.stands.get(job)

    def reveal(self, item: str) -> None: ...

    def _perhaps_fail(self, name: str) -> None:
        if name in self.raises:
            raise self.raises[name]


class Told:
    """In the place of a follower: says what the test tells it, keeps what is said to it."""

    def __init__(self) -> None:
        self.news = News(connected=True)
        self.answers: list[HostAnswer] = []
        self.fails: Exception | None = None

    def call(self, action: Callable[[Any], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        if self.fails is not None:
            future.set_exception(self.fails)
        return future

    def answer(self, answer: HostAnswer) -> None:
        self.answers.append(answer)

    def listen(self, session: HostSession) -> None: ...

    def pump(self) -> News:
        return self.news


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    return Timeline(tmp_path)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def pump(timeline: Timeline, told: Told) -> Pump:
    return Pump(timeline, cast(Follower, told))


def test_a_placing_that_fails_in_an_unforeseen_way_ends_that_job_alone(
    pump: Pump, timeline: Timeline, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    works = [pump.submit(_job()) for _ in range(3)]
    timeline.raises[works[1].job.id] = KeyError("RNA_SequenceStrip")
    told.news = _news(*(_done(work.job) for work in works))
    assert pump.tick() == pumping.INTERVAL
    assert [work.placed is not None for work in works] == [True, False, True]
    error = works[1].error
    assert isinstance(error, AfterframeError)
    assert "RNA_SequenceStrip" in error.message()
    assert "Traceback" in caplog.text


def test_a_submission_that_fails_in_an_unforeseen_way_ends_that_job_alone(
    pump: Pump, told: Told
) -> None:
    told.fails = AttributeError("no such thing")
    work = pump.submit(_job())
    assert pump.tick() == pumping.INTERVAL
    assert work.error is not None
    assert "no such thing" in work.error.message()


def test_a_request_that_fails_in_an_unforeseen_way_is_answered(
    pump: Pump, timeline: Timeline, told: Told
) -> None:
    timeline.raises["selection"] = ReferenceError("StructRNA of type Scene has been removed")
    job = _job()
    queued = {"status": codec.dump(JobStatus(job, "queued", 0.0, 0.0))}
    timeline.raises[job.id] = ValueError("only what is done can be placed")
    requests = (
        HostRequest("1", "selection"),
        HostRequest("2", "place", queued),
        HostRequest("3", "reveal", {"item": "1"}),
    )
    told.news = News(requests=requests, connected=True)
    assert pump.tick() == pumping.INTERVAL
    assert [answer.request for answer in told.answers] == ["1", "2", "3"]
    first, second, third = (answer.error for answer in told.answers)
    assert first is not None
    assert "has been removed" in first.message
    assert second is not None
    assert second.code == "internal"
    assert third is None


def test_a_timer_goes_on_when_the_host_cannot_even_say_who_it_is(
    pump: Pump, timeline: Timeline, caplog: pytest.LogCaptureFixture
) -> None:
    pump.listening = True
    timeline.raises["describe"] = AttributeError("_RestrictData")
    assert pump.tick() == pumping.INTERVAL_AFTER_ERROR
    assert "_RestrictData" in caplog.text


def test_nobody_waits_for_a_service_that_stays_away(
    pump: Pump, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pumping, "LOST_AFTER", 0.0)
    works = [pump.submit(_job()) for _ in range(2)]
    told.news = _news(_done(works[0].job))
    pump.pump()
    why = ServiceVersion(running="9", wanted="1", jobs=2)
    told.news = News(connected=False, error=why)
    pump.pump()  # since now
    pump.pump()
    assert works[0].error is None
    assert works[1].error is why


def test_a_service_that_comes_back_in_time_is_waited_for(
    pump: Pump, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pumping, "LOST_AFTER", 0.1)
    work = pump.submit(_job())
    for connected in (False, True, False):
        told.news = News(connected=connected)
        pump.pump()
        time.sleep(0.06)
    assert not work.over


@pytest.mark.parametrize("where", ["beside the results", "a job's folder"])
def test_pictures_are_written_where_results_and_jobs_are(
    pump: Pump, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("AFTERFRAME_STATE", str(tmp_path / "state"))
    folder = tmp_path / "captured" if where == "beside the results" else tmp_path / "state/jobs/1"
    told.news = News(requests=(_capture(folder),), connected=True)
    pump.pump()
    assert told.answers[0].error is None


@pytest.mark.parametrize("folder", ["..", "../state/queue", "/etc", "link", ""])
def test_pictures_are_written_nowhere_else(
    timeline: Timeline, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setenv("AFTERFRAME_STATE", str(tmp_path / "state"))
    timeline.folder = tmp_path / "Afterframe"
    timeline.folder.mkdir()
    (timeline.folder / "link").symlink_to("/usr")
    path = timeline.folder / folder if folder else ""
    told.news = News(requests=(_capture(path),), connected=True)
    Pump(timeline, cast(Follower, told)).pump()
    error = told.answers[0].error
    assert error is not None
    assert error.code == "path_not_permitted"


def test_what_this_host_cannot_do_is_told(pump: Pump, told: Told) -> None:
    told.news = News(requests=(HostRequest("1", "step_take"),), connected=True)
    pump.pump()
    error = told.answers[0].error
    assert error is not None
    assert error.code == "host_unable"
    assert "Blender: cut" in error.message


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)


def _job() -> Job:
    return Job(new_id(), "generate", CLIP, Output("/out", rate=Fraction(24)), at=1)


def _done(job: Job) -> JobStatus:
    return JobStatus(job, "done", 0.0, 1.0)


def _news(*statuses: JobStatus) -> News:
    events = tuple(Event(n, "state", each.updated, each) for n, each in enumerate(statuses))
    return News(events=events, connected=True)


def _capture(folder: Path | str) -> HostRequest:
    frames = {"start": 1, "duration": 1}
    asked = {"clip": codec.dump(CLIP), "frames": frames, "folder": str(folder)}
    return HostRequest("1", "capture", asked)
