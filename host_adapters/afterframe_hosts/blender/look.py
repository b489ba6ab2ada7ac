"""How a strip looks: transform, crop, blending and grade, copied from one strip to another.

Blender can copy these between strips for the user only, through the selection. Here they are
copied value by value as Blender itself lists them, so that the settings of a modifier which did
not exist when this was written are copied too.
"""

from __future__ import annotations

from typing import Any

import bpy

from . import compat

SETTINGS = (
    "blend_type",
    "blend_alpha",
    "color_multiply",
    "color_saturation",
    "multiply_alpha",
    "use_flip_x",
    "use_flip_y",
    "use_linear_modifiers",
)
TRANSFORM = ("scale_x", "scale_y", "offset_x", "offset_y", "rotation", "origin", "filter")
KEYFRAME = ("interpolation", "easing", "handle_left_type", "handle_right_type")
SOUND_MODIFIERS = frozenset({"SOUND_EQUALIZER", "PITCH", "ECHO"})
NAMES = frozenset({"rna_type", "name"})


def copy_look(source: Any, target: Any, scene: Any, ratio: tuple[float, float]) -> None:
    """Make ``target`` look as ``source`` does.

    Args:
        source: a strip, of ``scene`` or of a copy of it.
        target: a strip of ``scene``.
        ratio: size of the target's pictures divided by the source's, across and up: the same
            part of the frame is covered whatever the two sizes are.
    """
    for name in SETTINGS:
        if hasattr(source, name) and hasattr(target, name):
            setattr(target, name, getattr(source, name))
    for name in TRANSFORM:
        if hasattr(source.transform, name):
            setattr(target.transform, name, getattr(source.transform, name))
    target.transform.scale_x /= ratio[0]
    target.transform.scale_y /= ratio[1]
    for name, factor in (("x", ratio[0]), ("y", ratio[1])):
        for end in ("min", "max"):
            value = round(getattr(source.crop, f"{end}_{name}") * factor)
            setattr(target.crop, f"{end}_{name}", value)
    for modifier in source.modifiers:
        copy_modifier(modifier, target, scene)


def copy_modifier(modifier: Any, target: Any, scene: Any) -> None:
    """Give ``target`` a modifier of pictures, as another strip has it."""
    if modifier.type not in SOUND_MODIFIERS:
        with compat.SequencerScene(scene):
            made = target.modifiers.new(modifier.name, modifier.type)
            _copy_settings(modifier, made, scene)


def copy_animation(source: Any, target: Any, scene: Any, ratio: tuple[float, float]) -> None:
    """Make ``target`` change over time as ``source`` does: fades, moves, an animated grade.

    Args:
        source: a strip of ``scene``.
        target: another, which stands where ``source`` does.
        scene: whose animation it is.
        ratio: as for :func:`copy_look`.
    """
    animation = scene.animation_data
    if animation is None or animation.action is None:
        return
    beginning, end = source.path_from_id(), target.path_from_id()
    factors = {".transform.scale_x": 1 / ratio[0], ".transform.scale_y": 1 / ratio[1]}
    factors |= {f".crop.{side}_x": ratio[0] for side in ("min", "max")}
    factors |= {f".crop.{side}_y": ratio[1] for side in ("min", "max")}
    for curves in compat.curves_of(animation.action):
        for curve in [each for each in curves if each.data_path.startswith(beginning)]:
            what = curve.data_path[len(beginning) :]
            if _is_look(what):
                made = curves.new(end + what, index=curve.array_index)
                _copy_curve(curve, made, factors.get(what, 1.0))


def is_fading(strip: Any, scene: Any) -> bool:
    """Return True when a strip's opacity is animated."""
    animation, path = scene.animation_data, f"{strip.path_from_id()}.blend_alpha"
    if animation is None or animation.action is None:
        return False
    return any(
        curve.data_path == path for curves in compat.curves_of(animation.action) for curve in curves
    )


def is_neutral(strip: Any) -> bool:
    """Return True when a strip shows its pictures as they are: no transform, no grade."""
    transform, crop = strip.transform, strip.crop
    return bool(
        all(modifier.mute for modifier in strip.modifiers)
        and strip.blend_alpha == strip.color_multiply == strip.color_saturation == 1.0
        and not (strip.use_flip_x or strip.use_flip_y)
        and transform.scale_x == transform.scale_y == 1.0
        and transform.offset_x == transform.offset_y == transform.rotation == 0.0
        and crop.min_x == crop.max_x == crop.min_y == crop.max_y == 0
    )


def neutralise(strip: Any) -> None:
    """Make a strip show its pictures as they are, over whatever lies below."""
    for modifier in strip.modifiers:
        modifier.mute = True
    strip.mute = False
    strip.blend_type, strip.blend_alpha = "REPLACE", 1.0
    strip.color_multiply = strip.color_saturation = 1.0
    strip.use_flip_x = strip.use_flip_y = False
    transform, crop = strip.transform, strip.crop
    transform.scale_x = transform.scale_y = 1.0
    transform.offset_x = transform.offset_y = transform.rotation = 0.0
    crop.min_x = crop.max_x = crop.min_y = crop.max_y = 0


def _is_look(path: str) -> bool:
    """Return True for a property, as a path from its strip, that changes how the strip looks."""
    name = path[1:]
    return name in SETTINGS or name.startswith(("transform.", "crop.", "modifiers["))


def _copy_curve(source: Any, target: Any, factor: float) -> None:
    target.extrapolation = source.extrapolation
    points = target.keyframe_points
    points.add(len(source.keyframe_points))
    for one, other in zip(source.keyframe_points, points):  # noqa: B905 - made equally many above
        for name in KEYFRAME:
            setattr(other, name, getattr(one, name))
        for name in ("co", "handle_left", "handle_right"):
            frame, value = getattr(one, name)
            setattr(other, name, (frame, value * factor))
    target.update()


def _copy_settings(source: Any, target: Any, scene: Any) -> None:
    for setting in source.bl_rna.properties:
        name = setting.identifier
        if name in NAMES:
            continue
        value = getattr(source, name)
        if name == "curves" and setting.type == "COLLECTION":
            _copy_curves(value, target.curves)
        elif setting.type == "POINTER" and setting.is_readonly:
            if value is not None:
                _copy_settings(value, getattr(target, name), scene)
        elif not setting.is_readonly:
            setattr(target, name, _within(scene, value) if setting.type == "POINTER" else value)
    if hasattr(target, "curves"):
        target.update()


def _copy_curves(source: Any, target: Any) -> None:
    for one, other in zip(source, target):  # noqa: B905 - curves of the same kind of mapping
        points = other.points
        while len(points) < len(one.points):
            points.new(0.5, 0.5)
        while len(points) > len(one.points):
            points.remove(points[-2])
        for from_, to in zip(one.points, points):  # noqa: B905 - made equally many above
            to.location, to.handle_type = from_.location, from_.handle_type


def _within(scene: Any, value: Any) -> Any:
    """Return what a modifier points at: a strip (its mask) by its name, anything else as it is."""
    if value is None or isinstance(value, bpy.types.ID):
        return value
    return compat.all_strips(scene.sequence_editor).get(value.name)
