"""Which formats of timeline files there are, and which one a file is of."""

from __future__ import annotations

from pathlib import Path

from ..base import FileOptions
from .edl import CmxEdl
from .fcp7 import Fcp7Xml
from .fcpx import FinalCutXml
from .format import TimelineFormat
from .otio_file import OtioFile

_FORMATS: tuple[type[TimelineFormat], ...] = (OtioFile, CmxEdl, Fcp7Xml, FinalCutXml)
SUFFIXES = tuple(suffix for each in _FORMATS for suffix in each.suffixes)
"""Of the files that can be opened, lower case, with their dots."""
_HEAD = 4096
"""Bytes within which a document's root begins; without zeros, in UTF-16 too."""


def format_of(path: Path, options: FileOptions) -> TimelineFormat:
    """Return the format of a file, by its suffix; Final Cut's may be called ``.xml`` too.

    Raises:
        ValueError: no format has this suffix.
    """
    suffix = path.suffix.lower()
    if suffix in Fcp7Xml.suffixes and _is_final_cut(path):
        return FinalCutXml(options)
    for each in _FORMATS:
        if suffix in each.suffixes:
            return each(options)
    raise ValueError(f"no timeline format has the suffix {path.suffix}")


def _is_final_cut(path: Path) -> bool:
    """Say whether a file's root is an ``fcpxml``; what cannot be read, its reader tells of."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).replace(b"\0", b"")
    except OSError:
        return False
    return b"<fcpxml" in head
