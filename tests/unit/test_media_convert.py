"""Encodings are converted exactly, and only where they differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.media.convert import (
    convert,
    display_matrix,
    downsample,
    srgb_decode,
    srgb_encode,
    upsample,
)
from afterframe.media.display import grey_proxy, rgb_frame, to_display, to_rgb8
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe.media.pix_fmt import to_av
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media
from tests.media import shared

SRGB = ColourTags(1, 13, 0, full_range=True)
HD, SD, UHD = ColourTags(1, 1, 1), ColourTags(6, 6, 6), ColourTags(9, 14, 9)
LINEAR = ColourTags(1, 8, 0, full_range=True, premultiplied=True)
YUV444 = PixelFormat("yuv", 8)
YUV420 = PixelFormat("yuv", 8, subsampling=(1, 1))
YUV422_10 = PixelFormat("yuv", 10, subsampling=(1, 0))

BARS = {
    (1, (191, 191, 0)): (168, 44, 136),
    (1, (0, 191, 191)): (145, 147, 44),
    (1, (191, 0, 191)): (63, 193, 204),
    (6, (191, 191, 0)): (162, 44, 142),
    (6, (0, 191, 0)): (112, 72, 58),
    (9, (191, 0, 0)): (59, 105, 212),
}
"""75% colours and their 8-bit code values in BT.709, BT.601 and BT.2020 (within one)."""


def solid(rgb: tuple[int, ...], size: tuple[int, int] = (8, 8)) -> Frame:
    return rgb_frame(np.full((size[1], size[0], len(rgb)), rgb, np.uint8), SRGB)


def noise(pixels: PixelFormat, colour: ColourTags, seed: int = 0) -> Frame:
    random = np.random.default_rng(seed)
    planes = tuple(
        random.integers(0, 2**pixels.depth, pixels.plane_size(n, 64, 48)[::-1]).astype(pixels.dtype)
        for n in range(pixels.planes)
    )
    return Frame(planes, pixels, colour)


def real_frame() -> Frame:
    with open_media(Media("movie", str(shared("video/flower.mp4")))) as source:
        return source.read(120)


def smooth(size: tuple[int, int] = (64, 48)) -> NDArray[Any]:
    x = np.linspace(0, 1, size[0])[None, :, None]
    y = np.linspace(0, 1, size[1])[:, None, None]
    return np.rint(40 + 150 * (x * [1, 0.5, 0.2] + y * [0.1, 0.4, 0.3])).astype(np.uint8)


@pytest.mark.parametrize(("matrix", "rgb"), BARS)
def test_colour_bars_have_their_code_values(matrix: int, rgb: tuple[int, int, int]) -> None:
    frame = convert(solid(rgb), YUV444, ColourTags(1, 1, matrix))
    values = [int(plane[0, 0]) for plane in frame.planes]
    assert np.abs(np.subtract(values, BARS[matrix, rgb])).max() <= 1


@pytest.mark.parametrize("colour", [HD, SD, UHD, ColourTags(1, 1, 1, full_range=True)])
def test_rgb_survives_the_way_through_yuv_of_10_bits(colour: ColourTags) -> None:
    frame = rgb_frame(np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8), SRGB)
    back = convert(convert(frame, PixelFormat("yuv", 10), colour), frame.format, SRGB)
    for ours, theirs in zip(frame.planes, back.planes, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_frame_that_is_already_so_is_not_touched() -> None:
    frame = noise(YUV420, HD)
    assert convert(frame, YUV420, HD) is frame


@pytest.mark.parametrize(("depth", "new"), [(9, 8), (10, 8), (12, 10), (16, 8), (16, 14)])
def test_fewer_bits_are_the_nearest_for_every_code(depth: int, new: int) -> None:
    codes = np.arange(2**depth, dtype=np.uint16).reshape(1, -1)
    yuv = Frame((codes,) * 3, PixelFormat("yuv", depth), HD)
    made = convert(yuv, PixelFormat("yuv", new), HD).planes[0].astype(int)
    wanted = (codes.astype(int) + (1 << (depth - new - 1))) >> (depth - new)
    np.testing.assert_array_equal(made, np.minimum(wanted, 2**new - 1))


@pytest.mark.parametrize("depth", [9, 10, 12, 16])
@pytest.mark.parametrize("full", [False, True])
def test_more_bits_and_back_is_the_same(depth: int, full: bool) -> None:
    frame = noise(YUV420, ColourTags(1, 1, 1, full_range=full))
    deeper = convert(frame, PixelFormat("yuv", depth, subsampling=(1, 1)), frame.colour)
    back = convert(deeper, YUV420, frame.colour)
    for ours, theirs in zip(frame.planes, back.planes, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_more_bits_of_limited_range_are_a_shift() -> None:
    frame = noise(YUV420, HD)
    deeper = convert(frame, YUV422_10, HD)
    np.testing.assert_array_equal(deeper.planes[0], frame.planes[0].astype(np.uint16) << 2)


def test_full_range_becomes_limited_by_the_standards_formula() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    frame = Frame((ramp, ramp, ramp), YUV444, ColourTags(1, 1, 1, full_range=True))
    limited = convert(frame, YUV444, HD)
    expected = np.rint(16 + np.arange(256) * 219 / 255)
    np.testing.assert_array_equal(limited.planes[0][0], expected)
    chroma = np.rint(128 + (np.arange(256) - 128) * 224 / 255)
    np.testing.assert_array_equal(limited.planes[1][0], chroma)


def test_chroma_lines_of_420_are_centred_between_two_of_422() -> None:
    chroma = np.array([[0], [64], [128]], np.uint16).repeat(4, axis=1)
    lines = upsample(chroma, (0, 1), (4, 6))[:, 0]
    np.testing.assert_array_equal(lines, [0, 16, 48, 80, 112, 128])


def test_chroma_across_is_sited_on_every_second_pixel() -> None:
    chroma = np.array([[0, 100, 200]], np.uint16)
    np.testing.assert_array_equal(upsample(chroma, (1, 0), (6, 1))[0], [0, 50, 100, 150, 200, 200])
    whole = np.array([[10, 50, 90, 50, 10, 10]], np.uint16)
    np.testing.assert_array_equal(downsample(whole, (1, 0))[0], [20, 70, 20])


def test_422_keeps_the_chroma_columns_of_420_where_they_are() -> None:
    frame = noise(YUV420, HD)
    wide = convert(frame, PixelFormat("yuv", 8, subsampling=(1, 0)), HD)
    column = frame.planes[1][:, 7].astype(float)
    expected = np.rint(0.75 * column[1:] + 0.25 * column[:-1])
    assert np.abs(wide.planes[1][2::2, 7] - expected).max() <= 1


@pytest.mark.parametrize("size", [(63, 47), (1, 1), (2, 3)])
@pytest.mark.parametrize("subsampling", [(1, 1), (1, 0), (2, 0), (0, 1)])
def test_odd_sizes_keep_their_size(size: tuple[int, int], subsampling: tuple[int, int]) -> None:
    frame = rgb_frame(np.full((size[1], size[0], 3), (200, 30, 60), np.uint8), SRGB)
    pixels = PixelFormat("yuv", 10, subsampling=subsampling)
    made = convert(frame, pixels, HD)
    for number, plane in enumerate(made.planes):
        assert plane.shape[::-1] == pixels.plane_size(number, *size)
    np.testing.assert_allclose(to_display(made), to_display(frame), atol=0.003)


def test_linear_light_goes_through_the_srgb_curve_and_back() -> None:
    values = np.linspace(0, 1, 1001, dtype=np.float32)
    np.testing.assert_allclose(srgb_encode(srgb_decode(values)), values, atol=2e-6)
    assert srgb_encode(np.float32([0.18]))[0] == pytest.approx(0.46136, abs=1e-4)
    frame = rgb_frame(smooth(), SRGB)
    half = PixelFormat("rgb", 16, floating=True)
    np.testing.assert_array_equal(
        to_rgb8(convert(convert(frame, half, LINEAR), frame.format, SRGB)), smooth()
    )


def test_alpha_is_scaled_dropped_or_made_opaque() -> None:
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    frame = rgb_frame(np.dstack([smooth(), ramp]), SRGB)
    deep = convert(frame, PixelFormat("yuv", 10, alpha=True), HD)
    np.testing.assert_array_equal(deep.planes[3], np.rint(ramp * (1023 / 255)))
    assert len(convert(frame, YUV420, HD).planes) == 3
    opaque = convert(rgb_frame(smooth(), SRGB), PixelFormat("rgb", 16, alpha=True), SRGB)
    assert opaque.planes[3].min() == 65535


def test_straight_alpha_is_multiplied_in_linear_light_and_divided_again() -> None:
    ramp = np.tile(np.linspace(10, 255, 64).astype(np.uint8), (48, 1))
    frame = rgb_frame(np.dstack([smooth(), ramp]), SRGB)
    linear = convert(frame, PixelFormat("rgb", 32, True, True), LINEAR)
    expected = srgb_decode(smooth().astype(np.float32) / 255) * (ramp[..., None] / 255)
    np.testing.assert_allclose(np.stack(linear.planes[:3], axis=2), expected, atol=1e-5)
    back = convert(linear, frame.format, SRGB)
    assert np.abs(np.stack(back.planes, 2).astype(int) - np.stack(frame.planes, 2)).max() <= 1


def test_what_is_no_number_is_black_and_what_is_too_bright_is_white() -> None:
    values = np.array([[[np.nan, np.inf, -np.inf]]], np.float32)
    frame = rgb_frame(values, SRGB)
    shown = convert(frame, PixelFormat("rgb", 8), SRGB)
    assert [int(plane[0, 0]) for plane in shown.planes] == [0, 255, 0]
    assert to_display(frame)[0, 0].tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("colour", "height", "matrix"),
    [(HD, 480, 1), (SD, 1080, 6), (ColourTags(), 576, 6), (ColourTags(), 720, 1), (UHD, 100, 9)],
)
def test_untagged_pictures_have_the_matrix_of_their_size(
    colour: ColourTags, height: int, matrix: int
) -> None:
    assert display_matrix(colour, height) == matrix


@pytest.mark.parametrize("matrix", [1, 5, 9])
@pytest.mark.parametrize("full", [False, True])
def test_display_values_agree_with_swscale(matrix: int, full: bool) -> None:
    frame = convert(
        rgb_frame(np.random.default_rng(2).integers(0, 256, (48, 64, 3), np.uint8), SRGB),
        YUV444,
        ColourTags(1, 1, matrix, full_range=full),
    )
    spaces = {1: "ITU709", 5: "ITU601", 9: "BT2020"}
    theirs = to_av(frame).reformat(
        format="rgb24",
        src_colorspace=spaces[matrix],
        src_color_range="JPEG" if full else "MPEG",
        interpolation="BICUBIC",
    )
    difference = to_rgb8(frame).astype(int) - theirs.to_ndarray()
    assert np.abs(difference).max() <= 2


def test_a_proxy_is_the_picture_made_small() -> None:
    frame = real_frame()
    whole = to_display(frame)
    small = to_display(frame, (frame.width // 4, frame.height // 4))
    height, width = small.shape[:2]
    averaged = whole[: 4 * height, : 4 * width].reshape(height, 4, width, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - averaged).mean() < 0.004
    assert small.dtype == np.float32
    assert 0 <= small.min() <= small.max() <= 1


def test_grey_of_yuv_is_its_luma_and_of_rgb_its_weighted_sum() -> None:
    white = Frame(
        (np.full((8, 16), 235, np.uint8), *[np.full((4, 8), 128, np.uint8)] * 2), YUV420, HD
    )
    assert grey_proxy(white, 16).min() == 255
    assert grey_proxy(solid((0, 255, 0)), 4)[0, 0] == round(0.7152 * 255)
    assert grey_proxy(real_frame(), 240).shape == (135, 240)


@pytest.mark.parametrize("pixels", [YUV420, YUV422_10, PixelFormat("grey", 16)])
def test_previews_are_near_the_display_values(pixels: PixelFormat) -> None:
    colour = HD if pixels.model == "yuv" else ColourTags(full_range=True)
    frame = convert(rgb_frame(smooth(), SRGB), pixels, colour)
    exact = to_display(frame) * 255
    assert np.abs(to_rgb8(frame) - exact).mean() < 1
    assert to_rgb8(frame, (32, 24)).shape == (24, 32, 3)
