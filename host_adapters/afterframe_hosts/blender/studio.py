"""A copy of the user's scene to render in, thrown away afterwards.

Whatever has to be set for a picture is set on the copy. The user's scene, its render settings and
its current frame are never touched, not even to be set back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import bpy

from ..wire.errors import CaptureFailed
from . import compat

Depth = Literal["display", "linear"]

DISPLAY, VIEW = "sRGB", "Standard"
"""The encoding of sRGB pictures, undone by Blender when it reads them: nothing is lost between.
The other views (AgX, Filmic, even Raw since 5.0) change the picture on every way through."""


@contextmanager
def scene_copy(scene: Any, frame: int) -> Iterator[Any]:
    """Yield a copy of a scene, at a frame, its animated values as they are there.

    Blender's file is as before afterwards: the copy goes, and a "Render Result" that the copy
    brought with it. Other add-ons' render handlers do not hear of any of it.
    """
    results = {image.name for image in bpy.data.images if image.type == "RENDER_RESULT"}
    with _quiet_handlers():
        copy = scene.copy()
        try:
            with bpy.context.temp_override(scene=copy):
                copy.frame_set(frame)
            yield copy
        finally:
            bpy.data.scenes.remove(copy)
            for image in list(bpy.data.images):
                if image.type == "RENDER_RESULT" and image.name not in results:
                    bpy.data.images.remove(image)


def stop_animation(copy: Any) -> None:
    """Keep animated values as they are: without this, rendering computes them again."""
    copy.animation_data_clear()


def has_standard_view(copy: Any) -> bool:
    """Return True when sRGB pictures can be written: not every colour configuration has them."""
    try:
        copy.display_settings.display_device = DISPLAY
        copy.view_settings.view_transform = VIEW
    except TypeError:
        return False
    return True


def set_output(copy: Any, size: tuple[int, int], depth: Depth, alpha: bool) -> None:
    """Make a copy write neutral pictures of a size: PNG with 16 bits, or half float EXR."""
    render = copy.render
    render.resolution_x, render.resolution_y = size
    render.resolution_percentage = 100
    render.use_sequencer = True
    render.use_stamp = render.use_border = render.use_multiview = False
    render.use_file_extension = render.use_overwrite = True
    render.use_placeholder = False
    _set_view(copy)
    settings = render.image_settings
    compat.write_stills(settings, "PNG" if depth == "display" else "OPEN_EXR")
    settings.color_management = "FOLLOW_SCENE"
    settings.color_mode = "RGBA" if alpha else "RGB"
    settings.color_depth = "16"
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
    try:
        with bpy.context.temp_override(scene=copy):
            copy.frame_set(frame)
            bpy.ops.render.render(write_still=True)
    except RuntimeError as error:
        raise CaptureFailed(item=item, detail=str(error).strip()) from error
    if not path.is_file() or path.stat().st_size == 0:
        raise CaptureFailed(item=item, detail=f"nothing was written to {path}")


def _set_view(copy: Any) -> None:
    view = copy.view_settings
    if has_standard_view(copy):
        view.look = "None"
    view.exposure, view.gamma = 0.0, 1.0
    view.use_curve_mapping = False
    if hasattr(view, "use_white_balance"):
        view.use_white_balance = False


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
