"""A batch from Blender's dialog. Arguments: folder with look.mov, the engine's Python, the answer.

Three strips of which one is rendered by a second Blender, one whose movie is gone. Answers with
what the dialog finds for several choices, how a batch ended, and with the same batch again.
"""

import csv
import json
import os
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat, ui
from afterframe_hosts.blender.ui import batch_ui, session, settings
from afterframe_hosts.blender.ui.batch_run import Run
from afterframe_hosts.wire import discovery

FOLDER, ENGINE, ANSWER = map(Path, sys.argv[1:4])
LIMIT = 60


def main():
    os.environ["AFTERFRAME_ENGINE"] = str(ENGINE)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    ui.register()
    make_project()
    answer = {"found": found()}
    answer["first"] = run_batch(which="all")
    answer["table"] = table()
    answer["selection kept"] = [s.name for s in strips() if s.select]
    answer["again"] = run_batch(which="all")
    answer["markers"] = run_batch(which="channel", channel=1, markers=True)
    answer["stopped"] = stopped()
    answer["left"] = left()
    discovery.connect(start=False).stop()
    ui.unregister()
    answer["unregistered"] = hasattr(bpy.types, "AFTERFRAME_OT_batch")
    ANSWER.write_text(json.dumps(answer))


def make_project():
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 256, 144
    scene.render.fps = 24
    editor = scene.sequence_editor_create()
    for name, start in (("one", 1), ("two", 101), ("strobed", 201)):
        compat.strips(editor).new_movie(name, str(FOLDER / "look.mov"), 1, start)
    compat.strips(editor).new_movie("gone", str(FOLDER / "gone.mov"), 2, 301)
    compat.strips(editor)["strobed"].strobe = 5
    for strip in compat.strips(editor):
        strip.select = strip.name == "two"
    scene.timeline_markers.new("restyle strength=0.4 preset=ink", frame=110)
    scene.afterframe.effect = "generate"
    settings.fill(scene.afterframe, "generate", {"frames": 5, "motion": 3.0})
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "cut.blend"))


def found():
    """What the dialog says for several choices."""
    answer = {}
    for name, choice in {
        "selected": {"which": "selected"},
        "by name": {"which": "name", "pattern": "o*"},
        "of a colour": {"which": "color", "color": "red"},
        "no list": {"which": "list", "list": "//none.csv"},
    }.items():
        dialog = Dialog(**choice)
        dialog._look()
        error = dialog._error.code if dialog._error else ""
        answer[name] = [[shot.clip.name for shot in dialog._shots], error]
    dialog = Dialog(which="selected")
    dialog._look()
    answer["parameters"] = dict(dialog._shots[0].parameters)
    return answer


class Dialog:
    """The operator's own code, with values as they are set in its dialog."""

    effect, which, channel, color, pattern = "generate", "all", 1, "red", "*"
    list, markers, named, quality = "", False, False, "final"
    _look = batch_ui.AFTERFRAME_OT_batch._look
    _find = batch_ui.AFTERFRAME_OT_batch._find

    def __init__(self, **choice):
        for name, value in choice.items():
            setattr(self, name, value)


def run_batch(**choice):
    windowed, compat.has_window = compat.has_window, lambda: False
    try:
        bpy.ops.afterframe.batch(**choice)
    finally:
        compat.has_window = windowed
    run = batch_ui.current()
    capturing = follow(run)
    return {
        "lines": [[line.strip, line.start, line.effect, line.state] for line in run.lines()],
        "capturing": capturing,
        "problem": bool(session.current().problem),
        "told": batch_ui._told(run.lines()),
    }


def follow(run):
    """Go on to the batch's end; return how many pictures second Blenders made at once, at most."""
    at_once = 0
    deadline = time.monotonic() + LIMIT
    windowed, compat.has_window = compat.has_window, lambda: True
    try:
        while not run.over and time.monotonic() < deadline:
            run.step()
            session.current().tick()
            rows = session.current().board.rows()
            at_once = max(at_once, sum(row.kind == "capturing" for row in rows))
            time.sleep(0.02)
    finally:
        compat.has_window = windowed
    return at_once


def table():
    path = FOLDER / "out" / "batch.csv"
    bpy.ops.afterframe.batch_table("EXEC_DEFAULT", filepath=str(path))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            [row["strip"], row["state"], Path(row["file"]).suffix] for row in csv.DictReader(file)
        ]


def stopped():
    """Stopped after the first shot was handed over."""
    settings.fill(bpy.context.scene.afterframe, "generate", {"frames": 4000, "motion": 9.0})
    dialog = Dialog(which="channel")
    dialog._look()
    run = Run(dialog._shots, lambda shot: settings.wish(bpy.context.scene.afterframe, "final"))
    batch_ui.begin(run)
    run.step()
    bpy.ops.afterframe.batch_stop()
    follow(run)
    bpy.ops.afterframe.batch_dismiss()
    return {
        "states": [line.state for line in run.lines()],
        "dismissed": batch_ui.current() is None,
    }


def left():
    return [str(path) for path in Path(os.environ["TMPDIR"]).glob("afterframe-range-*")]


def strips():
    return compat.strips(bpy.context.scene.sequence_editor)


main()
