"""The command line on a running Resolve: its service, its engines, a door in another process, and
behind that the stand-in."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterframe.media.display import to_rgb8
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media
from tests.e2e.conftest import Run, answer, environment
from tests.e2e.resolve_standin import START, cut
from tests.fakes.resolve import simulator
from tests.fakes.resolve import state as kept
from tests.makers import numbered_movie, read_number

CLONE = Path(__file__).parents[2]
FRAMES = 40
AT_WORK = ("Rendering", "Waiting", "Reading", "Making")
"""What a line says that tells of a job on its way."""


@dataclass
class Standin:
    """A Resolve that runs, with two clips of 40 frames on its timeline and 12 frames between them.

    Attributes:
        folder: for all that is its own.
        door: file of the door that is open in it.
        document: id of its project.
    """

    folder: Path
    process: subprocess.Popen[str]
    door: str
    document: str

    def end(self) -> tuple[Any, Any]:
        """End it; return its project as it was when it began, and as it is now."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(20) == 0
        before, after = (kept.load(self.folder / f"{when}.json") for when in ("before", "after"))
        return kept.dump(before), kept.dump(after)


def movies_in(folder: Path) -> list[Path]:
    """Two movies, whose pictures say their numbers: 0 to 39, 40 to 79."""
    movies = [folder / name for name in ("one.mov", "two.mov")]
    for first, movie in enumerate(movies):
        numbered_movie(movie, FRAMES, Fraction(24), (320, 180), first=first * FRAMES)
    return movies


@pytest.fixture
def resolve(state: Path, tmp_path: Path) -> Iterator[Standin]:
    command = [sys.executable, "-m", "tests.e2e.resolve_standin", tmp_path, *movies_in(tmp_path)]
    process = subprocess.Popen(
        list(map(str, command)), cwd=CLONE, env=environment(state),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    yield Standin(tmp_path, process, told["door"], told["document"])
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


@dataclass
class Outside:
    """A Resolve Studio with the same project, that is reached from outside of it.

    Attributes:
        folder: for all that is its own.
        application: the file with what it begins with.
    """

    folder: Path
    application: Path

    @contextmanager
    def running(self) -> Iterator[Path]:
        """Run it; yield the file with what it has when it has ended."""
        after = self.folder / "after.json"
        given = ("--project", self.application, "--dump", after, "--folder", self.folder / "own")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.resolve", "serve", *map(str, given)],
            cwd=CLONE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            with pytest.MonkeyPatch.context() as patch:
                for name, value in json.loads(process.stdout.readline()).items():
                    patch.setenv(name, value)
                yield after
            process.stdin.close()
            assert process.wait(20) == 0


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    world = simulator.start(folder=tmp_path / "own")
    cut(world.handle("Resolve"), tmp_path, [str(path) for path in movies_in(tmp_path)])
    kept.save(world.application, tmp_path / "before.json")
    return Outside(tmp_path, tmp_path / "before.json")


def video_tracks(dumped: Any) -> list[list[Any]]:
    """The items of each video track of the stand-in's one timeline."""
    (library,) = dumped["libraries"]
    (timeline,) = library["projects"]["Cut"]["timelines"]
    return [track["items"] for track in timeline["tracks"]["video"]]


def changed(before: Any, after: Any) -> set[str]:
    """What has changed in the project, but for what a placed result brings."""
    brought = ("clips/", "root/bins", "saved", "timelines/0/tracks/video")
    lines = [str(line) for line in kept.differences(before, after)]
    return {line for line in lines if not any(f"/Cut/{each}" in line for each in brought)}


def first_number(path: str) -> int:
    with open_media(Media("movie", path)) as source:
        return read_number(to_rgb8(source.read(0)))


def test_a_result_stands_where_its_frame_is_and_the_rest_is_as_it_was(
    afterframe: Run, resolve: Standin
) -> None:
    live = ("--host", "resolve", "--door", resolve.door)
    done = afterframe("generate", "--draft", "--frames", 9, "--zoom", 0.3, *live)
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    assert told[0] == "On the timeline of DaVinci Resolve Studio: Cut."
    assert told[1] == "one.mov: Generate Clip from Frame, from 01:00:00:10"
    assert told[-1].endswith("01:00:00:10 to 01:00:00:19, 9 frames.")
    assert len(told) == len(set(told))
    (path,) = done.stdout.splitlines()
    assert Path(path).parent == resolve.folder / "media" / "Afterframe"
    assert first_number(path) == 10
    again = afterframe("generate", "--draft", "--frames", 9, "--zoom", 0.3, *live)
    assert again.returncode == 0
    assert "stands there already" in again.stderr
    before, after = resolve.end()
    shots, made = video_tracks(after)
    assert [shots] == video_tracks(before)
    assert [(item["start"], item["duration"]) for item in made] == [(START + 10, 9)]
    assert changed(before, after) == set()


def test_a_batch_goes_on_where_it_stopped(afterframe: Run, resolve: Standin, state: Path) -> None:
    live = ("--host", "resolve", "--door", resolve.door)
    batch = ("batch", *live, "--set", "frames=5", "--draft", "--clips", "channel:1")
    command = [sys.executable, "-m", "afterframe.cli.main", *batch]
    killed = subprocess.Popen(
        command,
        env=environment(state),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert killed.stderr is not None
    for line in killed.stderr:
        if any(phase in line for phase in AT_WORK):
            break
    killed.kill()
    killed.wait()
    killed.stderr.close()
    done = afterframe(*batch, "--json")
    lines = answer(done)["shots"]
    assert [(line["clip"], line["start"]) for line in lines] == [
        ("one.mov", "01:00:00:00"),
        ("two.mov", "01:00:02:04"),
    ]
    assert {line["state"] for line in lines} <= {"placed", "was there"}, done.stdout
    begins = {"one.mov": 0, "two.mov": FRAMES}
    for line in lines:
        assert not line["file"] or first_number(line["file"]) == begins[line["clip"]]
    before, after = resolve.end()
    shots, made = video_tracks(after)
    assert [shots] == video_tracks(before)
    assert [(item["start"], item["duration"]) for item in made] == [
        (START, 5),
        (START + FRAMES + 12, 5),
    ]
    assert changed(before, after) == set()


def test_what_is_made_while_nobody_is_there_is_placed_later(
    afterframe: Run, outside: Outside, state: Path
) -> None:
    command = [sys.executable, "-m", "afterframe.cli.main", "generate", "--host", "resolve"]
    with outside.running():
        left = subprocess.Popen(
            [*command, "--frames", "96", "--at", "01:00:02:10"],
            env=environment(state), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert left.stderr is not None
        for line in left.stderr:
            if any(phase in line for phase in AT_WORK):
                break
        left.kill()
        left.wait()
        left.stderr.close()
    with outside.running() as after:
        placed = afterframe("place", "--host", "resolve", "--json")
        (line,) = answer(placed)["shots"]
        assert (line["state"], line["clip"], line["start"]) == ("placed", "two.mov", "01:00:02:10")
        assert first_number(line["file"]) == FRAMES + 6
        nothing = afterframe("place", "--host", "resolve")
        assert nothing.stderr.splitlines()[-1].startswith("Nothing waits for DaVinci Resolve")
    before, now = (kept.dump(kept.load(path)) for path in (outside.application, after))
    assert [(item["start"], item["duration"]) for item in video_tracks(now)[1]] == [
        (START + 2 * 24 + 10, 96)
    ]
    assert changed(before, now) == set()


def test_ctrl_c_leaves_the_project_as_it_was(resolve: Standin, state: Path) -> None:
    command = [sys.executable, "-m", "afterframe.cli.main", "extend", "--seconds", "4", "--seen"]
    live = ["--host", "resolve", "--door", resolve.door]
    stopped = subprocess.Popen(
        [*command, *live], env=environment(state), stderr=subprocess.PIPE, text=True
    )
    assert stopped.stderr is not None
    for line in stopped.stderr:
        if any(phase in line for phase in AT_WORK):
            stopped.send_signal(signal.SIGINT)
            break
    rest = stopped.stderr.read()
    assert stopped.wait(20) == 130
    stopped.stderr.close()
    assert rest.endswith("Stopped.\n")
    before, after = resolve.end()
    assert kept.differences(before, after) == []


def test_who_serves_answers_for_resolve_until_it_ends(
    afterframe: Run, resolve: Standin, state: Path
) -> None:
    command = [sys.executable, "-m", "afterframe.cli.main", "serve", "--host", "resolve"]
    serving = subprocess.Popen(
        [*command, "--door", resolve.door],
        env=environment(state),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert serving.stderr is not None
    for line in serving.stderr:
        if "Listening" in line:
            break
    script = """
import json, sys, time
from afterframe_hosts.wire import discovery
client = discovery.connect(start=False)
while not (found := [each for each in client.sessions() if each.document == sys.argv[1]]):
    time.sleep(0.05)
told = client.ask(found[0].id, "selection").value
print(json.dumps([found[0].name, told["playhead"], told["clips"][0]["name"]]))
"""
    asked = subprocess.run(
        [sys.executable, "-c", script, resolve.document], env=environment(state),
        capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert json.loads(asked.stdout) == ["DaVinci Resolve Studio: Cut", START + 10, "one.mov"]
    before, after = resolve.end()
    assert kept.differences(before, after) == []
    assert serving.wait(20) == 0
    serving.stderr.close()
