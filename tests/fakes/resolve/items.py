"""An item of a track: where it stands, which frames of its source it shows (S1, S10, S11)."""

from __future__ import annotations

import json
from fractions import Fraction
from math import ceil, floor
from typing import Any

from . import sizing
from .marks import MADE_BY_RESOLVE, Coloured, Marked
from .placing import clip_rate, is_still, length, shift
from .rates import timeline_rate
from .remote import Calls, changes, since, studio
from .state import Item, PoolClip, Timeline, Track
from .timeline import VOICE_ISOLATION, blanked, isolation
from .transitions import transition
from .world import items_of

CACHES = ("auto", "on", "off")


class OnItem(Calls):
    """What the methods of an item share."""

    record: Item

    @property
    def timeline(self) -> Timeline:
        """The timeline that it stands on."""
        found = items_of(self.project)
        return next(timeline for timeline, _, item in found if item is self.record)

    @property
    def track(self) -> Track:
        """The track that it stands on."""
        return next(track for _, track, item in items_of(self.project) if item is self.record)

    @property
    def track_kind(self) -> str:
        """``video``, ``audio`` or ``subtitle``."""
        tracks = self.timeline.tracks
        return next(kind for kind, each in tracks.items() if self.track in each)

    @property
    def clip(self) -> PoolClip | None:
        """What it shows; None for what Resolve makes itself."""
        return self.project.clips.get(self.record.clip)

    @property
    def sourceless(self) -> bool:
        """Whether there is nothing behind it that it could show other frames of."""
        return not self.record.clip

    @property
    def made(self) -> bool:
        """Whether Resolve made it: it has no source, versions, takes, grade."""
        return self.record.kind in MADE_BY_RESOLVE


class TimelineItemCalls(OnItem, Marked, Coloured):
    """Where an item stands and what it is."""

    kind = "TimelineItem"

    def GetName(self) -> str:
        return self.record.name

    @since(20, 2)
    @changes
    def SetName(self, name: str) -> bool:
        if not name or self.record.kind == "transition":
            return False
        self.record.name = name
        return True

    def GetUniqueId(self) -> str:
        return self.record.uid

    @since(21, 1)
    def GetType(self) -> str:
        if self.record.kind == "transition":
            return "transition"
        if self.record.kind in {"generator", "title"} or (not self.clip and not self._is_sound):
            return "generator"
        return "audio" if self._is_sound else "video"

    def GetStart(self, subframe_precision: bool = False) -> int | float:
        return float(self.record.start) if subframe_precision else self.record.start

    def GetEnd(self, subframe_precision: bool = False) -> int | float:
        return float(self.record.end) if subframe_precision else self.record.end

    def GetDuration(self, subframe_precision: bool = False) -> int | float:
        return float(self.record.duration) if subframe_precision else self.record.duration

    def GetLeftOffset(self, subframe_precision: bool = False) -> int | float | None:
        """Return the frames before the first shown one, at the timeline's rate and warped (S10)."""
        if self.sourceless:
            return None
        frames = self._before()
        return float(frames) if subframe_precision else floor(frames)

    def GetRightOffset(self, subframe_precision: bool = False) -> int | float | None:
        """Return where in its source the item ends; since 20.0 how much follows there."""
        if self.sourceless:
            return None
        frames = self._before() + self.record.duration
        if self.world.build.since(20, 0) and self.clip is not None:
            frames = self._recorded(Fraction(length(self.project, self.clip))) - frames
        return float(frames) if subframe_precision else floor(frames)

    @since(19, 0)
    def GetSourceStartFrame(self) -> int | None:
        if self.sourceless:
            return None
        frame = floor(self._source()[0])
        return max(0, frame - 1) if self.world.faults.off_by_one else frame

    @since(19, 0)
    def GetSourceEndFrame(self) -> int | None:
        """Return the end: exclusive where the rates are the same, else inclusive (S11)."""
        if self.sourceless:
            return None
        end = ceil(self._source()[1])
        return end if self._ratio() == 1 or self.record.unmapped else end - 1

    @since(19, 0)
    def GetSourceStartTime(self) -> float | None:
        return None if self.sourceless else self._seconds(self._source()[0])

    @since(19, 0)
    def GetSourceEndTime(self) -> float | None:
        return None if self.sourceless else self._seconds(self._source()[1])

    def GetMediaPoolItem(self) -> PoolClip | None:
        return self.clip

    @since(19, 0)
    def GetTrackTypeAndIndex(self) -> list[Any]:
        kind = self.track_kind
        tracks = next(each for name, each in self.timeline.tracks.items() if name == kind)
        return [kind, tracks.index(self.track) + 1]

    @since(19, 0)
    def GetLinkedItems(self) -> list[Item]:
        items = {item.uid: item for _, _, item in items_of(self.project)}
        return [items[uid] for uid in self.record.linked if uid in items]

    @since(18, 5)
    def GetClipEnabled(self) -> bool:
        return self.record.enabled

    @since(18, 5)
    @changes
    def SetClipEnabled(self, Bool: bool) -> bool:
        self.record.enabled = Bool
        return True

    def GetProperty(self, propertyKey: str | None = None) -> Any:
        """Return one property or all of them; none has the speed in it, a transition has none."""
        known = self._properties()
        return known.get(propertyKey) if propertyKey else known

    @changes
    def SetProperty(self, propertyKey: str, propertyValue: Any) -> bool:
        if propertyKey not in self._properties():
            return False
        value = sizing.fitting(propertyKey, propertyValue, self._frame_size())
        if value is None:
            return False
        self.record.properties[propertyKey] = value
        return True

    @since(21, 1)
    def GetProperties(self) -> dict[str, Any]:
        return self._properties()

    @since(21, 1)
    @changes
    def SetProperties(self, properties: dict[str, Any]) -> bool:
        """Set many properties, or none of them where one is not right."""
        known, size = self._properties(), self._frame_size()
        fitting = {key: sizing.fitting(key, value, size) for key, value in properties.items()}
        if not fitting or None in fitting.values() or not set(fitting) <= set(known):
            return False
        self.record.properties |= fitting
        return True

    @since(21, 1)
    def GetSpeed(self) -> dict[str, Any] | None:
        if self.sourceless:
            return None
        pitch = bool(self.record.properties.get("pitch correction", False))
        return {"Percentage": round(self.record.speed * 100, 4), "PitchCorrection": pitch}

    @since(21, 1)
    @changes
    def SetSpeed(self, speedOptions: dict[str, Any]) -> bool:
        """Retime, at the same length unless the timeline ripples; stills have no speed."""
        clip, options = self.clip, dict(speedOptions)
        pitch = options.pop("PitchCorrection", None)
        ripple, _ = options.pop("RippleTimeline", False), options.pop("StretchKeyframesToFit", 0)
        percent = options.pop("Percentage", self.record.speed * 100)
        wrong = options or not isinstance(percent, (int, float)) or isinstance(percent, bool)
        if wrong or clip is None or is_still(clip) or self.track.locked:
            return False
        if ripple and percent:
            self._ripple(abs(self.record.speed * 100 / percent))
        if pitch is not None:
            self.record.properties["pitch correction"] = bool(pitch)
        self.record.speed = percent / 100
        return True

    @since(21, 1)
    def GetFades(self) -> dict[str, float]:
        return {end: float(self.record.fades.get(end, 0)) for end in ("FadeIn", "FadeOut")}

    @since(21, 1)
    @changes
    def SetFades(self, fadeInfo: dict[str, int]) -> bool:
        known = set(fadeInfo) <= {"FadeIn", "FadeOut"} and bool(fadeInfo)
        frames = [each for each in fadeInfo.values() if isinstance(each, (int, float))]
        if not known or len(frames) < len(fadeInfo) or self.record.kind == "transition":
            return False
        if not all(0 <= each <= self.record.duration for each in frames):
            return False
        self.record.fades |= {end: int(each) for end, each in fadeInfo.items()}
        return True

    @since(21, 1)
    @changes
    def AddTransition(self, transitionOptions: dict[str, Any]) -> Item | None:
        return transition(self.project, self.timeline, self.track, self.record, transitionOptions)

    @since(19, 0)
    def GetSourceAudioChannelMapping(self) -> str | None:
        if self.made or self.clip is None:
            return None
        given = self.record.properties.get("audio mapping")
        count = int(self.clip.properties.get("Audio Ch", 0))
        tracks = {"1": {"channel_idx": list(range(1, count + 1)), "mute": False, "type": "Stereo"}}
        whole = {"embedded_audio_channels": count, "linked_audio": {}, "track_mapping": tracks}
        return json.dumps(given or whole)

    @since(21, 1)
    @changes
    def SetSourceAudioChannelMapping(self, channelMapping: str) -> bool:
        try:
            mapping = json.loads(channelMapping)
            tracks = mapping["track_mapping"]
        except (ValueError, TypeError, KeyError):
            return False
        if not isinstance(tracks, dict) or len(tracks) != 1:
            return False
        self.record.properties["audio mapping"] = mapping
        return True

    @since(20, 1)
    def GetVoiceIsolationState(self) -> dict[str, Any] | None:
        if not self._is_sound:
            return None
        return dict(self.record.properties.get("voice isolation") or VOICE_ISOLATION)

    @since(20, 1)
    @studio
    @changes
    def SetVoiceIsolationState(self, VoiceIsolationState: dict[str, Any]) -> bool:
        if not self._is_sound or not isolation(VoiceIsolationState):
            return False
        kept = VOICE_ISOLATION | VoiceIsolationState
        self.record.properties["voice isolation"] = kept
        return True

    @since(21, 1)
    def GetOutputBlanking(self) -> dict[str, int]:
        nothing = {"Top": 0, "Bottom": 0, "Left": 0, "Right": 0}
        return dict(self.record.properties.get("output blanking") or nothing)

    @since(21, 1)
    @changes
    def SetOutputBlanking(self, blanking: dict[str, int]) -> bool:
        given = blanked(blanking)
        if given is None:
            return False
        self.record.properties["output blanking"] = self.GetOutputBlanking() | given
        return True

    @since(21, 1)
    def GetUseTimelineForOutputBlanking(self) -> bool:
        return bool(self.record.properties.get("timeline blanking", True))

    @since(21, 1)
    @changes
    def SetUseTimelineForOutputBlanking(self, useTimeline: bool) -> bool:
        self.record.properties["timeline blanking"] = useTimeline
        return True

    @since(21, 1)
    @studio
    @changes
    def PerformMulticamSmartSwitch(self, smartSwitchSettings: dict[str, Any]) -> bool:
        return False

    @since(21, 1)
    @changes
    def FlattenMulticam(self, gradeOption: Any) -> bool:
        clip = self.clip
        if clip is None or clip.properties.get("Type") != "Multicam":
            return False
        clip.properties.pop("Type")
        return True

    @changes
    def UpdateSidecar(self) -> bool:
        """Refuse: only camera raw has one."""
        return False

    @since(18, 5)
    @changes
    def LoadBurnInPreset(self, presetName: str) -> bool:
        return presetName in {"Same as project", "Current", "None"}

    @since(18, 5)
    @studio
    @changes
    def CreateMagicMask(self, mode: str) -> bool:
        """Refuse: nobody has clicked on anything that a mask could be tracked from."""
        return False

    @since(18, 5)
    @studio
    @changes
    def RegenerateMagicMask(self) -> bool:
        return False

    @since(18, 5)
    @changes
    def Stabilize(self) -> bool:
        return not self.made and not self._is_sound

    @since(18, 5)
    @studio
    @changes
    def SmartReframe(self) -> bool:
        return not self.made and not self._is_sound

    def GetStereoConvergenceValues(self) -> dict[int, float]:
        return {}

    def GetStereoLeftFloatingWindowParams(self) -> dict[int, Any]:
        return {}

    def GetStereoRightFloatingWindowParams(self) -> dict[int, Any]:
        return {}

    @since(19, 1)
    def GetIsColorOutputCacheEnabled(self) -> bool | None:
        return None if self.made else bool(self.record.properties.get("color cache", False))

    @since(19, 1)
    def GetIsFusionOutputCacheEnabled(self) -> str | None:
        return None if self.made else str(self.record.properties.get("fusion cache", "auto"))

    @since(19, 1)
    @changes
    def SetColorOutputCache(self, cache_value: Any) -> bool:
        if self.made:
            return False
        self.record.properties["color cache"] = str(cache_value).lower() in {"true", "on", "1"}
        return True

    @since(19, 1)
    @changes
    def SetFusionOutputCache(self, cache_value: Any) -> bool:
        value = str(cache_value).lower()
        if self.made or value not in CACHES:
            return False
        self.record.properties["fusion cache"] = value
        return True

    @property
    def _is_sound(self) -> bool:
        return self.track_kind == "audio"

    def _properties(self) -> dict[str, Any]:
        if self.record.kind == "transition":
            return {}
        newer = self.world.build.since(21, 1)
        if self._is_sound:
            known = sizing.SOUND if newer else {}
        else:
            known = sizing.PICTURE | (sizing.SECTIONS if newer else {})
        return {key: self.record.properties.get(key, value) for key, value in known.items()}

    def _frame_size(self) -> tuple[int, int]:
        settings = self.project.settings | self.timeline.settings
        width, height = (settings[f"timelineResolution{side}"] for side in ("Width", "Height"))
        return int(width), int(height)

    def _ratio(self) -> Fraction:
        """Return the source frames that go by in one timeline frame at 100 %."""
        if self.clip is None:
            return Fraction(1)
        return clip_rate(self.project, self.clip) / timeline_rate(self.project, self.timeline)

    def _speed(self) -> Fraction:
        return Fraction(self.record.speed).limit_denominator(10_000)

    def _recorded(self, source: Fraction) -> Fraction:
        """Return source frames as timeline frames, at the speed of the item (S10)."""
        return source / self._ratio() / (abs(self._speed()) or 1)

    def _before(self) -> Fraction:
        """Return what of the source comes before the item; of a reversed one, what comes after."""
        if self._speed() < 0 and self.clip is not None:
            after = length(self.project, self.clip) - 1 - Fraction(self.record.source)
            return self._recorded(after)
        return self._recorded(Fraction(self.record.source))

    def _source(self) -> tuple[Fraction, Fraction]:
        """Return the source frames that are shown; of reversed ones the start is the higher."""
        if self.record.unmapped:
            return Fraction(0), Fraction(0)
        start = Fraction(self.record.source)
        return start, start + self.record.duration * self._ratio() * self._speed()

    def _seconds(self, frame: Fraction) -> float:
        """Return a source frame in seconds, counted as timecode counts (S11)."""
        if self.clip is None or self.clip.medium is None:
            return 0.0
        return float((self.clip.medium.start + frame) / clip_rate(self.project, self.clip))

    def _ripple(self, factor: float) -> None:
        """Make the item longer or shorter, and move what follows."""
        end, length_before = self.record.end, self.record.duration
        self.record.duration = max(1, round(length_before * factor))
        shift(self.timeline, end, self.record.duration - length_before)
