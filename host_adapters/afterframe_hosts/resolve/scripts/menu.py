"""What an entry of Resolve's menu does: it opens a door, and lets our command line work through it.

Runs in Resolve's Python, 3.6 or later, as ``afterframe_menu`` beside ``afterframe_door``, where the
installer put both with ``places.json``: ``record`` says which engine is installed, ``state`` is
where doors are announced, ``command`` is for a terminal; where they are ``shared``, ``~`` and
variables stand for whoever runs it. What is printed here stands in Workspace > Console.
"""

import contextlib
import importlib
import json
import locale
import os
import queue
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

door = importlib.import_module("afterframe_door")

LABELS = {
    "generate": "Generate Clip from Frame",
    "extend": "Extend Clip",
    "bridge": "Bridge Gap",
    "restyle": "Style Transfer",
    "retime": "Slow Motion",
}
FOREIGN = ("PYTHON", "QT_", "VIRTUAL_ENV", "__PYVENV")
"""Beginnings of environment variables that are meant for Resolve and would mislead our Python."""
NO_RESOLVE = "Afterframe: this is for Resolve's own menu, Workspace > Scripts."
NO_ENGINE = "Afterframe: its engine is not installed. In a terminal, in the folder of Afterframe:"
INSTALL = "  python3 install/bootstrap.py engine"
BUSY = "Afterframe: a command works through this now. Choose it again when that has ended."
OPEN = """\
Afterframe: {name} {version} can be worked on from a terminal now. For example:
  {command} generate --host resolve
  {command} extend --host resolve
  {command} batch --host resolve --effect restyle --clips selected
The entries of Workspace > Scripts > Edit do the same with their defaults, on the Edit page.
Choose Afterframe again to close this; it closes with Resolve too."""


def run(effect: str, given: "dict[str, Any]") -> None:
    """Make one effect with its defaults and place it; ``given`` are the globals of the script."""
    resolve, engine = find_resolve(given), find_engine()
    if resolve is None:
        say(NO_RESOLVE)
    elif engine is None:
        say(NO_ENGINE)
        say(INSTALL)
    else:
        say(f"Afterframe: {LABELS[effect]}. You can go on working meanwhile.")
        code = serve(resolve, [*engine, effect, "--host", "resolve"])
        say("Afterframe: done." if code == 0 else "Afterframe: this came to nothing, see above.")


def keep_open(given: "dict[str, Any]") -> None:
    """Hold a door open for the command line, until this is chosen again or Resolve ends."""
    resolve = find_resolve(given)
    if resolve is None:
        say(NO_RESOLVE)
        return
    told = [close(each) for each in folder().glob("resolve-door-*.json")]
    if "busy" in told:
        say(BUSY)
    elif "closed" in told:
        say("Afterframe: closed.")
    else:
        names = {"name": resolve.GetProductName(), "version": resolve.GetVersionString()}
        say(OPEN.format(command=settings()["command"], **names))
        serve(resolve, [])


def find_resolve(given: "dict[str, Any]") -> Any:
    """Return the program, which Resolve gives its scripts in one of several ways."""
    if given.get("resolve") is not None:
        return given["resolve"]
    if given.get("bmd") is not None:
        return given["bmd"].scriptapp("Resolve")
    try:
        return __import__("DaVinciResolveScript").scriptapp("Resolve")
    except ImportError:
        return None


def find_engine() -> "list[str] | None":
    """Return how the installed engine's command line is started; None where there is none."""
    try:
        python = json.loads(Path(settings()["record"]).read_text("utf-8"))["python"]
    except (OSError, ValueError, KeyError):
        python = ""
    python = os.environ.get("AFTERFRAME_ENGINE") or python
    known = bool(python) and Path(python).is_file()
    return [python, "-I", "-Xutf8", "-u", "-m", "afterframe.cli.main"] if known else None


def serve(resolve: Any, command: "list[str]") -> int:
    """Open a door and serve while a command runs, whose exit code is returned, or for ever.

    Everything that Resolve hears is said by this thread: its others die when a script returns.
    """
    opened = door.Door(resolve)
    announcement = announce(opened.address, "entry" if command else "door")
    lines = queue.Queue()  # type: queue.Queue[str | None]
    ended = []  # type: list[bool]

    def goes_on() -> bool:
        while not lines.empty():
            line = lines.get()
            if line is None:
                ended.append(True)
            else:
                say(line)
        return not ended

    process = None
    try:
        if command:
            process = start([*command, "--door", str(announcement)])
            threading.Thread(target=listen, args=(process.stdout, lines), daemon=True).start()
        opened.serve(goes_on)
    finally:
        with contextlib.suppress(OSError):  # somebody has tidied up
            announcement.unlink()
    return process.wait() if process else 0


def start(command: "list[str]") -> "subprocess.Popen[bytes]":
    """Start our command line in an environment of its own, without a window."""
    own = {key: each for key, each in os.environ.items() if not key.upper().startswith(FOREIGN)}
    return subprocess.Popen(
        command,
        env=own,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def listen(stream: Any, lines: "queue.Queue[str | None]") -> None:
    """Pass on what a command says, line by line, and None at its end."""
    with stream:
        for line in stream:
            try:
                lines.put(line.decode("utf-8").rstrip())
            except UnicodeDecodeError:
                lines.put(line.decode(locale.getpreferredencoding(False), "replace").rstrip())
    lines.put(None)


def announce(address: "dict[str, Any]", kind: str) -> Path:
    """Write where a door is into a file that this user alone can read."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / "resolve-{}-{}.json".format(kind, address["pid"])
    part = path.with_suffix(".part")
    for each in (part, path):
        if each.exists():  # of a process of the same number that was killed
            each.unlink()
    with os.fdopen(os.open(str(part), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(address, file)
    part.rename(path)
    return path


def close(announcement: Path) -> str:
    """End a door that waits; gives "closed", "busy" for one at work, which stays, or ""."""
    try:
        address = json.loads(announcement.read_text("utf-8"))
        with socket.create_connection(("127.0.0.1", address["port"]), 3.0) as line:
            line.sendall(json.dumps({"token": address["token"]}).encode("ascii") + b"\n")
            greeting = json.loads(line.recv(1 << 12).decode("ascii"))
            if greeting.get("error") == "busy":
                return "busy"
            line.sendall(b'{"do": "end"}\n')
            ended = greeting.get("proof") == address["proof"] and line.recv(1 << 12)
            return "closed" if ended else ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""


def settings() -> "dict[str, str]":
    """Return what the installer has noted."""
    told = json.loads(Path(__file__).with_name("places.json").read_text("utf-8"))
    names = ("record", "state", "command")
    if not told["shared"]:
        return {name: told[name] for name in names}
    return {name: os.path.expandvars(str(Path(told[name]).expanduser())) for name in names}


def folder() -> Path:
    """Return the folder in which doors are announced."""
    return Path(os.environ.get("AFTERFRAME_STATE") or settings()["state"])


def say(line: str) -> None:
    """Print a line as far as Resolve's console can show it."""
    try:
        print(line)
    except UnicodeError:
        print(line.encode("ascii", "replace").decode("ascii"))
