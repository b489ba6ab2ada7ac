"""All jobs with their progress, errors and the buttons that mend them.

Blender's list wants its lines in a collection: the window manager's, of which nothing is saved in
a file. What is drawn is worked out when something has changed, not when it is drawn.
"""

from __future__ import annotations

from typing import Any

import bpy
import bpy.utils.previews

from ...wire.board import FINISHED, Kind, Place, Row
from . import fixes, session, words

LONGEST = 8
"""Lines that the list has at most before it scrolls."""
NEWEST = 3
"""Lines at the top that are never folded away: what is over stays seen for a while."""
PICTURE_SIZE, PICTURE_SHARE = 4.0, 0.4
"""Of the preview: in units of a button's height, and of the width."""
AT_WORK: frozenset[Kind] = frozenset({"capturing", "sending", "queued", "running"})
ICONS: dict[Kind, str] = {
    "capturing": "RENDER_STILL",
    "sending": "SORTTIME",
    "queued": "SORTTIME",
    "running": "PLAY",
    "done": "CHECKMARK",
    "failed": "ERROR",
    "cancelled": "CANCEL",
}
ICONS_OF_PLACES: dict[Place, str] = {
    "held": "SORTTIME",
    "offered": "IMPORT",
    "homeless": "IMPORT",
    "removed": "REMOVE",
    "declined": "REMOVE",
}
BUTTONS = {
    "cancel": ("afterframe.cancel_job", "CANCEL"),
    "retry": ("afterframe.retry_job", "FILE_REFRESH"),
    "place": ("afterframe.place_result", "IMPORT"),
    "place_here": ("afterframe.place_result", "TRACKER"),
    "decline": ("afterframe.decline_result", "REMOVE"),
    "reveal": ("afterframe.reveal_job", "VIEWZOOM"),
    "open_folder": ("afterframe.open_result", "FILE_FOLDER"),
    "remove": ("afterframe.remove_job", "TRASH"),
}
SMALL = frozenset({"open_folder", "remove"})
"""Buttons that are drawn without their name: they are beside the point, and have a tooltip."""


class _Drawn:
    """What is drawn: the rows by their jobs, which are listed, and the pictures."""

    rows: dict[str, Row] = {}
    folded: int = 0
    waiting: int = 0
    version: int = -1
    pictures: Any = None
    numbers: dict[str, int] = {}


def register() -> None:
    """Register list and panel."""
    for each in _CLASSES:
        bpy.utils.register_class(each)
    manager = bpy.types.WindowManager
    lines = bpy.props.CollectionProperty(type=AFTERFRAME_PG_line, options={"SKIP_SAVE"})
    manager.afterframe_queue = lines
    manager.afterframe_queue_index = bpy.props.IntProperty(options={"SKIP_SAVE"})
    manager.afterframe_queue_open = bpy.props.BoolProperty(
        name="Finished", description="Show what is over", options={"SKIP_SAVE"}, update=_unfold
    )
    _Drawn.pictures = bpy.utils.previews.new()
    session.listeners.append(sync)


def unregister() -> None:
    """Take them back."""
    session.listeners.remove(sync)
    bpy.utils.previews.remove(_Drawn.pictures)
    _Drawn.rows, _Drawn.numbers, _Drawn.version, _Drawn.pictures = {}, {}, -1, None
    manager = bpy.types.WindowManager
    del manager.afterframe_queue, manager.afterframe_queue_index, manager.afterframe_queue_open
    for each in reversed(_CLASSES):
        bpy.utils.unregister_class(each)


def sync() -> None:
    """Bring the list up to what is known; called when something has changed."""
    here, manager = session.current(), bpy.context.window_manager
    rows = here.board.rows(words.language())
    listed = [row for n, row in enumerate(rows) if _is_listed(row, n, manager)]
    _Drawn.rows = {row.job: row for row in rows}
    _Drawn.folded = len(rows) - len(listed)
    _Drawn.waiting = sum(row.kind == "done" and not row.finished for row in rows)
    lines = manager.afterframe_queue
    if [line.job for line in lines] != [row.job for row in listed]:
        _list_anew(manager, listed)
    for job, (path, number) in here.previews.items():
        if job in _Drawn.rows and _Drawn.numbers.get(job) != number:
            _show_picture(job, str(path), number)


def draw_newest(layout: Any) -> None:
    """Draw in a line or two what the user has asked for last, while it is at work or has failed."""
    folder = session.current().folder_while_unsaved
    if folder:
        _draw_unsaved(layout, folder)
    own = [row for row in _Drawn.rows.values() if not row.host]
    newest = max(own, key=lambda row: row.created, default=None)
    if newest is None:
        return
    if newest.kind in AT_WORK:
        line = layout.row(align=True)
        line.progress(factor=newest.fraction, text=f"{newest.phase}  {newest.percent}")
        line.operator("afterframe.cancel_job", text="", icon="X").job = newest.job
        return
    if newest.place == "held":
        words.write(layout, newest.phase, _icon_of(newest))
    here = session.current()
    error = here.board.error(newest.job)
    if error is not None and newest.kind != "cancelled" and error is not here.problem:
        fixes.draw_error(layout.box().column(align=True), error, newest.job)


def _draw_unsaved(layout: Any, folder: str) -> None:
    """Say where results go while the project has no folder of its own, and offer to give it one."""
    line = layout.box().column(align=True)
    words.write(line, words.say("ui.queue.unsaved", folder=folder), "INFO")
    line.operator_context = "INVOKE_DEFAULT"
    text = words.say("ui.queue.save.label")
    line.operator("wm.save_mainfile", text=text, icon="FILE_TICK", translate=False)


def _is_listed(row: Row, number: int, manager: Any) -> bool:
    return (
        not row.finished or row.kind == "failed" or number < NEWEST or manager.afterframe_queue_open
    )


def _list_anew(manager: Any, listed: list[Row]) -> None:
    """Fill the list; the job that was chosen stays so, and a new one at its top is chosen."""
    lines, index = manager.afterframe_queue, manager.afterframe_queue_index
    known = {line.job for line in lines}
    chosen = lines[index].job if 0 <= index < len(lines) else ""
    while len(lines) > len(listed):
        lines.remove(len(lines) - 1)
    while len(lines) < len(listed):
        lines.add()
    for line, row in zip(lines, listed):  # noqa: B905 - made as long as one another
        if line.job != row.job:
            line.name, line.job = row.title, row.job
    names = [row.job for row in listed]
    new = [row.job for row in listed if row.job not in known and row.kind not in FINISHED]
    wanted = new[0] if new else chosen
    manager.afterframe_queue_index = names.index(wanted) if wanted in names else 0


def _show_picture(job: str, path: str, number: int) -> None:
    """Load a preview; each has a name of its own, since Blender keeps a name's picture."""
    older = f"{job}-{_Drawn.numbers.get(job)}"
    if older in _Drawn.pictures:
        del _Drawn.pictures[older]
    _Drawn.pictures.load(f"{job}-{number}", path, "IMAGE")
    _Drawn.numbers[job] = number


def _unfold(_self: Any, _context: Any) -> None:
    sync()


class AFTERFRAME_PG_line(bpy.types.PropertyGroup):
    """A line of the list; its ``name`` is what the list is searched by."""

    __annotations__ = {"job": bpy.props.StringProperty(options={"SKIP_SAVE"})}


class AFTERFRAME_UL_queue(bpy.types.UIList):
    """The jobs, one a line: icon, name, how it stands."""

    def draw_item(
        self,
        _context: Any,
        layout: Any,
        _data: Any,
        item: Any,
        _icon: int,
        _active: Any,
        _property: str,
        *_: Any,
    ) -> None:
        row = _Drawn.rows.get(item.job)
        if row is None:
            return
        halves = layout.split(factor=0.5)
        halves.label(text=row.title, icon=_icon_of(row), translate=False)
        right = halves.row(align=True)
        if row.kind in {"running", "capturing"}:
            right.progress(factor=row.fraction, text=row.percent)
        else:
            right.label(text=row.phase, translate=False)
        if "cancel" in row.buttons:
            button = right.operator("afterframe.cancel_job", text="", icon="X", emboss=False)
            button.job = row.job


class AFTERFRAME_PT_queue(bpy.types.Panel):
    """The queue, in our tab."""

    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Afterframe"
    bl_label = "Queue"
    bl_order = 10

    def draw_header_preset(self, _context: Any) -> None:
        """Say in the header how much there is: it may be closed."""
        active = session.current().board.active
        if active:
            self.layout.label(text=words.say("ui.queue.active", count=active), translate=False)
        elif _Drawn.waiting:
            self.layout.label(
                text=words.say("ui.queue.waiting", count=_Drawn.waiting), translate=False
            )

    def draw(self, context: Any) -> None:
        here, manager = session.current(), context.window_manager
        column = self.layout.column()
        if here.trouble is not None:
            fixes.draw_error(column.box().column(align=True), here.trouble)
        if not _Drawn.rows:
            row = column.row()
            row.active = False
            row.label(text=words.say("ui.queue.empty"), translate=False)
            return
        lines = manager.afterframe_queue
        column.template_list(
            "AFTERFRAME_UL_queue",
            "",
            manager,
            "afterframe_queue",
            manager,
            "afterframe_queue_index",
            rows=min(max(len(lines), 2), LONGEST),
        )
        if 0 <= manager.afterframe_queue_index < len(lines):
            chosen = _Drawn.rows.get(lines[manager.afterframe_queue_index].job)
            if chosen is not None:
                _draw_job(column.box(), chosen, here)
        _draw_folded(column, manager)


def _draw_folded(column: Any, manager: Any) -> None:
    finished = sum(row.finished for row in _Drawn.rows.values())
    if not finished:
        return
    row = column.row()
    open_now = manager.afterframe_queue_open
    if _Drawn.folded or open_now:
        row.prop(
            manager,
            "afterframe_queue_open",
            text=words.say("ui.queue.finished", count=finished),
            icon="DOWNARROW_HLT" if open_now else "RIGHTARROW",
            emboss=False,
            translate=False,
        )
    row.operator(
        "afterframe.clear_finished", text=words.say("ui.queue.clear.label"), translate=False
    )


def _draw_job(box: Any, row: Row, here: Any) -> None:
    """Draw one job in full."""
    picture = _Drawn.pictures.get(f"{row.job}-{_Drawn.numbers.get(row.job)}")
    told = box.row()
    if picture is not None:
        told = box.split(factor=PICTURE_SHARE)
        told.template_icon(icon_value=picture.icon_id, scale=PICTURE_SIZE)
    column = told.column(align=True)
    draft = f" ({words.say('ui.quality.draft.label')})" if row.draft else ""
    for text in (row.name, f"{row.effect}{draft}", row.host):
        if text:
            column.label(text=text, translate=False)
    if row.kind not in AT_WORK:
        column.label(text=row.phase, icon=_icon_of(row), translate=False)
    elif row.left:
        column.label(text=row.left, translate=False)
    if row.kind in AT_WORK:
        box.progress(factor=row.fraction, text=f"{row.phase}  {round(100 * row.fraction)} %")
    error = here.board.error(row.job)
    if error is not None and row.kind != "cancelled":
        fixes.draw_error(box.column(align=True), error, row.job)
    _draw_buttons(box, row)


def _draw_buttons(box: Any, row: Row) -> None:
    line = box.row(align=True)
    for name in row.buttons:
        if name == "retry" and row.fix == "retry" and row.kind == "failed":
            continue  # stands under the error
        identifier, icon = BUTTONS[name]
        text = "" if name in SMALL else words.say(f"ui.queue.{name}.label")
        button = line.operator(identifier, text=text, icon=icon, translate=False)
        button.job = row.job
        if name == "place_here":
            button.here = True


def _icon_of(row: Row) -> str:
    if row.kind == "done":
        return ICONS_OF_PLACES.get(row.place, ICONS["done"])
    return ICONS[row.kind]


_CLASSES = (AFTERFRAME_PG_line, AFTERFRAME_UL_queue, AFTERFRAME_PT_queue)
