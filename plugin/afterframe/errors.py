"""The error tree of the engine: every failure has a code, a message and a fix.

::

    AfterframeError                                   (root and host branch: wire.errors)
    |-- BadValue, BadMessage, UnknownEffect           what was asked does not fit the contract
    |-- HostError ..., ServiceError ...               see ``afterframe_hosts.wire.errors``
    |-- MediaError                                    (also in wire.errors)
    |   |-- MediaMissing        (FileNotFoundError)   not where the clip says it is (wire.errors)
    |   |-- MediaUnreadable     (OSError)             no decoder, damaged (wire.errors)
    |   |-- MediaTruncated      (EOFError)            ends before it says it does
    |   |-- NoPicture           (ValueError)          sound only, or zero length
    |   |-- SequenceHoles       (FileNotFoundError)   pictures are missing among the others
    |   |-- UnknownLayer        (LookupError)         no such part or layer in the file
    |   |-- MaskUnfit           (ValueError)          a mask of another shape than the clip
    |   `-- FrameOutside        (IndexError)          no such frame in the medium
    |-- OutputError                                   (also in wire.errors)
    |   |-- NotWritable         (PermissionError)     destination folder (wire.errors)
    |   |-- DiskFull            (OSError)             before or while writing (wire.errors)
    |   |-- TooLarge            (OSError)             for the disk; a smaller setting fits
    |   |-- DestinationGone     (FileNotFoundError)   folder removed, disk unplugged
    |   |-- NameTooLong         (ValueError)          for the disk that it goes to
    |   |-- OutputExists        (FileExistsError)     a file is there and may not be replaced
    |   |-- UnknownFormat       (LookupError)         no such delivery format
    |   |-- FormatUnfit         (ValueError)          the format cannot hold this picture
    |   `-- VerifyFailed                              written, but not what was asked
    |-- EngineError
    |   |-- UnknownEngine       (LookupError)
    |   |-- NoEngineReady                             the effect has none; says what to do
    |   |-- EngineUnfit         (ValueError)          the engine does not make this effect
    |   |-- CutIsCleaner        (ValueError)          a bridge between shots too unlike
    |   |-- EngineFailed                              raised inside an engine
    |   |-- OutOfMemory         (MemoryError)
    |   `-- MemoryShort         (MemoryError)         for the work; a smaller setting fits
    |-- JobError
    |   |-- UnknownJob          (LookupError)
    |   |-- JobConflict         (ValueError)          same id, another job
    |   |-- NotPermitted        (ValueError)          state does not allow it
    |   |-- Cancelled                                 by the user
    |   |-- WorkerLost                                the worker died, attempts are used up
    |   `-- WorkerHung          (TimeoutError)        nothing came of it for too long, twice
    |-- QueueError                                    the service's own file of jobs
    |   |-- QueueLocked         (TimeoutError)        another program holds it
    |   `-- QueueDamaged        (OSError)             is begun anew with what can be read
    |-- RequestError                                  (also in wire.errors)
    |   |-- Unauthorised        (PermissionError)     no token or a wrong one
    |   |-- ForeignOrigin       (PermissionError)     Host or Origin header of somebody else
    |   |-- BodyTooLarge        (ValueError)
    |   |-- PathNotPermitted    (PermissionError)     outside what it names (wire.errors)
    |   |-- UnknownSession      (LookupError)
    |   `-- HostSilent          (TimeoutError)        a host session did not answer
    |-- TimelineError                                 (also in wire.errors)
    |   |-- TimelineUnreadable  (ValueError)          not a timeline file (wire.errors)
    |   |-- ItemNotFound        (LookupError)         no such clip on it (wire.errors)
    |   `-- BadTimecode         (ValueError)
    |-- ShotListError           (ValueError)          a batch file's line (wire.errors)
    `-- RecipeError
        |-- RecipeUnreadable    (ValueError)
        `-- RecipeDiffers                             rendered again, but not the same
"""

from __future__ import annotations

from afterframe_hosts.wire.errors import (
    AfterframeError,
    BadMessage,
    BadValue,
    BeforeTimeline,
    DiskFull,
    HostError,
    HostUnable,
    ItemNotFound,
    MediaError,
    MediaMissing,
    MediaUnreadable,
    NotWritable,
    OutputError,
    PathNotPermitted,
    PlayheadOutside,
    RequestError,
    ServiceError,
    ShotListError,
    TimelineError,
    TimelineUnreadable,
    UnknownEffect,
)

__all__ = [
    "AfterframeError",
    "BadMessage",
    "BadValue",
    "BeforeTimeline",
    "DiskFull",
    "HostError",
    "HostUnable",
    "ItemNotFound",
    "MediaError",
    "MediaMissing",
    "MediaUnreadable",
    "NotWritable",
    "OutputError",
    "PathNotPermitted",
    "PlayheadOutside",
    "RequestError",
    "ServiceError",
    "ShotListError",
    "TimelineError",
    "TimelineUnreadable",
    "UnknownEffect",
]


class MediaTruncated(MediaError, EOFError):
    """Params: path, frame (the first that is not there)."""

    code = "media_truncated"


class NoPicture(MediaError, ValueError):
    """Params: path."""

    code = "no_picture"


class SequenceHoles(MediaError, FileNotFoundError):
    """Params: path, missing (numbers in words), count."""

    code = "sequence_holes"


class UnknownLayer(MediaError, LookupError):
    """Params: path, layer, known."""

    code = "unknown_layer"


class MaskUnfit(MediaError, ValueError):
    """Params: path, size, wanted."""

    code = "mask_unfit"


class FrameOutside(MediaError, IndexError):
    """Params: path, frame, frames."""

    code = "frame_outside"


class DestinationGone(OutputError, FileNotFoundError):
    """Params: folder."""

    code = "destination_gone"


class NameTooLong(OutputError, ValueError):
    """Params: path."""

    code = "name_too_long"


class TooLarge(OutputError, OSError):
    """Params: folder, needed_mb, free_mb, fits (formats and sizes that do)."""

    code = "too_large"


class OutputExists(OutputError, FileExistsError):
    """Params: path."""

    code = "output_exists"


class UnknownFormat(OutputError, LookupError):
    """Params: format, known."""

    code = "unknown_format"


class FormatUnfit(OutputError, ValueError):
    """Params: format, problem."""

    code = "format_unfit"


class VerifyFailed(OutputError):
    """Params: path, problem."""

    code = "verify_failed"


class EngineError(AfterframeError):
    """Frames cannot be made."""

    code = "engine"


class UnknownEngine(EngineError, LookupError):
    """Params: engine, known."""

    code = "unknown_engine"


class NoEngineReady(EngineError):
    """Params: effect, todo."""

    code = "no_engine_ready"


class EngineUnfit(EngineError, ValueError):
    """Params: engine, effect, makes."""

    code = "engine_unfit"


class CutIsCleaner(EngineError, ValueError):
    """Params: cost (of the match), most (that is permitted)."""

    code = "cut_is_cleaner"


class EngineFailed(EngineError):
    """Params: engine, detail."""

    code = "engine_failed"


class OutOfMemory(EngineError, MemoryError):
    """Params: engine, detail."""

    code = "out_of_memory"


class MemoryShort(EngineError, MemoryError):
    """Params: needed_mb, free_mb, fits (formats and sizes that do)."""

    code = "memory_short"


class JobError(AfterframeError):
    """A job cannot go on."""

    code = "job"


class UnknownJob(JobError, LookupError):
    """Params: job."""

    code = "unknown_job"


class JobConflict(JobError, ValueError):
    """Params: job."""

    code = "job_conflict"


class NotPermitted(JobError, ValueError):
    """Params: job, state, wanted."""

    code = "not_permitted"


class Cancelled(JobError):
    """Params: none."""

    code = "cancelled"


class WorkerLost(JobError):
    """Params: attempts."""

    code = "worker_lost"


class WorkerHung(JobError, TimeoutError):
    """Params: engine, minutes."""

    code = "worker_hung"


class QueueError(AfterframeError):
    """The service's own file of jobs cannot be used."""

    code = "queue"


class QueueLocked(QueueError, TimeoutError):
    """Params: path."""

    code = "queue_locked"


class QueueDamaged(QueueError, OSError):
    """Params: path, detail."""

    code = "queue_damaged"


class Unauthorised(RequestError, PermissionError):
    """Params: none."""

    code = "unauthorised"


class ForeignOrigin(RequestError, PermissionError):
    """Params: header, value."""

    code = "foreign_origin"


class BodyTooLarge(RequestError, ValueError):
    """Params: limit_kb."""

    code = "body_too_large"


class UnknownSession(RequestError, LookupError):
    """Params: session."""

    code = "unknown_session"


class HostSilent(RequestError, TimeoutError):
    """Params: host, seconds."""

    code = "host_silent"


class BadTimecode(TimelineError, ValueError):
    """Params: text, rate."""

    code = "bad_timecode"


class RecipeError(AfterframeError):
    """A recipe cannot be rendered again."""

    code = "recipe"


class RecipeUnreadable(RecipeError, ValueError):
    """Params: path, detail."""

    code = "recipe_unreadable"


class RecipeDiffers(RecipeError):
    """Params: what."""

    code = "recipe_differs"
