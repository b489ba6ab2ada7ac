"""What a movie says of itself beside its pictures: timecode, reel, mastering display."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import SideData

from .frame import HdrMetadata

REEL_KEYS = (
    "reel_name",
    "reel",
    "com.apple.quicktime.reelname",
    "com.arri.camera.reelname",
    "com.apple.proapps.reel",
    "tape",
)
"""In lower case: of timecode tracks (mov, mxf), QuickTime metadata, and others' own."""


def start_timecode(container: av.container.InputContainer, stream: av.VideoStream) -> str:
    """Return the timecode of the first picture, empty where the file says none."""
    return _said(container, stream, ("timecode",))


def reel_name(container: av.container.InputContainer, stream: av.VideoStream) -> str:
    """Return the name of the tape or card, empty where the file says none."""
    return _said(container, stream, REEL_KEYS)


def hdr_of(picture: av.VideoFrame) -> HdrMetadata | None:
    """Return mastering display (SMPTE ST 2086) and light level (CTA-861.3) of a decoded picture.

    Containers' own are among them: FFmpeg hands them on with each picture.
    """
    try:
        found = {data.type.name: bytes(data) for data in side_data(picture)}
    except ValueError:  # other data of a kind that PyAV has no name for
        return None
    display = found.get("MASTERING_DISPLAY_METADATA")
    light = found.get("CONTENT_LIGHT_LEVEL")
    if display is None and light is None:
        return None
    # AVMasteringDisplayMetadata: ten rationals, then whether primaries and luminance are said.
    numbers = np.frombuffer(display or bytes(88), np.int32)[:22]
    ratios = [Fraction(int(a), max(int(b), 1)) for a, b in numbers[:20].reshape(10, 2)]
    pairs = [(ratios[at], ratios[at + 1]) for at in range(0, 10, 2)]
    cll, fall = np.frombuffer(light or bytes(8), np.uint32)[:2]
    return HdrMetadata(
        primaries=tuple(pairs[:3]) if numbers[20] else (),
        white=pairs[3] if numbers[20] else None,
        luminance=pairs[4] if numbers[21] else None,
        max_cll=int(cll),
        max_fall=int(fall),
    )


def side_data(picture: av.VideoFrame) -> tuple[SideData, ...]:
    """Return what accompanies a picture. Raises ValueError: of a kind that PyAV does not know."""
    container: Any = picture.side_data
    return tuple(container)


def _said(
    container: av.container.InputContainer, stream: av.VideoStream, keys: tuple[str, ...]
) -> str:
    for metadata in _metadata(container, stream):
        lower = {key.lower(): value for key, value in metadata.items()}
        for key in keys:
            if value := lower.get(key, "").strip():
                return value
    return ""


def _metadata(
    container: av.container.InputContainer, stream: av.VideoStream
) -> Iterator[Mapping[str, str]]:
    yield stream.metadata
    for track in container.streams.data:
        yield track.metadata
    yield container.metadata
