"""Frames made between frames, against ffmpeg's minterpolate: how like the true ones, how fast.

    .venv/bin/python -m tests.bench.interpolate [--media FOLDER] [--json]

Of each window of 25 frames (`windows.json` in the folder; without it the busiest 25 frames
without a cut) every other frame is taken out and made again from its neighbours, at native size,
in the clip's own YUV. PSNR is of RGB, over the frames that all ways made. Because minterpolate
makes nothing beside the ends of what it is given, it is given two more kept frames on each side
where the clip has them; the engine never sees more than the two neighbours. The speed is that at
1080p, the last window scaled up; ours is the engine as the pipeline runs it, with all its work.
Both sides may use all cores: minterpolate has one thread.

Bars, with half-size flow: mean PSNR 0.5 dB above the mode of minterpolate that is better by mean,
and 3 times its speed.
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
BAR_DB, BAR_TIMES = 0.5, 3.0
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
    table(["1080p", "ms a frame"], list(speeds.items()), quiet=chosen.json)
    better = max(MODES, key=mean.__getitem__)
    figures = {
        "clips": len(scores),
        "psnr": {way: round(value, 3) for way, value in mean.items()},
        "better_mode": better,
        "gain_db": round(mean["half"] - mean[better], 3),
        "ms_1080p": {way: round(value, 1) for way, value in speeds.items()},
        "times_faster": round(speeds[better] / speeds["half"], 2),
        "threads": os.cpu_count(),
    }
    ok = figures["gain_db"] >= BAR_DB and figures["times_faster"] >= BAR_TIMES
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

    def read(self, index: int) -> Frame:
        return self.pictures[index]


def _scores(window: Window) -> dict[str, float]:
    """Return the mean PSNR of every way over the frames that all of them made."""
    frames = window.frames
    kept = frames[::2]
    long, ahead = [*window.before, *kept, *window.after], 2 * len(window.before)
    made: dict[str, Made] = {}
    for mode in MODES:
        found = _by_ffmpeg(long, mode)
        made[mode] = {i - ahead: f for i, f in found.items() if 0 < i - ahead < len(frames)}
    made |= {size: _by_engine(kept, size) for size in SIZES}
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


def _milliseconds(frames: Sequence[Frame]) -> dict[str, float]:
    """Return what a made frame costs, the best of three runs each, taken in turn."""
    ways = {mode: lambda kept, mode=mode: _by_ffmpeg(kept, mode) for mode in MODES}
    ways |= {size: lambda kept, size=size: _by_engine(kept, size) for size in SIZES}
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(3):
        for way, make in ways.items():
            begun = time.perf_counter()
            made = make(frames)
            best[way] = min(best[way], 1000 * (time.perf_counter() - begun) / len(made))
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
