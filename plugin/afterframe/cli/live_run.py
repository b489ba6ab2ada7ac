"""Jobs of a running program: captured, handed over, followed and placed, and told in lines.

The program may go away or hang while a job is at work, behind a dialog for one: what is being made
goes on, the program is looked for again, and what nobody could place waits for its project.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from afterframe.core.timecode import can_drop, timecode
from afterframe.errors import AfterframeError
from afterframe_hosts.base import LiveHost, Placed
from afterframe_hosts.orders import CAPTURED, Order
from afterframe_hosts.pump import Pump, Work
from afterframe_hosts.wire import awaited, catalogue
from afterframe_hosts.wire.board import time_left
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.effects import effect
from afterframe_hosts.wire.errors import (
    HostStuck,
    HostUnreachable,
    NoTimeline,
    OtherProject,
)
from afterframe_hosts.wire.follower import Follower
from afterframe_hosts.wire.job import Job, JobStatus, Note, Output

from . import live, show

LOOK = 0.3
"""Seconds between two looks: each asks the program which project is open."""
AGAIN = 3.0
"""Seconds between two attempts to reach a program that has gone."""
PATIENCE = 60.0
"""Seconds for which what is made waits for its program or project: time to close a dialog."""
SETTLING = 20.0
"""Seconds for the service to note deliveries, and for jobs to stop."""
SLOW = 1.0
"""Seconds of capturing after which it is told."""
GONE = (HostUnreachable, HostStuck, NoTimeline)


class Run:
    """One command's work with a running program.

    Leaving it with an error or Ctrl-C cancels what is not done; what is being placed is placed.

    Args:
        host: name of the program.
        door: see ``base.LiveHost.connect``.
        quiet: tell nothing.

    Attributes:
        host: the program.
        name: what to call it, and the open project.
        notes: what it has told of what it did.
    """

    def __init__(self, host: str, door: Path | None, *, quiet: bool) -> None:
        self._reach = partial(live.connect, host, door)
        self._program, self._quiet = host, quiet
        self.host: LiveHost = self._reach()
        self.name = self.host.describe().name
        self._pump = Pump(
            self.host,
            Follower(),
            listening=True,
            may_place=lambda: self._lost is None and not self._interrupts,
        )
        self.notes: list[Note] = []
        self._said: dict[str, str] = {}
        self._noted: set[str] = set()
        self._over: set[str] = set()
        self._interrupts: list[int] = []
        self._lost: AfterframeError | None = None
        self._ended = False
        self._trouble: AfterframeError | None = None
        self._tried = self._held_since = 0.0
        self._held = self._heard = 0
        self.host.noted = self._tell_notes
        self.say("reached", name=self.name)

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is not None:
                self._cancel()
        finally:
            self._pump.follower.stop(SETTLING)
            self.host.close()

    @property
    def works(self) -> tuple[Work, ...]:
        """All jobs that were taken, in their order."""
        return tuple(self._pump.works.values())

    def say(self, word: str, **params: Any) -> None:
        """Print a sentence of ``cli.live`` for whoever watches."""
        self._print(catalogue.text(f"cli.live.{word}", show.language(), **params))

    def job(self, order: Order, options: argparse.Namespace) -> Job:
        """Return an order's job, its pictures captured.

        Raises:
            HostFormat: the program would not show the result.
            HostError, BadValue, NotWritable, DiskFull: see ``orders.Order``.
        """
        ranges, output = order.ranges(), self._output(order, options)
        self.host.check_output(output)
        self._tell_taken(order)
        with self._told_when_slow(order.clip):
            captured = [
                live.read_as(each, order.captured(self.host, each, frames), options)
                for each, frames in ranges
            ]
        return order.job(self.host, captured, output)

    def take(self, order: Order, options: argparse.Namespace) -> Work:
        """Capture an order's pictures and hand its job over. Raises as :meth:`job` does."""
        work = self._begin(self._pump.submit(self.job(order, options)))
        if order.wish.seen:
            note = self._note_of(order, options)
            with suppress(OSError):  # it would be made once more
                note.parent.mkdir(parents=True, exist_ok=True)
                note.write_text(work.job.id, "ascii")
        return work

    def standing(self, order: Order, options: argparse.Namespace) -> Work | None:
        """Return what an order gave before, where that stands; None: it has to be asked for.

        As seen, a clip is another one once a result lies over it: what was made of it before is
        known by a note beside the captured pictures. Of all others a job's own contents say it.
        """
        try:
            known = self._note_of(order, options).read_text("ascii") if order.wish.seen else ""
        except (OSError, ValueError):
            return None
        placed = self.host.placed(known) if known else None
        if placed is None or not placed.is_there:
            return None
        job = replace(self._unseen(order, options), id=known)
        self.say("stands", **_where(job, placed))
        return Work(job, placed=placed, before=True)

    def adopt(self, status: JobStatus) -> Work:
        """Go on with a job that was handed over before, and place it in the open project."""
        work = Work(status.job, status, document=self.host.describe().document)
        self._pump.adopt(work)
        return self._begin(work)

    def finish(self) -> None:
        """Look after all that was taken until it is placed, or it is known why not."""
        while not all(work.over for work in self.works):
            time.sleep(LOOK)
            self.look()

    def serve(self) -> None:
        """Answer what is asked of the program, until it ends.

        That it has ended is known when it is not found again: while one project is closed and
        another opens it has none for a moment.
        """
        while not self._ended:
            time.sleep(LOOK)
            self.look()

    def look(self) -> None:
        """Take in what is new, place what is done, and tell of it; never waits for a job."""
        with undisturbed() as self._interrupts:
            if self._lost is not None:
                self._find_again()
            try:
                self._pump.pump()
            except GONE as error:
                self._lose(error)
            for work in self.works:
                if work.done and isinstance(work.error, GONE) and work.job.id not in self._over:
                    self._lose(work.error)
                    work.error = None
            self._give_up()
            for work in self.works:
                self._note(work)
            self._tell_notes()

    def _output(self, order: Order, options: argparse.Namespace) -> Output:
        return live.output_of(self.host.output(order.clip, order.wish.effect), options)

    def _unseen(self, order: Order, options: argparse.Namespace) -> Job:
        """Return an order's job without its pictures: the same for the same order."""
        clips = [clip for clip, _ in order.ranges()]
        return order.job(self.host, clips, self._output(order, options))

    def _note_of(self, order: Order, options: argparse.Namespace) -> Path:
        name = f"{self._unseen(order, options).id}.job"
        return self.host.destination() / CAPTURED / name

    def _begin(self, work: Work) -> Work:
        if work.gone:
            self.say("made_again", path=work.gone)
        self._note(work)
        return work

    def _note(self, work: Work) -> None:
        """Tell of a job what has changed, and keep what its project waits for."""
        job = work.job.id
        if job in self._over:
            return
        if job not in self._noted:
            self._noted.add(job)
            awaited.add(work.document, job)
        if work.over:
            self._over.add(job)
            self._end(work)
        elif work.status is not None:
            self._tell_phase(work.status)

    def _tell_taken(self, order: Order) -> None:
        """Say what is made of what: of a frame, a clip, or what lies between two."""
        clip, after, language = order.clip, order.after, show.language()
        told = {"effect": catalogue.text(f"effect.{order.wish.effect}.label", language)}
        if after is not None:
            self.say("taken.between", clip=clip.name, after=after.name, **told)
        elif effect(order.wish.effect).source == "frame":
            at = clip.record_range.start if order.at is None else order.at
            self.say("taken.frame", clip=clip.name, at=_label(at, clip), **told)
        else:
            begin, end = (
                _label(at, clip) for at in (clip.record_range.start, clip.record_range.end)
            )
            self.say("taken.clip", clip=clip.name, start=begin, end=end, **told)

    @contextmanager
    def _told_when_slow(self, clip: Clip) -> Iterator[None]:
        """Say that pictures are being rendered, where that takes its time."""
        phase = catalogue.text("ui.board.kind.capturing", show.language())
        timer = threading.Timer(SLOW, self._print, [f"{clip.name}: {phase}"])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _tell_phase(self, status: JobStatus) -> None:
        job, language = status.job, show.language()
        phase = _phase(status, language)
        if phase and self._said.get(job.id) != phase:
            self._said[job.id] = phase
            left = time_left(status.progress.seconds_left, language)
            self._print(f"{job.clip.name}: {', '.join(filter(None, (phase, left)))}")

    def _tell_notes(self) -> None:
        """Tell what could not be done exactly, or not be put back."""
        for note in self.host.notes()[self._heard :]:
            self._heard += 1
            self.notes.append(note)
            self._print(note.text(show.language()))

    def _end(self, work: Work) -> None:
        job = work.job
        if work.placed is not None:
            self._trouble = None
            if work.before:  # whoever placed it may have ended before it could say so
                placed = work.placed
                self._pump.follower.look(
                    lambda client: client.deliver(job.id, "placed", placed.item)
                )
            self.say("stands" if work.before else "placed", **_where(job, work.placed))
        elif work.done:
            self.say("waits", clip=job.clip.name, host=self._program)
            return
        awaited.remove(work.document, job.id)

    def _lose(self, error: AfterframeError) -> None:
        """The program does not answer: nothing is asked of it until it is found again."""
        self._lost = self._trouble = error
        self._tried = time.monotonic()
        self._pump.listening = False
        self.say("lost", name=self.name)

    def _find_again(self) -> None:
        if time.monotonic() - self._tried < AGAIN:
            return
        self._tried = time.monotonic()
        with suppress(AfterframeError, OSError):  # what is broken cannot always be let go of
            self.host.close()
        try:
            self.host = self._pump.host = self._reach()
            self.host.describe()
        except GONE as error:
            self._lost, self._ended = error, isinstance(error, HostUnreachable)
            return
        self._heard = 0
        self.host.noted = self._tell_notes
        self._lost = None
        self._pump.listening = True
        self.say("back", name=self.name)

    def _give_up(self) -> None:
        """What is made waits for a while for its program, and for its project to be open."""
        works = self.works
        waiting = [work for work in works if work.done and not work.over]
        at_work = any(not (work.over or work.done) for work in works)
        if not waiting or at_work or len(waiting) != self._held:
            self._held, self._held_since = len(waiting), time.monotonic()
            return
        if time.monotonic() - self._held_since > PATIENCE:
            for work in waiting:
                path = work.status.result.path if work.status and work.status.result else ""
                work.error = self._trouble or OtherProject(host=self._program, path=path)

    def _cancel(self) -> None:
        """Stop what is not done, and wait until it has stopped; nothing more is placed."""
        self._pump.listening, self._pump.may_place = False, lambda: False
        _settle(*self._pump.cancel())
        deadline = time.monotonic() + SETTLING
        works = [work for work in self.works if not work.over]
        while time.monotonic() < deadline and not all(work.over or work.done for work in works):
            time.sleep(LOOK)
            self._pump.pump()
        for work in works:
            if work.over:
                awaited.remove(work.document, work.job.id)

    def _print(self, line: str) -> None:
        if not self._quiet:
            print(line, file=sys.stderr, flush=True)


@contextmanager
def undisturbed() -> Iterator[list[int]]:
    """Hold Ctrl-C back until what is being done to the timeline is done.

    Yields:
        A list that is no longer empty once it came.
    """
    came: list[int] = []
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield came
        return
    signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if came:
        raise KeyboardInterrupt


def _phase(status: JobStatus, language: str) -> str:
    """Return what is being done about a job, in words; empty where it is over."""
    if status.state == "running":
        other = catalogue.text("ui.board.phase.making", language)
        return catalogue.text_or(other, f"ui.board.phase.{status.progress.phase}", language)
    return catalogue.text("ui.board.kind.queued", language) if status.state == "queued" else ""


def _where(job: Job, placed: Placed) -> dict[str, Any]:
    return {
        "clip": job.clip.name,
        "name": placed.name,
        "track": placed.track,
        "start": _label(placed.span.start, job.clip),
        "end": _label(placed.span.end, job.clip),
        "frames": placed.span.duration,
    }


def _label(frame: int, clip: Clip) -> str:
    return timecode(frame, clip.rate, clip.drop_frame and can_drop(clip.rate))


def _settle(*calls: Future[Any]) -> None:
    """Wait a while for the service to answer: what it does not hear now it finds out later."""
    deadline = time.monotonic() + SETTLING
    for call in calls:
        with suppress(AfterframeError, CancelledError, TimeoutError):
            call.result(max(0.0, deadline - time.monotonic()))
