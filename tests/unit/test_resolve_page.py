"""docs/resolve/README.md speaks of what is there: its commands, its menu, its messages."""

from __future__ import annotations

import re
import shlex

import commands
import pytest
import resolve as installer

from afterframe.cli import main
from afterframe_hosts.resolve import link
from tests.media import REPOSITORY

FOLDER = REPOSITORY / "docs" / "resolve"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
BLOCKS = [
    line for block in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL) for line in block.split("\n")
]


@pytest.mark.parametrize("line", [line for line in BLOCKS if line.startswith("afterframe ")])
def test_every_command_of_the_page_is_one(line: str) -> None:
    options = main.parser().parse_args(shlex.split(line)[1:])
    assert options.run is not None


def test_the_installers_commands_are_ones() -> None:
    (line,) = (line for line in BLOCKS if "bootstrap.py" in line)
    for more in ([], ["--all-users"], ["--uninstall"], ["--resolve", "PATH"]):
        options = commands._command_line().parse_args([*shlex.split(line)[2:], *more])
        assert options.command == "resolve"


def test_every_entry_of_the_menu_stands_on_it() -> None:
    told = re.findall(r"\| (Edit|all) \| ([^|]+) \|", PAGE)
    written = {"Edit": "Edit", "Utility": "all"}
    entries = [*installer.ENTRIES, installer.CHECK]
    expected = [(page, name.rsplit(".", 1)[0]) for page, name in (e.split("/") for e in entries)]
    assert sorted((page, name.strip()) for page, name in told) == sorted(
        (written[page], name) for page, name in expected
    )


def test_what_it_quotes_is_what_is_said() -> None:
    assert f"**A{link.BUSY[1:]}.**" in PAGE
    assert "External scripting using:\nLocal" in PAGE
    assert "External scripting using: Local" in link.CLOSED


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"(?<!!)\[[^]]*\]\(([^)#]+)", PAGE)
    assert links
    assert all((FOLDER / link).is_file() for link in links)
