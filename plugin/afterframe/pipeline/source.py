"""The clip as engines see it: its own frames only, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from afterframe.errors import FrameOutside
from afterframe.media.frame import Frame, MediaInfo
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Clip
from afterframe_models.base import Source


class ClipSource:
    """A clip's frames, counted from its first shown one as 0.

    A clip that plays backwards is read backwards. A still has one frame, however long it stands.

    Raises (when opened and when read): the errors of ``afterframe.media``; ``FrameOutside`` when
    the clip reaches beyond its medium.
    """

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._media = open_media(clip.media)
        self._held = clip.media.kind == "still"
        self._taken: set[int] = set()
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
    def flattened(self) -> bool:
        """Whether frames of uneven length were read one after another, as if they were even."""
        return self.info.uneven and len(self._taken) > 1

    def read(self, index: int) -> Frame:
        """Return one frame of the clip."""
        self._taken.add(index)
        if not 0 <= index < self.frames:
            raise FrameOutside(path=self._clip.media.path, frame=index, frames=self.frames)
        if self._held:
            return self._media.read(0)
        span = self._clip.media_range
        return self._media.read(
            span.end - 1 - index if self._clip.speed < 0 else span.start + index
        )

    def _check_range(self) -> None:
        span, frames = self._clip.media_range, self._media.info.frames
        if span.start < 0 or span.end > frames:
            self._media.close()
            outside = span.start if span.start < 0 else span.end - 1
            raise FrameOutside(path=self._clip.media.path, frame=outside, frames=frames)


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

    def read(self, index: int) -> Frame:
        """Return one filtered frame."""
        if self._last is None or self._last[0] != index:
            self._last = index, self._change(self._source.read(index))
        return self._last[1]
