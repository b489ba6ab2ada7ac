"""Recipes: a job with everything resolved, enough to render it again or to say what differs. Pure.

A recipe is JSON beside its result, ``<result>.afterframe.json``. Paths in it are as the job named
them; the result is named relative to the recipe, so that a folder can be moved as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from afterframe.errors import BadMessage, RecipeUnreadable
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.job import Job, JoinReport, Note

SUFFIX = ".afterframe.json"
SCHEMA = "afterframe.recipe.1"


@dataclass(frozen=True)
class SourceRecord:
    """The source as it was when it was used.

    Attributes:
        path: as the job named it.
        fingerprint: of the file's contents.
        width: pixels across.
        height: pixels down.
        colour: what was tagged, and the transform taken to the engine and back.
    """

    path: str
    fingerprint: str
    width: int
    height: int
    colour: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Maker:
    """What made the frames.

    Attributes:
        afterframe: version of this program.
        engine: the engine's name.
        engine_version: the engine's own version.
        device: where pixels were worked on: ``cpu``, or as torch names it (``cuda``).
        machine: architecture and system, ``x86_64-linux``.
        threads: how many were used.
        packages: versions of the libraries that touch pixels.
    """

    afterframe: str
    engine: str
    engine_version: str
    device: str
    machine: str
    threads: int
    packages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What came out.

    Attributes:
        name: file name beside the recipe, with ``#`` for a sequence.
        format: name of the delivery format.
        frames: number of frames.
        first: number of a sequence's first picture.
        rate: frames a second.
        size: width and height.
        digest: SHA-256 over the made frames, before they were encoded.
        digital_source: how they came about, a URI of IPTC's digital source types; whether the
            file says so too is the output's ``mark``.
    """

    name: str
    format: str
    frames: int
    first: int
    rate: Fraction
    size: tuple[int, int]
    digest: str
    digital_source: str = ""


@dataclass(frozen=True)
class Recipe:
    """See the module's text.

    Attributes:
        choices: of a contact sheet of variations: for each, the parameters that make it.
        handles: see ``wire.job.Result``.
        joins: how what was made meets the shots beside it.
        pictures: fingerprints, by path, of what else was read: the pictures that parameters
            name, and the medium of the clip after a gap.
    """

    schema: str
    job: Job
    source: SourceRecord
    maker: Maker
    made: Made
    notes: tuple[Note, ...] = ()
    choices: tuple[Mapping[str, Any], ...] = ()
    handles: tuple[int, int] = (0, 0)
    joins: tuple[JoinReport, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)


def beside(result: Path) -> Path:
    """Return the recipe's path for a result's path (a movie, or a sequence's path with ``#``)."""
    stem = result.parent if "#" in result.name else result.with_suffix("")
    return stem.with_name(stem.name + SUFFIX)


def to_text(recipe: Recipe) -> str:
    """Return the recipe as indented JSON."""
    return json.dumps(codec.dump(recipe), ensure_ascii=False, indent=1) + "\n"


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        RecipeUnreadable: it is missing, not a recipe, or one of another schema.
    """
    try:
        recipe = codec.loads(Recipe, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeUnreadable(path=str(path), detail=str(error)) from error
    except BadMessage as error:
        raise RecipeUnreadable(path=str(path), detail=error.message()) from error
    if recipe.schema != SCHEMA:
        raise RecipeUnreadable(path=str(path), detail=f"schema {recipe.schema}")
    return recipe


def differences(then: Recipe, now: Recipe) -> tuple[str, ...]:
    """Say in English what is not the same in two recipes of one job; empty when all is."""
    pairs = [
        ("source file", then.source.fingerprint, now.source.fingerprint),
        ("Afterframe", then.maker.afterframe, now.maker.afterframe),
        ("engine", then.maker.engine, now.maker.engine),
        ("engine version", then.maker.engine_version, now.maker.engine_version),
        ("device", then.maker.device, now.maker.device),
        ("machine", then.maker.machine, now.maker.machine),
        ("threads", then.maker.threads, now.maker.threads),
        ("frames", then.made.frames, now.made.frames),
        ("size", then.made.size, now.made.size),
        ("handles", then.handles, now.handles),
    ]
    paths = sorted({*then.pictures, *now.pictures})
    pairs += [(path, then.pictures.get(path), now.pictures.get(path)) for path in paths]
    names = sorted({*then.maker.packages, *now.maker.packages})
    pairs += [(n, then.maker.packages.get(n), now.maker.packages.get(n)) for n in names]
    found = [f"{what}: {old} then, {new} now" for what, old, new in pairs if old != new]
    if then.made.digest != now.made.digest:
        found.append("pixels" if found else "pixels, though all that the recipe names is the same")
    return tuple(found)
