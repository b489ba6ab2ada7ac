"""Apple ProRes in QuickTime: 10 bits, 4:2:2 from offline to mastering, 4:4:4 with alpha."""

from __future__ import annotations

from dataclasses import replace

from ..frame import ColourTags, PixelFormat
from . import HEADER, UNKNOWN, DeliveryFormat, limited_tags

PRIMARIES = frozenset({1, 2, 5, 6, 9, 11, 12})
TRANSFERS = {1: 1, 2: 2, 6: 1, 14: 1, 15: 1, 16: 16, 18: 18}
MATRICES = {1: 1, 2: 2, 5: 6, 6: 6, 9: 9}
"""Code points that a ProRes frame header can say (SMPTE RDD 36, 6.1.1), each with those that
mean the same; it would say 0, reserved, for all others."""


def _tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    tags = limited_tags(source, colour, stored)
    return replace(
        tags,
        primaries=tags.primaries if tags.primaries in PRIMARIES else UNKNOWN,
        transfer=TRANSFERS.get(tags.transfer, UNKNOWN),
        matrix=MATRICES.get(tags.matrix, UNKNOWN),
    )


def _problem(width: int, height: int, pixels: PixelFormat) -> str:
    del height, pixels
    return f"ProRes needs an even width, not {width}" if width % 2 else ""


ALPHA_BITS = 19.5
"""Of alpha, which is coded without loss, at most so many a pixel, measured on noise."""


def _format(name: str, label: str, profile: int, alpha: bool, bits: float) -> DeliveryFormat:
    """Return a flavour; ``bits`` of colour at most a pixel, with every sample random."""
    across = 0 if profile >= 4 else 1
    return DeliveryFormat(
        name=name,
        label=label,
        kind="movie",
        suffixes=(".mov",),
        stores=lambda source: PixelFormat(
            "yuv", 10, alpha=alpha and source.alpha, subsampling=(across, 0)
        ),
        tags=_tags,
        frame_bytes=lambda width, height, pixels: (
            int(width * height * (bits + ALPHA_BITS * pixels.alpha) / 8) + HEADER
        ),
        container="mov",
        problem=_problem,
        # Four times the speed of prores_ks and 4 dB above it, for a third more bytes.
        encoder="prores_aw",
        options={"profile": profile},
        threads="FRAME",
    )


# Real clips take, in the same order, 0.7 to 1.6, 1.6 to 2.8, 2.7 to 4.3, 5.2 to 5.7 and 6.5 to 7.0
# bits a pixel.
FORMATS = (
    _format("prores_422_proxy", "ProRes 422 Proxy (10 bits, offline)", 0, False, 9),
    _format("prores_422_lt", "ProRes 422 LT (10 bits)", 1, False, 14.5),
    _format("prores_422", "ProRes 422 (10 bits)", 2, False, 18.5),
    _format("prores_422_hq", "ProRes 422 HQ (10 bits)", 3, False, 21),
    _format("prores_4444", "ProRes 4444 (10 bits, alpha)", 4, True, 32),
)
