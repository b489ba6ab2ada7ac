"""Is a result placed exactly or refused cleanly, whatever Resolve does? Every build, every fault.

    .venv/bin/python -m tests.bench.place [--every N] [--only 21.1] [--json]

On a stand-in of each version, edition and way of running, each call on the way of a result and of
captured pictures goes wrong in each way: refused, raised, a lie, done without an answer, the end of
Resolve, no return. Methods that never work and Resolves with quirks are tried as well. Afterwards
the whole project is compared: a result stands to the frame or nothing has changed, asked for once
more it stands, once; of captures nothing is ever left.

Bar: nothing is wrong anywhere.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from afterframe_hosts.resolve import capture, place
from afterframe_hosts.wire.clip import Clip, Span
from tests.bench import report
from tests.fakes.resolve.build import VERSIONS, Build, Edition
from tests.unit.resolve_desk import (
    KINDS,
    QUIRKS,
    SETTERS,
    WAYS,
    Desk,
    Shelf,
    Way,
    broken,
    capture_problems,
    desk,
    method_problems,
    place_problems,
    quirk_problems,
    scene,
)

PLACINGS = ("plain", "new track", "handles", "pictures", "take", "other timeline")
CAPTURES = {"still": 1, "range": 5}
Outcome = tuple[str, str, list[str]]
"""What was tried, what came of it, and what is wrong."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try, print, judge."""
    options = _options(arguments)
    rows: list[list[object]] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf.filled(Path(folder) / "media", Fraction(24000, 1001))
        for number, (name, build) in enumerate(_builds(options.only)):
            laid = desk(shelf, Path(folder) / name, build)
            came: Counter[str] = Counter()
            for tried, outcome, problems in _all(laid, Path(folder), number, options.every):
                came["placed" if outcome in {"placed", "taken"} else "refused"] += 1
                came["wrong"] += bool(problems)
                wrong += [f"{name}: {tried}: {each}" for each in problems[:2]]
            rows.append([name, came["placed"], came["refused"], came["wrong"]])
            report.table(["build", "done", "refused", "wrong"], rows[-1:], quiet=options.json)
    report.table(["build", "done", "refused", "wrong"], rows, quiet=options.json)
    for line in wrong[:20]:
        print(line[:300])
    figures = {
        "builds": len(rows),
        "done": sum(int(str(row[1])) for row in rows),
        "refused": sum(int(str(row[2])) for row in rows),
        "wrong": len(wrong),
    }
    return report.finish("place", figures, bool(rows) and not wrong)


def _builds(only: str | None) -> Iterator[tuple[str, Build]]:
    """Give every build that there is; the free edition cannot run without its window."""
    editions: tuple[Edition, ...] = ("studio", "free")
    for version in VERSIONS if only is None else [only]:
        for edition in editions:
            for headless in (False, True) if edition == "studio" else (False,):
                name = f"{version} {edition}{' headless' if headless else ''}"
                yield name, Build.named(version, edition, headless=headless)


def _all(laid: Desk, folder: Path, number: int, every: int) -> Iterator[Outcome]:
    """Try everything; of the single calls every so manieth, on each build others."""
    for name, faults in QUIRKS.items():
        yield name, "placed", quirk_problems(laid, copy.deepcopy(faults))
    for kind in KINDS:
        for method in SETTERS:
            yield f"{method} {kind}", *method_problems(laid, kind, method)
    for way in WAYS:
        first = 1 + number % every
        for placing in PLACINGS:
            yield from _placed(laid, placing, way, first, every)
        for name, frames in CAPTURES.items():
            yield from _captured(
                laid, _take(laid, frames, folder), f"{name} {way}", way, first, every
            )


def _placed(laid: Desk, kind: str, way: Way, first: int, every: int) -> Iterator[Outcome]:
    table, status, span = scene(laid, kind)
    before = table.dump()
    for case in broken(table, lambda d: place.place(d.resolve, status), way, first, every):
        outcome = type(case.error).__name__ if case.error else "placed"
        problems = place_problems(case, status, span, before)
        yield f"{kind}, {case.call} ({case.at}) {way}", outcome, problems


def _captured(
    laid: Desk, take: Callable[[Desk], Clip], name: str, way: Way, first: int, every: int
) -> Iterator[Outcome]:
    before = laid.dump()
    for case in broken(laid, take, way, first, every):
        outcome = type(case.error).__name__ if case.error else "taken"
        problems = capture_problems(case, take, before)
        yield f"{name}, {case.call} ({case.at})", outcome, problems


def _take(laid: Desk, frames: int, folder: Path) -> Callable[[Desk], Clip]:
    clip = laid.clip()
    span = Span(clip.record_range.start + 3, frames)

    def take(table: Desk) -> Clip:
        pictures = Path(tempfile.mkdtemp(dir=folder))
        return capture.capture(table.resolve, clip, span, pictures, seen=True)

    return take


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--every", type=int, default=1, help="fail only each so manieth call")
    parser.add_argument("--only", choices=VERSIONS, help="this version alone")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
