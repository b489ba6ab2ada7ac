"""Jobs, how they stand, and what comes of them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from . import catalogue
from .clip import Clip, check_rate
from .errors import AfterframeError, RemoteError

LARGEST_SIDE = 16384
"""Pixels of a result's longer side; pictures are warped with 16-bit places."""

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
DeliveryState = Literal["pending", "placed", "declined", "lost"]
Quality = Literal["final", "draft"]

JOB_TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    "queued": frozenset({"running", "cancelled", "failed"}),
    "running": frozenset({"done", "failed", "cancelled", "queued"}),
    "failed": frozenset({"queued"}),
    "cancelled": frozenset({"queued"}),
    "done": frozenset(),
}
"""From each state of a job to the states that may follow it.

``running -> queued`` is a lost worker, ``failed | cancelled -> queued`` a retry by the user,
``queued -> failed`` a job whose attempts are used up.
"""

DELIVERY_TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    "pending": frozenset({"placed", "declined", "lost"}),
    "lost": frozenset({"pending", "placed", "declined"}),
    "placed": frozenset({"lost"}),
    "declined": frozenset({"placed"}),
}
"""From each state of a delivery to the states that may follow it.

``lost`` is a result whose timeline is not there; it is offered (``pending``) when the document
is open again. A declined result can still be placed by hand.
"""

FINISHED: frozenset[JobState] = frozenset({"done", "failed", "cancelled"})


def new_id() -> str:
    """Return a fresh id: 32 hexadecimal digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Output:
    """Where the result goes and in which form.

    Attributes:
        folder: absolute path of the destination folder; made when missing.
        name: file name without version and suffix (``shot_generate``); empty: from the clip
            and the effect. The service adds ``_v001`` and never reuses a name.
        path: exact path of the file instead of folder and name (command line ``-o``); refused
            where a file is, unless ``overwrite``.
        format: a name of the format table (``dnxhr_hq``, ``prores_422_hq``, ``h264``, ``ffv1``,
            ``png``, ``tiff``, ``exr`` ...), or ``auto``: by the source's depth and alpha.
        rate: rate of the result; None: the clip's.
        size: width and height; None: the source's.
        start_timecode: timecode of the first frame (``01:00:00:00``); empty: by the clip's
            place.
        overwrite: replace the file at ``path``.
        reel: reel name of the result; empty: the source's.
        mark: say in the file that its pictures were made (IPTC digital source type).
    """

    folder: str = ""
    name: str = ""
    path: str = ""
    format: str = "auto"
    rate: Fraction | None = None
    size: tuple[int, int] | None = None
    start_timecode: str = ""
    overwrite: bool = False
    reel: str = ""
    mark: bool = True

    def __post_init__(self) -> None:
        if not self.folder and not self.path:
            raise ValueError("an output needs a folder or a path")
        if "/" in self.name or "\\" in self.name or "\0" in self.name or self.name in {".", ".."}:
            raise ValueError(f"an output's name is not a path: {self.name}")
        if self.rate is not None:
            check_rate(self.rate)
        if self.size is not None and not all(1 <= side <= LARGEST_SIDE for side in self.size):
            raise ValueError(f"size {self.size} is absurd")


@dataclass(frozen=True)
class Job:
    """One effect on one clip.

    Attributes:
        id: made by the client; submitting a job twice is the same as once.
        effect: a name of ``effects.EFFECTS``.
        clip: what it works on.
        output: where the result goes.
        at: the timeline frame under the playhead; None: the clip's first frame.
        parameters: by name, as the effect declares them; what is missing takes its default.
        engine: an engine's name; empty: the best one that is ready.
        quality: ``draft`` is small and quick, with the seed and motion of the ``final``.
        priority: higher goes first.
        session: the host session that asked, empty for the command line.
        seen: True when the clip's media was rendered by the host (as seen), so that the
            result's own grade must not be applied again.
        after: the clip after the gap that is bridged; of a bridge only.
        variations: instead of the clip, a contact sheet of so many variants of it to choose
            from, 2 to 16; 0: the clip itself. Of ``generate`` only.
        lineage: id of the effect on the timeline whose new take this is: its result goes behind
            the item that bears this id. Empty: a new effect, which takes the job's id as its own.
        own_track: the result belongs on its clip's own track where that is free there, as an
            extension flush to the clip's end; else, and where it is not free, above it. A bridge
            goes into its gap without being asked.
    """

    id: str
    effect: str
    clip: Clip
    output: Output
    at: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    engine: str = ""
    quality: Quality = "final"
    priority: int = 0
    session: str = ""
    seen: bool = False
    after: Clip | None = None
    variations: int = 0
    lineage: str = ""
    own_track: bool = False

    def __post_init__(self) -> None:
        if (self.after is not None) != (self.effect == "bridge"):
            raise ValueError("a bridge, and nothing else, has a clip after the gap")
        if self.variations and (self.effect != "generate" or not 2 <= self.variations <= 16):
            raise ValueError("variations are 2 to 16, of generate")
        if not re.fullmatch(r"[0-9a-f]{32}", self.id):
            raise ValueError("a job's id is 32 hexadecimal digits")
        if self.lineage and not re.fullmatch(r"[0-9a-f]{32}", self.lineage):
            raise ValueError("a lineage is a job's id: 32 hexadecimal digits")
        if abs(self.priority) > 1000:
            raise ValueError("priority is -1000 to 1000")


@dataclass(frozen=True)
class ErrorInfo:
    """An error as it travels: rendered in English, with what another language needs."""

    code: str
    message: str
    fix: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, error: AfterframeError) -> ErrorInfo:
        """Return the travelling form of ``error``."""
        params = {key: _plain(value) for key, value in error.params.items()}
        return cls(error.code, error.message(), error.fix(), params)

    def exception(self) -> RemoteError:
        """Return an exception with this error's code and words."""
        return RemoteError(self.code, self.message, self.fix, dict(self.params))


@dataclass(frozen=True)
class Note:
    """A sentence of the engine to the user, kept as an id so that it can be said in any language.

    Attributes:
        id: a message id of the catalogue.
        params: what the sentence speaks of.
    """

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """Return the sentence; the bare id where this end does not know it."""
        return catalogue.text_or(self.id, self.id, language, **self.params)


@dataclass(frozen=True)
class JoinReport:
    """How well made frames meet the shot at one end of a result.

    Attributes:
        side: ``start`` or ``end`` of the result.
        colour_before: largest difference of a channel's mean from the shot's, in levels of 255,
            as the engine made it.
        colour_after: likewise as it is delivered.
        grain_shot: standard deviation of the shot's grain, in levels of 255.
        grain_before: of the made frames' as the engine made them.
        grain_after: likewise as they are delivered.
        seam: mean change of velocity across the joint, pixels a frame at 360 lines.
    """

    side: Literal["start", "end"]
    colour_before: float = 0.0
    colour_after: float = 0.0
    grain_shot: float = 0.0
    grain_before: float = 0.0
    grain_after: float = 0.0
    seam: float = 0.0


@dataclass(frozen=True)
class Result:
    """What a job made.

    Attributes:
        path: the movie, or a sequence's path with ``#``.
        recipe: path of the recipe beside it.
        frames: number of frames.
        rate: frames a second.
        size: width and height in pixels.
        first: number of a sequence's first picture; 0 for a movie.
        colour_space: the host's name for the encoding, as the source had it.
        notes: what the engine tells the user.
        handles: frames at the start and at the end of the result that lie outside what stands
            on the timeline; counted in ``frames``.
        joins: how the result meets the shots beside it.
        choices: of a contact sheet: for each variant, in its order, the parameters that make it.
    """

    path: str
    recipe: str
    frames: int
    rate: Fraction
    size: tuple[int, int]
    first: int = 0
    colour_space: str = ""
    notes: tuple[Note, ...] = ()
    handles: tuple[int, int] = (0, 0)
    joins: tuple[JoinReport, ...] = ()
    choices: tuple[Mapping[str, Any], ...] = ()

    @property
    def shown(self) -> int:
        """How many frames stand on the timeline."""
        return self.frames - sum(self.handles)

    @property
    def is_sequence(self) -> bool:
        """True for numbered pictures; a folder on the way to a movie may be called anything."""
        return "#" in re.split(r"[/\\]", self.path)[-1]


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        phase: ``waiting``, ``reading``, ``making``, ``writing`` or ``verifying``.
        done: frames done in this phase.
        total: frames of this phase; 0 where unknown.
        seconds_left: estimate to the end of the job; None before there is one.
    """

    phase: str = "waiting"
    done: int = 0
    total: int = 0
    seconds_left: float | None = None


@dataclass(frozen=True)
class JobStatus:
    """How a job stands.

    Attributes:
        job: as it was submitted, with its parameters resolved.
        state: see ``JOB_TRANSITIONS``.
        created: seconds since 1970, when it was submitted.
        updated: seconds since 1970, when its state last changed.
        attempts: how often a worker has taken it.
        progress: of the present attempt.
        preview: True when a preview picture can be fetched.
        error: why it failed.
        result: what it made.
        delivery: how the result's way to the timeline stands; None before there is a result.
    """

    job: Job
    state: JobState
    created: float
    updated: float
    attempts: int = 0
    progress: Progress = field(default_factory=Progress)
    preview: bool = False
    error: ErrorInfo | None = None
    result: Result | None = None
    delivery: DeliveryState | None = None

    @property
    def finished(self) -> bool:
        """True when nothing more will come of this job by itself."""
        return self.state in FINISHED


@dataclass(frozen=True)
class Event:
    """One thing that happened to a job, in the order of ``sequence`` over all jobs.

    ``kind`` is ``state`` (new state, with error or result inside ``status``), ``progress``,
    or ``delivery``.
    """

    sequence: int
    kind: Literal["state", "progress", "delivery"]
    at: float
    status: JobStatus


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)
