"""The pixel contract: what an engine sees, and what becomes of its frames on the way back.

``native`` engines get the clip's own encoding and give it back. ``display`` engines get
display-referred RGB float32 in [0, 1]; the transform is recorded in the recipe and inverted on
the way back, and samples that had to be clipped are counted and told. A frame that such an engine
hands on as it saw it comes back as the clip has it, to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from afterframe.media.convert import LINEAR, convert, rgb_floats, srgb_encode
from afterframe.media.frame import Frame, PixelFormat, Plane
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Source
from afterframe_models.card import Card

from .source import FilteredSource

DISPLAY_FORMAT = PixelFormat("rgb", 32, floating=True)
SRGB = 13
"""Transfer code point of the curve that linear light is shown through (ITU-T H.273)."""
HALF_STEP = 0.5 / 255
CLIPPED = "note.clipped"
ALPHA_DROPPED = "note.alpha_dropped"


@dataclass
class Passage:
    """The way of pixels to an engine and back.

    Attributes:
        source: what the engine reads.
        back: turns a made frame into the clip's encoding.
        record: for the recipe.
        clipped: share of samples that were clipped on the way, 0 to 1, the worst frame's.
    """

    source: Source
    back: Callable[[Frame], Frame]
    record: Mapping[str, Any]
    clipped: float = field(default=0.0)

    def notes(self) -> tuple[Note, ...]:
        """Tell what was lost."""
        if self.clipped < 0.0005:
            return ()
        return (Note(CLIPPED, {"percent": round(100 * self.clipped, 1)}),)


def passage(card: Card, source: Source) -> Passage:
    """Return the passage that an engine's card asks for."""
    tags = source.info.colour
    if card.pixels == "native":
        return Passage(source, lambda frame: frame, {"pixels": "native", **vars(tags)})
    return _display_passage(source, alpha=card.alpha == "carried")


def without_alpha(frame: Frame) -> Frame:
    """Return the frame with its alpha plane dropped."""
    if not frame.format.alpha:
        return frame
    return replace(frame, planes=frame.planes[:-1], format=replace(frame.format, alpha=False))


def opaque(frame: Frame) -> Frame:
    """Return the frame with an alpha plane that hides nothing."""
    if frame.format.alpha:
        return frame
    pixels = replace(frame.format, alpha=True)
    full = 1.0 if pixels.floating else pixels.peak
    plane = np.full(frame.planes[0].shape, full, pixels.dtype)
    return replace(frame, planes=(*frame.planes, plane), format=pixels)


def _display_passage(source: Source, *, alpha: bool) -> Passage:
    info = source.info
    alpha = alpha and info.format.alpha
    kept = replace(info.format, alpha=alpha)
    pixels = replace(DISPLAY_FORMAT, alpha=alpha)
    linear = info.colour.transfer == LINEAR
    transfer = SRGB if linear else info.colour.transfer
    # Colour is shown as it is behind its alpha: multiplied by it, edges would be dark.
    shown = replace(info.colour, matrix=0, full_range=True, transfer=transfer, premultiplied=False)

    last: tuple[Frame, Frame] | None = None  # what the engine saw last, and what the clip has there
    unseen = 0.0  # share of the clip's samples that the engine saw clipped

    def forth(frame: Frame) -> Frame:
        nonlocal last, unseen
        straight = convert(frame, pixels, replace(shown, transfer=info.colour.transfer))
        rgb = rgb_floats(straight)
        unseen = max(unseen, _outside(rgb))
        seen = srgb_encode(rgb) if linear else np.clip(rgb, 0.0, 1.0)
        planes = tuple(np.ascontiguousarray(seen[..., c], dtype=np.float32) for c in range(3))
        last = Frame((*planes, *straight.planes[3:]), pixels, shown), frame
        return last[0]

    def back(frame: Frame) -> Frame:
        if last is not None and frame is last[0]:
            return last[1] if alpha else without_alpha(last[1])
        way.clipped = max(way.clipped, unseen, *(_outside(plane) for plane in frame.planes))
        planes = tuple(np.clip(plane, 0.0, 1.0) for plane in frame.planes)
        return convert(Frame(planes, pixels, shown), kept, info.colour)

    way = Passage(
        FilteredSource(source, replace(info, format=pixels, colour=shown), forth),
        back,
        {
            "pixels": "display",
            "transform": "linear to sRGB curve" if linear else "none beyond range and matrix",
            **vars(info.colour),
        },
    )
    return way


def _outside(samples: Plane) -> float:
    """Return the share of samples that clipping to [0, 1] changes by more than half a step."""
    return float(np.mean((samples < -HALF_STEP) | (samples > 1 + HALF_STEP)))
