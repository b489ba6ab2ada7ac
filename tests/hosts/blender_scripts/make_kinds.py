"""Make a project with one strip of each kind, one after the other; render what it shows.

Arguments: folder with the media, the .blend to write, folder for renders, ``all`` or
``rate-adjusted``, the answer's path.
Answers with the probes: for each kind, strip name and frames, and what Blender renders there.
"""

import contextlib
import json
import sys
from pathlib import Path

import bpy

MEDIA, BLEND, RENDERS = map(Path, sys.argv[1:4])
WHICH, ANSWER = sys.argv[4], Path(sys.argv[5])
SLOT = 200


def strips(owner):
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def end_of(strip):
    return strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end


def trim(strip, head, tail):
    """Cut frames off both ends with the handles, as a user does."""
    if hasattr(strip, "left_handle"):
        strip.left_handle += head
        strip.right_handle -= tail
    else:
        strip.frame_final_start += head
        strip.frame_final_end -= tail


def set_end(strip, end):
    if hasattr(strip, "right_handle"):
        strip.right_handle = end
    else:
        strip.frame_final_end = end


def skip(strip, frames):
    """Leave out the medium's first frames."""
    if hasattr(strip, "content_trim_start"):
        strip.content_trim_start = frames
    else:
        strip.animation_offset_start = frames


def new_effect(editor, name, kind, channel, strip, end):
    names = [p.identifier for p in strips(editor).bl_rna.functions["new_effect"].parameters]
    start = 1
    if strip:
        start = int(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)
    last = {"length": end - start} if "length" in names else {"frame_end": end}
    over = {"input1" if "input1" in names else "seq1": strip} if strip else {}
    return strips(editor).new_effect(
        name=name, type=kind, channel=channel, frame_start=start, **last, **over
    )


def keyframes(thing, name, *keys):
    for frame, value in keys:
        setattr(thing, name, value)
        thing.keyframe_insert(name, frame=frame)


def sequencer_area():
    """A context in which the sequencer's operators work without a window."""
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def retime(editor, strip, at, percent):
    for each in strips(editor):
        each.select = False
    strip.select = True
    editor.active_strip = strip
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = bpy.context.scene
    with sequencer_area():
        bpy.ops.sequencer.retiming_key_add(timeline_frame=at)
        bpy.ops.sequencer.retiming_segment_speed_set(speed=percent)


def image_sequence(owner, name, channel, start):
    pictures = sorted((MEDIA / "plates").iterdir())
    strip = strips(owner).new_image(name, str(pictures[0]), channel, start)
    for picture in pictures[1:]:
        strip.elements.append(picture.name)
    return strip


class Project:
    """Strips one after the other in channel 1, with the frames to look at."""

    def __init__(self, editor):
        self.editor = editor
        self.probes = []
        self.slot = 0

    def start(self):
        self.slot += 1
        return self.slot * SLOT

    def movie(self, name, file="plain.mp4", owner=None):
        return strips(owner or self.editor).new_movie(name, str(MEDIA / file), 1, self.start())

    def probe(self, kind, strip, *frames):
        self.probes += [{"kind": kind, "strip": strip.name, "frame": frame} for frame in frames]


def make_plain(project):
    for kind, file in (("movie", "plain.mp4"), ("edit list", "edited.mp4"), ("offset", "late.mp4")):
        strip = project.movie(kind, file)
        start = project.slot * SLOT
        project.probe(kind, strip, start, start + 7, start + 30)
    still = strips(project.editor).new_image("still", str(MEDIA / "still.png"), 1, project.start())
    set_end(still, project.slot * SLOT + 40)
    project.probe("still", still, project.slot * SLOT, project.slot * SLOT + 39)
    sequence = image_sequence(project.editor, "sequence", 1, project.start())
    trim(sequence, 3, 2)
    project.probe("sequence", sequence, project.slot * SLOT + 3, project.slot * SLOT + 9)


def make_cut(project):
    trimmed = project.movie("trimmed")
    trim(trimmed, 10, 5)
    project.probe("trimmed", trimmed, project.slot * SLOT + 10, project.slot * SLOT + 42)
    skipped = project.movie("skipped")
    skip(skipped, 6)
    project.probe("skipped", skipped, project.slot * SLOT + 6, project.slot * SLOT + 20)
    left = project.movie("split")
    right = left.split(frame=project.slot * SLOT + 20, split_method="SOFT")
    project.probe("split", left, project.slot * SLOT + 19)
    project.probe("split", right, project.slot * SLOT + 20, project.slot * SLOT + 47)
    held = project.movie("held")
    set_end(held, project.slot * SLOT + 60)
    project.probe("held", held, project.slot * SLOT + 10, project.slot * SLOT + 55)


def make_altered(project):
    backwards = project.movie("reversed")
    backwards.use_reverse_frames = True
    project.probe("reversed", backwards, project.slot * SLOT, project.slot * SLOT + 33)
    both = project.movie("reversed and trimmed")
    both.use_reverse_frames = True
    skip(both, 4)
    trim(both, 5, 9)
    project.probe("reversed and trimmed", both, project.slot * SLOT + 9, project.slot * SLOT + 30)
    retimed = project.movie("retimed")
    retime(project.editor, retimed, project.slot * SLOT + 12, 50.0)
    project.probe("retimed", retimed, *(project.slot * SLOT + n for n in (3, 15, 31)))
    strobed = project.movie("strobed")
    strobed.strobe = 5
    project.probe("strobed", strobed, project.slot * SLOT + 13)
    fast = project.movie("speed effect")
    effect = new_effect(project.editor, "speed", "SPEED", 2, fast, end_of(fast))
    effect.speed_control = "MULTIPLY"
    effect.speed_factor = 2.0
    project.probe("speed effect", fast, project.slot * SLOT + 5, project.slot * SLOT + 17)
    keyed = project.movie("animated speed")
    effect = new_effect(project.editor, "keyed speed", "SPEED", 2, keyed, end_of(keyed))
    effect.speed_control = "FRAME_NUMBER"
    start = project.slot * SLOT
    keyframes(effect, "speed_frame_number", (start, 40), (start + 47, 2))
    project.probe("animated speed", keyed, start + 6, start + 30)
    moving = project.movie("animated look")
    start = project.slot * SLOT
    keyframes(moving, "blend_alpha", (start, 0.0), (start + 20, 1.0))
    keyframes(moving.transform, "offset_x", (start, -3.0), (start + 40, 3.0))
    keyframes(moving.transform, "scale_x", (start, 0.95), (start + 40, 1.0))
    project.probe("animated look", moving, start + 15, start + 33)
    slow = project.movie("other rate", "fast.mp4")
    project.probe("other rate", slow, project.slot * SLOT + 25)


def make_nested(project):
    for name, moved in (("meta", 0), ("moved meta", 15)):
        start = project.start()
        meta = strips(project.editor).new_meta(name, 1, start)
        inner = strips(meta).new_movie(f"inside {name}", str(MEDIA / "plain.mp4"), 1, start)
        set_end(meta, start + 40)
        if hasattr(meta, "content_start"):
            meta.content_start += moved
        else:
            meta.frame_start += moved
        project.probe(name, meta, start + moved + 5)
        project.probe(f"inside {name}", inner, start + moved + 5, start + moved + 20)
    other = bpy.data.scenes.new("Other")
    other.render.resolution_x, other.render.resolution_y = 192, 112
    other.render.fps = bpy.context.scene.render.fps
    strips(other.sequence_editor_create()).new_movie("there", str(MEDIA / "plain.mp4"), 1, 1)
    other.frame_start, other.frame_end = 1, 48
    nested = strips(project.editor).new_scene("scene", other, 1, project.start())
    nested.scene_input = "SEQUENCER"
    project.probe("scene", nested, project.slot * SLOT + 11)


def make_others(editor):
    """What a project has beside pictures: sound (not in every build), titles."""
    with contextlib.suppress(RuntimeError):
        strips(editor).new_sound("tone", str(MEDIA / "tone.wav"), 5, 1)
    new_effect(editor, "title", "TEXT", 6, None, 60)


def make_rate_adjusted(project):
    """As when a user drops a movie of another rate: only the operator does it."""
    start = project.start()
    with sequencer_area():
        bpy.ops.sequencer.movie_strip_add(
            filepath=str(MEDIA / "fast.mp4"),
            frame_start=start,
            channel=1,
            fit_method="ORIGINAL",
            adjust_playback_rate=True,
            use_framerate=False,
            sound=False,
        )
    strip = strips(project.editor)[0]
    strip.name = "rate adjusted"
    project.probe("rate adjusted", strip, start, start + 1, start + 10, start + 27)


def render_probes(scene, probes):
    """Render each probe's frame as `blender -f N` does, with the project's own settings."""
    scene.render.image_settings.file_format = "PNG"
    for number, probe in enumerate(probes):
        path = RENDERS / f"{number:03d}.png"
        scene.frame_set(probe["frame"])
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        probe["render"] = str(path)


def main():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 192, 112
    scene.render.fps = 24
    scene.view_settings.view_transform = "Standard"
    project = Project(scene.sequence_editor_create())
    if WHICH == "rate-adjusted":
        make_rate_adjusted(project)
    else:
        make_plain(project)
        make_cut(project)
        make_altered(project)
        make_nested(project)
        make_others(project.editor)
    scene.frame_start, scene.frame_end = 1, 10000
    scene.render.image_settings.color_mode = "RGB"
    scene.frame_set(17)
    bpy.ops.wm.save_as_mainfile(filepath=str(BLEND))
    render_probes(scene, project.probes)
    ANSWER.write_text(json.dumps(project.probes))


main()
