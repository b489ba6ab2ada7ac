"""Edits made by tests: what a user of Resolve would have put on a timeline by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from afterframe_hosts.wire.timecode import can_drop, labelled

from . import simulator
from .build import Build
from .faults import Faults
from .state import Item, Medium, PoolClip, Project, Timeline, Track, new_uid
from .world import World

NAMES = {
    Fraction(24000, 1001): "23.976",
    Fraction(30000, 1001): "29.97",
    Fraction(60000, 1001): "59.94",
}
"""Rates as Resolve's settings write them, where it is not a whole number."""


class Edit:
    """One timeline of a Resolve that was just started.

    Attributes:
        world: the Resolve.
        project: that is open in it.
        timeline: that is open in that.
    """

    def __init__(
        self,
        media: Path,
        rate: Fraction,
        begins: str = "01:00:00:00",
        build: Build | None = None,
        faults: Faults | None = None,
        folder: Path | None = None,
    ) -> None:
        """Open an empty timeline.

        Args:
            media: folder of the media.
            rate: frames a second.
            begins: its start timecode; with ``;`` it is counted drop-frame.
            build: see ``simulator.start``.
            faults: likewise.
            folder: for what Resolve writes; None: one beside the media.
        """
        self.folder = media
        self.world: World = simulator.start(build, faults, (folder or media) / "resolve")
        project = self.world.project
        assert project is not None
        self.project: Project = project
        self.rate = rate
        drop = ";" in begins
        start = labelled(begins, rate)
        assert start is not None, f"no frame is labelled {begins} at {rate}"
        assert not drop or can_drop(rate)
        project.settings["timelineFrameRate"] = NAMES.get(rate, str(rate))
        project.settings["timelineDropFrameTimecode"] = "1" if drop else "0"
        clip = PoolClip(new_uid(), "Edit")
        self.timeline = Timeline(new_uid(), "Edit", clip.uid, start, drop, playhead=start)
        clip.timeline = self.timeline.uid
        self.timeline.tracks = {"video": [Track("Video 1")], "audio": [], "subtitle": []}
        self._keep(clip)
        project.timelines.append(self.timeline)
        project.current_timeline = self.timeline.uid

    @property
    def resolve(self) -> Any:
        """The ``resolve`` object, as a script gets it."""
        return self.world.handle("Resolve")

    def movie(self, name: str, frames: int, rate: Fraction | None = None, **more: Any) -> PoolClip:
        """Import a movie; there is a file of its name, and nothing in it."""
        path = self.folder / name
        if not path.exists():
            path.touch()
        return self._import(Medium(str(path), frames, str(rate or self.rate), 192, 112, **more))

    def pictures(
        self, name: str, first: int, frames: int, rate: Fraction | None = None
    ) -> PoolClip:
        """Import numbered pictures, ``plate.####.png``; there are files of their names."""
        width = name.count("#")
        for number in range(first, first + frames):
            path = self.folder / name.replace("#" * width, f"{number:0{width}}")
            if not path.exists():
                path.touch()
        run = f"[{first:0{width}}-{first + frames - 1:0{width}}]"
        whole = str(self.folder / name.replace("#" * width, run))
        return self._import(Medium(whole, frames, str(rate or self.rate), 192, 112, first=first))

    def put(
        self,
        clip: PoolClip | None,
        at: int,
        duration: int,
        source: float = 0,
        track: int = 1,
        **more: Any,
    ) -> Item:
        """Put a clip on a track that is made where it is missing; ``at`` counts from the start.

        Without a clip: a generator, or what ``kind`` says.
        """
        tracks = self.timeline.tracks["video"]
        while len(tracks) < track:
            tracks.append(Track(f"Video {len(tracks) + 1}"))
        given = {"name": clip.name if clip else "Solid", "kind": "video" if clip else "generator"}
        item = Item(
            new_uid(),
            start=self.timeline.start + at,
            duration=duration,
            clip=clip.uid if clip else "",
            source=source,
            **{**given, **more},
        )
        tracks[track - 1].items.append(item)
        tracks[track - 1].items.sort(key=lambda each: each.start)
        return item

    def nest(
        self, name: str, frames: int, shows: PoolClip | None = None, source: float = 0
    ) -> PoolClip:
        """Return another timeline, of so many frames of a clip or of a generator, as a clip."""
        clip = PoolClip(new_uid(), name)
        inner = Timeline(new_uid(), name, clip.uid, self.timeline.start, self.timeline.drop)
        clip.timeline = inner.uid
        item = Item(new_uid(), "Solid", "generator", inner.start, frames)
        if shows is not None:
            item = Item(new_uid(), shows.name, "video", inner.start, frames, shows.uid, source)
        inner.tracks = {"video": [Track("Video 1", [item])], "audio": [], "subtitle": []}
        self.project.timelines.append(inner)
        return self._keep(clip)

    def playhead(self, at: int) -> None:
        """Move the playhead to a frame, counted from the start."""
        self.timeline.playhead = self.timeline.start + at

    def _import(self, medium: Medium) -> PoolClip:
        return self._keep(PoolClip(new_uid(), Path(medium.path).name, medium))

    def _keep(self, clip: PoolClip) -> PoolClip:
        self.project.clips[clip.uid] = clip
        self.project.root.clips.append(clip.uid)
        return clip
