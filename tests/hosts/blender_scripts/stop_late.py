"""Run a batch that is stopped by Ctrl-C as soon as the project is saved.

Arguments: the .blend, the Python with Afterframe, the answer's path. Answers with exit code and
what was said.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "host_adapters"))

from afterframe_hosts.blender import batching

BLEND, ENGINE, ANSWER = sys.argv[1:4]


def main():
    bpy.ops.wm.open_mainfile(filepath=BLEND)
    save = batching._save

    def save_and_stop(path):
        save(path)
        raise KeyboardInterrupt

    batching._save = save_and_stop
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        code = batching.run(["--engine", ENGINE, "--strips", "name:look*", "--set", "frames=4"])
    Path(ANSWER).write_text(json.dumps({"code": code, "said": said.getvalue()}))


main()
