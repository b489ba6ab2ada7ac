"""H.264 in MP4: small, plays everywhere, for review. 8 bits, 4:2:0."""

from __future__ import annotations

from ..frame import PixelFormat
from . import DeliveryFormat, own_tags


def _stored(source: PixelFormat) -> PixelFormat:
    del source
    return PixelFormat("yuv", 8, subsampling=(1, 1))


def _problem(width: int, height: int, pixels: PixelFormat) -> str:
    del pixels
    if width % 2 or height % 2:
        return f"4:2:0 needs an even width and height, not {width}x{height}"
    return ""


FORMATS = (
    DeliveryFormat(
        name="h264",
        label="H.264 (8 bits, small)",
        kind="movie",
        suffixes=(".mp4", ".m4v"),
        stores=_stored,
        tags=own_tags,
        frame_bytes=lambda width, height, pixels: width * height // 6,
        container="mp4",
        problem=_problem,
        encoder="libx264",
        # Constant quality near what is told from the source by eye; faster presets win little
        # on two cores and cost a quarter more bytes.
        options={"crf": 16, "preset": "faster"},
    ),
)
