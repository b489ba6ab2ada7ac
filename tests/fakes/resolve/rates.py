"""Rates and timecode as Resolve's settings have them: texts outside, fractions inside."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from afterframe_hosts.wire.rates import nearest_rate
from afterframe_hosts.wire.timecode import can_drop, labelled, timecode

from .state import Project, Timeline


def rate_of(value: Any) -> Fraction:
    """Return the rate that a setting, a property or a record names: ``23.976``, ``24000/1001``.

    Raises:
        ValueError: it names none.
    """
    text = str(value).removesuffix(" DF").strip()
    return Fraction(text) if "/" in text else nearest_rate(float(text))


def shown_rate(rate: Fraction) -> float:
    """Return a rate as properties give it: ``29.97``, ``25.0``."""
    return round(float(rate), 3)


def setting(project: Project, timeline: Timeline | None, name: str) -> Any:
    """Return a setting of a timeline: its project's, unless it has custom ones (S26)."""
    if timeline is not None and timeline.settings.get("useCustomSettings") == "1":
        return timeline.settings.get(name, project.settings.get(name))
    return project.settings.get(name)


def timeline_rate(project: Project, timeline: Timeline | None) -> Fraction:
    """Return the frames a second of a timeline, or of new ones."""
    return rate_of(setting(project, timeline, "timelineFrameRate"))


def drops(project: Project, timeline: Timeline | None) -> bool:
    """Return whether a timeline, or a new one, counts drop-frame."""
    wanted = str(setting(project, timeline, "timelineDropFrameTimecode")) == "1"
    return wanted and can_drop(timeline_rate(project, timeline))


def frame_at(text: str, rate: Fraction, drop: bool) -> int | None:
    """Return the frame of a label; whichever last separator it has, it counts as ``drop`` says."""
    last = max(text.rfind(":"), text.rfind(";"))
    if last < 0:
        return None
    head = text[:last].replace(";", ":")
    return labelled(f"{head}{';' if drop else ':'}{text[last + 1 :]}", rate)


def label(frame: int, rate: Fraction, drop: bool) -> str:
    """Return the timecode of a frame."""
    return timecode(frame, rate, drop and can_drop(rate))
