"""DaVinci Resolve as a host: the project that is open in a running Resolve."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path

from ..base import LiveHost, Placed, Query, Reach
from ..wire.clip import Clip, Span
from ..wire.errors import (
    AfterframeError,
    HostUnable,
    ItemNotFound,
    MediaMissing,
)
from ..wire.job import JobStatus, Note, Output, new_id
from ..wire.session import HostSession
from ..wire.system import video_folder
from . import api, capture, choose, editions, link, place, timeline, turn
from .aside import open_project, sure
from .calls import HOST, root
from .ledger import Ledger

FOLDER = "Afterframe"
"""For results, in the project's folder for media."""
NO_PLAYHEAD = "tell where its playhead is on this page; open its Edit page, or say --at TIME"
_LONGEST_NAME = 80
"""Characters of a project's name in the name of a folder."""


class ResolveHost(LiveHost):
    """A running Resolve. What is open in it is asked anew for every call: the user goes on working.

    Attributes:
        rate: frames a second of the timeline that was open when it was last looked at.
        start: first frame of that timeline.
    """

    def __init__(
        self,
        resolve: api.Resolve,
        close: Callable[[], None] = lambda: None,
        take_turn: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Take a Resolve that has been reached.

        Args:
            resolve: as ``calls.root`` gives it.
            close: lets go of it.
            take_turn: keeps others from changing it meanwhile.

        Raises:
            HostEdition: its version lacks what it takes.
            HostUnreachable: no project is open, or it does not answer.
            NoTimeline: no timeline is open in it.
        """
        editions.demand(resolve)
        self.resolve = resolve
        self._close, self._take_turn = close, take_turn
        self._id = new_id()
        self._notes: list[Note] = []
        self._seen = Ledger()
        self.rate, self.start = Fraction(1), 0
        self._edit()

    @classmethod
    def connect(cls, door: Path | None = None) -> ResolveHost:
        """Reach Resolve and the timeline that is open in it; see ``base.LiveHost``."""
        line = link.reached(door)
        try:
            host = cls(root(line, line.resolve), line.close, turn.taken)
        except BaseException:
            line.close()
            raise
        line.slow = lambda call: host._tell(Note("note.resolve_busy", {"call": call}))
        return host

    @classmethod
    def reach(cls) -> Reach:
        """Find out how far Resolve can be driven; see ``base.LiveHost``."""
        return editions.reach()

    def close(self) -> None:
        """Let go of Resolve; harmless when done before."""
        self._close()

    def describe(self) -> HostSession:
        """Return which Resolve this is, and which project is open in it."""
        project = open_project(self.resolve)
        return HostSession(
            id=self._id,
            host="resolve",
            version=sure(self.resolve.GetVersionString) or "",
            document=sure(project.GetUniqueId) or "",
            name=f"{sure(self.resolve.GetProductName) or HOST}: {sure(project.GetName) or ''}",
            capabilities=("selection", "capture", "place", "reveal"),
        )

    def playhead(self) -> int:
        """Return the absolute frame under the playhead.

        Raises:
            HostUnable: the page that is shown has none, as Media and Fusion have not.
        """
        frame = self._playhead(self._edit())
        if frame is None:
            raise HostUnable(host=HOST, action=NO_PLAYHEAD)
        return frame

    def selection(self) -> tuple[Clip, ...]:
        """Return the selected clips, that under the playhead first; see ``choose.selected``."""
        edit = self._edit()
        return _read(edit, choose.selected(edit, self._playhead(edit)))

    def clips(self, query: Query) -> tuple[Clip, ...]:
        """Return the clips that are meant, in the order of time; see ``choose.find``.

        A clip whose medium is not there is among them; :meth:`problems` tells of it.
        """
        edit = self._edit()
        return _read(edit, choose.find(edit, query, self._playhead(edit)))

    def problems(self, query: Query) -> tuple[AfterframeError, ...]:
        """Return why clips that are meant cannot be worked on: their media are not there."""
        edit = self._edit()
        found: list[AfterframeError] = []
        for item in choose.find(edit, query, self._playhead(edit)):
            try:
                timeline.check_media(edit, item.handle)
            except MediaMissing as error:
                found.append(error)
        return tuple(found)

    def clip_at(self, frame: int) -> Clip:
        """Return the topmost clip at a frame, seen through titles; see ``base.OpenedHost``."""
        edit = self._edit()
        item = choose.topmost(edit, frame)
        if item is None:
            raise ItemNotFound(path=edit.name, item=f"at {edit.clock.label(frame)}")
        timeline.check_media(edit, item.handle)
        return _read(edit, [item])[0]

    def gap_at(self, frame: int) -> tuple[Clip, Clip]:
        """Return the clips around the gap or cut nearest to a frame; see ``base.Timeline``."""
        edit = self._edit()
        pair = choose.around(edit, frame)
        if pair is None:
            raise ItemNotFound(path=edit.name, item=f"beside another at {edit.clock.label(frame)}")
        before, after = _read(edit, list(pair))
        return before, after

    def destination(self) -> Path:
        """Return the folder ``Afterframe`` in the project's folder for media.

        A project without one has its results in the user's folder for videos, by its name.
        """
        project = open_project(self.resolve)
        folder = Path(str(project.GetSetting("projectMediaLocation") or ""))
        if folder.is_absolute() and folder.is_dir():
            return folder / FOLDER
        name = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "_", sure(project.GetName) or "").strip(". ")
        return video_folder() / FOLDER / (name[:_LONGEST_NAME] or "project")

    def capture(self, clip: Clip, frames: Span, folder: Path, *, seen: bool = False) -> Clip:
        """Return a clip whose medium gives these frames; see ``base.Capture``."""
        with self._take_turn():
            return capture.capture(self.resolve, clip, frames, folder, seen=seen, tell=self._tell)

    def fluent(self, clip: Clip) -> Clip | None:
        """Return a clip of another rate with all its pictures; see ``base.Capture``."""
        return capture.fluent(self.resolve, clip)

    def place(self, status: JobStatus) -> Placed:
        """Put a result on the timeline; see ``base.Placement``."""
        with self._take_turn():
            return place.place(self.resolve, status, self._tell, self._seen)

    def check_output(self, output: Output) -> None:
        """Refuse a format that Resolve does not read on this machine."""
        place.check_format(output.format, output.path)

    def placed(self, job: str) -> Placed | None:
        """Return where a job's result stands, on any timeline of the project."""
        return place.placed(self.resolve, job, self._seen)

    def reveal(self, item: str) -> None:
        """Show the timeline of an item, and go to its first frame: Resolve lets nobody select."""
        place.reveal(self.resolve, item)

    def notes(self) -> tuple[Note, ...]:
        """Return what could not be done exactly, or not be put back, by now."""
        return tuple(self._notes)

    def _tell(self, note: Note) -> None:
        if note not in self._notes:
            self._notes.append(note)
            self.noted()

    def _edit(self) -> timeline.Edit:
        edit = timeline.edit_of(self.resolve)
        self.rate, self.start = edit.rate, edit.start
        return edit

    @staticmethod
    def _playhead(edit: timeline.Edit) -> int | None:
        label = sure(edit.timeline.GetCurrentTimecode)
        return None if label is None else edit.clock.frame(label)


def _read(edit: timeline.Edit, items: list[timeline.Item]) -> tuple[Clip, ...]:
    clips = tuple(timeline.read_clip(edit, item.handle) for item in items)
    timeline.demand_life(edit.timeline, edit.uid)
    return clips
