"""Pictures that the host has rendered are kept whole beside the results, or it is told why not."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from afterframe_hosts import orders
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.errors import AfterframeError, DiskFull, NotWritable


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    (tmp_path / "rendered").mkdir()
    found = [tmp_path / "rendered" / f"picture.{number}.png" for number in (1, 2)]
    for picture in found:
        picture.write_bytes(bytes(3 << 19))
    return found


def test_pictures_are_kept(pictures: list[Path], tmp_path: Path) -> None:
    kept = tmp_path / "Afterframe" / "captured" / "ab"
    orders._keep(pictures, kept)
    assert sorted(each.name for each in kept.iterdir()) == ["picture.1.png", "picture.2.png"]
    assert list(kept.parent.iterdir()) == [kept]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_nothing_half_is_left(
    pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(shutil, "copyfile", _failing_at("picture.2.png", number))
    error = _refusal(pictures, tmp_path / "Afterframe")
    assert isinstance(error, DiskFull)
    assert error.params["needed_mb"] == 3
    assert list((tmp_path / "Afterframe" / "captured").iterdir()) == []


def test_a_folder_that_takes_nothing_is_told(pictures: list[Path], tmp_path: Path) -> None:
    (tmp_path / "Afterframe").write_text("a file in the folder's place")
    error = _refusal(pictures, tmp_path / "Afterframe")
    assert isinstance(error, NotWritable)
    assert error.params["folder"] == str(tmp_path / "Afterframe")


def test_the_same_pictures_kept_by_another_meanwhile_are_taken(
    pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "captured" / "ab"

    def faster(picture: Path, target: Path) -> None:
        kept.mkdir(exist_ok=True)
        (kept / picture.name).write_bytes(b"theirs")

    monkeypatch.setattr(shutil, "copyfile", faster)
    orders._keep(pictures, kept)
    assert list(kept.parent.iterdir()) == [kept]


def test_a_movie_that_is_written_again_is_the_same_pictures(tmp_path: Path) -> None:
    first, again, other = (tmp_path / name / "range.mov" for name in ("first", "again", "other"))
    for path, day, level in ((first, 1, 9), (again, 2, 9), (other, 2, 8)):
        path.parent.mkdir()
        with av.open(str(path), "w") as movie:
            movie.metadata["creation_time"] = f"2026-01-0{day}T00:00:00Z"
            stream = movie.add_stream("mpeg4", 24)
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
            picture = av.VideoFrame.from_ndarray(np.full((48, 32), level, np.uint8), "yuv420p")
            movie.mux([*stream.encode(picture), *stream.encode(None)])
    assert first.read_bytes() != again.read_bytes()
    assert orders._digest([first]) == orders._digest([again])
    assert orders._digest([first]) != orders._digest([other])


def test_a_png_that_is_written_again_is_the_same_picture(tmp_path: Path) -> None:
    def png(name: str, time: bytes, pixels: bytes) -> Path:
        path = tmp_path / name / "still.png"
        path.parent.mkdir()
        chunks = ((b"IHDR", bytes(13)), (b"tIME", time), (b"IDAT", pixels), (b"IEND", b""))
        parts = (len(data).to_bytes(4, "big") + kind + data + bytes(4) for kind, data in chunks)
        path.write_bytes(orders.PNG + b"".join(parts))
        return path

    first, again = png("first", b"1234567", b"some"), png("again", b"7654321", b"some")
    assert orders._digest([first]) == orders._digest([again])
    assert orders._digest([first]) != orders._digest([png("other", b"1234567", b"more")])


@pytest.mark.parametrize("data", [b"", bytes(1), bytes(40), b"\0\0\0\x01mdat", orders.PNG])
def test_what_is_neither_counts_as_it_is(tmp_path: Path, data: bytes) -> None:
    names = [orders._digest([_written(tmp_path / "one", data + tail)]) for tail in (b"a", b"b")]
    assert names[0] != names[1]


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _failing_at(name: str, number: int) -> Callable[[Path, Path], Any]:
    whole = shutil.copyfile

    def copy(picture: Path, target: Path) -> Any:
        if picture.name == name:
            raise OSError(number, "no")
        return whole(picture, target)

    return copy


def _refusal(pictures: list[Path], folder: Path) -> AfterframeError:
    with pytest.raises(AfterframeError) as told:
        orders._keep(pictures, folder / "captured" / "ab")
    return told.value


def test_numbered_pictures_that_were_rendered_again_are_another_medium(tmp_path: Path) -> None:
    for number in range(1, 6):
        (tmp_path / f"plate.{number:04}.exr").write_bytes(b"before")
    media = Media("sequence", str(tmp_path / "plate.####.exr"), first=1)
    clip = Clip("plate", media, Span(1, 3), Span(100, 3), Fraction(24))
    before = orders._stamp(clip)
    (tmp_path / "plate.0005.exr").write_bytes(b"of no clip")
    assert orders._stamp(clip) == before
    (tmp_path / "plate.0003.exr").write_bytes(b"a new render")
    assert orders._stamp(clip) != before


def test_a_clip_without_a_file_is_the_same_whatever_happens_in_its_folder(tmp_path: Path) -> None:
    clip = Clip("nest", Media("still", str(tmp_path)), Span(0, 1), Span(100, 3), Fraction(24))
    assert orders._stamp(clip) == ""
