"""The main job inside real Blender: four seconds made and placed in a project of our own.

    BPY_PYTHON demo.py --engine PYTHON_WITH_AFTERFRAME --output DIR

Run by ``install/bootstrap.py demo --host blender``.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run as a script by a Python that has the module bpy."""
    sys.path[:] = [str(ROOT), *(path for path in sys.path if path != str(Path(__file__).parent))]
    from afterframe_hosts.blender import demonstration, script

    script.run(lambda: demonstration.run(sys.argv[1:]), is_module=True)


if __name__ == "__main__":
    main()
