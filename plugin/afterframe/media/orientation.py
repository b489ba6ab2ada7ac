"""Which way up a movie's pictures are to be shown: the display matrix of its container or codec."""

from __future__ import annotations

from dataclasses import dataclass, replace

import av
import numpy as np

from .frame import Frame, Plane
from .movie_tags import side_data

SKEW = 0.02
"""A turn this near (as a sine) to a quarter is one: cameras round; 0.02 is about one degree."""


class OddAngle(ValueError):
    """The pictures are to be shown at no quarter turn; the text says so."""


@dataclass(frozen=True)
class Orientation:
    """How a picture is turned for showing: first over its diagonal, then mirrored.

    Attributes:
        turned: rows become columns.
        left_right: columns are then in reverse order.
        upside_down: rows are then in reverse order.
    """

    turned: bool = False
    left_right: bool = False
    upside_down: bool = False

    def upright(self, frame: Frame) -> Frame:
        """Return the picture as it is to be shown."""
        if self == Orientation():
            return frame
        pixels = frame.format
        if self.turned:
            across, down = pixels.subsampling
            pixels = replace(pixels, subsampling=(down, across))
        return Frame(tuple(map(self._plane, frame.planes)), pixels, frame.colour)

    def _plane(self, plane: Plane) -> Plane:
        plane = plane.T if self.turned else plane
        plane = plane[:, ::-1] if self.left_right else plane
        return np.ascontiguousarray(plane[::-1] if self.upside_down else plane)


def orientation_of(picture: av.VideoFrame) -> Orientation:
    """Return how a decoded picture is to be shown.

    The matrix (ISO 14496-12, 8.3.2: nine numbers, the first row ``a b u``, the second ``c d v``)
    shows the sample at column x and row y at ``(a x + c y, b x + d y)``.

    Raises:
        OddAngle: it is neither a quarter turn nor a mirroring of one.
    """
    matrix = _matrix(picture)
    if matrix is None:
        return Orientation()
    a, b, c, d = matrix
    scale = max(map(abs, matrix))
    limit = SKEW * scale
    if abs(b) <= limit and abs(c) <= limit and min(abs(a), abs(d)) > limit:
        return Orientation(False, left_right=a < 0, upside_down=d < 0)
    if abs(a) <= limit and abs(d) <= limit and min(abs(b), abs(c)) > limit:
        return Orientation(True, left_right=c < 0, upside_down=b < 0)
    raise OddAngle(f"its pictures are to be shown turned by {picture.rotation} degrees or slanted")


def _matrix(picture: av.VideoFrame) -> tuple[int, int, int, int] | None:
    try:
        found = [bytes(data) for data in side_data(picture) if data.type.name == "DISPLAYMATRIX"]
    except ValueError:  # other data of a kind that PyAV has no name for
        return _of_rotation(picture.rotation)
    if not found:
        return None
    numbers = np.frombuffer(found[0], np.int32)
    a, b, _, c, d = (int(number) for number in numbers[:5])
    return None if not any((a, b, c, d)) else (a, b, c, d)


def _of_rotation(degrees: int) -> tuple[int, int, int, int] | None:
    """Return the matrix of a turn counterclockwise by ``degrees``, without mirroring."""
    angle = -np.deg2rad(degrees)
    sine, cosine = round(65536 * np.sin(angle)), round(65536 * np.cos(angle))
    return cosine, sine, -sine, cosine
