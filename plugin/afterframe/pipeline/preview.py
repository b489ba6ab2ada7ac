"""The small picture that shows how a job is getting on."""

from __future__ import annotations

import cv2

from afterframe.media.display import to_rgb8
from afterframe.media.frame import Frame

from .conform import fit_size

PREVIEW_SIDE = 480
JPEG_QUALITY = 85


def preview_picture(frame: Frame) -> bytes:
    """Return a JPEG of the frame, at most 480 pixels on its longer side."""
    size = fit_size(frame.width, frame.height, PREVIEW_SIDE)
    rgb = to_rgb8(frame, size)
    done, data = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise RuntimeError("a preview could not be encoded")
    return data.tobytes()
