"""Handles, overlap and the source's own frames first: which picture stands where in a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from afterframe.core.recipe import read_recipe
from afterframe.media.display import to_rgb8
from afterframe.media.frame import Frame
from afterframe.media.source import open_media
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, resolve
from afterframe_hosts.wire.job import Job, Output, Result, new_id
from afterframe_hosts.wire.results import result_start
from afterframe_models import registry
from afterframe_models.base import Context, Engine, Request
from afterframe_models.card import Card
from tests.makers import numbered_movie, numbered_picture, read_number

RATE = Fraction(25)
CARD = Card(
    name="test",
    label="Test",
    version="1",
    entry="",
    effects=tuple(EFFECTS),
    pixels="native",
    alpha="carried",
    rank=1,
    limits="",
    licence="GPL-3.0-or-later",
)
MADE = 1000
"""Made pictures say this and their number, counted from the clip's end (its start, for a head)."""
HOUR = 90000


class Numbering(Engine):
    """Says of each picture that it is made, and which of the clip's frames it follows."""

    def __init__(self) -> None:
        super().__init__(CARD)
        self.asked: list[Request] = []
        self.look: tuple[int, ...] = ()
        self.spare = (0, 0)
        self.seen: list[int] = []
        """What frames of the source that a test wants to look at say."""

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        self.asked.append(request)
        source = request.source
        self.seen = [read_number(source.read(index).planes[0]) for index in self.look]
        self.spare = source.spare
        if request.after is not None:
            self.seen.append(read_number(request.after.read(0).planes[0]))
        follows = read_number(source.read(source.frames - 1).planes[0])
        if request.parameters.get("side") == "head":
            follows = read_number(source.read(0).planes[0]) - request.frames - 1
        if request.effect in {"generate", "restyle"}:
            follows = read_number(source.read(request.at).planes[0]) - 1
        for index in range(request.frames):
            context.check()
            yield numbered(source.read(0), MADE + follows + 1 + index)


def numbered(like: Frame, number: int) -> Frame:
    luma = numbered_picture(number, (like.width, like.height))
    return replace(like, planes=(16 + (luma // 255) * np.uint8(200), *like.planes[1:]))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Numbering:
    made = Numbering()
    monkeypatch.setattr(registry, "cards", lambda: {"test": CARD})
    monkeypatch.setattr(registry, "load", lambda name: made)
    return made


@pytest.fixture
def movie(tmp_path: Path) -> Media:
    return Media("movie", str(numbered_movie(tmp_path / "m.mp4", frames=60, rate=RATE)))


Ask = Callable[..., Job]


@pytest.fixture
def ask(movie: Media, tmp_path: Path) -> Ask:
    """Return a job on the frames 20 to 39 of 60, which stand at one hour."""

    def job(effect: str, speed: Fraction = Fraction(1), length: int = 20, **values: Any) -> Job:
        clip = Clip("shot", movie, Span(20, 20), Span(HOUR, length), RATE, speed=speed)
        output = Output(folder=str(tmp_path / "out"), format="ffv1", rate=RATE)
        plain = {"match_grain": False, "match_colour": False}
        plain = {k: v for k, v in plain.items() if effect not in {"restyle", "retime"}}
        asked = resolve(EFFECTS[effect].parameters, {**plain, "seed": 1, **values})
        after = replace(clip, media_range=Span(5, 10), record_range=Span(HOUR + 23, 10))
        gap = {"after": after} if effect == "bridge" else {}
        return Job(new_id(), effect, clip, output, None, asked, engine="test", **gap)

    return job


def run(job: Job) -> tuple[Result, list[int | None]]:
    """Return the result and the numbers of its pictures; None where two are mixed."""
    result = run_job(job, Hooks(lambda step: None, lambda picture: None, lambda: None))
    with open_media(Media("movie", result.path)) as source:
        assert source.info.frames == result.frames
        frames = list(source.frames(0, source.info.frames))
    return result, [number(frame) for frame in frames]


def number(frame: Frame) -> int | None:
    try:
        return read_number(to_rgb8(frame))
    except ValueError:
        return None


def made(*numbers: int) -> list[int]:
    return [MADE + each for each in numbers]


def test_an_extension_without_wishes_is_all_made(engine: Numbering, ask: Ask) -> None:
    result, numbers = run(ask("extend", frames=4))
    assert numbers == made(40, 41, 42, 43)
    assert (result.handles, result.shown) == ((0, 0), 4)


@pytest.mark.parametrize(
    ("side", "numbers"),
    [
        ("tail", [37, 38, 39, *made(40, 41, 42, 43, 44, 45, 46)]),
        ("head", [*made(13, 14, 15, 16, 17, 18, 19), 20, 21, 22]),
    ],
)
def test_handles_of_an_extension_are_the_shot_on_one_side_and_made_on_the_other(
    engine: Numbering, ask: Ask, side: str, numbers: list[int]
) -> None:
    job = ask("extend", side=side, frames=4, handles=3)
    result, found = run(job)
    assert found == numbers
    assert (result.handles, result.shown) == ((3, 3), 4)
    start = HOUR + 20 if side == "tail" else HOUR - 4
    assert result_start(job, result.shown) == start
    assert timecode_frame(result) == start - 3
    assert read_recipe(Path(result.recipe)).handles == (3, 3)


@pytest.mark.parametrize(
    ("side", "numbers", "start"),
    [("tail", range(35, 43), HOUR + 15), ("head", range(17, 25), HOUR - 3)],
)
def test_an_overlap_repeats_the_shot_and_fades_to_what_is_made(
    engine: Numbering, ask: Ask, side: str, numbers: range, start: int
) -> None:
    """Pictures of one place have one number but for the thousand: where they mix, there is none."""
    job = ask("extend", side=side, frames=3, overlap=5)
    result, found = run(job)
    assert (result.shown, result_start(job, result.shown)) == (8, start)
    assert timecode_frame(result) == start
    assert all(each in {None, n, MADE + n} for each, n in zip(found, numbers, strict=True))
    away = found if side == "tail" else found[::-1]
    assert None not in away[5:]
    assert away[0] is not None
    assert away[0] < MADE
    assert None in away[:5]
    assert all(each is not None and each > MADE for each in away[4:])


def test_the_engine_sees_the_clip_without_its_overlap_and_no_spare_frame_more(
    engine: Numbering, ask: Ask
) -> None:
    engine.look = (0, 14, 15)
    run(ask("extend", frames=3, overlap=5, handles=2))
    (request,) = engine.asked
    assert (request.source.frames, engine.spare, request.frames) == (15, (20, 20), 10)
    assert engine.seen == [20, 34, 35]


@pytest.mark.parametrize(
    ("side", "numbers"),
    [
        ("tail", [39, *range(40, 60), *made(60, 61, 62)]),
        ("head", [*made(-3, -2, -1), *range(20), 20]),
    ],
)
def test_the_sources_own_frames_come_first_where_they_are_asked_for(
    engine: Numbering, ask: Ask, side: str, numbers: list[int]
) -> None:
    result, found = run(ask("extend", side=side, frames=22, handles=1, real_first=True))
    assert found == numbers
    (request,) = engine.asked
    assert request.frames == 3
    assert engine.spare == ((20, 0) if side == "tail" else (0, 20))
    assert "note.real_first" in [note.id for note in result.notes]


def test_where_the_source_is_long_enough_nothing_is_made(engine: Numbering, ask: Ask) -> None:
    _, found = run(ask("extend", frames=5, handles=2, overlap=3, real_first=True))
    assert found == list(range(35, 47))
    assert not engine.asked


def test_an_overlap_longer_than_the_shot_is_shortened_and_told(engine: Numbering, ask: Ask) -> None:
    job = ask("extend", frames=2, overlap=60)
    result, _ = run(job)
    assert result.shown == 12
    assert result_start(job, 12) == HOUR + 10
    assert "note.overlap_shorter" in [note.id for note in result.notes]


def test_a_bridge_has_both_shots_around_it(engine: Numbering, ask: Ask, movie: Media) -> None:
    job = ask("bridge", handles=2)
    result, found = run(job)
    assert found == [38, 39, *made(40, 41, 42), 5, 6]
    assert (result_start(job, result.shown), timecode_frame(result)) == (HOUR + 20, HOUR + 18)
    prints = read_recipe(Path(result.recipe)).pictures
    assert list(prints) == [movie.path]


def test_a_bridge_overlaps_both_shots(engine: Numbering, ask: Ask) -> None:
    job = ask("bridge", overlap=4, handles=1)
    result, found = run(job)
    assert (found[0], found[-1]) == (35, 9)
    assert [each for each in found if each in made(40, 41, 42)] == made(40, 41, 42)
    assert (result.frames, result_start(job, result.shown)) == (13, HOUR + 16)
    assert engine.seen == [9]
    assert engine.asked[0].source.frames == 16


def test_handles_of_a_style_are_the_clips_spare_frames(engine: Numbering, ask: Ask) -> None:
    _, found = run(ask("restyle", handles=3))
    assert found == made(*range(17, 43))


def test_fewer_handles_than_asked_for_are_told(engine: Numbering, ask: Ask) -> None:
    result, found = run(ask("restyle", handles=30))
    assert (len(found), result.handles) == (60, (20, 20))
    (note,) = [note for note in result.notes if note.id == "note.handles_fewer"]
    assert note.params == {"before": 20, "after": 20, "asked": 30}


def test_a_generated_clip_goes_on_in_its_handle(engine: Numbering, ask: Ask) -> None:
    result, found = run(ask("generate", frames=4, handles=3))
    assert found == made(*range(20, 27))
    assert (result.handles, result.shown) == ((0, 3), 4)
    assert "note.handles_fewer" in [note.id for note in result.notes]


@pytest.mark.parametrize(
    ("values", "beyond"), [({"loop": True}, [20, 21, 22]), ({"end": "/end.png"}, [23, 23, 23])]
)
def test_a_clip_that_is_whole_is_the_same_with_a_handle(
    engine: Numbering, ask: Ask, monkeypatch: pytest.MonkeyPatch, values: Any, beyond: list[int]
) -> None:
    monkeypatch.setattr("afterframe.pipeline.run.picture_prints", lambda job, card: {})
    result, found = run(ask("generate", frames=4, handles=3, **values))
    assert found == made(20, 21, 22, 23, *beyond)
    assert {request.frames for request in engine.asked} == {4}
    assert result.handles == (0, 3)


@pytest.mark.parametrize(
    ("speed", "handles", "numbers", "given"),
    [
        (1.0, 3, list(range(17, 43)), (3, 3)),
        (2.0, 2, list(range(16, 44, 2)), (2, 2)),
        (2.0, 99, list(range(0, 60, 2)), (10, 10)),
        (0.5, 4, [n for n in range(18, 42) for _ in "ab"], (4, 4)),
    ],
)
def test_a_retimed_clip_begins_in_the_middle_of_a_step_if_it_must(
    ask: Ask, speed: float, handles: int, numbers: list[int], given: tuple[int, int]
) -> None:
    values = {"speed": speed, "handles": handles, "interpolation": "nearest"}
    job = replace(ask("restyle"), effect="retime", engine="interpolate")
    job = replace(job, parameters=resolve(EFFECTS["retime"].parameters, values))
    result, found = run(job)
    assert result.handles == given
    if speed == 0.5:
        assert found[given[0]] == 20
        assert found[0] == 18
    else:
        assert found == numbers


def test_an_odd_handle_of_slow_motion_lies_between_two_frames(ask: Ask) -> None:
    values = {"speed": 0.5, "handles": 1, "interpolation": "blend"}
    job = replace(ask("restyle"), effect="retime", engine="interpolate")
    job = replace(job, parameters=resolve(EFFECTS["retime"].parameters, values))
    _, found = run(job)
    assert found[1] == 20
    assert found[3] == 21


def test_a_fast_clip_keeps_its_pace_through_overlap_and_handles(
    engine: Numbering, ask: Ask
) -> None:
    job = ask("extend", speed=Fraction(2), length=10, frames=2, overlap=2, handles=3)
    engine.look = (0, 7, 8, 9)
    _, found = run(job)
    assert found[:3] == [30, 32, 34]
    assert engine.seen == [20, 34, 36, 38]
    assert engine.spare == (10, 10)


def test_a_clip_played_backwards_is_continued_backwards(engine: Numbering, ask: Ask) -> None:
    job = ask("extend", speed=Fraction(-1), frames=22, handles=2, real_first=True)
    _, found = run(job)
    assert found[:4] == [21, 20, 19, 18]
    assert [each for each in found if each and each < MADE] == list(range(21, 0, -1))


def timecode_frame(result: Result) -> int:
    from afterframe.core.timecode import parse_time

    with open_media(Media("movie", result.path)) as source:
        return parse_time(source.info.start_timecode, RATE)
