"""Which strips a batch is about, and what is to be made of each.

What differs from one shot to another stands in a list, in the strips' names or in the names of
timeline markers: ``walk motion=8 seconds=3`` is a name with two settings, and ``extend`` in it
names the effect.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..base import Query
from ..orders import Order, Wish
from ..wire.clip import Clip
from ..wire.effects import EFFECTS, effect
from ..wire.errors import AfterframeError, BadValue, ItemNotFound, PlayheadOutside, ShotName
from ..wire.shotlist import Line, read_list, values_for
from .adapter import BlenderHost

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
        after: of a bridge, the strip after the gap.
    """

    clip: Clip
    effect: str
    parameters: Mapping[str, Any]
    at: int | None = None
    after: Clip | None = None

    @property
    def start(self) -> int:
        """The timeline frame that tells it from other shots of its strip."""
        return self.clip.record_range.start if self.at is None else self.at

    def order(self, wish: Wish, session: str = "") -> Order:
        """Return what to submit: a wish's engine, quality and delivery, this shot's effect."""
        mine = replace(wish, effect=self.effect, parameters=self.parameters)
        return Order(self.clip, mine, self.at, session, self.after)


def shots_of_strips(
    host: BlenderHost, query: str, name: str, base: Mapping[str, Any], *, named: bool = False
) -> tuple[Shot, ...]:
    """Return a shot for each strip that is meant; of a bridge, for each gap between them.

    Args:
        host: where the strips are.
        query: as ``Query.parse`` reads it.
        name: of the effect.
        base: parameters that are set for all.
        named: read effect and settings out of the strips' names, too.

    Raises:
        UnknownEffect, BadValue: the effect or the query is not one.
        ShotName: tells of every name that is not right.
        ItemNotFound: no strip is meant, or no gap.
    """
    effect(name)
    clips = _found(host, query)
    said = [(clip.name, clip.record_range.start, clip) for clip in clips]

    def take(text: str, clip: Clip) -> Shot | None:
        chosen, values = _told(text, name, base) if named else (name, _fitting(base, name))
        if EFFECTS[chosen].source != "gap":
            return Shot(clip, chosen, values)
        after = _next(host, clip, clips, query)
        return None if after is None else Shot(clip, chosen, values, after=after)

    return _some(_each(said, take), host, query)


def shots_of_markers(
    host: BlenderHost, query: str, name: str, base: Mapping[str, Any]
) -> tuple[Shot, ...]:
    """Return a shot for each marker that stands over a strip that is meant.

    A clip is made from the marker's frame on; what works on whole clips works on the strip under
    the marker, what works on gaps on the gap nearest to it. Two markers that mean the same give
    one shot.

    Args:
        host: where markers and strips are.
        query: as ``Query.parse`` reads it.
        name: of the effect, where a marker's name says none.
        base: parameters that are set for all.

    Raises:
        UnknownEffect, BadValue: the effect or the query is not one.
        ShotName: tells of every name that is not right.
        ItemNotFound: no marker stands over a strip that is meant.
    """
    effect(name)
    marked = [(text, frame, (frame, clip)) for frame, text, clip in host.marked(Query.parse(query))]

    def take(text: str, where: tuple[int, Clip]) -> Shot:
        frame, clip = where
        chosen, values = _told(text, name, base)
        source = EFFECTS[chosen].source
        if source == "gap":
            before, after = host.gap_at(frame)
            return Shot(before, chosen, values, after=after)
        return Shot(clip, chosen, values, frame if source == "frame" else None)

    shots: list[Shot] = []
    for shot in _each(marked, take):
        if shot not in shots:
            shots.append(shot)
    return _some(shots, host, f"{query}, with a marker over it")


def shots_of_list(
    host: BlenderHost,
    path: Path,
    name: str,
    base: Mapping[str, Any],
    cells: Mapping[str, str] | None = None,
) -> tuple[Shot, ...]:
    """Return the shots of a list: CSV or JSON, one line for each.

    Args:
        host: where the strips are.
        path: of the list.
        name: of the effect, where a line names none.
        base: parameters that are set where a line sets nothing, for effects that have them.
        cells: likewise, as text.

    Raises:
        ShotListError: tells of every line that is not right.
    """

    def take(line: Line) -> tuple[Shot, ...]:
        if not line.own["strip"]:
            raise ValueError("no strip is named")
        clips = _found(host, f"name:{line.own['strip']}")
        return tuple(_shot(host, clip, line, base) for clip in clips)

    taken = read_list(path.absolute(), COLUMNS, {"effect": name, **(cells or {})}, take)
    return tuple(shot for shots in taken for shot in shots)


def cells_of(settings: Sequence[str]) -> dict[str, str]:
    """Return settings of a command line, ``PARAM=VALUE`` each, by the parameters' names.

    Raises:
        BadValue: one of them is none.
    """
    cells = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise BadValue(field="--set", value=setting[:60], allowed="PARAM=VALUE")
        cells[_parameter(name)] = value
    return cells


def _found(host: BlenderHost, query: str) -> tuple[Clip, ...]:
    asked = Query.parse(query)
    # What is wrong with a selection, the selection itself says best.
    clips = host.selection() if asked.kind == "selected" else host.clips(asked)
    return _some(clips, host, query)


def _some(found: Iterable[Any], host: BlenderHost, what: str) -> tuple[Any, ...]:
    taken = tuple(found)
    if not taken:
        raise ItemNotFound(path=host.describe().document, item=what)
    return taken


def _each(
    said: Iterable[tuple[str, int, Any]], take: Callable[[str, Any], Shot | None]
) -> list[Shot]:
    """Take what each name says, with its frame and what it is of; tell of all that are wrong."""
    shots: list[Shot] = []
    problems: list[tuple[str, int, str]] = []
    for text, frame, of in said:
        try:
            shot = take(text, of)
        except AfterframeError as error:
            problems.append((text, frame, f"{error.message()} {error.fix()}"))
            continue
        if shot is not None:
            shots.append(shot)
    if problems:
        (name, frame, problem), *others = problems
        told = [problem, *(f"{text} ({at}): {why}" for text, at, why in others)]
        raise ShotName(name=name, frame=frame, problem="\n".join(told))
    return shots


def _told(text: str, name: str, base: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the effect and the parameters that a name says, and those that are set for all."""
    try:
        words = shlex.split(text)
    except ValueError:  # an apostrophe in a name
        words = text.split()
    chosen = next((word.lower() for word in words if word.lower() in EFFECTS), name)
    pairs = [word.partition("=") for word in words if "=" in word]
    cells = {_parameter(key): value for key, _, value in pairs}
    return chosen, _fitting(base, chosen) | values_for(effect(chosen), cells, Path.cwd())


def _parameter(text: str) -> str:
    return text.strip().replace("-", "_")


def _fitting(base: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return those of the parameters that an effect has, and those that no effect declares."""
    declared = {parameter.name for parameter in EFFECTS[name].parameters}
    foreign = {p.name for each in EFFECTS.values() for p in each.parameters} - declared
    return {key: value for key, value in base.items() if key not in foreign}


def _shot(host: BlenderHost, clip: Clip, line: Line, base: Mapping[str, Any]) -> Shot:
    text, span = line.own["at"], clip.record_range
    try:
        at = int(text) if text else None
    except ValueError:
        raise BadValue(field="at", value=text[:60], allowed="a timeline frame") from None
    if at is not None and at not in span:
        raise PlayheadOutside(frame=at, first=span.start, last=span.end - 1, clip=clip.name)
    after = None
    if EFFECTS[line.effect].source == "gap":
        after = host.following(clip)
        if after is None:
            raise ItemNotFound(path=clip.document, item=f"after {clip.name} on its channel")
    return Shot(clip, line.effect, _fitting(base, line.effect) | dict(line.parameters), at, after)


def _next(host: BlenderHost, clip: Clip, clips: Sequence[Clip], query: str) -> Clip | None:
    """Return the clip after the gap that follows, if that is meant too.

    A cut is bridged only where the two beside it were selected.
    """
    after = host.following(clip)
    if after is None or after.item not in {each.item for each in clips}:
        return None
    is_cut = after.record_range.start == clip.record_range.end
    return None if is_cut and query != "selected" else after
