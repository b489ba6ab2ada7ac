"""Starts a stand-in: a world with the methods of every class."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import tempfile
from functools import cache
from pathlib import Path

from . import projects, state
from .build import Build
from .faults import Faults
from .remote import Calls
from .world import World


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
    world = World(
        build or Build(),
        application or first_start(),
        folder,
        faults or Faults(),
        dict(_classes()),
    )
    projects.open_first(world)
    return world


def first_start() -> state.Application:
    """Return what a Resolve has that was just installed: one database, and no project in it."""
    library = state.Library("Local Database")
    return state.Application([library], library.name)


@cache
def _classes() -> dict[str, type[Calls]]:
    """Return the methods of each class; those of one kind are one class's in Resolve."""
    found: dict[str, list[type[Calls]]] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("__"):
            continue
        name = f"{__package__}.{module.name}"
        for _, each in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if each.__module__ == name and issubclass(each, Calls) and "kind" in vars(each):
                found.setdefault(each.kind, []).append(each)
    return {
        kind: each[0] if len(each) == 1 else type(kind, tuple(each), {})
        for kind, each in found.items()
    }
