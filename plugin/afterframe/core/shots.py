"""Shot lists of media: each line names a medium and what to make of it.

See :mod:`afterframe_hosts.wire.shotlist`. Columns are ``media``, ``after`` (of a bridge, the medium
that follows), ``at``, ``effect``, ``name``, ``reel``, ``mark`` (yes or no) and every parameter of
the effects. Paths are relative to the list.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from afterframe.core.timecode import parse_time
from afterframe.errors import BadValue, PlayheadOutside
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import HOLES, Clip
from afterframe_hosts.wire.gaps import following
from afterframe_hosts.wire.job import Job, Output, Quality
from afterframe_hosts.wire.shotlist import Line, read_list

OWN_COLUMNS = ("media", "at", "name", "reel", "mark", "layer", "holes", "deinterlace", "after")
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
_NAMESPACE = uuid.UUID("5b0f2d4e-6c0a-5a2f-9f6e-0c7a3d1e8b42")
"""Of our job ids among all UUIDs; chosen once."""


@dataclass(frozen=True)
class Shot:
    """One line of a list, checked.

    Attributes:
        line: where it stands in the file, from 1; 0 when it comes from elsewhere.
        clip: the medium.
        at: frame under the playhead, in timeline frames of the clip; None: its first.
        effect: name of the effect.
        parameters: that were set, checked.
        name: of the result, without version and suffix; empty: from the clip and the effect.
        reel: name of the result's reel; empty: the source's.
        mark: the file says that its pictures were made; None: as for all.
        after: of a bridge, the clip after the gap.
    """

    line: int
    clip: Clip
    at: int | None
    effect: str
    parameters: Mapping[str, Any]
    name: str = ""
    reel: str = ""
    mark: bool | None = None
    after: Clip | None = None


def read_shots(
    path: Path, defaults: Mapping[str, str], clip_of: Callable[..., Clip]
) -> tuple[Shot, ...]:
    """Read a list and check every line.

    Args:
        path: of the list.
        defaults: for cells that are empty or columns that are not there.
        clip_of: makes a clip of a medium's absolute path, and of those of its fields ``layer``,
            ``holes`` and ``deinterlace`` that are said; raises when it cannot.

    Raises:
        ShotListError: tells of every line that is not right.
    """
    path = path.absolute()

    def take(line: Line) -> Shot:
        return _shot(line, path.parent, clip_of)

    return read_list(path, OWN_COLUMNS, defaults, take)


def job_for(
    shot: Shot, output: Output, engine: str = "", quality: Quality = "final", stamp: str = ""
) -> Job:
    """Return the job of a shot, under an id that is the same for the same work.

    Args:
        shot: what to make.
        output: where results go and in which form; what the shot says itself is filled in.
        engine: empty: the best one that is ready.
        quality: of all.
        stamp: of the medium's contents (its size and time): another one is other work.
    """
    clip = replace(shot.clip, name=shot.name) if shot.name else shot.clip
    job = Job(
        id="0" * 32,
        effect=shot.effect,
        clip=clip,
        output=replace(
            output,
            name=shot.name or output.name,
            reel=shot.reel or output.reel,
            mark=output.mark if shot.mark is None else shot.mark,
        ),
        at=shot.at,
        parameters=dict(shot.parameters),
        engine=engine,
        quality=quality,
        after=shot.after,
    )
    content = json.dumps([codec.dump(job), stamp], sort_keys=True, ensure_ascii=False)
    return replace(job, id=uuid.uuid5(_NAMESPACE, content).hex)


def next_id(job: str) -> str:
    """Return the id under which the work of a job is done once more, its result being gone."""
    return uuid.uuid5(_NAMESPACE, job).hex


def _shot(line: Line, folder: Path, clip_of: Callable[..., Clip]) -> Shot:
    own = line.own
    if not own["media"]:
        raise ValueError("no media is named")
    clip = clip_of(folder / own["media"], **_reading(own))
    Output(folder="/", name=own["name"])  # raises where the name is no file name
    at = _playhead(own["at"], clip)
    return Shot(
        line=line.number,
        clip=clip,
        at=at,
        effect=line.effect,
        parameters=line.parameters,
        name=own["name"],
        reel=own["reel"],
        mark=_yes("mark", own["mark"]) if own["mark"] else None,
        after=_after(line, clip, folder, clip_of),
    )


def _after(line: Line, before: Clip, folder: Path, clip_of: Callable[..., Clip]) -> Clip | None:
    """Return the clip that follows a bridge's gap of ``frames`` frames, at once where unset."""
    named = line.own["after"]
    if line.effect != "bridge":
        if named:
            raise BadValue(field="after", value=named, allowed="of a bridge only")
        return None
    if not named:
        raise ValueError("a bridge needs the medium that follows: the column after")
    after = clip_of(folder / named, **_reading(line.own))
    return following(before, after, line.parameters.get("frames") or 0)


def _reading(own: Mapping[str, str]) -> dict[str, Any]:
    """Return how the medium is to be read, where that is said: fields of ``wire.clip.Media``."""
    said: dict[str, Any] = {}
    if own["layer"]:
        said["layer"] = own["layer"]
    if own["holes"]:
        if own["holes"] not in HOLES:
            raise BadValue(field="holes", value=own["holes"], allowed=", ".join(HOLES))
        said["holes"] = own["holes"]
    if own["deinterlace"]:
        said["deinterlace"] = _yes("deinterlace", own["deinterlace"])
    return said


def _yes(field: str, text: str) -> bool:
    if text.lower() not in YES | NO:
        raise BadValue(field=field, value=text, allowed="yes, no")
    return text.lower() in YES


def _playhead(text: str, clip: Clip) -> int | None:
    if not text:
        return None
    record = clip.record_range
    frame = parse_time(text, clip.rate, record.start)
    if frame not in record:
        raise PlayheadOutside(frame=frame, first=record.start, last=record.end - 1, clip=clip.name)
    return frame
