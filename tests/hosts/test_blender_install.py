"""The extension in real Blender: valid, installed, chosen in, connected, gone without a trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import blender
import extension
import pytest

from afterframe_hosts.blender import engine_setup
from afterframe_hosts.wire.version import VERSION
from tests.hosts.blenders import VERSIONS, clean_environment, python_of, run_script, tail

pytestmark = [pytest.mark.hosts, pytest.mark.slow]


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip with a real wheel in it."""
    return extension.build(tmp_path_factory.mktemp("zip"))


@pytest.mark.parametrize("version", VERSIONS)
def test_blenders_own_tool_finds_it_valid(version: str, archive: Path) -> None:
    python = python_of(version)
    tool = next(python.parents[1].glob("**/bl_pkg/cli/blender_ext.py"))
    done = subprocess.run(
        [sys.executable, str(tool), "validate", str(archive)], capture_output=True, text=True
    )
    assert done.returncode == 0, tail(done)


@pytest.mark.parametrize("version", VERSIONS)
def test_it_registers_without_a_window_and_leaves_nothing_behind(
    version: str, archive: Path, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    told = run_script(version, "extension_life.py", tmp_path, archive, results)
    assert told["before"]["types"] == []
    assert "AFTERFRAME_PT_engine" in told["registered"]["types"]
    assert told["defaults"] == ["None", "auto", True]
    assert told["relative"][0] == "None"
    assert told["picked"][0] == str(tmp_path / "beside")
    assert told["chosen"] == [str(results), "prores_422_hq", False]
    assert told["destination"] == str(results)
    assert told["outputs"] == [
        [str(results), "prores_422_hq", False], [str(results), "png", False],
    ]  # fmt: skip
    assert told["standing"] == "missing"
    assert told["shown"]
    assert "Allow Online Access" in told["offline"]
    check_what_was_drawn(told["drawn"])
    for times in ("once", "twice"):
        assert told[f"unregistered {times}"] == told["before"]
        assert told[f"registered {times}"] == told["registered"]


def check_what_was_drawn(drawn: dict[str, Any]) -> None:
    """In every state there is the button that helps, and nothing that Blender would not take."""
    assert drawn.pop("wrong") == []

    def buttons(state: str) -> list[str]:
        return [text for kind, text in drawn[state] if kind == "operator"]

    assert buttons("en missing setup_failed draw_notice")[0] == "Install Engine"
    for standing in ("broken", "other"):
        assert f"Install Engine {VERSION}" in buttons(f"en {standing} setup_offline draw_notice")
    assert "Open Preferences" in buttons("en missing setup_offline draw_notice")
    assert "Open Log" in buttons("en missing setup_failed draw_notice")
    assert "Install Engine" not in buttons("en missing busy draw_notice")
    assert ["progress", "Downloading"] in drawn["en missing busy draw_notice"]
    assert {"Repair Engine", "Remove Engine"} <= set(buttons("en ready setup_failed draw"))
    assert "Repair Engine" not in buttons("en own setup_failed draw")
    (first, *_) = (text for kind, text in drawn["en missing setup_failed draw_notice"] if text)
    assert first.startswith("No engine yet:")
    assert f"{engine_setup.DOWNLOAD_MB} MB" in " ".join(
        text for _, text in drawn["en missing setup_failed draw_notice"]
    )
    english = {text for state, each in drawn.items() if state[:2] == "en" for _, text in each}
    chinese = {text for state, each in drawn.items() if state[:2] == "zh" for _, text in each}
    untranslated = {text for text in english & chinese if len(text) > 3}
    assert not {text for text in untranslated if not text.startswith(("afterframe.", "/"))}


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, archive: Path) -> Path:
    """A user's home, in which this process works; the zip is at hand."""
    environment = clean_environment(tmp_path)
    del environment["BLENDER_USER_RESOURCES"]  # one Blender's preferences are not another's
    for name in set(os.environ) - set(environment):
        monkeypatch.delenv(name)
    for name, value in {**environment, "AFTERFRAME_ENGINE": sys.executable}.items():
        monkeypatch.setenv(name, value)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(extension, "build", lambda _folder: archive)
    return tmp_path


def files(home: Path) -> set[str]:
    """What lies in the user's home, apart from thumbnails that Blender keeps a folder for."""
    paths = (path.relative_to(home) for path in home.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if path.parts[0] != ".cache"}


@pytest.mark.parametrize("version", VERSIONS)
def test_one_command_installs_and_connects_it_and_one_removes_it(
    version: str, user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = python_of(version)
    assert blender.install([python], with_engine=False) == 0
    said = capsys.readouterr().out
    assert f"bpy {version}" in said
    assert f"Connected to engine {VERSION}; it can: " in said
    (noted,) = blender.read_record().blenders
    assert (Path(noted.folder) / "blender_manifest.toml").is_file()
    assert Path(noted.preferences).is_file()
    assert blender.uninstall([], with_state=False) == 0
    assert files(user) == set()


def test_what_the_user_has_stays_and_what_cannot_be_removed_is_told(
    user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = python_of("4.5.15")
    assert blender.install([python], with_engine=False) == 0
    (noted,) = blender.read_record().blenders
    other = Path(noted.folder).with_name("another")
    other.mkdir()
    (other / "blender_manifest.toml").write_text("the user's")
    preferences = Path(noted.preferences)
    preferences.write_bytes(preferences.read_bytes() + b"changed since")
    assert b"afterframe" in preferences.read_bytes()
    gone = blender.Installed(str(user / "no blender"), str(user / "left"), str(user / "x"))
    (user / "left").mkdir()
    blender.write_record(blender.Record(False, (noted, gone)))
    assert blender.uninstall([user / "another Blender"], with_state=False) == 0
    assert "Nothing that this command had installed" in capsys.readouterr().out
    assert Path(noted.folder).exists()
    assert blender.uninstall([], with_state=False) == 0
    assert not Path(noted.folder).exists()
    assert not (user / "left").exists()
    assert (other / "blender_manifest.toml").read_text() == "the user's"
    assert b"afterframe" not in preferences.read_bytes()
    assert blender.uninstall([], with_state=False) == 0
    assert "Nothing that this command had installed is left" in capsys.readouterr().out


def test_the_engine_is_installed_tried_and_removed_from_within_blender(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip"))
    told: dict[str, Any] = run_script("4.2.23", "extension_engine.py", tmp_path, archive)
    installed = told["installed"]
    if "could not be reached" in installed["problem"]:
        pytest.skip("no package registry in reach")
    assert installed["problem"] == ""
    assert installed["engine"][:2] == ["ready", VERSION]
    assert "downloading" in installed["phases"]
    assert installed["longest"] < 20.0, "the timer may take a few milliseconds"
    assert told["megabytes"] == pytest.approx(engine_setup.DISK_MB, rel=0.15)
    assert told["tried"]["said"].startswith(f"Connected to engine {VERSION}")
    assert told["removed"]["engine"][0] == "missing"
    assert not told["left"]
