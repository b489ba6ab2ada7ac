"""Pictures as values of parameters: references with weights, and painted regions with arrows.

In a job they are plain lists of objects; on a command line and in a CSV cell they are text::

    night.jpg*0.7; wave.jpg*0.3
    river.png@right; smoke.png@0.2,0.9; leaves.png@sway
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from .clip import is_absolute

Item = TypeVar("Item")
Motion = Literal["flow", "sway"]

MOST = 16
"""References or regions of one job."""

DIRECTIONS = {
    "left": (-1.0, 0.0),
    "right": (1.0, 0.0),
    "up": (0.0, 1.0),
    "down": (0.0, -1.0),
}


@dataclass(frozen=True)
class Reference:
    """A picture whose style is taken, and how much it counts beside others.

    Attributes:
        path: absolute.
        weight: above 0 and at most 1; weights are relative to each other.
    """

    path: str
    weight: float = 1.0

    def __post_init__(self) -> None:
        _check_path(self.path)
        if not 0 < self.weight <= 1:
            raise ValueError(f"a weight lies above 0 and at most 1, not {self.weight}")


@dataclass(frozen=True)
class Region:
    """What a motion brush painted: where matter moves, and which way.

    Attributes:
        mask: absolute path of a picture, white where the matter is.
        x: to the left (-1) or the right (1).
        y: down (-1) or up (1). The arrow's length is how fast, 1 the usual speed.
        kind: ``flow``: goes on and on, as water, smoke and clouds do; ``sway``: to and fro, as
            leaves and grass do.
    """

    mask: str
    x: float = 1.0
    y: float = 0.0
    kind: Motion = "flow"

    def __post_init__(self) -> None:
        _check_path(self.mask)
        if not all(math.isfinite(part) and abs(part) <= 1 for part in (self.x, self.y)):
            raise ValueError(f"an arrow's parts lie in -1 to 1, not {self.x}, {self.y}")
        if not (self.x or self.y):
            raise ValueError("an arrow needs a direction")
        if self.kind not in get_args(Motion):
            raise ValueError(f"matter flows or sways, and does not {self.kind}")


def references(value: Any) -> tuple[Reference, ...]:
    """Return the references that a parameter's value holds.

    Raises:
        ValueError: it does not fit.
    """
    return _listed(value, Reference)


def regions(value: Any) -> tuple[Region, ...]:
    """Return the regions that a parameter's value holds.

    Raises:
        ValueError: it does not fit.
    """
    return _listed(value, Region)


def plain(items: tuple[Reference, ...] | tuple[Region, ...]) -> list[dict[str, Any]]:
    """Return references or regions as a job carries them."""
    return [asdict(item) for item in items]


def references_of(text: str, folder: str) -> list[dict[str, Any]]:
    """Return what a text such as ``night.jpg*0.7; wave.jpg`` stands for.

    Args:
        text: see the module; or JSON as in a job.
        folder: what relative paths start from.

    Raises:
        ValueError: it stands for nothing.
    """

    def read(part: str) -> dict[str, Any]:
        path, star, weight = part.rpartition("*")
        if not (star and re.fullmatch(r"\s*-?[\d.]+\s*", weight)):  # a * of the name's own
            path, weight = part, "1"
        return {"path": absolute(path, folder), "weight": float(weight)}

    return _parsed(text, r".*(\.\w+|\*\s*-?[\d.]+)\s*", read)


def regions_of(text: str, folder: str) -> list[dict[str, Any]]:
    """Return what a text such as ``river.png@right; leaves.png@sway`` stands for; see above."""

    def read(part: str) -> dict[str, Any]:
        path, _, way = part.rpartition("@")
        if not path:
            raise ValueError(f"{part} has no @direction")
        way = way.strip().lower()
        region: dict[str, Any] = {"mask": absolute(path, folder)}
        if way == "sway":
            return region | {"x": 1.0, "y": 0.0, "kind": "sway"}
        x, y = DIRECTIONS.get(way) or map(float, way.split(","))
        return region | {"x": x, "y": y, "kind": "flow"}

    return _parsed(text, r".*@[^@/\\]*", read)


def paths(kind: str, value: Any) -> tuple[str, ...]:
    """Return the paths of the pictures that a checked value of a parameter names."""
    if value is None:
        return ()
    if kind == "picture":
        return (value,)
    if kind == "references":
        return tuple(each.path for each in references(value))
    return tuple(each.mask for each in regions(value)) if kind == "regions" else ()


def absolute(path: str, folder: str) -> str:
    """Return the path, seen from ``folder`` where it is relative."""
    path = path.strip()
    return path if is_absolute(path) or not path else str(Path(folder) / path)


def _listed(value: Any, kind: type[Item]) -> tuple[Item, ...]:
    if value is None:
        return ()
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOST:
        raise ValueError(f"a list of 1 to {MOST}")
    if not all(isinstance(item, Mapping) for item in value):
        raise ValueError("a list of objects")
    try:
        return tuple(kind(**item) for item in value)
    except (TypeError, OverflowError) as error:  # an unknown field, or a value of another type
        raise ValueError(str(error)) from error


def _parsed(text: str, whole: str, read: Callable[[str], dict[str, Any]]) -> list[dict[str, Any]]:
    """Read the parts of a text; what stands before a ``;`` in a path is not whole."""
    if text.lstrip().startswith("["):
        given: list[dict[str, Any]] = json.loads(text)
        return given
    parts = [""]
    for piece in text.split(";"):
        done = not parts[-1].strip() or re.fullmatch(whole, parts[-1], re.DOTALL)
        if done:
            parts.append(piece)
        else:
            parts[-1] += ";" + piece
    return [read(part.strip()) for part in parts if part.strip()]


def _check_path(path: Any) -> None:
    if not isinstance(path, str) or not is_absolute(path) or "\0" in path:
        raise ValueError(f"the absolute path of a picture, not {path!r}")
