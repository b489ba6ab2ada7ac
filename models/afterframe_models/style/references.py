"""What a job's references give: the manner between them, and their colours as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.colour import sampled, transfer_table
from afterframe.imaging.lut import look_up
from afterframe_hosts.wire.pictures import Reference
from afterframe_models.base import Pictures

from .analysis import Manner, lab_of, mixed, read_manner, rgb_of

Single = NDArray[np.float32]
Toned = Callable[[Single], Single]
"""Gives a picture (h, w, 3) the colours of the style."""

COLOURS = 12_000
"""Colours of a clip that are looked at, at most."""
PLAIN = 6.0
"""Standard deviation of a clip's colours (Lab) below which they are moved less and less: of a
black clip no colour can be told from another, and it stays black."""


@dataclass(frozen=True)
class Style:
    """What was read from the references of a job.

    Attributes:
        manner: the one between them; of one-colour pictures only where there is no other.
        kinds: of each reference its name and what it was read as, see ``Manner.kind``.
        colours: of each, (n, 3) float32 RGB in [0, 1].
        weights: of each.
    """

    manner: Manner
    kinds: tuple[tuple[str, str], ...]
    colours: tuple[Single, ...]
    weights: tuple[float, ...]

    def toned(self, clip: Single, strength: float, seed: int) -> Toned:
        """Return what gives the clip's pictures the references' colours.

        Args:
            clip: (n, 3) float32 RGB in [0, 1]: colours of the whole clip, once for all frames.
            strength: 0 (the clip's own) to 1.
            seed: of the transport's random turns.
        """
        spread = float(np.linalg.norm(lab_of(clip[None])[0].std(0)))
        strength *= min(1.0, (spread / PLAIN) ** 2)
        if strength == 0:
            return lambda picture: picture
        table = transfer_table(clip, self.colours, self.weights, strength=strength, seed=seed)
        return lambda picture: look_up(table, picture)


def read_style(references: Sequence[Reference], pictures: Pictures) -> Style:
    """Return what can be read from references. Errors: those of ``afterframe.media``."""
    rgb = [pictures.rgb(each.path) for each in references]
    manners = [read_manner(each) for each in rgb]
    weights = tuple(each.weight for each in references)
    told = [k for k, manner in enumerate(manners) if manner.kind != "colour"]
    told = told or list(range(len(manners)))
    return Style(
        mixed([manners[k] for k in told], [weights[k] for k in told]),
        tuple((Path(r.path).name, m.kind) for r, m in zip(references, manners, strict=True)),
        tuple(rgb_of(manner.colours) for manner in manners),
        weights,
    )


def clip_colours(frames: Sequence[Single]) -> Single:
    """Return the colours of some frames of a clip together, (n, 3)."""
    colours = np.concatenate([sampled(frame) for frame in frames])
    return colours[:: -(-len(colours) // COLOURS)]
