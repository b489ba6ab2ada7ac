"""What a format of timeline files is, to the adapter: read into one model, written from it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import opentimelineio as otio

from ..base import FileOptions
from ..wire.job import Note


class TimelineFormat(ABC):
    """One format of timeline files.

    The model is OpenTimelineIO's: whatever the file says of ranges, speeds, nests and start time
    stands in it as ``timeline.survey`` reads it. What the model cannot hold is not lost when the
    file is written again: a format that knows more than the model begins with the file that was
    opened, and adds our tracks to it.

    Attributes:
        suffixes: of its files, lower case, with their dots; the first is written.
        options: what the user says of a file, and of the file that is to be written.
    """

    suffixes: ClassVar[tuple[str, ...]]

    def __init__(self, options: FileOptions) -> None:
        self.options = options

    @abstractmethod
    def read(self, path: Path) -> tuple[otio.schema.Timeline, tuple[Note, ...]]:
        """Read a file; return its timeline and what could not be read of it.

        Raises:
            TimelineUnreadable: missing, damaged, or something other than one timeline.
        """

    @abstractmethod
    def write(self, model: otio.schema.Timeline, opened: Path, target: Path) -> tuple[Note, ...]:
        """Write the timeline with our tracks, whole under its name or not at all.

        Args:
            model: as :meth:`read` gave it, and the tracks of ours (those with the metadata key
                ``timeline.OURS``) above.
            opened: the file that was read; it is not changed.
            target: a new name with the first of ``suffixes``.

        Returns:
            What the format cannot say of our tracks, or of the rest.

        Raises:
            PlaceFailed: the folder does not take it.
        """
