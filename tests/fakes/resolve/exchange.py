"""Timelines to files of other programs and back (S28)."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from afterframe.media.source import probe
from afterframe_hosts.base import FileOptions, MediumFacts
from afterframe_hosts.interchange import timeline as surveys
from afterframe_hosts.interchange.formats import format_of
from afterframe_hosts.wire.clip import Clip, Media
from afterframe_hosts.wire.errors import AfterframeError

from . import exports, state
from .probing import look, merged
from .rates import rate_of, timeline_rate
from .remote import Calls, changes
from .state import Item, Medium, PoolClip, Project, Timeline, Track, new_uid
from .world import bins_of

_TYPES = (
    *("AAF", "DRT", "EDL", "FCP_7_XML", "FCPXML_1_8", "FCPXML_1_9", "FCPXML_1_10"),
    *("HDR_10_PROFILE_A", "HDR_10_PROFILE_B", "TEXT_CSV", "TEXT_TAB"),
    *("DOLBY_VISION_VER_2_9", "DOLBY_VISION_VER_4_0", "DOLBY_VISION_VER_5_1"),
    *("OTIO", "ALE", "ALE_CDL"),
)
_SUBTYPES = ("NONE", "AAF_NEW", "AAF_EXISTING", "CDL", "SDL", "MISSING_CLIPS")
EXPORTS: dict[str, float] = {
    **{f"EXPORT_{name}": float(number) for number, name in enumerate(_TYPES)},
    **{f"EXPORT_{name}": 100.0 + number for number, name in enumerate(_SUBTYPES)},
}
"""Attributes of ``resolve``: what Export takes, as nothing else."""


class TimelineExchange(Calls):
    """A timeline into a file. An AAF is written as a DRT, HDR10+ and Dolby Vision are not."""

    kind = "Timeline"
    record: Timeline

    def Export(self, fileName: str, exportType: float, exportSubtype: Any = None) -> bool:
        names = {value: name.removeprefix("EXPORT_") for name, value in EXPORTS.items()}
        kind = names.get(exportType) if isinstance(exportType, (int, float)) else None
        target = Path(str(fileName))
        if kind is None or not target.parent.is_dir():
            return False
        if kind == "FCPXML_1_10":
            if target.exists():
                return False
            target.mkdir()
            target = target / "Info.fcpxml"
        elif target.is_dir():
            return False
        text = self._exported(kind)
        if text is None:
            return False
        target.write_text(text, "utf-8")
        return True

    @changes
    def ImportIntoTimeline(self, filePath: str, importOptions: Any = None) -> bool:
        """Merge an AAF of another program: none is read here."""
        return False

    def _exported(self, kind: str) -> str | None:
        project = self.world.project
        assert project is not None
        if kind.startswith("FCPXML_"):
            version = kind.removeprefix("FCPXML_").replace("_", ".")
            return exports.fcpxml_text(project, self.record, version)
        if kind.startswith("TEXT_"):
            return exports.table_text(project, self.record, "," if kind.endswith("CSV") else "\t")
        writers = {
            "OTIO": exports.otio_text,
            "FCP_7_XML": exports.fcp7_text,
            "EDL": exports.edl_text,
            "ALE": exports.ale_text,
            "ALE_CDL": exports.ale_text,
            "DRT": _drt_text,
            "AAF": _drt_text,
        }
        return writers[kind](project, self.record) if kind in writers else None


class PoolExchange(Calls):
    """A timeline out of a file. Of other programs' files the pictures come, and their sound."""

    kind = "MediaPool"
    record: Project

    @changes
    def ImportTimelineFromFile(
        self, filePath: str, importOptions: dict[str, Any] | None = None
    ) -> Timeline | None:
        options = importOptions or {}
        path = Path(str(filePath))
        path = path / "Info.fcpxml" if path.is_dir() else path
        if not path.is_file():
            return None
        if path.suffix.lower() == ".drt":
            return None if {"timelineName", "importSourceClips"} & {*options} else self._drt(path)
        if path.suffix.lower() == ".aaf":
            return self._drt(path, str(options.get("timelineName", "")))
        try:
            edit = _read(path, self.record)
        except (AfterframeError, ValueError):
            return None
        edit = replace(edit, name=str(options.get("timelineName") or edit.name))
        if any(timeline.name == edit.name for timeline in self.record.timelines):
            return None
        made = self._made(edit, importing=bool(options.get("importSourceClips", True)))
        for track in made.tracks["video"] if path.suffix.lower() == ".xml" else ():
            for item in track.items:
                item.unmapped = True
        return made

    def _drt(self, path: Path, name: str = "") -> Timeline | None:
        """Return a timeline that was exported whole; its media are where they were, or offline."""
        try:
            held = json.loads(path.read_text("utf-8"))
        except ValueError:
            return None
        timeline = state.read(Timeline, held["timeline"])
        timeline.name = name or timeline.name
        if any(each.name == timeline.name for each in self.record.timelines):
            return None
        for clip in state.read(list[PoolClip], held["clips"]):
            clip.online = clip.medium is None or _is_there(clip.medium.path)
            if clip.uid not in self.record.clips:
                self._keep_clip(clip)
        timeline.uid, timeline.clip = new_uid(), new_uid()
        for tracks in timeline.tracks.values():
            for track in tracks:
                for item in track.items:
                    item.uid, item.linked = new_uid(), []
        return self._keep_timeline(timeline)

    def _made(self, edit: surveys.Edit, *, importing: bool) -> Timeline:
        timeline = Timeline(new_uid(), edit.name, new_uid(), edit.start, playhead=edit.start)
        timeline.drop = any(item.clip and item.clip.drop_frame for item in edit.items)
        if edit.rate != timeline_rate(self.record, None):
            rate = f"{float(edit.rate):.3f}".rstrip("0").rstrip(".")
            timeline.settings = {"useCustomSettings": "1", "timelineFrameRate": rate}
        count = max((item.track for item in edit.items), default=1)
        names = range(1, count + 1)
        timeline.tracks = {
            "video": [Track(f"Video {number}") for number in names],
            "audio": [Track(f"Audio {number}", subtype="stereo") for number in names],
            "subtitle": [],
        }
        for found in edit.items:
            self._place(timeline, found, importing=importing)
        return self._keep_timeline(timeline)

    def _place(self, timeline: Timeline, found: surveys.Item, *, importing: bool) -> None:
        clip = self._linked(found, importing=importing)
        item = Item(new_uid(), found.name, "video", found.span.start, found.span.duration, clip.uid)
        if found.clip is not None and clip.medium is not None:
            item.source, item.speed = _source(found.clip, rate_of(clip.medium.rate))
        timeline.tracks["video"][found.track - 1].items.append(item)
        if clip.medium is not None and clip.medium.audio:
            sound = replace(item, uid=new_uid(), kind="audio", linked=[item.uid])
            item.linked = [sound.uid]
            timeline.tracks["audio"][found.track - 1].items.append(sound)

    def _linked(self, found: surveys.Item, *, importing: bool) -> PoolClip:
        """Return the clip of an item: one of the pool, a new one, or one that is offline."""
        path = _resolve_path(found.clip) if found.clip else ""
        clips = self.record.clips.values()
        known = (each for each in clips if each.medium and each.medium.path == path)
        if (clip := next(known, None)) is not None:
            return clip
        facts = look(path, timeline_rate(self.record, None)) if path and importing else None
        if facts is not None:
            clip = PoolClip(new_uid(), Path(path).name, facts[0], properties=facts[1])
        else:
            rate = str(timeline_rate(self.record, None))
            missing = Medium(path, found.span.duration, rate)
            clip = PoolClip(new_uid(), found.name, missing, online=False)
        self._keep_clip(clip)
        return clip

    def _keep_clip(self, clip: PoolClip) -> None:
        bins = bins_of(self.record.root)
        here = next((each for each in bins if each.uid == self.record.current_bin), bins[0])
        self.record.clips[clip.uid] = clip
        here.clips.append(clip.uid)

    def _keep_timeline(self, timeline: Timeline) -> Timeline:
        self._keep_clip(PoolClip(timeline.clip, timeline.name, timeline=timeline.uid))
        timeline.bin = self.record.current_bin
        self.record.timelines.append(timeline)
        self.record.current_timeline = timeline.uid
        return timeline


def _read(path: Path, project: Project) -> surveys.Edit:
    """Return what stands in a file.

    Of a list, which names no files, the media of the pool are meant; of an OTIO file only clips of
    Resolve's shape are linked.
    """
    options = FileOptions()
    if path.suffix.lower() == ".edl":
        held = (clip.medium.path for clip in project.clips.values() if clip.medium)
        folder = next((Path(each).parent for each in held), None)
        options = FileOptions(timeline_rate(project, None), folder, look=_facts)
    model, _ = format_of(path, options).read(path)
    if path.suffix.lower() == ".otio":
        for clip in model.find_clips():
            if not _is_shaped(clip):
                clip.media_reference = otio.schema.MissingReference()
    return surveys.survey(model, path)


def _facts(media: Media) -> MediumFacts | None:
    try:
        info = probe(media)
    except (AfterframeError, ValueError):
        return None
    return MediumFacts(info.rate, info.frames, info.start_timecode)


def _is_shaped(clip: Any) -> bool:
    reference = clip.media_reference
    return (
        isinstance(reference, otio.schema.ExternalReference)
        and reference.available_range is not None
        and clip.source_range is not None
        and "://" not in reference.target_url
    )


def _resolve_path(clip: Clip) -> str:
    """Return a medium's path as Resolve has it: of a sequence the run that its first is in."""
    media = clip.media
    if media.kind != "sequence":
        return media.path
    pattern = Path(media.path)
    width = pattern.name.count("#")
    files = pattern.parent.glob(pattern.name.replace("#" * width, "[0-9]" * width))
    runs = merged(sorted(str(each) for each in files))
    return next((run for run in runs if f"{media.first:0{width}d}" in Path(run).name), "")


def _source(clip: Clip, rate: Fraction) -> tuple[float, float]:
    """Return the first frame that a clip shows of its medium, and its speed over 100 %."""
    speed = clip.speed * clip.rate / rate
    first = clip.media_range.start if clip.speed > 0 else clip.media_range.end - 1
    phase = clip.phase if clip.speed > 0 else -clip.phase
    return float(first + phase), float(speed)


def _is_there(path: str) -> bool:
    return Path(path).is_file() or "[" in path


def _drt_text(project: Project, timeline: Timeline) -> str:
    items = (item for tracks in timeline.tracks.values() for t in tracks for item in t.items)
    used = {item.clip for item in items if item.clip}
    clips = [state.dump(clip) for uid, clip in project.clips.items() if uid in used]
    return json.dumps({"timeline": state.dump(timeline), "clips": clips})
