"""Blackmagic's module of this name, for the stand-in: its objects live in another process.

``RESOLVE_STAND_IN`` says where: ``127.0.0.1:PORT``. Python 3.6 and later, nothing but it.
"""

import json
import os
import socket
import threading

_PLAIN = (str, int, float)  # what goes through beside handles, lists and dicts


class PyRemoteObject:
    """An object of Resolve."""

    __hash__ = None

    def __init__(self, line, handle):
        object.__setattr__(self, "_line", line)
        object.__setattr__(self, "_handle", handle)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._line.get(self._handle, name)

    def __setattr__(self, name, value):
        pass

    def __dir__(self):
        return self._line.ask({"dir": self._handle})

    def __eq__(self, other):
        return isinstance(other, PyRemoteObject) and self._handle == other._handle

    def __str__(self):
        return self._line.ask({"text": self._handle})

    def __repr__(self):
        return f"<BlackmagicFusion.PyRemoteObject object at {id(self):#x}>"


PyRemoteObject.__module__ = "BlackmagicFusion"


class _Line:
    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)))
        self._file = self._socket.makefile("rwb")
        self._turn = threading.Lock()

    def ask(self, question):
        with self._turn:
            try:
                self._file.write(json.dumps(question).encode() + b"\n")
                self._file.flush()
                line = self._file.readline()
            except (OSError, ValueError):
                line = b""
        if not line:
            return None
        answer = json.loads(line.decode())
        if isinstance(answer, dict) and "raised" in answer:
            raise TypeError(answer["raised"][1])
        return answer

    def get(self, handle, name):
        found = self.ask({"get": handle, "name": name})
        if not (isinstance(found, dict) and found.get("method")):
            return self.unpacked(found)

        def call(*given, **named):
            question = {"call": handle, "name": name, "given": self.packed(list(given))}
            return self.unpacked(self.ask(question))

        return call

    def packed(self, value):
        if isinstance(value, PyRemoteObject):
            return value._handle
        if isinstance(value, dict):
            known = [(key, each) for key, each in value.items() if isinstance(key, _PLAIN)]
            return {"#": [[key, self.packed(each)] for key, each in known]}
        if isinstance(value, (list, tuple)):
            return [self.packed(each) for each in value]
        return value if isinstance(value, _PLAIN) else None

    def unpacked(self, value):
        if isinstance(value, dict) and "$" in value:
            return PyRemoteObject(self, value)
        if isinstance(value, dict):
            return {key: self.unpacked(each) for key, each in value["#"]}
        if isinstance(value, list):
            return [self.unpacked(each) for each in value]
        return value


def scriptapp(name):
    """Return an application, ``Resolve`` or ``Fusion``; None where it cannot be reached."""
    address = os.environ.get("RESOLVE_STAND_IN")
    try:
        line = _Line(address) if address else None
    except (OSError, ValueError):
        return None
    return line and line.unpacked(line.ask({"app": name}))
