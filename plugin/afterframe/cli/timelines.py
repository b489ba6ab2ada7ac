"""Timeline files on the command line, through whichever adapter reads them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from afterframe.core.timecode import parse_time
from afterframe_hosts.base import FileHost, Host

if TYPE_CHECKING:
    from afterframe_hosts.wire.client import Client
    from afterframe_hosts.wire.clip import Clip
    from afterframe_hosts.wire.job import JobStatus


def open_timeline(path: Path) -> FileHost | None:
    """Return the open timeline when some host adapter reads such files, else None.

    Raises:
        TimelineUnreadable: it should be a timeline, but is not one.
    """
    adapter = _adapter(path)
    return adapter.open(path) if adapter else None


def write_sample(
    path: Path, movie: Path, frames: int, rate: Fraction, playhead: int, media_start: int
) -> None:
    """Write a small edit of one movie, its playhead so many frames after its start."""
    adapter = _adapter(path)
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


def place(timeline: FileHost, client: Client, statuses: Sequence[JobStatus]) -> Path | None:
    """Write the timeline with the results on a new track; None where no job was done."""
    done = [status for status in statuses if status.state == "done"]
    for status in done:
        placed = timeline.place(status)
        client.deliver(status.job.id, "placed", placed.item)
    return timeline.save() if done else None


def _adapter(path: Path) -> type[FileHost] | None:
    for entry in entry_points(group="afterframe.hosts"):
        adapter: type[Host] = entry.load()
        if issubclass(adapter, FileHost) and path.suffix.lower() in adapter.suffixes:
            return adapter
    return None
