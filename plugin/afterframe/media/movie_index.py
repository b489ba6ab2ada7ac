"""When each picture of a movie is presented: found from its packets, without decoding."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from afterframe_hosts.wire.clip import FASTEST

from .movie_sampled import JITTER, sampled_times

Times = NDArray[np.int64]

REORDER_MOST = 17
"""H.264 and HEVC hold back 16 pictures at most: the first shown is among so many packets."""
UNEVEN = 0.5
"""A picture shown longer or shorter than most by more than so many frame times is no rounding, and
no film picture shown for three fields instead of two."""
SNAP = Fraction(2, 10_000)
"""A rate this near (relative) to a broadcast rate is that rate; 24 and 23.976 are 0.1% apart."""
COUNTED_FORMATS = frozenset({"avi", "mpeg", "h264", "hevc", "m4v", "mpegvideo", "vc1", "obu"})
"""Containers without a presentation time for every picture: for reordered ones FFmpeg guesses,
and guesses otherwise after a seek."""
SOUGHT_BY_TIME = ("matroska", "mov")
"""Containers in which FFmpeg seeks by presentation times: a decoding time would lead to the
keyframe before."""
JUMP = 10
"""Seconds: after a longer step another recording begins in a transport stream, as FFmpeg has it."""
CONTAINER_OPTIONS = {"protocol_whitelist": "file"}
"""A medium may refer to files beside it, never to an address."""


@dataclass(frozen=True)
class MovieIndex:
    """The pictures of one stream in the order of presentation.

    Attributes:
        times: presentation time of each, in the stream's time base; ascending.
        seeks: decoding times of keyframes, where one can seek; presentation times where those
            are what FFmpeg seeks by.
        rate: pictures a second.
        counted: times are not to be had: pictures are counted from the start.
        shown: the picture that each frame shows, where they are uneven; None: one each.
        whole: where pictures are counted: number of packets before one that is cut off by the
            file's end.
        sampled: only some of the file was looked at (``movie_sampled``): a picture may turn out to
            be missing, and not all keyframes are known.
    """

    times: Times
    seeks: Times
    rate: Fraction
    counted: bool = False
    shown: Times | None = None
    whole: int = 0
    sampled: bool = False

    @property
    def pictures(self) -> int:
        """Number of pictures."""
        return len(self.times)

    @property
    def frames(self) -> int:
        """Number of frames at ``rate``."""
        return self.pictures if self.shown is None else len(self.shown)

    @property
    def uneven(self) -> bool:
        """Whether some pictures are shown longer than others: more or fewer than a frame each."""
        return self.shown is not None

    @property
    def keys_unknown(self) -> bool:
        """Whether keyframes have to be looked for in the file."""
        return self.sampled and len(self.seeks) == 0

    def picture_of(self, frame: int) -> int:
        """Return the number of the picture that a frame shows."""
        return frame if self.shown is None else int(self.shown[frame])

    def frame_of(self, picture: int) -> int:
        """Return the first frame that shows a picture or a later one."""
        return picture if self.shown is None else int(np.searchsorted(self.shown, picture))

    def unevenness(self, first: int, last: int) -> tuple[int, int]:
        """Return how many of these frames repeat the one before, and how many pictures no frame
        shows between the first and the last."""
        if self.shown is None:
            return 0, 0
        steps = np.diff(self.shown[first : last + 1])
        return int((steps == 0).sum()), int(np.maximum(steps - 1, 0).sum())

    def picture_at(self, time: int) -> int | None:
        """Return the number of the picture at a presentation time, None before the first."""
        after = int(np.searchsorted(self.times, time))
        if after == self.pictures:
            return after - 1
        gap = int(self.times[after]) - time
        if after == 0:
            step = int(self.times[1] - self.times[0]) if self.pictures > 1 else 1
            return 0 if 2 * gap < step else None
        return after if gap < time - int(self.times[after - 1]) else after - 1


class Mark(NamedTuple):
    """What is kept of a packet; its data are not."""

    pts: int | None
    dts: int | None
    key: bool
    discard: bool
    duration: int
    corrupt: bool


def open_container(path: str) -> av.container.InputContainer:
    """Open a movie; only files are followed. Raises ``av.FFmpegError``."""
    return av.open(path, container_options=CONTAINER_OPTIONS, metadata_errors="ignore")


def picture_stream(container: av.container.InputContainer, number: int) -> av.VideoStream | None:
    """Return the picture stream of this number; cover art is none."""
    streams = _without_covers(container)
    return streams[number] if 0 <= number < len(streams) else None


def picture_streams(container: av.container.InputContainer) -> int:
    """Return how many picture streams there are."""
    return len(_without_covers(container))


def index_of(path: str, number: int, *, full: bool = False) -> MovieIndex | None:
    """Return the index of a movie's picture stream, None where it has none, or no picture in it.

    It is kept as long as the file does not change. Raises ``av.FFmpegError``.

    Args:
        full: look at every picture.
    """
    facts = Path(path).stat()
    index = _index_of(path, number, facts.st_mtime_ns, facts.st_size, full)
    return index if index and index.frames else None


def snap_rate(rate: Fraction) -> Fraction:
    """Return the broadcast rate that a container's rounded rate stands for, if any."""
    whole = round(rate)
    for exact in (Fraction(whole), Fraction(round(rate * 1001 / 1000) * 1000, 1001)):
        if exact > 0 and abs(rate / exact - 1) <= SNAP:
            return exact
    return rate.limit_denominator(100_000)


@lru_cache(maxsize=64)
def _index_of(path: str, number: int, changed: int, size: int, full: bool) -> MovieIndex | None:
    del changed, size  # only there to tell one state of the file from another
    with open_container(path) as container:
        stream = picture_stream(container, number)
        if stream is None:
            return None
        index = _from_table(container, stream)
        if index is None and not full:
            index = _from_samples(container, stream)
        if index is not None:
            return index
    with open_container(path) as container:
        stream = picture_stream(container, number)
        assert stream is not None
        return _from_packets(container, stream)


def _without_covers(container: av.container.InputContainer) -> list[av.VideoStream]:
    cover = av.stream.Disposition.attached_pic
    return [s for s in container.streams.video if not s.disposition & cover]


def _from_table(
    container: av.container.InputContainer, stream: av.VideoStream
) -> MovieIndex | None:
    """Use the container's own table (mov, mp4): no packet but the first few is read."""
    if "mov" not in container.format.name or stream.frames == 0:
        return None
    entries = list(stream.index_entries)
    shown = sum(not entry.is_discard for entry in entries)
    if shown < 2:
        return None
    decoded: Times = np.array([entry.timestamp for entry in entries], dtype=np.int64)
    step = Fraction(int(decoded[-1] - decoded[0]), len(decoded) - 1)
    if step <= 0:
        return None
    grid = decoded[0] + np.arange(len(decoded)) * float(step)
    if np.abs(decoded - grid).max() > JITTER * step or not _complete(stream, shown, step):
        return None
    reorder = 1 if all(e.is_keyframe for e in entries) else REORDER_MOST
    packets = (p for p in container.demux(stream) if p.pts is not None)
    opening = next(packets, None)
    if opening is None or opening.pts is None or opening.dts is None:
        return None
    wanted = (p.pts for p in chain([opening], packets) if not p.is_discard)
    first = min((pts for pts in islice(wanted, reorder) if pts is not None), default=None)
    if first is None or stream.time_base is None:
        return None
    times = first + np.rint(np.arange(shown) * float(step)).astype(np.int64)
    size = Path(container.name).stat().st_size
    # The table has decoding times only: all keyframes are shown as much later as the first one.
    later = opening.pts - opening.dts
    keys = [e.timestamp + later for e in entries if e.is_keyframe and e.pos + e.size <= size]
    return MovieIndex(times, np.array(keys, dtype=np.int64), _rate(stream, times))


def _complete(stream: av.VideoStream, shown: int, step: Fraction) -> bool:
    """Tell whether the table holds the whole stream (a fragmented file's does not)."""
    return stream.duration is None or abs(stream.duration - shown * step) <= 2 * step


def _from_samples(
    container: av.container.InputContainer, stream: av.VideoStream
) -> MovieIndex | None:
    """Look at some places of a long file of constant rate only."""
    rate = _named_rate(stream)
    if rate is None or ("matroska" in container.format.name and not _is_whole(container, stream)):
        return None
    found = sampled_times(container, stream, rate)
    return MovieIndex(*found, rate, sampled=True) if found else None


def _from_packets(container: av.container.InputContainer, stream: av.VideoStream) -> MovieIndex:
    marks = [
        Mark(p.pts, p.dts, p.is_keyframe, p.is_discard, p.duration or 0, p.is_corrupt)
        for p in container.demux(stream)
        if p.size
    ]
    while marks and marks[-1].corrupt:
        marks.pop()
    if marks and _must_count(container, stream, marks):
        promised = stream.frames if container.format.name == "avi" else 0
        first = next((n for n, mark in enumerate(marks) if mark.key), 0)
        times = np.arange(max(len(marks) - first, promised), dtype=np.int64)
        rate = _named_rate(stream) or Fraction(25)
        return MovieIndex(times, times[:0], rate, counted=True, whole=len(marks))
    marks = [mark for mark in marks if not mark.corrupt]
    return _timed(container, stream, marks)


def _must_count(
    container: av.container.InputContainer, stream: av.VideoStream, marks: list[Mark]
) -> bool:
    """Tell whether the times of packets do not say which picture comes when."""
    name = container.format.name
    keys = sum(mark.key for mark in marks)
    # The second field of an interlaced picture may come as a packet of its own, without a time.
    if keys == 0 or 2 * sum(mark.pts is not None for mark in marks) < len(marks):
        return True
    if name == "mpegts":
        return _starts_over(stream, marks)
    if keys == len(marks):
        return False
    if name in COUNTED_FORMATS:
        return True
    reordered = stream.codec_context.has_b_frames > 0
    return name == "mxf" and reordered and all(mark.pts == mark.dts for mark in marks)


def _starts_over(stream: av.VideoStream, marks: list[Mark]) -> bool:
    """Tell whether a stream was put together of several, each with times of its own."""
    if stream.time_base is None:
        return False
    times = np.array([mark.dts for mark in marks if mark.dts is not None], dtype=np.int64)
    steps = np.diff(times)
    return bool((steps < 0).any() or (steps > int(JUMP / stream.time_base)).any())


def _timed(
    container: av.container.InputContainer, stream: av.VideoStream, marks: list[Mark]
) -> MovieIndex:
    by_time = any(name in container.format.name for name in SOUGHT_BY_TIME)
    timed = [(mark.pts, mark) for mark in marks if mark.pts is not None]
    keys = [
        (pts, pts if by_time or mark.dts is None else mark.dts) for pts, mark in timed if mark.key
    ]
    if not keys:
        return MovieIndex(np.empty(0, np.int64), np.empty(0, np.int64), Fraction(25))
    # What is shown before the first keyframe has nothing to be decoded from.
    start = keys[0][0]
    shown = [pts for pts, mark in timed if not mark.discard and pts >= start]
    times = np.unique(np.array(shown, dtype=np.int64))
    seeks = np.unique(np.array([seek for _, seek in keys], dtype=np.int64))
    if not _is_whole(container, stream):
        times = _with_lost_end(container, stream, _with_holes(times))
    if _is_even(times):
        return MovieIndex(times, seeks, _rate(stream, times))
    # Where pictures are reordered, mp4's durations are those between their decoding.
    in_order = all(a[0] < b[0] for a, b in pairwise(timed))
    return _paced(stream, times, seeks, timed[-1][1].duration if in_order else 0)


def _is_even(times: Times) -> bool:
    """Tell whether pictures stand equally long: by their steps, and all along the way."""
    if len(times) < 3:
        return True
    steps = np.diff(times)
    usual = float(np.median(steps))
    straight = np.linspace(times[0], times[-1], len(times))
    limit = UNEVEN * usual
    return bool(np.abs(steps - usual).max() < limit and np.abs(times - straight).max() < limit)


def _paced(stream: av.VideoStream, times: Times, seeks: Times, last: int) -> MovieIndex:
    """Count uneven pictures at the rate that hosts take: each frame shows the last one begun.

    Args:
        last: how long the last picture stands, 0 where it is not said.
    """
    assert stream.time_base is not None
    rate = _guessed_rate(stream, times)
    step = float(1 / (rate * stream.time_base))
    length = int(times[-1] - times[0]) / step
    frames = max(1, round(length + max(1.0, last / step)))
    # Times are rounded to the container's ticks, up or down.
    grid = int(times[0]) + np.floor(np.arange(frames) * step + min(1.0, step / 8))
    shown: Times = np.searchsorted(times, grid, side="right").astype(np.int64) - 1
    return MovieIndex(times, seeks, rate, shown=shown)


def _is_whole(container: av.container.InputContainer, stream: av.VideoStream) -> bool:
    """Tell whether a file is known to be as long as its header or table promises."""
    path = Path(container.name)
    size = path.stat().st_size
    if "mov" in container.format.name:
        entries = stream.index_entries
        return 0 < stream.frames <= len(entries) and all(e.pos + e.size <= size for e in entries)
    if "matroska" in container.format.name:
        end = _segment_end(path)
        return end is not None and end <= size
    return False


def _with_holes(times: Times) -> Times:
    """Add the times of pictures missing among the last, in a stream of constant rate.

    Where a file is cut off between a picture and those shown before it, they leave holes.
    """
    steps = np.diff(times)
    if len(steps) <= REORDER_MOST:
        return times
    step = float(np.median(steps))
    counts = np.rint(steps / step)
    even = np.abs(steps - counts * step) <= 2 * JITTER * step
    if not even.all() or (counts[:-REORDER_MOST] != 1).any() or counts.max() > REORDER_MOST:
        return times
    places = np.concatenate([[0], np.cumsum(counts)])
    filled: Times = np.rint(np.interp(np.arange(places[-1] + 1), places, times)).astype(np.int64)
    return filled


def _with_lost_end(
    container: av.container.InputContainer, stream: av.VideoStream, times: Times
) -> Times:
    """Add the times of pictures that the header promises but a cut-off file has not."""
    rate = _named_rate(stream)
    if len(times) > 1:
        step = Fraction(int(times[-1] - times[0]), len(times) - 1)
    elif len(times) == 1 and rate is not None and stream.time_base is not None:
        step = 1 / rate / stream.time_base
    else:
        return times
    promised = len(times)
    if "mov" in container.format.name:
        promised = sum(not entry.is_discard for entry in stream.index_entries)
    elif "matroska" in container.format.name:
        end = _matroska_end(container, stream)
        if end is not None:
            promised = round((end - int(times[0])) / step)
    lost = np.arange(1, promised - len(times) + 1)
    return np.concatenate([times, times[-1] + np.rint(lost * float(step)).astype(np.int64)])


def _matroska_end(
    container: av.container.InputContainer, stream: av.VideoStream
) -> Fraction | None:
    """Return when a cut-off Matroska file was to end, in the stream's time base."""
    path = Path(container.name)
    promised = _segment_end(path)
    if promised is None or promised <= path.stat().st_size or stream.time_base is None:
        return None
    tag = stream.metadata.get("DURATION", "").split(":")
    if len(tag) == 3:
        seconds = int(tag[0]) * 3600 + int(tag[1]) * 60 + Fraction(tag[2])
    elif container.duration is not None:
        seconds = Fraction(container.duration, 1_000_000)
    else:
        return None
    return seconds / stream.time_base


def _segment_end(path: Path) -> int | None:
    """Return where a Matroska file's segment says it ends (RFC 9559), None where it does not."""
    with path.open("rb") as file:
        head = file.read(4096)
    at = 4 + _vint_length(head[4])
    at += _vint(head[4:at])
    if head[at : at + 4] != b"\x18\x53\x80\x67":
        return None
    start = at + 4 + _vint_length(head[at + 4])
    size = _vint(head[at + 4 : start])
    unknown = (1 << 7 * (start - at - 4)) - 1
    return None if size == unknown else start + size


def _vint_length(first: int) -> int:
    return 9 - first.bit_length()


def _vint(coded: bytes) -> int:
    """Return an EBML number (RFC 8794): the leading 1 bit tells its length and is dropped."""
    return int.from_bytes(coded, "big") & ((1 << 7 * len(coded)) - 1)


def _rate(stream: av.VideoStream, times: Times) -> Fraction:
    """Return the stream's named rate where its pictures keep to it, else what they keep to."""
    named = _named_rate(stream)
    if len(times) < 2 or stream.time_base is None:
        # Of one picture FFmpeg may take the clock's ticks for the rate.
        return named if named and named < FASTEST else Fraction(25)
    measured = Fraction(len(times) - 1) / (int(times[-1] - times[0]) * stream.time_base)
    rounding = 2 * stream.time_base * measured / (len(times) - 1)
    if named is not None and abs(measured / named - 1) <= rounding + SNAP:
        return named
    return snap_rate(measured)


def _guessed_rate(stream: av.VideoStream, times: Times) -> Fraction:
    """Return the rate at which FFmpeg, and with it Blender, counts a stream of uneven pictures."""
    for rate in (stream.guessed_rate, stream.average_rate):
        if rate and 0 < rate <= FASTEST:
            return snap_rate(Fraction(rate))
    return min(_rate(stream, times), FASTEST)


def _named_rate(stream: av.VideoStream) -> Fraction | None:
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate:
            return snap_rate(Fraction(rate))
    return None
