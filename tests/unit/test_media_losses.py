"""What a format does not hold is told, and only that."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from afterframe.media.formats import choose, delivery_format
from afterframe.media.frame import ColourTags, HdrMetadata, MediaInfo, PixelFormat
from afterframe.media.losses import losses

HD, PQ = ColourTags(1, 1, 1), ColourTags(9, 16, 9)
SRGB = ColourTags(1, 13, 0, full_range=True)
LINEAR = ColourTags(1, 8, 0, full_range=True, premultiplied=True)
RATE = Fraction(25)
LIGHT = HdrMetadata(max_cll=1000, max_fall=400)


def info(pixels: PixelFormat, colour: ColourTags, **more: object) -> MediaInfo:
    return MediaInfo(1920, 1080, 10, RATE, pixels, colour, **more)  # type: ignore[arg-type]


def told(name: str, source: MediaInfo, rate: Fraction = RATE, **travelling: str) -> list[str]:
    notes = losses(delivery_format(name), source, rate, **travelling)
    return [note.id.removeprefix("note.") for note in notes]


def yuv(depth: int, subsampling: tuple[int, int], alpha: bool = False) -> PixelFormat:
    return PixelFormat("yuv", depth, alpha=alpha, subsampling=subsampling)


@pytest.mark.parametrize(
    ("pixels", "colour"),
    [
        (yuv(8, (1, 1)), HD),
        (yuv(8, (1, 1)), replace(HD, full_range=True)),
        (yuv(8, (0, 0)), HD),
        (yuv(10, (1, 0)), HD),
        (yuv(10, (1, 0)), PQ),
        (yuv(10, (0, 0)), PQ),
        (yuv(8, (1, 1)), ColourTags(5, 6, 5)),
        (yuv(8, (1, 1)), ColourTags()),
        (yuv(10, (0, 0), alpha=True), HD),
        (PixelFormat("rgb", 8), SRGB),
        (PixelFormat("rgb", 8), replace(SRGB, primaries=12)),
        (PixelFormat("rgb", 8, alpha=True), SRGB),
        (PixelFormat("rgb", 16, floating=True, alpha=True), LINEAR),
        (PixelFormat("grey", 8), SRGB),
    ],
)
def test_what_is_chosen_by_itself_loses_nothing(pixels: PixelFormat, colour: ColourTags) -> None:
    source = info(pixels, colour)
    assert told(choose(source), source, start_timecode="01:00:00:00", reel="A001") == []


@pytest.mark.parametrize(
    ("name", "pixels", "colour", "lost"),
    [
        ("h264", yuv(10, (1, 0)), HD, ["detail_lost"]),
        ("hevc_10", yuv(10, (1, 1)), PQ, []),
        ("dnxhr_hq", yuv(8, (1, 1)), replace(HD, full_range=True), ["detail_lost"]),
        ("dnxhr_hq", yuv(8, (0, 0)), HD, ["detail_lost"]),
        ("dnxhr_hqx", PixelFormat("rgb", 8, alpha=True), SRGB, ["detail_lost", "alpha_lost"]),
        ("png", PixelFormat("rgb", 16, floating=True), LINEAR, ["detail_lost"]),
        ("prores_422_hq", yuv(10, (1, 0)), ColourTags(1, 1, 4), ["tags_lost"]),
        ("prores_422_hq", yuv(10, (1, 0)), ColourTags(1, 4, 1), ["tags_lost"]),
        ("tiff", yuv(8, (1, 1)), PQ, ["tags_lost"]),
        ("png", yuv(8, (1, 1)), PQ, []),
    ],
)
def test_what_a_chosen_format_lacks_is_told(
    name: str, pixels: PixelFormat, colour: ColourTags, lost: list[str]
) -> None:
    assert told(name, info(pixels, colour)) == lost


@pytest.mark.parametrize(
    ("name", "rate", "lost"),
    [
        ("png", RATE, ["timecode_lost"]),
        ("tiff", RATE, ["timecode_lost", "reel_lost"]),
        ("exr", RATE, []),
        ("exr", Fraction(50), ["timecode_lost"]),
        ("ffv1", Fraction(50), []),
    ],
)
def test_a_timecode_or_reel_without_a_place_is_told(
    name: str, rate: Fraction, lost: list[str]
) -> None:
    source = info(PixelFormat("rgb", 8), SRGB)
    assert told(name, source, rate, start_timecode="01:00:00:00", reel="A001") == lost
    assert told(name, source, rate) == []
    assert told(name, source, rate, start_timecode="00:00:00:00") == []


@pytest.mark.parametrize(
    ("name", "hdr", "lost"),
    [
        ("prores_422_hq", LIGHT, []),
        ("ffv1", LIGHT, ["hdr_metadata_lost"]),
        ("hevc_10", replace(LIGHT, luminance=(Fraction(0), Fraction(1000))), ["hdr_metadata_lost"]),
    ],
)
def test_hdr_metadata_without_a_place_are_told(
    name: str, hdr: HdrMetadata, lost: list[str]
) -> None:
    assert told(name, info(yuv(10, (1, 1)), PQ, hdr=hdr)) == lost
