"""Which engines there are, which of them can be used now, and how to get one.

Cards are data: reading them imports no engine. An engine's code is imported by :func:`load` only,
which runs in a worker process. Adding an engine is a new folder with its ``card.toml``.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from afterframe.errors import UnknownEngine
from afterframe_hosts.wire import codec, effects
from afterframe_hosts.wire.session import EngineInfo
from afterframe_models.card import Card

if TYPE_CHECKING:  # base imports numpy, which must stay out of the service
    from afterframe_models.base import Engine

FOLDER = Path(__file__).parent


class Readiness(NamedTuple):
    """Whether an engine can be used now; if not, why, and what to do about it (English)."""

    ready: bool
    reason: str = ""
    needs: str = ""


def cards(folder: Path = FOLDER) -> dict[str, Card]:
    """Return every engine's card by its name, in the order of the names.

    Raises:
        ValueError: a card is not TOML, has a field that is unknown, missing or of a wrong type,
            is not in the folder of its name, or names an effect that does not exist.
    """
    found = (_read(path) for path in sorted(folder.glob("*/card.toml")))
    return {card.name: card for card in found}


def ready(card: Card) -> Readiness:
    """Tell whether what the engine needs is installed; imports nothing."""
    missing = [name for name in card.requires if importlib.util.find_spec(name) is None]
    if not missing:
        return Readiness(True)
    packages = ", ".join(missing)
    return Readiness(
        False,
        f"{card.label} needs {packages}, which is not installed.",
        f"Install {packages} into Afterframe's environment.",
    )


def infos(available: Mapping[str, Card] | None = None) -> tuple[EngineInfo, ...]:
    """Return all engines as a host shows them, the best first."""
    known = cards() if available is None else available
    ranked = sorted(known.values(), key=lambda card: (-card.rank, card.name))
    return tuple(_info(card) for card in ranked)


@functools.cache
def load(name: str) -> Engine:
    """Return the engine of this name, made at its first use and kept: it may hold a model.

    Raises:
        UnknownEngine: there is none.
    """
    known = cards()
    if name not in known:
        raise UnknownEngine(engine=name, known=", ".join(known))
    module, _, attribute = known[name].entry.partition(":")
    made: Engine = getattr(importlib.import_module(f"{__package__}.{module}"), attribute)(
        known[name]
    )
    return made


def _read(path: Path) -> Card:
    try:
        card = codec.load(Card, tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:  # TOML errors and BadMessage both are
        raise ValueError(f"{path}: {error}") from error
    if card.name != path.parent.name:
        raise ValueError(f"{path}: {card.name} is not the name of its folder")
    unknown = set(card.effects) - set(effects.EFFECTS)
    if unknown:
        raise ValueError(f"{path}: there is no effect {sorted(unknown)[0]}")
    return card


def _info(card: Card) -> EngineInfo:
    state = ready(card)
    return EngineInfo(
        name=card.name,
        label=card.label,
        version=card.version,
        effects=card.effects,
        ready=state.ready,
        reason=state.reason,
        needs=state.needs,
        limits=card.limits,
        licence=card.licence,
        weights=card.weights,
        parameters=card.parameters,
    )
