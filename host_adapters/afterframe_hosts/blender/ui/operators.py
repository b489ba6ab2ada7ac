"""What a user asks for: the effects, the queue, deliveries."""

from __future__ import annotations

from typing import Any

import bpy

from ...wire.effects import EFFECTS
from ...wire.errors import AfterframeError
from ...wire.job import Quality
from .. import choose
from ..request import Wish
from . import session, words

LABELS = {
    "generate": "Generate Clip from Frame",
    "extend": "Extend Clip",
    "bridge": "Bridge Gap",
    "restyle": "Style Transfer",
    "retime": "Slow Motion",
}
"""In English, as every ``bl_label``: Blender translates them by its own dictionaries."""
QUALITIES = (
    ("final", "Final", "At full size"),
    ("draft", "Draft", "Small and quick, with the motion of the final"),
)


def register() -> None:
    """Register the operators."""
    for each in _CLASSES:
        bpy.utils.register_class(each)


def unregister() -> None:
    """Take them back."""
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def tell(operator: Any, error: AfterframeError | None) -> set[str]:
    """Report what an action met; return what its operator returns."""
    if error is None:
        return {"FINISHED"}
    operator.report({"ERROR"}, " ".join(words.explain(error)))
    return {"CANCELLED"}


class _Asking:
    """An effect on what is selected, with the settings of the scene."""

    bl_options = {"REGISTER"}
    effect = ""

    @classmethod
    def poll(cls, context: Any) -> bool:
        error = choose.obstacle(cls.effect)
        if error is not None:
            cls.poll_message_set(" ".join(words.explain(error)))  # type: ignore[attr-defined]
        return error is None

    def execute(self, context: Any) -> set[str]:
        return _ask(self, self.effect, self.quality)  # type: ignore[attr-defined]


def _ask(operator: Any, effect: str, quality: Quality) -> set[str]:
    here = session.current()
    here.ask(Wish(effect, {}, quality=quality))
    return tell(operator, here.problem)


def _asking(effect: str) -> type:
    """Return the operator of an effect."""
    quality = bpy.props.EnumProperty(
        name="Quality", items=QUALITIES, default="final", options={"SKIP_SAVE"}
    )
    body = {
        "bl_idname": f"afterframe.{effect}",
        "bl_label": LABELS[effect],
        "bl_description": words.say(EFFECTS[effect].help_id),
        "effect": effect,
        "__annotations__": {"quality": quality},
    }
    return type(f"AFTERFRAME_OT_{effect}", (_Asking, bpy.types.Operator), body)


_CLASSES: tuple[type, ...] = tuple(_asking(effect) for effect in EFFECTS)
