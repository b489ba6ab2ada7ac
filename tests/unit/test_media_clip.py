"""A medium without a timeline, as a clip: which kind, how long, and from which timecode on."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from afterframe.core.clips import media_frame
from afterframe.errors import MediaMissing, MediaUnreadable, NoPicture
from afterframe.media.clip import find_media, media_clip
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media, Span
from tests import makers

NTSC = Fraction(30000, 1001)


def test_a_movie_is_a_clip_at_its_own_rate_and_timecode(tmp_path: Path) -> None:
    movie = makers.numbered_movie(
        tmp_path / "shot.v1.mov", 10, NTSC, timecode="01:00:00;00", b_frames=0
    )
    clip = media_clip(movie, Fraction(24))
    assert (clip.name, clip.rate, clip.size) == ("shot.v1", NTSC, (192, 112))
    assert (clip.media_range, clip.record_range) == (Span(0, 10), Span(107892, 10))
    assert media_frame(clip, 107895) == 3
    assert (clip.media.kind, clip.document, clip.item) == ("movie", "", "")


def test_a_movie_without_timecode_begins_at_zero(tmp_path: Path) -> None:
    clip = media_clip(makers.numbered_movie(tmp_path / "shot.mp4", 5))
    assert clip.record_range == Span(0, 5)


def test_a_lone_picture_is_a_still_of_one_frame(tmp_path: Path) -> None:
    photo = makers.numbered_still(tmp_path / "IMG_0012.PNG", 7)
    clip = media_clip(photo)
    assert clip.media == Media("still", str(photo))
    assert (clip.record_range, clip.rate, clip.size) == (Span(0, 1), Fraction(24), (96, 64))
    assert media_clip(photo, NTSC).rate == NTSC


def test_a_numbered_picture_is_the_sequence_that_begins_with_it(tmp_path: Path) -> None:
    pattern = makers.numbered_sequence(tmp_path, 6, first=1001)
    clip = media_clip(tmp_path / "plate.1003.png", Fraction(25))
    assert clip.media == Media("sequence", pattern, first=1003, rate=Fraction(25))
    assert (clip.name, clip.rate, clip.media_range) == ("plate.1003", Fraction(25), Span(0, 4))
    last = media_clip(tmp_path / "plate.1006.png")
    assert last.media.kind == "still"


@pytest.mark.parametrize(("head", "kind"), [("", "still"), ("a.", "still"), ("a_", "still"),
                                            ("a", "sequence")])  # fmt: skip
def test_a_number_below_zero_begins_no_sequence_upwards(
    head: str, kind: str, tmp_path: Path
) -> None:
    for number in (1, 2):
        makers.numbered_still(tmp_path / f"{head}-{number:04d}.png", number)
    assert find_media(tmp_path / f"{head}-0001.png").kind == kind


def test_an_animated_png_is_a_movie(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with av.open(str(path), "w", format="apng") as container:
        stream = container.add_stream("apng", rate=10)
        stream.width, stream.height, stream.pix_fmt = 16, 8, "rgb24"
        for level in (10, 90, 200):
            picture = av.VideoFrame.from_ndarray(np.full((8, 16, 3), level, np.uint8), "rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with open_media(find_media(path)) as source:
        assert (source.info.frames, source.info.rate) == (3, 10)
        assert [int(source.read(n).planes[0][0, 0]) for n in range(3)] == [10, 90, 200]


def test_marks_name_a_whole_sequence(tmp_path: Path) -> None:
    pattern = makers.numbered_sequence(tmp_path / "plates", 6, first=98, padding=2)
    clip = media_clip(Path(pattern))
    assert clip.media == Media("sequence", pattern, first=98)
    assert (clip.name, clip.media_range) == ("plate", Span(0, 6))


@pytest.mark.parametrize(
    ("name", "beside", "kind"),
    [
        ("a9.png", "a10.png", "sequence"), ("a009.png", "a10.png", "still"),
        ("2024.png", "2025.png", "sequence"), ("a1b.png", "a2b.png", "sequence"),
        ("a1.png", "b2.png", "still"), ("a1.png", "a2.jpg", "still"), ("a.png", "b.png", "still"),
        ("a.mov", "b.mov", "movie"), ("a1.mov", "a2.mov", "movie"), ("a", "b", "movie"),
    ],
)  # fmt: skip
def test_pictures_are_a_sequence_only_with_their_next_one(
    tmp_path: Path, name: str, beside: str, kind: str
) -> None:
    for each in (name, beside):
        (tmp_path / each).touch()
    assert find_media(tmp_path / name).kind == kind


@pytest.mark.parametrize("name", ["photo #1.png", "a.####.png", "#.png"])
def test_a_file_with_a_number_sign_in_its_name_is_that_file(tmp_path: Path, name: str) -> None:
    photo = makers.numbered_still(tmp_path / name, 7)
    makers.numbered_still(tmp_path / "photo #2.png", 8)
    assert media_clip(photo).media == Media("still", str(photo))


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
@pytest.mark.parametrize("suffix", [".png", ".mov"])
def test_a_name_that_is_not_text_is_told_in_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9" + suffix.encode())
    try:
        path.write_bytes(b"any")
    except OSError:
        pytest.skip("this file system takes no such name")
    with pytest.raises(MediaUnreadable, match="rename it") as told:
        media_clip(path)
    assert str(told.value).encode()


def test_what_cannot_be_a_clip_says_why(tmp_path: Path) -> None:
    with pytest.raises(MediaMissing):
        media_clip(tmp_path / "none.mov")
    with pytest.raises(MediaMissing):
        media_clip(tmp_path / "none.####.exr")
    with pytest.raises(MediaMissing):
        media_clip(tmp_path / "none" / "none.####.exr")
    with pytest.raises(NoPicture):
        media_clip(makers.sound_only(tmp_path / "sound.wav"))
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(MediaUnreadable):
        media_clip(tmp_path / "text.png")


def test_a_sequence_has_the_rate_that_its_headers_say_unless_another_is_given(
    tmp_path: Path,
) -> None:
    for number in (1, 2):
        picture = np.zeros((4, 4, 3), np.float16)
        makers.write_picture(tmp_path / f"a.{number}.exr", picture, captureRate=29.97)
    assert media_clip(tmp_path / "a.#.exr").rate == Fraction(30000, 1001)
    assert media_clip(tmp_path / "a.#.exr", Fraction(25)).rate == 25
