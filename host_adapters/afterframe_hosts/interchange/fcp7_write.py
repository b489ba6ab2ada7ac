"""Our clips in Final Cut Pro 7's XML: added to the file that was read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import opentimelineio as otio

from ..wire.job import Note
from ..wire.timecode import can_drop, timecode
from .document import write_whole
from .fcp7_sequence import mark_of, sequence_rate, video_tracks
from .markup import Edit, Element, Made, Markup
from .pieces import is_sequence, mark_text, size_of, url_of
from .timeline import DROP, OURS, job_of, ours_of
from .times import exact, nearest, rational, seconds

_COLOUR = "Purple"
"""Premiere's name of a label colour."""


def write(
    model: otio.schema.Timeline, markup: Markup, sequence: Element, target: Path
) -> tuple[Note, ...]:
    """Write the document with the clips of ours that it does not have yet.

    They go on the tracks of ours that it has, and on new ones above all video tracks.
    """
    rate, drop = sequence_rate(sequence), bool(ours_of(model).get(DROP))
    there = [track for track in video_tracks(sequence) if _is_ours(track)]
    known = {mark["job"] for clip in sequence.walk() if (mark := _mark(clip))} | {""}
    edits: list[Edit] = []
    added: list[Made] = []
    end, sequences = 0, 0
    for number, track in enumerate(each for each in model.tracks if OURS in each.metadata):
        new = [clip for clip in track.find_clips() if job_of(clip) not in known]
        made = [(_start(clip, rate), _clip(clip, rate, drop)) for clip in new]
        end = max([end, *(_start(clip, rate) + _frames(clip, rate) for clip in new)])
        sequences += sum(map(is_sequence, new))
        if number < len(there):
            edits += _inserted(markup, there[number], made)
        elif made:
            added.append(_track([clip for _, clip in made]))
    edits += _above(markup, sequence, added)
    edits += _longer(markup, sequence, end)
    write_whole(target, markup.edited(edits))
    return (Note("note.interchange_sequence", {"count": sequences}),) if sequences else ()


def _above(markup: Markup, sequence: Element, tracks: list[Made]) -> list[Edit]:
    """Return the change that puts new tracks above all video tracks of a sequence."""
    if not tracks:
        return []
    media = sequence.at("media")
    if media is None:
        raise ValueError("a sequence without media was chosen")
    video = media.at("video")
    if video is None:
        first = media.children[0] if media.children else None
        return [markup.adding(media, first, [Made("video", {}, tracks)])]
    last = max((n for n, each in enumerate(video.children, 1) if each.tag == "track"), default=None)
    behind = video.children[last:] if last is not None else []
    return [markup.adding(video, behind[0] if behind else None, tracks)]


def _inserted(markup: Markup, track: Element, made: list[tuple[int, Made]]) -> list[Edit]:
    """Return the changes that put clips on a track, in the order of time."""
    places: dict[int, list[Made]] = {}
    for start, clip in sorted(made, key=lambda each: each[0]):
        later = (n for n, each in enumerate(track.children) if _is_behind(each, start))
        places.setdefault(next(later, len(track.children)), []).append(clip)
    return [
        markup.adding(track, track.children[n] if n < len(track.children) else None, clips)
        for n, clips in places.items()
    ]


def _is_behind(child: Element, start: int) -> bool:
    """Say whether a track's child comes behind a clip that begins at ``start``."""
    if child.tag == "clipitem":
        return exact(child.value("start")) >= start
    return child.tag in {"enabled", "locked", "outputchannelindex"}


def _longer(markup: Markup, sequence: Element, end: int) -> list[Edit]:
    duration = sequence.at("duration")
    if duration is None or end <= exact(duration.text or "0"):
        return []
    return [markup.retold(duration, str(end))]


def _track(clips: list[Made]) -> Made:
    return Made("track", {}, [*clips, Made("enabled", {}, "TRUE"), Made("locked", {}, "FALSE")])


def _clip(clip: otio.schema.Clip, rate: Fraction, drop: bool) -> Made:
    reference = clip.media_reference
    own = rational(reference.available_range.duration.rate)
    count = int(reference.available_range.duration.value)
    start, frames = _start(clip, rate), _frames(clip, rate)
    before = seconds(clip.source_range.start_time - reference.available_range.start_time)
    first = nearest(before * own)
    used = min(count - first, max(1, nearest(frames * own / rate)))
    job = job_of(clip)
    return Made(
        "clipitem",
        {"id": f"afterframe-{job}"},
        [
            Made("name", {}, clip.name),
            Made("enabled", {}, "TRUE"),
            Made("duration", {}, str(count)),
            _rate(own),
            Made("start", {}, str(start)),
            Made("end", {}, str(start + frames)),
            Made("in", {}, str(first)),
            Made("out", {}, str(first + used)),
            _file(clip, own, count, drop and can_drop(own)),
            Made("logginginfo", {}, [Made("lognote", {}, mark_text(clip.metadata[OURS]))]),
            Made("labels", {}, [Made("label2", {}, _COLOUR)]),
        ],
    )


def _file(clip: otio.schema.Clip, rate: Fraction, frames: int, drop: bool) -> Made:
    """Return the medium of a clip, with all that a program needs to find and to trust it."""
    reference = clip.media_reference
    url = url_of(reference)
    sides = [Made(name, {}, side) for name, side in size_of(clip).items()]
    return Made(
        "file",
        {"id": f"afterframe-file-{job_of(clip)}"},
        [
            Made("name", {}, unquote(url.rpartition("/")[2])),
            Made("pathurl", {}, url.replace("file:///", "file://localhost/", 1)),
            _rate(rate),
            Made("duration", {}, str(frames)),
            *([] if is_sequence(clip) else [_timecode(reference, rate, drop)]),
            Made("media", {}, [Made("video", {}, [_characteristics(rate, sides)])]),
        ],
    )


def _timecode(reference: Any, rate: Fraction, drop: bool) -> Made:
    frame = nearest(seconds(reference.available_range.start_time) * rate)
    label = timecode(frame, rate, drop)
    inside = [("string", label), ("frame", str(frame)), ("displayformat", "DF" if drop else "NDF")]
    return Made("timecode", {}, [_rate(rate), *(Made(name, {}, text) for name, text in inside)])


def _characteristics(rate: Fraction, sides: list[Made]) -> Made:
    return Made("samplecharacteristics", {}, [_rate(rate), *sides])


def _rate(rate: Fraction) -> Made:
    """Return a rate as the format has it: whole frames a second, and whether they are NTSC's."""
    ntsc = rate.denominator == 1001
    return Made(
        "rate",
        {},
        [
            Made("timebase", {}, str(round(rate))),
            Made("ntsc", {}, "TRUE" if ntsc else "FALSE"),
        ],
    )


def _start(clip: otio.schema.Clip, rate: Fraction) -> int:
    return nearest(seconds(clip.range_in_parent().start_time) * rate)


def _frames(clip: otio.schema.Clip, rate: Fraction) -> int:
    return nearest(seconds(clip.source_range.duration) * rate)


def _is_ours(track: Element) -> bool:
    clips = list(track.all("clipitem", "generatoritem"))
    return bool(clips) and all(map(_mark, clips))


def _mark(clip: Element) -> dict[str, Any] | None:
    return mark_of(clip) if clip.tag == "clipitem" else None
