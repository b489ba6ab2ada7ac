"""docs/blender/README.md speaks of what is there: its pictures, and the words on the buttons."""

from __future__ import annotations

import re

import pytest

from afterframe_hosts.wire.catalogue.en import MESSAGES
from afterframe_hosts.wire.effects import EFFECTS
from tests.media import REPOSITORY

FOLDER = REPOSITORY / "docs" / "blender"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGE)
BUTTONS = re.findall(r"\*\*([^*]+)\*\*", re.sub(r"(?m)^- \*\*.*?\*\*:", "", PAGE))
UI = REPOSITORY / "host_adapters" / "afterframe_hosts" / "blender" / "ui"
MOST = 700_000
"""Bytes of one picture, as a page may load."""


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_of_the_page_is_there_and_light(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < MOST


def test_every_picture_is_taken_by_the_command_and_shown() -> None:
    taken = re.findall(r'_shot\(window, "(\w+)"', (FOLDER / "make.py").read_text("utf-8"))
    assert sorted(f"{name}.png" for name in taken) == sorted(PICTURES)
    assert sorted(path.name for path in FOLDER.glob("*.png")) == sorted(PICTURES)


@pytest.mark.parametrize("words", BUTTONS)
def test_what_is_named_in_bold_stands_on_the_panel(words: str) -> None:
    general = re.sub(r"\d+", "{count}", words)
    labels = set(MESSAGES.values())
    for path in UI.glob("*.py"):
        labels |= set(re.findall(r'bl_(?:label|category) = "([^"]+)"', path.read_text("utf-8")))
    assert {words, general} & labels


def test_every_effect_stands_on_it_under_its_label() -> None:
    for effect in EFFECTS.values():
        assert f"| {MESSAGES[effect.label_id]} |" in PAGE


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"(?<!!)\[[^]]*\]\(([^)#]+)", PAGE)
    assert all((FOLDER / link).is_file() for link in links)
    assert "(docs/blender/README.md)" in (REPOSITORY / "README.md").read_text(encoding="utf-8")
