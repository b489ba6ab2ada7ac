"""The clip as engines see it: its own frames only, in the order in which they are shown."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from types import TracebackType

from afterframe.errors import FrameOutside
from afterframe.media.frame import Frame, MediaInfo
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Source

from .ahead import ReadAhead, Reading


class ClipSource:
    """A clip's frames, counted from its first shown one as 0.

    A clip that plays backwards is read backwards. A still has one frame, however long it stands.
    Frames that are asked for in order are read ahead, in a thread of its own.

    Args:
        clip: see ``wire.clip``.
        step: frames of the clip for each frame that will be made: which ones come next.

    Raises (when opened and when read): the errors of ``afterframe.media``; ``FrameOutside`` when
    the clip reaches beyond its medium.
    """

    def __init__(self, clip: Clip, step: Fraction = Fraction(1)) -> None:
        self._clip, self._step = clip, step
        self._media = open_media(clip.media)
        self._held = clip.media.kind == "still"
        self._ahead = ReadAhead(self._reading, self._following)
        self._notes: tuple[Note, ...] = ()
        if not self._held:
            self._check_range()

    def __enter__(self) -> ClipSource:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ahead.close()
        self._media.close()

    @property
    def info(self) -> MediaInfo:
        """What the medium is."""
        return self._media.info

    @property
    def frames(self) -> int:
        """Number of the clip's frames, in media frames; 1 for a still."""
        return 1 if self._held else self._clip.media_range.duration

    @property
    def spare(self) -> tuple[int, int]:
        """How many frames the medium has before the clip's first shown one and after its last."""
        if self._held:
            return 0, 0
        span = self._clip.media_range
        before, after = span.start, self._media.info.frames - span.end
        return (after, before) if self._clip.speed < 0 else (before, after)

    def check(self) -> None:
        """Look whether all of the clip's frames are there; errors of ``media.base.Source.check``.

        An effect that asks for one frame only does not mind holes elsewhere.
        """
        if not self._held:
            span = self._clip.media_range
            self._media.check(span.start, span.duration)

    def notes(self) -> tuple[Note, ...]:
        """Return what the frames given so far are not, as their medium has it."""
        return self._notes

    def read(self, index: int) -> Frame:
        """Return one frame of the clip, or a spare one."""
        before, after = self.spare
        if not -before <= index < self.frames + after:
            raise FrameOutside(path=self._clip.media.path, frame=index, frames=self.frames)
        reading = self._ahead.read(index)
        assert reading.frame is not None
        self._notes = reading.notes
        return reading.frame

    def _reading(self, index: int) -> Reading:
        """Read a frame from the medium; called by the reader's thread, once there is one."""
        span = self._clip.media_range
        backwards = self._clip.speed < 0
        place = span.end - 1 - index if backwards else span.start + index
        try:
            frame = self._media.read(0 if self._held else place)
            return Reading(index, frame, self._media.notes())
        except BaseException as error:  # noqa: BLE001 - raised again where the frame is asked for
            return Reading(index, None, error=error)

    def _following(self, index: int) -> int | None:
        after = next_frame(index, self._step)
        # Spare frames are read ahead by those alone who have begun to ask for them.
        end = self.frames if index < self.frames else self.frames + self.spare[1]
        return after if after < end else None

    def _check_range(self) -> None:
        span, frames = self._clip.media_range, self._media.info.frames
        if span.start < 0 or span.end > frames:
            self._media.close()
            outside = span.start if span.start < 0 else span.end - 1
            raise FrameOutside(path=self._clip.media.path, frame=outside, frames=frames)


def next_frame(index: int, step: Fraction) -> int:
    """Return the first frame after ``index`` that is shown, or mixed with its neighbour, when a
    frame is made every ``step`` frames.

    A place between two frames needs both: 5/2 gives 0, 2, 3, 5, 7, 8, 10.
    """
    if step <= 1:
        return index + 1
    place = math.floor(index / step) * step
    while math.ceil(place) <= index:
        place += step
    return max(index + 1, math.floor(place))


class FilteredSource:
    """A source whose frames pass through a filter: another size, another encoding.

    Args:
        source: where frames come from.
        info: what the filtered frames are.
        change: applied to each frame; the last result is kept, since engines ask twice.
    """

    def __init__(self, source: Source, info: MediaInfo, change: Callable[[Frame], Frame]) -> None:
        self._source = source
        self._change = change
        self._info = info
        self._last: tuple[int, Frame] | None = None

    @property
    def info(self) -> MediaInfo:
        """What the filtered frames are."""
        return self._info

    @property
    def frames(self) -> int:
        """As the source's."""
        return self._source.frames

    @property
    def spare(self) -> tuple[int, int]:
        """As the source's."""
        return self._source.spare

    def read(self, index: int) -> Frame:
        """Return one filtered frame."""
        if self._last is None or self._last[0] != index:
            self._last = index, self._change(self._source.read(index))
        return self._last[1]
