"""What the pump takes in between two frames of the interface: nothing ends it, nothing hangs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

from afterframe_hosts import pump as pumping
from afterframe_hosts.base import Host, Placed, Query
from afterframe_hosts.pump import Pump, Work
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import AfterframeError, CaptureFailed, ServiceVersion
from afterframe_hosts.wire.follower import Follower, News
from afterframe_hosts.wire.job import Event, Job, JobStatus, Output, new_id
from afterframe_hosts.wire.session import HostAnswer, HostRequest, HostSession

CLIP = Clip("shot", Media("still", "/shot.png"), Span(0, 1), Span(1, 1), Fraction(24), item="1")


class Timeline(Host):
    """A timeline in memory; what ``raises`` names fails in a way that nobody foresaw."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.document = "/cut.blend"
        self.raises: dict[str, Exception] = {}
        self.stands: dict[str, Placed] = {}

    def describe(self) -> HostSession:
        self._perhaps_fail("describe")
        return HostSession(new_id(), "blender", "5.2", self.document, "Blender: cut")

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


class Asked:
    """In the place of a client: keeps what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Callable[..., JobStatus]:
        def ask(job: Job | str, *_: Any) -> JobStatus:
            self.asked.append((name, job if isinstance(job, str) else job.id))
            return JobStatus(job if isinstance(job, Job) else _job(), "queued", 0.0, 0.0)

        return ask


class Told:
    """In the place of a follower: says what the test tells it, keeps what is said to it."""

    def __init__(self) -> None:
        self.client = Asked()
        self.expected: list[str] = []
        self.news = News(connected=True)
        self.answers: list[HostAnswer] = []
        self.fails: Exception | None = None

    def call(self, action: Callable[[Any], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        if self.fails is not None:
            future.set_exception(self.fails)
        else:
            action(self.client)
        return future

    def expect(self, job: str) -> None:
        self.expected.append(job)

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
    for _ in works:  # a slow machine places one a look
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


def test_nothing_is_placed_while_the_timeline_must_not_be_changed(
    pump: Pump, timeline: Timeline, told: Told
) -> None:
    pump.may_place = lambda: False
    work = pump.submit(_job())
    told.news = _news(_done(work.job))
    pump.pump()
    told.news = News(connected=False)
    pump.pump()
    assert work.done
    assert not work.over
    pump.may_place = lambda: True
    pump.pump()
    assert work.placed == timeline.stands[work.job.id]


def test_a_result_waits_for_its_own_document(pump: Pump, timeline: Timeline, told: Told) -> None:
    work = pump.submit(_job())
    timeline.document = "/other.blend"
    told.news = _news(_done(work.job))
    pump.pump()
    assert timeline.stands == {}
    timeline.document = "/cut.blend"
    pump.pump()
    assert work.placed is not None


def test_a_look_places_no_more_than_there_is_time_for(
    pump: Pump, timeline: Timeline, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pumping, "PLACING", 0.0)
    works = [pump.submit(_job()) for _ in range(3)]
    told.news = _news(*(_done(work.job) for work in works))
    for placed in (1, 2, 3):
        pump.pump()
        told.news = News(connected=True)
        assert len(timeline.stands) == placed


def test_a_result_that_is_waited_for_is_not_given_up_with_its_service(
    pump: Pump, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pumping, "LOST_AFTER", 0.0)
    pump.may_place = lambda: False
    work = pump.submit(_job())
    told.news = _news(_done(work.job))
    pump.pump()
    told.news = News(connected=False)
    for _ in range(3):
        pump.pump()
    assert work.error is None


def test_what_was_given_up_and_is_done_after_all_is_placed(
    pump: Pump, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pumping, "LOST_AFTER", 0.0)
    work = pump.submit(_job())
    told.news = News(connected=False)
    for _ in range(3):
        pump.pump()
    assert work.error is not None
    told.news = _news(_done(work.job))
    pump.pump()
    assert work.error is None
    assert work.placed is not None


def test_what_failed_is_asked_for_again_from_the_start(pump: Pump, told: Told) -> None:
    told.fails = ServiceVersion(running="9", wanted="1", jobs=2)
    work = pump.submit(_job())
    pump.pump()
    assert work.error is told.fails
    told.fails = None
    pump.retry(work)
    assert work.error is None
    assert told.client.asked == [("submit", work.job.id)]


def test_a_job_that_was_submitted_before_is_gone_on_with(pump: Pump, told: Told) -> None:
    job = _job()
    pump.adopt(Work(job, JobStatus(job, "running", 0.0, 0.0), document="/cut.blend"))
    assert told.expected == [job.id]
    assert told.client.asked == [("job", job.id)]
    told.news = _news(_done(job))
    pump.pump()
    assert pump.works[job.id].placed is not None


def test_a_range_is_rendered_elsewhere_and_answered_when_it_is_there(
    timeline: Timeline, told: Told, tmp_path: Path
) -> None:
    rendering = _Rendering(tmp_path / "elsewhere")
    pump = Pump(timeline, cast(Follower, told), render=lambda *_: rendering)
    folder = tmp_path / "captured"
    folder.mkdir()
    told.news = News(requests=(_capture(folder),), connected=True)
    pump.pump()
    told.news = News(connected=True)
    pump.pump()
    assert told.answers == []
    rendering.ready = True
    until = time.monotonic() + 10
    while not told.answers and time.monotonic() < until:  # a thread moves the pictures
        pump.pump()
        time.sleep(0.005)
    (answer,) = told.answers
    assert answer.value is not None
    assert codec.load(Clip, answer.value["clip"], "").media.path == str(folder / "still.png")
    assert (folder / "still.png").read_bytes() == b"picture"
    assert rendering.closed


def test_a_range_that_cannot_be_rendered_is_answered_and_leaves_nothing(
    timeline: Timeline, told: Told, tmp_path: Path
) -> None:
    rendering = _Rendering(tmp_path / "elsewhere", CaptureFailed(item="shot", detail="gone"))
    pump = Pump(timeline, cast(Follower, told), render=lambda *_: rendering)
    told.news = News(requests=(_capture(tmp_path),), connected=True)
    pump.pump()
    (answer,) = told.answers
    assert answer.error is not None
    assert answer.error.code == "capture_failed"
    assert rendering.closed


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


class _Rendering:
    """A range that is there when the test says so."""

    def __init__(self, folder: Path, error: Exception | None = None) -> None:
        folder.mkdir()
        (folder / "still.png").write_bytes(b"picture")
        self.folder, self.error, self.ready, self.closed = folder, error, False, False

    def poll(self) -> Clip | None:
        if self.error is not None:
            raise self.error
        media = Media("still", str(self.folder / "still.png"))
        return replace(CLIP, media=media) if self.ready else None

    def close(self) -> None:
        self.closed = True


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
