"""Timeline files as a host: a timeline in, the same timeline with a new track out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from ..base import FileHost, FileOptions, Placed, Query, nearest_gap
from ..wire.clip import Clip, Span
from ..wire.errors import (
    AfterframeError,
    CaptureFailed,
    ItemGone,
    ItemNotFound,
    MediaMissing,
    NothingSelected,
    PlaceFailed,
    PlayheadOutside,
    UnsupportedItem,
)
from ..wire.job import JobStatus, Note, new_id
from ..wire.session import HostSession
from .document import FOLDER, next_version, source_of, write_whole
from .format import TimelineFormat
from .formats import SUFFIXES, format_of
from .media import lacking
from .place import with_result
from .sample import sample_timeline
from .timeline import Item, ours_of, picture_tracks, survey
from .times import nearest, seconds


class InterchangeHost(FileHost):
    """One open timeline file.

    The file itself is never changed: :meth:`save` writes the timeline with its new tracks beside
    it, under a name that was never used.

    Attributes:
        suffixes: of the files that this host opens.
        path: absolute, of the file.
        rate: frames a second of the timeline.
        start: first timeline frame (86400 for 01:00:00:00 at 24 frames a second).
        end: the frame after the last.
    """

    suffixes = SUFFIXES

    def __init__(self, path: Path, form: TimelineFormat) -> None:
        """Open the file at an absolute path; see :meth:`open`."""
        self.path = path
        self._id = new_id()
        self._format = form
        model, self._read_notes = form.read(path)
        self._write_notes: tuple[Note, ...] = ()
        self._model = model
        self._edit = survey(model, path)
        self.rate, self.start, self.end = self._edit.rate, self._edit.start, self._edit.end
        self._playhead = self._said_playhead()

    @classmethod
    def open(cls, path: Path, options: FileOptions | None = None) -> InterchangeHost:
        """Open a timeline file; see :meth:`FileHost.open`.

        Raises:
            TimelineUnreadable: it is not one.
        """
        whole = path.absolute()
        return cls(whole, format_of(whole, options or FileOptions()))

    @staticmethod
    def write_sample(
        path: Path, movie: Path, frames: int, rate: Fraction, playhead: int, media_start: int
    ) -> None:
        """Write a small edit of one movie to show and to test with; see ``sample_timeline``."""
        sample = sample_timeline(movie, frames, rate, playhead, media_start)
        write_whole(path, sample.to_json_string(indent=4) + "\n")

    @staticmethod
    def source_of(path: Path) -> Path | None:
        """Return what a timeline of ours was made from; see :meth:`FileHost.source_of`."""
        return source_of(path)

    def describe(self) -> HostSession:
        """Return which file is open."""
        return HostSession(
            id=self._id,
            host="interchange",
            version=otio.__version__,
            document=str(self.path),
            name=self._edit.name,
            capabilities=("selection", "capture", "place", "reveal"),
        )

    def playhead(self) -> int:
        """Return the playhead that the file says in ``metadata.afterframe``, else its start."""
        return self._playhead

    def selection(self) -> tuple[Clip, ...]:
        """Return the clip under the playhead: a file knows no other selection."""
        try:
            return (self.clip_at(self._playhead),)
        except (ItemNotFound, PlayheadOutside) as error:
            raise NothingSelected() from error

    def clips(self, query: Query) -> tuple[Clip, ...]:
        """Return the clips meant, in the order of time; of a moment, the bottom track first.

        ``all`` leaves out what we made ourselves. A clip whose medium is not there is among them;
        :meth:`problems` tells of it.
        """
        found = sorted(self._found(query), key=lambda item: (item.span.start, item.track))
        return tuple(item.clip for item in found if item.clip)

    def problems(self, query: Query) -> tuple[AfterframeError, ...]:
        """Return why clips that are meant cannot be worked on: no medium, no picture."""
        return tuple(item.problem for item in self._found(query) if item.problem)

    def clip_at(self, frame: int) -> Clip:
        """Return the topmost clip at a timeline frame, seen through titles and other generators.

        Raises:
            PlayheadOutside: the timeline does not reach there.
            ItemNotFound: it has nothing there.
            UnsupportedItem: what is there has no picture that we can work on.
            MediaMissing: its medium is not where it should be.
        """
        if not self.start <= frame < self.end:
            raise PlayheadOutside(
                frame=frame, first=self.start, last=self.end - 1, clip=self._edit.name
            )
        item = self._topmost(frame)
        if item is None:
            raise ItemNotFound(path=str(self.path), item=f"at frame {frame}")
        if item.problem or item.clip is None:
            raise item.problem or ItemNotFound(path=str(self.path), item=item.name)
        return item.clip

    def gap_at(self, frame: int) -> tuple[Clip, Clip]:
        """Return the clips around the gap or cut nearest to a frame; see ``base.Timeline``."""
        numbers = sorted({item.track for item in self._edit.items}, reverse=True)
        found = nearest_gap(map(self._shots, numbers), frame)
        if found is None:
            raise ItemNotFound(path=str(self.path), item=f"beside another at frame {frame}")
        return found

    def destination(self) -> Path:
        """Return the folder ``Afterframe`` beside the file."""
        return self.path.parent / FOLDER

    def capture(self, clip: Clip, frames: Span, folder: Path, *, seen: bool = False) -> Clip:
        """Return the clip as it is: its media frames are known, and a file renders nothing."""
        item = self._same(clip)
        if item is None or item.clip != clip:
            raise ItemGone(item=clip.name)
        if not (frames.start in clip.record_range and frames.end - 1 in clip.record_range):
            span = clip.record_range
            outside = frames.start if frames.start not in span else frames.end - 1
            raise PlayheadOutside(
                frame=outside, first=span.start, last=span.end - 1, clip=clip.name
            )
        gone = lacking(clip.media, max(0, clip.media_range.start))
        if gone:
            raise MediaMissing(path=str(gone))
        if seen:
            raise CaptureFailed(item=clip.name, detail="a timeline file holds no graded pictures")
        return clip

    def place(self, status: JobStatus) -> Placed:
        """Put a finished job's result on an Afterframe track; :meth:`save` writes it."""
        standing = self.placed(status.job.id)
        if standing:
            return standing
        if self._same(status.job.clip) is None:
            raise ItemGone(item=status.job.clip.name)
        model = with_result(self._model, self._edit, status, self.path.parent)
        self._model, self._edit = model, survey(model, self.path, self._edit)
        self.end = self._edit.end
        placed = self.placed(status.job.id)
        if placed is None:
            path = status.result.path if status.result else status.job.clip.name
            raise PlaceFailed(path=path, detail="it is not on the timeline after it was placed")
        return placed

    def placed(self, job: str) -> Placed | None:
        """Return where the result of a job stands, None where it does not."""
        for item in self._edit.items:
            if job and item.job == job:
                track = picture_tracks(self._model)[item.track - 1]
                return Placed(item.id, item.name, track.name, item.span)
        return None

    def reveal(self, item: str) -> None:
        """Set the playhead to an item's first frame; the file does not remember it."""
        for each in self._edit.items:
            if each.id == item:
                self._playhead = each.span.start
                return
        raise ItemGone(item=item)

    def notes(self) -> tuple[Note, ...]:
        """Return what reading could not understand, and what :meth:`save` could not say."""
        return self._read_notes + self._write_notes

    def save(self) -> Path:
        """Write the timeline with its new tracks; return the path of the new file.

        Raises:
            PlaceFailed: nothing can be written beside the file that was opened.
        """
        path = next_version(self.path, self._format.suffixes[0])
        self._write_notes = self._format.write(self._model, self.path, path)
        return path

    def _found(self, query: Query) -> list[Item]:
        if query.kind == "selected":
            under = self._topmost(self._playhead)
            return [under] if under else []
        return [item for item in self._edit.items if _fits(item, query)]

    def _shots(self, track: int) -> list[Clip | None]:
        """Return the clips of one track in the order of time, None for what has no picture."""
        there = [item for item in self._edit.items if item.track == track and not item.job]
        return [item.clip for item in there]

    def _topmost(self, frame: int) -> Item | None:
        """Return the topmost item with pictures at a frame, else the topmost one."""
        there = [item for item in reversed(self._edit.items) if frame in item.span]
        pictures = (item for item in there if not isinstance(item.problem, UnsupportedItem))
        return next(pictures, there[0] if there else None)

    def _same(self, clip: Clip) -> Item | None:
        """Return the item that a clip came from, unless the file has another one in its place."""
        for item in self._edit.items:
            if item.id == clip.item and clip.document == str(self.path):
                same = item.clip is not None and item.span == clip.record_range
                return item if same else None
        return None

    def _said_playhead(self) -> int:
        time = ours_of(self._model).get("playhead")
        if isinstance(time, otio.opentime.RationalTime) and time.rate > 0:
            return nearest(seconds(time) * self.rate)
        return self.start


def _fits(item: Item, query: Query) -> bool:
    if query.kind == "channel":
        return item.track == int(query.value)
    if query.kind == "color":
        return item.colour.casefold() == query.value.casefold()
    if query.kind == "name":
        return query.fits(item.name)
    return not item.job
