"""The pipeline's main line, with real media, a real writer, and engines made for the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from afterframe.core.recipe import beside, read_recipe
from afterframe.errors import (
    Cancelled,
    EngineFailed,
    NotWritable,
    OutOfMemory,
    OutputExists,
    PathNotPermitted,
    SequenceHoles,
)
from afterframe.media.display import to_rgb8
from afterframe.media.frame import Frame
from afterframe.media.source import open_media
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.catalogue import LANGUAGES
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, resolve
from afterframe_hosts.wire.job import Job, Output, Progress, Result, new_id
from afterframe_models import registry
from afterframe_models.base import Context, Engine, Request
from afterframe_models.card import Card
from tests.makers import numbered_movie, numbered_sequence, read_number, write_picture

CARD = Card(
    name="test",
    label="Test",
    version="1",
    entry="",
    effects=("generate", "retime"),
    pixels="native",
    alpha="carried",
    rank=1,
    limits="",
    licence="GPL-3.0-or-later",
)
RATE = Fraction(30000, 1001)
Make = Callable[[Request, Context], Iterator[Frame]]


class FromFunction(Engine):
    """An engine whose frames a function makes."""

    def __init__(self, card: Card, make: Make) -> None:
        super().__init__(card)
        self._make = make

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        return self._make(request, context)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the pipeline find one engine, made for this test."""

    def use_engine(make: Make, card: Card = CARD) -> None:
        engine = FromFunction(card, make)
        monkeypatch.setattr(registry, "cards", lambda: {card.name: card})
        monkeypatch.setattr(registry, "load", lambda name: engine)

    return use_engine


def play(request: Request, context: Context) -> Iterator[Frame]:
    """Yield the clip from the playhead on."""
    for index in range(request.frames):
        yield request.source.read(min(request.at + index, request.source.frames - 1))


def job(media: Media, place: Path, frames: int = 5, at: int = 103, **output: object) -> Job:
    clip = Clip("shot", media, Span(4, 20), Span(100, 20), RATE)
    parameters = resolve(EFFECTS["generate"].parameters, {"frames": frames, "seed": 1})
    where = Output(**{"folder": str(place / "out"), **output})  # type: ignore[arg-type]
    return Job(new_id(), "generate", clip, where, at, parameters, engine="test")


def run(asked: Job) -> tuple[Result, list[Progress], list[bytes]]:
    told: list[Progress] = []
    pictures: list[bytes] = []
    result = run_job(asked, Hooks(told.append, pictures.append, lambda: None))
    return result, told, pictures


def numbers(result: Result) -> list[int]:
    kind = "sequence" if "#" in result.path else "movie"
    with open_media(Media(kind, result.path, first=result.first)) as source:  # type: ignore[arg-type]
        return [read_number(to_rgb8(frame)) for frame in source.frames(0, source.info.frames)]


@pytest.fixture
def movie(tmp_path: Path) -> Media:
    return Media("movie", str(numbered_movie(tmp_path / "m.mp4", frames=30, rate=RATE)))


def test_frames_rate_and_name_are_exact(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    result, told, pictures = run(job(movie, tmp_path))
    assert Path(result.path).parent == tmp_path / "out"
    assert Path(result.path).stem == "shot_generate_v001"
    assert (result.frames, result.rate) == (5, RATE)
    assert numbers(result) == [7, 8, 9, 10, 11]
    assert [step.done for step in told if step.phase == "making"] == [1, 2, 3, 4, 5]
    assert told[0].phase == "reading"
    assert told[-1].phase == "verifying"
    assert pictures[0].startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("lengths", "frames", "said"),
    [((1, 1, 2, 3), 5, ["note.uneven_frames"]), ((1, 1, 2, 3), 1, []), ((1,), 5, [])],
    ids=["uneven", "a single frame of them", "even"],
)
def test_that_uneven_pictures_were_held_is_told(
    use: Callable[..., None],
    lengths: tuple[int, ...],
    frames: int,
    said: list[str],
    tmp_path: Path,
) -> None:
    use(play)
    path = numbered_movie(tmp_path / "m.mkv", frames=30, rate=RATE, lengths=lengths)
    result, _, _ = run(job(Media("movie", str(path)), tmp_path, frames))
    assert [note.id for note in result.notes] == said
    assert all(note.text(language) != note.id for note in result.notes for language in LANGUAGES)


def test_that_fields_were_made_whole_is_told(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    result, _, _ = run(job(replace(movie, deinterlace=True), tmp_path))
    assert [note.id for note in result.notes] == ["note.deinterlaced"]
    assert numbers(result) == [7, 8, 9, 10, 11]


def test_a_clip_played_backwards_is_read_backwards(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    asked = job(movie, tmp_path, at=100)
    result, _, _ = run(replace(asked, clip=replace(asked.clip, speed=Fraction(-1))))
    assert numbers(result) == [23, 22, 21, 20, 19]


def test_a_sequence_is_read_by_its_numbers_and_written_as_one(
    use: Callable[..., None], tmp_path: Path
) -> None:
    use(play)
    path = numbered_sequence(tmp_path / "plates", frames=30, first=1001)
    media = Media("sequence", path, first=1001)
    result, _, _ = run(job(media, tmp_path, format="tiff"))
    assert result.path.endswith("shot_generate_v001/shot_generate_v001.####.tif")
    assert numbers(result) == [7, 8, 9, 10, 11]
    assert beside(Path(result.path)).is_file()


def test_the_recipe_tells_source_engine_and_pixels(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    first, _, _ = run(job(movie, tmp_path))
    second, _, _ = run(job(movie, tmp_path))
    a, b = (read_recipe(Path(result.recipe)) for result in (first, second))
    assert a.made.digest == b.made.digest
    assert a.source.fingerprint == b.source.fingerprint
    assert (a.maker.engine, a.made.name) == ("test", "shot_generate_v001.mov")
    assert b.made.name == "shot_generate_v002.mov"


def test_a_job_that_was_finished_is_not_made_again(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    asked = job(movie, tmp_path)
    first, _, _ = run(asked)

    def never(request: Request, context: Context) -> Iterator[Frame]:
        raise AssertionError("made again")

    use(never)
    assert run(asked)[0] == first


def test_what_a_killed_attempt_left_is_removed(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    asked = job(movie, tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    (out / f".shot_generate_v001.{asked.id}.part.mov").write_bytes(b"half")
    (out / ".other_generate_v001.0123abcd.part.mov").write_bytes(b"another job's")
    run(asked)
    assert sorted(path.name for path in out.iterdir() if path.name.startswith(".")) == [
        ".other_generate_v001.0123abcd.part.mov"
    ]


def too_few(request: Request, context: Context) -> Iterator[Frame]:
    yield request.source.read(0)


def failing(request: Request, context: Context) -> Iterator[Frame]:
    yield request.source.read(0)
    raise ValueError("no such thing")


def hungry(request: Request, context: Context) -> Iterator[Frame]:
    yield request.source.read(0)
    raise MemoryError("30 GB")


@pytest.mark.parametrize(
    ("make", "error"), [(too_few, EngineFailed), (failing, EngineFailed), (hungry, OutOfMemory)]
)
def test_an_engines_failure_has_a_code_and_leaves_nothing(
    use: Callable[..., None], movie: Media, tmp_path: Path, make: Make, error: type[Exception]
) -> None:
    use(make)
    with pytest.raises(error):
        run(job(movie, tmp_path))
    assert not (tmp_path / "out").exists()


def test_cancelling_takes_effect_within_a_frame_and_leaves_nothing(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    made: list[int] = []

    def check() -> None:
        if made and made[-1] == 2:
            raise Cancelled

    hooks = Hooks(lambda told: made.append(told.done), lambda picture: None, check)
    with pytest.raises(Cancelled):
        run_job(job(movie, tmp_path), hooks)
    assert made[-1] == 2
    assert not (tmp_path / "out").exists()


def test_a_taken_path_is_refused_before_anything_is_made(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(failing)
    taken = tmp_path / "mine.mov"
    taken.write_bytes(b"precious")
    with pytest.raises(OutputExists):
        run(job(movie, tmp_path, folder="", path=str(taken)))
    assert taken.read_bytes() == b"precious"


def test_a_recipe_whose_result_was_removed_gives_way(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    path = tmp_path / "mine.mov"
    run(job(movie, tmp_path, folder="", path=str(path)))
    path.unlink()
    again, _, _ = run(job(movie, tmp_path, folder="", path=str(path)))
    assert read_recipe(Path(again.recipe)).job.output.path == str(path)
    assert path.is_file()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_source_is_never_written_over(
    use: Callable[..., None], movie: Media, tmp_path: Path, overwrite: bool
) -> None:
    use(play)
    before = Path(movie.path).read_bytes()
    link = tmp_path / "alias.mov"
    link.symlink_to(movie.path)
    for path in (movie.path, str(link)):
        asked = job(movie, tmp_path, folder="", path=path, overwrite=overwrite, format="h264")
        with pytest.raises((PathNotPermitted, OutputExists)):
            run(asked)
    assert Path(movie.path).read_bytes() == before


def test_a_result_that_cannot_be_replaced_keeps_its_recipe(
    use: Callable[..., None], movie: Media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(play)
    path = tmp_path / "mine.mov"
    first, _, _ = run(job(movie, tmp_path, folder="", path=str(path)))
    recipe = Path(first.recipe).read_bytes()

    def held_open(*_: object, **__: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr("afterframe.media.writer.replace_open", held_open, raising=False)
    monkeypatch.setattr(Path, "replace", held_open)
    with pytest.raises(NotWritable):
        run(job(movie, tmp_path, folder="", path=str(path), overwrite=True))
    assert Path(first.recipe).read_bytes() == recipe
    assert sorted(entry.name for entry in tmp_path.iterdir() if "mine" in entry.name) == [
        "mine.afterframe.json",
        "mine.mov",
    ]


def test_the_shape_of_pixels_goes_through(use: Callable[..., None], tmp_path: Path) -> None:
    use(play)
    wide = Fraction(64, 45)
    path = numbered_movie(
        tmp_path / "pal.mov", frames=24, rate=RATE, size=(180, 144), pixel_aspect=wide
    )
    asked = job(Media("movie", str(path)), tmp_path, at=100)
    result, _, _ = run(asked)
    with open_media(Media("movie", result.path)) as source:
        assert source.info.pixel_aspect == wide
    square, _, _ = run(replace(asked, id=new_id(), output=replace(asked.output, size=(256, 144))))
    with open_media(Media("movie", square.path)) as source:
        assert source.info.pixel_aspect == 1
        assert read_number(to_rgb8(source.read(0))) == 4
    same, _, _ = run(replace(asked, id=new_id(), output=replace(asked.output, size=(180, 144))))
    with open_media(Media("movie", same.path)) as source:
        assert (source.info.width, source.info.pixel_aspect) == (180, 1)


def test_a_failure_keeps_the_file_that_was_to_be_replaced(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(failing)
    taken = tmp_path / "mine.mov"
    taken.write_bytes(b"precious")
    with pytest.raises(EngineFailed):
        run(job(movie, tmp_path, folder="", path=str(taken), overwrite=True))
    assert taken.read_bytes() == b"precious"


def test_another_shape_is_filled_and_cropped_never_stretched(
    use: Callable[..., None], movie: Media, tmp_path: Path
) -> None:
    use(play)
    result, _, _ = run(job(movie, tmp_path, size=(112, 112), format="ffv1"))
    assert result.size == (112, 112)
    with open_media(Media("movie", result.path)) as made, open_media(movie) as source:
        whole = to_rgb8(source.read(7)).astype(float)
        square = to_rgb8(made.read(0)).astype(float)
    middle = whole[:, 40:152]
    assert np.abs(square - middle).mean() < 3


def test_a_display_engine_sees_display_values_and_linear_light_comes_back(
    use: Callable[..., None], tmp_path: Path
) -> None:
    linear = np.random.default_rng(0).uniform(0, 1, (64, 96, 3)).astype(np.float16)
    linear[:8] = 4.0
    still = write_picture(tmp_path / "light.exr", linear)
    seen: list[Frame] = []

    def copy(request: Request, context: Context) -> Iterator[Frame]:
        for _ in range(request.frames):
            seen.append(request.source.read(0))
            yield replace(seen[-1])  # as if made: what is handed on itself comes back to the bit

    use(copy, replace(CARD, pixels="display", alpha="dropped"))
    asked = job(Media("still", str(still)), tmp_path, frames=2)
    result, _, _ = run(replace(asked, clip=replace(asked.clip, media_range=Span(0, 1))))
    assert float(seen[0].planes[0].max()) == pytest.approx(1.0)
    mean = np.mean([plane.mean() for plane in seen[0].planes])
    assert mean > linear[8:].mean() + 0.1
    with open_media(Media("sequence", result.path, first=result.first)) as source:
        back = np.dstack([plane.astype(float) for plane in source.read(0).planes[:3]])
    assert np.abs(back[8:] - linear[8:].astype(float)).max() < 2e-3
    (note,) = result.notes
    assert note.params["percent"] == 12.5
    assert "12.5 %" in note.text()


@pytest.fixture
def plate(tmp_path: Path) -> str:
    """Twenty-four pictures from 1001 on; 1010 is gone."""
    path = numbered_sequence(tmp_path / "plate", 24)
    Path(path.replace("####", "1010")).unlink()
    return path


def test_holes_end_a_whole_clips_job_before_any_work(
    use: Callable[..., None], plate: str, tmp_path: Path
) -> None:
    use(play)
    whole = replace(job(Media("sequence", plate, first=1001), tmp_path), effect="retime", at=None)
    with pytest.raises(SequenceHoles, match="1010"):
        run(whole)
    assert not (tmp_path / "out").exists()


def test_an_effect_on_one_frame_does_not_mind_holes_elsewhere(
    use: Callable[..., None], plate: str, tmp_path: Path
) -> None:
    use(play)
    result, _, _ = run(job(Media("sequence", plate, first=1001), tmp_path, frames=2))
    assert numbers(result) == [7, 8]


def test_what_stands_for_missing_pictures_is_told(
    use: Callable[..., None], plate: str, tmp_path: Path
) -> None:
    use(play)
    result, _, _ = run(job(Media("sequence", plate, first=1001, holes="hold"), tmp_path))
    assert numbers(result) == [7, 8, 8, 10, 11]
    assert [note.id for note in result.notes] == ["note.holes_hold"]
