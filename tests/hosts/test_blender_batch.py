"""The whole way in real Blender: captured, made by the service, placed, saved, loaded again."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from afterframe.sample.movie import write_movie
from tests.bench import unchanged
from tests.hosts.blenders import (
    REPOSITORY,
    VERSIONS,
    clean_environment,
    python_of,
    run,
    run_script,
    tail,
)
from tests.hosts.pictures import psnr, read_picture

pytestmark = [pytest.mark.hosts, pytest.mark.slow]

BATCH = REPOSITORY / "host_adapters" / "afterframe_hosts" / "blender" / "batch.py"
IN_ONE = pytest.mark.parametrize("version", ["4.5.15"], indirect=True)
"""For what does not depend on the version of Blender."""
STARTS = {"look generate v001": 1, "turned generate v001": 101, "strobed generate v001": 201}
FRAMES = 12


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    write_movie(folder / "look.mov", (320, 180), 30)
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def project(version: str, media: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with three strips that can be used, and one whose movie is not there."""
    folder = tmp_path_factory.mktemp("batch")
    run_script(version, "make_batch_project.py", folder, media, folder / "cut.blend")
    shutil.copy(folder / "cut.blend", folder / "before.blend")
    yield folder
    _stop_service(folder)


@pytest.fixture(scope="module")
def first_run(version: str, project: Path) -> subprocess.CompletedProcess[str]:
    """The batch, and once more where Blender itself was ended by a signal: it goes on then."""
    done = _batch(version, project, "--strips", "channel:2")
    return done if done.returncode >= 0 else _batch(version, project, "--strips", "channel:2")


def test_a_batch_makes_and_places_every_strip(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    assert first_run.returncode == 0, tail(first_run)
    assert [line.split()[3] for line in _table(first_run)] == ["placed"] * 3
    found = _look(version, project, "cut.blend")
    for name, start in STARTS.items():
        strip = found["strips"][name]
        assert (strip["start"], strip["end"], strip["channel"]) == (start, start + FRAMES, 3)
        assert Path(strip["file"]).is_file()
        assert (project / _recipe(strip).removeprefix("//")).is_file()


def test_the_result_begins_with_the_picture_that_it_was_made_from(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    frames = ",".join(map(str, STARTS.values()))
    before = _look(version, project, "before.blend", frames)
    after = _look(version, project, "cut.blend", frames)
    for one, other in zip(before["renders"], after["renders"], strict=True):
        found = psnr(read_picture(one), read_picture(other))
        assert found >= 40, f"{Path(one).name}: {found:.1f} dB"


def test_the_result_moves(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    ends = [start + FRAMES - 1 for start in STARTS.values()]
    frames = ",".join(map(str, (*STARTS.values(), *ends)))
    renders = _look(version, project, "cut.blend", frames)["renders"]
    half = len(renders) // 2
    for first, last in zip(renders[:half], renders[half:], strict=True):
        assert psnr(read_picture(first), read_picture(last)) < 40


def test_everything_else_is_as_it_was(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    before, after = project / "before.blend", project / "cut.blend"
    found = unchanged.compare(before, after, python_of(version))
    assert found.differences == []
    assert sorted(found.added) == sorted(f"Scene/{name}" for name in STARTS)


def test_the_same_batch_again_makes_nothing_twice(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    made = sorted((project / "Afterframe").rglob("*"))
    saved = (project / "cut.blend").stat().st_mtime_ns
    again = _batch(version, project, "--strips", "channel:2")
    assert again.returncode == 0, tail(again)
    assert all("was there" in line for line in _table(again))
    assert sorted((project / "Afterframe").rglob("*")) == made
    assert (project / "cut.blend").stat().st_mtime_ns == saved


def test_a_batch_goes_on_where_it_stopped(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    """What the service has made already is placed, and not made again."""
    made = sorted((project / "Afterframe").glob("*.mov"))
    shutil.copy(project / "before.blend", project / "cut.blend")
    again = _batch(version, project, "--strips", "name:*", "--save-as", project / "other.blend")
    assert again.returncode == 1  # the movie of one strip is not there
    assert [line.split()[3] for line in _table(again)] == ["placed"] * 3 + ["failed"]
    assert "gone.mov is not there" in _table(again)[3]
    assert sorted((project / "Afterframe").glob("*.mov")) == made
    assert set(STARTS) <= set(_look(version, project, "other.blend")["strips"])


def test_a_project_saved_elsewhere_still_knows_its_recipes(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    """Those of the result placed now, and of the one that was there; the files stay."""
    shutil.copy(project / "before.blend", project / "at_home.blend")
    first, second = project / "else" / "x.blend", project / "some" / "where" / "y.blend"
    for blend, target, frames in ((project / "at_home.blend", first, 5), (first, second, 4)):
        target.parent.mkdir(parents=True)
        options = ("--strips", "name:look*", "--set", f"frames={frames}", "--save-as", target)
        done = run(_command(version, blend, *options), project)
        assert done.returncode == 0, tail(done)
    strips = _look(version, second.parent, second.name)["strips"].values()
    recipes = [_recipe(strip) for strip in strips if strip["properties"]]
    assert len(recipes) == 2
    for recipe in recipes:
        assert recipe.startswith("//")
        assert (second.parent / recipe.removeprefix("//")).is_file()


@IN_ONE
def test_a_project_that_cannot_be_saved_is_told(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    options = ("--strips", "name:look*", "--set", "frames=6")
    done = _batch(version, project, *options, "--save-as", project / "nowhere" / "x.blend")
    assert done.returncode == 1
    assert "could not be saved" in done.stderr
    assert "Traceback" not in done.stderr


@IN_ONE
def test_a_folder_that_takes_no_pictures_fails_that_strip_alone(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    """The strobed strip is captured; of the other the file itself is read."""
    captured = project / "Afterframe" / "captured"
    captured.rename(project / "away")
    captured.write_text("a file in the folder's place")
    try:
        options = ("--strips", "channel:2", "--set", "frames=7")
        done = _batch(version, project, *options, "--save-as", project / "unwritten.blend")
    finally:
        captured.unlink()
        (project / "away").rename(captured)
    assert done.returncode == 1
    assert [line.split()[3] for line in _table(done)] == ["placed", "placed", "failed"]
    assert "Nothing can be written" in _table(done)[2]
    assert "Traceback" not in done.stderr


def test_a_shot_list_says_what_to_make_of_each(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    shots = project / "shots.csv"
    shots.write_text("strip,at,motion,frames\nlook.mov,5,8,9\nturned,,2,\n")
    done = _batch(version, project, "--shots", shots, "--save-as", project / "listed.blend")
    assert done.returncode == 0, tail(done)
    found = _look(version, project, "listed.blend")["strips"]
    placed = {(s["start"], s["end"]) for s in found.values() if s["properties"]}
    assert placed == {(5, 14), (101, 113)}


@IN_ONE
def test_markers_say_where_a_shot_begins_and_a_table_how_it_ended(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    table = project / "table.csv"
    options = ("--markers", "--strips", "channel:2", "--draft", "--table", table)
    done = _batch(version, project, *options, "--save-as", project / "marked.blend")
    assert done.returncode == 0, tail(done)
    found = _look(version, project, "marked.blend")["strips"]
    placed = {(s["start"], s["end"]) for s in found.values() if s["properties"]}
    assert (112, 112 + 5) in placed
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["strip"], row["start"], row["state"]) for row in rows] == [
        ("turned", "112", "placed")
    ]
    assert Path(rows[0]["file"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--effect", "juggle"], "juggle"),
        (["--set", "motion=11"], "motion"),
        (["--set", "motion"], "PARAM=VALUE"),
        (["--strips", "name:nothing*"], "name:nothing*"),
        (["--strips", "left"], "left"),
        (["--strips", "color:mauve"], "mauve"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_starts(
    project: Path, version: str, arguments: list[str], said: str
) -> None:
    content = (project / "cut.blend").read_bytes()
    done = _batch(version, project, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "cut.blend").read_bytes() == content


def test_a_wrong_list_tells_of_every_line(project: Path, version: str) -> None:
    shots = project / "wrong.csv"
    shots.write_text("strip,at,motion\nlook.mov,500,\nnobody,,\nturned,,99\n")
    done = _batch(version, project, "--shots", shots)
    assert done.returncode == 1
    for line in (2, 3, 4):
        assert f"line {line}" in done.stderr


def test_ctrl_c_cancels_what_is_not_done_and_leaves_the_project(
    project: Path, version: str
) -> None:
    content = (project / "cut.blend").read_bytes()
    made = sorted((project / "Afterframe").glob("*.mov"))
    with _started(version, project, "--strips", "name:look.mov", "--set", "frames=5000") as process:
        said = _read_until(process, "look.mov: running")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 130, said + rest
    assert (project / "cut.blend").read_bytes() == content
    assert _states(project)[0] == "cancelled"
    _wait_until(lambda: sorted((project / "Afterframe").glob("*.mov")) == made)


@IN_ONE
def test_ctrl_c_after_saving_does_not_say_that_nothing_was_changed(
    first_run: subprocess.CompletedProcess[str], project: Path, version: str
) -> None:
    shutil.copy(project / "before.blend", project / "late.blend")
    answer = run_script(version, "stop_late.py", project, project / "late.blend", sys.executable)
    assert answer["code"] == 130
    assert "after the results were placed" in answer["said"]
    assert "look generate v" in str(_look(version, project, "late.blend")["strips"])


@IN_ONE
def test_a_service_that_is_killed_in_the_middle_holds_nothing_up(
    project: Path, version: str
) -> None:
    endpoint = project / "state" / "endpoint.json"
    options = (
        "--strips",
        "channel:2",
        "--set",
        "frames=240",
        "--save-as",
        project / "killed.blend",
    )
    with _started(version, project, *options) as process:
        said = _read_until(process, "look.mov: running")
        os.kill(json.loads(endpoint.read_text())["pid"], signal.SIGKILL)
        rest, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said + rest
    assert [line.split()[3] for line in _rows(rest)] == ["placed"] * 3
    assert len(_look(version, project, "killed.blend")["strips"]) >= 7


def _recipe(strip: Any) -> str:
    """Return the path of the recipe of a placed strip's only take, as it is kept there."""
    (take,) = json.loads(strip["properties"]["afterframe_takes"])
    return str(take["result"]["recipe"])


def _batch(version: str, project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run(_command(version, project / "cut.blend", *arguments), project)


@contextmanager
def _started(version: str, project: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A batch that runs, killed if it still does at the end."""
    with subprocess.Popen(
        _command(version, project / "cut.blend", *arguments),
        env=clean_environment(project),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    said = ""
    while text not in said and process.poll() is None:
        said += process.stdout.readline()
    return said


def _command(version: str, blend: Path, *arguments: object) -> list[str]:
    start = [str(python_of(version)), str(BATCH), str(blend), "--"]
    usual = ["--engine", sys.executable, "--set", f"frames={FRAMES}"]
    return [*start, *usual, *map(str, arguments)]


def _table(done: subprocess.CompletedProcess[str]) -> list[str]:
    return _rows(done.stdout)


def _rows(said: str) -> list[str]:
    lines = said.splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("strip "))
    return lines[head + 1 :]


def _look(version: str, project: Path, blend: str, frames: str = "") -> Any:
    renders = project / f"renders-{Path(blend).stem}"
    return run_script(version, "look_at.py", project, project / blend, renders, frames)


def _wait_until(true: Callable[[], bool]) -> None:
    """The worker cleans up at its next frame, which may be after the batch has ended."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _states(project: Path) -> list[str]:
    done = run([sys.executable, "-m", "afterframe.cli.main", "jobs", "--json"], project)
    return [job["state"] for job in json.loads(done.stdout)]


def _stop_service(project: Path) -> None:
    code = "from afterframe_hosts.wire import discovery as d; d.connect(start=False).stop()"
    run([sys.executable, "-c", code], project)
    deadline = time.monotonic() + 10
    while (project / "state" / "endpoint.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
