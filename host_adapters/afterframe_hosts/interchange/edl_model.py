"""From a list's events to OpenTimelineIO's model; how what is open is read stands in ``edl``."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from ..base import FileOptions, MediumFacts
from ..wire.job import Note
from ..wire.timecode import can_drop, nominal
from .edl_list import EditList, Event, Label, label
from .edl_media import Found, Shelf
from .edl_speed import REAL_TIME, played, speed_of_lengths
from .place import TRACK
from .timeline import DROP, OURS
from .times import time_range

NTSC = Fraction(1000, 1001)
KEY = "cmx_3600"
"""Of what only a list says, in a model's metadata."""
_GUESSED = (24, 25, 30, 50, 60)
_SAID = re.compile(r"([1-9]\d{0,5}(?:/[1-9]\d{0,5})?) (\d\d:\d\d:\d\d[:;]\d\d+)")
"""What a list of ours says of its timeline: rate and first label."""
_BLACK = {"BL", "BLK", "BLACK"}


def model_of(
    found: EditList, path: Path, options: FileOptions
) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
    """Return the timeline that a list describes, and what had to be assumed.

    Raises:
        ValueError: it has no event with pictures, or a record time that its rate does not have.
    """
    if not found.events:
        raise ValueError("it has no event")
    return _Reading(found, path, options).model()


@dataclass(frozen=True)
class _Medium:
    """What is known of an event's source."""

    found: Found | None
    facts: MediumFacts | None

    @property
    def frames(self) -> int:
        """Number of its pictures, 0 where unknown."""
        return self.facts.frames if self.facts else self.found.frames if self.found else 0


@dataclass(frozen=True)
class _Cut:
    """A stretch of a source on a track.

    Attributes:
        event: what the list says.
        medium: of its source.
        start: timeline frame.
        end: the frame after the last.
        source: where the stretch of the source begins, in its frames as they are labelled.
        counted: rate of these labels.
        pace: seconds of the source in a second; negative backwards, None along a curve.
    """

    event: Event
    medium: _Medium
    start: int
    end: int
    source: Fraction
    counted: Fraction
    pace: Fraction | None

    def between(self, start: int, end: int, rate: Fraction) -> _Cut:
        """Return the part that stands between two timeline frames."""
        pace = REAL_TIME if self.pace is None else self.pace
        skipped = start - self.start if pace >= 0 else self.end - end
        source = self.source + skipped * abs(pace) * self.counted / rate
        return replace(self, start=start, end=end, source=source)


@dataclass
class _Reading:
    """The reading of one list.

    Attributes:
        found: the list.
        path: absolute, of its file.
        options: what the user says of it.
        drop: the timeline counts drop-frame.
        told: numbers of the events that a note speaks of, by its id.
        known: what media say of themselves, by path.
    """

    found: EditList
    path: Path
    options: FileOptions
    drop: bool = False
    told: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, MediumFacts | None] = field(default_factory=dict)

    def model(self) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
        """Return the timeline and the notes."""
        folders = [each.absolute() for each in (self.options.media, self.path.parent) if each]
        shelf = Shelf(*folders)
        seen = [each for each in self.found.events if each.layers and each.reel not in _BLACK]
        media = [self._medium(shelf, each) for each in seen]
        rate, said_by = self._rate(media)
        self.drop = bool(self.found.drop) and can_drop(rate)
        converted = self._converted(seen, media, rate)
        cuts = [self._cut(*pair, rate, converted) for pair in zip(seen, media, strict=True)]
        timeline = self._timeline([each for each in cuts if each.end > each.start], rate)
        notes = [] if said_by is None else [Note(said_by, {"rate": f"{float(rate):.6g}"})]
        lines = ", ".join(map(str, self.found.unread))
        notes += [Note("note.edl.unread", {"lines": lines})] if lines else []
        notes += [Note(id, {"events": ", ".join(events)}) for id, events in self.told.items()]
        return timeline, tuple(notes)

    def _tell(self, note: str, event: Event) -> None:
        self.told.setdefault(f"note.edl.{note}", []).append(event.number)

    def _medium(self, shelf: Shelf, event: Event) -> _Medium:
        found = shelf.find(event.file, event.name, event.reel, still=event.still)
        if found is None:
            return _Medium(None, None)
        if found.others:
            self._tell("several_files", event)
        if found.media.path not in self.known:
            self.known[found.media.path] = self.options.look(found.media)
        return _Medium(found, self.known[found.media.path])

    # Rates

    def _rate(self, media: list[_Medium]) -> tuple[Fraction, str | None]:
        """Return the timeline's rate, and the note that says what it was taken from."""
        said = _said_timeline(self.found)
        given = self.options.rate or (said and said[0])
        if given:
            return given, None
        recorded = max(each.digits[3] for event in self.found.events for each in event.record)
        if self.found.drop:
            return (60 if recorded >= 30 else 30) * NTSC, "note.edl.rate_of_drop"
        rates = Counter(
            each.facts.rate for each in media if each.facts and each.facts.rate
        ).most_common()
        fitting = [rate for rate, _ in rates if nominal(rate) > recorded]
        if fitting:
            return fitting[0], "note.edl.rate_of_media"
        guess = next((each for each in _GUESSED if each > recorded), 120)
        return Fraction(guess), "note.edl.rate_guessed"

    def _converted(self, events: list[Event], media: list[_Medium], rate: Fraction) -> bool:
        """Say whether sources of other rates are labelled at the timeline's, by their lengths."""
        votes = 0
        for event, medium in zip(events, media, strict=True):
            own = medium.facts.rate if medium.facts else None
            if own is None or nominal(own) == nominal(rate) or event.motions:
                continue
            record = _length(event.record, rate, self.drop)
            fits = [
                length is not None and record is not None and abs(length * rate / each - record) < 2
                for each in (own, rate)
                for length in (_length(event.source, each, event.drop),)
            ]
            votes += (fits == [False, True]) - (fits == [True, False])
        return votes > 0

    # Events

    def _cut(self, event: Event, medium: _Medium, rate: Fraction, converted: bool) -> _Cut:
        start, end = (self._record(event, each, rate) for each in event.record)
        if end < start:
            end += _day(rate, self.drop)
        counted, (first, last) = _source(event, medium, rate, converted)
        backwards = last < first
        if backwards and abs(last + _day(counted, False) - first - (end - start)) <= 1:
            backwards, last = False, last + _day(counted, False)
        first, last = sorted((first, last))
        facts = medium.facts
        own = facts.rate if facts else None
        pace = self._pace(event, last - first, counted, (end - start) / rate, own)
        if pace is not None and backwards:
            pace = -abs(pace)
        return _Cut(event, medium, start, end, Fraction(first), counted, pace)

    def _record(self, event: Event, at: Label, rate: Fraction) -> int:
        frame = at.frame(rate, self.drop)
        if frame is None:
            text = "{:02}:{:02}:{:02}:{:02}".format(*at.digits)
            raise ValueError(
                f"line {event.line}: {text} is no timecode at {float(rate):.6g} frames a second"
            )
        return frame

    def _pace(
        self, event: Event, length: int, counted: Fraction, seconds: Fraction, own: Fraction | None
    ) -> Fraction | None:
        """Return how fast an event plays ``length`` frames of its source in so many seconds."""
        speeds = {motion.speed for motion in event.motions}
        if len(speeds) > 1:
            return None
        if speeds:
            self._check_trigger(event, counted)
            return played(speeds.pop(), counted, length, seconds, own)
        if event.still or length == 0 or seconds <= 0:
            return Fraction(0)
        pace, slipped = speed_of_lengths(length, counted, seconds)
        if slipped:
            self._tell("slipped", event)
        elif pace != REAL_TIME:
            self._tell("speed_of_lengths", event)
        return pace

    def _check_trigger(self, event: Event, counted: Fraction) -> None:
        """Tell of a speed that begins elsewhere than at an end of the event's source."""
        begins = event.motions[0].start.frame(counted, event.drop)
        ends = [each.frame(counted, event.drop) for each in event.source]
        if begins is not None and not any(e is not None and abs(begins - e) <= 1 for e in ends):
            self._tell("trigger", event)

    # The model

    def _timeline(self, cuts: list[_Cut], rate: Fraction) -> otio.schema.Timeline:
        written = float(rate)
        said = _said_timeline(self.found)
        start = min((each.start for each in cuts), default=0)
        if said and (first := said[1].frame(rate, self.drop)) is not None:
            start = min(start, first)
        timeline = otio.schema.Timeline(
            self.found.title, global_start_time=otio.opentime.RationalTime(start, written)
        )
        timeline.metadata[OURS] = {DROP: self.drop}
        timeline.metadata[KEY] = {"title": self.found.title}
        for layer in sorted({each for cut in cuts for each in cut.event.layers}):
            ours = [each for each in cuts if layer in each.event.layers]
            timeline.tracks.append(self._track(layer, self._laid(ours, rate), start, rate))
        for event in self.found.events:
            for each in event.locators:
                at = (each.at.frame(rate, self.drop) or start) - start
                timeline.tracks.markers.append(
                    otio.schema.Marker(each.text, time_range(at, 1, written), each.colour)
                )
        return timeline

    def _laid(self, cuts: list[_Cut], rate: Fraction) -> list[_Cut]:
        """Return what is seen of the cuts of a track, in the order of time."""
        laid: list[_Cut] = []
        end = 0
        for cut in cuts:
            # In order, as most lists are, nothing has to be looked for.
            seen = laid if cut.start < end else []
            over = [each for each in seen if each.start < cut.end and cut.start < each.end]
            end = max(end, cut.end)
            if over:
                self._tell("overlap", cut.event)
            for under in over:
                laid.remove(under)
                parts = (under.start, cut.start), (cut.end, under.end)
                laid += [under.between(*part, rate) for part in parts if part[1] > part[0]]
            laid.append(cut)
        return sorted(laid, key=lambda each: each.start)

    def _track(self, layer: int, cuts: list[_Cut], start: int, rate: Fraction) -> otio.schema.Track:
        written = float(rate)
        ours = all(each.event.ours.get("job") for each in cuts)
        track = otio.schema.Track(TRACK if ours else f"V{layer}")
        if ours:
            track.metadata[OURS] = {"track": layer}
        end = start
        for cut in cuts:
            if cut.start > end:
                track.append(otio.schema.Gap(source_range=time_range(0, cut.start - end, written)))
            elif len(track) and cut.event.edit[0] in "DW" and cut.event.length:
                track.append(_transition(cut.event, written))
            track.append(self._clip(cut, rate))
            end = cut.end
        return track

    def _clip(self, cut: _Cut, rate: Fraction) -> otio.schema.Clip:
        event = cut.event
        begins = otio.opentime.RationalTime(float(cut.source), float(cut.counted))
        lasts = otio.opentime.RationalTime(cut.end - cut.start, float(rate))
        clip = otio.schema.Clip(
            event.name or Path(event.file.replace("\\", "/")).name or event.reel,
            self._reference(cut, rate),
            otio.opentime.TimeRange(begins, lasts),
            effects=_effects(cut.pace),
            metadata={KEY: {"reel": event.reel, "event": event.number}},
        )
        if event.ours.get("job"):
            said = {key: event.ours.get(key, "") for key in ("job", "effect", "recipe")}
            clip.metadata[OURS] = {**said, "lineage": said["job"]}
        return clip

    def _reference(self, cut: _Cut, rate: Fraction) -> Any:
        found, facts = cut.medium.found, cut.medium.facts
        if found is None:
            return otio.schema.MissingReference(cut.event.name or cut.event.reel)
        pace = REAL_TIME if cut.pace is None else cut.pace
        last = cut.source + (cut.end - cut.start - 1) * abs(pace) * cut.counted / rate
        same = not (facts and facts.rate) or nominal(facts.rate) == nominal(cut.counted)
        own = cut.counted if same or not facts or not facts.rate else facts.rate
        zero = self._zero(cut, last, own)
        frames = cut.medium.frames or max(1, math.ceil(last) + 1 - zero)
        available = otio.opentime.TimeRange(
            otio.opentime.RationalTime(zero, float(cut.counted)),
            otio.opentime.RationalTime(frames, float(own)),
        )
        path = Path(found.media.path)
        if found.media.kind != "sequence":
            return otio.schema.ExternalReference(_url(path), available)
        head, tail = path.name.split("#", 1)[0], path.name.rsplit("#", 1)[1]
        return otio.schema.ImageSequenceReference(
            _url(path.parent) + "/",
            head,
            tail,
            found.media.first,
            1,
            float(own),
            path.name.count("#"),
            available_range=available,
        )

    def _zero(self, cut: _Cut, last: Fraction, own: Fraction) -> int:
        """Return the label of the medium's first picture, as a frame at ``cut.counted``."""
        found, facts = cut.medium.found, cut.medium.facts
        if found is None or found.media.kind == "still":
            return 0
        origins = []
        if not facts and cut.event.ours.get("job"):
            # A result is shown from its first picture on, but for what it says of a handle.
            handle = re.fullmatch(r"[0-9]{1,6}", cut.event.ours.get("handle", ""))
            origins = [math.floor(cut.source) - (int(handle[0]) if handle else 0)]
        if facts and facts.start_timecode:
            start = label(facts.start_timecode).frame(cut.counted, drop=False)
            origins += [] if start is None else [start]
        origins += [found.media.first, 0] if found.media.kind == "sequence" else [0]
        length = cut.medium.frames * cut.counted / own
        for zero in origins:
            if zero - 1 <= cut.source and (not length or last < zero + length + 1):
                if zero != origins[0]:
                    self._tell("counted_from_first", cut.event)
                return zero
        self._tell("outside", cut.event)
        return origins[0]


def _said_timeline(found: EditList) -> tuple[Fraction, Label] | None:
    """Return rate and start as a list of ours says them."""
    for event in found.events:
        said = _SAID.fullmatch(event.ours.get("timeline", ""))
        if said:
            return Fraction(said[1]), label(said[2])
    return None


def _source(
    event: Event, medium: _Medium, rate: Fraction, converted: bool
) -> tuple[Fraction, tuple[int, int]]:
    """Return the rate that an event's source is labelled at, and its in and out."""
    facts = medium.facts
    own = facts.rate if facts and facts.rate and not converted else rate
    said = facts.start_timecode if facts else ""
    drop = ";" in said if said else event.drop
    same = nominal(own) == nominal(rate)
    for counted in (rate if same else own, rate, *map(Fraction, _GUESSED)):
        ends = [each.frame(counted, drop) for each in event.source]
        if ends[0] is not None and ends[1] is not None:
            return counted, (ends[0], ends[1])
    raise ValueError(f"line {event.line}: its source times are no timecode")


def _length(ends: tuple[Label, Label], rate: Fraction, drop: bool) -> int | None:
    first, last = (each.frame(rate, drop) for each in ends)
    return None if first is None or last is None else last - first


def _day(rate: Fraction, drop: bool) -> int:
    last = label(f"23:59:59:{nominal(rate) - 1:02}").frame(rate, drop)
    assert last is not None  # every rate has this label
    return last + 1


def _effects(pace: Fraction | None) -> list[Any]:
    if pace is None:
        return [otio.schema.TimeEffect(effect_name="M2")]
    if pace == 0:
        return [otio.schema.FreezeFrame()]
    return [] if pace == REAL_TIME else [otio.schema.LinearTimeWarp("M2", float(pace))]


def _transition(event: Event, rate: float) -> otio.schema.Transition:
    kinds = otio.schema.TransitionTypes
    kind = kinds.SMPTE_Dissolve if event.edit == "D" else kinds.Custom
    nothing, length = (otio.opentime.RationalTime(each, rate) for each in (0, event.length))
    return otio.schema.Transition(event.edit, kind, nothing, length)


def _url(path: Path) -> str:
    return path.as_uri() if path.is_absolute() else str(path)
