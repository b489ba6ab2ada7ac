"""Whether what was written is what was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from afterframe.errors import MediaError, VerifyFailed
from afterframe_hosts.wire.clip import Media

from .display import to_display
from .formats import HOLDS_HDR, DeliveryFormat
from .frame import ColourTags, Frame, HdrMetadata, MediaInfo, PixelFormat, Plane
from .source import Source, open_media

PROXY_WIDTH = 32
LARGEST_ERROR = 0.06
"""Mean error of a proxy, of 1. White noise through DNxHR HQ, the worst case, comes to 0.03."""


@dataclass(frozen=True)
class Expected:
    """What a result is to be.

    Attributes:
        format: stored in the file.
        colour: tags in the file.
        start_timecode: of the first picture; empty: none.
        pixel_aspect: width of a pixel over its height.
        reel: name of the tape or card; empty: none.
        hdr: what it was mastered on; None: not said.
        digital_source: how the pictures came about, a URI of the IPTC's vocabulary; empty: the
            file does not say.
    """

    width: int
    height: int
    frames: int
    rate: Fraction
    format: PixelFormat
    colour: ColourTags
    start_timecode: str = ""
    pixel_aspect: Fraction = Fraction(1)
    reel: str = ""
    hdr: HdrMetadata | None = None
    digital_source: str = ""

    @property
    def samples(self) -> frozenset[int]:
        """The frames that are compared: the first, the middle and the last."""
        return frozenset({0, self.frames // 2, self.frames - 1})


def proxy(frame: Frame) -> Plane:
    """Return the small picture of a frame that it is known again by."""
    height = max(1, round(frame.height * PROXY_WIDTH / frame.width))
    return to_display(frame, (PROXY_WIDTH, height))


def verify(
    path: Path,
    made: DeliveryFormat,
    expected: Expected,
    first: int,
    proxies: Mapping[int, Plane],
) -> None:
    """Read a written file back, and compare what it says and shows with what is expected.

    Args:
        first: number of a sequence's first picture.
        proxies: of the frames that are compared, by their number.

    Raises:
        VerifyFailed: it differs, or cannot be read.
    """
    rate = expected.rate if made.kind == "sequence" else None
    media = Media(made.kind, str(path.absolute()), first=first, rate=rate)
    try:
        with open_media(media) as source:
            problem = _said(source.info, made, expected) or _shown(source, proxies)
    except MediaError as error:
        problem = str(error)
    if problem:
        raise VerifyFailed(path=str(path), problem=problem)


def _said(info: MediaInfo, made: DeliveryFormat, expected: Expected) -> str:
    """Return what the file says differently, in words; empty: nothing."""
    pairs = [
        ("frames", info.frames, expected.frames),
        ("size", (info.width, info.height), (expected.width, expected.height)),
        ("rate", info.rate, expected.rate),
        ("pixel aspect", round(info.pixel_aspect, 3), round(expected.pixel_aspect, 3)),
    ]
    if made.kind == "movie":
        colour, wanted = info.colour, expected.colour
        pairs += [
            ("primaries", colour.primaries, wanted.primaries),
            ("transfer", colour.transfer, wanted.transfer),
            ("matrix", colour.matrix, wanted.matrix),
            ("full range", colour.full_range, wanted.full_range),
            ("reel", info.reel, expected.reel),
            ("timecode", _digits(info.start_timecode), _digits(expected.start_timecode)),
        ]
        if made.container in HOLDS_HDR and expected.hdr:
            pairs += [("content light level", _light(info.hdr), _light(expected.hdr))]
    differing = [f"{what} is {has}, not {should}" for what, has, should in pairs if has != should]
    return "; ".join(differing)


def _light(hdr: HdrMetadata | None) -> tuple[int, int] | None:
    return (hdr.max_cll, hdr.max_fall) if hdr and (hdr.max_cll or hdr.max_fall) else None


def _shown(source: Source, proxies: Mapping[int, Plane]) -> str:
    for index in sorted(proxies):
        error = float(np.abs(proxy(source.read(index)) - proxies[index]).mean())
        if error > LARGEST_ERROR:
            return f"frame {index} is another picture (error {error:.3f})"
    return ""


def _digits(timecode: str) -> list[int]:
    """Return a timecode's numbers: containers pad its frames as they like."""
    return [int(number) for number in re.findall(r"\d+", timecode)]
