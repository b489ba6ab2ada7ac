"""What every benchmark prints: a table for people, and as its last line one JSON object."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MEDIA = Path(__file__).resolve().parents[3] / "shared" / "media"


def options(description: str, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read ``--media FOLDER`` (with ``video/ photo/ style/``) and ``--json`` (no table)."""
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("--media", type=Path, default=MEDIA, help="folder of real clips")
    parser.add_argument("--json", action="store_true", help="print the JSON line only")
    return parser.parse_args(arguments)


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], *, quiet: bool) -> None:
    """Print a table, numbers with four digits, unless ``quiet``."""
    if quiet:
        return
    lines = [[_cell(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(f"{c:<{w}}" for c, w in zip(line, widths, strict=True)).rstrip())


def finish(name: str, figures: Mapping[str, Any], ok: bool) -> int:
    """Print the last line and return the exit code: 1 below the bar."""
    print(json.dumps({"bench": name, **figures, "ok": ok}))
    return 0 if ok else 1


def _cell(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
