"""Break off while a job runs, or come back to it. Arguments: folder with look.mov, the Python that
has the engine, ``leave`` or ``back``, the answer's path.
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

FOLDER, ENGINE = map(Path, sys.argv[1:3])
WHAT, ANSWER = sys.argv[3], Path(sys.argv[4])
CUT = FOLDER / "cut.blend"
LIMIT = 40


def leave():
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 320, 180
    look = compat.strips(scene.sequence_editor_create()).new_movie(
        "look", str(FOLDER / "look.mov"), 1, 1
    )
    look.select, scene.sequence_editor.active_strip = True, look
    bpy.ops.wm.save_as_mainfile(filepath=str(CUT))
    bpy.ops.afterframe.generate(quality="draft")
    return until(
        lambda: next((row for row in rows() if row["kind"] in {"queued", "running"}), None)
    )


def back():
    time.sleep(4)  # the job goes on by itself meanwhile
    bpy.ops.wm.open_mainfile(filepath=str(CUT))
    offered = until(lambda: next((row for row in rows() if row["place"] == "offered"), None))
    bpy.ops.afterframe.place_result(job=offered["job"])
    placed = until(lambda: next((row for row in rows() if row["place"] == "placed"), None))
    bpy.ops.wm.save_mainfile()
    until(lambda: session.current().board.status(offered["job"]).delivery == "placed")
    bpy.ops.wm.open_mainfile(filepath=str(CUT))
    for _ in range(10):
        session.current().tick()
        time.sleep(0.05)
    return {"offered": offered, "placed": placed, "again": len(session.current().offered)}


def rows():
    return [vars(row) for row in session.current().board.rows()]


def until(done):
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        time.sleep(min(0.05, session.current().tick()))
        value = done()
        if value:
            return value
    raise AssertionError(f"waited in vain: {rows()}")


os.environ["AFTERFRAME_ENGINE"] = str(ENGINE)
bpy.ops.wm.read_factory_settings(use_empty=True)
ui.register()
ANSWER.write_text(json.dumps(leave() if WHAT == "leave" else back()))
