"""Capture ranges here and by a child, and stop children in several ways.

Arguments: folder with the media, a folder to write to, ``all`` or ``short``, the answer's path.
Answers with, for each case, the folders of the pictures made here and by the child, and whether
the session stayed as it was; and with what was left behind by children that were stopped.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import capture, child, compat, timeline
from afterframe_hosts.blender.adapter import BlenderHost
from afterframe_hosts.orders import Order, Wish, make_job
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.errors import AfterframeError

MEDIA, FOLDER = map(Path, sys.argv[1:3])
WHICH, ANSWER = sys.argv[3], Path(sys.argv[4])
SIZE = (96, 56)
LIMIT = 60


def main():
    scene = make_project()
    before = state(scene)
    answer = {"cases": [compare("title", True, Span(4, 5)), compare("strobed", False, Span(1, 7))]}
    if WHICH == "all":
        answer["progress"] = progress("strobed")
        answer["cancelled"] = cancelled("strobed")
        answer["errors"] = errors("strobed")
        answer["prepared"] = prepared("strobed")
        answer["killed"] = killed()
    answer["changed"] = before != state(scene)
    if WHICH == "all":
        answer["scripts"] = scripts("strobed")
    answer["left"] = [path.name for path in Path(tempfile.gettempdir()).glob(f"{child.PREFIX}*")]
    ANSWER.write_text(json.dumps(answer))


def make_project():
    """A project with relative paths, a linked scene, packed pixels and what is not saved."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    other = bpy.context.scene
    other.name = "Linked"
    set_up(other)
    strips(other).new_movie("there", str(MEDIA / "plain.mp4"), 1, 1)
    library = FOLDER / "other.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(library))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.name = "Schnitt [1]"
    set_up(scene)
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.scenes = ["Linked"]
    strobed = strips(scene).new_movie("strobed", str(MEDIA / "plain.mp4"), 1, 1)
    strobed.strobe = 3
    nested = strips(scene).new_scene("nested", bpy.data.scenes["Linked"], 2, 1)
    nested.scene_input = "SEQUENCER"
    nested.blend_type, nested.blend_alpha = "ALPHA_OVER", 0.5
    still = strips(scene).new_image("still", str(MEDIA / "still.png"), 3, 1)
    set_end(still, 40)
    still.blend_type, still.blend_alpha = "ALPHA_OVER", 0.3
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "deep" / "cut.blend"))
    bpy.ops.file.make_paths_relative()
    bpy.ops.file.pack_all()
    assert compat.strips(scene.sequence_editor)["strobed"].filepath.startswith("//")
    title = new_effect(scene, "title", "TEXT", 4, 30)  # not saved
    title.text = "unsaved ü"
    title.keyframe_insert("blend_alpha", frame=1)
    title.blend_alpha = 0.2
    title.keyframe_insert("blend_alpha", frame=12)
    scene.view_settings.view_transform = "AgX"
    scene.frame_set(7)
    return scene


def set_up(scene):
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.fps = 24
    scene.frame_end = 48
    scene.sequence_editor_create()


def strips(scene):
    return compat.strips(scene.sequence_editor)


def set_end(strip, end):
    compat.set_ends(strip, compat.first_frame(strip), end)


def new_effect(scene, name, kind, channel, length):
    names = [p.identifier for p in strips(scene).bl_rna.functions["new_effect"].parameters]
    last = {"length": length} if "length" in names else {"frame_end": 1 + length}
    return strips(scene).new_effect(name=name, type=kind, channel=channel, frame_start=1, **last)


def read(name):
    scene = bpy.context.scene
    return timeline.read_clip(scene, strips(scene)[name], "the user's document")


def compare(name, seen, frames):
    here, there = FOLDER / f"{name}-here", FOLDER / f"{name}-there"
    here.mkdir()
    clip = read(name)
    taken = capture.capture(clip, frames, here, seen=seen)
    running = child.RangeCapture(clip, frames, seen=seen)
    captured = wait(running)
    shutil.copytree(running.folder, there)
    running.close()
    same = renamed(taken, here) == renamed(captured, running.folder)
    return {"here": str(here), "there": str(there), "same clip": same, "done": running.total}


def renamed(clip, folder):
    return json.dumps(codec.dump(clip)).replace(str(folder), "FOLDER")


def wait(running):
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        taken = running.poll()
        if taken is not None:
            return taken
        time.sleep(0.02)
    raise TimeoutError


def progress(name):
    """How many frames are said to be there, each number once."""
    running = child.RangeCapture(read(name), Span(1, 40), seen=False)
    said = [running.done]
    while running.poll() is None:
        if running.done != said[-1]:
            said.append(running.done)
        time.sleep(0.002)
    said.append(running.done)
    running.close()
    return said


def cancelled(name):
    running = child.RangeCapture(read(name), Span(1, 48), seen=False)
    started = time.monotonic()
    while not running.done and time.monotonic() - started < LIMIT:
        time.sleep(0.01)
    started = time.monotonic()
    running.close()
    return {
        "frames": running.done,
        "seconds": time.monotonic() - started,
        "ended": running._child.poll() is not None,
    }


def errors(name):
    """The child meets an error of ours; the child is killed; there is no room for the copy."""
    codes = []
    start = child._start
    try:
        child._start = lambda work, clip, frames, folder, seen: start(
            work, clip, Span(900, 2), folder, seen
        )
        running = child.RangeCapture(read(name), Span(1, 2), seen=False)
        codes.append(code_of(lambda: wait(running)))
        running.close()
    finally:
        child._start = start
    running = child.RangeCapture(read(name), Span(1, 48), seen=False)
    os.kill(running._child.pid, signal.SIGKILL)
    codes.append(code_of(lambda: wait(running)))
    running.close()
    codes.append(code_of(lambda: child.RangeCapture(read(name), Span(900, 2), seen=False)))
    return codes


def scripts(name):
    """A driver that was never tried here: its script does not run in the child either."""
    ran = FOLDER / "ran"
    strip = compat.all_strips(bpy.context.scene.sequence_editor)[name]
    strip.driver_add("blend_alpha").driver.expression = f"len(str(open({str(ran)!r}, 'w')))"
    tried = bpy.app.autoexec_fail
    running = child.RangeCapture(read(name), Span(1, 2), seen=True)
    code = code_of(lambda: wait(running))
    running.close()
    strip.driver_remove("blend_alpha")
    return {"tried": tried, "code": code, "ran": ran.exists()}


def code_of(action):
    try:
        action()
    except AfterframeError as error:
        return error.code
    return ""


def prepared(name):
    """A job whose range a child renders is the job whose range is rendered here."""
    host, wish = BlenderHost(), Wish("restyle", {"preset": "oil"}, seen=True)
    clip = host.clips(host_query(name))[0]
    job = make_job(host, clip, wish)
    kept, compat.has_window = compat.has_window, lambda: True
    try:
        preparation = child.Preparation(host, Order(clip, wish))
        asked = preparation.total
        other = wait(preparation)
    finally:
        compat.has_window = kept
    return {"same": job == other, "total": asked, "done": preparation.done, "id": job.id}


def host_query(name):
    from afterframe_hosts.base import Query

    return Query("name", name)


def killed():
    """Whoever asked is killed: the child ends and removes the copy; what is left goes next time."""
    command = [sys.executable, *sys.argv[:3], "asker", str(ANSWER.with_name("asker.json"))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as asker:
        deadline = time.monotonic() + LIMIT
        while not ANSWER.with_name("asker.json").is_file() and time.monotonic() < deadline:
            time.sleep(0.05)
        work = Path(json.loads(ANSWER.with_name("asker.json").read_text()))
        asker.kill()
    while work.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    gone = not work.exists()
    work.mkdir(exist_ok=True)
    mine = Path(tempfile.mkdtemp(prefix=f"{child.PREFIX}{os.getpid()}-"))
    child.remove_remains()
    answer = {"gone": gone, "swept": not work.exists(), "mine stays": mine.exists()}
    mine.rmdir()
    return answer


def ask_and_wait():
    """Begin on a range, say where, and wait to be killed."""
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "deep" / "cut.blend"))
    running = child.RangeCapture(read("strobed"), Span(1, 48), seen=True)
    half = ANSWER.with_suffix(".half")
    half.write_text(json.dumps(str(running.folder.parent)))
    half.replace(ANSWER)
    time.sleep(LIMIT)


def state(scene):
    counts = [
        len(getattr(bpy.data, p.identifier))
        for p in bpy.data.bl_rna.properties
        if p.type == "COLLECTION"
    ]
    paths = [s.filepath for s in compat.all_strips(scene.sequence_editor) if s.type == "MOVIE"]
    return bpy.data.filepath, bpy.data.is_dirty, scene.frame_current, counts, paths


if WHICH == "asker":
    ask_and_wait()
else:
    main()
