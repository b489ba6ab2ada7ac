"""Frames made between frames, against ffmpeg's minterpolate: how like the true ones, how fast.

    .venv/bin/python -m tests.bench.interpolate [--media FOLDER] [--json]

Of each window of 25 frames (`windows.json` in the folder; without it the busiest 25 frames
without a cut) every other frame is taken out and made again from its neighbours, at native size,
in the clip's own YUV. PSNR is of RGB, over the frames that all ways made. Because minterpolate
makes nothing beside the ends of what it is given, both sides are given two more kept frames on
each side where the clip has them. The speed is that at 1080p, the last window scaled up; ours is
the engine as the pipeline runs it, with all its work. Both sides may use all cores: minterpolate
has one thread. On a machine that is busy with other things the time of all threads together says
more than that of the clock: it is printed beside.

Bars, over the mode of minterpolate that is better by mean: full-size flow 0.75 dB; half 0.6 dB and
3 times its speed; quarter 0.3 dB and 7 times its speed.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import av
import av.filter
import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.cuts import is_cut
from afterframe.media.display import grey_proxy
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe.media.pix_fmt import to_av
from afterframe_hosts.wire import effects
from afterframe_models import registry
from afterframe_models.base import Context, Request
from tests.bench.report import finish, options, table

WINDOW = 25
CONTEXT = 2
"""Kept frames that minterpolate is given beyond each end of a window."""
MODES = {
    "aobmc": "minterpolate=fps={rate}:mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1",
    "obmc": "minterpolate=fps={rate}:mi_mode=mci:mc_mode=obmc:me_mode=bilat",
}
SIZES = ("full", "half", "quarter")
BARS = {"full": (0.75, 0.0), "half": (0.6, 3.0), "quarter": (0.3, 7.0)}
"""By size of the flow: dB above, and times as fast as, the better mode of minterpolate."""
RATE = Fraction(24)
"""Rate at which every window is played to both sides; it changes no pixel."""
YUV420 = PixelFormat("yuv", 8, subsampling=(1, 1))
Made = dict[int, Frame]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    chosen = options(__doc__ or "", arguments)
    windows = {name: read_window(chosen.media, name, at) for name, at in starts(chosen.media)}
    if not windows:
        print(f"no clips in {chosen.media / 'video'}", file=sys.stderr)
        return 1
    scores = {name: _scores(window) for name, window in windows.items()}
    ways = [*MODES, *SIZES]
    mean = {way: statistics.mean(score[way] for score in scores.values()) for way in ways}
    rows = [[name, *(score[way] for way in ways)] for name, score in scores.items()]
    table(["PSNR, dB", *ways], [*rows, ["mean", *mean.values()]], quiet=chosen.json)
    speeds = _milliseconds([_scaled(frame) for frame in [*windows.values()][-1].frames[:9]])
    rows = [[way, clock, threads] for way, (clock, threads) in speeds.items()]
    table(["1080p", "ms a frame", "ms of all threads"], rows, quiet=chosen.json)
    better = max(MODES, key=mean.__getitem__)
    gain = {size: round(mean[size] - mean[better], 3) for size in SIZES}
    faster = {size: round(speeds[better][0] / speeds[size][0], 2) for size in SIZES}
    figures = {
        "clips": len(scores),
        "psnr": {way: round(value, 3) for way, value in mean.items()},
        "better_mode": better,
        "gain_db": gain,
        "ms_1080p": {way: round(clock, 1) for way, (clock, _) in speeds.items()},
        "threads_ms_1080p": {way: round(threads, 1) for way, (_, threads) in speeds.items()},
        "times_faster": faster,
        "threads": os.cpu_count(),
    }
    ok = all(gain[size] >= db and faster[size] >= times for size, (db, times) in BARS.items())
    return finish("interpolate", figures, ok)


def starts(media: Path) -> Iterator[tuple[str, int]]:
    """Yield each clip's name and the first frame of its window."""
    listed = media / "windows.json"
    if listed.is_file():
        for name, at in json.loads(listed.read_text(encoding="utf-8")).items():
            yield name, int(at["start"])
        return
    for path in sorted((media / "video").iterdir()):
        if path.suffix.lower() in {".mp4", ".mkv", ".mov", ".webm", ".avi"}:
            yield path.name, _busiest(path)


@dataclass(frozen=True)
class Window:
    """The frames of a window, and kept frames on each side of it."""

    frames: list[Frame]
    before: list[Frame]
    after: list[Frame]


def read_window(media: Path, name: str, start: int) -> Window:
    """Return a window, 8-bit 4:2:0 at native size."""
    first = max(start % 2, start - 2 * CONTEXT)
    end = start + WINDOW + 2 * CONTEXT
    with av.open(str(media / "video" / name)) as container:
        pictures = islice(container.decode(video=0), first, end)
        found = [_frame(picture) for picture in pictures]
    begun = start - first
    inside = found[begun : begun + WINDOW]
    return Window(inside, found[:begun:2], found[begun + WINDOW + 1 :: 2])


@dataclass(frozen=True)
class Kept:
    """The kept frames of a window, as an engine reads a clip."""

    pictures: Sequence[Frame]

    @property
    def info(self) -> MediaInfo:
        first = self.pictures[0]
        size = (first.width, first.height, len(self.pictures))
        return MediaInfo(*size, RATE, first.format, first.colour)

    @property
    def frames(self) -> int:
        return len(self.pictures)

    @property
    def spare(self) -> tuple[int, int]:
        return 0, 0

    def read(self, index: int) -> Frame:
        return self.pictures[index]


def _scores(window: Window) -> dict[str, float]:
    """Return the mean PSNR of every way over the frames that all of them made."""
    frames = window.frames
    kept = frames[::2]
    long, ahead = [*window.before, *kept, *window.after], 2 * len(window.before)
    made: dict[str, Made] = {}
    found = {mode: _by_ffmpeg(long, mode) for mode in MODES}
    found |= {size: _by_engine(long, size) for size in SIZES}
    for way, each in found.items():
        made[way] = {i - ahead: f for i, f in each.items() if 0 < i - ahead < len(frames)}
    common = sorted(set.intersection(*(set(each) for each in made.values())))
    return {
        way: statistics.mean(_psnr(each[index], frames[index]) for index in common)
        for way, each in made.items()
    }


def _by_engine(kept: Sequence[Frame], flow_size: str) -> Made:
    """Return the made frames by their index in the window."""
    parameters = effects.resolve(
        effects.effect("retime").parameters, {"flow_size": flow_size, "speed": 0.5}
    )
    request = Request(
        "retime", Kept(kept), 0, 2 * len(kept) - 1, 2 * RATE, Fraction(1, 2), parameters, 0
    )
    context = Context(lambda: None, lambda note: None, os.cpu_count() or 1)
    frames = registry.load("interpolate").render(request, context)
    return {index: frame for index, frame in enumerate(frames) if index % 2}


def _by_ffmpeg(kept: Sequence[Frame], mode: str) -> Made:
    name, _, values = MODES[mode].format(rate=2 * RATE).partition("=")
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=kept[0].width, height=kept[0].height, format="yuv420p", time_base=1 / RATE
    )
    filtered, sink = graph.add(name, values), graph.add("buffersink")
    source.link_to(filtered)
    filtered.link_to(sink)
    graph.configure()
    made: Made = {}
    for index, frame in enumerate(kept):
        picture = to_av(frame)
        picture.pts, picture.time_base = index, 1 / RATE
        source.push(picture)
        made |= _pulled(sink)
    source.push(None)
    made |= _pulled(sink)
    return {index: frame for index, frame in made.items() if index % 2}


def _pulled(sink: Any) -> Made:
    made: Made = {}
    while True:
        try:
            picture = sink.pull()
        except (av.BlockingIOError, av.EOFError):
            return made
        made[round(picture.pts * picture.time_base * 2 * RATE)] = _frame(picture)


def _milliseconds(frames: Sequence[Frame]) -> dict[str, tuple[float, float]]:
    """Return what a made frame costs, by the clock and of all threads together.

    Each is the best of three runs, taken in turn.
    """
    ways = {mode: lambda kept, mode=mode: _by_ffmpeg(kept, mode) for mode in MODES}
    ways |= {size: lambda kept, size=size: _by_engine(kept, size) for size in SIZES}
    best = dict.fromkeys(ways, (float("inf"), float("inf")))
    for _ in range(3):
        for way, make in ways.items():
            begun = (time.perf_counter(), time.process_time())
            made = make(frames)
            ended = (time.perf_counter(), time.process_time())
            clock, threads = (1000 * (b - a) / len(made) for a, b in zip(begun, ended, strict=True))
            best[way] = (min(best[way][0], clock), min(best[way][1], threads))
    return best


def _frame(picture: av.VideoFrame) -> Frame:
    planes = picture.reformat(format="yuv420p").planes
    arrays = []
    for plane in planes:
        padded = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        arrays.append(np.ascontiguousarray(padded[:, : plane.width]))
    return Frame(tuple(arrays), YUV420, ColourTags())


def _scaled(frame: Frame) -> Frame:
    sizes = [(1920, 1080), (960, 540), (960, 540)]
    planes = tuple(
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC), np.uint8)
        for plane, size in zip(frame.planes, sizes, strict=True)
    )
    return Frame(planes, frame.format, frame.colour)


def _psnr(made: Frame, true: Frame) -> float:
    error = np.square(_rgb(made) - _rgb(true)).mean()
    return float(10 * np.log10(255**2 / max(float(error), 1e-9)))


def _rgb(frame: Frame) -> NDArray[np.float32]:
    return to_av(frame).reformat(format="rgb24").to_ndarray().astype(np.float32)


def _busiest(path: Path) -> int:
    """Return the start of the window with most change between frames and no cut."""
    with av.open(str(path)) as container:
        greys = [grey_proxy(_frame(picture), 160) for picture in container.decode(video=0)]
    change = [float(cv2.absdiff(a, b).mean()) for a, b in pairwise(greys)]
    by_motion = sorted(
        range(0, max(1, len(change) - WINDOW + 2), 2),
        key=lambda start: -sum(change[start : start + WINDOW - 1]),
    )
    for start in by_motion:
        part = greys[start : start + WINDOW]
        if not any(is_cut(a, b) for a, b in pairwise(part)):
            return start
    return 0


if __name__ == "__main__":
    sys.exit(main())
