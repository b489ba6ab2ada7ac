"""The take selector of an item."""

from __future__ import annotations

from math import ceil, floor
from typing import Any

from .items import OnItem
from .placing import clip_rate, length
from .rates import timeline_rate
from .remote import changes
from .state import PoolClip, Take


class ItemTakes(OnItem):
    """The take selector: what an item showed first is its first take."""

    kind = "TimelineItem"

    @changes
    def AddTake(
        self, mediaPoolItem: PoolClip, startFrame: int | None = None, endFrame: int | None = None
    ) -> bool:
        """Add a take behind the others and choose it; its length is cut to that of the item."""
        clip, record = self.clip, self.record
        if clip is None or self.track.locked:
            return False
        start = 0 if startFrame is None else startFrame
        end = length(self.project, mediaPoolItem) if endFrame is None else endFrame
        if start < 0 or end <= start:
            return False
        if not record.takes:
            ratio = clip_rate(self.project, clip) / timeline_rate(self.project, self.timeline)
            first = floor(record.source)
            last = ceil(record.source + record.duration * float(ratio) * abs(record.speed))
            record.takes.append(Take(clip.uid, first, last))
        record.takes.append(Take(mediaPoolItem.uid, start, end))
        self._choose(len(record.takes))
        return True

    def GetSelectedTakeIndex(self) -> int | None:
        return None if self.sourceless else self.record.take

    def GetTakesCount(self) -> int | None:
        return None if self.sourceless else len(self.record.takes)

    def GetTakeByIndex(self, idx: int) -> dict[str, Any] | None:
        if not 1 <= idx <= len(self.record.takes):
            return None
        take = self.record.takes[idx - 1]
        clip = self.project.clips.get(take.clip)
        return {"mediaPoolItem": clip, "startFrame": take.start, "endFrame": take.end}

    @changes
    def DeleteTakeByIndex(self, idx: int) -> bool:
        """Take a take away; the last one goes with its selector only (``FinalizeTake``)."""
        takes, chosen = self.record.takes, self.record.take
        if not 1 <= idx <= len(takes) or len(takes) == 1:
            return False
        del takes[idx - 1]
        if idx == chosen:
            self._choose(max(1, idx - 1))
        elif idx < chosen:
            self.record.take -= 1
        return True

    @changes
    def SelectTakeByIndex(self, idx: int) -> bool:
        if not 1 <= idx <= len(self.record.takes):
            return False
        self._choose(idx)
        return True

    @changes
    def FinalizeTake(self) -> bool:
        if not self.record.takes:
            return False
        self.record.takes, self.record.take = [], 0
        return True

    def _choose(self, number: int) -> None:
        """Show a take from its first frame on, as long as the item is."""
        take = self.record.takes[number - 1]
        clip = self.project.clips.get(take.clip)
        self.record.take, self.record.clip = number, take.clip
        self.record.source = float(take.start)
        if clip is not None:
            self.record.name = clip.name
