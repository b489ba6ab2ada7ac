"""Blender holds what every host must hold, in every release: see ``tests.contract.host_contract``.

One start of Blender runs all checks; each of them is a test of its own here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import makers
from tests.contract import host_contract as contract
from tests.hosts.blenders import VERSIONS, run_script

pytestmark = [pytest.mark.hosts, pytest.mark.slow]


@pytest.fixture(scope="module", params=VERSIONS)
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("contract")
    _make_media(folder / "media")
    _make_results(folder / "Afterframe")
    return run_script(request.param, "run_contract.py", folder, folder)


@pytest.mark.parametrize("name", contract.CHECKS)
def test_blender(name: str, outcomes: Any) -> None:
    said = outcomes[name]
    if said.startswith("skipped: "):
        pytest.skip(said)
    assert not said, said


def test_no_check_is_left_out(outcomes: Any) -> None:
    assert list(outcomes) == list(contract.CHECKS)


def _make_media(folder: Path) -> None:
    folder.mkdir()
    for name in ("one.mp4", "lost.mp4"):
        makers.numbered_movie(folder / name, contract.MOVIE_FRAMES, contract.RATE, contract.SIZE)
    plates = folder / "plates"
    makers.numbered_sequence(plates, contract.PLATES, contract.FIRST_PLATE, contract.SIZE)


def _make_results(folder: Path) -> None:
    movie = folder / "shot_generate_v003.mp4"
    frames, name = contract.RESULT_FRAMES, "shot_generate_v003"
    makers.numbered_sequence(folder, frames, 1, contract.SIZE, name=name)
    makers.numbered_movie(movie, frames, contract.RATE, contract.SIZE)
