"""The engine ``motion``, as the pipeline calls it: in every encoding, cancelled, said back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from afterframe.errors import Cancelled
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe.pipeline.pictures import JobPictures
from afterframe_hosts.wire import catalogue, effects
from afterframe_hosts.wire.job import Note
from afterframe_models import registry
from afterframe_models.base import Context, Request, Source
from afterframe_models.motion.camera import Move
from afterframe_models.motion.engine import grid_step
from afterframe_models.motion.prompt import AXES, choose_move, read_prompt

FORMATS = {
    "yuv420p": PixelFormat("yuv", 8, subsampling=(1, 1)),
    "yuv422p10": PixelFormat("yuv", 10, subsampling=(1, 0)),
    "yuva444p12": PixelFormat("yuv", 12, alpha=True),
    "rgb8": PixelFormat("rgb", 8),
    "rgba16": PixelFormat("rgb", 16, alpha=True),
    "rgb half": PixelFormat("rgb", 16, floating=True),
    "rgb float": PixelFormat("rgb", 32, floating=True, alpha=True),
    "grey8": PixelFormat("grey", 8),
}


@dataclass
class Stills:
    """A source of made frames: smooth colours, each frame a little brighter."""

    format: PixelFormat
    size: tuple[int, int] = (160, 90)
    frames: int = 3
    spare: tuple[int, int] = (0, 0)

    @property
    def info(self) -> MediaInfo:
        return MediaInfo(*self.size, self.frames, Fraction(24), self.format, ColourTags())

    def read(self, index: int) -> Frame:
        peak = 1.0 if self.format.floating else self.format.peak
        planes = []
        for plane in range(self.format.planes):
            width, height = self.format.plane_size(plane, *self.size)
            y, x = np.mgrid[:height, :width].astype(np.float32)
            wave = 0.5 + 0.4 * np.sin(x / (9 - plane) + index) * np.cos(y / 7)
            planes.append((wave * peak).astype(self.format.dtype))
        return Frame(tuple(planes), self.format, ColourTags())


def resolved(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the effect's parameters and the engine's own."""
    card = registry.cards()["motion"]
    return effects.resolve((*effects.effect("generate").parameters, *card.parameters), values)


def render(
    source: Source,
    values: Mapping[str, Any],
    *,
    frames: int = 5,
    at: int = 1,
    seed: int = 4,
    draft: bool = False,
) -> tuple[list[Frame], list[Note]]:
    pictures = JobPictures(source.info)
    request = Request(
        "generate",
        source,
        at,
        frames,
        Fraction(24),
        Fraction(0),
        resolved(values),
        seed,
        draft,
        pictures=pictures,
    )
    notes: list[Note] = []
    made = registry.load("motion").render(request, Context(lambda: None, notes.append, 2))
    return list(made), notes


@pytest.mark.parametrize("name", FORMATS)
def test_every_encoding_goes_through_in_its_own_form(name: str) -> None:
    source = Stills(FORMATS[name])
    made, _ = render(source, {"zoom": 1.0, "pan_x": 0.5, "motion": 10})
    original = source.read(1)
    assert len(made) == 5
    for frame in made:
        assert (frame.format, frame.colour) == (original.format, original.colour)
        for plane, was in zip(frame.planes, original.planes, strict=True):
            assert plane.shape == was.shape
            assert plane.dtype == was.dtype
            assert plane.max() <= source.format.peak
    assert (made[-1].planes[0] != original.planes[0]).mean() > 0.5


@pytest.mark.parametrize("name", FORMATS)
def test_the_first_frame_is_the_frame_under_the_playhead_to_the_bit(name: str) -> None:
    source = Stills(FORMATS[name])
    made, _ = render(source, {"prompt": "slow pan left"}, at=2)
    for plane, was in zip(made[0].planes, source.read(2).planes, strict=True):
        np.testing.assert_array_equal(plane, was)


def test_going_out_the_last_frame_is_the_source_and_it_is_said() -> None:
    source = Stills(FORMATS["yuv420p"])
    made, notes = render(source, {"zoom": -1.0})
    np.testing.assert_array_equal(made[-1].planes[0], source.read(1).planes[0])
    assert (made[0].planes[0] != source.read(1).planes[0]).mean() > 0.5
    assert "note.motion.ends_at_source" in [note.id for note in notes]


@pytest.mark.parametrize("size", [(2, 2), (17, 9), (90, 160), (1, 40), (333, 31)])
def test_any_size_is_served(size: tuple[int, int]) -> None:
    made, _ = render(Stills(FORMATS["yuv420p"], size), {"dolly": 1.0, "roll": 1.0, "motion": 10})
    assert len(made) == 5
    assert {(frame.width, frame.height) for frame in made} == {size}


@pytest.mark.parametrize("frames", [1, 2, 9])
def test_exactly_as_many_frames_as_asked(frames: int) -> None:
    assert len(render(Stills(FORMATS["rgb8"]), {}, frames=frames)[0]) == frames


def test_what_was_understood_and_what_not_is_said_in_both_languages() -> None:
    _, notes = render(Stills(FORMATS["rgb8"]), {"prompt": "slow zoom in, birds fly"})
    assert [note.text() for note in notes] == [
        "Understood “slow zoom in”: zoom in, 30 %.",
        "This engine cannot: “birds fly”.",
    ]
    assert [note.text("zh_CN") for note in notes] == [
        "已理解“slow zoom in”：变焦推近，30 %。",
        "该引擎无法做到：“birds fly”。",
    ]


def test_a_set_axis_silences_the_prompts_own_word_about_it() -> None:
    _, notes = render(Stills(FORMATS["rgb8"]), {"prompt": "zoom in", "zoom": 0.2})
    assert notes == []


@pytest.mark.parametrize(
    ("prompt", "said", "axis"),
    [
        ("", "default", "dolly"), ("a lovely morning", "default", "dolly"),
        ("without panning", "default", "dolly"), ("no roll", "default", "dolly"),
        ("no zoom", "default_pan", "pan_x"), ("don't zoom in", "default_pan", "pan_x"),
        ("不要推进", "default_pan", "pan_x"), ("no dolly", "default_pan", "pan_x"),
        ("no zoom, no pan", "default_still", ""), ("不要推进，不要平移", "default_still", ""),
        ("static", "still", ""), ("不要动", "still", ""), ("别动", "still", ""),
    ],
)  # fmt: skip
def test_of_a_move_that_nobody_asked_for_what_is_said_is_what_is_done(
    prompt: str, said: str, axis: str
) -> None:
    _, notes = render(Stills(FORMATS["rgb8"]), {"prompt": prompt})
    assert [n.id for n in notes if n.id != "note.motion.not_understood"] == ["note.motion." + said]
    move = choose_move(read_prompt(prompt), Move())
    assert [each for each in AXES if getattr(move, each)] == ([axis] if axis else [])
    assert not move.goes_out


def test_every_note_is_in_every_catalogue() -> None:
    for message in registry.load("motion").messages():
        assert all(message in messages for messages in catalogue.LANGUAGES.values())


def test_the_seed_decides_and_is_repeatable() -> None:
    source = Stills(FORMATS["yuv420p"])
    one, same, other = (render(source, {}, seed=seed)[0][2].planes[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_cancelling_stops_before_the_next_frame() -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise Cancelled

    source = Stills(FORMATS["rgb8"])
    request = Request("generate", source, 0, 50, Fraction(24), Fraction(0), resolved({}), 0)
    frames = registry.load("motion").render(request, Context(check, lambda note: None, 1))
    with pytest.raises(Cancelled):
        list(frames)
    assert calls == 4


@pytest.mark.parametrize(
    ("size", "step"), [((160, 90), 2), ((1280, 720), 2), ((1920, 1080), 4), ((3840, 2160), 8)]
)
def test_the_map_is_made_at_reduced_size(size: tuple[int, int], step: int) -> None:
    assert grid_step(*size) == step
