"""Pictures, through OpenImageIO."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

from afterframe.errors import MediaUnreadable, UnknownLayer
from afterframe_hosts.wire.clip import FASTEST, Media
from afterframe_hosts.wire.job import Note
from afterframe_hosts.wire.rates import nearest_rate

from .base import Source, check_index
from .frame import ColourTags, Frame, MediaInfo, PixelFormat, Plane
from .icc import chromaticities_of_profile
from .layers import Layer, layers_of, main_layer
from .png_damage import BREAKS_OFF, png_damage
from .primaries import UNKNOWN, code_of, code_of_space, linear_space_of
from .undecodable import check_picture

LINEAR_FORMATS = frozenset({"openexr", "hdr"})
"""File formats whose samples are scene-linear where the file does not say otherwise."""
DEEPEST = {"uint8": 8, "uint16": 16, "half": 16, "float": 32}
SRGB, LINEAR = 13, 8
"""Code points of the transfer function (H.273)."""
COLOUR_CHANNELS = 3
DROP_FRAME = 1 << 6
"""The flag in the first word of a timecode (SMPTE ST 12-1)."""
REEL_NAMES = ("reelName", "interim.clip.reelName")
"""What OpenEXR's standard attributes call the reel, and what graders' programs write."""
LOG_CURVES = frozenset({"Printing density", "Logarithmic"})
"""Of film scans (SMPTE ST 268, table 5A), in OpenImageIO's words; H.273 has no code for them."""
RATE_NAMES = ("dpx:FrameRate", "dpx:TemporalFrameRate", "captureRate")
ONE_PICTURE = "none, it is one picture"
PREMATURE = "premature end"
"""In libjpeg's warnings of missing pixels, which it paints grey; bytes after the end are none."""


@dataclass(frozen=True)
class Picture:
    """One picture file, read: its frame and what its header says."""

    frame: Frame
    codec: str
    start_timecode: str
    pixel_aspect: Fraction
    rate: Fraction | None
    reel: str
    layers: tuple[str, ...]
    notes: tuple[Note, ...]
    """Of colours that its tags cannot say."""


class StillSource(Source):
    """One picture, that stands as long as the clip does: every index gives it."""

    def __init__(self, media: Media) -> None:
        self._path = media.path
        picture = read_picture(media.path, media.layer)
        self._frame = picture.frame
        self._notes = picture.notes
        self._info = replace(describe(picture, 1), rate=None)

    @property
    def info(self) -> MediaInfo:
        """What the picture is."""
        return self._info

    def read(self, index: int) -> Frame:
        """Return the picture, for any index from 0 on."""
        check_index(self._path, index, max(index + 1, 1))
        return self._frame

    def notes(self) -> tuple[Note, ...]:
        """Tell of colours that no tag can say."""
        return self._notes

    def close(self) -> None:
        """Nothing is held."""


def numbered(path: str, number: int) -> str:
    """Return the file of a sequence's picture: the last run of ``#`` is its padded number."""
    return re.sub(r"(#+)([^#/\\]*)$", lambda m: f"{number:0{len(m[1])}d}{m[2]}", path)


def read_picture(path: str, layer: str = "") -> Picture:
    """Read a picture file as it is stored, turned upright as its header says.

    Args:
        path: of the file.
        layer: a part or layer of an OpenEXR file; empty: its main picture.

    Raises:
        MediaUnreadable: it is no picture that we can decode, or damaged.
        UnknownLayer: the file has no such layer.
    """
    if damage := _png_damage(path):
        raise MediaUnreadable(path=path, detail=damage)
    image = oiio.ImageInput.open(path, _as_stored())
    if image is None:
        detail = _told(oiio.geterror)
        raise MediaUnreadable(path=path, detail=check_picture(path) or detail)
    try:
        name = image.format_name()
        chosen, layers = _choose(image, path, layer)
        spec = image.spec()
        if spec.deep:
            raise MediaUnreadable(path=path, detail="its pixels are deep; flatten it first")
        kind = str(spec.format)
        ends = min(chosen.channels), max(chosen.channels) + 1
        kind = kind if kind in DEEPEST else "float"
        samples = image.read_image(chosen.part, 0, *ends, kind)
        told = _words(image.geterror)
        if samples is None:
            raise MediaUnreadable(path=path, detail=_plain(told))
        if PREMATURE in told.lower():
            raise MediaUnreadable(path=path, detail=BREAKS_OFF)
    finally:
        image.close()
    places = [place - ends[0] for place in chosen.channels]
    return Picture(
        frame=_frame(spec, np.atleast_3d(samples)[..., places], chosen.alpha, name),
        codec=name,
        start_timecode=_timecode(spec),
        pixel_aspect=_aspect(spec),
        rate=_rate(spec),
        reel=next(filter(None, map(spec.get_string_attribute, REEL_NAMES)), ""),
        layers=layers,
        notes=_colour_notes(spec),
    )


def _choose(image: oiio.ImageInput, path: str, wanted: str) -> tuple[Layer, tuple[str, ...]]:
    """Go to the part that holds the wanted picture; return it, and the names of all."""
    if image.format_name() != "openexr":
        if wanted:
            raise UnknownLayer(path=path, layer=wanted, known=ONE_PICTURE)
        alpha, channels = _channels(image.spec())
        return Layer("", 0, tuple(channels), alpha), ()
    parts = [image.spec().copy()]
    while image.seek_subimage(len(parts), 0):
        parts.append(image.spec().copy())
    _words(image.geterror)  # that there is no further part is no error
    layers = layers_of(parts)
    named = tuple(layer.name for layer in layers if layer.name)
    fitting = [layer for layer in layers if layer.name == wanted]
    if wanted and not fitting:
        raise UnknownLayer(path=path, layer=wanted, known=", ".join(named) or ONE_PICTURE)
    chosen = fitting[0] if wanted else main_layer(layers)
    image.seek_subimage(chosen.part, 0)
    return chosen, named


def _png_damage(path: str) -> str:
    try:
        return png_damage(path)
    except OSError as error:
        raise MediaUnreadable(path=path, detail=error.strerror or str(error)) from error


def _as_stored() -> oiio.ImageSpec:
    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    return config


def _frame(spec: oiio.ImageSpec, samples: NDArray[Any], alpha: bool, name: str) -> Frame:
    if alpha and name == "bmp" and not samples[..., -1].any():
        samples, alpha = samples[..., :-1], False  # the fourth byte of a pixel, not used
    samples = _whole(spec, samples)
    samples = _turned(samples, spec.get_int_attribute("Orientation", 1))
    floating = samples.dtype.kind == "f"
    depth = samples.dtype.itemsize * 8
    bits = spec.get_int_attribute("oiio:BitsPerSample", depth)
    if not floating and 8 < bits < depth:
        samples, depth = samples >> (depth - bits), bits
    channels = samples.shape[2]
    model = "rgb" if channels - alpha == 3 else "grey"
    pixels = PixelFormat(model, depth, floating, alpha)  # type: ignore[arg-type]
    planes: tuple[Plane, ...] = tuple(
        np.ascontiguousarray(samples[..., channel], dtype=pixels.dtype)
        for channel in range(channels)
    )
    return Frame(planes, pixels, _colour(spec, name, alpha))


def _channels(spec: oiio.ImageSpec) -> tuple[bool, list[int]]:
    """Return whether there is alpha, and which channels make the picture."""
    names = [str(name).split(".")[-1].upper() for name in spec.channelnames]
    alpha = spec.alpha_channel
    colour = [names.index(name) for name in ("R", "G", "B") if name in names]
    if len(colour) < 3:
        others = [c for c in range(spec.nchannels) if c not in (alpha, spec.z_channel)]
        colour = others[:3] if len(others) >= 3 else (others or [0])[:1]
    return alpha >= 0, [*colour, alpha] if alpha >= 0 else colour


def _whole(spec: oiio.ImageSpec, samples: NDArray[Any]) -> NDArray[Any]:
    """Place the data window of an EXR in its display window; black where it has nothing."""
    left, top = spec.x - spec.full_x, spec.y - spec.full_y
    size = (spec.full_height, spec.full_width)
    if (left, top) == (0, 0) and samples.shape[:2] == size:
        return samples
    whole = np.zeros((*size, samples.shape[2]), samples.dtype)
    height, width = samples.shape[:2]
    rows = slice(max(0, top), min(size[0], top + height))
    columns = slice(max(0, left), min(size[1], left + width))
    if rows.start < rows.stop and columns.start < columns.stop:
        whole[rows, columns] = samples[
            rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
    return whole


def _turned(samples: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn a picture upright by its Exif orientation (1 to 8)."""
    if orientation in (2, 4, 5, 7):
        samples = samples[:, ::-1]
    quarters = {3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}.get(orientation, 0)
    return np.rot90(samples, quarters)


def _colour(spec: oiio.ImageSpec, name: str, alpha: bool) -> ColourTags:
    space = spec.get_string_attribute("oiio:ColorSpace")
    lowered = space.lower()
    tags = ColourTags(matrix=0, full_range=True, space=space)
    with suppress(ValueError, TypeError, IndexError):
        primaries, transfer, *_ = spec.getattribute("CICP")
        tags = replace(tags, primaries=int(primaries), transfer=int(transfer))
    if tags.transfer == 2 and "srgb" in lowered and "lin" not in lowered:
        tags = replace(tags, primaries=1, transfer=SRGB)
    elif "lin" in lowered or (not space and name in LINEAR_FORMATS):
        tags = _linear(tags, spec)
    if tags.transfer in (2, SRGB) and not spec.getattribute("CICP"):
        tags = _profiled(tags, spec)
    unassociated = spec.get_int_attribute("oiio:UnassociatedAlpha")
    return replace(tags, premultiplied=alpha and not unassociated)


def _linear(tags: ColourTags, spec: oiio.ImageSpec) -> ColourTags:
    """Return the tags of linear light; where nothing else is said, its primaries are BT.709's."""
    said = spec.getattribute("chromaticities")
    tags = replace(tags, transfer=LINEAR)
    if tags.space.lower() in ("", "linear") and isinstance(said, tuple) and len(said) == 8:
        return replace(tags, space=linear_space_of(said), primaries=code_of(said))
    plain = tags.space.lower() in ("", "linear")
    return replace(tags, primaries=1 if plain else code_of_space(tags.space))


def _profiled(tags: ColourTags, spec: oiio.ImageSpec) -> ColourTags:
    """Return the tags with the primaries of the picture's ICC profile, where it has one.

    Profiles of displays all have much the same curve: sRGB's. Floats may be linear under them.
    """
    profile = _profile(spec)
    if not profile:
        return tags
    said = chromaticities_of_profile(profile)
    code = code_of(said) if said else UNKNOWN
    space = tags.space if code == tags.primaries else ""
    display = said is not None and str(spec.format) not in ("half", "float")
    transfer = SRGB if display else tags.transfer
    return replace(tags, primaries=code, transfer=transfer, space=space)


def _unfollowed(spec: oiio.ImageSpec) -> str:
    """Return the name of an ICC profile whose primaries have no code point; empty: none."""
    profile = _profile(spec)
    if not profile or spec.nchannels < COLOUR_CHANNELS or spec.getattribute("CICP"):
        return ""
    said = chromaticities_of_profile(profile)
    if said and code_of(said) != UNKNOWN:
        return ""
    return spec.get_string_attribute("ICCProfile:profile_description") or "ICC"


def _profile(spec: oiio.ImageSpec) -> bytes:
    profile = spec.getattribute("ICCProfile")
    return b"" if profile is None else np.asarray(profile, np.uint8).tobytes()


def _colour_notes(spec: oiio.ImageSpec) -> tuple[Note, ...]:
    if profile := _unfollowed(spec):
        return (Note("note.colour_profile", {"profile": profile}),)
    curve = spec.get_string_attribute("dpx:Transfer")
    return (Note("note.log_samples", {"curve": curve}),) if curve in LOG_CURVES else ()


def _timecode(spec: oiio.ImageSpec) -> str:
    """Return the header's timecode; OpenImageIO's text of it forgets the drop-frame flag."""
    text = spec.get_string_attribute("smpte:TimeCode")
    coded = spec.getattribute("smpte:TimeCode")
    if isinstance(coded, tuple) and coded[0] & DROP_FRAME:
        return f"{text[:-3]};{text[-2:]}"
    return text


def _rate(spec: oiio.ImageSpec) -> Fraction | None:
    """Return the frame rate in the header of a picture made for a movie; None: it says none."""
    coded = spec.getattribute("FramesPerSecond")
    if isinstance(coded, tuple) and len(coded) == 2 and coded[1]:
        rate = Fraction(*coded)
    else:
        said = next(filter(None, map(spec.get_float_attribute, RATE_NAMES)), 0.0)
        rate = nearest_rate(said) if 0 < said <= FASTEST else Fraction(0)
    return rate if 0 < rate <= FASTEST else None


def _aspect(spec: oiio.ImageSpec) -> Fraction:
    aspect = spec.get_float_attribute("PixelAspectRatio", 1.0)
    return Fraction(aspect).limit_denominator(1000) if aspect > 0 else Fraction(1)


def describe(picture: Picture, frames: int) -> MediaInfo:
    """Return what a medium is of so many pictures like this one."""
    frame = picture.frame
    return MediaInfo(
        width=frame.width,
        height=frame.height,
        frames=frames,
        rate=picture.rate,
        format=frame.format,
        colour=frame.colour,
        start_timecode=picture.start_timecode,
        pixel_aspect=picture.pixel_aspect,
        codec=picture.codec,
        reel=picture.reel,
        layers=picture.layers,
    )


def _told(ask: Callable[[], str]) -> str:
    return _plain(_words(ask))


def _words(ask: Callable[[], str]) -> str:
    """Return OpenImageIO's words; they may quote a damaged file's bytes."""
    try:
        return ask()
    except UnicodeDecodeError:
        return "its header is damaged"


def _plain(error: str) -> str:
    if "format reader" in error or not error.strip():
        return "it is no kind of picture that we know"
    return re.sub(r"^EXR Error \(.*?\): (EXR_ERR_\w+ )?", "", error.strip().splitlines()[0])
