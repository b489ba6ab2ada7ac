"""The takes of an effect behind one strip of the timeline.

A new take changes what a strip shows and nothing else: where it stands, how the user has trimmed
it, its look, its animation, its name and what other strips make of it stay. A movie takes another
movie's place, a sequence another's; only between the two kinds a new strip takes the whole place
of the old one, since Blender cannot change a strip's kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..wire.effects import EFFECTS
from ..wire.errors import MediaMissing, PlaceFailed
from ..wire.job import JobStatus, Quality, new_id
from ..wire.results import result_start
from . import behind, marks, source
from .marks import Footage, Take
from .source import Change

LINEAGES = re.compile("[0-9a-f]{32}")
SAME = 1e-6
"""Of a number's size: what Blender's 32 bits may change of it."""


@dataclass(frozen=True)
class Standing:
    """A strip of ours as its panel shows it.

    Attributes:
        effect: name of the effect.
        takes: all, the oldest first.
        index: of the one that is shown; -1 where none of them is.
        edited: names of the parameters that were changed since it was made.
        changes: of its source since it was made.
    """

    effect: str
    takes: tuple[Take, ...]
    index: int
    edited: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def shown(self) -> Take | None:
        """The take that is shown."""
        return self.takes[self.index] if self.index >= 0 else None

    @property
    def out_of_date(self) -> bool:
        """True when a new take would be another; that it stands elsewhere makes no other."""
        return bool(self.edited) or any(change.kind != "moved" for change in self.changes)


def of(strip: Any) -> tuple[Take, ...]:
    """Return a strip's takes, the oldest first; empty for a strip that is not ours."""
    return marks.takes(strip)


def shown(strip: Any) -> Take | None:
    """Return the take that a strip shows."""
    job = strip.get(marks.JOB)
    return next((take for take in of(strip) if take.job == job), None)


def standing(strip: Any) -> Standing:
    """Return all that is known of a strip of ours; reads no more of the disk than a panel may."""
    made, take, effect = of(strip), shown(strip), str(strip.get(marks.EFFECT, ""))
    if take is None:
        return Standing(effect, made, -1)
    changed = source.changes(strip, take, effect, anchor(strip, take))
    return Standing(effect, made, made.index(take), edited(strip, take), changed)


def edited(strip: Any, take: Take) -> tuple[str, ...]:
    """Return the names of what is no longer the take's: parameters, ``engine``, ``seen``."""
    group, effect = _settings(strip), str(strip.get(marks.EFFECT, ""))
    if group is None or effect not in EFFECTS:
        return ()
    from .ui import settings

    now = settings.values(group, effect)
    was = {each.name: each.default for each in EFFECTS[effect].parameters} | dict(take.parameters)
    names = [name for name in now if not _same(now[name], was.get(name))]
    engine = settings.engine(group, effect)
    names += ["engine"] if engine and engine != take.engine else []
    names += ["seen"] if bool(group.seen) != take.seen else []
    return tuple(names)


def same(strip: Any, quality: Quality) -> Take | None:
    """Return the take that rendering a strip's settings would give again, if there is one.

    Only where its source is as it was when the shown take was made.
    """
    now = standing(strip)
    shown_one = now.shown
    if shown_one is None or any(change.kind != "moved" for change in now.changes):
        return None
    return next(
        (
            take
            for take in reversed(now.takes)
            if take.quality == quality
            and not edited(strip, take)
            and _places(take) == _places(shown_one)
            and marks.found(strip, take) is not None
        ),
        None,
    )


def find(lineage: str) -> tuple[Any, Any] | None:
    """Return scene and strip of an effect; of several copies the one that it was made for."""
    alike = [each for each in marks.all_ours() if each[1].get(marks.LINEAGE) == lineage]
    owned = [each for each in alike if each[1].get(marks.OWNER) == marks.owner_id(*each)]
    return next(iter([*owned, *alike]), None)


def holder(job: str) -> tuple[Any, Any] | None:
    """Return scene and strip that have a job's take, shown or not; shown first."""
    holding = [each for each in marks.all_ours() if job in marks.jobs(each[1])]
    return min(holding, key=lambda each: each[1][marks.JOB] != job, default=None)


def waiting_for(status: JobStatus) -> tuple[Any, Any] | None:
    """Return scene and strip behind which a job's result goes; None: it is a new effect.

    That is the strip of its lineage; for a final, also the draft of the very same.
    """
    job = status.job
    if job.lineage:
        return find(job.lineage)
    if job.quality == "draft":
        return None
    for scene, strip in marks.all_ours():
        take = shown(strip)
        if take is not None and _is_draft_of(strip, take, status):
            return scene, strip
    return None


def claim(scene: Any, strip: Any) -> str:
    """Return the lineage under which a new take is asked for behind a strip, and no other.

    A copy of a strip gets one of its own when its first take is asked for; its takes stay.
    """
    lineage = str(strip.get(marks.LINEAGE, ""))
    alike = [each for each in marks.all_ours() if each[1].get(marks.LINEAGE) == lineage]
    others = [each for each in alike if each[1] != strip]
    copied = others and strip.get(marks.OWNER) != marks.owner_id(scene, strip)
    if copied or not LINEAGES.fullmatch(lineage):
        return make_independent(scene, strip)
    strip[marks.OWNER] = marks.owner_id(scene, strip)
    return lineage


def make_independent(scene: Any, strip: Any) -> str:
    """Give a strip a lineage of its own, which is returned: no result of another reaches it."""
    lineage = new_id()
    strip[marks.LINEAGE], strip[marks.OWNER] = lineage, marks.owner_id(scene, strip)
    return lineage


def begin(scene: Any, strip: Any, status: JobStatus) -> None:
    """Mark a strip that has just been placed: its first take, its source, its parameters."""
    take = _take(status, None)
    effect, lineage = status.job.effect, status.job.lineage
    if not lineage or find(lineage) is not None:
        lineage = status.job.id
    marks.mark(scene, strip, effect, lineage, take)
    marks.write_takes(strip, (take,))
    _link(strip, take, effect)
    _fill(strip, take)


def add(scene: Any, strip: Any, status: JobStatus) -> Any:
    """Put a new take behind a strip and show it; return the strip.

    A draft whose final was asked for after it, and is there already, is kept and not shown. The
    undo step is the caller's.

    Raises:
        MediaMissing: what the job made is not on the disk.
        PlaceFailed: Blender did not take it; the strip is as it was.
    """
    before = shown(strip)
    take = _take(status, before)
    kept = tuple(each for each in of(strip) if each.job != take.job)
    finals = [each for each in kept if each.quality == "final" and each.asked > take.asked]
    if take.quality == "draft" and any(_is_same(each, take) for each in finals):
        marks.write_takes(strip, (*kept, take))
        return strip
    strip = _put(scene, strip, take, before)
    marks.write_takes(strip, (*kept, take))
    return strip


def show(scene: Any, strip: Any, job: str) -> Any:
    """Show another take of a strip; return the strip. The undo step is the caller's.

    Raises:
        ValueError: the strip has no such take.
        MediaMissing: the take's file is gone.
        PlaceFailed: Blender did not take it; the strip is as it was.
    """
    chosen = next((take for take in of(strip) if take.job == job), None)
    if chosen is None:
        raise ValueError(f"strip {strip.name} has no take of job {job}")
    return _put(scene, strip, chosen, shown(strip))


def step(scene: Any, strip: Any, by: int) -> tuple[Any, tuple[Take, ...]]:
    """Show the next take (``by`` 1) or the one before (-1), round and round.

    Takes whose files are gone are skipped. Returns the strip, and the takes that were skipped.

    Raises:
        PlaceFailed: Blender did not take it; the strip is as it was.
    """
    made, now = of(strip), shown(strip)
    index = made.index(now) if now in made else -1 if by > 0 else 0
    skipped: list[Take] = []
    for n in range(1, len(made)):
        take = made[(index + n * by) % len(made)]
        if marks.found(strip, take) is not None:
            return _put(scene, strip, take, now), tuple(skipped)
        skipped.append(take)
    return strip, tuple(skipped)


def anchor(strip: Any, take: Take) -> int:
    """Return the timeline frame at which a strip that shows a take hangs on its source."""
    return behind.shown_start(strip, take) + take.lead


def follow(scene: Any, strip: Any) -> int:
    """Move a strip after its source, as far as that went; return by how many frames.

    Where its channel is taken there, it goes to the first free one above. The undo step is the
    caller's.

    Raises:
        NoFreeChannel: there is none; nothing was changed.
        PlaceFailed: Blender put it elsewhere.
    """
    take, effect = shown(strip), str(strip.get(marks.EFFECT, ""))
    if take is None:
        return 0
    by = source.moved(strip, take, effect, anchor(strip, take))
    if by:
        try:
            behind.move(scene, strip, by)
        except RuntimeError as error:
            raise PlaceFailed(path=take.name, detail=str(error)) from error
    _link(strip, take, effect)
    return by


def stay(strip: Any) -> None:
    """Take a strip's place beside its source as meant: it is told no more that this has moved."""
    take = shown(strip)
    if take is not None:
        _link(strip, take, str(strip.get(marks.EFFECT, "")))


def fill(strip: Any) -> None:
    """Set a strip's parameters to those of the take that it shows."""
    take = shown(strip)
    if take is not None:
        _fill(strip, take)


def _put(scene: Any, strip: Any, take: Take, before: Take | None) -> Any:
    """Show a take where another was shown."""
    result = marks.found(strip, take)
    if result is None:
        raise MediaMissing(path=str(marks.absolute(take.result.path)))
    try:
        strip = behind.put(scene, strip, replace(take, result=result), before or take)
    except (RuntimeError, TypeError) as error:
        raise PlaceFailed(path=result.path, detail=str(error).strip()) from error
    strip[marks.JOB] = take.job
    _fill(strip, take)
    return strip


def _take(status: JobStatus, before: Take | None) -> Take:
    """Return the take of a job that is done."""
    footage = source.sources(status.job)
    lead = _lead(status, footage)
    if not footage and before is not None:  # its source is gone: where it was is all that is known
        footage, lead = before.footage, before.lead
    return marks.take_of(status, lead, footage)


def _lead(status: JobStatus, footage: tuple[Footage, ...]) -> int:
    """Return the frames from a result's first shown one to what it hangs on, as it was asked for.

    An extension hangs on the end that it continues, a bridge on the end of what it follows, a
    styled clip on its medium: its frames stay over the same frames of the shot. What was generated
    or slowed down hangs on its own first frame.
    """
    job, result = status.job, status.result
    if result is None:
        return 0
    start, record = result_start(job, result.shown), job.clip.record_range
    if job.effect == "extend" and job.parameters.get("side") == "head":
        return record.start - start
    if job.effect in {"extend", "bridge"}:
        return record.end - start
    return footage[0].zero - start if job.effect == "restyle" and footage else 0


def _link(strip: Any, take: Take, effect: str) -> None:
    kept = source.link(take, effect, anchor(strip, take))
    if kept is not None:
        marks.write_link(strip, kept)


def _is_draft_of(strip: Any, take: Take, status: JobStatus) -> bool:
    job = status.job
    if take.quality != "draft" or strip.get(marks.EFFECT) != job.effect:
        return False
    return _is_same(take, marks.take_of(status, 0, source.sources(job)))


def _is_same(one: Take, other: Take) -> bool:
    """Return True for two takes of the same: the same parameters and footage, not the same size."""
    alike = one.engine == other.engine and one.seen == other.seen
    parameters = dict(one.parameters) == dict(other.parameters)
    return alike and parameters and _places(one) == _places(other)


def _places(take: Take) -> list[Footage]:
    """Return what a take was made from, wherever on the timeline that stood."""
    return [replace(each, scene="", zero=0, modified=0) for each in take.footage]


def _settings(strip: Any) -> Any | None:
    """Return a made strip's parameters; None where nothing has been set, or nobody can."""
    group = getattr(strip, "afterframe", None)
    return group if group is not None and group.is_property_set("effect") else None


def _fill(strip: Any, take: Take) -> None:
    group = getattr(strip, "afterframe", None)
    if group is None:  # a batch, without our panels
        return
    from .ui import settings

    settings.fill(group, str(strip.get(marks.EFFECT, "")), take.parameters)
    group.engine, group.seen = take.engine, take.seen
    group.format = take.format if take.format in settings.FORMATS else settings.FORMATS[0]


def _same(one: Any, other: Any) -> bool:
    """Compare values as parameters have them; numbers as far as Blender keeps them."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other or (not one and not other))
