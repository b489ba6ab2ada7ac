"""Painted clips: how steady, how fast, how large their strokes.

    .venv/bin/python -m tests.bench.restyle [--media FOLDER] [--styles A,B] [--clips A,B] [--4k]
        [--sheets DIR] [--json]

Every clip (`windows.json` in the folder; without it its busiest frames) in every style: the
pictures in `style/`, and all presets. Parameters are what users get when they set none.

Steadiness is the temporal warp error at 480 lines: the mean squared difference, 0 to 1, between a
frame and the frame before it moved by the flow of the *source*, where that flow's two directions
agree; as a ratio to the same error of the source itself, which is taken for 0.1e-3 where it is less
(FLOOR: of a shot that hardly changes it is some 0.05e-3, and a ratio to it tells of grain). This is
`all`. Where the source shows nothing, a flow is a guess and agrees with itself all the same (a
wall, asphalt: flows of 2 to 11 samples where the camera stands); there paint that rests is counted
as wrong. Strokes that stood perfectly still on these would have 5 and 9 in `all`. So there are two
more: `seen` takes only places with something to see, and `either` takes all of `all`, but where the
source fits itself at rest as well as along its flow, to half a grey level, paint may do either: the
smaller error counts. `alone` is `all` for frames that are each painted by themselves, by another
seed: what boiling is.

Speed is that of the engine at 480 and 1080 lines (the first clip, scaled), on the clock and of
all threads together: on a busy machine the latter says more. Stroke size is the mean frequency of
what a style adds to an even picture, in cycles a height.

Bars: median of `all` over all clips at most 1.2, of each kind of reference (painterly, flat) and of
presets; no clip above 2 in `either` with any reference (of presets the worst is told: pencil, whose
lines are the finest); at 1080 lines at most 1.5 s a frame, every style; frequencies at 480, 1080
(and 2160) lines within 1.35 of each other for references.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced, flow_both_ways
from afterframe.media.display import to_display
from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe.pipeline.pictures import JobPictures
from afterframe_hosts.wire import effects
from afterframe_hosts.wire.pictures import references
from afterframe_models import registry
from afterframe_models.base import Context, Request
from afterframe_models.style.references import read_style
from tests.bench.interpolate import read_window, starts
from tests.bench.report import MEDIA, finish, table

Single = NDArray[np.float32]

LINES, HD, UHD = 480, 1080, 2160
FRAMES = 9
STEADY, WORST, SECONDS, SHARE = 1.2, 2.0, 1.5, 1.35
"""The bars."""
RGB = PixelFormat("rgb", 32, floating=True)
TAGS = ColourTags(matrix=0, full_range=True)
FLOOR = 1e-4
"""Error of a source, at least, that a ratio is to."""
MARKED = 0.005
"""Standard deviation of an even picture from which on it has strokes."""
SEEN = 2.5
"""Standard deviation, in grey levels, from which on a place shows something."""
RESTING = 0.5
"""Grey levels by which a place may fit its flow better and rest all the same: a camera's noise."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    chosen = _options(arguments)
    styles = _styles(chosen.media, chosen.styles)
    clips = {
        name: _read(chosen.media, name, at)
        for name, at in starts(chosen.media)
        if not chosen.clips or Path(name).stem in chosen.clips.split(",")
    }
    if not clips or not styles:
        print(f"no clips or no styles in {chosen.media}", file=sys.stderr)
        return 1
    ratios = _steadiness(clips, styles, chosen)
    heights = (LINES, HD, UHD) if chosen.uhd else (LINES, HD)
    first = next(iter(clips.values()))
    speeds = {s: {h: _speed(first, values, h) for h in heights} for s, values in styles.items()}
    _print_speeds(speeds, quiet=chosen.json)
    sizes = _sizes(styles, heights)
    rows = [(style, *found) for style, found in sizes.items()]
    table(["strokes, cycles a height", *map(str, heights)], rows, quiet=chosen.json)
    kinds = {style: _kind(values, first) for style, values in styles.items()}
    medians, worst = _medians(ratios, kinds), _worst(ratios, kinds)
    slowest = max(speed[HD][0] for speed in speeds.values())
    spread = max((max(found) / min(found) for found in sizes.values()), default=1.0)
    figures = {
        "median_seen": round(statistics.median(r.seen for r in ratios.values()), 3),
        **{f"median_all_{kind}": round(median, 3) for kind, median in medians.items()},
        **{f"worst_either_{kind}": round(ratio, 3) for kind, ratio in worst.items()},
        "slowest_1080": round(slowest, 3),
        "stroke_spread": round(spread, 3),
    }
    steady = all(median <= STEADY for median in medians.values())
    steady &= all(ratio <= WORST for kind, ratio in worst.items() if kind != "preset")
    return finish("restyle", figures, steady and slowest <= SECONDS and spread <= SHARE)


class Ratios(NamedTuple):
    """Warp errors over the source's own, see the module."""

    seen: float
    all: float
    either: float
    alone: float


class Step(NamedTuple):
    """What is known of the way from a frame of the source to the next.

    Attributes:
        back: the flow, from the next to the frame.
        agrees: (h, w) where its two directions do.
        shows: (h, w) where they do, and there is something to see.
        rests: (h, w) where the source fits itself at rest as well.
    """

    back: Single
    agrees: NDArray[np.bool_]
    shows: NDArray[np.bool_]
    rests: NDArray[np.bool_]


@dataclass(frozen=True)
class Clip:
    """Pictures as an engine of display pixels reads them."""

    pictures: Sequence[Single]
    spare: tuple[int, int] = (0, 0)

    @property
    def info(self) -> MediaInfo:
        height, width = self.pictures[0].shape[:2]
        return MediaInfo(width, height, self.frames, Fraction(25), RGB, TAGS)

    @property
    def frames(self) -> int:
        return len(self.pictures)

    def read(self, index: int) -> Frame:
        planes = tuple(np.ascontiguousarray(p) for p in np.moveaxis(self.pictures[index], 2, 0))
        return Frame(planes, RGB, TAGS)


def painted(clip: Clip, values: Mapping[str, Any], seed: int = 1) -> list[Single]:
    """Return the clip in a style."""
    declared = (*effects.effect("restyle").parameters, *registry.cards()["style"].parameters)
    parameters = effects.resolve(declared, {"seed": seed, **values})
    request = Request(
        effect="restyle",
        source=clip,
        at=0,
        frames=clip.frames,
        rate=Fraction(25),
        step=Fraction(1),
        parameters=parameters,
        seed=seed,
        pictures=JobPictures(clip.info),
    )
    context = Context(lambda: None, lambda note: None, os.cpu_count() or 1)
    return [np.dstack(frame.planes) for frame in registry.load("style").render(request, context)]


def _steadiness(
    clips: Mapping[str, Clip], styles: Mapping[str, Mapping[str, Any]], chosen: argparse.Namespace
) -> dict[tuple[str, str], Ratios]:
    found: dict[tuple[str, str], Ratios] = {}
    for name, large in clips.items():
        clip = _scaled(large, LINES)
        motions = [_motion(a, b) for a, b in pairwise(clip.pictures)]
        rows = []
        for style, values in styles.items():
            made = painted(clip, values)
            alone = [
                painted(Clip([picture]), values, seed)[0]
                for seed, picture in enumerate(clip.pictures[:3])
            ]
            seen, everywhere, either = (
                measure(made, motions) / max(FLOOR, measure(clip.pictures, motions))
                for measure in (_error_seen, _error, _error_either)
            )
            few = max(FLOOR, _error(clip.pictures[:3], motions[:2]))
            boiling = _error(alone, motions[:2]) / few
            found[name, style] = Ratios(seen, everywhere, either, boiling)
            rows.append((style, *found[name, style]))
            if chosen.sheets:
                _sheet(chosen.sheets, name, style, large, values, made)
        table([name, *Ratios._fields], rows, quiet=chosen.json)
    return found


def _medians(
    ratios: Mapping[tuple[str, str], Ratios], kinds: Mapping[str, str]
) -> dict[str, float]:
    """Return the median of `all` for each kind of style."""
    found: dict[str, list[float]] = {}
    for (_, style), ratio in ratios.items():
        found.setdefault(kinds[style], []).append(ratio.all)
    return {kind: statistics.median(each) for kind, each in found.items()}


def _worst(ratios: Mapping[tuple[str, str], Ratios], kinds: Mapping[str, str]) -> dict[str, float]:
    """Return the largest `either` for each kind of style."""
    found: dict[str, float] = {}
    for (_, style), ratio in ratios.items():
        found[kinds[style]] = max(ratio.either, found.get(kinds[style], 0.0))
    return found


def _kind(values: Mapping[str, Any], clip: Clip) -> str:
    """Return what a style is: a preset, or what a reference is read as."""
    if "reference" not in values:
        return "preset"
    style = read_style(references(values["reference"]), JobPictures(clip.info))
    return style.kinds[0][1]


def _motion(before: Single, after: Single) -> Step:
    first, second = (
        np.rint(255 * np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY))).astype(np.uint8)
        for p in (before, after)
    )
    forward, back = flow_both_ways(first, second)
    agrees = np.hypot(*np.moveaxis(back + displaced(forward, back), 2, 0)) < 1
    grey, was = second.astype(np.float32), first.astype(np.float32)
    detail = np.square(grey - cv2.GaussianBlur(grey, (0, 0), 4))
    shows = cv2.GaussianBlur(detail, (0, 0), 6) > SEEN**2
    moved, still = (
        cv2.GaussianBlur(np.abs(grey - there), (0, 0), 2) for there in (displaced(was, back), was)
    )
    return Step(back, agrees, agrees & shows, still <= moved + RESTING)


def _error(frames: Sequence[Single], steps: Sequence[Step]) -> float:
    """Return the mean warp error where flows agree."""
    return _mean(_moved(pair, step)[step.agrees] for pair, step in _ways(frames, steps))


def _error_seen(frames: Sequence[Single], steps: Sequence[Step]) -> float:
    """Return it where there is something to see."""
    return _mean(_moved(pair, step)[step.shows] for pair, step in _ways(frames, steps))


def _error_either(frames: Sequence[Single], steps: Sequence[Step]) -> float:
    """Return it where flows agree, or of paint at rest where that is smaller and may be."""
    errors = []
    for pair, step in _ways(frames, steps):
        moved, still = _moved(pair, step), np.square(pair[1] - pair[0]).mean(2)
        # Neighbours decide together: of two errors the smaller one is smaller by chance, too.
        less = cv2.GaussianBlur(still, (0, 0), 4) < cv2.GaussianBlur(moved, (0, 0), 4)
        errors.append(np.where(step.rests & less, still, moved)[step.agrees])
    return _mean(errors)


def _ways(
    frames: Sequence[Single], steps: Sequence[Step]
) -> Iterator[tuple[tuple[Single, Single], Step]]:
    return zip(pairwise(frames), steps, strict=True)


def _moved(pair: tuple[Single, Single], step: Step) -> Single:
    before, after = pair
    return np.asarray(np.square(after - displaced(before, step.back)).mean(2), np.float32)


def _mean(errors: Iterable[Single]) -> float:
    """Return the mean over frames that have any place; each counts the same."""
    means = [float(each.mean()) for each in errors if each.size]
    return statistics.mean(means) if means else 1e-9


def _speed(clip: Clip, values: Mapping[str, Any], height: int) -> tuple[float, float]:
    """Return seconds a frame on the clock and of all threads; what is done once left out."""
    scaled = _scaled(Clip(clip.pictures[:4]), height)
    whole = _timed(scaled, values)
    once = _timed(Clip(scaled.pictures[:1]), values)
    clock, threads = ((a - b) / 3 for a, b in zip(whole, once, strict=True))
    return clock, threads


def _timed(clip: Clip, values: Mapping[str, Any]) -> tuple[float, float]:
    clock, threads = time.perf_counter(), time.process_time()
    painted(clip, values)
    return time.perf_counter() - clock, time.process_time() - threads


def _print_speeds(speeds: Mapping[str, Mapping[int, tuple[float, float]]], *, quiet: bool) -> None:
    rows = [
        (style, *(f"{clock:.2f} ({threads:.2f})" for clock, threads in found.values()))
        for style, found in speeds.items()
    ]
    heights = next(iter(speeds.values()))
    table(["s a frame (of all threads)", *map(str, heights)], rows, quiet=quiet)


def _sizes(
    styles: Mapping[str, Mapping[str, Any]], heights: Sequence[int]
) -> dict[str, list[float]]:
    """Return of every reference with strokes how fine they are at each height."""
    sizes = {}
    for style, values in styles.items():
        found = [_fineness(values, h) for h in heights if "reference" in values]
        known = [each for each in found if each is not None]
        if known:
            sizes[style] = known
    return sizes


def _fineness(values: Mapping[str, Any], height: int) -> float | None:
    """Return the mean frequency of what a style adds to an even picture; None: no strokes."""
    even = np.full((height, height, 3), 0.5, np.float32)
    chosen = {**values, "strength": 1.0, "colour": 0.0}
    paint = painted(Clip([even]), chosen)[0][..., 1]
    fine = paint - cv2.GaussianBlur(paint, (0, 0), height / 12)
    window = np.hanning(height)
    power = np.square(np.abs(np.fft.fft2(fine * window[:, None] * window[None])))
    place = np.fft.fftfreq(height) * height
    frequency = np.hypot(place[:, None], place[None])
    seen = frequency < 0.2 * LINES  # larger than a few pixels at 480 lines
    if paint.std() < MARKED:
        return None
    return float((power * frequency)[seen].sum() / power[seen].sum())


def _sheet(
    folder: Path, name: str, style: str, clip: Clip, values: Mapping[str, Any], made: list[Single]
) -> None:
    """Write what an editor looks at: strengths, a crop at 1:1 of 1080 lines, six frames."""
    folder.mkdir(parents=True, exist_ok=True)
    short = _scaled(Clip(clip.pictures[:3]), LINES)
    strengths = [painted(short, {**values, "strength": s})[-1] for s in (0.4, 0.8, 1.0)]
    hd = painted(_scaled(Clip(clip.pictures[:3]), HD), values)[-1]
    top, left = (side // 2 - LINES // 2 for side in hd.shape[:2])
    crop = hd[top : top + LINES, max(0, left) : max(0, left) + strengths[0].shape[1]]
    six = [frame[120:360, 160:480] for frame in made[-6:]]
    large = cv2.resize(crop, (strengths[0].shape[1], LINES))
    pictures = {"strengths": np.hstack([*strengths, large]), "six": np.hstack(six)}
    for what, picture in pictures.items():
        shown = np.rint(255 * np.clip(picture[..., ::-1], 0, 1)).astype(np.uint8)
        cv2.imwrite(str(folder / f"{Path(name).stem}_{style}_{what}.png"), shown)


def _read(media: Path, name: str, start: int) -> Clip:
    window = read_window(media, name, start)
    return Clip([to_display(frame) for frame in window.frames[:FRAMES]])


def _scaled(clip: Clip, height: int) -> Clip:
    was, across = clip.pictures[0].shape[:2]
    size = (round(across * height / was / 2) * 2, height)
    method = cv2.INTER_AREA if height < was else cv2.INTER_CUBIC
    scaled = [cv2.resize(picture, size, interpolation=method) for picture in clip.pictures]
    return Clip([np.clip(picture, 0, 1).astype(np.float32) for picture in scaled])


def _styles(media: Path, wanted: str) -> dict[str, Mapping[str, Any]]:
    pictures = sorted((media / "style").glob("*.*"))
    found: dict[str, Mapping[str, Any]] = {
        path.stem: {"reference": [{"path": str(path), "weight": 1.0}]} for path in pictures
    }
    found |= {preset: {"preset": preset} for preset in effects.PRESETS}
    names = wanted.split(",") if wanted else list(found)
    return {name: found[name] for name in names}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help="folder of real clips")
    parser.add_argument("--styles", default="", help="only these, by name: starry_night,oil")
    parser.add_argument("--clips", default="", help="only these, by name without suffix")
    parser.add_argument("--4k", dest="uhd", action="store_true", help="measure 2160 lines, too")
    parser.add_argument("--sheets", type=Path, help="write contact sheets into this folder")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
