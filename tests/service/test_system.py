"""Where things lie, and what a file's owner says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from afterframe import platform
from afterframe_hosts.wire import system
from afterframe_hosts.wire.errors import EndpointForeign


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("AFTERFRAME_STATE")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_state_lies_where_the_user_keeps_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert system.state_folder() == home / ".local/state/afterframe"
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "other"))
    assert system.state_folder() == home / "other/afterframe"


def test_state_never_lies_on_a_network_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = f"/dev/sda / ext4 rw 0 0\nserver:/home {home} nfs4 rw 0 0\n"
    read = Path.read_text
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda path, *a, **k: table if str(path) == "/proc/self/mounts" else read(path, *a, **k),
    )
    assert system.state_folder() == Path(f"/var/tmp/afterframe-{os.getuid()}")


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = os.geteuid()
    monkeypatch.setattr("os.geteuid", lambda: ours + 1)
    with pytest.raises(EndpointForeign):
        system.make_private_folder(tmp_path)


def test_videos_go_where_the_desktop_says(home: Path) -> None:
    assert system.video_folder() == home / "Videos"
    config = Path(os.environ["XDG_CONFIG_HOME"])
    config.mkdir()
    (config / "user-dirs.dirs").write_text('# made by\nXDG_VIDEOS_DIR="$HOME/Filme"\n')
    assert system.video_folder() == home / "Filme"


def test_a_private_file_is_whole_and_ours_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.json"
    for text in ("first", "second"):
        platform.write_private(path, text)
        assert path.read_text() == text
        assert system.is_ours_alone(path)
    assert [each.name for each in path.parent.iterdir()] == ["file.json"]


def test_a_lock_is_had_by_one_at_a_time(tmp_path: Path) -> None:
    first = platform.take_lock(tmp_path / "lock")
    assert first is not None
    assert platform.take_lock(tmp_path / "lock") is None
    first.close()
    second = platform.take_lock(tmp_path / "lock")
    assert second is not None
    second.close()


def test_a_process_is_known_by_its_number_and_its_start() -> None:
    ours = platform.ProcessId.of(os.getpid())
    assert ours.lives()
    assert not platform.ProcessId(ours.pid, ours.started - 100).lives()
    assert not platform.ProcessId(2**22, ours.started).lives()
    assert system.process_lives(ours.pid)
    assert not system.process_lives(2**22)
