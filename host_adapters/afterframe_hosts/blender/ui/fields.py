"""How the parameters of an effect are drawn: by their kinds, in the order of the declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any

import bpy

from ...wire.effects import EFFECTS, Parameter
from ...wire.session import EngineInfo
from . import extras, thumbnails, words

CAMERA = ("pan_x", "pan_y", "zoom", "roll", "dolly")
JOINING = ("match_colour", "match_grain", "overlap", "real_first")
DELIVERY = ("handles",)
"""Parameters that stand in sub-panels of their own; all others are in sight."""
FEW = 2
"""Choices that stand side by side; more are a menu."""
PICTURE_SCALE, REFERENCE_SCALE = 4.0, 2.4

Buttons = Callable[[Any], None]
Said = tuple[str, str]
"""A sentence and its icon."""


def draw(
    layout: Any,
    group: Any,
    effect: str,
    engines: tuple[EngineInfo, ...],
    said: Sequence[Said] = (),
    buttons: Buttons | None = None,
    folder: str = "",
) -> None:
    """Draw an effect's parameters; see ``settings.draw``."""
    layout.context_pointer_set("afterframe_settings", group)
    layout.use_property_split, layout.use_property_decorate = True, False
    declared = {parameter.name: parameter for parameter in EFFECTS[effect].parameters}
    apart = {*CAMERA, *JOINING, *DELIVERY}
    column = layout.column()
    for parameter in declared.values():
        if parameter.name not in apart:
            _draw(column, group, getattr(group, effect), parameter)
        if parameter.name == "prompt":
            for sentence, icon in said:
                words.write(column, sentence, icon)
    _draw_seen(column, group)
    if buttons is not None:
        buttons(layout)
    _draw_part(layout, group, "camera", [declared[n] for n in CAMERA if n in declared])
    _draw_part(layout, group, "joining", [declared[n] for n in JOINING if n in declared])
    _draw_engine(layout, group, effect, engines)
    _draw_delivery(layout, group, [declared[n] for n in DELIVERY if n in declared], folder)


def label(parameter: Parameter) -> str:
    """Return a parameter's name in the user's language."""
    return words.say_or(extras.label(parameter.label_id, parameter.name), parameter.label_id)


def _panel(layout: Any, name: str) -> Any:
    """Return the body of a sub-panel; None while it is closed."""
    header, body = layout.panel(f"afterframe_{name}", default_closed=True)
    header.label(text=words.say(f"ui.panel.{name}"), translate=False)
    return body


def _draw_part(layout: Any, group: Any, name: str, parameters: Sequence[Parameter]) -> None:
    if not parameters:
        return
    body = _panel(layout, name)
    if body:
        column = body.column()
        for parameter in parameters:
            _draw(column, group, getattr(group, parameter.effect), parameter)


def _draw_engine(layout: Any, group: Any, effect: str, engines: tuple[EngineInfo, ...]) -> None:
    body = _panel(layout, "engine")
    if not body:
        return
    if not engines:
        words.write(body, words.say("ui.engine.none_known"), "INFO")
        return
    body.prop(group, "engine_choice", text=words.say("ui.settings.engine.label"), translate=False)
    chosen = extras.info(str(group.engine), effect)
    if chosen is None:
        unfit = "ui.engine.unfit" if group.engine else "ui.engine.none_fits"
        words.write(body, words.say(unfit), "ERROR")
        return
    for parameter in chosen.parameters:
        _draw_extra(body, group, effect, parameter)
    _draw_facts(body, chosen)


def _draw_delivery(layout: Any, group: Any, parameters: Sequence[Parameter], folder: str) -> None:
    body = _panel(layout, "delivery")
    if not body:
        return
    column = body.column()
    column.prop(group, "format", text=words.say("ui.settings.format.label"), translate=False)
    if group.effect == "extend":
        text = words.say("ui.settings.own_track.label")
        column.prop(group, "own_track", text=text, translate=False)
    for parameter in parameters:
        _draw(column, group, getattr(group, parameter.effect), parameter)
    if not folder:
        return
    row = _named_row(column, words.say("ui.panel.folder"))
    row.operator("afterframe.open_folder", text=folder, icon="FILE_FOLDER", translate=False)
    if not bpy.data.filepath:
        words.write(body, words.say("ui.panel.unsaved"), "INFO")
        saving = body.row()
        saving.operator_context = "INVOKE_DEFAULT"
        text = words.say("ui.fix.save_project.label")
        saving.operator("wm.save_as_mainfile", text=text, icon="FILE_TICK", translate=False)


def _draw_facts(layout: Any, engine: EngineInfo) -> None:
    """Say which engine it is, whether it is ready, what it needs and what it cannot do."""
    column = layout.box().column()
    if engine.ready:
        column.label(
            text=words.say("ui.engine.is_ready", engine=engine.label),
            icon="CHECKMARK",
            translate=False,
        )
    else:
        told = words.say("ui.engine.is_not_ready", engine=engine.label, reason=engine.reason)
        words.write(column, told.strip(), "ERROR")
        if engine.needs:
            words.write(column, engine.needs, "IMPORT")
    if engine.licence:
        words.write(column, words.say("ui.engine.licence", licence=engine.licence), "COPY_ID")
    if engine.limits:
        words.write(column, engine.limits, "INFO")


def _draw_extra(layout: Any, group: Any, effect: str, parameter: Parameter) -> None:
    if parameter.kind in extras.LISTS:
        _LISTS[parameter.kind](layout, group, f"{effect}.{parameter.name}")
        return
    name = extras.property_name(parameter)
    if hasattr(group, name):  # else it becomes known in a moment
        _draw_plain(layout, group, name, parameter)


def _draw(layout: Any, group: Any, own: Any, parameter: Parameter) -> None:
    name = parameter.name
    if name == "seconds":
        _draw_length(layout, own, parameter)
    elif name == "frames" and hasattr(own, "shown_frames"):
        return  # beside the seconds
    elif name == "prompt":
        _draw_prompt(layout, own, parameter)
    elif parameter.kind == "seed":
        _draw_seed(layout, own, parameter)
    elif parameter.kind in extras.LISTS:
        _LISTS[parameter.kind](layout, group, f"{parameter.effect}.{name}")
    elif hasattr(own, f"{name}_set"):
        _draw_optional(layout, own, parameter)
    else:
        _draw_plain(layout, own, name, parameter)


def _draw_plain(layout: Any, owner: Any, name: str, parameter: Parameter) -> None:
    text = label(parameter)
    if parameter.kind == "choice" and len(parameter.choices) <= FEW:
        layout.row().prop(owner, name, text=text, expand=True, translate=False)
        return
    slider = parameter.kind == "number" and parameter.maximum is not None
    slider = slider and parameter.maximum <= 10  # type: ignore[operator]
    layout.prop(owner, name, text=text, slider=slider, translate=False)
    if parameter.kind == "picture" and getattr(owner, name):
        _draw_thumbnail(layout, getattr(owner, name))


def _draw_thumbnail(layout: Any, path: str) -> None:
    """Draw a picture under its field, in the fields' half of the panel."""
    if not thumbnails.is_picture(path):
        words.write(layout, words.say("ui.panel.no_picture", name=PurePath(path).name), "ERROR")
        return
    split = layout.split(factor=0.4)
    split.label(text="")
    split.template_icon(thumbnails.icon(path), scale=PICTURE_SCALE)


def _draw_small(layout: Any, path: str) -> None:
    """Draw a picture of a list, or a sign that there is none."""
    if thumbnails.is_picture(path):
        layout.template_icon(thumbnails.icon(path), scale=REFERENCE_SCALE)
    else:
        layout.label(text="", icon="ERROR")


def _draw_prompt(layout: Any, own: Any, parameter: Parameter) -> None:
    row = layout.row()
    row.use_property_split = False
    hint = words.say(parameter.help_id)
    row.prop(own, parameter.name, text="", placeholder=hint, translate=False)


def _draw_length(layout: Any, own: Any, parameter: Parameter) -> None:
    row = _named_row(layout, label(parameter))
    row.prop(own, "shown_seconds", text="")
    frames = row.row(align=True)
    frames.prop(own, "shown_frames", text=words.say("ui.panel.frames"), translate=False)


def _draw_seed(layout: Any, own: Any, parameter: Parameter) -> None:
    """Draw the seed: locked, it can be typed; open, the last one is shown and not kept."""
    row = _named_row(layout, label(parameter))
    number = row.row(align=True)
    number.active = bool(own.seed_locked)
    if own.seed_set:
        number.prop(own, "seed", text="")
    else:
        number.label(text=words.say("ui.panel.seed_open"), translate=False)
    icon = "LOCKED" if own.seed_locked else "UNLOCKED"
    row.prop(own, "seed_locked", text="", icon=icon)
    row.operator("afterframe.dice", text="", icon="FILE_REFRESH")


def _draw_optional(layout: Any, own: Any, parameter: Parameter) -> None:
    """Draw a number that may be left open, and what it is then."""
    name = parameter.name
    row = _named_row(layout, label(parameter))
    row.prop(own, f"{name}_set", text="")
    number = row.row()
    if getattr(own, f"{name}_set"):
        number.prop(own, name, text="")
        return
    number.active = False
    open_ = words.say_or("", f"ui.open.{parameter.effect}.{name}")
    number.label(text=open_ or words.say("ui.open.number"), translate=False)


def _draw_seen(layout: Any, group: Any) -> None:
    """Draw two buttons for one switch: what it is not is said, too."""
    row = _named_row(layout, words.say("ui.panel.picture"))
    shot, seen = words.say("ui.panel.as_shot"), words.say("ui.settings.seen.label")
    row.prop(group, "seen", text=shot, toggle=True, invert_checkbox=True, translate=False)
    row.prop(group, "seen", text=seen, toggle=True, translate=False)


def _named_row(layout: Any, text: str) -> Any:
    """Return a row for several fields, behind a name as Blender's own fields have it."""
    split = layout.split(factor=0.4)
    split.use_property_split = False
    name = split.row()
    name.alignment = "RIGHT"
    name.label(text=text, translate=False)
    return split.row(align=True)


def _draw_references(layout: Any, group: Any, owner: str) -> None:
    own = [each for each in group.references if each.owner == owner]
    column = layout.column(align=True)
    column.use_property_split = False
    for index, each in enumerate(own):
        row = column.box().row()
        _draw_small(row, each.path)
        sub = row.column(align=True)
        sub.prop(each, "path", text="")
        if len(own) > 1:
            sub.prop(each, "weight", text=words.say("ui.reference.weight.label"), slider=True)
        else:
            sub.label(text=PurePath(each.path).name, translate=False)
        _draw_remove(row, "afterframe.remove_reference", owner, index)
    _draw_add(column, "afterframe.add_reference", owner, "ui.panel.add_reference")


def _draw_regions(layout: Any, group: Any, owner: str) -> None:
    own = [each for each in group.regions if each.owner == owner]
    column = layout.column(align=True)
    column.use_property_split = False
    for index, each in enumerate(own):
        row = column.box().row()
        _draw_small(row, each.mask)
        sub = row.column(align=True)
        sub.prop(each, "mask", text="")
        sub.row(align=True).prop(each, "kind", expand=True)
        if each.kind == "flow":
            way = sub.row(align=True)
            way.prop(each, "x", text=words.say("ui.region.x.label"), slider=True, translate=False)
            way.prop(each, "y", text=words.say("ui.region.y.label"), slider=True, translate=False)
        _draw_remove(row, "afterframe.remove_region", owner, index)
    _draw_add(column, "afterframe.add_region", owner, "ui.panel.add_region")


def _draw_remove(layout: Any, operator: str, owner: str, index: int) -> None:
    button = layout.operator(operator, text="", icon="X", emboss=False)
    button.owner, button.index = owner, index


def _draw_add(layout: Any, operator: str, owner: str, message: str) -> None:
    button = layout.operator(operator, text=words.say(message), icon="ADD", translate=False)
    button.owner = owner


_LISTS = {"references": _draw_references, "regions": _draw_regions}
