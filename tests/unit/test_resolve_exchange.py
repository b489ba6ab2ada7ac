"""Timelines of the stand-in in files of other programs, and back (S28)."""

from __future__ import annotations

import csv
import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterframe_hosts.base import FileOptions
from afterframe_hosts.interchange.formats import format_of
from afterframe_hosts.interchange.timeline import survey
from tests.fakes.resolve.exchange import EXPORTS
from tests.fakes.resolve.picture import Painter, eight_bits
from tests.fakes.resolve.state import Timeline
from tests.makers import numbered_sequence, read_number
from tests.unit.resolve_edits import Edit, edit, two_clips

FILES = {
    "OTIO": "t.otio",
    "FCPXML_1_8": "t.fcpxml",
    "FCPXML_1_9": "t.fcpxml",
    "FCPXML_1_10": "t.fcpxmld",
    "FCP_7_XML": "t.xml",
    "EDL": "t.edl",
    "DRT": "t.drt",
}
START = 86400


def export(made: Edit, kind: str, name: str = "") -> Path:
    """Write the timeline; return the file."""
    target = made.folder / (name or FILES[kind])
    assert made.timeline.Export(str(target), EXPORTS[f"EXPORT_{kind}"], EXPORTS["EXPORT_NONE"])
    return target


def cut(folder: Path, **said: Any) -> Edit:
    """Return two clips on the first track, a gap, a clip on the second."""
    made = two_clips(folder, **said)
    made.timeline.AddTrack("video")
    made.append(made.movie("c.mov", rate=Fraction(24), first=200), 3, 9, 2, track=2)
    made.append(made.movie("d.mov", rate=Fraction(24), first=300), 0, 4, 20)
    return made


def imported(made: Edit, file: Path, **options: Any) -> Timeline | None:
    """Read a file as a timeline of another name; return its record."""
    got = made.pool.ImportTimelineFromFile(str(file), {"timelineName": "Back", **options})
    if got is None:
        return None
    return next(each for each in made.kept.timelines if each.uid == got.GetUniqueId())


def shown(made: Edit, timeline: Timeline) -> dict[int, int]:
    """Return what the frames of a timeline say, counted from its start; black ones are left out."""
    said = {}
    with Painter(made.kept) as painter:
        for at in range(24):
            picture = eight_bits(painter.paint(timeline, timeline.start + at))
            if picture.any():
                said[at] = read_number(picture)
    return said


@pytest.mark.parametrize("kind", ["OTIO", "FCPXML_1_8", "FCPXML_1_9", "FCPXML_1_10", "FCP_7_XML"])
def test_every_frame_comes_back(tmp_path: Path, kind: str) -> None:
    made = cut(tmp_path)
    back = imported(made, export(made, kind))
    assert back is not None
    assert back.start == START
    assert len(shown(made, back)) == 20
    assert shown(made, back) == shown(made, made.record)


@pytest.mark.parametrize("rate", ["23.976", "29.97 DF", "59.94 DF", "25"])
@pytest.mark.parametrize("kind", ["OTIO", "FCPXML_1_9", "FCP_7_XML"])
def test_every_frame_comes_back_at_every_rate(tmp_path: Path, kind: str, rate: str) -> None:
    made = edit(tmp_path, rate=rate)
    own = {"23": Fraction(24000, 1001), "29": Fraction(30000, 1001), "59": Fraction(60000, 1001)}
    made.append(made.movie("a.mov", rate=own.get(rate[:2], Fraction(25))), 5, 13, 2)
    back = imported(made, export(made, kind))
    assert back is not None
    assert back.start == made.record.start
    assert shown(made, back) == shown(made, made.record)


@pytest.mark.parametrize("kind", ["OTIO", "FCPXML_1_9", "FCP_7_XML"])
@pytest.mark.parametrize(("speed", "source"), [(0.5, 4.0), (2.0, 2.0), (-1.0, 15.0)])
def test_a_retimed_item_comes_back(tmp_path: Path, kind: str, speed: float, source: float) -> None:
    made = cut(tmp_path)
    item = made.record.tracks["video"][0].items[0]
    item.speed, item.source = speed, source
    back = imported(made, export(made, kind))
    assert back is not None
    assert shown(made, back) == shown(made, made.record)


def test_a_list_finds_its_media_in_the_pool(tmp_path: Path) -> None:
    made = edit(tmp_path)
    made.append(made.movie("a.mov", rate=Fraction(24), timecode="01:00:00:00"), 4, 12, 0)
    back = imported(made, export(made, "EDL"))
    assert back is not None
    assert shown(made, back) == shown(made, made.record)


def test_a_sequence_is_named_as_a_run_and_comes_back(tmp_path: Path) -> None:
    made = edit(tmp_path)
    numbered_sequence(tmp_path)
    pattern = {"FilePath": str(tmp_path / "plate.%04d.png"), "StartIndex": 1001, "EndIndex": 1012}
    (clip,) = made.pool.ImportMedia([pattern])
    made.append(clip, 2, 8, 0)
    file = export(made, "OTIO")
    assert "plate.[1001-1012].png" in file.read_text("utf-8")
    back = imported(made, file)
    assert back is not None
    assert shown(made, back) == shown(made, made.record)


def test_an_otio_file_has_resolves_own_shape(tmp_path: Path) -> None:
    made = cut(tmp_path)
    written = json.loads(export(made, "OTIO").read_text("utf-8"))
    clip = written["tracks"]["children"][0]["children"][0]
    assert written["metadata"]["Resolve_OTIO"] == {"Resolve OTIO Meta Version": "1.0"}
    assert clip["OTIO_SCHEMA"] == "Clip.2"
    reference = clip["media_references"]["DEFAULT_MEDIA"]
    assert reference["target_url"] == str(tmp_path / "a.mov")
    assert reference["available_range"]["start_time"]["value"] == 86400
    assert clip["source_range"]["start_time"]["value"] == 86404


@pytest.mark.parametrize("wrong", ["file://", "no range"])
def test_media_of_an_otio_file_of_another_shape_are_offline(tmp_path: Path, wrong: str) -> None:
    made = cut(tmp_path)
    file = export(made, "OTIO")
    written = json.loads(file.read_text("utf-8"))
    reference = written["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"]
    if wrong == "no range":
        reference["available_range"] = None
    else:
        reference["target_url"] = f"file://{reference['target_url']}"
    file.write_text(json.dumps(written), "utf-8")
    back = imported(made, file)
    assert back is not None
    online = [made.kept.clips[item.clip].online for item in back.tracks["video"][0].items]
    assert online == [False, True, True]


@pytest.mark.parametrize("kind", FILES)
def test_a_name_that_is_taken_is_not_given_again(tmp_path: Path, kind: str) -> None:
    made = cut(tmp_path)
    file = export(made, kind)
    assert made.pool.ImportTimelineFromFile(str(file), {}) is None
    assert len(made.kept.timelines) == 1


def test_what_is_no_timeline_is_not_imported(tmp_path: Path) -> None:
    made = cut(tmp_path)
    (tmp_path / "bad.otio").write_text("{}", "utf-8")
    assert imported(made, tmp_path / "bad.otio") is None
    assert imported(made, tmp_path / "gone.otio") is None


def test_the_newest_xml_is_a_folder_and_is_not_written_twice(tmp_path: Path) -> None:
    made = cut(tmp_path)
    folder = export(made, "FCPXML_1_10")
    assert [each.name for each in folder.iterdir()] == ["Info.fcpxml"]
    again = made.timeline.Export(str(folder), EXPORTS["EXPORT_FCPXML_1_10"], EXPORTS["EXPORT_NONE"])
    assert again is False


def test_types_are_told_by_their_values_alone(tmp_path: Path) -> None:
    made = cut(tmp_path)
    target = str(tmp_path / "t.otio")
    assert not made.timeline.Export(target, "EXPORT_OTIO", "EXPORT_NONE")
    assert not made.timeline.Export(target, 77.5, EXPORTS["EXPORT_NONE"])
    assert not made.timeline.Export(
        str(tmp_path / "gone" / "t.otio"), EXPORTS["EXPORT_OTIO"], EXPORTS["EXPORT_NONE"]
    )
    assert not list(tmp_path.glob("t.otio"))
    assert len(set(EXPORTS.values())) == len(EXPORTS)


def test_a_whole_timeline_comes_back_as_it_was_but_cannot_be_linked_anew(tmp_path: Path) -> None:
    made = cut(tmp_path)
    made.record.tracks["video"][0].items[0].properties["ZoomX"] = 1.5
    file = export(made, "DRT")
    assert imported(made, file) is None, "names and source clips are not for a DRT"
    made.record.name = "Before"
    shutil.move(tmp_path / "a.mov", tmp_path / "moved.mov")
    made.kept.clips.clear()
    got = made.pool.ImportTimelineFromFile(str(file))
    back = made.kept.timelines[-1]
    assert got.GetName() == "Main"
    assert back.tracks["video"][0].items[0].properties == {"ZoomX": 1.5}
    online = {clip.name: clip.online for clip in made.kept.clips.values() if clip.medium}
    assert online == {"a.mov": False, "b.mov": True, "c.mov": True, "d.mov": True}


def test_source_clips_are_left_out_when_they_are_not_wanted(tmp_path: Path) -> None:
    made = cut(tmp_path)
    file = export(made, "OTIO")
    made.kept.clips = {uid: clip for uid, clip in made.kept.clips.items() if clip.name != "a.mov"}
    back = imported(made, file, importSourceClips=False)
    assert back is not None
    first, *others = (made.kept.clips[item.clip] for item in back.tracks["video"][0].items)
    assert not first.online
    assert all(clip.online for clip in others)


def test_frames_of_an_xmeml_import_are_not_told(tmp_path: Path) -> None:
    made = cut(tmp_path)
    back = imported(made, export(made, "FCP_7_XML"))
    assert back is not None
    assert all(item.unmapped for item in back.tracks["video"][0].items)


@pytest.mark.parametrize(("kind", "separator"), [("TEXT_CSV", ","), ("TEXT_TAB", "\t")])
def test_the_edit_index_is_a_table(tmp_path: Path, kind: str, separator: str) -> None:
    made = cut(tmp_path)
    text = export(made, kind, "t.txt").read_text("utf-8").splitlines()
    rows = list(csv.DictReader(text, delimiter=separator))
    assert [row["Name"] for row in rows] == ["a.mov", "b.mov", "d.mov", "c.mov"]
    assert rows[0]["Source In"] == "01:00:00:04"
    assert rows[3]["Record In"] == "01:00:00:02"


def test_an_ale_lists_the_media(tmp_path: Path) -> None:
    made = cut(tmp_path)
    text = export(made, "ALE", "t.ale").read_text("utf-8")
    assert "a.mov\t01:00:00:04\t01:00:00:12" in text


def test_other_readers_find_the_same_cuts(tmp_path: Path) -> None:
    made = cut(tmp_path)
    for kind in ("OTIO", "FCPXML_1_9", "FCP_7_XML"):
        file = export(made, kind)
        model, _ = format_of(file, FileOptions()).read(file)
        found = survey(model, file)
        spans = sorted((item.span.start, item.span.duration) for item in found.items)
        assert spans == [(86400, 8), (86402, 6), (86408, 8), (86420, 4)], kind
