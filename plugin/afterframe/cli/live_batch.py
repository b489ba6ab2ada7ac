"""``afterframe batch --host NAME``: one effect on many clips of a running program's timeline.

A job's id comes from its contents, so the same command again goes on where it stopped: what stands
on the timeline stays, what is made is placed, and only the rest is made.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

from afterframe.core.timecode import can_drop, parse_time, timecode
from afterframe.errors import AfterframeError, BadValue, ItemNotFound, PlayheadOutside
from afterframe_hosts.base import LiveHost, Query
from afterframe_hosts.orders import Order, Wish
from afterframe_hosts.pump import Work
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.effects import EFFECTS
from afterframe_hosts.wire.effects import effect as declared
from afterframe_hosts.wire.shotlist import Line as ListLine
from afterframe_hosts.wire.shotlist import read_list, values_for

from . import live, show
from .live_run import Run

COLUMNS = ("clip", "at")
"""Of a list, beside ``effect`` and the parameters: a clip's name, or a pattern with ``*`` and
``?``, and where to begin, in the timeline's time. Without a name what stands there is meant."""
PLACED, BEFORE, FAILED = "placed", "was there", "failed"


@dataclass(frozen=True)
class Line:
    """How one shot ended.

    Attributes:
        clip: its name.
        start: timecode that it was made from.
        effect: name of the effect.
        state: ``placed``, ``was there`` or ``failed``.
        result: where it stands; else why it does not.
        file: path of the result.
    """

    clip: str
    start: str
    effect: str
    state: str
    result: str
    file: str = ""

    @classmethod
    def of(cls, work: Work) -> Line:
        """Return the line of a job that is over."""
        job, placed = work.job, work.placed
        start = _label(job.clip.record_range.start if job.at is None else job.at, job.clip)
        made = work.status.result if work.status is not None else None
        file = made.path if made is not None else placed.path if placed is not None else ""
        if placed is None:
            why = said(work.error) if work.error is not None else ""
            return cls(job.clip.name, start, job.effect, FAILED, why, file)
        state = BEFORE if work.before else PLACED
        where = f"{placed.name} on {placed.track} at {_label(placed.span.start, job.clip)}"
        return cls(job.clip.name, start, job.effect, state, where, file)

    @classmethod
    def refused(cls, order: Order, error: AfterframeError) -> Line:
        """Return the line of a clip that could not be captured."""
        clip = order.clip
        start = _label(clip.record_range.start if order.at is None else order.at, clip)
        return cls(clip.name, start, order.wish.effect, FAILED, said(error))


def run(options: argparse.Namespace) -> int:
    """Check all shots, make them, place them, print a table."""
    with Run(options.host, options.door, quiet=options.json) as making:
        orders = orders_of(making.host, options)
        if options.list:
            return _tell_orders(orders, as_json=options.json)
        outcomes: list[Work | Line] = []
        for order in orders:
            try:
                outcomes.append(making.standing(order, options) or making.take(order, options))
            except AfterframeError as error:  # the others are made
                outcomes.append(Line.refused(order, error))
            making.look()
        making.finish()
        lines = [each if isinstance(each, Line) else Line.of(each) for each in outcomes]
        return tell(lines, as_json=options.json)


def orders_of(host: LiveHost, options: argparse.Namespace) -> tuple[Order, ...]:
    """Return what is to be made, every shot of it checked.

    Raises:
        ShotListError: a list is not right; tells of every line.
        ItemNotFound: no clip is meant.
        UnknownEffect, BadValue: the effect or a setting does not fit.
    """
    from .batch import settings_of

    cells = settings_of(options.set)
    session = host.describe().id
    if options.shots is not None:
        wish = live.wish_of(options, options.effect, {})
        return _of_list(host, options.shots.absolute(), wish, cells, session)
    effect = declared(options.effect)
    wish = live.wish_of(options, effect.name, values_for(effect, cells, Path.cwd()))
    if effect.source == "gap":
        allowed = "one of a clip; for bridges a list, with the time of each under `at`"
        raise BadValue(field="--effect", value=effect.name, allowed=allowed)
    clips = _meant(host, options.clips)
    if not clips:
        raise ItemNotFound(path=host.describe().name, item=options.clips)
    return tuple(Order(clip, wish, None, session) for clip in clips)


def tell(lines: Sequence[Line], *, as_json: bool) -> int:
    """Print how shots ended; return the exit code."""
    if as_json:
        show.data({"shots": list(lines)})
    elif lines:
        heads = ("clip", "from", "effect", "state", "result")
        show.table(heads, [astuple(line)[: len(heads)] for line in lines])
    return 0 if all(line.state != FAILED for line in lines) else 1


def said(error: AfterframeError) -> str:
    """Return an error in one line, with what to do."""
    return f"{error.message(show.language())} {error.fix(show.language())}".strip()


def _of_list(
    host: LiveHost, path: Path, wish: Wish, cells: Mapping[str, str], session: str
) -> tuple[Order, ...]:
    def take(line: ListLine) -> tuple[Order, ...]:
        mine = replace(wish, effect=line.effect, parameters=line.parameters)
        orders = tuple(_of_line(host, line, mine, session))
        for order in orders:
            order.ranges()
        return orders

    taken = read_list(path, COLUMNS, {"effect": wish.effect, **cells}, take)
    return tuple(order for orders in taken for order in orders)


def _of_line(host: LiveHost, line: ListLine, wish: Wish, session: str) -> list[Order]:
    name, at = line.own["clip"], line.own["at"]
    if not name and not at:
        raise ValueError("neither a clip nor a time is named")
    frame = parse_time(at, host.rate, host.start) if at else None
    source = EFFECTS[line.effect].source
    if source == "gap":
        if frame is None or name:
            raise ValueError("a bridge is named by its time alone: the column at")
        before, after = host.gap_at(frame)
        return [Order(before, wish, None, session, after)]
    if not name:
        return [live.order_of(host, wish, at)]
    clips = host.clips(Query("name", name))
    if not clips:
        raise ItemNotFound(path=host.describe().name, item=name)
    return [_at(clip, wish, frame if source == "frame" else None, session) for clip in clips]


def _at(clip: Clip, wish: Wish, frame: int | None, session: str) -> Order:
    span = clip.record_range
    if frame is not None and frame not in span:
        raise PlayheadOutside(frame=frame, first=span.start, last=span.end - 1, clip=clip.name)
    return Order(clip, wish, frame, session)


def _meant(host: LiveHost, query: str) -> tuple[Clip, ...]:
    asked = Query.parse(query)
    # What is wrong with a selection, the selection itself says best.
    return host.selection() if asked.kind == "selected" else host.clips(asked)


def _tell_orders(orders: Sequence[Order], *, as_json: bool) -> int:
    if as_json:
        show.data([{"clip": order.clip, "at": order.at, "effect": order.wish.effect,
                    "parameters": dict(order.wish.parameters)} for order in orders])  # fmt: skip
        return 0
    show.table(("clip", "from", "frames", "effect", "media"), map(_row, orders))
    return 0


def _row(order: Order) -> tuple[Any, ...]:
    clip = order.clip
    start = _label(clip.record_range.start if order.at is None else order.at, clip)
    return clip.name, start, clip.record_range.duration, order.wish.effect, clip.media.path


def _label(frame: int, clip: Clip) -> str:
    return timecode(frame, clip.rate, clip.drop_frame and can_drop(clip.rate))
