"""Timeline files on the command line, through whichever adapter reads them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from afterframe.core.timecode import parse_time
from afterframe.errors import AfterframeError
from afterframe_hosts.base import FileHost, FileOptions, Host, MediumFacts

if TYPE_CHECKING:
    import argparse

    from afterframe_hosts.wire.client import Client
    from afterframe_hosts.wire.clip import Clip, Media
    from afterframe_hosts.wire.job import JobStatus


def open_timeline(path: Path, options: FileOptions | None = None) -> FileHost | None:
    """Return the open timeline when some host adapter reads such files, else None.

    Raises:
        TimelineUnreadable: it should be a timeline, but is not one.
    """
    adapter = adapter_of(path)
    return adapter.open(path, options or FileOptions(look=look)) if adapter else None


def adapter_of(path: Path) -> type[FileHost] | None:
    """Return the adapter that opens files of such a name, None where none does."""
    for entry in entry_points(group="afterframe.hosts"):
        adapter: type[Host] = entry.load()
        if issubclass(adapter, FileHost) and path.suffix.lower() in adapter.suffixes:
            return adapter
    return None


def options_of(options: argparse.Namespace) -> FileOptions:
    """Return what the command line says of a timeline file; see ``make.add_timeline_options``.

    Raises:
        BadValue: the rate is none.
    """
    from .make import parse_rate

    rate = parse_rate(options.rate) if options.rate else None
    return FileOptions(rate, options.media, options.otio_for, look)


def look(media: Media) -> MediumFacts | None:
    """Read what a medium says of itself, None where it cannot be read: a job will tell why."""
    from afterframe.media.source import probe

    try:
        info = probe(media)
    except AfterframeError:
        return None
    return MediumFacts(info.rate, info.frames, info.start_timecode)


def write_sample(
    path: Path, movie: Path, frames: int, rate: Fraction, playhead: int, media_start: int
) -> None:
    """Write a small edit of one movie, its playhead so many frames after its start."""
    adapter = adapter_of(path)
    if adapter is None:
        raise ValueError(f"no adapter writes {path.suffix}")
    adapter.write_sample(path, movie, frames, rate, playhead, media_start)


def clip_at(timeline: FileHost, at: str | None) -> tuple[Clip, int]:
    """Return the clip under the playhead, and the playhead in timeline frames.

    Args:
        timeline: as :func:`open_timeline` gives it.
        at: timecode, seconds or frame; None: the timeline's own playhead.
    """
    frame = timeline.playhead()
    if at:
        frame = parse_time(at, timeline.rate, timeline.start)
    return timeline.clip_at(frame), frame


def gap_at(timeline: FileHost, at: str | None) -> tuple[Clip, Clip]:
    """Return the clips around the gap, or cut, nearest to the playhead; see :func:`clip_at`."""
    frame = parse_time(at, timeline.rate, timeline.start) if at else timeline.playhead()
    return timeline.gap_at(frame)


def place(timeline: FileHost, client: Client, statuses: Sequence[JobStatus]) -> Path | None:
    """Write the timeline with the results on a new track; None where no job was done."""
    done = [status for status in statuses if status.state == "done"]
    for status in done:
        placed = timeline.place(status)
        client.deliver(status.job.id, "placed", placed.item)
    return timeline.save() if done else None
