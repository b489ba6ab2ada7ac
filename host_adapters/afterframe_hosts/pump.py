"""What happens between two frames of the user interface: hear, place, answer.

:meth:`Pump.pump` never waits for the service. Blender with a window calls :meth:`Pump.tick` from
a timer; without one, timers never fire and a loop of our own calls it, as it does for a host that
is driven from outside.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from . import background
from .base import Host, Placed
from .orders import made_anew
from .wire import codec
from .wire.clip import Clip, Span
from .wire.errors import (
    AfterframeError,
    HostUnable,
    ItemGone,
    PathNotPermitted,
    ServiceUnreachable,
)
from .wire.follower import Follower, News
from .wire.job import DeliveryState, ErrorInfo, Job, JobStatus
from .wire.session import HostAnswer, HostRequest, HostSession
from .wire.system import state_folder

INTERVAL = 0.1
"""Seconds between two looks: short for an eye, and nothing for a processor."""
INTERVAL_AFTER_ERROR = 5.0
PLACING = 0.005
"""Seconds after which a look places nothing more: the next one goes on."""
LOST_AFTER = 45.0
"""Seconds without the service after which no job is waited for any longer: it may take 30 to
start on a slow, busy machine."""
JOBS = "jobs"
"""The service's job folders, in its state folder."""

log = logging.getLogger(__name__)


class Rendering(Protocol):
    """Frames on their way to disk, without anybody waiting; as Blender's ``RangeCapture``."""

    folder: Path

    def poll(self) -> Clip | None:
        """Return the captured clip, None while it is at work."""
        ...

    def close(self) -> None:
        """Stop, and remove the folder."""
        ...


@dataclass
class Work:
    """A job of ours and how far it has come.

    Attributes:
        job: as it was submitted; under another id when its earlier result was gone.
        status: as the service last told it; None before it answered.
        placed: where the result stands.
        error: why it is not made, or not placed.
        before: True when the result stood on the timeline already.
        gone: path of what stands there and is gone from the disk: it is made again; else empty.
        document: id of the document that waits for the result: the one that was open when it was
            asked for, under its newest name.
    """

    job: Job
    status: JobStatus | None = None
    placed: Placed | None = None
    error: AfterframeError | None = None
    before: bool = False
    gone: str = ""
    document: str = ""

    @property
    def over(self) -> bool:
        """True when nothing more will come by itself."""
        return self.placed is not None or self.error is not None

    @property
    def done(self) -> bool:
        """True when there is a result."""
        return self.status is not None and self.status.state == "done"


@dataclass
class _Asked:
    """Frames that somebody has asked for, by a request's id, on their way into a folder of his."""

    request: str
    rendering: Rendering
    folder: Path
    moving: Future[Clip] | None = None

    def poll(self) -> Clip | None:
        """Return the clip whose pictures lie there, None until then; never waits."""
        if self.moving is None:
            clip = self.rendering.poll()
            if clip is None:
                return None
            self.moving = background.begin(
                partial(_moved, clip, self.rendering.folder, self.folder)
            )
        return self.moving.result() if self.moving.done() else None


@dataclass
class Pump:
    """Submits jobs, places what is done, answers what the service asks of this host.

    Attributes:
        host: the timeline.
        follower: of the service.
        deliver_at_once: tell the service of a placed result when it is placed; otherwise when
            :meth:`deliver` is called, once the document has been saved.
        works: by the id under which each was first submitted.
        listening: the panel and the command line may ask things of this host.
        render: begins to render a range of a clip, as seen or not, where that would make a user
            wait here; None: it would not.
        may_place: False while the timeline must not be changed; what is done waits until then.
    """

    host: Host
    follower: Follower
    deliver_at_once: bool = True
    works: dict[str, Work] = field(default_factory=dict)
    listening: bool = False
    may_place: Callable[[], bool] = lambda: True
    render: Callable[[Clip, Span, bool], Rendering | None] = lambda clip, frames, seen: None
    _lost_since: float | None = None
    _session: HostSession | None = None
    _asked: list[tuple[Work, Future[JobStatus], bool]] = field(default_factory=list)
    """What was asked for which job, and whether that was to make it."""
    _rendering: list[_Asked] = field(default_factory=list)

    def submit(self, job: Job) -> Work:
        """Hand a job over, unless its result stands on the timeline already, with its file."""
        placed, known = self.host.placed(job.id), self.works.get(job.id)
        if placed is not None and known is not None and not known.gone:
            known.placed = placed
            return known
        work = self.works[job.id] = Work(job, document=self.host.describe().document)
        work.placed = placed
        work.before = work.placed is not None
        if placed is not None and not placed.is_there:
            work.placed, work.before, work.gone = None, False, placed.path
        if work.placed is None:
            self._ask(work, lambda client: client.submit(job))
        return work

    def adopt(self, work: Work) -> None:
        """Go on with a job that was submitted before.

        It is asked after once more: what it did before it was expected came by no event.
        """
        self.works[work.job.id] = work
        self.follower.expect(work.job.id)
        if work.status is not None and work.status.finished:
            self._hear(work, work.status)
        else:
            job = work.job.id
            self._ask(work, lambda client: client.job(job), submitted=False)

    def pump(self) -> News:
        """Take in what is new, and return it.

        Never waits, and raises nothing for the sake of one job or request.
        """
        self._announce()
        answered = [each for each in self._asked if each[1].done()]
        self._asked = [each for each in self._asked if not each[1].done()]
        for work, future, submitted in answered:
            error = future.exception()
            if error is not None:
                work.error = named(error)
            else:
                self._hear(work, future.result(), submitted)
        news = self.follower.pump()
        for event in news.events:
            for work in self.works.values():
                if work.job.id == event.status.job.id:
                    self._hear(work, event.status)
        for request in news.requests:
            self._take_on(request)
        self._answer_what_is_rendered()
        self._place_what_is_done()
        self._give_up_when_lost(news)
        return news

    def tick(self) -> float:
        """Pump, and return after how many seconds to do so again: a function for a timer.

        Blender would end a timer for good whose function raises.
        """
        try:
            self.pump()
        except Exception:
            log.exception("not foreseen")
            return INTERVAL_AFTER_ERROR
        return INTERVAL

    def deliver(self) -> tuple[Future[Any], ...]:
        """Tell the service of all that was placed."""
        placed = [work for work in self.works.values() if work.placed and not work.before]
        return tuple(self._deliver(work, "placed") for work in placed)

    def cancel(self) -> tuple[Future[Any], ...]:
        """Stop all that is not over."""
        waiting = [work for work in self.works.values() if not (work.over or work.done)]
        return tuple(self._cancel(work.job.id) for work in waiting)

    def stop(self) -> None:
        """Let go of what is being rendered."""
        for each in self._rendering:
            each.rendering.close()
        self._rendering.clear()

    def retry(self, work: Work) -> None:
        """Ask again for what failed or was cancelled, wherever it did so."""
        work.error = None
        self._ask(work, lambda client: client.submit(work.job))

    def _place_what_is_done(self) -> None:
        """Place results into the document that waits for them, while it may be changed."""
        waiting = [work for work in self.works.values() if work.done and not work.over]
        if not waiting or not self.may_place():
            return
        begun, document = time.monotonic(), self.host.describe().document
        for work in waiting:
            if work.document == document and work.status is not None:
                try:
                    self._place(work, work.status)
                except Exception as error:  # noqa: BLE001 - a host's border: its timer goes on
                    work.error = named(error)
                if time.monotonic() - begun > PLACING:
                    return

    def _give_up_when_lost(self, news: News) -> None:
        """End what waits for a service that has been away too long, with the reason."""
        waiting = [work for work in self.works.values() if not (work.over or work.done)]
        if news.connected or not waiting:
            self._lost_since = None
            return
        if self._lost_since is None:
            self._lost_since = time.monotonic()
        away = time.monotonic() - self._lost_since
        if away > LOST_AFTER:
            for work in waiting:
                work.error = news.error or ServiceUnreachable(detail=f"gone for {away:.0f} s")

    def _announce(self) -> None:
        """Say which document is open, when that has changed."""
        session = self.host.describe() if self.listening else None
        if session is not None and session != self._session:
            self._session = session
            self.follower.listen(session)

    def _cancel(self, job: str) -> Future[Any]:
        return self.follower.call(lambda client: client.cancel(job))

    def _ask(
        self, work: Work, action: Callable[[Any], JobStatus], *, submitted: bool = True
    ) -> None:
        self._asked.append((work, self.follower.call(action), submitted))

    def _hear(self, work: Work, status: JobStatus, submitted: bool = False) -> None:
        """Note how a job stands; what cannot be taken in ends this job alone."""
        try:
            self._take_in(work, status, submitted)
        except Exception as error:  # noqa: BLE001 - a host's border: its timer goes on
            work.error = named(error)

    def _take_in(self, work: Work, status: JobStatus, submitted: bool) -> None:
        """What failed or was cancelled before it was asked for again is tried again; what is done
        and gone from the disk is made anew. What is done is placed at the end of a look."""
        if _is_older(status, work.status):
            return
        begun_again = not work.done and status.state in {"queued", "running", "done"}
        work.status = status
        if work.error is not None and begun_again:  # by whoever asked for it once more
            work.error = None
        if work.over:
            return
        again = submitted and status.state in {"failed", "cancelled"}
        if again and status.job.id == work.job.id:
            self._ask(work, lambda client: client.retry(work.job.id))
        elif status.state == "done":
            if submitted and not _is_there(status):
                work.job, work.status = made_anew(work.job), None
                self._ask(work, lambda client: client.submit(work.job))
        elif status.finished:
            work.error = _why(status)

    def _place(self, work: Work, status: JobStatus) -> None:
        try:
            work.placed = self.host.place(status)
        except ItemGone as error:
            work.error = error
            self._deliver(work, "lost")
            return
        if self.deliver_at_once:
            self._deliver(work, "placed")

    def _deliver(self, work: Work, state: DeliveryState) -> Future[Any]:
        job, item = work.job.id, work.placed.item if work.placed else ""
        return self.follower.call(lambda client: client.deliver(job, state, item))

    def _take_on(self, request: HostRequest) -> None:
        try:
            if request.action == "capture" and self._render(request):
                return
            answer = HostAnswer(request.id, value=self._do(request.action, request.arguments))
        except Exception as error:  # noqa: BLE001 - a host's border: its timer goes on
            answer = HostAnswer(request.id, error=ErrorInfo.of(named(error)))
        self.follower.answer(answer)

    def _render(self, request: HostRequest) -> bool:
        """Have pictures rendered elsewhere; return False where they need not be."""
        clip, frames, folder, seen = self._wanted(request.arguments)
        rendering = self.render(clip, frames, seen)
        if rendering is not None:
            self._rendering.append(_Asked(request.id, rendering, folder))
        return rendering is not None

    def _answer_what_is_rendered(self) -> None:
        for each in list(self._rendering):
            try:
                clip = each.poll()
                if clip is None:
                    continue
                answer = HostAnswer(each.request, value={"clip": codec.dump(clip)})
            except Exception as error:  # noqa: BLE001 - a host's border: its timer goes on
                answer = HostAnswer(each.request, error=ErrorInfo.of(named(error)))
            self._rendering.remove(each)
            each.rendering.close()
            self.follower.answer(answer)

    def _wanted(self, arguments: Mapping[str, Any]) -> tuple[Clip, Span, Path, bool]:
        clip = codec.load(Clip, arguments.get("clip"), "clip")
        frames = codec.load(Span, arguments.get("frames"), "frames")
        folder = self._permitted(str(arguments.get("folder", "")))
        return clip, frames, folder, arguments.get("seen") is True

    def _do(self, action: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        if action == "selection":
            clips = [codec.dump(clip) for clip in self.host.selection()]
            return {"clips": clips, "playhead": self.host.playhead()}
        if action == "capture":
            clip, frames, folder, seen = self._wanted(arguments)
            return {"clip": codec.dump(self.host.capture(clip, frames, folder, seen=seen))}
        if action == "place":
            placed = self.host.place(codec.load(JobStatus, arguments.get("status"), "status"))
            return {"placed": codec.dump(placed)}
        if action == "reveal":
            self.host.reveal(str(arguments.get("item", "")))
            return {}
        raise HostUnable(host=self.host.describe().name, action=action)

    def _permitted(self, folder: str) -> Path:
        """Return a folder that pictures may be written to: of a job, or beside the results."""
        allowed = (state_folder() / JOBS, self.host.destination())
        path = Path(folder).resolve()
        if not any(path.is_relative_to(each.resolve()) for each in allowed):
            raise PathNotPermitted(path=folder)
        return path


def _moved(clip: Clip, source: Path, folder: Path) -> Clip:
    """Move a clip's pictures to another folder."""
    for picture in source.iterdir():
        shutil.move(picture, folder / picture.name)
    path = folder / Path(clip.media.path).name
    return replace(clip, media=replace(clip.media, path=str(path)))


def named(error: BaseException) -> AfterframeError:
    """Return an error as one of ours; what we have no name for is logged whole."""
    if isinstance(error, AfterframeError):
        return error
    log.error("not foreseen", exc_info=error)
    return AfterframeError(detail=f"{type(error).__name__}: {error}")


def _is_older(status: JobStatus, known: JobStatus | None) -> bool:
    """Return True for news that was overtaken: answers and events come by different ways."""
    same = known is not None and known.job.id == status.job.id
    return same and known is not None and status.updated < known.updated


def _why(status: JobStatus) -> AfterframeError:
    """Return why a finished job has no result."""
    if status.error is not None:
        return status.error.exception()
    return ErrorInfo("cancelled", "It was cancelled.", "").exception()


def _is_there(status: JobStatus) -> bool:
    path = Path(status.result.path if status.result else "")
    return path.parent.is_dir() if "#" in path.name else path.is_file()
