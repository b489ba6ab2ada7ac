"""Place ready-made results over strips of every look; render before, after, and after reload.

Arguments: folder with the media, a folder to write to, the answer's path. The folder gets
``before.blend`` and ``after.blend``. Answers with what was placed, what stands in the file after
it was loaded again, and paths of the renders before and after, under both view transforms.
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat, place, timeline
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.errors import AfterframeError
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result

MEDIA, FOLDER, ANSWER = map(Path, sys.argv[1:4])
SLOT, AT, FRAMES = 200, 20, 48
SIZE = (256, 128)
VIEWS = ("Standard", "AgX")


def main():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 240, 160
    scene.render.fps, scene.render.fps_base = 24, 1.001
    scene.render.image_settings.file_format = "PNG"
    scene.frame_start, scene.frame_end = 1, 5000
    cases = make_cases(scene)
    scene.frame_set(33)
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "before.blend"))
    render(scene, cases, "before")
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "before.blend"))
    scene = bpy.context.scene
    for number, case in enumerate(cases):
        case["placed"] = codec.dump(place.place(status_of(scene, case, number)))
        again = place.place(status_of(scene, case, number))
        case["placed again"] = codec.dump(again) == case["placed"]
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "after.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "after.blend"))
    scene = bpy.context.scene
    for case in cases:
        case["reloaded"] = describe(scene, case["placed"]["name"])
    moved = move_source(scene, cases[0])
    steps = undo_steps(scene, cases[0])
    render(scene, cases, "after")
    refusals = make_refusals(scene, cases[0])
    ANSWER.write_text(
        json.dumps({"cases": cases, "moved": moved, "refusals": refusals, "undo": steps})
    )


def make_cases(scene):
    editor = scene.sequence_editor_create()
    makers = (plain, transformed, graded, animated, inside_meta, pictures)
    cases = []
    for number, make in enumerate(makers, 1):
        strip = make(scene, editor, number * SLOT)
        start = compat.first_frame(strip)
        cases.append({"kind": make.__name__, "strip": strip.name, "at": start + AT})
    return cases


def movie(owner, name, start):
    return compat.strips(owner).new_movie(name, str(MEDIA / "look.mov"), 1, start)


def plain(scene, editor, start):
    strip = movie(editor, "plain.mov", start)
    above = compat.strips(editor).new_movie("neighbour", str(MEDIA / "look.mov"), 2, start + 55)
    above.mute = True
    editor.channels[3].lock = True
    return strip


def transformed(scene, editor, start):
    strip = movie(editor, "transformed", start)
    strip.transform.scale_x, strip.transform.scale_y = 0.8, 0.7
    strip.transform.offset_x, strip.transform.offset_y = 14, -9
    strip.transform.rotation = 0.35
    strip.crop.min_x, strip.crop.max_y = 20, 12
    strip.use_flip_x = True
    strip.color_saturation, strip.color_multiply = 0.6, 0.9
    return strip


def graded(scene, editor, start):
    strip = movie(editor, "graded", start)
    with compat.SequencerScene(scene):
        balance = strip.modifiers.new("Balance", "COLOR_BALANCE")
        balance.color_balance.lift = (0.95, 1.0, 1.05)
        balance.color_balance.gain = (1.1, 1.0, 0.9)
        balance.color_multiply = 0.97
        strip.modifiers.new("Contrast", "BRIGHT_CONTRAST").contrast = 12
        strip.modifiers.new("White", "WHITE_BALANCE").white_value = (0.9, 1.0, 1.1)
        curves = strip.modifiers.new("Curves", "CURVES").curve_mapping
        curves.curves[3].points.new(0.4, 0.55)
        curves.update()
        hue = strip.modifiers.new("Hue", "HUE_CORRECT").curve_mapping
        hue.curves[1].points[2].location = (0.25, 0.8)
        hue.update()
        tone = strip.modifiers.new("Tone", "TONEMAP")
        tone.intensity, tone.mute = 0.4, True
    return strip


def animated(scene, editor, start):
    strip = movie(editor, "animated", start)
    for frame, offset in ((start, -40), (start + 47, 40)):
        strip.transform.offset_x = offset
        strip.transform.keyframe_insert("offset_x", frame=frame)
    return strip


def inside_meta(scene, editor, start):
    meta = compat.strips(editor).new_meta("meta", 1, start)
    inner = compat.strips(meta).new_movie("inside", str(MEDIA / "look.mov"), 1, start)
    if hasattr(meta, "right_handle"):
        meta.right_handle = start + 48
    else:
        meta.frame_final_end = start + 48
    return inner


def pictures(scene, editor, start):
    names = sorted(path.name for path in (MEDIA / "pictures").iterdir())
    strip = compat.strips(editor).new_image(
        "pictures", str(MEDIA / "pictures" / names[0]), 1, start
    )
    for name in names[1:]:
        strip.elements.append(name)
    return strip


def status_of(scene, case, number):
    strip = compat.all_strips(scene.sequence_editor)[case["strip"]]
    clip = timeline.read_clip(scene, strip, bpy.data.filepath)
    output = Output(folder=str(FOLDER), rate=clip.rate)
    job = Job(f"{number:032x}", "generate", clip, output, at=case["at"])
    movie = FOLDER / "plain_generate_v007.mov"
    pictures = FOLDER / "pictures_v002" / "pictures_v002.####.exr"
    sequence = case["kind"] == "pictures"
    result = Result(
        path=str(pictures if sequence else movie),
        recipe=str(movie.with_suffix(".afterframe.json")),
        frames=FRAMES,
        rate=Fraction(24000, 1001),
        size=SIZE,
        first=1 if sequence else 0,
        colour_space=clip.media.colour_space,
    )
    return JobStatus(job, "done", 0.0, 0.0, result=result)


def describe(scene, name):
    strip = compat.all_strips(scene.sequence_editor)[name]
    return {
        "start": compat.first_frame(strip),
        "end": compat.end_frame(strip),
        "channel": strip.channel,
        "color_tag": strip.color_tag,
        "colour": strip.colorspace_settings.name,
        "type": strip.type,
        "elements": len(strip.elements),
        "selected": strip.select,
        "properties": dict(strip.items()),
        "file": bpy.path.abspath(strip.filepath) if strip.type == "MOVIE" else "",
        "modifiers": len(strip.modifiers),
    }


def move_source(scene, case):
    """The user moves the clip while its job runs: the result follows it."""
    status = status_of(scene, case, 99)
    strip = compat.all_strips(scene.sequence_editor)[case["strip"]]
    start = "content_start" if hasattr(strip, "content_start") else "frame_start"
    setattr(strip, start, getattr(strip, start) + 3)
    placed = place.place(status)
    compat.strips(scene.sequence_editor).remove(
        compat.all_strips(scene.sequence_editor)[placed.name]
    )
    setattr(strip, start, getattr(strip, start) - 3)
    return placed.span.start - case["at"]


def undo_steps(scene, case):
    """Place as if there was a window; return the messages of the undo steps asked for."""
    said = []
    kept = compat.has_window, place._push_step
    compat.has_window, place._push_step = lambda: True, said.append
    try:
        status = status_of(scene, case, 98)
        name = place.place(status).name
        place.place(status)
    finally:
        compat.has_window, place._push_step = kept
    editor = scene.sequence_editor
    compat.strips(editor).remove(compat.all_strips(editor)[name])
    return [message.replace(name, "NAME") for message in said]


def make_refusals(scene, case):
    """No result, or no channel: an error, and nothing changed."""
    editor = scene.sequence_editor
    count = len(compat.all_strips(editor))
    codes = []
    missing = status_of(scene, case, 50)
    nowhere = Result(str(FOLDER / "not there.mov"), "", FRAMES, missing.result.rate, SIZE)
    short = Result(missing.result.path, "", FRAMES + 1, missing.result.rate, SIZE)
    for result in (nowhere, short):
        codes.append(refused(JobStatus(missing.job, "done", 0.0, 0.0, result=result)))
    for step in ("_add_pictures", "_set_look", "_verify", "_mark"):
        codes.append(interrupted(step, status_of(scene, case, 51)))
    for channel in editor.channels[1:]:
        channel.lock = True
    codes.append(refused(status_of(scene, case, 51)))
    for channel in editor.channels[1:]:
        channel.lock = False
    gone = status_of(scene, case, 52)
    compat.strips(editor).remove(compat.strips(editor)[case["strip"]])
    codes.append(refused(gone))
    return {"codes": codes, "strips added": len(compat.all_strips(editor)) - count + 1}


def interrupted(step, status):
    """Place a result, and be stopped in the middle of a step."""

    def stop(*_):
        raise KeyboardInterrupt

    whole = getattr(place, step)
    setattr(place, step, stop)
    try:
        return refused(status)
    except KeyboardInterrupt:
        return "stopped"
    finally:
        setattr(place, step, whole)


def refused(status):
    try:
        place.place(status)
    except AfterframeError as error:
        return error.code
    return "placed"


def render(scene, cases, when):
    settings = scene.render.image_settings
    for case in cases:
        for view in VIEWS:
            path = FOLDER / f"{case['kind']}-{view}-{when}.png"
            scene.view_settings.view_transform = view
            settings.color_depth = "16"
            scene.frame_set(case["at"])
            scene.render.filepath = str(path)
            bpy.ops.render.render(write_still=True)
            case.setdefault(when, {})[view] = str(path)


main()
