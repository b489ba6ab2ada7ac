"""One effect on many strips: submit, wait, place, save, tell."""

from __future__ import annotations

import argparse
import contextlib
import csv
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import bpy

from ..orders import Wish
from ..pump import INTERVAL, Pump, Work
from ..wire import discovery
from ..wire.effects import effect
from ..wire.errors import AfterframeError, DocumentUnsaved, NotWritable, SaveFailed
from ..wire.follower import Follower
from ..wire.shotlist import values_for
from . import marks
from .adapter import BlenderHost
from .shots import Shot, cells_of, shots_of_list, shots_of_markers, shots_of_strips

EXIT_FAILED, EXIT_CANCELLED = 1, 130
PATIENCE = 20.0
"""Seconds for the service to note deliveries, and for jobs to stop."""
PLACED, BEFORE, FAILED = "placed", "was there", "failed"
FILE_ENCODING = "utf-8-sig"
"""With the mark by which spreadsheet programs know it."""
STOPPED = "Stopped. What was not done is cancelled; the project is as it was."
STOPPED_LATE = (
    "Stopped after the results were placed; the project is saved with them, or as it was."
)


@dataclass(frozen=True)
class Line:
    """How one shot of a batch ended.

    Attributes:
        strip: its name.
        start: timeline frame that it was made from.
        effect: name of the effect.
        state: ``placed``, ``was there`` or ``failed``.
        result: name of the placed strip; else why there is none.
        file: path of the result.
    """

    strip: str
    start: int
    effect: str
    state: str
    result: str
    file: str = ""

    @classmethod
    def failed(cls, shot: Shot, error: AfterframeError, language: str = "en") -> Line:
        """Return the line of a shot that came to nothing."""
        why = f"{error.message(language)} {error.fix(language)}"
        return cls(shot.clip.name, shot.start, shot.effect, FAILED, why)


def write_table(path: Path, lines: Sequence[Line]) -> None:
    """Write how a batch ended as CSV, replacing the file.

    Raises:
        NotWritable: it cannot be written there.
    """
    try:
        with path.open("w", encoding=FILE_ENCODING, newline="") as file:
            writer = csv.writer(file)
            writer.writerow([each.name for each in fields(Line)])
            writer.writerows(astuple(line) for line in lines)
    except OSError as error:
        raise NotWritable(folder=str(path.parent), detail=error.strerror or str(error)) from error


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
        wish = _wish(options)
        rows = [(shot, _submit(host, pump, shot, wish)) for shot in shots]
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
    lines = [_line(shot, outcome) for shot, outcome in rows]
    if options.table is not None:
        write_table(options.table, lines)
    return _tell(lines)


def _shots(host: BlenderHost, options: argparse.Namespace) -> tuple[Shot, ...]:
    name, cells = options.effect, cells_of(options.set)
    if options.shots is not None:
        return shots_of_list(host, options.shots, name, {}, cells)
    base = values_for(effect(name), cells, Path.cwd())
    if options.markers:
        return shots_of_markers(host, options.strips, name, base)
    return shots_of_strips(host, options.strips, name, base, named=options.named)


def _wish(options: argparse.Namespace) -> Wish:
    """Return what holds for all shots."""
    return Wish(
        options.effect,
        quality="draft" if options.draft else "final",
        seen=options.seen,
        own_track=options.own_channel,
    )


def _submit(host: BlenderHost, pump: Pump, shot: Shot, wish: Wish) -> Work | AfterframeError:
    """Hand a shot over; one that cannot be captured does not keep the others from being made."""
    try:
        order = shot.order(wish)
        captured = [order.captured(host, *each) for each in order.ranges()]
        return pump.submit(order.job(host, captured))
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


def _tell(lines: Sequence[Line]) -> int:
    """Print how it ended, and return the exit code."""
    rows = [(line.strip, str(line.start), line.effect, line.state, line.result) for line in lines]
    table = [("strip", "from", "effect", "state", "result"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]  # noqa: B905 - the last: any
        print("  ".join((*cells, row[-1])))
    return 0 if all(line.state != FAILED for line in lines) else EXIT_FAILED


def _line(shot: Shot, outcome: Work | AfterframeError) -> Line:
    error = outcome if isinstance(outcome, AfterframeError) else outcome.error
    if error is not None:
        return Line.failed(shot, error)
    assert isinstance(outcome, Work)
    assert outcome.placed is not None  # nothing is told before every work is over
    state = BEFORE if outcome.before else PLACED
    made = outcome.status.result if outcome.status else None
    file = made.path if made else ""
    name = outcome.placed.name
    return Line(shot.clip.name, shot.start, shot.effect, state, name, file)


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="blender -b PROJECT -P batch.py --",
        description="One effect on many strips.",
        epilog="Exit codes: 0 every strip has its result, 1 not all have, or nothing was begun, "
        "2 a wrong command line, 130 stopped. The same command again goes on where it stopped.",
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
        "--markers",
        action="store_true",
        help="of those strips the ones under a timeline marker, from its frame on; a marker's "
        "name may hold settings: walk motion=8",
    )
    parser.add_argument(
        "--named", action="store_true", help="the strips' own names hold settings, likewise"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="PARAM=VALUE", help="may be given often"
    )
    parser.add_argument("--seen", action="store_true", help="from pictures as the scene shows them")
    parser.add_argument("--draft", action="store_true", help="small and quick")
    parser.add_argument(
        "--own-channel", action="store_true", help="on the strip's own channel where that is free"
    )
    parser.add_argument("--table", type=Path, metavar="FILE", help="write how it ended as CSV")
    parser.add_argument("--save-as", type=Path, metavar="FILE", help="default: the project itself")
    parser.add_argument(
        "--engine", type=_absolute, metavar="PYTHON", help="the Python that has Afterframe"
    )
    return parser


def _absolute(path: str) -> Path:
    # Not resolve(): a link to a Python is an environment of its own.
    return Path(path).absolute()
