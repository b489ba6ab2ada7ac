"""Timeline files of every format hold what every host must hold; see ``host_contract``.

Each format's stage writes the test edit as that format says it. What a format cannot say, its
check says when it is skipped.
"""

from __future__ import annotations

import json
import re
import unittest
import xml.etree.ElementTree as ET
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

import opentimelineio as otio
import pytest

from afterframe.core.timecode import parse_time, timecode
from afterframe_hosts.base import FileOptions, MediumFacts
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.wire.clip import Media, Span
from afterframe_hosts.wire.errors import ItemGone
from afterframe_hosts.wire.job import Job, JobStatus, Result, new_id
from tests.contract import host_contract as contract
from tests.contract.host_contract import (
    ALL,
    CHECKS,
    FIRST_PLATE,
    PLATES,
    PLAYHEAD,
    RATE,
    Known,
    Stage,
    Stands,
)

HOUR = 86400
GAP, TITLE = 25, 87
"""Frames from the start where nothing stands, and where only a title does."""
TWICE = Known("twice", 1, "movie", "one.mp4", Span(0, 39), Span(120, 20), Fraction(2))
SEQUENCE = f"plate.[{FIRST_PLATE}-{FIRST_PLATE + PLATES - 1}].png"


@dataclass(frozen=True)
class Title:
    """An item without a picture that we can work on."""

    name: str
    track: int
    stands: Span


class FileStage(Stage):
    """A timeline file made by code; most say no playhead, and are opened at their start."""

    adapter = InterchangeHost
    suffix = ""
    kind = "interchange"
    start = HOUR
    size = None
    selected = (contract.SHOT,)
    more = (TWICE,)
    playhead = 0
    renders = False

    def __init__(self, folder: Path) -> None:
        self.document = folder / f"edit{self.suffix}"
        self.media = folder / "media"
        self.folder = folder / "captures"
        self.folder.mkdir()
        self.result, self.pictures = _results(folder / "Afterframe")
        _make_media(self.media)
        self.items: list[Known | Title] = [
            *self.clips(),
            Title("over the selection", 3, Span(PLAYHEAD - 3, 6)),
            Title("title", 3, contract.UNSUPPORTED),
        ]
        self.open()

    def open(self) -> None:
        """Write what is on the timeline, and open it."""
        self.write()
        self.host = self.adapter.open(self.document, FileOptions(rate=RATE))

    @abstractmethod
    def write(self) -> None:
        """Write the items to the document."""

    @abstractmethod
    def users(self, saved: list[Path]) -> object:
        """Return what is the user's in written files, in a form that compares."""

    @abstractmethod
    def ours(self, saved: list[Path]) -> Iterator[Stands]:
        """Yield our results in written files, as another program would find them."""

    def snapshot(self) -> object:
        with self.saved() as files:
            return self.document.read_bytes(), self.users(files), self.host.playhead()

    def results(self) -> tuple[Stands, ...]:
        with self.saved() as files:
            return tuple(self.ours(files))

    @contextmanager
    def saved(self) -> Iterator[list[Path]]:
        """Save the timeline; yield the files, and remove them again."""
        assert isinstance(self.host, InterchangeHost)
        self.host.save()
        files = sorted(self.document.parent.glob("*_afterframe_v*"))
        try:
            yield files
        finally:
            for file in files:
                file.unlink()

    def track(self, number: int) -> list[Known | Title]:
        """Return what stands on a track, in the order of time."""
        return sorted(
            (each for each in self.items if each.track == number),
            key=lambda each: each.stands.start,
        )

    def select_nothing(self) -> None:
        self.remove(contract.SHOT)

    def select_unsupported(self) -> None:
        self.items[:] = [each for each in self.items if each not in (contract.SHOT, contract.OVER)]
        self.items.append(Title("first", 3, Span(0, 10)))
        self.open()

    def remove(self, known: Known) -> None:
        """Lift a clip out, and leave a gap."""
        self.items.remove(known)
        self.open()

    def take_all_tracks(self) -> None:
        raise unittest.SkipTest("a timeline file has tracks without end")


class OtioStage(FileStage):
    """OpenTimelineIO, with the playhead that we write."""

    suffix = ".otio"
    selected = (contract.OVER,)
    playhead = PLAYHEAD

    def write(self) -> None:
        model = otio.schema.Timeline("edit", global_start_time=_time(HOUR))
        model.metadata["somebody"] = {"else": [1, 2.5, {"deep": None}]}
        model.metadata["afterframe"] = {"playhead": _time(HOUR + self.playhead)}
        for number in (1, 2, 3):
            track = otio.schema.Track(f"Video {number}", kind="Video")
            end = 0
            for item in self.track(number):
                if item.stands.start > end:
                    track.append(_gap(item.stands.start - end))
                track.append(self.clip_of(item))
                end = item.stands.end
            model.tracks.append(track)
        model.tracks.append(otio.schema.Track("Audio 1", kind="Audio"))
        self.finish(model)
        model.to_json_file(str(self.document))

    def finish(self, model: otio.schema.Timeline) -> None:
        """Do to a timeline what its program does."""

    def clip_of(self, item: Known | Title) -> otio.schema.Clip:
        if isinstance(item, Title):
            return otio.schema.Clip(item.name, self.title(), _range(0, item.stands.duration))
        begins = (FIRST_PLATE if item.kind == "sequence" else 0) + item.used.start
        clip = otio.schema.Clip(
            item.name, self.reference(item), _range(begins, item.stands.duration)
        )
        if item.speed != 1:
            clip.effects.append(otio.schema.LinearTimeWarp("speed", float(item.speed)))
        if item == contract.RED and self.colours:
            clip.color = otio.core.Color.RED
        return clip

    def title(self) -> otio.core.MediaReference:
        return otio.schema.GeneratorReference("title")

    def reference(self, known: Known) -> otio.core.MediaReference:
        if known.kind == "movie":
            return otio.schema.ExternalReference(
                f"media/{known.medium}", _range(0, contract.MOVIE_FRAMES)
            )
        return otio.schema.ImageSequenceReference(
            "media/plates/", "plate.", ".png", FIRST_PLATE, 1, float(RATE), 4,
            available_range=_range(FIRST_PLATE, PLATES),
        )  # fmt: skip

    def users(self, saved: list[Path]) -> object:
        (path,) = saved
        model = json.loads(path.read_text(encoding="utf-8"))
        tracks = model["tracks"]["children"]
        model["tracks"]["children"] = [t for t in tracks if "afterframe" not in t["metadata"]]
        return json.dumps(model)

    def ours(self, saved: list[Path]) -> Iterator[Stands]:
        model = otio.adapters.read_from_file(str(saved[0]))
        for number, track in enumerate(model.tracks, 1):
            for clip in track.find_clips():
                if "afterframe" in clip.metadata:
                    where = clip.range_in_parent()
                    span = Span(HOUR + where.start_time.to_frames(), where.duration.to_frames())
                    yield Stands(clip.metadata["afterframe"]["job"], clip.name, number, span)

    def select_nothing(self) -> None:
        self.playhead = GAP
        self.open()

    def select_unsupported(self) -> None:
        self.playhead = TITLE
        self.open()


class ResolveStage(OtioStage):
    """OpenTimelineIO as DaVinci Resolve writes it: paths, titles without reference, no playhead."""

    selected = (contract.SHOT,)
    playhead = 0
    colours = False
    select_nothing = FileStage.select_nothing
    select_unsupported = FileStage.select_unsupported

    def finish(self, model: otio.schema.Timeline) -> None:
        model.metadata.clear()
        model.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
        model.tracks.name = ""
        for track in model.tracks:
            track.metadata["Resolve_OTIO"] = {"Locked": False}
            for clip in track.find_clips():
                clip.metadata["Resolve_OTIO"] = {}

    def title(self) -> otio.core.MediaReference:
        return otio.schema.MissingReference()

    def reference(self, known: Known) -> otio.core.MediaReference:
        name = known.medium if known.kind == "movie" else f"plates/{SEQUENCE}"
        first, frames = (0, contract.MOVIE_FRAMES)
        if known.kind == "sequence":
            first, frames = FIRST_PLATE, PLATES
        made = otio.schema.ExternalReference(str(self.media / name), _range(first, frames))
        made.name = Path(name).name
        return made


class EdlStage(FileStage):
    """An edit decision list; what we make stands in lists of its own."""

    suffix = ".edl"
    colours = False

    def write(self) -> None:
        lines = ["TITLE: edit", "FCM: NON-DROP FRAME", ""]
        ordered = sorted(self.items, key=lambda each: each.stands.start)
        for number, item in enumerate(ordered, 1):
            lines += [*self.event(number, item), ""]
        self.document.write_text("\r\n".join(lines), encoding="utf-8", newline="")

    def event(self, number: int, item: Known | Title) -> Iterator[str]:
        stands = _labels(HOUR + item.stands.start, HOUR + item.stands.end)
        used = item.used if isinstance(item, Known) else Span(0, item.stands.duration)
        zero = FIRST_PLATE if isinstance(item, Known) and item.kind == "sequence" else 0
        source = _labels(zero + used.start, zero + used.end)
        yield f"{number:03}  AX       V{item.track}    C        {source} {stands}"
        if isinstance(item, Title):
            yield f"M2   AX       012.0                {_labels(0)}"
            yield f"M2   AX       036.0                {_labels(2)}"
            yield f"* FROM CLIP NAME: {item.name}"
            yield "* SOURCE FILE: media/one.mp4"
            return
        if item.speed != 1:
            yield f"M2   AX       {float(24 * item.speed):05.1f}                {source[:11]}"
        yield f"* FROM CLIP NAME: {item.name}"
        file = item.medium if item.kind == "movie" else f"plates/{SEQUENCE}"
        yield f"* SOURCE FILE: media/{file}"

    def users(self, saved: list[Path]) -> object:
        lines = "".join(path.read_text(encoding="utf-8") for path in saved).splitlines()
        return [line for line in lines if line.startswith("TITLE")][:1]

    def ours(self, saved: list[Path]) -> Iterator[Stands]:
        for number, path in enumerate(saved, 4):
            events = re.split(r"\n(?=\d{3}  )", path.read_text(encoding="utf-8"))[1:]
            for event in events:
                first, last = (
                    parse_time(label, RATE) for label in event.splitlines()[0].split()[-2:]
                )
                name = re.search(
                    r"FROM CLIP NAME: (.*?)(\.\[\d+-\d+\])?\.\w+$", event, re.MULTILINE
                )
                job = re.search(r"AFTERFRAME JOB: (\w+)", event)
                assert name
                assert job
                yield Stands(job[1], name[1], number, Span(first, last - first))

    def select_nothing(self) -> None:
        raise unittest.SkipTest("a list begins with its first event, and says no playhead")


class Fcp7Stage(FileStage):
    """Final Cut Pro 7's XML."""

    suffix = ".xml"

    def write(self) -> None:
        tracks = "".join(
            f"<track>{''.join(map(self.item, self.track(number)))}</track>" for number in (1, 2, 3)
        )
        self.document.write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<xmeml version="5">'
            f'<sequence id="edit"><name>edit</name><duration>140</duration>{_XML_RATE}'
            f"<timecode>{_XML_RATE}<string>01:00:00:00</string><frame>{HOUR}</frame>"
            f"<displayformat>NDF</displayformat></timecode><media><video>{tracks}</video>"
            "<audio><track/></audio></media></sequence></xmeml>\n",
            encoding="utf-8",
        )

    def item(self, item: Known | Title) -> str:
        stands = f"<start>{item.stands.start}</start><end>{item.stands.end}</end>"
        if isinstance(item, Title):
            used = f"<in>0</in><out>{item.stands.duration}</out>"
            return (
                f"<generatoritem><name>{item.name}</name>{_XML_RATE}{stands}{used}"
                "<effect><name>Text</name><effecttype>generator</effecttype></effect>"
                "</generatoritem>"
            )
        first = item.used.start / abs(item.speed)
        if item.speed < 0:
            first = (contract.MOVIE_FRAMES - item.used.end) / abs(item.speed)
        used = f"<in>{first}</in><out>{first + item.stands.duration}</out>"
        label = "<labels><label2>Red</label2></labels>" if item == contract.RED else ""
        return (
            f"<clipitem><name>{escape(item.name)}</name><enabled>TRUE</enabled>{_XML_RATE}"
            f"<duration>{contract.MOVIE_FRAMES}</duration>{stands}{used}{self.file(item)}{self.speed(item)}{label}</clipitem>"
        )

    def file(self, known: Known) -> str:
        name = known.medium if known.kind == "movie" else f"plates/{SEQUENCE}"
        frames = contract.MOVIE_FRAMES if known.kind == "movie" else PLATES
        return (
            f'<file id="{escape(known.name, {chr(34): "&quot;"})}"><name>{name}</name>'
            f"<pathurl>{(self.media / name).as_uri()}</pathurl>{_XML_RATE}"
            f"<duration>{frames}</duration></file>"
        )

    def speed(self, known: Known) -> str:
        if known.speed == 1:
            return ""
        values = {"speed": 100 * abs(known.speed), "reverse": str(known.speed < 0).upper()}
        parameters = "".join(
            f"<parameter><parameterid>{key}</parameterid><value>{value}</value></parameter>"
            for key, value in {"variablespeed": 0, **values}.items()
        )
        return (
            "<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>"
            f"{parameters}</effect></filter>"
        )

    def users(self, saved: list[Path]) -> object:
        root = ET.fromstring(saved[0].read_text(encoding="utf-8"))
        video = root.find("sequence/media/video")
        assert video is not None
        tracks = video.findall("track")
        for track in tracks[3:]:
            video.remove(track)
        return ET.canonicalize(ET.tostring(root, encoding="unicode"), strip_text=True)

    def ours(self, saved: list[Path]) -> Iterator[Stands]:
        root = ET.fromstring(saved[0].read_text(encoding="utf-8"))
        for number, track in enumerate(root.findall("sequence/media/video/track"), 1):
            for clip in track.findall("clipitem") if number > 3 else ():
                start, end = (int(clip.findtext(key, "")) for key in ("start", "end"))
                job = re.search(r"[0-9a-f]{32}", ET.tostring(clip, encoding="unicode"))
                assert job
                yield Stands(
                    job[0], clip.findtext("name", ""), number, Span(HOUR + start, end - start)
                )


class FinalCutStage(FileStage):
    """Final Cut Pro's XML: what lies above the first track is connected to what is under it."""

    suffix = ".fcpxml"
    colours = False

    def write(self) -> None:
        assets = {"one.mp4": contract.MOVIE_FRAMES, "lost.mp4": 20, f"plates/{SEQUENCE}": PLATES}
        resources = "".join(
            f'<asset id="{escape(name)}" start="{self.start_of(name)}" hasVideo="1" format="film" '
            f'duration="{_seconds(frames)}"><media-rep kind="original-media" '
            f'src="{(self.media / name).as_uri()}"/></asset>'
            for name, frames in assets.items()
        )
        self.document.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1.10">'
            f'<resources><format id="film" frameDuration="{_seconds(1)}" width="96" height="64"/>'
            f'{resources}<effect id="text" name="Text"/></resources><library><event>'
            f'<project name="edit"><sequence format="film" tcStart="{_seconds(HOUR)}" '
            f'duration="{_seconds(140)}"><spine>{self.spine()}</spine></sequence></project>'
            "</event></library></fcpxml>\n",
            encoding="utf-8",
        )

    def start_of(self, medium: str) -> str:
        return _seconds(FIRST_PLATE if "plate" in medium else 0)

    def spine(self) -> str:
        """The first track, with gaps; over each item what begins while it stands."""
        items = self.track(1)
        ends = [0, *(each.stands.end for each in items)]
        parts = []
        for item, end, following in zip(
            [*items, None], ends, [*(each.stands.start for each in items), 200], strict=True
        ):
            if following > end:
                over = self.over(Span(end, following - end), Fraction(end))
                parts.append(
                    f'<gap offset="{_seconds(HOUR + end)}" start="{_seconds(end)}" '
                    f'duration="{_seconds(following - end)}">{over}</gap>'
                )
            if item:
                parts.append(self.element(item, _seconds(HOUR + item.stands.start), ""))
        return "".join(parts)

    def over(self, under: Span, begins: Fraction) -> str:
        """What is connected to an item that stands at ``under`` and counts from ``begins`` on."""
        above = [*self.track(2), *self.track(3)]
        return "".join(
            self.element(
                each,
                _seconds(begins + each.stands.start - under.start),
                f'lane="{each.track - 1}"',
            )
            for each in above
            if each.stands.start in under
        )

    def element(self, item: Known | Title, offset: str, lane: str) -> str:
        length = _seconds(item.stands.duration)
        if isinstance(item, Title):
            return (
                f'<title ref="text" name="{item.name}" offset="{offset}" start="0s" '
                f'duration="{length}" {lane}/>'
            )
        zero = FIRST_PLATE if item.kind == "sequence" else 0
        begins, time_map = Fraction(zero + item.used.start), ""
        if item.speed != 1:
            begins = Fraction(0)
            first = item.used.end if item.speed < 0 else item.used.start
            last = first + item.stands.duration * item.speed
            time_map = (
                f'<timeMap><timept time="0s" value="{_seconds(first)}" interp="linear"/>'
                f'<timept time="{length}" value="{_seconds(last)}" interp="linear"/></timeMap>'
            )
        name = escape(item.name, {'"': "&quot;"})
        ref = item.medium if item.kind == "movie" else f"plates/{SEQUENCE}"
        over = self.over(item.stands, begins) if item.track == 1 else ""
        return (
            f'<asset-clip ref="{ref}" name="{name}" offset="{offset}" {lane} '
            f'start="{_seconds(begins)}" duration="{length}">{time_map}{over}</asset-clip>'
        )

    def users(self, saved: list[Path]) -> object:
        root = ET.fromstring(saved[0].read_text(encoding="utf-8"))
        for parent in list(root.iter()):
            for child in list(parent):
                if self.is_ours(child):
                    parent.remove(child)
        return ET.canonicalize(ET.tostring(root, encoding="unicode"), strip_text=True)

    def is_ours(self, element: ET.Element) -> bool:
        if element.tag == "format":
            return element.get("id") != "film"
        return element.tag in {"asset", "asset-clip"} and "v003" in element.get("name", "")

    def ours(self, saved: list[Path]) -> Iterator[Stands]:
        root = ET.fromstring(saved[0].read_text(encoding="utf-8"))
        spine = root.find(".//spine")
        assert spine is not None
        for under in spine:
            local = _frames(under.get("start", "0s"))
            for clip in under.findall("asset-clip"):
                job = _JOB.search(ET.tostring(clip, encoding="unicode"))
                if job:
                    start = (
                        _frames(under.get("offset", "")) - local + _frames(clip.get("offset", ""))
                    )
                    lane = int(clip.get("lane", "0"))
                    length = _frames(clip.get("duration", ""))
                    yield Stands(job[0], clip.get("name", ""), lane + 1, Span(start, length))


_JOB = re.compile(r"\b[0-9a-f]{32}\b")
_XML_RATE = "<rate><timebase>24</timebase><ntsc>TRUE</ntsc></rate>"
STAGES = (OtioStage, ResolveStage, EdlStage, Fcp7Stage, FinalCutStage)


@pytest.fixture(params=STAGES, ids=lambda stage: stage.__name__.removesuffix("Stage").lower())
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> FileStage:
    made: FileStage = request.param(tmp_path)
    return made


@pytest.mark.parametrize("name", CHECKS)
def test_a_timeline_file(name: str, stage: FileStage) -> None:
    CHECKS[name](stage)


def test_another_clip_in_its_place_is_not_taken_for_it(stage: FileStage) -> None:
    clip = stage.clip(contract.SHOT)
    stage.items[0] = Known("other", 1, "movie", "one.mp4", Span(9, 20), Span(0, 18))
    stage.open()
    with pytest.raises(ItemGone):
        stage.host.capture(clip, clip.record_range, stage.folder)


def _make_media(folder: Path) -> None:
    """Files of the media's names: a timeline file is read without decoding any of them."""
    (folder / "plates").mkdir(parents=True)
    (folder / "one.mp4").touch()
    for number in range(FIRST_PLATE, FIRST_PLATE + PLATES):
        (folder / "plates" / f"plate.{number}.png").touch()


def _results(folder: Path) -> tuple[Path, str]:
    folder.mkdir()
    movie = folder / "shot_generate_v003.mp4"
    movie.touch()
    for number in range(1, contract.RESULT_FRAMES + 1):
        (folder / f"shot_generate_v003.{number:04d}.png").touch()
    return movie, str(folder / "shot_generate_v003.####.png")


def _seconds(frames: int | Fraction) -> str:
    seconds = frames / RATE
    return f"{seconds.numerator}/{seconds.denominator}s"


def _frames(seconds: str) -> int:
    return round(Fraction(seconds.removesuffix("s")) * RATE)


def _labels(*frames: int) -> str:
    return " ".join(timecode(frame, RATE) for frame in frames)


def _time(frames: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(RATE))


def _range(start: int, duration: int) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start), _time(duration))


def _gap(frames: int) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=_range(0, frames))


def test_what_lies_between_handles_is_what_another_program_reads(stage: FileStage) -> None:
    """The file that is saved is opened again: the same frames of the result stand there."""
    clip = stage.clip(contract.TWO)
    job = Job(new_id(), "generate", clip, stage.host.output(clip, "generate"), HOUR + 45)
    frames, shown = contract.RESULT_FRAMES, contract.RESULT_FRAMES - 5
    for path in (str(stage.result), stage.pictures):
        first = 1 if "#" in path else 0
        result = Result(path, "r.json", frames, RATE, contract.SIZE, first, handles=(3, 2))
        stage.host.place(JobStatus(replace(job, id=new_id()), "done", 0.0, 0.0, result=result))
    begins = timecode(HOUR + 45 - 3, RATE)

    def look(media: Media) -> MediumFacts | None:
        ours = "Afterframe" in media.path and media.kind == "movie"
        return MediumFacts(RATE, frames, begins) if ours else None

    found = []
    with stage.saved() as files:
        for file in files:
            host = stage.adapter.open(file, FileOptions(rate=RATE, look=look))
            found += [c for c in host.clips(ALL) if "Afterframe" in c.media.path]
            found += [item.clip for item in host._edit.items if item.job and item.clip]
    spans = {(c.media.kind, c.record_range, c.media_range) for c in found}
    at = Span(HOUR + 45, shown)
    assert spans == {("movie", at, Span(3, shown)), ("sequence", at, Span(3, shown))}
