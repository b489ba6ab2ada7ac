"""What would hold a host up, done in a thread: files are moved and read, the host itself never is.

Nothing that runs here may touch a host's objects.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def begin(action: Callable[[], T]) -> Future[T]:
    """Begin something, and return at once.

    Returns:
        Its result, or its error, in due time; look at ``done()`` from the timer. A process does not
        wait for it when it ends.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = action()
        except BaseException as error:  # noqa: BLE001 - the border of the thread
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name="afterframe background", daemon=True).start()
    return future
