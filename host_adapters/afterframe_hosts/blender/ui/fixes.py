"""The button that mends an error, and what it does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ...wire import catalogue
from ...wire.board import Fix, fix_of
from ...wire.errors import AfterframeError
from ...wire.job import Job
from .. import choose, compat
from . import operators, session, settings, words

ICONS: dict[Fix, str] = {
    "retry": "FILE_REFRESH",
    "install_engine": "IMPORT",
    "save_project": "FILE_TICK",
    "choose_folder": "FILE_FOLDER",
    "find_media": "VIEWZOOM",
    "open_settings": "OPTIONS",
    "none": "NONE",
}


def register() -> None:
    """Register the operator."""
    bpy.utils.register_class(AFTERFRAME_OT_fix)


def unregister() -> None:
    """Take it back."""
    bpy.utils.unregister_class(AFTERFRAME_OT_fix)


def draw_error(layout: Any, error: AfterframeError, job: str = "") -> None:
    """Draw what happened, what to do about it, and a button where one press can do it.

    Args:
        layout: a column.
        error: to draw.
        job: that met it; empty: the user's last action did, and its message can be dismissed.
    """
    message, advice = words.explain(error)
    row = layout.row()
    words.write(row.column(align=True), message, "ERROR")
    if not job and error is session.current().problem:
        row.operator("afterframe.dismiss", text="", icon="X", emboss=False)
    words.write(layout, advice, "BLANK1")
    draw_button(layout, error, job)


def draw_button(layout: Any, error: AfterframeError, job: str = "") -> None:
    """Draw the button that mends an error, where there is one."""
    fix = fix_of(error)
    if error.code == "service_unreachable":
        text = words.say("ui.fix.repair_engine.label")
        button = layout.operator(
            "afterframe.install_engine", text=text, icon="TOOL_SETTINGS", translate=False
        )
        button.action = "repair"
    if fix == "none" or (not job and fix in {"retry", "open_settings"}):
        return  # the action itself is the button
    text = words.say(f"ui.fix.{fix}.label")
    if fix == "install_engine":
        button = layout.operator(
            "afterframe.install_engine", text=text, icon=ICONS[fix], translate=False
        )
        button.action = "install"
    elif fix == "save_project":
        layout.operator_context = "INVOKE_DEFAULT"
        layout.operator("wm.save_mainfile", text=text, icon=ICONS[fix], translate=False)
    else:
        button = layout.operator("afterframe.fix", text=text, icon=ICONS[fix], translate=False)
        button.fix, button.job, button.code = fix, job, error.code


class AFTERFRAME_OT_fix(bpy.types.Operator):
    """Do what this error needs"""

    bl_idname = "afterframe.fix"
    bl_label = "Fix"
    bl_options = {"INTERNAL"}

    __annotations__ = {
        "fix": bpy.props.EnumProperty(
            items=[(fix, catalogue.text(f"ui.fix.{fix}.label"), "") for fix in ICONS],
            options={"SKIP_SAVE", "HIDDEN"},
        ),
        "job": bpy.props.StringProperty(options={"SKIP_SAVE", "HIDDEN"}),
        "code": bpy.props.StringProperty(options={"SKIP_SAVE", "HIDDEN"}),
        "directory": bpy.props.StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"}),
    }

    @classmethod
    def description(cls, _context: Any, properties: Any) -> str:
        return words.say(f"ui.fix.{properties.fix}.help")

    def invoke(self, context: Any, _event: Any) -> set[str]:
        if self.fix == "choose_folder":
            context.window_manager.fileselect_add(self)
            return {"RUNNING_MODAL"}
        return self.execute(context)

    def execute(self, _context: Any) -> set[str]:
        here = session.current()
        job = here.board.job(self.job)
        if self.fix == "retry":
            here.retry(self.job)
        elif self.fix == "choose_folder":
            return self._choose_folder(here)
        elif self.fix == "find_media":
            return self._find_media(here, job)
        elif self.fix == "open_settings" and job is not None:
            here.show(job.clip.item)
            settings.remember(compat.edited_scene().afterframe, job)
        return {"FINISHED"}

    def _choose_folder(self, here: Any) -> set[str]:
        folder = Path(bpy.path.abspath(self.directory)) if self.directory else None
        try:
            if folder is not None:
                choose.check_folder(folder)
                here.choose_folder(folder)
        except AfterframeError as error:
            self.report({"ERROR"}, operators.sentences(error))
            return {"CANCELLED"}
        if self.job:
            here.retry_elsewhere(self.job)
        else:
            here.dismiss()
        return {"FINISHED"}

    def _find_media(self, here: Any, job: Job | None) -> set[str]:
        """Show which strip it is; what is missing, Blender itself looks for and relinks."""
        if job is not None:
            here.show(job.clip.item)
        if self.code == "media_missing" and compat.has_window():
            bpy.ops.file.find_missing_files("INVOKE_DEFAULT")
        return {"FINISHED"}
