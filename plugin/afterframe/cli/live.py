"""``--host NAME``: the timeline that is open in a running program, in place of a source.

The clip is the one under the playhead, or the one that is selected, and the result is placed where
it belongs. What is done is told in lines, one for each phase: they are also what a user sees in
the program's own console, where no terminal is.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from afterframe.errors import BadValue
from afterframe_hosts.wire import codec

from . import show

if TYPE_CHECKING:
    from afterframe_hosts.base import LiveHost
    from afterframe_hosts.orders import Order, Wish
    from afterframe_hosts.pump import Work
    from afterframe_hosts.wire.clip import Clip
    from afterframe_hosts.wire.job import JobStatus, Note, Output

    from .live_run import Run

GROUP = "afterframe.live_hosts"
FILES_ONLY = ("rate", "media", "otio_for")
"""Options that a running program leaves nothing to say about."""


def add_options(
    command: argparse.ArgumentParser, *, required: bool = False
) -> argparse._ArgumentGroup:
    """Add the options that say which program, and how it is reached; return their group."""
    group = command.add_argument_group("on the timeline of a running program")
    group.add_argument(
        "--host",
        choices=sorted(_entries()),
        required=required,
        help="work on the timeline that is open in this program",
    )
    group.add_argument(
        "--door",
        type=Path,
        metavar="FILE",
        help="with the address of a script of ours that waits in the program; default: one is "
        "looked for, else the program is reached from outside",
    )
    return group


def add_making_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say how a clip of a running program is taken, and placed."""
    group = add_options(command)
    group.add_argument(
        "--seen",
        action="store_true",
        help="from pictures as the timeline shows them, with grade and transform; "
        "default: as shot, so that the grade applies to the result too",
    )
    group.add_argument(
        "--own-track",
        action="store_true",
        help="on the clip's own track where that is free; default: on a track above",
    )


def check_alone(options: argparse.Namespace, needs: Sequence[str]) -> None:
    """Raise BadValue where a source and a running program are both given, or neither.

    Args:
        options: of the command line.
        needs: names of the positional arguments that a program takes the place of; without one
            the first must be there.
    """
    if options.host is None:
        for name in ("door", "seen", "own_track"):
            if getattr(options, name, None):
                field = f"--{name.replace('_', '-')}"
                raise BadValue(field=field, value="given", allowed="with --host only")
        if needs and getattr(options, needs[0]) is None:
            allowed = f"a file, or in its place: --host {' or '.join(sorted(_entries())) or 'NAME'}"
            raise BadValue(field=needs[0].upper(), value="nothing", allowed=allowed)
        return
    for name in needs:
        if getattr(options, name, None) is not None:
            allowed = "nothing beside --host: the program's own timeline is worked on"
            raise BadValue(field=name.upper(), value=str(getattr(options, name)), allowed=allowed)
    for name in FILES_ONLY:
        if getattr(options, name, None) is not None:
            field, value = f"--{name.replace('_', '-')}", str(getattr(options, name))
            raise BadValue(field=field, value=value, allowed="for files; not with --host")


def connect(name: str, door: Path | None) -> LiveHost:
    """Reach a program by its name on the command line.

    Raises:
        HostUnreachable, HostStuck, NoTimeline: see ``base.LiveHost.connect``.
    """
    adapter: type[LiveHost] = _entries()[name].load()
    return adapter.connect(door)


def run(options: argparse.Namespace) -> int:
    """Make what an effect's command asks for, and place it."""
    from .live_run import Run
    from .make import effect_values

    values = effect_values(options.effect, vars(options))
    with Run(options.host, options.door, quiet=options.json) as making:
        wish = wish_of(options, options.effect.name, values)
        order = order_of(making.host, wish, options.at)
        if wish.variations:
            return _tell_sheet(making, order, options)
        work = making.take(order, options)
        making.finish()
        return _tell(work, making.notes, as_json=options.json)


def serve(options: argparse.Namespace) -> int:
    """Answer what the panel and others ask of a running program, until it ends."""
    from afterframe_hosts.wire import discovery

    from .live_run import Run

    with Run(options.host, options.door, quiet=options.json) as serving:
        discovery.connect()
        serving.say("listening", name=serving.name)
        serving.serve()
        serving.say("gone", name=serving.name)
    return 0


def wish_of(options: argparse.Namespace, effect: str, values: dict[str, Any]) -> Wish:
    """Return what the command line asks for."""
    from afterframe_hosts.orders import Wish

    from .make import variations

    return Wish(
        effect,
        values,
        engine=options.engine,
        quality="draft" if options.draft else "final",
        seen=options.seen,
        format=options.format,
        own_track=options.own_track,
        variations=variations(options),
    )


def order_of(host: LiveHost, wish: Wish, at: str | None) -> Order:
    """Return a wish with what it works on.

    Args:
        host: the program.
        wish: what to make.
        at: timecode, seconds or frame of its timeline; None: its playhead, and what is selected.

    Raises:
        ItemNotFound: nothing stands there.
        UnsupportedItem, MediaMissing: what stands there cannot be worked on.
    """
    from afterframe.core.timecode import parse_time
    from afterframe_hosts.orders import Order
    from afterframe_hosts.wire.effects import effect

    frame = parse_time(at, host.rate, host.start) if at else None
    session, source = host.describe().id, effect(wish.effect).source
    if source == "gap":
        before, after = _around(host, frame)
        return Order(before, wish, None, session, after)
    if source == "frame":
        start = host.playhead() if frame is None else frame
        return Order(_under(host, start), wish, start, session)
    if frame is not None:
        return Order(host.clip_at(frame), wish, None, session)
    chosen = _selected(host)
    return Order(chosen[0] if chosen else host.clip_at(host.playhead()), wish, None, session)


def read_as(clip: Clip, taken: Clip, options: argparse.Namespace) -> Clip:
    """Return a captured clip to be read as the options say, where its medium is the shot's own."""
    from .make import reading

    if taken.media.path != clip.media.path or not hasattr(options, "layer"):
        return taken
    return replace(taken, media=replace(taken.media, **reading(options)))


def output_of(usual: Output, options: argparse.Namespace) -> Output:
    """Return where a result goes, and as what: as the program has it, but for what is said."""
    from .make import parse_size, variations

    chosen = replace(
        usual,
        format=usual.format if options.format == "auto" else options.format,
        size=parse_size(options.size) if getattr(options, "size", None) else usual.size,
        reel=getattr(options, "reel", "") or usual.reel,
        mark=options.mark and usual.mark,
        overwrite=getattr(options, "overwrite", False),
    )
    output: Path | None = options.output
    if output is None:
        return chosen
    names_folder = variations(options) and not output.suffix
    if not hasattr(options, "overwrite") or output.is_dir() or names_folder:
        return replace(chosen, folder=str(output.resolve()))
    return replace(chosen, folder="", path=str(output.resolve()))


@cache
def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _selected(host: LiveHost) -> tuple[Clip, ...]:
    from afterframe_hosts.wire.errors import NothingSelected

    try:
        return host.selection()
    except NothingSelected:
        return ()


def _under(host: LiveHost, frame: int) -> Clip:
    """Return the clip at a frame: of several the one that is selected, else the topmost."""
    from afterframe_hosts.wire.errors import UnsupportedItem

    try:
        chosen = _selected(host)
    except UnsupportedItem:  # sound, say: the picture at the playhead is meant
        chosen = ()
    return next((clip for clip in chosen if frame in clip.record_range), None) or host.clip_at(
        frame
    )


def _around(host: LiveHost, frame: int | None) -> tuple[Clip, Clip]:
    """Return two selected clips that follow each other; else those beside the nearest gap."""
    if frame is None:
        chosen = sorted(_selected(host), key=lambda clip: clip.record_range.start)
        if len(chosen) == 2 and chosen[0].record_range.end <= chosen[1].record_range.start:
            return chosen[0], chosen[1]
    return host.gap_at(host.playhead() if frame is None else frame)


def _tell(work: Work, notes: Sequence[Note], *, as_json: bool) -> int:
    """Print what came of a job; return the exit code."""
    from .make import tell

    if as_json:
        told: Any = codec.dump(work.status) if work.status else {"job": codec.dump(work.job)}
        if work.error is not None:
            from afterframe_hosts.wire.job import ErrorInfo

            told["error"] = codec.dump(ErrorInfo.of(work.error))
        placed = codec.dump(work.placed) if work.placed else None
        show.data({**told, "placed": placed, "timeline_notes": list(notes)})
    elif work.error is not None:
        show.error(work.error)
        if work.done:
            _tell_result(work.status)
    elif work.status is not None:
        tell(work.status, None, as_json=False)
    elif work.placed is not None and work.placed.path:
        print(work.placed.path, flush=True)
    return 0 if work.placed is not None else 1


def _tell_result(status: JobStatus | None) -> None:
    if status is not None and status.result is not None:
        print(status.result.path, flush=True)


def _tell_sheet(making: Run, order: Order, options: argparse.Namespace) -> int:
    """Make a contact sheet, which has no place on a timeline."""
    from afterframe_hosts.wire import discovery

    from . import follow
    from .batch import submit
    from .make import tell

    job = making.job(order, options)
    (status,) = follow.run(discovery.connect(), [job], quiet=options.json, submit=submit)
    return tell(status, None, as_json=options.json)
