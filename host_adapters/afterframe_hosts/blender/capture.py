"""Pictures of strips, rendered by Blender itself where the file alone does not give them.

As shot: the strip alone, at its medium's size, without modifiers, transform, crop, opacity or
fades, so that the user's grade applies to the result as it does to the source. As seen: the whole
scene as it stands, at the timeline's size. Both leave view transforms out: the result passes
through the scene's own again when it is shown.

Rendering holds Blender up: 0.1 to 0.3 s a frame at 1080p on two cores. Where a user waits at a
window, ranges are for ``child``.
"""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import bpy

from ..wire.clip import Clip, Media, Span
from ..wire.errors import CaptureFailed, PlayheadOutside
from . import compat, look, marks, studio, timeline

FIRST_NUMBER = 1
"""Of a captured sequence: numbers in file names cannot be negative, timeline frames can."""
SPEEDS = ("speed_factor", "speed_frame_number", "speed_length")
"""What a speed effect may have animated."""
SUFFIXES = ("png", "exr")
"""Of captured pictures."""
UP_TO_WHITE = frozenset({"sRGB", "Rec.1886", "Non-Color", "Raw"})
"""Encodings of the scene's own primaries without anything brighter than white. Whatever the
others hold (PQ and HLG, logarithmic and linear ones, wider gamuts) only linear pictures keep."""
SCENE_LINEAR_FILES = frozenset({".exr", ".hdr"})


def capture(clip: Clip, frames: Span, folder: Path, *, seen: bool) -> Clip:
    """Return a clip whose medium gives these timeline frames; see ``base.Capture``."""
    scene, strip, now = check(clip, frames)
    if not seen and timeline.is_plain(scene, strip):
        return now
    timeline.check_pictures(strip, {frames.start, frames.end - 1})
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
        earliest=now.earliest,
    )


def check(clip: Clip, frames: Span) -> tuple[Any, Any, Clip]:
    """Return the scene, the strip and the clip as it is now, of which frames can be captured.

    Raises:
        ItemGone, PlayheadOutside, MediaMissing, MediaUnreadable: they cannot.
    """
    scene, strip = timeline.find_item(clip.item)
    now = timeline.read_clip(scene, strip, clip.document)
    _check_inside(now, frames)
    timeline.check_media(strip)
    return scene, strip, now


def picture_name(index: int, suffix: str) -> str:
    """Return the file name of a captured sequence's picture, counted from 0."""
    return f"picture.{FIRST_NUMBER + index:06d}.{suffix}"


def source_size(scene: Any, strip: Any) -> tuple[int, int]:
    """Return the width and height of a strip's medium; of what has none, the timeline's.

    Raises:
        CaptureFailed: Blender does not know it.
    """
    if strip.type in {"MOVIE", "IMAGE"}:
        known = strip.elements[0].orig_width, strip.elements[0].orig_height
        size = marks.size_shown(strip) or known
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
    """Return ``linear`` for pictures that may be brighter than white, or more colourful."""
    if strip.type == "META":
        inner = [_depth(scene, each) for each in compat.strips(strip)]
        return "linear" if "linear" in inner else "16"
    if strip.type == "SCENE":
        return "linear"
    if strip.type == "IMAGE" and _suffix(strip) in SCENE_LINEAR_FILES:
        return "linear"
    owner = strip.clip if strip.type == "MOVIECLIP" else strip
    if strip.type in {"MOVIE", "IMAGE", "MOVIECLIP"} and owner is not None:
        return "16" if owner.colorspace_settings.name in UP_TO_WHITE else "linear"
    return "16"


def _suffix(strip: Any) -> str:
    return Path(strip.elements[0].filename).suffix.lower()


def _render_seen(scene: Any, strip: Any, frames: Span, folder: Path, depth: studio.Depth) -> Media:
    """Render the whole scene without alpha.

    Where nothing covers the frame wholly (fades, clips made smaller), Blender drops alpha as the
    viewer shows it in 8 bits only: with 16, black shows through too little.
    """
    size = scene.render.resolution_x, scene.render.resolution_y
    probes = {frames.start, frames.start + frames.duration // 2, frames.end - 1}
    with studio.scene_copy(scene) as copy:
        if depth == "16":
            opaque = all(_is_opaque(copy, strip, size, frame, folder) for frame in probes)
            depth = "16" if opaque else "8"
        return _render(copy, strip, size, frames, folder, depth, alpha=False)


def _render_shot(scene: Any, strip: Any, frames: Span, folder: Path, depth: studio.Depth) -> Media:
    """Render a strip alone; of the user's animation only what changes its speed remains."""
    size = source_size(scene, strip)
    with studio.scene_copy(scene) as copy:
        _isolate(copy, strip)
        studio.limit_animation(copy, lambda path: path.endswith(SPEEDS))
        alpha = not _is_opaque(copy, strip, size, frames.start, folder)
        return _render(copy, strip, size, frames, folder, depth, alpha)


def _is_opaque(copy: Any, strip: Any, size: tuple[int, int], frame: int, folder: Path) -> bool:
    """Render a frame with alpha and see whether it needs it."""
    media = _render(copy, strip, size, Span(frame, 1), folder, "16", alpha=True)
    image = bpy.data.images.load(media.path)
    try:
        pixels = array("f", bytes(4 * len(image.pixels)))
        image.pixels.foreach_get(pixels)
        return min(pixels[3::4]) > 1 - 1 / 65535
    finally:
        bpy.data.images.remove(image)
        Path(media.path).unlink()


def _render(
    copy: Any,
    strip: Any,
    size: tuple[int, int],
    frames: Span,
    folder: Path,
    depth: studio.Depth,
    alpha: bool,
) -> Media:
    """Render frames of a copy into a folder: one still, or a sequence."""
    depth = depth if studio.has_standard_view(copy) else "linear"
    studio.set_output(copy, size, depth, alpha)
    suffix = "exr" if depth == "linear" else "png"
    names = [picture_name(n, suffix) for n in range(frames.duration)]
    if frames.duration == 1:
        names = [f"still.{suffix}"]
    for index, name in enumerate(names):
        studio.render_still(copy, frames.start + index, folder / name, strip.name)
    colour = _encoding(folder / names[0])
    if frames.duration == 1:
        return Media("still", str(folder / names[0]), colour_space=colour)
    path = str(folder / f"picture.######.{suffix}")
    return Media("sequence", path, FIRST_NUMBER, colour_space=colour)


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
        look.neutralise(compat.strips(owner)[each])
    return compat.strips(owner)[name]


def _encoding(picture: Path) -> str:
    """Return Blender's name for the encoding in which it has written a picture."""
    image = bpy.data.images.load(str(picture))
    try:
        return str(image.colorspace_settings.name)
    finally:
        bpy.data.images.remove(image)
