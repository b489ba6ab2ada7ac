"""Run inside Blender by `bootstrap.py blender`: installs, tests or removes the extension there.

    blender --background --python blender_inside.py -- REQUEST.json
    PYTHON_WITH_BPY blender_inside.py -- REQUEST.json

The answer is written beside the request; Blender's own exit code says little.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import bpy

NAME = "afterframe"
HOSTS = "host_adapters.afterframe_hosts"


def main() -> None:
    """Do what the request says."""
    path = Path(sys.argv[-1])
    request = json.loads(path.read_text("utf-8"))
    try:
        _load_preferences()
        answer = {"install": _install, "uninstall": _uninstall}[request["action"]](request)
    except Exception as error:  # noqa: BLE001 - the border of the process
        answer = {"problem": f"{type(error).__name__}: {str(error).strip()}"}
    path.with_name("answer.json").write_text(json.dumps(answer), "utf-8")
    sys.stdout.flush()
    if not bpy.app.binary_path:  # the module bpy now and then hangs in its own exit
        os._exit(0)


def _install(request: dict[str, Any]) -> dict[str, Any]:
    had_preferences = _preferences_path().is_file()
    repository = _repository()
    folder = Path(repository.directory) / NAME
    had_extension, had_any = folder.is_dir(), folder.parents[1].is_dir()
    try:
        _put_in(request["zip"], repository)
    except Exception:
        if not had_extension:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    module = _module(repository)
    _save_preferences()
    return {
        "problem": "",
        "folder": str(folder),
        "preferences": str(_preferences_path()),
        "had_preferences": had_preferences,
        "had_extensions": had_any,
        "connection": _connect(module) if request["connect"] else {},
    }


def _put_in(archive: str, repository: Any) -> None:
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo=repository.module, enable_on_install=True, overwrite=True
    )
    if _module(repository) not in bpy.context.preferences.addons:
        raise RuntimeError("the extension was installed and could not be enabled")


def _uninstall(request: dict[str, Any]) -> dict[str, Any]:
    for repository in _repositories():
        if Path(repository.directory) / NAME != Path(request["folder"]):
            continue
        enabled = _module(repository) in bpy.context.preferences.addons
        bpy.ops.extensions.package_uninstall(repo_directory=repository.directory, pkg_id=NAME)
        if enabled and not request["keep_preferences"]:
            _save_preferences()
    return {"problem": ""}


def _connect(module: str) -> dict[str, Any]:
    """Start a service as the extension does, ask it, and let it end."""
    setup: Any = sys.modules[f"{module}.{HOSTS}.blender.engine_setup"]
    wire: Any = sys.modules[f"{module}.{HOSTS}.wire.discovery"]
    try:
        connection = setup.try_connection()
        wire.connect(start=False).stop()
    except setup.AfterframeError as error:
        return {"problem": f"{error.message()} {error.fix()}"}
    engines = [each.label for each in connection.engines if each.ready]
    return {"problem": "", "version": connection.health.version, "engines": engines}


def _load_preferences() -> None:
    """The module bpy begins without the user's own; to save them they have to be there."""
    if not bpy.app.binary_path and _preferences_path().is_file() and not _cannot_load():
        bpy.ops.wm.read_userpref()


def _save_preferences() -> None:
    if not (_cannot_load() and _preferences_path().is_file()):
        bpy.ops.wm.save_userpref()


def _cannot_load() -> bool:
    """The module bpy 4.2 ends with a segmentation fault: what is there must stay as it is."""
    return not bpy.app.binary_path and bpy.app.version < (4, 3)


def _preferences_path() -> Path:
    return Path(bpy.utils.user_resource("CONFIG")) / "userpref.blend"


def _repository() -> Any:
    """The repository for what is installed from files: Blender's usual one, or the user's own."""
    usable = sorted(_repositories(), key=lambda each: each.module != "user_default")
    if not usable:
        raise RuntimeError("its preferences have no local extensions repository that is enabled")
    return usable[0]


def _repositories() -> list[Any]:
    return [
        each
        for each in bpy.context.preferences.extensions.repos
        if each.enabled and not each.use_remote_url and getattr(each, "source", "USER") == "USER"
    ]


def _module(repository: Any) -> str:
    return f"bl_ext.{repository.module}.{NAME}"


main()
