"""Offers a Resolve to other processes and interpreters, as external scripting does.

A client sends JSON lines and gets one for each: ``{"app": "Resolve"}``, ``{"get": handle, "name":
..}``, ``{"call": handle, "name": .., "given": [..]}``, ``{"dir": handle}``, ``{"text": handle}``.
A handle is ``{"$": [kind, uid]}``, a dict ``{"#": [[key, value], ..]}``, a method ``{"method":
true}``. The client's side is ``client/Modules/DaVinciResolveScript.py``, for Python 3.6 and later.
"""

from __future__ import annotations

import json
import socketserver
from typing import Any

from .remote import Function, Ref, Remote
from .world import World


class Server(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1 at a free port; ``server_address[1]`` says which."""

    daemon_threads = True

    def __init__(self, world: World) -> None:
        super().__init__(("127.0.0.1", 0), _Client)
        self.world = world


class _Client(socketserver.StreamRequestHandler):
    """One client; its calls are made one after the other."""

    server: Server

    def handle(self) -> None:
        for line in self.rfile:
            answer = _answer(self.server.world, json.loads(line))
            self.wfile.write(json.dumps(answer).encode() + b"\n")


def _answer(world: World, asked: dict[str, Any]) -> Any:
    if "app" in asked:
        external = world.build.studio and not world.ended and asked["app"] in ("Resolve", "Fusion")
        return _packed(world.handle(asked["app"])) if external else None
    try:
        if "get" in asked:
            value = getattr(_unpacked(world, asked["get"]), asked["name"])
            return {"method": True} if isinstance(value, Function) else _packed(value)
        if "call" in asked:
            method = getattr(_unpacked(world, asked["call"]), asked["name"])
            return _packed(method(*_unpacked(world, asked["given"])))
        if "dir" in asked:
            return dir(_unpacked(world, asked["dir"]))
        return str(_unpacked(world, asked["text"]))
    except Exception as error:  # noqa: BLE001 - the client raises it, as fusionscript does
        return {"raised": [type(error).__name__, str(error)]}


def _packed(value: Any) -> Any:
    if isinstance(value, Remote):
        return {"$": [value._ref.kind, value._ref.uid]}
    if isinstance(value, dict):
        return {"#": [[key, _packed(each)] for key, each in value.items()]}
    if isinstance(value, (list, tuple)):
        return [_packed(each) for each in value]
    return value


def _unpacked(world: World, value: Any) -> Any:
    if isinstance(value, dict) and "$" in value:
        kind, uid = value["$"]
        return Remote(world, Ref(kind, uid))
    if isinstance(value, dict):
        return {key: _unpacked(world, each) for key, each in value["#"]}
    if isinstance(value, list):
        return [_unpacked(world, each) for each in value]
    return value
