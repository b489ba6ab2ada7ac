"""Where things lie, and what a file's owner says."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afterframe import platform
from afterframe_hosts.wire import discovery, system
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


def test_a_network_home_is_known_by_an_escaped_name_and_through_a_link(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = home / "a home\\of mine"
    real.mkdir()
    (home / "link").symlink_to(real)
    escaped = str(real).replace("\\", "\\134").replace(" ", "\\040")
    table = f"/dev/sda / ext4 rw 0 0\nserver:/home {escaped} nfs4 rw 0 0\n"
    read = Path.read_text
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda path, *a, **k: table if str(path) == "/proc/self/mounts" else read(path, *a, **k),
    )
    for folder in (real, home / "link"):
        monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
        assert system.state_folder() == Path(f"/var/tmp/afterframe-{os.getuid()}")


def test_a_folder_of_ours_that_is_open_to_others_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    system.make_private_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["link to a folder", "link to nothing", "file"])
def test_what_is_no_folder_of_ours_is_refused_and_left_as_it_is(tmp_path: Path, kind: str) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "state"
    if kind == "link to a folder":
        elsewhere.mkdir(mode=0o755)
    if kind == "file":
        path.touch()
    else:
        path.symlink_to(elsewhere)
    with pytest.raises(EndpointForeign):
        system.make_private_folder(path)
    assert elsewhere.exists() == (kind == "link to a folder")
    if elsewhere.exists():
        assert elsewhere.stat().st_mode & 0o777 == 0o755


def test_a_state_folder_that_is_a_link_is_told_before_a_service_is_started(
    state: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    state.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EndpointForeign, match="state"):
        discovery.connect()
    assert not any((tmp_path / "elsewhere").iterdir())


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


class Kernel:
    """kernel32, as far as a job object asks it; notes what it was asked."""

    def __init__(self, opens: bool = True, assigns: bool = True) -> None:
        self.limits = b""
        self.taken: list[tuple[int, int]] = []
        self.closed: list[int] = []

        def create(_security: None, _name: None) -> int:
            return 0x1_0000_0042  # wider than an int of C: a handle that is cut off is found

        def inform(job: Any, kind: int, limits: Any, size: int) -> int:
            assert (job.value, kind) == (0x1_0000_0042, 9)
            self.limits = ctypes.string_at(limits, size)
            return 1

        def open_process(access: int, inherit: bool, pid: int) -> int | None:
            assert (access, inherit) == (0x0101, False)
            return pid + 0x2_0000_0000 if opens else None

        def assign(job: Any, process: Any) -> int:
            self.taken.append((job.value, process.value))
            return int(assigns)

        def close(process: Any) -> int:
            self.closed.append(process.value)
            return 1

        wrap = _Function
        self.CreateJobObjectW, self.OpenProcess = wrap(create), wrap(open_process)
        self.SetInformationJobObject, self.AssignProcessToJobObject = wrap(inform), wrap(assign)
        self.CloseHandle = wrap(close)


class _Function:
    """A foreign function: it has a result type that may be set."""

    restype: Any = ctypes.c_int

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        return self._function(*arguments)


def test_on_windows_workers_are_in_a_job_object_that_ends_them_with_the_service() -> None:
    kernel = Kernel()
    job = platform.KillOnClose(kernel)
    assert kernel.CreateJobObjectW.restype is kernel.OpenProcess.restype is ctypes.c_void_p
    # as winnt.h lays it out for 64 bits
    assert len(kernel.limits) == 144
    assert kernel.limits[16:20] == (0x2000).to_bytes(4, "little")
    assert not any(kernel.limits[:16] + kernel.limits[20:])
    assert job.take(7)
    assert kernel.taken == [(0x1_0000_0042, 0x2_0000_0007)]
    assert kernel.closed == [0x2_0000_0007]


@pytest.mark.parametrize("fails", ["opens", "assigns"])
def test_a_worker_that_no_job_object_takes_is_told_in_the_log(
    caplog: pytest.LogCaptureFixture, fails: str
) -> None:
    kernel = Kernel(**{fails: False})
    assert not platform.KillOnClose(kernel).take(7)
    assert "process 7" in caplog.text
    assert len(kernel.closed) == (0 if fails == "opens" else 1)
