"""Inside the Blender under test: answer fixed questions, by files, from a timer.

Arguments, after ``--``: the folder of the questions. ``question.json`` holds ``number``, ``name``
and ``arguments``; ``answer.json`` the same number and a ``value`` or an ``error``. It looks and
tells; what a user does comes from mouse and keyboard. Only what the tests need before and after is
done from here: open a file, leave.
"""

import dataclasses
import gc
import json
import sys
import threading
import time
import traceback
import types
from pathlib import Path

import bpy

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
INTERVAL = 0.03
ADDON = "bl_ext.user_default.afterframe"
seen = {"number": 0}
samples = []


def ready():
    """Tell that Blender is up: its version, its window's size."""
    window = bpy.context.window_manager.windows[0]
    return {"version": bpy.app.version_string, "size": [window.width, window.height]}


def areas():
    """Tell where every area and region of the window lies, counted from the lower left corner."""
    return [
        {
            "type": area.type,
            "box": [area.x, area.y, area.width, area.height],
            "regions": [
                {"type": each.type, "box": [each.x, each.y, each.width, each.height]}
                for each in area.regions
            ],
        }
        for area in bpy.context.window_manager.windows[0].screen.areas
    ]


def tab():
    """Tell which tab of the sequencer's sidebar is shown; of other regions that ends Blender."""
    region = next(each for each in _sequencer().regions if each.type == "UI")
    return region.active_panel_category


def under(area, region):
    """Tell what the button under the mouse does, or sets; "" where there is none."""
    window = bpy.context.window_manager.windows[0]
    where = _sequencer() if area == "SEQUENCE_EDITOR" else _area(area)
    part = next(each for each in where.regions if each.type == region)
    with bpy.context.temp_override(window=window, area=where, region=part):
        window.id_data.clipboard = ""
        for ask in (bpy.ops.ui.copy_python_command_button, bpy.ops.ui.copy_data_path_button):
            if ask.poll():
                ask()
                return window.id_data.clipboard
    return ""


def watch(area, region):
    """Begin to note what lies under the mouse; the next ``watched`` tells it."""
    samples.clear()

    def note():
        samples.append([time.time(), under(area, region)])
        return 0.02

    seen["watch"] = note
    bpy.app.timers.register(note)


def watched():
    """Tell what lay under the mouse, with the times; stop noting it."""
    bpy.app.timers.unregister(seen.pop("watch"))
    return list(samples)


def pixel(frame, channel):
    """Tell where in the window a place of the timeline is."""
    window = bpy.context.window_manager.windows[0]
    for area in window.screen.areas:
        if area.type == "SEQUENCE_EDITOR" and area.spaces.active.view_type != "PREVIEW":
            region = next(each for each in area.regions if each.type == "WINDOW")
            x, y = region.view2d.view_to_region(frame, channel, clip=False)
            return [region.x + x, region.y + y]
    return None


def strips():
    """Tell of every strip of the open scene."""
    scene = bpy.context.scene
    editor = scene.sequence_editor
    if editor is None:
        return []
    every = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all
    return [
        {
            "name": strip.name,
            "type": strip.type,
            "channel": strip.channel,
            "span": [strip.frame_final_start, strip.frame_final_end],
            "selected": strip.select,
            "active": editor.active_strip is not None and editor.active_strip.name == strip.name,
            "own": {
                key: str(strip[key])
                for key in strip.keys()  # noqa: SIM118 - no mapping
                if key.startswith("afterframe_")
            },
        }
        for strip in every
    ]


def jobs():
    """Tell what the add-on's own list shows, and what it says about the last action."""
    session = _ours("session").current()
    return {
        "rows": [_plain(row) for row in session.board.rows()],
        "problem": session.problem and f"{session.problem.message()} {session.problem.fix()}",
        "offered": len(session.offered),
        "engines": [engine.name for engine in session.engines],
    }


def ticks():
    """Tell how long the add-on's last ticks took, in milliseconds."""
    return list(_ours("session").current().ticks)


def forget_ticks():
    """Begin to measure anew."""
    _ours("session").current().ticks.clear()


def left():
    """Tell what of the add-on is registered with Blender, or runs: timers, handlers, threads."""
    ours = [
        each
        for each in gc.get_objects()
        if type(each) is types.FunctionType and "afterframe_hosts" in (each.__module__ or "")
    ]
    handlers = [
        each
        for name in dir(bpy.app.handlers)
        if isinstance(getattr(bpy.app.handlers, name), list)
        for each in getattr(bpy.app.handlers, name)
    ]
    return {
        "timers": [each.__qualname__ for each in ours if bpy.app.timers.is_registered(each)],
        "handlers": [each.__qualname__ for each in ours if each in handlers],
        "threads": [each.name for each in threading.enumerate() if each.name.startswith("after")],
    }


def switch(on):
    """Disable or enable the add-on."""
    act = bpy.ops.preferences.addon_enable if on else bpy.ops.preferences.addon_disable
    act(module=ADDON)


def crowd(states):
    """Fill the queue with jobs like the newest one, in these states, to see how it looks."""
    session = _ours("session").current()
    rows = session.board.rows()
    known = next(filter(None, (session.board.status(row.job) for row in rows)))
    for number, state in enumerate(states):
        job = dataclasses.replace(known.job, id=f"{number:032x}")
        progress = dataclasses.replace(known.progress, phase="making", done=number, total=40)
        more = {"progress": progress, "error": known.error, "created": known.created - number}
        session.board.hear(dataclasses.replace(known, job=job, state=state, **more))
        session.board.mark(job.id, "", own=True)


def document():
    """Tell which file is open, and whether it has changes that are not saved."""
    return {"path": bpy.data.filepath, "dirty": bpy.data.is_dirty}


def operators():
    """Tell the names of the add-on's operators that Blender knows."""
    return sorted(dir(bpy.ops.afterframe))


def sidebar(width=0, category=""):
    """Show the sequencer's sidebar with a category, as wide as asked for."""
    area = _sequencer()
    area.spaces.active.show_region_ui = True
    region = next(each for each in area.regions if each.type == "UI")
    if category:
        region.active_panel_category = category
    area.tag_redraw()


def open_file(path):
    """Open a project."""
    bpy.ops.wm.open_mainfile(filepath=path)


def quit():
    """Leave without a question."""
    bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender() and None, first_interval=0.1)


QUESTIONS = {
    each.__name__: each
    for each in (
        ready,
        areas,
        tab,
        under,
        watch,
        watched,
        pixel,
        strips,
        jobs,
        ticks,
        forget_ticks,
        left,
        switch,
        crowd,
        document,
        operators,
        sidebar,
        open_file,
        quit,
    )
}


def _area(kind):
    return next(e for e in bpy.context.window_manager.windows[0].screen.areas if e.type == kind)


def _sequencer():
    areas = bpy.context.window_manager.windows[0].screen.areas
    kinds = [each for each in areas if each.type == "SEQUENCE_EDITOR"]
    return next(each for each in kinds if each.spaces.active.view_type != "PREVIEW")


def _ours(name):
    """A module of the add-on's interface, wherever it was installed."""
    end = f"afterframe_hosts.blender.ui.{name}"
    return next(module for key, module in sys.modules.items() if key.endswith(end))


def _plain(row):
    fields = {name: getattr(row, name) for name in row.__dataclass_fields__}
    return json.loads(json.dumps(fields, default=str))


def look():
    """Answer a question when there is a new one."""
    try:
        told = json.loads((FOLDER / "question.json").read_text())
    except (OSError, ValueError):
        return INTERVAL
    if told["number"] == seen["number"]:
        return INTERVAL
    seen["number"] = told["number"]
    answer = {"number": told["number"]}
    try:
        answer["value"] = QUESTIONS[told["name"]](**told["arguments"])
    except Exception:  # noqa: BLE001 - the border of the process
        answer["error"] = traceback.format_exc()
    part = FOLDER / "answer.part"
    part.write_text(json.dumps(answer))
    part.replace(FOLDER / "answer.json")
    return INTERVAL


bpy.app.timers.register(look, first_interval=0.5, persistent=True)
