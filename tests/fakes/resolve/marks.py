"""Markers, flags, colours, and in and out points: what clips, timelines and items have alike."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Any

from .remote import Calls, changes, since
from .state import Item, Marker

MARKER_COLORS = (
    *("Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia"),
    *("Rose", "Lavender", "Sky", "Mint", "Lemon", "Sand", "Cocoa", "Cream"),
)
"""Of markers and flags."""
CLIP_COLORS = (
    *("Orange", "Apricot", "Yellow", "Lime", "Olive", "Green", "Teal", "Navy"),
    *("Blue", "Purple", "Violet", "Pink", "Tan", "Beige", "Brown", "Chocolate"),
)
"""Of clips and items; the names of markers are refused (S22)."""
ALL = "All"
MARKED = {"all": ("video", "audio"), "video": ("video",), "audio": ("audio",)}
MADE_BY_RESOLVE = frozenset({"subtitle", "generator", "title", "transition"})
"""Kinds of items that take marks of colour, say True and keep nothing (S22)."""


class Marked(Calls):
    """Markers; their frames are relative to what they stand on (S2)."""

    @changes
    def AddMarker(
        self,
        frameId: float,
        color: str,
        name: str,
        note: str,
        duration: float,
        customData: str = "",
    ) -> bool:
        frame = _frame(frameId)
        known = isinstance(duration, (int, float)) and color in MARKER_COLORS
        if frame is None or not known or frame in self.record.markers:
            return False
        marker = Marker(color, str(name), str(note), max(1, int(duration)), str(customData or ""))
        self.record.markers[frame] = marker
        return True

    def GetMarkers(self) -> dict[int, dict[str, Any]]:
        return {frame: _told(marker) for frame, marker in sorted(self.record.markers.items())}

    def GetMarkerByCustomData(self, customData: str) -> dict[int, Any] | None:
        frame = self._carrying(customData)
        return None if frame is None else {frame: _told(self.record.markers[frame])}

    @changes
    def UpdateMarkerCustomData(self, frameId: float, customData: str) -> bool:
        marker = self.record.markers.get(_frame(frameId))
        if marker is None:
            return False
        marker.custom_data = str(customData)
        return True

    def GetMarkerCustomData(self, frameId: float) -> str:
        marker = self.record.markers.get(_frame(frameId))
        return marker.custom_data if marker else ""

    @changes
    def DeleteMarkersByColor(self, color: str) -> bool:
        if color != ALL and color not in MARKER_COLORS:
            return False
        for frame, marker in list(self.record.markers.items()):
            if color in {ALL, marker.color}:
                del self.record.markers[frame]
        return True

    @changes
    def DeleteMarkerAtFrame(self, frameNum: float) -> bool:
        return self.record.markers.pop(_frame(frameNum), None) is not None

    @changes
    def DeleteMarkerByCustomData(self, customData: str) -> bool:
        frame = self._carrying(customData)
        return frame is not None and self.record.markers.pop(frame, None) is not None

    def _carrying(self, text: str) -> int | None:
        markers: dict[int, Marker] = self.record.markers
        return next((f for f, m in sorted(markers.items()) if m.custom_data == text), None)


class Coloured(Calls):
    """Flags, and the colour of a clip or an item (S22)."""

    @changes
    def AddFlag(self, color: str) -> bool:
        if color not in MARKER_COLORS:
            return False
        if self._keeps and color not in self.record.flags:
            self.record.flags.append(color)
        return True

    def GetFlagList(self) -> list[str]:
        return list(self.record.flags)

    def GetFlags(self) -> dict[float, str]:
        return counted(self.record.flags)

    @changes
    def ClearFlags(self, color: str) -> bool:
        if color != ALL and color not in MARKER_COLORS:
            return False
        self.record.flags = [each for each in self.record.flags if color not in {ALL, each}]
        return True

    def GetClipColor(self) -> str:
        return str(self.record.color)

    @changes
    def SetClipColor(self, colorName: str) -> bool:
        if colorName not in CLIP_COLORS:
            return False
        if self._keeps:
            self.record.color = colorName
        return True

    @changes
    def ClearClipColor(self) -> bool:
        self.record.color = ""
        return True

    @property
    def _keeps(self) -> bool:
        return not (isinstance(self.record, Item) and self.record.kind in MADE_BY_RESOLVE)


class InAndOut(Calls):
    """In and out points, counted from the start of what they stand on (S2)."""

    @since(19, 1)
    def GetMarkInOut(self) -> dict[str, dict[str, int]]:
        return {kind: dict(self.record.marks.get(kind, {})) for kind in ("video", "audio")}

    @since(19, 1)
    @changes
    def SetMarkInOut(self, markIn: int, markOut: int, type: str = "all") -> bool:
        points = _frame(markIn), _frame(markOut)
        if type not in MARKED or None in points or markOut < markIn:
            return False
        for kind in MARKED[type]:
            self.record.marks[kind] = {"in": int(markIn), "out": int(markOut)}
        return True

    @since(19, 1)
    @changes
    def ClearMarkInOut(self, type: str = "all") -> bool:
        if type not in MARKED:
            return False
        for kind in MARKED[type]:
            self.record.marks.pop(kind, None)
        return True


def counted(values: Iterable[Any]) -> dict[float, Any]:
    """Return values as deprecated methods give lists: ``{1.0: .., 2.0: ..}``."""
    return {float(number): value for number, value in enumerate(values, 1)}


def _frame(value: Any) -> int | None:
    """Return a frame that is given as a number, None where it is none or below 0."""
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return int(value) if known and 0 <= value < inf else None


def _told(marker: Marker) -> dict[str, Any]:
    return {
        "color": marker.color,
        "duration": int(marker.duration),
        "note": marker.note,
        "name": marker.name,
        "customData": marker.custom_data,
    }
