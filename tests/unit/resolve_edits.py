"""A small edit in the stand-in of Resolve, of pictures that say their numbers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from afterframe.media.convert import rgb_floats
from afterframe.media.frame import Plane
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media
from tests.fakes.resolve import simulator, state
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.faults import Faults
from tests.fakes.resolve.world import World
from tests.makers import numbered_movie

SIZE = (96, 64)
PATIENCE = 60
"""Seconds after which a render is taken for stuck."""


@dataclass
class Edit:
    """A Resolve with one timeline; handles as a script has them, records as they are kept."""

    world: World
    folder: Path
    resolve: Any = field(init=False)
    project: Any = field(init=False)
    pool: Any = field(init=False)
    timeline: Any = field(init=False)

    def __post_init__(self) -> None:
        self.resolve = self.world.handle("Resolve")
        self.project = self.resolve.GetProjectManager().GetCurrentProject()
        self.pool = self.project.GetMediaPool()
        self.timeline = self.project.GetCurrentTimeline()

    @property
    def record(self) -> state.Timeline:
        """The timeline as it is kept."""
        return self.kept.timelines[0]

    @property
    def kept(self) -> state.Project:
        """The project as it is kept."""
        project = self.world.project
        assert project is not None
        return project

    def movie(self, name: str, **said: Any) -> Any:
        """Return the clip of a new movie in the pool."""
        usual = {"frames": 24, "size": SIZE, "codec": "mpeg4"}  # every Resolve decodes it
        path = numbered_movie(self.folder / name, **{**usual, **said})
        (clip,) = self.pool.ImportMedia([str(path)])
        return clip

    def append(self, clip: Any, first: int, end: int, at: int, track: int = 1) -> state.Item:
        """Append frames of a clip at so many frames from the start; return the item's record."""
        info = {"startFrame": first, "endFrame": end, "trackIndex": track, "mediaType": 1}
        info["recordFrame"] = self.record.start + at
        (item,) = self.pool.AppendToTimeline([{"mediaPoolItem": clip, **info}])
        items = self.record.tracks["video"][track - 1].items
        return next(each for each in items if each.uid == item.GetUniqueId())

    def render(self, format: str, codec: str, **settings: Any) -> tuple[str, dict[str, Any]]:
        """Render and wait; return the job's id and its last status."""
        assert self.project.SetCurrentRenderFormatAndCodec(format, codec)
        said = {"TargetDir": str(self.folder), "CustomName": "out", **settings}
        assert self.project.SetRenderSettings(said)
        job = self.project.AddRenderJob()
        assert job
        assert self.project.StartRendering([job], False)
        return job, self.wait(job)

    def wait(self, job: str) -> dict[str, Any]:
        """Return a job's status when nothing is rendered any more."""
        until = time.monotonic() + PATIENCE
        while self.project.IsRenderingInProgress():
            assert time.monotonic() < until, "rendering goes on and on"
            time.sleep(0.01)
        status: dict[str, Any] = self.project.GetRenderJobStatus(job)
        return status


def edit(
    folder: Path,
    build: Build | None = None,
    *,
    rate: str = "24",
    size: tuple[int, int] = SIZE,
    faults: Faults | None = None,
) -> Edit:
    """Return a Resolve with an empty timeline ``Main`` of so many frames a second."""
    world = simulator.start(build or Build(), faults, folder / "resolve")
    assert world.project is not None
    settings = world.project.settings
    settings["timelineFrameRate"] = rate.removesuffix(" DF")
    settings["timelineDropFrameTimecode"] = "1" if rate.endswith("DF") else "0"
    settings["timelineResolutionWidth"], settings["timelineResolutionHeight"] = map(str, size)
    project = world.handle("Resolve").GetProjectManager().GetCurrentProject()
    assert project.GetMediaPool().CreateEmptyTimeline("Main")
    return Edit(world, folder)


def two_clips(folder: Path, build: Build | None = None, **said: Any) -> Edit:
    """Return a timeline of a clip's frames 4 to 12, then 8 frames of one at 30 frames a second."""
    made = edit(folder, build, **said)
    made.append(made.movie("a.mov", rate=Fraction(24), timecode="01:00:00:00"), 4, 12, 0)
    made.append(made.movie("b.mov", rate=Fraction(30), first=100), 0, 10, 8)
    return made


def pixels(path: Path, frame: int = 0) -> Plane:
    """Return a picture of a file as RGB floats."""
    still = path.suffix not in {".mov", ".mp4"}
    with open_media(Media("still" if still else "movie", str(path))) as source:
        return rgb_floats(source.read(frame))
