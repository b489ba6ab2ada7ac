"""How the parameters of an effect are drawn."""

from __future__ import annotations

from typing import Any

from ...wire.effects import EFFECTS, Parameter
from ...wire.session import EngineInfo
from . import extras, words


def draw(layout: Any, group: Any, effect: str, engines: tuple[EngineInfo, ...]) -> None:
    """Draw an effect's parameters; see ``settings.draw``."""
    layout.context_pointer_set("afterframe_settings", group)
    own = getattr(group, effect)
    for parameter in EFFECTS[effect].parameters:
        if parameter.kind not in extras.LISTS:
            layout.prop(own, parameter.name, text=label(parameter), translate=False)
    for parameter in extras.parameters(str(group.engine), effect) if engines else ():
        if parameter.kind not in extras.LISTS:
            text = label(parameter)
            layout.prop(group, extras.property_name(parameter), text=text, translate=False)


def label(parameter: Parameter) -> str:
    """Return a parameter's name in the user's language."""
    return words.say(parameter.label_id)
