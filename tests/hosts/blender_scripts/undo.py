"""In a Blender with a window: place a result from a timer, undo it, redo it; then leave.

Arguments, after ``--``: a movie, the answer's path. Answers with the strips that stand after each
step, and with an error's text where one was raised.
"""

import json
import sys
import traceback
from fractions import Fraction
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat, marks, place, timeline
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result

MOVIE, ANSWER = map(Path, sys.argv[sys.argv.index("--") + 1 :][:2])
FRAMES, SIZE = 12, (320, 180)
answer = {"background": bpy.app.background}


def begin():
    scene = compat.edited_scene()
    editor = scene.sequence_editor or scene.sequence_editor_create()
    compat.strips(editor).new_movie("source", str(MOVIE), 1, 1)
    bpy.ops.ed.undo_push(message="Add the source")
    answer["before"] = standing()


def place_result():
    scene = compat.edited_scene()
    strip = compat.all_strips(scene.sequence_editor)["source"]
    clip = timeline.read_clip(scene, strip, "unsaved")
    job = Job("0" * 32, "generate", clip, Output(str(MOVIE.parent), rate=clip.rate), at=1)
    result = Result(str(MOVIE), "/recipe.json", FRAMES, Fraction(24), SIZE)
    for _ in range(2):  # the second time it stands there already: nothing to undo
        place.place(JobStatus(job, "done", 0.0, 0.0, result=result))
    answer["placed"] = standing()


def undo():
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.undo()
    answer["undone"] = standing()


def redo():
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        bpy.ops.ed.redo()
    answer["redone"] = standing()


def standing():
    strips = compat.all_strips(compat.edited_scene().sequence_editor)
    return {strip.name: strip.get(marks.JOB, "") for strip in strips}


STEPS = [begin, place_result, undo, redo]


def step():
    try:
        STEPS.pop(0)()
    except Exception:  # noqa: BLE001 - the border of the process
        answer["error"] = traceback.format_exc()
        STEPS.clear()
    if STEPS:
        return 0.3
    ANSWER.write_text(json.dumps(answer))
    bpy.ops.wm.quit_blender()
    return None


bpy.app.timers.register(step, first_interval=1.0)
