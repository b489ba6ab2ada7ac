"""Where the interfaces of Blender 4.2 to 5.2 differ. Everything else is written once.

Strips are told apart by their ``type``, never by class: those names changed, the types did not.
"""

from __future__ import annotations

from typing import Any

import bpy


def strips(owner: Any) -> Any:
    """Return the collection of strips directly in a sequence editor or a meta strip."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def all_strips(editor: Any) -> Any:
    """Return the collection of all strips of a sequence editor, those inside metas too."""
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all


def edited_scene() -> Any:
    """Return the scene whose sequence the user edits: since 5.0 not always the window's."""
    context = bpy.context
    workspace = getattr(context, "workspace", None)
    return getattr(workspace, "sequencer_scene", None) or context.scene


def strip_class() -> Any:
    """Return the class of all strips, for properties that are registered on it."""
    return getattr(bpy.types, "Strip", None) or bpy.types.Sequence


def has_window() -> bool:
    """Return True when a user looks at this Blender, and waits for it."""
    return not bpy.app.background


def content_start(strip: Any) -> int:
    """Return the frame where the strip's content begins, before it is trimmed."""
    start: float = _renamed(strip, "content_start", "frame_start")
    return round(start)


def set_content_start(strip: Any, frame: int) -> None:
    """Move the strip so that its content begins at a frame; its trims go along."""
    if hasattr(strip, "content_start"):
        strip.content_start = frame
    else:
        strip.frame_start = frame


def first_frame(strip: Any) -> int:
    """Return the first frame where the strip is seen."""
    return int(_renamed(strip, "left_handle", "frame_final_start"))


def end_frame(strip: Any) -> int:
    """Return the frame after the last where the strip is seen."""
    return int(_renamed(strip, "right_handle", "frame_final_end"))


def set_ends(strip: Any, first: int, end: int) -> None:
    """Trim the strip to the frames from ``first`` to before ``end``."""
    names = ("left_handle", "right_handle")
    if not hasattr(strip, names[0]):
        names = ("frame_final_start", "frame_final_end")
    ends = [*zip(names, (first, end))]  # noqa: B905 - two of each
    for name, frame in reversed(ends) if first >= end_frame(strip) else ends:
        setattr(strip, name, frame)


def content_length(strip: Any) -> int:
    """Return the length of the strip's content in timeline frames, before it is trimmed."""
    offsets = _renamed(strip, "left_handle_offset", "frame_offset_start") + _renamed(
        strip, "right_handle_offset", "frame_offset_end"
    )
    return int(end_frame(strip) - first_frame(strip) + round(offsets))


def skipped_frames(strip: Any) -> int:
    """Return how many first frames of the medium are not part of the content; a title has none."""
    names = ("content_trim_start", "animation_offset_start")
    return int(next((getattr(strip, name) for name in names if hasattr(strip, name)), 0))


def is_retimed(strip: Any) -> bool:
    """Return True when the strip has retiming keys; image strips have them since 4.3."""
    return len(getattr(strip, "retiming_keys", ())) > 0


def speed_input(strip: Any) -> Any:
    """Return the strip that a SPEED effect works on."""
    return strip.input_1


def curves_of(action: Any) -> list[Any]:
    """Return the collections that hold an action's curves: one until 4.3, one a slot since."""
    if not hasattr(action, "layers"):
        return [action.fcurves]
    return [
        bag.fcurves for layer in action.layers for part in layer.strips for bag in part.channelbags
    ]


def write_stills(image_settings: Any, file_format: str) -> None:
    """Set what a render writes to single pictures of this format."""
    if hasattr(image_settings, "media_type"):
        image_settings.media_type = "IMAGE"
    image_settings.file_format = file_format


class SequencerScene:
    """A context in which ``workspace.sequencer_scene`` is set.

    Blender 5.0 ends with a segmentation fault when a modifier is made while there is none.
    """

    def __init__(self, scene: Any) -> None:
        workspace: Any = getattr(bpy.context, "workspace", None)
        unset = hasattr(workspace, "sequencer_scene") and workspace.sequencer_scene is None
        self._workspace = workspace if unset else None
        self._scene = scene

    def __enter__(self) -> None:
        if self._workspace is not None:
            self._workspace.sequencer_scene = self._scene

    def __exit__(self, *_: object) -> None:
        if self._workspace is not None:
            self._workspace.sequencer_scene = None


def _renamed(strip: Any, new: str, old: str) -> Any:
    """Read a property by its name since 5.2 or, where that is not there, by its older one."""
    return getattr(strip, new) if hasattr(strip, new) else getattr(strip, old)
