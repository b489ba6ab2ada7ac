"""What engines add to an effect's parameters, and the choice of an engine.

Cards come at run time, from the service. What is set of theirs is kept as one text in the
settings, so that a file keeps it where no engine is known; the properties that a user sees are
made from the cards and read and write that text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import bpy

from ...wire import catalogue
from ...wire.effects import Parameter
from ...wire.errors import BadValue
from ...wire.session import EngineInfo
from .. import exact, marks
from . import words

CONTEXT = "Afterframe"
"""Of our translations: Blender's own words for the same English may mean something else."""
PATH: dict[str, Any] = {"subtype": "FILE_PATH", "options": set()}
"""Of properties that hold the path of a picture."""
if bpy.app.version >= (4, 5, 0):
    PATH["options"] = {"PATH_SUPPORTS_BLEND_RELATIVE"}
LISTS = frozenset({"references", "regions"})
AUTO = "AUTO"

_engines: tuple[EngineInfo, ...] = ()
_added: dict[str, Parameter] = {}
_items: dict[str, list[tuple[str, str, str, str, int]]] = {}
"""Of the choice of an engine, by effect: Blender points to these very words in memory."""


def learn(engines: tuple[EngineInfo, ...], group: Any) -> None:
    """Take in the engines; what their cards add becomes properties of the class ``group``.

    A property that is there is not made again: buttons on the screen hold on to it.
    """
    global _engines
    _engines = engines
    for parameter in (each for engine in engines for each in engine.parameters):
        name = property_name(parameter)
        if name not in _added and parameter.kind not in LISTS:
            setattr(group, name, _virtual(parameter))
            _added[name] = parameter


def forget(group: Any) -> None:
    """Take the properties back."""
    global _engines
    _engines = ()
    for name in _added:
        delattr(group, name)
    _added.clear()
    _items.clear()


def parameters(engine: str, effect: str) -> tuple[Parameter, ...]:
    """Return what an engine adds to an effect; ``engine`` empty: the best one that makes it."""
    found = info(engine, effect)
    return found.parameters if found else ()


def info(engine: str, effect: str) -> EngineInfo | None:
    """Return an engine, or the one that is taken where none is chosen; None: not known."""
    able = [each for each in _engines if effect in each.effects and engine in {"", each.name}]
    return next((each for each in able if each.ready), able[0] if able else None)


def makes(engine: str, effect: str) -> bool:
    """Return whether an engine makes an effect, as far as is known."""
    return bool(engine) and (not _engines or info(engine, effect) is not None)


def belongs(name: str, engine: str, effect: str) -> bool:
    """Return whether an engine has a parameter, as far as is known."""
    found = info(engine, effect)
    return found is None or any(each.name == name for each in found.parameters)


def stored(group: Any, effect: str) -> dict[str, Any]:
    """Return what is set, by name, of what engines add to an effect; without lists."""
    found = told(group.extras).get(effect)
    return found if isinstance(found, dict) else {}


def store(group: Any, effect: str, values: Mapping[str, Any]) -> None:
    """Set what engines add to an effect."""
    everything = told(group.extras)
    everything.pop(effect, None)
    if values:
        everything[effect] = dict(values)
    group.extras = json.dumps(everything, ensure_ascii=False) if everything else ""


def told(text: str) -> dict[str, Any]:
    """Return the object that a property of ours holds; empty for what another hand wrote there."""
    found = marks.read(text)
    return found if isinstance(found, dict) else {}


def property_name(parameter: Parameter) -> str:
    """Return the name of the property that shows an engine's parameter."""
    return re.sub(r"\W", "_", f"extra_{parameter.effect}_{parameter.name}")[:60]


def label(message: str, name: str) -> str:
    """Return a parameter's or a choice's words in English; its name where there are none."""
    return catalogue.text_or(name.replace("_", " ").title(), message)


def fitting(parameter: Parameter, value: Any) -> Any:
    """Return a parameter's value, and its default for what a stranger's file says instead."""
    try:
        return parameter.check(value)
    except BadValue:
        return parameter.default


def typed(parameter: Parameter, said: Mapping[str, Any], otherwise: Any, **calls: Any) -> Any:
    """Return the Blender property of a parameter.

    Args:
        parameter: of any kind but the lists.
        said: name, description, options and translation context.
        otherwise: what stands for a default of None.
        calls: ``get`` and ``set`` of a property that stores nothing itself.
    """
    return _KINDS[parameter.kind](parameter, {**said, **calls}, otherwise)


def engine_items(group: Any, _context: Any) -> list[tuple[str, str, str, str, int]]:
    """Return the engines that a user may choose from for the effect."""
    effect = str(group.effect)
    found = [each for each in _engines if effect in each.effects]
    known = [(AUTO, words.say("ui.engine.auto"), words.say("ui.engine.auto.help"), "CHECKMARK", 0)]
    for n, each in enumerate(found, 1):
        state = "ui.engine.ready" if each.ready else "ui.engine.not_ready"
        icon = "CHECKMARK" if each.ready else "IMPORT" if each.weights else "ERROR"
        known.append((each.name, words.say(state, engine=each.label), each.limits, icon, n))
    if group.engine and group.engine not in {each.name for each in found}:
        name = str(group.engine)
        unknown = words.say("ui.engine.unknown", engine=name)
        known.append((name, unknown, "", "QUESTION", len(known)))
    if known != _items.get(effect):
        _items[effect] = known
    return _items[effect]


def engine_index(group: Any) -> int:
    """Return which of :func:`engine_items` is chosen."""
    return next((each[4] for each in engine_items(group, None) if each[0] == group.engine), 0)


def choose_engine(group: Any, index: int) -> None:
    """Choose one of :func:`engine_items`."""
    name = engine_items(group, None)[index][0]
    group.engine = "" if name == AUTO else name


def choices(parameter: Parameter) -> list[tuple[str, str, str, int]]:
    """Return a choice's items with their words."""
    prefix = f"choice.{parameter.effect}.{parameter.name}"
    return [
        (each, label(f"{prefix}.{each}.label", each), label(f"{prefix}.{each}.help", ""), n)
        for n, each in enumerate(parameter.choices)
    ]


def _virtual(parameter: Parameter) -> Any:
    """Return a property that reads and writes the settings' text."""
    name, names = parameter.name, parameter.choices
    otherwise = "" if parameter.kind == "picture" else 0

    def read(group: Any) -> Any:
        value = fitting(parameter, stored(group, str(group.effect)).get(name, parameter.default))
        if parameter.kind == "choice":
            return names.index(value) if value in names else 0
        return otherwise if value is None else value

    def write(group: Any, given: Any) -> None:
        value = _meant(parameter, given)
        others = {k: v for k, v in stored(group, str(group.effect)).items() if k != name}
        if value != parameter.default:
            others[name] = value
        store(group, str(group.effect), others)

    said: dict[str, Any] = {
        "name": label(parameter.label_id, name),
        "description": label(parameter.help_id, ""),
        "options": set(),
        "translation_context": CONTEXT,
    }
    return typed(parameter, said, otherwise, get=read, set=write)


def _meant(parameter: Parameter, given: Any) -> Any:
    """Return the parameter's value that stands for what Blender hands over."""
    if parameter.kind == "choice":
        return parameter.choices[given]
    if parameter.kind == "number":
        return exact.shortest(given)
    if parameter.kind == "picture":
        return (bpy.path.abspath(given) if given.startswith("//") else given) or None
    return given


def _number(parameter: Parameter, more: dict[str, Any], _otherwise: Any) -> Any:
    low, high = parameter.minimum, parameter.maximum
    share = high == 1 and low in {0, -1}
    return bpy.props.FloatProperty(
        **_limits(parameter, more, 0.0),
        subtype="FACTOR" if share else "NONE",
        precision=2,
        step=5 if share else 25,
    )


def _integer(parameter: Parameter, more: dict[str, Any], otherwise: Any) -> Any:
    return bpy.props.IntProperty(**_limits(parameter, more, otherwise))


def _text(parameter: Parameter, more: dict[str, Any], _otherwise: Any) -> Any:
    return bpy.props.StringProperty(**_with_default(parameter, more, ""))


def _switch(parameter: Parameter, more: dict[str, Any], _otherwise: Any) -> Any:
    return bpy.props.BoolProperty(**_with_default(parameter, more, False))


def _choice(parameter: Parameter, more: dict[str, Any], _otherwise: Any) -> Any:
    given = _with_default(parameter, more, parameter.choices[0])
    return bpy.props.EnumProperty(items=choices(parameter), **given)


def _picture(parameter: Parameter, more: dict[str, Any], _otherwise: Any) -> Any:
    return bpy.props.StringProperty(**{**_with_default(parameter, more, ""), **PATH})


def _with_default(parameter: Parameter, more: dict[str, Any], otherwise: Any) -> dict[str, Any]:
    if "get" in more:  # it gives the default itself
        return more
    return {**more, "default": otherwise if parameter.default is None else parameter.default}


def _limits(parameter: Parameter, more: dict[str, Any], otherwise: Any) -> dict[str, Any]:
    kind = float if parameter.kind == "number" else int
    given = _with_default(parameter, more, otherwise)
    ends = {"min": parameter.minimum, "max": parameter.maximum}
    return given | {name: kind(end) for name, end in ends.items() if end is not None}


_KINDS = {
    "number": _number,
    "integer": _integer,
    "seed": _integer,
    "text": _text,
    "switch": _switch,
    "choice": _choice,
    "picture": _picture,
}
