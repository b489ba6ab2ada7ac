"""ARCHITECTURE.md speaks of what is there."""

from __future__ import annotations

import re

import pytest

from tests.media import REPOSITORY

TEXT = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
FILES = {
    "R": "tests/service/test_real_jobs.py",
    "F": "tests/unit/test_media_disk_full.py",
    "D": "tests/unit/test_media_disk_destination.py",
    "S": "tests/service/test_faults_disk.py",
    "M": "tests/service/test_world_machine.py",
    "Q": "tests/service/test_world_queue.py",
    "T": "tests/service/test_world_two.py",
    "B": "tests/service/test_fuzz_bytes.py",
    "H": "tests/service/test_fuzz_requests.py",
    "P": "tests/unit/test_pipeline_run.py",
}
FAULTS = re.findall(r"\| (\w) `(test_\w+)` \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("file", "test"), FAULTS)
def test_each_fault_is_proved_by_the_test_that_it_names(file: str, test: str) -> None:
    source = (REPOSITORY / FILES[file]).read_text(encoding="utf-8")
    assert f"def {test}(" in source


def test_every_row_of_the_fault_table_names_a_test() -> None:
    table = TEXT.partition("## Faults\n")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(FAULTS) > 30


def test_every_code_in_the_fault_table_is_an_error() -> None:
    from afterframe_hosts.wire.catalogue.en import MESSAGES

    table = TEXT.partition("## Faults\n")[2].partition("\n## ")[0]
    codes = set(re.findall(r"`([a-z]+_[a-z_]+)`", table))
    codes = {code for code in codes if not code.startswith("test_")}
    assert all(f"error.{code}.message" in MESSAGES for code in codes), codes


def test_every_room_that_it_draws_is_there() -> None:
    drawn = TEXT.partition("## Rooms\n```\n")[2].partition("```")[0]
    for name in re.findall(r"^    ([a-z_]+(?:/|\.py))", drawn, re.MULTILINE):
        assert list(REPOSITORY.glob(f"*/*/{name}")) or list(REPOSITORY.glob(f"*/{name}")), name
