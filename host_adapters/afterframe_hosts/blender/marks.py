"""What a strip of ours says of itself: custom properties, saved, copied and undone with it.

Strips are found again by what stands in them, never by a reference: after an undo Blender's own
references are stale. Paths are kept relative to the project, where one folder holds both; Blender
does so with its own and knows nothing of ours, so that :func:`rebase` follows a project that is
saved elsewhere.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bpy

from ..wire import codec
from ..wire.effects import EFFECTS
from ..wire.errors import BadMessage
from ..wire.job import JobStatus, Quality, Result
from . import compat

LINEAGE = "afterframe_lineage"
"""Id of the effect: stays the same over all takes."""
JOB = "afterframe_job"
"""Id of the job whose take is shown. What bears it is a strip of ours."""
EFFECT = "afterframe_effect"
TAKES = "afterframe_takes"
SOURCE = "afterframe_source"
OWNER = "afterframe_owner"
"""Scene and name of the strip that was given the lineage: a copy of it has another name."""
TRIMS = "afterframe_trims"
"""Ends that the user chose and that the shown take is too short for."""
COMPARING = "afterframe_comparing"
"""On a strip that shows a take beside another for a while: lineage of both, job of the take."""
LONGEST = 1 << 22
"""Characters that are read of one property; a thousand takes are fewer."""
FARTHEST = 1 << 21
"""Frames that anything may be away, or last: twice as far as Blender's timeline goes."""
LARGEST = 1 << 16
"""Pixels that a picture may be wide or high, as in Blender."""


@dataclass(frozen=True)
class Footage:
    """A strip as it stood when a take was made from it.

    Attributes:
        scene: name of its scene.
        strip: its name.
        kind: its type, ``MOVIE`` ...
        path: of its medium, the first of several; empty where it has none.
        size: of that file in bytes; 0 where it was not there.
        modified: of that file, in nanoseconds since 1970.
        ends: fingerprint of that file's beginning and end, for where it was copied since.
        zero: timeline frame at which its medium's first frame stands, or would.
        head: first frame that was used, counted from ``zero``.
        tail: the frame after the last that was used, counted from ``zero``.
        timing: what else decides which frames are shown, as text to compare.
    """

    scene: str
    strip: str
    kind: str
    path: str = ""
    size: int = 0
    modified: int = 0
    ends: str = ""
    zero: int = 0
    head: int = 0
    tail: int = 1
    timing: str = ""


@dataclass(frozen=True)
class Take:
    """One result of an effect.

    Attributes:
        job: id of the job that made it.
        result: what it made; its paths as :func:`stored` keeps them.
        parameters: that it was made with, all of them, with its seed.
        engine: that made it.
        quality: ``draft`` or ``final``.
        seen: made from pictures with the host's grade and transform.
        format: that was asked for.
        asked: seconds since 1970, when it was.
        lead: timeline frames from its first shown frame to the place on the source that it hangs
            on: a joint, or the first frame of the medium.
        footage: what it was made from: one strip, or the two around a gap.
    """

    job: str
    result: Result
    parameters: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    quality: Quality = "final"
    seen: bool = False
    format: str = "auto"
    asked: float = 0.0
    lead: int = 0
    footage: tuple[Footage, ...] = ()

    @property
    def version(self) -> str:
        """Of its file, ``v003``; empty where the name has none."""
        return version_of(self.result)

    @property
    def name(self) -> str:
        """File name of its movie; of pictures, of their folder or pattern."""
        return re.split(r"[/\\]", self.result.path)[-1]


@dataclass(frozen=True)
class Link:
    """How a strip of ours stood to its source when the two were last in step.

    Attributes:
        joint: timeline frame of the place on the source that it hangs on.
        anchor: timeline frame at which that place was on our strip.
    """

    joint: int
    anchor: int


def is_ours(strip: Any) -> bool:
    """Return True for the result of a job; not for one that is shown to compare only."""
    return JOB in strip and COMPARING not in strip and str(strip.get(EFFECT)) in EFFECTS


def takes(strip: Any) -> tuple[Take, ...]:
    """Return a strip's takes, the oldest first; none where what stands there is not ours."""
    return _read_takes(str(strip.get(TAKES, "")))


def jobs(strip: Any) -> tuple[str, ...]:
    """Return the jobs whose results a strip of ours has; that of the shown take first."""
    return tuple(dict.fromkeys((str(strip[JOB]), *(take.job for take in takes(strip)))))


def size_shown(strip: Any) -> tuple[int, int] | None:
    """Return the size of the pictures that a strip of ours shows; None where we do not know it.

    Blender itself knows that of a new take only after it has drawn one.
    """
    path = strip.filepath if strip.type == "MOVIE" else ""
    name = re.split(r"[/\\]", path)[-1]
    return next(
        (t.result.size for t in takes(strip) if t.job == strip.get(JOB) and t.name == name), None
    )


def write_takes(strip: Any, made: tuple[Take, ...]) -> None:
    """Keep a strip's takes."""
    strip[TAKES] = codec.dumps(made)


def link(strip: Any) -> Link | None:
    """Return how a strip stood to its source; None where that is not known."""
    try:
        found = codec.load(Link, read(strip.get(SOURCE)))
    except BadMessage:
        return None
    return found if are_near(found.joint, found.anchor) else None


def write_link(strip: Any, kept: Link) -> None:
    """Keep how a strip stands to its source."""
    strip[SOURCE] = codec.dumps(kept)


def take_of(status: JobStatus, lead: int, footage: tuple[Footage, ...]) -> Take:
    """Return the take that a finished job has made.

    Raises:
        ValueError: it has made none.
    """
    job, result = status.job, status.result
    if result is None:
        raise ValueError(f"a job that is {status.state} has made no take")
    kept = replace(result, path=stored(result.path), recipe=stored(result.recipe), choices=())
    return Take(
        job=job.id,
        result=kept,
        parameters=dict(job.parameters),
        engine=job.engine,
        quality=job.quality,
        seen=job.seen,
        format=job.output.format,
        asked=status.created,
        lead=lead,
        footage=footage,
    )


def mark(scene: Any, strip: Any, effect: str, lineage: str, take: Take) -> None:
    """Say on a strip which effect it is, and which take it shows."""
    strip[EFFECT], strip[LINEAGE], strip[JOB] = effect, lineage, take.job
    strip[OWNER] = owner_id(scene, strip)


def read(text: Any) -> Any:
    """Return what a property of a file holds as JSON text; None where it holds none.

    A file may come from anybody: what stands there may be of any kind, size and depth.
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        return codec.parse(text)
    except BadMessage:
        return None


def are_near(*frames: int) -> bool:
    """Return True for numbers of frames that a timeline can have."""
    return all(abs(each) <= FARTHEST for each in frames)


def owner_id(scene: Any, strip: Any) -> str:
    """Return what tells a strip from its copies."""
    return json.dumps([scene.name, strip.name], ensure_ascii=False)


def all_ours() -> Iterator[tuple[Any, Any]]:
    """Yield scene and strip of every result in the file; linked scenes cannot be written to."""
    for scene in bpy.data.scenes:
        editor = scene.sequence_editor if scene.library is None else None
        for strip in compat.all_strips(editor) if editor is not None else ():
            if is_ours(strip):
                yield scene, strip


def version_of(result: Result) -> str:
    """Return the version in a result's name, ``v003``; empty where it has none."""
    match = re.search(r"_(v\d+)(?=[._]|$)", re.split(r"[/\\]", result.path)[-1])
    return match.group(1) if match else ""


def files(result: Result) -> list[Path]:
    """Return a result's movie, or its pictures in order, where it says that they are."""
    path = Path(result.path)
    marks = re.search(r"#+", path.name)
    if marks is None:
        return [path]
    width = len(marks.group())
    head, tail = path.name[: marks.start()], path.name[marks.end() :]
    numbers = range(result.first, result.first + result.frames)
    return [path.with_name(f"{head}{number:0{width}d}{tail}") for number in numbers]


def found(strip: Any, take: Take) -> Result | None:
    """Return a take's result with the paths where its files are now; None: they are gone.

    They are looked for where they were, and beside what the strip itself shows: Blender's own path
    is right after the user had it find missing files, or took the strip into another project.
    """
    beside = _folder_shown(strip)
    places = [absolute(take.result.path)]
    if beside is not None:
        name = take.name
        places += [beside / name, beside.parent / absolute(take.result.path).parent.name / name]
    for place in places:
        here = replace(take.result, path=str(place), recipe=_recipe_at(take.result, place))
        parts = files(here)
        if parts[0].is_file() and parts[-1].is_file():
            return here
    return None


def stored(path: str) -> str:
    """Return a path as it is kept in the project that is open."""
    return _from_folder(path, _project_folder())


def absolute(path: str) -> Path:
    """Return where a kept path leads."""
    # Not resolve(): a link that the user has made stays a link.
    return Path(os.path.abspath(bpy.path.abspath(path)))  # noqa: PTH100


def follow_saves() -> None:
    """From now on keep paths right when the project is saved elsewhere."""
    handlers = bpy.app.handlers
    for event, function in _on_save():
        if function not in getattr(handlers, event):
            getattr(handlers, event).append(function)


def unfollow_saves() -> None:
    """Take back :func:`follow_saves`."""
    for event, function in _on_save():
        kept = getattr(bpy.app.handlers, event)
        if function in kept:
            kept.remove(function)


def rebase(old: Path | None, new: Path | None) -> None:
    """Make the paths that are kept in all strips of ours lead to the same files from a new folder.

    Args:
        old: folder of the project that they are relative to now; None: they are absolute.
        new: folder that the project is saved to.
    """
    if old == new:
        return

    def moved(path: str) -> str:
        if path.startswith("//"):
            path = os.path.normpath(bpy.path.abspath(path, start=str(old or "")))
        return _from_folder(path, new)

    for _, strip in all_ours():
        kept = []
        for take in takes(strip):
            result = replace(
                take.result, path=moved(take.result.path), recipe=moved(take.result.recipe)
            )
            footage = tuple(replace(each, path=moved(each.path)) for each in take.footage)
            kept.append(replace(take, result=result, footage=footage))
        if kept:
            write_takes(strip, tuple(kept))


@bpy.app.handlers.persistent  # type: ignore[untyped-decorator]
def _before_save(path: str, *_: object) -> None:
    """Write paths for the folder that the file goes to: a copy too has to find its takes."""
    if path:  # not Blender's own start-up file
        _Saving.folder = Path(bpy.path.abspath(path)).parent
        rebase(_project_folder(), _Saving.folder)


@bpy.app.handlers.persistent  # type: ignore[untyped-decorator]
def _after_save(*_: object) -> None:
    """After a copy, or where saving failed, the open file is still where it was."""
    folder, _Saving.folder = _Saving.folder, None
    if folder is not None:
        rebase(folder, _project_folder())


class _Saving:
    """The folder that is being saved to, between the two handlers."""

    folder: Path | None = None


def _on_save() -> tuple[tuple[str, Any], ...]:
    return (
        ("save_pre", _before_save),
        ("save_post", _after_save),
        ("save_post_fail", _after_save),
    )


@functools.lru_cache(maxsize=256)
def _read_takes(text: str) -> tuple[Take, ...]:
    """What a hand or another program has written there is no take, and no error either."""
    values = read(text)
    try:
        found = tuple(codec.load(Take, value) for value in values or ())
    except (BadMessage, TypeError):
        return ()
    return found if all(map(_is_possible, found)) else ()


def _is_possible(take: Take) -> bool:
    """Return True where Blender could show a take, and count with its numbers."""
    result = take.result
    lengths = all(0 < length <= LARGEST for length in result.size) and result.rate > 0
    handles = all(each >= 0 for each in result.handles) and result.shown > 0
    places = [each for f in take.footage for each in (f.zero, f.head, f.tail)]
    return lengths and handles and are_near(result.frames, result.first, take.lead, *places)


def _folder_shown(strip: Any) -> Path | None:
    shown = getattr(strip, "directory", "") if strip.type == "IMAGE" else ""
    shown = strip.filepath if strip.type == "MOVIE" else shown
    if not shown:
        return None
    return absolute(shown) if strip.type == "IMAGE" else absolute(shown).parent


def _recipe_at(result: Result, place: Path) -> str:
    """Return the recipe's path where the result itself is at ``place``: it lies beside it."""
    there = absolute(result.recipe) if result.recipe else None
    if there is None or there.is_file():
        return str(there or "")
    beside = place.parent.parent if "#" in place.name else place.parent
    return str(beside / there.name)


def _project_folder() -> Path | None:
    return Path(bpy.data.filepath).parent if bpy.data.filepath else None


def _from_folder(path: str, folder: Path | None) -> str:
    """Return a path that still holds when project and results are moved together."""
    if folder is None or not path:
        return path
    try:
        return str(bpy.path.relpath(path, start=str(folder)))
    except ValueError:  # another drive
        return path
