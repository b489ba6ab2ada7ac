"""The client of a door: calls of Resolve with a deadline, over a socket.

A call that does not come back, an answer that is none, a door that has gone: each ends the line,
and never the adapter behind it.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from ..wire.errors import HostStuck, HostUnreachable
from ..wire.system import is_ours_alone, own_environment, process_lives, state_folder
from . import places
from .calls import HOST
from .door import VERSION

DOOR = Path(__file__).with_name("door.py")
DOOR_FILES, WAITING = "resolve-*.json", "resolve-door-"
SCRIPTING = ("RESOLVE_SCRIPT_API", "RESOLVE_SCRIPT_LIB")
"""Environment variables of Resolve's own: the folder of its modules, and its library."""
PATIENCE = 10.0
"""Seconds that a call may take."""
LONGER = {
    "AddRenderJob": 60.0,
    "AddTake": 60.0,
    "AppendToTimeline": 60.0,
    "DeleteClips": 60.0,
    "DeleteRenderJob": 30.0,
    "DeleteTrack": 60.0,
    "Export": 300.0,
    "ExportCurrentFrameAsStill": 180.0,
    "GetItemListInTrack": 60.0,
    "ImportMedia": 60.0,
    "ImportTimelineFromFile": 300.0,
    "LoadProject": 300.0,
    "OpenPage": 60.0,
    "SaveProject": 60.0,
    "SetCurrentTimecode": 30.0,
    "SetCurrentTimeline": 60.0,
    "StartRendering": 60.0,
    "StopRendering": 60.0,
}
"""Likewise of methods that read media, write files or draw a heavy frame."""
FORGOTTEN = 600.0
"""Seconds for which a method that did not come back gets no more than ``PATIENCE`` again: whatever
kept it is likely still there."""
START = 30.0
"""Seconds in which Resolve's own library finds a Resolve that runs, or says that there is none."""
ANSWER_LIMIT = 1 << 26
"""Bytes of the longest answer: ten thousand items are less than a hundredth of that."""
BUSY = "another program of Afterframe's works in it now"
CLOSED = (
    "nothing answers from outside; this takes DaVinci Resolve Studio, running with a project open, "
    "and Preferences > System > General > External scripting using: Local"
)


def reached(door: Path | None = None) -> Link:
    """Return a line to Resolve: through this door, else one that waits, else from outside.

    Raises:
        HostUnreachable: there is no way; says what would help.
        HostStuck: Resolve does not answer.
    """
    if door is not None:
        return waiting(door)
    busy: HostUnreachable | None = None
    for each in find():
        try:
            return waiting(each)
        except HostUnreachable as error:
            busy = error if error.params["detail"] == BUSY else busy
    try:
        return external()
    except HostUnreachable:
        if busy is not None:  # so much is known of this Resolve: it is there, and works for us
            raise busy from None
        raise


def external(
    python: Path | None = None,
    settings: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> Link:
    """Start a door beside Resolve Studio and join it.

    Args:
        python: what it runs in; None: this one.
        settings: more of its environment; ``RESOLVE_SCRIPT_API`` and ``RESOLVE_SCRIPT_LIB`` are
            those of the user, else of the Resolve that stands in the usual place.
        patience: seconds that a call may take.

    Raises:
        HostUnreachable: no Resolve runs, or it does not let itself be reached from outside.
        HostStuck: its library does not come back.
    """
    child = Child(python or Path(sys.executable), settings or {})
    try:
        return Link(child.address(START), child, patience=patience)
    except BaseException:
        child.close()
        raise


def waiting(door: Path, patience: float = PATIENCE) -> Link:
    """Join the door that waits, as its file tells.

    Raises:
        HostUnreachable: it is not there any more, not this user's, or busy.
    """
    try:
        if not is_ours_alone(door):
            raise _unreachable(f"{door} is not this user's alone")
        address = json.loads(door.read_text("utf-8"))
    except (OSError, ValueError) as error:
        if isinstance(error, HostUnreachable):
            raise
        raise _unreachable(f"no door waits at {door}") from error
    return Link(address if isinstance(address, dict) else {}, patience=patience)


def is_told_where() -> bool:
    """Return whether the user's environment says where Resolve's scripting is."""
    return any(os.environ.get(name) for name in SCRIPTING)


def find(folder: Path | None = None) -> list[Path]:
    """Return the files of the doors that wait, the newest first; remove those of dead ones.

    A door that an entry of the menu has opened for its own command is for nobody else.

    Args:
        folder: where they lie; None: the folder of the service's state.
    """
    found = []
    for path in (folder or state_folder()).glob(DOOR_FILES):
        try:
            made, number = path.stat().st_mtime, int(path.stem.rpartition("-")[2])
            if not process_lives(number):
                path.unlink()
            elif path.stem.startswith(WAITING):
                found.append((made, path))
        except (OSError, ValueError):  # gone meanwhile, or none of ours
            continue
    return [path for _, path in sorted(found, reverse=True)]


_hung: dict[str, float] = {}
"""When a method last did not come back, by its name: over any line of this process."""
_UNSEEN = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(
    subprocess, "CREATE_NEW_PROCESS_GROUP", 0
)


class Far:
    """An object behind a door. What is dropped here is dropped there with the next call."""

    __slots__ = ("_dropped", "names", "number")

    def __init__(self, number: int, dropped: deque[int]) -> None:
        self.number, self._dropped = number, dropped
        self.names: frozenset[str] | None = None

    def __del__(self) -> None:
        self._dropped.append(self.number)

    def __repr__(self) -> str:
        return f"object {self.number}"


class Link:
    """A line through a door; see ``calls.Line``. Several threads may use it, one after the other.

    Attributes:
        resolve: the program.
        python: version of the Python that the door runs in.
        slow: is told the name of a method that has not come back after ``PATIENCE``, and goes on.
    """

    def __init__(
        self,
        address: Mapping[str, object],
        child: Child | None = None,
        longer: Mapping[str, float] = LONGER,
        patience: float = PATIENCE,
    ) -> None:
        """Join the door at an address, as it stands in a door's file.

        Raises:
            HostUnreachable: nobody answers there, somebody else does, or another client is there.
        """
        self._dropped: deque[int] = deque()
        self._lock = threading.Lock()
        self._child, self._longer, self._patience = child, longer, patience
        self._come, self._asked, self._broken = bytearray(), 0, ""
        self._due = 0.0
        self.slow: Callable[[str], object] = _silent
        self.resolve = Far(0, self._dropped)
        try:
            self._line = socket.create_connection(("127.0.0.1", int(str(address["port"]))), START)
        except (OSError, ValueError, KeyError, OverflowError) as error:
            raise _unreachable(f"no door is open there ({error})") from error
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.python = self._greet(address)

    def call(self, target: object, method: str, arguments: Sequence[object]) -> object:
        """Call a method; see ``calls.Line``.

        Raises:
            HostStuck: it has not answered in time, and the line is broken from now on.
            HostUnreachable: the line is broken, Resolve has ended, or the call has raised there.
        """
        given = [self._bare(each) for each in arguments]
        answer = self._ask(method, do="call", on=_number(target), name=method, arguments=given)
        if answer is None and method != "GetVersionString":
            self._demand_life()
        return answer

    def names(self, target: object) -> frozenset[str]:
        """Return the methods of an object; see ``calls.Line``."""
        if not isinstance(target, Far):
            return frozenset()
        if target.names is None:
            named = self._ask("dir", do="names", on=target.number)
            target.names = frozenset(map(str, named)) if isinstance(named, list) else frozenset()
        return target.names

    def get(self, target: object, name: str) -> object:
        """Return an attribute of an object; see ``calls.Line``."""
        return self._ask(name, do="get", on=_number(target), name=name)

    def end(self) -> None:
        """Tell the door to close behind us; harmless when the line is broken."""
        if not self._broken:
            self._ask("end", do="end")
        self.close()

    def close(self) -> None:
        """Let go of the door; harmless when done before."""
        self._broken = self._broken or "the line to it was closed"
        self._line.close()
        if self._child is not None:
            self._child.close()

    def _demand_life(self) -> None:
        """Raise HostUnreachable where None was the answer of a Resolve that has ended."""
        alive = self._ask(
            "GetVersionString", do="call", on=0, name="GetVersionString", arguments=[]
        )
        if alive is None:
            self._break("it has ended")
            raise _unreachable(self._broken)

    def _ask(self, what: str, **request: object) -> Any:
        """Send a request; return what comes back."""
        with self._lock:
            if self._broken:
                raise _unreachable(self._broken)
            self._asked += 1
            dropped = [self._dropped.popleft() for _ in range(len(self._dropped))]
            sent = {"id": self._asked, **request, "forget": dropped}
            answer = self._exchange(sent, what, self._seconds(what))
            _hung.pop(what, None)
            if answer.get("id") != self._asked:
                self._break("its door answers what was not asked")
                raise _unreachable(self._broken)
        if "error" in answer:
            said = f"{what}: {answer.get('text')}"
            if answer["error"] == "refused":
                raise _unreachable(said)
            # What Python says of it is for who looks for the fault.
            raise _unreachable(f"its call {what} has failed") from RuntimeError(said)
        return answer.get("value")

    def _seconds(self, what: str) -> float:
        """Return how long a method may take; one that hung just now not for long again."""
        hung = _hung.get(what)
        if hung is not None and time.monotonic() - hung < FORGOTTEN:
            return self._patience
        return self._longer.get(what, self._patience)

    def _exchange(self, sent: Mapping[str, object], what: str, seconds: float) -> dict[str, Any]:
        """Send a line and read its answer; whatever is wrong with that breaks the line."""
        # A call that Ctrl-C has cut off here goes on there: its answer comes first.
        self._due = max(time.monotonic(), self._due) + seconds
        try:
            self._line.settimeout(seconds)
            self._line.sendall(json.dumps(sent).encode("ascii") + b"\n")
            while True:
                told = json.loads(self._read_patiently(what))
                value = self._met(told.pop("value", None))
                if "id" not in told or told["id"] >= sent.get("id", 0):
                    self._due = 0.0
                    return {**told, "value": value}
        except TimeoutError as error:
            _hung[what] = time.monotonic()
            self._break(f"an earlier call, {what}, has not come back")
            raise HostStuck(host=HOST, call=what, seconds=f"{seconds:g}") from error
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            self._break(self._last_words() or "its door has closed")
            raise _unreachable(self._broken) from error

    def _read_patiently(self, what: str) -> bytes:
        """Return the next line; say so where it takes long, and is still waited for."""
        early = time.monotonic() + self._patience
        if early < self._due:
            try:
                return self._read(early)
            except TimeoutError:
                self.slow(what)
        return self._read(self._due)

    def _read(self, until: float) -> bytes:
        """Return the next line; raise TimeoutError where it is not whole in time."""
        looked = 0
        while (end := self._come.find(b"\n", looked)) < 0:
            looked, left = len(self._come), until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._line.settimeout(left)
            new = self._line.recv(1 << 18)
            if not new or looked + len(new) > ANSWER_LIMIT:
                raise ConnectionError("hung up")
            self._come += new
        line = bytes(self._come[:end])
        del self._come[: end + 1]
        return line

    def _greet(self, address: Mapping[str, object]) -> str:
        """Say the token, and see that the other end is the door that made it."""
        answer = self._exchange({"token": address.get("token")}, "the door", START)
        if answer.get("error") == "busy":
            self._break(BUSY)
        elif not answer.get("proof") or answer["proof"] != address.get("proof"):
            self._break("what answers there is no door of Afterframe's")
        elif answer.get("door") != VERSION:
            self._break(
                "its menu is of another version of Afterframe; bring it up to date with: "
                "python3 install/bootstrap.py resolve"
            )
        if self._broken:
            raise _unreachable(self._broken)
        return str(answer.get("python"))

    def _break(self, why: str) -> None:
        self._broken = why
        self.close()

    def _last_words(self) -> str:
        said = self._child.last_words() if self._child else ""
        return f"its door has closed: {said}" if said else ""

    def _bare(self, value: object) -> object:
        """Return an argument as it stands in JSON."""
        if isinstance(value, Far):
            return {"object": value.number}
        if isinstance(value, Mapping):
            return {"items": [[self._bare(key), self._bare(each)] for key, each in value.items()]}
        if isinstance(value, (list, tuple)):
            return [self._bare(each) for each in value]
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode("ascii")}
        if isinstance(value, float) and value - value != 0:
            return {"float": repr(value)}
        return value

    def _met(self, told: Any) -> Any:
        """Return an answer as it was before JSON."""
        if isinstance(told, list):
            return [self._met(each) for each in told]
        if not isinstance(told, dict):
            return told
        ((kind, value),) = told.items()
        if kind == "items":
            return {self._met(key): self._met(each) for key, each in value}
        if kind == "bytes":
            return base64.b64decode(value)
        return float(value) if kind == "float" else Far(value, self._dropped)


class Child:
    """A door that runs beside Resolve, in a process of its own that ends with us."""

    def __init__(self, python: Path, settings: Mapping[str, str]) -> None:
        self._said: deque[str] = deque(maxlen=20)
        self._told: queue.Queue[str] = queue.Queue()
        try:
            self._process = subprocess.Popen(
                [str(python), "-I", "-B", str(DOOR), "--external"],
                env={**own_environment(), **_scripting(), **settings},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for us: the timeline is tidied up through it
                creationflags=_UNSEEN,
            )
        except OSError as error:
            raise _unreachable(f"{python} does not start ({error})") from error
        streams = ((self._process.stdout, self._tell), (self._process.stderr, self._said.append))
        self._readers = [
            threading.Thread(target=_read_lines, args=each, daemon=True) for each in streams
        ]
        for reader in self._readers:
            reader.start()

    def address(self, seconds: float) -> dict[str, Any]:
        """Return what it tells of itself.

        Raises:
            HostUnreachable: it has no Resolve, or ended without a word.
            HostStuck: it says nothing for so long.
        """
        try:
            told = json.loads(self._told.get(timeout=seconds) or "null")
        except queue.Empty:
            raise HostStuck(host=HOST, call="scriptapp", seconds=f"{seconds:g}") from None
        if told is None:
            raise _unreachable(f"its scripting library ended the door: {self.last_words()}")
        why = told.get("error")
        if why is not None:
            raise _unreachable(f"its scripting library does not load ({why})" if why else CLOSED)
        return cast("dict[str, Any]", told)

    def _tell(self, line: str) -> None:
        if line.startswith("{") or not line:  # and not what some library prints all the same
            self._told.put(line)

    def last_words(self) -> str:
        """Return the last line that its library has printed; empty where it lives or is silent."""
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        self._readers[1].join(1.0)
        said = [line for line in self._said if line]
        return said[-1][:200] if said else f"it ended with {self._process.returncode}"

    def close(self) -> None:
        """End it, whatever hangs in it; harmless when done before."""
        self._process.kill()
        self._process.wait()
        for reader in self._readers:  # what the library has started may hold their other end
            reader.join(1.0)
        if self._process.stdin is not None:
            self._process.stdin.close()


def _silent(what: str) -> None:
    """Say nothing."""


def _read_lines(stream: IO[bytes], take: Callable[[str], object]) -> None:
    """Take each line until the end, and then an empty one."""
    with stream:
        for line in stream:
            take(line.decode("utf-8", "replace").strip())
    take("")


def _scripting() -> dict[str, str]:
    """Return the environment in which Resolve's library is found, and finds its Python."""
    found = next(iter((*places.installations(), *places.usual())))
    usual = dict(zip(SCRIPTING, (str(found.api), str(found.library)), strict=True))
    told = {name: os.environ[name] for name in SCRIPTING if os.environ.get(name)}
    # Of several Pythons on Windows the library takes any, and ends the process, unless it is told.
    home = {"PYTHONHOME": sys.base_prefix} if sys.platform == "win32" else {}
    return {**usual, **told, **home}


def _number(target: object) -> int:
    if not isinstance(target, Far):
        raise TypeError(f"{target!r} is not behind this door")
    return target.number


def _unreachable(why: str) -> HostUnreachable:
    return HostUnreachable(host=HOST, detail=why)
