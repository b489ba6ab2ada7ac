"""Clip properties as ``GetClipProperty`` gives them: keys in English, values as text (S25)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from afterframe_hosts.wire.timecode import can_drop

from .locale import shown
from .placing import clip_rate, end_of, is_still, nested_timeline
from .probing import exists, numbers_of
from .rates import drops, frame_at, label, rate_of, setting, shown_rate
from .state import PoolClip, Project
from .world import World, items_of

EMPTY = (
    *("Angle", "Audio Offset", "Camera #", "Comments", "Description", "Good Take", "IDT"),
    *("Input LUT", "Keyword", "Noise Reduction", "Offline Reference", "Proxy Media Path"),
    *("Reel Name", "Roll/Card", "S3D Sync", "Scene", "Sharpness", "Shot", "Start KeyKode"),
    *("Synced Audio", "Take"),
)
"""What a person, or nobody, fills in."""
DEFAULTS = {
    "Alpha mode": "None",
    "Audio Bit Depth": "",
    "Audio Ch": "0",
    "Audio Codec": "",
    "Bit Depth": "",
    "Data Level": "Auto",
    "Enable Deinterlacing": "0",
    "Field Dominance": "Auto",
    "H-FLIP": "Off",
    "Input Color Space": "Project",
    "Input Sizing Preset": "None",
    "PAR": "Square",
    "Proxy": "None",
    "Sample Rate": "",
    "SuperScale Noise Reduction": "0.5",
    "SuperScale Sharpness": "0.5",
    "V-FLIP": "Off",
}
METADATA = {"Keyword": "Keywords", "Roll/Card": "Roll Card #"}
"""Of properties that are metadata too, the field's name where it is another one."""
HIDDEN = frozenset({"mattes", "audio mapping"})
"""What a clip keeps and shows by methods of its own."""
TRANSLATED = ("Type", "H-FLIP", "V-FLIP", "Input Color Space", "Online Status")
"""Keys whose values are in the language of the interface."""
WRITABLE = frozenset(
    {*EMPTY, "Alpha mode", "Data Level", "Enable Deinterlacing", "Field Dominance", "H-FLIP"}
    | {"Input Color Space", "Input Sizing Preset", "PAR", "Super Scale", "V-FLIP"}
    | {"SuperScale Noise Reduction", "SuperScale Sharpness"}
) - {"Audio Offset", "Proxy Media Path", "Synced Audio"}


def properties(world: World, project: Project, clip: PoolClip) -> dict[str, Any]:
    """Return all properties of a clip, by key in the order of ASCII, ``Super Scale`` last."""
    found: dict[str, Any] = {key: clip.metadata.get(METADATA.get(key, key), "") for key in EMPTY}
    found |= DEFAULTS
    found |= {key: value for key, value in clip.properties.items() if key not in HIDDEN}
    found |= _file(clip) | _times(project, clip) | _uses(project, clip)
    for key in TRANSLATED:
        found[key] = shown(world.build.language, found[key])
    scale = int(found.pop("Super Scale", 1))
    return {key: found[key] for key in sorted(found)} | {"Super Scale": scale}


def change(project: Project, clip: PoolClip, key: str, value: Any) -> bool:
    """Set a property as ``SetClipProperty`` does: False where it can only be read, or not so."""
    if key == "Clip Name" and isinstance(value, str) and value:
        clip.name = value
        return True
    if key == "FPS":
        return _change_rate(project, clip, value)
    if key == "Start TC":
        return _change_start(project, clip, value)
    if key == "Super Scale":
        return _change_scale(clip, value)
    if key not in WRITABLE or not isinstance(value, (str, int, float)):
        return False
    kept = clip.metadata if key in EMPTY else clip.properties
    kept[METADATA.get(key, key)] = str(value)
    return True


def kind_of(project: Project, clip: PoolClip) -> str:
    """Return the type of a clip in English."""
    if "Type" in clip.properties:
        return str(clip.properties["Type"])
    medium = clip.medium
    if medium is None:
        return "Timeline"
    if is_still(clip):
        return "Still"
    if not medium.video:
        return "Audio"
    return "Video + Audio" if medium.audio else "Video"


def _file(clip: PoolClip) -> dict[str, Any]:
    medium = clip.medium
    there = medium is None or (clip.online and exists(medium.path))
    path = medium.path if medium else ""
    changed = datetime.fromtimestamp(_changed(path))
    return {
        "Online Status": "Online" if there else "Offline",
        "File Name": Path(path).name if path else clip.name,
        "File Path": path,  # of Windows too, since scripts open it here
        "Format": medium.format if medium else "",
        "Video Codec": medium.codec if medium and medium.video else "",
        "Date Added": changed.strftime("%a %b %-d %Y %H:%M:%S"),
        "Date Created": changed.strftime("%a %b %-d %Y %H:%M:%S"),
        "Date Modified": changed.strftime("%a %b %e %H:%M:%S %Y"),
    }


def _times(project: Project, clip: PoolClip) -> dict[str, Any]:
    """Return what says how long a clip is, and where its timecode begins; its end is exclusive."""
    rate = clip_rate(project, clip)
    medium, nested = clip.medium, nested_timeline(project, clip)
    if medium is not None:
        start, frames, drop = medium.start, medium.frames, medium.drop
        size = f"{medium.width}x{medium.height}" if medium.video else ""
    else:
        start = nested.start if nested else 0
        frames = end_of(nested) - start if nested else 0
        drop = drops(project, nested)
        width, height = (
            setting(project, nested, f"timelineResolution{side}") for side in ("Width", "Height")
        )
        size = f"{width}x{height}"
    drop = drop and can_drop(rate)
    first = _first_number(clip)
    points = clip.marks.get("video", clip.marks.get("audio", {}))
    return {
        "FPS": shown_rate(rate),
        "Resolution": size,
        "Frames": str(frames) if medium is None or medium.video else "",
        "Start": str(first),
        "End": str(first + frames - 1),
        "Start TC": label(start, rate, drop),
        "End TC": label(start + frames, rate, drop),
        "Slate TC": label(start, rate, drop),
        "Duration": label(frames, rate, drop),
        "Drop frame": "1" if drop else "0",
        "In": label(start + points["in"], rate, drop) if "in" in points else "",
        "Out": label(start + points["out"], rate, drop) if "out" in points else "",
    }


def _uses(project: Project, clip: PoolClip) -> dict[str, Any]:
    return {
        "Clip Name": clip.name,
        "Clip Color": clip.color,
        "Flags": ",".join(clip.flags),
        "Type": kind_of(project, clip),
        "Usage": str(_usage(project, clip)),
    }


def _usage(project: Project, clip: PoolClip) -> int:
    """Return how often a clip stands on timelines; sound that goes with pictures is no second."""
    items = (item for _, _, item in items_of(project) if item.clip == clip.uid)
    return sum(not (item.kind == "audio" and item.linked) for item in items)


def _first_number(clip: PoolClip) -> int:
    """Return the number of the first frame: of pictures the number in their name, of films 0."""
    medium = clip.medium
    if medium is None or medium.audio or not medium.video:
        return 0
    if medium.first is not None:
        return medium.first
    return (numbers_of(medium.path) or [0])[-1] if is_still(clip) else 0


def _changed(path: str) -> float:
    try:
        return Path(path).stat().st_mtime if path else 0.0
    except OSError:
        return 0.0


def _change_rate(project: Project, clip: PoolClip, value: Any) -> bool:
    """Set how many of a clip's frames are a second; in use on a timeline it cannot be changed."""
    try:
        rate = rate_of(value)
    except ValueError:
        return False
    used = any(item.clip == clip.uid for _, _, item in items_of(project))
    if clip.medium is None or not clip.medium.video or used or rate <= 0:
        return False
    clip.medium.rate = str(rate)
    return True


def _change_start(project: Project, clip: PoolClip, value: Any) -> bool:
    if clip.medium is None:
        return False
    rate = clip_rate(project, clip)
    drop = ";" in str(value) and can_drop(rate)
    frame = frame_at(str(value), rate, drop)
    if frame is None:
        return False
    clip.medium.start, clip.medium.drop = frame, drop
    return True


def _change_scale(clip: PoolClip, value: Any) -> bool:
    if str(value) not in {"0", "1", "2", "3", "4"}:
        return False
    clip.properties["Super Scale"] = int(value)
    return True
