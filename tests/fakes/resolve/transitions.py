"""Transitions: items that straddle a cut, made where both sides have frames to spare (S14, S29)."""

from __future__ import annotations

from typing import Any

from .placing import clip_rate, insert, is_still, length
from .rates import timeline_rate
from .state import Item, Project, Timeline, Track, new_uid

DURATION = 8
"""Frames of one whose length is not asked for, as measured once."""
KEYS = ("type", "category", "position", "alignment")
TYPES = {
    "simple": {"Cross Dissolve", "Additive Dissolve", "Blur Dissolve", "Dip To Color Dissolve"}
    | {"Film Dissolve", "Non-Additive Dissolve", "Smooth Cut", "Edge Wipe", "Center Wipe", "Push"},
    "fusion": {"Camera Shake", "Cross Zoom", "Flash", "Foreground Wipe"},
    "ofx": {"Burn Away"},
    "audio": {"Cross Fade 0 dB", "Cross Fade +3 dB", "Cross Fade -3 dB"},
}
"""By category."""
ALIGNMENTS = ("left", "center", "right")


def transition(
    project: Project, timeline: Timeline, track: Track, item: Item, options: dict[str, Any]
) -> Item | None:
    """Add a transition at an end of an item as ``AddTransition`` does; None where it cannot be.

    Args:
        project, timeline, track: where the item stands.
        item: at whose ``start`` or ``end`` it goes.
        options: all of ``KEYS``, and perhaps ``duration`` in frames.
    """
    if not set(KEYS) <= set(options) <= {*KEYS, "duration"} or track.locked:
        return None
    kind, category, position, alignment = (str(options[key]) for key in KEYS)
    wanted = options.get("duration")
    frames = DURATION if wanted is None else wanted
    sound = track in timeline.tracks["audio"]
    known = kind in TYPES.get(category, ()) and (category == "audio") == sound
    if not known or alignment not in ALIGNMENTS or not isinstance(frames, int) or frames < 1:
        return None
    if position not in {"start", "end"} or item.kind == "transition":
        return None
    cut = item.start if position == "start" else item.end
    before, after = _neighbours(track, cut)
    head = {"left": frames, "center": frames // 2, "right": 0}[alignment]
    if before is not None and _behind(project, timeline, before) < frames - head:
        return None
    if after is not None and _ahead(project, timeline, after) < head:
        return None
    made = Item(new_uid(), "" if sound else kind, "transition", cut - head, frames)
    insert(track, made)
    return made


def _neighbours(track: Track, cut: int) -> tuple[Item | None, Item | None]:
    """Return what ends and what begins at a frame."""
    items = [item for item in track.items if item.kind != "transition"]
    before = next((item for item in items if item.end == cut), None)
    return before, next((item for item in items if item.start == cut), None)


def _ahead(project: Project, timeline: Timeline, item: Item) -> float:
    """Return the timeline frames that an item's source has before its first."""
    return item.source / _step(project, timeline, item) if _is_bounded(project, item) else 1e9


def _behind(project: Project, timeline: Timeline, item: Item) -> float:
    """Return the timeline frames that an item's source has after its last."""
    if not _is_bounded(project, item):
        return 1e9
    frames = length(project, project.clips[item.clip])
    return (frames - item.source) / _step(project, timeline, item) - item.duration


def _is_bounded(project: Project, item: Item) -> bool:
    clip = project.clips.get(item.clip)
    return clip is not None and not is_still(clip)


def _step(project: Project, timeline: Timeline, item: Item) -> float:
    """Return the source frames of one timeline frame."""
    ratio = clip_rate(project, project.clips[item.clip]) / timeline_rate(project, timeline)
    return float(ratio) * (abs(item.speed) or 1)
