"""Pictures of clips, rendered by Resolve itself where the file alone does not give them.

One frame is exported as a still from under the playhead; a range is rendered by a job of our own
in the queue, and by stills where the queue gives nothing. Both are pictures as seen: Resolve shows
an item only with its grade and transform, and with what lies above it.

The Deliver page keeps settings that nobody can read (S20): before they are touched they are saved
as a render preset under a name of ours, and loaded from there afterwards. One that is found there
was left by a Resolve or a door that ended in the middle.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from ..wire.clip import Clip, Media, Span
from ..wire.errors import CaptureFailed, ItemGone, PlayheadOutside
from ..wire.job import Note
from . import api, aside, deliver, quicktime, timeline
from .aside import Tell, Work, silent, sure
from .calls import HOST

STILLS = ("png", "dpx", "tif")
"""Suffixes in which a still is asked for, in this order: the suffix says the format."""
SIGNATURES = (b"\x89PNG", b"SDPX", b"XPDS", b"II*\0", b"MM\0*")
"""With which the files of those begin."""
MOST_STILLS = 48
"""Frames that are taken one by one where no render job is to be had."""
PLAYS = 0.1
"""Seconds in which the playhead of a timeline that plays goes on by at least a frame."""
MOST_VOLUMES = 3
"""Places of Resolve's own media storage in which a render is tried."""
WRITTEN = 0.5
"""Seconds that a still may take to be on the disk after Resolve has said so."""

AS_SEEN = {
    "made": "note.resolve_as_seen_made",
    "nested": "note.resolve_as_seen_nested",
    "rate": "note.resolve_as_seen_rate",
    "retimed": "note.resolve_as_seen_retimed",
}
"""What is told of a clip that its file does not give, by why; see ``timeline.why_inexact``."""


@dataclass(frozen=True)
class _Shot:
    """What is captured: a clip as it is now, on its timeline, into a folder."""

    resolve: api.Resolve
    edit: timeline.Edit
    clip: Clip
    frames: Span
    folder: Path

    def failed(self, detail: str) -> CaptureFailed:
        """Return the error that says why there is no picture."""
        return CaptureFailed(item=self.clip.name, detail=detail)


def capture(
    resolve: api.Resolve,
    clip: Clip,
    frames: Span,
    folder: Path,
    *,
    seen: bool,
    tell: Tell = silent,
) -> Clip:
    """Return a clip whose medium gives these timeline frames; see ``base.Capture``.

    Args:
        resolve: the program.
        clip: as this host gave it.
        frames: that are wanted.
        folder: for pictures; exists.
        seen: as seen, also where the file would give them.
        tell: gets what the user should know beside.

    Raises:
        ItemGone, PlayheadOutside, MediaMissing: nothing can be captured.
        CaptureFailed: Resolve is busy, or gave no picture.
        HostUnrestored: likewise, and some of its state could not be put back.
        HostUnreachable, HostStuck: it does not answer.
    """
    with aside.kept(resolve, tell) as work:
        shot, is_exact = _shot(resolve, clip, frames, folder)
        if is_exact and not seen:
            return shot.clip
        media = _pictures(shot, work)
    if not seen:
        why = timeline.why_inexact(*_find(resolve, clip))
        tell(Note(AS_SEEN.get(why, "note.resolve_as_seen"), {"clip": shot.clip.name}))
    return replace(
        shot.clip,
        media=media,
        media_range=Span(0, frames.duration),
        record_range=frames,
        speed=Fraction(1),
        phase=Fraction(0),
    )


def fluent(resolve: api.Resolve, clip: Clip) -> Clip | None:
    """Return a clip of another rate with all its pictures; None: of no other, or retimed.

    Raises:
        ItemGone, PlayheadOutside, MediaMissing, HostUnreachable: see :func:`capture`.
    """
    shot, is_exact = _shot(resolve, clip, clip.record_range, Path())
    return shot.clip if not is_exact and timeline.is_even(*_find(resolve, clip)) else None


def _shot(resolve: api.Resolve, clip: Clip, frames: Span, folder: Path) -> tuple[_Shot, bool]:
    """Return what is captured, and whether its file gives it."""
    edit, item = _find(resolve, clip)
    now = timeline.read_clip(edit, item)
    for frame in (frames.start, frames.end - 1):
        if frame not in now.record_range:
            span = now.record_range
            raise PlayheadOutside(frame=frame, first=span.start, last=span.end - 1, clip=now.name)
    timeline.check_media(edit, item)
    return _Shot(resolve, edit, now, frames, folder), timeline.is_exact(edit, item)


def _find(resolve: api.Resolve, clip: Clip) -> tuple[timeline.Edit, api.TimelineItem]:
    """Return the item of a clip; that it is gone is believed when it is told twice."""
    try:
        return timeline.find_item(resolve, clip.item, clip.record_range.start)
    except ItemGone:
        return timeline.find_item(resolve, clip.item, clip.record_range.start)


def _pictures(shot: _Shot, work: Work) -> Media:
    project, line = shot.edit.project, shot.edit.timeline
    if project.IsRenderingInProgress():
        raise shot.failed(f"{HOST} is rendering; try again when that has ended")
    aside.watch_page(work, shot.resolve)
    if sure(shot.resolve.GetCurrentPage) not in aside.TELLS_TIME:
        aside.open_page(shot.resolve, "edit")
    aside.watch_timeline(work, project)
    if _is_playing(project):
        raise shot.failed("the timeline is playing; stop it, then try again")
    if not aside.make_current(work, project, line):
        raise shot.failed("its timeline cannot be opened")
    if shot.frames.duration == 1:
        return Media("still", str(_still(shot, shot.frames.start, "still")))
    return _rendered(shot, work) or _stills(shot)


def _is_playing(project: api.Project) -> bool:
    current = sure(project.GetCurrentTimeline)
    if current is None:
        return False
    before = sure(current.GetCurrentTimecode)
    time.sleep(PLAYS)
    return sure(current.GetCurrentTimecode) != before


def _still(shot: _Shot, frame: int, name: str) -> Path:
    """Export one frame; where it does not come on the page that is shown, then on others."""
    pages: tuple[api.Page | None, ...] = (None, "edit", "color")
    for page in pages:
        if page is not None and not aside.open_page(shot.resolve, page):
            continue
        if not _go(shot, frame):
            continue
        for suffix in STILLS:
            path = shot.folder / f"{name}.{suffix}"
            path.unlink(missing_ok=True)
            said = shot.edit.project.ExportCurrentFrameAsStill(str(path))
            if _is_picture(path, WRITTEN if said else 0.0):
                return path
            path.unlink(missing_ok=True)
    raise shot.failed("it exports no still")


def _go(shot: _Shot, frame: int) -> bool:
    """Move the playhead to a frame; return whether it is there."""
    line, clock = shot.edit.timeline, shot.edit.clock
    for _ in range(2):
        if clock.frame(sure(line.GetCurrentTimecode) or "") == frame:
            return True
        line.SetCurrentTimecode(clock.label(frame))
    return clock.frame(sure(line.GetCurrentTimecode) or "") == frame


def _is_picture(path: Path, patience: float) -> bool:
    """Return whether a picture has been written; its beginning says what it is."""
    until = time.monotonic() + patience
    while True:
        with suppress(OSError), path.open("rb") as file:
            if file.read(4) in SIGNATURES:
                return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)


def _stills(shot: _Shot) -> Media:
    """Export each frame, where that is bearable."""
    count = shot.frames.duration
    if count > MOST_STILLS:
        raise shot.failed("its render queue takes no job of ours")
    files = [_still(shot, shot.frames.start + n, f"picture.{n + 1:06d}") for n in range(count)]
    suffixes = {file.suffix for file in files}
    if len(suffixes) > 1:
        raise shot.failed("its stills are of several kinds")
    return Media("sequence", str(shot.folder / f"picture.######{suffixes.pop()}"), 1)


def _rendered(shot: _Shot, work: Work) -> Media | None:
    """Render the range by a job of our own, in the first kind of file that comes out right."""
    page = deliver.keep(shot.edit.project, shot.edit.timeline, work)
    folders = [shot.folder]
    if page is None:
        return None
    for format, codec in deliver.choices(shot.edit.project):
        written = None
        while written is None and folders:
            wish = deliver.Wish(shot.frames, shot.edit.rate, shot.edit.size, folders[0])
            try:
                written = deliver.render(page, wish, format, codec)
            except deliver.Stopped as error:
                raise shot.failed(str(error)) from error
            if written is None:
                folders = folders[1:] if folders[0] != shot.folder else _elsewhere(shot, work)
        if written is None:
            return None
        media = _found(shot, folders[0], format) if written else None
        if media is not None:
            return media
        _discard(shot.folder)
    return None


def _elsewhere(shot: _Shot, work: Work) -> list[Path]:
    """Make folders of ours, for a while, where Resolve may write."""
    storage = sure(shot.resolve.GetMediaStorage)
    volumes = sure(storage.GetMountedVolumeList) if storage is not None else ()
    made: list[Path] = []
    for volume in volumes[:MOST_VOLUMES]:
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="afterframe-", dir=str(volume)))
            made.append(folder)
            work.view.add(
                f"the folder {folder}", partial(_is_gone, folder), partial(shutil.rmtree, folder)
            )
    return made


def _is_gone(folder: Path) -> bool:
    return not folder.exists()


def _found(shot: _Shot, folder: Path, format: str) -> Media | None:
    """Return what a job has written, where it is as many pictures as were asked for."""
    files = sorted(folder.glob(f"{deliver.NAME}*.{format}"))
    if folder != shot.folder:
        files = [Path(shutil.move(file, shot.folder / file.name)) for file in files]
    count = shot.frames.duration
    if format == "mov":
        whole = len(files) == 1 and quicktime.pictures(files[0]) == count
        return Media("movie", str(files[0])) if whole else None
    runs = [re.fullmatch(rf"(.*?)(\d+)\.{format}", file.name) for file in files]
    numbers = [int(run[2]) for run in runs if run]
    if len(numbers) != count or numbers[-1] - numbers[0] != count - 1:
        return None
    run = runs[0]
    assert run is not None  # as many as files
    marks = "#" * len(run[2])
    return Media("sequence", str(shot.folder / f"{run[1]}{marks}.{format}"), numbers[0])


def _discard(folder: Path) -> None:
    for file in folder.glob(f"{deliver.NAME}*"):
        with suppress(OSError):  # Windows: still open in Resolve
            file.unlink()
