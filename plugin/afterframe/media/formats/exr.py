"""OpenEXR sequences: scene-linear, half floats (single where the source has them)."""

from __future__ import annotations

from afterframe.errors import FormatUnfit

from ..frame import ColourTags, PixelFormat
from . import LINEAR, UNKNOWN, DeliveryFormat, stored_bytes

CODED = {9: "log coding", 10: "log coding", 16: "PQ", 18: "HLG"}
"""Transfers that do not become linear light by the sRGB curve."""


def _format(name: str, label: str, compression: str, *, exact: bool = True) -> DeliveryFormat:
    def stored(source: PixelFormat) -> PixelFormat:
        depth = 32 if exact and source.floating and source.depth == 32 else 16
        return PixelFormat("grey" if source.model == "grey" else "rgb", depth, True, source.alpha)

    def tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
        del source, stored
        if colour.transfer in CODED:
            problem = f"its {CODED[colour.transfer]} is not linear light"
            raise FormatUnfit(format=name, problem=problem)
        if colour.transfer == UNKNOWN and "log" in colour.space.lower():
            problem = f"its {colour.space} is not linear light"
            raise FormatUnfit(format=name, problem=problem)
        space = colour.space if colour.transfer == LINEAR else ""
        primaries = 1 if colour.primaries == UNKNOWN and not space else colour.primaries
        return ColourTags(primaries, LINEAR, 0, True, space, premultiplied=True)

    return DeliveryFormat(
        name=name,
        label=label,
        kind="sequence",
        suffixes=(".exr",),
        stores=stored,
        tags=tags,
        frame_bytes=stored_bytes,
        container="openexr",
        options={"compression": compression},
        exact=exact,
    )


FORMATS = (
    # Measured at 1080p beside zip: two thirds of the time, and smaller in every case.
    _format("exr", "OpenEXR sequence (linear, PIZ)", "piz"),
    _format("exr_zip", "OpenEXR sequence (linear, ZIP)", "zip"),
    # A quarter of PIZ's bytes, at 50 dB and more of scene-linear values.
    _format("exr_dwaa", "OpenEXR sequence (linear, DWAA, small)", "dwaa:45", exact=False),
)
