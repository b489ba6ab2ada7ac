"""One picture in its clip's own encoding, and what that encoding is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]
Model = Literal["yuv", "rgb", "grey"]


@dataclass(frozen=True)
class PixelFormat:
    """How pictures of a clip are stored in memory, plane by plane.

    Attributes:
        model: ``yuv`` (planes Y, U, V), ``rgb`` (R, G, B) or ``grey`` (one plane); an alpha
            plane of full size comes last.
        depth: significant bits of an integer sample (8 to 16), or 16 and 32 for floats.
        floating: samples are half or single floats.
        alpha: there is an alpha plane.
        subsampling: log2 of how much smaller planes 1 and 2 are, across and down: ``(1, 1)``
            is 4:2:0, ``(1, 0)`` 4:2:2, ``(0, 0)`` 4:4:4.
    """

    model: Model
    depth: int
    floating: bool = False
    alpha: bool = False
    subsampling: tuple[int, int] = (0, 0)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of a sample: uint8, uint16 (low bits used), float16 or float32."""
        if self.floating:
            return np.dtype(np.float16 if self.depth == 16 else np.float32)
        return np.dtype(np.uint8 if self.depth == 8 else np.uint16)

    @property
    def peak(self) -> float:
        """The largest sample: ``2**depth - 1`` for integers, infinity for floats."""
        return float("inf") if self.floating else float(2**self.depth - 1)

    @property
    def colour_planes(self) -> int:
        """Number of planes without alpha."""
        return 1 if self.model == "grey" else 3

    @property
    def planes(self) -> int:
        """Number of planes."""
        return self.colour_planes + self.alpha

    def plane_size(self, plane: int, width: int, height: int) -> tuple[int, int]:
        """Return width and height of a plane of a picture of this size (rounded up)."""
        if self.model != "yuv" or plane not in (1, 2):
            return width, height
        across, down = self.subsampling
        return -(-width >> across), -(-height >> down)


@dataclass(frozen=True)
class ColourTags:
    """What the samples mean, in the code points of ITU-T H.273; 2 is "not said".

    Attributes:
        primaries: 1 is BT.709, 9 BT.2020.
        transfer: 1 BT.709, 8 linear, 13 sRGB, 16 PQ, 18 HLG.
        matrix: 0 RGB, 1 BT.709, 5 and 6 BT.601, 9 BT.2020.
        full_range: samples fill the whole range (else 16-235 of 255, and its like).
        space: an OCIO name where a file says one (EXR); empty otherwise.
        premultiplied: colour is already multiplied by alpha.
    """

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2
    full_range: bool = False
    space: str = ""
    premultiplied: bool = False


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        planes: 2-D arrays, each as ``format.plane_size`` says, of ``format.dtype``.
        format: how they are stored.
        colour: what they mean.
    """

    planes: tuple[Plane, ...]
    format: PixelFormat
    colour: ColourTags

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.planes[0].shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.planes[0].shape[0])


@dataclass(frozen=True)
class HdrMetadata:
    """What an HDR picture was mastered on, and how bright it gets.

    Attributes:
        primaries: x and y (CIE 1931) of the display's red, green and blue (SMPTE ST 2086).
        white: x and y of its white point.
        luminance: darkest and brightest it shows, in cd/m2.
        max_cll: brightest pixel of the whole programme in cd/m2 (CTA-861.3); 0 is "not said".
        max_fall: brightest frame average in cd/m2; 0 is "not said".
    """

    primaries: tuple[tuple[Fraction, Fraction], ...] = ()
    white: tuple[Fraction, Fraction] | None = None
    luminance: tuple[Fraction, Fraction] | None = None
    max_cll: int = 0
    max_fall: int = 0


Fields = Literal["progressive", "top_first", "bottom_first"]


@dataclass(frozen=True)
class MediaInfo:
    """What a medium is.

    Attributes:
        width: pixels across.
        height: pixels down.
        frames: number of pictures; 1 for a still.
        rate: pictures a second; None for a still or a sequence without a rate.
        format: of its frames, as they are read.
        colour: of its frames, as tagged.
        start_timecode: of its first picture, empty when it has none.
        pixel_aspect: width of a pixel over its height.
        codec: short name (``h264``, ``prores``, ``exr``).
        uneven: its pictures are not shown equally long. Frames are counted at ``rate``, as hosts
            do: frame n is the picture that is shown at the time n / rate.
        fields: whether each picture is two fields woven together, and which came first.
        reel: name of the tape, card or camera file that it came from; empty when it says none.
        hdr: mastering display and content light level; None when it says none.
        layers: names of the parts and layers of a picture file that has several.
    """

    width: int
    height: int
    frames: int
    rate: Fraction | None
    format: PixelFormat
    colour: ColourTags
    start_timecode: str = ""
    pixel_aspect: Fraction = Fraction(1)
    codec: str = ""
    uneven: bool = False
    fields: Fields = "progressive"
    reel: str = ""
    hdr: HdrMetadata | None = None
    layers: tuple[str, ...] = ()
