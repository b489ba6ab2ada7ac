"""Reading ahead: frames are decoded in a thread of their own while others are worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread

from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note

AHEAD_FRAMES = 4
"""Frames that may lie ready: enough that neither side waits for the other's slower frames."""
AHEAD_BYTES = 96 << 20
"""What they may take together; one lies ready however large it is."""
BEHIND_FRAMES = 2
"""Frames already given that are kept: engines look back at a frame's neighbours."""


@dataclass(frozen=True)
class Reading:
    """What reading one frame came to.

    Attributes:
        index: of the frame.
        frame: the frame, or None where reading it failed.
        notes: what the medium has to tell of its frames up to this one.
        error: why it failed.
    """

    index: int
    frame: Frame | None
    notes: tuple[Note, ...] = ()
    error: BaseException | None = None

    @property
    def size(self) -> int:
        """Bytes of the frame's samples."""
        return sum(plane.nbytes for plane in self.frame.planes) if self.frame else 0


class ReadAhead:
    """Gives frames by their index, any at any time; those asked for in order lie ready.

    From the second frame on that follows the one before, a thread reads on. Whoever asks for
    single frames has no frame read that he did not ask for. Not for several threads at once.

    Args:
        read: reads one frame, and never raises. It is called by one thread at a time.
        following: returns the index that comes after one in order; None: none does.
    """

    def __init__(
        self, read: Callable[[int], Reading], following: Callable[[int], int | None]
    ) -> None:
        self._read = read
        self._following = following
        self._given: deque[Reading] = deque(maxlen=BEHIND_FRAMES)
        self._thread: Thread | None = None
        # What follows is shared with the thread, under the condition's lock.
        self._changed = Condition()
        self._ready: deque[Reading] = deque()
        self._next: int | None = None
        self._in_order = False
        self._turns = 0
        self._closed = False

    def read(self, index: int) -> Reading:
        """Return one frame; a failure is raised here, where its frame is asked for.

        Raises:
            whatever reading this frame raised.
        """
        kept = next((each for each in self._given if each.index == index), None)
        reading = kept or self._fetched(index)
        if reading.error is not None:
            raise reading.error
        if kept is None:
            self._given.append(reading)
        return reading

    def close(self) -> None:
        """Stop reading; the thread has ended when this returns. Closing twice is fine."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._ready.clear()
        self._given.clear()

    def _fetched(self, index: int) -> Reading:
        in_order = bool(self._given) and self._following(self._given[-1].index) == index
        if self._thread is None:
            if not in_order:
                return self._read(index)
            self._thread = Thread(target=self._work, name="reader", daemon=True)
            self._thread.start()
        with self._changed:
            self._in_order = in_order
            while self._ready and self._ready[0].index != index:
                self._ready.popleft()
            if not self._ready and self._next != index:
                self._next, self._turns = index, self._turns + 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._ready)
            reading = self._ready.popleft()
            self._changed.notify_all()
        return reading

    def _work(self) -> None:
        """Read what is asked for, and in order what will be."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._may_read())
                if self._closed or self._next is None:
                    return
                index, turns = self._next, self._turns
            reading = self._read(index)
            with self._changed:
                if turns == self._turns:
                    self._ready.append(reading)
                    goes_on = self._in_order and reading.error is None
                    self._next = self._following(index) if goes_on else None
                    self._changed.notify_all()

    def _may_read(self) -> bool:
        if self._next is None or len(self._ready) >= AHEAD_FRAMES:
            return False
        held = sum(reading.size for reading in self._ready)
        return not self._ready or held + self._ready[-1].size <= AHEAD_BYTES
