"""The panel of a strip of ours, and its buttons, in many states.

Arguments: folder with the media, a folder to write to, the answer's path. Answers with what each
check found, as ``take_walk.py`` does.
"""

import json
import sys
import time
import traceback
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from paper import Paper
from take_walk import ANSWER, AT, FOLDER, MEDIA, new_project, place, status, values

from afterframe_hosts.blender import comparing, compat, marks, source, takes, ui
from afterframe_hosts.blender.ui import panel, session, settings, strip_panel, take_operators
from afterframe_hosts.wire.errors import FrameTrimmed
from afterframe_hosts.wire.job import JoinReport, Note

answers = {}


def main():
    ui.register()
    for check in CHECKS:
        try:
            answers[check.__name__] = list(check())
        except Exception:  # noqa: BLE001 - one check's end is not all the others'
            answers[check.__name__] = [traceback.format_exc()[-1500:]]
    ui.unregister()
    ANSWER.write_text(json.dumps(answers))


def project(**more):
    scene, shot, strip = new_project()
    scene.sequence_editor.active_strip = strip
    if more:
        number = 2
        for name in more["add"]:
            place.place(status(shot, number, name, lineage=strip[marks.LINEAGE]))
            number += 1
    return scene, shot, next(each for _, each in marks.all_ours())


def drawn(wrong):
    """Draw all of it; return its texts."""
    source._known.clear()
    texts = []
    for each in strip_panel._CLASSES:
        layout = Paper()
        each.draw(SimpleNamespace(layout=layout), bpy.context)
        wrong += layout.wrong
        texts += layout.texts
    return texts


def missing(told, *wanted):
    text = " ".join(told)
    return [f"not said: {each}" for each in wanted if each not in text]


def the_panel_says_what_there_is():
    wrong = []
    scene, shot, strip = project(add=("short", "same"))
    told = drawn(wrong)
    yield from missing(
        told, "Take 3 of 3", "v006, Final, seed 7", "From shot, frame 110", "24 frames"
    )
    if any(text.startswith("Out of date") for text in told):
        yield f"out of date: {told}"
    scene.sequence_editor.active_strip = shot
    if strip_panel.AFTERFRAME_PT_strip.poll(bpy.context):
        yield "is there for a strip that is not ours"
    yield from drawn(wrong)
    scene.sequence_editor.active_strip = strip
    strip.afterframe.generate.motion = 8.0
    yield from missing(drawn(wrong), "Out of date", "Changed since: Motion")
    bpy.ops.afterframe.reset_take()
    if takes.standing(strip).edited:
        yield f"not as it was: {takes.standing(strip).edited}"
    compat.set_content_start(shot, compat.content_start(shot) + 12)
    yield from missing(drawn(wrong), "shot was moved by +12 frames.", "Follow (+12 frames)")
    shot.name = "gone"
    compat.strips(scene.sequence_editor).remove(shot)
    yield from missing(drawn(wrong), "shot is no longer on the timeline.")
    strip.filepath = str(MEDIA / "nowhere.mov")
    yield from missing(drawn(wrong), "The file of this take is gone")
    yield from wrong


def notes_and_joints_are_told():
    wrong = []
    _scene, _shot, strip = project()
    take = takes.shown(strip)
    report, note = (
        JoinReport("start", 2.5, 0.25),
        Note("note.handles_fewer", {"before": 1, "after": 2, "asked": 3}),
    )
    result = take.result.__class__(**{**vars(take.result), "joins": (report,), "notes": (note,)})
    marks.write_takes(strip, (take.__class__(**{**vars(take), "result": result}),))
    yield from missing(
        drawn(wrong), "Joint at its start: colour off by 0.25", "Handles: 1 frames before"
    )
    strip[marks.TAKES] = "what is this"
    drawn(wrong)
    yield from wrong


def a_strip_of_a_batch_gets_its_settings_when_they_are_wanted():
    wrong = []
    ui.unregister()
    _scene, _shot, strip = project()
    ui.register()
    if strip.afterframe.is_property_set("effect"):
        yield "set"
    drawn(wrong)
    bpy.ops.afterframe.reset_take()
    if (strip.afterframe.effect, strip.afterframe.generate.seed) != ("generate", 7):
        yield "not filled"
    yield from wrong


def buttons_step_and_show():
    scene, _shot, strip = project(add=("short", "pictures"))
    jobs = [take.job for take in takes.of(strip)]

    def shown():
        return jobs.index(scene.sequence_editor.active_strip[marks.JOB])

    for by, asked in ((1, 0), (1, 1), (-1, 0), (-1, 2)):
        bpy.ops.afterframe.step_take(by=by)
        if shown() != asked:
            yield f"shows {shown()} instead of {asked}"
    bpy.ops.afterframe.show_take(job=jobs[1])
    if shown() != 1:
        yield f"shows {shown()}"
    if bpy.ops.afterframe.show_take(job="0") != {"CANCELLED"}:
        yield "shows what there is not"
    scene.sequence_editor.active_strip = compat.strips(scene.sequence_editor)["shot"]
    if bpy.ops.afterframe.step_take.poll():
        yield "steps through a strip that is not ours"


def a_new_take_is_of_the_same_frame_wherever_that_is_now():
    scene, shot, strip = project()
    asked = record()
    compat.set_content_start(shot, compat.content_start(shot) + 30)
    shot.name = "renamed"
    scene.frame_set(1)
    if bpy.ops.afterframe.render_take() != {"FINISHED"} or asked:
        yield "the same was asked for again"
    strip.afterframe.generate.motion = 9.0
    bpy.ops.afterframe.render_take(quality="draft")
    (order,) = asked
    if (order.at, order.clip.name, order.lineage) != (AT + 30, "renamed", strip[marks.LINEAGE]):
        yield f"{order}"
    if (order.wish.quality, order.wish.parameters["motion"]) != ("draft", 9.0):
        yield f"{order.wish}"
    if order.wish.parameters["seed"] != 7:
        yield "another seed, though nobody rolled one"
    strip.afterframe.generate.seed_locked = False
    bpy.ops.afterframe.update_take()
    if asked[1].wish.parameters["seed"] == 7 or asked[1].wish.quality != "final":
        yield f"{asked[1].wish}"
    compat.set_ends(shot, compat.first_frame(shot) + 20, compat.end_frame(shot))
    try:
        take_operators.order(session.current().host, scene, strip, order.wish)
        yield "made from a frame that is not shown"
    except FrameTrimmed:
        pass
    del session.current().order


def record():
    """Have the session note what it is asked for instead of asking the service."""
    asked = []
    session.current().order = lambda order, **_: asked.append(order) or ""
    return asked


def another_parameter_shows_the_take_that_has_it():
    _scene, shot, strip = project()
    asked = record()
    parameters = {**settings.values(strip.afterframe, "generate"), "motion": 9.0}
    place.place(status(shot, 2, "short", lineage=strip[marks.LINEAGE], parameters=parameters))
    strip.afterframe.generate.motion = 5.0
    bpy.ops.afterframe.render_take()
    if asked or strip[marks.JOB] != f"{1:032x}":
        yield "the take that is there was not shown"
    del session.current().order


def takes_are_compared_and_nothing_of_it_stays():
    scene, _shot, strip = project(add=("handles",))
    strip.transform.offset_x, strip.crop.min_x = 7, 16
    strip.transform.keyframe_insert("offset_x", frame=AT)
    editor = scene.sequence_editor
    before = values()
    bpy.ops.afterframe.compare_takes()
    made = next((each for each in compat.strips(editor) if marks.COMPARING in each), None)
    if made is None:
        yield "nothing is shown"
        return
    stands = made.channel, compat.first_frame(made), compat.end_frame(made)
    if stands != (strip.channel + 1, AT, AT + 30) or compat.content_start(made) != AT:
        yield f"stands at {stands}, {compat.content_start(made)}"
    if (
        made.crop.min_x != 8 + (64 - 8) // 2
        or round(made.transform.scale_x / strip.transform.scale_x, 3) != 2
    ):
        yield f"cut at {made.crop.min_x}, as large as {made.transform.scale_x}"
    wrong = []
    yield from missing(drawn(wrong), "End Comparison", "On the right: v001")
    yield from wrong
    if takes.find(strip[marks.LINEAGE])[1] != strip or len(list(marks.all_ours())) != 1:
        yield "is taken for a result"
    editor.active_strip = made
    if take_operators.active() != (scene, strip):
        yield "the strip beside it is not found"
    editor.active_strip = strip
    bpy.ops.afterframe.compare_takes()
    yield from (f"stays: {e}" for e in sorted(set(before.items()) ^ set(values().items())))
    bpy.ops.afterframe.compare_takes()
    path = FOLDER / "compared.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    if comparing.shown():
        yield "is saved"
    bpy.ops.afterframe.compare_takes()
    comparing.forget_files()
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    comparing.stay_out_of_files()
    bpy.ops.wm.open_mainfile(filepath=str(path))
    if comparing.shown():
        yield "comes back with a file"


def following_and_independence():
    _scene, shot, strip = project()
    compat.set_content_start(shot, compat.content_start(shot) + 9)
    bpy.ops.afterframe.follow_source()
    if compat.first_frame(strip) != AT + 9:
        yield f"at {compat.first_frame(strip)}"
    compat.set_content_start(shot, compat.content_start(shot) + 9)
    bpy.ops.afterframe.follow_source(stay=True)
    if compat.first_frame(strip) != AT + 9 or takes.standing(strip).changes:
        yield f"does not stay: {takes.standing(strip).changes}"
    lineage = strip[marks.LINEAGE]
    bpy.ops.afterframe.make_independent()
    if strip[marks.LINEAGE] == lineage:
        yield "is not independent"


DEEP = "[" * 100_000
HUGE = 10**40
GARBAGE = (
    "",
    "{",
    DEEP,
    "5",
    "[5]",
    "[null, 5]",
    "{}",
    '{"a": [1]}',
    "NaN",
    5,
    0.5,
    [1, 2],
    {"a": 1},
)
OPERATORS = {
    "step_take": {},
    "show_take": {"job": f"{2:032x}"},
    "compare_takes": {},
    "follow_source": {},
    "make_independent": {},
    "reset_take": {},
    "update_take": {},
    "copy_settings": {},
}


def what_a_stranger_wrote_into_a_file_does_no_harm():
    """Draw, press everything and save, with whatever stands where ours should."""
    for name, write in hostile():
        _scene, shot, strip = project(add=("short",))
        before = (shot.name, compat.first_frame(shot), shot.filepath)
        write(strip)
        yield from (f"{name}: {each}" for each in met())
        if before != (shot.name, compat.first_frame(shot), shot.filepath):
            yield f"{name}: the source is changed"


def met():
    """Return what was raised, or drawn wrongly, and how long it took where that was long."""
    wrong, begun = [], time.process_time()
    try:
        if strip_panel.AFTERFRAME_PT_strip.poll(bpy.context):
            drawn(wrong)
        panel.AFTERFRAME_PT_main.draw(SimpleNamespace(layout=Paper()), bpy.context)
        marks.rebase(None, MEDIA)
        session.current().deliveries.look()
    except Exception:  # noqa: BLE001 - all of it is told
        wrong.append(traceback.format_exc()[-600:])
    for name, given in OPERATORS.items():
        try:
            if getattr(bpy.ops.afterframe, name).poll():
                getattr(bpy.ops.afterframe, name)(**given)
        except RuntimeError as error:  # so Blender hands on what an operator reports
            if "Traceback" in str(error):
                wrong.append(f"{name}: {str(error)[-600:]}")
    spent = time.process_time() - begun
    return [*wrong, *([f"takes {spent:.1f} s"] if spent > 5.0 else [])]


def hostile():
    """Yield a name and what writes something that cannot be into a strip of ours."""
    for n, value in enumerate((*GARBAGE, "x" * (marks.LONGEST + 1))):
        yield f"takes {n}", partial(put, key=marks.TAKES, value=value)
    for key in (marks.SOURCE, marks.TRIMS, marks.EFFECT, marks.JOB, marks.LINEAGE):
        for n, value in enumerate((DEEP, "[5]", 5, {"a": 1})):
            yield f"{key} {n}", partial(put, key=key, value=value)
    yield "a far joint", partial(put, key=marks.SOURCE, value='{"joint": 2000000, "anchor": -5}')
    far = f'{{"joint": {HUGE}, "anchor": 1}}'
    yield "a joint beyond numbers", partial(put, key=marks.SOURCE, value=far)
    yield "trims beyond numbers", partial(put, key=marks.TRIMS, value=f"[[{HUGE}, 0], [0, 24]]")
    yield "compared in depth", partial(put, key=marks.COMPARING, value=DEEP)
    for where, value in IMPOSSIBLE:
        yield (
            f"{'.'.join(map(str, where))} {str(value)[:40]}",
            partial(alter, where=where, value=value),
        )
    for key in ("extras", "digits"):
        for n, value in enumerate(each for each in GARBAGE if isinstance(each, str)):
            yield f"{key} {n}", partial(put_setting, key=key, value=value)
    told = {"generate": {"sky": [5], "regions": 3, "x": "y"}, "restyle": 5}
    yield "odd extras", partial(put_setting, key="extras", value=json.dumps(told))
    odd = json.dumps({"generate.seconds": 1e300, "generate.motion": "8"})
    yield "odd digits", partial(put_setting, key="digits", value=odd)


IMPOSSIBLE = (
    *((("result", "frames"), value) for value in (0, -3, HUGE, 10**9, 1.5)),
    *((("result", "size"), value) for value in ([0, 0], [-1, 5], [10**9, 1], [1, HUGE])),
    *((("result", "handles"), value) for value in ([-1, 0], [50, 50], [HUGE, 0])),
    *((("result", "rate"), value) for value in ("0", "-1", "1/0")),
    *((("result", "path"), value) for value in ("", "/", "//", "####", "a\0b", "/dev/zero")),
    (("result", "first"), HUGE),
    (("result", "colour_space"), "no such space"),
    (("result", "notes"), [{"id": "note.handles_fewer", "params": {"language": [1]}}]),
    (("result", "notes"), [{"id": "note.handles_fewer", "params": {"before": [], "after": {}}}]),
    (("lead",), HUGE),
    (("footage", 0, "zero"), -HUGE),
    (("footage", 0, "path"), "a\0b"),
    (("footage", 0, "scene"), "\0"),
    (("footage",), []),
    (("engine",), "e" * 100_000),
    (("seen",), 5),
    (("format",), "\0"),
    (("version",), 9),
    *((("parameters", "seed"), value) for value in (HUGE, "x", [1], -1, None)),
    *((("parameters", "motion"), value) for value in (1e308, "x", {"a": 1}, None)),
    (("parameters", "regions"), [{"mask": "/a", "x": HUGE}]),
    (("parameters", "regions"), [{"mask": "/a", "kind": "explode"}]),
    (("parameters", "regions"), [{"mask": 5}]),
    (("parameters", "anything"), [{"path": "/a"}] * 1000),
    (("parameters", "anything"), {"deep": [[[[[[[[[[[1]]]]]]]]]]]}),
)


def put(strip, key, value):
    strip[key] = value


def put_setting(strip, key, value):
    """On the strip, and on the scene that it is in."""
    for group in (strip.afterframe, bpy.context.scene.afterframe):
        group.effect = "generate"
        setattr(group, key, value)


def alter(strip, where, value):
    """Change one value in all of a strip's takes."""
    made = json.loads(strip[marks.TAKES])
    for take in made:
        inner = take
        for key in where[:-1]:
            inner = inner[key]
        inner[where[-1]] = value
    strip[marks.TAKES] = json.dumps(made)


CHECKS = (
    the_panel_says_what_there_is,
    notes_and_joints_are_told,
    a_strip_of_a_batch_gets_its_settings_when_they_are_wanted,
    buttons_step_and_show,
    a_new_take_is_of_the_same_frame_wherever_that_is_now,
    another_parameter_shows_the_take_that_has_it,
    takes_are_compared_and_nothing_of_it_stays,
    following_and_independence,
    what_a_stranger_wrote_into_a_file_does_no_harm,
)

if __name__ == "__main__":
    main()
