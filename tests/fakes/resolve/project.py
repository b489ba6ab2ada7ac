"""A project, but for its rendering."""

from __future__ import annotations

from typing import Any

from .remote import Calls, Ref, changes
from .state import Project, Timeline


class ProjectCalls(Calls):
    """The open project."""

    kind = "Project"
    record: Project

    def GetName(self) -> str:
        return self.record.name

    def GetUniqueId(self) -> str:
        return self.record.uid

    def GetMediaPool(self) -> Ref:
        return Ref("MediaPool", self.record.uid)

    def GetGallery(self) -> Ref:
        return Ref("Gallery", self.record.uid)

    def GetTimelineCount(self) -> int:
        return len(self.record.timelines)

    def GetTimelineByIndex(self, idx: int) -> Timeline | None:
        known = isinstance(idx, int) and 1 <= idx <= len(self.record.timelines)
        return self.record.timelines[idx - 1] if known else None

    def GetCurrentTimeline(self) -> Timeline | None:
        current = (t for t in self.record.timelines if t.uid == self.record.current_timeline)
        return next(current, None)

    @changes
    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        if timeline not in self.record.timelines:
            return False
        self.record.current_timeline = timeline.uid
        return True

    def GetSetting(self, settingName: str = "") -> Any:
        if not settingName:
            return self.record.settings
        value = self.record.settings.get(settingName, "")
        return float(value) if settingName == "timelineFrameRate" else value

    @changes
    def SetSetting(self, settingName: str, settingValue: str) -> bool:
        self.record.settings[settingName] = settingValue
        return True
