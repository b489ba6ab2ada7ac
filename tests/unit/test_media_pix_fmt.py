"""Samples come out of and go into FFmpeg's frames unchanged, in every layout."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from av.filter import Graph
from numpy.typing import NDArray

from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe.media.pix_fmt import (
    PACKED,
    REPACKED,
    SEMI_PLANAR,
    UnknownPixels,
    from_av,
    name_of,
    to_av,
)

SIZE = (62, 38)
PLANAR = [
    *(PixelFormat("yuv", d, False, False, s) for d in (8, 9, 10, 12, 14, 16)
      for s in ((0, 0), (1, 0), (1, 1))),
    *(PixelFormat("yuv", d, False, True, s) for d in (8, 10, 16)
      for s in ((0, 0), (1, 0), (1, 1))),
    *(PixelFormat("rgb", d, False, a) for d in (8, 10, 12, 14, 16) for a in (False, True)),
    PixelFormat("rgb", 32, True), PixelFormat("rgb", 32, True, True), PixelFormat("rgb", 16, True),
    *(PixelFormat("grey", d) for d in (8, 9, 10, 12, 14, 16)),
    PixelFormat("grey", 8, alpha=True), PixelFormat("grey", 16, alpha=True),
    PixelFormat("yuv", 8, subsampling=(0, 1)), PixelFormat("yuv", 8, subsampling=(2, 0)),
]  # fmt: skip


def samples(pixels: PixelFormat, shape: tuple[int, ...], seed: int = 0) -> NDArray[Any]:
    random = np.random.default_rng(seed)
    if pixels.floating:
        return random.random(shape).astype(pixels.dtype)
    return random.integers(0, 2**pixels.depth, shape).astype(pixels.dtype)


def frame_of(pixels: PixelFormat) -> Frame:
    planes = tuple(
        samples(pixels, pixels.plane_size(number, *SIZE)[::-1], number)
        for number in range(pixels.planes)
    )
    matrix = 0 if pixels.model == "rgb" else 1
    return Frame(planes, pixels, ColourTags(1, 1, matrix, full_range=pixels.model != "yuv"))


@pytest.mark.parametrize("pixels", PLANAR, ids=name_of)
def test_what_goes_in_comes_out(pixels: PixelFormat) -> None:
    frame = frame_of(pixels)
    back = from_av(to_av(frame))
    assert (back.format, back.colour) == (frame.format, frame.colour)
    for ours, theirs in zip(frame.planes, back.planes, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", [name for name in PACKED if name in
                                  av.video.frame.supported_np_pix_fmts])  # fmt: skip
def test_packed_channels_are_told_apart(name: str) -> None:
    channels, depth, floating = PACKED[name]
    pixels = PixelFormat("rgb", depth, floating)
    array = samples(pixels, (SIZE[1], SIZE[0], len(channels)))
    frame = from_av(av.VideoFrame.from_ndarray(array, name))
    order = "rgba" if "a" in channels else "rgb"
    assert frame.format == PixelFormat("rgb", depth, floating, "a" in channels)
    for channel, plane in zip(order, frame.planes, strict=True):
        np.testing.assert_array_equal(plane, array[..., channels.index(channel)])


@pytest.mark.parametrize(("name", "pixels"), [("rgb24", PixelFormat("rgb", 8)),
                                              ("rgb48le", PixelFormat("rgb", 16))])  # fmt: skip
def test_rgb_planes_lie_where_swscale_finds_them(name: str, pixels: PixelFormat) -> None:
    frame = frame_of(pixels)
    packed = to_av(frame).reformat(format=name).to_ndarray()
    np.testing.assert_array_equal(packed, np.stack(frame.planes, axis=2))


@pytest.mark.parametrize("name", SEMI_PLANAR)
def test_semi_planar_chroma_is_taken_apart(name: str) -> None:
    chroma, depth, shift, order = SEMI_PLANAR[name]
    dtype = np.uint8 if depth == 8 else np.uint16
    picture = av.VideoFrame(*SIZE, name)
    views = []
    for plane in picture.planes:
        view = np.frombuffer(memoryview(plane), dtype)
        view[:] = np.arange(len(view)) * 37 % 2**depth << shift
        views.append(view.reshape(-1, plane.line_size // np.dtype(dtype).itemsize) >> shift)
    frame = from_av(picture)
    assert frame.format.depth == depth
    height, width = frame.planes[1].shape
    first = views[1][:height, : 2 * width : 2]
    np.testing.assert_array_equal(frame.planes[0], views[0][: SIZE[1], : SIZE[0]])
    np.testing.assert_array_equal(frame.planes[1 + "uv".index(order[0])], first)
    assert chroma in ("420", "422", "444")


@pytest.mark.parametrize("name", ["gray10be", "yuv420p10be", "gbrp16be", "rgb48be"])
def test_the_other_byte_order_is_turned(name: str) -> None:
    little = name.replace("be", "le")
    picture = av.VideoFrame(*SIZE, name)
    same = av.VideoFrame(*SIZE, little)
    for number, plane in enumerate(picture.planes):
        values = (np.arange(plane.buffer_size // 2) % 1000).astype(">u2")
        plane.update(values.tobytes())
        same.planes[number].update(values.astype("<u2").tobytes())
    for ours, theirs in zip(from_av(picture).planes, from_av(same).planes, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", REPACKED)
def test_packed_and_palette_formats_are_read(name: str) -> None:
    try:
        picture = av.VideoFrame(*SIZE, name)
    except ValueError:
        pytest.skip(f"this FFmpeg has no {name}")
    for plane in picture.planes:
        plane.update(bytes(plane.buffer_size))
    frame = from_av(picture)
    assert (frame.width, frame.height) == SIZE


@pytest.mark.parametrize("name", ["yuv420p", "gbrp16le", "bgr24", "rgb555le"])
def test_pictures_that_begin_with_the_last_row_are_read(name: str) -> None:
    picture = av.VideoFrame(*SIZE, name)
    for plane in picture.planes:
        plane.update(np.random.default_rng(7).bytes(plane.buffer_size))
    graph = Graph()
    source = graph.add_buffer(
        width=SIZE[0], height=SIZE[1], format=picture.format, time_base=Fraction(1)
    )
    graph.link_nodes(source, graph.add("vflip"), graph.add("buffersink")).configure()
    graph.vpush(picture)
    flipped = graph.vpull()
    assert flipped.planes[0].line_size < 0
    for ours, theirs in zip(from_av(flipped).planes, from_av(picture).planes, strict=True):
        np.testing.assert_array_equal(ours[::-1], theirs)


def test_a_layout_that_we_do_not_know_is_named() -> None:
    with pytest.raises(UnknownPixels, match="xyz12le"):
        from_av(av.VideoFrame(*SIZE, "xyz12le"))
