"""How long does the add-on keep Blender's window waiting? Measured in a real one, with many jobs.

    .venv/bin/python -m tests.bench.pump [--jobs N] [--seconds S] [--json]

Blender 4.3 with a window (``install/bootstrap.py test --hosts`` makes it) shows the panel and its
queue while jobs wait, run and finish; the add-on's timer notes how long each of its looks took.

Bar: 5 ms for the 95th percentile of the looks.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(1, str(Path(__file__).resolve().parents[2] / "install"))

import blender_window
import extension

from afterframe.media.clip import media_clip
from afterframe.sample.movie import write_movie
from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client
from afterframe_hosts.wire.job import Job, Output, new_id
from tests.bench import report
from tests.hosts.gui.screen import Screen
from tests.hosts.gui.window import Home, Window, engine_python
from tests.media import REPOSITORY

BAR_MS = 5.0
SIZE, FRAMES = (640, 360), 60


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    options = _options(arguments)
    root, missing = blender_window.prepare(REPOSITORY)
    if root is None:
        print(missing, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Home(Path(folder) / "home", engine_python())
        screen = Screen(root, home.folder)
        window = Window(screen, home, home.folder)
        try:
            figures = _measure(window, options.jobs, options.seconds)
        finally:
            window.kill()
            screen.close()
            home.stop_service()
    rows = [(name, value) for name, value in figures.items()]
    report.table(("figure", "value"), rows, quiet=options.json)
    return report.finish("pump", figures, figures["p95_ms"] <= BAR_MS)


def _measure(window: Window, jobs: int, seconds: float) -> dict[str, Any]:
    folder = window.home.folder
    write_movie(folder / "shot.mov", SIZE, FRAMES)
    film = window.make_project(folder / "film.blend", folder / "shot.mov")
    zipped = extension.build(folder)
    window.run("--command", "extension", "install-file", "-r", "user_default", "-e", str(zipped))
    client = _client(window.home)
    window.start(str(film))
    window.ask("sidebar", category="Afterframe")
    window.until(lambda: window.ask("jobs")["engines"], "the service")
    _submit(client, folder, jobs)
    window.until(lambda: len(window.rows()) >= jobs, "all jobs in the queue")
    window.scroll(40)
    window.ask("forget_ticks")
    time.sleep(seconds)
    looks, rows = sorted(window.ask("ticks")), window.rows()
    window.shot("queue")
    return {
        "jobs_listed": len(rows),
        "jobs_over": sum(row["kind"] == "done" for row in rows),
        "looks": len(looks),
        "p50_ms": round(looks[len(looks) // 2], 2),
        "p95_ms": round(looks[int(len(looks) * 0.95)], 2),
        "max_ms": round(looks[-1], 2),
    }


def _client(home: Home) -> Client:
    """Return a client of the home's service, which is started."""
    os.environ["AFTERFRAME_STATE"] = str(home.state)
    return discovery.connect(engine_python=engine_python(), timeout=30)


def _submit(client: Client, folder: Path, count: int) -> None:
    """Ask for many small drafts, as some other program on this machine would."""
    clip = media_clip(folder / "shot.mov")
    output = Output(folder=str(folder / "out"), rate=clip.rate)
    for seed in range(count):
        parameters = {"seconds": 1.0, "seed": seed}
        client.submit(
            Job(new_id(), "generate", clip, output, parameters=parameters, quality="draft")
        )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--jobs", type=int, default=200, help="that the queue shows")
    parser.add_argument("--seconds", type=float, default=20.0, help="that are measured")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
