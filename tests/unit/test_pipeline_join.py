"""What is made meets its shot: colour is anchored, grain matched, and both are told.

Engines made for the test do to a shot's frames what real ones do: drift in colour, carry the grain
along with the picture, have none, or show real frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from afterframe.core.recipe import differences, read_recipe
from afterframe.imaging.grain import measure_grain
from afterframe.media.display import to_display
from afterframe.media.frame import Frame
from afterframe.media.source import open_media
from afterframe.media.writer import open_writer
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.catalogue import LANGUAGES
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, resolve
from afterframe_hosts.wire.job import Job, Output, Result, new_id
from afterframe_models import registry
from afterframe_models.base import Context, Engine, Request
from afterframe_models.card import Card
from tests.join_material import HD, SIZE, moved, pan, with_grain

RATE = Fraction(25)
FRAMES = 8
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
Make = Callable[[Request], Iterator[Frame]]
Use = Callable[..., None]


class FromFunction(Engine):
    def __init__(self, card: Card, make: Make) -> None:
        super().__init__(card)
        self._make = make

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        for frame in self._make(request):
            context.check()
            yield frame


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    def use_engine(make: Make, card: Card = CARD) -> None:
        engine = FromFunction(card, make)
        monkeypatch.setattr(registry, "cards", lambda: {card.name: card})
        monkeypatch.setattr(registry, "load", lambda name: engine)

    return use_engine


@dataclass(frozen=True)
class Shot:
    """A movie of a pan, lossless, and its frames."""

    media: Media
    frames: list[Frame]


def shot(folder: Path, frames: list[Frame], name: str = "shot") -> Shot:
    path = folder / f"{name}.mkv"
    first = frames[0]
    with open_writer(
        path, "ffv1", width=first.width, height=first.height, rate=RATE, frames=len(frames),
        colour=first.colour, source_format=first.format, start_timecode="", reel="",
    ) as writer:  # fmt: skip
        for frame in frames:
            writer.write(frame)
        writer.finish()
        writer.publish(path)
    return Shot(Media("movie", str(path)), frames)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    return shot(tmp_path_factory.mktemp("clean"), pan(FRAMES))


@pytest.fixture(scope="module")
def grainy(tmp_path_factory: pytest.TempPathFactory) -> Shot:
    return shot(tmp_path_factory.mktemp("grainy"), with_grain(pan(FRAMES), 5.0, 0.6))


def job(on: Shot, effect: str, folder: Path, **values: Any) -> Job:
    clip = Clip("shot", on.media, Span(0, FRAMES), Span(100, FRAMES), RATE)
    after = replace(clip, record_range=Span(106 + FRAMES, FRAMES))
    gap = {"after": after} if effect == "bridge" else {}
    asked = resolve(EFFECTS[effect].parameters, {"seed": 3, **values})
    output = Output(folder=str(folder), format="ffv1")
    return Job(new_id(), effect, clip, output, None, asked, engine="test", **gap)


def run(asked: Job) -> tuple[Result, list[Frame]]:
    result = run_job(asked, Hooks(lambda step: None, lambda picture: None, lambda: None))
    for note in result.notes:
        assert all(note.text(language) != note.id for language in LANGUAGES)
    with open_media(Media("movie", result.path)) as source:
        return result, list(source.frames(0, result.frames))


def carried(request: Request) -> Iterator[Frame]:
    """The shot's frame at the joint, moving on: its grain with it."""
    head = request.parameters.get("side") == "head"
    last = request.source.read(0 if head else request.source.frames - 1)
    for index in range(request.frames):
        away = index - request.frames if head else index + 1
        yield moved(last, away)


def tinted(request: Request) -> Iterator[Frame]:
    """As a diffusion model likes to: brighter, lifted, and with a cast."""
    for frame in carried(request):
        gains, lifts = (1.03, 1.0, 1.0), (3.0, -4.0, 5.0)
        planes = tuple(
            np.clip(np.rint(plane * gain + lift), 0, 255).astype(np.uint8)
            for plane, gain, lift in zip(frame.planes, gains, lifts, strict=True)
        )
        yield replace(frame, planes=planes)


def same(ours: list[Frame], theirs: list[Frame]) -> bool:
    return all(
        np.array_equal(a, b)
        for one, other in zip(ours, theirs, strict=True)
        for a, b in zip(one.planes, other.planes, strict=True)
    )


# Untouched


@pytest.mark.parametrize("side", ["tail", "head"])
def test_frames_in_the_colour_of_a_clean_shot_stay_the_same_to_the_bit(
    use: Use, clean: Shot, tmp_path: Path, side: str
) -> None:
    use(carried)
    asked = {"side": side, "frames": 5}
    result, matched = run(job(clean, "extend", tmp_path, **asked))
    _, plain = run(job(clean, "extend", tmp_path, **asked, match_colour=False, match_grain=False))
    assert same(matched, plain)
    assert not [note for note in result.notes if "matched" in note.id]
    (join,) = result.joins
    assert join.side == ("start" if side == "tail" else "end")
    assert join.colour_before == join.colour_after < 0.5


def test_a_generated_clip_begins_with_the_source_frame_itself(
    use: Use, grainy: Shot, tmp_path: Path
) -> None:
    use(lambda request: (moved(request.source.read(request.at), n) for n in range(request.frames)))
    asked = replace(job(grainy, "generate", tmp_path, frames=4), at=103)
    result, made = run(asked)
    assert same(made[:1], grainy.frames[3:4])
    assert "note.grain_matched" in [note.id for note in result.notes]
    assert not same(made[1:2], [moved(grainy.frames[3], 1)])


@pytest.mark.parametrize("effect", ["restyle", "retime"])
def test_effects_without_a_joint_are_not_matched(
    use: Use, grainy: Shot, tmp_path: Path, effect: str
) -> None:
    use(lambda request: (request.source.read(n) for n in range(request.frames)))
    values = {"speed": 1.0} if effect == "retime" else {}
    asked = job(grainy, "restyle", tmp_path)
    values.pop("seed", None)
    asked = replace(asked, effect=effect, parameters=resolve(EFFECTS[effect].parameters, values))
    result, made = run(asked)
    assert same(made, grainy.frames)
    assert result.joins == ()


# Colour


@pytest.mark.parametrize(("side", "joint"), [("tail", 0), ("head", -1)])
def test_a_drift_in_colour_is_taken_back_and_told(
    use: Use, clean: Shot, tmp_path: Path, side: str, joint: int
) -> None:
    use(tinted)
    result, made = run(job(clean, "extend", tmp_path, side=side, frames=6))
    (join,) = result.joins
    assert join.colour_before > 4.0
    assert join.colour_after < 0.5
    true = moved(clean.frames[joint - 1 if side == "tail" else 0], 1 if side == "tail" else -1)
    off = np.abs(to_display(made[joint])[8:-8, 16:-16] - to_display(true)[8:-8, 16:-16])
    assert off.mean() * 255 < 1.0
    assert read_recipe(Path(result.recipe)).joins == result.joins
    (note,) = [note for note in result.notes if note.id == "note.colour_matched"]
    assert note.params["levels"] == pytest.approx(join.colour_before, abs=0.1)


def test_the_correction_stays_to_the_end_and_nothing_pumps(
    use: Use, clean: Shot, tmp_path: Path
) -> None:
    use(tinted)
    _, made = run(job(clean, "extend", tmp_path, frames=8))
    means = [frame.planes[2].mean() for frame in made]
    assert max(means) - min(means) < 0.5
    assert means[0] == pytest.approx(clean.frames[-1].planes[2].mean(), abs=0.7)


def test_a_bridge_goes_evenly_from_one_correction_to_the_other(
    use: Use, clean: Shot, tmp_path: Path
) -> None:
    """An engine that is right at the start and off by 12 levels of V at the end."""

    def drifting(request: Request) -> Iterator[Frame]:
        frame = request.source.read(request.source.frames - 1)
        assert request.after is not None
        for index in range(request.frames):
            share = index / (request.frames - 1)
            seen = frame if share < 0.5 else request.after.read(0)
            v = np.clip(seen.planes[2] + 12.0 * share, 0, 255).astype(np.uint8)
            yield replace(seen, planes=(*seen.planes[:2], v))

    use(drifting)
    result, made = run(job(clean, "bridge", tmp_path))
    start, end = result.joins
    assert (start.side, end.side) == ("start", "end")
    assert start.colour_before < 0.5
    assert end.colour_before == pytest.approx(12, abs=1)
    v = [frame.planes[2].mean() for frame in made]
    assert v[-1] == pytest.approx(clean.frames[0].planes[2].mean(), abs=2.5)
    assert v[0] == pytest.approx(clean.frames[-1].planes[2].mean(), abs=2.5)


def test_colour_is_left_alone_where_that_is_asked_for(
    use: Use, clean: Shot, tmp_path: Path
) -> None:
    use(tinted)
    result, _ = run(job(clean, "extend", tmp_path, frames=3, match_colour=False))
    (join,) = result.joins
    assert join.colour_after == join.colour_before > 4


# Grain


@pytest.mark.parametrize("side", ["tail", "head"])
def test_grain_that_stands_still_on_the_picture_lives_again(
    use: Use, grainy: Shot, clean: Shot, tmp_path: Path, side: str
) -> None:
    use(carried)
    result, made = run(job(grainy, "extend", tmp_path, side=side, frames=6))
    (join,) = result.joins
    assert join.grain_shot == pytest.approx(5.5, rel=0.25)
    assert join.grain_before < 0.35 * join.grain_shot
    assert join.grain_after == pytest.approx(join.grain_shot, rel=0.12)
    away = [n + 1 if side == "tail" else n - 6 for n in range(6)]
    still = [moved(clean.frames[-1 if side == "tail" else 0], steps) for steps in away]
    pairs = zip(grainy.frames, clean.frames, strict=True)
    theirs, ours = (grain_of(a, b) for a, b in (next(pairs), (made[3], still[3])))
    tone = clean.frames[0].planes[0], still[3].planes[0]
    for low in range(60, 180, 30):
        shot_band, made_band = (
            grain[0][(luma >= low) & (luma < low + 30)]
            for grain, luma in zip((theirs, ours), tone, strict=True)
        )
        assert made_band.std() == pytest.approx(shot_band.std(), rel=0.1), low
    for plane in (1, 2):
        assert ours[plane].std() == pytest.approx(theirs[plane].std(), rel=0.12)
    for lag in (1, 2):
        alike = [beside(grain[0], lag) for grain in (theirs, ours)]
        assert alike[1] == pytest.approx(alike[0], abs=0.06), lag
    # Four frames on, the picture is six pixels away: what goes with it is frozen.
    later = np.roll(grain_of(made[4], still[4])[0], 6, 1), grain_of(made[0], still[0])[0]
    assert np.corrcoef(*(each[16:-16, 40:-40].ravel() for each in later))[0, 1] < 0.25


def grain_of(frame: Frame, clean: Frame) -> list[Any]:
    """Return a frame's difference from the same picture without grain."""
    pairs = zip(frame.planes, clean.planes, strict=True)
    return [a.astype(np.float32) - b for a, b in pairs]


def beside(grain: Any, lag: int) -> float:
    """Return the correlation of samples with those ``lag`` to the right."""
    inner = grain[16:-16, 40:-40]
    return float(np.corrcoef(inner[:, lag:].ravel(), inner[:, :-lag].ravel())[0, 1])


def test_an_engine_whose_frames_have_no_grain_is_given_the_shots(
    use: Use, grainy: Shot, clean: Shot, tmp_path: Path
) -> None:
    last = clean.frames[-1]
    use(lambda request: (moved(last, 1 + n) for n in range(request.frames)))
    result, made = run(job(grainy, "extend", tmp_path, frames=6))
    ours = measure_grain(made)
    assert ours is not None
    assert ours.level == pytest.approx(result.joins[0].grain_shot, rel=0.12)
    kept = cv2.GaussianBlur(made[2].planes[0], (0, 0), 2).astype(float)
    true = cv2.GaussianBlur(moved(last, 3).planes[0], (0, 0), 2).astype(float)
    assert np.abs(kept - true).mean() < 1.5, "the picture itself is as it was"


def test_frames_that_live_already_are_left_as_they_are(
    use: Use, grainy: Shot, tmp_path: Path
) -> None:
    use(lambda request: (request.source.read(n % FRAMES) for n in range(request.frames)))
    result, made = run(job(grainy, "extend", tmp_path, frames=6))
    assert same(made, grainy.frames[:6])
    assert result.joins[0].grain_before == pytest.approx(result.joins[0].grain_shot, rel=0.15)


def test_grain_is_left_alone_where_that_is_asked_for(
    use: Use, grainy: Shot, tmp_path: Path
) -> None:
    use(carried)
    _, made = run(job(grainy, "extend", tmp_path, frames=2, match_grain=False))
    assert same(made, [moved(grainy.frames[-1], n) for n in (1, 2)])


@pytest.mark.parametrize("side", ["tail", "head"])
def test_grain_that_is_left_alone_is_told_as_it_is(
    use: Use, grainy: Shot, tmp_path: Path, side: str
) -> None:
    use(lambda request: (request.source.read(n % FRAMES) for n in range(request.frames)))
    asked = {"side": side, "frames": 4}
    matched, _ = run(job(grainy, "extend", tmp_path, **asked))
    alone, _ = run(job(grainy, "extend", tmp_path, **asked, match_grain=False))
    assert alone.joins[0].grain_after == alone.joins[0].grain_before > 0
    assert alone.joins[0].grain_before == pytest.approx(matched.joins[0].grain_before, rel=0.1)


def test_a_draft_is_given_no_grain_and_tells_nothing_of_its_joints(
    use: Use, grainy: Shot, tmp_path: Path
) -> None:
    still = grainy.frames[-1]
    use(lambda request: iter([still] * request.frames))
    result, made = run(replace(job(grainy, "extend", tmp_path, frames=6), quality="draft"))
    assert result.joins == ()
    assert same(made, [still] * 6)


def test_grain_does_not_thin_out_where_shot_and_made_are_mixed(
    use: Use, grainy: Shot, tmp_path: Path
) -> None:
    use(carried)
    _, made = run(job(grainy, "extend", tmp_path, frames=2, overlap=4))
    found = measure_grain(made[:5])
    theirs = measure_grain(grainy.frames)
    assert found is not None
    assert theirs is not None
    assert found.level == pytest.approx(theirs.level, rel=0.12)


# Told, and the same again


def test_a_sharp_turn_is_told_as_a_seam(use: Use, clean: Shot, tmp_path: Path) -> None:
    use(carried)
    smooth, _ = run(job(clean, "extend", tmp_path, frames=2))

    def turning(request: Request) -> Iterator[Frame]:
        last = request.source.read(request.source.frames - 1)
        return (moved(last, -1 - n) for n in range(request.frames))

    use(turning)
    sharp, _ = run(job(clean, "extend", tmp_path, frames=2))
    scale = 360 / SIZE[1]
    assert smooth.joins[0].seam < 0.4 * scale
    assert sharp.joins[0].seam == pytest.approx(2 * PACE * scale, rel=0.3)


PACE = 1.5
"""Pixels a frame of ``join_material.pan``."""


def test_the_same_job_gives_the_same_pixels(use: Use, grainy: Shot, tmp_path: Path) -> None:
    use(carried)
    asked = job(grainy, "extend", tmp_path, frames=4, overlap=2, handles=2)
    recipes = []
    for _ in range(2):
        result, _ = run(replace(asked, id=new_id()))
        recipes.append(read_recipe(Path(result.recipe)))
    assert differences(*recipes) == ()
    result, _ = run(replace(asked, id=new_id(), parameters={**asked.parameters, "seed": 4}))
    assert differences(recipes[0], read_recipe(Path(result.recipe)))


def test_a_job_that_was_finished_tells_its_joints_again(
    use: Use, grainy: Shot, tmp_path: Path
) -> None:
    use(carried)
    asked = job(grainy, "extend", tmp_path, frames=2, handles=1)
    first, _ = run(asked)
    assert first.joins[0].grain_shot > 1
    assert run(asked)[0] == first


def test_a_recipe_says_when_a_picture_that_it_names_is_another_now(
    use: Use, clean: Shot, tmp_path: Path
) -> None:
    use(carried)
    end = tmp_path / "end.png"
    recipes = []
    for level in (20, 200):
        cv2.imwrite(str(end), np.full((64, 96, 3), level, np.uint8))
        result, _ = run(job(clean, "generate", tmp_path, frames=2, end=str(end)))
        recipes.append(read_recipe(Path(result.recipe)))
    assert any(said.startswith(str(end)) for said in differences(*recipes))


# Other material


def test_ten_bits_and_rgb_are_matched_as_they_are(use: Use, tmp_path: Path) -> None:
    for depth, model in ((10, "yuv"), (16, "rgb")):
        frames = with_grain(pan(FRAMES, depth, model), 4.0, 0.0)
        use(carried)
        on = shot(tmp_path, frames, f"{model}{depth}")
        result, made = run(job(on, "extend", tmp_path, frames=5))
        (join,) = result.joins
        assert join.grain_after == pytest.approx(join.grain_shot, rel=0.15), (model, depth)
        assert all(frame.format == frames[0].format for frame in made)


@pytest.mark.parametrize("size", [(16, 16), (64, 34), (130, 66)])
def test_pictures_too_small_to_tell_are_left_alone(
    use: Use, tmp_path: Path, size: tuple[int, int]
) -> None:
    frames = [replace(f, planes=tuple(p[: size[1] >> i, : size[0] >> i] for p, i in
                      zip(f.planes, (0, 1, 1), strict=True))) for f in pan(FRAMES)]  # fmt: skip
    use(carried)
    on = shot(tmp_path, frames)
    result, made = run(job(on, "extend", tmp_path, frames=3))
    assert len(made) == 3
    assert result.joins[0].side == "start"


def test_black_and_a_single_frame_are_no_trouble(use: Use, tmp_path: Path) -> None:
    black = [replace(f, planes=tuple(np.full_like(p, v) for p, v in zip(
        f.planes, (16, 128, 128), strict=True))) for f in pan(FRAMES)]  # fmt: skip
    use(carried)
    on = shot(tmp_path, black)
    result, made = run(job(on, "extend", tmp_path, frames=3))
    assert same(made, black[:3])
    clip = Clip("one", on.media, Span(2, 1), Span(0, 1), RATE)
    result, made = run(replace(job(on, "extend", tmp_path, frames=3, overlap=5), clip=clip))
    assert len(made) == 3
    assert result.joins[0].grain_shot == 0


def test_the_material_is_as_it_says(clean: Shot) -> None:
    assert (clean.frames[0].width, clean.frames[0].height) == SIZE
    assert clean.frames[0].colour == HD
