"""Decode and encode through the pipeline, beside the ffmpeg command line with the same codecs.

    .venv/bin/python -m tests.bench.passthrough [FILE...] [--runs 5] [--ffmpeg PROGRAM] [--json]

Each FILE goes through a whole job - a retime at speed 1, which is the identity: index, frames,
digest, preview, verification, recipe, publishing - and through ffmpeg with the encoder, options,
pixels and threads of the same delivery format. Without files, ten seconds of 1080p are made from
real clips (enlarged, with grain): H.264 to DNxHR HQ, ProRes to ProRes, DNxHR to DNxHR, H.264 to
H.264, and 10-bit H.264 to DNxHR HQX.

*floor* is the same in a bare PyAV loop: the codec libraries of this process, which are of another
version than the program's. Runs alternate, each in a fresh process; a ratio is of the least times,
beside it stands the median of the ratios of neighbouring runs. *fixed* are the seconds before the
first frame and after the last. *cpu* is the ratio of processor time: noise of the machine touches
it least.

Bar: the whole job takes at most 1.15 times ffmpeg's time, in every case.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av

from afterframe.core.admission import admit
from afterframe.media.clip import media_clip
from afterframe.media.formats import choose, delivery_format
from afterframe.media.movie import cores
from afterframe.media.pix_fmt import name_of
from afterframe.media.source import probe
from afterframe.pipeline.run import Hooks, run_job
from afterframe.platform import keep_freed_memory
from afterframe_hosts.wire.clip import Media
from afterframe_hosts.wire.job import Job, Output, Progress, new_id
from afterframe_models import registry
from tests.bench import report
from tests.bench.material import CLIP, HD, RATE, X264, ffmpeg, grown, newest_ffmpeg, version

BAR = 1.15
SECONDS = 10
SIZE = (1920, 1080)
DELIVERIES = {
    "h264.mp4": ("dnxhr_hq", "h264"),
    "prores.mov": ("prores_422_hq",),
    "dnxhr.mov": ("dnxhr_hq",),
    "h264_10.mp4": ("dnxhr_hqx",),
}
"""What is made of each piece of test material."""


class Case(NamedTuple):
    """One file into one delivery format."""

    source: Path
    format: str


class Run(NamedTuple):
    """Seconds on the clock and of processors; of the former, those before and after frames."""

    wall: float
    cpu: float
    fixed: float = 0.0


class Outcome(NamedTuple):
    """All runs of a case, in the order in which they were made."""

    ours: list[Run]
    ffmpeg: list[Run]
    floor: list[Run]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, judge."""
    options = _options(arguments)
    if options.child:
        keep_freed_memory()
        print(json.dumps(_CHILDREN[options.child](Case(options.files[0], options.format))))
        return 0
    program = options.ffmpeg or newest_ffmpeg()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        given = [Case(file.absolute(), _best_format(file)) for file in options.files]
        cases = given or _material(options.media / CLIP, place, program)
        outcomes = {case: _measure(case, program, place, options.runs) for case in cases}
    rows = [_row(case, outcome) for case, outcome in outcomes.items()]
    if not options.json:
        print(f"ffmpeg: {version(program)}; PyAV's libraries: {av.ffmpeg_version_info}")
    heads = ("", "ours, s", "ffmpeg, s", "ratio", "median", "cpu", "fixed, s", "to floor")
    report.table(heads, rows, quiet=options.json)
    ratios = {
        f"{case.source.stem}_to_{case.format}": row[3]
        for case, row in zip(cases, rows, strict=True)
    }
    figures = {name: round(ratio, 3) for name, ratio in ratios.items()}
    return report.finish("passthrough", figures, max(ratios.values()) <= BAR)


def _material(clip: Path, folder: Path, program: str) -> list[Case]:
    """Make the test material in a folder."""
    first = grown(folder / "h264.mp4", clip, SIZE, SECONDS, program)
    again = {
        "prores.mov": ["-c:v", "prores_aw", "-profile:v", "3", "-pix_fmt", "yuv422p10le"],
        "dnxhr.mov": ["-c:v", "dnxhd", "-profile:v", "dnxhr_hq", "-pix_fmt", "yuv422p"],
        "h264_10.mp4": ["-pix_fmt", "yuv420p10le", *X264],
    }
    for name, encode in again.items():
        ffmpeg(program, "-i", str(first), *encode, *HD, str(folder / name))
    return [Case(folder / name, each) for name, formats in DELIVERIES.items() for each in formats]


def _measure(case: Case, program: str, folder: Path, runs: int) -> Outcome:
    """Run a case by turns; who begins changes, so that none always follows another."""
    outcome = Outcome([], [], [])
    turns: list[tuple[list[Run], Callable[[], Run]]] = [
        (outcome.ours, lambda: _in_child("job", case)),
        (outcome.ffmpeg, lambda: _by_ffmpeg(case, program, folder)),
        (outcome.floor, lambda: _in_child("bare", case)),
    ]
    for number in range(runs):
        for kept, run in turns if number % 2 else reversed(turns):
            kept.append(run())
    return outcome


def _row(case: Case, outcome: Outcome) -> tuple[Any, ...]:
    ours, ffmpeg, floor = (min(run.wall for run in runs) for runs in outcome)
    pairs = [our.wall / other.wall for our, other in zip(outcome.ours, outcome.ffmpeg, strict=True)]
    cpu = min(run.cpu for run in outcome.ours) / min(run.cpu for run in outcome.ffmpeg)
    fixed = min(run.fixed for run in outcome.ours)
    name = f"{case.source.stem} > {case.format}"
    return name, ours, ffmpeg, ours / ffmpeg, statistics.median(pairs), cpu, fixed, ours / floor


def _in_child(way: str, case: Case) -> Run:
    command = [sys.executable, "-m", "tests.bench.passthrough", "--child", way]
    command += ["--format", case.format, str(case.source)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Run(*json.loads(done.stdout.splitlines()[-1]))


def _job(case: Case) -> Run:
    """Run a whole job in this process; importing the pipeline is done: a worker waits for jobs."""
    told: list[tuple[float, Progress]] = []
    hooks = Hooks(
        progress=lambda progress: told.append((time.perf_counter(), progress)),
        preview=lambda picture: None,
        check=lambda: None,
    )
    with tempfile.TemporaryDirectory(dir=case.source.parent) as folder:
        start, cpu = time.perf_counter(), time.process_time()
        output = Output(folder=folder, format=case.format)
        clip = media_clip(case.source)
        job = Job(new_id(), "retime", clip, output, parameters={"speed": 1.0})
        run_job(admit(job, registry.infos()), hooks)
        end, cpu = time.perf_counter(), time.process_time() - cpu
    making = [when for when, progress in told if progress.phase == "making"]
    return Run(end - start, cpu, end - making[-1] + making[0] - start)


def _bare(case: Case) -> Run:
    """Decode and encode in a loop, with nothing around it."""
    made = delivery_format(case.format)
    name = _pix_fmt(case)
    with tempfile.TemporaryDirectory(dir=case.source.parent) as folder:
        start, cpu = time.perf_counter(), time.process_time()
        path = str(Path(folder) / f"bare{made.suffix}")
        with av.open(str(case.source)) as source, av.open(path, "w", format=made.container) as out:
            taken = source.streams.video[0]
            taken.thread_type, taken.thread_count = "AUTO", cores()
            options = {key: str(value) for key, value in made.options.items()}
            stream: Any = out.add_stream(made.encoder, rate=RATE, options=options)
            stream.width, stream.height, stream.pix_fmt = taken.width, taken.height, name
            context = stream.codec_context
            context.thread_type, context.thread_count = made.threads, cores()
            for number, picture in enumerate(source.decode(taken)):
                frame = picture.reformat(format=name)
                frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, RATE), 0
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        return Run(time.perf_counter() - start, time.process_time() - cpu)


def _by_ffmpeg(case: Case, program: str, folder: Path) -> Run:
    made = delivery_format(case.format)
    encode = ["-c:v", made.encoder, "-pix_fmt", _pix_fmt(case), "-threads", str(cores())]
    for key, value in made.options.items():
        encode += [f"-{key}:v", str(value)]
    if made.threads != "AUTO":
        encode += ["-thread_type", made.threads.lower()]
    target = folder / f"ffmpeg{made.suffix}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    decode = ["-threads", str(cores()), "-i", str(case.source), "-map", "0:v:0"]
    ffmpeg(program, *decode, *encode, "-f", made.container, str(target))
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    target.unlink()
    return Run(wall, cpu)


def _pix_fmt(case: Case) -> str:
    made = delivery_format(case.format)
    stored = made.stores(probe(Media("movie", str(case.source))).format)
    return made.pix_fmts.get(stored) or name_of(stored)


def _best_format(file: Path) -> str:
    return choose(probe(Media("movie", str(file.absolute()))))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--runs", type=int, default=5, help="of each case")
    parser.add_argument("--ffmpeg", metavar="PROGRAM", help="to compare with")
    parser.add_argument("--media", type=Path, default=report.MEDIA, help="folder of real clips")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    parser.add_argument("--child", choices=_CHILDREN, help=argparse.SUPPRESS)
    parser.add_argument("--format", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


_CHILDREN = {"job": _job, "bare": _bare}

if __name__ == "__main__":
    sys.exit(main())
