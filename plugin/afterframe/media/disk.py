"""Room on the disk, and the folders that results are written into."""

from __future__ import annotations

import errno
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from afterframe.errors import DiskFull, NotWritable, OutputError

MEGABYTE = 1_000_000
RESERVE = 16 * MEGABYTE
"""What is left free beside a result, for its recipe and for the system."""
FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Error numbers that mean: no room, a quota, or a limit of the file's size."""


def check_room(folder: Path, needed: int) -> None:
    """Raise DiskFull where fewer than ``needed`` bytes, and a reserve, are free."""
    free = shutil.disk_usage(_existing(folder)).free
    if free < needed + RESERVE:
        raise DiskFull(
            folder=str(folder),
            needed_mb=-(-(needed + RESERVE) // MEGABYTE),
            free_mb=free // MEGABYTE,
        )


def make_folder(folder: Path) -> list[Path]:
    """Make a folder with its parents; return those that were made, deepest first.

    Raises:
        NotWritable: it cannot be made or written to, or is not a folder.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remove_empty(missing)
        raise told(error, folder, 0) from error
    return missing


def remove_empty(folders: list[Path]) -> None:
    """Remove folders that we made and nobody has put anything into."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def told(error: OSError, folder: Path, needed: int) -> OutputError:
    """Return a failure to write as DiskFull or NotWritable.

    Args:
        needed: bytes that the whole result takes.
    """
    if error.errno in FULL:
        free = shutil.disk_usage(_existing(folder)).free
        return DiskFull(
            folder=str(folder),
            needed_mb=max(1, -(-needed // MEGABYTE)),
            free_mb=free // MEGABYTE,
        )
    return NotWritable(folder=str(folder), detail=error.strerror or str(error))


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_dir())
