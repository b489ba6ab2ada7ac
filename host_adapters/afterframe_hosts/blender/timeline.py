"""Strips of the sequence editor as clips.

A strip is *plain* when the frame of its medium that Blender shows is known exactly: what Blender
tells a script about retiming keys, speed effects and adjusted rates does not give it away. Plain
strips are read from their file; of all others the frames are rendered.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import bpy

from ..base import Query
from ..wire.clip import Clip, Media, Span
from ..wire.errors import (
    BadValue,
    ItemGone,
    MediaMissing,
    MediaUnreadable,
    NothingSelected,
    UnsupportedItem,
)
from . import compat, exact, look, marks

SHOTS = frozenset({"MOVIE", "IMAGE", "META", "SCENE", "MOVIECLIP"})
TITLES = frozenset({"COLOR", "TEXT"})
COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "gray")
"""Blender's colour tags COLOR_01 to COLOR_09."""
EARLIEST = 0
"""No scene begins before it: what stands there can never be rendered."""
SAME_RATE = 0.0001
"""Frames a second: above Blender's rounding, and below what moves one frame of a long clip."""


def selected_strips(scene: Any) -> list[Any]:
    """Return the selected strips that are or carry pictures, the active one first.

    Raises:
        NothingSelected: there is none.
        UnsupportedItem: what is active, or all that is selected, has no picture of its own.
    """
    chosen = _chosen(scene)
    if not chosen:
        raise NothingSelected()
    sources = _sources(chosen)
    active = scene.sequence_editor.active_strip
    if not sources or (chosen[0] == active and source_of(active) is None):
        raise UnsupportedItem(item=chosen[0].name, kind=chosen[0].type.lower())
    return sources


def find_strips(scene: Any, query: Query) -> list[Any]:
    """Return the strips that ``query`` means, in timeline order.

    Results of ours are among them only when they are selected.

    Raises:
        BadValue: there is no colour of this name.
    """
    if query.kind == "selected":
        found = _sources(_chosen(scene))
    else:
        editor = scene.sequence_editor
        found = [s for s in compat.strips(editor) if s.type in SHOTS] if editor else []
        found = [s for s in found if not s.mute and marks.JOB not in s and _fits(s, query)]
    return sorted(found, key=lambda strip: (compat.first_frame(strip), strip.channel))


def source_of(strip: Any) -> Any | None:
    """Return the strip that has the picture; None: there is none.

    That is the input of a speed effect; and for what lies inside a meta that changes its look,
    the meta.
    """
    while strip is not None and strip.type == "SPEED":
        strip = compat.speed_input(strip)
    if strip is None or strip.type not in SHOTS | TITLES:
        return None
    changing = [meta for meta in ancestors(strip) if not look.is_neutral(meta)]
    return changing[-1] if changing else strip


def item_id(scene: Any, strip: Any) -> str:
    """Return what names a strip: strip names are unique within a scene.

    Where its content begins is told too: so it is known by how much it has been moved since.
    """
    names = [scene.name, strip.name, compat.content_start(strip)]
    return json.dumps(names, ensure_ascii=False)


def find_item(item: str) -> tuple[Any, Any]:
    """Return the scene and the strip of an id.

    Raises:
        ItemGone: one of them is not there.
    """
    scene_name, name, _ = _parts(item)
    scene = bpy.data.scenes.get(scene_name)
    editor = scene.sequence_editor if scene is not None else None
    strip = compat.all_strips(editor).get(name) if editor is not None else None
    if strip is None:
        raise ItemGone(item=name[:60])
    return scene, strip


def find_source(clip: Clip) -> tuple[Any, Any]:
    """Return the scene and the strip that a clip was, whatever they are called now.

    Under another name it is known by its medium and its place; what was renamed and moved is not.

    Raises:
        ItemGone: it is not there.
    """
    try:
        return find_item(clip.item)
    except ItemGone:
        _, _, start = _parts(clip.item)
        for scene in bpy.data.scenes:
            editor = scene.sequence_editor
            for strip in compat.all_strips(editor) if editor is not None else ():
                if compat.content_start(strip) == start and _shows(strip, clip):
                    return scene, strip
        raise


def moved(strip: Any, clip: Clip) -> int:
    """Return by how many frames a strip has been moved since it was read as a clip."""
    *_, start = _parts(clip.item)
    if strip.type == "IMAGE" and len(strip.elements) == 1:
        # The start of a still goes along when its handle is dragged.
        ends = compat.first_frame(strip), compat.end_frame(strip)
        shift = ends[0] - clip.record_range.start
        return shift if ends[1] - clip.record_range.end == shift else 0
    return compat.content_start(strip) - start


def read_clip(scene: Any, strip: Any, document: str) -> Clip:
    """Return a strip as a clip.

    The media range of a strip that is not plain tells only where it comes from; of what Blender
    itself makes (scene, meta, title) the project's file stands for the medium. Such clips are for
    ``capture``.
    """
    start, end = compat.first_frame(strip), compat.end_frame(strip)
    record = Span(start, max(1, end - start))
    media, used, speed = _plain_media(scene, strip) or _nominal_media(strip, record)
    return Clip(
        name=strip.name,
        media=media,
        media_range=used,
        record_range=record,
        rate=scene_rate(scene),
        speed=speed,
        size=(scene.render.resolution_x, scene.render.resolution_y),
        host="blender",
        document=document,
        item=item_id(scene, strip),
        earliest=EARLIEST,
    )


def is_plain(scene: Any, strip: Any) -> bool:
    """Return True when the medium's frame at every frame of the strip is known exactly."""
    return _plain_media(scene, strip) is not None


def scene_rate(scene: Any) -> Fraction:
    """Return the exact frames a second of a scene."""
    return exact.scene_rate(scene.render.fps, scene.render.fps_base)


def speed_effects(siblings: Any, strip: Any) -> list[Any]:
    """Return the speed effects over a strip, the innermost first."""
    found: list[Any] = []
    inner = strip
    while True:
        over = (s for s in siblings if s.type == "SPEED" and compat.speed_input(s) == inner)
        inner = next(over, None)
        if inner is None:
            return found
        found.append(inner)


def siblings(scene: Any, strip: Any) -> Any:
    """Return the collection that a strip is in: the editor's own, or a meta's."""
    return compat.strips(strip.parent_meta() or scene.sequence_editor)


def open_level(scene: Any, strip: Any) -> Any:
    """Return the innermost meta around a strip that the user is editing inside of, or the editor.

    That is where the user sees what is put beside the strip; a meta that is closed is, for whoever
    looks at the timeline, one strip.
    """
    editor = scene.sequence_editor
    open_metas = {meta.name for meta in editor.meta_stack}
    return next((meta for meta in ancestors(strip) if meta.name in open_metas), editor)


def edited_level(scene: Any) -> Any:
    """Return what the user edits: the meta that is open, or the editor itself."""
    stack = scene.sequence_editor_create().meta_stack
    return stack[-1] if stack else scene.sequence_editor


def standing_for(strip: Any, level: Any) -> Any | None:
    """Return what stands for a strip on a level: itself, or the meta there that holds it.

    Args:
        strip: of the same scene; None is returned where it lies on no deeper level.
        level: as :func:`open_level` gives it.
    """
    inside = {each.name for each in compat.strips(level)}
    return next((each for each in (strip, *ancestors(strip)) if each.name in inside), None)


def ancestors(strip: Any) -> list[Any]:
    """Return the metas around a strip, the innermost first."""
    metas = []
    meta = strip.parent_meta()
    while meta is not None:
        metas.append(meta)
        meta = meta.parent_meta()
    return metas


def check_media(strip: Any) -> None:
    """Look whether all is there that the strip, and what is inside it, shows.

    Blender itself draws black for what is missing, and purple for what it cannot read.

    Raises:
        MediaMissing: a file is not there.
        MediaUnreadable: a movie is there, and Blender cannot open it.
    """
    for shown in _shown(strip):
        for path in media_files(shown):
            if not path.is_file():
                raise MediaMissing(path=str(path))
            if _is_shut(shown):
                raise MediaUnreadable(path=str(path), detail="Blender cannot open it")


def check_pictures(strip: Any, frames: Iterable[int]) -> None:
    """Raise MediaUnreadable where Blender cannot open a picture file that is shown at a frame.

    It decodes them: a few frames are enough to ask for.
    """
    for shown in _shown(strip):
        if shown.type == "IMAGE":
            elements = (shown.strip_elem_from_frame(frame) for frame in frames)
            for name in dict.fromkeys(each.filename for each in elements if each is not None):
                path = _absolute(shown.directory) / name
                image = bpy.data.images.load(str(path))
                try:
                    if not min(image.size):
                        raise MediaUnreadable(path=str(path), detail="Blender cannot open it")
                finally:
                    bpy.data.images.remove(image)


def media_files(strip: Any) -> Iterator[Path]:
    """Return the files whose pictures a strip shows within its visible range."""
    if strip.type == "META":
        for inner in _shown(strip):
            yield from media_files(inner)
    elif strip.type == "MOVIE":
        yield _absolute(strip.filepath)
    elif strip.type == "MOVIECLIP" and strip.clip is not None and strip.clip.source == "MOVIE":
        yield _absolute(strip.clip.filepath)
    elif strip.type == "IMAGE":
        folder = _absolute(strip.directory)
        frames = range(compat.first_frame(strip), compat.end_frame(strip))
        elements = (strip.strip_elem_from_frame(frame) for frame in frames)
        names = dict.fromkeys(each.filename for each in elements if each is not None)
        yield from (folder / name for name in names)


def _shown(strip: Any) -> Iterator[Any]:
    """Return the strip, or what is seen of those inside a meta."""
    if strip.type != "META":
        yield strip
        return
    for inner in compat.strips(strip):
        if not inner.mute and _overlaps(inner, strip):
            yield from _shown(inner)


def _is_shut(strip: Any) -> bool:
    """Return True for a movie that Blender cannot open: it gives no rate, or no length."""
    if strip.type == "MOVIECLIP":
        return int(strip.clip.frame_duration) < 1
    return bool(strip.type == "MOVIE" and strip.fps == 0.0)


def _parts(item: str) -> tuple[str, str, int]:
    """Return what an id says: scene, strip, and where the strip's content began."""
    try:
        scene, name, start = json.loads(item)
    except (ValueError, TypeError):
        raise ItemGone(item=item[:60]) from None
    if not (isinstance(scene, str) and isinstance(name, str) and isinstance(start, int)):
        raise ItemGone(item=item[:60])
    return scene, name, start


def _shows(strip: Any, clip: Clip) -> bool:
    """Return True for a strip of the clip's medium that stands where the clip begins."""
    if strip.type not in {"MOVIE", "IMAGE"} or marks.JOB in strip:
        return False
    if not compat.first_frame(strip) <= clip.record_range.start < compat.end_frame(strip):
        return False
    if strip.type == "MOVIE":
        return str(_absolute(strip.filepath)) == clip.media.path
    names = [each.filename for each in strip.elements]
    run = exact.numbered(names) if len(names) > 1 else None
    folder = _absolute(strip.directory)
    return str(folder / (run[0] if run else names[0])) == clip.media.path


def _chosen(scene: Any) -> list[Any]:
    """Return all selected strips, the active one first."""
    editor = scene.sequence_editor
    chosen = [each for each in compat.all_strips(editor) if each.select] if editor else []
    active = editor.active_strip if editor else None
    if active in chosen:
        chosen.remove(active)
        chosen.insert(0, active)
    return chosen


def _sources(chosen: list[Any]) -> list[Any]:
    return list(dict.fromkeys(strip for strip in map(source_of, chosen) if strip is not None))


def _fits(strip: Any, query: Query) -> bool:
    if query.kind == "channel":
        return bool(strip.channel == int(query.value))
    if query.kind == "color":
        if query.value.lower() not in COLORS:
            allowed = " | ".join(COLORS)
            raise BadValue(field="strips", value=f"color:{query.value}"[:60], allowed=allowed)
        return bool(strip.color_tag == f"COLOR_{COLORS.index(query.value.lower()) + 1:02d}")
    return query.kind == "all" or query.fits(strip.name)


def _plain_media(scene: Any, strip: Any) -> tuple[Media, Span, Fraction] | None:
    """Return medium, used frames and speed of a plain strip; None for any other."""
    if strip.type not in {"MOVIE", "IMAGE"} or _is_altered(scene, strip):
        return None
    colour = strip.colorspace_settings.name
    if strip.type == "IMAGE":
        names = [element.filename for element in strip.elements]
        folder = _absolute(strip.directory)
        if len(names) == 1:
            still = Media("still", str(folder / names[0]), colour_space=colour)
            return still, Span(0, 1), Fraction(1)
        run = exact.numbered(names)
        if run is None:
            return None
        media = Media("sequence", str(folder / run[0]), run[1], None, 0, colour)
    else:
        path = str(_absolute(strip.filepath))
        media = Media(
            "movie",
            path,
            stream=strip.stream_index,
            colour_space=colour,
            deinterlace=strip.use_deinterlace,
        )
    used = _used_frames(strip)
    return None if used is None else (media, used, Fraction(-1 if _is_reversed(strip) else 1))


def _is_altered(scene: Any, strip: Any) -> bool:
    """Return True when something between medium and screen changes which frame is shown."""
    if strip.type == "MOVIE":
        rate = float(scene_rate(scene))
        if abs(strip.fps - rate) > SAME_RATE:
            return True
    return bool(
        strip.use_multiview
        or strip.strobe > 1
        or compat.is_retimed(strip)
        or strip.parent_meta() is not None
        or speed_effects(siblings(scene, strip), strip)
    )


def _used_frames(strip: Any) -> Span | None:
    """Return the shown frames of a medium; None when held pictures stand beyond its ends."""
    before = compat.first_frame(strip) - compat.content_start(strip)
    count = compat.end_frame(strip) - compat.first_frame(strip)
    length = compat.content_length(strip)
    if before < 0 or count < 1 or before + count > length:
        return None
    first = length - before - count if _is_reversed(strip) else before
    return Span(compat.skipped_frames(strip) + first, count)


def _is_reversed(strip: Any) -> bool:
    return bool(strip.use_reverse_frames)


def _nominal_media(strip: Any, record: Span) -> tuple[Media, Span, Fraction]:
    path = next(media_files(strip), None) if strip.type in {"MOVIE", "IMAGE"} else None
    media = Media("still", str(path or bpy.data.filepath or bpy.app.tempdir))
    return media, Span(0, record.duration), Fraction(1)


def _overlaps(inner: Any, meta: Any) -> bool:
    return compat.first_frame(inner) < compat.end_frame(meta) and compat.end_frame(
        inner
    ) > compat.first_frame(meta)


def _absolute(path: str) -> Path:
    # Not resolve(): a link that the user has made stays a link.
    return Path(os.path.abspath(bpy.path.abspath(path)))  # noqa: PTH100
