"""What an engine says of itself, readable without importing an engine, numpy or torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from afterframe_hosts.wire.effects import Parameter


@dataclass(frozen=True)
class Card:
    """What an engine says of itself in its ``card.toml``.

    Attributes:
        name: short, stable, the folder's name (``motion``).
        label: before the user.
        version: of the engine; part of every recipe.
        entry: ``module:Class`` below ``afterframe_models``.
        effects: what it can make, by the names of ``wire.effects``.
        pixels: ``native``: frames stay in the clip's own encoding; ``display``: display-referred
            float32 RGB in [0, 1].
        alpha: what becomes of a source's alpha: ``carried``, ``made`` or ``dropped``.
        rank: among engines that are ready for an effect the highest is taken.
        limits: what it cannot do; shown in the UI.
        licence: SPDX id.
        weights: True when a model must be downloaded first.
        requires: import names of packages that the engine needs beyond the base install.
        parameters: what it adds to an effect's own parameters.
    """

    name: str
    label: str
    version: str
    entry: str
    effects: tuple[str, ...]
    pixels: Literal["native", "display"]
    alpha: Literal["carried", "made", "dropped"]
    rank: int
    limits: str
    licence: str
    weights: bool = False
    requires: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
