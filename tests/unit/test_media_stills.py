"""Stills and sequences are read as they are stored."""

from __future__ import annotations

import gc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
import pytest
from numpy.typing import NDArray

from afterframe.errors import (
    AfterframeError,
    FrameOutside,
    MediaMissing,
    MediaUnreadable,
    SequenceHoles,
)
from afterframe.media.display import to_rgb8
from afterframe.media.frame import Frame, PixelFormat
from afterframe.media.primaries import BY_SPACE
from afterframe.media.sequence import in_words
from afterframe.media.source import open_media, probe
from afterframe.media.stills import numbered
from afterframe_hosts.wire.clip import Media
from tests.makers import numbered_sequence, numbered_still, read_number, write_picture
from tests.media import shared

SHAPE = (20, 30)


def noise(channels: int, dtype: type[np.generic], top: int = 0) -> NDArray[Any]:
    random = np.random.default_rng(5)
    if np.issubdtype(dtype, np.floating):
        return (random.random((*SHAPE, channels)) * 4 - 1).astype(dtype)
    return random.integers(0, top or np.iinfo(dtype).max + 1, (*SHAPE, channels)).astype(dtype)


def read(path: Path) -> Frame:
    with open_media(Media("still", str(path))) as source:
        return source.read(0)


def stacked(frame: Frame) -> NDArray[Any]:
    return np.stack(frame.planes, axis=2)


@pytest.mark.parametrize(
    ("name", "channels", "dtype", "pixels"),
    [
        ("a.png", 3, np.uint8, PixelFormat("rgb", 8)),
        ("a.png", 4, np.uint8, PixelFormat("rgb", 8, alpha=True)),
        ("a.png", 1, np.uint8, PixelFormat("grey", 8)),
        ("a.png", 2, np.uint8, PixelFormat("grey", 8, alpha=True)),
        ("a.png", 3, np.uint16, PixelFormat("rgb", 16)),
        ("a.tif", 3, np.uint8, PixelFormat("rgb", 8)),
        ("a.tif", 4, np.uint16, PixelFormat("rgb", 16, alpha=True)),
        ("a.tif", 3, np.float32, PixelFormat("rgb", 32, True)),
        ("a.exr", 3, np.float16, PixelFormat("rgb", 16, True)),
        ("a.exr", 4, np.float16, PixelFormat("rgb", 16, True, True)),
        ("a.exr", 3, np.float32, PixelFormat("rgb", 32, True)),
    ],
)
def test_samples_are_kept_bit_by_bit(
    name: str, channels: int, dtype: type[np.generic], pixels: PixelFormat, tmp_path: Path
) -> None:
    array = noise(channels, dtype)
    straight = {"oiio:UnassociatedAlpha": 1} if not name.endswith("exr") else {}
    frame = read(write_picture(tmp_path / name, array, **straight))
    assert frame.format == pixels
    np.testing.assert_array_equal(stacked(frame), array)


@pytest.mark.parametrize("bits", [10, 12])
def test_dpx_keeps_its_true_depth(bits: int, tmp_path: Path) -> None:
    values = noise(3, np.uint16, 2**bits)
    shifted = (values << (16 - bits)) | (values >> (2 * bits - 16))
    path = write_picture(tmp_path / "a.dpx", shifted, **{"oiio:BitsPerSample": bits})
    frame = read(path)
    assert frame.format == PixelFormat("rgb", bits)
    np.testing.assert_array_equal(stacked(frame), values)


def test_a_picture_that_is_called_a_movie_is_read_as_a_still(tmp_path: Path) -> None:
    path = numbered_still(tmp_path / "still.png", 7)
    for _ in range(3):  # FFmpeg's reader of PNG files ended the process when it was collected
        with open_media(Media("movie", str(path))) as source:
            assert source.info.frames == 1
            assert read_number(to_rgb8(source.read(0))) == 7
        gc.collect()


def test_colour_is_told_by_the_file(tmp_path: Path) -> None:
    png = read(write_picture(tmp_path / "a.png", noise(3, np.uint8)))
    exr = read(write_picture(tmp_path / "a.exr", noise(4, np.float16)))
    acescg = read(
        write_picture(tmp_path / "b.exr", noise(3, np.float16), **{"oiio:ColorSpace": "ACEScg"})
    )
    assert (png.colour.primaries, png.colour.transfer, png.colour.full_range) == (1, 13, True)
    assert (exr.colour.transfer, exr.colour.premultiplied) == (8, True)
    assert (acescg.colour.space, acescg.colour.transfer) == ("lin_ap1_scene", 8)


def test_a_data_window_is_placed_in_its_display_window(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    spec = oiio.ImageSpec(8, 6, 3, oiio.HALF)
    spec.x, spec.y, spec.full_width, spec.full_height = 4, 3, 20, 10
    out = oiio.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(np.ones((6, 8, 3), np.float16))
    assert out.close()
    plane = read(path).planes[0]
    assert plane.shape == (10, 20)
    assert plane[3:9, 4:12].min() == 1
    assert plane.sum() == 48


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_read_upright(orientation: int, tmp_path: Path) -> None:
    upright = np.zeros((24, 32, 3), np.uint8)
    upright[:8, :8] = 255  # the corner at the top left
    turned = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: np.rot90(upright, -1),
    }[orientation]
    path = write_picture(tmp_path / "a.png", np.ascontiguousarray(turned), Orientation=orientation)
    frame = read(path)
    np.testing.assert_array_equal(stacked(frame), upright)


def test_a_still_stands_as_long_as_it_is_wanted(tmp_path: Path) -> None:
    with open_media(Media("still", str(numbered_still(tmp_path / "a.png", 7)))) as source:
        assert source.info.frames == 1
        assert source.info.rate is None
        assert read_number(stacked(source.read(500))) == 7
        with pytest.raises(FrameOutside):
            source.read(-1)


def test_a_phones_photo_is_refused_by_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.HEIC"
    path.write_bytes(b"\0\0\0\x24ftypheic" + bytes(99))
    with pytest.raises(MediaUnreadable, match="HEIC"):
        probe(Media("still", str(path)))


@pytest.mark.parametrize("suffix", ["png", "tif", "exr", "jpg"])
def test_a_sequence_counts_from_its_first_number(suffix: str, tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 12, first=1001, suffix=suffix)
    (tmp_path / f"plate.{suffix}").write_bytes(b"not one of them")
    with open_media(Media("sequence", path, first=1001, rate=Fraction(24))) as source:
        assert (source.info.frames, source.info.rate) == (12, 24)
        for index in (0, 11, 5, 5, 4):
            assert read_number(stacked(source.read(index))) == index
        with pytest.raises(FrameOutside):
            source.read(12)


def test_a_sequence_may_start_later_than_its_files_do(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 12, first=1001)
    with open_media(Media("sequence", path, first=1005)) as source:
        assert source.info.frames == 8
        assert read_number(stacked(source.read(0))) == 4


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 12, first=1001)
    Path(numbered(path, 1004)).unlink()
    with open_media(Media("sequence", path, first=1001)) as source:
        assert source.info.frames == 12
        with pytest.raises(MediaMissing, match=r"plate\.1004\.png"):
            source.read(3)
        assert read_number(stacked(source.read(4))) == 4


def test_a_sequence_without_its_first_picture_is_missing(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 3, first=1001)
    with pytest.raises(MediaMissing, match=r"plate\.1000\.png"):
        probe(Media("sequence", path, first=1000))


def test_a_picture_of_another_size_in_a_sequence_is_told(tmp_path: Path) -> None:
    path = numbered_sequence(tmp_path, 3, first=1)
    numbered_still(Path(numbered(path, 2)), 1, size=(48, 32))
    with open_media(Media("sequence", path, first=1)) as source:
        with pytest.raises(MediaUnreadable, match="size"):
            source.read(1)
        assert read_number(stacked(source.read(2))) == 2


@pytest.mark.parametrize(
    ("path", "number", "file"),
    [
        ("/a/p.####.exr", 7, "/a/p.0007.exr"),
        ("/a/p.####.exr", 12345, "/a/p.12345.exr"),
        ("/a#1/p_#.png", 9, "/a#1/p_9.png"),
        ("/a/take#2_###.png", 9, "/a/take#2_009.png"),
    ],
)
def test_the_last_run_of_marks_is_the_number(path: str, number: int, file: str) -> None:
    assert numbered(path, number) == file


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, MediaMissing), (b"", MediaUnreadable), (b"no picture" * 50, MediaUnreadable)],
)
def test_what_is_no_picture_is_told(
    content: bytes | None, error: type[AfterframeError], tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error):
        probe(Media("still", str(path)))


def test_a_picture_that_breaks_off_is_unreadable(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "a.tif", noise(3, np.uint16))
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(MediaUnreadable):
        probe(Media("still", str(path)))


def half(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


@pytest.mark.parametrize("attributes", [{}, {"jpeg:progressive": 1}])
@pytest.mark.parametrize(
    "cut",
    [half, lambda whole: half(whole) + b"\xff\xd9", lambda whole: whole[:-10]],
    ids=["half", "half with an end mark", "ten bytes"],
)
def test_a_jpeg_that_breaks_off_is_unreadable(
    cut: Callable[[bytes], bytes], attributes: dict[str, Any], tmp_path: Path
) -> None:
    path = write_picture(tmp_path / "a.jpg", noise(3, np.uint8), **attributes)
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(MediaUnreadable, match="breaks off"):
        probe(Media("still", str(path)))


def test_a_jpeg_with_a_thumbnail_and_bytes_after_its_end_is_whole_until_it_is_cut(
    tmp_path: Path,
) -> None:
    path = write_picture(tmp_path / "a.jpg", noise(3, np.uint8))
    whole = path.read_bytes()
    exif = b"Exif\0\0" + whole  # a picture of its own, with its own end mark
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    photo = whole[:2] + segment + whole[2:]
    path.write_bytes(photo + b"after the end" * 300)
    assert probe(Media("still", str(path))).width == SHAPE[1]
    path.write_bytes(photo[: len(photo) - len(whole) // 3])
    with pytest.raises(MediaUnreadable, match="breaks off"):
        probe(Media("still", str(path)))


def test_a_damaged_png_is_told_and_nothing_else_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_picture(tmp_path / "a.png", noise(3, np.uint8))
    whole = path.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (whole[:20], half(whole), whole[:-16], whole[:-4], flipped):
        path.write_bytes(damaged)
        with pytest.raises(MediaUnreadable):
            probe(Media("still", str(path)))
    path.write_bytes(whole + b"after the end")
    assert probe(Media("still", str(path))).width == SHAPE[1]
    assert capfd.readouterr() == ("", "")


def test_real_photos_are_read() -> None:
    info = probe(Media("still", str(shared("photo/amber.jpg"))))
    assert (info.width, info.height, info.codec) == (1080, 1080, "jpeg")
    assert info.format == PixelFormat("rgb", 8)


@pytest.mark.parametrize("space", sorted(BY_SPACE))
def test_the_primaries_of_linear_light_are_told_by_its_chromaticities(
    space: str, tmp_path: Path
) -> None:
    spec = oiio.ImageSpec(4, 4, 3, "half")
    said = tuple(round(each, 3) for each in BY_SPACE[space])
    spec.attribute("chromaticities", oiio.TypeDesc("float[8]"), said)
    oiio.ImageBuf(spec).write(str(tmp_path / "a.exr"))
    colour = probe(Media("still", str(tmp_path / "a.exr"))).colour
    codes = {"lin_rec709_scene": 1, "lin_rec2020_scene": 9, "lin_p3d65_scene": 12}
    assert (colour.space, colour.transfer) == (space, 8)
    assert colour.primaries == codes.get(space, 2)


def test_the_reel_and_the_rate_of_a_picture_are_read(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.exr", noise(3, np.float16), reelName="A001C004", captureRate=23.976)
    (tmp_path / "a.exr").rename(tmp_path / "a.1.exr")
    info = probe(Media("sequence", str(tmp_path / "a.#.exr"), first=1))
    assert (info.reel, info.rate) == ("A001C004", Fraction(24000, 1001))


def with_holes(folder: Path) -> str:
    """Ten pictures from 1001 on; 1004, 1005 and 1008 are gone, 1007 is a renderer's placeholder."""
    path = numbered_sequence(folder, 10)
    for number in (1004, 1005, 1008):
        Path(numbered(path, number)).unlink()
    Path(numbered(path, 1007)).write_bytes(b"")
    return path


def test_holes_are_named_before_the_work(tmp_path: Path) -> None:
    with open_media(Media("sequence", with_holes(tmp_path), first=1001)) as source:
        source.check(0, 3)
        with pytest.raises(SequenceHoles, match=r"1004-1005, 1007-1008 \(4 in all\)"):
            source.check(0, 10)
        with pytest.raises(MediaMissing, match="1004"):
            source.read(3)
        with pytest.raises(FrameOutside):
            source.check(5, 6)


def test_the_picture_before_a_hole_is_held(tmp_path: Path) -> None:
    media = Media("sequence", with_holes(tmp_path), first=1001, holes="hold")
    with open_media(media) as source:
        source.check(0, 10)
        assert source.notes() == ()
        shown = [read_number(stacked(source.read(index))) for index in range(10)]
        assert shown == [0, 1, 2, 2, 2, 5, 5, 5, 8, 9]
        (note,) = source.notes()
    assert "1004-1005, 1007-1008" in note.text()


def test_black_stands_for_a_hole(tmp_path: Path) -> None:
    media = Media("sequence", with_holes(tmp_path), first=1001, holes="black")
    with open_media(media) as source:
        assert read_number(stacked(source.read(2))) == 2
        assert not stacked(source.read(3)).any()
        assert read_number(stacked(source.read(5))) == 5
        assert "1004" in source.notes()[0].text()


def test_a_sequence_may_begin_with_a_hole_that_is_filled(tmp_path: Path) -> None:
    path = with_holes(tmp_path)
    Path(numbered(path, 1001)).unlink()
    with open_media(Media("sequence", path, first=1001, holes="hold")) as source:
        assert source.info.frames == 10
        assert read_number(stacked(source.read(0))) == 1
    with pytest.raises(MediaMissing):
        open_media(Media("sequence", path, first=1001))


def test_numbers_are_told_as_runs() -> None:
    assert in_words([3]) == "3"
    assert in_words([3, 4, 5, 9, 11, 12]) == "3-5, 9, 11-12"
    assert in_words(range(0, 40, 2)) == "0, 2, 4, 6, 8, 10, 12, 14, ..."


def test_the_unused_byte_of_a_bmp_is_no_alpha(tmp_path: Path) -> None:
    header = b"BM" + (54 + 16).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    form = [40, 2, 2, 1 | 32 << 16, 0, 16, 2835, 2835, 0, 0]
    pixels = bytes([1, 2, 3, 0] * 4)
    (tmp_path / "a.bmp").write_bytes(
        header + b"".join(each.to_bytes(4, "little") for each in form) + pixels
    )
    frame = read(tmp_path / "a.bmp")
    assert frame.format == PixelFormat("rgb", 8)
    assert [int(plane[0, 0]) for plane in frame.planes] == [3, 2, 1]
