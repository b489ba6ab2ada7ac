"""What other programs read of every format, of every kind of source: ``tests/golden``'s table.

Where a cell has changed for a good reason, make its row again and look at the difference:

    python -m tests.golden.deliveries [FORMAT ...]
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe.media.formats import formats
from afterframe.media.frame import Frame
from tests.golden.deliveries import KINDS, REEL, cell, frames_of, read_table, write

CELLS = [(name, kind) for name in sorted(formats()) for kind in KINDS]
SLACK = 1
"""Whole dB that a picture may be worse than in the table, on another processor."""


@pytest.mark.parametrize(("name", "kind"), CELLS, ids=lambda text: text)
def test_other_programs_read_what_the_table_says(name: str, kind: str, tmp_path: Path) -> None:
    wanted = dict(read_table()[name][kind])
    found = cell(name, KINDS[kind], tmp_path)
    likeness = wanted.pop("picture", ""), found.pop("picture", "")
    assert found == wanted
    assert _decibels(likeness[1]) >= _decibels(likeness[0]) - SLACK


def test_the_table_has_a_row_for_every_format_and_no_other() -> None:
    table = read_table()
    assert set(table) == set(formats())
    assert all(set(row) == set(KINDS) for row in table.values())


@pytest.mark.parametrize("name", ["dnxhr_hqx", "exr", "ffv1", "prores_422_hq", "prores_4444"])
def test_what_masters_are_made_of_is_read_by_others_as_the_source_says(name: str) -> None:
    """The table itself is right where a wrong one would cost a master."""
    row = read_table()[name]
    movie = "mediainfo" in row["hd_10"]
    hd = row["hd_10"]["mediainfo" if movie else "oiiotool"]
    assert "01:00:00:00" in hd
    assert "24000/1001" in hd
    assert "algorithmicallyEnhanced" in hd
    assert "A001_C002" in hd
    if movie and not name.startswith("dnxhr"):
        assert "BT.2020; PQ; BT.2020 non-constant" in row["pq_10"]["mediainfo"]
        assert "BT.2020; HLG; BT.2020 non-constant" in row["hlg_10"]["mediainfo"]
    assert "Display P3" in row["p3_10"].get("mediainfo", "Display P3")


NAMED = {1: "bt709", 9: "bt2020", 16: "smpte2084"}
MOVIES = [name for name, made in sorted(formats().items()) if made.kind == "movie"]


@pytest.mark.parametrize("kind", ["hd_10", "pq_10"])
@pytest.mark.parametrize("name", MOVIES)
def test_an_ffprobe_of_another_version_agrees(name: str, kind: str, tmp_path: Path) -> None:
    program = shutil.which("ffprobe")
    if program is None:
        pytest.skip("ffprobe is not installed")
    made, source = formats()[name], KINDS[kind]
    frames = [Frame(frame.planes, source.pixels, source.colour) for frame in frames_of(source)]
    path = write(made, source, frames, tmp_path)
    command = [program, "-v", "error", "-show_streams", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"]
    stored = made.tags(source.pixels, source.colour, made.stores(source.pixels))
    said = told[0]["color_primaries"], told[0]["color_transfer"]
    assert said == (NAMED[stored.primaries], NAMED[stored.transfer])
    assert told[0]["color_space"] == {1: "bt709", 9: "bt2020nc"}[stored.matrix]
    assert Fraction(told[0]["r_frame_rate"]) == source.rate
    tags = {key.lower(): value for stream in told for key, value in stream["tags"].items()}
    assert tags["timecode"] == source.timecode
    if path.suffix == ".mov":
        assert tags["reel_name"] == REEL


def _decibels(likeness: str) -> float:
    if likeness == "exact":
        return float("inf")
    return float(re.sub(r" dB$", "", likeness) or 0)
