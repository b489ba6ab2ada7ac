"""The engine before the user: whether there is one, and its installation at the press of a button.

The set-up is a process, the test of the connection a thread; a timer looks at both while they last
and at nothing otherwise. Neither goes on when the extension is taken back.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ...wire import catalogue
from ...wire.errors import AfterframeError, SetupImpossible, SetupOffline
from ...wire.version import VERSION
from .. import compat, engine_setup
from ..engine_setup import Action, ConnectionTest, Engine, Progress, Setup
from . import session, words

INTERVAL = 0.25
"""Seconds between two looks at what is under way."""
FRESH = 1.0
"""Seconds for which what is known of the engine holds: panels are drawn at every move."""
ICONS: dict[Action, str] = {"install": "IMPORT", "repair": "FILE_REFRESH", "uninstall": "TRASH"}


@dataclass
class _State:
    """What is under way, and what came of the last thing that was.

    ``said`` is what came of a set-up, ``answered`` of a test of the connection: the sidebar shows
    the first, the preferences both.
    """

    engine: Engine | None = None
    looked: float = 0.0
    setup: Setup | None = None
    progress: Progress | None = None
    test: ConnectionTest | None = None
    said: str = ""
    answered: str = ""
    problem: AfterframeError | None = None

    def clear(self) -> None:
        """Forget what came of the last thing."""
        self.said, self.answered, self.problem = "", "", None


_state = _State()


def register() -> None:
    """Register panel and operators."""
    for each in _CLASSES:
        bpy.utils.register_class(each)


def unregister() -> None:
    """Take them back; a set-up that runs is stopped: nobody would look after it."""
    global _state
    if _state.setup is not None and not _state.setup.finished:
        _state.setup.abandon()
    if bpy.app.timers.is_registered(_beat):
        bpy.app.timers.unregister(_beat)
    _state = _State()
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def engine() -> Engine:
    """Return how the engine stands, as of a moment ago."""
    if _state.engine is None or time.monotonic() - _state.looked > FRESH:
        _state.engine, _state.looked = engine_setup.look(), time.monotonic()
    return _state.engine


def begin(action: Action) -> None:
    """Start the set-up; what speaks against it is told where it is drawn."""
    _state.clear()
    try:
        if action != "uninstall" and not bpy.app.online_access:
            raise SetupOffline()
        tools = engine_setup.carried_tools()
        if tools is None:
            raise SetupImpossible(detail=words.say("ui.setup.no_tools"))
        _state.setup = Setup.start(action, tools, engine_setup.log_path(), sys.executable)
    except AfterframeError as error:
        _state.problem = error
    else:
        _state.progress = _state.setup.poll()
        _watch()
    _redraw()


def look() -> bool:
    """Look at what is under way; return whether anything still is. Called by the timer."""
    setup, test = _state.setup, _state.test
    if setup is not None:
        _state.progress = setup.poll()
        if setup.finished:
            _state.setup = None
            _note_setup(setup)
    if test is not None and test.finished:
        _state.test = None
        _note_test(test)
    _redraw()
    return _state.setup is not None or _state.test is not None


def draw(layout: Any) -> None:
    """Draw the engine in full, for the preferences."""
    now = engine()
    column = layout.column()
    _draw_standing(column, now)
    if now.python:
        folder = str(Path(now.python).parent.parent)
        words.write(column, words.say("ui.setup.where", folder=folder), "BLANK1")
    if engine_setup.sandboxed():
        words.write(column, words.say("ui.setup.sandbox"), "INFO")
    _draw_work(column)
    if _state.answered:
        _draw_said(column, _state.answered)
    row = column.row(align=True)
    _draw_button(row, now)
    if now.version:
        _draw_action(row, "repair")
        _draw_action(row, "uninstall")
    row = column.row(align=True)
    _operator(row, "test_connection", words.say("ui.setup.test.label"))
    for which in ("results", "log"):
        _operator(row, "open_folder", words.say(f"ui.setup.{which}.label")).which = which


def draw_notice(layout: Any) -> None:
    """Draw what a user has to know before anything can be made; one line and its button."""
    column = layout.column()
    now = engine()
    if now.standing != "ready":
        _draw_standing(column, now)
        if _state.setup is None:
            _draw_button(column, now)
    _draw_work(column)


def wanted() -> bool:
    """Return whether there is anything for :func:`draw_notice` to say."""
    busy = _state.setup is not None or _state.problem is not None or _state.said
    return bool(busy) or engine().standing != "ready"


def _draw_standing(column: Any, now: Engine) -> None:
    sizes = {"download": engine_setup.DOWNLOAD_MB, "disk": engine_setup.DISK_MB}
    if now.standing == "ready":
        said = words.say("ui.setup.ready", version=now.version) if now.version else ""
        words.write(column, said or words.say("ui.setup.own"), "CHECKMARK")
        return
    versions = {"version": now.version, "wanted": VERSION}
    words.write(column, words.say(f"ui.setup.{now.standing}", **sizes, **versions), "ERROR")


def _draw_work(column: Any) -> None:
    """Draw what is under way, or what came of it."""
    if _state.setup is not None and _state.progress is not None:
        row = column.row(align=True)
        phase = words.say(f"ui.setup.{_state.progress.phase}")
        row.progress(factor=_state.progress.fraction, text=phase)
        _operator(row, "cancel_install", "", icon="X")
    if _state.test is not None:
        words.write(column, words.say("ui.setup.testing"), "SORTTIME")
    if _state.said:
        _draw_said(column, _state.said)
    if _state.problem is not None:
        _draw_problem(column.box().column(align=True), _state.problem)


def _draw_said(column: Any, said: str) -> None:
    row = column.row()
    words.write(row.column(align=True), said, "INFO")
    _operator(row, "dismiss_engine", "", icon="X", emboss=False)


def _draw_problem(box: Any, problem: AfterframeError) -> None:
    message, fix = words.explain(problem)
    words.write(box, message, "ERROR")
    words.write(box, fix, "BLANK1")
    row = box.row(align=True)
    if isinstance(problem, SetupOffline):
        text = words.say("ui.setup.online.label")
        row.operator("screen.userpref_show", text=text, translate=False).section = "SYSTEM"
    else:
        _operator(row, "open_folder", words.say("ui.setup.log.label")).which = "log"
    _operator(row, "dismiss_engine", words.say("ui.setup.dismiss.label"))


def _draw_button(row: Any, now: Engine) -> None:
    """Draw the button that makes the engine what it has to be."""
    if now.standing == "missing":
        _draw_action(row, "install")
    elif now.standing != "ready":
        text = words.say("ui.setup.update.label", version=VERSION)
        _operator(row, "install_engine", text, icon="IMPORT").action = "install"


def _draw_action(row: Any, action: Action) -> None:
    text = words.say(f"ui.setup.{action}.label")
    _operator(row, "install_engine", text, icon=ICONS[action]).action = action


def _operator(row: Any, name: str, text: str, **look: Any) -> Any:
    return row.operator(f"afterframe.{name}", text=text, translate=False, **look)


def _note_setup(setup: Setup) -> None:
    _state.engine, _state.problem = None, setup.error
    if setup.cancelled:
        _state.said = words.say("ui.setup.cancelled")
    elif setup.error is None:
        _state.said = words.say(f"ui.setup.done.{setup.action}")
        if setup.action != "uninstall":
            session.current().look_for_engines()


def _note_test(test: ConnectionTest) -> None:
    _state.problem = test.error
    if test.connection is not None:
        health = test.connection.health
        engines = ", ".join(each.label for each in test.connection.engines if each.ready)
        _state.answered = words.say(
            "ui.setup.connected", version=health.version, pid=health.pid, engines=engines
        )


def _watch() -> None:
    """Have the timer look; without a window it never would, and whoever began it looks."""
    if compat.has_window() and not bpy.app.timers.is_registered(_beat):
        bpy.app.timers.register(_beat, first_interval=INTERVAL, persistent=True)


def _beat() -> float | None:
    return INTERVAL if look() else None


def _redraw() -> None:
    session.redraw()
    manager = bpy.context.window_manager
    for window in manager.windows if manager is not None else ():
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                area.tag_redraw()


def _english(identifier: str) -> dict[str, str]:
    """Return label and description of an operator, for its class."""
    return {
        "bl_label": catalogue.text(f"ui.setup.{identifier}.label"),
        "bl_description": catalogue.text(f"ui.setup.{identifier}.help"),
    }


class AFTERFRAME_PT_engine(bpy.types.Panel):
    """At the top of our tab, while there is something to say about the engine."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Afterframe"
    bl_label = "Engine"
    bl_order = 0
    bl_options = {"HIDE_HEADER"}

    @classmethod
    def poll(cls, _context: Any) -> bool:
        return wanted()

    def draw(self, _context: Any) -> None:
        draw_notice(self.layout)


class AFTERFRAME_OT_install_engine(bpy.types.Operator):
    """Install, repair or remove the engine."""

    bl_idname = "afterframe.install_engine"
    bl_label = _english("install")["bl_label"]
    bl_options = {"REGISTER"}

    __annotations__ = {
        "action": bpy.props.EnumProperty(
            items=[
                (name, catalogue.text(f"ui.setup.{name}.label"), "")
                for name in engine_setup.SWITCHES
            ],
            options={"SKIP_SAVE"},
        )
    }

    @classmethod
    def description(cls, _context: Any, properties: Any) -> str:
        return words.say(f"ui.setup.{properties.action}.help")

    @classmethod
    def poll(cls, _context: Any) -> bool:
        if _state.setup is not None:
            cls.poll_message_set(words.say("ui.setup.busy"))
        return _state.setup is None

    def invoke(self, context: Any, event: Any) -> set[str]:
        if self.action == "uninstall":
            answer: set[str] = context.window_manager.invoke_confirm(self, event)
            return answer
        return self.execute(context)

    def execute(self, _context: Any) -> set[str]:
        begin(self.action)
        if _state.problem is not None:
            self.report({"ERROR"}, " ".join(words.explain(_state.problem)))
            return {"CANCELLED"}
        return {"FINISHED"}


class AFTERFRAME_OT_cancel_install(bpy.types.Operator):
    """Stop the set-up."""

    bl_idname = "afterframe.cancel_install"
    bl_label = _english("cancel")["bl_label"]
    bl_description = _english("cancel")["bl_description"]

    @classmethod
    def poll(cls, _context: Any) -> bool:
        if _state.setup is None:
            cls.poll_message_set(words.say("ui.setup.idle"))
        return _state.setup is not None

    def execute(self, _context: Any) -> set[str]:
        if _state.setup is not None:
            _state.setup.cancel()
        _redraw()
        return {"FINISHED"}


class AFTERFRAME_OT_test_connection(bpy.types.Operator):
    """Ask the service, starting it where it does not run."""

    bl_idname = "afterframe.test_connection"
    bl_label = _english("test")["bl_label"]
    bl_description = _english("test")["bl_description"]

    @classmethod
    def poll(cls, _context: Any) -> bool:
        if _state.test is not None:
            cls.poll_message_set(words.say("ui.setup.testing"))
        return _state.test is None

    def execute(self, _context: Any) -> set[str]:
        _state.clear()
        _state.test = ConnectionTest()
        _watch()
        return {"FINISHED"}


class AFTERFRAME_OT_dismiss_engine(bpy.types.Operator):
    """Take away what was said of the engine."""

    bl_idname = "afterframe.dismiss_engine"
    bl_label = _english("dismiss")["bl_label"]
    bl_description = _english("dismiss")["bl_description"]
    bl_options = {"INTERNAL"}

    def execute(self, _context: Any) -> set[str]:
        _state.clear()
        _redraw()
        return {"FINISHED"}


class AFTERFRAME_OT_open_folder(bpy.types.Operator):
    """Show a folder in the system's own file browser."""

    bl_idname = "afterframe.open_folder"
    bl_label = _english("folder")["bl_label"]
    bl_description = _english("folder")["bl_description"]

    __annotations__ = {
        "which": bpy.props.EnumProperty(
            items=[("results", "Results", ""), ("log", "Log", "")], options={"SKIP_SAVE"}
        ),
        "path": bpy.props.StringProperty(options={"SKIP_SAVE", "HIDDEN"}),
    }

    def execute(self, _context: Any) -> set[str]:
        folder = Path(self.path) if self.path else engine_setup.log_path().parent
        if self.which == "results" and not self.path:
            folder = session.current().host.destination()
        bpy.ops.wm.path_open(filepath=str(_nearest(folder)))
        return {"FINISHED"}


def _nearest(folder: Path) -> Path:
    """Return a folder, or the one above it that is there."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())


_CLASSES = (
    AFTERFRAME_PT_engine,
    AFTERFRAME_OT_install_engine,
    AFTERFRAME_OT_cancel_install,
    AFTERFRAME_OT_test_connection,
    AFTERFRAME_OT_dismiss_engine,
    AFTERFRAME_OT_open_folder,
)
