"""The story of a Final Cut Pro project: its storyline and what is connected to it, on tracks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from .fcpx_time import Clock, conformed, rate_of, seconds_of
from .markup import Element, Markup
from .pieces import Course, Piece, at, movie, owned, read_mark, rows, shaped
from .timeline import DROP, OURS

_MOST_CLIPS = 200_000
"""With nests counted as often as they are used."""
_DEEPEST = 32
_STORY = (
    *("asset-clip", "clip", "video", "title", "ref-clip", "sync-clip", "mc-clip"),
    *("audition", "gap", "spine", "audio", "caption"),
)
_SOUND = ("audio", "caption")


@dataclass(frozen=True)
class Anchor:
    """An element of the main storyline, to which others can be connected.

    Attributes:
        element: itself.
        start: where it stands, in seconds from the sequence's first frame.
        length: in seconds.
        local: its local time there.
        pace: seconds of its local time in a second of the sequence.
    """

    element: Element
    start: Fraction
    length: Fraction
    local: Fraction
    pace: Fraction


@dataclass(frozen=True)
class _Around:
    """The composition that elements stand in: its rate, how deep it is nested, and its name."""

    rate: Fraction
    depth: int = 0
    name: str = ""


@dataclass
class Story:
    """A project, read.

    Attributes:
        markup: the whole document.
        project: its element.
        inside: what stands before a relative URL.
        curves: number of clips whose speed follows a curve.
        anchors: the main storyline, in the order of time.
        levels: of each track of the model: 0 is the main storyline, 1 what stands over it.
    """

    markup: Markup
    project: Element
    inside: str
    curves: int = 0
    anchors: list[Anchor] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    _clips: int = 0
    _resources: dict[str, Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        resources = self.markup.root.at("resources")
        for each in resources.children if resources else ():
            self._resources.setdefault(each.attributes.get("id", ""), each)

    @property
    def sequence(self) -> Element:
        """The project's sequence."""
        found = self.project.at("sequence")
        if found is None:
            raise ValueError("the project has no sequence")
        return found

    @property
    def rate(self) -> Fraction:
        """Frames a second of the sequence; ValueError where nothing says it."""
        found = rate_of(self._resources.get(self.sequence.attributes.get("format", "")))
        if found is None:
            raise ValueError("nothing says its frame rate")
        return found

    def timeline(self) -> otio.schema.Timeline:
        """Return the project as a timeline: a track for each level of lanes."""
        sequence, rate = self.sequence, self.rate
        start = seconds_of(sequence, "tcStart")
        name = self.project.attributes.get("name", "")
        model = otio.schema.Timeline(name, global_start_time=at(start, rate))
        standing = self._sequence(sequence, _Around(rate))
        for level in sorted({0, *standing}):
            found = rows(standing.get(level, []), f"V{len(self.levels) + 1}", rate)
            for track in found:
                track.name = f"V{len(self.levels) + 1}"
                self.levels.append(level)
                model.tracks.append(track)
        owned(list(model.tracks))
        if sequence.attributes.get("tcFormat") == "DF":
            model.metadata[OURS] = {DROP: True}
        return model

    def _sequence(self, sequence: Element, around: _Around) -> dict[int, list[Piece]]:
        """Return what stands in a sequence, by level, from its first frame as second 0."""
        standing: dict[int, list[Piece]] = defaultdict(list)
        spine = sequence.at("spine")
        if spine is not None:
            shift = -seconds_of(sequence, "tcStart")
            self._row(spine.children, shift, 0, around, standing)
        return standing

    def _row(
        self,
        elements: Iterable[Element],
        shift: Fraction,
        level: int,
        around: _Around,
        standing: dict[int, list[Piece]],
    ) -> None:
        """Put elements that follow each other where they stand: at their offset and ``shift``."""
        offset = -shift
        for element in elements:
            if element.tag not in _STORY:
                continue
            offset = seconds_of(element, "offset", offset)
            self._stand(element, offset + shift, level, around, standing)
            offset += self._length(_picked(element), around)

    def _stand(
        self,
        element: Element,
        start: Fraction,
        level: int,
        around: _Around,
        standing: dict[int, list[Piece]],
    ) -> None:
        """Put an element, and what is connected to it, where it stands."""
        if element.tag == "spine":
            self._row(element.children, start, level, around, standing)
            return
        element = _picked(element)
        length = self._length(element, around)
        local, pace = self._local(element), conformed(element, around.rate)
        if around.depth == 0 and level == 0:
            self.anchors.append(Anchor(element, start, length, local, pace))
        if length > 0 and self._has_picture(element):
            standing[level].append(Piece(start, length, self._item(element, length, around)))
        for other in _connected(element):
            begin = start + (seconds_of(other, "offset", local) - local) / pace
            lane = int(other.attributes.get("lane", "0"))
            self._stand(other, begin, level + lane, around, standing)

    def _item(self, element: Element, length: Fraction, around: _Around) -> Any:
        """Return the item of an element that shows something."""
        self._clips += 1
        if self._clips > _MOST_CLIPS:
            raise ValueError(f"it holds more than {_MOST_CLIPS} clips")
        if around.depth > _DEEPEST:
            raise ValueError(f"its clips are nested more than {_DEEPEST} deep")
        item, rate, zero = self._content(element, around)
        clock = Clock(element, self._local(element), length, conformed(element, around.rate))
        course = clock.course(rate)
        self.curves += course.pace is None
        item.enabled = element.attributes.get("enabled", "1") != "0"
        mark = read_mark(element.value("note"))
        if mark:
            item.metadata[OURS] = mark
        return shaped(item, Course(course.first - zero, course.pace), length, rate)

    def _content(self, element: Element, around: _Around) -> tuple[Any, Fraction, Fraction]:
        """Return an item without its range, its own rate, and the local time of its second 0."""
        name = element.attributes.get("name", around.name)
        if element.tag in {"clip", "sync-clip"}:
            standing: dict[int, list[Piece]] = defaultdict(list)
            inner = _Around(around.rate, around.depth + 1, name)
            for part in _parts(element):
                self._stand(part, seconds_of(part, "offset"), 0, inner, standing)
            return _stack(name, standing, around.rate), around.rate, Fraction(0)
        resource = self._resources.get(element.attributes.get("ref", ""))
        if element.tag in {"ref-clip", "mc-clip"}:
            return self._nest(element, resource, around, name)
        if element.tag == "title" or (resource is not None and resource.tag == "effect"):
            return otio.schema.Clip(name, _generator(resource)), around.rate, Fraction(0)
        reference, rate = self._medium(resource, around)
        said = resource.attributes.get("name", "") if resource is not None else ""
        return otio.schema.Clip(name or said, reference), rate, Fraction(0)

    def _nest(
        self, element: Element, resource: Element | None, around: _Around, name: str
    ) -> tuple[Any, Fraction, Fraction]:
        nest = _nested(resource)
        if nest is None:
            return otio.schema.Clip(name, otio.schema.MissingReference()), around.rate, Fraction(0)
        rate = rate_of(self._resources.get(nest.attributes.get("format", ""))) or around.rate
        inner = _Around(rate, around.depth + 1, name)
        zero = seconds_of(nest, "tcStart")
        if nest.tag == "sequence":
            return _stack(name, self._sequence(nest, inner), rate), rate, zero
        standing: dict[int, list[Piece]] = defaultdict(list)
        angle = _angle(element, nest)
        if angle is not None:
            self._row(angle.children, -zero, 0, inner, standing)
        return _stack(name, standing, rate), rate, zero

    def _medium(self, asset: Element | None, around: _Around) -> tuple[Any, Fraction]:
        if asset is None or asset.tag != "asset":
            return otio.schema.MissingReference(), around.rate
        rate = rate_of(self._resources.get(asset.attributes.get("format", ""))) or around.rate
        url = _source(asset)
        if not url:
            return otio.schema.MissingReference(), rate
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|[/\\]", url):
            url = self.inside + url
        start, length = seconds_of(asset, "start"), seconds_of(asset, "duration")
        return movie(url, rate, start, length), rate

    def _local(self, element: Element) -> Fraction:
        """Return the local time that an element shows first."""
        resource = self._resources.get(element.attributes.get("ref", ""))
        begins = Fraction(0)
        if element.tag in {"asset-clip", "video"} and resource is not None:
            begins = seconds_of(resource, "start")
        nest = _nested(resource) if element.tag in {"ref-clip", "mc-clip"} else None
        if nest is not None:
            begins = seconds_of(nest, "tcStart")
        return seconds_of(element, "start", begins)

    def _length(self, element: Element, around: _Around) -> Fraction:
        """Return how long an element is in the composition around it."""
        if element.tag == "spine":
            inside = map(_picked, element.all(*_STORY))
            return sum((self._length(each, around) for each in inside), Fraction(0))
        resource = self._resources.get(element.attributes.get("ref", ""))
        whole = seconds_of(resource, "duration") if resource is not None else Fraction(0)
        return seconds_of(element, "duration", whole / conformed(element, around.rate))

    def _has_picture(self, element: Element) -> bool:
        """Say whether an element shows something, be it a title."""
        if element.attributes.get("srcEnable") == "audio":
            return False
        if element.tag == "asset-clip":
            asset = self._resources.get(element.attributes.get("ref", ""))
            return asset is None or asset.attributes.get("hasVideo", "0") == "1"
        if element.tag in {"clip", "sync-clip"}:
            inside = (each for part in _parts(element) for each in _flat(part))
            return any(self._has_picture(_picked(each)) for each in inside)
        return element.tag in {"video", "title", "ref-clip", "mc-clip"}


def _picked(element: Element) -> Element:
    """Return the clip that an audition shows, which is its first; any other element itself."""
    while element.tag == "audition" and element.children:
        element = element.children[0]
    return element


def _connected(element: Element) -> Iterator[Element]:
    """Yield what is connected to an element, and is no part of it."""
    holds = element.tag in {"clip", "sync-clip"}
    for each in element.all(*_STORY):
        if each.tag not in _SOUND and (not holds or each.attributes.get("lane", "0") != "0"):
            yield each


def _parts(element: Element) -> Iterator[Element]:
    """Yield what a clip consists of, which has no lane."""
    return (each for each in element.all(*_STORY) if each.attributes.get("lane", "0") == "0")


def _flat(part: Element) -> Iterator[Element]:
    return part.all(*_STORY) if part.tag == "spine" else iter((part,))


def _nested(resource: Element | None) -> Element | None:
    """Return the sequence, or the angles, of a compound clip's or multicam clip's medium."""
    if resource is None or resource.tag != "media":
        return None
    return resource.at("sequence") or resource.at("multicam")


def _angle(element: Element, multicam: Element) -> Element | None:
    """Return the angle whose picture a multicam clip shows."""
    angles = list(multicam.all("mc-angle"))
    for source in element.all("mc-source"):
        if source.attributes.get("srcEnable", "all") in {"all", "video"}:
            name = source.attributes.get("angleID")
            return next((each for each in angles if each.attributes.get("angleID") == name), None)
    return angles[0] if angles else None


def _source(asset: Element) -> str:
    """Return the URL of an asset's original medium: an attribute, from 1.9 on an element."""
    found = list(asset.all("media-rep"))
    original = [r for r in found if r.attributes.get("kind", "original-media") == "original-media"]
    chosen = next(iter(original or found), asset)
    return chosen.attributes.get("src", "")


def _generator(effect: Element | None) -> Any:
    name = effect.attributes.get("name", "") if effect is not None else ""
    return otio.schema.GeneratorReference(name or "generator")


def _stack(name: str, standing: dict[int, list[Piece]], rate: Fraction) -> otio.schema.Stack:
    stack = otio.schema.Stack(name)
    for level in sorted(standing):
        stack.extend(rows(standing[level], f"lane {level}", rate))
    return stack
