"""What the chosen effect would work on now, in a few words; as often as the panel is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...base import Query
from ...wire.effects import EFFECTS
from ...wire.errors import AfterframeError
from .. import choose, compat, timeline
from . import words


@dataclass(frozen=True)
class Focus:
    """What an effect would work on.

    Attributes:
        text: what it is; or why there is nothing.
        advice: what to do where there is nothing.
        fits: there is something.
    """

    text: str
    advice: str = ""
    fits: bool = True


def look(effect: str) -> Focus:
    """Return what an effect would work on now."""
    error = choose.obstacle(effect)
    if error is not None:
        return Focus(*words.explain(error), fits=False)
    return _SOURCES[EFFECTS[effect].source](compat.edited_scene())


def selected(effect: str) -> int:
    """Return how many strips are selected that an effect could be made of."""
    if EFFECTS[effect].source == "gap":
        return 0
    chosen = [each for each in _strips(compat.edited_scene()) if each.select]
    return len({each for each in map(timeline.source_of, chosen) if each is not None})


def _frame(scene: Any) -> Focus:
    at = scene.frame_current
    under = [
        strip
        for strip in _sources(scene)
        if compat.first_frame(strip) <= at < compat.end_frame(strip)
    ]
    name = under[0].name if under else ""
    return Focus(words.say("ui.focus.frame", name=name, frame=at))


def _clip(scene: Any) -> Focus:
    strip = _sources(scene)[0]
    frames = compat.end_frame(strip) - compat.first_frame(strip)
    return Focus(words.say("ui.focus.clip", name=strip.name, frames=frames))


def _gap(scene: Any) -> Focus:
    around = _around(scene)
    if around is None:
        advice = words.say("ui.focus.no_gap.advice")
        return Focus(words.say("ui.focus.no_gap"), advice, fits=False)
    before, after = around
    frames = compat.first_frame(after) - compat.end_frame(before)
    told = "ui.focus.gap" if frames else "ui.focus.cut"
    return Focus(words.say(told, before=before.name, after=after.name, frames=frames))


def _around(scene: Any) -> tuple[Any, Any] | None:
    """Return the strips that ``choose`` would bridge."""
    chosen = [each for each in _strips(scene) if each.select and each.type in timeline.SHOTS]
    if len(chosen) == 2:
        before, after = sorted(chosen, key=compat.first_frame)
        if compat.end_frame(before) <= compat.first_frame(after):
            return before, after
    at, tracks = scene.frame_current, _tracks(scene)
    pairs = [
        pair
        for _, track in sorted(tracks.items(), reverse=True)
        for pair in zip(track, track[1:])  # noqa: B905, RUF007 - Python 3.10 has no pairwise
        if compat.end_frame(pair[0]) <= compat.first_frame(pair[1])
    ]

    def away(pair: tuple[Any, Any]) -> int:
        begins, ends = compat.end_frame(pair[0]), compat.first_frame(pair[1])
        return int(max(begins - at, at - ends, 0))

    return min(pairs, key=away, default=None)


def _tracks(scene: Any) -> dict[int, list[Any]]:
    tracks: dict[int, list[Any]] = {}
    for strip in timeline.find_strips(scene, Query("all")):
        tracks.setdefault(strip.channel, []).append(strip)
    return tracks


def _sources(scene: Any) -> list[Any]:
    try:
        return timeline.selected_strips(scene)
    except AfterframeError:
        return []


def _strips(scene: Any) -> Any:
    editor = scene.sequence_editor
    return compat.all_strips(editor) if editor is not None else ()


_SOURCES = {"frame": _frame, "clip": _clip, "gap": _gap}
