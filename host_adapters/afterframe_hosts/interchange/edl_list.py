"""The text of an edit decision list (CMX3600) as its events; nothing is made of them yet.

What the programs write differs, and so this reads: events in fixed columns or not, reels of any
length, timecode with ``:``, ``;``, ``.`` or ``,`` before the frames, comments that belong to the
event above them, blank lines, any end of line, UTF-8, UTF-16 or Latin-1.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from ..wire.timecode import can_drop, labelled

_LONGEST = 5000
"""Letters of a line that are read: a path has at most 4096."""
_TIME = r"(\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3})"
_EVENT = re.compile(
    r"(?P<number>\d{1,8})\s+(?P<reel>\S.*?)\s+(?P<channels>NONE|[VAB]\w*(?:/[VAB]\w*)*)\s+"
    r"(?P<edit>[CD]|W\d{0,3}|K(?: ?[BO])?)(?:\s+\(F\))?(?:\s+(?P<length>\d{1,4}))?\s+"
    rf"{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME}"
)
_SPEED = re.compile(rf"M2\s+(?P<reel>\S.*?)??\s*(?P<speed>[+-]?\d*\.?\d+)\s+{_TIME}")
_SOURCE = re.compile(r">>>\s*SOURCE\s+(\S+)\s+(\S.*)")
_REPLACED = re.compile(r"FINAL CUT PRO REEL:\s*(.+?)\s+REPLACED BY:\s*(.+)", re.IGNORECASE)
_COMMENT = re.compile(r"\*\s*(?P<key>[A-Z][A-Z ]*?)\s*:\s*(?P<value>.*)", re.IGNORECASE)
_STILL = re.compile(r"\*\s*(FROM|TO) CLIP IS A STILL", re.IGNORECASE)
_LOCATOR = re.compile(rf"{_TIME}\s*(\w*)\s*(.*)")
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_HINT = re.compile(r"\s*\d+\s+\S.*\d\d[:;.,]\d\d[:;.,]\d\d")
"""Of a line that is meant as an event: a number first, and timecode."""


class Label(NamedTuple):
    """A timecode as written."""

    digits: tuple[int, int, int, int]
    drop: bool

    def frame(self, rate: Fraction, drop: bool) -> int | None:
        """Return the frame that the label names, None where it counts more frames than the rate.

        A label that drop-frame counting skips names the next one: some programs write it.
        """
        hours, minutes, seconds, frames = self.digits
        dropping = (drop or self.drop) and can_drop(rate)
        skipped = range(4) if dropping else range(1)
        mark = ";" if dropping else ":"
        texts = (f"{hours:02}:{minutes:02}:{seconds:02}{mark}{frames + n:02}" for n in skipped)
        found = (labelled(text, rate) for text in texts)
        return next((frame for frame in found if frame is not None), None)


class Motion(NamedTuple):
    """A line ``M2``: the reel is played at so many frames a second, from a timecode on."""

    reel: str
    speed: str
    start: Label


class Locator(NamedTuple):
    """A marker on the timeline."""

    at: Label
    colour: str
    text: str


@dataclass
class Event:
    """A line of the list, with what is said of it beneath.

    Attributes:
        number: as written; the two lines of a transition have the same.
        line: where it stands in the file, from 1.
        reel: of its source; the long name where the list tells it.
        layers: numbers of the video tracks that it is cut into; none for sound alone.
        edit: ``C``, ``D``, ``W`` with a number; ``K``, ``K B`` and ``K O`` are keys.
        length: of its transition, in frames.
        source: in and out.
        record: in and out.
        drop: the source's timecode drops numbers, as the list said last.
        name: of the clip, empty where it is not said.
        file: of the source, empty where it is not said.
        still: the source is one picture.
        motions: in the order of the list.
        locators: that stand with it.
        ours: what we said of it, by key.
    """

    number: str
    line: int
    reel: str
    layers: tuple[int, ...]
    edit: str
    length: int
    source: tuple[Label, Label]
    record: tuple[Label, Label]
    drop: bool
    name: str = ""
    file: str = ""
    still: bool = False
    motions: list[Motion] = field(default_factory=list)
    locators: list[Locator] = field(default_factory=list)
    ours: dict[str, str] = field(default_factory=dict)


@dataclass
class EditList:
    """A list as read.

    Attributes:
        title: empty where it has none.
        drop: its own timecode drops numbers; None where nothing says it.
        events: in the order of the list.
        unread: numbers of the lines that should be events and are not.
    """

    title: str = ""
    drop: bool | None = None
    events: list[Event] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def decode(data: bytes) -> str:
    """Return a list's text: by its mark, as UTF-8, else as Latin-1, which takes every byte."""
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def parse(text: str) -> EditList:
    """Read a list's text; what is not an event or said of one is passed over."""
    found = EditList()
    drop = False
    reels: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line[:_LONGEST].strip()
        if match := _EVENT.match(line):
            found.events.append(_event(match, number, drop))
        elif line.upper().startswith("TITLE:"):
            found.title = line[6:].strip()
        elif line.upper().startswith("FCM:"):
            drop = "NON" not in line.upper()
            if not found.events:
                found.drop = drop
        elif replaced := _REPLACED.match(line):
            reels[replaced[2].strip()] = replaced[1]
        elif source := _SOURCE.match(line):
            reels[source[1]] = source[2].split()[0]
        elif _HINT.match(line):
            found.unread.append(number)
        elif found.events:
            _say(line, _shot(found.events))
    for event in found.events:
        event.reel = reels.get(event.reel, event.reel)
    if any(label.drop for event in found.events for label in event.record):
        found.drop = True
    return found


def _event(match: re.Match[str], line: int, drop: bool) -> Event:
    times = [label(text) for text in match.groups()[-4:]]
    return Event(
        number=match["number"],
        line=line,
        reel=match["reel"],
        layers=_layers(match["channels"]),
        edit=match["edit"],
        length=int(match["length"] or 0),
        source=(times[0], times[1]),
        record=(times[2], times[3]),
        drop=drop,
    )


def label(text: str) -> Label:
    """Return a timecode's digits; anything but a colon before its frames drops numbers."""
    hours, minutes, seconds, frames = (int(part) for part in re.split(r"[:;.,]", text))
    return Label((hours, minutes, seconds, frames), re.split(r"\d+", text)[-2] != ":")


def _layers(channels: str) -> tuple[int, ...]:
    """Return the video tracks of a channel field: ``V``, ``V2``, ``B`` (both), ``AA/V`` ..."""
    parts = channels.upper().split("/")
    return tuple(
        int(part[1:] or 1)
        for part in ("V" if part == "B" else part for part in parts)
        if re.fullmatch(r"V\d{0,2}", part)
    )


def _shot(events: list[Event]) -> list[Event]:
    """Return the lines of the last event, of which a transition has two."""
    last = events[-1]
    before = events[-2:-1]
    return [*(each for each in before if each.number == last.number), last]


def _say(line: str, shot: list[Event]) -> None:
    """Add to an event what a line beneath it says; of two lines, *from* means the first."""
    first, last = shot[0], shot[-1]
    if match := _SPEED.match(line):
        reel = (match["reel"] or "").strip()
        its = next((each for each in reversed(shot) if each.reel == reel), last)
        its.motions.append(Motion(reel, match["speed"], label(match.groups()[-1])))
    elif match := _STILL.match(line):
        (first if match[1].upper() == "FROM" else last).still = True
    elif match := _COMMENT.match(line):
        _comment(match["key"].upper(), match["value"].strip(), first, last)


def _comment(key: str, value: str, first: Event, last: Event) -> None:
    if key in {"FROM CLIP NAME", "CLIP NAME"}:
        first.name = value
    elif key == "TO CLIP NAME":
        last.name = value
    elif key in {"SOURCE FILE", "FROM CLIP", "FROM FILE", "SOURCE FILE PATH", "TO FILE"}:
        its = (
            last if key.startswith("TO") or first.file or (last.name and not first.name) else first
        )
        its.file = value
    elif key == "LOC":
        if match := _LOCATOR.match(value):
            last.locators.append(Locator(label(match[1]), match[2], match[3].strip()))
    elif key.startswith("AFTERFRAME "):
        last.ours[key.removeprefix("AFTERFRAME ").lower()] = value
