"""Our clips in Final Cut Pro's XML: added to the file that was read, as connected clips."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote, unquote

import opentimelineio as otio

from ..wire.job import Note
from ..wire.timecode import can_drop
from .document import write_whole
from .fcpx_story import Anchor, Story
from .fcpx_time import rate_of, seconds_of, time_text
from .markup import Edit, Made, Markup
from .pieces import is_sequence, mark_text, read_mark, size_of, url_of
from .timeline import OURS, job_of
from .times import rational, seconds

_BEHIND = frozenset(
    {"marker", "chapter-marker", "rating", "keyword", "analysis-marker", "audio-channel-source"}
    | {"audio-role-source", "sync-source", "filter-video", "filter-video-mask", "filter-audio"}
    | {"metadata", "reserved"}
)
"""What the DTD has behind connected clips."""
_CONFORMED = {
    **{Fraction(rate): str(rate) for rate in (24, 25, 30, 48, 50, 60)},
    Fraction(24000, 1001): "23.98",
    Fraction(30000, 1001): "29.97",
    Fraction(48000, 1001): "47.95",
    Fraction(60000, 1001): "59.94",
}
"""Rates as ``conform-rate`` spells them; the DTD has no others."""
_MEDIA_REP = (1, 9)
"""The version from which on an asset's medium is an element."""


def write(
    model: otio.schema.Timeline, markup: Markup, story: Story, bundle: Path | None, target: Path
) -> tuple[Note, ...]:
    """Write the document with the clips of ours that it does not have yet.

    Each is connected to the element of the main storyline that it begins over, on a lane above
    all others or on that of our track; behind the storyline's end, to a gap that continues it.

    Args:
        bundle: the folder that the document is from, None for a file: what the document names
            relative to it is named relative to ``target``.
    """
    there = story.timeline()
    lanes = [
        n for n, track in zip(story.levels, there.tracks, strict=True) if OURS in track.metadata
    ]
    notes = [read_mark(each.text) for each in markup.root.walk() if each.tag == "note"]
    known = {note["job"] for note in notes if note} | {""}
    additions = _Additions(markup, story)
    top = max([0, *story.levels])
    sequences = 0
    for number, track in enumerate(each for each in model.tracks if OURS in each.metadata):
        new = [clip for clip in track.find_clips() if job_of(clip) not in known]
        if number >= len(lanes) and new:
            top += 1
        lane = lanes[number] if number < len(lanes) else top
        for clip in new:
            additions.connect(clip, lane)
        sequences += sum(map(is_sequence, new))
    edits = [*additions.edits(), *_renamed(markup, bundle)]
    write_whole(target, markup.edited(edits))
    return (Note("note.interchange_sequence", {"count": sequences}),) if sequences else ()


@dataclass
class _Additions:
    """What is added to a document."""

    markup: Markup
    story: Story
    _resources: list[Made] = field(default_factory=list)
    _clips: dict[int, list[Made]] = field(default_factory=lambda: defaultdict(list))
    _behind: list[tuple[Fraction, Made]] = field(default_factory=list)
    _end: Fraction = Fraction(0)
    _used: int = 0

    def connect(self, clip: otio.schema.Clip, lane: int) -> None:
        """Add a clip on a lane where it stands, and its medium."""
        start = seconds(clip.range_in_parent().start_time)
        length = seconds(clip.source_range.duration)
        self._end = max(self._end, start + length)
        anchor = self._anchor(start)
        offset = start
        if anchor is not None:
            offset = anchor.local + (start - anchor.start) * anchor.pace
        made = self._clip(clip, lane, offset, length)
        if anchor is None:
            self._behind.append((start + length, made))
        else:
            self._clips[self.story.anchors.index(anchor)].append(made)

    def edits(self) -> Iterator[Edit]:
        """Yield the changes of the document."""
        resources = self.markup.root.at("resources")
        if self._resources and resources is not None:
            yield self.markup.adding(resources, None, self._resources)
        elif self._resources:
            made = [Made("resources", {}, self._resources)]
            yield self.markup.adding(self.markup.root, self.markup.root.children[0], made)
        for index, made in self._clips.items():
            parent = self.story.anchors[index].element
            before = next((each for each in parent.children if each.tag in _BEHIND), None)
            yield self.markup.adding(parent, before, made)
        if self._behind:
            yield self._gap()
        sequence = self.story.sequence
        if "duration" in sequence.attributes and self._end > seconds_of(sequence, "duration"):
            yield self.markup.renamed(sequence, "duration", time_text(self._end))

    def _anchor(self, start: Fraction) -> Anchor | None:
        """Return the element of the main storyline at a second, None behind its end."""
        for each in self.story.anchors:
            if each.start <= start < each.start + each.length:
                return each
        return None

    def _gap(self) -> Edit:
        """Return the change that continues the main storyline under the clips behind its end.

        Their offsets count from the sequence's first frame, and so does the gap's local time.
        """
        sequence = self.story.sequence
        begin = max((each.start + each.length for each in self.story.anchors), default=Fraction(0))
        end = max(end for end, _ in self._behind)
        attributes = {
            "name": "Gap",
            "offset": time_text(seconds_of(sequence, "tcStart") + begin),
            "start": time_text(begin),
            "duration": time_text(end - begin),
        }
        made = Made("gap", attributes, [clip for _, clip in self._behind])
        spine = sequence.at("spine")
        if spine is None:
            raise ValueError("the project has no storyline")
        return self.markup.adding(spine, None, [made])

    def _clip(self, clip: otio.schema.Clip, lane: int, offset: Fraction, length: Fraction) -> Made:
        available = clip.media_reference.available_range
        rate = rational(available.duration.rate)
        form = self._format(clip, rate)
        attributes = {
            "ref": self._asset(clip, rate, form),
            "lane": str(lane),
            "offset": time_text(offset),
            "name": clip.name,
            "start": time_text(seconds(clip.source_range.start_time)),
            "duration": time_text(length),
            "format": form,
            "tcFormat": "DF" if self._drops() and can_drop(rate) else "NDF",
        }
        inside = [Made("note", {}, mark_text(clip.metadata[OURS]))]
        if rate != self.story.rate:
            said = {"scaleEnabled": "0", "srcFrameRate": _CONFORMED.get(rate, "")}
            inside.append(Made("conform-rate", said))
        return Made("asset-clip", attributes, inside)

    def _drops(self) -> bool:
        return self.story.sequence.attributes.get("tcFormat") == "DF"

    def _asset(self, clip: otio.schema.Clip, rate: Fraction, form: str) -> str:
        """Add a clip's medium to the resources; return its id."""
        available = clip.media_reference.available_range
        url = url_of(clip.media_reference)
        as_element = self._names_media_in_elements()
        attributes: dict[str, str] = {
            "id": self._new_id(),
            "name": clip.name,
            "src": "" if as_element else url,
            "start": time_text(seconds(available.start_time)),
            "duration": time_text(int(available.duration.value) / rate),
            "hasVideo": "1",
            "format": form,
        }
        rep = Made("media-rep", {"kind": "original-media", "src": url})
        self._resources.append(Made("asset", attributes, [rep] if as_element else ""))
        return attributes["id"]

    def _format(self, clip: otio.schema.Clip, rate: Fraction) -> str:
        """Return the id of a format with a clip's rate and size; add one where there is none."""
        sides = size_of(clip)
        resources = self.markup.root.at("resources")
        for each in resources.all("format") if resources else ():
            same = all(each.attributes.get(side) == number for side, number in sides.items())
            if same and sides and rate_of(each) == rate:
                return each.attributes["id"]
        wanted = {"frameDuration": time_text(1 / rate), **sides}
        for made in self._resources:
            if made.tag == "format" and wanted.items() <= made.attributes.items():
                return made.attributes["id"]
        name = self._new_id()
        self._resources.append(Made("format", {"id": name, **wanted}))
        return name

    def _names_media_in_elements(self) -> bool:
        """Say whether media are elements in this document: as its own are, else by its version."""
        resources = self.markup.root.at("resources")
        for asset in resources.all("asset") if resources else ():
            return asset.at("media-rep") is not None
        numbers = re.findall("[0-9]+", self.markup.root.attributes.get("version", "1.10"))
        return tuple(map(int, numbers)) >= _MEDIA_REP

    def _new_id(self) -> str:
        """Return an id of the form ``r12`` that nothing in the document has."""
        if not self._used:
            ids = (each.attributes.get("id", "") for each in self.markup.root.walk())
            taken = (int(name[1:]) for name in ids if re.fullmatch("r[0-9]{1,9}", name))
            self._used = max(taken, default=0)
        self._used += 1
        return f"r{self._used}"


def _renamed(markup: Markup, bundle: Path | None) -> Iterator[Edit]:
    """Yield the changes of URLs that lead into the bundle, for a document outside of it."""
    if bundle is None:
        return
    for each in markup.root.walk():
        for name in ("src", "url"):
            url = each.attributes.get(name, "")
            relative = url and not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|[/\\]", url)
            if relative and (bundle / unquote(url)).exists():
                yield markup.renamed(each, name, f"{quote(bundle.name)}/{url}")
