"""The door: a job is checked and completed before it is queued, so that a worker can rely on it.

Which engines there are is handed in; the disk is asked only whether two paths are one file.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from afterframe.core.plan import make_plan
from afterframe.errors import (
    BadValue,
    BeforeTimeline,
    EngineUnfit,
    NoEngineReady,
    PathNotPermitted,
    PlayheadOutside,
    UnknownEngine,
)
from afterframe_hosts.wire import effects
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.effects import MAX_SEED, Effect
from afterframe_hosts.wire.gaps import bridged
from afterframe_hosts.wire.job import Job, Output
from afterframe_hosts.wire.session import EngineInfo

LONGEST_PATH = 4096
"""Characters of a destination, as the systems take it."""


def admit(job: Job, engines: Sequence[EngineInfo]) -> Job:
    """Return the job with its engine chosen and every parameter and the seed resolved.

    Media and delivery formats are looked at where they are known, by the worker.

    Args:
        job: as a client submitted it.
        engines: all engines, the best first.

    Raises:
        UnknownEffect: there is no such effect.
        UnknownEngine: the engine that it names does not exist.
        EngineUnfit: that engine does not make this effect.
        NoEngineReady: none that makes it can be used now; says what to do.
        BadValue: a parameter or the output does not fit, or a bridge does not fit its gap.
        PlayheadOutside: the playhead is not on the clip.
        BeforeTimeline: what is made before the clip would begin before its timeline does.
    """
    effect = effects.effect(job.effect)
    engine = choose_engine(effect, job.engine, engines)
    parameters = effects.resolve((*effect.parameters, *engine.parameters), job.parameters)
    _check_playhead(job, effect)
    _check_output(job.output)
    admitted = replace(job, engine=engine.name, parameters=_seeded(effect, parameters, job.id))
    bridged(admitted)  # raises where there is nothing to bridge
    _check_room(admitted)
    return admitted


def check_place(job: Job, state: Path) -> None:
    """Refuse a result that would lie among the service's own files, or upon its own source.

    The source is never written to, whether ``overwrite`` is set or not.

    Args:
        job: with absolute paths, see :func:`admit`.
        state: the service's state folder; only the job's own folder in it is open to the job.

    Raises:
        PathNotPermitted: it would.
    """
    place = Path(os.path.realpath(job.output.path or job.output.folder))
    if _lies_in(place, state) and not _lies_in(place, state / "jobs" / job.id):
        raise PathNotPermitted(path=str(place))
    if job.output.path and is_own_source(Path(job.output.path), job):
        raise PathNotPermitted(path=job.output.path)


def choose_engine(effect: Effect, name: str, engines: Sequence[EngineInfo]) -> EngineInfo:
    """Return the engine of this name, or the best one that is ready where it is empty.

    Raises:
        UnknownEngine, EngineUnfit, NoEngineReady: see :func:`admit`.
    """
    fitting = [engine for engine in engines if effect.name in engine.effects]
    if name:
        named = next((engine for engine in engines if engine.name == name), None)
        if named is None:
            raise UnknownEngine(engine=name, known=", ".join(each.name for each in engines))
        if named not in fitting:
            makes = ", ".join(named.effects)
            raise EngineUnfit(engine=name, effect=effect.name, makes=makes)
        fitting = [named]
    for engine in fitting:
        if engine.ready:
            return engine
    raise NoEngineReady(effect=effect.name, todo=_todo(effect, fitting))


def _todo(effect: Effect, fitting: Sequence[EngineInfo]) -> str:
    if fitting:
        return fitting[0].needs
    return f"No engine of this version makes {effect.name}: choose another effect."


def _seeded(effect: Effect, parameters: dict[str, Any], job: str) -> dict[str, Any]:
    """Fill the seed that nobody chose: by the job's id, so that a second attempt has the same."""
    chosen = int(job[:8], 16) % (MAX_SEED + 1)
    unset = {
        parameter.name: chosen
        for parameter in effect.parameters
        if parameter.kind == "seed" and parameters[parameter.name] is None
    }
    return parameters | unset


def _check_playhead(job: Job, effect: Effect) -> None:
    """An effect on a whole clip or a gap does not ask where the playhead stands."""
    record = job.clip.record_range
    if effect.source == "frame" and job.at is not None and job.at not in record:
        raise PlayheadOutside(
            frame=job.at, first=record.start, last=record.end - 1, clip=job.clip.name
        )


def _check_room(job: Job) -> None:
    """Refuse frames before a clip for which its timeline has no room."""
    clip = job.clip
    if clip.earliest is None or job.parameters.get("side") != "head":
        return
    asked = make_plan(job).frames
    frames = math.ceil(asked * clip.rate / (job.output.rate or clip.rate))
    room = clip.record_range.start - clip.earliest
    if frames > room:
        raise BeforeTimeline(clip=clip.name, frames=frames, room=max(0, room))


def _check_output(output: Output) -> None:
    for field in ("folder", "path"):
        text = getattr(output, field)
        if len(text) > LONGEST_PATH:
            allowed = f"at most {LONGEST_PATH} characters"
            raise BadValue(field=f"output.{field}", value=f"{text[:40]!r} ...", allowed=allowed)
        if text and ("\0" in text or not Path(text).is_absolute()):
            raise BadValue(field=f"output.{field}", value=repr(text), allowed="an absolute path")
    if output.path.endswith(("/", os.sep)):
        raise BadValue(field="output.path", value=repr(output.path), allowed="the path of a file")


def _lies_in(place: Path, folder: Path) -> bool:
    """Compare by the file system where it can tell: it may not care for upper and lower case.

    Args:
        place: without links: what is missing of it cannot be one, and is looked at once.
        folder: any.
    """
    real = os.path.normcase(os.path.realpath(folder))
    for each in (place, *place.parents):
        try:
            if each.samefile(folder):
                return True
        except OSError:  # one of them is not there
            if os.path.normcase(each) == real:
                return True
    return False


def is_own_source(place: Path, job: Job) -> bool:
    """Tell whether a path is a medium that the job reads, see :func:`is_source`."""
    clips = (job.clip, job.after)
    return any(is_source(place, clip.media) for clip in clips if clip is not None)


def is_source(place: Path, media: Media) -> bool:
    """Tell whether a path is the medium itself, under whatever name, or a picture of it."""
    source = Path(media.path)
    if media.kind != "sequence":
        return _same(place, source)
    return any(_is_picture(each, source) for each in (place, Path(os.path.realpath(place))))


def _is_picture(place: Path, pattern: Path) -> bool:
    """Tell whether a path is one picture of a sequence, or the sequence itself."""
    before, after = re.split("#+", pattern.name, maxsplit=1)
    named = re.fullmatch(rf"{re.escape(before)}(#+|\d+){re.escape(after)}", place.name)
    return named is not None and _same(place.parent, pattern.parent)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
