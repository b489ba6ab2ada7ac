"""What the command line prints: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from afterframe.errors import AfterframeError
from afterframe_hosts.wire import catalogue, codec
from afterframe_hosts.wire.job import ErrorInfo


def data(value: Any) -> None:
    """Print a value of the wire, or plain data, as JSON."""
    print(json.dumps(codec.dump(value), ensure_ascii=False, indent=1))


def language() -> str:
    """Return the catalogue of the user's language: ``LC_ALL``, ``LC_MESSAGES`` or ``LANG``."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return catalogue.match(next((name for name in names if name), "en"))


def error(problem: AfterframeError, *, as_json: bool = False) -> None:
    """Print what went wrong and what to do; JSON goes where programs read it."""
    if as_json:
        data({"error": ErrorInfo.of(problem)})
        return
    said = f"{problem.message(language())}\n{problem.fix(language())}"
    print(said.rstrip(), file=sys.stderr)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table with its columns aligned."""
    lines = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(f"{c:<{w}}" for c, w in zip(line, widths, strict=True)).rstrip())


def duration(seconds: float) -> str:
    """Return ``8 s``, ``2:05`` or ``1:02:05``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
