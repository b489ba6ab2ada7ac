"""The frames that a clip can be continued with: one shot, told apart from its neighbours.

Every frame is looked at once, small; only the small pictures are kept. Frames count from the
oldest as 0 to the one at the joint, in the order in which time runs towards it: before a clip's
head that is the clip played backwards, so that everything else knows one direction only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from afterframe.errors import AfterframeError
from afterframe.imaging.cuts import is_sudden_cut
from afterframe.imaging.flow import Grey
from afterframe.imaging.pairs import grey_at_step
from afterframe.media.frame import Frame
from afterframe_models.base import Source

Side = Literal["tail", "head"]

MOST_FRAMES = 480
"""Frames that are looked at: 20 s at 24 a second, 40 MB of small pictures."""
GRID_SIDE = 400
"""The longer side of the small pictures is at most this."""
KEPT_BYTES = 128 << 20
"""What the frames of a draft may take that are kept to be shown: ten seconds at its size."""


@dataclass(frozen=True)
class Material:
    """One shot up to the joint.

    Attributes:
        source: where frames are read.
        joint: index in ``source`` of the frame at the joint, the last of ``greys``.
        side: where made frames go.
        step: pixels for one sample of the small pictures.
        greys: the small pictures, the oldest first; at least one.
        kept: frames that need not be read again, by their index in ``source``.
    """

    source: Source
    joint: int
    side: Side
    step: int
    greys: tuple[Grey, ...]
    kept: Mapping[int, Frame] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """Number of the frame at the joint."""
        return len(self.greys) - 1

    def index(self, number: int) -> int:
        """Return the index in ``source`` of a frame."""
        before = self.last - number
        return self.joint - before if self.side == "tail" else self.joint + before

    def read(self, number: int) -> Frame:
        """Return a frame at its full size."""
        index = self.index(number)
        return self.kept.get(index) or self.source.read(index)


def gather(
    source: Source, side: Side, check: Callable[[], None], *, draft: bool = False
) -> Material:
    """Look at the shot at a clip's tail or head.

    Frames beyond the clip's far end are of the same medium and serve too; a cut ends the shot, and
    so does a frame that cannot be read, where it is none of the clip's own.

    Args:
        source: the clip.
        side: where made frames go.
        check: called once a frame.
        draft: look at the clip's own frames only, and keep them: reading takes most of the time.
    """
    joint = source.frames - 1 if side == "tail" else 0
    step = grid_step(source.info.width, source.info.height)
    greys: list[Grey] = []
    kept: dict[int, Frame] = {}
    for index, frame in _looked_at(source, side, joint, check, draft=draft):
        grey = None if frame is None else grey_at_step(frame, step)
        if draft and frame is not None and (len(kept) + 1) * _size(frame) <= KEPT_BYTES:
            kept[index] = frame
        if grey is None or (greys and is_sudden_cut(greys[-1], grey)):
            if side == "head" and greys:
                break
            greys.clear()
        if grey is not None:
            greys.append(grey)
    ordered = greys if side == "tail" else greys[::-1]
    return Material(source, joint, side, step, tuple(ordered), kept)


def grid_step(width: int, height: int) -> int:
    """Return how many pixels apart the samples of the small pictures stand.

    A step that divides both sides is taken where there is one: such pictures are made at once.
    """
    least = -(-max(width, height) // GRID_SIDE)
    fitting = (s for s in range(least, 2 * least) if width % s == 0 and height % s == 0)
    return next(fitting, least)


def _looked_at(
    source: Source, side: Side, joint: int, check: Callable[[], None], *, draft: bool
) -> Iterator[tuple[int, Frame | None]]:
    """Yield indices and frames in the order of the medium; None for one that cannot be read."""
    before, after = (0, 0) if draft else source.spare
    if side == "tail":
        indices = range(max(-before, joint - MOST_FRAMES + 1), joint + 1)
    else:
        indices = range(joint, min(source.frames + after, joint + MOST_FRAMES))
    for index in indices:
        check()
        try:
            yield index, source.read(index)
        except AfterframeError:
            if 0 <= index < source.frames or index == joint:
                raise
            yield index, None


def _size(frame: Frame) -> int:
    return sum(plane.nbytes for plane in frame.planes)
