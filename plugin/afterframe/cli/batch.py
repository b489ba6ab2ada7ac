"""``afterframe batch SHOTS``: one effect on many shots, from a list or from a timeline.

Of a program that is running: see :mod:`.live_batch`.

Everything is checked before anything starts. A job's id comes from its contents, so the same
command again goes on where it stopped: what is done and still there is not made a second time.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterframe.errors import (
    AfterframeError,
    BadValue,
    ItemNotFound,
    MediaMissing,
)

from . import live, show
from .make import add_mark_option, add_timeline_options

if TYPE_CHECKING:
    from afterframe.core.shots import Shot
    from afterframe_hosts.base import FileHost, FileOptions
    from afterframe_hosts.wire.client import Client
    from afterframe_hosts.wire.clip import Clip
    from afterframe_hosts.wire.effects import Effect
    from afterframe_hosts.wire.job import Job, JobStatus, Output, Result

    from .make import Commands

COLUMNS = (
    "A list has a column `media` (relative to the list), and may have `at` (the playhead), `name`, "
    "`after` (of a bridge: the medium that follows), "
    "`effect`, `reel`, `mark` (yes or no), `deinterlace` (yes or no), `layer`, `holes` (refuse, "
    "hold or black), and every option of the effects (`motion`, `prompt`, `pan_x` ...). With "
    "--host it has, in place of `media` and what says how that is read, `clip` (a name, or a "
    "pattern with * and ?) or `at` (a time of the timeline), or both."
)
HEADS = ("clip", "from", "effect", "state", "result")


@dataclass(frozen=True)
class Batch:
    """What is to be made.

    Attributes:
        path: of the list or the timeline.
        shots: one for each clip.
        timeline: where results are placed; None for a list.
        missing: media of the timeline's clips that are not there.
    """

    path: Path
    shots: tuple[Shot, ...]
    timeline: FileHost | None = None
    missing: tuple[str, ...] = ()


def add(commands: Commands) -> None:
    """Add the command."""
    text = "Make many shots: of a list (CSV, JSON) or every clip of a timeline"
    command = commands.add_parser("batch", help=text, description=f"{text}.", epilog=COLUMNS)
    command.add_argument(
        "shots",
        type=Path,
        nargs="?",
        metavar="SHOTS",
        help=".csv, .json or a timeline; with --host a list whose column `clip` names clips of "
        "its timeline, or none",
    )
    add_effect_options(command)
    command.add_argument("--rate", help="frames a second of an .edl, 25 or 24000/1001")
    add_timeline_options(command)
    command.add_argument("--list", action="store_true", help="list the shots, make nothing")
    add_result_options(command, "SHOTS")
    add_mark_option(command)
    live.add_making_options(command)
    command.set_defaults(run=run)


def add_effect_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say what is made of which clips."""
    command.add_argument("--effect", default="generate", help="where a list names none")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the effect; a list's own value wins",
    )
    command.add_argument(
        "--clips", default="all", metavar="WHICH",
        help="of a timeline: all, channel:NUMBER, color:NAME or name:PATTERN; with --host "
        "selected, too (default: %(default)s)",
    )  # fmt: skip


def add_result_options(command: argparse.ArgumentParser, beside: str) -> None:
    """Add the options that say where results go and what makes them."""
    command.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help=f"default: Afterframe beside {beside}"
    )
    command.add_argument("--format", default="auto", help="delivery format (see: doctor)")
    command.add_argument("--engine", default="", help="default: the best one that is ready")
    command.add_argument("--draft", action="store_true", help="small and quick")


def run(options: argparse.Namespace) -> int:
    """Check all shots, make them, place them on their timeline, print a table."""
    live.check_alone(options, () if options.host else ("shots",))
    if options.host:
        from . import live_batch

        return live_batch.run(options)
    if options.list:
        return _tell_shots(_asked(options.shots, options), as_json=options.json)
    return make(options.shots, options)


def make(path: Path, options: argparse.Namespace) -> int:
    """Make the shots of a list or timeline, place them, print a table; return the exit code."""
    from afterframe_hosts.wire import discovery

    from . import timelines

    batch = _asked(path, options)
    jobs = jobs_of(
        batch,
        folder=options.output,
        format=options.format,
        engine=options.engine,
        draft=options.draft,
        mark=options.mark,
    )
    client = discovery.connect()
    statuses = run_batch(client, batch, jobs, quiet=options.json)
    timeline = batch.timeline
    placed = timelines.place(timeline, client, statuses) if timeline else None
    return _tell(batch, statuses, placed, as_json=options.json)


def read_batch(
    path: Path,
    effect: str,
    settings: Sequence[str],
    clips: str,
    options: FileOptions | None = None,
) -> Batch:
    """Return what is to be made, with every shot checked.

    Args:
        path: of a list or a timeline.
        effect: where the list names none.
        settings: ``NAME=VALUE`` each.
        clips: which clips of a timeline, as ``Query.parse`` reads it.
        options: what a timeline leaves open.

    Raises:
        ShotListError: a list is not right; tells of every line.
        TimelineUnreadable: a timeline is not one.
        ItemNotFound: a timeline has no such clip.
        UnknownEffect, BadValue: the effect or a setting does not fit.
    """
    from afterframe.core.shots import read_shots
    from afterframe.media.clip import media_clip
    from afterframe_hosts.wire.effects import effect as declared
    from afterframe_hosts.wire.shotlist import values_for

    from . import timelines

    chosen = declared(effect)
    cells = settings_of(settings)
    values = values_for(chosen, cells, Path.cwd())
    timeline = timelines.open_timeline(path, options)
    if timeline is not None:
        return _of_timeline(timeline, path.absolute(), clips, chosen, values)
    defaults = {"effect": effect, **{name: _text(values[name]) for name in values}}
    return Batch(path.absolute(), read_shots(path, defaults, media_clip))


def jobs_of(
    batch: Batch,
    folder: Path | None = None,
    format: str = "auto",
    engine: str = "",
    draft: bool = False,
    mark: bool = True,
) -> tuple[Job, ...]:
    """Return a job for each shot, under ids that are the same whenever the work is the same.

    Args:
        batch: what is to be made.
        folder: for the results; None: ``Afterframe`` beside the list or timeline.
        format: of the results.
        engine: empty: the best one that is ready.
        draft: small and quick.
        mark: the files say that their pictures were made, where a list does not say.
    """
    from afterframe.core.shots import job_for

    target = folder.absolute() if folder else batch.path.parent / "Afterframe"
    return tuple(
        job_for(
            shot,
            replace(_output(batch, shot, target, format), mark=mark),
            engine,
            "draft" if draft else "final",
            _stamp(shot.clip) + (_stamp(shot.after) if shot.after else ""),
        )
        for shot in batch.shots
    )


def run_batch(
    client: Client, batch: Batch, jobs: Sequence[Job], *, quiet: bool
) -> tuple[JobStatus, ...]:
    """Make the jobs and return how they ended, in their order.

    What an earlier run has finished stays; what failed or was cancelled then is tried again; what
    is gone from the disk is made anew.

    Raises:
        MediaMissing: no clip of the timeline has its medium; names all.
        ShotListError: the service would refuse some of a list's jobs; tells of all.
    """
    from . import follow

    if batch.missing and not batch.shots:
        raise MediaMissing(path=", ".join(batch.missing))
    _check(client, batch, jobs)
    return follow.run(client, jobs, quiet=quiet, submit=submit)


def _asked(path: Path, options: argparse.Namespace) -> Batch:
    from . import timelines

    settings = options.effect, options.set, options.clips
    return read_batch(path, *settings, timelines.options_of(options))


def _of_timeline(
    timeline: FileHost, path: Path, clips: str, effect: Effect, values: dict[str, Any]
) -> Batch:
    from afterframe.core.shots import Shot
    from afterframe_hosts.base import Query

    if effect.source == "gap":
        allowed = "one of a clip; for a bridge: afterframe bridge TIMELINE --at TIME"
        raise BadValue(field="--effect", value=effect.name, allowed=allowed)
    query = Query.parse(clips)
    problems = [each for each in timeline.problems(query) if isinstance(each, MediaMissing)]
    missing = tuple(dict.fromkeys(str(each.params["path"]) for each in problems))
    clips_there = (clip for clip in timeline.clips(query) if _stamp(clip))
    shots = tuple(Shot(0, clip, None, effect.name, values) for clip in clips_there)
    if not shots and not missing:
        raise ItemNotFound(path=str(path), item=clips)
    return Batch(path, shots, timeline, missing)


def settings_of(settings: Sequence[str]) -> dict[str, str]:
    """Return ``NAME=VALUE`` settings by name. Raises BadValue where one is none."""
    cells = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise BadValue(field="--set", value=setting, allowed="NAME=VALUE")
        cells[name.strip().replace("-", "_")] = value
    return cells


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _output(batch: Batch, shot: Shot, folder: Path, format: str) -> Output:
    from afterframe_hosts.wire.job import Output

    if batch.timeline is None:
        return Output(folder=str(folder), format=format)
    output = batch.timeline.output(shot.clip, shot.effect)
    return replace(output, folder=str(folder), format=format)


def _stamp(clip: Clip) -> str:
    """Return what changes when a clip's medium does: size and time of the first file it uses.

    Empty: it is not there.
    """
    from afterframe.media.stills import numbered

    path = clip.media.path
    if clip.media.kind == "sequence":
        path = numbered(path, clip.media.first + clip.media_range.start)
    try:
        stat = Path(path).stat()
    except OSError:
        return ""
    return f"{stat.st_size} {stat.st_mtime_ns}"


def _check(client: Client, batch: Batch, jobs: Sequence[Job]) -> None:
    """Ask beforehand what the service's door will ask, for all jobs."""
    from afterframe.core.admission import admit
    from afterframe_hosts.wire.shotlist import shot_list_error

    engines = client.engines()
    problems = []
    for shot, job in zip(batch.shots, jobs, strict=True):
        try:
            admit(job, engines)
        except AfterframeError as error:
            if batch.timeline is not None:
                raise
            problems.append((shot.line, f"{error.message()} {error.fix()}"))
    if problems:
        raise shot_list_error(batch.path, problems)


def submit(client: Client, job: Job) -> JobStatus:
    """Submit a job, under the id under which it is now being made, or is done."""
    from afterframe.core.shots import next_id

    status = client.submit(job)
    while status.state == "done" and not _is_there(status.result):
        job = replace(job, id=next_id(job.id))
        status = client.submit(job)
    if status.state in {"failed", "cancelled"}:
        return client.retry(job.id)
    return status


def _is_there(result: Result | None) -> bool:
    if result is None:
        return False
    path = Path(result.path)
    return path.parent.is_dir() if "#" in path.name else path.is_file()


def _tell_shots(batch: Batch, *, as_json: bool) -> int:
    if as_json:
        show.data([{"clip": shot.clip, "at": shot.at, "effect": shot.effect,
                    "parameters": dict(shot.parameters)} for shot in batch.shots])  # fmt: skip
        return 0
    heads = ("clip", "from", "frames", "effect", "media")
    rows = [
        (
            shot.clip.name,
            _from(shot.clip, shot.at),
            shot.clip.record_range.duration,
            shot.effect,
            shot.clip.media.path,
        )
        for shot in batch.shots
    ]
    show.table(heads, rows)
    _tell_of_timeline(batch)
    return 0


def _tell(
    batch: Batch, statuses: Sequence[JobStatus], placed: Path | None, *, as_json: bool
) -> int:
    if as_json:
        show.data(
            {
                "jobs": list(statuses),
                "missing": list(batch.missing),
                "timeline": str(placed) if placed else None,
                "timeline_notes": list(batch.timeline.notes()) if batch.timeline else [],
            }
        )
    else:
        show.table(HEADS, map(_row, statuses))
        _tell_of_timeline(batch)
        if placed:
            print(placed)
    return 0 if not batch.missing and all(status.state == "done" for status in statuses) else 1


def _tell_of_timeline(batch: Batch) -> None:
    for path in batch.missing:
        print(f"missing: {path}")
    for note in batch.timeline.notes() if batch.timeline else ():
        print(note.text(show.language()))


def _row(status: JobStatus) -> tuple[str, ...]:
    job, outcome = status.job, ""
    if status.result:
        outcome = status.result.path
    elif status.error:
        outcome = f"{status.error.message} {status.error.fix}"
    return job.clip.name, _from(job.clip, job.at), job.effect, status.state, outcome


def _from(clip: Any, at: int | None) -> str:
    from afterframe.core.timecode import can_drop, timecode

    frame = clip.record_range.start if at is None else at
    return timecode(frame, clip.rate, clip.drop_frame and can_drop(clip.rate))
