"""The gallery shows what is there: its pictures, its makers' names, settings that are valid."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from afterframe_hosts.wire.effects import EFFECTS, PRESETS, effect, resolve
from afterframe_models import registry
from tests.media import REPOSITORY

GALLERY = REPOSITORY / "docs" / "gallery"
MOST = 300_000
"""Bytes of one sheet, as a page may load."""
ALL_TOGETHER = 4_000_000


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"gallery_{name}", GALLERY / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


SHOWN = _module("examples")
EXAMPLES = [example for section in SHOWN.SECTIONS for example in section[2]]
PAGE = (GALLERY / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGE)


def test_the_page_shows_every_example_once_and_in_order() -> None:
    assert [f"{example.name}.jpg" for example in EXAMPLES] == PICTURES


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_of_the_page_is_there_and_light(name: str) -> None:
    data = (GALLERY / name).read_bytes()
    assert data.startswith(b"\xff\xd8")
    assert len(data) < MOST


def test_no_picture_is_left_over_and_all_are_light_together() -> None:
    files = sorted(GALLERY.glob("*.jpg"))
    assert [file.name for file in files] == sorted(PICTURES)
    assert sum(file.stat().st_size for file in files) < ALL_TOGETHER


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.name))
def test_every_medium_has_a_credit_and_stands_on_the_page(example: Any) -> None:
    for name in example.media():
        stem = Path(name).stem
        assert f"- `{stem}`: {SHOWN.CREDITS[stem]}" in PAGE


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.name))
def test_every_setting_is_valid_for_its_effect_and_engine(example: Any) -> None:
    engine = next(info for info in registry.infos() if example.effect in info.effects)
    declared = (*effect(example.effect).parameters, *engine.parameters)
    for more in example.runs.values():
        values = {**example.parameters, **more}
        resolve(declared, SHOWN.absolute(values, lambda name: f"/media/{name}"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.name))
def test_every_painted_mask_is_used_and_lies_on_the_picture(example: Any) -> None:
    drawn: set[str] = set()

    def note(name: str) -> str:
        if name.startswith(SHOWN.DRAWN):
            drawn.add(name.removeprefix(SHOWN.DRAWN))
        return name

    for more in example.runs.values():
        SHOWN.absolute({**example.parameters, **more}, note)
    ends = {"end.png"} if example.framed else set()
    assert drawn == set(example.painted) | ends
    assert all(0 <= part <= 1 for mask in example.painted.values() for at in mask for part in at)


def test_every_effect_is_shown_with_what_it_cannot_do() -> None:
    assert {example.effect for example in EXAMPLES} == set(EFFECTS)
    honest = {example.effect for example in EXAMPLES if example.title == "What it cannot do"}
    assert honest == set(EFFECTS)


def test_every_preset_is_shown() -> None:
    shown = {more.get("preset") for example in EXAMPLES for more in example.runs.values()}
    assert set(PRESETS) <= shown


def test_the_readme_leads_to_the_gallery() -> None:
    assert "(docs/gallery/README.md)" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
