"""The tab in many states of a project: what is drawn, and how long it takes.

Arguments: a folder with look.mov, tone.wav and picture.png, the answer's path.
"""

import json
import statistics
import sys
import time
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from paper import Paper

from afterframe_hosts.blender import compat, ui
from afterframe_hosts.blender.ui import menus, panel, presets, queue_panel, session, settings, words
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, Parameter
from afterframe_hosts.wire.errors import MediaMissing
from afterframe_hosts.wire.job import Job, JobStatus, Note, Output, Progress, Result
from afterframe_hosts.wire.session import EngineInfo

FOLDER, ANSWER = map(Path, sys.argv[1:3])
MOVIE, TONE, PICTURE = (FOLDER / name for name in ("look.mov", "tone.wav", "picture.png"))
PROMPT = "slow zoom in"
MOTION = EngineInfo(
    "motion",
    "Motion (built in)",
    "1",
    ("generate",),
    True,
    limits="It cannot move limbs.",
    licence="GPL-3.0-or-later",
    parameters=(
        Parameter("sky", "choice", "auto", choices=("auto", "left", "off"), effect="motion"),
        Parameter("regions", "regions", effect="motion"),
    ),
)
DREAM = EngineInfo(
    "dream",
    "Dream",
    "1",
    ("generate",),
    False,
    reason="Its model is not there.",
    needs="Fetch it: 11 GB.",
    weights=True,
)
wrong, said, times = [], {}, []


def fresh():
    """Begin an empty project."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene
    here = session.current()
    here.problem, here.engines = None, ()
    scene.render.fps = 24
    return scene


def draw(state, effect=None, opened=True):
    """Draw the tab as it is now; note what it says."""
    if effect is not None:
        compat.edited_scene().afterframe.effect = effect
    layout = Paper(opened)
    panel.AFTERFRAME_PT_main.draw(SimpleNamespace(layout=layout), bpy.context)
    header = Paper()
    panel.AFTERFRAME_PT_main.draw_header_preset(SimpleNamespace(layout=header), bpy.context)
    wrong.extend(f"{state}: {each}" for each in layout.wrong + header.wrong)
    said[state] = layout.texts
    return layout


def add(scene, name, start, kind="movie", channel=1):
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strips = compat.strips(editor)
    if kind == "movie":
        made = strips.new_movie(name, str(MOVIE), channel, start)
    elif kind == "gone":
        made = strips.new_movie(name, str(FOLDER / "gone.mov"), channel, start)
    elif kind == "meta":
        made = strips.new_meta(name, channel, start)
    elif kind == "scene":
        made = strips.new_scene(name, bpy.data.scenes.new("other"), channel, start)
    elif kind == "sound":
        made = strips.new_sound(name, str(TONE), channel, start)
    else:
        parameters = strips.bl_rna.functions["new_effect"].parameters.keys()
        last = {"length": 20} if "length" in parameters else {"frame_end": start + 20}
        made = strips.new_effect(name=name, type=kind, channel=channel, frame_start=start, **last)
    for each in strips:
        each.select = each == made
    editor.active_strip = made
    return made


def states():
    scene = fresh()
    for effect in EFFECTS:
        draw(f"nothing, {effect}", effect)
    scene = fresh()
    add(scene, "shot_010", 1)
    scene.frame_set(6)
    for effect in EFFECTS:
        draw(f"movie, {effect}", effect)
        draw(f"movie, {effect}, closed", effect, opened=False)
    scene.frame_set(500)
    draw("playhead outside", "generate")
    scene.frame_set(6)
    compat.strips(scene.sequence_editor)["shot_010"].select = False
    draw("not selected", "extend")
    add(scene, "shot_020", 60)
    draw("gap", "bridge")
    for each in compat.strips(scene.sequence_editor):
        each.select = True
    draw("two selected", "restyle")
    draw("two selected, bridge", "bridge")
    for kind in ("TEXT", "COLOR", "ADJUSTMENT", "meta", "scene", "gone"):
        scene = fresh()
        add(scene, f"a {kind}", 1, kind)
        scene.frame_set(3)
        draw(kind, "generate")
    if hasattr(bpy.types, "SoundStrip") or bpy.app.version >= (4, 5, 0):
        add(fresh(), "a tone", 1, "sound")
        draw("sound", "extend")


def engines():
    scene = fresh()
    add(scene, "shot_010", 1)
    group, here = scene.afterframe, session.current()
    here.engines = (MOTION, DREAM)
    settings.learn(here.engines)
    draw("engine ready", "generate")
    group.engine_choice = "dream"
    draw("engine not ready", "generate")
    group.engine = "unheard of"
    draw("engine unknown", "generate")
    group.engine = ""
    region = group.regions.add()
    region.owner, region.mask = "generate.regions", str(PICTURE)
    settings.throw(group)
    group.generate.seed_locked = True
    group.generate.end = str(PICTURE)
    draw("all that there is", "generate")
    for weight in (1.0, 0.5):
        reference = group.references.add()
        reference.owner, reference.path = "restyle.reference", str(PICTURE)
        reference.weight = weight
    told = {"pictures": len(draw("references", "restyle").of("template_icon"))}
    (FOLDER / "letter.png").write_text("no picture")
    for path in (FOLDER / "letter.png", FOLDER / "gone.png", MOVIE):
        group.generate.end = str(path)
        told[path.name] = len(draw(f"end: {path.name}", "generate").of("template_icon"))
    return told


def understood():
    """What the engine made of the prompt is said back, as long as the prompt is the same."""
    scene = fresh()
    add(scene, "shot_010", 1)
    group, here = scene.afterframe, session.current()
    group.generate.prompt = PROMPT
    clip = Clip("c", Media("movie", str(MOVIE)), Span(0, 2), Span(1, 2), Fraction(24))
    parameters = {"prompt": PROMPT}
    job = Job("1" * 32, "generate", clip, Output(str(FOLDER)), parameters=parameters)
    notes = (
        Note("note.motion.zoom_in", {"words": "zoom in", "percent": 40}),
        Note("note.motion.still"),
    )
    result = Result(str(MOVIE), "", 2, Fraction(24), (4, 4), notes=notes)
    here.board.hear(JobStatus(job, "done", 1.0, 1.0, result=result))
    draw("understood", "generate")
    group.generate.prompt = "something else"
    draw("not yet understood", "generate")


def at_work():
    """What is at work, and what has failed, is seen without scrolling to the queue."""
    scene = fresh()
    add(scene, "shot_010", 1)
    here = session.current()
    clip = Clip("c", Media("movie", str(MOVIE)), Span(0, 2), Span(1, 2), Fraction(24))
    job = Job("2" * 32, "generate", clip, Output(str(FOLDER)))
    here.board.begin(job, time.time())
    running = JobStatus(job, "running", 2.0, 2.0, progress=Progress("making", 30, 60, 5.0))
    here.board.hear(running)
    queue_panel.sync()
    lines = draw("at work", "generate")
    told = {"progress": lines.of("progress"), "cancel": lines.of("operator")}
    here.board.refuse(job.id, MediaMissing(path="/gone.mov"))
    queue_panel.sync()
    draw("failed", "generate")
    here.board.remove(job.id)
    queue_panel.sync()
    return told


def problem():
    scene = fresh()
    add(scene, "shot_010", 1)
    session.current().problem = MediaMissing(path="/gone.mov")
    draw("problem", "generate")
    words.language = lambda: "zh_CN"
    draw("problem in Chinese", "generate")
    words.language = language


def menu():
    layout = Paper()
    menus.AFTERFRAME_MT_effects.draw(SimpleNamespace(layout=layout), bpy.context)
    wrong.extend(layout.wrong)
    found = {"entries": layout.of("operator"), "in": []}
    for name in menus.MENUS:
        probe = Paper()
        for function in getattr(bpy.types, name).draw._draw_funcs:
            if function.__module__.startswith("afterframe_hosts"):
                function(SimpleNamespace(layout=probe), bpy.context)
        found["in"].append((name, len(probe.of("menu"))))
        wrong.extend(probe.wrong)
    return found


def labels():
    """Return all words of our classes that Blender looks up, and what it is given for them."""
    known = {text for _, text in words._dictionary()}
    classes = [
        getattr(bpy.types, name) for name in dir(bpy.types) if name.startswith("AFTERFRAME_")
    ]
    told = {}
    for each in classes:
        label = getattr(each, "bl_label", "")
        tip = getattr(each, "bl_description", "") or each.__doc__
        tip = tip if "_OT_" in each.__name__ and not hasattr(each, "description") else ""
        for text in (label, tip):
            if text and text not in known:
                told.setdefault(each.__name__, []).append(text)
    return told


def broken():
    """Texts broken into lines, by room."""
    texts = (
        "Moves a camera through one picture, with parallax from a guessed depth.",
        "服务运行后才知道有哪些引擎：首次渲染会启动它（需要几秒钟）。",
        "/a/path/without/any/space/that/is/longer/than/a/line.mov is not there.",
        "",
    )
    return [[text, room, words.lines(text, room)] for text in texts for room in (24, 40)]


def looks():
    """Each preset that is there from the start sets what it says, and keeps what is the shot's."""
    scene = fresh()
    group, told = scene.afterframe, {}
    session.current().engines = (MOTION,)
    settings.learn((MOTION,))
    for effect, named in presets.LOOKS.items():
        for name in named:
            settings.fill(group, effect, {"seconds": 2.5} if effect == "generate" else {})
            bpy.ops.afterframe.take_look(effect=effect, look=name)
            told[f"{effect} {name}"] = settings.values(group, effect)
            words.say(f"look.{effect}.{name}")
    return told


def saved():
    """A style is saved where Blender keeps presets, found again, used, and removed."""
    scene = fresh()
    group = scene.afterframe
    style = {
        "preset": "ink",
        "strength": 0.35,
        "reference": [{"path": str(PICTURE), "weight": 0.5}],
    }
    settings.fill(group, "restyle", {**style, "seed": 7})
    bpy.ops.afterframe.save_restyle_preset(name="Night ink")
    found = [Path(p) for p in bpy.utils.preset_paths("afterframe/restyle")]
    files = [file for folder in found for file in folder.glob("*.py")]
    settings.fill(group, "restyle", {"seed": 9})
    menu_name = "AFTERFRAME_PT_restyle_presets"
    bpy.ops.script.execute_preset(filepath=str(files[0]), menu_idname=menu_name)
    values = settings.values(group, "restyle")
    bpy.ops.afterframe.save_restyle_preset(name="Night ink", remove_name=True)
    left = [file for folder in found for file in folder.glob("*.py")]
    return {
        "values": {k: values[k] for k in (*style, "seed")},
        "files": len(files),
        "left": len(left),
    }


def speed():
    """Milliseconds for drawing the tab, in a project of a hundred strips."""
    scene = fresh()
    for number in range(100):
        add(scene, f"shot {number}", 1 + 20 * (number // 2), "COLOR", 1 + number % 2)
    add(scene, "shot_010", 1, channel=3)
    told = {}
    for effect in EFFECTS:
        scene.afterframe.effect = effect
        taken = []
        for _ in range(20):
            begun = time.process_time()
            layout = Paper(opened=False)
            panel.AFTERFRAME_PT_main.draw(SimpleNamespace(layout=layout), bpy.context)
            taken.append(1000 * (time.process_time() - begun))
        told[effect] = statistics.median(taken)
    return told


def polls():
    """Whether the buttons can be pressed, by state."""
    scene = fresh()
    told = {"nothing": bpy.ops.afterframe.render.poll()}
    add(scene, "shot_010", 1)
    scene.frame_set(3)
    scene.afterframe.effect = "generate"
    told["movie"] = bpy.ops.afterframe.render.poll()
    told["copy settings of a strip of nobody's"] = bpy.ops.afterframe.copy_settings.poll()
    return told


def copied():
    """What a strip was made with becomes what is asked for next."""
    scene = fresh()
    made = add(scene, "made", 1)
    settings.fill(made.afterframe, "restyle", {"strength": 0.2, "seed": 5})
    made.afterframe.seen = True
    bpy.ops.afterframe.copy_settings()
    asked = scene.afterframe
    return [asked.effect, settings.values(asked, "restyle")["strength"], asked.seen]


language = words.language
bpy.ops.wm.read_factory_settings(use_empty=True)
ui.register()
answer = {}
states()
answer["pictures"] = engines()
understood()
answer["at work"] = at_work()
problem()
answer |= {"menu": menu(), "labels": labels(), "looks": looks(), "saved": saved()}
answer |= {"broken": broken(), "speed": speed(), "polls": polls(), "copied": copied()}
ui.unregister()
answer["in menus"] = [
    name
    for name in menus.MENUS
    for function in getattr(bpy.types, name).draw._draw_funcs
    if function.__module__.startswith("afterframe_hosts")
]
answer["left"] = [name for name in dir(bpy.types) if "AFTERFRAME" in name]
answer |= {"wrong": wrong, "said": said}
ANSWER.write_text(json.dumps(answer, ensure_ascii=False, indent=1))
