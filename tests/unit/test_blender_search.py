"""The user's Blenders are found where each system keeps them, and known for what they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import blender_search
import pytest
from blender_search import Blender, System
from environments import SetupError

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="makes scripts for a POSIX shell")


def program(path: Path, says: str = "Blender 4.5.15", code: int = 0) -> Path:
    """A program that says it is this, whatever it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return path


def found(system: System, base: Path, environ: dict[str, str] | None = None) -> set[str]:
    places = blender_search.candidates(system, base / "home", environ or {}, base)
    return {path.relative_to(base).as_posix() for path in places}


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("linux", "usr/bin/blender"),
        ("linux", "opt/blender-4.5.0-linux-x64/blender"),
        ("linux", "snap/bin/blender"),
        ("linux", "var/lib/flatpak/exports/bin/org.blender.Blender"),
        ("linux", "home/.local/share/flatpak/exports/bin/org.blender.Blender"),
        ("linux", "home/blender-4.2.23-linux-x64/blender"),
        ("linux", "home/Downloads/blender-5.0.1-linux-x64/blender"),
        ("linux", "home/.local/share/Steam/steamapps/common/Blender/blender"),
        ("macos", "Applications/Blender.app/Contents/MacOS/Blender"),
        ("macos", "Applications/Blender 4.5.app/Contents/MacOS/Blender"),
        ("macos", "home/Applications/Blender.app/Contents/MacOS/Blender"),
        (
            "macos",
            "home/Library/Application Support/Steam/steamapps/common/Blender/Blender.app"
            "/Contents/MacOS/Blender",
        ),
        ("windows", "home/scoop/apps/blender/current/blender.exe"),
    ],
)
def test_it_is_found_in_a_usual_place(tmp_path: Path, system: System, place: str) -> None:
    program(tmp_path / place)
    assert found(system, tmp_path) == {place}


def test_windows_says_itself_where_programs_are(tmp_path: Path) -> None:
    places = {
        "Programs/Blender Foundation/Blender 4.5/blender.exe",
        "Programs/Blender Foundation/Blender 5.0/blender.exe",
        "Local/Microsoft/WindowsApps/blender.exe",
        "x86/Steam/steamapps/common/Blender/blender.exe",
    }
    for place in places:
        program(tmp_path / place)
    environ = {
        "ProgramFiles": str(tmp_path / "Programs"),
        "LOCALAPPDATA": str(tmp_path / "Local"),
        "ProgramFiles(x86)": str(tmp_path / "x86"),
    }
    assert found("windows", tmp_path, environ) == places


def test_steam_is_asked_for_its_other_disks(tmp_path: Path) -> None:
    listed = tmp_path / "home/.local/share/Steam/steamapps/libraryfolders.vdf"
    listed.parent.mkdir(parents=True)
    disk = tmp_path / "games" / "Library"
    listed.write_text(f'"libraryfolders"\n{{\n "1"\n {{\n  "path"\t\t"{disk}"\n }}\n}}\n')
    program(disk / "steamapps/common/Blender/blender")
    assert found("linux", tmp_path) == {"games/Library/steamapps/common/Blender/blender"}


@posix_only
def test_the_path_is_searched_first(tmp_path: Path) -> None:
    program(tmp_path / "usr/bin/blender")
    mine = program(tmp_path / "mine/blender")
    environ = {"PATH": os.pathsep.join(["", str(tmp_path / "nothing"), str(mine.parent)])}
    first, *_ = blender_search.candidates("linux", tmp_path / "home", environ, tmp_path)
    assert first == mine


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/usr/bin/blender", "program"),
        ("/snap/bin/blender", "snap"),
        ("/var/lib/flatpak/exports/bin/org.blender.Blender", "flatpak"),
        ("/home/me/.steam/steam/steamapps/common/Blender/blender", "steam"),
        ("/c/Users/me/AppData/Local/Microsoft/WindowsApps/blender.exe", "store"),
    ],
)
def test_how_it_came_here_is_known_by_its_place(path: str, kind: str) -> None:
    assert blender_search.kind_of(Path(path)) == kind
    assert (kind == "program") == (kind not in blender_search.DIFFERENT)


@posix_only
def test_it_is_asked_for_its_version(tmp_path: Path) -> None:
    path = program(tmp_path / "blender", "Read prefs\nBlender 4.3.2\n\tbuild date: x")
    assert blender_search.ask(path) == Blender(path, (4, 3, 2), "program")
    path = program(tmp_path / "alpha", "Blender 5.3 Alpha")
    assert blender_search.ask(path) == Blender(path, (5, 3, 0), "program")
    assert blender_search.ask(program(tmp_path / "other", "Gimp 3.0")) is None
    assert blender_search.ask(tmp_path / "nothing") is None


@posix_only
def test_a_python_without_bpy_is_no_blender() -> None:
    assert blender_search.ask(Path(sys.executable)) is None


@posix_only
def test_two_ways_to_one_program_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = program(tmp_path / "opt" / "blender-4.5" / "blender")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "blender").symlink_to(real)
    monkeypatch.setattr(
        blender_search, "candidates", lambda *_: iter([tmp_path / "bin" / "blender", real])
    )
    assert [each.path for each in blender_search.find()] == [tmp_path / "bin" / "blender"]


@posix_only
def test_what_is_named_and_is_no_blender_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is no Blender that starts"):
        blender_search.named([program(tmp_path / "gimp", "Gimp 3.0")])
    with pytest.raises(SetupError, match="is no Blender that starts"):
        blender_search.named([tmp_path / "nothing"])


@posix_only
def test_an_application_of_macos_is_named_as_it_is_seen(tmp_path: Path) -> None:
    path = program(tmp_path / "Blender.app" / blender_search.APPLICATION)
    (each,) = blender_search.named([tmp_path / "Blender.app"])
    assert each.path == path


def test_a_script_is_run_without_a_window(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    blender = Blender(Path("/usr/bin/blender"), (4, 5, 0), "program")
    line = blender.command(script, "request.json")
    assert line[:2] == [str(blender.path), "--background"]
    assert line.index("--python-exit-code") < line.index("--python")
    assert line[-2:] == ["--", "request.json"]
    module = Blender(Path("/venv/bin/python"), (4, 5, 0), "module")
    assert module.command(script, "x") == [str(module.path), str(script), "--", "x"]
