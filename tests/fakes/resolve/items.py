"""An item of a track: where it stands, which frames of its source it shows (S1, S10, S11)."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

from .placing import clip_rate, length
from .rates import timeline_rate
from .remote import Calls, changes, since
from .state import Item, PoolClip, Project, Timeline
from .world import items_of


class TimelineItemCalls(Calls):
    """A timeline item."""

    kind = "TimelineItem"
    record: Item

    @property
    def project(self) -> Project:
        """The project that it is of."""
        project = self.world.project
        assert project is not None
        return project

    @property
    def timeline(self) -> Timeline:
        """The timeline that it stands on."""
        found = items_of(self.project)
        return next(timeline for timeline, _, item in found if item is self.record)

    @property
    def clip(self) -> PoolClip | None:
        """What it shows; None for what Resolve makes itself."""
        return self.project.clips.get(self.record.clip)

    def GetName(self) -> str:
        return self.record.name

    def GetUniqueId(self) -> str:
        return self.record.uid

    def GetStart(self, subframe_precision: bool = False) -> int | float:
        return float(self.record.start) if subframe_precision else self.record.start

    def GetEnd(self, subframe_precision: bool = False) -> int | float:
        return float(self.record.end) if subframe_precision else self.record.end

    def GetDuration(self, subframe_precision: bool = False) -> int | float:
        return float(self.record.duration) if subframe_precision else self.record.duration

    def GetLeftOffset(self, subframe_precision: bool = False) -> int | float:
        frames = self._recorded(Fraction(self.record.source))
        return float(frames) if subframe_precision else floor(frames)

    def GetRightOffset(self, subframe_precision: bool = False) -> int | float:
        frames = self._recorded(Fraction(self.record.source)) + self.record.duration
        if self.world.build.since(20, 0) and self.clip is not None:
            frames = self._recorded(Fraction(length(self.project, self.clip))) - frames
        return float(frames) if subframe_precision else floor(frames)

    @since(19, 0)
    def GetSourceStartFrame(self) -> int:
        return floor(self._source()[0])

    @since(19, 0)
    def GetSourceEndFrame(self) -> int:
        end = self._source()[1]
        return ceil(end) if self._ratio() == 1 else ceil(end) - 1

    @since(19, 0)
    def GetSourceStartTime(self) -> float:
        return self._seconds(self._source()[0])

    @since(19, 0)
    def GetSourceEndTime(self) -> float:
        return self._seconds(self._source()[1])

    def GetMediaPoolItem(self) -> PoolClip | None:
        return self.clip

    @since(19, 0)
    def GetTrackTypeAndIndex(self) -> list[Any]:
        for kind, tracks in self.timeline.tracks.items():
            for number, track in enumerate(tracks, 1):
                if self.record in track.items:
                    return [kind, number]
        return []

    @since(19, 0)
    def GetLinkedItems(self) -> list[Item]:
        items = {item.uid: item for _, _, item in items_of(self.project)}
        return [items[uid] for uid in self.record.linked if uid in items]

    def GetClipEnabled(self) -> bool:
        return self.record.enabled

    @changes
    def SetClipEnabled(self, Bool: bool) -> bool:
        self.record.enabled = bool(Bool)
        return True

    def _ratio(self) -> Fraction:
        """Return the source frames that go by in one timeline frame at 100 %."""
        if self.clip is None:
            return Fraction(1)
        return clip_rate(self.project, self.clip) / timeline_rate(self.project, self.timeline)

    def _recorded(self, source: Fraction) -> Fraction:
        """Return source frames as timeline frames, at the speed of the item (S10)."""
        speed = Fraction(self.record.speed).limit_denominator(10_000)
        return source / self._ratio() / abs(speed)

    def _source(self) -> tuple[Fraction, Fraction]:
        """Return the source frames that are shown; of reversed ones the start is the higher."""
        start = Fraction(self.record.source)
        speed = Fraction(self.record.speed).limit_denominator(10_000)
        return start, start + self.record.duration * self._ratio() * speed

    def _seconds(self, frame: Fraction) -> float:
        """Return a source frame in seconds, counted as timecode counts (S11)."""
        if self.clip is None or self.clip.medium is None:
            return 0.0
        return float((self.clip.medium.start + frame) / clip_rate(self.project, self.clip))
