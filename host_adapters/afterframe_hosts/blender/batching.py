"""One effect on many strips: submit, wait, place, save, tell."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import bpy

from ..wire import discovery
from ..wire.errors import AfterframeError, DocumentUnsaved, SaveFailed
from ..wire.follower import Follower
from . import marks
from .adapter import BlenderHost
from .pump import INTERVAL, Pump, Work
from .request import Wish, make_job
from .shots import Shot, shots_of_list, shots_of_strips

EXIT_FAILED, EXIT_CANCELLED = 1, 130
PATIENCE = 20.0
"""Seconds for the service to note deliveries, and for jobs to stop."""
PLACED, BEFORE, FAILED = "placed", "was there", "failed"
STOPPED = "Stopped. What was not done is cancelled; the project is as it was."
STOPPED_LATE = (
    "Stopped after the results were placed; the project is saved with them, or as it was."
)
HEADS = ("strip", "from", "effect", "state", "result")


def run(arguments: Sequence[str]) -> int:
    """Run a batch on the project that is open; return the exit code.

    Args:
        arguments: of the command line; see ``batch.py``.
    """
    options = _command_line().parse_args(arguments)
    try:
        return _run(options)
    except AfterframeError as error:
        print(f"{error.message()} {error.fix()}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt as stop:
        print(str(stop) or STOPPED, file=sys.stderr)
        return EXIT_CANCELLED


def _run(options: argparse.Namespace) -> int:
    if not bpy.data.filepath:
        raise DocumentUnsaved()
    host = BlenderHost()
    shots = _shots(host, options)
    follower = Follower(lambda start: discovery.connect(start, options.engine))
    pump = Pump(host, follower, deliver_at_once=False)
    saving = False
    try:
        rows = [(shot, _submit(host, pump, shot, options.seen)) for shot in shots]
        _work(pump)
        if any(work.placed and not work.before for work in pump.works.values()):
            saving = True
            _save(options.save_as)
            _settle(pump.deliver())
    except BaseException as error:
        _settle(pump.cancel())
        if saving and isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt(STOPPED_LATE) from error
        raise
    finally:
        follower.stop()
    return _tell(rows)


def _shots(host: BlenderHost, options: argparse.Namespace) -> tuple[Shot, ...]:
    if options.shots is not None:
        return shots_of_list(host, options.shots, options.effect, options.set)
    return shots_of_strips(host, options.strips, options.effect, options.set)


def _submit(host: BlenderHost, pump: Pump, shot: Shot, seen: bool) -> Work | AfterframeError:
    """Hand a shot over; one that cannot be captured does not keep the others from being made."""
    try:
        wish = Wish(shot.effect, shot.parameters, seen=seen)
        return pump.submit(make_job(host, shot.clip, wish, shot.at))
    except AfterframeError as error:
        return error


def _work(pump: Pump) -> None:
    """Pump until every job is over; say each change of a job once."""
    said: dict[str, str] = {}
    while not all(work.over for work in pump.works.values()):
        pump.pump()
        time.sleep(INTERVAL)
        for job, work in pump.works.items():
            state = work.status.state if work.status else "queued"
            if said.get(job) != state:
                said[job] = state
                print(f"{work.job.clip.name}: {state}", flush=True)


def _save(path: Path | None) -> None:
    target = path.absolute() if path else Path(bpy.data.filepath)
    marks.follow_saves()
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(target))
    except RuntimeError as error:
        raise SaveFailed(path=str(target), detail=str(error).strip()) from error


def _settle(calls: Sequence[Future[Any]]) -> None:
    """Wait a while for the service to answer: what it does not hear now it finds out later."""
    deadline = time.monotonic() + PATIENCE
    for call in calls:
        with contextlib.suppress(Exception):
            call.result(max(0.0, deadline - time.monotonic()))


def _tell(rows: Sequence[tuple[Shot, Work | AfterframeError]]) -> int:
    """Print how it ended, and return the exit code."""
    table = [HEADS, *(_row(shot, outcome) for shot, outcome in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADS) - 1)]
    for row in table:
        cells = [row[column].ljust(width) for column, width in enumerate(widths)]
        print("  ".join((*cells, row[-1])))
    return 0 if all(row[3] != FAILED for row in table[1:]) else EXIT_FAILED


def _row(shot: Shot, outcome: Work | AfterframeError) -> tuple[str, ...]:
    start = shot.clip.record_range.start if shot.at is None else shot.at
    head = shot.clip.name, str(start), shot.effect
    error = outcome if isinstance(outcome, AfterframeError) else outcome.error
    if error is not None:
        return *head, FAILED, f"{error.message()} {error.fix()}"
    assert isinstance(outcome, Work)
    assert outcome.placed is not None  # nothing is told before every work is over
    return *head, BEFORE if outcome.before else PLACED, outcome.placed.name


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="blender -b PROJECT -P batch.py --", description="One effect on many strips."
    )
    parser.add_argument("--effect", default="generate", help="default: %(default)s")
    parser.add_argument(
        "--strips",
        default="all",
        metavar="WHICH",
        help="selected, all, channel:NUMBER, color:NAME or name:PATTERN (default: %(default)s)",
    )
    parser.add_argument(
        "--shots", type=Path, metavar="FILE", help="CSV or JSON: strip, at, effect, parameters"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="PARAM=VALUE", help="may be given often"
    )
    parser.add_argument("--seen", action="store_true", help="from pictures as the scene shows them")
    parser.add_argument("--save-as", type=Path, metavar="FILE", help="default: the project itself")
    parser.add_argument(
        "--engine", type=_absolute, metavar="PYTHON", help="the Python that has Afterframe"
    )
    return parser


def _absolute(path: str) -> Path:
    # Not resolve(): a link to a Python is an environment of its own.
    return Path(path).absolute()
