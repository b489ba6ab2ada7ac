"""H.264 in MP4 or QuickTime: small, for review. 4:2:0, 8 bits for everything, 10 for some."""

from __future__ import annotations

from ..frame import PixelFormat
from . import DeliveryFormat, even_sides, own_tags, review_bytes


def _format(name: str, label: str, depth: int) -> DeliveryFormat:
    return DeliveryFormat(
        name=name,
        label=label,
        kind="movie",
        suffixes=(".mp4", ".m4v", ".mov"),
        stores=lambda source: PixelFormat("yuv", depth, subsampling=(1, 1)),
        tags=own_tags,
        frame_bytes=review_bytes,
        container="mp4",
        problem=even_sides,
        encoder="libx264",
        # Constant quality near what is told from the source by eye; faster presets win little
        # on two cores and cost a quarter more bytes. A keyframe at least every two seconds: hosts
        # scrub it, and we read it back, without decoding all that lies before.
        options={"crf": 16, "preset": "faster", "g": 48},
    )


FORMATS = (
    _format("h264", "H.264 (8 bits, small)", 8),
    _format("h264_10", "H.264 (10 bits, small)", 10),
)
