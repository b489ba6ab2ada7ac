"""FFmpeg's pixel formats and ours: planes out of and into its frames, without any conversion."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

from .frame import ColourTags, Frame, PixelFormat, Plane

SUBSAMPLING = {
    "420": (1, 1),
    "422": (1, 0),
    "444": (0, 0),
    "440": (0, 1),
    "411": (2, 0),
    "410": (2, 2),
}

REPACKED = {
    "pal8": "rgba",
    "monow": "gray",
    "monob": "gray",
    "yuyv422": "yuv422p",
    "uyvy422": "yuv422p",
    "yvyu422": "yuv422p",
    "uyyvyy411": "yuv411p",
    "y210le": "yuv422p10le",
    "y212le": "yuv422p12le",
    "xv30le": "yuv444p10le",
    "v30xle": "yuv444p10le",
    "xv36le": "yuv444p12le",
    "ayuv64le": "yuva444p16le",
    "vuya": "yuva444p",
    "ayuv": "yuva444p",
    "uyva": "yuva444p",
    "vyu444": "yuv444p",
    "vuyx": "yuv444p",
    "x2rgb10le": "gbrp10le",
    "x2bgr10le": "gbrp10le",
    "rgb565le": "gbrp",
    "rgb555le": "gbrp",
    "bgr565le": "gbrp",
    "bgr555le": "gbrp",
    "rgb8": "gbrp",
    "bgr8": "gbrp",
}
"""Packed and palette formats, and the one that holds the same samples, made by swscale."""

SEMI_PLANAR = {
    "nv12": ("420", 8, 0, "uv"),
    "nv21": ("420", 8, 0, "vu"),
    "nv16": ("422", 8, 0, "uv"),
    "nv20le": ("422", 10, 0, "uv"),
    "nv24": ("444", 8, 0, "uv"),
    "nv42": ("444", 8, 0, "vu"),
    "p010le": ("420", 10, 6, "uv"),
    "p012le": ("420", 12, 4, "uv"),
    "p016le": ("420", 16, 0, "uv"),
    "p210le": ("422", 10, 6, "uv"),
    "p212le": ("422", 12, 4, "uv"),
    "p216le": ("422", 16, 0, "uv"),
    "p410le": ("444", 10, 6, "uv"),
    "p412le": ("444", 12, 4, "uv"),
    "p416le": ("444", 16, 0, "uv"),
}
"""Luma, then U and V side by side: subsampling, depth, empty low bits, order."""

PACKED = {
    "rgb24": ("rgb", 8, False),
    "bgr24": ("bgr", 8, False),
    "ya8": ("ya", 8, False),
    **{name: (name, 8, False) for name in ("rgba", "bgra", "argb", "abgr")},
    **{name: (name, 8, False) for name in ("rgb0", "bgr0", "0rgb", "0bgr")},
    **{
        f"{name}{bits}{end}": (name, depth, floating)
        for name, bits, depth, floating in (
            ("rgb", "48", 16, False),
            ("bgr", "48", 16, False),
            ("rgba", "64", 16, False),
            ("bgra", "64", 16, False),
            ("ya", "16", 16, False),
            ("ya", "f16", 16, True),
            ("ya", "f32", 32, True),
            ("rgb", "f16", 16, True),
            ("rgb", "f32", 32, True),
            ("rgba", "f16", 16, True),
            ("rgba", "f32", 32, True),
        )
        for end in ("le", "be")
    },
}
"""Channels side by side: their order, depth, whether floats."""

LIMITED_RANGE, FULL_RANGE = 1, 2

_PLANAR_YUV = re.compile(r"yuv([aj]?)(4\d\d)p(\d*)(msb)?(?:le|be)?$")
_PLANAR_RGB = re.compile(r"gbr(a?)p(f?)(\d*)(msb)?(?:le|be)?$")
_GREY = re.compile(r"gray(f?)(\d*)(?:le|be)?$")
_NATIVE_ORDER = "le" if sys.byteorder == "little" else "be"


class UnknownPixels(ValueError):
    """FFmpeg's frame is of a kind that we have no planes for; the text names it."""


def name_of(pixels: PixelFormat) -> str:
    """Return FFmpeg's name of the planar format with these samples (``yuv422p10le``).

    The name may not exist (there is no ``yuva410p``); encoders say which they take.
    """
    bits = "" if pixels.depth == 8 else f"{pixels.depth}{_NATIVE_ORDER}"
    floating = "f" if pixels.floating else ""
    if pixels.model == "grey":
        if pixels.alpha:
            return f"ya{floating}{bits or '8'}"
        return f"gray{floating}{bits}"
    if pixels.model == "rgb":
        return f"gbr{'a' if pixels.alpha else ''}p{floating}{bits}"
    chroma = next(name for name, size in SUBSAMPLING.items() if size == pixels.subsampling)
    return f"yuv{'a' if pixels.alpha else ''}{chroma}p{bits}"


def from_av(picture: av.VideoFrame) -> Frame:
    """Return a decoded picture's planes, with its tags; samples are copied, never converted.

    Raises:
        UnknownPixels: no format of ours holds its samples.
    """
    name = picture.format.name
    if any(plane.line_size < 0 for plane in picture.planes):
        frame = from_av(_top_down(picture))
        return replace(frame, colour=_tags(picture, frame.format, name))
    if name in REPACKED:
        tagged = picture
        picture = picture.reformat(format=REPACKED[name])
        return replace(from_av(picture), colour=_tags(tagged, _from_name(picture)[0], name))
    pixels, planes = _from_name(picture)
    return Frame(planes, pixels, _tags(picture, pixels, name))


def to_av(frame: Frame, name: str = "") -> av.VideoFrame:
    """Return a picture for an encoder, with tags.

    Args:
        name: FFmpeg's name of a format with just these samples; empty: that of ``name_of``.

    Raises:
        ValueError: FFmpeg has no such format.
    """
    pixels = frame.format
    picture = av.VideoFrame(frame.width, frame.height, name or name_of(pixels))
    if picture.format.name in PACKED:
        channels = PACKED[picture.format.name][0]
        samples = _samples(picture, 0, pixels.dtype, len(channels))
        for channel, plane in zip("ya" if "y" in channels else "rgba", frame.planes, strict=False):
            samples[: frame.height, : frame.width, channels.index(channel)] = plane
    else:
        order = (2, 0, 1, 3) if pixels.model == "rgb" else (0, 1, 2, 3)
        for ours, theirs in enumerate(order[: len(frame.planes)]):
            plane = frame.planes[ours]
            target = _samples(picture, theirs, pixels.dtype)
            target[: plane.shape[0], : plane.shape[1]] = plane
    tag(picture, frame.colour)
    return picture


def tag(target: Any, colour: ColourTags) -> None:
    """Write the tags on an FFmpeg frame or codec context."""
    target.color_primaries = colour.primaries
    target.color_trc = colour.transfer
    target.colorspace = colour.matrix
    target.color_range = FULL_RANGE if colour.full_range else LIMITED_RANGE


def _top_down(picture: av.VideoFrame) -> av.VideoFrame:
    """Return the same picture with its rows in order of memory: uncompressed AVI and others begin
    with the last one, and FFmpeg steps through them backwards, from an address PyAV cannot go
    back from."""
    graph = Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1)
    )
    graph.link_nodes(source, graph.add("copy"), graph.add("buffersink")).configure()
    graph.vpush(picture)
    return graph.vpull()


def _from_name(picture: av.VideoFrame) -> tuple[PixelFormat, tuple[Plane, ...]]:
    name = picture.format.name
    if name in SEMI_PLANAR:
        return _semi_planar(picture)
    if name in PACKED:
        return _packed(picture)
    pixels, order, top = _planar_layout(name)
    return pixels, _planar(picture, pixels, order, top)


def _planar_layout(name: str) -> tuple[PixelFormat, tuple[int, ...], bool]:
    """Return format, FFmpeg's plane of each of ours, whether bits lie at the top."""
    if match := _PLANAR_YUV.match(name):
        kind, chroma, bits, top = match.groups()
        pixels = PixelFormat(
            "yuv", int(bits or 8), alpha=kind == "a", subsampling=SUBSAMPLING[chroma]
        )
        return pixels, (0, 1, 2, 3)[: pixels.planes], bool(top)
    if match := _PLANAR_RGB.match(name):
        alpha, floating, bits, top = match.groups()
        pixels = PixelFormat("rgb", int(bits or 8), bool(floating), bool(alpha))
        return pixels, (2, 0, 1, 3)[: pixels.planes], bool(top)
    if match := _GREY.match(name):
        floating, bits = match.groups()
        return PixelFormat("grey", int(bits or 8), bool(floating)), (0,), False
    raise UnknownPixels(name)


def _planar(
    picture: av.VideoFrame,
    pixels: PixelFormat,
    order: tuple[int, ...],
    top: bool,
) -> tuple[Plane, ...]:
    stored = _stored(pixels, picture.format.name)
    shift = 16 - pixels.depth if top else 0
    planes = []
    for ours, theirs in enumerate(order):
        width, height = pixels.plane_size(ours, picture.width, picture.height)
        samples = _samples(picture, theirs, stored)[:height, :width]
        planes.append((samples >> shift if shift else samples).astype(pixels.dtype))
    return tuple(planes)


def _semi_planar(picture: av.VideoFrame) -> tuple[PixelFormat, tuple[Plane, ...]]:
    chroma, depth, shift, order = SEMI_PLANAR[picture.format.name]
    pixels = PixelFormat("yuv", depth, subsampling=SUBSAMPLING[chroma])
    width, height = pixels.plane_size(1, picture.width, picture.height)
    luma = _samples(picture, 0, pixels.dtype)[: picture.height, : picture.width]
    both = _samples(picture, 1, pixels.dtype, 2)[:height, :width]
    planes = (luma, both[..., order.index("u")], both[..., order.index("v")])
    return pixels, tuple((plane >> shift).astype(pixels.dtype) for plane in planes)


def _packed(picture: av.VideoFrame) -> tuple[PixelFormat, tuple[Plane, ...]]:
    channels, depth, floating = PACKED[picture.format.name]
    wanted = "y" if "y" in channels else "rgb"
    pixels = PixelFormat("grey" if wanted == "y" else "rgb", depth, floating, alpha="a" in channels)
    stored = _stored(pixels, picture.format.name)
    samples = _samples(picture, 0, stored, len(channels))[: picture.height, : picture.width]
    order = wanted + ("a" if pixels.alpha else "")
    return pixels, tuple(
        samples[..., channels.index(channel)].astype(pixels.dtype) for channel in order
    )


def _stored(pixels: PixelFormat, name: str) -> np.dtype[Any]:
    return pixels.dtype.newbyteorder(">" if name.endswith("be") else "=")


def _samples(picture: av.VideoFrame, plane: int, dtype: Any, channels: int = 1) -> NDArray[Any]:
    """Return a view of a plane with its padding: (rows, samples[, channels])."""
    memory = picture.planes[plane]
    row = memory.line_size // np.dtype(dtype).itemsize
    samples: NDArray[Any] = np.frombuffer(memoryview(memory), dtype).reshape(-1, row)
    if channels == 1:
        return samples
    return samples[:, : row // channels * channels].reshape(samples.shape[0], -1, channels)


def _tags(picture: av.VideoFrame, pixels: PixelFormat, name: str) -> ColourTags:
    rgb = pixels.model == "rgb"
    full = picture.color_range == FULL_RANGE or name.startswith("yuvj")
    if picture.color_range != LIMITED_RANGE and pixels.model != "yuv":
        full = True
    return ColourTags(
        primaries=int(picture.color_primaries),
        transfer=int(picture.color_trc),
        matrix=0 if rgb else int(picture.colorspace),
        full_range=full or rgb,
    )
