"""Shot lists: every line is checked before anything starts, and the same work has the same id."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterframe.core.shots import Shot, job_for, next_id, read_shots
from afterframe.errors import MediaMissing, ShotListError
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.job import Job, Output

HOUR = 86400


def clip_of(path: Path, **reading: Any) -> Clip:
    """A second at 24 frames from 01:00:00:00 on, of any medium that is not called "gone"."""
    if path.stem == "gone":
        raise MediaMissing(path=str(path))
    media = Media("movie", str(path), **reading)
    return Clip(path.stem, media, Span(0, 24), Span(HOUR, 24), Fraction(24))


def write(folder: Path, content: str | list[Any], name: str = "") -> Path:
    path = folder / (name or ("shots.csv" if isinstance(content, str) else "shots.json"))
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    return path


def read(path: Path, **defaults: str) -> tuple[Shot, ...]:
    return read_shots(path, {"effect": "generate", **defaults}, clip_of)


def problems(path: Path, **defaults: str) -> list[str]:
    with pytest.raises(ShotListError) as caught:
        read(path, **defaults)
    return caught.value.message().splitlines()


def test_a_table_names_media_beside_it_and_what_to_make(tmp_path: Path) -> None:
    table = (
        "media,at,effect,name,motion,prompt,speed\n"
        'a.mov,01:00:00:10,generate,first,7,"slow, wide ""zoom"" in",\n'
        "\n"
        "sub/b.mov,,retime,,,,0.25\n"
    )
    first, second = read(write(tmp_path, table))
    assert first == Shot(
        2, clip_of(tmp_path / "a.mov"), HOUR + 10, "generate",
        {"motion": 7.0, "prompt": 'slow, wide "zoom" in'}, "first",
    )  # fmt: skip
    assert second == Shot(4, clip_of(tmp_path / "sub/b.mov"), None, "retime", {"speed": 0.25}, "")


def test_a_line_says_how_its_medium_is_read(tmp_path: Path) -> None:
    table = "media,deinterlace,layer,holes\na.mov,yes,,\nb.####.exr,no,beauty,hold\nc.mov,,,\n"
    tape, plate, plain = (shot.clip.media for shot in read(write(tmp_path, table)))
    assert (tape.deinterlace, tape.layer, tape.holes) == (True, "", "refuse")
    assert (plate.deinterlace, plate.layer, plate.holes) == (False, "beauty", "hold")
    assert plain == Media("movie", str(tmp_path / "c.mov"))


@pytest.mark.parametrize("cells", ["maybe,", ",skip"])
def test_a_way_of_reading_that_does_not_exist_is_told(cells: str, tmp_path: Path) -> None:
    (problem,) = problems(write(tmp_path, f"media,deinterlace,holes\na.mov,{cells}\n"))
    assert "line 2" in problem
    assert cells.strip(",") in problem


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_tables_of_every_spreadsheet_are_read(tmp_path: Path, separator: str, ending: str) -> None:
    rows = ["\ufeffMedia, At ,Motion,", "a.mov,0.5s,7,", ",,,", 'b.mov,"12",3,']
    path = tmp_path / "shots.CSV"
    path.write_bytes(ending.join(row.replace(",", separator) for row in rows).encode())
    first, second = read(path)
    assert (first.line, first.at, first.parameters) == (2, HOUR + 12, {"motion": 7.0})
    assert (second.line, second.at, second.parameters) == (4, HOUR + 12, {"motion": 3.0})


def test_a_cell_of_several_lines_does_not_shift_the_numbers(tmp_path: Path) -> None:
    path = write(tmp_path, 'media,prompt\na.mov,"one\ntwo"\ngone.mov,\n')
    assert problems(path)[0].startswith(f"{path}, line 4: ")


def test_json_takes_values_of_their_own_kind(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        [
            {"media": "a.mov", "at": 5, "motion": 2.5, "frames": 12, "seed": None, "prompt": ""},
            {"media": "/b.mov", "effect": "restyle", "strength": "0.5"},
        ],
    )
    first, second = read(path)
    assert (first.line, first.at) == (2, HOUR + 5)
    assert first.parameters == {"motion": 2.5, "frames": 12}
    assert (second.line, second.effect, second.parameters) == (10, "restyle", {"strength": 0.5})
    assert second.clip.media.path == "/b.mov"


def test_defaults_fill_what_a_line_leaves_open(tmp_path: Path) -> None:
    path = write(tmp_path, "media,effect,motion\na.mov,,\nb.mov,retime,\nc.mov,,2\n")
    shots = read(path, motion="9", at="3", name="all")
    assert [shot.parameters for shot in shots] == [{"motion": 9.0}, {}, {"motion": 2.0}]
    assert {(shot.at, shot.name) for shot in shots} == {(HOUR + 3, "all")}


def test_a_picture_is_found_beside_the_list(tmp_path: Path) -> None:
    (tmp_path / "style.jpg").touch()
    path = write(tmp_path, "media,effect,reference\na.mov,restyle,style.jpg\n")
    assert read(path)[0].parameters == {
        "reference": [{"path": str(tmp_path / "style.jpg"), "weight": 1.0}]
    }
    path = write(tmp_path, "media,effect,reference\na.mov,restyle,none.jpg\n")
    assert "none.jpg is not there" in problems(path)[0]


def test_every_wrong_line_is_told_at_once(tmp_path: Path) -> None:
    table = """media,at,effect,name,motion,frames
a.mov,,generate,,99,
gone.mov,,,,,
,,,,5,
b.mov,02:00:00:00,,,,
b.mov,later,,,,
b.mov,,dream,,,
b.mov,,retime,,5,
b.mov,,,a/b,,
b.mov,,,,,1.5
b.mov,,,,,-3
b.mov,,,,,2,surplus
b.mov,,,,nan,
ok.mov,,,,5,10
"""
    path = write(tmp_path, table)
    told = problems(path)
    wanted = [
        (2, "motion cannot be 99.0. Permitted: a number from 1 to 10."),
        (3, "gone.mov is not there."),
        (4, "no media is named"),
        (5, f"Frame {2 * HOUR} is outside b ({HOUR} to {HOUR + 23})."),
        (6, "'later' is no timecode"),
        (7, "no effect called 'dream'"),
        (8, "motion cannot be '5'. Permitted: for retime: speed,"),
        (9, "a/b"),
        (10, "frames cannot be '1.5'"),
        (11, "frames cannot be -3"),
        (12, "'' is no column"),
        (13, "motion cannot be nan"),
    ]
    assert len(told) == len(wanted)
    for line, (number, text) in zip(told, wanted, strict=True):
        assert line.startswith(f"{path}, line {number}: ")
        assert text in line


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("a.csv", "", 1, "no shot"),
        ("a.csv", "media,motion\n", 1, "no shot"),
        ("a.csv", "media,speeed\na.mov,1\n", 1, "'speeed' is no column; there are: media, at,"),
        ("a.csv", "media,motion,motion\na.mov,1,2\n", 1, "motion is there twice"),
        ("a.csv", 'media\na.mov\n"b.mov\n', 3, "unexpected end"),
        ("a.json", "", 1, "expected a list"),
        ("a.json", "{}", 1, "expected a list"),
        ("a.json", "[]", 1, "no shot"),
        ("a.json", '[{"media": "a.mov"},\n "b"]', 2, "expected an object"),
        ("a.json", '[{"media": "a.mov"}\n {"media": "b.mov"}]', 1, "a comma"),
        ("a.json", '[{"media": "a.mov"},]', 1, "a comma"),
        ("a.json", '[{"media": "a.mov"}] more', 1, "the list's end"),
        ("a.json", '[{"media": "a.mov",\n "at": }]', 2, "not JSON"),
        ("a.json", "[" + '{"a":' * 100_000, 1, "not JSON"),
        ("a.json", '[{"media": "a.mov", "at": ' + "9" * 5000 + "}]", 1, "not JSON"),
        ("a.json", '[{"media": 5}]', 1, "media cannot be 5"),
        ("a.json", '[{"media": "a.mov", "at": true}]', 1, "at cannot be True"),
        ("a.json", '[{"media": "a.mov", "motion": true}]', 1, "motion cannot be True"),
        ("a.json", '[{"media": "a.mov", "motion": [1]}]', 1, "motion cannot be [1]"),
        ("a.json", '[{"media": "a.mov", "moton": 1}]', 1, "'moton' is no column"),
        ("a.txt", "media\na.mov\n", 1, "ends in .csv, .json, .tsv, not in .txt"),
    ],
)
def test_a_list_that_is_none_says_where_it_breaks(
    tmp_path: Path, name: str, text: str, line: int, problem: str
) -> None:
    told = problems(write(tmp_path, text, name))
    assert told[0].startswith(f"{tmp_path / name}, line {line}: ")
    assert problem in told[0]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert "No such file" in problems(tmp_path / "none.csv")[0]
    (tmp_path / "binary.csv").write_bytes(b"media\n\xff\xfe\x00")
    assert "not UTF-8" in problems(tmp_path / "binary.csv")[0]
    (tmp_path / "folder.csv").mkdir()
    assert "directory" in problems(tmp_path / "folder.csv")[0]


def shot(**changes: Any) -> Shot:
    parts: dict[str, Any] = {"line": 2, "clip": clip_of(Path("/a.mov")), "at": HOUR + 3}
    return Shot(**(parts | {"effect": "generate", "parameters": {"motion": 7.0}} | changes))


def job(made: Shot, stamp: str = "1", **output: Any) -> Job:
    return job_for(made, Output(folder="/out", **output), stamp=stamp)


def test_the_same_work_has_the_same_id_and_other_work_another() -> None:
    same = job(shot())
    assert job(shot(line=9)) == same
    assert codec.loads(Job, codec.dumps(same)) == same
    others = [
        job(shot(at=HOUR)), job(shot(effect="retime", parameters={})), job(shot(name="x")),
        job(shot(parameters={"motion": 8.0})), job(shot(clip=clip_of(Path("/b.mov")))),
        job(shot(), stamp="2"), job(shot(), format="exr"),
        job(shot(clip=replace(shot().clip, media_range=Span(1, 24)))),
    ]  # fmt: skip
    assert len({each.id for each in (same, *others)}) == len(others) + 1
    assert next_id(same.id) == next_id(same.id) != same.id


def test_a_shots_name_is_the_results() -> None:
    named = job(shot(name="wide"), name="other")
    assert (named.output.name, named.clip.name, named.at) == ("wide", "wide", HOUR + 3)
    assert job(shot(), name="other").output.name == "other"
    assert named.output.folder == "/out"


def test_a_bridge_names_the_medium_that_follows(tmp_path: Path) -> None:
    path = write(tmp_path, "media,effect,after,frames\na.mov,bridge,b.mov,6\nb.mov,bridge,a.mov,\n")
    first, second = read(path)
    assert first.after is not None
    assert second.after is not None
    assert first.after.media.path == str(tmp_path / "b.mov")
    assert first.after.record_range.start == first.clip.record_range.end + 6
    assert second.after.record_range.start == second.clip.record_range.end
    job = job_for(first, Output(folder="/made"))
    assert job.after == first.after


def test_what_follows_belongs_to_a_bridge_and_to_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path, "media,effect,after\na.mov,bridge,\na.mov,retime,b.mov\n")
    told = problems(path)
    assert "the column after" in told[0]
    assert "of a bridge only" in told[1]
