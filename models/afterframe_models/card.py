"""What an engine says of itself, readable without importing an engine, numpy or torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from afterframe_hosts.wire.effects import Parameter

PATIENCE = 900.0
"""Seconds, see ``Card.patience``."""

DigitalSource = Literal[
    "algorithmicallyEnhanced",
    "algorithmicMedia",
    "compositeSynthetic",
    "compositeWithTrainedAlgorithmicMedia",
    "trainedAlgorithmicMedia",
]
"""How pictures came about, in the terms of IPTC's NewsCodes "Digital Source Type": shot ones
altered by an algorithm without a trained model; made by an algorithm alone; put together of shot
and made ones; shot ones edited by generative AI; made by generative AI."""


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
        digital_source: by effect, how its pictures came about; of an effect that is not named:
            altered by an algorithm where there are no weights, else made by generative AI.
        memory_mb_per_megapixel: its working set beside the frames that reader and writer hold,
            at its largest setting, measured.
        gpu: it works where ``Context.device`` says; else that is always ``cpu``.
        patience: seconds in which it may make no frame and not call ``Context.check``, while a
            model is loaded or a step is made; after that it is taken for hung and ended.
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
    digital_source: Mapping[str, DigitalSource] = field(default_factory=dict)
    memory_mb_per_megapixel: float = 100.0
    gpu: bool = False
    patience: float = PATIENCE

    def source_of(self, effect: str) -> DigitalSource:
        """Return how this engine's pictures of an effect came about."""
        usual: DigitalSource = (
            "trainedAlgorithmicMedia" if self.weights else "algorithmicallyEnhanced"
        )
        return self.digital_source.get(effect, usual)
