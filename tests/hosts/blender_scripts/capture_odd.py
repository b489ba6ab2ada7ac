"""Select and capture what is out of the ordinary. Arguments: media folder, a folder, the answer."""

import json
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.base import Query
from afterframe_hosts.blender import capture, compat, timeline
from afterframe_hosts.blender.adapter import BlenderHost
from afterframe_hosts.wire import codec
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.errors import AfterframeError

MEDIA, FOLDER, ANSWER = map(Path, sys.argv[1:4])


def main():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 96, 64
    editor = scene.sequence_editor_create()
    answer = {
        "selected": selections(scene, editor),
        "refused": refusals(scene, editor),
        "captured": captures(scene, editor),
        "handlers heard": handlers(scene),
    }
    ANSWER.write_text(json.dumps(answer))


def selections(scene, editor):
    host = BlenderHost()
    found = {"nothing": code_of(host.selection)}
    movie = compat.strips(editor).new_movie("movie", str(MEDIA / "look.mov"), 1, 1)
    speed = new_effect(editor, "faster", "SPEED", 2, 1, 13, movie)
    adjustment = new_effect(editor, "grade", "ADJUSTMENT", 3, 1, 13)
    title = new_effect(editor, "title", "COLOR", 4, 1, 13)
    meta = compat.strips(editor).new_meta("meta", 5, 1)
    inner = compat.strips(meta).new_movie("inner", str(MEDIA / "look.mov"), 1, 1)
    for name, strip in (("speed effect", speed), ("adjustment", adjustment), ("title", title)):
        found[name] = selected_alone(host, editor, strip)
    found["inside a meta"] = selected_alone(host, editor, inner)
    meta.transform.scale_x = 0.5
    found["inside a changed meta"] = selected_alone(host, editor, inner)
    found["all"] = sorted(clip.name for clip in host.clips(Query("all")))
    movie.color_tag = "COLOR_01"
    found["red"] = [clip.name for clip in host.clips(Query("color", "red"))]
    meta.mute = True
    found["all but muted"] = [clip.name for clip in host.clips(Query("all"))]
    return found


def refusals(scene, editor):
    meta = compat.strips(editor).new_meta("broken meta", 6, 50)
    compat.strips(meta).new_movie("lost inside", str(MEDIA / "lost.mov"), 1, 50)
    lost = compat.strips(editor).new_movie("lost", str(MEDIA / "lost.mov"), 7, 50)
    gap = image_sequence(editor, "gap", 8, 50, ["plate.1001.png", "plate.1099.png"])
    movie = compat.strips(editor)["movie"]
    (MEDIA / "damaged.mov").write_text("no movie")
    (MEDIA / "damaged.png").write_text("no picture")
    damaged = compat.strips(editor).new_movie("damaged", str(MEDIA / "damaged.mov"), 10, 50)
    inside = compat.strips(editor).new_meta("damaged inside", 11, 50)
    compat.strips(inside).new_movie("damaged too", str(MEDIA / "damaged.mov"), 1, 50)
    compat.set_ends(inside, 50, 60)
    picture = image_sequence(editor, "damaged picture", 12, 50, ["damaged.png"])
    picture.use_multiview = True  # not plain
    strobed = compat.strips(editor).new_movie("strobed", str(MEDIA / "look.mov"), 9, 50)
    strobed.strobe = 2
    return {
        "lost": code_of(lambda: take(scene, lost, 50)),
        "lost in a meta": code_of(lambda: take(scene, meta, 50)),
        "picture of a sequence": code_of(lambda: take(scene, gap, 51)),
        "damaged": code_of(lambda: take(scene, damaged, 50)),
        "damaged in a meta": code_of(lambda: take(scene, inside, 50)),
        "damaged picture": code_of(lambda: take(scene, picture, 50)),
        "before": code_of(lambda: take(scene, movie, 0)),
        "after": code_of(lambda: take(scene, movie, 13)),
    }


def captures(scene, editor):
    strips = compat.strips(editor)
    bright = image_sequence(editor, "bright", 1, 100, ["bright.exr"])
    bright.use_multiview = True  # not plain
    logged = strips.new_movie("logged", str(MEDIA / "numbers.mov"), 5, 100)
    logged.colorspace_settings.name, logged.strobe = "Filmic Log", 2
    title = strips["title"]
    title.color, title.blend_alpha = (0.2, 0.6, 0.4), 0.5
    glass = image_sequence(editor, "glass", 2, 100, ["glass.png"])
    glass.use_multiview = True
    turned = strips.new_movie("turned", str(MEDIA / "look.mov"), 3, 100)
    turned.transform.rotation, turned.transform.scale_x = 0.5, 0.4
    turned.crop.min_x, turned.use_flip_x, turned.color_saturation = 30, True, 0.2
    turned.blend_alpha, turned.mute, turned.strobe = 0.3, True, 3
    editor.channels[3].mute = True
    with compat.SequencerScene(scene):
        turned.modifiers.new("Contrast", "BRIGHT_CONTRAST").contrast = 60
    other = bpy.data.scenes.new("Other")
    nested = strips.new_scene("nested", other, 4, 100)
    nested.scene_input = "SEQUENCER"
    white = new_effect(other.sequence_editor_create(), "white", "COLOR", 1, 1, 50)
    white.color = (1, 1, 1)
    clips = {
        "bright": take(scene, bright, 100),
        "logged": take(scene, logged, 100),
        "title": take(scene, title, 1),
        "glass": take(scene, glass, 100),
        "turned": take(scene, turned, 106),
        "nested": take(scene, nested, 100),
        "several": take(scene, turned, 102, 4),
    }
    return {name: codec.dump(clip) for name, clip in clips.items()}


def handlers(scene):
    heard = []

    def listen(*_):
        heard.append("render")

    bpy.app.handlers.render_pre.append(listen)
    take(scene, compat.strips(scene.sequence_editor)["turned"], 107)
    kept = listen in bpy.app.handlers.render_pre
    bpy.app.handlers.render_pre.remove(listen)
    return heard if kept else ["the handler is gone"]


def selected_alone(host, editor, strip):
    for each in compat.all_strips(editor):
        each.select = False
    strip.select = True
    editor.active_strip = strip
    return code_of(lambda: [clip.name for clip in host.selection()])


def take(scene, strip, frame, count=1):
    folder = FOLDER / f"{strip.name}-{frame}-{count}"
    folder.mkdir(parents=True)
    clip = timeline.read_clip(scene, strip, "/cut.blend")
    return capture.capture(clip, Span(frame, count), folder, seen=False)


def image_sequence(editor, name, channel, start, files):
    strip = compat.strips(editor).new_image(name, str(MEDIA / files[0]), channel, start)
    for file in files[1:]:
        strip.elements.append(file)
    return strip


def new_effect(editor, name, kind, channel, start, end, strip=None):
    names = [p.identifier for p in compat.strips(editor).bl_rna.functions["new_effect"].parameters]
    last = {"length": end - start} if "length" in names else {"frame_end": end}
    over = {"input1" if "input1" in names else "seq1": strip} if strip else {}
    return compat.strips(editor).new_effect(
        name=name, type=kind, channel=channel, frame_start=start, **last, **over
    )


def code_of(action):
    try:
        value = action()
        return value if isinstance(value, list) else "captured"
    except AfterframeError as error:
        return error.code


main()
