"""What matching colour and grain costs a frame at 1080p, beside a plain copy of it.

    python -m tests.bench.join [MOVIE]

Prints wall and processor time of each part, in milliseconds a frame, and how near the grain of
what was matched comes to the shot's. Without a movie the material is painted by code; the grain is
synthetic in any case.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from afterframe.imaging.anchor import Correction, corrected, fitted, matches
from afterframe.imaging.grain import Liveness, Regrained, liveness, measure_grain
from afterframe.media.frame import Frame
from afterframe.media.source import open_media
from afterframe_hosts.wire.clip import Media
from tests.join_material import moved, pan, with_grain

SIZE = (1920, 1080)
ROUNDS = 8


def main() -> None:
    """Measure and print."""
    clean = [_scaled(frame) for frame in _frames(sys.argv[1:])]
    shot = with_grain(clean, 5.0, 0.5)
    grain = measure_grain(shot)
    if grain is None:
        raise SystemExit("the grain of this movie cannot be told")
    made = [moved(shot[-1], 1.0), moved(shot[-1], 2.0)]
    has = liveness(made[0], made[1], grain)
    regrained = Regrained(grain, 1, shot[0].format)
    drift = Correction((0.97, 1.0, 1.0), (1.0, 2.0, -2.0))
    found = matches(shot[-1], made[0])
    print(f"{'part':<34}{'wall ms':>9}{'cpu ms':>9}   {SIZE[0]}x{SIZE[1]}")
    _timed("plain copy", lambda: [plane.copy() for plane in made[1].planes])
    _timed("a frame: is its grain alive", lambda: liveness(made[0], made[1], grain))
    _timed("a frame: frozen out, fresh in", lambda: regrained.frame(made[1], 1, has, grain))
    none = Liveness(0.0, 0.0)
    _timed("a frame: fresh in only", lambda: regrained.frame(made[1], 1, none, grain))
    _timed("a frame: colour", lambda: corrected(made[1], drift))
    _timed("once a joint: grain of the shot", lambda: measure_grain(shot), 2)
    _timed("once a joint: colour found", lambda: fitted(matches(shot[-1], made[0]), 3))
    again = [regrained.frame(each, n, has, grain) for n, each in enumerate(made)]
    print(f"grain of the shot {grain.level:.2f} of 255 levels; of made frames alive:")
    for name, pair in (("as made", made), ("matched", again)):
        share = liveness(pair[0], pair[1], grain).live
        print(f"  {name}: {grain.level * max(0.0, share) ** 0.5:.2f}")
    print(f"colour off by {found.difference():.2f} levels without any drift")


def _timed(name: str, work: Callable[[], Any], rounds: int = ROUNDS) -> None:
    work()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(rounds):
        work()
    spent = [1000 * (now - then) / rounds for now, then in
             ((time.perf_counter(), wall), (time.process_time(), cpu))]  # fmt: skip
    print(f"{name:<34}{spent[0]:>9.1f}{spent[1]:>9.1f}")


def _frames(given: list[str]) -> list[Frame]:
    if not given:
        return pan(4)
    with open_media(Media("movie", str(Path(given[0]).resolve()))) as source:
        return [source.read(number) for number in range(min(4, source.info.frames))]


def _scaled(frame: Frame) -> Frame:
    planes = []
    for index, plane in enumerate(frame.planes):
        size = frame.format.plane_size(index, *SIZE)
        large: Any = cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC)
        planes.append(np.minimum(large, int(frame.format.peak)).astype(plane.dtype))
    return replace(frame, planes=tuple(planes))


if __name__ == "__main__":
    main()
