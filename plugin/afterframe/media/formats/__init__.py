"""The formats that results are delivered in, one file each.

A file of this folder that has ``FORMATS``, a tuple of :class:`DeliveryFormat`, adds them: nothing
else has to be edited.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Literal

from afterframe.errors import FormatUnfit, UnknownFormat

from ..frame import ColourTags, MediaInfo, PixelFormat

Kind = Literal["movie", "sequence"]
HD = ColourTags(primaries=1, transfer=1, matrix=1)
"""Tags of a movie made from RGB pictures: BT.709, limited range."""
LINEAR = 8
UNKNOWN = 2
DISPLAY_CURVES = frozenset({1, 6, 11, 13, 14, 15})
"""Transfers that every host shows by one curve: BT.709's and its like, and sRGB."""
HDR_CURVES = frozenset({16, 18})
"""PQ and HLG."""
HOLDS_HDR = frozenset({"mov", "mp4"})
"""Containers that can say what HDR pictures were mastered on."""
WIDE_PRIMARIES = 9
SMALLEST_DNXHR = (256, 120)


@dataclass(frozen=True)
class DeliveryFormat:
    """What a file of this format holds and how it is written.

    Attributes:
        name: as a job names it (``dnxhr_hq``).
        label: before the user.
        kind: one ``movie`` file, or a ``sequence`` of numbered pictures in a folder of its own.
        suffixes: of its files; the first is the usual one.
        stores: from the frames' format to that in the file.
        tags: from the frames' format, their tags and the stored format to the tags in the file.
        frame_bytes: from width, height and the stored format to the size of one picture in the
            file: what must be free on the disk for it. Noise takes no more, in formats for review
            grain.
        problem: says in words why a picture of this size and format does not fit; empty: it does.
        encoder: FFmpeg's name of it; empty for a sequence.
        container: FFmpeg's name of it; OpenImageIO's for a sequence.
        pix_fmts: FFmpeg's names of stored formats, where the encoder wants other than planes.
        options: of the encoder, or header attributes of the pictures.
        ending: the last bytes of every picture file, where a reader would not miss them.
        exact: pictures come back sample for sample.
        codec_tag: what QuickTime calls the codec, where FFmpeg would not choose it.
        square_pixels: it can hold no others.
        threads: what the encoder's threads share: the ``SLICE`` of a picture, or each has a
            ``FRAME`` of its own.
    """

    name: str
    label: str
    kind: Kind
    suffixes: tuple[str, ...]
    stores: Callable[[PixelFormat], PixelFormat]
    tags: Callable[[PixelFormat, ColourTags, PixelFormat], ColourTags]
    frame_bytes: Callable[[int, int, PixelFormat], int]
    container: str
    problem: Callable[[int, int, PixelFormat], str] = lambda width, height, pixels: ""
    encoder: str = ""
    pix_fmts: Mapping[PixelFormat, str] = field(default_factory=dict)
    options: Mapping[str, str | int] = field(default_factory=dict)
    ending: bytes = b""
    exact: bool = True
    codec_tag: str = ""
    square_pixels: bool = False
    threads: Literal["SLICE", "FRAME", "AUTO"] = "AUTO"

    @property
    def suffix(self) -> str:
        """The usual suffix, with its dot."""
        return self.suffixes[0]

    def check(self, width: int, height: int, pixels: PixelFormat) -> None:
        """Raise FormatUnfit where pictures of this size and stored format do not fit."""
        if problem := self.problem(width, height, pixels):
            raise FormatUnfit(format=self.name, problem=problem)


@cache
def formats() -> dict[str, DeliveryFormat]:
    """Return all delivery formats by name."""
    modules = (
        import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)
    )
    return {made.name: made for module in modules for made in getattr(module, "FORMATS", ())}


def delivery_format(name: str) -> DeliveryFormat:
    """Return a format by its name. Raises UnknownFormat."""
    known = formats()
    if name not in known:
        raise UnknownFormat(format=name, known=", ".join(sorted(known)))
    return known[name]


def missing_encoders() -> list[str]:
    """Return the formats that this machine's FFmpeg cannot write."""
    import av

    present = av.codecs_available
    return sorted(f.name for f in formats().values() if f.encoder and f.encoder not in present)


def choose(info: MediaInfo, suffix: str = "") -> str:
    """Return the format that suits frames best (``auto``).

    DNxHR HQ for 8 bits, HQX above, 444 for RGB (a photo with half its chroma fell below 40 dB
    through Blender) and for YUV of 4:4:4, ProRes 4444 with alpha, EXR for scene-linear. YUV
    of full range becomes limited in all of them, and goes to 10 bits, which hold every one of its
    8-bit values. DNxHR cannot say any matrix but BT.709, and hosts do not agree on what an
    untagged one means; other YUV sources, and PQ and HLG, go to ProRes, which keeps their tags.
    With a suffix of its own, HDR goes to HEVC of 10 bits and all else to the first that fits;
    alpha is kept where any format of the suffix has it.

    Args:
        info: what the frames are.
        suffix: of the result, where the user has chosen one (``.mp4``).

    Raises:
        FormatUnfit: nothing is written with this suffix.
    """
    best = _best(info)
    if not suffix or suffix.lower() in delivery_format(best).suffixes:
        return best
    fitting = [made for made in formats().values() if suffix.lower() in made.suffixes]
    fitting = [made for made in fitting if _fits(made, info)]
    if not fitting:
        raise FormatUnfit(format=suffix, problem="no format that fits is written so")
    return min(fitting, key=lambda made: _rank(made, info)).name


def _rank(made: DeliveryFormat, info: MediaInfo) -> tuple[bool, bool, str]:
    """Return what is lower the better a format of a chosen suffix suits."""
    loses_alpha = info.format.alpha and not made.stores(info.format).alpha
    hdr = info.colour.transfer in HDR_CURVES
    return loses_alpha, hdr and made.name != "hevc_10", made.name


def _best(info: MediaInfo) -> str:
    pixels, colour = info.format, info.colour
    if colour.transfer == LINEAR or (pixels.floating and colour.transfer not in HDR_CURVES):
        return "exr"
    if pixels.alpha:
        return _first(["prores_4444"], info)
    deep = pixels.depth > 8 or (pixels.model == "yuv" and colour.full_range)
    full = pixels.model == "rgb" or (pixels.model == "yuv" and pixels.subsampling == (0, 0))
    hdr = colour.transfer in HDR_CURVES
    if hdr or (pixels.model == "yuv" and colour.matrix != HD.matrix):
        wanted = []
    elif full:
        wanted = ["dnxhr_444"]
    else:
        wanted = ["dnxhr_hqx" if deep else "dnxhr_hq"]
    wanted += ["prores_4444", "prores_422_hq"] if full else ["prores_422_hq", "prores_4444"]
    return _first(wanted, info)


def _first(wanted: list[str], info: MediaInfo) -> str:
    """Return the first format that fits, or one that holds more kinds of pictures, and alpha."""
    fitting = (name for name in (*wanted, "ffv1", "png") if _fits(delivery_format(name), info))
    return next(fitting, "tiff")  # holds pictures of any size, and pixels of any shape


def _fits(made: DeliveryFormat, info: MediaInfo) -> bool:
    if made.square_pixels and info.pixel_aspect != 1:
        return False
    return not made.problem(info.width, info.height, made.stores(info.format))


def limited_tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    """Return the tags of a YUV movie of limited range: the source's, BT.709 for RGB and grey."""
    del stored
    if source.model == "yuv":
        return replace(colour, full_range=False, space="", premultiplied=False)
    shown = colour.transfer in DISPLAY_CURVES | {LINEAR, UNKNOWN}
    transfer = HD.transfer if shown else colour.transfer
    primaries = HD.primaries if colour.primaries == UNKNOWN else colour.primaries
    matrix = WIDE_PRIMARIES if primaries == WIDE_PRIMARIES else HD.matrix
    return ColourTags(primaries, transfer, matrix)


def own_tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    """Return the tags of a movie that keeps full range and RGB as they are."""
    if source.model == stored.model:
        return replace(colour, space="", premultiplied=False)
    return limited_tags(source, colour, stored)


def picture_tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    """Return the tags of RGB and grey picture files: full range, through the sRGB curve."""
    del source, stored
    linear = colour.transfer == LINEAR
    primaries = 1 if colour.primaries == UNKNOWN else colour.primaries
    transfer = 13 if linear or colour.transfer == UNKNOWN else colour.transfer
    return ColourTags(primaries, transfer, 0, full_range=True)


def even_sides(width: int, height: int, pixels: PixelFormat) -> str:
    """Return why a picture of 4:2:0 cannot have this size; empty: it can."""
    del pixels
    if width % 2 or height % 2:
        return f"4:2:0 needs an even width and height, not {width}x{height}"
    return ""


def review_movie(
    name: str,
    label: str,
    depth: int,
    encoder: str,
    *,
    problem: Callable[[int, int, PixelFormat], str],
    options: Mapping[str, str | int] | None = None,
    codec_tag: str = "",
) -> DeliveryFormat:
    """Return a format of small movies for review: 4:2:0 of ``depth`` bits, in MP4 or QuickTime.

    Constant quality near what is told from the source by eye; faster presets win little on two
    cores and cost a quarter more bytes. A keyframe every 48 pictures at least: hosts scrub such a
    movie, and we read it back, without decoding all that lies before.
    """
    return DeliveryFormat(
        name=name,
        label=label,
        kind="movie",
        suffixes=(".mp4", ".m4v", ".mov"),
        stores=lambda source: PixelFormat("yuv", depth, subsampling=(1, 1)),
        tags=own_tags,
        frame_bytes=review_bytes,
        container="mp4",
        problem=problem,
        encoder=encoder,
        options={"crf": 16, "preset": "faster", "g": 48, **(options or {})},
        codec_tag=codec_tag,
    )


def review_bytes(width: int, height: int, pixels: PixelFormat) -> int:
    """Return what a codec for review makes of a picture of 4:2:0 with heavy grain.

    Bits a pixel, measured: real clips 0.1 to 0.6; grain of a standard deviation of 2 and 4 of 255
    0.8 and 1.9 (H.264), 0.4 and 1.3 (HEVC). Where every sample is random it is 7.5, which nobody
    has free for a minute of 1080p: a disk that such pictures fill is told when it is full. A limit
    of the bit rate would keep it lower, but with one x264 on several threads makes another file
    each time.
    """
    del pixels
    return int(width * height * REVIEW_BITS / 8) + HEADER


REVIEW_BITS = 2


HEADER = 2048
"""Bytes of a picture file beside its samples, at most, with all that we write there."""
NOISE = 1.4
"""Lossless coding of noise takes at most so much more than its samples: measured with every
sample random, LZW 1.38, FFV1 1.36 at 256x120 and 1.18 at 720p."""


def stored_bytes(width: int, height: int, pixels: PixelFormat) -> int:
    """Return the most that lossless coding makes of a picture where it may store it as it is."""
    return int(raw_bytes(width, height, pixels) * 1.01) + HEADER


def noise_bytes(width: int, height: int, pixels: PixelFormat) -> int:
    """Return the most that lossless coding makes of a picture."""
    return int(raw_bytes(width, height, pixels) * NOISE) + HEADER


def raw_bytes(width: int, height: int, pixels: PixelFormat) -> int:
    """Return the size of a picture's samples."""
    sizes = (pixels.plane_size(plane, width, height) for plane in range(pixels.planes))
    return sum(across * down for across, down in sizes) * pixels.dtype.itemsize
