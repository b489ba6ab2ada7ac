"""Clips extended by their hidden second: how like the true one, how smooth, how alive.

    .venv/bin/python -m tests.bench.extend [--media FOLDER] [--json] [--windows] [--sheets DIR]

Of every clip the last 24 frames (12 of a clip of up to 50) are hidden and made by `extend` from
what is left, in the clip's own encoding; with `--windows` the second of its window in
`windows.json` too. Beside it stands the last frame, held.

- PSNR of RGB after 1, 4, 12 and 24 frames. Nothing that has not learned predicts beyond the
  fourth frame: later the true continuation is one of many, and standing still is nearer to it.
- Seam: mean length of the velocity right after the joint less that right before it, in pixels a
  frame at 360 rows; and the same of the true continuation. A clip is violent where a twentieth of
  the picture moves more than 15 pixels a frame beside the joint: flow cannot be measured there.
- Liveliness: mean change between frames, from the sixth on, over that of the true continuation.
- Double exposure: largest share, over all frames of all morphs, of the moving area where both
  takes are mixed by more than 0.15 each and differ by more than 12 levels of 255. What moves is
  what differs from its last frame by more than 12 levels in either take, and 1 % of the picture
  at least.

Bars: mean seam at most 1.15 of the true continuation's, over clips that are not violent; median
liveliness 0.7 to 1.3; double exposure at most 1 %.

`--sheets` draws the frames around every joint and morph, tail and head, with what changes from
frame to frame three times brighter below.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.flow import displaced, flow_both_ways
from afterframe.media.base import Source as Medium
from afterframe.media.display import grey_proxy, to_rgb8
from afterframe.media.frame import Frame, MediaInfo
from afterframe.media.source import open_media
from afterframe.pipeline.conform import resized
from afterframe_hosts.wire.clip import Media
from afterframe_models.extend.material import Side, gather
from afterframe_models.extend.morph import DIFFERENT
from afterframe_models.extend.plan import Plan, make_plan
from afterframe_models.extend.show import Show
from tests.bench.report import MEDIA, finish, table

HIDDEN, SHORT_CLIP = 24, 50
HORIZONS = (1, 4, 12, 24)
ROWS = 360
VIOLENT = 15.0
ALIVE_FROM = 6
BOTH = 0.15
SEAM_BAR, ALIVE_BAR, EXPOSURE_BAR = 1.15, (0.7, 1.3), 0.01
RATE = 24.0
KINDS = {".mp4", ".mkv", ".mov", ".webm", ".avi"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    chosen = _options(arguments)
    scores: dict[str, Score] = {}
    speed: dict[str, float] = {}
    for name, clip, truth in _cases(chosen.media, windows=chosen.windows):
        scores[name] = _score(clip, truth)
        speed = speed or _speed(clip)
        if chosen.sheets:
            chosen.sheets.mkdir(parents=True, exist_ok=True)
            _draw_sheets(chosen.sheets, name, clip)
    if not scores:
        print(f"no clips in {chosen.media / 'video'}", file=sys.stderr)
        return 1
    _print(scores, quiet=chosen.json)
    table(["1080p", "seconds"], list(speed.items()), quiet=chosen.json)
    calm = [score for score in scores.values() if not score.violent]
    seam = sum(score.seam for score in calm) / max(1e-6, sum(s.true_seam for s in calm))
    alive = statistics.median(score.alive for score in scores.values())
    exposure = max(score.exposure for score in scores.values())
    figures = {
        "clips": len(scores),
        "psnr": _means(scores, "psnr"),
        "psnr_held": _means(scores, "held"),
        "seam_to_true": round(seam, 3),
        "liveliness": round(alive, 3),
        "double_exposure": round(exposure, 4),
        "seconds_1080p": {way: round(value, 3) for way, value in speed.items()},
        "threads": os.cpu_count(),
    }
    ok = seam <= SEAM_BAR and ALIVE_BAR[0] <= alive <= ALIVE_BAR[1] and exposure <= EXPOSURE_BAR
    return finish("extend", figures, ok)


@dataclass(frozen=True)
class Part:
    """Some frames of a medium, as an engine reads a clip."""

    medium: Medium
    start: int
    end: int

    @property
    def info(self) -> MediaInfo:
        return self.medium.info

    @property
    def frames(self) -> int:
        return self.end - self.start

    @property
    def spare(self) -> tuple[int, int]:
        return 0, 0

    def read(self, index: int) -> Frame:
        return self.medium.read(self.start + index)


@dataclass(frozen=True)
class Score:
    """What was measured on one clip; see the module."""

    why: str
    runs: int
    psnr: dict[int, float]
    held: dict[int, float]
    seam: float
    true_seam: float
    violent: bool
    alive: float
    exposure: float
    milliseconds: float


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help="folder of real clips")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    parser.add_argument("--windows", action="store_true", help="windows of windows.json too")
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets")
    return parser.parse_args(arguments)


def _cases(media: Path, *, windows: bool) -> Iterator[tuple[str, Part, list[Frame]]]:
    """Yield a name, what the engine sees and what is hidden."""
    listed = media / "windows.json"
    starts = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else {}
    for path in sorted((media / "video").iterdir()):
        if path.suffix.lower() not in KINDS:
            continue
        medium = open_media(Media("movie", str(path.resolve())))
        frames = medium.info.frames
        hidden = HIDDEN if frames > SHORT_CLIP else HIDDEN // 2
        ends = {path.name: frames - hidden}
        if windows and path.name in starts:
            ends[f"{path.name} @{starts[path.name]['start']}"] = starts[path.name]["start"] + 1
        for name, end in ends.items():
            truth = [medium.read(index) for index in range(end, end + hidden)]
            yield name, Part(medium, 0, end), truth
        medium.close()


def _score(clip: Part, truth: Sequence[Frame]) -> Score:
    begun = time.process_time()
    plan = _plan(clip, "tail", len(truth))
    show = Show(plan)
    made = [show.frame(number) for number in range(len(truth))]
    spent = time.process_time() - begun
    before, last = clip.read(clip.frames - 2), clip.read(clip.frames - 1)
    seam, fast = _seam(before, last, made[0])
    true_seam, true_fast = _seam(before, last, truth[0])
    horizons = [h for h in HORIZONS if h <= len(truth)]
    return Score(
        why=plan.why,
        runs=len(plan.runs),
        psnr={h: _psnr(made[h - 1], truth[h - 1]) for h in horizons},
        held={h: _psnr(last, truth[h - 1]) for h in horizons},
        seam=seam,
        true_seam=true_seam,
        violent=max(fast, true_fast) > VIOLENT,
        alive=_change(made) / (_change(truth) + 0.05),
        exposure=_exposure(plan),
        milliseconds=1000 * spent / len(truth),
    )


def _plan(clip: Part, side: Side, frames: int) -> Plan:
    material = gather(clip, side, lambda: None)
    return make_plan(material, frames, way="auto", rate=RATE, seed=1, check=lambda: None)


def _seam(before: Frame, last: Frame, after: Frame) -> tuple[float, float]:
    """Return how much the velocity changes at the joint, and its 95th percentile there."""
    width = round(ROWS * last.width / last.height)
    past, joint, coming = (grey_proxy(frame, width) for frame in (before, last, after))
    came, goes = -flow_both_ways(joint, past)[0], flow_both_ways(joint, coming)[0]
    fast = max(float(np.percentile(np.linalg.norm(v, axis=2), 95)) for v in (came, goes))
    return float(np.linalg.norm(goes - came, axis=2).mean()), fast


def _change(frames: Sequence[Frame]) -> float:
    shown = [_rgb(frame) for frame in frames[ALIVE_FROM:]]
    return float(np.mean([np.abs(a - b).mean() for a, b in pairwise(shown)]))


def _exposure(plan: Plan) -> float:
    """Return the largest share of the moving area that shows both takes of a morph."""
    show, worst = Show(plan), 0.0
    for place, run in enumerate(plan.runs):
        greys, join = plan.film.greys, show.join(place)
        last = greys[run.after]
        for number, moment in enumerate(join.moments):
            if moment.first is None:
                continue
            shown = greys[run.match + 1 + number]
            takes = displaced(last, moment.first), displaced(shown, moment.second)
            both = (moment.share > BOTH) & (moment.share < 1 - BOTH)
            differ = _apart(*takes) > DIFFERENT
            moving = cv2.absdiff(shown, greys[run.match + number]) > DIFFERENT
            moving |= cv2.absdiff(last, greys[max(0, run.after - 1)]) > DIFFERENT
            area = max(float(moving.mean()), 0.01)
            worst = max(worst, float((both & differ).mean()) / area)
    return worst


def _apart(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return by how much two takes differ, but for slow changes of light: those are evened out."""
    apart = second.astype(np.float32) - first
    apart -= np.median(apart)
    slow = cv2.blur(np.clip(apart, -DIFFERENT, DIFFERENT), (61, 61))
    return np.asarray(np.abs(apart - slow), np.float32)


def _speed(clip: Part) -> dict[str, float]:
    """Return what a clip at 1080p costs: the look at it, frames of a morph, the clip's own."""

    class Large(Part):
        @property
        def info(self) -> MediaInfo:
            return large

        def read(self, index: int) -> Frame:
            return frames[index]

    count = min(60, clip.frames)
    frames = [resized(clip.read(clip.frames - count + n), 1920, 1080) for n in range(count)]
    small = clip.info
    large = MediaInfo(1920, 1080, count, Fraction(24), small.format, small.colour)
    begun = time.perf_counter()
    material = gather(Large(clip.medium, 0, count), "tail", lambda: None)
    plan = make_plan(material, 24, way="live", rate=RATE, seed=1, check=lambda: None)
    show, times = Show(plan), [time.perf_counter() - begun]
    begun = time.perf_counter()
    join = show.join(0)
    times.append(time.perf_counter() - begun)
    for first, end in ((0, len(join.moments)), (len(join.moments), plan.runs[0].length)):
        begun = time.perf_counter()
        for number in range(first, end):
            show.frame(number)
        times.append((time.perf_counter() - begun) / max(1, end - first))
    return dict(
        zip(("60 frames looked at", "join", "morph frame", "own frame"), times, strict=True)
    )


def _draw_sheets(folder: Path, name: str, clip: Part) -> None:
    for side in ("head", "tail"):
        plan = _plan(clip, side, 96)
        show, material = Show(plan), plan.material
        made = [show.frame(number) for number in range(96)]
        shown = [material.read(max(0, material.last - 3 + n)) for n in range(4)] + made
        joints, at = [4], 4
        for run in plan.runs[:3]:
            at += run.length
            joints.append(at)
        spans = [range(joint - 4, min(joint + 12, len(shown))) for joint in joints[:4]]
        rows = [_strip([shown[n] for n in span]) for span in spans if len(span) > 4]
        picture = np.vstack([np.pad(r, ((0, 8), (0, 3400 - r.shape[1]), (0, 0))) for r in rows])
        cv2.imwrite(str(folder / f"{name}_{side}_{plan.why}.png".replace(" ", "_")), picture)


def _strip(frames: Sequence[Frame]) -> NDArray[np.uint8]:
    width = 210
    pictures = [
        to_rgb8(each, (width, round(width * each.height / each.width)))[..., ::-1]
        for each in frames
    ]
    changes = [np.zeros_like(pictures[0])]
    changes += [np.clip(cv2.absdiff(a, b).astype(int) * 3, 0, 255) for a, b in pairwise(pictures)]
    return np.vstack([np.hstack(pictures), np.hstack(changes)]).astype(np.uint8)


def _print(scores: dict[str, Score], *, quiet: bool) -> None:
    heads = ["clip", "way", "runs", *(f"PSNR {h}" for h in HORIZONS), "(held)", "seam", "(true)"]
    heads += ["alive", "double", "CPU ms/frame"]
    rows: list[list[Any]] = []
    for name, score in scores.items():
        ahead = [score.psnr.get(h, "") for h in HORIZONS]
        held = " ".join(f"{value:.1f}" for value in score.held.values())
        seams = [score.seam, f"{score.true_seam:.3g}{' violent' if score.violent else ''}"]
        last = [score.alive, score.exposure, score.milliseconds]
        rows.append([name, score.why, score.runs, *ahead, held, *seams, *last])
    table(heads, rows, quiet=quiet)


def _means(scores: dict[str, Score], what: str) -> dict[int, float]:
    found = [getattr(score, what) for score in scores.values()]
    return {h: round(statistics.mean(each[h] for each in found if h in each), 2) for h in HORIZONS}


def _psnr(made: Frame, true: Frame) -> float:
    error = float(np.square(_rgb(made) - _rgb(true)).mean())
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def _rgb(frame: Frame) -> NDArray[np.float32]:
    return to_rgb8(frame).astype(np.float32)


if __name__ == "__main__":
    sys.exit(main())
