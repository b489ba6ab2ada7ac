"""Batch: over the selected strips, over markers or from a list, in a dialog; and how it ended."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ...orders import Wish
from ...wire import catalogue
from ...wire.effects import EFFECTS
from ...wire.errors import AfterframeError, SceneLinked
from .. import compat, timeline
from ..batching import FAILED, Line, write_table
from ..shots import Shot, shots_of_list, shots_of_markers, shots_of_strips
from . import session, settings, words
from .batch_run import Run
from .operators import sentences

INTERVAL = 0.2
"""Seconds between two looks at a batch."""
LISTED = 6
"""Shots that the dialog names, and lines of the table that the panel shows, before "and more"."""
STATUS_SECONDS = 8.0
"""How long the status bar tells that a batch is over."""
WIDTH = 420
"""Pixels of the dialog."""

_WHICH = ("selected", "all", "channel", "color", "name", "list")
_ICONS = {"placed": "CHECKMARK", "was there": "CHECKMARK", FAILED: "ERROR"}


log = logging.getLogger(__name__)


class _Batch:
    """The batch of this session, the last one that was begun."""

    run: Run | None = None
    told: bool = False


def register() -> None:
    """Register the dialog and the panel."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    bpy.app.handlers.load_pre.append(_leave)


def unregister() -> None:
    """Take them back; jobs that were handed over go on."""
    if bpy.app.timers.is_registered(_beat):
        bpy.app.timers.unregister(_beat)
    if bpy.app.timers.is_registered(_clear_status):
        bpy.app.timers.unregister(_clear_status)
    bpy.app.handlers.load_pre.remove(_leave)
    _Batch.run = None
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def current() -> Run | None:
    """Return the batch that was begun last, until it is dismissed."""
    return _Batch.run


def begin(run: Run) -> None:
    """Begin a batch; the timer goes on with it, where there is a window."""
    _Batch.run, _Batch.told = run, False
    if compat.has_window():
        bpy.app.timers.register(_beat, first_interval=0.0)


def _items(prefix: str, names: Iterable[str]) -> list[tuple[str, str, str]]:
    return [(name, catalogue.text(f"{prefix}.{name}.label"), "") for name in names]


class AFTERFRAME_OT_batch(bpy.types.Operator):
    """Make an effect of many strips, from markers or from a list"""

    bl_idname = "afterframe.batch"
    bl_label = "Batch ..."
    bl_options = {"REGISTER"}

    __annotations__ = {
        "effect": bpy.props.EnumProperty(name="Effect", items=_items("effect", EFFECTS)),
        "which": bpy.props.EnumProperty(
            name="Strips", items=_items("ui.batch.which", _WHICH), options={"SKIP_SAVE"}
        ),
        "channel": bpy.props.IntProperty(name="Channel", default=1, min=1, max=128),
        "color": bpy.props.EnumProperty(
            name="Color Tag", items=_items("ui.batch.color", timeline.COLORS)
        ),
        "pattern": bpy.props.StringProperty(
            name="Name", default="*", description="A pattern: * is any text, ? one character"
        ),
        "list": bpy.props.StringProperty(
            name="Shot List",
            subtype="FILE_PATH",
            description="CSV or JSON with the columns strip, at, effect and any parameters",
        ),
        "markers": bpy.props.BoolProperty(
            name="At Markers",
            description="A shot begins at each marker over one of these strips; a marker's name"
            " may hold settings: walk motion=8",
        ),
        "named": bpy.props.BoolProperty(
            name="Settings in Names",
            description="The strips' names hold settings: walk motion=8",
        ),
        "quality": bpy.props.EnumProperty(
            name="Quality", items=_items("ui.quality", ("final", "draft")), options={"SKIP_SAVE"}
        ),
    }
    _shots: tuple[Shot, ...] = ()
    _error: AfterframeError | None = None

    @classmethod
    def poll(cls, _context: Any) -> bool:
        editor = compat.edited_scene().sequence_editor
        if editor is None or not len(compat.strips(editor)):
            cls.poll_message_set(words.say("ui.batch.nothing"))
            return False
        if compat.edited_scene().library is not None:
            cls.poll_message_set(sentences(SceneLinked(scene=compat.edited_scene().name)))
            return False
        if _Batch.run is not None and not _Batch.run.over:
            cls.poll_message_set(words.say("ui.batch.at_work"))
            return False
        return True

    def invoke(self, context: Any, _event: Any) -> set[str]:
        scene = compat.edited_scene()
        self.effect = str(scene.afterframe.effect)
        if not self.properties.is_property_set("which"):
            chosen = any(each.select for each in compat.all_strips(scene.sequence_editor))
            self.which = "selected" if chosen else "all"
        self._look()
        result: set[str] = context.window_manager.invoke_props_dialog(
            self, width=WIDTH, confirm_text=words.say("ui.batch.begin")
        )
        return result

    def check(self, _context: Any) -> bool:
        """Look again at what is meant, after something was changed in the dialog."""
        self._look()
        return True

    def draw(self, _context: Any) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "effect")
        layout.prop(self, "which")
        further = {"channel": "channel", "color": "color", "name": "pattern", "list": "list"}
        if self.which in further:
            layout.prop(self, further[self.which])
        if self.which != "list":
            layout.prop(self, "markers")
            row = layout.row()
            row.active = not self.markers
            row.prop(self, "named")
        layout.prop(self, "quality")
        box = layout.box().column(align=True)
        box.use_property_split = False
        if self._error is not None:
            for text in words.explain(self._error):
                for line in words.lines(text, WIDTH // 7):
                    box.label(text=line, translate=False)
        else:
            _draw_shots(box, self._shots)

    def execute(self, _context: Any) -> set[str]:
        self._look()
        if self._error is not None:
            self.report({"ERROR"}, " ".join(words.explain(self._error)))
            return {"CANCELLED"}
        group, quality = compat.edited_scene().afterframe, self.quality
        common = settings.wish(group, quality)

        def wish(shot: Shot) -> Wish:
            return replace(common, engine=settings.engine(group, shot.effect))

        begin(Run(self._shots, wish))
        self.report({"INFO"}, words.say("ui.batch.begun", count=len(self._shots)))
        return {"FINISHED"}

    def _look(self) -> None:
        """Find out which shots are meant, or why none."""
        self._shots, self._error = (), None
        try:
            self._shots = self._find()
        except AfterframeError as error:
            self._error = error

    def _find(self) -> tuple[Shot, ...]:
        host, base = session.current().host, _base(compat.edited_scene().afterframe, self.effect)
        if self.which == "list":
            path = Path(bpy.path.abspath(self.list))
            return shots_of_list(host, path, self.effect, base)
        value = {"channel": str(self.channel), "color": self.color, "name": self.pattern or "*"}
        query = f"{self.which}:{value[self.which]}" if self.which in value else self.which
        if self.markers:
            return shots_of_markers(host, query, self.effect, base)
        return shots_of_strips(host, query, self.effect, base, named=self.named)


class AFTERFRAME_OT_batch_stop(bpy.types.Operator):
    """Cancel what is not done; results that are placed stay"""

    bl_idname = "afterframe.batch_stop"
    bl_label = "Stop Batch"
    bl_options = {"INTERNAL"}

    def execute(self, _context: Any) -> set[str]:
        if _Batch.run is not None:
            _Batch.run.stop(jobs=True)
        return {"FINISHED"}


class AFTERFRAME_OT_batch_dismiss(bpy.types.Operator):
    """Take this summary away"""

    bl_idname = "afterframe.batch_dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, _context: Any) -> set[str]:
        _Batch.run = None
        return {"FINISHED"}


class AFTERFRAME_OT_batch_table(bpy.types.Operator):
    """Write the summary to a file that spreadsheet programs open"""

    bl_idname = "afterframe.batch_table"
    bl_label = "Save Table"
    bl_options = {"INTERNAL"}

    __annotations__ = {
        "filepath": bpy.props.StringProperty(subtype="FILE_PATH"),
        "filter_glob": bpy.props.StringProperty(default="*.csv", options={"HIDDEN"}),
    }

    @classmethod
    def poll(cls, _context: Any) -> bool:
        return _Batch.run is not None

    def invoke(self, context: Any, _event: Any) -> set[str]:
        project = Path(bpy.data.filepath).stem if bpy.data.filepath else "batch"
        self.filepath = str(session.current().host.destination() / f"{project}.csv")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, _context: Any) -> set[str]:
        assert _Batch.run is not None
        path = Path(bpy.path.ensure_ext(bpy.path.abspath(self.filepath), ".csv"))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_table(path, _Batch.run.lines())
        except (AfterframeError, OSError) as error:
            told = words.explain(error) if isinstance(error, AfterframeError) else (str(error),)
            self.report({"ERROR"}, " ".join(told))
            return {"CANCELLED"}
        self.report({"INFO"}, words.say("ui.batch.table_saved", path=str(path)))
        return {"FINISHED"}


class AFTERFRAME_PT_batch(bpy.types.Panel):
    """The batch that was begun last."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Afterframe"
    bl_label = "Batch"
    bl_order = 9

    @classmethod
    def poll(cls, _context: Any) -> bool:
        return _Batch.run is not None

    def draw(self, _context: Any) -> None:
        run = _Batch.run
        if run is None:
            return
        column, lines = self.layout.column(align=True), run.lines()
        if len(lines) < run.total:
            text = words.say("ui.batch.done", done=len(lines), total=run.total)
            column.progress(factor=len(lines) / run.total, text=text)
        else:
            words.write(column, _told(lines), "CHECKMARK" if _all_well(lines) else "ERROR")
        _draw_lines(self.layout, lines)
        row = self.layout.row(align=True)
        if len(lines) < run.total:
            label = words.say("ui.batch.stop")
            row.operator("afterframe.batch_stop", text=label, icon="CANCEL", translate=False)
            return
        label = words.say("ui.batch.save_table")
        row.operator("afterframe.batch_table", text=label, icon="FILE_TICK", translate=False)
        row.operator("afterframe.batch_dismiss", text="", icon="X")


_CLASSES = (
    AFTERFRAME_OT_batch,
    AFTERFRAME_OT_batch_stop,
    AFTERFRAME_OT_batch_dismiss,
    AFTERFRAME_OT_batch_table,
    AFTERFRAME_PT_batch,
)


def _base(group: Any, effect: str) -> dict[str, Any]:
    """Return what the user has set for an effect.

    A seed only where it is locked: else each clip has one of its own, which comes from all that
    its job is, so that the same batch again is the same work.
    """
    usual = {parameter.name: parameter.default for parameter in EFFECTS[effect].parameters}
    values = {k: v for k, v in settings.values(group, effect).items() if v != usual.get(k)}
    if not getattr(getattr(group, effect), "seed_locked", True):
        values.pop("seed", None)
    return values


def _draw_shots(column: Any, shots: tuple[Shot, ...]) -> None:
    """Say how many jobs it will be, of which effects, and name the first of them."""
    counted = Counter(shot.effect for shot in shots)
    kinds = ", ".join(f"{count} × {_label(effect)}" for effect, count in counted.items())
    column.label(text=words.say("ui.batch.jobs", count=len(shots), kinds=kinds), translate=False)
    for shot in shots[:LISTED]:
        text = words.say("ui.batch.shot", name=shot.clip.name, frame=shot.start)
        if shot.after is not None:
            text = words.say("ui.batch.gap", name=shot.clip.name, after=shot.after.name)
        column.label(text=text, icon="DOT", translate=False)
    if len(shots) > LISTED:
        more = words.say("ui.batch.more", count=len(shots) - LISTED)
        column.label(text=more, icon="BLANK1", translate=False)


def _draw_lines(layout: Any, lines: tuple[Line, ...]) -> None:
    """Draw the table, what failed first: of that the reason too."""
    ordered = sorted(lines, key=lambda line: line.state != FAILED)
    column = layout.column(align=True)
    for line in ordered[:LISTED]:
        row = column.split(factor=0.45)
        row.label(text=f"{line.strip} ({line.start})", icon=_ICONS[line.state], translate=False)
        state = words.say(f"ui.batch.state.{line.state.replace(' ', '_')}")
        row.label(text=f"{_label(line.effect)}: {state}", translate=False)
        if line.state == FAILED:
            words.write(column, line.result, "BLANK1")
    if len(ordered) > LISTED:
        more = words.say("ui.batch.more", count=len(ordered) - LISTED)
        column.label(text=more, icon="BLANK1", translate=False)


def _label(effect: str) -> str:
    return words.say(f"effect.{effect}.channel")


def _all_well(lines: tuple[Line, ...]) -> bool:
    return all(line.state != FAILED for line in lines)


def _told(lines: tuple[Line, ...]) -> str:
    failed = sum(line.state == FAILED for line in lines)
    well = len(lines) - failed
    if failed:
        return words.say("ui.batch.over_failed", placed=well, failed=failed)
    return words.say("ui.batch.over", placed=well)


def _beat() -> float | None:
    """Go on with the batch; a function for a timer, which ends with the batch."""
    run = _Batch.run
    if run is None:
        return None
    try:
        run.step()
    except Exception:  # Blender would end the timer, and the batch be at work for ever
        log.exception("not foreseen")
        run.stop(jobs=False)
    if not run.over:
        return INTERVAL
    if not _Batch.told:
        _Batch.told = True
        session.redraw()
        bpy.context.workspace.status_text_set(f"Afterframe: {_told(run.lines())}")
        bpy.app.timers.register(_clear_status, first_interval=STATUS_SECONDS)
    return None


def _clear_status() -> None:
    bpy.context.workspace.status_text_set(None)


@persistent  # type: ignore[untyped-decorator]  # Blender's own
def _leave(*_: Any) -> None:
    """Another file is opened: what was not handed over is of strips that are gone."""
    if _Batch.run is not None:
        _Batch.run.stop(jobs=False)
