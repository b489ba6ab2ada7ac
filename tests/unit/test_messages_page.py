"""docs/messages.md says every message that a user can get."""

from __future__ import annotations

import runpy

from afterframe_hosts.wire.catalogue.en import MESSAGES
from tests.media import REPOSITORY

COMMAND = REPOSITORY / "docs" / "messages.py"
WRITTEN = COMMAND.with_suffix(".md").read_text(encoding="utf-8")


def test_the_page_is_what_its_command_writes() -> None:
    page = runpy.run_path(str(COMMAND))["page"]
    assert page() == WRITTEN, "run: python docs/messages.py"


def test_every_error_and_every_note_stands_on_it() -> None:
    codes = {key.split(".")[1] for key in MESSAGES if key.startswith("error.")}
    notes = {key.removeprefix("note.") for key in MESSAGES if key.startswith("note.")}
    assert [code for code in codes | notes if f"| `{code}` |" not in WRITTEN] == []
    assert len(codes) > 60
