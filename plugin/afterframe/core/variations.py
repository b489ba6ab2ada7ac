"""What variants of one clip an editor is shown to choose from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from afterframe_hosts.wire.effects import MAX_SEED

SHEET_NAME = "_variations"
"""How the name of a sheet ends, before its version."""
AXES = ("pan_x", "pan_y", "zoom", "roll", "dolly")
AMOUNT = 0.6
"""Of the moves that are offered where none was asked for: plain to see, and no more."""
# Without a move the engine goes calmly forward, which is the first variant.
MOVES: tuple[Mapping[str, float], ...] = (
    {"pan_x": -1},
    {"pan_x": 1},
    {"zoom": 1},
    {"dolly": -1},
    {"pan_y": 1},
    {"pan_x": -0.7, "dolly": 0.7},
    {"pan_x": 0.7, "zoom": 0.7},
    {"zoom": -1},
    {"pan_y": -1},
    {"roll": 0.5, "dolly": 0.7},
    {"roll": -0.5, "zoom": 0.7},
    {"pan_x": 0.7, "pan_y": 0.5},
    {"pan_x": -0.7, "pan_y": -0.5},
    {"dolly": -0.7, "pan_x": 0.7},
    {"dolly": -0.7, "pan_x": -0.7},
)
STRENGTHS = (1.0, 0.6, 1.5, 0.8, 1.25)
"""Where a move was asked for it stays, and these times its strength are shown."""
LEAST, MOST = 1.0, 10.0
"""Of the parameter ``motion``."""
SEED_STEP = 7919
"""From one variant's seed to the next: a prime, so that neighbours share no digits."""


def variants(parameters: Mapping[str, Any], count: int) -> tuple[dict[str, Any], ...]:
    """Return the parameters of ``count`` variants; the first is what was asked for.

    Each has a seed of its own. Where neither the prompt nor an axis says how the camera moves,
    the others show the usual moves; else the move stays and its strength changes.

    Args:
        parameters: of ``generate``, resolved.
        count: 2 to 16.
    """
    asked = dict(parameters)
    free = not asked["prompt"].strip() and not any(asked[axis] for axis in AXES)
    free = free and asked["end"] is None
    made = [asked]
    for number in range(1, count):
        seed = (asked["seed"] + number * SEED_STEP) % (MAX_SEED + 1)
        other = _moved(number) if free else _stronger(asked["motion"], number)
        made.append(asked | other | {"seed": seed})
    return tuple(made)


def differing(parameters: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to set to make a variant: its seed, and what was not asked for."""
    return {
        name: value
        for name, value in variant.items()
        if name == "seed" or parameters[name] != value
    }


def _moved(number: int) -> dict[str, Any]:
    move = MOVES[(number - 1) % len(MOVES)]
    return {axis: round(AMOUNT * move.get(axis, 0.0), 3) for axis in AXES}


def _stronger(motion: float, number: int) -> dict[str, Any]:
    strength = motion * STRENGTHS[number % len(STRENGTHS)]
    return {"motion": round(min(MOST, max(LEAST, strength)), 2)}
