"""Takes behind one strip, whatever the user does to it: nothing but what it shows is changed.

Arguments: folder with the media, a folder to write to, the answer's path. Answers with what each
check found: by name, a list of what is wrong, which is empty where all is right.
"""

import json
import os
import random
import re
import sys
import traceback
from fractions import Fraction
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from walk import Walk

from afterframe_hosts.blender import capture, compat, marks, place, source, takes, timeline
from afterframe_hosts.wire.errors import AfterframeError
from afterframe_hosts.wire.job import Job, JobStatus, Output, Result

MEDIA, FOLDER, ANSWER = map(Path, sys.argv[1:4])
RATE = Fraction(24)
RESULTS = {
    # name: frames, size, handles
    "long": ("made_v001.mov", 24, (64, 48), (0, 0)),
    "handles": ("made_v002.mov", 40, (128, 96), (4, 6)),
    "short": ("made_v003.mov", 10, (64, 48), (0, 0)),
    "pictures": ("made_v004/made_v004.####.png", 20, (64, 48), (3, 2)),
    "other pictures": ("made_v005/made_v005.####.png", 30, (32, 24), (0, 0)),
    "same": ("made_v006.mov", 24, (64, 48), (0, 0)),
}
MOVIES, PICTURES = ("handles", "short", "same", "long"), ("pictures", "other pictures")
AT = 110
SHOWN = re.compile(
    r"\.(filepath|directory|type|frame_duration|content_duration|content_end|fps|stream_index"
    r"|elements.*|frame_start|frame_final_\w+|frame_offset_\w+|content_start|duration"
    r"|left_handle|right_handle|left_handle_offset|right_handle_offset"
    r"|rna_type|use_deinterlace|views_format|use_multiview|stereo_3d_format.*|retiming_keys.*"
    r"|transform\.scale_[xy]|crop\.(min|max)_[xy]|colorspace_settings\.\w+|connections.*"
    r"|bl_rna.*|afterframe.*)$|\['afterframe_\w+'\]$"
)
"""Of the strip itself, what tells of the medium, and where its ends are: checked by themselves."""
answers = {}


def main():
    for check in CHECKS:
        try:
            answers[check.__name__] = list(check())
        except Exception:  # noqa: BLE001 - one check's end is not all the others'
            answers[check.__name__] = [traceback.format_exc()[-1500:]]
    ANSWER.write_text(json.dumps(answers))


class Everything(Walk):
    """All values of scenes and their animation, those of our strips among them."""

    def file(self):
        for name in ("scenes", "actions", "images", "movieclips", "sounds"):
            self.collection(name, getattr(bpy.data, name))
            for block in getattr(bpy.data, name):
                self.seen = set()
                self.struct(f"{name}[{block.name_full!r}]", block)
        return self

    def note_additions(self, scene):
        pass

    def is_added(self, item):
        return False

    def pointer(self, path, value):
        """Strips by name: which one is met first is chance."""
        if value is not None and self.is_strip(value):
            self.values[path] = f"-> strip {value.name!r}"
        else:
            super().pointer(path, value)

    def collection(self, path, value):
        if path.endswith((".strips", ".sequences")) and all(map(self.is_strip, value)):
            self.values[path] = repr(sorted(each.name for each in value))
        else:
            super().collection(path, value)


def values():
    return dict(Everything().file().values)


def new_project():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.resolution_x, scene.render.resolution_y = 24, 128, 96
    editor = scene.sequence_editor_create()
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene
    shot = compat.strips(editor).new_movie("shot", str(MEDIA / "shot.mov"), 1, 100)
    place.place(status(shot, 1, "long"))
    strip = next(strip for _, strip in marks.all_ours())
    return scene, shot, strip


def status(
    shot, number, name, effect="generate", quality="final", lineage="", parameters=None, asked=5.0
):
    scene = bpy.context.scene
    file, frames, size, handles = RESULTS[name]
    clip = timeline.read_clip(scene, shot, bpy.data.filepath or "unsaved")
    output = Output(folder=str(MEDIA), rate=RATE)
    job = Job(
        f"{number:032x}",
        effect,
        clip,
        output,
        at=AT if effect == "generate" else None,
        parameters={"seed": 7} if parameters is None else parameters,
        engine="motion",
        quality=quality,
        lineage=lineage,
    )
    path = MEDIA / file
    folder = path.parent.parent if "#" in file else path.parent
    recipe = folder / f"{Path(file).parts[0].partition('.')[0]}.afterframe.json"
    result = Result(
        str(path), str(recipe), frames, RATE, size, 1 if "#" in file else 0, "sRGB", (), handles
    )
    return JobStatus(job, "done", asked, asked, result=result)


def dress(scene, strip):
    """All that a user does to a strip: what must stay."""
    editor = scene.sequence_editor
    strips = compat.strips(editor)
    mask = strips.new_movie("mask", str(MEDIA / "shot.mov"), 8, 100)
    strip.name = "my clip"
    strip.color_tag, strip.blend_type, strip.blend_alpha = "COLOR_03", "ALPHA_OVER", 0.8
    strip.use_flip_x, strip.color_saturation, strip.lock = True, 0.7, True
    strip.crop.min_x, strip.crop.max_y = 6, 4
    strip.transform.offset_x, strip.transform.rotation = 12, 0.2
    strip["mine"] = "kept"
    strip.strobe = 2
    with compat.SequencerScene(scene):
        contrast = strip.modifiers.new("Contrast", "BRIGHT_CONTRAST")
        contrast.contrast, contrast.input_mask_strip = 12, mask
        curves = strip.modifiers.new("Curves", "CURVES").curve_mapping
        curves.curves[3].points.new(0.4, 0.55)
        curves.update()
        other = strips.new_movie("other", str(MEDIA / "shot.mov"), 11, 100)
        masked = other.modifiers.new("By the made one", "BRIGHT_CONTRAST")
        masked.input_mask_strip = strip
    for frame, value in ((112, 0.0), (120, 1.0)):
        strip.blend_alpha = value
        strip.keyframe_insert("blend_alpha", frame=frame)
        strip.transform.scale_x = 1 + value
        strip.transform.keyframe_insert("scale_x", frame=frame)
    contrast.keyframe_insert("contrast", frame=112)
    driver = strip.transform.driver_add("offset_y").driver
    driver.expression = "frame / 10"
    follower = scene.driver_add("audio_volume").driver
    variable = follower.variables.new()
    variable.targets[0].id_type, variable.targets[0].id = "SCENE", scene
    variable.targets[0].data_path = strip.path_from_id() + ".channel"
    follower.expression = variable.name + " / 128"
    end = compat.end_frame(strip)
    after = strips.new_movie("after", str(MEDIA / "shot.mov"), 6, end - 4)
    new_effect(editor, "cross", "CROSS", 7, strip, after)
    new_effect(editor, "glow", "GLOW", 9, strip, None)
    strip.select = True
    editor.active_strip = strip
    scene.frame_set(115)
    return compat.all_strips(editor)["my clip"]


def new_effect(editor, name, kind, channel, one, other):
    owner = compat.strips(editor)
    names = [p.identifier for p in owner.bl_rna.functions["new_effect"].parameters]
    first, end = compat.first_frame(one), compat.end_frame(one)
    more = {"length": end - first} if "length" in names else {"frame_end": end}
    inputs = ("input1", "input2") if "input1" in names else ("seq1", "seq2")
    more[inputs[0]] = one
    if other is not None:
        more[inputs[1]] = other
    return owner.new_effect(name=name, type=kind, channel=channel, frame_start=first, **more)


def differences(before, after, strip, more=r"$^"):
    """Return what differs in the file beyond what a strip itself shows."""
    own = f"strips_all[{strip.name!r}]", f"sequences_all[{strip.name!r}]"
    own += f"strips[{strip.name!r}]", f"sequences[{strip.name!r}]"
    for path in sorted(set(before) | set(after)):
        one, other = before.get(path), after.get(path)
        if one == other or "active_strip" in path or re.search(more, path):
            continue
        if any(f"{each}." in path or f"{each}[" in path for each in own) and SHOWN.search(path):
            continue
        yield f"{path}: {one} -> {other}"


OF_EFFECTS = r"(cross|glow)'\]\.(frame_\w+|content_\w+|duration|left_handle\w*|right_handle\w*)$"
"""Where effects end, which follow their strips."""
ANIMATED = r"keyframe_points\[\d+\]\.(co|co_ui|handle_left|handle_right)$|\.range$"


def a_new_take_changes_the_medium_only():
    """Of any length, size and kind, after any other."""
    scene, shot, strip = new_project()
    strip = dress(scene, strip)
    lineage = strip[marks.LINEAGE]
    for number, name in enumerate(("same", *MOVIES, *PICTURES, *MOVIES, *PICTURES), 2):
        before = values()
        shown = takes.shown(strip)
        expected = AT - 0
        place.place(status(shot, number, name, lineage=lineage))
        strip = compat.all_strips(scene.sequence_editor)["my clip"]
        resized = shown.result.size != RESULTS[name][2]
        more = f"{OF_EFFECTS}|{ANIMATED}" if resized else OF_EFFECTS
        yield from (f"{name}: {each}" for each in differences(before, values(), strip, more))
        yield from standing(strip, name, expected)
        yield from looks(strip, name)
        if scene.sequence_editor.active_strip != strip:
            yield f"{name}: not the active strip"
        effects = {each.name for each in compat.strips(scene.sequence_editor)}
        if not {"cross", "glow"} <= effects:
            yield f"{name}: an effect went: {sorted(effects)}"
    if len(takes.of(strip)) != 14:
        yield f"{len(takes.of(strip))} takes"


def standing(strip, name, at, first=None, end=None):
    """Return what is wrong with where a strip stands that shows a take from frame ``at``."""
    _, frames, _, handles = RESULTS[name]
    content = at - handles[0]
    first = at if first is None else first
    end = content + frames - handles[1] if end is None else end
    asked = (content, first, end, frames)
    got = compat.content_start(strip), compat.first_frame(strip), compat.end_frame(strip)
    got = (*got, compat.content_length(strip))
    if got != asked:
        yield f"{name}: stands at {got} instead of {asked}"
    if strip.type != ("IMAGE" if "#" in RESULTS[name][0] else "MOVIE"):
        yield f"{name}: is a {strip.type}"
    if strip.type == "MOVIE" and capture.source_size(bpy.context.scene, strip) != RESULTS[name][2]:
        yield f"{name}: is taken to be of another size"
    path = takes.shown(strip).result.path
    if marks.absolute(path) != MEDIA / RESULTS[name][0]:
        yield f"{name}: says it shows {path}"


def looks(strip, name):
    """Return what is wrong with the part of the frame that a strip covers, and with its keys."""
    size = RESULTS[name][2]
    scene = bpy.context.scene
    curve = next(
        c
        for o in compat.curves_of(scene.animation_data.action)
        for c in o
        if "scale_x" in c.data_path
    )
    heights = [point.co[1] * size[0] for point in curve.keyframe_points]
    covered = strip.transform.scale_y * size[1]
    crop = strip.crop.min_x / size[0], strip.crop.max_y / size[1]
    if [round(h, 3) for h in heights] != [64.0, 128.0] or round(covered, 3) != 48.0:
        yield f"{name}: covers {heights}, {covered}"
    if abs(crop[0] - 6 / 64) > 0.02 or abs(crop[1] - 4 / 48) > 0.02:
        yield f"{name}: crops {crop}"
    if not strip.path_resolve("transform").id_data.animation_data.drivers:
        yield f"{name}: lost its driver"


def takes_are_stepped_through_and_trims_come_back():
    scene, shot, strip = new_project()
    lineage = strip[marks.LINEAGE]
    for number, name in enumerate(("handles", "short", "same"), 2):
        place.place(status(shot, number, name, lineage=lineage))
    order = ["long", "handles", "short", "same"]
    names = [take.name for take in takes.of(strip)]
    if names != [RESULTS[name][0] for name in order]:
        yield f"takes are {names}"
    for n in range(9):
        strip, skipped = takes.step(scene, strip, 1)
        yield from standing(strip, order[n % 4], AT)
        yield from (f"skipped {take.name}" for take in skipped)
    strip = takes.show(scene, strip, takes.of(strip)[0].job)
    compat.set_ends(strip, AT + 3, AT + 20)  # the user trims it
    trims = {"long": (3, 20), "handles": (3, 20), "short": (3, 10), "same": (3, 20)}
    for n in range(1, 10):
        name = order[n % 4]
        strip, _ = takes.step(scene, strip, 1)
        first, end = trims[name]
        yield from standing(strip, name, AT, AT + first, AT + end)
    shown = takes.show(scene, strip, takes.of(strip)[2].job)
    compat.set_ends(shown, AT + 1, AT + 8)  # and what is short, anew
    strip, _ = takes.step(scene, strip, -2)
    yield from standing(strip, "long", AT, AT + 1, AT + 8)


def a_take_whose_file_is_gone_is_skipped_and_told():
    scene, shot, strip = new_project()
    lineage = strip[marks.LINEAGE]
    lost = MEDIA / "made_v009.mov"
    lost.write_bytes((MEDIA / "made_v003.mov").read_bytes())
    RESULTS["lost"] = ("made_v009.mov", 10, (64, 48), (0, 0))
    for number, name in enumerate(("lost", "same"), 2):
        place.place(status(shot, number, name, lineage=lineage))
    lost.unlink()
    before = values()
    try:
        takes.show(scene, strip, takes.of(strip)[1].job)
        yield "shown"
    except AfterframeError as error:
        if error.code != "media_missing" or "made_v009" not in error.message():
            yield error.message()
    yield from differences(before, values(), strip, "$^")
    strip, skipped = takes.step(scene, strip, -1)
    yield from standing(strip, "long", AT)
    if [take.name for take in skipped] != ["made_v009.mov"]:
        yield f"skipped {skipped}"


def what_would_touch_a_neighbour_is_shorter():
    scene, shot, strip = new_project()
    strips = compat.strips(scene.sequence_editor)
    neighbour = strips.new_movie("neighbour", str(MEDIA / "shot.mov"), strip.channel, AT + 24)
    lineage, channel = strip[marks.LINEAGE], strip.channel
    place.place(status(shot, 2, "handles", lineage=lineage))
    yield from standing(strip, "handles", AT, AT, AT + 24)
    if (strip.channel, compat.first_frame(neighbour)) != (channel, AT + 24):
        yield f"in channel {strip.channel}, neighbour at {compat.first_frame(neighbour)}"
    strips.remove(neighbour)
    strip, _ = takes.step(scene, strip, 1)
    strip, _ = takes.step(scene, strip, 1)
    yield from standing(strip, "handles", AT)


def a_draft_is_replaced_by_its_final():
    scene, shot, strip = new_project()
    strips = compat.strips(scene.sequence_editor)
    strips.remove(strip)
    place.place(status(shot, 20, "short", quality="draft"))
    draft = next(each for _, each in marks.all_ours())
    place.place(status(shot, 21, "long"))
    ours = [each for _, each in marks.all_ours()]
    if ours != [draft] or [t.quality for t in takes.of(draft)] != ["draft", "final"]:
        yield f"{[each.name for each in ours]}"
    yield from standing(draft, "long", AT)
    place.place(status(shot, 22, "same", parameters={"seed": 8}))
    if len(list(marks.all_ours())) != 2:
        yield "another seed is not the draft's final"
    lineage = draft[marks.LINEAGE]
    place.place(status(shot, 23, "short", quality="draft", lineage=lineage, asked=2.0))
    yield from standing(draft, "long", AT)  # a late draft does not take its final's place
    place.place(status(shot, 24, "short", quality="draft", lineage=lineage, asked=9.0))
    yield from standing(draft, "short", AT)  # one that was asked for after it is looked at


def a_copy_goes_its_own_way():
    scene, shot, strip = new_project()
    place.place(status(shot, 2, "short", lineage=strip[marks.LINEAGE]))
    copy = duplicate(scene, strip)
    if copy is None or len(takes.of(copy)) != 2:
        yield "a copy has lost its takes"
        return
    name = strip.name
    lineage = takes.claim(scene, copy)
    if lineage == strip[marks.LINEAGE] or takes.claim(scene, copy) != lineage:
        yield "a copy has the lineage of its original"
    original = dict(strip.items())
    place.place(status(shot, 3, "handles", lineage=lineage))
    if dict(strip.items()) != original or takes.shown(strip).name != "made_v003.mov":
        yield "a copy's take has changed the original"
    if takes.shown(copy).name != "made_v002.mov" or len(takes.of(copy)) != 3:
        yield f"the copy shows {takes.shown(copy).name}"
    strip = compat.all_strips(scene.sequence_editor)[name]
    again = duplicate(scene, strip)
    kept = takes.claim(scene, strip)
    if kept != original[marks.LINEAGE]:
        yield "the original has lost its lineage to its copy"
    if takes.find(kept)[1] != strip:
        yield "a result for the original goes to its copy"
    place.place(status(shot, 4, "same", lineage=kept))
    if takes.shown(again).name != "made_v003.mov" or takes.shown(strip).name != "made_v006.mov":
        yield "an original's take has gone to its copy"
    strip.name = "renamed"
    if takes.claim(scene, strip) == kept:
        yield "renamed and copied: either may be the original, so that it gets its own"


def duplicate(scene, strip):
    editor = scene.sequence_editor
    for each in compat.strips(editor):
        each.select = each == strip
    editor.active_strip = strip
    known = {each.name for each in compat.strips(editor)}
    with sequencer_area():
        bpy.ops.sequencer.duplicate()
    made = [each for each in compat.strips(editor) if each.name not in known]
    if made:
        made[0].channel = 20 + len(known)  # as the user drops it elsewhere
    return made[0] if made else None


def sequencer_area():
    """A context in which the sequencer's operators work without a window."""
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(region for region in area.regions if region.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def a_retimed_strip_keeps_its_speed():
    scene, shot, strip = new_project()
    for each in compat.strips(scene.sequence_editor):
        each.select = each == strip
    scene.sequence_editor.active_strip = strip
    with sequencer_area():
        bpy.ops.sequencer.retiming_key_add(timeline_frame=AT + 10)
        bpy.ops.sequencer.retiming_segment_speed_set(speed=50.0)
    lineage = strip[marks.LINEAGE]

    def facts():
        keys = [key.timeline_frame for key in strip.retiming_keys]
        return keys, compat.first_frame(strip), compat.end_frame(strip), strip.channel

    before = facts()
    if len(before[0]) < 2:
        yield "is not retimed"
    place.place(status(shot, 2, "same", lineage=lineage))
    if facts() != before or takes.shown(strip).name != "made_v006.mov":
        yield f"{before} -> {facts()}"
    place.place(status(shot, 3, "pictures", lineage=lineage))
    ours = [each for _, each in marks.all_ours()]
    if facts() != before or takes.shown(strip).name != "made_v006.mov" or len(ours) != 2:
        yield f"{before} -> {facts()}: what another kind cannot take over is placed by itself"
    if len({each[marks.LINEAGE] for each in ours}) != 2:
        yield "two strips have one lineage"


def takes_are_found_after_saving_anywhere():
    marks.follow_saves()
    _, shot, strip = new_project()
    first, second = FOLDER / "one" / "one.blend", FOLDER / "two" / "deep" / "two.blend"
    for path in (first, second):
        path.parent.mkdir(parents=True, exist_ok=True)
    place.place(status(shot, 2, "short", lineage=strip[marks.LINEAGE]))

    def check(when):
        strip = next(each for _, each in marks.all_ours())
        for take in takes.of(strip):
            found = marks.found(strip, take)
            if found is None or Path(found.path).parent != MEDIA:
                yield f"{when}: {take.result.path} leads to {found}"
            recipe = Path(found.recipe) if found else None
            if recipe != MEDIA / f"{Path(take.name).stem}.afterframe.json":
                yield f"{when}: the recipe is {recipe}"
            footage = take.footage[0]
            if str(marks.absolute(footage.path)) != str(MEDIA / "shot.mov"):
                yield f"{when}: footage at {footage.path}"
        yield from (f"{when}: {each}" for each in takes.standing(strip).changes)

    bpy.ops.wm.save_as_mainfile(filepath=str(first))
    yield from check("saved")
    bpy.ops.wm.save_as_mainfile(filepath=str(second), copy=True)
    yield from check("after a copy was saved")
    bpy.ops.wm.open_mainfile(filepath=str(second))
    yield from check("the copy")
    bpy.ops.wm.open_mainfile(filepath=str(first))
    yield from check("reloaded")
    bpy.ops.wm.save_as_mainfile(filepath=str(second))
    yield from check("saved as")
    bpy.ops.wm.open_mainfile(filepath=str(second))
    yield from check("saved as, reloaded")
    marks.unfollow_saves()
    third = FOLDER / "three.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(third))
    bpy.ops.wm.open_mainfile(filepath=str(third))
    strip = next(each for _, each in marks.all_ours())
    lost = [take.name for take in takes.of(strip) if marks.found(strip, take) is None]
    yield from (f"saved by a Blender without us: {name}" for name in lost)
    appended(second)
    strip = next(each for _, each in marks.all_ours())
    lost = [take.name for take in takes.of(strip) if marks.found(strip, take) is None]
    yield from (f"appended: {name}" for name in lost)
    appended(second, link=True)
    if list(marks.all_ours()):
        yield "what is linked is taken for ours to write to"


def appended(path, link=False):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with bpy.data.libraries.load(str(path), link=link) as (there, here):
        here.scenes = there.scenes


def expect(strip, what, *asked, out_of_date=False):
    """Return what is wrong with what is told of a strip's source."""
    source._known.clear()  # files that were looked at a moment ago
    found = takes.standing(strip)
    got = [(change.kind, change.by) for change in found.changes], found.out_of_date
    if got != ([*asked], out_of_date):
        yield f"{what}: {got}"


def grab(strip, by):
    compat.set_content_start(strip, compat.content_start(strip) + by)


def the_source_is_followed():
    scene, shot, strip = new_project()
    yield from expect(strip, "nothing")
    grab(shot, 30)
    yield from expect(strip, "moved", ("moved", 30))
    grab(strip, 30)
    yield from expect(strip, "both moved")
    grab(strip, 5)
    grab(shot, 7)
    yield from expect(strip, "moved again", ("moved", 2))
    blocked = compat.strips(scene.sequence_editor).new_movie(
        "in the way", str(MEDIA / "shot.mov"), strip.channel, compat.end_frame(strip)
    )
    before = values()
    if takes.follow(scene, strip) != 2 or strip.channel == blocked.channel:
        yield "does not follow around what is in the way"
    yield from differences(before, values(), strip, r"\.channel$")
    yield from expect(strip, "followed")
    grab(shot, -9)
    yield from expect(strip, "moved back", ("moved", -9))
    takes.stay(strip)
    yield from expect(strip, "meant so")


def what_became_of_the_source_is_told():
    scene, shot, strip = new_project()
    take, file = takes.shown(strip), MEDIA / "shot.mov"
    compat.strips(scene.sequence_editor).new_movie("the same medium", str(file), 20, 400)
    shot.name = "renamed"
    yield from expect(strip, "renamed")
    grab(shot, 3)
    yield from expect(strip, "renamed and moved", ("moved", 3))
    grab(shot, -3)
    compat.set_ends(shot, compat.first_frame(shot) + 12, compat.end_frame(shot) - 3)
    yield from expect(strip, "trimmed, which a generated clip does not mind")
    shot.use_reverse_frames = True
    yield from expect(strip, "reversed", ("retimed", 0), out_of_date=True)
    shot.use_reverse_frames = False
    stamp, whole = file.stat(), file.read_bytes()
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 10**9))
    yield from expect(strip, "only copied")
    file.write_bytes(whole[:-9] + b"otherwise")
    yield from expect(strip, "edited on disk", ("edited", 0), out_of_date=True)
    file.unlink()
    yield from expect(strip, "not on the disk", ("missing", 0), out_of_date=True)
    file.write_bytes(whole)
    yield from expect(strip, "as it was")
    shot.name = "shot"
    shot.filepath = str(MEDIA / "made_v001.mov")
    yield from expect(strip, "swapped", ("swapped", 0), out_of_date=True)
    shot.filepath = str(MEDIA / "of a project that was moved" / "shot.mov")
    yield from expect(strip, "looked for elsewhere", ("missing", 0), out_of_date=True)
    shot.filepath = str(file)
    yield from expect(strip, "swapped back")
    strips = compat.strips(scene.sequence_editor)
    for each in (shot, strips["the same medium"]):
        strips.remove(each)
    yield from expect(strip, "gone", ("gone", 0), out_of_date=True)
    if marks.takes(strip) != (take,):
        yield "a take was written to"


def other_effects_hang_on_their_joints():
    for effect, parameters, frames in (
        ("extend", {"side": "tail", "overlap": 4}, "short"),
        ("extend", {"side": "head", "overlap": 4}, "short"),
        ("restyle", {}, "long"),
    ):
        scene, shot, first = new_project()
        compat.strips(scene.sequence_editor).remove(first)
        compat.set_ends(shot, 105, 130)
        place.place(status(shot, 9, frames, effect, parameters=parameters))
        strip = next(each for _, each in marks.all_ours())
        lineage, what = strip[marks.LINEAGE], f"{effect} {parameters}"
        start = {"tail": 130 - 4, "head": 105 + 4 - 10}.get(parameters.get("side"), 105)
        yield from (f"{what}: {each}" for each in standing(strip, frames, start))
        compat.set_ends(shot, 108, 128)
        changes = takes.standing(strip).changes
        sides = [("trimmed", 0)]
        sides += [("moved", {"tail": -2, "head": 3}[parameters["side"]])] if parameters else []
        if [(each.kind, each.by) for each in changes] != sides:
            yield f"{what}: {changes}"
        longer = {**parameters, "overlap": 6} if parameters else {}
        place.place(status(shot, 10, "handles", effect, lineage=lineage, parameters=longer))
        # The joint stays where the user had it; a styled frame stays over its shot's.
        start = {"tail": 130 - 6, "head": 105 + 6 - 30}.get(parameters.get("side"), 108)
        yield from (f"{what}, longer: {each}" for each in standing(strip, "handles", start))
        if parameters:
            takes.follow(scene, strip)
            start += {"tail": -2, "head": 3}[parameters["side"]]
            yield from (f"{what}, followed: {each}" for each in standing(strip, "handles", start))


def inside_a_meta():
    scene, shot, strip = new_project()
    editor = scene.sequence_editor
    meta = compat.strips(editor).new_meta("meta", 5, 100)
    strip.move_to_meta(meta)
    compat.set_ends(meta, 100, 160)
    strip = next(each for _, each in marks.all_ours())
    for number, name in enumerate(("handles", "pictures", "short"), 2):
        place.place(status(shot, number, name, lineage=strip[marks.LINEAGE]))
        strip = next(each for _, each in marks.all_ours())
        yield from standing(strip, name, AT)
        if strip.parent_meta() != meta:
            yield f"{name}: left its meta"


def whatever_a_user_does():
    """Long random ways: what each step must leave is known beforehand."""
    marks.follow_saves()
    for seed in range(2):
        way = Way(random.Random(seed))
        yield from (f"way {seed}: {each}" for number in range(2, 34) for each in way.step(number))
    marks.unfollow_saves()


class Way:
    """A made strip, what is done to it, and what it should be after that."""

    def __init__(self, chance):
        self.chance = chance
        self.scene, self.shot, self.strip = new_project()
        self.at, self.trims, self.shows = AT, [None, None], "long"
        self.files = [self.shows]

    def step(self, number):
        """Do anything; yield what is wrong afterwards."""
        actions = [self.add, self.forward, self.show, self.move, self.rename, self.save, self.grade]
        if marks.TRIMS not in self.strip:  # a take that is too short has a check of its own
            actions += [self.trim, self.whole]
        action = self.chance.choice([*actions, self.add, self.forward])
        before = values()
        action(number)
        self.strip = next(strip for _, strip in marks.all_ours())
        told = f"{number} {action.__name__}"
        if action in {self.add, self.forward, self.show}:
            yield from (f"{told}: {e}" for e in differences(before, values(), self.strip))
        first, end = wished(self.trims, self.shows, self.at)
        found = standing(self.strip, self.shows, self.at, first, end)
        yield from (f"{told}: {each}" for each in found)
        names = [take.name for take in takes.of(self.strip)]
        if names != [Path(RESULTS[file][0]).name for file in self.files]:
            yield f"{told}: {names}"

    def add(self, number):
        self.shows = self.chance.choice([name for name in RESULTS if name != "lost"])
        self.files.append(self.shows)
        lineage = takes.claim(self.scene, self.strip)
        place.place(status(self.shot, number, self.shows, lineage=lineage))

    def forward(self, _):
        index = (takes.standing(self.strip).index + 1) % len(self.files)
        self.shows = self.files[index]
        takes.step(self.scene, self.strip, 1)

    def show(self, _):
        index = self.chance.randrange(len(self.files))
        self.shows = self.files[index]
        takes.show(self.scene, self.strip, takes.of(self.strip)[index].job)

    def move(self, _):
        by = self.chance.randint(-20, 20)
        compat.set_content_start(self.strip, compat.content_start(self.strip) + by)
        self.at += by

    def trim(self, _):
        shown = shown_frames(self.shows)
        first = self.chance.randint(0, shown - 4)
        ends = [first, self.chance.randint(first + 1, shown)]
        self.trims = drag(self.strip, self.at, self.trims, ends, shown)

    def whole(self, _):
        shown = shown_frames(self.shows)
        self.trims = drag(self.strip, self.at, self.trims, [0, shown], shown)

    def rename(self, number):
        self.strip.name = f"called {number}"

    def grade(self, _):
        self.strip.color_multiply = self.chance.random()

    def save(self, _):
        path = FOLDER / f"way{self.chance.randrange(3)}" / "way.blend"
        path.parent.mkdir(exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        bpy.ops.wm.open_mainfile(filepath=str(path))
        self.scene = bpy.context.scene
        self.shot = compat.all_strips(self.scene.sequence_editor)["shot"]


def shown_frames(name):
    _, frames, _, handles = RESULTS[name]
    return frames - sum(handles)


def drag(strip, at, trims, ends, shown):
    """Trim as a user does; return what is meant: what is not touched stays as it was meant."""
    was = compat.first_frame(strip) - at, compat.end_frame(strip) - at
    compat.set_ends(strip, at + ends[0], at + ends[1])
    meant = [None if end == whole else end for end, whole in zip(ends, (0, shown), strict=True)]
    return [trims[n] if ends[n] == was[n] else meant[n] for n in (0, 1)]


def wished(trims, name, at):
    """Return the ends that a strip should have: as the user trimmed it, as far as there is any."""
    _, frames, _, handles = RESULTS[name]
    start, shown = at - handles[0], frames - sum(handles)
    first = at if trims[0] is None else at + trims[0]
    end = at + shown if trims[1] is None else at + trims[1]
    clamped = max(first, start), min(end, start + frames)
    return clamped if clamped[0] < clamped[1] else (first, end)


CHECKS = (
    a_new_take_changes_the_medium_only,
    takes_are_stepped_through_and_trims_come_back,
    a_take_whose_file_is_gone_is_skipped_and_told,
    what_would_touch_a_neighbour_is_shorter,
    a_draft_is_replaced_by_its_final,
    a_copy_goes_its_own_way,
    a_retimed_strip_keeps_its_speed,
    takes_are_found_after_saving_anywhere,
    the_source_is_followed,
    what_became_of_the_source_is_told,
    other_effects_hang_on_their_joints,
    inside_a_meta,
    whatever_a_user_does,
)

if __name__ == "__main__":
    main()
