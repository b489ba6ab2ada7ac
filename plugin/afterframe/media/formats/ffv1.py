"""FFV1 in Matroska: lossless, every sample as it was made."""

from __future__ import annotations

from dataclasses import replace

from ..frame import ColourTags, PixelFormat
from . import DeliveryFormat, noise_bytes, own_tags, picture_tags

YUV_ALPHA_SUBSAMPLINGS = frozenset({(0, 0), (1, 0), (1, 1)})


def _stored(source: PixelFormat) -> PixelFormat:
    """Return the source's format, or the nearest that holds all its samples."""
    if source.floating:
        return PixelFormat("rgb", 16, alpha=source.alpha)
    if source.model == "grey" and source.alpha and source.depth > 8:
        return PixelFormat("rgb", 16, alpha=True)
    if source.model != "yuv" or source.depth == 8:
        return source
    depth = source.depth if source.depth in (9, 10, 12, 14, 16) else 16
    if source.alpha and depth == 14:
        depth = 16
    subsampling = source.subsampling
    if subsampling not in YUV_ALPHA_SUBSAMPLINGS:
        subsampling = (0, 0)
    return replace(source, depth=depth, subsampling=subsampling)


def _problem(width: int, height: int, pixels: PixelFormat) -> str:
    """Every slice needs a sample of every plane, and there are four by four of them."""
    sizes = (pixels.plane_size(plane, width, height) for plane in range(pixels.planes))
    return f"{width}x{height} is too small for it" if min(map(min, sizes)) < 4 else ""


def _tags(source: PixelFormat, colour: ColourTags, stored: PixelFormat) -> ColourTags:
    return (picture_tags if source.floating else own_tags)(source, colour, stored)


FORMATS = (
    DeliveryFormat(
        name="ffv1",
        label="FFV1 (lossless)",
        kind="movie",
        suffixes=(".mkv",),
        stores=_stored,
        tags=_tags,
        frame_bytes=noise_bytes,
        container="matroska",
        problem=_problem,
        encoder="ffv1",
        square_pixels=True,  # PyAV does not hand the shape of pixels on to Matroska
        pix_fmts={PixelFormat("rgb", 8): "bgr0", PixelFormat("rgb", 8, alpha=True): "bgra"},
        # Every picture a keyframe, in slices: any frame is one decode, on all cores.
        options={"level": 3, "g": 1, "slices": 16, "slicecrc": 1},
        threads="SLICE",
    ),
)
