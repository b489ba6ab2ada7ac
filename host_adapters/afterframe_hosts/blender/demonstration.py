"""A small project, the main job on it, and a contact sheet of what Blender shows then."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import TimeoutError
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy

from ..orders import Wish, make_job
from ..pump import INTERVAL, Pump, Work
from ..wire import discovery
from ..wire.errors import AfterframeError
from ..wire.follower import Follower
from ..wire.system import own_environment
from . import compat
from .adapter import BlenderHost
from .sheet import render_sheet

PLAYHEAD = 31
"""The thirty-first picture of the sample, which is 60 pictures long and begins at frame 1."""
SECONDS = 4
PATIENCE = 20.0
"""Seconds for the demo's service to stop."""
PARAMETERS = {"prompt": "keep walking forward, slowly", "motion": 7.0, "seconds": SECONDS}


def run(arguments: Sequence[str]) -> int:
    """Make the demo; return the exit code."""
    options = _command_line().parse_args(arguments)
    folder: Path = options.output.absolute()
    engine: Path = options.engine.absolute()
    # The demo keeps everything to its own folder: its service is not the user's.
    os.environ["AFTERFRAME_STATE"] = str(folder / "service")
    try:
        movie = _write_sample(engine, folder)
        project = _make_project(movie, folder / "afterframe-demo.blend")
        work = _generate(engine)
    except AfterframeError as error:
        print(f"{error.message()} {error.fix()}", file=sys.stderr)
        return 1
    assert work.placed is not None
    assert work.status is not None
    assert work.status.result is not None
    bpy.ops.wm.save_mainfile()
    sheet = folder / "afterframe-demo.png"
    render_sheet(compat.edited_scene(), work.placed.span, sheet)
    result = work.status.result
    _tell({"project": project, "movie": result.path, "recipe": result.recipe, "sheet": sheet})
    return 0


def _write_sample(engine: Path, folder: Path) -> Path:
    command = [str(engine), "-I", "-m", "afterframe.cli.main", "sample", "--output", str(folder)]
    subprocess.run(command, env=own_environment(), check=True, stdout=subprocess.DEVNULL)
    return folder / "sample.mov"


def _make_project(movie: Path, path: Path) -> Path:
    """Make a project around a movie, its playhead on it; return its path."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.filepaths.save_version = 0  # no backup beside the demo's project
    scene = bpy.context.scene
    editor = scene.sequence_editor or scene.sequence_editor_create()
    strip = compat.strips(editor).new_movie(movie.name, str(movie), 1, 1)
    element, render = strip.elements[0], scene.render
    render.resolution_x, render.resolution_y = element.orig_width, element.orig_height
    render.fps, render.fps_base = 24, 1.0
    scene.view_settings.view_transform = "Standard"
    scene.frame_end = PLAYHEAD + SECONDS * 24 - 1
    scene.frame_set(PLAYHEAD)
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def _generate(engine: Path) -> Work:
    """Do what a user does: select the clip, ask for a clip from the frame under the playhead."""
    host = BlenderHost()
    clip = host.selection()[0]
    job = make_job(host, clip, Wish("generate", PARAMETERS), at=host.playhead())
    follower = Follower(lambda start: discovery.connect(start, engine))
    pump = Pump(host, follower)
    try:
        work = pump.submit(job)
        while not work.over:
            pump.pump()
            time.sleep(INTERVAL)
        if work.error is not None:
            raise work.error
        return work
    finally:
        with suppress(AfterframeError, TimeoutError):  # it stops by itself when it is idle
            follower.call(lambda client: client.stop()).result(PATIENCE)
        follower.stop()


def _tell(paths: dict[str, Any]) -> None:
    for name, path in paths.items():
        print(f"{name + ':':9} {path}")


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo.py", description="Afterframe inside Blender.")
    parser.add_argument("--engine", type=Path, required=True, metavar="PYTHON")
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    return parser
