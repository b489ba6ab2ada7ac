"""Open a medium and read its pictures, by number and exact to the frame."""

from __future__ import annotations

from pathlib import Path

from afterframe.errors import UnknownLayer
from afterframe_hosts.wire.clip import STILL_SUFFIXES, Media

from .base import Source, check_file
from .frame import MediaInfo

__all__ = ["Source", "open_media", "probe"]


def open_media(media: Media) -> Source:
    """Return a medium's pictures; close it when done (``with open_media(media) as source``).

    A picture that is called a movie is read as the still that it is.

    Raises:
        MediaMissing: it is not there.
        MediaUnreadable: it is no picture that we can decode, or damaged, or not permitted.
        NoPicture: it has sound only, or no frame.
        UnknownLayer: it has no such layer.
    """
    if media.kind == "movie" and not _is_picture(Path(media.path)):
        from .movie import MovieSource

        check_file(media.path)
        if media.layer:
            raise UnknownLayer(path=media.path, layer=media.layer, known="none, in a movie")
        return MovieSource(media)
    if media.kind == "sequence":
        from .sequence import SequenceSource

        return SequenceSource(media)
    from .stills import StillSource

    check_file(media.path)
    return StillSource(media)


def _is_picture(path: Path) -> bool:
    """Tell whether a file holds one picture. FFmpeg's reader of such PNG files can end the process
    when it is collected."""
    from .clip import is_animated

    return path.suffix.lower() in STILL_SUFFIXES and not is_animated(path)


def probe(media: Media) -> MediaInfo:
    """Return what a medium is, decoding its first picture only; errors as ``open_media``."""
    with open_media(media) as source:
        return source.info
