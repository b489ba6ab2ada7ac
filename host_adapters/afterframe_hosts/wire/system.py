"""What a host has to know of the operating system: where things lie, and processes.

The engine adds its own part in ``afterframe.platform``.
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

from .errors import EndpointForeign

FOREIGN_SETTINGS = ("PYTHON", "BLENDER", "QT_", "VIRTUAL_ENV", "__PYVENV")
"""Beginnings of environment variables that are meant for the host and would mislead our Python."""

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs"}
)


def state_folder() -> Path:
    """Return the folder of the service's state: endpoint, queue, job folders, logs."""
    given = os.environ.get("AFTERFRAME_STATE")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return _from_environment("LOCALAPPDATA", "AppData/Local") / "Afterframe"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Afterframe"
    folder = _from_environment("XDG_STATE_HOME", ".local/state") / "afterframe"
    if _on_network(folder):  # locks and SQLite are not to be trusted there, nor is it one machine's
        return Path(f"/var/tmp/afterframe-{os.getuid()}")
    return folder


def config_folder() -> Path:
    """Return the folder of the user's settings; ``engine.json`` there names our Python."""
    if sys.platform == "win32":
        return _from_environment("APPDATA", "AppData/Roaming") / "Afterframe"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Afterframe"
    return _from_environment("XDG_CONFIG_HOME", ".config") / "afterframe"


def data_folder() -> Path:
    """Return the folder of what is installed for the user: the engine, by version."""
    if sys.platform == "win32":
        return _from_environment("LOCALAPPDATA", "AppData/Local") / "Afterframe"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Afterframe"
    return _from_environment("XDG_DATA_HOME", ".local/share") / "afterframe"


def video_folder() -> Path:
    """Return the user's folder for videos, where results of an unsaved project go."""
    if sys.platform == "darwin":
        return Path.home() / "Movies"
    return _video_folder() or Path.home() / "Videos"


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, open to this user alone.

    One of ours that is there already and open to others is closed to them.

    Raises:
        EndpointForeign: in its place is another user's folder, a link, or no folder at all.
    """
    missing = [each for each in (path, *path.parents) if not os.path.lexists(each)]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        if sys.platform == "win32":
            _close_to_others(folder)
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode):  # a link too: whoever made it says where it leads
        raise EndpointForeign(path=str(path))
    if sys.platform == "win32":
        return
    if facts.st_uid != os.geteuid():
        raise EndpointForeign(path=str(path))
    if facts.st_mode & 0o077:
        path.chmod(0o700)


def long_path(path: Path) -> Path:
    """Return a path that Windows takes at any length: it cuts plain ones off at 260 characters."""
    if os.name != "nt":
        return path
    return Path(_extended(os.path.abspath(path)))  # noqa: PTH100 - resolve() would follow links


def is_ours_alone(path: Path) -> bool:
    """Return True when ``path`` is a plain file that only this user can read or change.

    On Windows a file's mode says nothing, and it inherits the access list of its folder, which is
    made for this user alone: there only its kind is looked at.
    """
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode):
        return False
    if sys.platform == "win32":
        return True
    return facts.st_uid == os.geteuid() and not facts.st_mode & 0o077


def start_detached(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program that outlives us, without a terminal or a console window.

    Args:
        command: program and arguments.
        log: file to which what it prints is added.
    """
    make_private_folder(log.parent)
    flags = 0
    if sys.platform == "win32":
        # not DETACHED_PROCESS: without any console, each worker would open a window of its own
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=log.parent,
            env=own_environment(),
            start_new_session=True,
            creationflags=flags,
        )
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie
    return process


def own_environment() -> dict[str, str]:
    """Return this process's environment without what is meant for a host's own Python."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(FOREIGN_SETTINGS)
    }


def _from_environment(name: str, otherwise: str) -> Path:
    given = os.environ.get(name)
    return Path(given) if given else Path.home() / otherwise


def _extended(path: str) -> str:
    """Return a whole path of Windows in the form that is passed on to the disk as it stands."""
    if path.startswith("\\\\?\\"):
        return path
    return f"\\\\?\\UNC{path[1:]}" if path.startswith("\\\\") else f"\\\\?\\{path}"


def _on_network(folder: Path) -> bool:
    """Tell by the table of mounts, where the system has one."""
    try:
        table = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    mounts = (line.split(" ") for line in table.splitlines())
    types = {Path(_unescaped(fields[1])): fields[2] for fields in mounts if len(fields) > 2}
    folder = folder.resolve()
    on = next((types[each] for each in (folder, *folder.parents) if each in types), "")
    return on in NETWORK_FILE_SYSTEMS


def _unescaped(field: str) -> str:
    """Return a field of the table of mounts, where white space and ``\\`` stand in octal."""
    return re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), field)


if sys.platform == "win32":
    import ctypes

    USER_ALONE = "D:P(A;OICI;FA;;;OW)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
    """Access as in the user's profile: the owner, the system and administrators, also for what is
    made in it, and nothing from above. Python's own mkdir gives 0o700 this meaning from 3.13 on."""

    def _close_to_others(folder: Path) -> None:
        """Give a folder that we have made an access list for this user alone."""
        convert_revision, access_list = 1, 4
        advapi = ctypes.WinDLL("advapi32", use_last_error=True)
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        descriptor = ctypes.c_void_p()
        closed = advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            USER_ALONE, convert_revision, ctypes.byref(descriptor), None
        ) and advapi.SetFileSecurityW(str(folder), access_list, descriptor)
        if descriptor:
            kernel.LocalFree(descriptor)
        if not closed:  # a disk without access lists: anybody could read the token
            raise EndpointForeign(path=str(folder))

    VIDEOS = uuid.UUID("{18989B1D-99B5-455B-841C-AB7C74E4DDFC}")
    """FOLDERID_Videos"""

    def process_lives(pid: int) -> bool:
        """Return True while a process of this number runs, whoever's it is."""
        synchronize, still_running, access_denied = 0x00100000, 0x00000102, 5
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(kernel.OpenProcess(synchronize, False, pid))
        if not handle:
            return ctypes.get_last_error() == access_denied
        try:
            return bool(kernel.WaitForSingleObject(handle, 0) == still_running)
        finally:
            kernel.CloseHandle(handle)

    def _video_folder() -> Path | None:
        """Ask the shell, which knows where the user has moved it."""
        identifier = (ctypes.c_byte * 16).from_buffer_copy(VIDEOS.bytes_le)
        found = ctypes.c_wchar_p()
        failed = ctypes.windll.shell32.SHGetKnownFolderPath(
            identifier, 0, None, ctypes.byref(found)
        )
        if failed or not found.value:
            return None
        try:
            return Path(found.value)
        finally:
            ctypes.windll.ole32.CoTaskMemFree(found)


else:

    def process_lives(pid: int) -> bool:
        """Return True while a process of this number runs, whoever's it is."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def _video_folder() -> Path | None:
        """Read what xdg-user-dirs wrote down."""
        config = _from_environment("XDG_CONFIG_HOME", ".config")
        try:
            lines = (config / "user-dirs.dirs").read_text(encoding="utf-8").splitlines()
        except OSError:
            return None
        for line in lines:
            name, _, value = line.partition("=")
            if name.strip() == "XDG_VIDEOS_DIR":
                return Path(value.strip().strip('"').replace("$HOME", str(Path.home())))
        return None
