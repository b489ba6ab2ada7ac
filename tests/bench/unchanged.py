"""Is everything in a Blender project as it was, but for what Afterframe says that it adds?

    .venv/bin/python -m tests.bench.unchanged BEFORE.blend AFTER.blend [--blender PYTHON]

Both files are opened in real Blender and every value in them is compared: all collections, all
properties, custom ones too. Declared additions are the strips that bear a job's id, the names of
their channels, and what the panel keeps on a scene. What Blender itself changes when it saves a
file is measured by saving an untouched copy of BEFORE, and is not counted. Prints each path that
differs; the last line is one JSON object, and the exit code is 1 when anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
WALKER = REPOSITORY / "tests" / "hosts" / "blender_scripts" / "walk.py"
LIMIT = 600
"""Seconds for walking both files."""


@dataclass(frozen=True)
class Comparison:
    """What differs between two projects.

    Attributes:
        values: how many values were compared.
        differences: path, value before, value after; ``absent`` stands for none.
        blender_own: paths that Blender changes by itself when it saves.
        added: strips that Afterframe has placed.
    """

    values: int
    differences: list[tuple[str, str, str]]
    blender_own: int
    added: list[str]


def compare(before: Path, after: Path, blender: Path) -> Comparison:
    """Walk two projects in the Blender that this Python can import, and compare them."""
    first, resaved, second = _walk([before, after], blender)
    own = {path for path, *_ in _differing(first["values"], resaved["values"])}
    changed = _differing(resaved["values"], second["values"])
    differences = [each for each in changed if each[0] not in second["renamed"]]
    added = [name for name in second["added"] if name not in first["added"]]
    return Comparison(len(second["values"]), differences, len(own), added)


def find_blender() -> Path | None:
    """Return the Python of the newest Blender environment of this clone."""
    python = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    found = sorted((REPOSITORY / ".venv-hosts").glob(f"bpy-*/{python}"))
    return found[-1] if found else None


def main() -> int:
    """Compare the files of the command line; return the exit code."""
    options = _command_line().parse_args()
    blender = options.blender or find_blender()
    if blender is None:
        print("No Blender here: python3 install/bootstrap.py test --hosts makes some.")
        return 1
    found = compare(options.before, options.after, blender)
    for path, was, now in found.differences:
        print(f"{path}\n    before: {was[:200]}\n    after:  {now[:200]}")
    figures = {
        "values": found.values,
        "differences": len(found.differences),
        "changed_by_blender_on_save": found.blender_own,
        "added": found.added,
        "ok": not found.differences,
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if figures["ok"] else 1


def _walk(files: list[Path], blender: Path) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "walk.json"
        paths = [str(path.resolve()) for path in files]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "BLENDER"))}
        done = subprocess.run(
            [str(blender), str(WALKER.with_name("launch.py")), str(WALKER), *paths, str(answer)],
            env={**kept, "BLENDER_USER_RESOURCES": folder, "TMPDIR": folder},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if not answer.is_file():
            raise SystemExit(f"Blender could not walk the files:\n{done.stdout + done.stderr}")
        walked: list[Any] = json.loads(answer.read_text())
        return walked


def _differing(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    pairs = ((path, before.get(path, "absent"), after.get(path, "absent")) for path in before)
    fresh = ((path, "absent", after[path]) for path in after if path not in before)
    return [each for each in (*pairs, *fresh) if not _same(each[1], each[2])]


def _same(before: str, after: str) -> bool:
    """Compare two values; relative paths (both forms of them) by what they say or mean."""
    if before.startswith("\0") and after.startswith("\0"):
        return bool({*before.split("\0")[1:]} & {*after.split("\0")[1:]})
    return before == after


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.bench.unchanged", description=__doc__)
    parser.add_argument("before", type=Path, metavar="BEFORE.blend")
    parser.add_argument("after", type=Path, metavar="AFTER.blend")
    parser.add_argument("--blender", type=Path, help="the Python of a Blender environment")
    return parser


if __name__ == "__main__":
    sys.exit(main())
