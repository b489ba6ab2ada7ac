"""A running program in memory, and a service that makes at once: what the command line drives."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from afterframe_hosts.base import LiveHost, Placed, Query, Reach
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import (
    AfterframeError,
    HostFormat,
    HostUnreachable,
    ItemNotFound,
    NothingSelected,
    RemoteError,
)
from afterframe_hosts.wire.follower import News
from afterframe_hosts.wire.job import (
    DeliveryState,
    ErrorInfo,
    Event,
    Job,
    JobStatus,
    Note,
    Output,
    Progress,
    Result,
)
from afterframe_hosts.wire.session import EngineInfo, HostAnswer, HostRequest, HostSession

RATE = Fraction(25)
START = 90000


def clip(name: str, start: int, frames: int, path: Path) -> Clip:
    """A clip of a movie at ``path``, on the timeline from ``start``."""
    path.touch()
    return Clip(
        name, Media("movie", str(path)), Span(0, frames), Span(start, frames), RATE,
        host="memory", document="cut", item=f"item {name}", earliest=START,
    )  # fmt: skip


class Program(LiveHost):
    """A program with one track of clips and a playhead; the class is the program that runs.

    Attributes:
        items: its clips, in the order of time.
        chosen: those that are selected.
        at: its playhead.
        document: id of the open project.
        stands: what has been placed, by job.
        captured: what was asked for: clip, frames, seen.
        fails: raised by the methods of these names, until it is taken away.
        said: notes that it tells.
        during: what happens within the methods of these names.
        doors: by which it was reached.
        shown: medium of what is captured; None: the clip's own.
        last: the one that was reached last.
    """

    items: ClassVar[list[Clip]]
    chosen: ClassVar[list[Clip]]
    at: ClassVar[int]
    document: ClassVar[str]
    folder: ClassVar[Path]
    stands: ClassVar[dict[str, Placed]]
    captured: ClassVar[list[tuple[str, Span, bool]]]
    fails: ClassVar[dict[str, BaseException]]
    said: ClassVar[list[Note]]
    during: ClassVar[dict[str, Callable[[], None]]]
    doors: ClassVar[list[Path | None]]
    shown: ClassVar[Path | None]
    last: ClassVar[Program]

    rate = RATE
    start = START

    @classmethod
    def begin(cls, folder: Path) -> None:
        """Start anew, with two clips of 50 frames and a gap of 25 between them."""
        cls.items = [
            clip("one", START, 50, folder / "one.mov"),
            clip("two", START + 75, 50, folder / "two.mov"),
        ]
        cls.chosen, cls.stands, cls.captured, cls.said, cls.doors = [], {}, [], [], []
        cls.at, cls.document, cls.folder = START + 10, "cut", folder / "Afterframe"
        cls.fails, cls.during, cls.shown = {}, {}, None

    @classmethod
    def connect(cls, door: Path | None = None) -> Program:
        cls.doors.append(door)
        cls.last = program = cls()
        program._meet("connect")
        return program

    @classmethod
    def reach(cls) -> Reach:
        return Reach("external", True)

    def close(self) -> None: ...

    def describe(self) -> HostSession:
        self._meet("describe")
        return HostSession("5" * 32, "memory", "1", self.document, f"Memory: {self.document}")

    def playhead(self) -> int:
        return self.at

    def selection(self) -> tuple[Clip, ...]:
        if not self.chosen:
            raise NothingSelected
        return tuple(self.chosen)

    def clips(self, query: Query) -> tuple[Clip, ...]:
        if query.kind == "name":
            return tuple(each for each in self.items if query.fits(each.name))
        return tuple(self.items)

    def problems(self, query: Query) -> tuple[AfterframeError, ...]:
        return ()

    def clip_at(self, frame: int) -> Clip:
        for each in self.items:
            if frame in each.record_range:
                return each
        raise ItemNotFound(path="cut", item=f"at frame {frame}")

    def gap_at(self, frame: int) -> tuple[Clip, Clip]:
        return self.items[0], self.items[1]

    def destination(self) -> Path:
        return self.folder

    def capture(self, clip: Clip, frames: Span, folder: Path, *, seen: bool = False) -> Clip:
        self._meet("capture")
        self._meet(f"capture {clip.name}")
        self.captured.append((clip.name, frames, seen))
        if self.shown is None:
            return clip
        return replace(clip, media=Media("movie", str(self.shown)))

    def check_output(self, output: Output) -> None:
        if output.format == "h264":
            raise HostFormat(host="Memory", format="h264", system="Linux")

    def place(self, status: JobStatus) -> Placed:
        self._meet("place")
        job = status.job
        span = Span(job.clip.record_range.start if job.at is None else job.at, 100)
        path = status.result.path if status.result else ""
        placed = Placed(f"made {job.clip.name}", f"{job.clip.name}_{job.effect}", "V2", span, path)
        self.stands[job.id] = placed
        return placed

    def placed(self, job: str) -> Placed | None:
        return self.stands.get(job)

    def reveal(self, item: str) -> None:
        self._meet("reveal")

    def notes(self) -> tuple[Note, ...]:
        return tuple(self.said)

    def _meet(self, name: str) -> None:
        self.during.get(name, lambda: None)()
        if name in self.fails:
            raise self.fails[name]


def gone() -> HostUnreachable:
    """What every call meets when the program has ended."""
    return HostUnreachable(host="Memory", detail="it has ended")


class Service:
    """In the place of the service and the way to it: a job is made in four looks.

    Attributes:
        known: how jobs stand.
        asked: what was asked of it, in order.
        fails: error of the jobs of clips with these names.
        requests: for the host, that come at the next look.
        answers: of the host.
        looks: how often it was looked at.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, JobStatus] = {}
        self.asked: list[tuple[str, str]] = []
        self.fails: dict[str, AfterframeError] = {}
        self.requests: list[HostRequest] = []
        self.answers: list[HostAnswer] = []
        self.looks = 0
        self._clock = itertools.count(1)

    # as a client

    def submit(self, job: Job) -> JobStatus:
        self.asked.append(("submit", job.id))
        return self.known.setdefault(job.id, self._at(JobStatus(job, "queued", 0.0, 0.0)))

    def retry(self, job: str) -> JobStatus:
        return self._change(job, state="queued", error=None)

    def cancel(self, job: str) -> JobStatus:
        self.asked.append(("cancel", job))
        return self._change(job, state="cancelled")

    def job(self, job: str) -> JobStatus:
        if job not in self.known:
            raise RemoteError("unknown_job", "There is no such job.", "", {})
        return self.known[job]

    def jobs(self, **_: Any) -> tuple[JobStatus, ...]:
        return tuple(self.known.values())

    def deliveries(self, document: str) -> tuple[JobStatus, ...]:
        mine = (each for each in self.known.values() if each.job.clip.document == document)
        return tuple(each for each in mine if each.delivery == "pending")

    def deliver(self, job: str, state: DeliveryState, item: str = "") -> JobStatus:
        self.asked.append((state, job))
        return self._change(job, delivery=state)

    def sessions(self) -> tuple[HostSession, ...]:
        return ()

    def engines(self) -> tuple[EngineInfo, ...]:
        return ()

    def follow(self, job: str) -> list[JobStatus]:
        return [self._made(self.known[job])]

    # as a follower

    def call(self, action: Callable[[Any], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(action(self))
        except AfterframeError as error:
            future.set_exception(error)
        return future

    look = call

    def expect(self, job: str) -> None: ...

    def listen(self, session: HostSession) -> None: ...

    def answer(self, answer: HostAnswer) -> None:
        self.answers.append(answer)

    def stop(self, wait: float = 0.0) -> None: ...

    def pump(self) -> News:
        self.looks += 1
        stand = [each if each.finished else self._on(each) for each in self.known.values()]
        requests, self.requests = tuple(self.requests), []
        events = tuple(Event(1, "state", 0.0, status) for status in stand)
        return News(events, requests, connected=True)

    # making

    def _on(self, status: JobStatus) -> JobStatus:
        job = status.job
        if status.state == "queued":
            return self._change(job.id, state="running", progress=Progress("reading", 0, 9, 90.0))
        if status.progress.phase == "reading":
            return self._change(job.id, progress=Progress("making", 1, 9, 60.0))
        if job.clip.name in self.fails:
            error = self.fails[job.clip.name]
            return self._change(job.id, state="failed", error=ErrorInfo.of(error))
        return self._made(status)

    def _made(self, status: JobStatus) -> JobStatus:
        path = self.folder / f"{status.job.clip.name}_{status.job.effect}_v001.mov"
        path.touch()
        result = Result(str(path), "", 100, RATE, (64, 36))
        return self._change(status.job.id, state="done", result=result, delivery="pending")

    def _change(self, job: str, **fields: Any) -> JobStatus:
        status = self._at(replace(self.job(job), **fields))
        self.known[job] = status
        return status

    def _at(self, status: JobStatus) -> JobStatus:
        return replace(status, updated=float(next(self._clock)))
