"""Final Cut Pro 7's XML (``xmeml``), as Premiere, Resolve and many others write it.

Read by ourselves: OpenTimelineIO's adapter (``otio-fcp-adapter`` 1.0.0), measured on Premiere's
and our own files, keeps "Time Remap" as an effect that it does not know, so that retimed, reversed
and frozen clips show wrong frames; passes over ``pproTicksIn``, the only exact place of a cut in a
medium of another rate, and over ``cutPointTicks``; does not tell drop-frame timecode.

How the format counts (Apple, Final Cut Pro XML Interchange Format, "Timing Values"; Premiere):

- ``start`` and ``end`` are frames of the sequence, from its first as 0; -1 says that there is a
  transition, and the cut lies in it.
- ``in`` and ``out`` are frames of the clip at the clip's own ``rate``, from the medium's first
  picture as 0, whatever timecode it has. With a speed they count frames as they are played, and
  the curve ``graphdict`` says which frame of the medium is due at which of these; some programs
  write frames of the medium instead, which shows in their distance.
- Under a transition ``in`` is what is due when it begins.
"""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from ..wire.errors import PlaceFailed, TimelineUnreadable
from ..wire.job import Note
from . import fcp7_write
from .fcp7_sequence import Reader, chosen_sequence
from .format import TimelineFormat
from .markup import read_markup


class Fcp7Xml(TimelineFormat):
    """Files with one sequence, or with one that is not part of another."""

    suffixes = (".xml",)

    def read(self, path: Path) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
        """Read a sequence's pictures; its sound is not in the model, and stays in the file."""
        markup = read_markup(path, "xmeml")
        try:
            reader = Reader(markup)
            sequence = chosen_sequence(markup)
            model = reader.timeline(sequence)
        except (ValueError, ArithmeticError) as error:
            raise TimelineUnreadable(path=str(path), detail=str(error)) from error
        curves = reader.curves
        notes = (Note("note.interchange_speed_curves", {"count": curves}),) if curves else ()
        return model, notes

    def write(self, model: otio.schema.Timeline, opened: Path, target: Path) -> tuple[Note, ...]:
        """Add our clips to the file that was read, on tracks above all others."""
        markup = read_markup(opened, "xmeml")
        try:
            return fcp7_write.write(model, markup, chosen_sequence(markup), target)
        except ValueError as error:
            raise PlaceFailed(path=str(target), detail=str(error)) from error
