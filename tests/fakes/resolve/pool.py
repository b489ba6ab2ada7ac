"""The media pool: its bins, its clips, and what is made out of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .placing import append, nested_timeline
from .probing import look, merged, sequence
from .rates import drops, frame_at, timeline_rate
from .remote import Calls, changes, since
from .state import Bin, Item, PoolClip, Project, Timeline, Track, new_uid
from .world import bins_of

START = "01:00:00:00"
"""Of new timelines."""


class MediaPoolCalls(Calls):
    """The media pool; imports go into its current bin (S16)."""

    kind = "MediaPool"
    record: Project

    def GetRootFolder(self) -> Bin:
        return self.record.root

    @changes
    def AddSubFolder(self, folder: Bin, name: str) -> Bin | None:
        if not isinstance(folder, Bin) or not isinstance(name, str) or not name:
            return None
        if any(each.name == name for each in folder.bins):
            return None
        made = Bin(new_uid(), name)
        folder.bins.append(made)
        self.record.current_bin = made.uid
        return made

    def GetCurrentFolder(self) -> Bin:
        bins = bins_of(self.record.root)
        return next((each for each in bins if each.uid == self.record.current_bin), bins[0])

    @changes
    def SetCurrentFolder(self, Folder: Bin) -> bool:
        if not isinstance(Folder, Bin):
            return False
        self.record.current_bin = Folder.uid
        return True

    @changes
    def ImportMedia(self, items: Any) -> list[PoolClip] | None:
        wanted = items if isinstance(items, list) else [items]
        made = [each for path in _paths(wanted) if (each := self._import(path))]
        return made or None

    def _import(self, path: str) -> PoolClip | None:
        """Return the clip of a file in the current bin, that which is there before a new one."""
        here = self.GetCurrentFolder()
        clips = (self.record.clips[uid] for uid in here.clips)
        known = next((each for each in clips if each.medium and each.medium.path == path), None)
        if known is not None:
            return known
        found = look(path, timeline_rate(self.record, None))
        if found is None:
            return None
        clip = PoolClip(new_uid(), Path(path).name, found[0], properties=found[1])
        self._add(clip)
        return clip

    def _add(self, clip: PoolClip) -> None:
        self.record.clips[clip.uid] = clip
        self.GetCurrentFolder().clips.append(clip.uid)

    @changes
    def CreateEmptyTimeline(self, name: str) -> Timeline | None:
        project = self.record
        if not isinstance(name, str) or not name:
            return None
        if any(each.name == name for each in project.timelines):
            return None
        rate, drop = timeline_rate(project, None), drops(project, None)
        start = frame_at(START, rate, drop) or 0
        timeline = Timeline(new_uid(), name, new_uid(), start, drop, playhead=start)
        timeline.tracks = {
            "video": [Track("Video 1")],
            "audio": [Track("Audio 1", subtype="stereo")],
            "subtitle": [],
        }
        timeline.bin = self.GetCurrentFolder().uid
        project.timelines.append(timeline)
        project.current_timeline = timeline.uid
        self._add(PoolClip(timeline.clip, name, timeline=timeline.uid))
        return timeline

    @changes
    def AppendToTimeline(self, *clips: Any) -> list[Item | None] | None:
        timelines = (each for each in self.record.timelines)
        current = next((t for t in timelines if t.uid == self.record.current_timeline), None)
        infos = _infos(clips)
        if current is None or not infos:
            return None
        placed: list[Item | None] | None = append(self.world, current, infos)
        return placed

    @since(19, 0)
    def GetSelectedClips(self) -> list[PoolClip]:
        return [self.record.clips[uid] for uid in self.record.selected_clips]

    @since(19, 0)
    @changes
    def SetSelectedClip(self, MediaPoolItem: PoolClip) -> bool:
        if not isinstance(MediaPoolItem, PoolClip):
            return False
        self.record.selected_clips = [MediaPoolItem.uid]
        return True

    def GetUniqueId(self) -> str:
        return self.record.uid


class FolderCalls(Calls):
    """A bin."""

    kind = "Folder"
    record: Bin

    def GetClipList(self) -> list[PoolClip]:
        project = self.world.project
        assert project is not None
        return [project.clips[uid] for uid in self.record.clips]

    def GetName(self) -> str:
        return self.record.name

    def GetSubFolderList(self) -> list[Bin]:
        return self.record.bins

    def GetIsFolderStale(self) -> bool:
        return False

    def GetUniqueId(self) -> str:
        return self.record.uid


class MediaPoolItemCalls(Calls):
    """A clip of the pool."""

    kind = "MediaPoolItem"
    record: PoolClip

    def GetName(self) -> str:
        return self.record.name

    def GetUniqueId(self) -> str:
        return self.record.uid

    @since(21, 0, 4)
    def GetTimeline(self) -> Timeline | None:
        project = self.world.project
        assert project is not None
        return nested_timeline(project, self.record)


def _paths(items: Iterable[Any]) -> list[str]:
    """Return what is to be imported: files, folders, sequences, each sequence once."""
    plain: list[str] = []
    given: list[str] = []
    for item in items:
        if isinstance(item, dict):
            path = sequence(
                str(item.get("FilePath", "")),
                int(item.get("StartIndex", 0)),
                int(item.get("EndIndex", -1)),
            )
            given += [path] if path else []
        elif isinstance(item, str) and Path(item).is_dir():
            plain += [str(each) for each in sorted(Path(item).rglob("*")) if each.is_file()]
        elif isinstance(item, str) and Path(item).is_file():
            plain.append(item)
    return merged(plain) + given


def _infos(clips: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Return what is to be appended as clipInfos, in whichever of the three forms it came."""
    flat = clips[0] if len(clips) == 1 and isinstance(clips[0], list) else list(clips)
    return [each if isinstance(each, dict) else {"mediaPoolItem": each} for each in flat]
