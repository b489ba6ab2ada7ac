"""One session through the life of a project. Arguments: folder with look.mov, the Python that
has the engine, the answer's path.

Answers with what was seen at each step.
"""

import json
import os
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat, ui
from afterframe_hosts.blender.ui import session

FOLDER, ENGINE, ANSWER = map(Path, sys.argv[1:4])
LIMIT = 60


def main():
    os.environ["AFTERFRAME_ENGINE"] = str(ENGINE)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    ui.register()
    make_project()
    seen = {"a job": a_job()}
    ui.unregister()
    ANSWER.write_text(json.dumps(seen))


def a_job():
    here = session.current()
    bpy.ops.afterframe.generate(quality="draft")
    rows = wait(lambda: rows_of("placed"))
    bpy.ops.wm.save_mainfile()
    wait(lambda: here.board.status(rows[0]["job"]).delivery == "placed")
    return {"rows": rows, "strips": strips(), "engines": [each.name for each in here.engines]}


def make_project():
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 320, 180
    scene.render.fps, scene.render.fps_base = 24, 1.0
    editor = scene.sequence_editor_create()
    look = compat.strips(editor).new_movie("look", str(FOLDER / "look.mov"), 1, 1)
    editor.active_strip = look
    scene.frame_set(5)
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "cut.blend"))


def wait(done):
    """Tick until something is so; return it."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        time.sleep(min(0.1, session.current().tick()))
        value = done()
        if value:
            return value
    raise AssertionError(f"waited in vain: {rows_of()} {session.current().problem}")


def rows_of(place=None):
    rows = [vars(row) for row in session.current().board.rows()]
    return [row for row in rows if place in (None, row["place"])]


def strips():
    editor = compat.edited_scene().sequence_editor
    return {s.name: [compat.first_frame(s), s.channel] for s in compat.all_strips(editor)}


main()
