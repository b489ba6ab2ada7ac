"""``afterframe probe``: what a medium is, said to people and to programs."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from tests.e2e.conftest import Run, answer
from tests.makers import numbered_movie, numbered_sequence

RATE = Fraction(30000, 1001)


def test_a_movie_is_described(afterframe: Run, tmp_path: Path) -> None:
    movie = numbered_movie(
        tmp_path / "a.mov", 10, RATE, codec="prores_ks", pix_fmt="yuv422p10le",
        timecode="01:00:00;00", pixel_aspect=Fraction(4, 3),
    )  # fmt: skip
    done = afterframe("probe", "--check", movie)
    assert done.returncode == 0, done.stderr
    for said in ("prores", "192 x 112, pixels 4/3", "10 at 29.97 (30000/1001)", "4:2:2, 10 bits"):
        assert said in done.stdout
    assert "01:00:00;00" in done.stdout


def test_programs_get_the_same_as_json(afterframe: Run, tmp_path: Path) -> None:
    sequence = numbered_sequence(tmp_path, 6, suffix="exr")
    (told,) = answer(afterframe("probe", "--json", sequence))
    assert told["media"]["frames"] == 6
    assert told["media"]["format"]["floating"] is True


def test_what_cannot_be_read_is_told_and_the_rest_described(
    afterframe: Run, tmp_path: Path
) -> None:
    movie = numbered_movie(tmp_path / "a.mp4", 10)
    (tmp_path / "b.mp4").write_bytes(movie.read_bytes()[:2000])
    done = afterframe("probe", tmp_path / "b.mp4", movie)
    assert done.returncode == 1
    assert "b.mp4" in done.stderr
    assert "10 at 25 a second" in done.stdout


def test_checking_finds_the_picture_that_is_missing(afterframe: Run, tmp_path: Path) -> None:
    sequence = numbered_sequence(tmp_path, 6)
    Path(sequence.replace("####", "1003")).unlink()
    assert afterframe("probe", sequence).returncode == 0
    done = afterframe("probe", "--check", sequence)
    assert done.returncode == 1
    assert "1003" in done.stderr
