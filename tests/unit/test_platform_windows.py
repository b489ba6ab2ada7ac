"""Windows' branches, run here: the two modules are read once more as if on Windows.

What Windows itself would do - its libraries, its lock, its renames - is stood in for by what its
documentation says.
"""

from __future__ import annotations

import ctypes
import importlib.util
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from afterframe import platform
from afterframe_hosts.wire import system
from afterframe_hosts.wire.errors import EndpointForeign

NO_WINDOW, NEW_GROUP, DETACHED = 0x08000000, 0x00000200, 0x00000008


class Libraries:
    """Windows' libraries as far as they are asked; notes each call."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[tuple[Any, ...]] = []
        self.last_error = 0

    def __call__(self, name: str, use_last_error: bool = False) -> Libraries:
        return self

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self.calls.append((name, *arguments))
            answer = self.answers.get(name, 1)
            return answer(*arguments) if callable(answer) else answer

        function = types.SimpleNamespace(restype=None)
        return type("Function", (), {"__call__": lambda _, *a: call(*a), **vars(function)})()

    def named(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]


class Lock:
    """msvcrt: a byte of a file is had by one at a time."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.held: list[int] = []

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        assert (mode, count) == (self.LK_NBLCK, 1)
        if self.held:
            raise PermissionError(13, "Permission denied")
        self.held.append(descriptor)


@pytest.fixture
def as_windows(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Read a module as if on Windows; gives that copy of it."""

    def read(module: types.ModuleType, libraries: Libraries | None = None) -> Any:
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setattr(ctypes, "WinDLL", libraries or Libraries(), raising=False)
        monkeypatch.setattr(
            ctypes, "get_last_error", lambda: (libraries or Libraries()).last_error, raising=False
        )
        monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", NO_WINDOW, raising=False)
        monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", NEW_GROUP, raising=False)
        monkeypatch.setitem(sys.modules, "msvcrt", Lock())  # type: ignore[arg-type]
        spec = importlib.util.spec_from_file_location(module.__name__, str(module.__file__))
        assert spec is not None
        assert spec.loader is not None
        copy = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(copy)
        return copy

    return read


# Folders


def test_on_windows_folders_are_where_windows_says(
    as_windows: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AFTERFRAME_STATE", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "Roaming"))
    windows = as_windows(system)
    assert windows.state_folder() == tmp_path / "Local" / "Afterframe"
    assert windows.data_folder() == tmp_path / "Local" / "Afterframe"
    assert windows.config_folder() == tmp_path / "Roaming" / "Afterframe"
    monkeypatch.delenv("LOCALAPPDATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert windows.data_folder() == tmp_path / "AppData" / "Local" / "Afterframe"


def test_on_a_mac_folders_are_where_apple_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delenv("AFTERFRAME_STATE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    support = tmp_path / "Library" / "Application Support" / "Afterframe"
    assert system.data_folder() == system.config_folder() == system.state_folder() == support
    assert system.video_folder() == tmp_path / "Movies"


def test_on_linux_the_engine_lies_in_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert system.data_folder() == tmp_path / ".local" / "share" / "afterframe"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    assert system.data_folder() == tmp_path / "other" / "afterframe"


@pytest.mark.parametrize(
    ("plain", "long"),
    [
        (r"C:\Users\Zoë\a.mov", r"\\?\C:\Users\Zoë\a.mov"),
        (r"\\nas\share\a.mov", r"\\?\UNC\nas\share\a.mov"),
        (r"\\?\C:\a.mov", r"\\?\C:\a.mov"),
    ],
)
def test_windows_takes_a_path_of_any_length_in_one_form(plain: str, long: str) -> None:
    assert system._extended(plain) == long


def test_elsewhere_a_path_of_any_length_is_taken_as_it_is() -> None:
    assert system.long_path(Path("a/../b")) == Path("a/../b")


# Who may read


def test_on_windows_each_folder_that_is_made_is_the_users_alone(
    as_windows: Callable[..., Any], tmp_path: Path
) -> None:
    def convert(text: str, revision: int, descriptor: Any, size: None) -> int:
        assert (text, revision, size) == (windows.USER_ALONE, 1, None)
        descriptor._obj.value = 0x1_0000_0042
        return 1

    libraries = Libraries(ConvertStringSecurityDescriptorToSecurityDescriptorW=convert)
    windows = as_windows(system, libraries)
    windows.make_private_folder(tmp_path / "Afterframe" / "logs")
    closed = [
        (path, what, list_.value) for path, what, list_ in libraries.named("SetFileSecurityW")
    ]
    assert closed == [
        (str(tmp_path / "Afterframe"), 4, 0x1_0000_0042),
        (str(tmp_path / "Afterframe" / "logs"), 4, 0x1_0000_0042),
    ]
    assert len(libraries.named("LocalFree")) == 2
    libraries.calls.clear()
    windows.make_private_folder(tmp_path / "Afterframe" / "logs")
    assert not libraries.calls


def test_the_access_list_shuts_out_whoever_is_not_the_owner() -> None:
    """No heritage (P), and nobody but owner, system and administrators."""
    text = Path(str(system.__file__)).read_text("utf-8")
    (line,) = (line for line in text.splitlines() if "USER_ALONE = " in line)
    assert '"D:P(A;OICI;FA;;;OW)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"' in line


@pytest.mark.parametrize(
    "refuses", ["ConvertStringSecurityDescriptorToSecurityDescriptorW", "SetFileSecurityW"]
)
def test_on_windows_a_disk_without_access_lists_is_refused(
    as_windows: Callable[..., Any], tmp_path: Path, refuses: str
) -> None:
    windows = as_windows(system, Libraries(**{refuses: 0}))
    with pytest.raises(EndpointForeign):
        windows.make_private_folder(tmp_path / "Afterframe")


def test_on_windows_a_file_is_looked_at_by_its_kind(
    as_windows: Callable[..., Any], tmp_path: Path
) -> None:
    windows = as_windows(system)
    (tmp_path / "endpoint.json").touch(mode=0o666)
    (tmp_path / "link.json").symlink_to(tmp_path / "endpoint.json")
    assert windows.is_ours_alone(tmp_path / "endpoint.json")
    assert not windows.is_ours_alone(tmp_path / "link.json")


# Processes


def test_on_windows_a_service_is_started_without_a_window_and_with_a_console(
    as_windows: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[dict[str, Any]] = []

    class Popen:
        def __init__(self, command: list[str], **how: Any) -> None:
            started.append(how)

        def wait(self) -> int:
            return 0

    windows = as_windows(system)
    monkeypatch.setattr(subprocess, "Popen", Popen)
    windows.start_detached(["python"], tmp_path / "start.log")
    (how,) = started
    assert how["creationflags"] == NO_WINDOW | NEW_GROUP
    assert not how["creationflags"] & DETACHED
    assert as_windows(platform).WORKER_FLAGS == NO_WINDOW


@pytest.mark.parametrize(
    ("handle", "waits", "error", "lives"),
    [
        (0x1_0000_0042, 0x102, 0, True),
        (0x1_0000_0042, 0, 0, False),
        (None, 0, 87, False),
        (None, 0, 5, True),
    ],
    ids=["runs", "has ended", "has never been", "is somebody else's"],
)
def test_on_windows_a_process_is_asked_for_by_its_handle(
    as_windows: Callable[..., Any], handle: int | None, waits: int, error: int, lives: bool
) -> None:
    libraries = Libraries(OpenProcess=handle, WaitForSingleObject=waits)
    libraries.last_error = error
    assert as_windows(system, libraries).process_lives(7) == lives
    assert len(libraries.named("CloseHandle")) == (handle is not None)


def test_on_windows_a_worker_is_put_into_our_job_object(as_windows: Callable[..., Any]) -> None:
    libraries = Libraries()
    as_windows(platform, libraries).end_with_us(7)
    assert len(libraries.named("AssignProcessToJobObject")) == 1


# Files


def test_on_windows_a_lock_is_had_by_one_at_a_time(
    as_windows: Callable[..., Any], tmp_path: Path
) -> None:
    windows = as_windows(platform)
    first = windows.take_lock(tmp_path / "service.lock")
    assert first is not None
    assert windows.take_lock(tmp_path / "service.lock") is None
    first.close()


def test_on_windows_a_file_that_is_read_is_replaced_a_moment_later(
    as_windows: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = as_windows(platform)
    replace, tries = Path.replace, []

    def refuses_twice(self: Path, target: Path) -> Path:
        tries.append(self)
        if len(tries) < 3:
            raise PermissionError(13, "The process cannot access the file")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuses_twice)
    (tmp_path / "part").write_text("new")
    windows.replace_open(tmp_path / "part", tmp_path / "endpoint.json")
    assert (tmp_path / "endpoint.json").read_text() == "new"
    assert len(tries) == 3


def test_on_windows_a_file_that_stays_open_is_given_up_in_a_second(
    as_windows: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = as_windows(platform)
    monkeypatch.setattr(windows, "READ_PATIENCE", 0.05)

    def refuses(self: Path, target: Path) -> Path:
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(Path, "replace", refuses)
    (tmp_path / "part").write_text("new")
    with pytest.raises(PermissionError):
        windows.replace_open(tmp_path / "part", tmp_path / "endpoint.json")


@pytest.mark.parametrize("taken", [False, True])
def test_on_windows_the_system_itself_refuses_a_taken_name(
    as_windows: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    windows = as_windows(platform)
    rename = Path.rename

    def as_windows_does(self: Path, target: Path) -> Path:
        if target.exists():
            raise FileExistsError(17, "Cannot create a file when that file already exists")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", as_windows_does)
    source, target = tmp_path / "part", tmp_path / "result.mov"
    source.write_text("new")
    if taken:
        target.write_text("old")
        with pytest.raises(FileExistsError):
            windows.rename_new(source, target)
        assert (source.read_text(), target.read_text()) == ("new", "old")
    else:
        windows.rename_new(source, target)
        assert target.read_text() == "new"
        assert not source.exists()
