"""What is computed about a timeline without Blender: rates, numbered pictures, free channels."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..wire.clip import Span

LAST_CHANNEL = 128
"""Blender clamps a higher one to this without a word."""


def scene_rate(fps: int, base: float) -> Fraction:
    """Return the exact rate of a scene: ``fps`` divided by ``base``.

    Blender keeps ``base`` with 32 bits: 1.001 is 1.00100004673. Meant is the simplest fraction
    that Blender stores as this number, so that 30 / 1.001 is 30000/1001.
    """
    stored = float32(base)
    digits = 1
    while True:
        simple = Fraction(base).limit_denominator(10**digits)
        if float32(float(simple)) == stored:
            return Fraction(fps) / simple
        digits += 1


def float32(value: float) -> float:
    """Return the number that is stored with 32 bits for this one."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def shortest(held: float) -> float:
    """Return the shortest decimal stored with 32 bits as ``held`` is: 0.8 for 0.800000012."""
    rounded = (float(f"{held:.{digits}g}") for digits in range(6, 10))
    return next((each for each in rounded if float32(each) == held), held)


@dataclass(frozen=True)
class Taken:
    """Frames of a channel where a strip stands."""

    channel: int
    start: int
    end: int


def free_channel(
    taken: Iterable[Taken], span: Span, above: int, closed: Iterable[int] = ()
) -> int | None:
    """Return the lowest channel over ``above`` that is free in ``span``; None: there is none.

    Args:
        taken: where strips stand, in any channel.
        closed: channels that may not be used: locked by the user, or not shown.
    """
    used = {each.channel for each in taken if each.start < span.end and each.end > span.start}
    used.update(closed)
    return next((n for n in range(above + 1, LAST_CHANNEL + 1) if n not in used), None)


def numbered(names: Sequence[str]) -> tuple[str, int] | None:
    """Return the pattern with ``#`` and the first number of a run of file names.

    None unless they count up by one without a gap: ``("plate.####.exr", 1001)`` for
    ``plate.1001.exr``, ``plate.1002.exr`` ...
    """
    match = re.fullmatch(r"(.*?)(\d+)([^\d]*)", names[0], re.DOTALL)
    if match is None:
        return None
    head, digits, tail = match.groups()
    first, width = int(digits), len(digits)
    if any(name != f"{head}{first + n:0{width}d}{tail}" for n, name in enumerate(names)):
        return None
    return f"{head}{'#' * width}{tail}", first


def strip_name(clip: str, effect: str, version: str, longest: int = 63) -> str:
    """Return a placed strip's name, ``<clip> <effect> v001``, of at most ``longest`` bytes."""
    tail = f" {effect} {version}".rstrip()
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", clip) or clip
    room = longest - len(tail.encode())
    return stem.encode()[:room].decode(errors="ignore") + tail
