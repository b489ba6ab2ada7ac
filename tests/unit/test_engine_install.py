"""The engine outside the clone: installed, switched, mended, taken back, removed; interrupted."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import engine_launcher
import pytest

from tests.unit.engine_stand import Stand, contents, make_stand

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stands a script in for uv")

STAGES = ("venv", "build", "install", "proof")


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A clone, and nothing installed."""
    return make_stand(tmp_path)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A home, its copies with one engine in it and with two: engines cannot be moved."""
    base = tmp_path_factory.mktemp("user")
    stand = make_stand(base / "home")
    for copy in ("one", "two"):
        stand.change(copy)
        done = stand.run()
        assert done.returncode == 0, done.stdout + done.stderr
        shutil.copytree(stand.home, base / copy, symlinks=True)
    return stand.home, base / "one", base / "two"


@pytest.fixture
def installed(once: tuple[Path, Path, Path]) -> Stand:
    """One engine in use."""
    home, one, _ = once
    shutil.rmtree(home)
    shutil.copytree(one, home, symlinks=True)
    return Stand(home)


@pytest.fixture
def upgraded(once: tuple[Path, Path, Path]) -> Stand:
    """A second engine in use, the first one kept."""
    home, _, two = once
    shutil.rmtree(home)
    shutil.copytree(two, home, symlinks=True)
    return Stand(home)


def starts(stand: Stand) -> bool:
    """Whether what hosts are told to start does start."""
    command = [stand.record["python"], "-I", "-m", "afterframe.cli.main", "--version"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.startswith("afterframe ")


def folders(stand: Stand) -> list[str]:
    """The engines that lie on the disk."""
    known = ("logs", "engine.lock")
    return sorted(path.name for path in stand.engines.iterdir() if path.name not in known)


# Installing


def test_an_engine_is_installed_outside_the_clone_and_outlives_it(installed: Stand) -> None:
    assert installed.record["schema"] == 1
    assert installed.record["previous"] == ""
    assert Path(installed.record["python"]).is_relative_to(installed.in_use)
    shutil.rmtree(installed.clone)
    assert starts(installed)


def test_an_engine_that_is_there_and_well_is_left_alone(installed: Stand) -> None:
    before = contents(installed.engines)
    done = installed.run(STAND_FAIL="venv")
    assert done.returncode == 0
    assert "is installed and well" in done.stdout
    assert contents(installed.engines) == before


def test_another_version_takes_over_and_the_last_one_is_kept(upgraded: Stand) -> None:
    assert upgraded.record["previous"] != upgraded.record["engine"]
    assert (upgraded.engines / upgraded.record["previous"]).is_dir()
    assert starts(upgraded)


def test_of_three_versions_the_oldest_is_removed(upgraded: Stand) -> None:
    oldest = upgraded.record["previous"]
    upgraded.change("third")
    assert upgraded.run().returncode == 0
    kept = {upgraded.record["engine"], upgraded.record["previous"]}
    assert oldest not in kept
    assert set(folders(upgraded)) == kept | {f"{name}.manifest.json" for name in kept}


def test_a_version_that_is_only_spoken_of_is_removed(upgraded: Stand) -> None:
    oldest = upgraded.engines / upgraded.record["previous"]
    watching = subprocess.Popen(
        [sys.executable, "-c", "input()", str(oldest / "bin" / "python")], stdin=subprocess.PIPE
    )
    upgraded.change("third")
    upgraded.run()
    watching.communicate(b"\n", timeout=20)
    assert not oldest.exists()


def test_a_version_out_of_which_something_runs_is_not_removed(upgraded: Stand) -> None:
    oldest = upgraded.record["previous"]
    python = upgraded.engines / oldest / "bin" / "python"
    running = subprocess.Popen([python, "-c", "input()"], stdin=subprocess.PIPE)
    upgraded.change("third")
    done = upgraded.run()
    assert f"{oldest} is still used" in done.stdout
    assert python.exists()
    running.communicate(b"\n", timeout=20)
    assert upgraded.run("--repair").returncode == 0
    upgraded.change("fourth")
    upgraded.run()
    assert not (upgraded.engines / oldest).exists()


def test_going_back_to_a_clone_whose_engine_is_kept_installs_nothing(upgraded: Stand) -> None:
    upgraded.change("one")
    before = upgraded.record
    assert upgraded.run(STAND_FAIL="venv").returncode == 0
    assert upgraded.record["engine"] == before["previous"]
    assert upgraded.record["previous"] == before["engine"]


def test_the_base_needs_no_pytorch(installed: Stand) -> None:
    (wanted,) = (installed.in_use / "requirements.txt").read_text().splitlines()
    assert wanted.startswith("afterframe @ file://")


def test_diffusion_asks_for_one_build_and_an_upgrade_asks_for_the_same(stand: Stand) -> None:
    assert stand.run("--with", "diffusion", "--torch", "xpu", STAND_FAIL="install").returncode == 1
    (stand.home / "bin" / "main.py").write_text(
        (stand.home / "bin" / "main.py").read_text()
        + "site = pathlib.Path(afterframe.__file__).parents[1]\n"
        + "for name in ('diffusers', 'transformers'):\n"
        + "    site.joinpath(name + '.py').touch()\n"
        + "site.joinpath('torch.py').write_text("
        + "'class accelerator: is_available = staticmethod(lambda: False)')\n"
    )
    for text in ("", "second"):
        stand.change(text)
        done = stand.run(*([] if text else ["--with", "diffusion", "--torch", "xpu"]))
        assert done.returncode == 0, done.stderr
        wanted = (stand.in_use / "requirements.txt").read_text().splitlines()
        assert wanted[0] == "--extra-index-url https://download.pytorch.org/whl/xpu"
        assert wanted[1].startswith("afterframe[diffusion] @ file://")
        assert wanted[2].endswith("+xpu")
        assert "does not find the GPU" in done.stdout
    assert "xpu" in stand.run("--status").stdout


def test_a_build_of_pytorch_without_diffusion_is_refused(stand: Stand) -> None:
    done = stand.run("--torch", "cpu")
    assert done.returncode == 1
    assert "--with diffusion" in done.stderr


# The command


def started_by(stand: Stand, *arguments: str) -> list[str]:
    """What the launcher starts from another folder: the Python, and the arguments it gets."""
    command = [str(stand.launcher), "echo", *arguments]
    done = subprocess.run(
        command, cwd="/", env={"PATH": "/nowhere"}, capture_output=True, text=True, check=True
    )
    python, _, *rest = done.stdout.splitlines()
    return [python, *rest]


def test_one_path_starts_whatever_is_in_use(upgraded: Stand) -> None:
    seen = {upgraded.record["engine"]}
    for action in ("--rollback", "", "--rollback", "--repair"):
        if action == "":
            upgraded.change("third")
        if action == "--repair":
            (upgraded.in_use / "pyvenv.cfg").write_text("#" * 999)
        assert upgraded.run(*filter(None, [action])).returncode == 0
        seen.add(upgraded.record["engine"])
        assert started_by(upgraded) == [upgraded.record["python"]]
        assert str(upgraded.launcher) in upgraded.run("--status").stdout
    assert len(seen) == 4


def test_arguments_reach_it_as_they_were_typed(installed: Stand) -> None:
    typed = ["two words", "", "it's", '"', "$HOME", "*", "a\\b", "%PATH%"]
    assert started_by(installed, *typed)[1:] == typed


def test_a_home_with_quotes_and_blanks_in_its_name_is_no_matter(tmp_path: Path) -> None:
    stand = make_stand(tmp_path / """o'hara "x" $HOME `id` {a}""")
    done = stand.run()
    assert done.returncode == 0, done.stderr
    assert started_by(stand) == [stand.record["python"]]
    (typed,) = (line for line in done.stdout.splitlines() if line.endswith(" --help"))
    said = subprocess.run(typed.partition(": ")[2], shell=True, capture_output=True, check=True)
    assert said.stdout


def test_an_engine_whose_python_is_gone_is_told_by_its_command(installed: Stand) -> None:
    Path(installed.record["python"]).unlink()
    done = subprocess.run([installed.launcher], capture_output=True, text=True)
    assert done.returncode == 1
    command = done.stderr.partition("Mend it with: ")[2]
    again = subprocess.run(command, shell=True, env=installed.environ(), capture_output=True)
    assert again.returncode == 0, again.stderr
    assert started_by(installed) == [installed.record["python"]]


@pytest.mark.parametrize("action", [[], ["--repair"]])
def test_a_command_that_is_lost_comes_back(installed: Stand, action: list[str]) -> None:
    installed.launcher.unlink()
    assert "--repair" in installed.run("--status").stdout
    assert installed.run(*action).returncode == 0
    assert started_by(installed) == [installed.record["python"]]


def test_a_command_that_somebody_changed_is_kept_and_told(installed: Stand) -> None:
    mine = installed.launcher.read_text().replace("exec ", "nice ")
    installed.launcher.write_text(mine)
    installed.change("two")
    for action in ([], ["--repair"], ["--uninstall"]):
        done = installed.run(*action)
        assert done.returncode == 0, done.stderr
        assert str(installed.launcher) in done.stdout
        assert f"{installed.launcher} --help" not in done.stdout
        assert installed.launcher.read_text() == mine


def test_a_command_that_cannot_be_written_does_not_hold_up_the_engine(stand: Stand) -> None:
    stand.launcher.parents[1].mkdir(parents=True)
    stand.launcher.parent.write_text("a file in the way")
    done = stand.run()
    assert done.returncode == 0, done.stderr
    assert f"{stand.launcher} could not be written" in done.stdout
    assert starts(stand)


def test_on_windows_it_is_found_from_where_it_lies_in_any_code_page() -> None:
    python = PureWindowsPath(r"engine\0.1.0-ab\Scripts\python.exe")
    text = engine_launcher.compose_windows(python, PureWindowsPath(r"engine\bootstrap.py"))
    assert text.isascii()
    lines = text.splitlines()
    assert lines[-1].startswith(rf'@"%~dp0..\{python}" -I -m afterframe.cli.main %*')
    assert all(line.startswith("@") for line in lines)


# Interrupted


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_stage_the_engine_in_use_stays_and_the_next_run_cleans_up(
    installed: Stand, stage: str
) -> None:
    before, record = contents(installed.in_use), installed.record
    installed.change("two")
    assert installed.stop_at(stage, signal.SIGKILL) == -signal.SIGKILL
    assert installed.record == record
    assert contents(installed.in_use) == before
    assert starts(installed)

    done = installed.run()
    assert done.returncode == 0, done.stderr
    assert "never finished" in done.stdout
    kept = {record["engine"], installed.record["engine"]}
    assert len(kept) == 2
    assert set(folders(installed)) == kept | {f"{name}.manifest.json" for name in kept}
    assert starts(installed)


@pytest.mark.parametrize("stage", ["venv", "install"])
def test_stopped_by_the_user_it_removes_what_is_half_made(installed: Stand, stage: str) -> None:
    before = folders(installed)
    installed.change("two")
    assert installed.stop_at(stage, signal.SIGINT) == 130
    assert folders(installed) == before
    assert starts(installed)


@pytest.mark.parametrize(
    ("stage", "says", "told"),
    [
        ("install", "dns error", "could not be reached"),
        ("install", "OSError: [Errno 28] No space left on device", "disk is full"),
        ("build", "hatchling broke", "could not be built"),
        ("proof", "", "libGL.so.1"),
    ],
)
def test_what_fails_is_told_and_leaves_nothing(
    installed: Stand, stage: str, says: str, told: str
) -> None:
    before, record = folders(installed), installed.record
    installed.change("two")
    done = installed.run(STAND_FAIL=stage, STAND_SAYS=says)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert (folders(installed), installed.record) == (before, record)


# A process that is gone at once between two lines of ours, as kill -9 and power loss have it.
MOMENTS = {
    "before the engine is whole": "manifest.list_files",
    "before hosts are told": "engine_record.write",
    "before the command is written": "engine_launcher.write_whole",
    "after hosts were told": "engine_service.hand_over",
    "before the old ones are removed": "engine._remove_unused",
}


@pytest.mark.parametrize("function", MOMENTS.values(), ids=MOMENTS)
def test_gone_between_two_lines_an_engine_is_in_use_and_the_next_run_goes_on(
    installed: Stand, function: str
) -> None:
    installed.change("two")
    done = installed.run_with(
        "import os, engine, engine_launcher, engine_record, engine_service, manifest\n"
        f"{function} = lambda *_, **__: os._exit(9)\n"
        "engine.install(frozenset(), '')"
    )
    assert done.returncode == 9, done.stderr
    assert starts(installed)
    assert installed.run().returncode == 0
    assert len(folders(installed)) == 4
    assert starts(installed)
    assert started_by(installed) == [installed.record["python"]]


def test_a_disk_that_is_full_while_hosts_are_told_leaves_them_the_engine_before(
    installed: Stand,
) -> None:
    before = installed.record
    installed.change("two")
    done = installed.run_with(
        "import errno, os, commands, manifest, engine_record\n"
        "def full(*_): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))\n"
        "os_replace, engine_record.write_whole = os.replace, full\n"
        "sys.exit(commands.main(['engine']))"
    )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert installed.record == before
    assert [path.name for path in installed.record_path.parent.iterdir()] == ["engine.json"]


def test_too_little_room_is_told_before_anything_is_written(stand: Stand) -> None:
    done = stand.run_with(
        "import commands, engine_build\n"
        "engine_build.NEEDED_MB[''] = 10**12\n"
        "sys.exit(commands.main(['engine']))"
    )
    assert done.returncode == 1
    assert "are free" in done.stderr.replace("\n", " ")
    assert folders(stand) == []


def test_two_installs_at_once_make_one_engine(stand: Stand) -> None:
    script = str(stand.clone / "install" / "bootstrap.py")
    both = [
        subprocess.Popen(
            [sys.executable, script, "engine"], env=stand.environ(), stdout=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    assert [each.wait(60) for each in both] == [0, 0]
    assert len(folders(stand)) == 2


# Mending


def test_a_whole_engine_is_found_whole(installed: Stand) -> None:
    before = installed.record
    done = installed.run("--repair", STAND_FAIL="venv")
    assert done.returncode == 0
    assert "as they were written" in done.stdout
    assert installed.record == before


@pytest.mark.parametrize("tools_only", [False, True])
def test_a_damaged_engine_is_replaced_also_without_a_clone(
    installed: Stand, tools_only: bool
) -> None:
    broken = installed.record["engine"]
    (damaged,) = installed.in_use.glob("lib/python*/site-packages/afterframe/cli/main.py")
    size = damaged.stat().st_size
    damaged.write_bytes(b"#" * size)
    tools = installed.in_use / "tools" / "install" / "bootstrap.py" if tools_only else None
    if tools_only:
        shutil.rmtree(installed.clone)
    done = installed.run("--repair", tools=tools)
    assert done.returncode == 0, done.stderr
    assert "main.py" in done.stdout
    assert installed.record["engine"] != broken
    assert installed.record["previous"] == ""
    assert not (installed.engines / broken).exists()
    assert starts(installed)


def test_what_python_compiles_for_itself_is_no_damage(installed: Stand) -> None:
    assert starts(installed)
    assert list(installed.in_use.glob("lib/**/__pycache__/*.pyc"))
    assert "as they were written" in installed.run("--repair").stdout


def test_an_install_over_an_engine_that_lost_a_file_makes_it_anew(installed: Stand) -> None:
    (lost,) = installed.in_use.glob("lib/python*/site-packages/afterframe/__init__.py")
    lost.unlink()
    assert installed.run().returncode == 0
    assert starts(installed)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"python": 1}'])
def test_a_record_that_says_nothing_is_mended(installed: Stand, text: str) -> None:
    name = installed.record["engine"]
    installed.record_path.write_text(text)
    assert installed.run("--repair").returncode == 0
    assert installed.record["engine"] == name


# Going back


def test_going_back_and_forth(upgraded: Stand) -> None:
    first, second = upgraded.record["previous"], upgraded.record["engine"]
    for now, before in ((first, second), (second, first)):
        assert upgraded.run("--rollback").returncode == 0
        assert (upgraded.record["engine"], upgraded.record["previous"]) == (now, before)
        assert starts(upgraded)


def test_there_is_no_going_back_from_the_first_or_to_one_that_broke(upgraded: Stand) -> None:
    record = upgraded.record
    before = upgraded.engines / record["previous"]
    (main,) = before.glob("lib/python*/site-packages/afterframe/cli/main.py")
    main.unlink()
    done = upgraded.run("--rollback")
    assert done.returncode == 1
    assert "does not start" in done.stderr
    assert upgraded.record == record
    upgraded.record_path.write_text(json.dumps({**record, "previous": ""}))
    assert "no engine to go back to" in upgraded.run("--rollback").stderr


# Removing


def test_nothing_is_left_of_what_was_installed(upgraded: Stand) -> None:
    tools = upgraded.in_use / "tools" / "install" / "bootstrap.py"
    done = upgraded.run("--uninstall", tools=tools)
    assert done.returncode == 0, done.stderr
    assert not (upgraded.home / "data" / "afterframe").exists()
    assert not (upgraded.home / "config" / "afterframe").exists()


def test_what_somebody_else_put_there_stays_and_is_told(installed: Stand, tmp_path: Path) -> None:
    elsewhere = tmp_path / "models"
    elsewhere.mkdir()
    (elsewhere / "pyvenv.cfg").write_text("mine")
    mine = [
        installed.in_use / "lib" / "notes.txt",
        installed.engines / "notes.txt",
        installed.record_path.with_name("presets.json"),
        installed.in_use / "bin" / "__pycache__" / "mine.cpython-311.pyc",
    ]
    for path in mine:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (installed.in_use / "lib" / "models").symlink_to(elsewhere)
    name = installed.record["engine"]
    done = installed.run("--uninstall")
    assert done.returncode == 0, done.stderr
    assert all(path.read_text() == "mine" for path in mine)
    assert (elsewhere / "pyvenv.cfg").read_text() == "mine"
    for path in (mine[0], mine[1], mine[3]):
        assert f"Stays: {path}" in done.stdout
    assert sorted(contents(installed.engines / name)) == [
        "bin/__pycache__/mine.cpython-311.pyc", "lib/models", "lib/notes.txt",
    ]  # fmt: skip


def test_a_folder_that_was_moved_and_linked_is_not_gone_into(
    installed: Stand, tmp_path: Path
) -> None:
    """Somebody short of room moves what is big to another disk."""
    (packages,) = installed.in_use.glob("lib/python*/site-packages/afterframe")
    packages.rename(tmp_path / "moved")
    packages.symlink_to(tmp_path / "moved")
    assert starts(installed)
    installed.run("--uninstall")
    assert (tmp_path / "moved" / "__init__.py").is_file()


@pytest.mark.parametrize("name", ["../../../mine.txt", "/etc/mine.txt", "a\\..\\mine.txt"])
def test_a_manifest_that_leads_out_of_its_folder_is_not_followed(
    installed: Stand, name: str
) -> None:
    mine = installed.home / "data" / "mine.txt"
    mine.write_text("mine")
    path = installed.engines / f"{installed.record['engine']}.manifest.json"
    written = json.loads(path.read_text())
    written["files"][name] = {"size": 4, "sha256": "", "link": ""}
    path.write_text(json.dumps(written))
    installed.run("--uninstall")
    assert mine.read_text() == "mine"
    assert Path(installed.engines).is_dir()


def test_an_uninstall_that_was_killed_is_finished_by_the_next(installed: Stand) -> None:
    done = installed.run_with(
        "import os, engine, manifest\n"
        "left, unlink = [5], manifest._unlink\n"
        "def one_of_five(path):\n"
        "    left[0] -= 1\n"
        "    return unlink(path) if left[0] else os._exit(9)\n"
        "manifest._unlink = one_of_five\n"
        "engine.uninstall(False)"
    )
    assert done.returncode == 9
    assert installed.run("--uninstall").returncode == 0
    assert not installed.engines.exists()


@pytest.mark.parametrize("everything", [False, True])
def test_queue_and_logs_go_only_when_asked_and_results_never(
    installed: Stand, everything: bool
) -> None:
    state = installed.home / "state" / "afterframe"
    for name in ("queue.sqlite3", "logs/service.log", "jobs/1/preview.jpg", "kept by me.txt"):
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text("x")
    result = installed.home / "Videos" / "Afterframe" / "shot_generate_v001.mov"
    result.parent.mkdir(parents=True)
    result.write_text("a result")
    assert installed.run("--uninstall", *(["--all"] if everything else [])).returncode == 0
    assert result.is_file()
    left = {"kept by me.txt"}
    if not everything:
        left |= {"queue.sqlite3", "logs/service.log", "jobs/1/preview.jpg"}
    assert set(contents(state)) == left


def test_a_record_that_names_somebody_elses_engine_stays(installed: Stand) -> None:
    theirs = {**installed.record, "python": "/opt/studio/afterframe/bin/python"}
    installed.record_path.write_text(json.dumps(theirs))
    done = installed.run("--uninstall")
    assert "names no engine of ours" in done.stdout
    assert installed.record == theirs


# Looking


def test_the_status_says_what_is_in_use(upgraded: Stand) -> None:
    said = upgraded.run("--status").stdout
    assert f"{upgraded.record['engine']}: in use" in said
    assert f"{upgraded.record['previous']}: the one before" in said


@pytest.mark.parametrize("lost", ["bin/python", "lib/python*/site-packages/afterframe/__init__.py"])
def test_the_status_tells_a_broken_engine_and_how_to_mend_it(installed: Stand, lost: str) -> None:
    assert "Broken" not in installed.run("--status").stdout
    (path,) = installed.in_use.glob(lost)
    path.unlink()
    _is_told_and_mended(installed)


def test_the_status_tells_an_engine_that_does_not_start_though_every_file_is_there(
    installed: Stand,
) -> None:
    (path,) = installed.in_use.glob("lib/python*/site-packages/afterframe/cli/main.py")
    path.write_bytes(b"?" * path.stat().st_size)
    _is_told_and_mended(installed)


def _is_told_and_mended(installed: Stand) -> None:
    done = installed.run("--status")
    assert done.returncode == 1
    assert "Broken: " in done.stdout
    command = done.stdout.partition("Mend it with: ")[2]
    assert command.endswith(" engine --repair\n")
    subprocess.run(command, shell=True, env=installed.environ(), capture_output=True, check=True)
    assert installed.run("--status").returncode == 0


def test_nothing_installed_is_said_with_how_to(stand: Stand) -> None:
    for action in ("--status", "--repair"):
        done = stand.run(action)
        assert done.returncode == 1
        assert "bootstrap.py engine" in done.stdout + done.stderr


def test_without_a_clone_nothing_new_can_be_built_and_that_is_said(installed: Stand) -> None:
    done = installed.run(tools=installed.in_use / "tools" / "install" / "bootstrap.py")
    assert done.returncode == 1
    assert "copy of Afterframe's source" in done.stderr
    tools = installed.in_use / "tools" / "install" / "bootstrap.py"
    for command in ("setup", "demo", "test"):
        other = subprocess.run(
            [sys.executable, str(tools), command],
            env=installed.environ(), capture_output=True, text=True,
        )  # fmt: skip
        assert other.returncode == 1
        assert "copy of Afterframe's source" in other.stderr


@pytest.mark.parametrize("line", [["--all"], ["--repair", "--rollback"], ["--with", "magic"]])
def test_a_line_that_makes_no_sense_ends_with_2(stand: Stand, line: list[str]) -> None:
    assert stand.run(*line).returncode == 2
