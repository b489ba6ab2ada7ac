"""The pixel contract: what an engine sees, and what becomes of its frames on the way back.

``native`` engines get the clip's own encoding and give it back. ``display`` engines get
display-referred RGB float32 in [0, 1]; the transform is recorded in the recipe and inverted on
the way back, and samples that had to be clipped are counted and told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from afterframe.media.display import from_display, to_display
from afterframe.media.frame import ColourTags, Frame, PixelFormat
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Source
from afterframe_models.card import Card

from .source import FilteredSource

DISPLAY_FORMAT = PixelFormat("rgb", 32, floating=True)
DISPLAY_COLOUR = ColourTags(primaries=1, transfer=13, matrix=0, full_range=True)
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
    return _display_passage(source)


def without_alpha(frame: Frame) -> Frame:
    """Return the frame with its alpha plane dropped."""
    if not frame.format.alpha:
        return frame
    return replace(frame, planes=frame.planes[:-1], format=replace(frame.format, alpha=False))


def _display_passage(source: Source) -> Passage:
    info = source.info
    opaque = replace(info.format, alpha=False)

    def forth(frame: Frame) -> Frame:
        rgb, clipped = to_display(without_alpha(frame))
        way.clipped = max(way.clipped, clipped)
        planes = tuple(np.ascontiguousarray(rgb[..., channel]) for channel in range(3))
        return Frame(planes, DISPLAY_FORMAT, DISPLAY_COLOUR)

    def back(frame: Frame) -> Frame:
        made, clipped = from_display(np.dstack(frame.planes), opaque, info.colour)
        way.clipped = max(way.clipped, clipped)
        return made

    shown = replace(info, format=DISPLAY_FORMAT, colour=DISPLAY_COLOUR)
    way = Passage(
        FilteredSource(source, shown, forth),
        back,
        {
            "pixels": "display",
            "to": "display-referred sRGB, inverted on return",
            **vars(info.colour),
        },
    )
    return way
