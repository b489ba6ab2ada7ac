"""Which primaries the ICC profile of a picture has (ICC.1:2022; ISO 15076-1)."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from .primaries import D65, Chromaticities

HEADER, ENTRY = 128, 12
COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
ADAPTATION = b"chad"
D65_TO_D50 = (
    (1.0478112, 0.0228866, -0.0501270),
    (0.0295424, 0.9904844, -0.0170491),
    (-0.0092345, 0.0150436, 0.7521316),
)
"""Bradford's, which profiles of version 2 follow without saying so."""


def chromaticities_of_profile(profile: bytes) -> Chromaticities | None:
    """Return the chromaticities of an RGB profile of a matrix; None: it is another, or damaged.

    Its colorants are stored as they are under D50: they are taken back to D65.
    """
    try:
        tags = _tags(profile)
        if profile[16:20] != b"RGB " or not all(name in tags for name in COLORANTS):
            return None
        chad = tags.get(ADAPTATION)
        to_d50 = np.array(_numbers(chad) if chad else D65_TO_D50).reshape(3, 3)
        colorants = np.array([_numbers(tags[name])[:3] for name in COLORANTS])
        return _chromaticities(np.linalg.solve(to_d50, colorants.T).T)
    except (struct.error, ValueError, np.linalg.LinAlgError):
        return None


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, HEADER)
    found = {}
    for number in range(min(count, 100)):
        name, start, size = struct.unpack_from(">4sII", profile, HEADER + 4 + ENTRY * number)
        found[name] = profile[start : start + size]
    return found


def _numbers(tag: bytes) -> list[float]:
    """Return the numbers of a tag of type ``XYZ`` or ``sf32``: 16.16 after eight bytes."""
    count = (len(tag) - 8) // 4
    return [each / 65536 for each in struct.unpack_from(f">{max(count, 0)}i", tag, 8)]


def _chromaticities(colours: NDArray[np.float64]) -> Chromaticities:
    sums = colours.sum(axis=1)
    if not (sums > 0).all():
        raise ValueError("a colorant without light")
    return (*(float(each) for each in (colours[:, :2] / sums[:, None]).ravel()), *D65)
