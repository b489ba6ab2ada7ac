"""The root of Afterframe's error tree, and the branch that a host program can meet.

::

    AfterframeError                  code, params -> message and fix, in the reader's language
    |-- BadMessage          (ValueError)      a message that the contract does not know
    |-- BadValue            (ValueError)      a parameter out of its range or of the wrong kind
    |-- UnknownEffect       (LookupError)
    |-- HostError                             what a host program refuses or lacks
    |   |-- NothingSelected, UnsupportedItem, PlayheadOutside, NoFreeChannel,
    |   |-- ItemGone, SourceGone, FrameTrimmed, CaptureFailed, PlaceFailed, BeforeTimeline,
    |   |-- RateChanged, SaveFailed, DocumentUnsaved, SceneLinked, HostUnable,
    |   |-- HostUnreachable (ConnectionError), HostStuck (TimeoutError), HostEdition,
    |   |-- HostFormat, HostUnrestored, OtherProject
    |-- MediaError                            a source cannot be used
    |   |-- MediaMissing        (FileNotFoundError)
    |   |-- MediaUnreadable     (OSError)           no decoder, damaged, not permitted
    |-- OutputError                           a result, or a captured picture, cannot be written
    |   |-- NotWritable         (PermissionError)   destination folder
    |   |-- DiskFull            (OSError)           told before, or met while writing
    |-- RequestError                          a request is refused
    |   |-- PathNotPermitted    (PermissionError)   outside what the request may touch
    |-- TimelineError                         a timeline cannot be used
    |   |-- TimelineUnreadable  (ValueError)        not a timeline file
    |   |-- NoTimeline          (LookupError)       none is open in the host's project
    |   |-- ItemNotFound        (LookupError)       no such clip on it, or none at this time
    |-- ShotListError         (ValueError)    a batch file's line
    |-- ShotName              (ValueError)    settings in the name of a clip or a marker
    |-- ServiceError                          the way to the service
    |   |-- ServiceUnreachable  (ConnectionError)
    |   |-- ServiceMissing      (FileNotFoundError)
    |   |-- ServiceRefused      (PermissionError)   wrong token
    |   |-- ServiceVersion                          another version's service
    |   |-- EndpointForeign     (PermissionError)   another user's endpoint file
    |-- SetupError                            the engine is not installed, repaired or removed
    |   |-- SetupFailed, SetupImpossible, SetupOffline
    |-- RemoteError                           an error told by the service, under its own code
    |-- ...                                   the engine's branches: see ``afterframe.errors``

Every class has one ``code``; its message and its fix are the catalogue entries
``error.<code>.message`` and ``error.<code>.fix``, filled with the keyword arguments it was
raised with.
"""

from __future__ import annotations

from typing import Any, ClassVar

from . import catalogue


class AfterframeError(Exception):
    """Something went wrong that we can name.

    Args:
        **params: what the message and the fix speak of; JSON scalars.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, **params: Any) -> None:
        self.params: dict[str, Any] = params
        super().__init__(params)

    def __str__(self) -> str:
        return self.message()

    def message(self, language: str = "en") -> str:
        """Say in one sentence what happened."""
        return catalogue.text(f"error.{self.code}.message", language, **self.params)

    def fix(self, language: str = "en") -> str:
        """Say what the user can do about it."""
        return catalogue.text(f"error.{self.code}.fix", language, **self.params)


class BadMessage(AfterframeError, ValueError):
    """A message does not fit the contract. Params: field, problem."""

    code = "bad_message"


class BadValue(AfterframeError, ValueError):
    """A parameter is out of its range or of the wrong kind. Params: field, value, allowed."""

    code = "bad_value"


class UnknownEffect(AfterframeError, LookupError):
    """No such effect. Params: effect, known."""

    code = "unknown_effect"


class HostError(AfterframeError):
    """A host program refuses, or lacks what was asked."""

    code = "host"


class NothingSelected(HostError):
    """No clip is selected. Params: none."""

    code = "nothing_selected"


class UnsupportedItem(HostError):
    """The item has no picture that we can work on. Params: item, kind."""

    code = "unsupported_item"


class PlayheadOutside(HostError, ValueError):
    """The playhead is not on the clip. Params: frame, first, last, clip."""

    code = "playhead_outside"


class SourceGone(HostError, LookupError):
    """What a new take is to be made of is no longer on the timeline. Params: item, source."""

    code = "source_gone"


class FrameTrimmed(HostError, ValueError):
    """A clip no longer shows the frame that a new take is to be made of. Params: frame, clip."""

    code = "frame_trimmed"


class SceneLinked(HostError, PermissionError):
    """The scene is another file's, and cannot be edited in this one. Params: scene."""

    code = "scene_linked"


class NoFreeChannel(HostError):
    """Every channel above the clip is taken. Params: first, last."""

    code = "no_free_channel"


class ItemGone(HostError, LookupError):
    """The timeline item is no longer there. Params: item."""

    code = "item_gone"


class CaptureFailed(HostError):
    """The host gave no picture. Params: item, detail."""

    code = "capture_failed"


class PlaceFailed(HostError):
    """The host did not take the result. Params: path, detail."""

    code = "place_failed"


class BeforeTimeline(HostError, ValueError):
    """A result would begin before its timeline does. Params: clip, frames, room."""

    code = "before_timeline"


class RateChanged(HostError, ValueError):
    """The timeline's rate is no longer the one that the result has. Params: made, now."""

    code = "rate_changed"


class SaveFailed(HostError):
    """The host could not save its document. Params: path, detail."""

    code = "save_failed"


class DocumentUnsaved(HostError):
    """What was asked needs a document that has a file. Params: none."""

    code = "document_unsaved"


class HostUnable(HostError, ValueError):
    """The host cannot do what was asked of it. Params: host, action."""

    code = "host_unable"


class HostUnreachable(HostError, ConnectionError):
    """The host does not run, or does not let itself be reached. Params: host, detail."""

    code = "host_unreachable"


class HostStuck(HostError, TimeoutError):
    """The host took a call and has not answered in time. Params: host, call, seconds."""

    code = "host_stuck"


class HostEdition(HostError, PermissionError):
    """This edition or version of the host lacks what is needed. Params: host, lacks."""

    code = "host_edition"


class HostFormat(HostError, ValueError):
    """The host does not read results of this format here. Params: host, format, system."""

    code = "host_format"


class HostUnrestored(HostError):
    """Work failed, and not all of it could be taken back. Params: host, detail, left."""

    code = "host_unrestored"


class OtherProject(HostError):
    """A result's project is not the one that is open. Params: host (as ``--host``), path."""

    code = "other_project"


class MediaError(AfterframeError):
    """A source cannot be used."""

    code = "media"


class MediaMissing(MediaError, FileNotFoundError):
    """The source is not where the clip says it is. Params: path."""

    code = "media_missing"


class MediaUnreadable(MediaError, OSError):
    """The source is there and cannot be read. Params: path, detail."""

    code = "media_unreadable"


class OutputError(AfterframeError):
    """A result cannot be written."""

    code = "output"


class NotWritable(OutputError, PermissionError):
    """Nothing can be written there. Params: folder, detail."""

    code = "not_writable"


class DiskFull(OutputError, OSError):
    """There is not enough room. Params: folder, needed_mb, free_mb."""

    code = "disk_full"


class RequestError(AfterframeError):
    """A request is refused."""

    code = "request"


class PathNotPermitted(RequestError, PermissionError):
    """A path is outside what the request may touch. Params: path."""

    code = "path_not_permitted"


class TimelineError(AfterframeError):
    """A timeline cannot be used."""

    code = "timeline"


class TimelineUnreadable(TimelineError, ValueError):
    """Not a timeline file. Params: path, detail."""

    code = "timeline_unreadable"


class NoTimeline(TimelineError, LookupError):
    """No timeline is open in the host, or none that tells its rate. Params: host, project."""

    code = "no_timeline"


class ItemNotFound(TimelineError, LookupError):
    """No such clip on the timeline, or none at this time. Params: path, item."""

    code = "item_not_found"


class ShotListError(AfterframeError, ValueError):
    """Params: path, line, problem."""

    code = "shot_list"


class ShotName(AfterframeError, ValueError):
    """A name holds settings that do not fit. Params: name, frame, problem."""

    code = "shot_name"


class ServiceError(AfterframeError):
    """The way to the service is broken."""

    code = "service"


class ServiceUnreachable(ServiceError, ConnectionError):
    """The service does not answer. Params: detail."""

    code = "service_unreachable"


class ServiceMissing(ServiceError, FileNotFoundError):
    """No engine is installed that could be started. Params: looked."""

    code = "service_missing"


class ServiceRefused(ServiceError, PermissionError):
    """The service does not accept our token. Params: none."""

    code = "service_refused"


class ServiceVersion(ServiceError):
    """The running service is of another version. Params: running, wanted, jobs."""

    code = "service_version"


class EndpointForeign(ServiceError, PermissionError):
    """The endpoint file is not ours alone. Params: path."""

    code = "endpoint_foreign"


class SetupError(AfterframeError):
    """The engine's set-up, begun in a host, came to nothing."""

    code = "setup"


class SetupFailed(SetupError):
    """It ended with an error. Params: detail, log."""

    code = "setup_failed"


class SetupImpossible(SetupError):
    """It cannot be started. Params: detail."""

    code = "setup_impossible"


class SetupOffline(SetupError):
    """The user has not let the host go online. Params: none."""

    code = "setup_offline"


class RemoteError(AfterframeError):
    """An error that the service told, under the code it has there.

    Args:
        code: the code of the error as it was raised there.
        message: its English message, for a code that this end does not know.
        fix: its English fix.
        params: what its message speaks of.
    """

    def __init__(self, code: str, message: str, fix: str, params: dict[str, Any]) -> None:
        super().__init__(**params)
        self.code = code  # type: ignore[misc]  # an instance of this class stands for any class
        self._message = message
        self._fix = fix

    def message(self, language: str = "en") -> str:
        return catalogue.text_or(
            self._message, f"error.{self.code}.message", language, **self.params
        )

    def fix(self, language: str = "en") -> str:
        return catalogue.text_or(self._fix, f"error.{self.code}.fix", language, **self.params)
