"""TIFF sequences: 8 or 16 bits, lossless RGB or grey, alpha straight or as the source has it."""

from __future__ import annotations

from dataclasses import replace

from ..frame import ColourTags, PixelFormat
from . import DISPLAY_CURVES, LINEAR, UNKNOWN, DeliveryFormat, noise_bytes, picture_tags
from .png import FORMATS as PNG


def _tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    """Return the tags: without a profile, it is read as sRGB or as nothing in particular.

    Its header says whether colour is multiplied by alpha: what is so stays so, but for linear
    light, which is to be divided before it goes through a curve.
    """
    tags = picture_tags(source, colour, stored)
    if colour.premultiplied and colour.transfer != LINEAR:
        tags = replace(tags, premultiplied=True)
    if tags.primaries == 1 and tags.transfer in DISPLAY_CURVES:
        return tags
    return replace(tags, primaries=UNKNOWN, transfer=UNKNOWN)


FORMATS = (
    DeliveryFormat(
        name="tiff",
        label="TIFF sequence",
        kind="sequence",
        suffixes=(".tif", ".tiff"),
        stores=PNG[0].stores,
        tags=_tags,
        frame_bytes=noise_bytes,
        container="tiff",
        # Measured at 1080p: a seventh of the time of zip for a tenth more bytes.
        options={"compression": "lzw"},
    ),
)
