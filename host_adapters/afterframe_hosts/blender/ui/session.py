"""The one connection of this Blender to the service, and what is known of its jobs.

Everything here runs on Blender's main thread, between two frames of its interface: a timer calls
:meth:`Session.tick`, which never waits. What takes time happens in the follower's threads, in the
service, or in a second Blender.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import bpy

from ...base import Placed
from ...orders import Order, Wish
from ...pump import INTERVAL, INTERVAL_AFTER_ERROR, Pump, Work, named
from ...wire.board import Board
from ...wire.client import Client
from ...wire.clip import Clip, Span
from ...wire.errors import AfterframeError, ItemGone
from ...wire.follower import Follower, News
from ...wire.job import ErrorInfo, Job, JobStatus, new_id
from ...wire.session import EngineInfo
from .. import choose, compat, place
from ..adapter import BlenderHost, Choices
from ..child import Preparation, RangeCapture, needs_child
from ..deliveries import Deliveries
from . import handlers, preferences, settings

Happening = Literal["opened", "saved", "changed"]

INTERVAL_IDLE = 0.5
"""Seconds between two looks while there is no job: something may come from elsewhere."""
LOOK_AT_STRIPS = 1.0
"""Seconds between two looks at which results stand on the timeline."""
LOOK_AT_PREVIEWS = 1.5
"""Seconds between two preview pictures."""
TICKS_KEPT = 4096

log = logging.getLogger(__name__)
listeners: list[Callable[[], None]] = []
"""Called, on the main thread, when something has changed that shows."""
_session: Session | None = None


def register() -> None:
    """Begin to look for the service, in a timer; scripts call :meth:`Session.tick` themselves."""
    if compat.has_window():
        bpy.app.timers.register(_beat, first_interval=INTERVAL_IDLE, persistent=True)


def unregister() -> None:
    """End it: no timer stays, and no thread for long."""
    global _session
    if bpy.app.timers.is_registered(_beat):
        bpy.app.timers.unregister(_beat)
    if _session is not None:
        _session.end()
        _session = None


def current() -> Session:
    """Return the session of this Blender, made on first use."""
    global _session
    if _session is None:
        _session = Session()
    return _session


def hear(happening: Happening) -> None:
    """Tell the session, where there is one, what has happened to the document."""
    if _session is not None:
        _session.hear(happening)


def redraw() -> None:
    """Have the sidebars of all sequencers drawn anew."""
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                for region in area.regions:
                    if region.type == "UI":
                        region.tag_redraw()


def _beat() -> float:
    return current().tick()


def _render_elsewhere(clip: Clip, frames: Span, seen: bool) -> RangeCapture | None:
    if not needs_child(Order(clip, Wish("retime", seen=seen)), clip, frames):
        return None
    return RangeCapture(clip, frames, seen=seen)


def _cancelled() -> AfterframeError:
    return ErrorInfo("cancelled", "Cancelled.", "").exception()


class Session:
    """What this Blender knows and asks for.

    Attributes:
        host: the timeline.
        follower: of the service.
        pump: submits and places.
        deliveries: what becomes of results.
        board: all jobs, as they are shown.
        engines: that there are, the best first; empty until the service has said so.
        problem: what the user's last action met.
        said: message id of what else there is to say of it; empty.
        trouble: why the service cannot be used, where that does not pass by itself.
        connected: the service is followed.
        ticks: how long the last looks took, in milliseconds.
        previews: of jobs: file of the newest preview picture, and its number on the board.
        became: the ids of jobs whose pictures are rendered by now, by the ids they had before.
    """

    def __init__(self) -> None:
        self.host = BlenderHost(self._choices)
        self.follower = Follower()
        self.pump = Pump(
            self.host,
            self.follower,
            deliver_at_once=False,
            listening=True,
            may_place=handlers.may_edit,
            render=_render_elsewhere,
        )
        self.board = Board()
        self.deliveries = Deliveries(self.host, self.pump, self.board)
        self.engines: tuple[EngineInfo, ...] = ()
        self.problem: AfterframeError | None = None
        self.said = ""
        self.trouble: AfterframeError | None = None
        self.connected = False
        self.ticks: deque[float] = deque(maxlen=TICKS_KEPT)
        self.previews: dict[str, tuple[Path, int]] = {}
        self.became: dict[str, str] = {}
        self._preparing: dict[str, tuple[Order, Preparation | None]] = {}
        self._asked: list[tuple[Future[Any], Callable[[Any], None]]] = []
        self._shown: dict[str, str] = {}
        self._looked_at_strips = self._looked_at_previews = 0.0
        self._drawn = -1
        self._fetched: dict[str, int] = {}
        self._folder: Path | None = None
        self._results: Path | None = None
        self._videos = ""  # kept: a file says which it is, and panels are drawn often
        self.deliveries.ask()

    @property
    def offered(self) -> tuple[JobStatus, ...]:
        """Results that wait for the user's word to be placed in this document."""
        return tuple(self.deliveries.offered.values())

    @property
    def folder_while_unsaved(self) -> str:
        """Where results go until the project is saved; empty where it is, or a folder is chosen."""
        if bpy.data.filepath or self._choices().folder is not None:
            return ""
        if not self._videos:
            folder, home = self.host.destination(), Path.home()
            near = folder.is_relative_to(home)
            self._videos = str(Path("~") / folder.relative_to(home) if near else folder)
        return self._videos

    # what the user does

    def ask(self, wish: Wish, strip: Any = None, lineage: str = "") -> None:
        """Have something made; what speaks against it is told in ``problem``.

        Args:
            wish: what to make.
            strip: to make it of; None: what is selected, or under the playhead.
            lineage: of the effect whose new take it is.
        """
        with self._action():
            self._order(choose.order(self.host, wish, strip, lineage))

    def order(self, order: Order, *, quiet: bool = False) -> str:
        """Have a wish about known clips made; what speaks against it is told in ``problem``.

        Args:
            order: the wish.
            quiet: what stands on the timeline already is left alone, and not shown.

        Returns:
            The job's id on the board; another one, which ``became`` tells, once its pictures are
            rendered. Empty where it was refused.
        """
        shown = ""
        with self._action():
            shown = self._order(order, quiet)
        return shown

    def cancel(self, job: str) -> None:
        """Stop a job."""
        with self._action():
            if job not in self._preparing:
                self._call(lambda client: client.cancel(job), self._told)
                return
            order, preparation = self._preparing[job]
            if preparation is not None:
                preparation.cancel()
            self._preparing[job] = order, None
            self.board.refuse(job, _cancelled())

    def retry(self, job: str) -> None:
        """Ask again for what failed or was cancelled."""
        with self._action():
            work = self._work(job)
            if job in self._preparing:
                order, _ = self._preparing[job]
                if order.clip.document != self.host.document():
                    raise ItemGone(item=order.clip.name)
                del self._preparing[job]
                self.board.remove(job)
                self._order(order)
            elif work is not None:
                self.board.begin(work.job, time.time())
                self.deliveries.expect(work)
                self.pump.retry(work)
            else:
                self._call(lambda client: client.retry(job), self._told)

    def remove(self, job: str) -> None:
        """Take a finished job from the list; its result, if it has one, stays where it is."""
        with self._action():
            self._preparing.pop(job, None)
            self.board.remove(job)

    def clear_finished(self) -> None:
        """Take from the list what is over and waits for nobody."""
        with self._action():
            self.board.clear_finished()
            self._preparing = {k: v for k, v in self._preparing.items() if v[1] is not None}

    def dismiss(self) -> None:
        """Take the last problem away."""
        with self._action():
            pass

    def place(self, job: str, *, here: bool = False) -> None:
        """Put a result on the timeline now.

        Args:
            job: its id.
            here: at the playhead; else where it belongs, and where its strip is gone, where that
                was.
        """
        with self._action():
            status = self.board.status(job)
            if status is None or status.state != "done":
                return
            placed = self._place(status, here)
            work = self._work(job)
            if work is None:
                work = self.pump.works[job] = Work(status.job, status)
            work.document = self.host.document()
            work.placed, work.error = placed, None
            self.deliveries.placed(work)
            self._look_at_strips()

    def decline(self, job: str) -> None:
        """Note that a result is not wanted on the timeline; its file stays."""
        with self._action():
            self.deliveries.decline(job)
            self._look_at_strips()

    def retry_elsewhere(self, job: str) -> None:
        """Ask once more for what could not be written, to be written where results go now."""
        with self._action():
            failed = self.board.job(job)
            if job in self._preparing or failed is None:
                self.retry(job)
                return
            self.board.remove(job)
            folder = str(self.host.destination())
            output = replace(failed.output, folder=folder, path="")
            self._submit(replace(failed, id=new_id(), output=output))

    def choose_folder(self, folder: Path) -> None:
        """Have results go to a folder from now on."""
        self._results = folder
        preferences.choose_folder(folder)

    def show(self, item: str) -> None:
        """Select a strip, by the host's id."""
        with self._action():
            self.host.reveal(item)

    def reveal(self, job: str) -> None:
        """Show a result on the timeline."""
        with self._action():
            placed = self.host.placed(job)
            if placed is not None:
                self.host.reveal(placed.item)

    def look_for_engines(self) -> None:
        """Ask which engines there are, starting the service: one may have been installed."""
        with self._action():
            self._call(lambda client: client.engines(), self._note_engines)

    # what happens

    def tick(self) -> float:
        """Look at what is new; return after how many seconds to do so again.

        Blender would end a timer for good whose function raises.
        """
        begun = time.perf_counter()
        try:
            self._look()
        except Exception:
            log.exception("not foreseen")
            return INTERVAL_AFTER_ERROR
        finally:
            self.ticks.append(1000 * (time.perf_counter() - begun))
        return INTERVAL if self.board.active or self._asked else INTERVAL_IDLE

    def hear(self, happening: Happening) -> None:
        """Follow what happens to the document; called by Blender's handlers."""
        try:
            if happening == "opened":
                self._stop_preparing()
                self.deliveries.opened()
            elif happening == "saved":
                self.deliveries.saved()
            else:
                self.deliveries.undone()
            self._look_at_strips()
        except Exception:
            log.exception("not foreseen")

    def end(self) -> None:
        """Let go of everything."""
        self._stop_preparing()
        self.pump.stop()
        self.follower.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _choices(self) -> Choices:
        chosen = preferences.get()
        return chosen if self._results is None else replace(chosen, folder=self._results)

    @contextmanager
    def _action(self) -> Iterator[None]:
        """What the user does: what speaks against it is told, and what did before no longer is."""
        self.problem, self.said = None, ""
        try:
            yield
        except AfterframeError as error:
            self.problem = error
        self.board.version += 1
        self._show()

    def _order(self, order: Order, quiet: bool = False) -> str:
        choose.check_folder(self.host.destination())
        preparation = Preparation(self.host, order)
        job = preparation.poll()
        if job is not None:
            self._submit(job, quiet)
            return job.id
        shown = Job(
            id=new_id(),
            effect=order.wish.effect,
            clip=order.clip,
            output=self.host.output(order.clip, order.wish.effect),
            quality=order.wish.quality,
            after=order.after,
        )
        self._preparing[shown.id] = order, preparation
        self.board.begin(shown, time.time(), "capturing")
        return shown.id

    def _submit(self, job: Job, quiet: bool = False) -> None:
        work = self.pump.submit(job)
        if work.placed is not None:
            if not quiet:
                self.host.reveal(work.placed.item)
                self.said = "ui.queue.already"
            return
        self._shown[job.id] = job.id
        self.board.begin(job, time.time())
        self.deliveries.expect(work)

    def _place(self, status: JobStatus, here: bool) -> Placed:
        if here:
            return place.place_alone(status, self.host.playhead())
        try:
            return place.place(status)
        except ItemGone:
            return place.place_alone(status)

    def _look(self) -> None:
        self._take_answers()
        self._go_on_preparing()
        news = self.pump.pump()
        self._note_connection(news)
        for event in news.events:
            self.board.hear(event.status)
        self._show_works()
        now = time.monotonic()
        over = any(event.status.finished for event in news.events)
        if over or now - self._looked_at_strips > LOOK_AT_STRIPS:
            self._look_at_strips()
        if now - self._looked_at_previews > LOOK_AT_PREVIEWS:
            self._look_at_previews()
        self._show()

    def _show(self) -> None:
        """Have what has changed drawn."""
        if self._drawn != self.board.version:
            self._drawn = self.board.version
            for listener in listeners:
                listener()
            redraw()

    def _note_connection(self, news: News) -> None:
        if news.connected and not self.connected:
            self._call(lambda client: client.engines(), self._note_engines, start=False)
            self.deliveries.ask()
        self.trouble = news.error if news.lasting else None
        if news.connected != self.connected:
            self.connected = news.connected
            self.board.version += 1

    def _note_engines(self, engines: tuple[EngineInfo, ...]) -> None:
        self.engines = engines
        settings.learn(engines)
        self.board.version += 1

    def _go_on_preparing(self) -> None:
        """Look after the pictures that second Blenders render."""
        for shown, (order, preparation) in list(self._preparing.items()):
            if preparation is None:
                continue
            try:
                job = preparation.poll()
            except Exception as error:  # noqa: BLE001 - of this job alone: the others go on
                self._preparing[shown] = order, None
                self.board.refuse(shown, named(error))
                continue
            self.board.capture(shown, preparation.done / max(1, preparation.total))
            if job is not None:
                del self._preparing[shown]
                self.board.remove(shown)
                self.became[shown] = job.id
                self._submit(job, quiet=True)

    def _stop_preparing(self) -> None:
        """The document has gone: what was being captured of it is not submitted."""
        for shown, (order, preparation) in self._preparing.items():
            if preparation is not None:
                preparation.cancel()
                self.board.refuse(shown, _cancelled())
            self._preparing[shown] = order, None

    def _show_works(self) -> None:
        """Show how our own jobs stand: answers and the timeline say more than events do."""
        document = self.host.document()
        for first, work in self.pump.works.items():
            job = work.job.id
            if self._shown.get(first, job) != job:  # made anew: its result was gone from the disk
                self.board.remove(self._shown[first])
                self.board.begin(work.job, time.time())
            self._shown[first] = job
            if work.status is not None and (work.error is None or work.status.finished):
                self.board.hear(work.status)
            if work.done and work.document != document:
                continue  # why it could not be placed is said where it would be
            if work.error is not None and self.board.refuse(job, work.error):
                if not work.done:
                    self.deliveries.forget(work)
                if work.status is None:
                    self.problem = work.error

    def _look_at_strips(self) -> None:
        self._looked_at_strips = time.monotonic()
        self.deliveries.look()

    def _look_at_previews(self) -> None:
        """Fetch a picture of one job that has a newer one than is shown."""
        self._looked_at_previews = time.monotonic()
        for row in self.board.rows():
            if row.preview > self._fetched.get(row.job, 0):
                self._fetch(row.job, row.preview)
                return

    def _fetch(self, job: str, number: int) -> None:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="afterframe-previews-"))
        path = self._folder / f"{job}-{number}.jpg"
        self._fetched[job] = number

        def fetch(client: Client) -> Path:
            path.write_bytes(client.preview(job))
            return path

        def note(written: Path) -> None:
            older = self.previews.get(job)
            self.previews[job] = written, number
            if older is not None:
                older[0].unlink(missing_ok=True)
            self.board.version += 1

        self._call(fetch, note, start=False)

    def _work(self, job: str) -> Work | None:
        works = self.pump.works.values()
        return next((work for work in works if work.job.id == job), None)

    def _told(self, status: JobStatus) -> None:
        self.board.hear(status)

    def _call(
        self, action: Callable[[Client], Any], then: Callable[[Any], None], *, start: bool = True
    ) -> None:
        """Have something done in the follower's thread; ``then`` gets its result, here."""
        call = self.follower.call if start else self.follower.look
        self._asked.append((call(action), then))

    def _take_answers(self) -> None:
        answered = [each for each in self._asked if each[0].done()]
        self._asked = [each for each in self._asked if not each[0].done()]
        for future, then in answered:
            error = future.exception()
            if error is None:
                then(future.result())
            elif isinstance(error, AfterframeError):
                log.info("%s", error)
            else:
                log.error("not foreseen", exc_info=error)
