"""Laying brush strokes on a canvas: which stroke is on top at each pixel, and what it shows there.

A stroke is a short arc with a round-ended outline. Strokes are drawn in their order into a map of
numbers, by OpenCV's polygons; every pixel then finds its place *within* its stroke - along and
across - from the stroke's own few numbers, and with it the bristle, the soft ragged edge and the
height of the paint. So the work for a pixel is the same however many strokes there are, a bigger
picture needs no more strokes, and what a stroke looks like moves with it exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Single = NDArray[np.float32]

BAND = 192
"""Rows that are worked on at once: what a 4K picture needs beside itself stays at some 40 MB."""
SLICE = 1 << 16
"""Pixels that are worked on at once within a band: what they need stays in the cache."""
COLUMNS = 256
STATIONS = 6
"""Points along each side of a stroke's outline."""
SUBPIXEL = 4
"""Bits after the point of an outline's places."""
BRISTLES = 256
"""Side of the bristle texture in samples; it wraps."""
BRISTLE_ROWS = 22.0
"""Rows of the texture that half a stroke's width covers at most."""
ROWS_A_PIXEL = 2.2
"""At most, too: finer bristles than pixels would glitter as their stroke moves."""
RAGGED = 0.2
"""How far, in half widths, bristles make the edge uneven."""
BODY = 0.75
"""How much of the height below a stroke it covers."""

_UNSET: Any = None  # an argument of OpenCV that its type stubs want, and that may be left out


@dataclass(frozen=True)
class Strokes:
    """Strokes in the order in which they are laid.

    Attributes:
        centre: (n, 2) float32, (x, y) in pixels.
        angle: (n,) of the stroke's middle, radians.
        bend: (n,) curvature, 1 / pixels.
        half_width: (n,) pixels.
        half_length: (n,) pixels.
        colour: (n, 3) RGB in [0, 1].
        streak: (n,) how much lighter and darker its bristles are, RGB units.
        lot: (n, 2) in [0, 1]: where in the bristle texture it lies.
    """

    centre: Single
    angle: Single
    bend: Single
    half_width: Single
    half_length: Single
    colour: Single
    streak: Single
    lot: Single


def bristles(rng: np.random.Generator) -> Single:
    """Return a texture (BRISTLES, BRISTLES), mean 0 and deviation 1: bristles run along its rows.

    Both directions wrap. Paint runs dry and comes back along a bristle, ten times slower than from
    one bristle to the next.
    """
    noise = rng.standard_normal((BRISTLES, BRISTLES)).astype(np.float32)
    across = np.fft.fftfreq(BRISTLES)[:, None]
    along = np.fft.rfftfreq(BRISTLES)[None]
    keep = np.exp(-0.5 * (across / 0.09) ** 2 - 0.5 * (along / 0.012) ** 2)
    soft = np.fft.irfft2(np.fft.rfft2(noise) * keep, s=noise.shape)
    return np.asarray(soft / soft.std(), np.float32)


def lay(
    ground: Single,
    layers: Sequence[Strokes],
    texture: Single,
    *,
    relief: float,
    grain: float,
    threads: int = 1,
) -> Single:
    """Return the ground with layers of strokes on it, lit from the upper left.

    Args:
        ground: (h, w, 3) RGB in [0, 1]; it is painted over in place.
        layers: the lowest first.
        texture: of :func:`bristles`.
        relief: how strongly the paint's height is lit; 0: flat.
        grain: width in pixels of the strokes that the light is balanced for.
        threads: bands that are worked on at once.
    """
    height = ground.shape[0]
    outlines = [_outlines(strokes) for strokes in layers]
    tables = [_table(strokes) for strokes in layers]
    rows = max(1, min(BAND, -(-height // threads)))
    starts = range(0, height, rows)
    beside = 2 + int(
        np.ceil(4 * _softness(grain))
    )  # rows of its neighbours that a band's light sees

    def band(start: int) -> None:
        end = min(height, start + rows)
        top, bottom = max(0, start - beside), min(height, end + beside)
        paint = ground[top:bottom].copy()
        depth = np.zeros(paint.shape[:2], np.float32)
        for outline, table in zip(outlines, tables, strict=True):
            ids = _numbered(outline, slice(top, bottom), ground.shape[:2])
            _show(paint, depth, ids, table, texture, top)
        if relief:
            _light(paint, depth, relief, grain)
        done[start:end] = paint[start - top : end - top]

    done = np.empty_like(ground)
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(band, starts))
    else:
        for start in starts:
            band(start)
    return done


def _outlines(strokes: Strokes) -> NDArray[np.int32]:
    """Return the outlines, (n, 2 STATIONS, 2), in fixed-point pixels."""
    along = np.cos(np.linspace(np.pi, 0, STATIONS, dtype=np.float32))  # dense at the ends
    # A little wider than what is seen: what is cut off by an outline has no soft edge.
    profile = np.sqrt(np.maximum(0, 1 - along**4)) * 1.04
    u = along[None] * (strokes.half_length[:, None] + 0.75)
    side = profile[None] * strokes.half_width[:, None] + 0.75
    bow = 0.5 * strokes.bend[:, None] * u * u
    left, right = np.stack([u, bow + side], 2), np.stack([u, bow - side], 2)[:, ::-1]
    local = np.concatenate([left, right], 1)
    cos, sin = np.cos(strokes.angle)[:, None], np.sin(strokes.angle)[:, None]
    x = strokes.centre[:, :1] + local[..., 0] * cos - local[..., 1] * sin
    y = strokes.centre[:, 1:] + local[..., 0] * sin + local[..., 1] * cos
    places = np.rint(np.stack([x, y], 2) * (1 << SUBPIXEL))
    return np.asarray(places, np.int32)


def _table(strokes: Strokes) -> Single:
    """Return what a pixel needs to know of its stroke, a row for each; row 0 is no stroke."""
    columns = (
        strokes.centre,
        np.cos(strokes.angle)[:, None],
        np.sin(strokes.angle)[:, None],
        0.5 * strokes.bend[:, None],
        strokes.half_width[:, None],
        strokes.half_length[:, None],
        np.minimum(BRISTLE_ROWS / strokes.half_width, ROWS_A_PIXEL)[:, None],
        strokes.lot * BRISTLES,
        strokes.streak[:, None],
        strokes.colour,
    )
    rows = np.concatenate(columns, 1, dtype=np.float32)
    none = np.zeros((1, rows.shape[1]), np.float32)
    none[0, 5:7] = -1, 1  # its edge lies before its middle: nothing is seen of it
    return np.concatenate([none, rows])


def _numbered(outlines: NDArray[np.int32], rows: slice, size: tuple[int, int]) -> NDArray[np.int32]:
    """Return for each pixel of some rows the number of the stroke on top, from 1; 0: none.

    Args:
        outlines: of all strokes.
        rows: of the picture.
        size: height and width of the picture.
    """
    y = outlines[..., 1]
    first, last = y.min(1), y.max(1)
    # A polygon that is cut off is drawn a little otherwise: those that show lie in it whole.
    reach = (int((last - first).max(initial=0)) >> SUBPIXEL) + 2
    top, bottom = max(0, rows.start - reach), min(size[0], rows.stop + reach)
    inside = np.flatnonzero((last >> SUBPIXEL >= rows.start - 1) & (first >> SUBPIXEL <= rows.stop))
    ids = np.zeros((bottom - top, size[1]), np.int32)
    local = outlines[inside]
    local[..., 1] -= top << SUBPIXEL
    for number, outline in zip((inside + 1).tolist(), local, strict=True):
        cv2.fillConvexPoly(ids, outline, number, cv2.LINE_8, SUBPIXEL)
    return ids[rows.start - top : rows.stop - top]


def _show(
    paint: Single, depth: Single, ids: NDArray[np.int32], table: Single, texture: Single, top: int
) -> None:
    """Put a layer's strokes on a band: colours on ``paint``, height on ``depth``."""
    numbers, colours, heights = ids.ravel(), paint.reshape(-1, 3), depth.reshape(-1)
    (drawn,) = np.nonzero(numbers)
    width = ids.shape[1]
    for first in range(0, len(drawn), SLICE):
        # Rows of one length: what OpenCV looks up is a picture. The last place fills the last row.
        some = drawn[first : first + SLICE]
        places = np.pad(some, (0, -len(some) % COLUMNS), "edge").reshape(-1, COLUMNS)
        own = table[numbers[places]]
        y, x = np.divmod(places, width)
        here, high = colours[places], heights[places]
        where = x.astype(np.float32), (y + top).astype(np.float32)
        _show_slice(here, high, own, *where, texture)
        colours[places], heights[places] = here, high


def _show_slice(
    paint: Single, depth: Single, own: Single, x: Single, y: Single, texture: Single
) -> None:
    cx, cy, cos, sin, bow, half_width, half_length, rows, lot_x, lot_y, streak = (
        own[..., i] for i in range(11)
    )
    dx, dy = x - cx, y - cy
    u = dx * cos + dy * sin
    v = dy * cos - dx * sin - bow * u * u
    across = v / half_width
    down = u * rows * np.float32(0.6) + lot_x
    hair = _wrapped(texture, down, v * rows + lot_y)
    # The edge is one bristle's on either side: across bristles it would be steep, and flicker.
    rim = _wrapped(texture, down, lot_y + np.copysign(np.float32(BRISTLES / 4), v))
    along = u / half_length
    along *= along
    uneven = np.float32(1 - RAGGED) + np.float32(RAGGED) * np.minimum(rim, 1)
    outline = np.sqrt(np.maximum(1 - along * along, 0)) + uneven - 1
    edge = (outline - np.abs(across)) * half_width + np.float32(0.5)
    cover = np.clip(edge, 0, 1)
    body = own[..., 11:] + (streak * hair)[..., None]
    paint += cover[..., None] * (body - paint)
    # Paint is pushed to the sides of a stroke and combed by its bristles.
    ridge = np.float32(0.55) + np.float32(0.45) * across * across + np.float32(0.22) * hair
    depth += cover * (ridge - np.float32(BODY) * depth)


def _wrapped(texture: Single, x: Single, y: Single) -> Single:
    found: Any = cv2.remap(texture, x, y, cv2.INTER_LINEAR, _UNSET, cv2.BORDER_WRAP)
    return np.asarray(found, np.float32)


def _softness(grain: float) -> float:
    """Return the sigma, in pixels, under which the paint's height is lit."""
    return max(0.8, 0.07 * grain)


def _light(paint: Single, depth: Single, relief: float, grain: float) -> None:
    """Light the paint's height from the upper left, in place."""
    soft: Any = cv2.GaussianBlur(depth, (0, 0), _softness(grain))
    slope: Any = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=0.125)
    slope += cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=0.125)
    shade = np.tanh(slope * np.float32(0.35 * grain)) * np.float32(relief)
    paint *= 1 + shade[..., None]
    gloss = np.maximum(shade, 0)
    paint += (gloss * gloss * np.float32(0.5))[..., None]
    np.clip(paint, 0, 1, out=paint)
