"""What other programs read of every format, of every kind of source: ``tests/golden``'s table.

Where a cell has changed for a good reason, make its row again and look at the difference:

    python -m tests.golden.deliveries [FORMAT ...]
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from afterframe.media.formats import formats
from tests.golden.deliveries import KINDS, cell, read_table

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


def _decibels(likeness: str) -> float:
    if likeness == "exact":
        return float("inf")
    return float(re.sub(r" dB$", "", likeness) or 0)
