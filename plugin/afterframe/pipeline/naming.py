"""Where a result goes: a name that was never used, with its version."""

from __future__ import annotations

import re
from pathlib import Path

from afterframe.core.admission import is_own_source
from afterframe.core.leftover import clear_away, destination, is_whole, recipes_of
from afterframe.core.recipe import SUFFIX, Recipe
from afterframe.errors import BadValue, OutputExists, PathNotPermitted
from afterframe.media.disk import telling
from afterframe_hosts.wire.job import Job
from afterframe_hosts.wire.results import result_name

SEQUENCE_DIGITS = 4
_VERSION = re.compile(r"_v(\d{3,})$", re.IGNORECASE)


def result_path(job: Job, suffixes: tuple[str, ...], sequence: bool) -> Path:
    """Return the path of the result: as the job says, or the first version that is free.

    A sequence is a folder of its own; its path ends in ``/<name>.####<suffix>``. No other
    result has a ``#`` in its name.

    Args:
        job: whose result it is.
        suffixes: of the format; the first, where the job says none of them.
        sequence: whether it is numbered pictures.

    Raises:
        BadValue: the job names a movie with a ``#``.
        NotWritable, NameTooLong: nobody may look there, or the disk does not take the name.
        OutputExists: the job names an exact path where a file is that may not be replaced.
    """
    with telling(destination(job)):
        return _result_path(job, suffixes, sequence)


def _result_path(job: Job, suffixes: tuple[str, ...], sequence: bool) -> Path:
    output = job.output
    if output.path:
        path = _exact(Path(output.path), suffixes, sequence)
        if not output.overwrite and _taken(path):
            raise OutputExists(path=str(path))
        return path
    stem = output.name.replace("#", "_") or result_name(job.clip, job.effect)
    version = 1 + max(_versions(Path(output.folder), stem), default=0)
    return _placed(Path(output.folder), f"{stem}_v{version:03d}", suffixes[0], sequence)


def check_not_source(path: Path, job: Job) -> None:
    """Raise PathNotPermitted where a result would be written over a source that it is made from."""
    if is_own_source(path, job):
        raise PathNotPermitted(path=str(path))


def made_before(job: Job) -> tuple[Recipe, Path] | None:
    """Return the recipe and result of this very job, if an earlier attempt had finished it.

    A worker can die after the result stands and before it has said so. A recipe of this job that
    stands without its result holds a name that nobody will use: it is removed.
    """
    with telling(destination(job)):
        for path, recipe in recipes_of(job):
            result = path.parent / recipe.made.name
            if is_whole(result):
                return recipe, result
        clear_away(job)
    return None


def _exact(path: Path, suffixes: tuple[str, ...], sequence: bool) -> Path:
    if not sequence:
        if "#" in path.name:
            raise BadValue(field="output.path", value=path.name, allowed="a name without #")
        return path if path.suffix else path.with_suffix(suffixes[0])
    said = path.suffix.lower() in suffixes
    suffix = path.suffix if said else suffixes[0]
    stem = re.sub(r"[._]?#+$", "", path.stem if said else path.name)
    return _placed(path.parent, stem, suffix, sequence)


def _placed(folder: Path, name: str, suffix: str, sequence: bool) -> Path:
    if sequence:
        return folder / name / f"{name}.{'#' * SEQUENCE_DIGITS}{suffix}"
    return folder / f"{name}{suffix}"


def _taken(path: Path) -> bool:
    place = path.parent if "#" in path.name else path
    return place.exists()


def _versions(folder: Path, stem: str) -> list[int]:
    if not folder.is_dir():
        return []
    found = []
    for entry in folder.iterdir():
        for name in (entry.name.removesuffix(SUFFIX), entry.stem):
            match = _VERSION.search(name)
            # on many disks two names that differ in case alone are one
            if match and name[: match.start()].casefold() == stem.casefold():
                found.append(int(match.group(1)))
    return found
