"""What an effect works on: out of selection and playhead, the strips and the frame.

:func:`order` looks at all of it and says exactly why not; :func:`obstacle` says so at a glance, as
often as a panel is drawn.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import bpy

from ..orders import Order, Wish
from ..wire.clip import Clip
from ..wire.effects import effect
from ..wire.errors import (
    AfterframeError,
    MediaMissing,
    NothingSelected,
    NotWritable,
    PlayheadOutside,
    SceneLinked,
    UnsupportedItem,
)
from . import compat, timeline
from .adapter import BlenderHost


def order(host: BlenderHost, wish: Wish, strip: Any = None, lineage: str = "") -> Order:
    """Return a wish with what it works on.

    Args:
        host: this Blender.
        wish: what to make.
        strip: to make it of; None: what is selected.
        lineage: of the effect whose new take it is.

    Raises:
        UnknownEffect: there is none of this name.
        SceneLinked: what is open is another file's.
        NothingSelected, UnsupportedItem, PlayheadOutside: the selection does not fit.
        MediaMissing: its file is not there.
        ItemNotFound: there is no gap or cut to bridge.
    """
    source = effect(wish.effect).source
    if compat.edited_scene().library is not None:
        raise SceneLinked(scene=compat.edited_scene().name)
    session = host.describe().id
    if source == "gap":
        before, after = _around(host)
        return Order(before, wish, None, session, after, lineage)
    scene = compat.edited_scene()
    clips = host.selection() if strip is None else (_clip(host, scene, strip),)
    if source == "clip":
        return Order(clips[0], wish, None, session, None, lineage)
    at = host.playhead()
    under = [clip for clip in clips if at in clip.record_range]
    if not under:
        timeline.check_media(timeline.find_item(clips[0].item)[1])  # without it a strip is short
        raise _outside(clips[0], at)
    return Order(under[0], wish, at, session, None, lineage)


def obstacle(name: str) -> AfterframeError | None:
    """Return why an effect cannot be asked for now; None where nothing is seen that speaks against.

    Looks at the active strip, and at one file at most: what takes longer is found when it is asked.
    """
    scene = compat.edited_scene()
    editor = scene.sequence_editor if scene is not None else None
    if editor is None or not len(compat.strips(editor)):
        return NothingSelected()
    if scene.library is not None:
        return SceneLinked(scene=scene.name)
    source = effect(name).source
    if source == "gap":
        return None
    active = editor.active_strip
    if active is None or not active.select:
        chosen = any(strip.select for strip in compat.strips(editor))
        return None if chosen else NothingSelected()
    strip = timeline.source_of(active)
    if strip is None:
        return UnsupportedItem(item=active.name, kind=active.type.lower())
    missing = _first_missing(strip)
    if missing is not None:
        return MediaMissing(path=str(missing))
    at, first, end = scene.frame_current, compat.first_frame(strip), compat.end_frame(strip)
    others = source == "frame" and not first <= at < end
    if others and not any(each.select and each != active for each in compat.strips(editor)):
        return PlayheadOutside(frame=at, first=first, last=end - 1, clip=strip.name)
    return None


def check_folder(folder: Path) -> None:
    """Raise NotWritable where results could not be written to a folder, there or still to be made.

    By writing: permissions alone do not say it on a share, nor of a disk that is mounted read-only.
    """
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise NotWritable(folder=str(folder), detail=error.strerror or str(error)) from error


def _around(host: BlenderHost) -> tuple[Clip, Clip]:
    """Return the two selected clips where one follows the other; else what the playhead is near."""
    scene = compat.edited_scene()
    editor = scene.sequence_editor
    chosen = [each for each in compat.all_strips(editor) if each.select] if editor else []
    if len(chosen) == 2 and all(each.type in timeline.SHOTS for each in chosen):
        before, after = sorted(chosen, key=compat.first_frame)
        if compat.end_frame(before) <= compat.first_frame(after):
            return _clip(host, scene, before), _clip(host, scene, after)
    return host.gap_at(host.playhead())


def _clip(host: BlenderHost, scene: Any, strip: Any) -> Clip:
    return timeline.read_clip(scene, strip, host.document())


def _outside(clip: Clip, at: int) -> PlayheadOutside:
    span = clip.record_range
    return PlayheadOutside(frame=at, first=span.start, last=span.end - 1, clip=clip.name)


def _first_missing(strip: Any) -> Path | None:
    """Return the strip's file where it is not there; of pictures, the first one."""
    if strip.type == "MOVIE":
        path = strip.filepath
    elif strip.type == "IMAGE" and len(strip.elements):
        path = strip.directory + strip.elements[0].filename
    else:
        return None
    file = Path(bpy.path.abspath(path))
    return None if file.is_file() else file
