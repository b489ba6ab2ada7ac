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


def format_of(path: Path, options: FileOptions) -> TimelineFormat:
    """Return the format of a file, by its suffix.

    Raises:
        ValueError: no format has this suffix.
    """
    for each in _FORMATS:
        if path.suffix.lower() in each.suffixes:
            return each(options)
    raise ValueError(f"no timeline format has the suffix {path.suffix}")
