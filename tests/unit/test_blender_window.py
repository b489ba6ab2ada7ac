"""A Blender with a window for the tests: where it cannot be made, a sentence says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import blender_window
import pytest
from environments import SetupError

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="mounts are Linux's")


def test_another_system_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    root, why = blender_window.prepare(tmp_path)
    assert root is None
    assert why == "No Blender with a window: it is Debian's, and this is not Linux."
    assert list(tmp_path.iterdir()) == []


@linux_only
def test_who_is_not_root_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    root, why = blender_window.prepare(tmp_path)
    assert root is None
    assert "root" in why


@linux_only
def test_a_failed_step_names_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(SetupError, match=str(log)):
        blender_window._run(["sh", "-c", "echo no mirror; exit 1"], log)
    assert "no mirror" in log.read_text("utf-8")


@linux_only
def test_what_is_half_made_or_made_otherwise_is_not_ready(tmp_path: Path) -> None:
    assert not blender_window.is_ready(tmp_path)
    (tmp_path / blender_window.STAMP).write_text('{"version": "4.0"}', "utf-8")
    assert not blender_window.is_ready(tmp_path)


@linux_only
def test_nothing_is_removed_while_something_is_mounted_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dev").mkdir()
    read = Path.read_text

    def mounts(path: Path, *given: str) -> str:
        here = f"devtmpfs {tmp_path}/dev devtmpfs rw 0 0\n"
        return here if str(path) == "/proc/self/mounts" else read(path, *given)

    monkeypatch.setattr(Path, "read_text", mounts)
    with pytest.raises(SetupError, match="unmount it first"):
        blender_window._remove(tmp_path)
    assert (tmp_path / "dev").is_dir()


@linux_only
def test_what_is_entered_mounts_nothing_outside(tmp_path: Path) -> None:
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"]).returncode != 0:
        pytest.skip("only root may mount")
    for name in ("proc", "dev", "tmp"):
        (tmp_path / "root" / name).mkdir(parents=True)
    shared = tmp_path / "shared"
    shared.mkdir()
    looked = 'grep -c "$1" /proc/self/mounts'  # in the place of chroot, which needs a whole system
    script = blender_window.ENTER.replace('exec chroot "$root" "$@"', looked)
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(tmp_path / "root")]
    done = subprocess.run([*command, f"{shared}\n", str(tmp_path)], capture_output=True, text=True)
    assert int(done.stdout) >= 4, done.stderr
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text("utf-8")


def test_only_whole_paths_are_shared(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shared"):
        blender_window.entering(tmp_path, [Path("relative")], ["true"])
