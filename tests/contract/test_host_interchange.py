"""Timeline files hold what every host must hold; see ``host_contract``."""

from __future__ import annotations

import json
import unittest
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from afterframe_hosts.interchange.adapter import InterchangeHost
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.errors import ItemGone
from tests.contract import host_contract as contract
from tests.contract.host_contract import CHECKS, PLAYHEAD, RATE, Known, Stage, Stands

HOUR = 86400
GAP, TITLE = 25, 87
"""Frames from the start where nothing stands, and where only a title does."""
TWICE = Known("twice", 1, "movie", "one.mp4", Span(0, 39), Span(120, 20), Fraction(2))


class InterchangeStage(Stage):
    """A timeline file made by code."""

    adapter = InterchangeHost
    kind = "interchange"
    start = HOUR
    size = None
    selected = (contract.OVER,)
    more = (TWICE,)
    renders = False

    def __init__(self, folder: Path) -> None:
        self.document = folder / "edit.otio"
        self.media = folder / "media"
        self.folder = folder / "captures"
        self.folder.mkdir()
        self.result, self.pictures = _results(folder / "Afterframe")
        _make_media(self.media)
        self.model = _timeline(self.clips())
        self._open(PLAYHEAD)

    def _open(self, playhead: int) -> None:
        self.model.metadata["afterframe"] = {"playhead": _time(HOUR + playhead)}
        self.model.to_json_file(str(self.document))
        self.host = self.adapter.open(self.document)

    def snapshot(self) -> object:
        saved = self._saved()
        tracks = [each for each in saved["tracks"]["children"] if not _is_ours(each)]
        saved["tracks"]["children"] = tracks
        return self.document.read_bytes(), json.dumps(saved), self.host.playhead()

    def results(self) -> tuple[Stands, ...]:
        model = otio.adapters.read_from_string(json.dumps(self._saved()), "otio_json")
        found = []
        for number, track in enumerate(model.tracks, 1):
            for clip in track.find_clips():
                if "afterframe" in clip.metadata:
                    where = clip.range_in_parent()
                    span = Span(HOUR + where.start_time.to_frames(), where.duration.to_frames())
                    job = clip.metadata["afterframe"]["job"]
                    found.append(Stands(job, clip.name, number, span))
        return tuple(found)

    def _saved(self) -> Any:
        assert isinstance(self.host, InterchangeHost)
        path = self.host.save()
        text = path.read_text(encoding="utf-8")
        path.unlink()
        return json.loads(text)

    def select_nothing(self) -> None:
        self._open(GAP)

    def select_unsupported(self) -> None:
        self._open(TITLE)

    def remove(self, known: Known) -> None:
        """Lift a clip out, and leave a gap."""
        track = self.model.tracks[known.track - 1]
        index = next(n for n, each in enumerate(track) if each.name == known.name)
        track[index] = _gap(known.stands.duration)
        self._open(PLAYHEAD)

    def take_all_tracks(self) -> None:
        raise unittest.SkipTest("a timeline file has tracks without end")


@pytest.fixture
def stage(tmp_path: Path) -> InterchangeStage:
    return InterchangeStage(tmp_path)


@pytest.mark.parametrize("name", CHECKS)
def test_a_timeline_file(name: str, stage: InterchangeStage) -> None:
    CHECKS[name](stage)


def test_another_clip_in_its_place_is_not_taken_for_it(stage: InterchangeStage) -> None:
    clip = stage.clip(contract.SHOT)
    del stage.model.tracks[0][0]
    other = Known("other", 1, "movie", "one.mp4", Span(9, 20), contract.SHOT.stands)
    stage.model.tracks[0].insert(0, _clip(other))
    stage._open(PLAYHEAD)
    with pytest.raises(ItemGone):
        stage.host.capture(clip, clip.record_range, stage.folder)


def _timeline(clips: tuple[Known, ...]) -> otio.schema.Timeline:
    timeline = otio.schema.Timeline("edit", global_start_time=_time(HOUR))
    timeline.metadata["somebody"] = {"else": [1, 2.5, {"deep": None}]}
    for number in (1, 2, 3):
        track = otio.schema.Track(f"V{number}", kind="Video")
        end = 0
        for known in (each for each in clips if each.track == number):
            if known.stands.start > end:
                track.append(_gap(known.stands.start - end))
            track.append(_clip(known))
            end = known.stands.end
        timeline.tracks.append(track)
    where = contract.UNSUPPORTED
    title = otio.schema.Clip("title", otio.schema.GeneratorReference("title"), _range(0, 10))
    over = otio.schema.Clip("over the selection", title.media_reference.clone(), _range(0, 6))
    before = PLAYHEAD - 3
    timeline.tracks[2].extend([_gap(before), over, _gap(where.start - before - 6), title])
    timeline.tracks.append(otio.schema.Track("A1", kind="Audio"))
    return timeline


def _clip(known: Known) -> otio.schema.Clip:
    if known.kind == "sequence":
        head, _, tail = Path(known.medium).name.partition("####")
        reference = otio.schema.ImageSequenceReference(
            f"media/{Path(known.medium).parent}/", head, tail, contract.FIRST_PLATE, 1,
            float(RATE), 4, available_range=_range(contract.FIRST_PLATE, contract.PLATES),
        )  # fmt: skip
        begins = contract.FIRST_PLATE + known.used.start
    else:
        reference = otio.schema.ExternalReference(
            f"media/{known.medium}", _range(0, contract.MOVIE_FRAMES)
        )
        begins = known.used.start
    clip = otio.schema.Clip(known.name, reference, _range(begins, known.stands.duration))
    if known.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp("speed", float(known.speed)))
    if known == contract.RED:
        clip.color = otio.core.Color.RED
    return clip


def _make_media(folder: Path) -> None:
    """Files of the media's names: a timeline file is read without decoding any of them."""
    (folder / "plates").mkdir(parents=True)
    (folder / "one.mp4").touch()
    for number in range(contract.FIRST_PLATE, contract.FIRST_PLATE + contract.PLATES):
        (folder / "plates" / f"plate.{number}.png").touch()


def _results(folder: Path) -> tuple[Path, str]:
    folder.mkdir()
    movie = folder / "shot_generate_v003.mp4"
    movie.touch()
    for number in range(1, contract.RESULT_FRAMES + 1):
        (folder / f"shot_generate_v003.{number:04d}.png").touch()
    return movie, str(folder / "shot_generate_v003.####.png")


def _is_ours(track: Any) -> bool:
    return "afterframe" in track["metadata"]


def _time(frames: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(RATE))


def _range(start: int, duration: int) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start), _time(duration))


def _gap(frames: int) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=_range(0, frames))
