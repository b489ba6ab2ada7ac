"""The state of a Resolve as plain records: what is saved, loaded and compared.

Records refer to each other by ``uid``, never directly, but for what one of them owns (a timeline
its tracks, a track its items). Everything in them is JSON: rates stand as ``24000/1001``.
"""

from __future__ import annotations

import dataclasses
import json
import typing
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .settings import DEFAULTS

TrackKind = Literal["video", "audio", "subtitle"]
ItemKind = Literal[
    "video", "audio", "subtitle", "generator", "title", "transition", "compound", "fusion"
]


def new_uid() -> str:
    """Return an id as Resolve gives: a UUID as text."""
    return str(uuid.uuid4())


def derived_uid(kind: str, uid: str) -> str:
    """Return the id of what belongs to a record and has no record of its own."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}/{uid}"))


@dataclass
class Marker:
    """A marker; its frame, relative to what it stands on, is its key."""

    color: str
    name: str = ""
    note: str = ""
    duration: float = 1.0
    custom_data: str = ""


@dataclass
class Medium:
    """What a real file says of itself.

    Attributes:
        path: absolute; of a sequence with ``[0001-0024]`` where the number stands, as Resolve has
            it.
        frames: pictures; of sound alone, frames at ``rate``.
        rate: ``25`` or ``24000/1001``.
        width, height: in pixels; 0 for sound alone.
        start: first frame as its timecode counts it.
        drop: its timecode is drop-frame.
        video, audio: what it has.
        first: number of a sequence's first picture; None for a file.
        codec: for people: ``H.264``, ``DNxHR``.
        format: for people: ``QuickTime``, ``PNG``.
    """

    path: str
    frames: int
    rate: str
    width: int = 0
    height: int = 0
    start: int = 0
    drop: bool = False
    video: bool = True
    audio: bool = False
    first: int | None = None
    codec: str = ""
    format: str = ""


@dataclass
class PoolClip:
    """A MediaPoolItem: of a medium, or of a timeline (``timeline`` is its uid)."""

    uid: str
    name: str
    medium: Medium | None = None
    timeline: str = ""
    properties: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    third_party: dict[str, str] = field(default_factory=dict)
    markers: dict[int, Marker] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    color: str = ""
    marks: dict[str, dict[str, int]] = field(default_factory=dict)
    online: bool = True


@dataclass
class Bin:
    """A Folder: uids of its clips, and its bins."""

    uid: str
    name: str
    clips: list[str] = field(default_factory=list)
    bins: list[Bin] = field(default_factory=list)


@dataclass
class Take:
    """An alternative of an item: ``start`` and ``end`` (exclusive) are source frames."""

    clip: str
    start: int
    end: int


@dataclass
class Item:
    """A TimelineItem.

    Attributes:
        start, duration: timeline frames; ``start`` is absolute.
        source: first source frame, counted from the medium's first as 0. A fraction of a frame
            where the rates differ.
        speed: source frames a second over the medium's own rate: 1 as shot, negative backwards.
        clip: uid of its PoolClip; empty for generators, titles and transitions.
        linked: uids of items that belong to it.
        take: 1-based number of the chosen one of ``takes``; 0 without a take selector.
        comps: names of its Fusion compositions.
        unmapped: its source frames cannot be read, they are 0 and 0 (S10): from an FCP 7 XML.
    """

    uid: str
    name: str
    kind: ItemKind
    start: int
    duration: int
    clip: str = ""
    source: float = 0.0
    speed: float = 1.0
    enabled: bool = True
    properties: dict[str, Any] = field(default_factory=dict)
    markers: dict[int, Marker] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    color: str = ""
    linked: list[str] = field(default_factory=list)
    takes: list[Take] = field(default_factory=list)
    take: int = 0
    comps: list[str] = field(default_factory=list)
    versions: dict[str, list[str]] = field(default_factory=dict)
    version: str = ""
    cdl: dict[str, str] = field(default_factory=dict)
    group: str = ""
    fades: dict[str, int] = field(default_factory=dict)
    unmapped: bool = False

    @property
    def end(self) -> int:
        """The timeline frame after its last."""
        return self.start + self.duration


@dataclass
class Track:
    """One track; ``items`` in the order of time."""

    name: str
    items: list[Item] = field(default_factory=list)
    enabled: bool = True
    locked: bool = False
    subtype: str = ""


@dataclass
class Timeline:
    """A timeline. ``settings`` holds what differs from its project while it has custom ones."""

    uid: str
    name: str
    clip: str
    start: int
    drop: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    tracks: dict[TrackKind, list[Track]] = field(default_factory=dict)
    markers: dict[int, Marker] = field(default_factory=dict)
    marks: dict[str, dict[str, int]] = field(default_factory=dict)
    playhead: int = 0
    selected: list[str] = field(default_factory=list)
    bin: str = ""


@dataclass
class RenderJob:
    """A job of the render queue: all that was set when it was added, and how far it is."""

    uid: str
    timeline: str
    settings: dict[str, Any] = field(default_factory=dict)
    status: str = "Ready"
    done: int = 0
    error: str = ""
    milliseconds: int = 0
    file: str = ""


@dataclass
class Deliver:
    """The unseen state of the Deliver page."""

    preset: str = ""
    format: str = "mp4"
    codec: str = "H264"
    mode: int = 1
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Still:
    """A still of an album; ``path`` of its picture, kept by the stand-in."""

    uid: str
    label: str
    path: str = ""


@dataclass
class Album:
    """A gallery album."""

    uid: str
    name: str
    stills: list[Still] = field(default_factory=list)
    power_grade: bool = False


@dataclass
class Node:
    """A node of a grade."""

    label: str = ""
    lut: str = ""
    enabled: bool = True
    cache: int = -1
    tools: list[str] = field(default_factory=list)


@dataclass
class Graph:
    """The nodes of a grade; ``uid`` of item or timeline, of a group with ``/pre``, ``/post``."""

    uid: str
    nodes: list[Node] = field(default_factory=list)


@dataclass
class Group:
    """A colour group."""

    uid: str
    name: str


@dataclass
class Tool:
    """A tool of a Fusion composition; ``links`` are the tools that its inputs come from."""

    name: str
    id: str
    inputs: dict[str, Any] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


@dataclass
class Project:
    """A project, whole. ``graphs`` are those that differ from one empty node; ``compounds`` what is
    inside compound and Fusion clips, which are no timelines of the project; ``tools`` those of
    Fusion compositions, by item and name."""

    uid: str
    name: str
    root: Bin
    settings: dict[str, Any] = field(default_factory=dict)
    clips: dict[str, PoolClip] = field(default_factory=dict)
    timelines: list[Timeline] = field(default_factory=list)
    compounds: list[Timeline] = field(default_factory=list)
    current_timeline: str = ""
    current_bin: str = ""
    selected_clips: list[str] = field(default_factory=list)
    deliver: Deliver = field(default_factory=Deliver)
    queue: list[RenderJob] = field(default_factory=list)
    presets: dict[str, Deliver] = field(default_factory=dict)
    albums: list[Album] = field(default_factory=list)
    current_album: str = ""
    groups: list[Group] = field(default_factory=list)
    graphs: list[Graph] = field(default_factory=list)
    tools: dict[str, list[Tool]] = field(default_factory=dict)
    saved: str = ""
    """Digest of the state at the last save, empty before the first."""


@dataclass
class Library:
    """A database: its projects by name, in folders that end with ``/``."""

    name: str
    projects: dict[str, Project] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    kind: str = "Disk"


@dataclass
class Application:
    """Everything that Resolve keeps.

    Attributes:
        library: name of the database in use.
        folder: of its folders the one that is open, ending with ``/``; empty for the root.
        project: folder and name of the open project.
        gallery: its panel is open on the Color page.
        keyframes: its keyframe mode, 0 to 2.
        presets: names of saved layouts, preferences, keyboards, burn-ins, mixes; a kind each.
        keyboard: name of the keyboard in use.
        settings: project settings that were saved as presets, by name.
    """

    libraries: list[Library] = field(default_factory=list)
    library: str = ""
    folder: str = ""
    project: str = ""
    page: str = "edit"
    gallery: bool = False
    keyframes: int = 0
    presets: dict[str, list[str]] = field(default_factory=dict)
    keyboard: str = "DaVinci Resolve"
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)


def new_project(name: str) -> Project:
    """Return an empty project: one bin, one album, the settings of a new one."""
    root, album = Bin(new_uid(), "Master"), Album(new_uid(), "Stills 1")
    return Project(
        new_uid(),
        name,
        root,
        dict(DEFAULTS),
        current_bin=root.uid,
        albums=[album],
        current_album=album.uid,
    )


def dump(record: Any) -> Any:
    """Return a record as JSON values."""
    return dataclasses.asdict(record)


def save(application: Application, path: Path) -> None:
    """Write everything to a JSON file, replacing it."""
    text = json.dumps(dump(application), indent=1, ensure_ascii=False)
    path.write_bytes(text.encode("utf-8", "backslashreplace"))  # names of files that are no UTF-8


def load(path: Path) -> Application:
    """Read what :func:`save` wrote.

    Raises:
        ValueError, TypeError, KeyError: it is no such file.
    """
    kept: Application = read(Application, json.loads(path.read_text("utf-8")))
    return kept


def project_of(values: Any) -> Project:
    """Return the project that :func:`dump` has made JSON values of.

    Raises:
        ValueError, TypeError, KeyError: they are no such values.
    """
    project: Project = read(Project, values)
    return project


def differences(before: Any, after: Any, path: str = "") -> list[str]:
    """Return what differs between two dumps, a line each: ``/page: 'edit' -> 'color'``."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[str] = []
        for key in sorted({*before, *after}, key=str):
            if key not in after:
                found.append(f"{path}/{key}: removed")
            elif key not in before:
                found.append(f"{path}/{key}: added")
            else:
                found += differences(before[key], after[key], f"{path}/{key}")
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = zip(before, after, strict=True)
        return [line for i, (a, b) in enumerate(pairs) for line in differences(a, b, f"{path}/{i}")]
    return [] if before == after else [f"{path}: {before!r} -> {after!r}"]


def read(kind: Any, value: Any) -> Any:
    """Return a JSON value as the record, list or dict that an annotation names."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{name: read(hints[name], each) for name, each in value.items()})
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return [read(arguments[0], each) for each in value]
    if origin is dict:
        key = int if arguments[0] is int else str
        return {key(name): read(arguments[1], each) for name, each in value.items()}
    if type(None) in arguments:
        return None if value is None else read(arguments[0], value)
    return value
