"""Final Cut Pro's XML (``fcpxml``, 1.8 to 1.13, and the bundle ``fcpxmld``), Resolve's too.

Read by ourselves: OpenTimelineIO's adapter (``otio-fcpx-xml-adapter`` 1.0.0), measured on Final
Cut Pro's and our own files, takes 23.976 frames a second for 23 and 29.97 for 29; cuts times off,
so that clips are a frame short and begin a frame early; and leaves out ``tcStart``, ``enabled``,
``timeMap``, ``conform-rate``, multicam clips, and media named in ``media-rep``.

How the format counts (Apple, FCPXML Reference, "Story Elements" and the DTD of 1.10): all times
are seconds as fractions. An element stands at ``offset`` of its parent's local time and shows its
own local time from ``start`` on; local time is the medium's or the nested sequence's, with its
start timecode. ``timeMap`` leads from local time to the medium's. ``lane`` is the order of clips
that are connected to others, above 0 over them; without one an element is part of its parent.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import opentimelineio as otio

from ..wire.errors import PlaceFailed, TimelineUnreadable
from ..wire.job import Note
from . import fcpx_write
from .fcpx_story import Story
from .format import TimelineFormat
from .markup import Element, Markup, read_markup

_INFO = "Info.fcpxml"


class FinalCutXml(TimelineFormat):
    """Files with one project; a bundle is a folder with such a file."""

    suffixes = (".fcpxml", ".fcpxmld")

    def read(self, path: Path) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
        """Read a project's pictures; its sound is not in the model, and stays in the file."""
        markup = _markup(path)
        try:
            story = Story(markup, chosen_project(markup), _inside(path))
            model = story.timeline()
        except (ValueError, ArithmeticError) as error:
            raise TimelineUnreadable(path=str(path), detail=str(error)) from error
        curves = story.curves
        notes = (Note("note.interchange_speed_curves", {"count": curves}),) if curves else ()
        return model, notes

    def write(self, model: otio.schema.Timeline, opened: Path, target: Path) -> tuple[Note, ...]:
        """Add our clips to the file that was read, connected to what stands under them."""
        markup = _markup(opened)
        bundle = opened if opened.is_dir() else None
        try:
            story = Story(markup, chosen_project(markup), _inside(opened))
            return fcpx_write.write(model, markup, story, bundle, target)
        except (ValueError, ArithmeticError) as error:
            raise PlaceFailed(path=str(target), detail=str(error)) from error


def chosen_project(markup: Markup) -> Element:
    """Return the project that is meant.

    Raises:
        ValueError: there is none, or several; the message names them.
    """
    found = [each for each in markup.root.walk() if each.tag == "project" and each.at("sequence")]
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValueError("it holds no project")
    names = ", ".join(each.attributes.get("name", "unnamed") for each in found[:8])
    raise ValueError(f"it holds {len(found)} projects ({names}); export the one you mean by itself")


def _markup(path: Path) -> Markup:
    return read_markup(path / _INFO if path.is_dir() else path, "fcpxml")


def _inside(path: Path) -> str:
    """Return what stands before a relative URL of the file, seen from the file's folder."""
    return quote(path.name) + "/" if path.is_dir() else ""
