"""The pictures that a job's parameters name: end frames, masks, style references."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.errors import MaskUnfit
from afterframe.media.convert import convert
from afterframe.media.display import LUMA_709, to_display
from afterframe.media.frame import Frame, MediaInfo
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import STILL_SUFFIXES, Media

from .conform import resized

SHAPE_TOLERANCE = 0.02
"""How far a mask's shape may be from the source's: a row lost in scaling is no other picture."""


class JobPictures:
    """See ``afterframe_models.base.Pictures``.

    Args:
        info: of the frames that the engine sees.
    """

    def __init__(self, info: MediaInfo) -> None:
        self._info = info

    def like_source(self, path: str) -> Frame:
        """Return a picture in the source's own encoding and size, cropped to its shape."""
        return like(_first_frame(path), self._info)

    def rgb(self, path: str) -> NDArray[np.float32]:
        """Return a picture at its own size, display-referred RGB (h, w, 3) in [0, 1]."""
        return to_display(_first_frame(path))

    def mask(self, path: str) -> NDArray[np.float32]:
        """Return a picture's luma at the source's size, (h, w) in [0, 1].

        Raises:
            MaskUnfit: it is of another shape than the source.
        """
        luma = to_display(_first_frame(path)) @ np.array(LUMA_709, np.float32)
        height, width = luma.shape
        info = self._info
        shape = width / height * info.height / info.width
        if min(abs(shape - 1), abs(shape / info.pixel_aspect - 1)) > SHAPE_TOLERANCE:
            wanted = f"{info.width}x{info.height}"
            raise MaskUnfit(path=path, size=f"{width}x{height}", wanted=wanted)
        smaller = width * height > info.width * info.height
        method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        size = (info.width, info.height)
        return np.asarray(cv2.resize(luma, size, interpolation=method), np.float32)


def like(frame: Frame, info: MediaInfo) -> Frame:
    """Return a frame in another medium's encoding and size, cropped to its shape."""
    if (frame.format, frame.colour) != (info.format, info.colour):
        frame = convert(frame, info.format, info.colour)
    return resized(frame, info.width, info.height)


def _first_frame(path: str) -> Frame:
    """Return a picture, or a movie's first frame."""
    still = Path(path).suffix.lower() in STILL_SUFFIXES
    with open_media(Media("still" if still else "movie", path)) as source:
        return source.read(0)
