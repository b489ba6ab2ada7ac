"""Fail points: what can be ordered, and that every moment that matters has one."""

from __future__ import annotations

import ast
import errno
import os
import signal
import subprocess
import sys
import threading
import time
import timeit
from collections.abc import Iterator
from pathlib import Path

import pytest

from afterframe import failpoints
from afterframe.failpoints import POINTS, VARIABLE, FailPointUnknown, at, read_orders

PLUGIN = Path(failpoints.__file__).parent
# Reads what other programs print; nothing of ours is begun by them.
NO_SPAWN = {"platform.py:_listed_by_nvidia"}


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Orders of this test's own."""
    monkeypatch.setattr(failpoints, "_orders", {})
    yield
    failpoints._met.clear()


def give(text: str) -> None:
    failpoints._orders.update(read_orders(text))


def in_a_process(order: str, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"from afterframe.failpoints import at\n{code}"],
        env={**os.environ, VARIABLE: order},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_nothing_happens_without_an_order() -> None:
    for name in POINTS:
        at(name)


def test_a_point_costs_less_than_a_microsecond() -> None:
    assert min(timeit.repeat(lambda: at("movie.write"), number=10_000, repeat=5)) < 0.01


def test_a_name_that_is_not_declared_is_an_error() -> None:
    with pytest.raises(FailPointUnknown, match=r"writer\.write_"):
        at("writer.write_")


@pytest.mark.parametrize(
    "text",
    ["writer.nowhere=kill", "writer.write", "writer.write=explode", "writer.write=pause",
     "writer.write=kill@x", "=kill"],
)  # fmt: skip
def test_an_order_that_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(FailPointUnknown):
        read_orders(text)


def test_a_process_with_such_an_order_does_not_start() -> None:
    done = in_a_process("writer.wirte=kill", "print('runs')")
    assert done.returncode != 0
    assert "FailPointUnknown: writer.wirte=kill" in done.stderr


@pytest.mark.usefixtures("order")
def test_an_error_comes_at_its_meeting_and_at_no_other() -> None:
    give("movie.write = ENOSPC@3".replace(" ", ""))
    at("movie.write")
    at("movie.write")
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as told:
        at("movie.write")
    assert told.value.errno == errno.ENOSPC
    at("movie.write")


@pytest.mark.usefixtures("order")
def test_a_plus_means_every_meeting_from_then_on() -> None:
    give("movie.write=EIO@2+; movie.sync=EIO")
    at("movie.write")
    for _ in range(3):
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            at("movie.write")


@pytest.mark.skipif(sys.platform == "win32", reason="the exit code is another on Windows")
def test_kill_ends_the_process_before_anything_is_closed() -> None:
    code = "import atexit; atexit.register(print, 'closed'); at('movie.sync'); print('went on')"
    done = in_a_process("movie.sync=kill", code)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")


def test_a_file_shuts_a_point_for_every_later_process(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for expected in (False, True, True):
        done = in_a_process(f"movie.sync=kill>{mark}", "at('movie.sync'); print('went on')")
        assert ("went on" in done.stdout) is expected
        assert mark.exists()


@pytest.mark.usefixtures("order")
def test_a_pause_lasts_until_its_file_is_removed(tmp_path: Path) -> None:
    hold = tmp_path / "hold"
    give(f"movie.sync=pause>{hold}")
    waiting = threading.Thread(target=at, args=("movie.sync",))
    waiting.start()
    deadline = time.monotonic() + 10
    while not hold.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    waiting.join(0.1)
    assert waiting.is_alive()
    hold.unlink()
    waiting.join(10)
    assert not waiting.is_alive()


def test_every_declared_point_stands_in_the_source_exactly_once() -> None:
    used = [name for _, tree in sources() for name in points_in(tree)]
    assert sorted(used) == sorted(POINTS)


def test_every_point_says_what_is_true_there() -> None:
    assert all(text.endswith(".") and len(text) > 20 for text in POINTS.values())


def test_every_commit_rename_lease_and_spawn_has_a_point() -> None:
    """In the same function: a moment without one is a moment that no bench tries."""
    sites = {
        f"{file}:{function.name}": bool(list(points_in(function)))
        for file, tree in sources()
        if not file.startswith("cli/")  # reads and prints; what it makes is made by the rest
        for function in functions(tree)
        if any(matters(node) for node in within(function))
    }
    bare = {site for site, has in sites.items() if not has} - NO_SPAWN
    assert bare == set()
    known = {
        "media/writer.py:publish", "media/writer.py:_publish_folder", "pipeline/delivery.py:_name",
        "platform.py:_rename_exclusively", "platform.py:replace_open", "service/lanes.py:start",
        "service/lanes.py:_run_next", "service/database.py:change",
    }  # fmt: skip
    assert known <= set(sites)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("part.replace(path)", True),
        ("text.replace('a', 'b')", False),
        ("replace(job, id='')", False),
        ("source.rename(target)", True),
        ("rename_new(part, path)", True),
        ("database.execute('COMMIT')", True),
        ("database.executescript(f'BEGIN; {x} COMMIT;')", True),
        ("subprocess.run(['x'])", True),
        ("subprocess.Popen(['x'])", True),
        ("asyncio.create_subprocess_exec('x')", True),
        ("queue.claim(lane)", True),
        ("len(x)", False),
    ],
)
def test_the_search_knows_what_matters(code: str, expected: bool) -> None:
    assert any(matters(node) for node in ast.walk(ast.parse(code))) is expected


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PLUGIN.rglob("*.py")):
        if path.name != "failpoints.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield path.relative_to(PLUGIN).as_posix(), tree


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def within(function: ast.AST) -> Iterator[ast.AST]:
    """Yield a function's nodes, but not those of functions inside it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield child
            yield from within(child)


def points_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoints.at":
            (name,) = node.args
            assert isinstance(name, ast.Constant)
            assert isinstance(name.value, str)
            yield name.value


def matters(node: ast.AST) -> bool:
    """Tell whether this is a call that commits, names, leases or starts something."""
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    if last == "replace" and "." in name:  # a path's; a text's takes two
        return len(node.args) == 1 and not node.keywords
    if last in {"rename", "rename_new", "hardlink_to", "claim"}:
        return True
    if last in {"Popen", "create_subprocess_exec", "start_detached"} or name == "subprocess.run":
        return True
    return any("COMMIT" in ast.unparse(argument) for argument in node.args)
