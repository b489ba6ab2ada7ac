"""A desk to place on and to capture from: a stand-in with an edit in it, and calls that fail.

The edit stands on two video tracks, with all that a user leaves about: marks, markers, a render
job, render settings, a bin that is open, a selected clip, a page, another timeline.
"""

from __future__ import annotations

import copy
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, get_args

from afterframe_hosts.resolve import api, calls, marks, place, timeline
from afterframe_hosts.wire.clip import Clip, Span
from afterframe_hosts.wire.errors import (
    AfterframeError,
    HostStuck,
    HostUnreachable,
    HostUnrestored,
)
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result, new_id
from tests.fakes.direct import Direct
from tests.fakes.resolve import simulator, state
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.faults import Faults
from tests.fakes.resolve.world import World
from tests.makers import numbered_movie, numbered_sequence

SETTERS = (
    *("MediaPool.AddSubFolder", "MediaPool.SetCurrentFolder", "MediaPool.ImportMedia"),
    *("MediaPool.AppendToTimeline", "MediaPool.SetSelectedClip", "Timeline.AddTrack"),
    *("Timeline.SetTrackName", "Timeline.DeleteClips", "Timeline.SetCurrentTimecode"),
    *("TimelineItem.SetClipColor", "TimelineItem.AddMarker", "TimelineItem.SetProperty"),
    *("TimelineItem.CopyGrades", "MediaPoolItem.SetMetadata"),
    *("MediaPoolItem.SetThirdPartyMetadata", "ProjectManager.SaveProject", "Resolve.OpenPage"),
    *("Project.SetCurrentTimeline", "MediaPoolItem.SetClipProperty", "MediaPool.DeleteClips"),
)
"""Methods that change something on the way of a result."""
KINDS = ("refusing", "lying", "raising", "words", "flaky")
"""Ways in which a method never works."""
QUIRKS = {
    "endFrame inclusive": Faults(end_frame_inclusive=True),
    "ghosts": Faults(ghosts=True),
    "off by one": Faults(off_by_one=True),
    "rates as text": Faults(text_rates=True),
    "needs a selection": Faults(needs_selection=True),
}
SIZE = (256, 144)
FRAMES, MADE = 60, 12
"""Of the source and of the result."""
Way = Literal["refuse", "raise", "lie", "deaf", "dead", "stuck"]
WAYS: tuple[Way, ...] = get_args(Way)
LASTING: tuple[Way, ...] = ("dead", "stuck")
"""Ways after which nothing works any more."""
VIEW = frozenset({"page", "current_bin", "current_timeline", "selected_clips", "playhead", "marks"})
"""What nobody can put back where Resolve has gone."""


class Faulty(Direct):
    """A line on which one call goes wrong.

    Attributes:
        at: number of the call, counted from 1; 0: none does.
        way: ``refuse``, it answers None and does nothing; ``raise``; ``lie``, it says True and
            does nothing; ``deaf``, it is done and answers None; ``dead``, it and all that follow
            answer None; ``stuck``, it is done, does not come back, and the line is broken.
        made: calls so far.
        names_made: of those calls.
    """

    def __init__(self, at: int = 0, way: Way = "refuse") -> None:
        self.at, self.way, self.made = at, way, 0
        self.names_made: list[str] = []

    def call(self, target: object, method: str, arguments: Sequence[object]) -> object:
        self.made += 1
        self.names_made.append(method)
        if not self.at or self.made < self.at or (self.made > self.at and self.way not in LASTING):
            return super().call(target, method, arguments)
        if self.way == "raise":
            raise HostUnreachable(host=calls.HOST, detail=method)
        if self.way == "stuck":
            if self.made > self.at:
                raise HostUnreachable(host=calls.HOST, detail="the line is broken")
            super().call(target, method, arguments)
            raise HostStuck(host=calls.HOST, call=method, seconds=10)
        if self.way == "deaf":
            super().call(target, method, arguments)
        return True if self.way == "lie" else None


@dataclass(frozen=True)
class Shelf:
    """Media that desks are laid with.

    Attributes:
        rate: of all.
        source: ``FRAMES`` frames with sound.
        made: a result of ``MADE`` frames.
        other: another result.
        pictures: a result as numbered pictures, the first is 1.
    """

    rate: Fraction
    source: Path
    made: Path
    other: Path
    pictures: str

    @classmethod
    def filled(cls, folder: Path, rate: Fraction) -> Shelf:
        """Write the media into a folder."""
        folder.mkdir(parents=True, exist_ok=True)

        def movie(name: str, frames: int, **more: Any) -> Path:
            options = {"profile": "dnxhr_hq"} | more.pop("options", {})
            return numbered_movie(
                folder / name, frames, rate, SIZE, "dnxhd", "yuv422p", options=options, **more
            )

        return cls(
            rate,
            movie("shot.mov", FRAMES, timecode="10:00:00:00"),
            movie("shot_generate_v001.mov", MADE, first=500),
            movie("shot_generate_v002.mov", MADE, first=600),
            numbered_sequence(folder / "shot_generate_v003", MADE, 1, SIZE, name="shot_generate"),
        )


@dataclass
class Desk:
    """A stand-in with an edit.

    Attributes:
        world: the stand-in.
        line: to it.
        resolve: the program, on that line.
        shelf: the media.
        start: first frame of the timeline.
        told: notes to the user.
    """

    world: World
    line: Faulty
    shelf: Shelf
    start: int
    told: list[Any] = field(default_factory=list)

    @property
    def resolve(self) -> api.Resolve:
        """The program."""
        return calls.root(self.line, self.world.handle("Resolve"))

    @property
    def project(self) -> state.Project:
        """The project, as the stand-in keeps it."""
        project = self.world.project
        assert project is not None
        return project

    @property
    def edit(self) -> state.Timeline:
        """The timeline with the edit."""
        return self.project.timelines[0]

    def join(self, at: int = 0, way: Way = "refuse") -> api.Resolve:
        """Return the program on a new line, of which one call goes wrong."""
        self.line = Faulty(at, way)
        return self.resolve

    def fresh(self, line: Faulty | None = None) -> Desk:
        """Return a desk that is as this one, with nothing shared but the media."""
        application = copy.deepcopy(self.world.application)
        faults, folder = copy.deepcopy(self.world.faults), self.world.folder
        world = simulator.start(self.world.build, faults, folder, application)
        return Desk(world, line or Faulty(), self.shelf, self.start)

    def item(self, number: int = 0) -> state.Item:
        """Return an item of the lowest track."""
        return self.edit.tracks["video"][0].items[number]

    def clip(self, number: int = 0) -> Clip:
        """Return such an item as the adapter reads it."""
        resolve = calls.root(Direct(), self.world.handle("Resolve"))
        found = timeline.find_item(resolve, f"{self.edit.uid}/{self.item(number).uid}")
        return timeline.read_clip(*found)

    def job(self, number: int = 0, path: str = "", **more: Any) -> JobStatus:
        """Return a finished job on an item; ``path``: of its result, else ``Shelf.made``."""
        clip = self.clip(number)
        path = path or str(self.shelf.made)
        output = Output(folder=str(self.shelf.made.parent), rate=clip.rate)
        handles = more.pop("handles", (0, 0))
        effect, at = more.pop("effect", "generate"), more.pop("at", clip.record_range.start + 7)
        job = Job(new_id(), effect, clip, output, at, more.pop("parameters", {}), "motion", **more)
        first = 1 if "#" in path else 0
        recipe = str(self.shelf.made.with_suffix(".afterframe.json"))
        result = Result(path, recipe, MADE, self.shelf.rate, SIZE, first, handles=handles)
        return JobStatus(job, "done", 0.0, 0.0, result=result)

    def dump(self) -> Any:
        """Return all that the stand-in keeps, but for when it was saved."""
        dump = state.dump(self.world.application)
        for library in dump["libraries"]:
            for project in library["projects"].values():
                project.pop("saved")
                # The name of the preset that was loaded last can neither be read nor set.
                project["deliver"].pop("preset")
        return copy.deepcopy(dump)

    def changes(self, before: Any, *, viewed: bool = True) -> list[str]:
        """Return what is other than before, but for what is ours.

        Args:
            before: a dump.
            viewed: the view counts too.
        """
        then, now = without_ours(before), without_ours(self.dump())
        if not viewed:
            _drop_view(then)
            _drop_view(now)
        return state.differences(then, now)

    def ours(self) -> list[state.Item]:
        """Return the items that show a clip of our bin."""
        bins = [each for each in self.project.root.bins if each.name == marks.BIN]
        clips = {uid for each in bins for uid in each.clips}
        tracks = (track for line in self.project.timelines for track in line.tracks["video"])
        return [item for track in tracks for item in track.items if item.clip in clips]


def desk(
    shelf: Shelf,
    folder: Path,
    build: Build | None = None,
    start: str = "01:00:00:00",
    faults: Faults | None = None,
    drop: bool = False,
) -> Desk:
    """Lay a desk: open a project and edit in it as a user does."""
    application = simulator.first_start()
    application.libraries[0].projects["Show"] = state.new_project("Show")
    application.project = "Show"
    world = simulator.start(build or Build(), folder=folder, application=application)
    resolve = world.handle("Resolve")
    manager = resolve.GetProjectManager()
    project = manager.GetCurrentProject()
    shown = f"{float(shelf.rate):.3f}".rstrip("0").rstrip(".") + (" DF" if drop else "")
    for name, value in (
        ("timelineFrameRate", shown),
        ("timelineResolutionWidth", str(SIZE[0])),
        ("timelineResolutionHeight", str(SIZE[1])),
    ):
        assert project.SetSetting(name, value), (name, value)
    pool = project.GetMediaPool()
    rushes = pool.AddSubFolder(pool.GetRootFolder(), "rushes")
    pool.SetCurrentFolder(rushes)
    (clip,) = pool.ImportMedia([str(shelf.source)])
    edit = pool.CreateEmptyTimeline("edit")
    assert edit.SetStartTimecode(start)
    zero = edit.GetStartFrame()
    edit.AddTrack("video")
    _cut(pool, clip, edit, zero)
    assert edit.AddMarker(3, "Blue", "note", "to do", 1, "users own")
    assert edit.SetMarkInOut(2, 60)
    items = edit.GetItemListInTrack("video", 1)
    items[0].SetClipColor("Orange")
    items[0].SetProperty("ZoomX", 1.25)
    other = pool.CreateEmptyTimeline("other")
    assert other.SetStartTimecode(start)
    project.SetCurrentTimeline(edit)
    project.SetRenderSettings(
        {"TargetDir": str(folder), "CustomName": "users", "ExportAudio": True}
    )
    project.AddRenderJob()
    manager.SaveProject()
    resolve.OpenPage("color")
    pool.SetCurrentFolder(rushes)
    pool.SetSelectedClip(clip)
    assert edit.SetCurrentTimecode(edit.GetStartTimecode())
    world.faults = faults or Faults()
    return Desk(world, Faulty(), shelf, zero)


def _cut(pool: Any, clip: Any, edit: Any, zero: int) -> None:
    """Append three uses of a clip: frames, track, and frames from the timeline's start."""
    for first, end, track, at in [(5, 35, 1, 0), (0, 20, 1, 40), (10, 30, 2, 70)]:
        (item,) = pool.AppendToTimeline(
            [
                {
                    "mediaPoolItem": clip,
                    "startFrame": first,
                    "endFrame": end,
                    "trackIndex": track,
                    "recordFrame": zero + at,
                    "mediaType": 1,
                }
            ]
        )
        assert item is not None


@dataclass(frozen=True)
class Broken:
    """What came of a piece of work of which one call went wrong.

    Attributes:
        at: number of that call.
        call: its name.
        way: in which it went wrong.
        desk: afterwards.
        error: that was raised, None where there was none.
        answer: of the work.
    """

    at: int
    call: str
    way: Way
    desk: Desk
    error: AfterframeError | None
    answer: Any


def broken(
    base: Desk, work: Callable[[Desk], Any], way: Way, first: int = 1, step: int = 1
) -> Iterator[Broken]:
    """Do a piece of work again and again, each time with another call going wrong.

    Args:
        base: as it is before; it stays so.
        work: on a desk.
        way: in which calls go wrong.
        first: number of the first call that does.
        step: every how many.
    """
    whole = base.fresh()
    work(whole)
    for at in range(first, whole.line.made + 1, step):
        desk, error, answer = base.fresh(Faulty(at, way)), None, None
        try:
            answer = work(desk)
        except AfterframeError as raised:
            error = raised
        made = desk.line.names_made
        yield Broken(at, made[at - 1] if len(made) >= at else "", way, desk, error, answer)


def place_problems(case: Broken, job: JobStatus, span: Span, before: Any) -> list[str]:
    """Return what is wrong after a result was placed with a call that failed; empty: nothing.

    It stands to the frame, or nothing has changed and why is told; asked for once more it stands,
    once. All else is the user's, and as it was.

    Args:
        case: what came of placing ``job``.
        job: of the result.
        span: where it belongs.
        before: dump of the desk before.
    """
    desk, lasting = case.desk, case.way in LASTING
    found: list[str] = []
    if case.error is None:
        found += [] if case.answer.span == span else [f"stands at {case.answer.span}"]
        found += desk.changes(before, viewed=not lasting)
    elif not lasting:
        found += state.differences(before, desk.dump())
        found += [str(case.error)] if isinstance(case.error, HostUnrestored) else []
    elif not isinstance(case.error, (HostUnreachable, HostStuck)):
        found.append(f"{type(case.error).__name__} of a Resolve that has gone: {case.error}")
    try:
        again = place.place(desk.join(), job)
    except AfterframeError as error:
        return [*found, f"not placed after that: {error!r}"]
    found += [] if again.span == span else [f"stands then at {again.span}"]
    found += desk.changes(before, viewed=not lasting)
    clip = next((each for each in desk.project.clips.values() if marked(each) == job.job.id), None)
    found += [] if clip else ["its clip is not signed"]
    showing = [item for item in desk.ours() if clip and item.clip == clip.uid]
    return found + ([] if len(showing) == 1 else [f"it stands {len(showing)} times"])


def scene(laid: Desk, kind: str) -> tuple[Desk, JobStatus, Span]:
    """Return a desk, a result to place on it, and where it belongs.

    Args:
        laid: the desk; it stays as it is.
        kind: ``plain``, ``new track``, ``handles`` (on a Resolve that means the last frame by
            ``endFrame``), ``pictures``, ``take``, or ``other timeline``.
    """
    table = laid.fresh()
    status = table.job(handles=(2, 1) if kind == "handles" else (0, 0))
    if kind in {"new track", "take"}:
        place.place(table.resolve, status)
        lineage = status.job.id if kind == "take" else ""
        status = table.job(path=str(table.shelf.other), lineage=lineage)
    if kind == "pictures":
        status = table.job(path=table.shelf.pictures)
    if kind == "other timeline":
        table.project.current_timeline = table.project.timelines[1].uid
    table.world.faults.end_frame_inclusive = kind == "handles"
    table.line = Faulty()
    return table, status, Span(table.start + 7, 9 if kind == "handles" else MADE)


def quirk_problems(laid: Desk, faults: Faults) -> list[str]:
    """Place three results on a Resolve with a quirk; return what is wrong."""
    table = laid.fresh()
    table.world.faults = faults
    before, found = table.dump(), []
    for number in range(3):
        placed = place.place(table.resolve, table.job(handles=(number, 1)))
        if placed.span != Span(table.start + 7, MADE - number - 1):
            found.append(f"stands at {placed.span}")
    found += [] if len(table.ours()) == 3 else [f"{len(table.ours())} of 3 stand"]
    return found + table.changes(before)


def method_problems(laid: Desk, kind: str, name: str) -> tuple[str, list[str]]:
    """Place a result where a method never works.

    Args:
        laid: the desk; it stays as it is.
        kind: ``refusing``, ``lying``, ``raising``, ``words`` or, the first time only, ``flaky``.
        name: ``Class.Method``.

    Returns:
        What came of it, and what is wrong with that.
    """
    table = laid.fresh()
    given: Any = {"words": {name: "An error occurred"}, "flaky": {name: 1}}.get(kind, {name})
    table.world.faults = dataclasses.replace(table.world.faults, **{kind: given})
    before, status = table.dump(), table.job(handles=(1, 0))
    try:
        placed = place.place(table.resolve, status, table.told.append)
    except HostUnrestored as error:
        cannot = name in {"Timeline.DeleteClips", "MediaPool.DeleteClips"}
        return "HostUnrestored", [] if cannot else [str(error)]
    except AfterframeError as error:
        return type(error).__name__, state.differences(before, table.dump())
    found = [] if placed.span == Span(table.start + 7, MADE - 1) else [f"at {placed.span}"]
    changed = table.changes(before)
    # A bin that was made is the current one: where none can be opened, that is told.
    found += [each for each in changed if "current_bin" not in each]
    told = any(note.id == "note.resolve_view_left" for note in table.told)
    return "placed", found + ([] if told == bool(changed) else ["what is left is not told"])


def capture_problems(case: Broken, take: Callable[[Desk], Clip], before: Any) -> list[str]:
    """Return what is wrong after pictures were taken with a call that failed; empty: nothing."""
    desk, error = case.desk, case.error
    found = [str(error)] if isinstance(error, HostUnrestored) else []
    if case.way not in LASTING:
        return found + state.differences(before, desk.dump())
    if error is not None and not isinstance(error, (HostUnreachable, HostStuck)):
        found.append(f"{type(error).__name__} of a Resolve that has gone: {error}")
    desk.join()
    while (task := desk.world.tasks.get("rendering")) and task.running:
        time.sleep(0.01)
    take(desk)
    return found + desk.changes(before, viewed=False)


def marked(clip: state.PoolClip) -> str:
    """Return the job that a clip of the pool is signed with."""
    return clip.third_party.get(marks.JOB, "")


def without_ours(dump: Any) -> Any:
    """Return a dump without our bin, its clips, items of those, and tracks of those alone."""
    dump = copy.deepcopy(dump)
    for library in dump["libraries"]:
        for project in library["projects"].values():
            _drop_ours(project)
    return dump


def _drop_ours(project: Any) -> None:
    mine = [each for each in project["root"]["bins"] if each["name"] == marks.BIN]
    clips = {uid for each in mine for uid in each["clips"]}
    project["root"]["bins"] = [each for each in project["root"]["bins"] if each not in mine]
    project["clips"] = {uid: each for uid, each in project["clips"].items() if uid not in clips}
    for line in project["timelines"]:
        tracks = line["tracks"]["video"]
        for track in tracks:
            kept = [item for item in track["items"] if item["clip"] not in clips]
            track["ours"] = bool(track["items"]) and not kept
            track["items"] = kept
            for item in kept:
                item["takes"] = [take for take in item["takes"] if take["clip"] not in clips]
        while tracks and tracks[-1]["ours"]:
            tracks.pop()
        for track in tracks:
            del track["ours"]


def _drop_view(dump: Any) -> None:
    """Remove what is only looked at."""
    if isinstance(dump, dict):
        for name in VIEW & set(dump):
            del dump[name]
        for value in dump.values():
            _drop_view(value)
    elif isinstance(dump, list):
        for value in dump:
            _drop_view(value)
