"""A stand-in for Resolve in a process of its own, and a door of ours that is open in it.

    python -m tests.e2e.resolve_standin FOLDER MOVIE...

Its project ``Cut`` has the movies, one after the other with 12 frames between them, on V1 of its
timeline, from 01:00:00:00 on. It tells its door's file, and with it what stands in the project,
when it has begun; it ends with its input, and has then written the project to FOLDER/after.json.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from afterframe_hosts.resolve.door import Door
from afterframe_hosts.wire.system import make_private_folder, state_folder
from tests.fakes.resolve import simulator, state

GAP = 12
START = 86400


def main(arguments: list[str]) -> None:
    folder, movies = Path(arguments[0]), arguments[1:]
    world = simulator.start(folder=folder / "resolve")
    resolve = world.handle("Resolve")
    cut(resolve, folder, movies)
    door = Door(resolve)
    make_private_folder(state_folder())
    file = state_folder() / f"resolve-door-{os.getpid()}.json"
    file.touch(0o600)
    file.write_text(json.dumps(door.address), "ascii")
    project = world.project
    assert project is not None
    state.save(world.application, folder / "before.json")
    print(json.dumps({"door": str(file), "document": project.uid}), flush=True)
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    door.serve(lambda: not ended.is_set())
    file.unlink()
    state.save(world.application, folder / "after.json")


def cut(resolve: Any, folder: Path, movies: list[str]) -> None:
    """Make the project, as a user would by a script."""
    manager = resolve.GetProjectManager()
    project = manager.CreateProject("Cut")
    (folder / "media").mkdir()
    assert project.SetSetting("timelineFrameRate", "24")
    assert project.SetSetting("projectMediaLocation", str(folder / "media"))
    pool = project.GetMediaPool()
    clips = pool.ImportMedia(movies)
    pool.CreateEmptyTimeline("Edit")
    at = START
    for clip in clips:
        frames = int(clip.GetClipProperty("Frames"))
        info = {"mediaPoolItem": clip, "startFrame": 0, "endFrame": frames, "mediaType": 1}
        (item,) = pool.AppendToTimeline([{**info, "trackIndex": 1, "recordFrame": at}])
        at = item.GetEnd() + GAP
    project.GetCurrentTimeline().SetCurrentTimecode("01:00:00:10")
    assert manager.SaveProject()


if __name__ == "__main__":
    main(sys.argv[1:])
