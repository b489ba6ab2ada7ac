"""The Resolve adapter holds what every host must hold; see ``host_contract``."""

from __future__ import annotations

import json
import shutil
import unittest
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from afterframe_hosts.resolve import marks
from afterframe_hosts.resolve.adapter import ResolveHost
from afterframe_hosts.resolve.calls import root
from afterframe_hosts.wire.clip import Span
from tests.contract import host_contract as contract
from tests.contract.host_contract import (
    CHECKS,
    FIRST_PLATE,
    MOVIE_FRAMES,
    PLATES,
    RATE,
    Known,
    Stage,
    Stands,
)
from tests.fakes.direct import Direct
from tests.fakes.resolve.build import Build
from tests.fakes.resolve.edits import Edit
from tests.fakes.resolve.remote import changes
from tests.fakes.resolve.state import Item, PoolClip, dump
from tests.makers import numbered_movie, numbered_sequence

GAP, DISSOLVE = 25, 87
"""Frames from the start where nothing stands, and where nothing but a transition does."""
TWICE = Known("twice", 1, "movie", "one.mp4", Span(0, 39), Span(120, 20), Fraction(2), exact=False)
NEST = Known("nest", 1, "movie", "", Span(0, 20), Span(145, 20), exact=False)
OVER_ITS_SHOT = frozenset(
    {
        "a_result_is_revealed_at_its_first_frame",
        "a_result_with_handles_shows_what_lies_between_them",
    }
)
"""Checks that select a result that lies over its shot. Before 21.0.4 nothing tells the selection:
what is under the playhead stands for it, and there the shot goes before what was made of it."""


class ResolveStage(Stage):
    """The stand-in with the test edit, put there by hand."""

    kind = "resolve"
    start = 86400
    size = contract.SIZE
    selected = (contract.OVER,)
    more = (TWICE, NEST)
    renders = True

    def __init__(self, folder: Path, made: Path, version: str) -> None:
        shutil.copytree(made, folder, dirs_exist_ok=True)
        self.folder = folder / "captures"
        self.folder.mkdir()
        self.media = folder / "media"
        self.result = folder / "Afterframe" / "shot_generate_v003.mov"
        self.pictures = str(folder / "Afterframe" / "shot_generate_v003.####.png")
        self.edit = Edit(self.media, RATE, build=Build.named(version))
        self.world, self.timeline = self.edit.world, self.edit.timeline
        settings = self.edit.project.settings
        settings["timelineResolutionWidth"], settings["timelineResolutionHeight"] = "192", "112"
        settings["projectMediaLocation"] = str(folder)
        self.document = Path(self.edit.project.uid)
        self.world.classes["Timeline"] = following(self.world.classes["Timeline"])
        self._build()
        self.edit.playhead(self.playhead)
        self.timeline.selected = [
            item.uid for item in self._items() if item.name == contract.AWKWARD
        ]
        self.host = ResolveHost(root(Direct(), self.edit.resolve))

    @property
    def destination(self) -> Path:
        return self.result.parent

    def clips(self) -> tuple[Known, ...]:
        known = (replace(each, exact=each.speed == 1 and each.exact) for each in super().clips())
        return tuple(known)

    def snapshot(self) -> object:
        """All that Resolve keeps, but for what is ours: clips in our bin, their items, tracks."""
        state = dump(self.world.application)
        project = dump(self.edit.project)
        bins = project["root"]["bins"]
        ours = {uid for each in bins if each["name"] == marks.BIN for uid in each["clips"]}
        project["root"]["bins"] = [each for each in bins if each["name"] != marks.BIN]
        project["clips"] = {k: v for k, v in project["clips"].items() if k not in ours}
        for timeline in project["timelines"]:
            for track in timeline["tracks"]["video"]:
                track["items"] = [item for item in track["items"] if item["clip"] not in ours]
            timeline["tracks"]["video"] = [
                track for track in timeline["tracks"]["video"] if track["name"] != marks.BIN
            ]
        project["saved"] = ""
        return {**state, "libraries": project}

    def results(self) -> tuple[Stands, ...]:
        return tuple(
            Stands(job, item.name, number, Span(item.start, item.duration))
            for number, track in enumerate(self.timeline.tracks["video"], 1)
            for item in track.items
            if (job := self._job(item))
        )

    def select_nothing(self) -> None:
        self.edit.playhead(GAP)
        self.timeline.selected = []

    def select_unsupported(self) -> None:
        self.edit.playhead(DISSOLVE)
        self.timeline.selected = [i.uid for i in self._items() if i.kind == "transition"]

    def remove(self, known: Known) -> None:
        for track in self.timeline.tracks["video"]:
            track.items = [item for item in track.items if item.name != known.name]

    def take_all_tracks(self) -> None:
        movie = next(iter(self.edit.project.clips.values()))
        for track in (2, 3):
            self.timeline.tracks["video"][track - 1].items.clear()
            self.edit.put(movie, 0, 48, track=track, name="taken")
        self.world.faults.refusing = {"Timeline.AddTrack"}

    def _build(self) -> None:
        clips: dict[str, PoolClip] = {
            name: self.edit.movie(name, MOVIE_FRAMES, RATE) for name in ("one.mp4", "lost.mp4")
        }
        (self.media / contract.LOST.medium).unlink()
        plates = contract.OVER.medium
        clips[plates] = self.edit.pictures(plates, FIRST_PLATE, PLATES)
        for known in (*contract.EDIT, TWICE):
            first = known.used.start if known.speed > 0 else known.used.end - 1
            flags = ["Red"] if known == contract.RED else []
            speed = float(known.speed)
            clip, at = clips[known.medium], known.stands
            self.edit.put(
                clip, at.start, at.duration, first, known.track,
                name=known.name, speed=speed, flags=flags,
            )  # fmt: skip
        nest = self.edit.nest("nest", 20)
        self.edit.put(nest, NEST.stands.start, 20, name=NEST.name, kind="compound")
        at = contract.UNSUPPORTED
        self.edit.put(None, at.start, at.duration, track=3, kind="transition", name="dissolve")

    def _items(self) -> list[Item]:
        return [item for track in self.timeline.tracks["video"] for item in track.items]

    def _job(self, item: Item) -> str:
        said = [marker.custom_data for marker in item.markers.values()]
        return next((str(json.loads(text)[marks.JOB]) for text in said if marks.JOB in text), "")


def following(calls: type[Any]) -> type[Any]:
    """Return a timeline whose selection follows the playhead, as Resolve's menu has it.

    No script can select anything: so what is revealed can be the selection.
    """

    class Following(calls):  # type: ignore[misc]
        @changes
        def SetCurrentTimecode(self, timecode: str) -> bool:  # noqa: N802 - Resolve's own name
            done = super().SetCurrentTimecode(timecode)
            item = self.GetCurrentVideoItem()
            self.record.selected = [item.uid] if item else []
            return bool(done)

    return Following


CASES = [
    *((name, "20.3") for name in CHECKS),
    *((name, "21.1") for name in CHECKS if "select" in name or "result" in name),
]
"""In 21.1 only what depends on the selection, and what places."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The media of the edit, and results to put on it."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "media").mkdir()
    (folder / "Afterframe").mkdir()
    numbered_movie(folder / "media" / "one.mp4", MOVIE_FRAMES, RATE, contract.SIZE)
    numbered_sequence(folder / "media" / "plates", PLATES, FIRST_PLATE, contract.SIZE)
    result = folder / "Afterframe" / "shot_generate_v003.mov"
    frames = contract.RESULT_FRAMES
    numbered_movie(result, frames, RATE, contract.SIZE, "prores", "yuv422p10le", first=1000)
    numbered_sequence(result.parent, frames, 1, contract.SIZE, name="shot_generate_v003")
    return folder


@pytest.mark.parametrize(("name", "version"), CASES)
def test_resolve(name: str, version: str, made: Path, tmp_path: Path) -> None:
    stage = ResolveStage(tmp_path, made, version)
    if name in OVER_ITS_SHOT and version == "20.3":
        raise unittest.SkipTest("what is under the playhead stands for the selection")
    CHECKS[name](stage)
