"""A timeline: tracks, playhead, items. Frames are absolute, those of marks relative (S1, S2)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any, cast

from . import settings
from .marks import InAndOut, Marked, counted
from .placing import end_of, insert, make_room, shift
from .pool import current_bin
from .rates import drops, frame_at, label, timeline_rate
from .remote import changes, since, studio
from .state import Item, ItemKind, PoolClip, Timeline, Track, TrackKind, new_uid

CUSTOM = "useCustomSettings"
SILENT_PAGES = frozenset({"media", "fusion"})
"""Pages on which a timeline has no playhead."""
GENERATOR_SECONDS = 5
GENERATORS = frozenset(
    {"10 Step", "100mV Steps", "EBU Color Bar", "Four Color Gradient", "Grey Scale"}
    | {"SMPTE Color Bar", "Solid Color", "Window", "YCbCr Ramp"}
)
FUSION_GENERATORS = frozenset({"Contours", "Noise Gradient", "Paper", "Texture Background"})
TITLES = frozenset(
    {"Left Lower Third", "Middle Lower Third", "Right Lower Third", "Scroll", "Text"}
)
FUSION_TITLES = frozenset(
    {"Text+", "Background Reveal", "Background Reveal Lower Third", "Call Out", "Center Reveal"}
    | {"Clean and Simple", "Clean and Simple Heading Lower Third", "Clean and Simple Lower Third"}
    | {"Dark Box Text", "Dark Box Text Lower Third", "Digital Glitch", "Zoom In"}
    | {"Fade On", "Flip Over", "Horizontal Line Reveal", "Jitter", "Long Title", "Rise Fade"}
    | {"Simple Box 1 Line Lower Third", "Simple Underline Lower Third", "Typewriter"}
)
SUBTYPES = frozenset(
    {"mono", "stereo", "lrc", "lcr", "lrcs", "lcrs", "quad", "5.0", "5.0film", "5.1", "5.1film"}
    | {"7.0", "7.0film", "7.1", "7.1film", *(f"adaptive{number}" for number in range(1, 37))}
)
"""Formats of sound tracks."""
NORMALIZE_MODES = (
    *("Sample Peak Program", "True Peak", "ITU-R BS.1770-1", "ITU-R BS.1770-2/3/4", "EBU R128"),
    *("ATSC A/85", "ATSC A/85 Short Form", "OP-59", "ARIB TR-B32", "Netflix", "YouTube"),
    *("Spotify", "Apple Music", "Podcast"),
)
VOICE_ISOLATION = {"isEnabled": False, "amount": 100}
BLANKING = {"Top": 0, "Bottom": 0, "Left": 0, "Right": 0}


class TimelineCalls(Marked, InAndOut):
    """A timeline."""

    kind = "Timeline"
    record: Timeline

    def GetName(self) -> str:
        return self.record.name

    @changes
    def SetName(self, timelineName: object) -> bool:
        if not isinstance(timelineName, str) or not timelineName or self._taken(timelineName):
            return False
        self.record.name = timelineName
        self.project.clips[self.record.clip].name = timelineName
        return True

    def GetUniqueId(self) -> str:
        return self.record.uid

    def GetStartFrame(self) -> int:
        return self.record.start

    def GetEndFrame(self) -> int:
        return end_of(self.record)

    def GetStartTimecode(self) -> str:
        return self._label(self.record.start)

    @changes
    def SetStartTimecode(self, timecode: str) -> bool:
        """Begin elsewhere: every absolute frame moves along."""
        frame = self._frame(timecode)
        if frame is None:
            return False
        moved = frame - self.record.start
        for item in self._items():
            item.start += moved
        self.record.start, self.record.playhead = frame, self.record.playhead + moved
        return True

    def GetCurrentTimecode(self) -> str | None:
        if self.world.application.page in SILENT_PAGES:
            return None
        return self._label(self.record.playhead)

    @changes
    def SetCurrentTimecode(self, timecode: str) -> bool:
        """Go to an absolute timecode, or frame; what lies before the start is refused (S17)."""
        text = str(timecode)
        frame = int(text) if text.isdecimal() else self._frame(text)
        silent = self.world.application.page in SILENT_PAGES
        if silent or frame is None or frame < self.record.start:
            return False
        self.record.playhead = frame
        return True

    def GetCurrentVideoItem(self) -> Item | None:
        """Return the topmost item under the playhead that is shown."""
        shown = (track for track in reversed(self.record.tracks["video"]) if track.enabled)
        items = (item for track in shown for item in track.items if item.kind != "transition")
        playhead = self.record.playhead
        return next((i for i in items if i.enabled and i.start <= playhead < i.end), None)

    @since(21, 0, 4)
    def GetSelectedClips(self) -> list[Item]:
        return [item for item in self._items() if item.uid in self.record.selected]

    def GetSetting(self, settingName: str = "") -> Any:
        if not settingName:
            return self._settings_told()
        return settings.told(self._settings(), settingName, self.world.faults.text_rates)

    @changes
    def SetSetting(self, settingName: str, settingValue: Any) -> bool:
        """Change a setting; all but one are the project's own until that one is ``1`` (S26)."""
        own = self.record.settings
        if settingName == CUSTOM:
            if str(settingValue) not in {"0", "1"}:
                return False
            own[CUSTOM] = str(settingValue)
            return True
        fixed = settingName == "timelineFrameRate" and any(self._items())
        wanted, start = self._settings(), self.GetStartTimecode()
        if own.get(CUSTOM) != "1" or fixed:
            return False
        if not settings.write(wanted, settingName, settingValue):
            return False
        project = self.project.settings
        own |= {key: value for key, value in wanted.items() if value != project.get(key)}
        own[settingName] = wanted[settingName]
        self.record.drop = drops(self.project, self.record)
        if settingName == "timelineFrameRate":
            self.SetStartTimecode(start)
        return True

    @since(21, 1)
    def GetSettings(self) -> dict[str, Any]:
        return self._settings_told()

    @since(21, 1)
    @changes
    def SetSettings(self, settings: dict[str, Any]) -> bool:
        return bool(settings) and all(self.SetSetting(*each) for each in settings.items())

    def GetTrackCount(self, trackType: str) -> int:
        return len(self._tracks(trackType))

    @since(18, 5)
    @changes
    def AddTrack(self, trackType: str, subTrackType: str | dict[str, Any] | None = None) -> bool:
        """Add a track behind the others, or where ``index`` of the options says."""
        if trackType not in self.record.tracks:
            return False
        options = subTrackType if isinstance(subTrackType, dict) else {"audioType": subTrackType}
        tracks = self._tracks(trackType)
        subtype = options.get("audioType") or options.get("audiotype") or "mono"
        place = options.get("index", len(tracks) + 1)
        if not isinstance(subtype, str) or (trackType == "audio" and subtype not in SUBTYPES):
            return False
        if not isinstance(place, int) or not 1 <= place <= len(tracks) + 1:
            return False
        tracks.insert(place - 1, Track("", subtype=subtype if trackType == "audio" else ""))
        _renumber(trackType, tracks)
        return True

    @since(18, 5)
    @changes
    def DeleteTrack(self, trackType: str, trackIndex: int) -> bool:
        track, tracks = self._track(trackType, trackIndex), self._tracks(trackType)
        if track is None or track.locked or (trackType == "video" and len(tracks) == 1):
            return False
        tracks.remove(track)
        _renumber(trackType, tracks)
        return True

    @since(19, 0)
    def GetTrackSubType(self, trackType: str, trackIndex: int) -> str | None:
        track = self._track(trackType, trackIndex)
        return None if track is None else track.subtype

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

    @since(18, 5)
    def GetIsTrackEnabled(self, trackType: str, trackIndex: int) -> bool | None:
        track = self._track(trackType, trackIndex)
        return None if track is None else track.enabled

    @since(18, 5)
    @changes
    def SetTrackEnable(self, trackType: str, trackIndex: int, Bool: bool) -> bool:
        track = self._track(trackType, trackIndex)
        if track is None:
            return False
        track.enabled = bool(Bool)
        return True

    @since(18, 5)
    def GetIsTrackLocked(self, trackType: str, trackIndex: int) -> bool | None:
        track = self._track(trackType, trackIndex)
        return None if track is None else track.locked

    @since(18, 5)
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

    def GetItemsInTrack(self, trackType: str, index: int) -> dict[float, Item]:
        return counted(self.GetItemListInTrack(trackType, index))

    @since(18, 5)
    @changes
    def DeleteClips(self, timelineItems: object, Bool: bool = False) -> bool:
        """Remove items, and not what is linked to them; only on the Edit page (S12)."""
        if self.world.application.page != "edit" or not self._holds(timelineItems):
            return False
        items = cast(list[Item], timelineItems)
        tracks = {item.uid: self._track_of(item) for item in items}
        if any(track.locked for track in tracks.values()):
            return False
        for item in items:
            tracks[item.uid].items.remove(item)
        for item in sorted(items, key=lambda each: -each.start) if Bool else ():
            shift(self.record, item.end, -item.duration)
        gone = set(tracks)
        self.record.selected = [uid for uid in self.record.selected if uid not in gone]
        for left in self._items():
            left.linked = [uid for uid in left.linked if uid not in gone]
        return True

    @since(18, 5)
    @changes
    def SetClipsLinked(self, timelineItems: object, Bool: bool) -> bool:
        if not self._holds(timelineItems):
            return False
        items = cast(list[Item], timelineItems)
        uids = {item.uid for item in items}
        for item in items:
            others = sorted(uids - {item.uid})
            item.linked = [uid for uid in item.linked if uid not in uids]
            item.linked += others if Bool else []
        return True

    @changes
    def DuplicateTimeline(self, timelineName: str | None = None) -> Timeline | None:
        """Copy the timeline; the copy is the one that is open from then on."""
        name = timelineName or f"{self.record.name} copy"
        if not isinstance(name, str) or self._taken(name):
            return None
        made = _copied(self.record, name)
        self.project.timelines.append(made)
        self.project.current_timeline = made.uid
        clip = PoolClip(made.clip, name, timeline=made.uid)
        self.project.clips[clip.uid] = clip
        current_bin(self.project).clips.append(clip.uid)
        return made

    @changes
    def CreateCompoundClip(self, timelineItems: object, clipInfo: Any = None) -> Item | None:
        options = clipInfo if isinstance(clipInfo, dict) else {}
        name = str(options.get("name") or f"Compound Clip {self._many('Compound') + 1}")
        return self._nest(timelineItems, name, "compound", str(options.get("startTimecode", "")))

    @changes
    def CreateFusionClip(self, timelineItems: object) -> Item | None:
        name = f"Fusion Clip {self._many('Fusion') + 1}"
        made = self._nest(timelineItems, name, "fusion", "")
        if made is not None:
            made.comps = ["Composition 1"]
        return made

    @changes
    def ImportIntoTimeline(self, filePath: str, importOptions: Any = None) -> bool:
        """Refuse: the stand-in reads no AAF, and Resolve merges nothing else."""
        return False

    @changes
    def InsertGeneratorIntoTimeline(self, generatorName: str) -> Item | None:
        return self._insert(generatorName, GENERATORS, "generator")

    @changes
    def InsertFusionGeneratorIntoTimeline(self, generatorName: str) -> Item | None:
        return self._insert(generatorName, FUSION_GENERATORS, "fusion")

    @changes
    def InsertFusionCompositionIntoTimeline(self) -> Item | None:
        return self._insert("Fusion Composition", frozenset({"Fusion Composition"}), "fusion")

    @changes
    def InsertOFXGeneratorIntoTimeline(self, generatorName: str) -> None:
        """Find none: the stand-in has no OFX."""
        return None

    @changes
    def InsertTitleIntoTimeline(self, titleName: str) -> Item | None:
        return self._insert(titleName, TITLES, "title")

    @changes
    def InsertFusionTitleIntoTimeline(self, titleName: str) -> Item | None:
        made = self._insert(titleName, FUSION_TITLES, "title")
        if made is not None:
            made.comps = ["Composition 1"]
        return made

    @since(18, 5)
    @studio
    @changes
    def CreateSubtitlesFromAudio(self, autoCaptionSettings: Any = None) -> bool:
        """Refuse, as without a language pack."""
        return False

    @since(18, 5)
    @changes
    def DetectSceneCuts(self) -> bool:
        """Find none."""
        return any(item.kind == "video" for item in self._items())

    @since(18, 6, 6)
    @studio
    @changes
    def ConvertTimelineToStereo(self) -> bool:
        return True

    @since(19, 0)
    @studio
    @changes
    def AnalyzeDolbyVision(self, timelineItems: Any = None, analysisType: Any = None) -> bool:
        """Refuse: Dolby Vision is not enabled."""
        return False

    @since(19, 1)
    def GetMediaPoolItem(self) -> PoolClip | None:
        return self.project.clips.get(self.record.clip)

    @since(20, 1)
    def GetVoiceIsolationState(self, trackIndex: int) -> dict[str, Any] | None:
        if self._track("audio", trackIndex) is None:
            return None
        kept = self.record.settings.get(f"voice isolation {trackIndex}")
        return dict(kept or VOICE_ISOLATION)

    @since(20, 1)
    @studio
    @changes
    def SetVoiceIsolationState(self, trackIndex: int, VoiceIsolationState: object) -> bool:
        if self._track("audio", trackIndex) is None or not isolation(VoiceIsolationState):
            return False
        kept = VOICE_ISOLATION | cast(dict[str, Any], VoiceIsolationState)
        self.record.settings[f"voice isolation {trackIndex}"] = kept
        return True

    @since(21, 1)
    def GetNormalizeAudioModes(self) -> list[str]:
        return list(NORMALIZE_MODES)

    @since(21, 1)
    @changes
    def NormalizeAudioLevel(self, timelineItems: object, options: Any = None) -> bool:
        return self._holds(timelineItems) and all(
            self._kind_of(item) == "audio" for item in cast(list[Item], timelineItems)
        )

    @since(21, 1)
    @changes
    def AutoAlignClips(self, timelineItems: object, options: Any = None) -> bool:
        """Leave them where they stand: nothing in them can be aligned by."""
        return self._holds(timelineItems) and len(cast(list[Item], timelineItems)) > 1

    @since(21, 1)
    def GetOutputBlanking(self) -> dict[str, int]:
        return dict(self.record.settings.get("output blanking") or BLANKING)

    @since(21, 1)
    @changes
    def SetOutputBlanking(self, blanking: object) -> bool:
        given = blanked(blanking)
        if given is None:
            return False
        self.record.settings["output blanking"] = self.GetOutputBlanking() | given
        return True

    def _settings(self) -> dict[str, str]:
        own = self.record.settings
        custom = own.get(CUSTOM, "0")
        kept = {key: own[key] for key in own if key in settings.DEFAULTS}
        return {**self.project.settings, **(kept if custom == "1" else {}), CUSTOM: custom}

    def _settings_told(self) -> dict[str, Any]:
        return settings.all_told(self._settings(), self.world.faults.text_rates)

    def _tracks(self, kind: object) -> list[Track]:
        return self.record.tracks.get(cast(TrackKind, kind), [])

    def _track(self, kind: str, index: Any) -> Track | None:
        tracks = self._tracks(kind)
        number = int(index) if isinstance(index, (int, float)) else 0
        return tracks[number - 1] if 1 <= number <= len(tracks) else None

    def _items(self) -> Iterator[Item]:
        for tracks in self.record.tracks.values():
            for track in tracks:
                yield from track.items

    def _holds(self, items: object) -> bool:
        """Return whether something is a list of items of this timeline."""
        if not isinstance(items, list) or not items:
            return False
        ours = {item.uid for item in self._items()}
        return all(isinstance(item, Item) and item.uid in ours for item in items)

    def _track_of(self, item: Item) -> Track:
        every = (track for tracks in self.record.tracks.values() for track in tracks)
        return next(track for track in every if item in track.items)

    def _kind_of(self, item: Item) -> str:
        track = self._track_of(item)
        return next(kind for kind, tracks in self.record.tracks.items() if track in tracks)

    def _taken(self, name: str) -> bool:
        return any(each.name == name for each in self.project.timelines)

    def _many(self, kind: str) -> int:
        clips = self.project.clips.values()
        return sum(clip.properties.get("Type") == kind for clip in clips)

    def _label(self, frame: int) -> str:
        return label(frame, timeline_rate(self.project, self.record), self.record.drop)

    def _frame(self, timecode: object) -> int | None:
        rate = timeline_rate(self.project, self.record)
        return frame_at(str(timecode), rate, self.record.drop)

    def _insert(self, name: str, known: frozenset[str], kind: ItemKind) -> Item | None:
        """Insert what Resolve makes at the playhead, on the first track (S13)."""
        track = self.record.tracks["video"][0]
        if name not in known or track.locked or self.world.application.page in SILENT_PAGES:
            return None
        rate = timeline_rate(self.project, self.record)
        made = Item(new_uid(), name, kind, self.record.playhead, round(GENERATOR_SECONDS * rate))
        if kind == "fusion":
            made.comps = ["Composition 1"]
        make_room(self.project, self.record, made.start, made.duration)
        insert(track, made)
        return made

    def _nest(self, given: object, name: str, kind: ItemKind, timecode: str) -> Item | None:
        """Put items into a clip of their own, which stands in their place from then on."""
        if not self._holds(given):
            return None
        items = [item for item in cast(list[Item], given) if item.kind != "transition"]
        if not items or any(self._track_of(item).locked for item in items):
            return None
        first = min(items, key=lambda item: (item.start, self._kind_of(item) != "video"))
        home = self._track_of(first)
        start, end = first.start, max(item.end for item in items)
        begins = self._frame(timecode) if timecode else 0
        inner = _inner(self.record, items, name, begins or 0)
        for item in items:
            self._track_of(item).items.remove(item)
        clip = PoolClip(inner.clip, name, timeline=inner.uid, properties={"Type": kind.title()})
        self.project.compounds.append(inner)
        self.project.clips[clip.uid] = clip
        current_bin(self.project).clips.append(clip.uid)
        made = Item(new_uid(), name, kind, start, end - start, clip.uid)
        insert(home, made)
        return made


def isolation(state: object) -> bool:
    """Return whether something is a state of voice isolation."""
    if not isinstance(state, dict) or not state or not set(state) <= set(VOICE_ISOLATION):
        return False
    amount = state.get("amount", 0)
    return isinstance(amount, (int, float)) and 0 <= amount <= 100


def blanked(blanking: object) -> dict[str, int] | None:
    """Return how many pixels are to be black at each side; None where that is not said so."""
    if not isinstance(blanking, dict) or not blanking or not set(blanking) <= set(BLANKING):
        return None
    known = all(isinstance(each, int) and each >= 0 for each in blanking.values())
    return dict(blanking) if known else None


def _renumber(kind: str, tracks: list[Track]) -> None:
    """Name tracks by their number, but those that somebody has named."""
    for number, track in enumerate(tracks, 1):
        if re.fullmatch(rf"({kind.title()} \d+)?", track.name):
            track.name = f"{kind.title()} {number}"


def _copied(timeline: Timeline, name: str) -> Timeline:
    """Return a copy of a timeline whose items have ids of their own."""
    made = copy.deepcopy(timeline)
    made.uid, made.clip, made.name, made.selected = new_uid(), new_uid(), name, []
    items = [item for tracks in made.tracks.values() for track in tracks for item in track.items]
    uids = {item.uid: new_uid() for item in items}
    for item in items:
        item.uid = uids[item.uid]
        item.linked = [uids[uid] for uid in item.linked if uid in uids]
    return made


def _inner(outer: Timeline, items: list[Item], name: str, start: int) -> Timeline:
    """Return a timeline of items alone, which begins with the first of them."""
    made = Timeline(new_uid(), name, new_uid(), start, outer.drop, dict(outer.settings))
    first, chosen = min(item.start for item in items), {item.uid for item in items}
    for kind, tracks in outer.tracks.items():
        made.tracks[kind] = [Track(t.name, subtype=t.subtype) for t in tracks]
        for track, copied in zip(tracks, made.tracks[kind], strict=True):
            copied.items = [copy.deepcopy(item) for item in track.items if item.uid in chosen]
            for item in copied.items:
                item.start += start - first
    return made
