"""``afterframe demo`` and ``afterframe sample``: the main job on a timeline of our own making."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from . import show
from .make import Commands

SAMPLE_SIZE = (1280, 720)
SAMPLE_FRAMES = 60
PLAYHEAD = 30
SECONDS = 4
PROMPT = "walk forward, pan right"
MOTION = 9


def add(commands: Commands) -> None:
    """Add the commands."""
    text = "Generate four seconds on a sample timeline and show the result"
    command = commands.add_parser("demo", help=text, description=f"{text}.")
    _output_option(command)
    command.set_defaults(run=run_demo)
    text = "Write the sample clip and its timeline"
    command = commands.add_parser("sample", help=text, description=f"{text}.")
    _output_option(command)
    command.set_defaults(run=run_sample)


def run_sample(options: argparse.Namespace) -> int:
    """Write ``sample.mov`` and ``sample.otio``; print their paths."""
    folder: Path = options.output.resolve()
    paths = write_sample(folder)
    _print(paths, options.json)
    return 0


def run_demo(options: argparse.Namespace) -> int:
    """Do the main job; print the movie, the timeline, the recipe and the contact sheet."""
    folder: Path = options.output.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # The demo keeps everything to its own folder: its service is not the user's.
    os.environ["AFTERFRAME_STATE"] = str(folder / "service")

    from afterframe.core.recipe import beside
    from afterframe_hosts.wire import discovery
    from afterframe_hosts.wire.job import Job, new_id

    from . import follow, timelines
    from .make import tell
    from .sheet import write_contact_sheet

    sample = write_sample(folder)
    timeline = timelines.open_timeline(sample["timeline"])
    assert timeline is not None  # the sample is a timeline
    clip, at = timelines.clip_at(timeline, None)
    job = Job(
        id=new_id(),
        effect="generate",
        clip=clip,
        output=timeline.output(clip, "generate"),
        at=at,
        parameters={"prompt": PROMPT, "motion": MOTION, "seconds": SECONDS},
    )
    client = discovery.connect()
    try:
        (status,) = follow.run(client, [job], quiet=options.json)
        placed = timelines.place(timeline, client, [status])
    finally:
        client.stop()
    if status.result is None or placed is None:
        return tell(status, None, as_json=options.json)
    movie = Path(status.result.path)
    sheet = movie.with_suffix(".png")
    write_contact_sheet(movie, sheet)
    paths = {"movie": movie, "timeline": placed, "recipe": beside(movie), "contact_sheet": sheet}
    if not options.json:
        for note in status.result.notes:
            print(note.text(show.language()))
    _print(paths, options.json)
    return 0


def write_sample(folder: Path) -> dict[str, Path]:
    """Write the sample clip and its timeline into ``folder``, replacing older ones."""
    from afterframe.core.timecode import parse_time
    from afterframe.sample.movie import RATE, START, write_movie

    from . import timelines

    folder.mkdir(parents=True, exist_ok=True)
    movie, timeline = folder / "sample.mov", folder / "sample.otio"
    write_movie(movie, SAMPLE_SIZE, SAMPLE_FRAMES)
    start = parse_time(START, RATE)
    timelines.write_sample(timeline, movie, SAMPLE_FRAMES, RATE, PLAYHEAD, start)
    return {"movie": movie, "timeline": timeline}


def _output_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--output", type=Path, default=Path("afterframe-demo"), metavar="DIR", help="for the files"
    )


def _print(paths: dict[str, Path], as_json: bool) -> None:
    if as_json:
        show.data({name: str(path) for name, path in paths.items()})
        return
    width = max(map(len, paths))
    for name, path in paths.items():
        print(f"{name.replace('_', ' '):<{width}}  {path}")
