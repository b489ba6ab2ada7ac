"""What runs inside a host runs there without us, and what has to start fast imports little."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Collection
from importlib import metadata
from pathlib import Path

import pytest

CLONE = Path(__file__).parents[2]
HOSTS = CLONE / "host_adapters"
PACKAGE = HOSTS / "afterframe_hosts"

# What each adapter may import beside the standard library: its host's own modules.
OWN_MODULES = {
    "blender": {"bpy", "bl_operators", "bl_ui", "bpy_extras", "mathutils", "addon_utils"},
    "interchange": {"opentimelineio"},
}
# What a host runs as a script stands outside its package and imports it by name.
SCRIPTS = {"blender/batch.py", "blender/demo.py", "blender/render_range.py"}
HEAVY = ("numpy", "cv2", "av", "OpenImageIO", "torch", "diffusers", "PySide6")


def modules_below(folder: Path) -> list[str]:
    """The dotted names of a package's modules."""
    files = sorted(folder.rglob("*.py"))
    names = [".".join(file.relative_to(HOSTS).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


def imports_of(file: Path) -> list[str]:
    """The top names of all that a file imports absolutely, wherever in the file."""
    found = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.append(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: file.name)
def test_a_host_file_imports_the_standard_library_and_its_host_only(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0]
    allowed = OWN_MODULES.get(room, set())
    if file.relative_to(PACKAGE).as_posix() in SCRIPTS:
        allowed = allowed | {"afterframe_hosts"}
    foreign = set(imports_of(file)) - sys.stdlib_module_names - allowed
    assert not foreign
    assert "tomllib" not in imports_of(file), "tomllib came with Python 3.11, hosts may have 3.10"


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: file.name)
def test_a_host_file_is_written_in_the_syntax_of_3_10(file: Path) -> None:
    ast.parse(file.read_text("utf-8"), feature_version=(3, 10))


IMPORT_ALL = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
for name in json.loads(sys.argv[2]):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in sys.argv[3:]:
            raise
known = sys.stdlib_module_names | {"afterframe_hosts", "__main__", "__mp_main__"}
strangers = {name.split(".")[0] for name in sys.modules} - known
print(json.dumps(sorted(strangers)))
"""


def strangers_after_importing(names: list[str], may_lack: Collection[str] = ()) -> list[str]:
    """Import these in an interpreter that has nothing but the standard library."""
    command = [sys.executable, "-I", "-S", "-c", IMPORT_ALL, str(HOSTS), json.dumps(names)]
    done = subprocess.run([*command, *may_lack], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_wire_and_base_run_on_the_standard_library_alone() -> None:
    names = [*modules_below(PACKAGE / "wire"), "afterframe_hosts.base"]
    assert len(names) > 5
    assert strangers_after_importing(names) == []


def test_the_blender_adapter_lacks_nothing_but_blender() -> None:
    names = modules_below(PACKAGE / "blender")
    assert len(names) > 5
    assert strangers_after_importing(names, may_lack=OWN_MODULES["blender"]) == []


def test_the_resolve_adapter_lacks_nothing_but_the_door_that_is_installed_beside_its_menu() -> None:
    names = modules_below(PACKAGE / "resolve")
    assert len(names) > 15
    assert strangers_after_importing(names, may_lack={"afterframe_door"}) == []


def heavy_after(code: str) -> list[str]:
    """Which of the heavy modules are loaded after running this in our environment."""
    report = f"import sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    command = [sys.executable, "-c", f"{code}\n{report}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=CLONE)
    assert done.returncode == 0, done.stderr
    return list(ast.literal_eval(done.stdout.splitlines()[-1]))


def test_the_watch_sees_a_heavy_import() -> None:
    assert heavy_after("import numpy") == ["numpy"]


def test_help_imports_nothing_heavy() -> None:
    ask = """
import sys
from afterframe.cli.main import main
sys.argv = ["afterframe", "--help"]
try:
    main()
except SystemExit:
    pass
"""
    assert heavy_after(ask) == []


def test_the_service_imports_nothing_heavy() -> None:
    rooms = sorted((CLONE / "plugin" / "afterframe" / "service").glob("*.py"))
    names = [f"afterframe.service.{file.stem}" for file in rooms if file.stem != "__init__"]
    assert len(names) > 3
    assert (
        heavy_after("\n".join(f"import {name}" for name in names if "__main__" not in name)) == []
    )


def test_the_registry_reads_cards_without_importing_an_engine() -> None:
    look = """
import sys
from afterframe_models import registry
assert registry.cards()
named = [name.split(".")[1] for name in sys.modules if name.startswith("afterframe_models.")]
assert set(named) <= {"registry", "card"}, named
"""
    assert heavy_after(look) == []


def test_only_the_headless_opencv_is_installed() -> None:
    installed = {distribution.metadata["Name"].lower() for distribution in metadata.distributions()}
    windowed = {"opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless"}
    assert not installed & windowed
    assert "opencv-python-headless" in installed
