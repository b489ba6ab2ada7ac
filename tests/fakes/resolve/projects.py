"""Projects of the database: opened, left, saved, and put into files and folders.

A project is in the database from when it is made; what is changed in it lives on when another one
is opened, since Resolve saves as it works, and is lost when it is closed without being saved. The
one that a fresh Resolve opens, ``Untitled Project``, is in no database until it has a name.
"""

from __future__ import annotations

import copy
import hashlib
import json
import time
import zipfile
from pathlib import Path
from typing import Any

from . import codecs, state
from .world import World

NEW = "Untitled Project"
"""Of what is open while no project is."""

_INSIDE = "project.json"
"""Name of the project in an exported file, which is a ZIP as Resolve's is."""


def open_first(world: World) -> None:
    """Open what the application says was open, or a new project that was never saved."""
    library = world.library
    if library is None:
        return
    for project in library.projects.values():
        for job in project.queue:
            if job.status == "Rendering":  # it was cut off with what rendered it
                job.status = "Cancelled"
        keep(world, project)
    if world.application.project not in library.projects:
        open_new(world)


def open_new(world: World) -> None:
    """Open a project that was never saved."""
    library = world.library
    assert library is not None
    library.projects[NEW] = _new(world, NEW)
    world.application.project = NEW


def is_new(project: state.Project) -> bool:
    """Return whether a project was never saved and has no name of its own."""
    return project.name == NEW and not project.saved


def is_touched(project: state.Project) -> bool:
    """Return whether something was made in a project that was never saved."""
    return is_new(project) and bool(project.clips or project.timelines or project.root.bins)


def digest(project: state.Project) -> str:
    """Return what changes with everything in a project."""
    values = state.dump(project) | {"saved": ""}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def keep(world: World, project: state.Project) -> None:
    """Save a project."""
    if not is_new(project):
        world.kept[project.uid] = copy.deepcopy(project)


def make(world: World, name: str, location: str = "") -> state.Project:
    """Make a project in the open folder and open it."""
    project = _new(world, name)
    if location:
        project.settings["projectMediaLocation"] = location
    project.saved = digest(project)
    world.saved_at[project.uid] = int(time.time())
    put(world, project)
    keep(world, project)
    go_to(world, name)
    world.made.add(project.uid)
    return project


def _new(world: World, name: str) -> state.Project:
    """Return an empty project as this build makes it."""
    project = state.new_project(name)
    project.deliver.format, project.deliver.codec = codecs.first(world.build)
    return project


def put(world: World, project: state.Project) -> None:
    """Put a project into the open folder."""
    assert world.library is not None
    world.library.projects[world.application.folder + project.name] = project


def go_to(world: World, name: str) -> None:
    """Open a project of the open folder; one that was never saved is gone then."""
    library = world.library
    assert library is not None
    left = world.project
    if left is not None and _is_lost(world, left):
        del library.projects[world.application.project]
    world.application.project = world.application.folder + name
    opened = world.project
    assert opened is not None
    world.held.add(opened.uid)


def _is_lost(world: World, project: state.Project) -> bool:
    """Return whether a project is gone once another is opened: it was never saved."""
    return is_new(project) or (world.faults.unsaved_lost and project.uid in world.made)


def here(world: World) -> dict[str, state.Project]:
    """Return the projects in the open folder, by name."""
    folder = world.application.folder
    every = world.library.projects if world.library else {}
    inside = {
        key.removeprefix(folder): each for key, each in every.items() if key.startswith(folder)
    }
    return {name: each for name, each in inside.items() if "/" not in name and not is_new(each)}


def folders_here(world: World) -> list[str]:
    """Return the names of the folders in the open one."""
    folder = world.application.folder
    every = world.library.folders if world.library else []
    inside = [key.removeprefix(folder)[:-1] for key in every if key.startswith(folder)]
    return [name for name in inside if name and "/" not in name]


def drop(world: World, project: state.Project) -> None:
    """Close a project as it was saved last; where it was open, a new one is open then."""
    library = world.library
    assert library is not None
    kept = world.kept.get(project.uid)
    key = next(key for key, each in library.projects.items() if each is project)
    if kept is None:
        del library.projects[key]
    else:
        library.projects[key] = copy.deepcopy(kept)
    if key == world.application.project:
        open_new(world)


def write(project: state.Project, path: Path) -> None:
    """Write a project to a file, replacing it.

    Raises:
        OSError: it cannot be written there.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(_INSIDE, json.dumps(state.dump(project)))


def read(path: Path, name: str | None) -> state.Project | None:
    """Return the project of a file, as another one than it was written from; None without one."""
    try:
        with zipfile.ZipFile(path) as file:
            values: Any = json.loads(file.read(_INSIDE))
        project = state.project_of(values)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError):
        return None
    project.uid, project.name = state.new_uid(), name or path.stem
    project.saved = digest(project)
    return project
