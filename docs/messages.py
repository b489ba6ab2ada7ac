"""Write ``messages.md``: every message that a user can get, out of the catalogue.

    .venv/bin/python docs/messages.py

``tests/unit/test_messages_page.py`` holds the page to be what this command writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from afterframe import errors
from afterframe_hosts.wire import errors as wire_errors
from afterframe_hosts.wire.catalogue.en import MESSAGES
from afterframe_hosts.wire.errors import AfterframeError, RemoteError

PAGE = Path(__file__).resolve().with_name("messages.md")
HEAD = """\
# Every message

What Afterframe can tell, in English; Chinese says the same. Words in *italics* are filled in. This
page is written by `docs/messages.py` out of the catalogue, which every face of Afterframe draws
from: Blender's panel, the command line, batches.
"""
OTHERS = "Anything else"
SECTIONS = {
    "note.": (
        "Notes",
        "Told beside a result that was made. Nothing has gone wrong; something is worth knowing.",
    ),
    "ui.": ("In Blender", "What the panel says when nothing has gone wrong."),
}
CONTROLS = (".label", ".help")
"""Ends of the ids of what stands on a button or in its tooltip: no messages."""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, "## Errors\n\nEach has a code, says what happened, and what to do.\n"]
    for title, kinds in branches():
        rows = [(f"`{kind.code}`", *_sentences(kind)) for kind in kinds]
        parts.append(f"### {title}\n\n{_table(('code', 'message', 'what to do'), rows)}")
    for prefix, (title, meaning) in SECTIONS.items():
        told = {key: text for key, text in MESSAGES.items() if key.startswith(prefix)}
        rows = [
            (f"`{key.removeprefix(prefix)}`", _shown(text))
            for key, text in told.items()
            if not key.endswith(CONTROLS)
        ]
        parts.append(f"## {title}\n\n{meaning}\n\n{_table(('id', 'message'), rows)}")
    return "\n".join(parts)


def branches() -> Iterator[tuple[str, list[type[AfterframeError]]]]:
    """Every branch of the error tree with what can be raised of it, in the tree's order."""
    single = [kind for kind in _children(AfterframeError) if not _children(kind)]
    for branch in _children(AfterframeError):
        leaves = list(_leaves(branch))
        if leaves != [branch]:
            meaning = (branch.__doc__ or "").split("\n")[0].split(" Params:")[0]
            yield meaning.rstrip("."), leaves
    yield OTHERS, [AfterframeError, *single]


def _leaves(kind: type[AfterframeError]) -> Iterator[type[AfterframeError]]:
    below = _children(kind)
    if not below:
        yield kind
    for each in below:
        yield from _leaves(each)


def _children(kind: type[AfterframeError]) -> list[type[AfterframeError]]:
    trees = {errors.__name__, wire_errors.__name__}
    every = [each for each in kind.__subclasses__() if each.__module__ in trees]
    return [each for each in every if each is not RemoteError]


def _sentences(kind: type[AfterframeError]) -> tuple[str, str]:
    message, fix = (MESSAGES[f"error.{kind.code}.{part}"] for part in ("message", "fix"))
    return _shown(message), _shown(fix)


def _shown(sentence: str) -> str:
    """Return a sentence for a cell: what is filled in stands in italics."""
    plain = sentence.replace("|", r"\|").replace("<", "&lt;").replace("*", r"\*")
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: f"*{found[1].replace('_', ' ')}*", plain)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
