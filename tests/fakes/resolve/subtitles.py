"""Subtitles from an SRT file: imported as one clip of the pool, appended as one item a caption.

Blackmagic's text has nothing of it; scripts that do it agree: the clip goes onto the first subtitle
track alone, by its own times where the track is empty, behind what stands there where not. Where
there is no such track the answer is a handle, and nothing is placed (measured on 21.1.0.17). With
``recordFrame`` or ``trackIndex`` it goes behind everything.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from .rates import timeline_rate
from .state import Item, Medium, PoolClip, Project, Timeline, Track, new_uid

KIND = "Subtitle"
"""The type of such a clip."""
_TIME = r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})"
_TIMES = re.compile(rf"{_TIME}\s*-->\s*{_TIME}")


def look(path: str, rate: Fraction) -> tuple[Medium, dict[str, Any]] | None:
    """Return what a file of captions is in the pool; None: it is none, or holds none.

    Args:
        path: of a file.
        rate: of the project: its length is counted in that.
    """
    captions = read(path) if path.lower().endswith(".srt") else []
    if not captions:
        return None
    frames = max(1, round(max(end for _, end, _ in captions) * rate))
    medium = Medium(path, frames, str(rate), video=False, format="SRT")
    return medium, {"Type": KIND}


def read(path: str) -> list[tuple[Fraction, Fraction, str]]:
    """Return the captions of an SRT file in order: start and end in seconds, and the text."""
    try:
        text = Path(path).read_text("utf-8-sig", "replace")
    except OSError:
        return []
    captions = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        found = _TIMES.search(block)
        spoken = block[found.end() :].strip() if found else ""
        if found and spoken:
            start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:])
            captions.append((start, end, spoken))
    return sorted(each for each in captions if each[1] > each[0])


def is_subtitles(clip: object) -> bool:
    """Return whether a clip is a file of captions."""
    return isinstance(clip, PoolClip) and clip.properties.get("Type") == KIND


def put(project: Project, timeline: Timeline, info: dict[str, Any], end: int) -> Item | None:
    """Append the captions of a clip; return the first item, None where no track takes them.

    Args:
        info: the clipInfo with the clip.
        end: the frame after everything on the timeline.
    """
    tracks = timeline.tracks["subtitle"]
    if not tracks or tracks[0].locked:
        return None
    rate, begin = timeline_rate(project, timeline), _begin(timeline, tracks[0], info, end)
    made: list[Item] = []
    for first, last, text in read(info["mediaPoolItem"].medium.path):
        start, stop = begin + round(first * rate), begin + round(last * rate)
        made.append(Item(new_uid(), text, "subtitle", start, max(1, stop - start)))
    tracks[0].items += made
    if made:
        timeline.playhead = made[-1].end
    return made[0] if made else None


def _begin(timeline: Timeline, track: Track, info: dict[str, Any], end: int) -> int:
    """Return the frame that the captions' times count from."""
    if {"recordFrame", "trackIndex"} & set(info):
        return end
    return max((item.end for item in track.items), default=timeline.start)


def _seconds(parts: tuple[str, ...]) -> Fraction:
    hours, minutes, seconds, thousandths = parts
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    return whole + Fraction(int(thousandths.ljust(3, "0")), 1000)
