"""What a delivery format cannot hold of what the frames had: told, never lost silently."""

from __future__ import annotations

from fractions import Fraction

from afterframe.core.timecode import nominal
from afterframe_hosts.wire.job import Note

from .formats import DISPLAY_CURVES, HOLDS_HDR, LINEAR, UNKNOWN, DeliveryFormat
from .frame import ColourTags, HdrMetadata, MediaInfo, PixelFormat
from .picture_files import MOST_FRAMES

SUBSAMPLINGS = {(0, 0): "4:4:4", (1, 0): "4:2:2", (1, 1): "4:2:0", (0, 1): "4:4:0"}


def losses(
    made: DeliveryFormat,
    info: MediaInfo,
    rate: Fraction,
    *,
    start_timecode: str = "",
    reel: str = "",
) -> tuple[Note, ...]:
    """Return what of these frames a format does not hold, as sentences to the user.

    Args:
        made: the format.
        info: what the frames are.
        rate: of the delivery.
        start_timecode: that it should have; empty: none. Midnight is no loss: programs take it of
            what says none.
        reel: that it should have; empty: none.
    """
    stored = made.stores(info.format)
    tags = made.tags(info.format, info.colour, stored)
    found = []
    if detail := _detail(info.format, info.colour, stored, tags):
        found.append(Note("note.detail_lost", {"format": made.label, **detail}))
    if info.format.alpha and not stored.alpha:
        found.append(Note("note.alpha_lost", {"format": made.label}))
    if unsaid := _unsaid(info.colour, tags):
        found.append(Note("note.tags_lost", {"format": made.label, "tags": ", ".join(unsaid)}))
    if info.hdr and not _says_hdr(made, info.hdr):
        found.append(Note("note.hdr_metadata_lost", {"format": made.label}))
    if start_timecode.strip("0:;") and not _says_timecode(made, rate):
        told = {"format": made.label, "timecode": start_timecode}
        found.append(Note("note.timecode_lost", told))
    if reel and made.container == "tiff":
        found.append(Note("note.reel_lost", {"format": made.label, "reel": reel}))
    return tuple(found)


def _detail(
    source: PixelFormat, colour: ColourTags, stored: PixelFormat, tags: ColourTags
) -> dict[str, str]:
    """Return what fewer bits or samples the file has; empty: as many or more."""
    if source.floating and not stored.floating:
        return {"was": "floating point", "now": f"{stored.depth} bits"}
    fewer_bits = not stored.floating and stored.depth < source.depth
    yuv = source.model == "yuv"
    narrower = yuv and colour.full_range and not tags.full_range and stored.depth <= source.depth
    full = source.model == "rgb" or (yuv and source.subsampling == (0, 0))
    thinner = stored.model == "yuv" and (
        stored.subsampling != (0, 0)
        if full
        else yuv and any(a > b for a, b in zip(stored.subsampling, source.subsampling, strict=True))
    )
    if not (fewer_bits or narrower or thinner):
        return {}
    return {
        "was": _words(source, colour.full_range and narrower),
        "now": _words(stored, full=False),
    }


def _words(pixels: PixelFormat, full: bool) -> str:
    kind = SUBSAMPLINGS.get(pixels.subsampling, "YUV") if pixels.model == "yuv" else pixels.model
    depth = f"{pixels.depth} bits"
    return " ".join([depth, kind.replace("rgb", "RGB"), *(["full range"] if full else [])])


def _unsaid(source: ColourTags, stored: ColourTags) -> list[str]:
    """Return the tags that are not said any more, by their code points of ITU-T H.273."""
    found = []
    if source.primaries not in (0, UNKNOWN, stored.primaries):
        found.append(f"primaries {source.primaries}")
    display = DISPLAY_CURVES | {LINEAR, 0, UNKNOWN}
    if source.transfer not in display and stored.transfer != source.transfer:
        found.append(f"transfer {source.transfer}")
    if source.matrix not in (0, UNKNOWN) and stored.matrix == UNKNOWN:
        found.append(f"matrix {source.matrix}")
    return found


def _says_hdr(made: DeliveryFormat, hdr: HdrMetadata) -> bool:
    """Tell whether all of it can be said: boxes and messages want a mastering display whole."""
    parts = (hdr.primaries, hdr.white, hdr.luminance)
    return made.container in HOLDS_HDR and (all(parts) or not any(parts))


def _says_timecode(made: DeliveryFormat, rate: Fraction) -> bool:
    if made.kind == "movie":
        return True
    return made.container == "openexr" and nominal(rate) <= MOST_FRAMES
