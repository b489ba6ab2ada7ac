"""``afterframe probe``: what a medium is, as engines and deliveries see it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from afterframe.errors import AfterframeError
from afterframe_hosts.wire.job import ErrorInfo

from . import show
from .make import Commands

if TYPE_CHECKING:
    from afterframe.media.frame import ColourTags, HdrMetadata, MediaInfo, PixelFormat

PRIMARIES = {1: "BT.709", 5: "BT.601 625", 6: "BT.601 525", 9: "BT.2020", 11: "DCI-P3", 12: "P3"}
TRANSFERS = {1: "BT.709", 6: "BT.601", 8: "linear", 13: "sRGB", 14: "BT.2020", 16: "PQ", 18: "HLG"}
MATRICES = {0: "RGB", 1: "BT.709", 5: "BT.601", 6: "BT.601", 9: "BT.2020"}
"""Names of the code points of ITU-T H.273 that are met."""
SUBSAMPLINGS = {(0, 0): "4:4:4", (1, 0): "4:2:2", (1, 1): "4:2:0", (2, 0): "4:1:1", (0, 1): "4:4:0"}
FIELDS = {
    "top_first": "two to a picture, the top one first",
    "bottom_first": "two to a picture, the bottom one first",
}


def add(commands: Commands) -> None:
    """Add the command."""
    command = commands.add_parser(
        "probe",
        help="say what media are: size, rate, frames, pixels, colour, layers",
        description="Say what media are, as the engines see them.",
    )
    command.add_argument(
        "media", type=Path, nargs="+", metavar="MEDIA", help="movies, pictures, numbered sequences"
    )
    command.add_argument("--check", action="store_true", help="decode every frame as well")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what each medium is, or why it cannot be read; fails when one cannot."""
    told, failed = [], False
    for path in options.media:
        try:
            info = examined(path, check=options.check)
        except AfterframeError as error:
            failed = True
            told.append({"path": str(path), "error": ErrorInfo.of(error)})
            if not options.json:
                show.error(error)
        else:
            told.append({"path": str(path), "media": info})
            if not options.json:
                print(path)
                for what, words in described(info):
                    print(f"  {what:<9}{words}")
    if options.json:
        show.data(told)
    return 1 if failed else 0


def examined(path: Path, *, check: bool) -> MediaInfo:
    """Return what a medium is.

    Args:
        path: as ``media.clip.find_media`` takes it.
        check: decode every one of its frames.

    Raises:
        AfterframeError: it cannot be read, or one of its frames.
    """
    from afterframe.media.clip import find_media
    from afterframe.media.source import open_media

    with open_media(find_media(path.absolute())) as source:
        if check:
            source.check(0, source.info.frames)
            for _ in source.frames(0, source.info.frames):
                pass
        return source.info


def described(info: MediaInfo) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of a medium, line by line."""
    yield "codec", info.codec
    aspect = "" if info.pixel_aspect == 1 else f", pixels {info.pixel_aspect} as wide as high"
    yield "size", f"{info.width} x {info.height}{aspect}"
    yield "frames", f"{info.frames}" + (f" at {_rate(info)}" if info.rate else "")
    yield "pixels", pixels(info.format, info.colour)
    yield "colour", colour(info.colour)
    if info.fields in FIELDS:
        yield "fields", FIELDS[info.fields]
    if info.start_timecode:
        yield "timecode", info.start_timecode
    if info.reel:
        yield "reel", info.reel
    if info.hdr:
        yield "HDR", hdr(info.hdr)
    if info.layers:
        yield "layers", ", ".join(info.layers)


def pixels(stored: PixelFormat, tags: ColourTags) -> str:
    """Return ``4:2:2, 10 bits`` and the like."""
    model = {"rgb": "RGB", "grey": "grey"}.get(stored.model)
    words = [model or SUBSAMPLINGS.get(stored.subsampling, f"YUV {stored.subsampling}")]
    words.append(f"{stored.depth}-bit float" if stored.floating else f"{stored.depth} bits")
    if stored.alpha:
        words.append("premultiplied alpha" if tags.premultiplied else "straight alpha")
    return ", ".join(words)


def colour(tags: ColourTags) -> str:
    """Return a medium's colour tags in words."""
    said = [
        f"primaries {PRIMARIES.get(tags.primaries, _unsaid(tags.primaries))}",
        f"transfer {TRANSFERS.get(tags.transfer, _unsaid(tags.transfer))}",
        f"matrix {MATRICES.get(tags.matrix, _unsaid(tags.matrix))}",
        "full range" if tags.full_range else "limited range",
    ]
    return ", ".join([*said, *([tags.space] if tags.space else [])])


def hdr(told: HdrMetadata) -> str:
    """Return mastering display and content light level in words."""
    words = []
    if told.luminance:
        darkest, brightest = (float(each) for each in told.luminance)
        words.append(f"mastered at {darkest:g} to {brightest:g} cd/m2")
    if told.max_cll:
        words.append(f"brightest pixel {told.max_cll}, brightest frame {told.max_fall} cd/m2")
    return ", ".join(words) or "primaries of its mastering display"


def _rate(info: MediaInfo) -> str:
    assert info.rate is not None
    exact = "" if info.rate.denominator == 1 else f" ({info.rate})"
    uneven = ", shown unevenly: some are held or left out" if info.uneven else ""
    return f"{float(info.rate):.6g}{exact} a second{uneven}"


def _unsaid(code: int) -> str:
    return "not said" if code == 2 else f"code {code}"
