"""Timelines as files of other programs, written as Resolve writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from xml.etree import ElementTree as Xml

import opentimelineio as otio

from . import placing
from .picture import size_of
from .rates import label, rate_of, shown_rate, timeline_rate
from .state import Item, Medium, Project, Timeline, Track

_META = {"Resolve OTIO Meta Version": "1.0"}


@dataclass(frozen=True)
class Cut:
    """An item as other programs are told of it.

    Attributes:
        item: itself.
        medium: what it shows; None for generators, titles, nests.
        start: first frame of the stretch of its medium that it shows, counted from the first as 0.
        rate: of the medium.
        speed: media frames for one of the medium's own at 100 %.
    """

    item: Item
    medium: Medium | None
    start: Fraction
    rate: Fraction
    speed: Fraction

    def place(self) -> Fraction:
        """Return the seconds at which it begins in its medium, as timecode counts."""
        return ((self.medium.start if self.medium else 0) + self.start) / self.rate


def cut_of(project: Project, timeline: Timeline, item: Item) -> Cut:
    """Return an item as other programs are told of it; of reversed ones the lowest frame counts."""
    rate = timeline_rate(project, timeline)
    clip = project.clips.get(item.clip)
    medium = clip.medium if clip else None
    own = rate_of(medium.rate) if medium else rate
    speed = Fraction(item.speed).limit_denominator(10_000)
    start = Fraction(item.source).limit_denominator(10_000)
    if speed < 0:
        start += 1 + item.duration * own / rate * speed
    return Cut(item, medium, start, own, speed)


def otio_text(project: Project, timeline: Timeline) -> str:
    """Return an OpenTimelineIO file of Resolve's shape (S28): bare paths, available ranges."""
    rate = float(timeline_rate(project, timeline))
    model = otio.schema.Timeline(timeline.name)
    model.global_start_time = otio.opentime.RationalTime(timeline.start, rate)
    model.metadata["Resolve_OTIO"] = dict(_META)
    for kind, name in (("video", "Video"), ("audio", "Audio")):
        for track in timeline.tracks["video" if kind == "video" else "audio"]:
            made = otio.schema.Track(track.name, kind=name)
            sound = {"Audio Type": track.subtype.title(), "SoloOn": False}
            locked = {"Locked": track.locked}
            made.metadata["Resolve_OTIO"] = locked if kind == "video" else sound | locked
            made.enabled = track.enabled
            made.extend(_otio_track(project, timeline, track, rate))
            model.tracks.append(made)
    return str(model.to_json_string(indent=4))


def _otio_track(
    project: Project, timeline: Timeline, track: Track, rate: float
) -> Iterator[otio.schema.Gap]:
    for gap, item in _filled(timeline, track):
        if gap:
            yield otio.schema.Gap(source_range=_range(0, gap, rate))
        if item is None:
            continue
        cut = cut_of(project, timeline, item)
        first = floor(cut.place() * timeline_rate(project, timeline) + Fraction(1, 2))
        clip = otio.schema.Clip(item.name, source_range=_range(first, item.duration, rate))
        clip.enabled = item.enabled
        clip.metadata["Resolve_OTIO"] = {}
        if cut.speed != 1:
            clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(cut.speed)))
        if cut.medium is not None:
            frames = _range(cut.medium.start, cut.medium.frames, float(cut.rate))
            clip.media_reference = otio.schema.ExternalReference(cut.medium.path, frames)
            clip.media_reference.name = Path(cut.medium.path).name
        yield clip


def _range(start: int, frames: int, rate: float) -> otio.opentime.TimeRange:
    time = otio.opentime.RationalTime
    return otio.opentime.TimeRange(time(start, rate), time(frames, rate))


def fcpxml_text(project: Project, timeline: Timeline, version: str) -> str:
    """Return Final Cut Pro's XML: the first track is the story, the others hang above it."""
    rate = timeline_rate(project, timeline)
    root = Xml.Element("fcpxml", version=version)
    resources = Xml.SubElement(root, "resources")
    width, height = size_of(project, timeline)
    _fcpx_format(resources, "r0", rate, (width, height))
    frames = placing.end_of(timeline) - timeline.start
    event = Xml.SubElement(Xml.SubElement(root, "library"), "event", name=timeline.name)
    attributes = {
        "format": "r0",
        "duration": _seconds(frames / rate),
        "tcStart": _seconds(timeline.start / rate),
        "tcFormat": "DF" if timeline.drop else "NDF",
    }
    named = Xml.SubElement(event, "project", name=timeline.name)
    spine = Xml.SubElement(Xml.SubElement(named, "sequence", attributes), "spine")
    story: list[tuple[int, int, Xml.Element, Fraction]] = []
    assets: dict[str, str] = {}
    for lane, track in enumerate(timeline.tracks["video"]):
        at = timeline.start
        for gap, item in _filled(timeline, track, frames if lane == 0 else 0):
            if gap and lane == 0:
                zero = Fraction(at) / rate
                made = Xml.SubElement(
                    spine, "gap", name="Gap", offset=_seconds(zero), start=_seconds(zero)
                )
                made.set("duration", _seconds(gap / rate))
                story.append((at, at + gap, made, zero))
            at += gap
            if item is None:
                continue
            cut = cut_of(project, timeline, item)
            start = cut.place() / abs(cut.speed) if cut.speed != 1 else cut.place()
            parent, offset = spine, at / rate
            if lane:
                under = next(each for each in story if each[0] <= at < each[1])
                parent, offset = under[2], under[3] + (at - under[0]) / rate
            made = _fcpx_clip(resources, assets, parent, cut, (offset, start, rate))
            if lane:
                made.set("lane", str(lane))
            else:
                story.append((at, at + item.duration, made, start))
            at += item.duration
    return _document(root, "fcpxml")


def _fcpx_clip(
    resources: Xml.Element,
    assets: dict[str, str],
    parent: Xml.Element,
    cut: Cut,
    times: tuple[Fraction, Fraction, Fraction],
) -> Xml.Element:
    offset, start, rate = times
    made = Xml.SubElement(parent, "asset-clip" if cut.medium else "gap", name=cut.item.name)
    made.set("offset", _seconds(offset))
    made.set("duration", _seconds(cut.item.duration / rate))
    made.set("start", _seconds(start))
    made.set("enabled", "1" if cut.item.enabled else "0")
    if cut.medium is None:
        return made
    made.set("ref", _fcpx_asset(resources, assets, cut.medium, cut.rate))
    made.set("tcFormat", "DF" if cut.medium.drop else "NDF")
    if cut.speed != 1:
        shown = cut.item.duration * abs(cut.speed) / rate
        ends = (cut.place(), cut.place() + shown)
        values = ends if cut.speed > 0 else ends[::-1]
        points = Xml.SubElement(made, "timeMap", frameSampling="floor")
        for time, value in zip((start, start + cut.item.duration / rate), values, strict=True):
            Xml.SubElement(points, "timept", time=_seconds(time), value=_seconds(value)).set(
                "interp", "linear"
            )
    return made


def _fcpx_asset(
    resources: Xml.Element, assets: dict[str, str], medium: Medium, rate: Fraction
) -> str:
    if medium.path not in assets:
        number = len(assets) + 1
        assets[medium.path] = f"a{number}"
        _fcpx_format(resources, f"r{number}", rate, (medium.width, medium.height))
        asset = Xml.SubElement(resources, "asset", id=f"a{number}", name=Path(medium.path).name)
        asset.set("start", _seconds(medium.start / rate))
        asset.set("duration", _seconds(medium.frames / rate))
        asset.set("format", f"r{number}")
        asset.set("hasVideo", "1")
        asset.set("src", Path(medium.path).as_uri())
    return assets[medium.path]


def _fcpx_format(resources: Xml.Element, name: str, rate: Fraction, size: tuple[int, int]) -> None:
    made = Xml.SubElement(resources, "format", id=name, frameDuration=_seconds(1 / rate))
    made.set("width", str(size[0]))
    made.set("height", str(size[1]))


def _seconds(value: Fraction) -> str:
    value = Fraction(value)
    return f"{value.numerator}/{value.denominator}s" if value.denominator > 1 else f"{value}s"


def fcp7_text(project: Project, timeline: Timeline) -> str:
    """Return Final Cut Pro 7's XML."""
    rate = timeline_rate(project, timeline)
    root = Xml.Element("xmeml", version="5")
    sequence = Xml.SubElement(root, "sequence")
    _texts(sequence, name=timeline.name, duration=placing.end_of(timeline) - timeline.start)
    _fcp7_rate(sequence, rate)
    _fcp7_timecode(sequence, timeline.start, rate, timeline.drop)
    video = Xml.SubElement(Xml.SubElement(sequence, "media"), "video")
    _fcp7_size(Xml.SubElement(video, "format"), size_of(project, timeline))
    files: dict[str, str] = {}
    for track in timeline.tracks["video"]:
        made = Xml.SubElement(video, "track")
        for item in track.items:
            if item.kind != "transition":
                _fcp7_clip(made, files, cut_of(project, timeline, item), timeline, rate)
        _texts(made, enabled="TRUE" if track.enabled else "FALSE")
    return _document(root, "xmeml")


def _fcp7_clip(
    track: Xml.Element, files: dict[str, str], cut: Cut, timeline: Timeline, rate: Fraction
) -> None:
    item, medium = cut.item, cut.medium
    made = Xml.SubElement(track, "clipitem" if medium else "generatoritem", id=item.uid)
    _texts(made, name=item.name)
    whole = medium.frames / cut.rate * rate if medium else Fraction(item.duration)
    _texts(made, duration=floor(whole))
    _fcp7_rate(made, rate)
    begin = cut.start / cut.rate * rate
    if cut.speed < 0:
        begin = whole - begin - item.duration * abs(cut.speed)
    first = floor(begin / abs(cut.speed))
    start = item.start - timeline.start
    _texts(made, start=start, end=start + item.duration)
    _texts(made, enabled="TRUE" if item.enabled else "FALSE")
    _texts(made, **{"in": first, "out": first + item.duration})
    if medium is None:
        return
    known = medium.path in files
    name = files.setdefault(medium.path, f"file-{len(files) + 1}")
    file = Xml.SubElement(made, "file", id=name)
    if not known:
        _texts(file, duration=medium.frames)
        _fcp7_rate(file, cut.rate)
        _texts(file, name=Path(medium.path).name, pathurl=Path(medium.path).as_uri())
        _fcp7_timecode(file, medium.start, cut.rate, medium.drop)
        held = Xml.SubElement(Xml.SubElement(file, "media"), "video")
        size = Xml.SubElement(held, "samplecharacteristics")
        _texts(size, width=medium.width, height=medium.height)
    if cut.speed != 1:
        effect = Xml.SubElement(Xml.SubElement(made, "filter"), "effect")
        _texts(effect, name="Time Remap", effectid="timeremap", effectcategory="motion")
        _texts(effect, effecttype="motion", mediatype="video")
        for key, value in (
            ("variablespeed", "0"),
            ("speed", f"{float(abs(cut.speed) * 100):.6g}"),
            ("reverse", "TRUE" if cut.speed < 0 else "FALSE"),
        ):
            _texts(Xml.SubElement(effect, "parameter"), parameterid=key, name=key, value=value)


def _fcp7_rate(parent: Xml.Element, rate: Fraction) -> None:
    ntsc = "TRUE" if rate.denominator == 1001 else "FALSE"
    _texts(Xml.SubElement(parent, "rate"), timebase=ceil(rate), ntsc=ntsc)


def _fcp7_timecode(parent: Xml.Element, start: int, rate: Fraction, drop: bool) -> None:
    made = Xml.SubElement(parent, "timecode")
    _texts(made, string=label(start, rate, drop), frame=start)
    _texts(made, displayformat="DF" if drop else "NDF")
    _fcp7_rate(made, rate)


def _fcp7_size(parent: Xml.Element, size: tuple[int, int]) -> None:
    _texts(Xml.SubElement(parent, "samplecharacteristics"), width=size[0], height=size[1])


def _texts(parent: Xml.Element, **values: object) -> None:
    for name, value in values.items():
        Xml.SubElement(parent, name).text = str(value)


def _document(root: Xml.Element, kind: str) -> str:
    Xml.indent(root)
    body = Xml.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {kind}>\n{body}\n'


def edl_text(project: Project, timeline: Timeline) -> str:
    """Return a CMX 3600 list of the first video track."""
    rate = timeline_rate(project, timeline)
    counting = "DROP FRAME" if timeline.drop else "NON-DROP FRAME"
    lines = [f"TITLE: {timeline.name}", f"FCM: {counting}", ""]
    cuts = (cut_of(project, timeline, item) for item in _first_track(timeline))
    for number, cut in enumerate((each for each in cuts if each.medium is not None), 1):
        first = floor(cut.place() * rate)
        length = ceil(cut.item.duration * abs(cut.speed))
        ends = (first, first + length, cut.item.start, cut.item.end)
        times = " ".join(label(each, rate, timeline.drop) for each in ends)
        lines.append(f"{number:03d}  AX       V     C        {times}")
        if cut.speed != 1:
            speed = f"{float(cut.speed * rate):06.1f}"
            lines.append(f"M2   AX       {speed}                {times.split()[0]}")
        lines += [f"* FROM CLIP NAME: {cut.item.name}", ""]
    return "\n".join(lines) + "\n"


def table_text(project: Project, timeline: Timeline, separator: str) -> str:
    """Return the edit index as a table."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=separator)
    table.writerow(_COLUMNS)
    rate = timeline_rate(project, timeline)
    for number, track in enumerate(timeline.tracks["video"], 1):
        for item in track.items:
            cut = cut_of(project, timeline, item)
            first = floor(cut.place() * rate)
            ends = (first, first + item.duration, item.start, item.end)
            times = [label(each, rate, timeline.drop) for each in ends]
            medium = cut.medium
            told = (medium.codec, shown_rate(cut.rate)) if medium else ("", "")
            size = f"{medium.width}x{medium.height}" if medium else ""
            row = (f"V{number}", "C", item.duration, *times, item.name, *told, size)
            table.writerow((len(out.getvalue().splitlines()), *row))
    return out.getvalue()


_COLUMNS = (
    *("#", "V", "C", "Dur", "Source In", "Source Out", "Record In", "Record Out", "Name"),
    *("Codec", "Source FPS", "Resolution"),
)


def ale_text(project: Project, timeline: Timeline) -> str:
    """Return an Avid Log Exchange list of the media of the first video track."""
    rate = timeline_rate(project, timeline)
    head = (
        f"Heading\nFIELD_DELIM\tTABS\nFPS\t{shown_rate(rate):g}\n\nColumn\nName\tStart\tEnd\n\nData"
    )
    cuts = (cut_of(project, timeline, item) for item in _first_track(timeline))
    rows = [
        f"{cut.item.name}\t{label(floor(cut.place() * rate), rate, timeline.drop)}"
        f"\t{label(floor(cut.place() * rate) + cut.item.duration, rate, timeline.drop)}"
        for cut in cuts
        if cut.medium is not None
    ]
    return "\n".join([head, *rows]) + "\n"


def _first_track(timeline: Timeline) -> Sequence[Item]:
    return [item for item in timeline.tracks["video"][0].items if item.kind != "transition"]


def _filled(timeline: Timeline, track: Track, frames: int = 0) -> Iterator[tuple[int, Item | None]]:
    """Yield a track's items, each with the empty frames before it, and what is empty at the end."""
    at = timeline.start
    for item in track.items:
        if item.kind != "transition":
            yield item.start - at, item
            at = item.end
    if (rest := timeline.start + frames - at) > 0:
        yield rest, None
