"""All process and file facts of the three systems, in one file.

What a host has to know as well - folders, detached processes, private files - stands in
``afterframe_hosts.wire.system``.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import logging
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any, NamedTuple

import psutil

from afterframe import failpoints
from afterframe_hosts.wire.system import (
    config_folder,
    long_path,
    make_private_folder,
    process_lives,
    state_folder,
)

__all__ = [
    "WORKER_FLAGS",
    "KillOnClose",
    "ProcessId",
    "config_folder",
    "end_with_us",
    "gpus",
    "keep_freed_memory",
    "kill_tree",
    "make_private_folder",
    "memory_free",
    "process_lives",
    "release_freed_memory",
    "rename_new",
    "replace_open",
    "state_folder",
    "sync_folder",
    "take_lock",
    "write_private",
]

log = logging.getLogger(__name__)

if sys.platform == "win32":
    WORKER_FLAGS = subprocess.CREATE_NO_WINDOW
else:
    WORKER_FLAGS = 0
"""Creation flags of a child process: no console window on Windows, nothing elsewhere."""
NVIDIA_SMI_PATIENCE = 5.0
ARENAS = 2
"""Heaps that threads share: each keeps what its own largest moment took."""
READ_PATIENCE = 1.0
"""Seconds that a reader may keep a file open that is to be replaced."""
CLOCK_DRIFT = 0.0 if sys.platform == "linux" else 2.0
"""Seconds by which the start of one process may be read differently, when the clock is set."""


def take_lock(path: Path) -> IO[bytes] | None:
    """Lock a file for the life of this process.

    Returns:
        The open file, to be kept: the system frees the lock when it is closed or the process
        ends in whatever way. None: another process has it.
    """
    make_private_folder(path.parent)
    file = path.open("a+b")
    try:
        _lock(file)
    except OSError:
        file.close()
        return None
    return file


def write_private(path: Path, text: str) -> None:
    """Write a file at once or not at all, readable by this user alone.

    On Windows it inherits the access list of its folder, which says the same.
    """
    make_private_folder(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    replace_open(part, path)


def replace_open(part: Path, path: Path) -> None:
    """Rename ``part`` to ``path``, which somebody may be reading.

    Windows refuses that while the file is open; readers of ours are done in no time.
    """
    part, path = long_path(part), long_path(path)
    deadline = time.monotonic() + (READ_PATIENCE if sys.platform == "win32" else 0.0)
    while True:
        try:
            failpoints.at("platform.replace")
            part.replace(path)
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return


def rename_new(source: Path, target: Path) -> None:
    """Give a finished file or folder its name, unless that name is taken.

    Raises:
        FileExistsError: it is; both are as before.
    """
    source, target = long_path(source), long_path(target)
    try:
        _rename_exclusively(source, target)
    except OSError as error:
        if error.errno not in _NO_SUCH_CALL:
            raise
        _rename_checked(source, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Write a folder's entries to the disk, so that a new name outlasts a loss of power.

    Where that fails the name stands all the same: it is no reason to give a result up.
    """
    if sys.platform == "win32":
        return  # the journal of NTFS does it; a folder cannot be opened
    try:
        failpoints.at("platform.sync_folder")
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            log.warning("%s is not forced to the disk: %s", folder, error)


class ProcessId(NamedTuple):
    """One process for all time: numbers are given again, a number and a start are not.

    Attributes:
        pid: its number.
        started: seconds since 1970, on Linux since the system was started, which no setting of
            the clock changes; 0.0 for a process that has never been.
    """

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        """Return the identity of a running process."""
        try:
            return cls(pid, _started(pid))
        except (psutil.Error, OSError):
            return cls(pid, 0.0)

    def lives(self) -> bool:
        """Return True while this very process runs."""
        now = self.of(self.pid)
        return now.started > 0.0 and abs(now.started - self.started) <= CLOCK_DRIFT


def _started(pid: int) -> float:
    if sys.platform != "linux":
        return float(psutil.Process(pid).create_time())
    fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")  # the 22nd, as proc(5) counts


class KillOnClose:
    """A job object of Windows: its processes, and what they start, end when this process does.

    The system closes its handle however we end. A worker reads that its stdin has ended as well,
    but one that hangs in a driver's call does not.

    Args:
        kernel: kernel32 as ``ctypes`` gives it.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        kernel.CreateJobObjectW.restype = ctypes.c_void_p
        kernel.OpenProcess.restype = ctypes.c_void_p
        self._handle = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
        limits = _ExtendedLimits()
        limits.basic.flags = _KILL_ON_JOB_CLOSE
        held = self._handle.value is not None and kernel.SetInformationJobObject(
            self._handle, _EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits)
        )
        if not held:
            log.warning("workers may outlive this service: no job object")

    def take(self, pid: int) -> bool:
        """Take a process in; return False, with a line in the log, where that cannot be."""
        kernel = self._kernel
        process = ctypes.c_void_p(kernel.OpenProcess(_SET_QUOTA | _TERMINATE, False, pid))
        if process.value is None:
            log.warning("process %d cannot be opened", pid)
            return False
        try:
            taken = bool(kernel.AssignProcessToJobObject(self._handle, process))
        finally:
            kernel.CloseHandle(process)
        if not taken:
            log.warning("process %d may outlive this service", pid)
        return taken


def kill_tree(pid: int) -> None:
    """End a process and all its children, at once; no error when they are gone.

    Does not wait: the exit code of a child is for whoever has started it.
    """
    try:
        root = psutil.Process(pid)
        family = [*root.children(recursive=True), root]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def gpus() -> tuple[str, ...]:
    """Return the names of the GPUs that models can run on; found without torch."""
    if sys.platform == "darwin":
        return ("Apple GPU",) if os.uname().machine == "arm64" else ()
    listed = Path("/proc/driver/nvidia/gpus")
    if listed.is_dir():
        return tuple(f"NVIDIA GPU {card.name}" for card in sorted(listed.iterdir()))
    return _listed_by_nvidia()


def memory_free() -> int:
    """Return the bytes that this process may still take: of the machine, its container (cgroup)
    and its own limits (ulimit) the least."""
    free = [int(psutil.virtual_memory().available), *_container_memory(), *_own_limits()]
    return max(0, min(free))


def keep_freed_memory() -> None:
    """Let this process use the memory of freed pictures again, instead of asking for new pages.

    glibc gives each large block back to the system when it is freed, and the system clears the
    next one page by page: at 1080p that takes four times as long as converting the picture does.
    Other systems' allocators are left as they are.
    """
    libc = _glibc()
    if libc is None:
        return
    for largest in (1 << 30, 32 << 20):  # older ones refuse more than 32 MB
        if libc.mallopt(_M_MMAP_THRESHOLD, largest):
            break
    libc.mallopt(_M_TRIM_THRESHOLD, 1 << 30)
    libc.mallopt(_M_ARENA_MAX, ARENAS)


def release_freed_memory() -> None:
    """Give back to the system what is free: the work is done."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _container_memory() -> list[int]:
    """Return what is free in the control group that this process is in, and in those above it."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    free = []
    for line in lines:
        _, kinds, name = line.split(":", 2)
        if kinds not in ("", "memory"):
            continue
        root = CGROUPS / kinds
        place = root / name.lstrip("/")
        names = _CGROUP_FILES[kinds]
        for folder in (place, *place.parents):
            if folder.is_relative_to(root):
                free += _free_in(folder, *names)
    return free


def _free_in(folder: Path, limit: str, used: str) -> list[int]:
    """Return what a control group leaves; files that were read and can be dropped are free."""
    try:
        most, taken = (int((folder / name).read_text(encoding="ascii")) for name in (limit, used))
        told = (folder / "memory.stat").read_text(encoding="ascii")
    except (OSError, ValueError):  # there is none, or no limit ("max")
        return []
    droppable = re.search(r"^(?:total_)?inactive_file (\d+)$", told, re.MULTILINE)
    return [most - taken + int(droppable[1] if droppable else 0)]


def _own_limits() -> list[int]:
    if sys.platform == "win32":
        return []
    import resource

    used = psutil.Process().memory_info().vms
    soft = (resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return [limit - used for limit in soft if limit != resource.RLIM_INFINITY]


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None


CGROUPS = Path("/sys/fs/cgroup")
_CGROUP_FILES = {
    "": ("memory.max", "memory.current"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes"),
}
"""Limit and use, in control groups of version 2 and 1."""
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Of <malloc.h>."""

_NO_SUCH_CALL = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP})
"""What a file system says that cannot refuse a taken name in the same step."""
_NO_REPLACE, _EXCLUSIVE = 1, 4
"""RENAME_NOREPLACE of <linux/fs.h>, RENAME_EXCL of macOS' <sys/stdio.h>."""
_HERE = -100
"""AT_FDCWD"""


def _rename_exclusively(source: Path, target: Path) -> None:
    """Let the system rename and refuse a taken name in one step: nothing comes in between."""
    failpoints.at("platform.rename")
    if sys.platform == "win32":
        source.rename(target)
        return
    names = os.fsencode(source), os.fsencode(target)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = library.renamex_np(*names, _EXCLUSIVE)
        else:
            failed = library.renameat2(_HERE, names[0], _HERE, names[1], _NO_REPLACE)
    except AttributeError:  # an old system has no such call
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    if failed:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(source), None, str(target))


def _rename_checked(source: Path, target: Path) -> None:
    """Rename where the system cannot refuse: a folder after a look, a file by a second link."""
    if source.is_dir():
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        source.rename(target)
        return
    try:
        failpoints.at("platform.link")
        target.hardlink_to(source)
    except OSError as error:
        # FAT, exFAT and some network shares have no links: hold the name by an empty file.
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        target.touch(exist_ok=False)
        try:
            failpoints.at("platform.hold")
            source.replace(target)
        except OSError:
            target.unlink()
            raise
    else:
        source.unlink()


def _listed_by_nvidia() -> tuple[str, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    try:
        done = subprocess.run(
            [program, "-L"],
            capture_output=True,
            text=True,
            timeout=NVIDIA_SMI_PATIENCE,
            check=False,
            creationflags=WORKER_FLAGS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    lines = done.stdout.splitlines() if done.returncode == 0 else []
    return tuple(line.split(" (UUID")[0] for line in lines if line.startswith("GPU "))


_KILL_ON_JOB_CLOSE = 0x2000
_EXTENDED_LIMITS = 9
"""JobObjectExtendedLimitInformation"""
_SET_QUOTA, _TERMINATE = 0x0100, 0x0001


class _BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION, its integers at Windows' own widths."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION"""

    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


if sys.platform == "win32":
    import msvcrt

    @functools.cache
    def _our_job() -> KillOnClose:
        return KillOnClose(ctypes.WinDLL("kernel32", use_last_error=True))

    def end_with_us(pid: int) -> None:
        """Let a child end with this process, however that ends."""
        _our_job().take(pid)

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def end_with_us(pid: int) -> None:
        """Nothing to do: here a worker is found by its stdin, and killed by the next service."""

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
