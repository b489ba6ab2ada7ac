"""Making the next things in threads while the first one is used: OpenCV and NumPy let go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Of = TypeVar("Of")
Made = TypeVar("Made")


def made_ahead(make: Callable[[Of], Made], of: Iterable[Of], threads: int) -> Iterator[Made]:
    """Yield what is made of each, in order; the next ``threads`` are made meanwhile.

    Args:
        make: called in a thread; what it raises is raised where its result would be.
        of: gone through in the caller's thread, so many before the one that is yielded.
        threads: 1 or more.
    """
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for each in of:
            waiting.append(pool.submit(make, each))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
