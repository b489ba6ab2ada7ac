"""What Resolve's menu does, in the stand-in and in real Pythons, and how far Resolve is reached."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import resolve as installer

from afterframe_hosts.resolve import door, editions, link, places
from afterframe_hosts.resolve.adapter import ResolveHost
from afterframe_hosts.resolve.calls import root
from afterframe_hosts.wire.errors import HostEdition, HostStuck, HostUnreachable
from tests.fakes.direct import Direct
from tests.fakes.resolve import __main__ as stand_in
from tests.fakes.resolve import simulator
from tests.fakes.resolve.build import Build
from tests.unit.resolve_pythons import PYTHONS, python_named, run_python

CLONE = Path(__file__).parents[2]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the engine here is a shell script")


@contextmanager
def standing_in(*options: str) -> Iterator[dict[str, str]]:
    """A stand-in that other processes reach; gives the environment in which they do."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.resolve", "serve", *options],
        cwd=CLONE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        told: dict[str, str] = json.loads(process.stdout.readline())
        yield told
    finally:
        process.communicate("", timeout=20)


@pytest.fixture(scope="module")
def studio() -> Iterator[dict[str, str]]:
    """Resolve Studio 20.3."""
    with standing_in() as told:
        yield told


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user of their own, on a machine without a Resolve."""
    folder = tmp_path / "state"
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", *link.SCRIPTING):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AFTERFRAME_STATE", str(folder))
    monkeypatch.setattr(places, "installations", list)
    return folder


@pytest.fixture
def menu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the menu's scripts, as the installer writes them."""
    program = tmp_path / "opt" / "resolve" / "bin" / "resolve"
    program.parent.mkdir(parents=True)
    program.touch()
    scripts = tmp_path / "Fusion" / "Scripts"
    monkeypatch.setattr(places, "scripts_folder", lambda **_: scripts)
    installer.install([program], everybody=False, with_engine=False)
    return scripts


def engine(folder: Path, code: str) -> Path:
    """What stands where the engine's Python would: it runs this code on what it is asked."""
    script = folder / "engine.py"
    script.write_text(f"import sys\nasked = sys.argv[6:]\n{code}\n", "utf-8")
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    program.chmod(0o755)
    return program


JOINS = """
from pathlib import Path
from afterframe_hosts.resolve import link
print(*asked[:-1])
line = link.waiting(Path(asked[-1]))
print("in", line.call(line.resolve, "GetProductName", []), "\N{CLAPPER BOARD} 場面")
line.close()
sys.stdout.flush()
sys.stdout.buffer.write(b"\\xe4 of another code page\\n")
"""


def wait_for(what: Callable[[], Any]) -> Any:
    """Return what comes within a moment."""
    until = time.monotonic() + 20.0
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come")


@posix_only
@pytest.mark.parametrize("version", PYTHONS)
def test_an_entry_of_the_menu_runs_its_effect_through_a_door(
    version: str, menu: Path, tmp_path: Path, studio: dict[str, str], state: Path
) -> None:
    said = run_python(
        version,
        menu / "Edit" / "Afterframe Extend Clip.py",
        **studio,
        PYTHONPATH=str(Path(studio["RESOLVE_SCRIPT_API"], "Modules")),
        PYTHONIOENCODING="utf-8",
        AFTERFRAME_ENGINE=str(engine(tmp_path, JOINS)),
    )
    first, asked, inside, odd, last = said.splitlines()
    assert first == "Afterframe: Extend Clip. You can go on working meanwhile."
    assert asked == "extend --host resolve --door"
    assert inside == "in DaVinci Resolve Studio \N{CLAPPER BOARD} 場面"
    assert odd.endswith("of another code page")
    assert last == "Afterframe: done."
    assert list(state.iterdir()) == []


@posix_only
@pytest.mark.parametrize(
    ("edition", "release"), [("free", "20.3"), ("free", "21.0"), ("studio", "21.1")]
)
def test_an_entry_runs_where_resolve_runs_python(
    edition: str,
    release: str,
    menu: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AFTERFRAME_ENGINE", str(engine(tmp_path, JOINS + "sys.exit(3)")))
    script = menu / "Edit" / "Afterframe Bridge Gap.py"
    options = ["--edition", edition, "--version", release]
    assert stand_in.main(["run", str(script), *options]) == 0
    said = capsys.readouterr().out
    name = "DaVinci Resolve" if edition == "free" else "DaVinci Resolve Studio"
    assert f"in {name} " in said
    assert said.endswith("Afterframe: this came to nothing, see above.\n")


def test_an_entry_says_that_the_engine_is_missing(
    menu: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFTERFRAME_ENGINE", raising=False)
    script = menu / "Edit" / "Afterframe Style Transfer.py"
    assert stand_in.main(["run", str(script)]) == 0
    said = capsys.readouterr().out
    assert "Afterframe: its engine is not installed." in said
    assert "python3 install/bootstrap.py engine" in said


@pytest.mark.parametrize("version", PYTHONS[:2])
def test_the_door_stays_open_for_the_command_line_until_it_is_chosen_again(
    version: str, menu: Path, studio: dict[str, str], state: Path
) -> None:
    script = menu / "Utility" / "Afterframe.py"
    environment = {**studio, "PYTHONPATH": str(Path(studio["RESOLVE_SCRIPT_API"], "Modules"))}
    command = [str(python_named(version)), "-u", str(script)]
    first = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True
    )
    (file,) = wait_for(lambda: list(state.glob("resolve-door-*.json")))
    reach = editions.reach()
    assert (reach.tier, reach.works) == ("menu", True)
    assert "answers while a script from its menu runs" in reach.notes[0].text()
    line = link.reached()
    assert line.python.startswith(version)
    assert editions.reach().works, "while another client is in it, too"
    assert "works through this now" in run_python(version, script, **environment)
    assert file.exists()
    line.close()
    assert run_python(version, script, **environment) == "Afterframe: closed.\n"
    said, _ = first.communicate(timeout=20)
    assert "can be worked on from a terminal now" in said
    assert f"{Path('bin', 'afterframe')} generate --host resolve" in said
    assert not file.exists()


def test_a_door_closes_when_resolve_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "ALIVE_EVERY", 0.05)
    world = simulator.start()
    opened = door.Door(world.handle("Resolve"))
    serving = threading.Thread(target=opened.serve, args=(lambda: True,))
    serving.start()
    line = link.Link(opened.address)
    assert line.call(line.resolve, "GetProductName", []) == "DaVinci Resolve Studio"
    world.ended = True
    serving.join(10.0)
    assert not serving.is_alive()
    with pytest.raises(HostUnreachable):
        line.call(line.resolve, "GetProductName", [])


def test_a_door_beside_studio_is_reached_from_outside(
    studio: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in studio.items():
        monkeypatch.setenv(name, value)
    reach = editions.reach()
    assert (reach.tier, reach.works) == ("external", True)
    (note,) = reach.notes
    assert note.text() == "DaVinci Resolve Studio 20.3.1.6 answers from outside."


def test_the_free_edition_is_not_reached_from_outside_and_says_what_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with standing_in("--edition", "free") as told:
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        reach = editions.reach()
    assert (reach.tier, reach.works) == ("files", False)
    assert [note.id for note in reach.notes] == ["note.resolve_closed", "note.resolve_menu"]


def test_a_resolve_that_hangs_in_a_call_is_told_to_whoever_drives_it() -> None:
    with standing_in("--fault", "blocking=ProjectManager.GetCurrentProject") as told:
        line = link.external(settings=told, patience=0.5)
        began = time.monotonic()
        with pytest.raises(HostStuck, match="GetCurrentProject"):
            ResolveHost(root(line, line.resolve), line.close)
        assert time.monotonic() - began < 5.0
        line.close()


@pytest.mark.parametrize("doors", [[Path("door.json")], []])
def test_a_resolve_that_hangs_is_found_and_said_to_hang(
    doors: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def hangs(*_: object) -> link.Link:
        raise HostStuck(host="DaVinci Resolve", call="GetProductName", seconds="10")

    monkeypatch.setattr(link, "find", lambda: doors)
    monkeypatch.setattr(link, "waiting", hangs)
    monkeypatch.setattr(link, "external", hangs)
    monkeypatch.setattr(link, "is_told_where", lambda: True)
    reach = editions.reach()
    assert (reach.tier, reach.works) == ("menu" if doors else "external", False)
    assert "has not answered for 10 s" in reach.notes[0].text()
    assert "A dialog may be open in it" in reach.notes[1].text()


def test_a_machine_without_resolve_is_told_that_files_work() -> None:
    reach = editions.reach()
    assert (reach.tier, reach.works) == ("none", False)
    assert "OTIO" in reach.notes[0].text()


def test_a_resolve_too_old_is_refused_by_its_version() -> None:
    class Old:
        def GetVersion(self) -> list[object]:  # noqa: N802 - Resolve's name
            return [18, 6, 6, 7, ""]

    with pytest.raises(HostEdition, match=r"version 18\.6"):
        editions.demand(root(Direct(), Old()))
    for version in ("19.1", "20.3", "21.0", "21.1"):
        world = simulator.start(Build.named(version))
        editions.demand(root(Direct(), world.handle("Resolve")))


LUA = """
import subprocess, sys
from lupa.lua51 import LuaRuntime

def shell(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout

lua = LuaRuntime()
lua.globals().shell = shell
lua.execute(sys.stdin.read())
"""
POPEN = """
io.popen = function(command) -- this Lua is built without
  local said = shell(command)
  return { lines = function() return said:gmatch("([^\\n]*)\\n") end, close = function() end }
end
"""
PROGRAM = """
local done = {}
resolve = {
  GetProductName = function() return "%s" end,
  GetVersionString = function() return "%s" end,
  EXPORT_OTIO = 12, EXPORT_NONE = 0,
}
local timeline = {
  GetCurrentTimecode = function() return "01:00:02:00" end,
  Export = function(_, path, kind, sub)
    return kind == 12 and sub == 0 and path:match("%%.otio$")
  end,
}
local pool = { ImportTimelineFromFile = function(_, path) print("imports " .. path) return {} end }
local project = {
  GetCurrentTimeline = function() return timeline end, GetMediaPool = function() return pool end,
}
resolve.GetProjectManager = function()
  return { GetCurrentProject = function() return project end }
end
"""


def lua(program: tuple[str, str], code: str) -> str:
    """Run Lua as Resolve's console does and return what it prints."""
    command = [sys.executable, "-c", LUA]
    done = subprocess.run(
        command, input=POPEN + PROGRAM % program + code, capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("name", "version", "says"),
    [
        ("DaVinci Resolve", "20.3.1", "has found no Python"),
        ("DaVinci Resolve Studio", "21.1.0", "has found no Python"),
        ("DaVinci Resolve", "21.1.0", "the free edition runs no Python scripts"),
        ("DaVinci Resolve", "18.6.6", "needs DaVinci Resolve 19.1 or later"),
    ],
)
def test_the_check_in_lua_tells_no_python_from_no_menu(
    name: str, version: str, says: str, menu: Path
) -> None:
    script = menu / "Utility" / "Afterframe Check.lua"
    said = lua((name, version), f'dofile("{script}")')
    assert says in said
    assert said.startswith(f"Afterframe: {name} {version}. The scripts are in the right folder.")


@posix_only
def test_a_resolve_without_python_works_by_a_file_from_its_console(
    menu: Path, tmp_path: Path
) -> None:
    command = tmp_path / ".local/share/afterframe/bin/afterframe"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\nfor each; do echo "<$each>"; done\necho "/it\'s made.otio"\n')
    command.chmod(0o755)
    script = tmp_path / ".local/share/afterframe/resolve/files.lua"
    free = ("DaVinci Resolve", "21.1.0")
    said = lua(free, f'dofile("{script}")("generate", "--seconds 3")').splitlines()
    assert said[0].endswith("Resolve waits meanwhile.")
    asked = [line[1:-1] for line in said[1:-3]]
    assert asked[0] == "generate"
    assert asked[1].startswith(str(tmp_path / "Videos"))
    assert asked[2:] == ["--otio-for", "resolve", "--at", "01:00:02:00", "--seconds", "3"]
    assert said[-2:] == [
        "imports /it's made.otio",
        "Afterframe: done, as a new timeline. Yours is as it was.",
    ]
    command.write_text("#!/bin/sh\necho 'no engine' >&2\nexit 1\n")
    said = lua(free, f'dofile("{script}")("generate")').splitlines()
    assert said[-2:] == ["no engine", "Afterframe: this came to nothing, see above."]


def test_the_door_is_small_and_in_the_oldest_pythons_words() -> None:
    text = Path(door.__file__).read_text("utf-8")
    assert len(text.splitlines()) < 250
    assert "afterframe" not in text.replace("Afterframe", "").lower()
    for path in (Path(door.__file__), installer.SOURCES / "scripts" / "menu.py"):
        ast.parse(path.read_text("utf-8"), feature_version=(3, 6))
