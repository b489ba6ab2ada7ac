"""A clip of the media pool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .marks import Coloured, InAndOut, Marked
from .probing import look
from .properties import change, properties
from .rates import timeline_rate
from .remote import changes, since, studio
from .state import PoolClip, Timeline, derived_uid

UNCLASSIFIED, CLASSIFIED = "Uncategorized", "Dialogue"
CHANNELS = {1: "Mono", 2: "Stereo", 6: "5.1", 8: "7.1"}


class MediaPoolItemCalls(Marked, Coloured, InAndOut):
    """A clip of the pool; frames of its marks and markers count from its first."""

    kind = "MediaPoolItem"
    record: PoolClip

    def GetName(self) -> str:
        return self.record.name

    @since(20, 2)
    @changes
    def SetName(self, name: str) -> bool:
        if not isinstance(name, str) or not name:
            return False
        self.record.name = name
        return True

    def GetUniqueId(self) -> str:
        return self.record.uid

    def GetMediaId(self) -> str:
        return derived_uid("media", self.record.uid)

    @since(21, 0, 4)
    def GetTimeline(self) -> Timeline | None:
        timelines = {timeline.uid: timeline for timeline in self.project.timelines}
        return timelines.get(self.record.timeline)

    def GetMetadata(self, metadataType: str | None = None) -> Any:
        return _read(self.record.metadata, metadataType)

    @changes
    def SetMetadata(self, metadataType: str | dict[str, Any], metadataValue: Any = None) -> bool:
        return _write(self.record.metadata, metadataType, metadataValue)

    @since(19, 0)
    def GetThirdPartyMetadata(self, metadataType: str | None = None) -> Any:
        return _read(self.record.third_party, metadataType)

    @since(19, 0)
    @changes
    def SetThirdPartyMetadata(
        self, metadataType: str | dict[str, Any], metadataValue: Any = None
    ) -> bool:
        return _write(self.record.third_party, metadataType, metadataValue)

    def GetClipProperty(self, propertyName: str | None = None) -> Any:
        every = properties(self.world, self.project, self.record)
        return every.get(propertyName, "") if propertyName else every

    @changes
    def SetClipProperty(self, propertyName: str, propertyValue: Any) -> bool:
        return change(self.project, self.record, propertyName, propertyValue)

    @changes
    def LinkProxyMedia(self, proxyMediaFilePath: str) -> bool:
        """Attach a proxy; it must be as long as the clip."""
        medium = self.record.medium
        found = look(str(proxyMediaFilePath), timeline_rate(self.project, None))
        if medium is None or found is None or found[0].frames != medium.frames:
            return False
        proxy = found[0]
        self.record.properties["Proxy"] = f"{proxy.width}x{proxy.height}"
        self.record.properties["Proxy Media Path"] = proxy.path
        return True

    @since(20, 0)
    @changes
    def LinkFullResolutionMedia(self, fullResMediaPath: str) -> bool:
        medium = self.record.medium
        return medium is not None and self._replace(fullResMediaPath, medium.frames)

    @changes
    def UnlinkProxyMedia(self) -> bool:
        for key in ("Proxy", "Proxy Media Path"):
            self.record.properties.pop(key, None)
        return True

    @changes
    def ReplaceClip(self, filePath: str) -> bool:
        return self._replace(filePath)

    @since(20, 0)
    @changes
    def ReplaceClipPreserveSubClip(self, filePath: str) -> bool:
        return self._replace(filePath)

    @since(20, 0)
    @changes
    def MonitorGrowingFile(self) -> bool:
        return self.record.medium is not None

    @since(19, 0)
    def GetAudioMapping(self) -> str:
        count = int(self.record.properties.get("Audio Ch", 0))
        return json.dumps(self.record.properties.get("audio mapping") or _mapping(count))

    @since(21, 1)
    @changes
    def SetAudioMapping(self, audioMapping: str) -> bool:
        mapping = _parsed(audioMapping)
        if mapping is None:
            return False
        self.record.properties["audio mapping"] = mapping
        return True

    @studio
    @changes
    def TranscribeAudio(self, useSpeakerDetection: bool | None = None) -> bool:
        """Find no language pack, as a new installation does."""
        return False

    @studio
    @changes
    def ClearTranscription(self) -> bool:
        return True

    @since(21, 1)
    def GetTranscription(self, useNestedClipTranscription: bool = False) -> None:
        return None

    @since(21, 0)
    @studio
    @changes
    def PerformAudioClassification(self) -> bool:
        if self.record.medium is None or not self.record.medium.audio:
            return False
        self.record.properties["Category"] = CLASSIFIED
        return True

    @since(21, 0)
    @studio
    @changes
    def ClearAudioClassification(self) -> bool:
        self.record.properties["Category"] = UNCLASSIFIED
        return True

    @since(21, 0)
    @studio
    def RemoveMotionBlur(self, deblurOption: dict[str, Any]) -> None:
        return None

    @since(21, 0)
    @studio
    def AnalyzeForIntellisearch(self, identifyFaces: bool, isBetterMode: bool) -> str:
        """Say that a package is missing, in a text that is true (S27)."""
        return intellisearch(isBetterMode)

    @since(21, 0)
    @studio
    def AnalyzeForSlate(self, markerColor: str) -> bool:
        return False

    def _replace(self, path: str, frames: int | None = None) -> bool:
        found = look(str(path), timeline_rate(self.project, None))
        if self.record.medium is None or found is None:
            return False
        if frames is not None and found[0].frames != frames:
            return False
        if self.record.name == Path(self.record.medium.path).name:
            self.record.name = Path(found[0].path).name
        self.record.medium, self.record.online = found[0], True
        self.record.properties |= found[1]
        return True


def intellisearch(better: bool) -> str:
    """Return what a missing package for IntelliSearch is told in (S27)."""
    mode = "Better" if better else "Faster"
    return f"Required package 'AI Intellisearch - {mode}' is not installed."


def _read(table: dict[str, str], key: str | None) -> Any:
    return table.get(key, "") if key else dict(table)


def _write(table: dict[str, str], key: Any, value: Any) -> bool:
    """Write one field, or a dict of them; False where something is no text."""
    given = key if isinstance(key, dict) else {key: value}
    if not given or not all(isinstance(each, str) and each for each in given):
        return False
    if not all(isinstance(each, (str, int, float)) for each in given.values()):
        return False
    table |= {name: str(each) for name, each in given.items()}
    return True


def _mapping(channels: int) -> dict[str, Any]:
    """Return how channels lie on tracks: all on one, where there is a track for so many."""
    together = CHANNELS.get(channels)
    tracks = [list(range(1, channels + 1))] if together else [[n + 1] for n in range(channels)]
    return {
        "embedded_audio_channels": channels,
        "linked_audio": {},
        "track_mapping": {
            str(number): {"channel_idx": each, "mute": False, "type": CHANNELS[len(each)]}
            for number, each in enumerate(tracks, 1)
        },
    }


def _parsed(text: Any) -> dict[str, Any] | None:
    try:
        mapping = json.loads(text)
    except (TypeError, ValueError):
        return None
    return mapping if isinstance(mapping, dict) and "track_mapping" in mapping else None
