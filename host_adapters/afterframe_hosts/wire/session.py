"""Host sessions: how the panel and the command line reach a timeline that is open in a host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .effects import Parameter
from .job import ErrorInfo, Note

Action = Literal["selection", "capture", "place", "reveal", "step_take"]


@dataclass(frozen=True)
class HostSession:
    """A host that is running and listens.

    Attributes:
        id: made by the host, as a job's id.
        host: ``blender``, ``resolve``.
        version: the host's own version.
        document: id of the open project; a path where it has been saved.
        name: what to call it before the user.
        capabilities: the actions that it can do.
    """

    id: str
    host: str
    version: str
    document: str
    name: str = ""
    capabilities: tuple[Action, ...] = ()


@dataclass(frozen=True)
class HostRequest:
    """Something that a host is asked to do; it answers with :class:`HostAnswer`."""

    id: str
    action: Action
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HostAnswer:
    """What a host did: a value, or an error."""

    request: str
    value: Mapping[str, Any] | None = None
    error: ErrorInfo | None = None


@dataclass(frozen=True)
class EngineInfo:
    """One engine as a host shows it; see the engine's card.

    Attributes:
        name: short, stable (``motion``).
        label: before the user.
        version: of the engine.
        effects: what it can make.
        ready: can be used now.
        reason: why it is not ready, in English; empty when it is.
        needs: what to do to make it ready, in English; empty when it is.
        limits: what it cannot do, in English; shown in the UI, never hidden.
        licence: SPDX id, or the name of its licence.
        weights: True when a model must be downloaded first.
        parameters: what it adds to the parameters of each of its effects.
    """

    name: str
    label: str
    version: str
    effects: tuple[str, ...]
    ready: bool
    reason: str = ""
    needs: str = ""
    limits: str = ""
    licence: str = ""
    weights: bool = False
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class Health:
    """What a running service says of itself.

    Attributes:
        version: of the service.
        pid: its process.
        started: seconds since 1970.
        running: jobs at work.
        queued: jobs that wait.
        notes: what befell its list of jobs, for the user to know.
    """

    version: str
    pid: int
    started: float
    running: int
    queued: int
    notes: tuple[Note, ...] = ()
