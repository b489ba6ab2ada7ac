"""Where a strip of ours comes from, and what has become of that since.

A source is never written to, so that nothing in it says who was made of it. It is found again by
name; where name and medium no longer agree, by its medium and its place.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import bpy

from ..wire.errors import ItemGone
from ..wire.job import Job
from . import compat, marks, timeline
from .marks import Footage, Link, Take

ChangeKind = Literal["moved", "trimmed", "swapped", "gone", "retimed", "edited", "missing", "gap"]

LOOK_AGAIN = 2.0
"""Seconds for which a file's size and time are taken as known: panels are drawn often."""


ENDS = 1 << 16
"""Bytes at a file's beginning and end that tell an edited file from one that was copied."""


@dataclass(frozen=True)
class Change:
    """What is no longer as it was when a take was made.

    Attributes:
        kind: ``moved`` on the timeline, ``trimmed``, ``swapped`` for another medium, ``gone``
            from the timeline, ``retimed`` (speed, direction), ``edited`` on disk, ``missing`` on
            disk, ``gap``: the two strips around a bridge stand otherwise to each other.
        strip: name of the source.
        by: timeline frames that it was moved; of the others 0.
    """

    kind: ChangeKind
    strip: str
    by: int = 0

    @property
    def message(self) -> str:
        """Id of the sentence that says it."""
        return f"ui.source.{self.kind}"


def sources(job: Job) -> tuple[Footage, ...]:
    """Return what a job's take is made from, as it stood when the job was asked for.

    What is no longer on the timeline is left out.
    """
    clips = [clip for clip in (job.clip, job.after) if clip is not None]
    found = []
    for clip in clips:
        try:
            scene, strip = timeline.find_source(clip)
        except ItemGone:
            continue
        now = look(scene, strip)
        zero = now.zero - timeline.moved(strip, clip)
        record = clip.record_range
        head, tail = record.start - zero, record.end - zero
        if job.effect == "generate":
            head = (record.start if job.at is None else job.at) - zero
            tail = head + 1
        ends = _fingerprint(_absolute(now.path), now.modified)
        found.append(replace(now, ends=ends, zero=zero, head=head, tail=tail))
    return tuple(found)


def look(scene: Any, strip: Any) -> Footage:
    """Return a strip as it stands now, all of what it shows in use."""
    path = _medium(strip)
    size, modified = _facts(path)
    zero = _zero(strip)
    return Footage(
        scene=scene.name,
        strip=strip.name,
        kind=strip.type,
        path=marks.stored(path),
        size=size,
        modified=modified,
        zero=zero,
        head=compat.first_frame(strip) - zero,
        tail=compat.end_frame(strip) - zero,
        timing=_timing(scene, strip),
    )


def is_there(strip: Any) -> bool:
    """Return True when the file that a strip shows is on the disk, as far as is known."""
    return _facts(_medium(strip))[0] > 0


def find(footage: Footage) -> tuple[Any, Any] | None:
    """Return scene and strip of what a take was made from; None: it is not there any more."""
    scene = bpy.data.scenes.get(footage.scene)
    named = _named(scene, footage.strip)
    if named is not None and _is_of(named, footage) and _shows(named, footage):
        return scene, named
    alike = [each for each in _candidates(footage) if _is_of(each[1], footage)]
    if named is not None and _is_of(named, footage):  # cut in two: the other part shows it now
        alike = [each for each in alike if _zero(each[1]) == _zero(named)]
        alike = [each for each in alike if _shows(each[1], footage)]
    elif named is not None:  # another medium under its name: swapped, unless it stands elsewhere
        alike = [each for each in alike if _zero(each[1]) == footage.zero]
    if alike and footage.path:
        return min(alike, key=lambda each: _distance(each, footage))
    return (scene, named) if named is not None else None


def joint(effect: str, side: Any, source: Any) -> int:
    """Return the timeline frame of the place on a source that a take of it hangs on.

    Args:
        effect: name of the effect.
        side: of an extension, ``tail`` or ``head``.
        source: the strip.
    """
    if effect == "bridge" or (effect == "extend" and side != "head"):
        return compat.end_frame(source)
    return compat.first_frame(source) if effect == "extend" else _zero(source)


def changes(strip: Any, take: Take, effect: str, anchor: int) -> tuple[Change, ...]:
    """Return what has happened to what a take was made from; empty: nothing.

    Args:
        strip: of ours.
        take: that it shows.
        effect: that it is.
        anchor: where it hangs on its source, as :class:`~.marks.Link` has it.
    """
    there = [find(footage) for footage in take.footage]
    found: list[Change] = []
    for number, (footage, now) in enumerate(zip(take.footage, there)):  # noqa: B905 - one for each
        if now is None:
            found.append(Change("gone", footage.strip))
            continue
        found += _changed(footage, look(*now), _ends(effect, take, number))
        by = _moved(strip, take, effect, anchor, now[1]) if number == 0 else 0
        found += [Change("moved", now[1].name, by)] if by else []
    return (*found, *_gap(take, there))


def moved(strip: Any, take: Take, effect: str, anchor: int) -> int:
    """Return by how many frames a strip of ours has to go to stand to its source as before.

    0 where the source is where it was, or where the user has moved both together.
    """
    there = find(take.footage[0]) if take.footage else None
    return _moved(strip, take, effect, anchor, there[1]) if there is not None else 0


def link(take: Take, effect: str, anchor: int) -> Link | None:
    """Return how a strip of ours stands to its source now; None where the source is not there."""
    there = find(take.footage[0]) if take.footage else None
    if there is None:
        return None
    return Link(joint(effect, take.parameters.get("side"), there[1]), anchor)


def _ends(effect: str, take: Take, number: int) -> tuple[bool, bool]:
    """Tell whether the first frame that was used matters for a take, and whether the last does."""
    if effect == "generate":
        return False, False
    if effect == "extend":
        head = take.parameters.get("side") == "head"
        return head, not head
    return (number == 1, number == 0) if effect == "bridge" else (True, True)


def _changed(then: Footage, now: Footage, ends: tuple[bool, bool]) -> list[Change]:
    if now.path and not now.size:  # of a project that was moved alone, all are
        return [Change("missing", now.strip)]
    if (then.kind, _absolute(then.path)) != (now.kind, _absolute(now.path)):
        return [Change("swapped", now.strip)]
    found: list[Change] = []
    if _is_edited(then, now):
        found.append(Change("edited", now.strip))
    if then.timing != now.timing:
        found.append(Change("retimed", now.strip))
    elif (ends[0] and then.head != now.head) or (ends[1] and then.tail != now.tail):
        found.append(Change("trimmed", now.strip))
    return found


def _is_edited(then: Footage, now: Footage) -> bool:
    """Return True for another file; one that was only copied has another time and is the same."""
    if then.size != now.size:
        return True
    changed = then.modified != now.modified
    return changed and then.ends != _fingerprint(_absolute(now.path), now.modified)


def _moved(strip: Any, take: Take, effect: str, anchor: int, found: Any) -> int:
    kept = marks.link(strip)
    now = joint(effect, take.parameters.get("side"), found)
    if kept is None or now == kept.joint:
        return 0
    return (now - kept.joint) - (anchor - kept.anchor)


def _gap(take: Take, there: Sequence[tuple[Any, Any] | None]) -> list[Change]:
    """Tell whether what a bridge leads to stands otherwise to what it leads from."""
    if len(there) < 2 or there[0] is None or there[1] is None:
        return []
    (_, first), (_, second) = there[0], there[1]
    apart = take.footage[1].zero - take.footage[0].zero
    return [Change("gap", second.name)] if _zero(second) - _zero(first) != apart else []


def _named(scene: Any, name: str) -> Any | None:
    editor = scene.sequence_editor if scene is not None else None
    return compat.all_strips(editor).get(name) if editor is not None else None


def _candidates(footage: Footage) -> Iterator[tuple[Any, Any]]:
    for scene in bpy.data.scenes:
        editor = scene.sequence_editor
        for strip in compat.all_strips(editor) if editor is not None else ():
            if marks.COMPARING not in strip:
                yield scene, strip


def _is_of(strip: Any, footage: Footage) -> bool:
    """Return True for a strip of the same medium; what has no file is known by its name alone."""
    if strip.type != footage.kind:
        return False
    name = re.split(r"[/\\]", footage.path)[-1]
    if strip.type == "MOVIE" and not strip.filepath.endswith(name):
        return False  # quick: many strips are looked at
    return not footage.path or _medium(strip) == _absolute(footage.path)


def _shows(strip: Any, footage: Footage) -> bool:
    """Return True when a strip still shows some of the frames that were used."""
    zero = _zero(strip)
    return (
        compat.first_frame(strip) - zero < footage.tail
        and compat.end_frame(strip) - zero > footage.head
    )


def _distance(there: tuple[Any, Any], footage: Footage) -> tuple[bool, int, bool]:
    scene, strip = there
    away = abs(_zero(strip) - footage.zero)
    return (scene.name != footage.scene, away, not _shows(strip, footage))


def _medium(strip: Any) -> str:
    """Return the path of a strip's medium, the first of several; empty where it has none."""
    if strip.type == "MOVIE":
        return _absolute(strip.filepath)
    if strip.type == "IMAGE" and len(strip.elements):
        return _absolute(str(Path(strip.directory) / strip.elements[0].filename))
    if strip.type == "MOVIECLIP" and strip.clip is not None:
        return _absolute(strip.clip.filepath)
    return ""


def _absolute(path: str) -> str:
    return str(marks.absolute(path)) if path else ""


def _zero(strip: Any) -> int:
    """Return where a medium's first frame stands; of one picture, where it begins to be shown."""
    if strip.type == "IMAGE" and len(strip.elements) == 1:
        return compat.first_frame(strip)
    return compat.content_start(strip) - compat.skipped_frames(strip)


def _timing(scene: Any, strip: Any) -> str:
    """Return what decides, beside place and trims, which frame is shown when; to compare only."""
    start = compat.content_start(strip)
    keys = [round(key.timeline_frame) - start for key in getattr(strip, "retiming_keys", ())]
    speeds = [
        (each.speed_control, each.speed_factor, each.speed_frame_number)
        for each in timeline.speed_effects(timeline.siblings(scene, strip), strip)
    ]
    backwards = bool(getattr(strip, "use_reverse_frames", False))
    found = [backwards, getattr(strip, "strobe", 0) > 1, keys, speeds]
    return json.dumps(found) if any(found) else ""


def _facts(path: str) -> tuple[int, int]:
    """Return a file's size and time of change; zeros where there is none."""
    now = time.monotonic()
    known = _known.get(path)
    if known is None or now - known[0] > LOOK_AGAIN:
        try:
            stat = Path(path).stat() if path else None
        except OSError:
            stat = None
        known = _known[path] = (now, stat.st_size if stat else 0, stat.st_mtime_ns if stat else 0)
    return known[1:]


@functools.lru_cache(maxsize=256)
def _fingerprint(path: str, _modified: int) -> str:
    """Return the digest of a file's beginning and end; empty where it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            begins = file.read(ENDS)
            file.seek(max(0, file.seek(0, os.SEEK_END) - ENDS))
            return hashlib.sha256(begins + file.read(ENDS)).hexdigest()[:16]
    except OSError:
        return ""


_known: dict[str, tuple[float, int, int]] = {}
"""Files that were looked at lately."""
