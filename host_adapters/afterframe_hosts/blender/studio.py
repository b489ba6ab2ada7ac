"""A copy of the user's scene to render in, thrown away afterwards.

Whatever has to be set for a picture is set on the copy. The user's scene, its render settings and
its current frame are never touched, not even to be set back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import bpy

from ..wire.errors import CaptureFailed
from . import compat

Depth = Literal["8", "16", "linear"]
"""PNG with 8 or 16 bits a channel, or half float scene-linear EXR."""

DISPLAY, VIEW = "sRGB", "Standard"
"""The encoding of sRGB pictures, undone by Blender when it reads them: nothing is lost between.
The other views (AgX, Filmic, even Raw since 5.0) change the picture on every way through."""


@contextmanager
def scene_copy(scene: Any) -> Iterator[Any]:
    """Yield a copy of a scene.

    Blender's file is as before afterwards: the copy goes, and with it what it brought along (a
    "Render Result", a copied action). Other add-ons' render handlers do not hear of any of it.
    """
    images = {image.name for image in bpy.data.images}
    actions = {action.name for action in bpy.data.actions}
    with _quiet_handlers():
        copy = scene.copy()
        try:
            _own_action(copy)
            yield copy
        finally:
            bpy.data.scenes.remove(copy)
            _remove_others(bpy.data.images, images)
            _remove_others(bpy.data.actions, actions)


def evaluated(copy: Any, frame: int) -> Any:
    """Return a copy as it is at a frame, with its animated values: to read from only."""
    with bpy.context.temp_override(scene=copy):
        copy.frame_set(frame)
    return copy.evaluated_get(copy.view_layers[0].depsgraph)


def limit_animation(copy: Any, wanted: Callable[[str], bool]) -> None:
    """Take the animation off a copy but for the properties whose path is ``wanted``."""
    animation = copy.animation_data
    if animation is None:
        return
    for track in list(animation.nla_tracks):
        animation.nla_tracks.remove(track)
    curves = [animation.drivers]
    if animation.action is not None:
        curves += compat.curves_of(animation.action)
    for each in curves:
        for curve in [curve for curve in each if not wanted(curve.data_path)]:
            each.remove(curve)


def has_standard_view(copy: Any) -> bool:
    """Return True when sRGB pictures can be written: not every colour configuration has them."""
    try:
        copy.display_settings.display_device = DISPLAY
        copy.view_settings.view_transform = VIEW
    except TypeError:
        return False
    return True


def set_output(copy: Any, size: tuple[int, int], depth: Depth, alpha: bool) -> None:
    """Make a copy write neutral pictures of a size."""
    render = copy.render
    render.resolution_x, render.resolution_y = size
    render.resolution_percentage = 100
    render.use_sequencer = True
    render.use_border = render.use_multiview = False
    _leave_out_metadata(render)
    render.use_file_extension = render.use_overwrite = True
    render.use_placeholder = False
    render.dither_intensity = 0.0
    _set_view(copy)
    settings = render.image_settings
    compat.write_stills(settings, "OPEN_EXR" if depth == "linear" else "PNG")
    settings.color_management = "FOLLOW_SCENE"
    settings.color_mode = "RGBA" if alpha else "RGB"
    settings.color_depth = "8" if depth == "8" else "16"
    if depth == "linear":
        settings.exr_codec = "ZIP"
    else:
        settings.compression = 15


def render_still(copy: Any, frame: int, path: Path, item: str) -> None:
    """Render a copy's frame to a file.

    Raises:
        CaptureFailed: Blender gave none.
    """
    copy.render.filepath = str(path)
    _apply_animation(copy, frame)
    try:
        with bpy.context.temp_override(scene=copy):
            bpy.ops.render.render(write_still=True)
    except RuntimeError as error:
        raise CaptureFailed(item=item, detail=str(error).strip()) from error
    if not path.is_file() or path.stat().st_size == 0:
        raise CaptureFailed(item=item, detail=f"nothing was written to {path}")


def _leave_out_metadata(render: Any) -> None:
    """Write no dates and times into a file: the same picture is the same file."""
    for setting in render.bl_rna.properties:
        if setting.identifier.startswith("use_stamp"):
            setattr(render, setting.identifier, False)


def _apply_animation(copy: Any, frame: int) -> None:
    """Go to a frame and set what is animated by hand.

    Blender writes animated values back only for the scene in its window, and strips are rendered
    with the values that were written back.
    """
    animated = evaluated(copy, frame)
    for path in _animated_paths(copy):
        owner, _, name = path.rpartition(".")
        try:
            value = animated.path_resolve(path)
            setattr(copy.path_resolve(owner) if owner else copy, name, value)
        except (ValueError, AttributeError, TypeError):
            continue  # a curve left over from a strip that is gone, or of a custom property


def _animated_paths(copy: Any) -> set[str]:
    animation = copy.animation_data
    if animation is None:
        return set()
    actions = [animation.action]
    actions += [strip.action for track in animation.nla_tracks for strip in track.strips]
    curves = [compat.curves_of(action) for action in actions if action is not None]
    found = {curve.data_path for owners in curves for owner in owners for curve in owner}
    return found | {driver.data_path for driver in animation.drivers}


def _set_view(copy: Any) -> None:
    view = copy.view_settings
    if has_standard_view(copy):
        view.look = "None"
    view.exposure, view.gamma = 0.0, 1.0
    view.use_curve_mapping = False
    if hasattr(view, "use_white_balance"):
        view.use_white_balance = False


def _own_action(copy: Any) -> None:
    """Give a copy an action of its own: removing a strip removes its curves from the action."""
    animation = copy.animation_data
    if animation is not None and animation.action is not None:
        animation.action = animation.action.copy()


def _remove_others(blocks: Any, kept: Set[str]) -> None:
    for block in [block for block in blocks if block.name not in kept]:
        blocks.remove(block)


@contextmanager
def _quiet_handlers() -> Iterator[None]:
    """Take the render handlers off for a while: a render of ours is none of the user's."""
    handlers = bpy.app.handlers
    lists = [getattr(handlers, name) for name in dir(handlers) if name.startswith("render_")]
    kept = [list(each) for each in lists]
    for each in lists:
        each.clear()
    try:
        yield
    finally:
        for each, functions in zip(lists, kept):  # noqa: B905 - made from one another
            each[:] = functions
