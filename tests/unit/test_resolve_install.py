"""`bootstrap.py resolve` writes the menu's scripts, says what it did, and removes just that."""

from __future__ import annotations

import json
import plistlib
import sys
from pathlib import Path

import pytest
import resolve
import resolve_search
from environments import SetupError

from afterframe_hosts.resolve import places
from afterframe_hosts.resolve.places import Installation, System
from afterframe_hosts.wire.system import config_folder, data_folder
from tests.unit.resolve_pythons import PYTHONS, run_python

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="lays the folders of a POSIX home")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home, whose name is as names are, and a Resolve on their machine."""
    home = tmp_path / "Jö's home"
    home.mkdir()
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "AFTERFRAME_STATE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("RESOLVE_SCRIPT_API", "RESOLVE_SCRIPT_LIB", "PYTHON3HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A Resolve's folder."""
    folder = tmp_path / "opt" / "resolve"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "resolve").touch()
    (folder / "docs").mkdir()
    (folder / "docs" / "ReadMe.html").write_text("<h1>About DaVinci Resolve 20.3.1</h1>")
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its contents, and every folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


def install(program: Path, everybody: bool = False) -> int:
    return resolve.install([program], everybody=everybody, with_engine=False)


@pytest.mark.skipif(sys.platform != "linux", reason="lays Linux's folders")
def test_it_writes_a_menu_entry_for_each_effect_and_says_what_it_did(
    home: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install(program) == 0
    scripts = home / ".local/share/DaVinciResolve/Fusion/Scripts"
    assert {path.relative_to(scripts).as_posix() for path in scripts.rglob("*.*")} == {
        "Utility/Afterframe.py",
        "Utility/Afterframe Check.lua",
        "Edit/Afterframe Generate Clip.py",
        "Edit/Afterframe Extend Clip.py",
        "Edit/Afterframe Bridge Gap.py",
        "Edit/Afterframe Style Transfer.py",
        "Edit/Afterframe Slow Motion.py",
    }
    said = capsys.readouterr().out
    assert str(scripts) in said
    assert f"DaVinci Resolve 20.3.1 in {program / 'bin/resolve'}" in said
    assert "Connection: it does not answer now." in said
    assert f"RESOLVE_SCRIPT_API={program / 'Developer/Scripting'}" in said
    assert "--uninstall" in said


def test_uninstalling_leaves_a_home_as_it_was(home: Path, program: Path) -> None:
    theirs = home / ".local/share/DaVinciResolve/Fusion/Scripts/Utility/Theirs.py"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("print('theirs')")
    before = tree(home)
    install(program)
    install(program)  # again, as an update does
    assert tree(home) != before
    assert resolve.uninstall(with_state=False) == 0
    assert tree(home) == before
    assert resolve.uninstall(with_state=False) == 0


def test_on_windows_where_lines_end_otherwise_all_is_known_again(
    home: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(home)
    plain = resolve.write_whole
    monkeypatch.setattr(
        resolve, "write_whole", lambda path, text: plain(path, text.replace("\n", "\r\n"))
    )
    install(program)
    install(program)
    assert resolve.uninstall(with_state=False) == 0
    assert tree(home) == before


def test_the_engine_goes_with_the_scripts_unless_another_has_it(
    home: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(resolve.engine, "install", lambda *_: done.append("installed"))
    monkeypatch.setattr(resolve.engine, "uninstall", lambda *_: done.append("removed"))
    resolve.install([program], everybody=False, with_engine=True)
    resolve.uninstall(with_state=False)
    assert done == ["installed", "removed"]
    resolve.install([program], everybody=False, with_engine=True)
    (config_folder() / "blender.json").write_text("{}")
    resolve.uninstall(with_state=False)
    assert done == ["installed", "removed", "installed"]
    (config_folder() / "engine.json").write_text(
        '{"version": "1", "python": "p", "engine": "e", "previous": "", "switched_at": ""}'
    )
    resolve.install([program], everybody=False, with_engine=True)
    (config_folder() / "blender.json").unlink()
    resolve.uninstall(with_state=False)
    assert done.count("removed") == 1, "one that was there before stays"


def test_a_script_that_somebody_changed_stays_and_is_told(
    home: Path, program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(program)
    changed = next(home.rglob("Afterframe Extend Clip.py"))
    changed.write_text("# mine now\n")
    with pytest.raises(
        SetupError, match=r"Extend Clip.py is there and is not ours, or was changed"
    ):
        install(program)
    assert resolve.uninstall(with_state=False) == 1
    assert changed.read_text() == "# mine now\n"
    assert f"Stays, since somebody changed it: {changed}" in capsys.readouterr().out
    assert [path for path in home.rglob("Afterframe*.py") if path != changed] == []
    changed.unlink()
    assert resolve.uninstall(with_state=False) == 0
    assert tree(home) == {}


def test_a_file_of_somebody_elses_is_never_written_over(home: Path, program: Path) -> None:
    scripts = places.scripts_folder(everybody=False)
    theirs = scripts / "Utility" / "Afterframe.py"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    with pytest.raises(SetupError, match="is not ours"):
        install(program)
    assert theirs.read_text() == "theirs"
    assert list(home.rglob("afterframe_door.py")) == []


def test_no_resolve_is_told_with_what_to_do(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "installations", list)
    with pytest.raises(SetupError, match=r"resolve --resolve PATH.*generate cut\.otio"):
        resolve.install([], everybody=False, with_engine=False)
    with pytest.raises(SetupError, match="is no DaVinci Resolve"):
        install(tmp_path)
    assert tree(home) == {}


def test_a_folder_that_is_not_writable_is_told_and_what_was_written_is_known(
    home: Path, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setattr(places, "scripts_folder", lambda **_: blocked / "Scripts")
    with pytest.raises(SetupError, match="--all-users"):
        install(program, everybody=True)
    assert resolve.uninstall(with_state=False) == 0
    assert tree(home) == {}


def test_what_all_users_share_is_found_by_each_of_them(
    home: Path, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared" / "Scripts"
    monkeypatch.setattr(places, "scripts_folder", lambda **_: shared)
    install(program, everybody=True)
    told = json.loads((tmp_path / "shared/Afterframe/places.json").read_text("utf-8"))
    assert told["shared"] is True
    assert not any(str(home) in str(each) for each in told.values())
    assert Path(told["record"]).expanduser() == config_folder() / "engine.json"
    assert Path(told["command"]).expanduser() == data_folder() / "bin" / "afterframe"


@pytest.mark.parametrize("version", PYTHONS)
def test_an_entry_runs_in_every_python_and_says_when_it_is_not_in_resolve(
    version: str, home: Path, program: Path
) -> None:
    install(program)
    entries = sorted(home.rglob("Afterframe*.py"))
    for entry in entries if version == PYTHONS[0] else entries[:1]:
        said = run_python(version, entry)
        assert said == "Afterframe: this is for Resolve's own menu, Workspace > Scripts.\n"
    assert list(home.rglob("__pycache__")) == []
    for file in (data_folder() / "resolve").iterdir():
        file.unlink()
    said = run_python(version, next(home.rglob("Afterframe Extend Clip.py")))
    assert said.startswith("Afterframe is not installed any more")


@pytest.mark.parametrize(
    ("system", "folder", "program"),
    [
        ("linux", "opt/resolve", "bin/resolve"),
        ("linux", "home/resolve", "bin/resolve"),
        (
            "darwin",
            "Applications/DaVinci Resolve/DaVinci Resolve.app",
            "Contents/MacOS/Resolve",
        ),
        ("darwin", "Applications/DaVinci Resolve.app", "Contents/MacOS/Resolve"),
        ("win32", "Blackmagic Design/DaVinci Resolve", "Resolve.exe"),
    ],
)
def test_a_resolve_is_found_in_its_usual_place(
    system: System, folder: str, program: str, tmp_path: Path
) -> None:
    environ = {"PROGRAMFILES": str(tmp_path), "PROGRAMDATA": str(tmp_path)}
    assert places.installations(system, environ, tmp_path) == []
    whole = tmp_path / folder / program
    whole.parent.mkdir(parents=True)
    whole.touch()
    (found,) = places.installations(system, environ, tmp_path)
    assert found.program == whole
    for named in (tmp_path / folder, whole):
        again = places.at(named, system, tmp_path)
        assert again is not None
        assert again.program == whole
        assert again.library == found.library
    assert places.at(tmp_path, system, tmp_path) is None


@pytest.mark.parametrize(
    ("system", "everybody", "expected"),
    [
        ("linux", False, "h/.local/share/DaVinciResolve/Fusion/Scripts"),
        ("linux", True, "opt/resolve/Fusion/Scripts"),
        (
            "darwin",
            False,
            "h/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion/Scripts",
        ),
        (
            "darwin",
            True,
            "Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion/Scripts",
        ),
        ("win32", False, "roam/Blackmagic Design/DaVinci Resolve/Support/Fusion/Scripts"),
        ("win32", True, "data/Blackmagic Design/DaVinci Resolve/Fusion/Scripts"),
    ],
)
def test_scripts_go_where_the_readme_of_21_1_says(
    system: System, everybody: bool, expected: str, tmp_path: Path
) -> None:
    environ = {"APPDATA": str(tmp_path / "roam"), "PROGRAMDATA": str(tmp_path / "data")}
    folder = places.scripts_folder(
        everybody=everybody, system=system, environ=environ, home=tmp_path / "h", root=tmp_path
    )
    assert folder == tmp_path / expected


def mac(root: Path) -> Installation:
    """A Resolve as macOS has it."""
    (usual, _) = places.usual("darwin", {}, root)
    usual.program.parent.mkdir(parents=True)
    usual.program.touch()
    return usual


def test_the_version_is_read_from_a_macs_bundle(tmp_path: Path) -> None:
    found = mac(tmp_path)
    assert resolve_search.version_of(found, "darwin") == ""
    told = plistlib.dumps({"CFBundleShortVersionString": "19.0.3"})
    (found.program.parents[1] / "Info.plist").write_bytes(told)
    assert resolve_search.version_of(found, "darwin") == "19.0.3"
    assert not resolve_search.is_new_enough(resolve_search.Found(found, "19.0.3"))
    assert resolve_search.is_new_enough(resolve_search.Found(found, "19.1"))


def test_a_python_that_resolve_will_not_find_is_told(tmp_path: Path) -> None:
    found = mac(tmp_path)
    advice = resolve_search.python_advice(found, "darwin", {"PATH": "/opt/homebrew/bin"}, tmp_path)
    assert "launchctl setenv PYTHON3HOME" in advice
    gone = {"PYTHON3HOME": str(tmp_path / "gone")}
    assert "is not there" in resolve_search.python_advice(found, "darwin", gone, tmp_path)
    there = {"PYTHON3HOME": str(tmp_path)}
    assert resolve_search.python_advice(found, "darwin", there, tmp_path) == ""
    (tmp_path / "usr/local/bin").mkdir(parents=True)
    (tmp_path / "usr/local/bin/python3").touch()
    assert resolve_search.python_advice(found, "darwin", {}, tmp_path) == ""
    assert "brings no Python" in resolve_search.python_advice(
        found, "linux", {"PATH": ""}, tmp_path
    )
    found.bundled.parent.mkdir(parents=True)
    found.bundled.touch()
    assert resolve_search.python_advice(found, "linux", {"PATH": ""}, tmp_path) == ""
