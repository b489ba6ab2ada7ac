"""The door: holds Resolve's objects, and makes the calls that our own Python asks for.

It knows nothing of what the calls are for. Everything here keeps to the syntax and the library of
Python 3.6, and imports nothing of ours: it runs in whatever Python Resolve has, from the Scripts
menu (``scripts/menu.py``), or beside Resolve Studio as a program of its own (``--external``).

A client is on this machine and knows the token. One line of JSON asks, one answers::

    {"token": "..."}                                          {"proof": "...", "door": 1, ...}
    {"id": 1, "do": "call", "on": 0, "name": "GetVersion", "arguments": [], "forget": [7]}
                                                              {"id": 1, "value": [20, 3, 1, 6]}
    {"id": 2, "do": "names", "on": 0}                         {"id": 2, "value": ["GetVersion"]}
    {"id": 3, "do": "get", "on": 0, "name": "EXPORT_OTIO"}    {"id": 3, "error": "raised", ...}
    {"id": 4, "do": "end"}                                    {"id": 4, "value": true}

Object 0 is ``resolve``. What JSON has not stands in it as ``{"object": 3}``, ``{"bytes": "..."}``,
``{"float": "nan"}``, and a dict, whose keys may be numbers, as ``{"items": [[key, value]]}``.
"""

import base64
import hmac
import json
import math
import os
import re
import secrets
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

VERSION = 1
NAMES = re.compile(r"[A-Z][A-Za-z0-9_]*\Z")
TICK, ALIVE_EVERY = 0.2, 5.0
"""Seconds between two looks, while nobody asks: at what else goes on; whether Resolve is there."""
PATIENCE = 30.0
"""Seconds in which a client comes, says the token, takes an answer."""
LIMITS = {False: 1 << 10, True: 1 << 22}
"""Bytes that a line may have before and after its sender has said the token."""
STRANGERS = 16
"""Connections that may be open at once."""


class Refused(Exception):
    """A request that is none of ours."""


class Objects:
    """Resolve's objects by number, as one client knows them."""

    def __init__(self, resolve: object) -> None:
        self._last, self._kept = 0, {0: resolve}

    def answer(self, request: "dict[str, Any]") -> "dict[str, Any]":
        """Do what is asked; errors are answers too."""
        try:
            told = {"value": self._told(self._done(request))}
        except Refused as error:
            told = {"error": "refused", "text": str(error)}
        except Exception as error:  # noqa: BLE001 - whatever a call of Resolve's raises
            told = {"error": "raised", "text": f"{type(error).__name__}: {error}"[:500]}
        return dict(told, id=request.get("id"))

    def _done(self, request: "dict[str, Any]") -> object:
        for number in filter(None, request.get("forget", ())):
            self._kept.pop(number, None)
        target, do = self._meant({"object": request.get("on")}), request.get("do")
        if do == "names":
            return [name for name in dir(target) if NAMES.match(name)]
        name = request.get("name")
        if not isinstance(name, str) or not NAMES.match(name):
            raise Refused(f"{name!r:.80} is no name of Resolve's")
        if do == "get":
            return getattr(target, name)
        if do == "call":
            given = [self._meant(each) for each in request.get("arguments", ())]
            return getattr(target, name)(*given)
        raise Refused(f"{do!r:.80} is nothing that a door does")

    def _told(self, value: Any) -> object:
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, (bytes, bytearray)):
            return {"bytes": base64.b64encode(value).decode("ascii")}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._told(each) for each in value]
        if isinstance(value, dict):
            return {"items": [[self._told(key), self._told(each)] for key, each in value.items()]}
        self._last += 1
        self._kept[self._last] = value
        return {"object": self._last}

    def _meant(self, told: Any) -> Any:
        if isinstance(told, list):
            return [self._meant(each) for each in told]
        if not isinstance(told, dict):
            return told
        ((kind, value),) = told.items()
        if kind == "items":
            return {self._meant(key): self._meant(each) for key, each in value}
        if kind == "object" and value in self._kept:
            return self._kept[value]
        if kind == "bytes":
            return base64.b64decode(value)
        if kind == "float":
            return float(value)
        raise Refused(f"there is no object {value!r:.80}")


class Peer:
    """A connection: what has come of its next line, and its objects once it has said the token."""

    def __init__(self, line: socket.socket) -> None:
        line.settimeout(PATIENCE)  # an answer that nobody takes
        self.line, self.since, self.come = line, time.monotonic(), b""
        self.objects = None  # type: Objects | None

    def requests(self) -> "Iterator[dict[str, Any]]":
        """Read what has come; give each whole line. Raises OSError, ValueError: it is over."""
        new = self.line.recv(1 << 16)
        if not new:
            raise OSError("hung up")
        self.come += new
        while b"\n" in self.come:
            line, self.come = self.come.split(b"\n", 1)
            request = json.loads(line.decode("utf-8"))
            if len(line) > LIMITS[self.objects is not None] or not isinstance(request, dict):
                raise ValueError("no request")
            yield request
        if len(self.come) > LIMITS[self.objects is not None]:
            raise ValueError("too long")

    def tell(self, answer: "dict[str, Any]") -> None:
        """Send an answer."""
        self.line.sendall(json.dumps(answer).encode("ascii") + b"\n")


class Door:
    """A door that is open; ``address`` is what a client has to know of it."""

    def __init__(self, resolve: object) -> None:
        self._resolve = resolve
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        self._listener.setblocking(False)  # whoever knocks may have gone before he is let in
        self._peers = {}  # type: dict[socket.socket, Peer]
        self._asked = time.monotonic()
        self.ended = self.was_used = False
        self._token, proof = secrets.token_hex(32), secrets.token_hex(32)
        self._shown = {"door": VERSION, "proof": proof, "pid": os.getpid()}
        self.address = dict(self._shown, token=self._token, port=self._listener.getsockname()[1])

    @property
    def in_use(self) -> bool:
        """Whether a client is there now."""
        return any(peer.objects is not None for peer in self._peers.values())

    def serve(self, goes_on: "Callable[[], bool]") -> None:
        """Answer one client after the other, until one says so, or Resolve or ``goes_on`` ends."""
        while not self.ended and goes_on() and self._is_alive():
            for ready in select.select([self._listener, *self._peers], [], [], TICK)[0]:
                self._serve(ready)
            for peer in [each for each in self._peers.values() if each.objects is None]:
                if time.monotonic() - peer.since > PATIENCE or len(self._peers) > STRANGERS:
                    self._hang_up(peer)
        for peer in list(self._peers.values()):
            self._hang_up(peer)
        self._listener.close()

    def _serve(self, ready: socket.socket) -> None:
        peer = self._peers.get(ready)
        try:
            if peer is None:
                line = self._listener.accept()[0]
                self._peers[line] = Peer(line)
                return
            for request in peer.requests():
                if peer.objects is not None:
                    self._asked, self.ended = time.monotonic(), request.get("do") == "end"
                    own = {"id": request.get("id"), "value": True}
                    peer.tell(own if self.ended else peer.objects.answer(request))
                elif not hmac.compare_digest(ascii(request.get("token")), repr(self._token)):
                    raise ValueError("not the token")
                elif self.in_use:
                    peer.tell({"error": "busy"})
                    raise ValueError("another client is there")
                else:
                    peer.objects, self.was_used = Objects(self._resolve), True
                    peer.tell(dict(self._shown, python=sys.version.split()[0]))
        except (OSError, ValueError, RecursionError):
            if peer is not None:
                self._hang_up(peer)

    def _hang_up(self, peer: Peer) -> None:
        self._peers.pop(peer.line, None)
        peer.line.close()

    def _is_alive(self) -> bool:
        if time.monotonic() - self._asked < ALIVE_EVERY:
            return True
        self._asked = time.monotonic()
        try:
            return self._resolve.GetVersionString() is not None  # type: ignore[attr-defined]
        except Exception:  # noqa: BLE001 - as fusionscript pleases when Resolve has ended
            return False


def main() -> int:
    """Open a door where ``RESOLVE_SCRIPT_API`` leads, tell its address on stdout, serve one."""
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what fusionscript prints must not get between
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if sys.platform == "linux":  # also while a call keeps every thread of ours from running
        fcntl = __import__("fcntl")
        signal.signal(signal.SIGIO, signal.SIG_DFL)  # comes when our input ends, and ends us
        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    try:
        sys.path.append(str(Path(os.environ.get("RESOLVE_SCRIPT_API", ""), "Modules")))
        resolve = __import__("DaVinciResolveScript").scriptapp("Resolve")
        door, why = (None if resolve is None else Door(resolve)), ""
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an import of somebody else's
        door, why = None, f"{type(error).__name__}: {error}"
    told.write(json.dumps(door.address if door else {"error": why}) + "\n")
    told.close()
    if door is None:
        return 1
    until = time.monotonic() + PATIENCE
    door.serve(lambda: door.in_use or (not door.was_used and time.monotonic() < until))
    return 0


def _end_with_parent() -> None:
    """End, whatever call hangs, when whoever started us has ended: then our input does."""
    while os.read(0, 1 << 10):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
