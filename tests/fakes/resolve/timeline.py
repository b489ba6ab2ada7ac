"""A timeline: tracks, playhead, items. Frames are absolute, those of marks relative (S1, S2)."""

from __future__ import annotations

from typing import Any, cast

from .placing import end_of
from .rates import drops, frame_at, label, setting, timeline_rate
from .remote import Calls, changes, since
from .state import Item, PoolClip, Project, Timeline, Track, TrackKind


class TimelineCalls(Calls):
    """A timeline."""

    kind = "Timeline"
    record: Timeline

    @property
    def project(self) -> Project:
        """The project that it is of."""
        project = self.world.project
        assert project is not None
        return project

    def GetName(self) -> str:
        return self.record.name

    def GetUniqueId(self) -> str:
        return self.record.uid

    def GetStartFrame(self) -> int:
        return self.record.start

    def GetEndFrame(self) -> int:
        return end_of(self.record)

    def GetStartTimecode(self) -> str:
        return label(self.record.start, timeline_rate(self.project, self.record), self.record.drop)

    def GetCurrentTimecode(self) -> str:
        rate = timeline_rate(self.project, self.record)
        return label(self.record.playhead, rate, self.record.drop)

    @changes
    def SetCurrentTimecode(self, timecode: str) -> bool:
        rate = timeline_rate(self.project, self.record)
        frame = frame_at(str(timecode), rate, self.record.drop)
        if frame is None or frame < self.record.start:
            return False
        self.record.playhead = frame
        return True

    def GetCurrentVideoItem(self) -> Item | None:
        for track in reversed(self.record.tracks["video"]):
            for item in track.items:
                if track.enabled and item.start <= self.record.playhead < item.end:
                    return item
        return None

    @since(21, 0, 4)
    def GetSelectedClips(self) -> list[Item]:
        items = (i for kind in self.record.tracks.values() for t in kind for i in t.items)
        return [item for item in items if item.uid in self.record.selected]

    def GetSetting(self, settingName: str = "") -> Any:
        if not settingName:
            every = {*self.project.settings, *self.record.settings, "useCustomSettings"}
            return {name: self.GetSetting(name) for name in sorted(every)}
        if settingName == "useCustomSettings":
            return self.record.settings.get(settingName, "0")
        value = setting(self.project, self.record, settingName)
        if settingName == "timelineFrameRate":
            return float(value)
        if settingName == "timelineDropFrameTimecode":
            return "1" if drops(self.project, self.record) else "0"
        return "" if value is None else value

    def GetTrackCount(self, trackType: str) -> int:
        return len(self._tracks(trackType))

    def GetTrackName(self, trackType: str, trackIndex: int) -> str | None:
        track = self._track(trackType, trackIndex)
        return None if track is None else track.name

    @changes
    def SetTrackName(self, trackType: str, trackIndex: int, name: str) -> bool:
        track = self._track(trackType, trackIndex)
        if track is None or not isinstance(name, str):
            return False
        track.name = name
        return True

    @changes
    def AddTrack(self, trackType: str, subTrackType: Any = None) -> bool:
        if trackType not in self.record.tracks:
            return False
        tracks = self._tracks(trackType)
        subtype = "" if trackType == "video" else "mono"
        tracks.append(Track(f"{trackType.title()} {len(tracks) + 1}", subtype=subtype))
        return True

    @changes
    def DeleteTrack(self, trackType: str, trackIndex: int) -> bool:
        track = self._track(trackType, trackIndex)
        if track is None:
            return False
        self._tracks(trackType).remove(track)
        return True

    def GetIsTrackEnabled(self, trackType: str, trackIndex: int) -> bool | None:
        track = self._track(trackType, trackIndex)
        return track and track.enabled

    @changes
    def SetTrackEnable(self, trackType: str, trackIndex: int, Bool: bool) -> bool:
        track = self._track(trackType, trackIndex)
        if track is None:
            return False
        track.enabled = bool(Bool)
        return True

    def GetIsTrackLocked(self, trackType: str, trackIndex: int) -> bool | None:
        track = self._track(trackType, trackIndex)
        return track and track.locked

    @changes
    def SetTrackLock(self, trackType: str, trackIndex: int, Bool: bool) -> bool:
        track = self._track(trackType, trackIndex)
        if track is None:
            return False
        track.locked = bool(Bool)
        return True

    def GetItemListInTrack(self, trackType: str, index: int) -> list[Item]:
        track = self._track(trackType, index)
        return [] if track is None else list(track.items)

    @since(19, 1)
    def GetMediaPoolItem(self) -> PoolClip | None:
        return self.project.clips.get(self.record.clip)

    def _tracks(self, kind: str) -> list[Track]:
        return self.record.tracks.get(cast(TrackKind, kind), [])

    def _track(self, kind: str, index: Any) -> Track | None:
        tracks = self._tracks(kind)
        number = int(index) if isinstance(index, (int, float)) else 0
        return tracks[number - 1] if 1 <= number <= len(tracks) else None
