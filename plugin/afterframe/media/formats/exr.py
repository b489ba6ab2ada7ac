"""OpenEXR sequences: scene-linear, half floats (single where the source has them)."""

from __future__ import annotations

from afterframe.errors import FormatUnfit

from ..frame import ColourTags, PixelFormat
from . import LINEAR, UNKNOWN, DeliveryFormat, raw_bytes

CODED = {9: "log coding", 10: "log coding", 16: "PQ", 18: "HLG"}
"""Transfers that do not become linear light by the sRGB curve."""


def _stored(source: PixelFormat) -> PixelFormat:
    depth = 32 if source.floating and source.depth == 32 else 16
    return PixelFormat("grey" if source.model == "grey" else "rgb", depth, True, source.alpha)


def _tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    del source, stored
    if colour.transfer in CODED:
        raise FormatUnfit(format="exr", problem=f"its {CODED[colour.transfer]} is not linear light")
    primaries = 1 if colour.primaries == UNKNOWN else colour.primaries
    space = colour.space if colour.transfer == LINEAR else ""
    return ColourTags(primaries, LINEAR, 0, True, space, premultiplied=True)


FORMATS = (
    DeliveryFormat(
        name="exr",
        label="OpenEXR sequence (linear)",
        kind="sequence",
        suffixes=(".exr",),
        stores=_stored,
        tags=_tags,
        frame_bytes=raw_bytes,
        container="openexr",
        # Measured at 1080p beside zip: two thirds of the time, and smaller in every case.
        options={"compression": "piz"},
    ),
)
