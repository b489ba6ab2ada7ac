"""A batch at work: its shots are handed over one by one, and followed to their end.

One by one, since the pictures of a shot may have to be captured first: Blender goes on between two
of them, and one second Blender renders at a time. What was handed over is a job as any other: it is
on the queue, can be cancelled and tried again there, and goes on when Blender is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...orders import Wish
from ...wire.errors import AfterframeError
from ...wire.job import ErrorInfo
from ..batching import BEFORE, PLACED, Line
from ..shots import Shot
from . import handlers, session, words


@dataclass
class _Row:
    """A shot and what became of it.

    Attributes:
        shot: what is to be made.
        job: its id on the board; None before it is handed over.
        error: why it was not taken.
    """

    shot: Shot
    job: str | None = None
    error: AfterframeError | None = None


class Run:
    """A batch of this Blender session.

    Attributes:
        total: number of shots.
    """

    def __init__(self, shots: Sequence[Shot], wish: Callable[[Shot], Wish]) -> None:
        """Take in what is to be made; :meth:`step` begins with it.

        Args:
            shots: one or more.
            wish: what holds for a shot beside its effect and parameters.
        """
        self._rows = [_Row(shot) for shot in shots]
        self._wish = wish
        works = session.current().pump.works
        self._before = {job for job, work in works.items() if work.placed is not None}
        self.total = len(self._rows)

    def step(self) -> None:
        """Hand over the next shot, once the one before has its pictures."""
        waiting = next((row for row in self._rows if row.job is None and row.error is None), None)
        if waiting is None or self._is_capturing() or not handlers.may_edit():
            return
        here = session.current()
        order = waiting.shot.order(self._wish(waiting.shot), here.host.describe().id)
        waiting.job = here.order(order, quiet=True) or None
        if waiting.job is None:
            waiting.error, here.problem = here.problem or _cancelled(), None

    def stop(self, *, jobs: bool) -> None:
        """Hand over no more.

        Args:
            jobs: cancel those too that were handed over and are not done.
        """
        here = session.current()
        for row in self._rows:
            if row.job is None and row.error is None:
                row.error = _cancelled()
            elif jobs and row.job is not None and self._line(row) is None:
                here.cancel(here.became.get(row.job, row.job))

    @property
    def done(self) -> int:
        """How many shots have their result, or have come to nothing."""
        return len(self.lines())

    @property
    def over(self) -> bool:
        """True when nothing more comes by itself."""
        return self.done == self.total

    def lines(self) -> tuple[Line, ...]:
        """Return how it ended, of the shots that are over."""
        lines = (self._line(row) for row in self._rows)
        return tuple(line for line in lines if line is not None)

    def _is_capturing(self) -> bool:
        here = session.current()
        return any(
            row.job is not None
            and row.job not in here.became
            and row.job not in here.pump.works
            and self._line(row) is None
            for row in self._rows
        )

    def _line(self, row: _Row) -> Line | None:
        """Return how a shot ended; None while it has not."""
        if row.error is not None:
            return Line.failed(row.shot, row.error, words.language())
        if row.job is None:
            return None
        here = session.current()
        job = here.became.get(row.job, row.job)
        work = here.pump.works.get(job)
        if work is not None and work.placed is not None:
            made = work.status.result if work.status else None
            shot, state = row.shot, BEFORE if work.before or job in self._before else PLACED
            file = made.path if made else ""
            return Line(shot.clip.name, shot.start, shot.effect, state, work.placed.name, file)
        error = work.error if work is not None else here.board.error(job)
        if work is None and here.board.job(job) is None:
            error = _cancelled()
        return None if error is None else Line.failed(row.shot, error, words.language())


def _cancelled() -> AfterframeError:
    return ErrorInfo("cancelled", "", "").exception()
