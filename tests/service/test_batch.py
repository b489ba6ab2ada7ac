"""``afterframe batch``: all checked first, each shot made once, a second run goes on."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from afterframe.cli.main import main
from afterframe_hosts.interchange.sample import sample_timeline
from afterframe_hosts.wire.client import Client
from tests import makers


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A folder with two movies of a second."""
    folder = tmp_path / "footage"
    folder.mkdir()
    for name in ("a.mov", "b.mov"):
        makers.numbered_movie(folder / name, 24, Fraction(24), (64, 48))
    return folder


def shots(folder: Path, *lines: str) -> Path:
    path = folder / "shots.csv"
    path.write_text("\n".join(("media,at,name,effect,prompt", *lines)) + "\n")
    return path


def made(folder: Path) -> int:
    """How many attempts at making something there were."""
    attempts = folder / "Afterframe" / "attempts.txt"
    return len(attempts.read_text().splitlines()) if attempts.exists() else 0


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code = main(["batch", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def results(told: Any) -> list[Path]:
    return [Path(each["result"]["path"]) for each in told["jobs"]]


@pytest.mark.usefixtures("client")
def test_every_shot_is_made_once_however_often_the_list_is_run(
    footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shots(footage, "a.mov,0.5s,first,,", "b.mov,,second,generate,frames=3")
    code, told = run(capsys, path)
    assert code == 0
    assert [each["state"] for each in told["jobs"]] == ["done", "done"]
    assert [each["job"]["at"] for each in told["jobs"]] == [12, None]
    assert all(each.is_file() and each.parent == footage / "Afterframe" for each in results(told))
    assert run(capsys, path) == (0, told)
    assert made(footage) == 2


@pytest.mark.usefixtures("client")
def test_a_shot_is_made_anew_when_its_result_is_gone_or_its_medium_another(
    footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shots(footage, "a.mov,,,,", "b.mov,,,,")
    first = results(run(capsys, path)[1])
    first[0].unlink()
    second = results(run(capsys, path)[1])
    assert second[0] != first[0]
    assert second[0].is_file()
    assert second[1] == first[1]
    assert results(run(capsys, path)[1]) == second
    makers.numbered_movie(footage / "b.mov", 24, Fraction(24), (80, 48))
    third = results(run(capsys, path)[1])
    assert third[0] == second[0]
    assert third[1] != second[1]
    assert made(footage) == 4


@pytest.mark.usefixtures("client")
def test_one_failure_leaves_the_others_and_is_tried_again(
    footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shots(footage, "a.mov,,,,fail", "b.mov,,,,")
    for attempts in (2, 3):
        code, told = run(capsys, path)
        assert code == 1
        assert [each["state"] for each in told["jobs"]] == ["failed", "done"]
        assert told["jobs"][0]["error"]["code"] == "disk_full"
        assert made(footage) == attempts


def test_nothing_starts_when_the_service_would_refuse_one(
    client: Client, footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shots(footage, "a.mov,,,,", "b.mov,,,extend,", "b.mov,,,restyle,")
    code, told = run(capsys, path)
    assert code == 1
    assert told["error"]["code"] == "shot_list"
    lines = told["error"]["message"].splitlines()
    assert lines[0] == f"{path}, line 3: No engine is ready for extend. Get torch."
    assert lines[1].startswith(f"{path}, line 4: No engine is ready for restyle.")
    assert client.jobs() == ()


def test_nothing_starts_when_one_line_is_wrong(
    client: Client, footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(capsys, shots(footage, "a.mov,,,,", "none.mov,,,,"))
    assert (code, told["error"]["code"]) == (1, "shot_list")
    assert "none.mov is not there" in told["error"]["message"]
    assert client.jobs() == ()
    assert not (footage / "Afterframe").exists()


@pytest.fixture
def edit(footage: Path) -> Path:
    """The sample edit of one movie: three clips."""
    makers.numbered_movie(footage / "long.mov", 60, Fraction(24), (64, 48), b_frames=0)
    path = footage / "edit.otio"
    sample_timeline(footage / "long.mov", 60, Fraction(24), 30).to_json_file(str(path))
    return path


@pytest.mark.usefixtures("client")
def test_every_clip_of_a_timeline_gets_its_result_above_it(
    edit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = edit.read_bytes()
    arguments = (edit, "--set", "prompt=frames=10", "--set", "motion=7")
    code, told = run(capsys, *arguments)
    assert code == 0
    written = Path(told["timeline"])
    assert written == edit.with_name("edit_afterframe_v001.otio")
    assert edit.read_bytes() == before
    tracks = otio.adapters.read_from_file(str(written)).tracks
    ranges = [clip.range_in_parent() for clip in tracks[1].find_clips()]
    starts = [each.start_time.to_frames() for each in ranges]
    assert starts == [0, 40, 84]
    assert {each["job"]["parameters"]["motion"] for each in told["jobs"]} == {7.0}
    code, again = run(capsys, *arguments)
    assert code == 0
    assert results(again) == results(told)
    assert made(edit.parent) == 3
    second = otio.adapters.read_from_file(again["timeline"])
    assert second.to_json_string() == otio.adapters.read_from_file(str(written)).to_json_string()


@pytest.mark.usefixtures("client")
def test_some_clips_of_a_timeline_are_chosen_by_name(
    edit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = run(capsys, edit, "--clips", "name:* turn")
    assert code == 0
    assert [each["job"]["clip"]["name"] for each in told["jobs"]] == ["long turn"]
    code, told = run(capsys, edit, "--clips", "name:nothing")
    assert (code, told["error"]["code"]) == (1, "item_not_found")


@pytest.mark.usefixtures("client")
def test_clips_whose_media_are_missing_are_told_and_the_others_made(
    edit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = edit.parent / "gone.mov"
    edit.write_text(edit.read_text().replace("long.mov", "gone.mov", 1))
    code, told = run(capsys, edit)
    assert code == 1
    assert told["missing"] == [str(missing)]
    assert [each["state"] for each in told["jobs"]] == ["done", "done"]
    assert main(["batch", str(edit), "--list"]) == 0
    listed = capsys.readouterr().out
    assert "01:00:01:16" in listed
    assert f"missing: {missing}" in listed


@pytest.mark.usefixtures("client")
def test_a_timeline_without_any_of_its_media_is_refused(
    edit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (edit.parent / "long.mov").unlink()
    code, told = run(capsys, edit)
    assert (code, told["error"]["code"]) == (1, "media_missing")


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--effect", "dream"], "unknown_effect"), (["--set", "motion=99"], "bad_value"),
        (["--set", "motion"], "bad_value"), (["--set", "speed=2"], "bad_value"),
        (["--clips", "nonsense"], "bad_value"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(
    edit: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    failed, told = run(capsys, edit, *arguments)
    assert (failed, told["error"]["code"]) == (1, code)


@pytest.mark.usefixtures("client")
def test_a_person_gets_a_table(footage: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", str(shots(footage, "a.mov,5,,,", "b.mov,,x,,fail"))]) == 1
    heads, first, second = capsys.readouterr().out.splitlines()
    assert heads.split() == ["clip", "from", "effect", "state", "result"]
    assert first.split()[:4] == ["a", "00:00:00:05", "generate", "done"]
    assert second.split()[:4] == ["x", "00:00:00:00", "generate", "failed"]
    assert "/full has 1 MB free" in second
