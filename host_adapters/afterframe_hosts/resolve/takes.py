"""A new take goes behind the item that stands on the timeline, by Resolve's own take selector.

What the item shows changes and nothing else: its place, its length, its marks, its grade stay.
"""

from __future__ import annotations

from functools import partial

from ..wire.job import Result
from . import api
from .aside import Work, identity_of, sure
from .marks import takes_count


def add(item: api.TimelineItem, clip: api.MediaPoolItem, result: Result, work: Work) -> bool:
    """Add a result as a take of an item, and show it; return whether it is shown to the frame.

    Where it is not, the item is as it was: the result has to have an item of its own. So it is for
    a result that is longer or shorter than the item.
    """
    if sure(item.GetDuration) != result.shown or sure(item.GetStart) is None:
        return False
    chosen, before = sure(item.GetSelectedTakeIndex) or 0, takes_count(item)
    if not _index(item, clip):
        work.begun.add(
            "a take of an item",
            lambda: takes_count(item) == before and _chosen(item) == chosen,
            lambda: _remove(item, clip, chosen),
        )
    for end in _ends(result):
        if not _index(item, clip):
            item.AddTake(clip, result.handles[0], end)
        if _show(item, clip, result):
            return True
        _remove(item, clip, chosen)
    return False


def _ends(result: Result) -> tuple[int, int, int]:
    """Return what ``endFrame`` may have to be (S3); the first again, where nothing came of it."""
    exclusive = result.handles[0] + result.shown
    return exclusive, exclusive - 1, exclusive


def _show(item: api.TimelineItem, clip: api.MediaPoolItem, result: Result) -> bool:
    """Choose the take of a clip; return whether the item now shows it, as long as before."""
    start, number = sure(item.GetStart), _index(item, clip)
    if not number:
        return False
    for _ in range(2):
        if _chosen(item) != number:
            item.SelectTakeByIndex(number)
    stands = (_chosen(item), sure(item.GetStart), sure(item.GetDuration))
    return stands == (number, start, result.shown)


def _chosen(item: api.TimelineItem) -> int:
    return sure(item.GetSelectedTakeIndex) or 0


def _index(item: api.TimelineItem, clip: api.MediaPoolItem) -> int:
    """Return the number of the take that shows a clip of the pool, 0 where none does."""
    wanted = sure(clip.GetUniqueId)
    for number in range(1, takes_count(item) + 1):
        taken = sure(partial(item.GetTakeByIndex, number)).get("mediaPoolItem")
        if identity_of(taken) == wanted:  # type: ignore[arg-type]
            return number
    return 0


def _remove(item: api.TimelineItem, clip: api.MediaPoolItem, chosen: int) -> None:
    """Take a take back; without others the item needs no selector, as before."""
    item.SelectTakeByIndex(chosen or 1)
    number = _index(item, clip)
    if number:
        item.DeleteTakeByIndex(number)
    if not chosen and takes_count(item) == 1:
        item.FinalizeTake()
