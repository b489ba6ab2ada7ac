"""Place results of every effect beside strips of several looks, in metas, on their own channel.

Arguments: folder with the media, a folder to write to, the answer's path. The folder gets
``before.blend`` and ``after.blend``. Answers with the cases: where each result was placed, and
paths of renders of the source before and of the result after, under both view transforms.
"""

import contextlib
import json
import shutil
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import capture, compat, place, timeline
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.errors import AfterframeError
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result, new_id

MEDIA, FOLDER, ANSWER = map(Path, sys.argv[1:4])
VIEWS = ("Standard", "AgX")
SLOT, LENGTH = 150, 48
LOOKS = ("plain", "turned", "graded", "faint")
RESULT = 24


def main():
    make_project()
    answer = {"looks": look_cases()}
    place_all(answer["looks"])
    answer["standing"] = standing_cases()
    save("after")
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "after.blend"))
    for case in answer["looks"]:
        for other in answer["looks"]:
            strip_of(other["placed"]["name"]).mute = other is not case
        case["after"] = render(case["placed"]["span"]["start"], case["name"], "after")
    answer["numbers"] = numbers(answer["standing"])
    answer["fade"] = fade()
    answer["meanwhile"] = meanwhile()
    ANSWER.write_text(json.dumps(answer))


def make_project():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 160, 96
    scene.render.fps = 24
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_depth = "16"
    scene.render.image_settings.color_mode = "RGB"
    scene.frame_start, scene.frame_end = 1, 9000
    editor = scene.sequence_editor_create()
    for number, look in enumerate(LOOKS, 1):
        for part, start in (("", 0), (" next", LENGTH + 12)):
            strip = movie(editor, f"{look}{part}", number * SLOT + start)
            dress(scene, strip, look)
    make_others(editor)
    # What the user does between two results leaves its own traces: they are there before, too.
    open_meta("meta")
    toggle_meta()
    save("before")


def save(name, **more):
    scene = bpy.context.scene
    scene.view_settings.view_transform = "Standard"
    scene.render.filepath = "/tmp/"
    for rendered in list(bpy.data.images):
        bpy.data.images.remove(rendered)
    scene.frame_set(33)
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / f"{name}.blend"), **more)


def make_others(editor):
    """What stands elsewhere: metas, a clip with a neighbour, a cut, a channel that is shut."""
    meta = new_meta(editor, "meta", 1000)
    movie(meta, "inside", 1000, "numbers.mp4", 2)
    movie(meta, "beside", 1060, "numbers.mp4", 2)
    compat.set_ends(meta, 1000, 1110)
    movie(meta, "over it", 1000, "numbers.mp4", 3)
    movie(editor, "flush", 1200, "numbers.mp4", 4)
    movie(editor, "crowded", 1300, "numbers.mp4", 4)
    movie(editor, "neighbour", 1300 + LENGTH + 5, "numbers.mp4", 4)
    movie(editor, "one", 1400, "numbers.mp4", 4)
    movie(editor, "two", 1400 + LENGTH, "numbers.mp4", 4)
    movie(editor, "wide", 1600, "numbers.mp4", 4)
    movie(editor, "far", 1600 + LENGTH + RESULT, "numbers.mp4", 4)
    strobed = movie(editor, "strobed", 1900, "numbers.mp4", 4)
    strobed.strobe = 4
    fading = movie(editor, "fading", 2100, "look.mov", 4)
    fading.blend_alpha = 0.0
    fading.keyframe_insert("blend_alpha", frame=2100)
    fading.blend_alpha = 1.0
    fading.keyframe_insert("blend_alpha", frame=2120)
    movie(editor, "heard", 2300, "numbers.mp4", 4)
    with contextlib.suppress(RuntimeError):  # one of the modules is built without sound
        compat.strips(editor).new_sound("its sound", str(MEDIA / "tone.wav"), 5, 2300)
    editor.channels[6].mute = True


def movie(owner, name, start, file="look.mov", channel=1):
    return compat.strips(owner).new_movie(name, str(MEDIA / file), channel, start)


def new_meta(owner, name, start):
    return compat.strips(owner).new_meta(name, 4, start)


def dress(scene, strip, look):
    if look == "turned":
        strip.transform.scale_x, strip.transform.scale_y = 0.8, 0.7
        strip.transform.offset_x, strip.transform.rotation = 9, 0.3
        strip.crop.min_x = 12
    elif look == "faint":
        strip.blend_alpha = 0.4
    elif look == "graded":
        with compat.SequencerScene(scene):
            strip.modifiers.new("Contrast", "BRIGHT_CONTRAST").contrast = 14
            strip.modifiers.new("White", "WHITE_BALANCE").white_value = (0.9, 1.0, 1.1)
        strip.color_saturation = 0.6


def look_cases():
    """Each effect on each look, with the frame at which the source shows the result's first."""
    cases = []
    for look in LOOKS:
        strip = strip_of(look)
        start, end = compat.first_frame(strip), compat.end_frame(strip)
        for effect, frame in (
            ("generate", start + 7),
            ("extend", end - 1),
            ("bridge", end - 1),
            ("restyle", start),
        ):
            name = f"{look}-{effect}"
            cases.append({"name": name, "strip": look, "effect": effect, "at": frame})
            cases[-1]["before"] = render(frame, name, "before")
    return cases


def place_all(cases):
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "before.blend"))
    for case in cases:
        frames = {"bridge": 12, "restyle": LENGTH}.get(case["effect"], RESULT)
        case["placed"] = put(case["strip"], case["effect"], frames, at=case["at"])
        case["channel"] = strip_of(case["placed"]["name"]).channel
        case["path"] = strip_of(case["placed"]["name"]).filepath
        # Each is placed over its source alone: the one before is out of its way.
        strip_of(case["placed"]["name"]).mute = True


def standing_cases():
    """Where results go that are not simply above their clip."""
    answer = {}
    answer["closed meta"] = place_case("inside", "restyle", LENGTH)
    open_meta("meta")
    answer["open meta"] = place_case("inside", "restyle", LENGTH)
    answer["gap in the meta"] = place_case("inside", "bridge", 12, after="beside")
    toggle_meta()
    answer["flush"] = place_case("flush", "extend", RESULT, own_track=True)
    answer["above"] = place_case("flush", "extend", RESULT)
    answer["crowded"] = place_case("crowded", "extend", RESULT, own_track=True)
    answer["overlap"] = place_case(
        "crowded", "extend", RESULT, own_track=True, parameters={"overlap": 6}, handles=(4, 3)
    )
    answer["cut"] = place_case("one", "bridge", 12, after="two", parameters={"frames": 12})
    answer["gap"] = place_case("wide", "bridge", RESULT, after="far")
    answer["heard"] = place_case("heard", "restyle", LENGTH)
    return answer


def place_case(strip, effect, frames, **more):
    placed = put(strip, effect, frames, **more)
    made = strip_of(placed["name"])
    meta = made.parent_meta()
    return {
        **placed,
        "channel": made.channel,
        "meta": meta.name if meta else "",
        "handle": more.get("handles", (0, 0))[0],
    }


def put(name, effect, frames, at=None, after=None, parameters=None, handles=(0, 0), **more):
    scene = bpy.context.scene
    clip = read(name)
    if effect == "bridge":
        after = read(after or f"{name} next")
    job = Job(
        new_id(),
        effect,
        clip,
        Output(str(FOLDER), rate=clip.rate),
        at=at if effect == "generate" else None,
        parameters=parameters or {},
        after=after,
        **more,
    )
    whole = frames + sum(handles)
    source = "look.mov" if "look" in clip.media.path else "numbers.mp4"
    path = FOLDER / f"{effect}_{whole}_{source}_v001.mov"
    if not path.is_file():
        shutil.copy(MEDIA / f"{whole}_{source}", path)
    element = compat.all_strips(scene.sequence_editor)[name].elements[0]
    size = element.orig_width, element.orig_height
    result = Result(
        str(path), f"{path}.json", whole, clip.rate, size, colour_space="sRGB", handles=handles
    )
    return codec.dump(place.place(JobStatus(job, "done", 0.0, 0.0, result=result)))


def read(name):
    scene = bpy.context.scene
    return timeline.read_clip(scene, strip_of(name), bpy.data.filepath)


def strip_of(name):
    return compat.all_strips(bpy.context.scene.sequence_editor)[name]


def numbers(cases):
    """What the scene shows at the first and the last frame of results, and beside them."""
    answer = {}
    for name in ("flush", "overlap", "cut", "gap"):
        first = cases[name]["span"]["start"]
        last = first + cases[name]["span"]["duration"] - 1
        frames = {"first": first, "last": last, "before": first - 1, "after": last + 1}
        answer[name] = {
            key: render(frame, f"{name}-{key}", "n")["Standard"] for key, frame in frames.items()
        }
    return answer


def fade():
    """A style over a clip that fades in fades in, too; its removal takes the animation away."""
    action = bpy.context.scene.animation_data.action
    count = sum(len(curves) for curves in compat.curves_of(action))
    placed = put("fading", "restyle", LENGTH)
    curves = [curve for each in compat.curves_of(action) for curve in each]
    own = [curve for curve in curves if json.dumps(placed["name"])[1:-1] in curve.data_path]
    values = [[curve.evaluate(frame) for frame in (2100, 2110, 2120)] for curve in own]
    save("faded", copy=True)
    compat.strips(bpy.context.scene.sequence_editor).remove(strip_of(placed["name"]))
    left = sum(len(curves) for curves in compat.curves_of(action)) - count
    return {"values": values, "left": left}


def meanwhile():
    """What the user does while a job runs."""
    scene = bpy.context.scene
    answer = {}
    clip = read("strobed")
    folder = FOLDER / "captured"
    folder.mkdir()
    taken = capture.capture(clip, Span(1910, 1), folder, seen=False)
    move(strip_of("strobed"), 5)
    job = Job(new_id(), "generate", taken, Output(str(FOLDER), rate=clip.rate), at=1910)
    result = result_of("strobed", "generate", RESULT)
    placed = place.place(JobStatus(job, "done", 0.0, 0.0, result=result))
    answer["moved"] = placed.span.start
    job = Job(new_id(), "generate", read("wide"), Output(str(FOLDER), rate=clip.rate), at=1610)
    strip_of("wide").name = "renamed"
    status = JobStatus(job, "done", 0.0, 0.0, result=result)
    other = bpy.data.scenes.new("other")
    bpy.context.window.scene = other
    placed = place.place(status)
    answer["renamed"] = [placed.span.start, json.loads(placed.item)[0]]
    bpy.context.window.scene = scene
    job = Job(new_id(), "generate", read("one"), Output(str(FOLDER), rate=clip.rate), at=1410)
    status = JobStatus(job, "done", 0.0, 0.0, result=result)
    scene.render.fps = 30
    answer["rate"] = code_of(status)
    scene.render.fps = 24
    answer["rate again"] = code_of(status)
    job = Job(new_id(), "generate", read("two"), Output(str(FOLDER), rate=clip.rate), at=1450)
    compat.strips(scene.sequence_editor).remove(strip_of("two"))
    status = JobStatus(job, "done", 0.0, 0.0, result=result)
    answer["gone"] = code_of(status)
    alone = place.place_alone(status)
    answer["where it was"] = [alone.span.start, strip_of(alone.name).channel]
    alone = place.place_alone(replace(status, job=replace(job, id=new_id())), 5000)
    answer["anywhere"] = [alone.span.start, strip_of(alone.name).channel]
    return answer


def result_of(name, effect, frames):
    path = FOLDER / f"{effect}_{frames}_numbers.mp4_v001.mov"
    if not path.is_file():
        shutil.copy(MEDIA / f"{frames}_numbers.mp4", path)
    element = strip_of(name).elements[0]
    size = element.orig_width, element.orig_height
    return Result(str(path), f"{path}.json", frames, Fraction(24), size)


def code_of(status):
    try:
        place.place(status)
    except AfterframeError as error:
        return error.code
    return ""


def move(strip, frames):
    name = "content_start" if hasattr(strip, "content_start") else "frame_start"
    setattr(strip, name, getattr(strip, name) + frames)


def open_meta(name):
    editor = bpy.context.scene.sequence_editor
    for strip in compat.all_strips(editor):
        strip.select = strip.name == name
    editor.active_strip = strip_of(name)
    toggle_meta()
    for strip in compat.all_strips(editor):
        strip.select = False


def toggle_meta():
    workspace = bpy.context.workspace
    if hasattr(workspace, "sequencer_scene"):
        workspace.sequencer_scene = bpy.context.scene
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.sequencer.meta_toggle()


def render(frame, name, when):
    scene, paths = bpy.context.scene, {}
    for view in VIEWS if when != "n" else VIEWS[:1]:
        path = FOLDER / "renders" / f"{name}-{view}-{when}.png"
        scene.view_settings.view_transform = view
        scene.frame_set(frame)
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        paths[view] = str(path)
    return paths


main()
