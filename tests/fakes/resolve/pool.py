"""The media pool: its bins, its clips, and what is made out of them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import state, subtitles
from .build import Build
from .clips import intellisearch
from .marks import counted
from .placing import append, nested_timeline, whole
from .probing import look, merged, sequence
from .properties import kind_of, properties
from .rates import drops, frame_at, timeline_rate
from .remote import Calls, changes, since, studio
from .state import Bin, Medium, PoolClip, Project, Timeline, Track, new_uid
from .world import World, bins_of

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
        if not name or any(each.name == name for each in folder.bins):
            return None
        made = Bin(new_uid(), name)
        folder.bins.append(made)
        self.record.current_bin = made.uid
        return made

    @changes
    def RefreshFolders(self) -> bool:
        return True

    def GetCurrentFolder(self) -> Bin:
        return current_bin(self.record)

    @changes
    def SetCurrentFolder(self, Folder: Bin) -> bool:
        self.record.current_bin = Folder.uid
        return True

    @changes
    def ImportMedia(self, items: Any) -> list[PoolClip]:
        wanted = items if isinstance(items, list) else [items]
        made = [import_path(self.world, path) for path in _paths(self.world.build, wanted)]
        return [each for each in made if each is not None]

    @changes
    def CreateEmptyTimeline(self, name: str) -> Timeline | None:
        if not name or _named(self.record, name):
            return None
        return new_timeline(self.record, name)

    @changes
    def AppendToTimeline(self, *clips: Any) -> Any:
        timeline = current_timeline(self.record)
        infos = _infos(clips)
        if timeline is None or not infos:
            return None
        return append(self.world, timeline, infos)

    @changes
    def CreateTimelineFromClips(self, name: str, *clips: Any) -> Timeline | None:
        """Make a timeline of clips of the current bin (S16); a clipInfo has no track here."""
        infos = _infos(clips)
        here = set(current_bin(self.record).clips)
        known = all(isinstance(info.get("mediaPoolItem"), PoolClip) for info in infos)
        if not infos or not known or any(info["mediaPoolItem"].uid not in here for info in infos):
            return None
        if not name or _named(self.record, name):
            return None
        timeline = new_timeline(self.record, name)
        unknown = ("trackIndex", "mediaType")
        plain = [{key: info[key] for key in info if key not in unknown} for info in infos]
        append(self.world, timeline, plain)
        return timeline

    @changes
    def DeleteTimelines(self, timeline: list[Timeline]) -> bool:
        if not _all_of(Timeline, timeline):
            return False
        _remove_clips(self.record, {each.clip for each in timeline})
        return True

    @changes
    def DeleteClips(self, clips: list[PoolClip]) -> bool:
        if not _all_of(PoolClip, clips):
            return False
        _remove_clips(self.record, {each.uid for each in clips})
        return True

    @since(18, 5)
    @changes
    def ImportFolderFromFile(self, filePath: str, sourceClipsPath: str = "") -> bool:
        """Read what ``Folder.Export`` wrote."""
        try:
            read = json.loads(Path(filePath).read_text("utf-8"))
            clips = [state.read(PoolClip, each) for each in read["clips"]]
            made = Bin(new_uid(), read["name"])
        except (OSError, ValueError, TypeError, KeyError):
            return False
        for clip in clips:
            clip.uid = new_uid()
            self.record.clips[clip.uid] = clip
            made.clips.append(clip.uid)
        current_bin(self.record).bins.append(made)
        return True

    @changes
    def DeleteFolders(self, subfolders: list[Bin]) -> bool:
        if not _all_of(Bin, subfolders) or self.record.root in subfolders:
            return False
        for folder in subfolders:
            within = bins_of(folder)
            _remove_clips(self.record, {uid for each in within for uid in each.clips})
            _parent(self.record, folder).bins.remove(folder)
            if self.record.current_bin in {each.uid for each in within}:
                self.record.current_bin = self.record.root.uid
        return True

    @changes
    def MoveClips(self, clips: list[PoolClip], targetFolder: Bin) -> bool:
        if not _all_of(PoolClip, clips):
            return False
        for clip in clips:
            _bin_of(self.record, clip.uid).clips.remove(clip.uid)
            targetFolder.clips.append(clip.uid)
            _follow(self.record, clip, targetFolder)
        return True

    @changes
    def MoveFolders(self, folders: list[Bin], targetFolder: Bin) -> bool:
        if not _all_of(Bin, folders):
            return False
        if any(targetFolder in bins_of(folder) for folder in folders):
            return False
        for folder in folders:
            _parent(self.record, folder).bins.remove(folder)
            targetFolder.bins.append(folder)
        return True

    def GetClipMatteList(self, MediaPoolItem: PoolClip) -> list[str]:
        return mattes_of(MediaPoolItem)

    def GetTimelineMatteList(self, Folder: Bin) -> list[PoolClip]:
        clips = [self.record.clips[uid] for uid in Folder.clips]
        return [clip for clip in clips if clip.properties.get("Type") == "Matte"]

    @changes
    def DeleteClipMattes(self, MediaPoolItem: PoolClip, paths: list[str]) -> bool:
        mattes = mattes_of(MediaPoolItem)
        if not all(path in mattes for path in paths):
            return False
        MediaPoolItem.properties["mattes"] = [path for path in mattes if path not in paths]
        return True

    @changes
    def RelinkClips(self, MediaPoolItem: list[PoolClip], folderPath: str) -> bool:
        if not _all_of(PoolClip, MediaPoolItem):
            return False
        found = [_relinked(self.record, clip, str(folderPath)) for clip in MediaPoolItem]
        return all(found)

    @changes
    def UnlinkClips(self, MediaPoolItem: list[PoolClip]) -> bool:
        if not _all_of(PoolClip, MediaPoolItem):
            return False
        for clip in MediaPoolItem:
            clip.online = False
        return True

    @changes
    def ExportMetadata(self, fileName: str, clips: Any = None) -> bool:
        chosen = clips if clips else list(self.record.clips.values())
        if not _all_of(PoolClip, chosen):
            return False
        rows = [properties(self.world, self.record, clip) | clip.metadata for clip in chosen]
        columns = list(dict.fromkeys(key for row in rows for key in row))
        try:
            with Path(fileName).open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)
        except OSError:
            return False
        return True

    def GetUniqueId(self) -> str:
        return state.derived_uid("pool", self.record.uid)

    @since(18, 6, 6)
    @studio
    @changes
    def CreateStereoClip(
        self, LeftMediaPoolItem: PoolClip, RightMediaPoolItem: PoolClip
    ) -> PoolClip | None:
        pair = (LeftMediaPoolItem, RightMediaPoolItem)
        if not all(each.medium for each in pair):
            return None
        folder = _bin_of(self.record, LeftMediaPoolItem.uid)
        name, medium = LeftMediaPoolItem.name, LeftMediaPoolItem.medium
        made = PoolClip(new_uid(), name, medium, properties={"Type": "Stereo"})
        _remove_clips(self.record, {each.uid for each in pair})
        self.record.clips[made.uid] = made
        folder.clips.append(made.uid)
        return made

    @since(19, 1)
    @changes
    def AutoSyncAudio(
        self, MediaPoolItems: list[PoolClip], audioSyncSettings: dict[Any, Any]
    ) -> bool:
        """Sync the first sound to the pictures; keys that are not the program's own are refused."""
        if not _all_of(PoolClip, MediaPoolItems):
            return False
        if any(isinstance(key, str) and not key.isdigit() for key in audioSyncSettings):
            return False
        kinds = [kind_of(self.record, clip) for clip in MediaPoolItems]
        if "Audio" not in kinds or not any(kind.startswith("Video") for kind in kinds):
            return False
        sound = MediaPoolItems[kinds.index("Audio")]
        for clip, kind in zip(MediaPoolItems, kinds, strict=True):
            if kind.startswith("Video"):
                clip.properties["Synced Audio"] = sound.name
        return True

    @since(19, 0)
    def GetSelectedClips(self) -> list[PoolClip] | None:
        clips = self.record.clips
        return [clips[uid] for uid in self.record.selected_clips if uid in clips] or None

    @since(19, 0)
    @changes
    def SetSelectedClip(self, MediaPoolItem: PoolClip) -> bool:
        self.record.selected_clips = [MediaPoolItem.uid]
        return True

    @since(21, 1)
    @studio
    @changes
    def CreateMulticamClip(self, clips: list[PoolClip], multicamOptions: Any = None) -> Any:
        if not _all_of(PoolClip, clips) or not all(clip.medium for clip in clips):
            return []
        name, medium = f"{clips[0].name} Multicam", clips[0].medium
        made = PoolClip(new_uid(), name, medium, properties={"Type": "Multicam"})
        self.record.clips[made.uid] = made
        current_bin(self.record).clips.append(made.uid)
        return [made]


class FolderCalls(Calls):
    """A bin."""

    kind = "Folder"
    record: Bin

    def GetClipList(self) -> list[PoolClip]:
        project = self.world.project
        assert project is not None
        return [project.clips[uid] for uid in self.record.clips]

    def GetClips(self) -> dict[float, PoolClip]:
        return counted(self.GetClipList())

    def GetName(self) -> str:
        return self.record.name

    def GetSubFolderList(self) -> list[Bin]:
        return list(self.record.bins)

    def GetSubFolders(self) -> dict[float, Bin]:
        return counted(self.record.bins)

    def GetIsFolderStale(self) -> bool:
        return False

    def GetUniqueId(self) -> str:
        return self.record.uid

    @since(18, 5)
    def Export(self, filePath: str) -> bool:
        """Write the bin's clips as a file that ``ImportFolderFromFile`` reads."""
        clips = [state.dump(clip) for clip in self.GetClipList()]
        try:
            text = json.dumps({"name": self.record.name, "clips": clips})
            Path(filePath).write_text(text, "utf-8")
        except (OSError, TypeError):
            return False
        return True

    @since(18, 6, 6)
    @studio
    @changes
    def TranscribeAudio(self, useSpeakerDetection: bool | None = None) -> bool:
        """Find no language pack, as a new installation does."""
        return False

    @since(18, 6, 6)
    @studio
    @changes
    def ClearTranscription(self) -> bool:
        return True

    @since(21, 0)
    @studio
    @changes
    def PerformAudioClassification(self) -> bool:
        heard = [clip for clip in self.GetClipList() if clip.medium and clip.medium.audio]
        for clip in heard:
            clip.properties["Category"] = "Dialogue"
        return bool(heard)

    @since(21, 0)
    @studio
    @changes
    def ClearAudioClassification(self) -> bool:
        for clip in self.GetClipList():
            clip.properties["Category"] = "Uncategorized"
        return True

    @since(21, 0)
    @studio
    def RemoveMotionBlur(self, deblurOption: dict[str, Any]) -> list[list[PoolClip]]:
        return []

    @since(21, 0)
    @studio
    def AnalyzeForIntellisearch(self, identifyFaces: bool, isBetterMode: bool) -> str:
        """Say that a package is missing, in a text that is true (S27)."""
        return intellisearch(isBetterMode)

    @since(21, 0)
    @studio
    def AnalyzeForSlate(self, markerColor: str) -> bool:
        return False


def current_bin(project: Project) -> Bin:
    """Return the bin that is open, the top one where it is gone."""
    bins = bins_of(project.root)
    return next((each for each in bins if each.uid == project.current_bin), bins[0])


def current_timeline(project: Project) -> Timeline | None:
    """Return the timeline that is open."""
    current = (each for each in project.timelines if each.uid == project.current_timeline)
    return next(current, None)


def import_path(world: World, path: str) -> PoolClip | None:
    """Return the clip of a file in the current bin, that which is there before a new one.

    Args:
        world: with an open project.
        path: of a file, or of a sequence as Resolve names it.
    """
    project = world.project
    assert project is not None
    here = current_bin(project)
    clips = (project.clips[uid] for uid in here.clips)
    known = next((each for each in clips if each.medium and each.medium.path == path), None)
    if known is not None:
        return known
    rate = timeline_rate(project, None)
    found = subtitles.look(path, rate) or look(path, rate)
    if found is None or not _shown(world.build, found):
        return None
    clip = PoolClip(new_uid(), Path(path).name, found[0], properties=found[1])
    project.clips[clip.uid] = clip
    here.clips.append(clip.uid)
    return clip


def _shown(build: Build, found: tuple[Medium, dict[str, Any]]) -> bool:
    """Return whether a build decodes anything of a medium; leave in it what it does.

    The free edition on Linux has no H.264 and H.265: what has sound is imported as that.
    """
    medium, told = found
    if build.system == "Linux" and not build.studio and medium.codec.startswith(("H.264", "H.265")):
        medium.video = False
    return medium.video or medium.audio or told.get("Type") == subtitles.KIND


def new_timeline(project: Project, name: str) -> Timeline:
    """Make a timeline with a track of each kind, and its clip in the current bin; open it."""
    rate, drop = timeline_rate(project, None), drops(project, None)
    start = frame_at(START, rate, drop) or 0
    timeline = Timeline(new_uid(), name, new_uid(), start, drop, playhead=start)
    timeline.tracks = {
        "video": [Track("Video 1")],
        "audio": [Track("Audio 1", subtype="stereo")],
        "subtitle": [],
    }
    timeline.bin = current_bin(project).uid
    project.timelines.append(timeline)
    project.current_timeline = timeline.uid
    project.clips[timeline.clip] = PoolClip(timeline.clip, name, timeline=timeline.uid)
    current_bin(project).clips.append(timeline.clip)
    return timeline


def mattes_of(clip: PoolClip) -> list[str]:
    """Return the paths of the mattes that were attached to a clip."""
    return list(clip.properties.get("mattes", []))


def _paths(build: Build, items: Iterable[Any]) -> list[str]:
    """Return what is to be imported: files, folders, sequences, each sequence once."""
    plain: list[str] = []
    given: list[str] = []
    for each in items:
        item = each
        if isinstance(item, str) and build.system == "Windows" and item[1:3] == ":\\":
            item = item[2:].replace("\\", "/")  # as MediaStorage names what lies here (S30)
        if isinstance(item, dict):
            first, last = whole(item.get("StartIndex", 0)), whole(item.get("EndIndex", -1))
            known = first is not None and last is not None
            path = sequence(str(item.get("FilePath", "")), first or 0, last or 0) if known else None
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


def _named(project: Project, name: str) -> bool:
    return any(each.name == name for each in project.timelines)


def _all_of(kind: type, given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(isinstance(each, kind) for each in given)


def _bin_of(project: Project, clip: str) -> Bin:
    return next(each for each in bins_of(project.root) if clip in each.clips)


def _parent(project: Project, folder: Bin) -> Bin:
    return next(each for each in bins_of(project.root) if folder in each.bins)


def _remove_clips(project: Project, uids: set[str]) -> None:
    """Take clips away, the timelines behind them too; items of them stay, without a clip."""
    gone = {project.clips[uid].timeline for uid in uids if uid in project.clips} - {""}
    project.timelines = [each for each in project.timelines if each.uid not in gone]
    project.compounds = [each for each in project.compounds if each.uid not in gone]
    if project.current_timeline in gone:
        project.current_timeline = project.timelines[-1].uid if project.timelines else ""
    for folder in bins_of(project.root):
        folder.clips = [uid for uid in folder.clips if uid not in uids]
    for uid in uids:
        project.clips.pop(uid, None)
    project.selected_clips = [uid for uid in project.selected_clips if uid not in uids]


def _follow(project: Project, clip: PoolClip, folder: Bin) -> None:
    """Let a timeline know that its clip lies in another bin."""
    timeline = nested_timeline(project, clip)
    if timeline is not None:
        timeline.bin = folder.uid


def _relinked(project: Project, clip: PoolClip, folder: str) -> bool:
    """Look for a clip's file in another folder; True where it is there."""
    if clip.medium is None:
        return False
    path = str(Path(folder) / Path(clip.medium.path).name)
    found = look(path, timeline_rate(project, None))
    if found is None or found[0].frames != clip.medium.frames:
        return False
    clip.medium, clip.online = found[0], True
    return True
