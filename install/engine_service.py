"""The user's running service, when the engine under it changes: it is asked, never killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from environments import SetupError, say

from afterframe_hosts.wire import discovery
from afterframe_hosts.wire.client import Client, Endpoint
from afterframe_hosts.wire.errors import AfterframeError

PATIENCE = 30.0
"""Seconds that an idle service may take to end."""


def hand_over() -> None:
    """Let a running service finish what it works on and end; the next one is the new engine's."""
    found = _running("running")
    if found is None:
        return
    endpoint, jobs = found
    try:
        Client(endpoint).stop(drain=True)
    except AfterframeError as error:
        say(f"The running service goes on with the engine before: {error.message()}")
        return
    if jobs:
        say(f"The running service finishes its {_jobs(jobs)} first; then the new engine takes over")
    else:
        _wait_until_gone(endpoint)


def stop_idle() -> None:
    """Stop a service that has nothing to do. Raises SetupError when it has."""
    found = _running("running", "queued")
    if found is None:
        return
    endpoint, jobs = found
    if jobs:
        raise SetupError(
            f"The service still has {_jobs(jobs)} to do. Wait until that is done, or cancel with "
            "`afterframe cancel all`; then try again."
        )
    try:
        Client(endpoint).stop(drain=True)
    except AfterframeError as error:
        raise SetupError(f"{error.message()} {error.fix()}") from error
    if not _wait_until_gone(endpoint):
        raise SetupError("The service does not end. Close the hosts and try again.")


def in_use(folder: Path) -> bool:
    """Whether another program runs out of this folder; yes where that cannot be found out."""
    if sys.platform == "win32":
        return not _can_be_renamed(folder)
    try:
        return any(_runs_in(folder, *process) for process in _processes())
    except OSError:
        return True


def _running(*states: str) -> tuple[Endpoint, int] | None:
    """Where a service listens, and how many of its jobs are in these states."""
    try:
        endpoint = discovery.read_endpoint()
        if endpoint is None:
            return None
        greeting = Client(endpoint).greeting()
    except AfterframeError:  # nobody answers, or not to us
        return None
    return endpoint, sum(int(greeting.get(state, 0)) for state in states)


def _wait_until_gone(endpoint: Endpoint) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if discovery.read_endpoint() != endpoint:
            return True
        time.sleep(0.05)
    return False


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"


def _runs_in(folder: Path, command: str, mapped: str) -> bool:
    """By its interpreter; or by its libraries, where that was called by a name alone."""
    return command.startswith(f"{folder}/") or f" {folder}/" in mapped


def _processes() -> Iterator[tuple[str, str]]:
    """The other processes: each one's command, and its libraries where they can be told."""
    processes = Path("/proc")
    if not (processes / "self" / "cmdline").is_file():
        yield from _listed_by_ps()
        return
    for process in processes.glob("[0-9]*"):
        if process.name in _us():
            continue
        try:
            command = os.fsdecode((process / "cmdline").read_bytes())
            mapped = os.fsdecode((process / "maps").read_bytes())
        except OSError:  # it has ended, or is another user's
            continue
        yield command, mapped


def _listed_by_ps() -> Iterator[tuple[str, str]]:
    done = subprocess.run(["ps", "-axww", "-o", "pid=,args="], capture_output=True, check=False)
    for line in os.fsdecode(done.stdout).splitlines():
        number, _, command = line.strip().partition(" ")
        if number not in _us():
            yield command.strip(), ""


def _us() -> set[str]:
    """These tools may lie in the folder themselves."""
    return {str(os.getpid()), str(os.getppid())}


def _can_be_renamed(folder: Path) -> bool:
    """Windows renames no folder out of which a program runs."""
    aside = folder.with_name(f"{folder.name}.moving")
    try:
        folder.rename(aside)
    except OSError:
        return False
    aside.rename(folder)
    return True
