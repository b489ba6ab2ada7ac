"""Variants of a clip on a contact sheet: what they are, where they go, and that a choice keeps."""

from __future__ import annotations

import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from afterframe.core.recipe import beside, read_recipe
from afterframe.core.variations import AXES, variants
from afterframe.errors import BadValue, Cancelled, OutputExists
from afterframe.media.clip import media_clip
from afterframe.pipeline.run import Hooks
from afterframe.pipeline.variations import make_sheet
from afterframe_hosts.wire.effects import EFFECTS, resolve
from afterframe_hosts.wire.job import Job, Output, Progress, new_id
from tests.makers import write_picture


def asked(**values: Any) -> dict[str, Any]:
    return resolve(EFFECTS["generate"].parameters, {"seed": 3, **values})


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    noise = np.random.default_rng(1).integers(0, 255, (9, 16, 3), np.uint8)
    enlarged = cv2.resize(noise, (320, 180), interpolation=cv2.INTER_CUBIC)
    return write_picture(tmp_path / "still.png", np.asarray(enlarged, np.uint8))


def sheet_job(picture: Path, count: int, **output: Any) -> Job:
    where = Output(**{"folder": str(picture.parent / "out"), **output})
    clip = media_clip(picture, Fraction(24))
    values = resolve(EFFECTS["generate"].parameters, {"frames": 6, "seed": 3})
    values |= _engine_defaults()
    return Job(
        new_id(), "generate", clip, where, parameters=values, engine="motion", variations=count
    )


def _engine_defaults() -> dict[str, Any]:
    from afterframe_models import registry

    return resolve(registry.cards()["motion"].parameters, {})


def silent(told: list[Progress] | None = None) -> Hooks:
    report = told.append if told is not None else lambda progress: None
    return Hooks(report, lambda preview: None, lambda: None)


def test_the_first_variant_is_what_was_asked_and_no_two_are_alike() -> None:
    made = variants(asked(), 16)
    assert made[0] == asked()
    assert len({tuple(each[axis] for axis in AXES) for each in made}) == 16
    assert len({each["seed"] for each in made}) == 16


@pytest.mark.parametrize("move", [{"prompt": "pan left"}, {"zoom": 0.4}, {"end": "/end.png"}])
def test_a_move_that_was_asked_for_stays_and_its_strength_changes(move: dict[str, Any]) -> None:
    made = variants(asked(**move, motion=8), 5)
    assert {tuple(each[axis] for axis in AXES) for each in made} == {
        tuple(asked(**move)[axis] for axis in AXES)
    }
    assert len({each["motion"] for each in made}) > 2
    assert all(1 <= each["motion"] <= 10 for each in made)


def test_a_sheet_stands_with_its_recipe_and_tells_what_makes_each_variant(picture: Path) -> None:
    told: list[Progress] = []
    result = make_sheet(sheet_job(picture, 3), silent(told))
    path = Path(result.path)
    assert path.name == "still_generate_variations_v001.png"
    sheet = cv2.imread(str(path))
    assert sheet is not None
    assert sheet.shape[1::-1] == result.size
    assert sheet.std() > 10
    assert len(result.choices) == 3
    assert result.choices[0] == {"seed": 3}
    assert read_recipe(beside(path)).choices == result.choices
    assert told[-1].phase == "writing"
    assert sorted(each.name for each in path.parent.iterdir()) == [
        "still_generate_variations_v001.afterframe.json",
        path.name,
    ]


def test_a_second_attempt_finds_what_the_first_had_finished(picture: Path) -> None:
    job = sheet_job(picture, 2)
    first = make_sheet(job, silent())
    assert make_sheet(job, silent()) == first
    assert make_sheet(replace(job, id=new_id()), silent()).path != first.path


def test_the_same_seed_makes_the_same_sheet(picture: Path) -> None:
    sheets = [make_sheet(sheet_job(picture, 2), silent()).path for _ in range(2)]
    assert Path(sheets[0]).read_bytes() == Path(sheets[1]).read_bytes()


def test_a_sheet_is_a_picture_and_replaces_none_unasked(picture: Path) -> None:
    place = picture.parent / "sheet.png"
    place.write_bytes(b"mine")
    with pytest.raises(OutputExists):
        make_sheet(sheet_job(picture, 2, folder="", path=str(place)), silent())
    assert place.read_bytes() == b"mine"
    result = make_sheet(sheet_job(picture, 2, folder="", path=str(place), overwrite=True), silent())
    assert result.path == str(place)
    assert place.read_bytes()[1:4] == b"PNG"
    with pytest.raises(BadValue):
        make_sheet(sheet_job(picture, 2, folder="", path=str(place.with_suffix(".mov"))), silent())


def test_a_cancelled_sheet_leaves_nothing(picture: Path) -> None:
    stopped = threading.Event()

    def check() -> None:
        if stopped.is_set():
            raise Cancelled

    job = sheet_job(picture, 2)
    hooks = Hooks(lambda progress: None, lambda preview: stopped.set(), check)
    with pytest.raises(Cancelled):
        make_sheet(job, hooks)
    folder = Path(job.output.folder)
    assert not folder.exists() or not list(folder.iterdir())


def test_a_sheet_of_a_long_name_stands_with_its_recipe(picture: Path) -> None:
    result = make_sheet(sheet_job(picture, 2, name="a_shot_with_a_long_name" * 4), silent())
    assert cv2.imread(str(result.path)) is not None
    assert read_recipe(beside(Path(result.path))).job.variations == 2
    assert len(list(Path(result.path).parent.glob("*long_name*"))) == 2
