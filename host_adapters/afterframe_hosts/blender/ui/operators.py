"""What a user asks for: the effects, and what is done with jobs and their results."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from ...wire import catalogue
from ...wire.effects import EFFECTS
from ...wire.errors import AfterframeError
from ...wire.job import Result
from .. import choose, compat, marks
from . import session, settings, words

QUALITIES = [
    (name, catalogue.text(f"ui.quality.{name}.label"), catalogue.text(f"ui.quality.{name}.help"))
    for name in ("final", "draft")
]
HIDDEN = {"SKIP_SAVE", "HIDDEN"}
Act = Callable[["session.Session", str], None]


def register() -> None:
    """Register the operators."""
    for each in _CLASSES:
        bpy.utils.register_class(each)


def unregister() -> None:
    """Take them back."""
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def told(operator: Any, error: AfterframeError | None) -> set[str]:
    """Report what an action met; return what its operator returns."""
    if error is None:
        said = session.current().said
        if said:
            operator.report({"INFO"}, words.say(said))
        return {"FINISHED"}
    operator.report({"ERROR"}, sentences(error))
    return {"CANCELLED"}


def sentences(error: AfterframeError) -> str:
    """Return what happened and what to do about it, in one line."""
    message, advice = words.explain(error)
    ends = "" if message.endswith((".", "!", "?", "…", "。", "！", "？")) else "."
    return f"{message}{ends} {advice}"


def reveal(result: Result) -> None:
    """Show a result in the system's own file browser."""
    file = marks.files(result)[0]
    if sys.platform == "darwin":  # there a folder may be a program, which opening it would start
        subprocess.Popen(["/usr/bin/open", "-R", str(file)])
    else:
        bpy.ops.wm.path_open(filepath=str(file.parent))


def may_ask(operator: Any, effect: str) -> bool:
    """Return whether an effect can be asked for; say why not where the operator is greyed out."""
    error = choose.obstacle(effect)
    if error is not None:
        operator.poll_message_set(sentences(error))
    return error is None


class _Asking:
    """Have an effect made of what is selected, with the settings of the scene."""

    bl_options = {"REGISTER"}
    effect = ""

    __annotations__ = {
        "quality": bpy.props.EnumProperty(
            name="Quality", items=QUALITIES, default="final", options={"SKIP_SAVE"}
        )
    }

    @classmethod
    def poll(cls, _context: Any) -> bool:
        return may_ask(cls, cls.effect)

    def execute(self: Any, _context: Any) -> set[str]:
        asked = _settings()
        asked.effect = self.effect
        return _render(self, asked)


class AFTERFRAME_OT_render(bpy.types.Operator):
    """Make what the panel says of what is selected"""

    bl_idname = "afterframe.render"
    bl_label = "Render Effect"
    bl_options = {"REGISTER"}

    __annotations__ = _Asking.__annotations__

    @classmethod
    def poll(cls, _context: Any) -> bool:
        return compat.edited_scene() is not None and may_ask(cls, str(_settings().effect))

    def execute(self, _context: Any) -> set[str]:
        return _render(self, _settings())


class _OnJob:
    """Something that is done with one job."""

    bl_options = {"INTERNAL"}
    act: Act

    __annotations__ = {"job": bpy.props.StringProperty(options=HIDDEN)}

    def execute(self: Any, _context: Any) -> set[str]:
        here = session.current()
        type(self).act(here, self.job)
        return told(self, here.problem)


class AFTERFRAME_OT_place_result(bpy.types.Operator):
    """Put a result on the timeline"""

    bl_idname = "afterframe.place_result"
    bl_label = "Place Result"
    bl_options = {"INTERNAL"}

    __annotations__ = {
        "job": bpy.props.StringProperty(options=HIDDEN),
        "here": bpy.props.BoolProperty(options=HIDDEN),
    }

    @classmethod
    def description(cls, _context: Any, properties: Any) -> str:
        return words.say(f"ui.queue.{'place_here' if properties.here else 'place'}.help")

    def execute(self, _context: Any) -> set[str]:
        here = session.current()
        here.place(self.job, here=self.here)
        return told(self, here.problem)


class AFTERFRAME_OT_open_result(bpy.types.Operator):
    """Open the folder that a result is in"""

    bl_idname = "afterframe.open_result"
    bl_label = "Open Folder"
    bl_options = {"INTERNAL"}

    __annotations__ = _OnJob.__annotations__

    def execute(self, _context: Any) -> set[str]:
        status = session.current().board.status(self.job)
        result = status.result if status is not None else None
        if result is None or not Path(result.path).parent.is_dir():
            self.report({"WARNING"}, words.say("ui.queue.open_folder.gone"))
            return {"CANCELLED"}
        reveal(result)
        return {"FINISHED"}


class AFTERFRAME_OT_clear_finished(bpy.types.Operator):
    """Take from the list what is over; results stay where they are"""

    bl_idname = "afterframe.clear_finished"
    bl_label = "Clear Finished"
    bl_options = {"INTERNAL"}

    def execute(self, _context: Any) -> set[str]:
        session.current().clear_finished()
        return {"FINISHED"}


class AFTERFRAME_OT_dismiss(bpy.types.Operator):
    """Take this message away"""

    bl_idname = "afterframe.dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, _context: Any) -> set[str]:
        session.current().dismiss()
        return {"FINISHED"}


def _settings() -> Any:
    return compat.edited_scene().afterframe


def _render(operator: Any, asked: Any) -> set[str]:
    settings.roll(asked)
    here = session.current()
    here.ask(settings.wish(asked, operator.quality))
    return told(operator, here.problem)


def _asking(effect: str) -> type:
    """Return the operator of an effect."""
    body = {
        "bl_idname": f"afterframe.{effect}",
        "bl_label": catalogue.text(EFFECTS[effect].label_id),
        "bl_description": catalogue.text(EFFECTS[effect].help_id),
        "effect": effect,
        "__annotations__": _Asking.__annotations__,
    }
    return type(f"AFTERFRAME_OT_{effect}", (_Asking, bpy.types.Operator), body)


def _on_job(name: str, act: Act, *options: str) -> type:
    """Return an operator that does something with a job."""
    short = name.partition("_")[0]
    body = {
        "bl_idname": f"afterframe.{name}",
        "bl_label": catalogue.text(f"ui.queue.{short}.label"),
        "bl_description": catalogue.text(f"ui.queue.{short}.help"),
        "bl_options": {"INTERNAL", *options},
        "act": staticmethod(act),
        "__annotations__": _OnJob.__annotations__,
    }
    return type(f"AFTERFRAME_OT_{name}", (_OnJob, bpy.types.Operator), body)


_CLASSES: tuple[type, ...] = (
    *(_asking(effect) for effect in EFFECTS),
    AFTERFRAME_OT_render,
    _on_job("cancel_job", lambda here, job: here.cancel(job)),
    _on_job("retry_job", lambda here, job: here.retry(job)),
    _on_job("remove_job", lambda here, job: here.remove(job)),
    _on_job("reveal_job", lambda here, job: here.reveal(job), "UNDO"),
    _on_job("decline_result", lambda here, job: here.decline(job)),
    AFTERFRAME_OT_place_result,
    AFTERFRAME_OT_open_result,
    AFTERFRAME_OT_clear_finished,
    AFTERFRAME_OT_dismiss,
)
