"""Does the memory of a worker grow with a clip's length? Peaks for 10 s and 60 s of 1080p.

    .venv/bin/python -m tests.bench.memory [--minutes 10] [--case NAME] [--media FOLDER] [--json]

Each job runs in a worker process of its own, as the service starts it; its peak is what the
system counted as resident (Linux: VmHWM). ``--minutes`` makes the longer clip so long. The peak
for 10 s of 4K stands beside them.

Bar: the peak grows by less than 1 MB for each further 10 s.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from afterframe.core.admission import admit
from afterframe.media.clip import media_clip
from afterframe.service import messages
from afterframe.service.lanes import WORKER_COMMAND
from afterframe_hosts.wire.clip import Span
from afterframe_hosts.wire.job import Job, Output, new_id
from afterframe_models import registry
from tests.bench import report
from tests.bench.material import CLIP, RATE, grown, repeated

BAR = 1.0
"""MB for each 10 s."""
SHORT, LONG = 10, 60
HD, UHD = (1920, 1080), (3840, 2160)


class Case(NamedTuple):
    """What is done to a clip, and how many seconds come of one of it; 0: of a single frame."""

    effect: str
    parameters: Mapping[str, Any]
    stretch: int = 1


CASES = {
    "identity": Case("retime", {"speed": 1.0}),
    "slow_motion": Case("retime", {"speed": 0.5, "flow_size": "quarter"}, 2),
    "generate": Case("generate", {"zoom": 0.3, "dolly": 0.3}, 0),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    options = _options(arguments)
    longer = round(options.minutes * 60) if options.minutes else LONG
    cases = {options.case: CASES[options.case]} if options.case else CASES
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        clips = _clips(place, options.media / CLIP, longer)
        rows = []
        for name, case in cases.items():
            short, long, large = (_peak(case, *each, place) for each in clips)
            rows.append((name, short, long, (long - short) / (longer - SHORT) * 10, large))
    heads = ("", f"{SHORT} s, MB", f"{longer} s, MB", "MB for 10 s", f"{SHORT} s of 4K, MB")
    report.table(heads, rows, quiet=options.json)
    figures = {
        f"{name}_{what}": round(value, 2)
        for name, *values in rows
        for what, value in zip(("short", "long", "slope", "uhd"), values, strict=True)
    }
    return report.finish("memory", figures, all(row[3] < BAR for row in rows))


def worker_peak(job: Job, folder: Path) -> float:
    """Run a job in a fresh worker; return the most memory that it had resident, in MB.

    Raises:
        RuntimeError: the job did not end well.
    """
    command = [*WORKER_COMMAND, "--lane", "bench"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(messages.encode(messages.Run(job, str(folder / "job"))))
        worker.stdin.flush()
        for line in worker.stdout:
            message = messages.decode(line)
            if isinstance(message, messages.Failed):
                raise RuntimeError(message.error.message)
            if isinstance(message, messages.Done):
                return _resident_peak(worker.pid)
    raise RuntimeError("the worker ended without an answer")


def _clips(place: Path, clip: Path, longer: int) -> tuple[tuple[Path, int], ...]:
    """Make the media: as short and as long as asked for, and short and large."""
    short = grown(place / "short.mp4", clip, HD, SHORT)
    long = repeated(place / "long.mp4", short, -(-longer // SHORT))
    return (short, SHORT), (long, longer), (grown(place / "uhd.mp4", clip, UHD, SHORT), SHORT)


def _peak(case: Case, movie: Path, seconds: int, place: Path) -> float:
    """Return the peak of a job that makes so many seconds."""
    clip = media_clip(movie)
    parameters = dict(case.parameters)
    if case.stretch:
        span = Span(0, seconds * RATE // case.stretch)
        clip = replace(clip, media_range=span, record_range=span)
    else:
        parameters["seconds"] = float(seconds)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        output = Output(folder=folder, format="dnxhr_hq")
        job = Job(new_id(), case.effect, clip, output, parameters=parameters)
        return worker_peak(admit(job, registry.infos()), Path(folder))


def _resident_peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1]) * 1024 / 1e6


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--minutes", type=float, help="length of the longer clip")
    parser.add_argument("--case", choices=CASES, help="only this one")
    parser.add_argument("--media", type=Path, default=report.MEDIA, help="folder of real clips")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
