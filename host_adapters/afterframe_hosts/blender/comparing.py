"""Two takes side by side for a while: a strip over the one that is compared, cut off at a line.

The strip is for looking only. It bears a mark, is none of our results, and never stays in a saved
file: what a Blender that went down has left behind goes when the file is opened again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ..wire.clip import Span
from ..wire.errors import MediaMissing, NoFreeChannel, PlaceFailed
from . import behind, compat, exact, look, marks
from .marks import Take

COLOR_TAG = "COLOR_04"


def begin(scene: Any, strip: Any, now: Take, other: Take, at: float = 0.5) -> Any:
    """Show another take over the right part of a strip; return the strip that does so.

    Args:
        scene: of the strip.
        strip: of ours.
        now: the take that it shows.
        other: the take to see beside it.
        at: where the line is, from 0 (left) to 1 (right).

    Raises:
        MediaMissing: the other take's file is gone.
        NoFreeChannel: there is none above.
        PlaceFailed: Blender did not take it.
    """
    end()
    result = marks.found(strip, other)
    if result is None:
        raise MediaMissing(path=str(marks.absolute(other.result.path)))
    span = Span(compat.first_frame(strip), compat.end_frame(strip) - compat.first_frame(strip))
    level = strip.parent_meta() or scene.sequence_editor
    taken = [
        exact.Taken(each.channel, compat.first_frame(each), compat.end_frame(each))
        for each in compat.strips(level)
    ]
    muted = [number for number, each in enumerate(level.channels) if each.mute]
    channel = exact.free_channel(taken, span, strip.channel, muted)
    aside = exact.free_channel(taken, Span(-behind.FAR, 2 * behind.FAR), strip.channel, muted)
    if channel is None or aside is None:
        raise NoFreeChannel(first=span.start, last=span.end - 1)
    start = behind.shown_start(strip, now) + now.lead - other.lead - other.result.handles[0]
    made = _add(level, strip.name, marks.files(result), start, aside)
    try:
        made[marks.COMPARING] = json.dumps([str(strip.get(marks.LINEAGE, "")), other.job])
        _dress(scene, strip, made, now, other)
        _cut(scene, made, at)
        compat.set_ends(made, span.start, span.end)
        made.channel = channel
    except (RuntimeError, TypeError) as error:
        compat.strips(level).remove(made)
        raise PlaceFailed(path=result.path, detail=str(error).strip()) from error
    return made


def end() -> bool:
    """Take away what is shown to compare, in all scenes; return whether there was anything."""
    found = list(_shown())
    for owner, name in found:
        strips = compat.strips(owner)
        strips.remove(strips[name])
    return bool(found)


def shown() -> tuple[str, str] | None:
    """Return lineage and job of the take that is shown beside another; None: nothing is."""
    for owner, name in _shown():
        return of(compat.strips(owner)[name])
    return None


def of(strip: Any) -> tuple[str, str]:
    """Return lineage and job of what a strip shows to compare; empty for any other strip."""
    told = marks.read(strip.get(marks.COMPARING))
    if not isinstance(told, list) or len(told) != 2:
        return "", ""
    return str(told[0]), str(told[1])


def stay_out_of_files() -> None:
    """From now on end what is compared before a file is saved, and after one is opened."""
    for event in ("save_pre", "load_post"):
        heard = getattr(bpy.app.handlers, event)
        if _end not in heard:
            heard.append(_end)


def forget_files() -> None:
    """Take back :func:`stay_out_of_files`."""
    for event in ("save_pre", "load_post"):
        heard = getattr(bpy.app.handlers, event)
        if _end in heard:
            heard.remove(_end)


@bpy.app.handlers.persistent  # type: ignore[untyped-decorator]
def _end(*_: object) -> None:
    end()


def _shown() -> Iterator[tuple[Any, str]]:
    """Yield where strips that are shown to compare are, and their names."""
    for scene in bpy.data.scenes:
        editor = scene.sequence_editor if scene.library is None else None
        for strip in compat.all_strips(editor) if editor is not None else ():
            if marks.COMPARING in strip:
                yield strip.parent_meta() or editor, strip.name


def _add(level: Any, name: str, files: list[Path], start: int, channel: int) -> Any:
    add = compat.strips(level).new_image if len(files) > 1 else compat.strips(level).new_movie
    made = add(f"{name} | compare", str(files[0]), channel, start, fit_method="ORIGINAL")
    for file in files[1:]:
        made.elements.append(file.name)
    return made


def _dress(scene: Any, strip: Any, made: Any, now: Take, other: Take) -> None:
    """Give a strip the look of another, as it changes over time."""
    size, its = now.result.size, other.result.size
    ratio = its[0] / size[0], its[1] / size[1]
    look.copy_look(strip, made, scene, ratio)
    look.copy_animation(strip, made, scene, ratio)
    made.colorspace_settings.name = strip.colorspace_settings.name
    made.color_tag, made.select, made.use_reverse_frames = (
        COLOR_TAG,
        False,
        strip.use_reverse_frames,
    )


def _cut(scene: Any, made: Any, at: float) -> None:
    """Leave of a strip what lies right of a line."""
    for curve in behind.animation(scene, f"{made.path_from_id()}.crop."):
        if curve.data_path.endswith(("min_x", "max_x")):
            curve.mute = True
    crop, width = made.crop, made.elements[0].orig_width
    seen = width - crop.min_x - crop.max_x
    part = round(seen * min(max(at, 0.0), 1.0))
    if made.use_flip_x:
        crop.max_x += part
    else:
        crop.min_x += part
