"""Render jobs of our own, and a Deliver page that is afterwards as it was."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from ..wire.clip import Span
from . import api, exact
from .aside import Work, sure

KEPT = "Afterframe: settings before a capture"
"""Render preset in which the user's settings lie meanwhile."""
NAME = "afterframe"
"""Of the files that a job writes, without number and suffix."""
PINS = ("H.264 Master", "ProRes 422 HQ", "H.265 Master", "YouTube - 1080p")
"""Presets that come with Resolve, any of which gives a known state with pictures (S20)."""
CHOICES = (
    ("mov", "DNxHRHQX_10"),
    ("mov", "DNxHR444_10"),
    ("mov", "ProRes422HQ"),
    ("mov", "ProRes4444"),
    ("png", "RGB16"),
    ("tif", "RGB16LZW"),
    ("tif", "RGB16"),
    ("dpx", "RGB10"),
    ("mov", "DNxHRHQ"),
    ("png", "RGB8"),
)
"""Format and codec by their ids (S21), the best first: 10 bits and small before 16 and large."""
MOST_CHOICES = 4
"""Kinds of files that are tried: a codec may be listed and refuse (S21), or write nothing."""
PATIENCE = 120.0
"""Seconds in which a job comes further, before it is taken for hung."""
STEPS = (0.02, 0.05, 0.1, 0.2, 0.5)
"""Seconds between looks at a job: longer and longer."""
IDLE = 4
"""Looks at which nothing is being rendered, after which a job has ended."""
SINGLE = 1
"""Render mode in which the timeline becomes one clip."""


@dataclass(frozen=True)
class Wish:
    """What is rendered.

    Attributes:
        frames: absolute timeline frames.
        rate: frames a second of the timeline.
        size: of the timeline, None where unknown.
        folder: for the files.
    """

    frames: Span
    rate: Fraction
    size: tuple[int, int] | None
    folder: Path


class Stopped(Exception):
    """A render job was ended, by the user or since it stood still; says which."""


@dataclass
class Page:
    """The Deliver page and the queue while they are ours.

    Attributes:
        project: of which they are.
        folders: into which only our jobs render, links resolved.
        jobs: ids of ours, as they were told.
    """

    project: api.Project
    folders: set[Path] = field(default_factory=set)
    jobs: set[str] = field(default_factory=set)

    def own_jobs(self) -> dict[str, Mapping[str, object]]:
        """Return our jobs that stand in the queue, by id."""
        listed = {str(job.get("JobId")): job for job in sure(self.project.GetRenderJobList)}
        return {
            name: job
            for name, job in listed.items()
            if name in self.jobs or _folder(job) in self.folders
        }

    def delete_jobs(self) -> None:
        """Delete our jobs, and no others."""
        for job in self.own_jobs():
            if not self.project.DeleteRenderJob(job):
                self.project.StopRendering()  # ours runs: none ran when it was started
                self.project.DeleteRenderJob(job)


def keep(project: api.Project, timeline: api.Timeline, work: Work) -> Page | None:
    """Keep the Deliver page, the marks and the queue; None where they cannot be kept.

    They are put back with the view of ``work``.
    """
    page = Page(project)
    _end_left_over(project)
    before = _selected(project)
    _watch_marks(work, timeline)
    mode = sure(project.GetCurrentRenderMode)
    if mode is not None:
        work.view.add(
            "the render mode",
            lambda: project.GetCurrentRenderMode() == mode,
            lambda: project.SetCurrentRenderMode(mode),
        )
    work.view.add(
        "the render settings",
        lambda: not _has_kept(project),
        lambda: _load_kept(project, before),
    )
    work.view.add("a render job", lambda: not page.own_jobs(), page.delete_jobs)
    project.SaveAsNewRenderPreset(KEPT)
    return page if before is not None and _has_kept(project) else None


def choices(project: api.Project) -> Iterator[tuple[str, str]]:
    """Give the formats and codecs that this Resolve has, the best first; a few."""
    formats = dict.fromkeys(format for format, _ in CHOICES)
    offered = {
        each: {str(codec) for codec in sure(partial(project.GetRenderCodecs, each)).values()}
        for each in formats
    }
    there = [(format, codec) for format, codec in CHOICES if codec in offered[format]]
    yield from there[:MOST_CHOICES]


def render(page: Page, wish: Wish, format: str, codec: str) -> bool | None:
    """Render a range into files named ``NAME``; return whether Resolve says that it did.

    Returns:
        None where the queue takes no job: since 21 it refuses folders outside of those that are
        Resolve's media storage.

    Raises:
        Stopped: the user has stopped it, or it came no further for ``PATIENCE`` seconds.
    """
    if not _set(page.project, wish, format, codec):
        return False
    job = _add_job(page, wish)
    if job is None:
        return None
    page.project.StartRendering([job])
    done = _wait(page.project, job)
    page.project.DeleteRenderJob(job)
    return done


def _set(project: api.Project, wish: Wish, format: str, codec: str) -> bool:
    """Set up the Deliver page; return whether it takes the format."""
    any(project.LoadRenderPreset(pin) for pin in PINS)  # some are not to be had everywhere
    for _ in range(2):
        project.SetCurrentRenderFormatAndCodec(format, codec)
        if _selected(project) == (format, codec):
            break
    else:
        return False
    if sure(project.GetCurrentRenderMode) != SINGLE:
        project.SetCurrentRenderMode(SINGLE)
    needed = {
        "SelectAllFrames": False,
        "MarkIn": wish.frames.start,
        "MarkOut": wish.frames.end - 1,
        "TargetDir": str(wish.folder),
        "CustomName": NAME,
    }
    taken = any(project.SetRenderSettings(needed) for _ in range(2))
    # Each alone: a Resolve that does not know one of them may refuse them all.
    for name, value in _wanted(wish).items():
        project.SetRenderSettings({name: value})
    return taken


def _wanted(wish: Wish) -> dict[str, object]:
    wanted: dict[str, object] = {
        "ExportVideo": True,
        "ExportAudio": False,
        "ExportAlpha": False,
        "FrameRate": float(wish.rate),
    }
    if wish.size is not None:
        wanted |= {"FormatWidth": wish.size[0], "FormatHeight": wish.size[1]}
    return wanted


def _add_job(page: Page, wish: Wish) -> str | None:
    """Add a job; return its id where the queue shows it as it was meant."""
    page.folders.add(wish.folder.resolve())
    for _ in range(2):
        told = page.project.AddRenderJob()
        page.jobs |= {told} if told else set()
        for name, job in page.own_jobs().items():
            if _is_meant(job, wish):
                return name
        page.delete_jobs()
    return None


def _is_meant(job: Mapping[str, object], wish: Wish) -> bool:
    """Compare what the queue says of a job, as far as it does, with what was wanted."""
    wanted = {"MarkIn": wish.frames.start, "MarkOut": wish.frames.end - 1}
    if wish.size is not None:
        wanted |= {"FormatWidth": wish.size[0], "FormatHeight": wish.size[1]}
    numbers = (exact.whole(job.get(name)) in {None, value} for name, value in wanted.items())
    folder = _folder(job)
    return (
        all(numbers)
        and job.get("IsExportVideo") is not False
        and (folder is None or folder == wish.folder.resolve())
    )


def _folder(job: Mapping[str, object]) -> Path | None:
    """Return the folder that a job renders into, None where it is not told."""
    told = job.get("TargetDir")
    return Path(told).resolve() if isinstance(told, str) and told else None


def _wait(project: api.Project, job: str) -> bool:
    """Wait for a job that was started; return whether it is complete.

    Its words are translated: that it ended is known by its number, by an error, or by the queue.
    """
    at, furthest, idle, looks, began = time.monotonic(), 0.0, 0, 0, False
    while True:
        status = sure(lambda: project.GetRenderJobStatus(job))
        percent = _number(status.get("CompletionPercentage"))
        if percent >= 100 or status.get("Error"):
            return not status.get("Error")
        runs = project.IsRenderingInProgress()
        began, idle = began or runs, 0 if runs else idle + 1
        if idle > IDLE:
            if began:
                raise Stopped("its render job was stopped")
            return False
        if idle == 2:
            project.StartRendering([job])  # a first call may come to nothing
        if percent > furthest:
            at, furthest = time.monotonic(), percent
        elif time.monotonic() - at > PATIENCE:
            project.StopRendering()
            raise Stopped(f"its render job stands still at {percent:.0f} %")
        time.sleep(STEPS[min(looks, len(STEPS) - 1)])
        looks += 1


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _selected(project: api.Project) -> tuple[str, str] | None:
    """Return the format and the codec that are chosen."""
    said = sure(project.GetCurrentRenderFormatAndCodec)
    return (str(said["format"]), str(said["codec"])) if {"format", "codec"} <= set(said) else None


def _has_kept(project: api.Project) -> bool:
    return KEPT in sure(project.GetRenderPresetList)


def _load_kept(project: api.Project, before: tuple[str, str] | None) -> None:
    """Load the user's settings; they are deleted only where that is seen to have worked."""
    if project.LoadRenderPreset(KEPT) and before in {None, _selected(project)}:
        project.DeleteRenderPreset(KEPT)


def _end_left_over(project: api.Project) -> None:
    """Put back what a capture has left that was cut off."""
    if not _has_kept(project):
        return
    for job in sure(project.GetRenderJobList):
        if str(job.get("OutputFilename") or "").startswith(NAME):
            project.DeleteRenderJob(str(job.get("JobId")))
    for _ in range(2):
        _load_kept(project, None)


def _watch_marks(work: Work, timeline: api.Timeline) -> None:
    """Note the in and out points: those of a render are the timeline's own."""
    before = _points(sure(timeline.GetMarkInOut))

    def put_back() -> None:
        timeline.ClearMarkInOut("all")
        for kind, (first, last) in before.items():
            if first is not None and last is not None:
                timeline.SetMarkInOut(first, last, kind)

    work.view.add(
        "the in and out points", lambda: _points(sure(timeline.GetMarkInOut)) == before, put_back
    )


def _points(said: Mapping[str, Any]) -> dict[str, tuple[int | None, int | None]]:
    kinds = {kind: said[kind] for kind in ("video", "audio") if said.get(kind)}
    return {kind: (each.get("in"), each.get("out")) for kind, each in kinds.items()}
