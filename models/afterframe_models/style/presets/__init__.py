"""Styles that need no picture: one file each, each by its own published method."""

from __future__ import annotations

from afterframe_hosts.wire.effects import PRESETS

from ..canvas import Canvas
from ..painter import Painter
from .cartoon import Cartoon
from .gouache import Gouache
from .ink import Ink
from .oil import Oil
from .pencil import Pencil
from .preset import Palette, Preset
from .watercolour import Watercolour

_PRESETS: dict[str, type[Preset]] = dict(
    zip(PRESETS, (Oil, Watercolour, Ink, Pencil, Gouache, Cartoon), strict=True)
)


def painter(
    name: str,
    *,
    seed: int,
    brush: float,
    height: int,
    width: int,
    draft: bool,
    palette: Palette | None = None,
) -> Painter:
    """Return a painter of one clip in a preset's style.

    Args:
        name: one of ``wire.effects.PRESETS``.
        seed: of the marks: the same seed draws the same ones.
        brush: size of all marks; 1 is the preset's own.
        height: of the pictures, in pixels; marks are shares of it.
        width: likewise.
        draft: quicker, with coarser directions.
        palette: gives a picture, (h, w, 3) RGB in [0, 1], the colours of a reference; ink and
            pencil give them to what they have drawn.

    Raises:
        ValueError: there is no such preset.
    """
    if name not in _PRESETS:
        raise ValueError(f"a preset is one of {', '.join(_PRESETS)}, not {name!r}")
    return _PRESETS[name](Canvas(height, width, brush, draft), seed, palette)
