"""Where the frames of a result come from: the shot beside it, or an engine. Pure.

In the order in which it is shown, a result is made of

- frames of the shot before what is made: a handle, and for an extension those that its source has
  beyond the cut, where they are to be shown first;
- frames that an engine makes, the first or last of them (``overlap``) cross-faded with frames of
  the shot that stand at the same place;
- frames of the shot after what is made.

Frames of a clip are counted as they are shown, from the clip's first as 0: frames that its source
has beyond the cut have -1 and below, or the clip's length and above.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from afterframe_hosts.wire.job import Job
from afterframe_hosts.wire.results import overlap_of

Side = Literal["start", "end"]


@dataclass(frozen=True)
class Reach:
    """How many frames of a clip there are to show, at the result's rate.

    Attributes:
        shown: of the clip itself.
        before: that its source has before them.
        after: and after them.
    """

    shown: int = 1
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class Layout:
    """See the module.

    Attributes:
        before: frames of the shot that come first.
        made: frames that an engine makes.
        after: frames of the shot that come last.
        fades: how many made frames are cross-faded with the shot, at their start and their end.
        handles: frames of the result outside what stands on the timeline, at both ends.
        first: frame of the clip that stands at the result's first place.
        second: of a bridge, the place in the result of the first frame of the clip after the gap.
        trims: frames by which the clip that the engine sees is shorter, at both ends; negative:
            longer.
        second_trim: of a bridge, frames by which the clip after the gap starts later for it.
        joints: ends of what is made at which it meets a shot.
        real: frames that the source has beyond the cut, and that are shown as they are.
    """

    before: int = 0
    made: int = 0
    after: int = 0
    fades: tuple[int, int] = (0, 0)
    handles: tuple[int, int] = (0, 0)
    first: int = 0
    second: int | None = None
    trims: tuple[int, int] = (0, 0)
    second_trim: int = 0
    joints: tuple[Side, ...] = ()
    real: int = 0

    @property
    def frames(self) -> int:
        """How many the result has."""
        return self.before + self.made + self.after

    def truth(self, place: int) -> tuple[bool, int]:
        """Return which frame of the shot stands at a place of the result.

        Returns:
            Whether it is one of the clip after the gap, and its number there.
        """
        if self.second is not None and place >= self.before + self.made - self.fades[1]:
            return True, place - self.second
        return False, self.first + place


def layout_of(job: Job, frames: int, clip: Reach, after: Reach | None = None) -> Layout:
    """Return how a job's result is made up.

    Args:
        job: admitted.
        frames: that were asked for: of an extension or a bridge those beyond the shot, else all
            that stand on the timeline.
        clip: what there is of the job's clip.
        after: of a bridge, what there is of the clip after the gap.
    """
    handles = int(job.parameters.get("handles") or 0)
    if job.effect == "extend":
        head = job.parameters.get("side") == "head"
        return (_head if head else _tail)(job, frames, handles, clip)
    if after is not None:
        return _bridge(job, frames, handles, clip, after)
    if job.effect == "generate":
        joints: tuple[Side, ...] = ("start",)
        return Layout(made=frames + handles, handles=(0, handles), joints=joints)
    start, end = min(handles, clip.before), min(handles, clip.after)
    return Layout(
        made=start + frames + end, handles=(start, end), first=-start, trims=(-start, -end)
    )


def retime_reach(spare: tuple[int, int], used: int, step: Fraction, frames: int) -> Reach:
    """Return what there is of a clip for a result that looks between its frames.

    Args:
        spare: frames that its medium has before and after it.
        used: frames of the medium that are the clip's.
        step: frames of the medium for each of the result.
        frames: of the result that stand on the timeline.
    """
    last = used - 1 + spare[1]
    return Reach(frames, int(spare[0] // step), max(0, int(last // step) - (frames - 1)))


def _tail(job: Job, frames: int, handles: int, clip: Reach) -> Layout:
    overlap, real = overlap_of(job), 0
    if job.parameters.get("real_first"):
        real = min(clip.after, frames + handles)
    start = min(handles, clip.shown - overlap + clip.before)
    first = clip.shown - overlap - start
    if real == frames + handles:
        whole = start + overlap + real
        return Layout(before=whole, handles=(start, handles), first=first, real=real)
    return Layout(
        before=start + real,
        made=overlap + frames + handles - real,
        fades=(overlap, 0),
        handles=(start, handles),
        first=first,
        trims=(0, overlap - real),
        joints=("start",),
        real=real,
    )


def _head(job: Job, frames: int, handles: int, clip: Reach) -> Layout:
    overlap, real = overlap_of(job), 0
    if job.parameters.get("real_first"):
        real = min(clip.before, frames + handles)
    end = min(handles, clip.shown - overlap + clip.after)
    first = -(frames + handles)
    if real == frames + handles:
        whole = real + overlap + end
        return Layout(after=whole, handles=(handles, end), first=first, real=real)
    return Layout(
        made=handles + frames - real + overlap,
        after=real + end,
        fades=(0, overlap),
        handles=(handles, end),
        first=first,
        trims=(overlap - real, 0),
        joints=("end",),
        real=real,
    )


def _bridge(job: Job, frames: int, handles: int, clip: Reach, after: Reach) -> Layout:
    overlap = overlap_of(job)
    start = min(handles, clip.shown - overlap + clip.before)
    end = min(handles, after.shown - overlap + after.after)
    return Layout(
        before=start,
        made=frames + 2 * overlap,
        after=end,
        fades=(overlap, overlap),
        handles=(start, end),
        first=clip.shown - overlap - start,
        second=start + overlap + frames,
        trims=(0, overlap),
        second_trim=overlap,
        joints=("start", "end"),
    )
