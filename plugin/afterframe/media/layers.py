"""Which pictures an OpenEXR file holds: parts, and layers of channels within a part.

A layer is the channels whose names agree up to the last dot (``diffuse.R``, ``diffuse.G`` ...);
those without a dot are the part's own picture (OpenEXR, "Technical Introduction", naming
conventions). Files of one part name a layer by what stands before the dot; in files of several
parts it bears the part's name, unless the part has several layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import OpenImageIO as oiio

MAIN_NAMES = ("rgba", "rgb", "combined", "beauty", "color", "colour", "image", "composite")
"""What renderers call the finished picture, the likeliest first."""
COLOURS = (("R", "G", "B"), ("RED", "GREEN", "BLUE"), ("X", "Y", "Z"), ("Y",))
"""Channels that make one picture: colours, vectors shown as such, luminance."""
ALPHAS = ("A", "ALPHA")


@dataclass(frozen=True)
class Layer:
    """One picture of a file.

    Attributes:
        name: as the user chooses it; empty for the unnamed picture of a single part.
        part: number of the part (OpenImageIO's subimage) that holds it.
        channels: their places in the part: one or three of colour, alpha last.
        alpha: the last channel is alpha.
    """

    name: str
    part: int
    channels: tuple[int, ...]
    alpha: bool

    @property
    def coloured(self) -> bool:
        """Whether it has three channels besides alpha."""
        return len(self.channels) - self.alpha == 3


def layers_of(parts: Sequence[oiio.ImageSpec]) -> tuple[Layer, ...]:
    """Return all pictures of a file, in the order of the file."""
    found: list[Layer] = []
    for number, spec in enumerate(parts):
        part = spec.get_string_attribute("oiio:subimagename") if len(parts) > 1 else ""
        groups = _groups(spec)
        for prefix, members in groups.items():
            name = _name(part or (str(number + 1) if len(parts) > 1 else ""), prefix, len(groups))
            found += _pictures(name, number, members)
    return tuple(found)


def main_layer(layers: Sequence[Layer]) -> Layer:
    """Return the picture that is meant where nobody chose one.

    That is the unnamed one in colour, else the one that bears a usual name of the finished
    picture, else the first in colour, else the first.
    """
    coloured = [layer for layer in layers if layer.coloured]
    unnamed = [layer for layer in coloured if not layer.name]
    named = [
        layer
        for main in MAIN_NAMES
        for layer in coloured
        if layer.name.rpartition(".")[2].lower() == main
    ]
    return next(iter((*unnamed, *named, *coloured, *layers)))


def _groups(spec: oiio.ImageSpec) -> dict[str, dict[str, int]]:
    """Return the channels of each layer: their last names in capitals, and their places."""
    groups: dict[str, dict[str, int]] = {}
    for place, name in enumerate(spec.channelnames):
        prefix, _, last = str(name).rpartition(".")
        groups.setdefault(prefix, {})[last.upper()] = place
    return groups


def _name(part: str, prefix: str, groups: int) -> str:
    if not part or not prefix:
        return part or prefix
    same = groups == 1 or prefix == part or part.endswith(f".{prefix}")
    return part if same else f"{part}.{prefix.removeprefix(part + '.')}"


def _pictures(name: str, part: int, members: dict[str, int]) -> list[Layer]:
    """Return a layer's pictures: its colour, and every channel that belongs to none, by itself."""
    alpha = next((members[each] for each in ALPHAS if each in members), None)
    colour: tuple[str, ...] = next(
        (names for names in COLOURS if all(each in members for each in names)), ()
    )
    found = []
    if colour:
        places = tuple(members[each] for each in colour)
        found.append(_layer(name, part, places, alpha))
    rest = [each for each in members if each not in colour and each not in ALPHAS]
    alone = not colour and len(rest) == 1
    for each in rest:
        own = name if alone and name else ".".join(word for word in (name, each) if word)
        found.append(_layer(own, part, (members[each],), None))
    if not found and alpha is not None:
        found.append(_layer(name or "A", part, (alpha,), None))
    return found


def _layer(name: str, part: int, places: tuple[int, ...], alpha: int | None) -> Layer:
    if alpha is None:
        return Layer(name, part, places, False)
    return Layer(name, part, (*places, alpha), True)
