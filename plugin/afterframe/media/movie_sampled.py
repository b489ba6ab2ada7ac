"""The index of a long movie of constant rate, without reading all of it.

Matroska and transport streams have no table of their pictures: the full index (``movie_index``)
reads the whole file, which at 40 Mbit/s and two hours is 36 GB. Here the first pictures, the last
ones and some between are looked at, and all of Matroska's cues. Where they stand on one grid of
times, frame n is the picture that is shown at n / rate, wherever it lies; a reader that meets a
picture off the grid, or none, falls back on the full index.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]

LONG_BYTES, LONG_SECONDS = 32 << 20, 300
"""From this size or length on, reading all of a file is felt."""
PLACES = 12
"""Places of a transport stream that are looked at: a part with times of its own of more than a
twelfth of the file cannot hide between them."""
LOOK = 6
"""Pictures looked at in each place."""
HEAD = 40
"""Pictures looked at where a file begins: more than any decoder holds back."""
JITTER = 0.25
"""How far, in frame times, a container's rounding may move a picture of a constant rate."""
NEAR_SECONDS, FAR_SECONDS = 2, 64
"""How far before a picture its keyframe is looked for: at first, and at last."""


@dataclass(frozen=True)
class Grid:
    """Times of pictures of a constant rate, in a stream's time base.

    Attributes:
        first: of the first picture.
        step: between two, in ticks.
    """

    first: int
    step: Fraction

    def number(self, time: int) -> int | None:
        """Return the number of the picture at a time; None: the time is not on the grid."""
        place = Fraction(time - self.first) / self.step
        number = round(place)
        return number if abs(place - number) <= JITTER else None

    def times(self, count: int) -> Times:
        """Return the times of so many pictures."""
        grid: Times = self.first + np.rint(np.arange(count) * float(self.step)).astype(np.int64)
        return grid


def sampled_times(
    container: av.container.InputContainer, stream: av.VideoStream, rate: Fraction
) -> tuple[Times, Times] | None:
    """Return times of all pictures and of the known keyframes; None where only all of it tells.

    Args:
        rate: that the stream names.
    """
    name, base = container.format.name, stream.time_base
    matroska = "matroska" in name
    if base is None or not (matroska or name == "mpegts") or not _is_long(container):
        return None
    head = _packets(container, stream, HEAD)
    if len(head) < HEAD or not head[0].is_keyframe:
        return None
    first = min(_pts(packet) for packet in head if _pts(packet) >= _pts(head[0]))
    grid = Grid(first, 1 / (rate * base))
    last = _last_number(container, stream, grid)
    if last is None or not _on_grid(grid, head, HEAD // 2):
        return None
    keys = _cues(container, stream, grid) if matroska else _spread(container, stream, grid)
    return None if keys is None else (grid.times(last + 1), keys)


def keys_before(container: av.container.InputContainer, stream: av.VideoStream, time: int) -> Times:
    """Return the decoding times of a transport stream's keyframes shortly before a picture.

    The container is left somewhere else. Empty: none is near.
    """
    assert stream.time_base is not None
    seconds = NEAR_SECONDS
    while seconds <= FAR_SECONDS:
        start = time - int(seconds / stream.time_base)
        container.seek(start, stream=stream)
        keys = []
        for packet in container.demux(stream):
            if packet.dts is None or packet.dts > time:
                break
            if packet.is_keyframe and packet.pts is not None and packet.pts <= time:
                keys.append(packet.dts)
        if keys:
            return np.array(keys, dtype=np.int64)
        seconds *= 4
    return np.empty(0, np.int64)


def _is_long(container: av.container.InputContainer) -> bool:
    seconds = (container.duration or 0) / 1_000_000
    return seconds > LONG_SECONDS or Path(container.name).stat().st_size > LONG_BYTES


def _packets(
    container: av.container.InputContainer, stream: av.VideoStream, count: int | None
) -> list[av.Packet[av.VideoStream]]:
    found = (p for p in container.demux(stream) if p.size and p.pts is not None)
    return list(islice(found, count))


def _pts(packet: av.Packet[av.VideoStream]) -> int:
    assert packet.pts is not None
    return packet.pts


def _on_grid(grid: Grid, packets: list[av.Packet[av.VideoStream]], gapless: int) -> bool:
    """Tell whether all packets stand on the grid, and the first so many leave out no number.

    The last ones may: pictures that are shown before them come later.
    """
    numbers = [grid.number(_pts(packet)) for packet in packets]
    known = [number for number in numbers if number is not None]
    if len(known) < len(packets) or any(packet.is_corrupt for packet in packets):
        return False
    shown = sorted(number for number in known if number >= 0)[:gapless]
    return shown == list(range(shown[0], shown[0] + len(shown))) if shown else False


def _last_number(
    container: av.container.InputContainer, stream: av.VideoStream, grid: Grid
) -> int | None:
    """Return the number of the last picture, from the last group; None: it is not on the grid."""
    if container.duration is None or stream.time_base is None:
        return None
    end = Fraction(container.duration, 1_000_000) / stream.time_base
    back = int(NEAR_SECONDS / stream.time_base)
    container.seek(max(grid.first, grid.first + int(end) - back), stream=stream)
    tail = [p for p in _packets(container, stream, None) if not p.is_corrupt]
    if not tail or any(grid.number(_pts(packet)) is None for packet in tail):
        return None
    return grid.number(max(map(_pts, tail)))


def _cues(
    container: av.container.InputContainer, stream: av.VideoStream, grid: Grid
) -> Times | None:
    """Return the times of a Matroska file's cues, all of them on the grid; None: they are not."""
    keys = [entry.timestamp for entry in stream.index_entries if entry.is_keyframe]
    if len(keys) < 2 or any(grid.number(key) is None for key in keys):
        return None
    return np.unique(np.array(keys, dtype=np.int64))


def _spread(
    container: av.container.InputContainer, stream: av.VideoStream, grid: Grid
) -> Times | None:
    """Look at places all over a transport stream: times must go on with the bytes."""
    size = Path(container.name).stat().st_size
    before = grid.first
    for place in range(1, PLACES):
        container.seek(size * place // PLACES, unsupported_byte_offset=True)
        # The first may begin in the middle of a picture.
        packets = _packets(container, stream, LOOK)[1:]
        if not packets or not _on_grid(grid, packets, 1) or _pts(packets[0]) <= before:
            return None
        before = _pts(packets[0])
    return np.empty(0, np.int64)
