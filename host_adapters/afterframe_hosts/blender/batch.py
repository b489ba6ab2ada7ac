"""One effect on many strips of a project, without a window.

    blender -b PROJECT -P batch.py -- --effect generate --strips all [--set PARAM=VALUE ...]
    ... --strips all --markers        from each timeline marker that stands over a strip
    ... --shots FILE.csv --table FILE.csv        from a list, and how it ended as a table
    python batch.py PROJECT -- ...                  with the module bpy in place of Blender

Submits a job for every strip, waits, places what is done, saves the project, prints a table. The
exit code is 0 only when every strip has its result. What a job is gives it its id: the same
command again goes on where it stopped. Ctrl-C cancels what is not done and changes nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]


def main() -> NoReturn:
    """Run as a script, by Blender or by a Python that has bpy."""
    sys.path[:] = [str(ROOT), *(path for path in sys.path if path != str(Path(__file__).parent))]
    from afterframe_hosts.blender import batching, script

    script.run_on_project(__file__, batching.run)


if __name__ == "__main__":
    main()
