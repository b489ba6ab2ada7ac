"""The child of ``child.py``: renders a range of frames from a copy of the project.

    blender -b COPY.blend -P render_range.py -- REQUEST.json
    python render_range.py COPY.blend -- REQUEST.json       with the module bpy in place of Blender

It ends as soon as its input does, and removes the copy then: whoever asked is gone.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
NICENESS = 5
"""The user goes on working meanwhile."""


def main() -> NoReturn:
    """Run as a script, by Blender or by a Python that has bpy."""
    sys.path[:] = [str(ROOT), *(path for path in sys.path if path != str(Path(__file__).parent))]
    request = Path(sys.argv[-1])
    threading.Thread(target=_end_with_parent, args=(request.parent,), daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    from afterframe_hosts.blender import child, script

    def work(_arguments: Sequence[str]) -> int:
        return child.answer_request(request)

    script.run_on_project(__file__, work)


def _end_with_parent(folder: Path) -> None:
    while os.read(sys.stdin.fileno(), 1):
        continue
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main()
