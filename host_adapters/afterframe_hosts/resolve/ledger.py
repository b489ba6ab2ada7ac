"""Which results stand on the open timeline, remembered for a moment.

That nothing of a job stands is known only when every item has been asked for its marker: of two
thousand items that takes seconds, and a batch asks for each of its shots.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from . import api, marks
from .aside import identity_of, sure

WORTH = 10.0
"""For how many times as long as a look took what it has seen is taken for true: of a small
timeline for no time at all."""


@dataclass
class Ledger:
    """What was seen when a timeline and our bin were last looked through.

    What it says to stand is looked at again; what it does not know may have been placed since by
    another command, so :meth:`holder` asks our bin anew.
    """

    _timeline: str | None = None
    _until: float = 0.0
    _marked: dict[str, marks.Standing] = field(default_factory=dict)
    _borne: frozenset[str] = frozenset()

    def placed(self, project: api.Project, job: str) -> marks.Standing | None:
        """Return what has the result of a job; see ``marks.holder``."""
        self._look(project)
        there = self._marked.get(job)
        if there is not None and marks.job_of(there.item) == job:
            return there
        is_known = there is not None or job in self._borne
        return marks.holder(project, job) if is_known else None

    def holder(self, project: api.Project, job: str) -> marks.Standing | None:
        """Return likewise, of what our bin bears now."""
        is_borne = marks.clips_of(project, marks.JOB, job)
        return marks.holder(project, job) if is_borne else self.placed(project, job)

    def add(self, job: str, there: marks.Standing) -> None:
        """Note what was placed just now."""
        self._marked[job] = there

    def _look(self, project: api.Project) -> None:
        """Look through the open timeline and our bin, unless that was done a moment ago."""
        begun, current = time.monotonic(), sure(project.GetCurrentTimeline)
        identity = identity_of(current)
        if begun < self._until and identity == self._timeline:
            return
        self._marked = marks.marked(current) if current is not None else {}
        self._borne = marks.jobs_borne(project)
        self._timeline = identity
        self._until = begun + (time.monotonic() - begun) * WORTH
