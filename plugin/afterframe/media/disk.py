"""Room on the disk, and the folders that results are written into."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

from afterframe.errors import (
    AfterframeError,
    DestinationGone,
    DiskFull,
    NameTooLong,
    NotWritable,
    OutputError,
)

MEGABYTE = 1_000_000
RESERVE = 16 * MEGABYTE
"""What is left free beside a result, for its recipe and for the system."""
FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Error numbers that mean: no room, a quota, or a limit of the file's size."""
GONE = frozenset({errno.ENOENT, errno.ENODEV, errno.ENXIO, getattr(errno, "ESTALE", errno.ENODEV)})
"""Error numbers that mean: the folder, its disk or its share is no longer there."""


def check_room(folder: Path, needed: int) -> None:
    """Raise DiskFull where fewer than ``needed`` bytes, and a reserve, are free."""
    free = shutil.disk_usage(existing_part(folder)).free
    if free < needed + RESERVE:
        raise DiskFull(
            folder=str(folder),
            needed_mb=-(-(needed + RESERVE) // MEGABYTE),
            free_mb=free // MEGABYTE,
        )


def existing_part(folder: Path) -> Path:
    """Return the deepest folder on a path that is there and that this user may look at."""
    for path in (folder, *folder.parents):
        with suppress(PermissionError):
            if path.is_dir():
                return path
    return Path(folder.anchor)


def make_folder(folder: Path) -> list[Path]:
    """Make a folder with its parents; return those that were made, deepest first.

    Raises:
        NotWritable: it cannot be made or written to, or is not a folder.
    """
    missing: list[Path] = []
    try:
        missing += [path for path in (folder, *folder.parents) if not path.exists()]
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


def check_names(folder: Path, names: Iterable[str]) -> None:
    """Raise NameTooLong where the folder's disk does not take one of these names."""
    with telling(folder):
        for name in names:
            with suppress(FileNotFoundError, NotADirectoryError):
                os.lstat(existing_part(folder) / name)


@contextmanager
def telling(folder: Path, needed: int = 0) -> Iterator[None]:
    """Tell errors of the disk as errors of the tree, see :func:`told`."""
    try:
        yield
    except AfterframeError:
        raise
    except OSError as error:
        raise told(error, folder, needed) from error


def told(error: OSError, folder: Path, needed: int) -> OutputError:
    """Return a failure to write as DiskFull, DestinationGone, NameTooLong or NotWritable.

    Args:
        needed: bytes that the whole result takes.
    """
    if error.errno in FULL:
        free = shutil.disk_usage(existing_part(folder)).free
        return DiskFull(
            folder=str(folder),
            needed_mb=max(1, -(-needed // MEGABYTE)),
            free_mb=free // MEGABYTE,
        )
    if error.errno in GONE:
        return DestinationGone(folder=str(folder))
    if error.errno == errno.ENAMETOOLONG:
        return NameTooLong(path=str(error.filename or folder))
    return NotWritable(folder=str(folder), detail=error.strerror or str(error))
