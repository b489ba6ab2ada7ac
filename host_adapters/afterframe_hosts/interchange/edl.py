"""Edit decision lists (CMX3600) as the programs of today write them, and a second one with ours.

How what the list leaves open is read:

- **Rate.** A list says none. It is the one that the user gives; else 29.97 or 59.94 where the
  list counts drop-frame; else that of most of its media; else 24, 25, 30, 50 or 60 by the largest
  number of a frame in it. Which one was taken is told.
- **Start.** The timeline begins at the first event's record time.
- **Source times** are the labels that the medium's own frames carry: ``FileOptions.look`` reads
  its start timecode. Where they lie outside the medium, they are counted from its first picture
  (or, in a sequence, by the numbers of its files). A medium of another rate than the timeline's
  is labelled at its own rate, unless the lengths of the list's events show that the program had
  converted them.
- **Speed** is what ``M2`` says, with the precision of a whole percent where that fits; without
  an ``M2``, what the lengths of source and record say, but for a difference of one frame, which
  is a slip. A negative speed plays the source's stretch from its end.
- **Overlapping events**: the later one in the list was recorded over the earlier one.
- **Transitions** lie after the cut, over the head of the second event's clip.
- **Black** (reel ``BL``) is nothing. Sound alone is passed over.

OpenTimelineIO's own adapter (otio-cmx3600-adapter 1.0.0) was measured first, and is not used: it
takes no rate of 29.97 or 59.94 given as such, counts labels by their punctuation and not by the
``FCM``, refuses lists with a ``>>>`` line, with an overlap, a fade from black, events out of
order or a speed without an ``M2``, does not see a negative ``M2`` of the same length nor one with
drop-frame timecode, and loses start, names of files and markers.
"""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio

from ..wire.errors import TimelineUnreadable
from ..wire.job import Note
from .document import reason, write_whole
from .edl_list import decode, parse
from .edl_model import model_of
from .edl_write import texts
from .format import TimelineFormat


class CmxEdl(TimelineFormat):
    """A list holds one track: what is written is a second list, with our track alone.

    The list that was opened stays what the user goes on with; the new one is laid above it. Of
    several tracks of ours each has a list of its own, since a list with two is not understood.
    """

    suffixes = (".edl",)

    def read(self, path: Path) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
        """Read a list; see :meth:`TimelineFormat.read` and this module's text."""
        try:
            found = parse(decode(path.read_bytes()))
            return model_of(found, path, self.options)
        except (OSError, ValueError, ArithmeticError) as error:
            raise TimelineUnreadable(path=str(path), detail=reason(error)) from error

    def write(self, model: otio.schema.Timeline, opened: Path, target: Path) -> tuple[Note, ...]:
        """Write a list with our tracks; see :meth:`TimelineFormat.write`."""
        lists, notes = texts(model, opened, target)
        for path, text in lists:
            write_whole(path, text)
        return notes
