"""Scripts in the ways of public ones do in the stand-in what they would do in Resolve."""

from __future__ import annotations

import copy
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.resolve import script, simulator, state
from tests.fakes.resolve.build import Build
from tests.makers import numbered_movie

SCRIPTS = Path(__file__).parents[1] / "fakes/resolve_scripts"
BUILDS = {
    "19.1 studio": Build.named("19.1"),
    "19.1 free, macOS": replace(Build.named("19.1", "free"), system="Darwin"),
    "20.3 studio": Build.named("20.3"),
    "20.3 studio, no window": Build.named("20.3", headless=True),
    "21.0 free, macOS": replace(Build.named("21.0", "free"), system="Darwin"),
    "21.1 studio, Japanese": replace(Build.named("21.1"), language="ja"),
}

SAID = {
    "assemble.py": """\
Project 'Film'
  Framerate 25.0
  Resolution 640x360
  video 1: a.mov 0+25
  video 1: b.mov 25+12
  video 1: c.mov 37+25
  audio 1: b.mov 25+12
""",
    "chapters.py": """\
00:00:00:00 Green Chapter 1 - a.mov
00:00:01:00 Green Chapter 2 - b.mov
00:00:01:12 Green Chapter 3 - c.mov
[0]
False False
{}
""",
    "deliver.py": """\
Main Complete 100 60
256 144 24 True
0
""",
    "selects.py": """\
2 chosen
a.mov 0 12 ['video', 2]
Teal [0]
b.mov 12 6 ['video', 2]
Teal [0]
""",
    "inventory.py": """\
Inventory
True True
seen [('Comments', 'seen'), ('Keywords', 'a,b')]
 True
Master/
  b.mov 24.0 ['Video + Audio', '64x32', '12', '00:00:00:00', '00:00:00:12']
  c.mov 29.97 ['Video', '64x32', '30', '00:00:00:00', '00:00:01:00']
  Main 24.0 ['Timeline', '256x144', '60', '01:00:00:00', '01:00:02:12']
  Inventory/
    a.mov 24.0 ['Video', '64x32', '24', '00:00:00:00', '00:00:01:00']
True True True
True {}
""",
    "snapshots.py": """\
True True True a.mov
True True True a.mov
1 True last
True True
""",
    "interchange.py": """\
edl True True
csv True True
xml True True
fcpxml True True
otio True True
drt True True
text instead of a value: False
a.mov 0 24
b.mov 24 12
c.mov 36 24
None
""",
    "grades.py": """\
True ['Version 1', 'warm']
True warm
True True
1 '' ''
True Day
[True]
True None True
True 1.25 False
100.0 True 50.0
""",
    "insert_result.py": """\
True True
True
new track: True 2
24.0 2 0 1
[False]
True 0
[]
""",
    "titles.py": """\
Text+ None 0
1 ['Composition 1']
Chapter one
True
True 1 1
True ['Look']
True 0
True 1
""",
    "projects.py": """\
'' False {'DbType': 'Disk', 'DbName': 'Local Database'}
True
True True Tests
One None ['One']
True 29.97
1
False None
True
True True True
['One', 'Two'] False
Two True
29.97 None
True True
True []
""",
}

JAPANESE = {
    "Complete": "完了",
    "'Video + Audio'": "'ビデオ + オーディオ'",
    "'Video'": "'ビデオ'",
    "'Timeline'": "'タイムライン'",
}
"""Values that are told in the language of the program."""
MISUSED = {"interchange.py": ["Timeline.Export: 'edl' is no float"]}
"""What scripts do wrong on purpose."""


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rushes")
    numbered_movie(folder / "a.mov", 24, Fraction(24), (64, 32))
    numbered_movie(folder / "b.mov", 12, Fraction(24), (64, 32), sound=True)
    numbered_movie(folder / "c.mov", 30, Fraction(30000, 1001), (64, 32))
    return folder


@pytest.fixture(scope="module")
def cut(media: Path) -> state.Application:
    """A saved project with three clips on a timeline: the first flagged, the second orange."""
    resolve: Any = (world := simulator.start()).handle("Resolve")
    project = resolve.GetProjectManager().CreateProject("Cut")
    project.SetSetting("timelineResolutionWidth", "256")
    project.SetSetting("timelineResolutionHeight", "144")
    pool = project.GetMediaPool()
    clips = pool.ImportMedia([str(media / name) for name in ("a.mov", "b.mov", "c.mov")])
    timeline = pool.CreateEmptyTimeline("Main")
    for clip in clips:
        pool.AppendToTimeline([{"mediaPoolItem": clip, "mediaType": 1}])
    first, second, _ = timeline.GetItemListInTrack("video", 1)
    assert first.AddFlag("Red")
    assert second.SetClipColor("Orange")
    assert timeline.SetCurrentTimecode("01:00:00:05")
    assert resolve.GetProjectManager().SaveProject()
    return world.application


@pytest.mark.parametrize("build", BUILDS.values(), ids=BUILDS)
@pytest.mark.parametrize("name", SAID)
def test_a_script_does_what_it_would_in_resolve(
    name: str,
    build: Build,
    cut: state.Application,
    media: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = {
        "assemble.py": ["Film", "25", str(media)],
        "deliver.py": ["H.264 Master", str(tmp_path), "mov", "DNxHRHQ"],
        "insert_result.py": [str(tmp_path / "still.png"), str(media / "b.mov")],
    }.get(name, [str(tmp_path)])
    world = simulator.start(build, folder=tmp_path / "own", application=copy.deepcopy(cut))
    code = script.run(world, SCRIPTS / name, arguments)
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    expected = SAID[name]
    for english, japanese in JAPANESE.items() if build.language == "ja" else ():
        expected = expected.replace(english, japanese)
    assert said.out == expected
    assert world.misuse == MISUSED.get(name, [])


def test_a_careful_author_finds_out_what_a_version_has(
    cut: state.Application, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {}
    for version in ("19.1", "20.3", "21.0", "21.1"):
        world = simulator.start(Build.named(version), None, tmp_path, copy.deepcopy(cut))
        assert script.run(world, SCRIPTS / "probe.py") == 0
        found[version] = capsys.readouterr().out.splitlines()
    assert {lines[1] for lines in found.values()} == {"True None False"}
    assert {lines[5] for lines in found.values()} == {"'NoneType' object is not callable"}
    assert [found[version][2].split()[1] for version in found] == ["False", "False", "True", "True"]
    assert [found[version][3].split()[1] for version in found] == ["False", "True", "True", "True"]
    assert [found[version][4].split()[1] for version in found] == [
        "False",
        "False",
        "False",
        "True",
    ]
    names = ["False False False", "True False False", "True False False", "True True True"]
    assert [lines[6] for lines in found.values()] == names
    assert {tuple(lines[7:9]) for lines in found.values()} == {("True True", "True True")}


def test_free_editions_since_21_1_run_no_python(cut: state.Application, tmp_path: Path) -> None:
    world = simulator.start(Build.named("21.1", "free"), None, tmp_path, copy.deepcopy(cut))
    before = state.dump(world.application)
    with pytest.raises(script.NoPython):
        script.run(world, SCRIPTS / "chapters.py")
    assert state.dump(world.application) == before


def test_a_script_leaves_this_interpreter_as_it_was(
    cut: state.Application, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (dict(sys.modules).keys(), list(sys.path), list(sys.argv))
    world = simulator.start(folder=tmp_path, application=copy.deepcopy(cut))
    script.run(world, SCRIPTS / "probe.py")
    assert "DaVinciResolveScript" not in sys.modules
    assert (list(sys.path), list(sys.argv)) == before[1:]
    assert capsys.readouterr().out
