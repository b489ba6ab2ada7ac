"""How soon does a draft stand? Every effect on four seconds of 1080p, by a worker that is warm.

    .venv/bin/python -m tests.bench.draft [--media FOLDER] [--json] [--only NAME]

Each draft is a whole job: read, made, written, verified, published. Beside it stands the same
clip's ``identity`` (retime at speed 1) as a draft: what reading and writing alone take.

Bar: 3 s for each, on two cores that have nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from afterframe.core.admission import admit
from afterframe.media.clip import media_clip
from afterframe.pipeline.run import Hooks, run_job
from afterframe_hosts.wire.clip import Clip, Span
from afterframe_hosts.wire.effects import PRESETS
from afterframe_hosts.wire.job import Job, Output, new_id
from afterframe_models import registry
from tests.bench import report
from tests.bench.material import RATE, grown

BAR = 3.0
SECONDS = 4
CLIP, PHOTO, STYLE = "video/bigbuckbunny.mp4", "photo/tuebingen.jpg", "style/starry_night.jpg"
HD = (1920, 1080)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        movie = grown(place / "shot.mp4", options.media / CLIP, HD, 3 * SECONDS)
        cases = _cases(movie, options.media)
        if options.only:
            cases = {name: cases[name] for name in ("identity", options.only)}
        _seconds(*cases["identity"], place)  # what is imported once is not measured
        rows = [(name, *_seconds(*case, place)) for name, case in cases.items()]
    report.table(("draft of 4 s", "seconds", "CPU seconds"), rows, quiet=options.json)
    figures = {name: round(wall, 2) for name, wall, _ in rows}
    return report.finish("draft", figures, all(wall <= BAR for _, wall, _ in rows))


def _cases(movie: Path, media: Path) -> dict[str, tuple[str, Clip, Mapping[str, Any], Any]]:
    whole = media_clip(movie)
    shot = _part(whole, 0, SECONDS * RATE)
    gap = SECONDS * RATE
    next_shot = replace(
        _part(whole, 2 * gap, gap), record_range=Span(shot.record_range.end + gap, gap)
    )
    photo = media_clip(media / PHOTO)
    length = {"seconds": float(SECONDS)}
    references = [{"path": str(media / STYLE), "weight": 1.0}]
    return {
        "identity": ("retime", shot, {"speed": 1.0}, None),
        "generate": ("generate", photo, length, None),
        "generate sky": ("generate", photo, {**length, "sky": "left"}, None),
        "extend": ("extend", shot, length, None),
        "extend head": ("extend", next_shot, {**length, "side": "head"}, None),
        "bridge": ("bridge", shot, {"force": True}, next_shot),
        "retime": ("retime", _part(whole, 0, gap // 2), {"speed": 0.5}, None),
        "restyle reference": ("restyle", shot, {"reference": references}, None),
        **{f"restyle {name}": ("restyle", shot, {"preset": name}, None) for name in PRESETS},
    }


def _part(clip: Clip, start: int, frames: int) -> Clip:
    return replace(clip, media_range=Span(start, frames), record_range=Span(0, frames))


def _seconds(
    effect: str, clip: Clip, parameters: Mapping[str, Any], after: Clip | None, place: Path
) -> tuple[float, float]:
    """Return how long a draft takes, by the clock and of the processor."""
    output = Output(folder=str(place / "out"), rate=clip.rate)
    job = Job(
        new_id(),
        effect,
        clip,
        output,
        parameters={**parameters, **({} if effect == "retime" else {"seed": 1})},
        quality="draft",
        after=after,
    )
    admitted = admit(job, registry.infos())
    wall, processor = time.perf_counter(), os.times()
    run_job(admitted, Hooks(lambda told: None, lambda picture: None, lambda: None))
    ended = os.times()
    used = ended.user + ended.system - processor.user - processor.system
    return time.perf_counter() - wall, used


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--media", type=Path, default=report.MEDIA, help="folder of real media")
    parser.add_argument("--only", help="this case alone, by its name in the table")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
