"""What is changed on the way and how it is put back: the user's view, and what was begun.

Resolve undoes nothing for a script. So each thing is noted before it is touched, with how to see
that it is as before, and put back in the opposite order whatever happens. No answer of Resolve is
believed for that: it is looked at again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from ..wire.errors import AfterframeError, HostStuck, HostUnreachable, HostUnrestored
from ..wire.job import Note
from . import api
from .calls import HOST

T = TypeVar("T")
Tell = Callable[[Note], None]
"""What is done with a sentence to the user."""

TRIES = 3
"""How often something is put back: a first call may come to nothing (S12)."""
PAUSE = 0.02
"""Seconds between tries: a page is not shown at once."""
TELLS_TIME = frozenset({"cut", "edit", "color", "fairlight", "deliver"})
"""Pages on which the playhead can be read and set."""


def silent(note: Note) -> None:
    """Say nothing."""


def sure(read: Callable[[], T]) -> T:
    """Return what is read; nothing (None, False, empty) only where it is read twice."""
    return read() or read()


@dataclass(frozen=True)
class _Change:
    what: str
    is_back: Callable[[], bool]
    put_back: Callable[[], object]

    def undo(self) -> bool:
        for number in range(TRIES):
            with suppress(AfterframeError, OSError):
                if self.is_back():
                    return True
                self.put_back()
                time.sleep(PAUSE * number)
        with suppress(AfterframeError):
            return self.is_back()
        return False


@dataclass
class Changes:
    """What has been changed, the oldest first."""

    _made: list[_Change] = field(default_factory=list)

    def add(self, what: str, is_back: Callable[[], bool], put_back: Callable[[], object]) -> None:
        """Note what is about to be changed.

        Args:
            what: for the user.
            is_back: says whether it is as before.
            put_back: makes it so; may be called when it is.
        """
        self._made.append(_Change(what, is_back, put_back))

    def put_back(self) -> tuple[str, ...]:
        """Put everything back, the newest first; return what could not be."""
        left = [change.what for change in reversed(self._made) if not change.undo()]
        self._made.clear()
        return tuple(left)


@dataclass
class Work:
    """One piece of work in Resolve.

    Attributes:
        view: what is put back in any case: page, playhead, timeline, bin.
        begun: what is put back where the work comes to nothing.
    """

    view: Changes = field(default_factory=Changes)
    begun: Changes = field(default_factory=Changes)


@contextmanager
def kept(resolve: api.Resolve, tell: Tell = silent) -> Iterator[Work]:
    """Work in Resolve: its view is as before afterwards, and after an error so is everything.

    Raises:
        HostUnreachable: Resolve has ended meanwhile; nothing could be put back.
        HostUnrestored: the work failed, and not everything could be put back.
    """
    work = Work()
    try:
        yield work
    except BaseException as error:
        if is_alive(resolve):
            left = (*work.begun.put_back(), *work.view.put_back())
            if left and isinstance(error, AfterframeError):
                detail = f"{str(error).rstrip('.')}."
                raise HostUnrestored(host=HOST, detail=detail, left=", ".join(left)) from error
        elif isinstance(error, AfterframeError) and not isinstance(error, HostStuck):
            detail = str(error.params.get("detail") or error)
            raise HostUnreachable(host=HOST, detail=detail) from error
        raise
    left = work.view.put_back() if is_alive(resolve) else ("what was open",)
    if left:
        tell(Note("note.resolve_view_left", {"what": ", ".join(left)}))


def watch(work: Work, resolve: api.Resolve, project: api.Project) -> None:
    """Note the page, the timeline and its playhead, the current bin and the selected clip.

    The playhead of a page that does not tell the time is not known: see :func:`open_edit`.
    """
    watch_page(work, resolve)
    pool = sure(project.GetMediaPool)
    if pool is not None:
        _watch_pool(work, pool)
    watch_timeline(work, project)


def watch_page(work: Work, resolve: api.Resolve) -> None:
    """Note which page is shown."""
    page = sure(resolve.GetCurrentPage)
    if page is not None:
        shown: api.Page = page  # type: ignore[assignment]  # a page of theirs
        work.view.add(
            f"page {page}",
            lambda: resolve.GetCurrentPage() == page,
            lambda: resolve.OpenPage(shown),
        )


def watch_timeline(work: Work, project: api.Project) -> None:
    """Note which timeline is current, and where its playhead is."""
    current = sure(project.GetCurrentTimeline)
    if current is None:
        return
    watch_playhead(work, current)
    identity = sure(current.GetUniqueId)
    work.view.add(
        "the timeline that was open",
        lambda: identity_of(project.GetCurrentTimeline()) == identity,
        lambda: project.SetCurrentTimeline(current),
    )


def watch_playhead(work: Work, timeline: api.Timeline) -> None:
    """Note where the playhead of the current timeline is, where its page tells that."""
    label = sure(timeline.GetCurrentTimecode)
    if label is not None:
        work.view.add(
            f"the playhead at {label}",
            lambda: timeline.GetCurrentTimecode() == label,
            lambda: timeline.SetCurrentTimecode(label),
        )


def make_current(work: Work, project: api.Project, timeline: api.Timeline) -> bool:
    """Make a timeline the current one, after :func:`watch`; return whether it is."""
    identity = sure(timeline.GetUniqueId)
    if identity_of(sure(project.GetCurrentTimeline)) == identity:
        return True
    for _ in range(TRIES):
        project.SetCurrentTimeline(timeline)
        if identity_of(sure(project.GetCurrentTimeline)) == identity:
            watch_playhead(work, timeline)
            return True
    return False


def open_page(resolve: api.Resolve, page: api.Page) -> bool:
    """Show a page, after it was noted; return whether it is shown."""
    for number in range(TRIES):
        if sure(resolve.GetCurrentPage) == page:
            return True
        resolve.OpenPage(page)
        time.sleep(PAUSE * number)
    return sure(resolve.GetCurrentPage) == page


def open_project(resolve: api.Resolve) -> api.Project:
    """Return the project that is open.

    Raises:
        HostUnreachable: there is none, or Resolve does not answer.
    """
    manager = sure(resolve.GetProjectManager)
    project = sure(manager.GetCurrentProject) if manager is not None else None
    if project is None:
        detail = "no project is open" if is_alive(resolve) else "it has ended"
        raise HostUnreachable(host=HOST, detail=detail)
    return project


def is_alive(resolve: api.Resolve) -> bool:
    """Return whether Resolve still answers; one call that fails is not its end."""
    for _ in range(2):
        with suppress(AfterframeError):
            if sure(resolve.GetVersionString) is not None:
                return True
    return False


def identity_of(handle: api.Timeline | api.Folder | api.MediaPoolItem | None) -> str | None:
    """Return the id of an object, None where there is none or it does not tell."""
    return None if handle is None else sure(handle.GetUniqueId)


def _watch_pool(work: Work, pool: api.MediaPool) -> None:
    folder, chosen = sure(pool.GetCurrentFolder), sure(pool.GetSelectedClips)
    if len(chosen) == 1:
        clip = chosen[0]
        identity = sure(clip.GetUniqueId)
        work.view.add(
            "the clip selected in the media pool",
            lambda: [identity_of(each) for each in pool.GetSelectedClips()] == [identity],
            lambda: pool.SetSelectedClip(clip),
        )
    if folder is not None:
        name = sure(folder.GetUniqueId)
        work.view.add(
            "the bin that was open",
            lambda: identity_of(pool.GetCurrentFolder()) == name,
            lambda: pool.SetCurrentFolder(folder),
        )
