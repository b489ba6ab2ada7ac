"""The line to Resolve through a real door, in another process and another Python."""

from __future__ import annotations

import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from afterframe_hosts.resolve import link
from afterframe_hosts.resolve.calls import Handle, has, root
from afterframe_hosts.resolve.door import Door
from afterframe_hosts.resolve.link import Far, Link
from afterframe_hosts.wire.errors import HostStuck, HostUnreachable
from tests.fakes.direct import Direct
from tests.unit.resolve_pythons import PYTHONS, python_named

API = '''
"""Stands where Resolve's own module would: a program with a few objects."""

import os, sys, time

print("fusionscript says hello")
os.write(1, b"and so does its C part, without an end of line")


class Item:
    def __init__(self, name):
        self.name = name

    def GetName(self):
        return self.name

    def GetNested(self):
        return {"items": [Item("a"), [Item("b")]], 1.0: self}


class Resolve:
    EXPORT_OTIO = 12.0
    _private = "kept"

    def __init__(self):
        self.alive = True

    def GetVersionString(self):
        return "20.3.1" if self.alive else None

    def GetVersion(self):
        return [20, 3, 1, 6, ""]

    def GetItem(self, name):
        return Item(name)

    def Echo(self, value):
        return value

    def Kinds(self):
        return {"nan": float("nan"), "far": float("-inf"), 2.5: b"\\x00\\xff", 3: (1, None, True)}

    def IsSame(self, item, name):
        return isinstance(item, Item) and item.name == name

    def Environment(self):
        return dict(os.environ)

    def Python(self):
        return list(sys.version_info[:2])

    def Pid(self):
        return os.getpid()

    def Wait(self, seconds):
        time.sleep(seconds)
        return Item("late")

    def Block(self):
        time.sleep(3600)

    def Freeze(self):
        import ctypes
        ctypes.PyDLL(None).sleep(60)  # keeps the interpreter to itself

    def Raise(self):
        raise TypeError("'NoneType' object is not callable")

    def Print(self, count):
        print("x" * count)
        sys.stderr.write("y" * count)
        return count

    def Die(self):
        sys.stderr.write("fusionscript: the application has gone\\n")
        sys.stderr.flush()
        os._exit(3)

    def Quit(self):
        self.alive = False

    def _hidden(self):
        return "never"


def scriptapp(name):
    return None if os.environ.get("NO_RESOLVE") else Resolve()
'''


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """The environment in which a door finds our module in the place of Resolve's."""
    (tmp_path / "Modules").mkdir()
    (tmp_path / "Modules" / "DaVinciResolveScript.py").write_text(API, "utf-8")
    return {"RESOLVE_SCRIPT_API": str(tmp_path), "RESOLVE_SCRIPT_LIB": ""}


@pytest.fixture
def line(settings: dict[str, str]) -> Iterator[Link]:
    """A line through a door beside Resolve, in our own Python."""
    opened = link.external(settings=settings, patience=5.0)
    yield opened
    opened.close()


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Path]:
    """The file of a door that waits in a Python of its own."""
    file = tmp_path / "resolve-door-0.json"
    (tmp_path / "resolve.py").write_text(API, "utf-8")
    code = f"""
import sys; sys.path[:0] = [{str(link.DOOR.parent)!r}, {str(tmp_path)!r}]
import json, os, door, resolve
opened = door.Door(resolve.Resolve())
with os.fdopen(os.open({str(file)!r}, os.O_CREAT | os.O_WRONLY, 0o600), "w") as out:
    out.write(json.dumps(opened.address))
print("\\nready", flush=True)
opened.serve(lambda: True)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while (said := process.stdout.readline().strip()) != "ready":
        assert said or process.poll() is None
    yield file
    process.kill()
    process.communicate()


def ended(pid: object) -> bool:
    """Whether a process ends within a moment."""
    assert isinstance(pid, int)
    until = time.monotonic() + 5.0
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("version", PYTHONS)
def test_a_door_holds_resolves_objects_in_every_python(
    version: str, settings: dict[str, str]
) -> None:
    line = link.external(python_named(version), settings)
    try:
        told = line.call(line.resolve, "Python", [])
        assert isinstance(told, list)
        assert "{}.{}".format(*told) == version == line.python.rpartition(".")[0]
        item = line.call(line.resolve, "GetItem", ["Aufnahme_ä 場面 🎬.mov"])
        assert isinstance(item, Far)
        assert line.call(item, "GetName", []) == "Aufnahme_ä 場面 🎬.mov"
        assert line.call(line.resolve, "IsSame", [item, "Aufnahme_ä 場面 🎬.mov"]) is True
        assert line.call(line.resolve, "Print", [200_000]) == 200_000
    finally:
        line.close()
    assert ended(line._child and line._child._process.pid)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(2**70),
        0.1,
        "C:\\Users\\Jö\\Clips\\a.mov",
        "\udc80 half",
        b"\x00\xff",
        [],
        {},
        [[1, [None]], {"key": {1.0: "a marker", 86.5: {"color": "Blue"}}}],
        {"object": 1},
        {"items": []},
        {"bytes": "x", "float": "nan"},
        math.inf,
    ],
)
def test_plain_values_go_there_and_back_as_they_are(line: Link, value: object) -> None:
    assert line.call(line.resolve, "Echo", [value]) == value


def test_what_json_has_not_comes_as_it_was(line: Link) -> None:
    kinds = line.call(line.resolve, "Kinds", [])
    assert isinstance(kinds, dict)
    assert math.isnan(kinds["nan"])
    assert kinds["far"] == -math.inf
    assert kinds[2.5] == b"\x00\xff"
    assert kinds[3] == [1, None, True]


def test_objects_in_answers_and_arguments_are_the_same_ones(line: Link) -> None:
    item = line.call(line.resolve, "GetItem", ["outer"])
    nested = line.call(item, "GetNested", [])
    assert isinstance(nested, dict)
    first, (second,) = nested["items"]
    assert [line.call(each, "GetName", []) for each in (first, second)] == ["a", "b"]
    echoed = line.call(line.resolve, "Echo", [{"deep": [item]}])
    assert isinstance(echoed, dict)
    assert line.call(echoed["deep"][0], "GetName", []) == "outer"


def test_a_dropped_object_is_let_go_of_in_the_door(waiting: Path) -> None:
    first = link.waiting(waiting)
    numbers = {first.call(first.resolve, "GetItem", ["x"]) for _ in range(50)}
    assert len({each.number for each in numbers if isinstance(each, Far)}) == 50
    kept = numbers.pop()
    numbers.clear()
    first.call(first.resolve, "GetVersion", [])
    gone = Far(1 if isinstance(kept, Far) and kept.number != 1 else 2, first._dropped)
    with pytest.raises(HostUnreachable, match="no object"):
        first.call(gone, "GetName", [])
    assert first.call(kept, "GetName", []) == "x"
    first.close()


def test_names_are_what_dir_tells_and_never_the_private_ones(line: Link) -> None:
    names = line.names(line.resolve)
    assert {"GetVersion", "EXPORT_OTIO"} <= names
    assert not any(name.startswith("_") for name in names)
    resolve = root(line, line.resolve)
    assert has(resolve, "GetVersionString")
    assert not has(resolve, "IsStudio")
    assert isinstance(resolve, Handle)
    assert line.get(line.resolve, "EXPORT_OTIO") == 12.0


@pytest.mark.parametrize(
    "name", ["_hidden", "__class__", "alive", "Get Version", "GetX.__init__", ""]
)
def test_a_door_touches_no_name_that_is_not_resolves(line: Link, name: str) -> None:
    for ask in (lambda: line.call(line.resolve, name, []), lambda: line.get(line.resolve, name)):
        with pytest.raises(HostUnreachable, match="no name of Resolve's"):
            ask()
    assert line.call(line.resolve, "GetVersionString", []) == "20.3.1"


def test_a_call_that_raises_there_is_told_and_the_line_goes_on(line: Link) -> None:
    with pytest.raises(HostUnreachable, match="its call Raise has failed") as failed:
        line.call(line.resolve, "Raise", [])
    assert "NoneType" not in str(failed.value)
    assert "NoneType" in str(failed.value.__cause__)
    with pytest.raises(HostUnreachable):
        line.call(line.resolve, "NoSuchMethod", [])
    assert line.call(line.resolve, "GetVersionString", []) == "20.3.1"


def test_a_call_that_blocks_for_ever_is_a_dead_door_and_not_a_dead_adapter(
    settings: dict[str, str],
) -> None:
    line = link.external(settings=settings, patience=0.4)
    pid = line.call(line.resolve, "Pid", [])
    began = time.monotonic()
    with pytest.raises(HostStuck) as stuck:
        line.call(line.resolve, "Block", [])
    assert 0.3 < time.monotonic() - began < 3.0
    assert stuck.value.params == {"host": "DaVinci Resolve", "call": "Block", "seconds": "0.4"}
    assert ended(pid)
    with pytest.raises(HostUnreachable, match="Block, has not come back"):
        line.call(line.resolve, "GetVersion", [])
    line.close()
    again = link.external(settings=settings)
    assert again.call(again.resolve, "GetVersionString", []) == "20.3.1"
    again.close()


def test_a_long_call_is_told_early_and_is_not_waited_for_as_long_again(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_hung", {})
    monkeypatch.setitem(link.LONGER, "Block", 0.9)
    monkeypatch.setitem(link.LONGER, "Wait", 20.0)
    slow: list[str] = []
    for whole in ("0.9", "0.3"):
        with closing(link.external(settings=settings, patience=0.3)) as line:
            line.slow = slow.append
            with pytest.raises(HostStuck) as stuck:
                line.call(line.resolve, "Block", [])
            assert stuck.value.params["seconds"] == whole
    assert slow == ["Block"]
    with closing(link.external(settings=settings, patience=0.3)) as line:
        line.slow = slow.append
        assert repr(line.call(line.resolve, "Wait", [0.6])).startswith("object")
    assert slow == ["Block", "Wait"]


def test_what_takes_seconds_is_given_up_after_a_minute() -> None:
    methods = ("ImportMedia", "AppendToTimeline", "SaveProject")
    assert {link.LONGER[each] for each in methods} == {60}


def test_a_door_that_dies_in_a_call_is_told_with_its_last_words(line: Link) -> None:
    with pytest.raises(HostUnreachable, match="the application has gone"):
        line.call(line.resolve, "Die", [])
    with pytest.raises(HostUnreachable):
        line.call(line.resolve, "GetVersion", [])


def test_none_from_a_resolve_that_has_ended_is_told_as_its_end(line: Link) -> None:
    assert line.call(line.resolve, "Echo", [None]) is None
    with pytest.raises(HostUnreachable, match="it has ended"):
        line.call(line.resolve, "Quit", [])


@pytest.mark.parametrize(
    "call",
    [
        "Block",
        pytest.param(
            "Freeze",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="a thread of ours has to run"),
        ),
    ],
)
def test_a_door_ends_with_whoever_started_it_whatever_hangs_in_it(
    settings: dict[str, str], call: str
) -> None:
    line = link.external(settings=settings)
    child = line._child
    assert child is not None
    assert child._process.stdin is not None
    asked = json.dumps({"id": 9, "do": "call", "on": 0, "name": call}).encode()
    line._line.sendall(asked + b"\n")  # as of a parent that was killed in the middle of a call
    time.sleep(0.3)
    child._process.stdin.close()
    try:
        child._process.wait(5.0)
    finally:
        line.close()


def test_nothing_of_our_python_leaks_into_the_door(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('a module of somebody else')", "utf-8")
    for name in ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "VIRTUAL_ENV", "QT_PLUGIN_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    line = link.external(python_named("3.6"), settings)
    environment = line.call(line.resolve, "Environment", [])
    line.close()
    assert isinstance(environment, dict)
    assert environment["RESOLVE_SCRIPT_API"] == settings["RESOLVE_SCRIPT_API"]
    leaked = [name for name in environment if name.startswith(("PYTHON", "VIRTUAL", "QT_"))]
    assert leaked == ([] if sys.platform != "win32" else ["PYTHONHOME"])


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("def scriptapp(name): return None", "takes DaVinci Resolve Studio, running"),
        ("import no_fusionscript", "does not load .*no_fusionscript"),
        ("raise SystemExit(4)", "does not load .*SystemExit"),
        ("import os; os.write(2, b'bad magic'); os._exit(9)", "ended the door: bad magic"),
        ("import os; os._exit(9)", "it ended with 9"),
    ],
)
def test_why_no_resolve_is_reached_is_told(
    module: str, says: str, settings: dict[str, str]
) -> None:
    (Path(settings["RESOLVE_SCRIPT_API"]) / "Modules/DaVinciResolveScript.py").write_text(module)
    with pytest.raises(HostUnreachable, match=says):
        link.external(settings=settings)


def test_a_library_that_hangs_is_told_and_ended(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Path(settings["RESOLVE_SCRIPT_API"]) / "Modules/DaVinciResolveScript.py"
    script.write_text("import time; time.sleep(3600)")
    monkeypatch.setattr(link, "START", 0.5)
    with pytest.raises(HostStuck, match="scriptapp"):
        link.external(settings=settings)


def test_no_such_python_is_told(settings: dict[str, str]) -> None:
    with pytest.raises(HostUnreachable, match="does not start"):
        link.external(Path("/no/such/python"), settings)


# --- a door that waits, as one from the menu does


def raw(file: Path, sent: bytes) -> bytes:
    """Send bytes to a door and return all that it answers until it hangs up."""
    port = json.loads(file.read_text("utf-8"))["port"]
    with socket.create_connection(("127.0.0.1", port), 10.0) as line:
        try:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(1 << 16), b""))
        except ConnectionError:
            return b""


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x00\xff\xfe\n",
        b"null\n",
        b"[]\n",
        b"[" * 5000 + b"\n",
        b'{"token": null}\n',
        b'{"token": ["a"]}\n',
        b'{"token": "0000000000000000000000000000000000000000000000000000000000000000"}\n',
        b'{"token": "\xc3\xa4"}\n',
        b'{"id": 1, "do": "call", "on": 0, "name": "GetVersion"}\n',
        b'{"do": "end"}\n',
        b'{"token": "' + b"x" * (100 << 20) + b'"}\n',
        b"x" * (100 << 20),
    ],
    ids=lambda sent: repr(sent[:24]),
)
def test_who_does_not_know_the_token_gets_nothing_and_harms_nothing(
    sent: bytes, waiting: Path
) -> None:
    assert raw(waiting, sent) == b""
    line = link.waiting(waiting)
    assert line.call(line.resolve, "GetVersionString", []) == "20.3.1"
    line.close()


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "call", "on": 7, "name": "GetVersion"},
        {"do": "call", "on": "0", "name": "GetVersion"},
        {"do": "call", "on": [0], "name": "GetVersion"},
        {"do": "call", "name": "GetVersion"},
        {"do": "call", "on": 0, "name": ["GetVersion"]},
        {"do": "call", "on": 0, "name": "GetVersion", "arguments": 5},
        {"do": "call", "on": 0, "name": "Echo", "arguments": [{}]},
        {"do": "call", "on": 0, "name": "Echo", "arguments": [{"a": 1, "b": 2}]},
        {"do": "call", "on": 0, "name": "Echo", "arguments": [{"items": 5}]},
        {"do": "call", "on": 0, "name": "Echo", "arguments": [{"object": 99}]},
        {"do": "exec", "on": 0, "name": "GetVersion"},
        {"do": None},
        {"forget": 5},
        {},
    ],
    ids=repr,
)
def test_a_request_that_makes_no_sense_is_answered_with_an_error(
    request_: dict[str, object], line: Link
) -> None:
    answer = line._exchange({"id": 5, **request_}, "a test", 5.0)
    assert answer["error"] in {"refused", "raised"}
    assert answer["id"] == 5
    assert line.call(line.resolve, "GetVersionString", []) == "20.3.1"


def test_a_line_without_an_end_from_one_who_knows_the_token_is_hung_up_on(waiting: Path) -> None:
    first = link.waiting(waiting)
    with pytest.raises(ConnectionError):
        first._line.sendall(b"x" * (100 << 20))
    first.close()
    second = link.waiting(waiting)
    assert second.call(second.resolve, "GetVersionString", []) == "20.3.1"
    second.close()


def test_a_second_client_is_told_that_the_first_is_there_and_comes_after_it(
    waiting: Path,
) -> None:
    first = link.waiting(waiting)
    with pytest.raises(HostUnreachable, match="another program of Afterframe's works in it"):
        link.waiting(waiting)
    assert first.call(first.resolve, "GetVersionString", []) == "20.3.1"
    first.close()
    second = link.waiting(waiting)
    assert second.call(second.resolve, "GetVersionString", []) == "20.3.1"
    second.end()
    with pytest.raises(HostUnreachable):
        link.waiting(waiting)


def test_many_strangers_keep_nobody_out(waiting: Path) -> None:
    port = json.loads(waiting.read_text("utf-8"))["port"]
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    line = link.waiting(waiting)
    assert line.call(line.resolve, "GetVersionString", []) == "20.3.1"
    line.close()
    hung_up = 0
    for each in idle:
        each.settimeout(5.0 if hung_up < 20 else 0.01)
        with each, suppress(TimeoutError):
            hung_up += each.recv(1) == b""
    assert hung_up >= 20, "and they are not kept for ever"


def test_half_a_token_is_none(waiting: Path) -> None:
    token = json.loads(waiting.read_text("utf-8"))["token"]
    for wrong in (token[:32], token[:63] + "x", f"{token} ", token.upper() + "A"):
        assert raw(waiting, json.dumps({"token": wrong}).encode() + b"\n") == b""


def test_who_has_gone_before_he_is_let_in_holds_nobody_up() -> None:
    opened = Door(object())
    letting_in = threading.Thread(target=opened._serve, args=(opened._listener,), daemon=True)
    letting_in.start()
    letting_in.join(5.0)
    assert not letting_in.is_alive()
    opened._listener.close()


def impostor(answer: Callable[[socket.socket, bytes], None]) -> dict[str, object]:
    """Listen as some other program would on a port that a dead door had."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with line, listener:
            answer(line, line.recv(4096))

    threading.Thread(target=serve, daemon=True).start()
    return {"port": listener.getsockname()[1], "token": "t", "proof": "p"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "has closed"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "has closed"),
        (b"[]\n", "has closed"),
        (b"{}\n", "no door of Afterframe's"),
        (b'{"proof": "other", "door": 1}\n', "no door of Afterframe's"),
        (b'{"proof": "p", "door": 0}\n', "another version"),
        (b"[" * 50_000 + b"\n", "has closed"),
    ],
)
def test_who_is_no_door_is_told_from_one(said: bytes, why: str) -> None:
    with pytest.raises(HostUnreachable, match=why):
        Link(impostor(lambda line, _: line.sendall(said)))


def test_a_door_that_answers_nonsense_ends_the_line() -> None:
    def answer(line: socket.socket, _: bytes) -> None:
        line.sendall(b'{"proof": "p", "door": 1}\n')
        line.recv(4096)
        line.sendall(b'{"id": 99, "value": 1}\n')

    line = Link(impostor(answer))
    with pytest.raises(HostUnreachable, match="what was not asked"):
        line.call(line.resolve, "GetVersion", [])
    with pytest.raises(HostUnreachable):
        line.names(line.resolve)


@pytest.mark.skipif(os.name == "nt", reason="a file's mode says nothing on Windows")
def test_a_file_that_others_can_read_is_not_trusted(waiting: Path) -> None:
    waiting.chmod(0o644)
    with pytest.raises(HostUnreachable, match="not this user's alone"):
        link.waiting(waiting)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"port": "x"}', '{"port": 99999999}'])
def test_a_file_that_says_nothing_is_no_door(text: str, tmp_path: Path) -> None:
    file = tmp_path / "resolve-door-1.json"
    file.touch(0o600)
    file.write_text(text)
    with pytest.raises(HostUnreachable):
        link.waiting(file)


def test_doors_that_wait_are_found_and_files_of_dead_ones_removed(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for number in (os.getpid(), dead.pid):
        (tmp_path / f"resolve-door-{number}.json").write_text("{}")
        (tmp_path / f"resolve-entry-{number}.json").write_text("{}")
    (tmp_path / "resolve-door-none.json").write_text("{}")
    assert link.find(tmp_path) == [tmp_path / f"resolve-door-{os.getpid()}.json"]
    assert not list(tmp_path.glob(f"*-{dead.pid}.json"))
    assert (tmp_path / f"resolve-entry-{os.getpid()}.json").exists()


def test_a_door_that_waits_comes_before_one_from_outside(
    waiting: Path, settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.rename(waiting.with_name(f"resolve-door-{os.getpid()}.json"))
    monkeypatch.setenv("AFTERFRAME_STATE", str(waiting.parent))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    first = link.reached()
    assert first._child is None
    second = link.reached()  # the door is busy
    assert second._child is not None
    second.close()
    monkeypatch.setenv("NO_RESOLVE", "1")
    with pytest.raises(HostUnreachable, match="another program of Afterframe's"):
        link.reached()
    first.close()


def test_plain_objects_need_no_door() -> None:
    class Program:
        def GetVersionString(self) -> str:  # noqa: N802 - Resolve's name
            return "20.3.1"

    resolve = root(Direct(), Program())
    assert resolve.GetVersionString() == "20.3.1"
    assert has(resolve, "GetVersionString")


@pytest.mark.skipif(sys.platform == "win32", reason="a signal is sent to a thread")
def test_what_follows_a_call_that_ctrl_c_has_cut_off_is_answered(line: Link) -> None:
    """The user's view is put back through this line after a Ctrl-C."""
    ours = threading.main_thread().ident
    timer = threading.Timer(0.2, lambda: signal.pthread_kill(ours or 0, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        line.call(line.resolve, "Wait", [0.5])
    assert line.call(line.resolve, "Echo", ["next"]) == "next"
    assert line.call(line.resolve, "Echo", ["and on"]) == "and on"


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal there asks nobody's group")
def test_ctrl_c_in_a_terminal_is_not_for_the_door(line: Link) -> None:
    pid = line.call(line.resolve, "Pid", [])
    assert isinstance(pid, int)
    assert os.getpgid(pid) != os.getpgid(0)
