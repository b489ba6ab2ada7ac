"""H.264 in MP4 or QuickTime: small, for review. 4:2:0, 8 bits for everything, 10 for some."""

from __future__ import annotations

from . import DeliveryFormat, even_sides, review_movie


def _format(name: str, label: str, depth: int) -> DeliveryFormat:
    return review_movie(name, label, depth, "libx264", problem=even_sides)


FORMATS = (
    _format("h264", "H.264 (8 bits, small)", 8),
    _format("h264_10", "H.264 (10 bits, small)", 10),
)
