"""What a killed worker leaves at a job's destination, and how it is cleared away.

Temporary names end in the job's id and ``.part``, before the suffix; a folder that is being
replaced is set aside under its own name, the job's id and ``.old``.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from afterframe import failpoints
from afterframe.core.recipe import SUFFIX, Recipe, read_recipe
from afterframe.errors import AfterframeError
from afterframe_hosts.wire.job import Job

ASIDE = ".old"
"""How the name of a folder ends that is being replaced."""


def clear_away(job: Job) -> None:
    """Clear away what is left of a job that no worker will go on with; never raises OSError.

    A result that stands whole stays, with its recipe.
    """
    with suppress(OSError):
        folder = destination(job)
        remove_left(folder, job.id)
        for path, recipe in recipes_of(job):
            result = folder / recipe.made.name
            if not is_whole(result):
                path.unlink(missing_ok=True)
                if result.is_file():
                    result.unlink()


def destination(job: Job) -> Path:
    """Return the folder that holds a job's result, a sequence's folder, and their recipe."""
    return Path(job.output.path).parent if job.output.path else Path(job.output.folder)


def recipes_of(job: Job) -> list[tuple[Path, Recipe]]:
    """Return the recipes of this very job that lie at its destination."""
    found = []
    folder = destination(job)
    if not os.path.isdir(folder):  # noqa: PTH112 - False as well where nobody may look
        return []
    for path in folder.glob(f"*{SUFFIX}"):
        if job.id not in _text(path):
            continue
        with suppress(AfterframeError):
            recipe = read_recipe(path)
            if recipe.job.id == job.id:
                found.append((path, recipe))
    return found


def is_whole(path: Path) -> bool:
    """Tell a result from the empty file that held its name, see ``platform.rename_new``."""
    if "#" in path.name:
        return path.parent.exists()
    return path.exists() and (path.is_dir() or path.stat().st_size > 0)


def remove_left(folder: Path, token: str) -> None:
    """Remove what a killed attempt of the same token left in the folder.

    A folder that it had set aside is put back, or, where the new one stands already, emptied.
    """
    for left in folder.glob(f".*.{token}.part*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    ending = f".{token}{ASIDE}"
    for aside in folder.glob(f".*{ending}"):
        stands = folder / aside.name[1:].removesuffix(ending)
        if os.path.lexists(stands):
            tidy(aside, stands)
        else:
            failpoints.at("writer.put_back")
            aside.rename(stands)


def tidy(aside: Path, folder: Path) -> None:
    """Move what is no picture of the sequence from the replaced folder; remove the rest."""
    if aside.is_symlink():
        aside.unlink()  # what it leads to is somebody else's
        return
    made = {_pattern(picture.name) for picture in folder.iterdir()}
    failpoints.at("writer.tidy")
    for other in aside.iterdir():
        if _pattern(other.name) not in made:
            other.rename(folder / other.name)
    shutil.rmtree(aside)


def _pattern(name: str) -> str:
    """Return a picture's name without its number."""
    return re.sub(r"\d+(?=\D*$)", "#", name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
