"""OpenTimelineIO of DaVinci Resolve's own shape: read as Resolve means it, and written so.

The shape is told in ``resolve_shape``; nothing here ran in Resolve.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from afterframe.cli.timelines import look
from afterframe_hosts.base import FileOptions, Query
from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.interchange.times import nearest
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.errors import UnsupportedItem
from tests.contract.shown import numbers
from tests.contract.test_interchange_placing import done
from tests.makers import numbered_movie, numbered_sequence

ALL = Query("all")
HOUR = 86400
FOR_RESOLVE = FileOptions(program="resolve", look=look)


def time(value: float, rate: float = 24) -> Any:
    return otio.opentime.RationalTime(value, rate)


def span(start: float, duration: float, rate: float = 24) -> Any:
    return otio.opentime.TimeRange(time(start, rate), time(duration, rate))


def resolves(
    folder: Path, *children: Any, over: tuple[Any, ...] = (), rate: float = 24
) -> InterchangeHost:
    """Write a timeline as Resolve does, and open it."""
    model = otio.schema.Timeline("Timeline 1", global_start_time=time(3600 * round(rate), rate))
    model.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    model.tracks.name = ""
    for number, items in enumerate([children, over][: 1 + bool(over)], 1):
        track = otio.schema.Track(f"Video {number}", kind="Video")
        track.metadata["Resolve_OTIO"] = {"Locked": False}
        track.extend(items)
        model.tracks.append(track)
    sound = otio.schema.Track("Audio 1", kind="Audio")
    sound.metadata["Resolve_OTIO"] = {"Audio Type": "Stereo", "Locked": False, "SoloOn": False}
    model.tracks.append(sound)
    path = folder / "Timeline 1.otio"
    model.to_json_file(str(path))
    return InterchangeHost.open(path, FileOptions(look=look))


def cut(path: Path, start: float, duration: int, available: Any, rate: float = 24) -> Any:
    reference = otio.schema.ExternalReference(str(path), available)
    reference.name = path.name
    clip = otio.schema.Clip(path.name, reference, span(start, duration, rate))
    clip.metadata["Resolve_OTIO"] = {"Link Group ID": 1}
    return clip


def own_shape(track: dict[str, Any], rate: float) -> int:
    """Check what Resolve needs of a track; return how many frames it lasts."""
    assert track["metadata"]["Resolve_OTIO"]["Locked"] is False
    assert track["name"]
    frames = 0
    for item in track["children"]:
        length = item["source_range"]["duration"]
        assert length["rate"] == rate
        frames += length["value"]
        if item["OTIO_SCHEMA"] == "Gap.1":
            continue
        assert item["OTIO_SCHEMA"] == "Clip.2"
        assert "Resolve_OTIO" in item["metadata"]
        assert item["color"] is None
        assert item["active_media_reference_key"] == "DEFAULT_MEDIA"
        reference = item["media_references"]["DEFAULT_MEDIA"]
        assert reference["OTIO_SCHEMA"] == "ExternalReference.1"
        assert reference["target_url"].startswith("/")
        assert reference["name"] == Path(reference["target_url"]).name
        begins, available = item["source_range"]["start_time"], reference["available_range"]
        assert begins["rate"] == rate
        assert begins["value"] == int(begins["value"])
        zero, lasts = available["start_time"], available["duration"]
        first = zero["value"] / zero["rate"]
        assert first - 0.1 < begins["value"] / rate < first + lasts["value"] / lasts["rate"]
    return int(frames)


@pytest.mark.parametrize(("own", "rate"), [(24, 30), (25, 50), (24, 25), (24, 24), (24, 60)])
def test_an_in_point_rounded_to_the_timelines_frames_is_the_mediums_frame(
    tmp_path: Path, own: int, rate: int
) -> None:
    """Every in point of a medium that is not faster than the timeline comes back."""
    (tmp_path / "a.mov").touch()
    available = span(3600 * own, 100, own)
    for frame in range(20):
        begins = 3600 * rate + nearest(Fraction(frame * rate, own))
        host = resolves(tmp_path, cut(tmp_path / "a.mov", begins, 10, available, rate), rate=rate)
        (clip,) = host.clips(ALL)
        assert (clip.media_range.start, clip.phase) == (frame, 0)
        assert clip.speed == Fraction(own, rate)


def test_the_pictures_are_those_that_resolve_shows(tmp_path: Path) -> None:
    """A medium of 30 on a timeline of 24, cut at its frame 6: 4.8 frames, which are written 5."""
    movie = numbered_movie(tmp_path / "a.mov", 60, Fraction(30), timecode="01:00:00:00")
    host = resolves(tmp_path, cut(movie, HOUR + 5, 12, span(108000, 60, 30)))
    (clip,) = host.clips(ALL)
    assert numbers(clip) == [6 + n * 30 // 24 for n in range(12)]


def test_what_is_cut_within_a_compound_clip_is_found(tmp_path: Path) -> None:
    movie = numbered_movie(tmp_path / "a.mov", 60, Fraction(24), timecode="01:00:00:00")
    inner = otio.schema.Track("Video 1", kind="Video")
    inner.extend([cut(movie, HOUR + n, 8, span(HOUR, 60)) for n in (10, 40)])
    compound = otio.schema.Stack("Compound Clip 1", [inner], span(4, 10))
    compound.metadata["Resolve_OTIO"] = {"Sequence Type": "Compound Clip", "Sequence Fps": 24}
    one, two = resolves(tmp_path, compound).clips(ALL)
    assert (one.record_range, two.record_range) == (Span(HOUR, 4), Span(HOUR + 4, 6))
    assert (numbers(one), numbers(two)) == ([14, 15, 16, 17], [40, 41, 42, 43, 44, 45])


def test_titles_are_no_missing_media_and_are_seen_through(tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    title = otio.schema.Clip("Text+", otio.schema.MissingReference(), span(0, 20))
    host = resolves(tmp_path, cut(tmp_path / "a.mov", 5, 20, span(0, 60)), over=(title,))
    assert [type(each) for each in host.problems(ALL)] == [UnsupportedItem]
    assert host.clip_at(HOUR + 3).name == "a.mov"


def test_a_drop_frame_start_is_known_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    for start, drop in ((107892, True), (108000, False), (0, False), (17982, True), (1, False)):
        model = otio.schema.Timeline("t", global_start_time=time(start, 30000 / 1001))
        model.tracks.append(otio.schema.Track("V1", [
            cut(tmp_path / "a.mov", 0, 9, span(0, 60, 30000 / 1001), 30000 / 1001),
        ]))  # fmt: skip
        model.to_json_file(str(tmp_path / "t.otio"))
        (clip,) = InterchangeHost.open(tmp_path / "t.otio").clips(ALL)
        assert clip.drop_frame is drop, start


@pytest.mark.parametrize("name", ["shot_v001.mov", "shot_v001.####.png", "shot_v001.####.exr"])
def test_our_track_on_resolves_timeline_is_of_its_shape_and_the_rest_as_it_was(
    tmp_path: Path, name: str
) -> None:
    movie = numbered_movie(tmp_path / "a.mov", 60, Fraction(24), timecode="01:00:00:00")
    host = resolves(tmp_path, cut(movie, HOUR + 10, 48, span(HOUR, 60)))
    before = json.loads(host.path.read_text())
    host.place(done(host.clips(ALL)[0], at=HOUR + 12, frames=20, rate=Fraction(24), name=name))
    saved = host.save()
    after = json.loads(saved.read_text())
    tracks = after["tracks"]["children"]
    assert [track["name"] for track in tracks] == ["Video 1", "Afterframe", "Audio 1"]
    assert own_shape(tracks[1], 24) == 48
    clip = tracks[1]["children"][1]
    reference = clip["media_references"]["DEFAULT_MEDIA"]
    file = name.replace("####", "[0007-0026]")
    assert reference["target_url"] == str(tmp_path / "Afterframe" / file)
    first = 7 if name.endswith("png") else HOUR + 12
    assert clip["source_range"]["start_time"]["value"] == first
    assert reference["available_range"]["start_time"]["value"] == first
    del tracks[1]
    assert after == before
    assert [note.id for note in host.notes()] == ["note.otio.no_colour"]
    again = InterchangeHost.open(saved)
    (mine,) = again.clips(Query("name", "shot*"))
    assert (mine.media_range, mine.record_range) == (Span(0, 20), Span(HOUR + 12, 20))
    assert mine.media.first == (0 if name.endswith("mov") else 7)


def test_a_result_of_another_rate_counts_in_the_timelines_frames(tmp_path: Path) -> None:
    (tmp_path / "a.mov").touch()
    host = resolves(tmp_path, cut(tmp_path / "a.mov", 10, 48, span(0, 60)))
    host.place(done(host.clips(ALL)[0], at=HOUR + 12, frames=24, rate=Fraction(48)))
    saved = host.save()
    track = json.loads(saved.read_text())["tracks"]["children"][1]
    assert own_shape(track, 24) == 48
    available = track["children"][1]["media_references"]["DEFAULT_MEDIA"]["available_range"]
    assert (available["start_time"]["value"], available["start_time"]["rate"]) == (172824, 48)
    (mine,) = InterchangeHost.open(saved).clips(Query("name", "shot*"))
    assert (mine.record_range, mine.speed) == (Span(HOUR + 12, 12), 2)


def test_any_timeline_is_written_for_resolve_when_asked(tmp_path: Path) -> None:
    """URLs, media that say nothing of themselves, sequences: all as Resolve has them."""
    movie = numbered_movie(tmp_path / "a b.mov", 60, Fraction(24), timecode="10:00:00:00")
    numbered_sequence(tmp_path, 12)
    track = otio.schema.Track("", kind="Video")
    track.append(otio.schema.Clip("bare", otio.schema.ExternalReference("a%20b.mov"), span(5, 20)))
    url = otio.schema.ExternalReference(movie.as_uri(), span(864000, 60))
    track.append(otio.schema.Clip("said", url, span(864010, 10)))
    plates = otio.schema.ImageSequenceReference(
        "./", "plate.", ".png", 1001, 1, 24, 4, available_range=span(1001, 12)
    )
    track.append(otio.schema.Clip("plates", plates, span(1003, 6)))
    gone = otio.schema.ExternalReference("gone.mov")
    model = otio.schema.Timeline("edit", global_start_time=time(HOUR))
    model.tracks.append(track)
    path = tmp_path / "edit.otio"
    model.to_json_file(str(path))
    host = InterchangeHost.open(path, FOR_RESOLVE)
    before = [(clip.name, clip.media, clip.media_range, numbers(clip)) for clip in host.clips(ALL)]
    saved = host.save()
    written = json.loads(saved.read_text())
    assert written["metadata"]["Resolve_OTIO"] == {"Resolve OTIO Meta Version": "1.0"}
    (said,) = written["tracks"]["children"]
    assert said["name"] == "Video 1"
    assert own_shape(said, 24) == 36
    starts = [each["source_range"]["start_time"]["value"] for each in said["children"]]
    assert starts == [864005, 864010, 1003]
    assert host.notes() == ()
    again = InterchangeHost.open(saved).clips(ALL)
    after = [(clip.name, clip.media, clip.media_range, numbers(clip)) for clip in again]
    assert after == before
    track.append(otio.schema.Clip("gone", gone, span(0, 6)))
    model.to_json_file(str(path))
    host = InterchangeHost.open(path, FOR_RESOLVE)
    host.save()
    assert [(note.id, dict(note.params)) for note in host.notes()] == [
        ("note.otio.not_linked", {"clips": "gone"})
    ]
