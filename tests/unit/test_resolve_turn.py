"""Two commands of ours in one Resolve: one after the other."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from afterframe_hosts.resolve import link, turn
from afterframe_hosts.resolve.adapter import ResolveHost
from afterframe_hosts.wire.errors import HostUnreachable
from tests.fakes.direct import Direct
from tests.fakes.resolve.edits import Edit

HOLD = """
import sys
from afterframe_hosts.resolve import turn
with turn.taken():
    print("in", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERFRAME_STATE", str(tmp_path / "state"))


def test_a_second_command_waits_and_gives_up_in_time() -> None:
    told = pytest.raises(HostUnreachable, match="another program of Afterframe's")
    with turn.taken(), told, turn.taken(0.1):
        raise AssertionError("two at once")
    with turn.taken(0.1):
        pass


def test_a_turn_ends_with_whoever_has_it() -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"in"
        with pytest.raises(HostUnreachable), turn.taken(0.1):
            raise AssertionError("two at once")
        holder.kill()
    with turn.taken(10.0):
        pass


def test_whoever_connects_takes_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = Edit(tmp_path, Fraction(24))
    edit.put(edit.movie("shot.mov", 100), 0, 50)

    class Opened(Direct):
        resolve = edit.resolve

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr(link, "reached", lambda door: Opened())
    monkeypatch.setattr(turn, "PATIENCE", 0.1)
    host = ResolveHost.connect()
    (clip,) = host.selection()
    assert host.capture(clip, clip.record_range, tmp_path) == clip
    with turn.taken(), pytest.raises(HostUnreachable, match="another program"):
        host.capture(clip, clip.record_range, tmp_path)
