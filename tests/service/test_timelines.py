"""Timeline files on the command line: what they leave open is asked, what they lose is told."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from afterframe.cli.main import main
from tests import makers

NTSC = Fraction(30000, 1001)


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """A list of one event, its movie in a folder elsewhere: from 00:00:59;20 on, over a minute."""
    (tmp_path / "rushes").mkdir()
    movie = tmp_path / "rushes" / "tape7.mov"
    makers.numbered_movie(movie, 60, NTSC, (64, 48), timecode="00:00:59;00")
    path = tmp_path / "cuts" / "reel.edl"
    path.parent.mkdir()
    path.write_text(
        "TITLE: reel\nFCM: DROP FRAME\n\n"
        "001  TAPE7    V     C        00:00:59;20 00:01:00;10 01:00:59;20 01:01:00;10\n"
    )
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("client")
def test_a_list_is_worked_on_with_media_from_a_folder(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rushes = tape.parents[1] / "rushes"
    made = told(capsys, "batch", tape, "--media", rushes)
    (job,) = made["jobs"]
    assert job["state"] == "done"
    assert job["job"]["clip"]["media_range"] == {"start": 20, "duration": 18}
    assert job["job"]["clip"]["drop_frame"] is True
    assert [note["id"] for note in made["timeline_notes"]] == [
        "note.edl.rate_of_drop", "note.edl.only_ours",
    ]  # fmt: skip
    written = Path(made["timeline"])
    assert written == tape.with_name("reel_afterframe_v001.edl")
    assert "FCM: DROP FRAME" in written.read_text()
    assert f"* AFTERFRAME JOB: {job['job']['id']}" in written.read_text()


@pytest.mark.usefixtures("client")
def test_a_lists_clips_are_listed_with_their_labels_and_what_was_assumed(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rushes = tape.parents[1] / "rushes"
    assert main(["batch", str(tape), "--media", str(rushes), "--list"]) == 0
    listed = capsys.readouterr().out
    assert "01:00:59;20" in listed
    assert "29.97 is taken, as it counts drop-frame" in listed
    assert main(["batch", str(tape), "--media", str(rushes), "--rate", "59.94", "--list"]) == 0
    assert "is taken" not in capsys.readouterr().out


@pytest.mark.usefixtures("client")
def test_one_effect_tells_its_timeline_too(tape: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rushes = tape.parents[1] / "rushes"
    made = told(capsys, "generate", tape, "--media", rushes, "--at", "01:01:00;02")
    assert made["state"] == "done"
    assert made["timeline"] == str(tape.with_name("reel_afterframe_v001.edl"))
    assert [note["id"] for note in made["timeline_notes"]][-1] == "note.edl.only_ours"


@pytest.mark.usefixtures("client")
def test_a_timeline_is_written_for_resolve_when_asked(
    tape: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    movie = tape.parents[1] / "rushes" / "tape7.mov"
    time = otio.opentime.RationalTime
    clip = otio.schema.Clip(
        "shot",
        otio.schema.ExternalReference(movie.as_uri()),
        otio.opentime.TimeRange(time(5, float(NTSC)), time(10, float(NTSC))),
    )
    model = otio.schema.Timeline("cut", global_start_time=time(107892, float(NTSC)))
    model.tracks.append(otio.schema.Track("V1", [clip]))
    path = tape.with_name("cut.otio")
    model.to_json_file(str(path))
    for options, theirs in (([], False), (["--otio-for", "resolve"], True)):
        made = told(capsys, "generate", path, *options)
        written = json.loads(Path(made["timeline"]).read_text())
        assert ("Resolve_OTIO" in written["metadata"]) is theirs
    shot = written["tracks"]["children"][0]["children"][0]
    reference = shot["media_references"]["DEFAULT_MEDIA"]
    assert reference["target_url"] == str(movie)
    # 00:00:59;00 is frame 1770; the clip begins five frames after it.
    assert reference["available_range"]["start_time"]["value"] == 1770
    assert shot["source_range"]["start_time"]["value"] == 1775
