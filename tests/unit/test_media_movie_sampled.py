"""Long movies are indexed by samples, and still exact; where samples deceive, all of it is read."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import av
import pytest

from afterframe.media.movie_index import MovieIndex, index_of
from afterframe.media.movie_sampled import LONG_SECONDS
from afterframe.media.source import Source, open_media
from afterframe_hosts.wire.clip import Media
from tests.makers import numbered_movie, read_number

RATE = Fraction(5)
FRAMES = int((LONG_SECONDS + 20) * RATE)


def made(path: Path, gop: int = 40, open_gop: int = 0) -> Path:
    parameters = f"scenecut=0:open-gop={open_gop}:keyint={gop}:min-keyint={gop}"
    return numbered_movie(
        path, FRAMES, RATE, (96, 64), gop=gop, b_frames=3,
        options={"preset": "ultrafast", "x264-params": parameters},
    )  # fmt: skip


def opened(path: Path) -> Source:
    return open_media(Media("movie", str(path)))


def number_at(source: Source, index: int) -> int:
    return read_number(source.read(index).planes[0])


def indexed(path: Path, *, full: bool = False) -> MovieIndex:
    index = index_of(str(path), 0, full=full)
    assert index is not None
    return index


def without(path: Path, source: Path, left_out: set[int]) -> Path:
    """Copy a movie without some of its packets."""
    with av.open(str(source)) as whole, av.open(str(path), "w") as part:
        stream = whole.streams.video[0]
        copy = part.add_stream_from_template(stream)
        for number, packet in enumerate(whole.demux(stream)):
            if packet.pts is not None and packet.dts is not None and number not in left_out:
                packet.stream = copy
                part.mux(packet)
    return path


@pytest.mark.parametrize("open_gop", [0, 1], ids=["closed", "open"])
@pytest.mark.parametrize("suffix", ["mkv", "ts"])
def test_samples_tell_what_all_of_a_long_movie_tells(
    suffix: str, open_gop: int, tmp_path: Path
) -> None:
    path = made(tmp_path / f"a.{suffix}", open_gop=open_gop)
    sampled, full = indexed(path), indexed(path, full=True)
    assert sampled.sampled
    assert not full.sampled
    assert (sampled.frames, sampled.rate) == (full.frames, full.rate) == (FRAMES, RATE)
    with opened(path) as source:
        edges = [0, FRAMES - 1, 39, 40, 41, 38, FRAMES - 41]
        for index in (*edges, *random.Random(1).sample(range(FRAMES), 40)):
            assert number_at(source, index) == index
        assert [number_at(source, index) for index in range(700, 600, -1)] == [*range(700, 600, -1)]
        assert [number_at(source, index) for index in range(300, 420)] == [*range(300, 420)]


@pytest.mark.parametrize("suffix", ["mkv", "ts"])
@pytest.mark.parametrize("index", [5, FRAMES // 2 + 3, FRAMES - 5])
def test_any_picture_of_a_long_movie_can_be_the_first(
    index: int, suffix: str, tmp_path: Path
) -> None:
    with opened(made(tmp_path / f"a.{suffix}", gop=250)) as source:
        assert number_at(source, index) == index


@pytest.mark.parametrize("suffix", ["mkv", "ts"])
def test_a_picture_missing_between_the_samples_is_held_over(suffix: str, tmp_path: Path) -> None:
    whole = made(tmp_path / f"whole.{suffix}", gop=1)
    gone = 703
    path = without(tmp_path / f"part.{suffix}", whole, {gone})
    assert indexed(path).sampled
    with opened(path) as source:
        assert source.info.frames == FRAMES
        assert number_at(source, gone + 1) == gone + 1
        assert number_at(source, gone) == gone - 1
        assert number_at(source, FRAMES - 9) == FRAMES - 9
        list(source.frames(gone - 2, 4))
        assert [note.params for note in source.notes()] == [{"held": 1, "dropped": 0}]


def test_a_long_movie_whose_times_jump_between_two_halves_is_read_through(tmp_path: Path) -> None:
    part = made(tmp_path / "part.ts")
    path = tmp_path / "both.ts"
    path.write_bytes(part.read_bytes() * 2)
    assert not indexed(path).sampled
    with opened(path) as source:
        assert source.info.frames == 2 * FRAMES
        assert number_at(source, FRAMES + 300) == 300


def test_a_long_movie_of_uneven_pictures_is_no_grid(tmp_path: Path) -> None:
    path = numbered_movie(
        tmp_path / "a.mkv", 700, Fraction(5), (96, 64), gop=30, lengths=[1, 2, 3, 5, 1],
        options={"preset": "ultrafast"},
    )  # fmt: skip
    index = indexed(path)
    assert not index.sampled
    assert index.uneven
