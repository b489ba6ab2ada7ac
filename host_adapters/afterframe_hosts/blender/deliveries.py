"""What becomes of results: placed and saved, offered, declined.

Done is not delivered. A result is placed by itself into the document it was asked for while that is
open, and the service is told so once the document has been saved with it. What was made while the
document was closed, what a Blender that ended had not saved, and what a reverted document lacks is
offered in it, and placed at the user's word.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from contextlib import suppress

from ..pump import Pump, Work
from ..wire import awaited
from ..wire.board import Board, Place
from ..wire.errors import ItemGone
from ..wire.job import DeliveryState, JobStatus
from . import marks, timeline
from .adapter import BlenderHost

ASK_AGAIN = 10.0
"""Seconds after which it is asked again for what another Blender seemed to have in hand: it may
have ended since, and a service notices that a minute later."""


class Deliveries:
    """The results of the open document, and of those that were open before.

    Attributes:
        offered: results that wait for the user's word, by the ids of their jobs.
    """

    def __init__(self, host: BlenderHost, pump: Pump, board: Board) -> None:
        self.offered: dict[str, JobStatus] = {}
        self._host, self._pump, self._board = host, pump, board
        self._document = host.document()
        self._told: dict[str, DeliveryState] = {}
        self._asked: Future[awaited.Found] | None = None
        self._ask_at: float | None = None

    def expect(self, work: Work) -> None:
        """Let the document wait for a job, over the end of this Blender too."""
        if not work.before:
            awaited.add(work.document, work.job.id)

    def ask(self) -> None:
        """Ask what waits for this document.

        A service is started only where this document is known to wait for something.
        """
        self._ask_at = None
        document, own = self._host.document(), self._host.describe().id
        known = {work.job.id for work in self._pump.works.values()}
        jobs = [job for job in awaited.jobs(document) if job not in known]
        left = awaited.left_behind(document)
        follower = self._pump.follower
        ask = follower.call if jobs else follower.look
        self._asked = ask(lambda client: awaited.find(client, document, jobs, left, own))

    def opened(self) -> None:
        """Another document is open, or this one anew; what has not been saved in it is gone."""
        self._host.renew()
        self._document = document = self._host.document()
        self.offered.clear()
        for key, work in list(self._pump.works.items()):
            if work.document != document or not work.done or work.status is None:
                continue
            work.placed = self._host.placed(work.job.id)
            if work.placed is None:
                del self._pump.works[key]
                self._offer(work.status)
        self.ask()

    def saved(self) -> None:
        """The document has been saved: what stands in it is delivered."""
        document = self._host.document()
        if document != self._document:
            self._follow(self._document, document)
        for work in self._pump.works.values():
            job = work.job.id
            if work.document != document or work.before or work.placed is None:
                continue
            placed = self._host.placed(job)
            if placed is not None and self._told.get(job) != "placed":
                self._settle(job, "placed", placed.item)
            elif placed is None and job not in self._told:
                self._settle(job, "declined")

    def undone(self) -> None:
        """What had been taken off the timeline may stand there again, and take its result."""
        for work in self._pump.works.values():
            if work.document != self._document or not isinstance(work.error, ItemGone):
                continue
            with suppress(ItemGone):
                timeline.find_source(work.job.clip)
                work.error = None

    def look(self) -> None:
        """Take in what was asked, and note on the board where each result is."""
        if self._asked is not None and self._asked.done():
            answer, self._asked = self._asked, None
            if answer.exception() is None:  # else asked again when there is a service
                self._take_in(answer.result())
        if self._ask_at is not None and time.monotonic() > self._ask_at:
            self.ask()
        standing = standing_jobs()
        own = {work.job.id: work for work in self._pump.works.values()}
        for status in self._board.statuses():
            job = status.job.id
            if status.state != "done":
                continue
            if job in own:
                here = own[job].document == self._document
                self._board.mark(job, self._place_of(own[job], standing), own=here)
            elif job in self.offered:
                self._board.mark(job, "offered", own=True)
            elif job in self._told:
                self._board.mark(job, "placed" if job in standing else "declined")
            else:
                self._board.mark(job, "placed" if job in standing else "elsewhere")

    def placed(self, work: Work) -> None:
        """A result was placed at the user's word."""
        self.offered.pop(work.job.id, None)
        if self._told.get(work.job.id) == "placed":
            return  # once more: it was delivered before
        awaited.add(work.document, work.job.id)

    def decline(self, job: str) -> None:
        """Note that a result is not wanted on the timeline; its file stays."""
        self.offered.pop(job, None)
        for key, work in list(self._pump.works.items()):
            if work.job.id == job:
                del self._pump.works[key]
        self._settle(job, "declined")

    def forget(self, work: Work) -> None:
        """Nothing came of a job: the document waits for it no longer."""
        awaited.remove(work.document, work.job.id)

    def _offer(self, status: JobStatus) -> None:
        self.offered[status.job.id] = status
        self._board.hear(status)

    def _follow(self, before: str, now: str) -> None:
        """The document goes on under another name, and with it all that waits for it."""
        for work in self._pump.works.values():
            if work.document == before:
                awaited.remove(before, work.job.id)
                work.document = now
                self.expect(work)
        for job in self.offered:
            awaited.add(now, job)  # and the document of before still has its own
        self._document = now

    def _settle(self, job: str, state: DeliveryState, item: str = "") -> None:
        self._told[job] = state
        awaited.remove(self._host.document(), job)
        self._pump.follower.call(lambda client: client.deliver(job, state, item))

    def _take_in(self, found: awaited.Found) -> None:
        if found.others:
            self._ask_at = time.monotonic() + ASK_AGAIN
        for job in found.unknown:
            awaited.remove(self._document, job)
        known = {work.job.id for work in self._pump.works.values()}
        for status in found.statuses:
            if status.job.id not in known and status.job.id not in self._told:
                self._adopt(status)

    def _adopt(self, status: JobStatus) -> None:
        """Go on with a job that was asked for from this document before it was opened.

        An event that came before this answer may say more than it does.
        """
        job = status.job.id
        heard = self._board.status(job)
        if heard is not None and heard.updated > status.updated:
            status = heard
        placed = self._host.placed(job)
        if status.state == "done" and placed is not None:
            self._settle(job, "placed", placed.item)
        elif status.delivery in {"placed", "declined"}:
            awaited.remove(self._document, job)
        elif status.state == "done":
            self._offer(status)
        else:
            work = Work(status.job, status, document=self._document)
            self._pump.adopt(work)

    def _place_of(self, work: Work, standing: frozenset[str]) -> Place:
        if work.document != self._document:
            return "placed" if work.job.id in standing else "elsewhere"
        if work.error is not None:
            return "homeless"
        if work.placed is not None:
            return "placed" if work.job.id in standing else "removed"
        return "held"


def standing_jobs() -> frozenset[str]:
    """Return the jobs whose results stand in the file that is open, shown or as another take."""
    return frozenset(job for _, strip in marks.all_ours() for job in marks.jobs(strip))
