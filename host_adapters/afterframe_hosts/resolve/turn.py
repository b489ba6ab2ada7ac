"""One command after the other changes Resolve.

Studio lets any number of programs in at once. Two of ours that open pages, move the playhead and
set up the Deliver page by turns would put back what the other has set.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from ..wire.errors import HostUnreachable
from ..wire.system import make_private_folder, state_folder
from .calls import HOST
from .link import BUSY

FILE = "resolve.lock"
"""In the service's state folder. The system frees it, however its holder ends."""
PATIENCE = 60.0
"""Seconds for which another command is waited for: it may be rendering a long range."""
LOOK = 0.05


@contextmanager
def taken(patience: float | None = None) -> Iterator[None]:
    """Wait until no other command works in Resolve, and keep others waiting.

    Args:
        patience: seconds that this may take; None: ``PATIENCE``.

    Raises:
        HostUnreachable: another one has been at work for so long.
    """
    make_private_folder(state_folder())
    until = time.monotonic() + (PATIENCE if patience is None else patience)
    with (state_folder() / FILE).open("ab") as file:
        while not _lock(file):
            if time.monotonic() > until:
                raise HostUnreachable(host=HOST, detail=BUSY)
            time.sleep(LOOK)
        try:
            yield
        finally:
            _unlock(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
