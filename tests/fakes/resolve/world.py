"""Everything that one simulated Resolve is: its build, its faults, its state, its handles."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import state
from .build import Build
from .faults import Faults
from .remote import Calls, Function, Ref, Remote, Unfit, failed, fitted

KINDS: dict[type, str] = {
    state.Project: "Project",
    state.Bin: "Folder",
    state.PoolClip: "MediaPoolItem",
    state.Timeline: "Timeline",
    state.Item: "TimelineItem",
    state.Album: "GalleryStillAlbum",
    state.Still: "GalleryStill",
}
"""Of each record the class that its handle has in Resolve."""
PLAIN = (str, int, float)
"""What a script can give beside handles, lists and dicts."""


@dataclass
class World:
    """One Resolve.

    Attributes:
        build: which one it is.
        application: what it keeps.
        folder: for what it writes of its own: stills, caches; exists.
        faults: what goes wrong.
        classes: the methods of each class, by its name in Resolve.
        ended: ``Quit`` was called: every handle is dead.
        vanishing: uids of items that ``SaveProject`` takes away (S7).
        kept: projects as they were saved last, by uid.
        held: uids of projects that were opened and not closed; see ``Faults.holding``.
        made: uids of projects that were made and not saved since; see ``Faults.unsaved_lost``.
        saved_at: when that was, in seconds since 1970.
        session: its UUID, as ``str`` of a handle shows it.
        misuse: calls with arguments that their method does not take, for those who want to know.
        tasks: what runs beside the calls, by what it does: the one that renders.
    """

    build: Build
    application: state.Application
    folder: Path
    faults: Faults = field(default_factory=Faults)
    classes: dict[str, type[Calls]] = field(default_factory=dict)
    ended: bool = False
    vanishing: set[str] = field(default_factory=set)
    kept: dict[str, state.Project] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    saved_at: dict[str, int] = field(default_factory=dict)
    session: str = field(default_factory=state.new_uid)
    misuse: list[str] = field(default_factory=list)
    tasks: dict[str, Any] = field(default_factory=dict)

    def handle(self, kind: str, uid: str = "") -> Remote:
        """Return the handle of an object; of ``Resolve`` and its like there is one."""
        return Remote(self, Ref(kind, uid))

    @property
    def project(self) -> state.Project | None:
        """The project that is open."""
        library = self.library
        return library.projects.get(self.application.project) if library else None

    @property
    def library(self) -> state.Library | None:
        """The database that is in use."""
        named = (each for each in self.application.libraries)
        return next((each for each in named if each.name == self.application.library), None)

    def record(self, ref: Ref) -> Any:
        """Return the record of a handle, None where there is none (any more)."""
        project = self.project
        if project is None:
            return None
        if ref.kind in {"Project", "MediaPool", "Gallery"}:
            return project if project.uid == ref.uid else None
        if ref.kind == "MediaPoolItem":
            return project.clips.get(ref.uid)
        if ref.kind == "Folder":
            return next((each for each in bins_of(project.root) if each.uid == ref.uid), None)
        if ref.kind == "Timeline":
            return next((each for each in project.timelines if each.uid == ref.uid), None)
        if ref.kind == "TimelineItem":
            return next((item for _, _, item in items_of(project) if item.uid == ref.uid), None)
        if ref.kind == "GalleryStillAlbum":
            return next((each for each in project.albums if each.uid == ref.uid), None)
        if ref.kind == "GalleryStill":
            stills = (still for album in project.albums for still in album.stills)
            return next((still for still in stills if still.uid == ref.uid), None)
        return self.classes[ref.kind].find(self, ref.uid)

    def _project(self, uid: str) -> state.Project | None:
        """Return a project of the database, open or not; for a handle of it that is given."""
        every = self.library.projects.values() if self.library else []
        return next((each for each in every if each.uid == uid), None)

    def names(self, ref: Ref) -> list[str]:
        """Return the methods that a handle really has, as ``dir`` shows them."""
        kind = self.classes[ref.kind]
        return sorted(kind.methods(self.build.version).keys() - kind.hidden)

    def behind(self, ref: Ref) -> Calls:
        """Return what stands behind a handle now; behind a dead one nothing does."""
        record = self.record(ref)
        kind = Calls if record is None and ref.uid else self.classes[ref.kind]
        return kind(self, record)

    def attribute(self, ref: Ref, name: str) -> Any:
        """Return a method of a handle, ready to be called; None where it has none of that name."""
        if self.ended:
            return None
        kind = self.classes[ref.kind]
        method = kind.methods(self.build.version).get(name)
        if method is None:
            return self.wrap(self.behind(ref).attribute(name))
        return Function(self, ref, name, method)

    def wrap(self, value: Any) -> Any:
        """Return a value as a script gets it."""
        if isinstance(value, Ref):
            return Remote(self, value)
        if type(value) in KINDS:
            return self.handle(KINDS[type(value)], value.uid)
        if isinstance(value, (list, tuple)):
            return [self.wrap(each) for each in value]
        if isinstance(value, dict):
            return {key: self.wrap(each) for key, each in value.items()}
        return value

    def unwrap(self, value: Any) -> Any:
        """Return what a script has given: of a handle its record, None where it is dead.

        None as well for what Resolve has no value for: a ``Path``, bytes, a set.
        """
        if isinstance(value, Remote):
            record = self._project(value._ref.uid) or self.record(value._ref)
            return value._ref if record is None and not value._ref.uid else record
        if isinstance(value, (list, tuple)):
            return [self.unwrap(each) for each in value]
        if isinstance(value, dict):
            known = {key: each for key, each in value.items() if isinstance(key, PLAIN)}
            return {key: self.unwrap(each) for key, each in known.items()}
        return value if isinstance(value, PLAIN) else None

    def call(self, ref: Ref, name: str, method: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        """Make a call of a script, and return its answer as the script gets it."""
        call = f"{ref.kind}.{name}"
        failed_before, answer = self._fault(call, method)
        if failed_before:
            return answer
        record = self.record(ref)
        if record is None and ref.uid:
            return None
        try:
            arguments = fitted(method, tuple(self.unwrap(each) for each in given))
        except Unfit as error:
            self.misuse.append(f"{call}: {error}")
            return failed(method)
        try:
            return self.wrap(method(self.classes[ref.kind](self, record), *arguments))
        except OSError as error:  # what the disk refuses is a call that fails, without a word
            self.misuse.append(f"{call}: {error}")
            return failed(method)

    def _fault(self, call: str, method: Callable[..., Any]) -> tuple[bool, Any]:
        """Return whether a call goes wrong before it begins, and what it answers then."""
        faults = self.faults
        faults.calls += 1
        if self.ended or (faults.dead_after is not None and faults.calls > faults.dead_after):
            return True, None
        if call in faults.blocking:
            threading.Event().wait()
        if call in faults.raising:
            raise TypeError("'NoneType' object is not callable")
        if faults.flaky.get(call, 0) > 0:
            faults.flaky[call] -= 1
            return True, False
        if call in faults.words:
            return True, faults.words[call]
        if call in faults.lying:
            return True, True
        if getattr(method, "resolve_studio", False) and not self.build.studio:
            faults.modal = True
            return True, False
        if call in faults.refusing or (faults.modal and hasattr(method, "resolve_changes")):
            return True, None
        return False, None


def bins_of(root: state.Bin) -> list[state.Bin]:
    """Return a bin and all that are in it, from the top."""
    return [root, *(each for inner in root.bins for each in bins_of(inner))]


def items_of(project: state.Project) -> list[tuple[state.Timeline, state.Track, state.Item]]:
    """Return every item of every timeline."""
    return [
        (timeline, track, item)
        for timeline in project.timelines
        for tracks in timeline.tracks.values()
        for track in tracks
        for item in track.items
    ]
