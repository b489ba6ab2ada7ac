"""All jobs as a list before the user: what each is, how far it is, what can be done about it.

Every face that shows the queue draws it from here. A board is told what happens, in any order and
as often as one likes, and gives :class:`Row` by row what to show. It knows no host::

    board = Board()
    board.hear(event.status)                      # as the service tells it
    board.mark(job, "placed")                     # as the host knows it
    for row in board.rows("en"): ...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

from . import catalogue
from .errors import AfterframeError
from .job import Job, JobStatus

Fix = Literal[
    "retry",
    "install_engine",
    "save_project",
    "choose_folder",
    "find_media",
    "open_settings",
    "none",
]
"""What one press of a button can do about an error."""
Kind = Literal["capturing", "sending", "queued", "running", "done", "failed", "cancelled"]
"""How a job stands; ``capturing`` and ``sending`` before the service has it."""
Place = Literal["", "held", "offered", "homeless", "placed", "removed", "declined", "elsewhere"]
"""Where the result of a job is, as the host knows it.

``held``: is placed once the timeline may be changed. ``offered``: waits for the user's word.
``homeless``: it could not be placed. ``placed``: stands on the timeline. ``removed``: stood there,
and was taken off by the user. ``declined``: the user does not want it there. ``elsewhere``: is
another document's, or another program's. Empty: nothing is known.
"""
Button = Literal[
    "cancel", "retry", "place", "place_here", "decline", "reveal", "open_folder", "remove"
]

FIXES: Mapping[str, Fix] = {
    # what was asked
    "bad_value": "open_settings",
    "unknown_effect": "open_settings",
    "cut_is_cleaner": "open_settings",
    "engine_unfit": "open_settings",
    "format_unfit": "open_settings",
    "mask_unfit": "open_settings",
    "memory_short": "open_settings",
    "no_engine_ready": "open_settings",
    "out_of_memory": "open_settings",
    "unknown_engine": "open_settings",
    "unknown_format": "open_settings",
    # its source
    "media_missing": "find_media",
    "media_truncated": "find_media",
    "media_unreadable": "find_media",
    "no_picture": "find_media",
    "sequence_holes": "find_media",
    "frame_outside": "none",
    "unknown_layer": "none",
    # where it goes
    "destination_gone": "choose_folder",
    "disk_full": "choose_folder",
    "name_too_long": "choose_folder",
    "not_writable": "choose_folder",
    "output_exists": "choose_folder",
    "path_not_permitted": "choose_folder",
    "too_large": "choose_folder",
    "document_unsaved": "save_project",
    "save_failed": "save_project",
    # the service
    "engine_failed": "retry",
    "internal": "retry",
    "cancelled": "retry",
    "queue_damaged": "retry",
    "queue_locked": "retry",
    "service_refused": "retry",
    "service_unreachable": "retry",
    "unknown_job": "retry",
    "verify_failed": "retry",
    "worker_hung": "retry",
    "worker_lost": "retry",
    "bad_message": "install_engine",
    "service_missing": "install_engine",
    "service_version": "install_engine",
    "setup_failed": "install_engine",
    "setup_offline": "install_engine",
    "setup_impossible": "none",
    # the user, on the timeline
    "before_timeline": "none",
    "capture_failed": "none",
    "frame_trimmed": "none",
    "host_silent": "none",
    "host_edition": "none",
    "host_format": "none",
    "host_stuck": "retry",
    "host_unable": "none",
    "host_unreachable": "retry",
    "other_project": "none",
    "host_unrestored": "none",
    "item_gone": "none",
    "item_not_found": "none",
    "no_free_channel": "none",
    "no_timeline": "none",
    "nothing_selected": "none",
    "place_failed": "none",
    "playhead_outside": "none",
    "rate_changed": "open_settings",
    "scene_linked": "none",
    "source_gone": "none",
    "unsupported_item": "none",
    # never a job's; told to other faces, or to who writes programs
    "bad_timecode": "none",
    "body_too_large": "none",
    "endpoint_foreign": "none",
    "foreign_origin": "none",
    "job_conflict": "none",
    "not_permitted": "none",
    "recipe_differs": "none",
    "recipe_unreadable": "none",
    "shot_list": "none",
    "shot_name": "none",
    "timeline_unreadable": "none",
    "unauthorised": "none",
    "unknown_session": "none",
}
"""By the code of an error. Where there is none, its sentence says what to do."""

FINISHED: frozenset[Kind] = frozenset({"done", "failed", "cancelled"})
_AT_WORK: tuple[Button, ...] = ("cancel",)
_BUTTONS: Mapping[Place, tuple[Button, ...]] = {
    "": ("open_folder", "remove"),
    "held": ("open_folder",),
    "offered": ("place", "decline", "open_folder"),
    "homeless": ("place", "place_here", "decline", "open_folder"),
    "placed": ("reveal", "open_folder", "remove"),
    "removed": ("place", "open_folder", "remove"),
    "declined": ("place", "open_folder", "remove"),
    "elsewhere": ("open_folder", "remove"),
}
"""Of a job that is done, by where its result is."""
_WAITS: frozenset[Place] = frozenset({"held", "offered", "homeless"})
_MINUTE, _HOUR = 60, 3600
_IN_MINUTES, _IN_HOURS = 90, 5400
"""Seconds from which time is told in minutes, and in hours."""


@dataclass(frozen=True)
class Row:
    """One job before the user; all words are in the language that was asked for.

    Attributes:
        job: its id.
        name: of the clip.
        title: of the job in a list: a short word for the effect, and the clip's name.
        effect: in words.
        draft: made small and quick.
        host: whose job it is, where that is another program or document; empty: our own.
        kind: how it stands.
        place: where its result is.
        phase: kind, place and phase in words.
        fraction: of the work that is done, 0 to 1.
        left: the time left, in words; empty where unknown.
        error: what went wrong; empty.
        advice: what the user can do about it; empty.
        fix: what a button can do about it.
        preview: changes when there is a new preview picture; 0: there is none.
        buttons: in the order in which they are shown.
        created: seconds since 1970, when it was asked for.
    """

    job: str
    name: str
    title: str
    effect: str
    draft: bool
    host: str
    kind: Kind
    place: Place
    phase: str
    fraction: float
    left: str
    error: str
    advice: str
    fix: Fix
    preview: int
    buttons: tuple[Button, ...]
    created: float

    @property
    def percent(self) -> str:
        """How much of the work is done, and the time left, in words."""
        return " · ".join(filter(None, (f"{round(100 * self.fraction)} %", self.left)))

    @property
    def finished(self) -> bool:
        """True when nothing more comes by itself, and nothing waits for the user."""
        return self.kind in FINISHED and self.place not in _WAITS


@dataclass
class _Entry:
    job: Job
    own: bool
    created: float
    kind: Kind = "sending"
    fraction: float = 0.0
    status: JobStatus | None = None
    place: Place = ""
    error: AfterframeError | None = None
    preview: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    """As it stands, by language; empty after a change."""


@dataclass
class Board:
    """The jobs that are shown.

    Attributes:
        version: another number after each change that shows.
    """

    version: int = 0
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _hidden: set[str] = field(default_factory=set)

    def begin(self, job: Job, created: float, kind: Kind = "sending") -> None:
        """Show a job of our own before the service has it, at the top.

        Args:
            job: as it is known so far.
            created: seconds since 1970.
            kind: ``sending`` or ``capturing``.
        """
        self._hidden.discard(job.id)
        self._entries[job.id] = _Entry(job, True, created, kind)
        self.version += 1

    def capture(self, job: str, fraction: float) -> None:
        """Tell how much of a job's pictures, 0 to 1, the host has rendered."""
        entry = self._entries.get(job)
        if entry is not None and entry.kind == "capturing" and entry.fraction != fraction:
            entry.fraction = fraction
            self._note(entry)

    def hear(self, status: JobStatus) -> None:
        """Take in how a job stands, as the service told it; what is older is left."""
        job = status.job.id
        if job in self._hidden:
            if status.finished:
                return
            self._hidden.discard(job)  # taken up again by somebody
        entry = self._entries.get(job)
        if entry is None:
            entry = self._entries[job] = _Entry(status.job, False, status.created)
        known = entry.status
        same = (status is known or status == known) and entry.kind == status.state
        if same or (known is not None and status.updated < known.updated):
            return
        if known is None or known.state != status.state:
            entry.fraction, entry.error = 0.0, None
        entry.status, entry.kind = status, status.state
        entry.fraction = max(entry.fraction, _fraction(status))
        entry.preview += status.preview
        if status.error is not None:
            entry.error = status.error.exception()
        self._note(entry)

    def refuse(self, job: str, error: AfterframeError) -> bool:
        """Tell why a job was not taken, or its result could not be placed.

        Returns:
            False where that is known.
        """
        entry = self._entries.get(job)
        if entry is None or (entry.error is error and entry.kind in FINISHED):
            return False
        entry.error = error
        if entry.kind not in FINISHED:
            entry.kind = "cancelled" if error.code == "cancelled" else "failed"
        self._note(entry)
        return True

    def mark(self, job: str, place: Place, own: bool | None = None) -> None:
        """Tell where a job's result is, and whether the job is one of our own."""
        entry = self._entries.get(job)
        if entry is None:
            return
        own = entry.own if own is None else own
        if (entry.place, entry.own) != (place, own):
            if place in {"placed", "held", "elsewhere"} and entry.kind == "done":
                entry.error = None
            entry.place, entry.own = place, own
            self._note(entry)

    def remove(self, job: str) -> None:
        """Take a job from the list, and leave it out until it begins again."""
        if self._entries.pop(job, None) is not None:
            self._hidden.add(job)
            self.version += 1

    def clear_finished(self) -> None:
        """Take from the list what is over and waits for nobody."""
        for job, entry in list(self._entries.items()):
            if entry.kind in FINISHED and not _waits(entry):
                self.remove(job)

    def status(self, job: str) -> JobStatus | None:
        """Return how a job stands, as the service last told it."""
        entry = self._entries.get(job)
        return entry.status if entry is not None else None

    def job(self, job: str) -> Job | None:
        """Return a job that is on the list."""
        entry = self._entries.get(job)
        return entry.job if entry is not None else None

    def statuses(self) -> tuple[JobStatus, ...]:
        """Return how all jobs stand that the service knows."""
        return tuple(each.status for each in self._entries.values() if each.status is not None)

    def error(self, job: str) -> AfterframeError | None:
        """Return what went wrong with a job."""
        entry = self._entries.get(job)
        return entry.error if entry is not None else None

    @property
    def active(self) -> int:
        """How many jobs are at work or wait for their turn."""
        return sum(entry.kind not in FINISHED for entry in self._entries.values())

    def rows(self, language: str = "en") -> tuple[Row, ...]:
        """Return what to show: first what is at work, then what waits for the user, then the rest;
        in each part the newest first."""
        entries = sorted(self._entries.values(), key=lambda each: -each.created)
        return tuple(_row_of(each, language) for each in sorted(entries, key=_part))

    def _note(self, entry: _Entry) -> None:
        """Note that an entry shows otherwise than before."""
        entry.rows.clear()
        self.version += 1


def fix_of(error: AfterframeError) -> Fix:
    """Return what a button can do about an error; ``none`` for one of a newer version."""
    return FIXES.get(error.code, "none")


def advice_on(error: AfterframeError, language: str = "en") -> str:
    """Return what the user can do about an error, where there are buttons and no command line."""
    return catalogue.text_or(
        error.fix(language), f"ui.advice.{error.code}", language, **error.params
    )


def time_left(seconds: float | None, language: str = "en") -> str:
    """Return a time left in words, no finer than it is known; empty where it is not."""
    if seconds is None:
        return ""
    if seconds < _IN_MINUTES:
        coarse = max(1, round(seconds) if seconds < 10 else 5 * round(seconds / 5))
        return catalogue.text("ui.board.left.seconds", language, count=coarse)
    unit, size = ("minutes", _MINUTE) if seconds < _IN_HOURS else ("hours", _HOUR)
    return catalogue.text(f"ui.board.left.{unit}", language, count=round(seconds / size))


def _part(entry: _Entry) -> int:
    if entry.kind not in FINISHED:
        return 0
    return 1 if _waits(entry) else 2


def _waits(entry: _Entry) -> bool:
    return entry.kind == "done" and entry.place in _WAITS


def _row_of(entry: _Entry, language: str) -> Row:
    """Return an entry's row; made once for as long as it stands, since lists are drawn often."""
    if language not in entry.rows:
        entry.rows[language] = _row(entry, language)
    return entry.rows[language]


def _row(entry: _Entry, language: str) -> Row:
    status, error = entry.status, entry.error
    at_work = entry.kind == "running" and status is not None
    return Row(
        job=entry.job.id,
        name=entry.job.clip.name,
        title=_title(entry.job, language),
        effect=catalogue.text_or(entry.job.effect, f"effect.{entry.job.effect}.label", language),
        draft=entry.job.quality == "draft",
        host="" if entry.own else _host_of(entry.job, language),
        kind=entry.kind,
        place=entry.place,
        phase=catalogue.text(_phase(entry), language),
        fraction=1.0 if entry.kind == "done" else entry.fraction,
        left=time_left(status.progress.seconds_left, language) if status and at_work else "",
        error=error.message(language) if error else "",
        advice=advice_on(error, language) if error else "",
        fix=fix_of(error) if error else "none",
        preview=entry.preview,
        buttons=_buttons(entry),
        created=entry.created,
    )


def _title(job: Job, language: str) -> str:
    short = catalogue.text_or(job.effect, f"effect.{job.effect}.channel", language)
    return f"{short} · {job.clip.name}"


def _host_of(job: Job, language: str) -> str:
    """Name the program, and the document, that a job is for."""
    host = catalogue.text_or(job.clip.host, f"ui.board.host.{job.clip.host or 'none'}", language)
    document = PurePath(job.clip.document.replace("\\", "/")).name
    if not document or document.startswith("unsaved-"):
        return host
    return f"{host}: {document}"


def _phase(entry: _Entry) -> str:
    if entry.kind == "running" and entry.status is not None:
        return f"ui.board.phase.{_known(entry.status.progress.phase)}"
    if entry.kind == "done" and entry.place:
        return f"ui.board.place.{entry.place}"
    return f"ui.board.kind.{entry.kind}"


def _known(phase: str) -> str:
    return phase if phase in _SHARES else "making"


_SHARES: Mapping[str, tuple[float, float]] = {
    "waiting": (0.0, 0.0),
    "reading": (0.0, 0.0),
    "making": (0.0, 0.97),
    "writing": (0.97, 0.0),
    "verifying": (0.98, 0.0),
}
"""Where a phase begins in the whole of the work, and how much of it it is."""


def _fraction(status: JobStatus) -> float:
    begins, share = _SHARES[_known(status.progress.phase)]
    total = status.progress.total
    return begins + share * min(1.0, status.progress.done / total if total else 0.0)


def _buttons(entry: _Entry) -> tuple[Button, ...]:
    if entry.kind not in FINISHED:
        return _AT_WORK
    if entry.kind != "done":
        return ("retry", "remove")
    return _BUTTONS[entry.place]
