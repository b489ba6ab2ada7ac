"""The zip for Blender: the same bytes from the same tree; an engine is installed from it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import commands
import engine_build
import extension
import pytest

from afterframe_hosts.wire.version import VERSION
from tests.unit.engine_stand import Stand, make_stand

WHEEL = "afterframe-0-py3-none-any.whl"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip around a file that is no wheel: pip is not part of these tests."""
    folder = tmp_path_factory.mktemp("zip")
    (folder / WHEEL).write_text("a wheel")
    return extension.pack(folder / extension.name(), folder / WHEEL)


@pytest.fixture
def dropped(archive: Path, tmp_path: Path) -> tuple[Stand, Path]:
    """A user without an engine, and the extension as Blender has unpacked it."""
    stand = make_stand(tmp_path / "home")
    folder = tmp_path / "extensions" / "user_default" / "afterframe"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return stand, folder


def inside(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def test_the_same_tree_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    again = extension.pack(tmp_path / "again.zip", archive.with_name(WHEEL))
    assert again.read_bytes() == archive.read_bytes()


def test_a_folder_that_takes_no_zip_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert commands.main(["blender", "--zip-only", str(tmp_path / "file" / "x")]) == 1
    assert "Name another folder" in capsys.readouterr().err


def test_a_zip_that_cannot_be_finished_leaves_the_one_before(archive: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(archive, tmp_path))
    with pytest.raises(FileNotFoundError):
        extension.pack(copy, tmp_path / "gone.whl")
    assert copy.read_bytes() == archive.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]


def test_it_carries_what_runs_in_blender_and_the_set_up_and_no_more(archive: Path) -> None:
    names = inside(archive)
    tops = {name.split("/")[0] for name in names}
    assert tops == {
        "LICENSE", "__init__.py", "blender_manifest.toml", "carried", "host_adapters", "install",
    }  # fmt: skip
    hosts = "host_adapters/afterframe_hosts/"
    rooms = {name.removeprefix(hosts).split("/")[0] for name in names if name.startswith(hosts)}
    stands_on = {"base.py", "background.py", "orders.py", "pump.py", "wire"}
    assert rooms == {"__init__.py", "blender", *stands_on}
    assert not [name for name in names if "__pycache__" in name or "/extension/" in name]
    assert f"carried/{WHEEL}" in names


def test_the_manifest_has_our_version_and_says_what_is_done_without_a_full_stop(
    archive: Path,
) -> None:
    with zipfile.ZipFile(archive) as opened:
        told = tomllib.loads(opened.read("blender_manifest.toml").decode())
    assert told["version"] == VERSION
    assert set(told["permissions"]) == {"network", "files"}
    for text in (told["tagline"], *told["permissions"].values()):
        assert len(text) <= 64
        assert text[-1].isalnum()


def test_what_is_carried_is_known_as_the_same_engine_as_the_clones(
    dropped: tuple[Stand, Path],
) -> None:
    _, folder = dropped
    code = "import engine_build; print(engine_build.describe(frozenset(), '').content)"
    paths = f"import sys; sys.path[:0] = ['install', 'host_adapters']; {code}"
    done = subprocess.run(
        [sys.executable, "-B", "-c", paths], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == engine_build.describe(frozenset(), "").content


@pytest.mark.skipif(sys.platform == "win32", reason="stands a script in for uv")
def test_an_engine_is_installed_repaired_and_removed_from_what_is_carried(
    dropped: tuple[Stand, Path],
) -> None:
    stand, folder = dropped
    tools = folder / "install" / "bootstrap.py"
    done = stand.run(tools=tools)
    assert done.returncode == 0, done.stderr
    assert (stand.in_use / "wheel" / WHEEL).read_text() == "a wheel"
    assert (stand.in_use / "tools" / "install" / "bootstrap.py").is_file()

    (stand.in_use / "pyvenv.cfg").write_text("#" * 999)
    done = stand.run("--repair", tools=tools)
    assert done.returncode == 0, done.stderr
    assert "Broken:" in done.stdout

    done = stand.run("--uninstall", tools=tools)
    assert done.returncode == 0, done.stderr
    assert not stand.engines.exists()


def test_what_needs_the_source_says_so(dropped: tuple[Stand, Path]) -> None:
    stand, folder = dropped
    done = subprocess.run(
        [sys.executable, "-B", str(folder / "install" / "bootstrap.py"), "blender"],
        env=stand.environ(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Get a copy of Afterframe's source" in done.stderr
