"""How long it takes to open a two-hour movie and read the picture at its end.

    .venv/bin/python -m tests.bench.seek [--megabits 40] [--json]

A movie of numbered pictures, long groups and reordered pictures is made for two minutes and muxed
again and again until it is two hours long, as MP4, MKV and TS. ``--megabits`` fills its packets
up with filler (H.264 NAL units of type 12) to the bit rate of real footage, so that what is read
of the file counts.

*cold*: a new process that has never seen the file, whose blocks are dropped from the system's
cache where that is permitted. *again*: another process, once the file has been opened before.
*warm*: the same process, another place. The bar of 0.5 s is for the cold one. What cannot be had
for less: one group of pictures must be read and decoded, up to the one that is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

from tests.bench import report
from tests.makers import numbered_movie, read_number

PART = 3000
"""Pictures that are encoded; the movie repeats them."""
RATE = 25
FRAMES = 2 * 3600 * RATE
GROUP = 250
SUFFIXES = ("mp4", "mkv", "ts")
BAR = 0.5
FILLER = b"\x0c"
"""Header of a NAL unit of filler data (H.264, 7.3.1)."""


def main(arguments: list[str] | None = None) -> int:
    """Make the movies, measure, print; 1 where a cold read takes longer than the bar."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--megabits", type=float, default=0.0, help="fill up to this bit rate")
    parser.add_argument("--folder", type=Path, help="for the movies; default: a temporary one")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    options = parser.parse_args(arguments)
    rows, figures = [], {}
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        part = numbered_movie(
            Path(folder) / "part.mkv", PART, Fraction(RATE), (96, 64), gop=GROUP, b_frames=3,
            options={"preset": "ultrafast", "x264-params": "scenecut=0:b-adapt=0"},
        )  # fmt: skip
        for suffix in SUFFIXES:
            path = repeated(part, Path(folder) / f"two_hours.{suffix}", options.megabits)
            state = Path(folder) / f"state_{suffix}"
            cold = in_new_process(path, state)
            again = in_new_process(path, state)
            size = path.stat().st_size / 2**20
            rows.append((suffix, round(size), cold["first"], again["first"], again["other"]))
            figures[suffix] = {"megabytes": round(size), "cold_s": cold["first"],
                               "again_s": again["first"], "warm_s": again["other"]}  # fmt: skip
            path.unlink()
    heads = ("", "MB", "cold s", "again s", "warm s")
    report.table(heads, rows, quiet=options.json)
    return report.finish("seek", figures, all(row[2] < BAR for row in rows))


def repeated(part: Path, path: Path, megabits: float) -> Path:
    """Mux a movie again and again, its times going on, until it is two hours long."""
    room = int(megabits * 1e6 / 8 / RATE)
    with av.open(str(path), "w") as whole:
        with av.open(str(part)) as source:
            copy = whole.add_stream_from_template(source.streams.video[0])
        for turn in range(FRAMES // PART):
            with av.open(str(part)) as source:
                packets = (p for p in source.demux(video=0) if p.size and p.pts is not None)
                for number, packet in enumerate(packets):
                    made = av.Packet(_filled(bytes(packet), room))
                    assert packet.pts is not None
                    made.time_base = Fraction(1, RATE)
                    made.pts = turn * PART + round(packet.pts * packet.time_base * RATE)
                    made.dts = turn * PART + number - 2
                    made.is_keyframe = packet.is_keyframe
                    made.stream = copy
                    whole.mux(made)
    return path


def in_new_process(path: Path, state: Path) -> dict[str, float]:
    """Return the seconds of the first read and of another, in a process of its own."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    command = [sys.executable, "-m", "tests.bench.seek_once", str(path)]
    environment = {**os.environ, "AFTERFRAME_STATE": str(state)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def read_twice(path: Path) -> dict[str, float]:
    """Open a movie, read near its end, then elsewhere; check what the pictures say."""
    from afterframe.media.source import open_media
    from afterframe_hosts.wire.clip import Media

    start = time.perf_counter()
    with open_media(Media("movie", str(path))) as source:
        assert source.info.frames == FRAMES, source.info.frames
        spent = {}
        for name, index in (("first", FRAMES - 130), ("other", FRAMES // 3 + 77)):
            assert read_number(source.read(index).planes[0]) == index % PART
            spent[name] = round(time.perf_counter() - start, 4)
            start = time.perf_counter()
    return spent


def _filled(data: bytes, room: int) -> bytes:
    """Return a packet with filler behind it, so that it takes ``room`` bytes."""
    missing = room - len(data) - 6
    if missing <= 0:
        return data
    unit = FILLER + b"\xff" * missing + b"\x80"
    return data + len(unit).to_bytes(4, "big") + unit


if __name__ == "__main__":
    sys.exit(main())
