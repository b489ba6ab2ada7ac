"""Pictures of strips, rendered by Blender itself where the file alone does not give them.

As shot: the strip alone, at its medium's size, without modifiers, transform, crop, opacity or
fades, so that the user's grade applies to the result as it does to the source. As seen: the whole
scene as it stands, at the timeline's size. Both leave view transforms out: the result passes
through the scene's own again when it is shown.
"""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import bpy

from ..wire.clip import Clip, Media, Span
from ..wire.errors import CaptureFailed, PlayheadOutside
from . import compat, studio, timeline

FIRST_NUMBER = 1
"""Of a captured sequence: numbers in file names cannot be negative, timeline frames can."""
SCENE_LINEAR_FILES = frozenset({".exr", ".hdr"})


def capture(clip: Clip, frames: Span, folder: Path, *, seen: bool) -> Clip:
    """Return a clip whose medium gives these timeline frames; see ``base.Capture``."""
    scene, strip = timeline.find_item(clip.item)
    now = timeline.read_clip(scene, strip, clip.document)
    _check_inside(now, frames)
    timeline.check_media(strip)
    if not seen and timeline.is_plain(scene, strip):
        return now
    depth = _depth(scene, strip)
    if seen:
        media = _render_seen(scene, strip, frames, folder, depth)
    else:
        media = _render_shot(scene, strip, frames, folder, depth)
    return Clip(
        name=now.name,
        media=media,
        media_range=Span(0, frames.duration),
        record_range=frames,
        rate=now.rate,
        size=now.size,
        host=now.host,
        document=now.document,
        item=now.item,
    )


def source_size(scene: Any, strip: Any) -> tuple[int, int]:
    """Return the width and height of a strip's medium; of what has none, the timeline's.

    Raises:
        CaptureFailed: Blender does not know it.
    """
    if strip.type in {"MOVIE", "IMAGE"}:
        size = strip.elements[0].orig_width, strip.elements[0].orig_height
    elif strip.type == "MOVIECLIP" and strip.clip is not None:
        size = strip.clip.size[0], strip.clip.size[1]
    else:
        size = scene.render.resolution_x, scene.render.resolution_y
    if min(size) < 1:
        raise CaptureFailed(item=strip.name, detail="the size of its pictures is not known")
    return size


def _check_inside(clip: Clip, frames: Span) -> None:
    span = clip.record_range
    for frame in (frames.start, frames.end - 1):
        if frame not in span:
            raise PlayheadOutside(frame=frame, first=span.start, last=span.end - 1, clip=clip.name)


def _depth(scene: Any, strip: Any) -> studio.Depth:
    """Return ``linear`` for pictures that may be brighter than white."""
    if strip.type == "META":
        inner = [_depth(scene, each) for each in compat.strips(strip)]
        return "linear" if "linear" in inner else "display"
    linear = strip.type == "SCENE" or (
        strip.type == "IMAGE"
        and Path(strip.elements[0].filename).suffix.lower() in SCENE_LINEAR_FILES
    )
    return "linear" if linear else "display"


def _render_seen(scene: Any, strip: Any, frames: Span, folder: Path, depth: studio.Depth) -> Media:
    size = scene.render.resolution_x, scene.render.resolution_y
    with studio.scene_copy(scene, frames.start) as copy:
        depth = depth if studio.has_standard_view(copy) else "linear"
        studio.set_output(copy, size, depth, alpha=False)
        for index in range(frames.duration):
            path = _picture(folder, index, frames, depth)
            studio.render_still(copy, frames.start + index, path, strip.name)
        return _media(copy, folder, frames, depth)


def _render_shot(scene: Any, strip: Any, frames: Span, folder: Path, depth: studio.Depth) -> Media:
    """Render a strip alone, each frame in a copy of its own: its animation differs in each."""
    size = source_size(scene, strip)
    alpha = True
    media: Media | None = None
    for index in range(frames.duration):
        frame = frames.start + index
        with studio.scene_copy(scene, frame) as copy:
            depth = depth if studio.has_standard_view(copy) else "linear"
            path = _picture(folder, index, frames, depth)
            _isolate(copy, strip)
            studio.stop_animation(copy)
            studio.set_output(copy, size, depth, alpha)
            studio.render_still(copy, frame, path, strip.name)
            if index == 0 and _is_opaque(path):
                alpha = False
                studio.set_output(copy, size, depth, alpha)
                studio.render_still(copy, frame, path, strip.name)
            media = media or _media(copy, folder, frames, depth)
    assert media is not None  # a span has one frame at least
    return media


def _isolate(copy: Any, strip: Any) -> None:
    """Leave only a strip, the metas around it and its speed effects, all of them neutral."""
    owner = copy.sequence_editor
    for channel in owner.channels:
        channel.mute = False
    for name in [each.name for each in reversed(timeline.ancestors(strip))]:
        owner = _keep(owner, name)
        for channel in owner.channels:
            channel.mute = False
    _keep(owner, strip.name)


def _keep(owner: Any, name: str) -> Any:
    """Remove all of an owner's strips but one and its speed effects; return that one."""
    kept = compat.strips(owner)[name]
    effects = timeline.speed_effects(compat.strips(owner), kept)
    names = {name, *(each.name for each in effects)}
    # By name, since a strip's removal takes the effects on it along.
    for other in [each.name for each in compat.strips(owner) if each.name not in names]:
        found = compat.strips(owner).get(other)
        if found is not None:
            compat.strips(owner).remove(found)
    for each in names:
        _neutralise(compat.strips(owner)[each])
    return compat.strips(owner)[name]


def _neutralise(strip: Any) -> None:
    for modifier in list(strip.modifiers):
        strip.modifiers.remove(modifier)
    strip.mute = False
    strip.blend_type, strip.blend_alpha = "REPLACE", 1.0
    strip.color_multiply = strip.color_saturation = 1.0
    strip.use_flip_x = strip.use_flip_y = False
    transform, crop = strip.transform, strip.crop
    transform.scale_x = transform.scale_y = 1.0
    transform.offset_x = transform.offset_y = transform.rotation = 0.0
    crop.min_x = crop.max_x = crop.min_y = crop.max_y = 0


def _is_opaque(path: Path) -> bool:
    image = bpy.data.images.load(str(path))
    try:
        pixels = array("f", bytes(4 * len(image.pixels)))
        image.pixels.foreach_get(pixels)
        return min(pixels[3::4]) > 1 - 1 / 65535
    finally:
        bpy.data.images.remove(image)


def _picture(folder: Path, index: int, frames: Span, depth: studio.Depth) -> Path:
    suffix = "png" if depth == "display" else "exr"
    name = "still" if frames.duration == 1 else f"picture.{FIRST_NUMBER + index:06d}"
    return folder / f"{name}.{suffix}"


def _media(copy: Any, folder: Path, frames: Span, depth: studio.Depth) -> Media:
    suffix = "png" if depth == "display" else "exr"
    colour = studio.DISPLAY if depth == "display" else _scene_linear_name(copy)
    if frames.duration == 1:
        return Media("still", str(folder / f"still.{suffix}"), colour_space=colour)
    path = str(folder / f"picture.######.{suffix}")
    return Media("sequence", path, FIRST_NUMBER, colour_space=colour)


def _scene_linear_name(copy: Any) -> str:
    """Return the name of the encoding of an EXR picture that Blender has written."""
    settings = copy.render.image_settings
    return str(settings.linear_colorspace_settings.name)
