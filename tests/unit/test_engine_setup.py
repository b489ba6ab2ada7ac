"""The engine's set-up as Blender runs it: how it stands, how far it is, stopped, failed."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import extension
import interpreters
import pytest

from afterframe_hosts.blender import engine_setup as setup
from afterframe_hosts.wire.errors import AfterframeError, ServiceMissing, SetupFailed
from afterframe_hosts.wire.version import VERSION
from tests.unit.engine_stand import Stand, make_stand

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stands a script in for uv")

TOOLS = Path(extension.__file__).parent

PIP = """\
Collecting numpy
  Downloading numpy-2.4.6-cp311-manylinux_2_28_x86_64.whl (16.9 MB)
     ---------------------------------------- 16.9/16.9 MB 48.8 MB/s
Collecting fastapi
  Using cached fastapi-0.165.0-py3-none-any.whl (500 kB)
Collecting opencv-python-headless
  Downloading opencv_python_headless-5.0.0.93-manylinux_2_28_x86_64.whl (61.2 MB)
"""
UV = """\
Resolved 24 packages in 120ms
Downloading numpy (16.0MiB)
Downloading opencv-python-headless (58.0MiB)
 Downloaded numpy
"""


@pytest.fixture
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """This Python, which can import the engine, does not count."""

    def missing(given: object = None) -> Path:
        raise ServiceMissing(looked="")

    monkeypatch.setattr(setup.discovery, "engine_python", missing)


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """A user without an engine, whose settings this process has."""
    stand = make_stand(tmp_path)
    monkeypatch.delenv("AFTERFRAME_ENGINE", raising=False)
    for name, value in stand.environ().items():
        monkeypatch.setenv(name, value)
    return stand


def record(stand: Stand, version: str, python: Path) -> None:
    stand.record_path.parent.mkdir(parents=True)
    stand.record_path.write_text(json.dumps({"version": version, "python": str(python)}))


def begin(stand: Stand, action: str = "install") -> Any:
    tools = stand.clone / "install"
    return setup.Setup.start(action, tools, setup.log_path(), interpreters.running())


def wait(run: Any, until: Callable[[Any], bool] = lambda run: run.finished) -> list[Any]:
    """Look at it as the timer does; gives all that was seen."""
    seen, limit = [], time.monotonic() + 60
    while not until(run):
        assert time.monotonic() < limit
        seen.append(run.poll())
        time.sleep(0.02)
    return seen


# How it stands


@pytest.mark.usefixtures("nothing_else")
def test_without_a_record_there_is_none_and_with_one_it_is_broken(user: Stand) -> None:
    assert setup.look() == setup.Engine("missing")
    record(user, VERSION, user.home / "gone")
    assert setup.look() == setup.Engine("broken", VERSION, str(user.home / "gone"))


@pytest.mark.parametrize(("version", "standing"), [(VERSION, "ready"), ("99.0.0", "other")])
def test_versions_have_to_be_equal(user: Stand, version: str, standing: str) -> None:
    record(user, version, Path(sys.executable))
    assert setup.look() == setup.Engine(standing, version, sys.executable)


def test_a_developers_own_is_taken_as_it_is(user: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    record(user, "99.0.0", user.home / "gone")
    monkeypatch.setenv("AFTERFRAME_ENGINE", sys.executable)
    assert setup.look() == setup.Engine("ready", "", sys.executable)


@pytest.mark.usefixtures("nothing_else")
@pytest.mark.parametrize("text", ["", "[]", "{", '{"python": 7}'])
def test_a_record_that_is_none_of_ours_is_none(user: Stand, text: str) -> None:
    user.record_path.parent.mkdir(parents=True)
    user.record_path.write_text(text)
    assert setup.look() == setup.Engine("missing")


# A run


def test_it_installs_and_is_ready(user: Stand) -> None:
    run = begin(user)
    seen = wait(run)
    assert run.error is None
    assert setup.look() == setup.Engine("ready", VERSION, user.record["python"])
    fractions = [each.fraction for each in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert "is in use" in run.log.read_text()


def test_it_removes_what_it_installed(user: Stand) -> None:
    wait(begin(user))
    run = begin(user, "uninstall")
    wait(run)
    assert run.error is None
    assert not user.engines.exists()


def test_cancelled_it_leaves_nothing_and_says_no_error(
    user: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_STOP", "install")
    run = begin(user)
    wait(run, lambda run: (user.home / "reached").exists())
    run.cancel()
    assert wait(run)[0].phase == "cancelling"
    assert run.cancelled
    assert run.error is None
    assert not list(user.engines.glob("0*"))


def test_what_does_not_end_when_asked_is_ended(
    user: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = user.home / "stubborn"
    tools.mkdir()
    (tools / "bootstrap.py").write_text(
        "import signal, time, pathlib\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(user.home / 'reached')!r}).touch()\n"
        "time.sleep(60)\n"
    )
    monkeypatch.setattr(setup, "PATIENCE", 0.2)
    run = setup.Setup.start("install", tools, setup.log_path(), interpreters.running())
    wait(run, lambda run: (user.home / "reached").exists())
    begun = time.monotonic()
    run.cancel()
    wait(run)
    assert time.monotonic() - begun < 5.0


def test_a_host_that_goes_takes_it_along(user: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_STOP", "venv")
    run = begin(user)
    wait(run, lambda run: (user.home / "reached").exists())
    run.abandon(10.0)
    run.poll()
    assert run.finished


def test_why_it_failed_is_told_with_its_log(user: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_FAIL", "install")
    monkeypatch.setenv("STAND_SAYS", "dns error")
    run = begin(user)
    wait(run)
    assert isinstance(run.error, SetupFailed)
    assert "could not be reached" in run.error.message()
    assert str(run.log) in run.error.fix()


def test_only_what_this_run_says_is_read(user: Stand) -> None:
    log = setup.log_path()
    log.parent.mkdir(parents=True)
    log.write_text("Installed in 3 s\nan old error\n")
    run = begin(user)
    assert run.poll().phase == "preparing"
    wait(run)
    assert run.error is None


def test_a_python_that_cannot_be_started_is_told(
    user: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(user.home))
    with pytest.raises(AfterframeError, match="no Python was found"):
        setup.Setup.start("install", TOOLS, setup.log_path(), "/usr/bin/blender")


def test_a_blender_that_names_itself_is_not_run_as_a_python(user: Stand) -> None:
    blender = user.home / "blender"
    blender.write_text("#!/bin/sh\nexit 9\n")
    blender.chmod(0o755)
    run = setup.Setup.start("install", user.clone / "install", setup.log_path(), str(blender))
    wait(run)
    assert run.error is None


# How far


def test_pip_is_followed_by_the_files_that_it_has() -> None:
    assert setup.downloaded_mb(PIP) == pytest.approx(17.4)


def test_uv_is_followed_by_the_files_that_it_says_it_has() -> None:
    assert setup.downloaded_mb(UV) == pytest.approx(16 * 1.048576)


def test_progress_grows_through_its_phases() -> None:
    making = "Making /x with Python 3.11\n"
    installing = making + "Installing Afterframe 0.1.0\n"
    steps = [
        setup.read_progress("", ""),
        setup.read_progress(making, ""),
        setup.read_progress(installing, ""),
        setup.read_progress(installing, PIP),
        setup.read_progress(installing, PIP + "Installing collected packages: numpy\n"),
        setup.read_progress(installing + "Installed in 20 s\n", PIP),
    ]
    assert [each.phase for each in steps] == [
        "preparing", "preparing", "downloading", "downloading", "unpacking", "proving",
    ]  # fmt: skip
    fractions = [each.fraction for each in steps]
    assert fractions == sorted(fractions)
    assert fractions[-1] < 1.0


def test_more_than_was_expected_is_not_more_than_all() -> None:
    much = "  Downloading a.whl (900 MB)\n  Downloading b.whl (1 MB)\n"
    assert setup.read_progress("Installing Afterframe", much).fraction <= setup.DOWNLOADED


# Words


def test_the_last_words_are_the_last_line_that_says_something() -> None:
    assert setup.last_words("a\n b \n\n") == "b"
    assert setup.last_words("") == "it said nothing"


# The connection


def test_a_connection_is_tried_in_a_thread_and_its_error_kept() -> None:
    def fails() -> Any:
        raise ServiceMissing(looked="here")

    test = setup.ConnectionTest(fails)
    limit = time.monotonic() + 5
    while not test.finished:
        assert time.monotonic() < limit
        time.sleep(0.01)
    assert isinstance(test.error, ServiceMissing)
    assert test.connection is None


# Which Python


def test_blenders_own_python_is_known_by_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not interpreters.belongs_to_blender()
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "blender-4.5" / "4.5" / "python"))
    assert interpreters.belongs_to_blender()


def test_debians_python_is_known_to_make_no_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    assert interpreters.makes_environments()
    monkeypatch.setattr(interpreters, "find_spec", lambda name: None)
    monkeypatch.setattr(interpreters.shutil, "which", lambda name: None)
    assert not interpreters.makes_environments()


def test_another_python_is_looked_for_that_can_make_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(folder: str, body: str) -> None:
        path = tmp_path / folder / "python3.77"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "own"))
    script("own", f"echo 3.77; echo {tmp_path / 'own' / 'python3.77'}")
    script("poor", 'case "$3" in *venv*) exit 1;; esac; echo 3.77; echo /poor')
    monkeypatch.setenv("PATH", os.pathsep.join(str(tmp_path / name) for name in ("own", "poor")))
    assert interpreters.find_another(((3, 77),)) is None
    script("rich", "echo 3.77; echo /rich")
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}{os.pathsep}{tmp_path / 'rich'}")
    assert interpreters.find_another(((3, 77),)) == "/rich"
