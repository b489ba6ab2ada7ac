"""The effects and their parameters, declared once.

Every face - Blender panel, Qt panel, command line, batch file, docs - is drawn from
:data:`EFFECTS`. What an engine adds of its own is the same :class:`Parameter`, read from its card.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from . import pictures
from .clip import is_absolute
from .errors import BadValue, UnknownEffect

Kind = Literal[
    "integer", "number", "text", "choice", "switch", "seed", "picture", "references", "regions"
]


@dataclass(frozen=True)
class Parameter:
    """One value that the user may set.

    Attributes:
        name: in job files and on the command line (``pan_x`` is ``--pan-x`` there).
        kind: ``integer``, ``number``, ``text``, ``choice``, ``switch`` (true or false), ``seed``
            (an integer; None: chosen from the job's id), ``picture`` (absolute path or None),
            ``references`` and ``regions`` (lists of what ``wire.pictures`` describes, or None).
        default: what stands when nothing is set; None: nothing, the effect decides.
        minimum: smallest number, or None.
        maximum: largest number, or longest text in characters, or None.
        unit: ``s``, ``frames``, ``x`` or empty.
        choices: of a ``choice``.
        effect: the effect, or the engine, that declares it: part of its message ids.
    """

    name: str
    kind: Kind
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    effect: str = ""

    @property
    def label_id(self) -> str:
        """Message id of the label."""
        return f"parameter.{self.effect}.{self.name}.label"

    @property
    def help_id(self) -> str:
        """Message id of the help text."""
        return f"parameter.{self.effect}.{self.name}.help"

    def allowed(self) -> str:
        """Say in English what is permitted."""
        if self.choices:
            return " | ".join(self.choices)
        if self.kind == "text":
            return f"text of up to {self.maximum:g} characters" if self.maximum else "text"
        if self.kind in _LISTS:
            return _LISTS[self.kind]
        if self.kind == "picture":
            return "the absolute path of a picture"
        if self.kind == "switch":
            return "true or false"
        what = "a whole number" if self.kind in {"integer", "seed"} else "a number"
        unit = f" {self.unit}" if self.unit else ""
        if self.minimum is not None and self.maximum is not None:
            return f"{what} from {self.minimum:.12g} to {self.maximum:.12g}{unit}"
        return what + unit

    def check(self, value: Any) -> Any:
        """Return ``value`` in its own type.

        Raises:
            BadValue: it is of the wrong kind or out of its range. Nothing is repaired.
        """
        if value is None and self.default is None:
            return None
        checked = _CHECKS[self.kind](self, value)
        if checked is None:
            raise BadValue(field=self.name, value=_short(value), allowed=self.allowed())
        return checked


@dataclass(frozen=True)
class Effect:
    """What the user asks for.

    Attributes:
        name: ``generate``, ``extend``, ``bridge``, ``restyle``, ``retime``.
        source: what it works on: the ``frame`` under the playhead, the ``clip``, or the
            ``gap`` between two clips (the job's ``clip`` and ``after``).
        parameters: in the order in which a face shows them.
    """

    name: str
    source: Literal["frame", "clip", "gap"]
    parameters: tuple[Parameter, ...]

    @property
    def label_id(self) -> str:
        """Message id of the name before the user."""
        return f"effect.{self.name}.label"

    @property
    def help_id(self) -> str:
        """Message id of the sentence that says what it does."""
        return f"effect.{self.name}.help"


def effect(name: str) -> Effect:
    """Return the declaration of an effect.

    Raises:
        UnknownEffect: there is none of this name.
    """
    try:
        return EFFECTS[name]
    except KeyError:
        raise UnknownEffect(effect=_short(name), known=", ".join(EFFECTS)) from None


def resolve(parameters: Iterable[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return every declared parameter with its checked value or its default.

    Raises:
        BadValue: a value does not fit, or its name is not declared.
    """
    declared = {parameter.name: parameter for parameter in parameters}
    for name, value in values.items():
        if name not in declared:
            raise BadValue(field=name, value=_short(value), allowed=", ".join(declared))
    return {
        name: parameter.check(values.get(name, parameter.default))
        for name, parameter in declared.items()
    }


def parse(parameter: Parameter, text: str, folder: str = "") -> Any:
    """Return the value that ``text`` stands for on a command line or in a CSV cell.

    Args:
        parameter: as it is declared.
        text: as the user wrote it.
        folder: absolute path of the folder that paths in the text start from.

    Raises:
        BadValue: it stands for none.
    """
    try:
        if parameter.kind in _READERS:
            return parameter.check(_READERS[parameter.kind](text, folder))
    except ValueError as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue(
            field=parameter.name, value=_short(text), allowed=parameter.allowed()
        ) from None
    if parameter.kind == "switch":
        return parameter.check(_SWITCHES.get(text.strip().lower(), text))
    return parameter.check(text)


def _number(parameter: Parameter, value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not abs(value) <= sys.float_info.max:  # not a number either
        return None
    return float(value) if _within(parameter, value) else None


def _integer(parameter: Parameter, value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if _within(parameter, value) else None


def _text(parameter: Parameter, value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > (parameter.maximum or math.inf):
        return None
    return value


def _picture(_parameter: Parameter, value: Any) -> str | None:
    if not isinstance(value, str) or "\0" in value or not is_absolute(value):
        return None
    return value


def _references(_parameter: Parameter, value: Any) -> list[dict[str, Any]] | None:
    try:
        return pictures.plain(pictures.references(value))
    except ValueError:
        return None


def _regions(_parameter: Parameter, value: Any) -> list[dict[str, Any]] | None:
    try:
        return pictures.plain(pictures.regions(value))
    except ValueError:
        return None


def _choice(parameter: Parameter, value: Any) -> str | None:
    return value if value in parameter.choices else None


def _switch(_parameter: Parameter, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _within(parameter: Parameter, value: float) -> bool:
    low = -math.inf if parameter.minimum is None else parameter.minimum
    high = math.inf if parameter.maximum is None else parameter.maximum
    return low <= value <= high


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_SWITCHES = {"true": True, "yes": True, "on": True, "1": True}
_SWITCHES |= {"false": False, "no": False, "off": False, "0": False}
_CHECKS = {
    "integer": _integer,
    "seed": _integer,
    "number": _number,
    "text": _text,
    "picture": _picture,
    "references": _references,
    "regions": _regions,
    "choice": _choice,
    "switch": _switch,
}
_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "integer": lambda text, _folder: int(text),
    "seed": lambda text, _folder: int(text),
    "number": lambda text, _folder: float(text),
    "picture": pictures.absolute,
    "references": pictures.references_of,
    "regions": pictures.regions_of,
}
_LISTS = {
    "references": f"up to {pictures.MOST} pictures, weights over 0 to 1: night.jpg*0.7; wave.jpg",
    "regions": "masks with directions: river.png@right; smoke.png@0.2,0.9; leaves.png@sway",
}

MAX_SECONDS = 600.0
"""The longest clip that one job makes."""
MAX_SEED = 2**31 - 1
PRESETS = ("oil", "watercolour", "ink", "pencil", "gouache", "cartoon")
"""Styles that need no picture. ``auto`` is the reference's style, or oil where there is none."""


def _declare(name: str, source: Literal["frame", "clip", "gap"], *parameters: Parameter) -> Effect:
    own = tuple(
        Parameter(p.name, p.kind, p.default, p.minimum, p.maximum, p.unit, p.choices, name)
        for p in parameters
    )
    return Effect(name, source, own)


_PROMPT = Parameter("prompt", "text", "", maximum=2000)
_MOTION = Parameter("motion", "number", 5.0, 1.0, 10.0)
_SECONDS = Parameter("seconds", "number", 4.0, 0.04, MAX_SECONDS, "s")
_FRAMES = Parameter("frames", "integer", None, 1, 100_000, "frames")
_SEED = Parameter("seed", "seed", None, 0, MAX_SEED)
_MATCH_COLOUR = Parameter("match_colour", "switch", True)
_MATCH_GRAIN = Parameter("match_grain", "switch", True)
_HANDLES = Parameter("handles", "integer", 0, 0, 240, "frames")

EFFECTS: dict[str, Effect] = {
    each.name: each
    for each in (
        _declare(
            "generate",
            "frame",
            _PROMPT,
            _MOTION,
            Parameter("pan_x", "number", 0.0, -1.0, 1.0),
            Parameter("pan_y", "number", 0.0, -1.0, 1.0),
            Parameter("zoom", "number", 0.0, -1.0, 1.0),
            Parameter("roll", "number", 0.0, -1.0, 1.0),
            Parameter("dolly", "number", 0.0, -1.0, 1.0),
            Parameter("end", "picture", None),
            Parameter("loop", "switch", False),
            _SECONDS,
            _FRAMES,
            _SEED,
            _MATCH_COLOUR,
            _MATCH_GRAIN,
            _HANDLES,
        ),
        _declare(
            "extend",
            "clip",
            Parameter("side", "choice", "tail", choices=("tail", "head")),
            _PROMPT,
            _SECONDS,
            _FRAMES,
            _SEED,
            Parameter("real_first", "switch", False),
            Parameter("overlap", "integer", 0, 0, 120, "frames"),
            _MATCH_COLOUR,
            _MATCH_GRAIN,
            _HANDLES,
        ),
        _declare(
            "bridge",
            "gap",
            _PROMPT,
            _FRAMES,
            _SEED,
            Parameter("overlap", "integer", 0, 0, 120, "frames"),
            _MATCH_COLOUR,
            _MATCH_GRAIN,
            _HANDLES,
        ),
        _declare(
            "restyle",
            "clip",
            _PROMPT,
            Parameter("preset", "choice", "auto", choices=("auto", *PRESETS)),
            Parameter("reference", "references", None),
            Parameter("strength", "number", 0.8, 0.0, 1.0),
            Parameter("keep", "picture", None),
            _SEED,
            _HANDLES,
        ),
        _declare(
            "retime",
            "clip",
            Parameter("speed", "number", 0.5, 0.0625, 16.0, "x"),
            Parameter("interpolation", "choice", "flow", choices=("flow", "blend", "nearest")),
            Parameter("flow_size", "choice", "half", choices=("full", "half", "quarter")),
            Parameter("motion_blur", "number", 0.0, 0.0, 1.0),
            _HANDLES,
        ),
    )
}
"""All effects by name."""
