"""The main jobs through the command line, on real files, read back by our own reader."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from afterframe.core.recipe import beside
from afterframe.media.display import to_rgb8
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.effects import EFFECTS
from tests.e2e.conftest import Run, answer, environment
from tests.makers import numbered_movie, read_number
from tests.media import shared

RATE = Fraction(24000, 1001)


@pytest.fixture
def movie(tmp_path: Path) -> Path:
    path = tmp_path / "shot.mov"
    numbered_movie(path, frames=40, rate=RATE, size=(320, 180))
    return path


def first_picture(path: Path) -> np.ndarray:
    with open_media(Media("movie", str(path))) as source:
        return to_rgb8(source.read(0))


def test_generate_begins_with_the_frame_under_the_playhead(afterframe: Run, movie: Path) -> None:
    done = afterframe(
        "generate", movie, "--at", "00:00:00:17", "--zoom", 0.5, "--seconds", 1, "-o", "out.mov"
    )
    assert done.returncode == 0, done.stderr
    out = movie.parent / "out.mov"
    assert done.stdout.splitlines()[-1] == str(out)
    with open_media(Media("movie", str(out))) as source:
        info = source.info
    assert (info.frames, info.rate, (info.width, info.height)) == (24, RATE, (320, 180))
    assert read_number(first_picture(out)) == 17
    assert beside(out).is_file()


@pytest.mark.parametrize("effect", list(EFFECTS))
def test_help_is_in_words(afterframe: Run, effect: str) -> None:
    done = afterframe(effect, "--help")
    assert done.returncode == 0
    assert "parameter." not in done.stdout


def test_a_choice_of_a_sheet_of_variations_becomes_a_clip(afterframe: Run, movie: Path) -> None:
    shown = afterframe(
        "generate", movie, "--variations", 3, "--frames", 5, "--at", 7, "-o", movie.parent / "new"
    )
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    sheet = Path(lines[-1])
    assert sheet.name == "shot_generate_variations_v001.png"
    seed = next(line for line in lines if line.startswith("2: ")).split("--seed ")[1]
    chosen = afterframe("render", beside(sheet), "--choice", 2, "--json")
    status = answer(chosen)
    assert status["job"]["parameters"]["seed"] == int(seed)
    assert status["job"]["parameters"]["pan_x"] == -0.6
    clip = Path(status["result"]["path"])
    assert clip.name == "shot_generate_v001.mov"
    assert status["result"]["frames"] == 5
    assert read_number(first_picture(clip)) == 7
    wrong = afterframe("render", beside(sheet), "--choice", 4)
    assert wrong.returncode == 1
    assert "1 to 3" in wrong.stderr


def test_a_photo_becomes_a_clip(afterframe: Run, tmp_path: Path) -> None:
    photo = shared("photo/tuebingen.jpg")
    done = afterframe(
        "generate", photo, "--prompt", "slow zoom in", "--frames", 12, "--rate", 25,
        "-o", tmp_path / "town.mov", "--json",
    )  # fmt: skip
    status = answer(done)
    assert status["state"] == "done"
    assert status["result"]["frames"] == 12
    assert status["result"]["rate"] == "25"
    assert status["result"]["notes"]


def test_retime_makes_the_frames_in_between(afterframe: Run, movie: Path) -> None:
    done = afterframe("retime", movie, "--speed", 0.5, "-o", "slow.mov", "--json")
    assert answer(done)["result"]["frames"] == 80
    with open_media(Media("movie", str(movie.parent / "slow.mov"))) as source:
        for index in (0, 10, 60):
            assert read_number(to_rgb8(source.read(index))) == index // 2


def test_without_an_output_results_are_numbered_beside_the_source(
    afterframe: Run, movie: Path
) -> None:
    for version in (1, 2):
        done = afterframe("generate", movie, "--frames", 3)
        assert done.returncode == 0, done.stderr
        expected = movie.parent / "Afterframe" / f"shot_generate_v00{version}.mov"
        assert done.stdout.splitlines()[-1] == str(expected)


def test_a_recipe_renders_to_the_same_pixels(afterframe: Run, movie: Path) -> None:
    afterframe("generate", movie, "--frames", 5, "--seed", 3, "-o", "a.mov")
    done = afterframe("render", "a.afterframe.json", "-o", "b.mov")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The same pixels." in done.stdout
    assert np.array_equal(
        first_picture(movie.parent / "a.mov"), first_picture(movie.parent / "b.mov")
    )
    first, again = (
        json.loads((movie.parent / f"{name}.afterframe.json").read_text())["job"] for name in "ab"
    )
    assert again["lineage"] == first["id"], "made again it is a take of the same effect"
    assert again["id"] != first["id"]


def test_a_recipe_whose_source_was_exchanged_says_so(afterframe: Run, movie: Path) -> None:
    afterframe("generate", movie, "--frames", 5, "-o", "a.mov")
    numbered_movie(movie, frames=40, rate=RATE, size=(320, 180), first=100)
    done = afterframe("render", "a.afterframe.json", "-o", "b.mov")
    assert done.returncode == 1
    assert "source file" in done.stderr


def test_a_draft_is_small_and_has_the_same_length(afterframe: Run, tmp_path: Path) -> None:
    photo = shared("photo/dino.jpg")
    done = afterframe("generate", photo, "--frames", 6, "--draft", "-o", "d.mov", "--json")
    result = answer(done)["result"]
    assert result["frames"] == 6
    assert max(result["size"]) == 640


BAD_INPUT = {
    "missing media": (["generate", "gone.mov"], "media_missing"),
    "not a picture": (["generate", "text.mov"], "media_unreadable"),
    "playhead outside": (["generate", "shot.mov", "--at", "400"], "playhead_outside"),
    "no timecode": (["generate", "shot.mov", "--at", "teatime"], "bad_timecode"),
    "a playhead where all is taken": (["extend", "shot.mov", "--at", "1"], "bad_value"),
    "zero motion": (["generate", "shot.mov", "--motion", "0"], "bad_value"),
    "negative seconds": (["generate", "shot.mov", "--seconds", "-1"], "bad_value"),
    "absurd seconds": (["generate", "shot.mov", "--seconds", "1e12"], "bad_value"),
    "no number": (["generate", "shot.mov", "--zoom", "much"], "bad_value"),
    "absurd rate": (["generate", "shot.mov", "--rate", "0"], "bad_value"),
    "no size": (["generate", "shot.mov", "--size", "0x0"], "bad_value"),
    "absurd size": (["generate", "shot.mov", "--size", "99999x99999"], "bad_value"),
    "its own source": (
        ["generate", "shot.mov", "-o", "shot.mov", "--overwrite"],
        "path_not_permitted",
    ),
    "a folder": (["generate", "."], "media_unreadable"),
    "a missing list": (["batch", "gone.csv"], "shot_list"),
    "unknown engine": (["generate", "shot.mov", "--engine", "magic"], "unknown_engine"),
    "engine of another effect": (
        ["generate", "shot.mov", "--engine", "interpolate"],
        "engine_unfit",
    ),
    "nothing to bridge to": (["bridge", "shot.mov"], "bad_value"),
    "a bridge of nothing": (["bridge", "shot.mov", "shot.mov", "--frames", "0"], "bad_value"),
    "unknown format": (["generate", "shot.mov", "--format", "betamax"], "unknown_format"),
    "unfit format": (
        ["generate", "shot.mov", "--format", "dnxhr_hq", "--size", "64x64"],
        "format_unfit",
    ),
    "an engine of another effect": (["extend", "shot.mov", "--engine", "motion"], "engine_unfit"),
    "folder in the way": (["generate", "shot.mov", "-o", "text.mov/out.mov"], "not_writable"),
    "taken name": (["generate", "shot.mov", "-o", "text.mov"], "output_exists"),
    "not a timeline": (["generate", "text.otio"], "timeline_unreadable"),
    "not a recipe": (["render", "text.mov"], "recipe_unreadable"),
    "unknown job": (["cancel", "0123"], "unknown_job"),
    "not a shot list": (["batch", "text.csv"], "shot_list"),
}


@pytest.mark.parametrize(("arguments", "code"), BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_ends_in_its_error_with_a_fix_and_leaves_nothing(
    afterframe: Run, movie: Path, arguments: list[str], code: str
) -> None:
    for name in ("text.mov", "text.otio", "text.csv"):
        (movie.parent / name).write_text("no picture, no timeline", encoding="utf-8")
    before = {path: path.read_bytes() for path in movie.parent.rglob("*") if path.is_file()}
    done = afterframe(*arguments, "--json")
    assert done.returncode == 1
    told = answer(done)
    error = told.get("error") or told
    assert error["code"] == code, error
    assert error["message"]
    assert error["fix"]
    after = {path: path.read_bytes() for path in movie.parent.rglob("*") if path.is_file()}
    assert after == before


def test_an_error_is_said_in_words_for_people(afterframe: Run) -> None:
    done = afterframe("generate", "gone.mov")
    assert done.returncode == 1
    assert "gone.mov is not there." in done.stderr
    assert "relink" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_is_said_in_the_users_language(state: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "afterframe.cli.main", "generate", "gone.mov"]
    chinese = {**environment(state), "LC_ALL": "zh_CN.UTF-8"}
    done = subprocess.run(
        command, cwd=tmp_path, env=chinese, capture_output=True, encoding="utf-8", timeout=60
    )
    assert "不存在" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_cancels_and_leaves_nothing(state: Path, movie: Path) -> None:
    command = [sys.executable, "-m", "afterframe.cli.main", "generate", str(movie)]
    running = subprocess.Popen(
        [*command, "--seconds", "300", "-o", "long.mov"],
        cwd=movie.parent,
        env=environment(state),
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until(lambda: any(movie.parent.glob(".*part*")))
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in told
    assert sorted(os.listdir(movie.parent)) == ["shot.mov"]


def test_jobs_lists_what_was_made(afterframe: Run, movie: Path) -> None:
    made = answer(afterframe("generate", movie, "--frames", 2, "-o", "x.mov", "--json"))
    listed = answer(afterframe("jobs", "--json"))
    assert listed[0]["job"]["id"] == made["job"]["id"]
    assert made["job"]["id"][:8] in afterframe("jobs").stdout


@pytest.mark.parametrize("command", ["doctor", "engines", "logs", "clean"])
def test_what_looks_around_speaks_to_people_and_to_programs(afterframe: Run, command: str) -> None:
    assert afterframe(command).returncode == 0
    assert answer(afterframe(command, "--json")) is not None


def test_the_demo_prints_four_paths_that_are_there(afterframe: Run, tmp_path: Path) -> None:
    done = afterframe("demo", "--output", tmp_path / "show", "--json")
    paths = {name: Path(path) for name, path in answer(done).items()}
    assert set(paths) == {"movie", "timeline", "recipe", "contact_sheet"}
    assert all(path.is_file() for path in paths.values())
    with open_media(Media("movie", str(paths["movie"]))) as source:
        assert source.info.frames == 96


def _wait_until(true: object, seconds: float = 30) -> None:
    assert callable(true)
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
