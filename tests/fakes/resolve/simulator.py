"""Starts a stand-in: a world with the methods of every class."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import tempfile
from functools import cache
from pathlib import Path

from . import state
from .build import Build
from .faults import Faults
from .remote import Calls
from .world import World

_MODULES = (
    "application",
    "project",
    "fusion",
    "pool",
    "clips",
    "timeline",
    "items",
    "marks",
    "rendering",
    "stills",
    "graph",
    "exchange",
)
"""Where the classes stand; of two for one kind, the methods are one class's in Resolve."""

NEW_PROJECT = "Untitled Project"
"""Of a Resolve that was just started; it has never been saved."""


def start(
    build: Build | None = None,
    faults: Faults | None = None,
    folder: Path | None = None,
    application: state.Application | None = None,
) -> World:
    """Start a Resolve; ``world.handle("Resolve")`` is what a script gets for ``resolve``.

    Args:
        build: which one; None: Studio 20.3 on Linux with its window.
        faults: what goes wrong.
        folder: for what it writes of its own; None: a new one.
        application: what it has kept; None: nothing, as after its first start.
    """
    folder = folder or Path(tempfile.mkdtemp(prefix="resolve-"))
    folder.mkdir(parents=True, exist_ok=True)
    return World(
        build or Build(),
        application or first_start(),
        folder,
        faults or Faults(),
        dict(_classes()),
    )


def first_start() -> state.Application:
    """Return what a Resolve has that was just installed: one database, an unsaved project."""
    library = state.Library("Local Database")
    library.projects[NEW_PROJECT] = state.new_project(NEW_PROJECT)
    return state.Application([library], library.name, project=NEW_PROJECT)


@cache
def _classes() -> dict[str, type[Calls]]:
    found: dict[str, list[type[Calls]]] = {}
    for module in _MODULES:
        name = f"{__package__}.{module}"
        if importlib.util.find_spec(name) is None:
            continue
        for _, each in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if each.__module__ == name and issubclass(each, Calls) and "kind" in vars(each):
                found.setdefault(each.kind, []).append(each)
    return {
        kind: each[0] if len(each) == 1 else type(kind, tuple(each), {})
        for kind, each in found.items()
    }
