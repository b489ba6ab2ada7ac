"""The engine installed, tried and removed from within Blender, with the buttons that users have.

Arguments: the zip, the answer.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import bpy

UI = "bl_ext.user_default.afterframe.host_adapters.afterframe_hosts.blender.ui"
LIMIT = 200.0


def press(ui: Any, operator: Any, **settings: str) -> dict[str, Any]:
    """Press a button and look, as the timer would, until nothing is under way."""
    begun, phases, longest = time.monotonic(), [], 0.0
    operator(**settings)
    busy = True
    while busy and time.monotonic() - begun < LIMIT:
        looked = time.thread_time()
        busy = ui.engine_ui.look()
        longest = max(longest, time.thread_time() - looked)
        progress = ui.engine_ui._state.progress
        if progress and progress.phase not in phases:
            phases.append(progress.phase)
        time.sleep(0.05)
    state = ui.engine_ui._state
    return {
        "phases": phases,
        "said": state.said or state.answered,
        "problem": str(state.problem or ""),
        "engine": list(vars(ui.engine_ui.engine()).values()),
        "longest": 1000 * longest,
    }


def main() -> None:
    archive, answer = sys.argv[1:]
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True, overwrite=True
    )
    bpy.context.preferences.system.use_online_access = True
    ui = importlib.import_module(UI)
    told: dict[str, Any] = {"installed": press(ui, bpy.ops.afterframe.install_engine)}
    python = Path(told["installed"]["engine"][2] or "/nothing")
    folder = python.parent.parent
    told["megabytes"] = (
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    )
    if not told["installed"]["problem"]:
        told["tried"] = press(ui, bpy.ops.afterframe.test_connection)
        told["removed"] = press(ui, bpy.ops.afterframe.install_engine, action="uninstall")
        told["left"] = folder.exists()
    Path(answer).write_text(json.dumps(told))


main()
