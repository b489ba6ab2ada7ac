"""Blender as a host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import bpy

from ..base import Host, Placed, Query, nearest_gap
from ..wire.clip import Clip, Span
from ..wire.errors import ItemNotFound
from ..wire.job import JobStatus, Output, new_id
from ..wire.session import HostSession
from ..wire.system import video_folder
from . import capture, compat, place, timeline

FOLDER = "Afterframe"
"""For results, beside the project."""


@dataclass(frozen=True)
class Choices:
    """What the user chose for all results.

    Attributes:
        folder: where they go; None: beside the project.
        format: as ``Output.format``, where a job does not say otherwise.
        mark: as ``Output.mark``.
    """

    folder: Path | None = None
    format: str = "auto"
    mark: bool = True


class BlenderHost(Host):
    """The project that is open in this Blender.

    Everything here runs on Blender's main thread.

    Args:
        choices: gives what the user has chosen by now.
    """

    def __init__(self, choices: Callable[[], Choices] = Choices) -> None:
        self._choices = choices
        self._id = new_id()
        self._unsaved = f"unsaved-{new_id()}"

    def describe(self) -> HostSession:
        """Return this Blender, and which project is open in it."""
        project = Path(bpy.data.filepath).stem if bpy.data.filepath else "unsaved"
        return HostSession(
            id=self._id,
            host="blender",
            version=bpy.app.version_string,
            document=self.document(),
            name=f"Blender: {project}",
            capabilities=("selection", "capture", "place", "reveal"),
        )

    def document(self) -> str:
        """Return the project's path, or an id of this session while it has none."""
        return bpy.data.filepath or self._unsaved

    def renew(self) -> None:
        """Take a project that has no path from now on for another one than before."""
        self._unsaved = f"unsaved-{new_id()}"

    def playhead(self) -> int:
        """Return the current frame of the scene that is edited."""
        return int(compat.edited_scene().frame_current)

    def selection(self) -> tuple[Clip, ...]:
        """Return the selected strips, the active one first."""
        scene = compat.edited_scene()
        strips = timeline.selected_strips(scene)
        return tuple(timeline.read_clip(scene, strip, self.document()) for strip in strips)

    def clips(self, query: Query) -> tuple[Clip, ...]:
        """Return the strips that are meant; results of ours only when they are selected.

        Muted strips are not among them, titles and colours only when they are selected. What
        lies inside a meta is part of the meta.
        """
        scene = compat.edited_scene()
        strips = timeline.find_strips(scene, query)
        return tuple(timeline.read_clip(scene, strip, self.document()) for strip in strips)

    def marked(self, query: Query) -> tuple[tuple[int, str, Clip], ...]:
        """Return the timeline's markers that stand over a strip that is meant.

        Returns:
            Of each its frame, its name, and the topmost such strip there; in the order of time.
        """
        scene = compat.edited_scene()
        strips = timeline.find_strips(scene, query)
        found = []
        for marker in sorted(scene.timeline_markers, key=lambda each: int(each.frame)):
            under = [
                each
                for each in strips
                if compat.first_frame(each) <= marker.frame < compat.end_frame(each)
            ]
            if under:
                topmost = max(under, key=lambda each: int(each.channel))
                clip = timeline.read_clip(scene, topmost, self.document())
                found.append((int(marker.frame), str(marker.name), clip))
        return tuple(found)

    def following(self, clip: Clip) -> Clip | None:
        """Return the strip that comes next on a strip's channel; None where none follows.

        Raises:
            ItemGone: the strip is no longer there.
        """
        scene, strip = timeline.find_item(clip.item)
        after = [
            each
            for each in timeline.siblings(scene, strip)
            if each.channel == strip.channel
            and each.type in timeline.SHOTS
            and compat.first_frame(each) >= compat.end_frame(strip)
        ]
        if not after:
            return None
        return timeline.read_clip(scene, min(after, key=compat.first_frame), self.document())

    def gap_at(self, frame: int) -> tuple[Clip, Clip]:
        """Return the strips around the gap or cut nearest to a frame; see ``base.Timeline``."""
        scene = compat.edited_scene()
        channels: dict[int, list[Clip]] = {}
        for strip in timeline.find_strips(scene, Query("all")):
            clip = timeline.read_clip(scene, strip, self.document())
            channels.setdefault(strip.channel, []).append(clip)
        found = nearest_gap((channels[number] for number in sorted(channels, reverse=True)), frame)
        if found is None:
            item = f"beside another at frame {frame}"
            raise ItemNotFound(path=self.document(), item=item)
        return found

    def destination(self) -> Path:
        """Return the folder that the user chose, or one beside the project.

        In the user's video folder while it is unsaved.
        """
        chosen = self._choices().folder
        if chosen is not None:
            return chosen
        if bpy.data.filepath:
            return Path(bpy.data.filepath).parent / FOLDER
        return video_folder() / FOLDER

    def output(self, clip: Clip, effect: str) -> Output:
        """Return where a result is written, and as what the user chose."""
        chosen = self._choices()
        usual = super().output(clip, effect)
        return replace(usual, format=chosen.format, mark=chosen.mark)

    def capture(self, clip: Clip, frames: Span, folder: Path, *, seen: bool = False) -> Clip:
        """Return a clip whose medium gives these frames; see ``base.Capture``."""
        return capture.capture(clip, frames, folder, seen=seen)

    def place(self, status: JobStatus) -> Placed:
        """Put a result on the timeline, as one undo step; see ``base.Placement``."""
        return place.place(status)

    def placed(self, job: str) -> Placed | None:
        """Return where a job's result stands, in any scene of the project."""
        return place.placed(job)

    def reveal(self, item: str) -> None:
        """Select a strip alone and go to its first frame."""
        place.reveal(item)
