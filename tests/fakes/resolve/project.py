"""A project, but for what it renders and grades."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import placing, pool, projects, settings
from .rates import timeline_rate
from .remote import Calls, Ref, changes, since, studio
from .state import Item, Project, Timeline, new_uid

_OF_RESOLVE = ("Current Project", "System Config")
"""Presets of project settings that are always there, and cannot be applied."""


class ProjectCalls(Calls):
    """The open project: its timelines, its settings, their presets."""

    kind = "Project"
    record: Project

    def GetName(self) -> str:
        return self.record.name

    @changes
    def SetName(self, projectName: str) -> bool:
        library = self.world.library
        if library is None or not projectName or "/" in projectName:
            return False
        if projectName in projects.here(self.world) or projectName == self.record.name:
            return False
        del library.projects[self.world.application.project]
        self.record.name = projectName
        folder, _, _ = self.world.application.project.rpartition("/")
        key = f"{folder}/{projectName}" if folder else projectName
        library.projects[key] = self.record
        self.world.application.project = key
        projects.keep(self.world, self.record)
        return True

    def GetUniqueId(self) -> str:
        return self.record.uid

    def GetMediaPool(self) -> Ref:
        return Ref("MediaPool", self.record.uid)

    def GetGallery(self) -> Ref:
        return Ref("Gallery", self.record.uid)

    def GetTimelineCount(self) -> int:
        return len(self.record.timelines)

    def GetTimelineByIndex(self, idx: int) -> Timeline | None:
        known = 1 <= idx <= len(self.record.timelines)
        return self.record.timelines[idx - 1] if known else None

    def GetCurrentTimeline(self) -> Timeline | None:
        return pool.current_timeline(self.record)

    @changes
    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        if not any(each is timeline for each in self.record.timelines):
            return False
        self.record.current_timeline = timeline.uid
        return True

    def GetSetting(self, settingName: str = "") -> Any:
        text = self.world.faults.text_rates
        if not settingName:
            return settings.all_told(self.record.settings, text)
        return settings.told(self.record.settings, settingName, text)

    @changes
    def SetSetting(self, settingName: str, settingValue: Any) -> bool:
        return self._set(self.record.settings, settingName, settingValue)

    @since(21, 1)
    def GetSettings(self) -> dict[str, Any]:
        return settings.all_told(self.record.settings, self.world.faults.text_rates)

    @since(21, 1)
    @changes
    def SetSettings(self, settings: dict[str, Any]) -> bool:
        """Set one after the other: those before one that is refused stay."""
        own = self.record.settings
        return all(self._set(own, name, value) for name, value in settings.items())

    def _set(self, own: dict[str, str], name: str, value: Any) -> bool:
        wanted = dict(own)
        if not settings.write(wanted, name, value) or not self._permitted(wanted):
            return False
        own |= wanted
        return True

    def _permitted(self, wanted: dict[str, str]) -> bool:
        """Return whether settings can be these; the rate is fixed by a first timeline (S25)."""
        rate = ("timelineFrameRate", "timelineDropFrameTimecode")
        same = all(wanted[each] == self.record.settings[each] for each in rate)
        return same or not self.record.timelines

    def GetPresetList(self) -> list[dict[str, Any]]:
        kept = self.world.application.settings
        every = {
            _OF_RESOLVE[0]: self.record.settings,
            _OF_RESOLVE[1]: settings.DEFAULTS,
            **kept,
        }
        return [
            {
                "Name": name,
                "Width": int(each["timelineResolutionWidth"]),
                "Height": int(each["timelineResolutionHeight"]),
            }
            for name, each in every.items()
        ]

    def GetPresets(self) -> dict[int, dict[str, Any]]:
        return dict(enumerate(self.GetPresetList(), 1))

    @changes
    def SetPreset(self, presetName: str) -> bool:
        kept = self.world.application.settings.get(presetName)
        if kept is None or not self._permitted(kept):
            return False
        self.record.settings |= kept
        return True

    @since(21, 1)
    def GetProjectSettingsPresetList(self) -> list[dict[str, Any]]:
        return self.GetPresetList()

    @since(21, 1)
    @changes
    def SetProjectSettingsPreset(self, presetName: str) -> bool:
        return self.SetPreset(presetName)

    @since(21, 1)
    @changes
    def DeleteProjectSettingsPreset(self, presetName: str) -> bool:
        return self.world.application.settings.pop(presetName, None) is not None

    @since(21, 1)
    @changes
    def SaveCurrentProjectSettingsAsNewPreset(self, presetName: str) -> bool:
        kept = self.world.application.settings
        if not presetName or presetName in kept or presetName in _OF_RESOLVE:
            return False
        kept[presetName] = dict(self.record.settings)
        return True

    @since(21, 1)
    @changes
    def UpdateProjectSettingsPreset(self, presetName: str) -> bool:
        kept = self.world.application.settings
        if presetName not in kept:
            return False
        kept[presetName] = dict(self.record.settings)
        return True

    @since(21, 1)
    def ExportProjectSettingsPreset(self, presetName: str, exportPath: str) -> bool:
        kept = self.world.application.settings.get(presetName)
        return kept is not None and written(Path(exportPath), json.dumps(kept, indent=1))

    @since(21, 1)
    @changes
    def ImportProjectSettingsPreset(
        self, presetFilePath: str, presetName: str | None = None
    ) -> bool:
        path = Path(presetFilePath)
        try:
            read = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return False
        kept, name = self.world.application.settings, presetName or path.stem
        if (
            not isinstance(read, dict)
            or name in kept
            or not settings.DEFAULTS.keys() >= read.keys()
        ):
            return False
        kept[name] = {**settings.DEFAULTS, **read}
        return True

    def RefreshLUTList(self) -> bool:
        return True

    @changes
    def LoadBurnInPreset(self, presetName: str) -> bool:
        return presetName in self.world.application.presets.get("burn-ins", [])

    @since(20, 2, 2)
    @changes
    def ApplyFairlightPresetToCurrentTimeline(self, name: str) -> bool:
        return name in self.world.application.presets.get("mixes", [])

    @since(21, 0)
    @studio
    @changes
    def ResetIntellisearchAnalysis(self) -> bool:
        return True

    @since(21, 0)
    @studio
    @changes
    def GenerateSpeech(self, speechGenerationSettings: dict[str, Any], timecode: str = "") -> str:
        """Fail, as where the voices were never downloaded: in words (S27)."""
        return "Required Package, 'AI Speech Generator' is not Installed."

    @changes
    def InsertAudioToCurrentTrackAtPlayhead(
        self, mediaPath: str, startOffsetInSamples: int, durationInSamples: int
    ) -> bool:
        """Put sound on the first audio track; on the Fairlight page alone."""
        timeline = self.GetCurrentTimeline()
        if timeline is None or self.world.application.page != "fairlight":
            return False
        clip = pool.import_path(self.world, mediaPath)
        tracks = timeline.tracks.get("audio", [])
        if clip is None or clip.medium is None or not clip.medium.audio or not tracks:
            return False
        rate = timeline_rate(self.record, timeline)
        per_sample = rate / int(clip.properties.get("Sample Rate") or 48000)
        frames = int(durationInSamples * per_sample)
        start = timeline.playhead
        if frames < 1 or tracks[0].locked or placing.overlapped(tracks[0], start, start + frames):
            return False
        source = float(Fraction(startOffsetInSamples) * per_sample)
        item = Item(new_uid(), clip.name, "audio", start, frames, clip.uid, source)
        placing.insert(tracks[0], item)
        return True


def written(path: Path, text: str) -> bool:
    """Write a file; return whether it could be."""
    try:
        path.write_text(text, "utf-8")
    except OSError:
        return False
    return True
