"""Our tracks as edit decision lists (CMX3600) of the form that Resolve, Premiere and Avid read."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from ..wire.clip import Media
from ..wire.job import Note
from ..wire.timecode import can_drop, timecode
from .media import is_labelled, numbered_path
from .timeline import DROP, Edit, Item, handle_of, job_of, ours_of, survey
from .times import nearest, rational

_REEL = 8
"""Letters of a reel in the standard. Ours is made from the job's id: what is left of a result's
name in so few letters is the reel of the camera's file, and would be relinked to it."""


def texts(
    model: otio.schema.Timeline, opened: Path, target: Path
) -> tuple[list[tuple[Path, str]], tuple[Note, ...]]:
    """Return a list for each of our tracks, with its path, and what they cannot say.

    The first has the path ``target``; a further one is called after its track: ``..._V2.edl``.
    """
    edit = survey(model, opened)
    ours = [item for item in edit.items if item.job and item.clip]
    lost = [item.name for item in edit.items if item.job and not item.clip]
    lists = []
    for number, track in enumerate(sorted({item.track for item in ours}) or [0], 1):
        path = target if number == 1 else target.with_name(f"{target.stem}_V{number}.edl")
        lists.append((path, _text(model, edit, [item for item in ours if item.track == track])))
    notes = [Note("note.edl.only_ours", {"path": opened.name})]
    if lost:
        notes.append(Note("note.edl.left_out", {"clips": ", ".join(lost)}))
    if len(lists) > 1:
        more = ", ".join(path.name for path, _ in lists[1:])
        notes.append(Note("note.edl.more_lists", {"paths": more}))
    return lists, tuple(notes)


def _text(model: otio.schema.Timeline, edit: Edit, items: list[Item]) -> str:
    drop = bool(ours_of(model).get(DROP)) and can_drop(edit.rate)
    lines = [f"TITLE: {_plain(edit.name)}", f"FCM: {'' if drop else 'NON-'}DROP FRAME", ""]
    clips = {job_of(clip): clip for clip in model.find_clips() if job_of(clip)}
    timeline = f"{edit.rate} {timecode(edit.start, edit.rate, drop)}"
    for number, item in enumerate(items, 1):
        if item.clip:
            lines += _event(number, item, item.clip.media, clips[item.job], edit, drop)
        # After an event, where every reader takes comments; once is enough.
        lines += [f"* AFTERFRAME TIMELINE: {timeline}", ""] if number == 1 else [""]
    return "\r\n".join(lines) + "\r\n"


def _event(number: int, item: Item, media: Media, clip: Any, edit: Edit, drop: bool) -> list[str]:
    first, rate = _source(item, media, clip, edit)
    length = nearest(item.span.duration * rate / edit.rate)
    path = numbered_path(media, int(clip.available_range().duration.value))
    name = re.split(r"[/\\]", path)[-1]
    times = [
        *(timecode(each, rate, drop and can_drop(rate)) for each in (first, first + length)),
        *(timecode(each, edit.rate, drop) for each in (item.span.start, item.span.end)),
    ]
    reel = f"AF{item.job[: _REEL - 2].upper()}"
    said = {key: _plain(ours_of(clip)[key]) for key in ("job", "effect", "recipe")}
    if handle_of(clip):
        said["handle"] = str(handle_of(clip))
    return [
        f"{number:03}  {reel:<{_REEL}} {'V':<5} {'C':<8} {' '.join(times)}",
        f"* FROM CLIP NAME: {_plain(name)}",
        f"* SOURCE FILE: {_plain(path)}",
        f"* AFTERFRAME REEL: {_plain(item.name)}",
        *(f"* AFTERFRAME {key.upper()}: {text}" for key, text in said.items()),
    ]


def _source(item: Item, media: Media, clip: Any, edit: Edit) -> tuple[int, Fraction]:
    """Return the label of the first frame that is shown, as a frame, and its rate."""
    begins = clip.source_range.start_time
    rate = rational(begins.rate)
    if media.kind == "sequence" and is_labelled(media):
        skipped = nearest(Fraction(begins.value - clip.available_range().start_time.value))
        skipped -= handle_of(clip)
        return nearest(item.span.start * rate / edit.rate) + skipped, rate
    return nearest(Fraction(begins.value)), rate


def _plain(text: str) -> str:
    """Return a text as one line."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)
