"""Which strips a batch is about, and what is to be made of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..base import Host, Query
from ..wire.clip import Clip
from ..wire.effects import effect
from ..wire.errors import BadValue, ItemNotFound, PlayheadOutside
from ..wire.shotlist import Line, read_list, values_for

COLUMNS = ("strip", "at")
"""Of a list, beside ``effect`` and the parameters: a strip's name or a pattern with ``*`` and
``?``, and the timeline frame to start from."""


@dataclass(frozen=True)
class Shot:
    """One strip and what to make of it.

    Attributes:
        clip: the strip.
        effect: name of the effect.
        parameters: that were set, checked.
        at: timeline frame to start from; None: the strip's first.
    """

    clip: Clip
    effect: str
    parameters: Mapping[str, Any]
    at: int | None = None


def shots_of_strips(host: Host, query: str, name: str, settings: Sequence[str]) -> tuple[Shot, ...]:
    """Return a shot for each strip that is meant.

    Args:
        host: where the strips are.
        query: as ``Query.parse`` reads it.
        name: of the effect.
        settings: ``PARAM=VALUE`` each.

    Raises:
        UnknownEffect, BadValue: the effect, a setting or the query is not one.
        ItemNotFound: no strip is meant.
    """
    declared = effect(name)
    values = values_for(declared, _cells(settings), Path.cwd())
    clips = _found(host, query)
    return tuple(Shot(clip, name, values) for clip in clips)


def shots_of_list(host: Host, path: Path, name: str, settings: Sequence[str]) -> tuple[Shot, ...]:
    """Return the shots of a list: CSV or JSON, one line for each.

    Args:
        host: where the strips are.
        path: of the list.
        name: of the effect, where a line names none.
        settings: ``PARAM=VALUE`` each, where a line sets nothing.

    Raises:
        ShotListError: tells of every line that is not right.
        BadValue: a setting is none.
    """

    def take(line: Line) -> tuple[Shot, ...]:
        if not line.own["strip"]:
            raise ValueError("no strip is named")
        clips = _found(host, f"name:{line.own['strip']}")
        return tuple(_shot(clip, line) for clip in clips)

    defaults = {"effect": name, **_cells(settings)}
    taken = read_list(path.absolute(), COLUMNS, defaults, take)
    return tuple(shot for shots in taken for shot in shots)


def _found(host: Host, query: str) -> tuple[Clip, ...]:
    asked = Query.parse(query)
    # What is wrong with a selection, the selection itself says best.
    clips = host.selection() if asked.kind == "selected" else host.clips(asked)
    if not clips:
        raise ItemNotFound(path=host.describe().document, item=query)
    return clips


def _shot(clip: Clip, line: Line) -> Shot:
    text, span = line.own["at"], clip.record_range
    try:
        at = int(text) if text else None
    except ValueError:
        raise BadValue(field="at", value=text[:60], allowed="a timeline frame") from None
    if at is not None and at not in span:
        raise PlayheadOutside(frame=at, first=span.start, last=span.end - 1, clip=clip.name)
    return Shot(clip, line.effect, line.parameters, at)


def _cells(settings: Sequence[str]) -> dict[str, str]:
    cells = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise BadValue(field="--set", value=setting[:60], allowed="PARAM=VALUE")
        cells[name.strip().replace("-", "_")] = value
    return cells
