"""Avid DNxHR in QuickTime: the usual delivery. 4:2:2 at 8 and 10 bits, 4:4:4 at 10."""

from __future__ import annotations

from dataclasses import replace

from ..frame import ColourTags, PixelFormat
from . import HD, SMALLEST_DNXHR, DeliveryFormat, limited_tags


def _stored(depth: int, across: int) -> PixelFormat:
    return PixelFormat("yuv", depth, subsampling=(across, 0))


def _tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    """Return the tags: decoders take every DNxHR picture for BT.709, whatever the file says."""
    return replace(limited_tags(source, colour, stored), matrix=HD.matrix)


def _bytes(per_block: int, width: int, height: int) -> int:
    """Return the fixed size of a picture (SMPTE ST 2019-1: so many bytes for 255 macroblocks)."""
    blocks = -(-width // 16) * -(-height // 16)
    return max(8192, -(-blocks * per_block // 255 // 4096) * 4096)


def _problem(width: int, height: int, pixels: PixelFormat) -> str:
    del pixels
    if width < SMALLEST_DNXHR[0] or height < SMALLEST_DNXHR[1]:
        return f"{width}x{height} is smaller than {SMALLEST_DNXHR[0]}x{SMALLEST_DNXHR[1]}"
    return ""


def _format(name: str, label: str, depth: int, across: int, per_block: int) -> DeliveryFormat:
    return DeliveryFormat(
        name=name,
        label=label,
        kind="movie",
        suffixes=(".mov",),
        stores=lambda source: _stored(depth, across),
        tags=_tags,
        frame_bytes=lambda width, height, pixels: _bytes(per_block, width, height),
        container="mov",
        problem=_problem,
        encoder="dnxhd",
        options={"profile": name},
        threads="SLICE",
    )


FORMATS = (
    _format("dnxhr_lb", "DNxHR LB (8 bits, offline)", 8, 1, 6144),
    _format("dnxhr_sq", "DNxHR SQ (8 bits)", 8, 1, 18944),
    _format("dnxhr_hq", "DNxHR HQ (8 bits)", 8, 1, 28672),
    _format("dnxhr_hqx", "DNxHR HQX (10 bits)", 10, 1, 28672),
    _format("dnxhr_444", "DNxHR 444 (10 bits)", 10, 0, 57344),
)
