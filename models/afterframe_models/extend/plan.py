"""What is shown: runs of real frames, or the last one coasting to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .camera import Camera, camera_of
from .film import Film
from .material import Material
from .texture import Run, Texture

Why = Literal["live", "single", "coast_short", "coast_asked", "coast_dear"]
"""What decided; the end of a note's id."""

FEWEST = 10
"""Frames from which on a shot has runs to go on with."""


@dataclass(frozen=True)
class Plan:
    """What is shown after a joint.

    Attributes:
        material: the shot.
        frames: how many frames are made.
        film: the order in which its frames may be played.
        runs: of real frames; none: the last frame coasts.
        why: what decided.
        cost: of the cheapest first jump that was found, ``texture.seen``.
        camera: what goes on while the last frame coasts.
    """

    material: Material
    frames: int
    film: Film
    runs: tuple[Run, ...]
    why: Why
    cost: float
    camera: Camera | None


def make_plan(
    material: Material,
    frames: int,
    *,
    way: str,
    rate: float,
    seed: int,
    check: Callable[[], None],
    draft: bool = False,
    threads: int = 1,
) -> Plan:
    """Return what is shown.

    Args:
        material: the shot.
        frames: to be made.
        way: ``live``, ``coast``, or ``auto``: the match decides.
        rate: frames a second.
        seed: see ``texture``.
        check: called now and then.
        draft: see ``texture``.
        threads: likewise.
    """
    film = Film(material.greys)
    runs: list[Run] = []
    cost, why = 0.0, _without_looking(film, way)
    if why is None:
        texture = Texture(film, seed, draft=draft, threads=threads)
        runs, why, cost = _runs(texture, frames, rate, check, only_if_unseen=way == "auto")
    camera = None if runs else camera_of(material.greys)
    return Plan(material, frames, film, tuple(runs), why, cost, camera)


def _without_looking(film: Film, way: str) -> Why | None:
    """Return why the last frame coasts, where no match has to be looked for."""
    if film.joint < 1:
        return "single"
    if way == "coast":
        return "coast_asked"
    return "coast_short" if film.joint < FEWEST else None


def _runs(
    texture: Texture,
    frames: int,
    rate: float,
    check: Callable[[], None],
    *,
    only_if_unseen: bool,
) -> tuple[list[Run], Why, float]:
    runs = texture.runs(frames, rate, check, only_if_unseen=only_if_unseen)
    if not runs:
        return [], "coast_short", 0.0
    cost = runs[0].cost
    if only_if_unseen and texture.is_dear(cost):
        return [], "coast_dear", cost
    return runs, "live", cost
