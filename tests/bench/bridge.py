"""Gaps inside real clips, bridged, against a dissolve, a hold and plain interpolation.

    .venv/bin/python -m tests.bench.bridge [--media FOLDER] [--sheets FOLDER] [--json]

Of the window of each clip (see the benchmark ``interpolate``) the middle 6, 12 and 24 frames are
hidden and made again from what stands before and after. PSNR of RGB and SSIM of luma are those of
the middle frame, where the ways differ most. The seam is the mean change of velocity across a
joint, in pixels a frame at 360 lines, the mean of both joints; the true frames have one too.

Also told: what a bridge says of neighbours that are no pair. Every clip's end before every other
clip's start should be refused.

Bars: mean PSNR of all gaps 0.2 dB above that of the best baseline, mean SSIM 0.05 above that of a
dissolve, mean seam no larger than the true frames', all gaps inside a clip bridged, all between two
clips refused.
"""

from __future__ import annotations

import statistics
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise, permutations
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.errors import CutIsCleaner
from afterframe.imaging.cuts import is_cut
from afterframe.imaging.flow import flow_both_ways
from afterframe.media.display import grey_proxy, to_rgb8
from afterframe.media.frame import Frame, MediaInfo
from afterframe_hosts.wire import effects
from afterframe_models import registry
from afterframe_models.base import Context, Request
from tests.bench.interpolate import WINDOW, _frame, _psnr, starts
from tests.bench.report import MEDIA, finish, table

HIDDEN = (6, 12, 24)
BESIDE = 4
"""Frames that each side shows of itself."""
RATE = Fraction(24)
BAR_DB, BAR_SSIM = 0.2, 0.05
WAYS = ("hold", "dissolve", "interpolate", "bridge")
Frames = list[Frame]


@dataclass(frozen=True)
class Case:
    name: str
    before: Frames
    hidden: Frames
    after: Frames


@dataclass(frozen=True)
class Shown:
    """Frames as an engine reads a clip."""

    pictures: Sequence[Frame]
    spare = (0, 0)

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


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    chosen = _options(arguments)
    windows = {name: _window(chosen.media, name, at) for name, at in starts(chosen.media)}
    cases = [case for name, frames in windows.items() for case in _cases(name, frames)]
    scores: dict[str, dict[str, Any]] = {}
    for case in cases:
        made, seconds = _made(case)
        title = f"{case.name} {len(case.hidden)}"
        scores[title] = _score(case, made) | {"seconds": seconds, "refused": made["bridge"] is None}
        if chosen.sheets:
            _sheet(chosen.sheets, case, made)
    refused = _strangers(windows)
    return _tell(scores, refused, quiet=chosen.json)


def _options(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help="folder of real clips")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    parser.add_argument("--sheets", type=Path, help="write a contact sheet of every gap here")
    return parser.parse_args(arguments)


def _window(media: Path, name: str, start: int) -> Frames:
    """Return the frames around a window, the window's middle in their middle where it can be."""
    long = max(HIDDEN) + 2 * BESIDE
    first = max(0, start - (long - WINDOW) // 2)
    with av.open(str(media / "video" / name)) as container:
        return [
            _frame(picture) for picture in islice(container.decode(video=0), first, first + long)
        ]


def _cases(name: str, frames: Frames) -> list[Case]:
    found = []
    for hidden in HIDDEN:
        first = (len(frames) - hidden) // 2
        if first < 2:
            continue
        part = frames[max(0, first - BESIDE) : first + hidden + BESIDE]
        greys = [grey_proxy(each, 160) for each in part]
        if any(is_cut(a, b) for a, b in pairwise(greys)):
            continue
        begun = min(BESIDE, first)
        found.append(Case(name, part[:begun], part[begun : begun + hidden], part[begun + hidden :]))
    return found


def _made(case: Case) -> tuple[dict[str, Frames | None], float]:
    """Return what each way makes of a gap, and what a frame of ours costs in CPU seconds."""
    count = len(case.hidden)
    a, b = case.before[-1], case.after[0]
    times = [(index + 1) / (count + 1) for index in range(count)]
    made: dict[str, Frames | None] = {
        "hold": [a if t < 0.5 else b for t in times],
        "dissolve": [_dissolved(a, b, t) for t in times],
        "interpolate": _interpolated(a, b, count),
    }
    begun = time.process_time()
    made["bridge"] = _bridged(case.before, case.after, count)
    return made, (time.process_time() - begun) / count


def _interpolated(a: Frame, b: Frame, count: int) -> Frames:
    """Return what the engine for successive frames makes of two far apart."""
    step = Fraction(1, count + 1)
    values = effects.resolve(effects.effect("retime").parameters, {"flow_size": "full"})
    request = Request("retime", Shown([a, b]), 0, count + 1, RATE, step, values, 0)
    context = Context(lambda: None, lambda note: None)
    return list(registry.load("interpolate").render(request, context))[1:]


def _bridged(before: Frames, after: Frames, count: int) -> Frames | None:
    """Return the engine's frames, None where it refuses."""
    engine = registry.load("bridge")
    declared = (*effects.effect("bridge").parameters, *engine.card.parameters)
    values = effects.resolve(declared, {})
    request = Request(
        "bridge", Shown(before), 0, count, RATE, Fraction(1), values, 0, after=Shown(after)
    )
    try:
        return list(engine.render(request, Context(lambda: None, lambda note: None)))
    except CutIsCleaner:
        return None


def _dissolved(a: Frame, b: Frame, time: float) -> Frame:
    planes = (
        np.asarray(cv2.addWeighted(x, 1 - time, y, time, 0))
        for x, y in zip(a.planes, b.planes, strict=True)
    )
    return replace(a, planes=tuple(planes))


def _score(case: Case, made: dict[str, Frames | None]) -> dict[str, Any]:
    middle = len(case.hidden) // 2
    found: dict[str, Any] = {"seam": {"truth": _seam(case, case.hidden)}, "psnr": {}, "ssim": {}}
    for way, frames in made.items():
        frames = frames or made["hold"]
        assert frames is not None
        found["psnr"][way] = _psnr(frames[middle], case.hidden[middle])
        found["ssim"][way] = ssim(frames[middle], case.hidden[middle])
        found["seam"][way] = _seam(case, frames)
    return found


def _seam(case: Case, made: Frames) -> float:
    start = seam(case.before[-2], case.before[-1], made[0])
    return (start + seam(case.after[1], case.after[0], made[-1])) / 2


def seam(earlier: Frame, last: Frame, made: Frame) -> float:
    """Return the mean change of velocity across a joint, pixels a frame at 360 lines."""
    width = max(32, round(last.width * 360 / last.height))
    past, here, next_one = (grey_proxy(each, width) for each in (earlier, last, made))
    came = -flow_both_ways(here, past)[0]
    goes = flow_both_ways(here, next_one)[0]
    return float(np.hypot(*cv2.split(goes - came)).mean())


def ssim(one: Frame, other: Frame) -> float:
    """Return the mean structural similarity of the luma (Wang et al., 2004)."""
    a, b = (grey_proxy(each, each.width).astype(np.float32) for each in (one, other))

    def mean(picture: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(picture, (11, 11), 1.5), np.float32)

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    shared = mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mean_a * mean_b + c1) * (2 * shared + c2)
    return float((likeness / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean())


def _strangers(windows: dict[str, Frames]) -> dict[str, bool]:
    """Return for each two clips whether a bridge between them was refused."""
    return {
        f"{a} | {b}": _bridged(windows[a][:BESIDE], _like(windows[b][-BESIDE:], windows[a][0]), 1)
        is None
        for a, b in permutations(windows, 2)
    }


def _like(frames: Frames, other: Frame) -> Frames:
    sizes = [plane.shape[::-1] for plane in other.planes]

    def scaled(frame: Frame) -> Frame:
        planes = (cv2.resize(p, s) for p, s in zip(frame.planes, sizes, strict=True))
        return replace(frame, planes=tuple(np.asarray(p, np.uint8) for p in planes))

    return [scaled(frame) for frame in frames]


def _sheet(folder: Path, case: Case, made: dict[str, Frames | None]) -> None:
    """Write a picture: each way a row, from the last shot frame to the next."""
    folder.mkdir(parents=True, exist_ok=True)
    count = len(case.hidden)
    columns = sorted({round(part * (count - 1) / 6) for part in range(7)})
    rows = []
    for frames in (case.hidden, made["interpolate"], made["bridge"] or made["hold"]):
        assert frames is not None
        shown = [case.before[-1], *(frames[i] for i in columns), case.after[0]]
        height = round(300 * shown[0].height / shown[0].width)
        rows.append(np.hstack([cv2.resize(to_rgb8(each), (300, height)) for each in shown]))
    path = folder / f"{Path(case.name).stem}_{count}.png"
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _tell(scores: dict[str, dict[str, Any]], refused: dict[str, bool], *, quiet: bool) -> int:
    means = {
        what: {way: statistics.mean(s[what][way] for s in scores.values()) for way in ways}
        for what, ways in (("psnr", WAYS), ("ssim", WAYS), ("seam", ("truth", *WAYS)))
    }
    for what, mean in means.items():
        rows = [[title, *(score[what][way] for way in mean)] for title, score in scores.items()]
        table([what, *mean], [*rows, ["mean", *mean.values()]], quiet=quiet)
    not_bridged = [title for title, score in scores.items() if score["refused"]]
    bridged = [pair for pair, was in refused.items() if not was]
    table(["refused, though one shot"], [[each] for each in not_bridged], quiet=quiet)
    table(["bridged, though two"], [[each] for each in bridged], quiet=quiet)
    gain = means["psnr"]["bridge"] - max(means["psnr"][way] for way in WAYS[:-1])
    structure = means["ssim"]["bridge"] - means["ssim"]["dissolve"]
    smooth = means["seam"]["bridge"] <= means["seam"]["truth"]
    figures = {
        "gaps": len(scores),
        **{what: {way: round(v, 4) for way, v in mean.items()} for what, mean in means.items()},
        "gain_db": round(gain, 3),
        "ssim_over_dissolve": round(structure, 4),
        "not_bridged": len(not_bridged),
        "strangers_refused": f"{sum(refused.values())}/{len(refused)}",
        "cpu_seconds_a_frame": round(statistics.mean(s["seconds"] for s in scores.values()), 3),
    }
    refused_well = not not_bridged and not bridged
    ok = gain >= BAR_DB and structure >= BAR_SSIM and smooth and refused_well
    return finish("bridge", figures, ok)


if __name__ == "__main__":
    sys.exit(main())
