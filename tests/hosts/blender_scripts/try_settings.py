"""The settings of the effects, in real Blender: what is set comes back, from everywhere.

Arguments: a movie, a folder, the answer's path. Answers with what differs, by what was tried.
"""

import json
import random
import sys
from fractions import Fraction
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import compat
from afterframe_hosts.blender.ui import setting_operators, settings
from afterframe_hosts.wire.clip import Clip, Media, Span
from afterframe_hosts.wire.effects import EFFECTS, Parameter, resolve
from afterframe_hosts.wire.job import Job, Output
from afterframe_hosts.wire.session import EngineInfo

MOVIE, FOLDER, ANSWER = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
ROUNDS = 60
PICTURE = "/pictures/夜 \U0001f30a;*0.5@right.png"
SKY = Parameter("sky", "choice", "auto", choices=("auto", "left", "off"), effect="motion")
ADDED = (
    SKY,
    Parameter("regions", "regions", effect="motion"),
    Parameter("hint", "picture", effect="motion"),
    Parameter("gain", "number", 0.85, 0.0, 1.0, effect="motion"),
    Parameter("steps", "integer", 12, 1, 50, effect="motion"),
    Parameter("fast", "switch", False, effect="motion"),
    Parameter("guide", "text", "", maximum=99, effect="motion"),
)
MOTION = EngineInfo("motion", "Motion", "1", ("generate",), True, parameters=ADDED)
OTHER = EngineInfo("dream", "Dream", "1", ("generate", "restyle"), False, weights=True)


def any_value(parameter, dice):
    """Return a legal value, the ends and None among them."""
    if parameter.default is None and dice.random() < 0.3:
        return None
    low, high = parameter.minimum, parameter.maximum
    if parameter.kind in {"integer", "seed"}:
        return dice.choice((int(low), int(high), dice.randint(int(low), int(high))))
    if parameter.kind == "number":
        any_one = dice.uniform(low, high)
        return dice.choice((low, high, round(any_one, 2), any_one))
    if parameter.kind == "references":
        count = dice.randint(1, 4)
        return [{"path": PICTURE, "weight": dice.uniform(0.02, 1)} for _ in range(count)]
    if parameter.kind == "regions":
        count, kinds = dice.randint(1, 4), ("flow", "sway")
        way = {"x": 0.1 + dice.random() * 0.9, "y": dice.uniform(-1, 1)}
        return [{"mask": PICTURE, **way, "kind": dice.choice(kinds)} for _ in range(count)]
    plain = {
        "text": ("", "slow zoom in", "缓慢推进\n“left”", "x" * int(high or 1)),
        "choice": parameter.choices,
        "switch": (True, False),
        "picture": (PICTURE, "C:\\pictures\\end.png"),
    }
    return dice.choice(plain[parameter.kind])


def declared(effect):
    return (*EFFECTS[effect].parameters, *(ADDED if effect == "generate" else ()))


def any_values(effect, dice):
    return {each.name: any_value(each, dice) for each in declared(effect)}


def plain(found):
    """Return values without what engines add and is not set: it stands for the card's default."""
    return {name: value for name, value in found.items() if value is not None}


def round_trips(group):
    wrong, dice = [], random.Random(5)
    for effect in EFFECTS:
        for _ in range(ROUNDS):
            given = any_values(effect, dice)
            settings.fill(group, effect, given)
            found = settings.values(group, effect)
            resolve(declared(effect), found)
            if plain(found) != plain(given):
                wrong.append((effect, given, found))
    return wrong


def defaults(group):
    found = {effect: settings.values(group, effect) for effect in EFFECTS}
    meant = {name: resolve(each.parameters, {}) for name, each in EFFECTS.items()}
    return [] if found == meant else [(meant, found)]


def lengths(scene):
    """Seconds and frames are two faces of one length, at the scene's rate."""
    scene.render.fps, scene.render.fps_base = 30, 1.001
    settings.fill(scene.afterframe, "generate", {})
    own = scene.afterframe.generate
    told = [(round(own.shown_seconds, 4), own.shown_frames)]
    own.shown_frames = 60
    told.append((round(own.shown_seconds, 4), own.shown_frames))
    told.append(settings.values(scene.afterframe, "generate")["frames"])
    own.shown_seconds = 2.5
    told.append((round(own.shown_seconds, 4), own.shown_frames))
    told.append(settings.values(scene.afterframe, "generate")["frames"])
    return told


def seeds(group):
    """Unlocked, each render has a new seed; locked, the same."""
    settings.fill(group, "generate", {})
    settings.roll(group)
    first = settings.values(group, "generate")["seed"]
    settings.roll(group)
    second = settings.values(group, "generate")["seed"]
    group.generate.seed_locked = True
    settings.roll(group)
    third = settings.values(group, "generate")["seed"]
    bpy.ops.afterframe.dice()
    thrown = settings.values(group, "generate")["seed"]
    group.effect = "retime"
    none = not bpy.ops.afterframe.dice.poll()
    settings.roll(group)
    told = {"open": first != second, "locked": second == third, "dice": third != thrown}
    return told | {"none to throw": none}


def engines(group):
    """What an engine adds is a property, and is left out of jobs for engines without it."""
    settings.fill(group, "generate", {})
    told = {"defaults": [group.extra_motion_sky, group.extra_motion_gain, group.extra_motion_steps]}
    group.extra_motion_sky, group.extra_motion_gain = "left", 0.3
    group.extra_motion_hint = PICTURE
    told["set"] = {k: settings.values(group, "generate")[k] for k in ("sky", "gain", "hint")}
    group.engine_choice = "dream"
    told["of another"] = [group.engine, "sky" in settings.values(group, "generate")]
    group.effect = "extend"  # which it does not make
    told["that cannot"] = settings.wish(group, "draft").engine
    group.effect = "generate"
    group.engine_choice = "AUTO"
    group.extra_motion_sky = "auto"
    told["back at default"] = [group.engine, "sky" in settings.values(group, "generate")]
    return told


def pictures(scene):
    """References and regions are added and removed by operators, on scene and strip."""
    group, told = scene.afterframe, []
    settings.fill(group, "restyle", {})
    for weight in (1.0, 0.25):
        bpy.ops.afterframe.add_reference(owner="restyle.reference", filepath=str(MOVIE))
        group.references[-1].weight = weight
    bpy.ops.afterframe.remove_reference(owner="restyle.reference", index=0)
    told.append(settings.values(group, "restyle")["reference"])
    bpy.ops.afterframe.add_region(owner="generate.regions", filepath=str(MOVIE), way="UP")
    told.append(settings.values(group, "generate")["regions"])
    bpy.ops.afterframe.remove_region(owner="generate.regions", index=0)
    told.append("regions" in settings.values(group, "generate"))
    several = [{"name": f"{number}.png"} for number in range(20)]
    bpy.ops.afterframe.add_reference(
        owner="restyle.reference", directory=f"{FOLDER}/", files=several
    )
    told.append(len(settings.values(group, "restyle")["reference"]))
    return told


def make_strip(scene, name):
    editor = scene.sequence_editor or scene.sequence_editor_create()
    number = len(compat.strips(editor)) + 1
    return compat.strips(editor).new_movie(name, str(MOVIE), number, 1)


def strip_keeps(scene):
    """Copied, saved and loaded: a strip keeps its own."""
    given = any_values("generate", random.Random(9)) | {"seed": 7}
    strip = make_strip(scene, "made")
    clip = Clip("c", Media("movie", str(MOVIE)), Span(0, 2), Span(1, 2), Fraction(24))
    output = Output(str(FOLDER), format="ffv1")
    job = Job("0" * 32, "generate", clip, output, parameters=given, engine="motion", seen=True)
    settings.remember(strip.afterframe, job)
    copy = scene.copy()
    copied = compat.all_strips(copy.sequence_editor)["made"].afterframe
    before = settings.values(strip.afterframe, "generate")
    wrong = [] if settings.values(copied, "generate") == before else ["a scene's copy"]
    bpy.data.scenes.remove(copy)
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "settings.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(FOLDER / "settings.blend"))
    strip = compat.all_strips(bpy.context.scene.sequence_editor)["made"]
    wish = settings.wish(strip.afterframe, "final")
    if dict(wish.parameters) != before or plain(before) != plain(given):
        wrong.append(("loaded", given, before, dict(wish.parameters)))
    facts = [
        wish.effect,
        wish.engine,
        wish.seen,
        wish.format,
        strip.afterframe.generate.seed_locked,
    ]
    return wrong, facts


def kept_over_steps(scene):
    """A duplicate has the same; what is set is undone with the rest, and redone."""
    strip = scene.sequence_editor.active_strip = make_strip(scene, "doubled")
    settings.fill(strip.afterframe, "restyle", {"strength": 0.3, "preset": "ink"})
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    region = next(each for each in area.regions if each.type == "WINDOW")
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene
    for each in compat.strips(scene.sequence_editor):
        each.select = each.name == "doubled"
    with bpy.context.temp_override(window=window, area=area, region=region):
        bpy.ops.sequencer.duplicate()
    strips = compat.strips(bpy.context.scene.sequence_editor)
    told = [values_of(each) for each in strips if each.name.startswith("doubled")]
    bpy.ops.ed.undo_push(message="before")
    made_of("doubled").afterframe.restyle.strength = 0.9
    bpy.ops.ed.undo_push(message="strength")
    bpy.ops.ed.undo()
    told.append(values_of(made_of("doubled")))
    bpy.ops.ed.redo()
    return [*told, values_of(made_of("doubled"))]


def made_of(name):
    return compat.strips(bpy.context.scene.sequence_editor)[name]


def values_of(strip):
    found = settings.values(strip.afterframe, "restyle")
    return [found["strength"], found["preset"]]


def untouched(scene):
    """Nothing of ours stands in a file until something is set."""
    make_strip(scene, "plain")
    bpy.ops.wm.save_as_mainfile(filepath=str(FOLDER / "untouched.blend"), compress=False)
    return b"afterframe" in (FOLDER / "untouched.blend").read_bytes()


answer = {}
bpy.ops.wm.read_factory_settings(use_empty=True)
settings.register()
setting_operators.register()
scene = bpy.context.scene
answer["untouched"] = untouched(scene)
answer["defaults"] = defaults(scene.afterframe)
settings.learn((MOTION, OTHER))
answer["defaults with engines"] = defaults(scene.afterframe)
answer["round trips"] = round_trips(scene.afterframe)
answer["lengths"] = lengths(scene)
answer["seeds"] = seeds(scene.afterframe)
answer["engines"] = engines(scene.afterframe)
answer["pictures"] = pictures(scene)
answer["strip"], answer["facts"] = strip_keeps(scene)
answer["steps"] = kept_over_steps(bpy.context.scene)
setting_operators.unregister()
settings.unregister()
answer["left"] = [
    name
    for owner in (bpy.types.Scene, compat.strip_class())
    for name in ("afterframe",)
    if hasattr(owner, name)
] + [name for name in dir(bpy.types) if "AFTERFRAME" in name]
ANSWER.write_text(json.dumps(answer, ensure_ascii=False, indent=1))
