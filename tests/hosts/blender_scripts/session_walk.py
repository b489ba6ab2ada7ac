"""One session through the life of a project. Arguments: folder with look.mov, the Python that
has the engine, the answer's path.

Every step begins in a saved project with one strip, and answers with what is seen after it. Nothing
is placed but in a tick: what a step does before its next tick happens while its job runs.
"""

import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat, ui
from afterframe_hosts.blender.ui import session
from afterframe_hosts.wire import awaited, discovery
from afterframe_hosts.wire.system import process_lives

FOLDER, ENGINE, ANSWER = map(Path, sys.argv[1:4])
LIMIT = 40
CUT = FOLDER / "cut.blend"
STEPS = {}


def main():
    os.environ["AFTERFRAME_ENGINE"] = str(ENGINE)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    ui.register()
    make_project()
    seen = {}
    for name, step in STEPS.items():
        shutil.copy(FOLDER / "first.blend", CUT)
        bpy.ops.wm.open_mainfile(filepath=str(CUT))
        try:
            seen[name] = step()
        except (AssertionError, RuntimeError) as error:
            seen[name] = {"error": str(error)}
        session.current().clear_finished()
    ticks = sorted(session.current().ticks)
    seen["ticks"] = {"count": len(ticks), "p95": ticks[int(0.95 * len(ticks))]}
    ui.unregister()
    seen["left"] = left()
    ANSWER.write_text(json.dumps(seen))


def step(function):
    STEPS[function.__name__] = function
    return function


@step
def asked():
    job = ask()
    placed = wait(job, "placed")
    before = {"delivery": status(job).delivery, "awaited": job in waiting()}
    bpy.ops.wm.save_mainfile()
    until(lambda: status(job).delivery == "placed")
    again = ask_again()
    engines = [each.name for each in session.current().engines]
    return {
        "row": placed,
        "strips": strips(),
        "before saving": before,
        "awaited": job in waiting(),
        "engines": engines,
        "preview": until(lambda: picture(job)),
        "again": again,
    }


@step
def held_back():
    pump = session.current().pump
    allowed, pump.may_place = pump.may_place, lambda: False
    job = ask()
    held = wait(job, "held")
    standing = strips()
    pump.may_place = allowed
    return {"held": held, "standing": standing, "placed": wait(job, "placed"), "strips": strips()}


@step
def taken_off():
    job = ask()
    placed = strip_of(wait(job, "placed") and job)
    compat.strips(editor()).remove(placed)
    removed = wait(job, "removed")
    bpy.ops.afterframe.place_result(job=job)
    placed = wait(job, "placed")
    compat.strips(editor()).remove(strip_of(job))
    bpy.ops.wm.save_mainfile()
    until(lambda: status(job).delivery == "declined")
    return {"removed": removed, "placed": placed, "awaited": job in waiting()}


@step
def strip_deleted():
    jobs = [ask(), ask()]
    compat.strips(editor()).remove(compat.all_strips(editor())["look"])
    homeless = wait(jobs[0], "homeless")
    wait(jobs[1], "homeless")
    bpy.ops.afterframe.place_result(job=jobs[0])
    bpy.context.scene.frame_set(40)
    bpy.ops.afterframe.place_result(job=jobs[1], here=True)
    return {"homeless": homeless, "placed": wait(jobs[0], "placed"), "strips": strips()}


@step
def a_title():
    strips_of = compat.strips(editor())
    names = [p.identifier for p in strips_of.bl_rna.functions["new_effect"].parameters]
    length = {"length" if "length" in names else "frame_end": 20}
    choose(strips_of.new_effect(name="title", type="TEXT", channel=5, frame_start=1, **length))
    wait(ask(), "placed")
    return {"strips": strips()}


@step
def take_refused():
    job = ask()
    made = strip_of(wait(job, "placed") and job)
    choose(made)
    made["afterframe_lineage"] = "damaged"
    bpy.ops.afterframe.render_take(quality="final")
    until(lambda: len(json.loads(made["afterframe_takes"])) == 2)
    made.afterframe.generate.motion = 2
    look = compat.all_strips(editor())["look"]
    compat.set_ends(look, 8, 12)
    trimmed = refused()
    compat.strips(editor()).remove(look)
    damaged = {"takes": len(json.loads(made["afterframe_takes"]))}
    return {"trimmed": trimmed, "gone": refused(), "damaged": damaged}


def choose(strip):
    for other in compat.all_strips(editor()):
        other.select = other == strip
    editor().active_strip = strip


def refused():
    """Ask for a take that cannot be made; return what is told."""
    try:
        bpy.ops.afterframe.render_take(quality="final")
    except RuntimeError as error:
        return str(error)
    raise AssertionError("a take was asked for")


@step
def strip_comes_back():
    """As an undo brings a strip back; without a window there is none to press."""
    job = ask()
    clip = compat.all_strips(editor())["look"]
    compat.strips(editor()).remove(clip)
    gone = wait(job, "homeless")
    make_timeline()
    session.hear("changed")
    return {"gone": gone, "placed": wait(job, "placed"), "strips": strips()}


@step
def gone_in_another():
    job = ask()
    compat.strips(editor()).remove(compat.all_strips(editor())["look"])
    wait(job, "homeless")
    other = FOLDER / "other.blend"
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(other))
    elsewhere = wait(job, "elsewhere")
    bpy.ops.wm.open_mainfile(filepath=str(CUT))
    return {"elsewhere": elsewhere, "back": wait(job, "offered")}


@step
def scene_switched():
    job = ask()
    name = bpy.context.scene.name
    bpy.context.window.scene = bpy.data.scenes.new("another")
    row = wait(job, "placed")
    return {
        "row": row,
        "there": list(compat.all_strips(bpy.data.scenes[name].sequence_editor).keys()),
    }


@step
def rate_changed():
    job = ask()
    bpy.context.scene.render.fps = 30
    row = wait(job, "homeless")
    bpy.context.scene.render.fps = 24
    bpy.ops.afterframe.place_result(job=job)
    return {"row": row, "placed": wait(job, "placed")}


@step
def saved_elsewhere():
    job = ask()
    copy = FOLDER / "elsewhere" / "new.blend"
    copy.parent.mkdir(exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(copy))
    known = {"old": job in awaited.jobs(str(CUT)), "new": job in awaited.jobs(str(copy))}
    row = wait(job, "placed")
    bpy.ops.wm.save_mainfile()
    until(lambda: status(job).delivery == "placed")
    return {"row": row, "awaited": known, "strips": strips()}


@step
def another_opened():
    job = ask()
    other = FOLDER / "other.blend"
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(other))
    elsewhere = wait(job, "elsewhere")
    there = strips() if editor() else {}
    bpy.ops.wm.open_mainfile(filepath=str(CUT))
    offered = wait(job, "offered")
    before = [each.job.id for each in session.current().offered]
    bpy.ops.afterframe.place_result(job=job)
    placed = wait(job, "placed")
    return {
        "elsewhere": elsewhere,
        "other": there,
        "offered": offered,
        "before": before.count(job),
        "placed": placed,
        "after": [each.job.id for each in session.current().offered].count(job),
    }


@step
def reverted():
    job = ask()
    wait(job, "placed")
    bpy.ops.wm.open_mainfile(filepath=str(CUT))
    offered = wait(job, "offered")
    bpy.ops.afterframe.decline_result(job=job)
    until(lambda: status(job).delivery == "declined")
    bpy.ops.wm.open_mainfile(filepath=str(CUT))
    until(lambda: not session.current().offered)
    return {"offered": offered, "declined": wait(job, "declined"), "strips": strips()}


@step
def unsaved():
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    make_timeline()
    job = ask()
    wait(job, "placed")
    folder = str(Path(status(job).result.path).parent)
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "late.blend"))
    until(lambda: status(job).delivery == "placed")
    return {"folder": folder, "strips": strips()}


@step
def cancelled():
    job = ask(frames=200)
    bpy.ops.afterframe.cancel_job(job=job)
    until(lambda: row_of(job)["kind"] == "cancelled")
    row = row_of(job)
    bpy.ops.afterframe.retry_job(job=job)
    until(lambda: row_of(job)["kind"] in {"queued", "running"})
    bpy.ops.afterframe.cancel_job(job=job)
    until(lambda: row_of(job)["kind"] == "cancelled")
    bpy.ops.afterframe.remove_job(job=job)
    return {"row": row, "rows": len(session.current().board.rows()), "awaited": job in waiting()}


@step
def service_killed():
    job = ask(frames=60)
    until(lambda: row_of(job)["kind"] == "running")
    pid = discovery.read_endpoint().pid
    os.kill(pid, 9)
    row = wait(job, "placed")
    return {"row": row, "lives": process_lives(pid), "anew": discovery.read_endpoint().pid != pid}


@step
def reloaded():
    job = ask(frames=60)
    session.current().tick()
    until(lambda: row_of(job)["kind"] in {"queued", "running"})
    first = session.current()
    ui.unregister()
    ui.register()
    row = until(lambda: row_of(job) if row_of(job).get("place") in {"placed", "offered"} else None)
    return {"row": row, "another": session.current() is not first}


@step
def two_at_once():
    other = session.Session()
    job = ask()
    row = wait(job, "placed", other)
    for _ in range(10):
        other.tick()
        time.sleep(0.05)
    seen = [vars(each) for each in other.board.rows() if each.job == job]
    offered = [each.job.id for each in other.offered]
    other.end()
    return {"row": row, "other": seen, "offered": job in offered, "strips": strips()}


def ask(frames=6):
    """Ask for a clip of so many frames from the strip ``look``; return its job."""
    here = session.current()
    known = {row.job for row in here.board.rows()}
    settings = compat.edited_scene().afterframe
    settings.generate.frames, settings.generate.frames_set = frames, True
    bpy.ops.afterframe.generate(quality="draft")
    (job,) = {row.job for row in here.board.rows()} - known
    return job


def ask_again():
    """Ask for the very same once more, and see what is selected then."""
    compat.edited_scene().afterframe.generate.seed_locked = True
    bpy.ops.afterframe.generate(quality="draft")
    selected = [each.name for each in compat.all_strips(editor()) if each.select]
    return {"said": session.current().said, "selected": selected}


def make_project():
    make_timeline()
    bpy.ops.wm.save_as_mainfile(filepath=str(CUT), relative_remap=False)
    shutil.copy(CUT, FOLDER / "first.blend")


def make_timeline():
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 320, 180
    scene.render.fps, scene.render.fps_base = 24, 1.0
    look = compat.strips(scene.sequence_editor_create()).new_movie(
        "look", str(FOLDER / "look.mov"), 1, 1
    )
    look.select, scene.sequence_editor.active_strip = True, look
    scene.frame_set(5)


def until(done, *others):
    """Tick until something is so; return it."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        time.sleep(min(0.05, session.current().tick()))
        for other in others:
            other.tick()
        value = done()
        if value:
            return value
    rows = [vars(row) for row in session.current().board.rows()]
    raise AssertionError(f"waited in vain: {rows} {session.current().problem}")


def wait(job, place, *others):
    return until(lambda: row_of(job) if row_of(job).get("place") == place else None, *others)


def row_of(job):
    rows = (vars(row) for row in session.current().board.rows())
    return next((row for row in rows if row["job"] == job), {})


def status(job):
    return session.current().board.status(job)


def picture(job):
    path, _ = session.current().previews.get(job, (None, 0))
    return path is not None and path.read_bytes()[:2] == b"\xff\xd8"


def waiting():
    return awaited.jobs(session.current().host.document())


def editor():
    return compat.edited_scene().sequence_editor


def strip_of(job):
    return next(s for s in compat.all_strips(editor()) if s.get("afterframe_job") == job)


def strips():
    return {s.name: [compat.first_frame(s), s.channel] for s in compat.all_strips(editor())}


def left():
    """What is left of us after unregistering."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and _threads():
        time.sleep(0.1)
    handlers = bpy.app.handlers
    heard = [
        f
        for name in dir(handlers)
        if isinstance(getattr(handlers, name), list)
        for f in getattr(handlers, name)
    ]
    return {
        "threads": _threads(),
        "handlers": [f.__module__ for f in heard if "afterframe" in f.__module__],
        "classes": [name for name in dir(bpy.types) if "AFTERFRAME" in name],
        "properties": hasattr(bpy.types.Scene, "afterframe"),
    }


def _threads():
    return [each.name for each in threading.enumerate() if "afterframe" in each.name]


main()
