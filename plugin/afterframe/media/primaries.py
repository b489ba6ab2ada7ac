"""Which colours the primaries of a picture are: code points, names and chromaticities."""

from __future__ import annotations

from collections.abc import Sequence

from .frame import ColourTags

Chromaticities = tuple[float, ...]
"""CIE 1931 x and y of red, green, blue and white, as OpenEXR's header has them."""

D65 = (0.3127, 0.3290)
ACES_WHITE = (0.32168, 0.33767)
BY_CODE: dict[int, Chromaticities] = {
    1: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *D65),
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, *D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65),
}
"""By code point (ITU-T H.273, table 2)."""
BY_SPACE: dict[str, Chromaticities] = {
    "lin_rec709_scene": BY_CODE[1],
    "lin_rec2020_scene": BY_CODE[9],
    "lin_p3d65_scene": BY_CODE[12],
    "lin_ap1_scene": (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, *ACES_WHITE),
    "lin_ap0_scene": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, *ACES_WHITE),
}
"""By OCIO's name of the linear space."""
UNKNOWN = 2
NEAR = 0.002
"""How far programs round chromaticities."""


def code_of(said: Sequence[float]) -> int:
    """Return the code point of primaries; 2 where they have none."""
    return next((code for code, known in BY_CODE.items() if _near(said, known)), UNKNOWN)


def linear_space_of(said: Sequence[float]) -> str:
    """Return OCIO's name of the linear space of these primaries; empty where it has none here."""
    return next((name for name, known in BY_SPACE.items() if _near(said, known)), "")


def code_of_space(space: str) -> int:
    """Return the code point of a linear space's primaries; 2 where it has none."""
    return code_of(BY_SPACE[space]) if space in BY_SPACE else UNKNOWN


def chromaticities_of(colour: ColourTags) -> Chromaticities | None:
    """Return the chromaticities that a picture's tags say, None where they say none."""
    return BY_SPACE.get(colour.space) or BY_CODE.get(colour.primaries)


def _near(said: Sequence[float], known: Chromaticities) -> bool:
    return all(abs(one - other) <= NEAR for one, other in zip(said, known, strict=True))
