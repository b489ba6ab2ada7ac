"""Which items of a timeline are meant: the selected ones, those of a query, the pair at a gap."""

from __future__ import annotations

from itertools import pairwise

from ..base import Query
from ..wire.errors import BadValue, NothingSelected, PlayheadOutside, UnsupportedItem
from .aside import sure
from .calls import has
from .timeline import Edit, Item, is_ours, survey

COLORS = frozenset(
    {"orange", "apricot", "yellow", "lime", "olive", "green", "teal", "navy", "blue", "purple"}
    | {"violet", "pink", "tan", "beige", "brown", "chocolate"}
)
"""Names of clip colours (S22), in lower case."""
FLAGS = frozenset(
    {"blue", "cyan", "green", "yellow", "red", "pink", "purple", "fuchsia", "rose", "lavender"}
    | {"sky", "mint", "lemon", "sand", "cocoa", "cream"}
)
"""Names of the colours of flags, in lower case."""


def selected(edit: Edit, playhead: int | None) -> list[Item]:
    """Return the selected items with pictures, that under the playhead first.

    Resolve tells its selection since 21.0.4; before, what is seen under the playhead stands for
    it; see :func:`topmost`.

    Args:
        edit: the timeline.
        playhead: absolute frame; None where it is not known.

    Raises:
        NothingSelected: there is none.
        UnsupportedItem: nothing that is selected has a picture.
    """
    if not has(edit.timeline, "GetSelectedClips"):
        return [_under(edit, playhead)]
    handles = sure(edit.timeline.GetSelectedClips)
    if not handles:
        raise NothingSelected()
    chosen = {uid for handle in handles if (uid := sure(handle.GetUniqueId))}
    there = survey(edit, only=chosen)
    pictures = [item for item in there if item.kind != "transition"]
    if not pictures:
        kind = str(next(iter(handles[0].GetTrackTypeAndIndex()), "clip"))
        name = handles[0].GetName() or kind
        raise UnsupportedItem(item=name, kind="transition" if there else kind)
    return sorted(pictures, key=lambda item: _away(item, playhead))


def find(edit: Edit, query: Query, playhead: int | None) -> list[Item]:
    """Return the items that a query means, in the order of time; of a moment the bottom one first.

    Results of ours, generators and titles are among them only when they are selected; what is
    disabled too.

    Raises:
        BadValue: there is no colour of this name.
    """
    if query.kind == "selected":
        try:
            return _in_time(selected(edit, playhead))
        except (NothingSelected, UnsupportedItem):
            return []
    shots = [item for item in survey(edit) if item.kind == "shot" and item.seen]
    if query.kind == "color":
        shots = _coloured(shots, query.value.casefold())
    else:
        shots = [item for item in shots if _fits(item, query)]
    return _in_time([item for item in shots if not is_ours(item.handle)])


def topmost(edit: Edit, frame: int) -> Item | None:
    """Return the topmost item seen at a frame, through titles and through results of ours.

    A result lies over the shot it was made of: another one is made of that shot again. Where there
    is nothing else, it is a result, and then a title.

    Raises:
        PlayheadOutside: the timeline does not reach there.
    """
    item = _seen_at(edit, frame)
    if item is None:
        end = max((each.span.end for each in survey(edit)), default=edit.start)
        if end > edit.start and not edit.start <= frame < end:
            at, first, last = map(edit.clock.label, (max(0, frame), edit.start, end - 1))
            raise PlayheadOutside(frame=at, first=first, last=last, clip=edit.name)
    return item


def around(edit: Edit, frame: int) -> tuple[Item, Item] | None:
    """Return the shots before and after the gap or cut nearest to a frame, of the user's own.

    Both stand on one track, without a title between them; of gaps as near the topmost.
    """
    items = [
        item
        for item in survey(edit)
        if item.seen and item.kind != "transition" and not is_ours(item.handle)
    ]
    pairs = [
        (before, after)
        for before, after in pairwise(sorted(items, key=lambda item: -item.track))
        if before.track == after.track
        and before.kind == after.kind == "shot"
        and before.span.end <= after.span.start
    ]

    def away(pair: tuple[Item, Item]) -> int:
        return max(pair[0].span.end - frame, frame - pair[1].span.start, 0)

    return min(pairs, key=away, default=None)


def _under(edit: Edit, playhead: int | None) -> Item:
    item = None if playhead is None else _seen_at(edit, playhead)
    if item is None:
        raise NothingSelected()
    if item.kind == "transition":
        raise UnsupportedItem(item=item.name, kind=item.kind)
    return item


def _seen_at(edit: Edit, frame: int) -> Item | None:
    there = [item for item in survey(edit, frame) if item.seen]
    order = ("transition", "generator", "shot")

    def rank(item: Item) -> tuple[int, bool, int]:
        return order.index(item.kind), not is_ours(item.handle), item.track

    return max(there, key=rank, default=None)


def _away(item: Item, playhead: int | None) -> tuple[bool, int, int]:
    """Return what sorts items: that under the playhead first, of several there the topmost."""
    is_under = playhead is not None and playhead in item.span
    return not is_under, -item.track if is_under else item.span.start, item.track


def _in_time(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item.span.start, item.track))


def _fits(item: Item, query: Query) -> bool:
    if query.kind == "channel":
        return item.track == int(query.value)
    return query.kind == "all" or query.fits(item.name)


def _coloured(items: list[Item], color: str) -> list[Item]:
    """Return the items of a clip colour, or with a flag of that colour."""
    found = [item for item in items if color in _colors_of(item)]
    if not found and color not in COLORS | FLAGS:
        allowed = " | ".join(sorted(COLORS | FLAGS))
        raise BadValue(field="clips", value=f"color:{color}"[:60], allowed=allowed)
    return found


def _colors_of(item: Item) -> set[str]:
    flags = [str(each) for each in item.handle.GetFlagList()]
    return {each.casefold() for each in (item.handle.GetClipColor() or "", *flags)}
