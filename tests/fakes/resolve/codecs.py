"""What each Resolve can render: formats, codecs, resolutions, presets.

Names and ids as Studio 21.0.4.5 on Windows and 19.1.3.7 on macOS gave them to others; which system
and edition lacks which is told where it is known: free Resolve on Linux has no H.264 and H.265, and
ProRes is encoded on macOS alone before 20.0. Of the 100 and more pairs those stand here that
people use, and some that we cannot write: their jobs fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .build import Build


@dataclass(frozen=True)
class Codec:
    """A codec of a format.

    Attributes:
        id: what the setters take.
        label: what people read; it changes with versions.
        movie: our delivery format that writes it; empty: we cannot.
        sample: type of a picture's samples, as OpenImageIO names it; empty for movies.
        bits: of a sample, where fewer than its type has.
        compression: OpenImageIO's name of it.
        size: the only size that it takes.
    """

    id: str
    label: str
    movie: str = ""
    sample: str = ""
    bits: int = 0
    compression: str = ""
    size: tuple[int, int] | None = None

    @property
    def writable(self) -> bool:
        """Whether jobs of it really render."""
        return bool(self.movie or self.sample)


_FORMATS = {
    "AVI": "avi",
    "BRAW": "braw",
    "Cineon": "cin",
    "DCP": "dcp",
    "DPX": "dpx",
    "EXR": "exr",
    "GIF": "gif",
    "IMF": "imf",
    "JPEG": "jpg",
    "JPEG 2000": "j2c",
    "MJ2": "mj2",
    "MKV": "mkv",
    "MP4": "mp4",
    "MTS": "mts",
    "MXF OP-Atom": "mxf",
    "MXF OP1A": "mxf_op1a",
    "Panasonic AVC": "pavc",
    "PNG": "png",
    "QuickTime": "mov",
    "TIFF": "tif",
    "Wave": "wav",
}
_NEWER = {"HLS": "m3u8", "WebP": "webp"}
"""Seen with 21.0, not before."""
SEQUENCES = frozenset({"cin", "dpx", "exr", "jpg", "j2c", "png", "tif"})
"""Formats that are numbered pictures."""

_PRORES = (
    Codec("ProRes422", "Apple ProRes 422", "prores_422"),
    Codec("ProRes422HQ", "Apple ProRes 422 HQ", "prores_422_hq"),
    Codec("ProRes422LT", "Apple ProRes 422 LT", "prores_422_lt"),
    Codec("ProRes422P", "Apple ProRes 422 Proxy", "prores_422_proxy"),
    Codec("ProRes4444", "Apple ProRes 4444", "prores_4444"),
    Codec("ProRes4444XQ", "Apple ProRes 4444 XQ"),
)
_DNX = (
    Codec("DNxHD1080p220", "DNxHD 1080p 220/185/175", size=(1920, 1080)),
    Codec("DNxHD1080p220_10", "DNxHD 1080p 220/185/175 10-bit", size=(1920, 1080)),
    Codec("DNxHD720p220", "DNxHD 720p 220/185/90", size=(1280, 720)),
    Codec("DNxHR444_10", "DNxHR 444 10-bit", "dnxhr_444"),
    Codec("DNxHR444_12", "DNxHR 444 12-bit"),
    Codec("DNxHRHQ", "DNxHR HQ", "dnxhr_hq"),
    Codec("DNxHRHQX_10", "DNxHR HQX 10-bit", "dnxhr_hqx"),
    Codec("DNxHRHQX_12", "DNxHR HQX 12-bit"),
    Codec("DNxHRLB", "DNxHR LB", "dnxhr_lb"),
    Codec("DNxHRSQ", "DNxHR SQ", "dnxhr_sq"),
)
_H26X = (Codec("H264", "H.264", "h264"), Codec("H265", "H.265", "hevc"))
_NVIDIA = (
    Codec("H264_NVIDIA", "H.264 NVIDIA", "h264"),
    Codec("H265_NVIDIA", "H.265 NVIDIA", "hevc"),
)
_AV1 = (Codec("AV1YUV420_8_NVIDIA", "AV1 8-bit NVIDIA"),)
_FFV1 = (
    Codec("FFV1YUV422_8", "FFV1 YUV 4:2:2 8-bit"),
    Codec("FFV1YUV422_10", "FFV1 YUV 4:2:2 10-bit"),
    Codec("FFV1RGBA_16", "FFV1 RGBA 16-bit"),
)
_OTHERS = (
    Codec("GoProRGB16", "GoPro CineForm RGB 16-bit"),
    Codec("GoProYUV10", "GoPro CineForm YUV 10-bit"),
    Codec("KJP2K_RGB12", "Kakadu JPEG 2000 RGB 12-bit"),
    Codec("MPEG4", "MPEG-4 Video"),
    Codec("PJPEG", "Photo JPEG"),
    Codec("YUV422_10", "Uncompressed YUV 422 10-bit"),
    Codec("YUV422_8", "Uncompressed YUV 422 8-bit"),
)
_TIFF = tuple(
    Codec(f"{model}{bits}{end}", f"{model} {bits} bits{label}", "", sample, 0, how)
    for model, bits, sample in (("RGB", 8, "uint8"), ("RGB", 16, "uint16"), ("XYZ", 16, ""))
    for end, label, how in (("", "", "none"), ("LZW", " LZW", "lzw"))
)
_EXR = tuple(
    Codec(f"RGB{kind}{name}", f"RGB {kind.lower()}{label}", "", sample, 0, how)
    for kind, sample in (("Half", "half"), ("Float", "float"))
    for name, label, how in (
        ("", "", "none"),
        ("RLE", " (RLE)", "rle"),
        ("ZIP1", " (ZIP per scanline)", "zips"),
        ("ZIP", " (ZIP)", "zip"),
        ("PIZ", " (PIZ)", "piz"),
        ("DWAA", " (DWAA)", "dwaa"),
        ("DWAB", " (DWAB)", "dwab"),
    )
)
_PICTURES: dict[str, tuple[Codec, ...]] = {
    "dpx": (
        Codec("RGB10", "RGB 10 bits", "", "uint16", 10),
        Codec("RGB12", "RGB 12 bits", "", "uint16", 12),
        Codec("RGB16", "RGB 16 bits", "", "uint16"),
    ),
    "exr": _EXR,
    "jpg": (
        Codec("YUV420_8", "YUV 4:2:0 8 bits", "", "uint8"),
        Codec("YUV422_8", "YUV 4:2:2 8 bits", "", "uint8"),
        Codec("YUV444_8", "YUV 4:4:4 8 bits", "", "uint8"),
    ),
    "png": (
        Codec("RGB8", "RGB 8 bits", "", "uint8"),
        Codec("RGB16", "RGB 16 bits", "", "uint16"),
    ),
    "tif": _TIFF,
    "cin": (Codec("RGB10", "RGB 10 bits"),),
    "j2c": (Codec("KJP2K_RGB12", "Kakadu JPEG 2000 RGB 12-bit"),),
}


def formats(build: Build) -> dict[str, str]:
    """Return the formats by the names that people read: ``{"QuickTime": "mov"}``."""
    return dict(sorted({**_FORMATS, **(_NEWER if build.since(21) else {})}.items()))


def codecs(build: Build, format: str) -> dict[str, Codec]:
    """Return the codecs of a format by id; none for a name that is no format's id.

    Args:
        format: its id (``mov``); its name counts only where it is the id but for its case (S21).
    """
    known = format.lower() if isinstance(format, str) else ""
    if known not in formats(build).values():
        return {}
    return {codec.id: codec for codec in _offered(build, known)}


def first(build: Build) -> tuple[str, str]:
    """Return format and codec of a new project: H.264, where the build has it."""
    return ("mp4", "H264") if codecs(build, "mp4") else ("mov", "DNxHRHQ")


def _offered(build: Build, format: str) -> tuple[Codec, ...]:
    prores = _PRORES if build.system == "Darwin" or build.since(20) else ()
    h26x: tuple[Codec, ...] = () if build.system == "Linux" and not build.studio else _H26X
    if h26x and build.system != "Darwin" and build.studio:
        h26x += _NVIDIA
    movies = {
        "mov": (*prores, *_DNX, *h26x, *_OTHERS),
        "mp4": (*h26x, *_AV1) if _NVIDIA[0] in h26x else h26x,
        "mkv": (*h26x, *prores, *_FFV1),
        "mxf_op1a": (*_DNX, Codec("XDMPEG2", "XDCAM MPEG2")),
        "mxf": _DNX,
        "avi": (Codec("GVHQX", "Grass Valley HQX"), Codec("BGRA8", "Uncompressed RGB 8-bit")),
        "gif": (Codec("Animated_GIF", "Animated GIF"),),
        "webp": (Codec("Animated_WEBP", "Animated WebP"),),
        "m3u8": h26x,
        "mts": (Codec("H264", "H.264"),) if h26x else (),
        "mj2": (Codec("KJP2K_RGB12", "Kakadu JPEG 2000 RGB 12-bit"),),
        "dcp": (Codec("KJP2K_2KDCI", "Kakadu JPEG 2000 2K DCI"),),
        "imf": (Codec("KJPIMF_RGB", "Kakadu JPEG 2000 IMF RGB"),),
        "pavc": (Codec("PanasonicAVCIntra_1080_C100", "AVC-Intra 100", size=(1920, 1080)),),
    }
    return movies.get(format) or _PICTURES.get(format, ())


def written_as(codec: Codec, format: str) -> str:
    """Return our delivery format that writes a movie of a format; empty: we cannot."""
    return codec.movie if format in {"mov", "mp4"} else ""


def takes(codec: Codec, size: tuple[int, int]) -> bool:
    """Return whether a codec takes pictures of a size: a listed one may be refused (S21)."""
    return codec.size is None or codec.size == size


RESOLUTIONS = (
    (720, 480),
    (720, 576),
    (1280, 720),
    (1920, 1080),
    (2048, 1080),
    (3840, 2160),
    (4096, 2160),
)

PRESETS: dict[str, tuple[str, str, int]] = {
    "H.264 Master": ("mp4", "H264", 1),
    "HyperDeck": ("mov", "ProRes422HQ", 1),
    "H.265 Master": ("mp4", "H265", 1),
    "ProRes 422 HQ": ("mov", "ProRes422HQ", 1),
    "YouTube - 720p": ("mp4", "H264", 1),
    "YouTube - 1080p": ("mp4", "H264", 1),
    "YouTube - 2160p": ("mp4", "H264", 1),
    "Vimeo - 1080p": ("mp4", "H264", 1),
    "TikTok - 1080p": ("mp4", "H264", 1),
    "FCP - Final Cut Pro 7": ("mov", "ProRes422HQ", 0),
    "Premiere XML": ("mov", "ProRes422HQ", 0),
    "Avid AAF": ("mxf", "DNxHRHQ", 0),
    "Pro Tools": ("mov", "ProRes422HQ", 1),
    "Audio Only": ("wav", "", 1),
}
"""Presets that come with Resolve: format, codec, render mode."""
AUDIO_ONLY = "Audio Only"
"""The preset after which jobs have no pictures, whatever ``ExportVideo`` says (S20)."""
QUICK = {
    "H.264": ("mp4", "H264"),
    "HyperDeck": ("mov", "ProRes422HQ"),
    "H.265": ("mp4", "H265"),
    "ProRes": ("mov", "ProRes422HQ"),
    "YouTube": ("mp4", "H264"),
    "Vimeo": ("mp4", "H264"),
    "TikTok": ("mp4", "H264"),
    "Presentations": ("mp4", "H264"),
    "Dropbox": ("mp4", "H264"),
}
"""Presets of Quick Export: format and codec."""


def sized(preset: str) -> tuple[int, int] | None:
    """Return the size that a preset sets: ``YouTube - 720p``; None: the timeline's."""
    lines = re.search(r"([0-9]+)p$", preset)
    return (int(lines[1]) * 16 // 9, int(lines[1])) if lines else None
