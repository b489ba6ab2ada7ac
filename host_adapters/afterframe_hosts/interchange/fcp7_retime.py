"""The effect "Time Remap" of Final Cut Pro 7's XML: which frame of the medium is due when."""

from __future__ import annotations

from fractions import Fraction

from .markup import Element
from .pieces import Course, follow, straight
from .times import exact

Points = list[tuple[Fraction, Fraction]]


def course_of(
    clip: Element, low: Fraction, high: Fraction, whole: Fraction, shown: tuple[Fraction, Fraction]
) -> Course:
    """Return what a clip shows of its medium; all in frames at the clip's rate.

    Args:
        low: its ``in``.
        high: its ``out``.
        whole: its length with what transitions show of it.
        shown: from where to where in that it is shown without them.
    """
    effect = time_remap(clip)
    if effect is None:
        return Course(low + shown[0])
    said = _parameter(effect, "speed")
    speed = exact(said.value("value") or "100") / 100 if said else Fraction(1)
    if _says(effect, "reverse"):
        speed = -abs(speed)
    points, bends = _graph(effect), _says(effect, "variablespeed")
    if len(points) < 2:
        if bends:
            return Course(low, None)
        return Course(_without_graph(clip, low, high, whole, speed) + shown[0] * speed, speed)
    begin, end = low + shown[0], low + shown[1]
    first = follow(points, begin)
    if not bends:
        return Course(first, speed)
    if not straight(points, begin, end):
        return Course(first, None)
    return Course(first, (follow(points, end) - first) / (end - begin))


def time_remap(clip: Element) -> Element | None:
    """Return a clip's effect of speed, None where it has none that is switched on."""
    for each in clip.all("filter"):
        effect = each.at("effect")
        if effect and effect.value("effectid") == "timeremap":
            return effect if each.value("enabled").upper() != "FALSE" else None
    return None


def _without_graph(
    clip: Element, low: Fraction, high: Fraction, whole: Fraction, speed: Fraction
) -> Fraction:
    """Return where in the medium a clip begins whose speed is one number, and nothing else said.

    Where ``in`` and ``out`` are as far apart as the clip is long they count frames as they are
    played; where they are farther apart by the speed they are frames of the medium.
    """
    counts_medium = abs(high - low - whole) > 1 and abs(high - low - whole * abs(speed)) <= 1
    if counts_medium or speed == 0:
        return high if speed < 0 else low
    if speed < 0:
        return exact(clip.value("duration") or "0") + low * speed
    return low * speed


def _parameter(effect: Element, name: str) -> Element | None:
    found = (each for each in effect.all("parameter") if each.value("parameterid") == name)
    return next(found, None)


def _says(effect: Element, name: str) -> bool:
    found = _parameter(effect, name)
    return found is not None and found.value("value").upper() in {"TRUE", "1"}


def _graph(effect: Element) -> Points:
    """Return the curve's points; Premiere writes numbers out of range into some, left out here."""
    graph = _parameter(effect, "graphdict")
    if graph is None:
        return []
    least, most = (exact(graph.value(name) or "0") for name in ("valuemin", "valuemax"))
    points: Points = []
    for key in graph.all("keyframe"):
        when, value = (exact(key.value(name) or "0") for name in ("when", "value"))
        if most <= least or least <= value <= most:
            points.append((when, value))
    return sorted(points)
