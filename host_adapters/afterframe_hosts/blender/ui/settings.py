"""The parameters of the effects as Blender properties, made from their one declaration.

``Scene.afterframe`` holds what the user is about to ask for, a made strip's ``afterframe`` what it
was made with: both are saved, copied and undone as everything of Blender's own is. Nothing of it
stands in a file until the user sets something.

Blender's numbers have 32 bits. :func:`values` gives the shortest decimal that Blender stores as
what it holds, so that 0.8 comes back as 0.8; of numbers with more digits the whole is kept beside.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import bpy

from ...orders import Wish
from ...wire import catalogue, pictures
from ...wire.effects import EFFECTS, MAX_SEED, Effect, Parameter
from ...wire.job import Job, Quality
from ...wire.pictures import Reference, Region
from ...wire.session import EngineInfo
from .. import compat, exact
from . import extras, fields, thumbnails

FORMATS = (
    "auto",
    "dnxhr_hq",
    "dnxhr_hqx",
    "dnxhr_444",
    "prores_422_hq",
    "prores_4444",
    "h264",
    "hevc_10",
    "ffv1",
    "png",
    "exr",
)
"""What an editor delivers in, the usual one first; the command line has more."""
ICONS = {
    "generate": "OUTLINER_OB_CAMERA",
    "extend": "TRACKING_FORWARDS_SINGLE",
    "bridge": "SNAP_MIDPOINT",
    "restyle": "BRUSH_DATA",
    "retime": "MOD_TIME",
}
OF_ONE_SHOT = frozenset({"seed", "seconds", "frames", "handles", "end", "keep", "overlap", "side"})
"""Parameters that belong to one shot, and to no preset."""
LARGEST = 3.4e38
"""Of the numbers that 32 bits hold."""
LENGTH = frozenset({"seconds", "frames"})
"""Parameters that :attr:`shown_seconds` and :attr:`shown_frames` stand for together."""


def values(group: Any, effect: str) -> dict[str, Any]:
    """Return the plain parameters of an effect, as ``Wish.parameters`` and jobs have them.

    All that are declared, and of what engines add what has been set; where engines are known,
    only what the chosen one has.
    """
    own = getattr(group, effect)
    found = {
        parameter.name: _value(group, own, parameter) for parameter in EFFECTS[effect].parameters
    }
    added = extras.stored(group, effect)
    added |= {name: _list(group, f"{effect}.{name}") for name in _listed(group, effect, found)}
    chosen = engine(group, effect)
    return found | {k: v for k, v in added.items() if extras.belongs(k, chosen, effect)}


def fill(group: Any, effect: str, values: Mapping[str, Any]) -> None:
    """Set an effect's parameters; what is not named gets its default. The reverse of ``values``.

    So does what does not fit: a file that holds it may come from anybody.
    A seed that is named is locked: the same again is what is wanted.
    """
    group.effect = effect
    own = getattr(group, effect)
    declared = {parameter.name: parameter for parameter in EFFECTS[effect].parameters}
    for name, parameter in declared.items():
        value = extras.fitting(parameter, values.get(name, parameter.default))
        _fill(group, own, parameter, value)
    rest = {name: value for name, value in values.items() if name not in declared}
    for name in [*_listed(group, effect, declared), *rest]:
        _fill_list(group, f"{effect}.{name}", None)
    lists = {name: value for name, value in rest.items() if _are_pictures(value)}
    for name, value in lists.items():
        _fill_list(group, f"{effect}.{name}", value)
    extras.store(group, effect, {k: v for k, v in rest.items() if k not in lists})
    if "seed" in declared:
        own.seed_locked = values.get("seed") is not None


def remember(group: Any, job: Job) -> None:
    """Set everything as a job has it, for a strip that the job made."""
    fill(group, job.effect, job.parameters)
    group.engine = job.engine
    group.seen = job.seen
    group.own_track = job.own_track
    group.format = job.output.format if job.output.format in FORMATS else "auto"


def wish(group: Any, quality: Quality) -> Wish:
    """Return what the user asks for, of the effect that is chosen."""
    effect = str(group.effect)
    return Wish(
        effect=effect,
        parameters=values(group, effect),
        engine=engine(group, effect),
        quality=quality,
        seen=bool(group.seen),
        format=str(group.format),
        own_track=bool(group.own_track),
    )


def engine(group: Any, effect: str) -> str:
    """Return the chosen engine's name; empty where none is chosen that makes this effect."""
    chosen = str(group.engine)
    return chosen if extras.makes(chosen, effect) else ""


def look_of(group: Any) -> str:
    """Return the look that is set, as a preset keeps it: what belongs to one shot is not in it."""
    effect = str(group.effect)
    found = values(group, effect)
    look = {name: value for name, value in found.items() if name not in OF_ONE_SHOT}
    return json.dumps({"effect": effect, "values": look}, ensure_ascii=False)


def take_look(group: Any, text: str) -> None:
    """Set the look of a preset; what belongs to one shot stays."""
    told = json.loads(text)
    effect = str(told["effect"])
    locked = getattr(getattr(group, effect), "seed_locked", False)
    found = values(group, effect)
    kept = {name: value for name, value in found.items() if name in OF_ONE_SHOT}
    fill(group, effect, kept | told["values"])
    if "seed" in kept:
        getattr(group, effect).seed_locked = locked


def roll(group: Any) -> None:
    """Choose a new seed for the chosen effect, unless its seed is locked or it has none."""
    if not getattr(getattr(group, group.effect), "seed_locked", True):
        throw(group)


def throw(group: Any) -> None:
    """Choose a new seed for the chosen effect, which has one; the lock stays as it is."""
    own = getattr(group, group.effect)
    locked = own.seed_locked
    own.seed = random.randint(0, MAX_SEED)
    own.seed_locked = locked


def learn(engines: tuple[EngineInfo, ...]) -> None:
    """Take in what the engines' cards add: their parameters become properties, too."""
    if hasattr(bpy.types.Scene, "afterframe"):
        extras.learn(engines, _CLASSES["settings"])


def draw(
    layout: Any,
    group: Any,
    effect: str,
    engines: tuple[EngineInfo, ...],
    said: Sequence[fields.Said] = (),
    buttons: fields.Buttons | None = None,
    folder: str = "",
) -> None:
    """Draw an effect's parameters, the usual ones open and the others in closed sub-panels.

    Args:
        layout: of a panel itself: sub-panels cannot lie in a row or a box.
        group: the scene's ``afterframe``, or a strip's.
        effect: a name of ``EFFECTS``.
        engines: that are known; empty while none is.
        said: what was understood of the prompt, each with an icon.
        buttons: draws what stands between the usual parameters and the sub-panels.
        folder: where the result goes, as it is shown; empty: it is not.
    """
    fields.draw(layout, group, effect, engines, said, buttons, folder)


def register() -> None:
    """Register the groups, on scenes and on strips."""
    thumbnails.register()
    for group in _CLASSES.values():
        bpy.utils.register_class(group)
    pointer = bpy.props.PointerProperty(type=_CLASSES["settings"])
    bpy.types.Scene.afterframe = pointer
    compat.strip_class().afterframe = pointer


def unregister() -> None:
    """Take them back; what files hold of them stays there."""
    extras.forget(_CLASSES["settings"])
    del compat.strip_class().afterframe
    del bpy.types.Scene.afterframe
    for group in reversed(_CLASSES.values()):
        bpy.utils.unregister_class(group)
    thumbnails.unregister()


def _value(group: Any, own: Any, parameter: Parameter) -> Any:
    name, kind = parameter.name, parameter.kind
    if kind in extras.LISTS:
        return _list(group, f"{parameter.effect}.{name}")
    if _may_be_unset(parameter) and not getattr(own, f"{name}_set"):
        return None
    held = getattr(own, name)
    if kind == "number":
        return _whole(group, f"{parameter.effect}.{name}", held)
    if kind == "picture":
        return _absolute(held) or None
    return held


def _fill(group: Any, own: Any, parameter: Parameter, value: Any) -> None:
    name, kind = parameter.name, parameter.kind
    if kind in extras.LISTS:
        _fill_list(group, f"{parameter.effect}.{name}", value)
        return
    if kind == "number" and value is not None:
        _keep_whole(group, f"{parameter.effect}.{name}", value)
    if _may_be_unset(parameter):
        setattr(own, name, _stand_in(parameter) if value is None else value)
        setattr(own, f"{name}_set", value is not None)
    else:
        setattr(own, name, "" if value is None else value)


def _list(group: Any, owner: str) -> list[dict[str, Any]] | None:
    references = [each for each in group.references if each.owner == owner]
    regions = [each for each in group.regions if each.owner == owner]
    listed: list[dict[str, Any]] = [
        {"path": _absolute(each.path), "weight": _whole(group, f"{owner}.{n}", each.weight)}
        for n, each in enumerate(references)
    ]
    listed += [
        {
            "mask": _absolute(each.mask),
            "x": _whole(group, f"{owner}.{n}.x", each.x),
            "y": _whole(group, f"{owner}.{n}.y", each.y),
            "kind": each.kind,
        }
        for n, each in enumerate(regions)
    ]
    return listed or None


def _fill_list(group: Any, owner: str, value: Any) -> None:
    for listed in (group.references, group.regions):
        for index in reversed(range(len(listed))):
            if listed[index].owner == owner:
                listed.remove(index)
    for n, given in enumerate(value or ()):
        if "mask" in given:
            region = Region(**given)
            added = group.regions.add()
            added.owner, added.mask, added.kind = owner, region.mask, region.kind
            added.x, added.y = region.x, region.y
            _keep_whole(group, f"{owner}.{n}.x", region.x)
            _keep_whole(group, f"{owner}.{n}.y", region.y)
        else:
            reference = Reference(**given)
            added = group.references.add()
            added.owner, added.path, added.weight = owner, reference.path, reference.weight
            _keep_whole(group, f"{owner}.{n}", reference.weight)


def _are_pictures(value: Any) -> bool:
    """Return True for a list of references, or of regions."""
    try:
        return isinstance(value, list) and bool(pictures.references(value))
    except ValueError:
        pass
    try:
        return bool(pictures.regions(value))
    except ValueError:
        return False


def _listed(group: Any, effect: str, declared: Mapping[str, Any]) -> list[str]:
    """Return the names of lists of an effect that are not its own: an engine has added them."""
    owners = dict.fromkeys(each.owner for each in (*group.references, *group.regions))
    names = (owner.partition(".")[2] for owner in owners if owner.startswith(f"{effect}."))
    return [name for name in names if name not in declared]


def _may_be_unset(parameter: Parameter) -> bool:
    return parameter.default is None and parameter.kind in {"integer", "number", "seed"}


def _stand_in(parameter: Parameter) -> int:
    """Return what a number holds while it is not set."""
    return max(int(parameter.minimum or 0), 0)


def _whole(group: Any, key: str, held: float) -> float:
    """Return the number that was meant by one that Blender holds with 32 bits."""
    kept = extras.told(group.digits).get(key)
    if isinstance(kept, float) and abs(kept) < LARGEST and exact.float32(kept) == held:
        return kept
    return exact.shortest(held)


def _keep_whole(group: Any, key: str, value: float) -> None:
    """Keep a number whose digits Blender drops."""
    digits = extras.told(group.digits)
    if exact.shortest(exact.float32(value)) != value:
        digits[key] = value
    elif key not in digits:
        return
    else:
        del digits[key]
    group.digits = json.dumps(digits) if digits else ""


def _absolute(path: str) -> str:
    return bpy.path.abspath(path) if path.startswith("//") else path


def _note_seed(own: Any, _context: Any) -> None:
    """A seed that somebody has typed is meant: it is locked."""
    own.seed_set = own.seed_locked = True


def _note_lock(own: Any, _context: Any) -> None:
    """What is locked is a number that can be seen."""
    if own.seed_locked and not own.seed_set:
        own.seed = random.randint(0, MAX_SEED)


def _rate(own: Any) -> Fraction:
    """Return the frames a second of the scene that a group belongs to."""
    render = own.id_data.render
    return exact.scene_rate(render.fps, render.fps_base)


def _shown_seconds(own: Any) -> float:
    return float(own.frames / _rate(own)) if own.frames_set else float(own.seconds)


def _show_seconds(own: Any, seconds: float) -> None:
    own.seconds, own.frames_set = seconds, False


def _shown_frames(own: Any) -> int:
    if own.frames_set:
        return int(own.frames)
    seconds = Fraction(exact.shortest(own.seconds)).limit_denominator(1_000_000)
    return max(1, math.floor(seconds * _rate(own) + Fraction(1, 2)))


def _show_frames(own: Any, frames: int) -> None:
    own.frames, own.frames_set = frames, True


def _said(message: str) -> str:
    return catalogue.text(message)


def _property(parameter: Parameter) -> dict[str, Any]:
    """Return the Blender properties, by name, that hold a parameter."""
    said: dict[str, Any] = {
        "name": _said(parameter.label_id),
        "description": _said(parameter.help_id),
        "options": set(),
        "translation_context": extras.CONTEXT,
    }
    if parameter.kind in extras.LISTS:
        return {}
    calls = {"update": _note_seed} if parameter.kind == "seed" else {}
    made = {parameter.name: extras.typed(parameter, said, _stand_in(parameter), **calls)}
    if _may_be_unset(parameter):
        told = {**said, "description": _said("ui.settings.set.help")}
        made[f"{parameter.name}_set"] = bpy.props.BoolProperty(**told)
    if parameter.kind == "seed":
        lock = _plain(bpy.props.BoolProperty, "ui.settings.seed_locked", update=_note_lock)
        made["seed_locked"] = lock
    return made


def _length(effect: Effect) -> dict[str, Any]:
    """Return the two linked faces of a length that may be said in seconds or in frames."""
    declared = {p.name: p for p in effect.parameters if p.name in LENGTH}
    if len(declared) < len(LENGTH):
        return {}
    seconds, frames = declared["seconds"], declared["frames"]
    shared: dict[str, Any] = {"options": set(), "translation_context": extras.CONTEXT}
    return {
        "shown_seconds": bpy.props.FloatProperty(
            name=_said(seconds.label_id),
            description=_said(seconds.help_id),
            min=seconds.minimum,
            max=seconds.maximum,
            soft_max=30.0,
            step=50,
            precision=2,
            subtype="TIME_ABSOLUTE",
            unit="TIME_ABSOLUTE",
            get=_shown_seconds,
            set=_show_seconds,
            **shared,
        ),
        "shown_frames": bpy.props.IntProperty(
            name=_said(frames.label_id),
            description=_said("ui.settings.frames.help"),
            min=int(frames.minimum or 1),
            max=int(frames.maximum or 0),
            get=_shown_frames,
            set=_show_frames,
            **shared,
        ),
    }


def _effect_group(effect: Effect) -> Any:
    properties: dict[str, Any] = {}
    for parameter in effect.parameters:
        properties |= _property(parameter)
    return _group(effect.name, properties | _length(effect))


def _group(name: str, properties: dict[str, Any]) -> Any:
    bases = (bpy.types.PropertyGroup,)
    return type(f"AFTERFRAME_PG_{name}", bases, {"__annotations__": properties})


def _choices(prefix: str, names: tuple[str, ...], icons: Mapping[str, str]) -> list[Any]:
    def item(name: str, number: int) -> tuple[str, str, str, str, int]:
        label, told = _said(f"{prefix}.{name}.label"), _said(f"{prefix}.{name}.help")
        return (name, label, told, icons.get(name, "NONE"), number)

    return [item(name, number) for number, name in enumerate(names)]


def _plain(kind: Any, message: str, **more: Any) -> Any:
    """Return a property with the words of a message."""
    return kind(
        name=_said(f"{message}.label"),
        description=_said(f"{message}.help"),
        **{"options": set(), "translation_context": extras.CONTEXT, **more},
    )


def _reference_group() -> Any:
    weight: dict[str, Any] = {"default": 1.0, "min": 0.01, "max": 1.0, "subtype": "FACTOR"}
    properties = {
        "owner": bpy.props.StringProperty(options={"HIDDEN"}),
        "path": _plain(bpy.props.StringProperty, "ui.reference.path", **extras.PATH),
        "weight": _plain(bpy.props.FloatProperty, "ui.reference.weight", **weight),
    }
    return _group("reference", properties)


def _region_group() -> Any:
    part: dict[str, Any] = {"min": -1.0, "max": 1.0}
    kinds = _choices("ui.region", ("flow", "sway"), {"flow": "MOD_FLUIDSIM", "sway": "FORCE_WIND"})
    properties = {
        "owner": bpy.props.StringProperty(options={"HIDDEN"}),
        "mask": _plain(bpy.props.StringProperty, "ui.region.mask", **extras.PATH),
        "x": _plain(bpy.props.FloatProperty, "ui.region.x", default=1.0, **part),
        "y": _plain(bpy.props.FloatProperty, "ui.region.y", default=0.0, **part),
        "kind": _plain(bpy.props.EnumProperty, "ui.region.kind", items=kinds),
    }
    return _group("region", properties)


def _settings_group(groups: Mapping[str, Any]) -> Any:
    p = bpy.props
    formats = [
        (name, _said(f"format.{name}"), _said("ui.settings.format.help"), n)
        for n, name in enumerate(FORMATS)
    ]
    properties = {
        "effect": _plain(
            p.EnumProperty, "ui.settings.effect", items=_choices("effect", tuple(EFFECTS), ICONS)
        ),
        **{name: p.PointerProperty(type=groups[name]) for name in EFFECTS},
        "references": p.CollectionProperty(type=groups["reference"]),
        "regions": p.CollectionProperty(type=groups["region"]),
        "extras": p.StringProperty(options={"HIDDEN"}),
        "digits": p.StringProperty(options={"HIDDEN"}),
        "engine": _plain(p.StringProperty, "ui.settings.engine"),
        "engine_choice": _plain(
            p.EnumProperty,
            "ui.settings.engine",
            items=extras.engine_items,
            get=extras.engine_index,
            set=extras.choose_engine,
        ),
        "look": p.StringProperty(options={"HIDDEN"}, get=look_of, set=take_look),
        "seen": _plain(p.BoolProperty, "ui.settings.seen"),
        "own_track": _plain(p.BoolProperty, "ui.settings.own_track"),
        "format": _plain(p.EnumProperty, "ui.settings.format", items=formats),
    }
    return _group("settings", properties)


def _make_classes() -> dict[str, Any]:
    """Return all groups in the order in which they are registered."""
    made = {"reference": _reference_group(), "region": _region_group()}
    made |= {name: _effect_group(each) for name, each in EFFECTS.items()}
    return {**made, "settings": _settings_group(made)}


_CLASSES = _make_classes()
