"""A sequence of Final Cut Pro 7's XML: which one is meant, and its clips as OTIO's model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from ..wire.rates import nearest_rate
from ..wire.timecode import labelled
from .fcp7_retime import course_of, time_remap
from .markup import Element, Markup
from .pieces import Course, Piece, at, movie, owned, read_mark, rows, shaped
from .timeline import DROP, OURS
from .times import exact

_TICK = Fraction(1, 254_016_000_000)
"""Seconds of Premiere's clock."""
_MOST_CLIPS = 200_000
"""With nests counted as often as they are used."""
_DEEPEST = 32
_PAL = (25, 50, 100)


def chosen_sequence(markup: Markup) -> Element:
    """Return the sequence that is meant.

    Raises:
        ValueError: there is none, or several; the message names them.
    """
    whole = [each for each in markup.root.walk() if each.tag == "sequence" and each.at("media")]
    top = [each for each in whole if not _within_clip(each)]
    if len(top) > 1:
        used = {each.attributes.get("id") for each in markup.root.walk() if _is_nested(each)}
        top = [each for each in top if each.attributes.get("id", "") not in used] or top
    if len(top) == 1:
        return top[0]
    if not top:
        raise ValueError("it holds no sequence")
    names = ", ".join(each.value("name") or "unnamed" for each in top[:8])
    raise ValueError(f"it holds {len(top)} sequences ({names}); export the one you mean by itself")


def rate_of(element: Element) -> Fraction | None:
    """Return the frames a second that ``element`` states of itself, None where it does not."""
    base = element.value("rate/timebase")
    if not base:
        return None
    rate = nearest_rate(float(base))
    if element.value("rate/ntsc").upper() == "TRUE" and rate.denominator == 1:
        return rate if rate in _PAL else rate * Fraction(1000, 1001)
    return rate


def sequence_rate(sequence: Element) -> Fraction:
    """Return a sequence's frames a second.

    Raises:
        ValueError: nothing says it.
    """
    rate = rate_of(sequence)
    rate = rate or next((rate_of(each) for each in sequence.walk() if each.at("rate")), None)
    if rate is None:
        raise ValueError("nothing says its frame rate")
    return rate


def video_tracks(sequence: Element) -> list[Element]:
    """Return a sequence's video tracks, from the bottom."""
    video = sequence.at("media/video")
    return list(video.all("track")) if video else []


def mark_of(clip: Element) -> dict[str, Any] | None:
    """Return what we wrote into a clip of ours, None for the user's own."""
    return read_mark(clip.value("logginginfo/lognote"))


@dataclass(frozen=True)
class _Shown:
    """Where a clip stands in its sequence, in frames; and how much of it a transition covers.

    Attributes:
        start: the first one behind the cut before it.
        frames: how many until the cut behind it.
        early: frames of it that only the transition before it shows.
        whole: frames with all that transitions show of it.
    """

    start: int
    frames: int
    early: int
    whole: int


@dataclass
class Reader:
    """What the clips of one file have in common.

    Attributes:
        curves: number of clips whose speed follows a curve.
    """

    markup: Markup
    curves: int = 0
    _clips: int = 0
    _files: dict[str, Element] = field(default_factory=dict)
    _sequences: dict[str, Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for element in self.markup.root.walk():
            name = element.attributes.get("id")
            if name and element.children and element.tag == "file":
                self._files.setdefault(name, element)
            if name and element.at("media") and element.tag == "sequence":
                self._sequences.setdefault(name, element)

    def timeline(self, sequence: Element) -> otio.schema.Timeline:
        """Return a sequence as a timeline.

        Raises:
            ValueError: its times make no sense.
        """
        rate = sequence_rate(sequence)
        name = sequence.value("name")
        model = otio.schema.Timeline(name, global_start_time=at(_start(sequence, rate), rate))
        model.tracks.extend(self._tracks(sequence, rate, 0))
        owned(list(model.tracks))
        ours: dict[str, Any] = {DROP: sequence.value("timecode/displayformat") == "DF"}
        ticks = sequence.attributes.get("MZ.EditLine", "")
        if ticks.isdigit():
            ours["playhead"] = at(_start(sequence, rate) + int(ticks) * _TICK, rate)
        model.metadata[OURS] = ours
        return model

    def _tracks(self, sequence: Element, rate: Fraction, depth: int) -> Iterator[Any]:
        if depth > _DEEPEST:
            raise ValueError(f"its sequences are nested more than {_DEEPEST} deep")
        for number, track in enumerate(video_tracks(sequence), 1):
            pieces = [
                Piece(shown.start / rate, shown.frames / rate, self._item(clip, shown, rate, depth))
                for clip, shown in _stand(track)
            ]
            for row in rows(pieces, track.value("name") or f"V{number}", rate):
                row.enabled = track.value("enabled").upper() != "FALSE"
                yield row

    def _item(self, clip: Element, shown: _Shown, rate: Fraction, depth: int) -> Any:
        self._clips += 1
        if self._clips > _MOST_CLIPS:
            raise ValueError(f"it holds more than {_MOST_CLIPS} clips")
        name = clip.value("name")
        nest = self._nest(clip)
        if nest is not None:
            own = sequence_rate(nest)
            item = otio.schema.Stack(name or nest.value("name"))
            item.extend(self._tracks(nest, own, depth + 1))
        else:
            file = self._file(clip)
            own = (rate_of(file) if file else None) or rate_of(clip) or rate
            item = _clip(clip, file, own)
        item.enabled = clip.value("enabled").upper() != "FALSE"
        mark = mark_of(clip)
        if mark:
            item.metadata[OURS] = mark
        return shaped(item, self._course(clip, shown, rate), shown.frames / rate, own)

    def _course(self, clip: Element, shown: _Shown, rate: Fraction) -> Course:
        own = rate_of(clip) or rate
        offset = _number(clip.value("subclipinfo/startoffset"))
        low, high = _number(clip.value("in")), _number(clip.value("out"))
        if not offset and time_remap(clip) is None:
            low = _exact_in(clip, low, own)
        early, late = (frames * own / rate for frames in (shown.early, shown.early + shown.frames))
        course = course_of(clip, low, high, shown.whole * own / rate, (early, late))
        self.curves += course.pace is None
        return Course((course.first + offset) / own, course.pace)

    def _file(self, clip: Element) -> Element | None:
        file = clip.at("file")
        if file is None:
            return None
        return file if file.children else self._files.get(file.attributes.get("id", ""), file)

    def _nest(self, clip: Element) -> Element | None:
        nest = clip.at("sequence")
        if nest is None or nest.at("media"):
            return nest
        return self._sequences.get(nest.attributes.get("id", ""))


def _clip(clip: Element, file: Element | None, rate: Fraction) -> otio.schema.Clip:
    """Return a clip of a file, of a generator, or of nothing, without its range."""
    url = file.value("pathurl") if file else ""
    made = clip.tag == "generatoritem" or clip.at("multiclip") or (file and file.at("mediaSource"))
    if url:
        frames = _number(file.value("duration")) if file else Fraction(0)
        reference = movie(url, rate, Fraction(0), frames / rate)
    elif made:
        reference = otio.schema.GeneratorReference(clip.value("effect/name") or "generator")
    else:
        reference = otio.schema.MissingReference()
    name = clip.value("name") or (file.value("name") if file else "")
    colour = clip.value("labels/label2")
    return otio.schema.Clip(
        name, reference, color=otio.core.Color(0, 0, 0, 1, colour) if colour else None
    )


def _stand(track: Element) -> Iterator[tuple[Element, _Shown]]:
    """Yield a track's clips and where they stand."""
    items = list(track.all("clipitem", "generatoritem", "transitionitem"))
    for index, clip in enumerate(items):
        if clip.tag == "transitionitem":
            continue
        before = items[index - 1] if index else None
        after = items[index + 1] if index + 1 < len(items) else None
        start, whole_start = _edge(clip.value("start"), before, "start")
        end, whole_end = _edge(clip.value("end"), after, "end")
        if end > start:
            yield clip, _Shown(start, end - start, start - whole_start, whole_end - whole_start)


def _edge(said: str, beside: Element | None, side: str) -> tuple[int, int]:
    """Return the frame of a clip's cut, and where its own pictures begin or end."""
    if not said:
        raise ValueError(f"a clip has no {side}")
    frame = int(_number(said))
    if frame >= 0:
        return frame, frame
    if beside is None or beside.tag != "transitionitem":
        raise ValueError("a clip lies under a transition that is not there")
    return _cut(beside), int(_number(beside.value(side)))


def _cut(transition: Element) -> int:
    """Return the frame at which the clip behind a transition counts as begun."""
    start, end = (int(_number(transition.value(name))) for name in ("start", "end"))
    ticks, rate = transition.value("cutPointTicks"), rate_of(transition)
    if ticks.isdigit() and rate is not None:
        return min(end, start + int(int(ticks) * _TICK * rate))
    alignment = transition.value("alignment")
    if alignment.startswith("start"):
        return start
    return end if alignment.startswith("end") else (start + end) // 2


def _exact_in(clip: Element, frame: Fraction, rate: Fraction) -> Fraction:
    """Return ``in`` as Premiere knows it, between two frames where rates differ."""
    ticks = clip.value("pproTicksIn")
    if not ticks.isdigit():
        return frame
    exact = int(ticks) * _TICK * rate
    return exact if abs(exact - frame) < 1 else frame


def _start(sequence: Element, rate: Fraction) -> Fraction:
    """Return the second at which a sequence's timecode begins."""
    code = sequence.at("timecode")
    if code is None:
        return Fraction(0)
    own = rate_of(code) or rate
    if code.value("frame"):
        return _number(code.value("frame")) / own
    text = code.value("string")
    drop = ";" in text or code.value("displayformat") == "DF"
    label = ":".join(re.split("[:;]", text)[:3]) + (";" if drop else ":") + text[-2:]
    frame = labelled(label, own) if text else 0
    if frame is None:
        raise ValueError(f"{text} is no timecode at {own} frames a second")
    return frame / own


def _number(text: str) -> Fraction:
    """Return a number as the format has them, 0 where there is none; ``12.0`` is written too."""
    return exact(text) if text else Fraction(0)


def _within_clip(element: Element) -> bool:
    parent = element.parent
    while parent is not None:
        if parent.tag == "clipitem":
            return True
        parent = parent.parent
    return False


def _is_nested(element: Element) -> bool:
    return element.tag == "sequence" and _within_clip(element)
