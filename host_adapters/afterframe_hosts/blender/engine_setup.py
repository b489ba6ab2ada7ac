"""The engine that hosts start: how it stands, and its installation from what the extension carries.

Nothing here waits and nothing here is Blender's: the set-up is a process of its own that is read by
its files, the test of the connection a thread. A timer looks at both.

::

    run = Setup.start("install", tools, log, sys.executable)
    ...
    progress = run.poll()           # in a timer, a fraction of a millisecond
    if run.finished: error = run.error
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..wire import discovery
from ..wire.client import Client
from ..wire.errors import AfterframeError, ServiceMissing, SetupFailed, SetupImpossible
from ..wire.session import EngineInfo, Health
from ..wire.system import config_folder, data_folder, start_detached, state_folder
from ..wire.version import VERSION

Standing = Literal["ready", "missing", "broken", "other"]
Action = Literal["install", "repair", "uninstall"]
Phase = Literal["preparing", "downloading", "unpacking", "proving", "cancelling"]

DOWNLOAD_MB, DISK_MB = 130, 420
"""Of the engine without models. Measured on Linux x86-64, Python 3.11, version 0.1.0: the sizes
that pip tells sum up to 128.6 MB, the installed folder's files to 422 MB."""

SWITCHES: dict[Action, tuple[str, ...]] = {
    "install": (),
    "repair": ("--repair",),
    "uninstall": ("--uninstall",),
}
PATIENCE = 10.0
"""Seconds that a cancelled set-up may take to tidy up before it is killed."""
DOWNLOADED, UNPACKED = 0.8, 0.93
"""How far it is after these phases, by their time with a line of 50 Mbit/s."""
UNITS = {"kB": 1e-3, "KiB": 1024e-6, "MB": 1.0, "MiB": 1.048576, "GB": 1e3, "GiB": 1073.741824}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Engine:
    """The engine that would be started.

    Attributes:
        standing: ``other`` where its version is not ours; ``broken`` where its Python is gone.
        version: empty where it is not known: one that is not installed for hosts.
        python: that is started; empty without one.
    """

    standing: Standing
    version: str = ""
    python: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a set-up is: in which phase, and a fraction of the whole from 0 to 1."""

    phase: Phase
    fraction: float


@dataclass(frozen=True)
class Connection:
    """What a service answered."""

    health: Health
    engines: tuple[EngineInfo, ...]


def look() -> Engine:
    """Return how the engine stands. Reads one small file; starts nothing."""
    named, version = _record()
    try:
        python = str(discovery.engine_python())
    except ServiceMissing:
        return Engine("broken", version, named) if named else Engine("missing")
    if python != named:
        return Engine("ready", "", python)
    return Engine("ready" if version == VERSION else "other", version, python)


def carried_tools() -> Path | None:
    """Return the folder of the bootstrap that came with this extension, or lies in this clone."""
    tools = Path(__file__).resolve().parents[3] / "install"
    return tools if (tools / "bootstrap.py").is_file() else None


def sandboxed() -> bool:
    """Return whether this host runs in Flatpak's sandbox, which has folders of its own."""
    return Path("/.flatpak-info").exists()


def log_path() -> Path:
    """Return where the set-up writes what it does."""
    return state_folder() / "logs" / "engine-setup.log"


def try_connection(start: bool = True) -> Connection:
    """Ask the service how it is and what it can make; start one where none runs. This waits.

    Raises:
        ServiceError: see ``discovery.connect``.
    """
    return _ask(discovery.connect(start))


class ConnectionTest:
    """:func:`try_connection` in a thread."""

    def __init__(self, test: Callable[[], Connection] = try_connection) -> None:
        self.connection: Connection | None = None
        self.error: AfterframeError | None = None
        self._test = test
        self._thread = threading.Thread(target=self._run, name="afterframe connection", daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        """True when one of ``connection`` and ``error`` is there."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.connection = self._test()
        except AfterframeError as error:
            self.error = error
        except Exception as error:
            log.exception("not foreseen")
            self.error = AfterframeError(detail=f"{type(error).__name__}: {error}")


class Setup:
    """One run of the set-up. Made by :meth:`start`; look at it with :meth:`poll`.

    Attributes:
        action: what it does.
        log: what it said; the end of the file.
        error: why it came to nothing; None while it runs and when it went well or was cancelled.
        cancelled: it was stopped by the user.
    """

    def __init__(
        self, action: Action, process: subprocess.Popen[bytes], log: Path, begins: int
    ) -> None:
        self.action = action
        self.log = log
        self.error: AfterframeError | None = None
        self.cancelled = False
        self._process = process
        self._begins = begins
        self._began = time.time()
        self._until: float | None = None
        self._finished = False

    @classmethod
    def start(cls, action: Action, tools: Path, log: Path, python: str) -> Setup:
        """Begin; returns at once.

        Args:
            action: what to do with the engine.
            tools: folder of ``bootstrap.py``.
            log: what it says is added there.
            python: the host's own. It only begins: the bootstrap looks for one that is no part of
                a Blender to build the engine on, and goes on with this where there is none.

        Raises:
            SetupImpossible: no Python that could run it, or it cannot be started.
        """
        begins = log.stat().st_size if log.is_file() else 0
        script = str(tools / "bootstrap.py")
        command = [_runner(python), "-B", script, "engine", *SWITCHES[action]]
        try:
            process = start_detached(command, log)
        except OSError as error:
            raise SetupImpossible(detail=str(error)) from error
        return cls(action, process, log, begins)

    @property
    def finished(self) -> bool:
        """True when it has ended, as :meth:`poll` has seen."""
        return self._finished

    def poll(self) -> Progress:
        """Return how far it is; notice its end."""
        code = self._process.poll()
        if code is None:
            return self._insist() if self.cancelled else self._progress()
        if not self._finished:
            self._finished = True
            if code != 0 and not self.cancelled:
                self.error = SetupFailed(detail=last_words(self._said()), log=str(self.log))
        return Progress("proving", 1.0)

    def cancel(self) -> None:
        """Stop it; what it has begun is removed, the engine in use stays as it was."""
        if self._process.poll() is None and not self.cancelled:
            self.cancelled = True
            self._until = time.monotonic() + PATIENCE
            _stop_tree(self._process, forced=False)

    def abandon(self, patience: float = 2.0) -> None:
        """Stop it because its host goes, and wait this many seconds at most."""
        self.cancel()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            _stop_tree(self._process, forced=True)

    def _insist(self) -> Progress:
        if self._until is not None and time.monotonic() > self._until:
            self._until = None
            _stop_tree(self._process, forced=True)
        return Progress("cancelling", 0.0)

    def _progress(self) -> Progress:
        return read_progress(self._said(), _installers_log(self._began))

    def _said(self) -> str:
        return _text_from(self.log, self._begins)


def read_progress(said: str, installer: str) -> Progress:
    """Return how far a set-up is.

    Args:
        said: what the bootstrap has said.
        installer: what pip or uv has said.
    """
    if "Installed in" in said:
        return Progress("proving", 0.97)
    if "Installing collected packages" in installer or "Prepared " in installer:
        return Progress("unpacking", UNPACKED)
    if "Installing Afterframe" not in said:
        return Progress("preparing", 0.0 if "Making" not in said else 0.02)
    part = min(downloaded_mb(installer) / DOWNLOAD_MB, 1.0)
    return Progress("downloading", 0.04 + (DOWNLOADED - 0.04) * part)


def downloaded_mb(installer: str) -> float:
    """Return how much pip or uv has fetched by what it says.

    pip names a file with its size when it begins one, one after the other: the last is under way.
    uv names each when it begins it, and again when it has it.
    """
    begun: dict[str, float] = {}
    for name, size, unit in re.findall(
        r"(?:Downloading|Using cached) (\S+) \(([\d.]+) ?([kKMG]i?B)\)", installer
    ):
        begun[name] = float(size) * UNITS.get(unit, 0.0)
    had = set(re.findall(r"Downloaded (\S+)", installer))
    if had:
        return sum(size for name, size in begun.items() if name in had)
    return sum(list(begun.values())[:-1])


def last_words(said: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def _ask(client: Client) -> Connection:
    return Connection(client.health(), client.engines())


def _record() -> tuple[str, str]:
    """Return the Python and the version of the engine that is installed for hosts; or nothing."""
    try:
        told = json.loads((config_folder() / "engine.json").read_text("utf-8"))
        named, version = told["python"], told["version"]
    except (OSError, ValueError, TypeError, KeyError):
        return "", ""
    known = isinstance(named, str) and isinstance(version, str)
    return (named, version) if known else ("", "")


def _runner(python: str) -> str:
    """Return a Python to run the bootstrap; some builds of Blender name themselves instead."""
    if python and Path(python).is_file() and Path(python).name.lower().startswith("python"):
        return python
    names = ("python3.11", "python3.13", "python3.12", "python3", "python", "py")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise SetupImpossible(detail="no Python was found")
    return found


def _installers_log(since: float) -> str:
    """Return what the installer has said: in the newest file, if it is of this run."""
    files = (data_folder() / "engine" / "logs").glob("*.log")
    times = {path: path.stat().st_mtime for path in files}
    newest = max(times, key=lambda path: times[path], default=None)
    if newest is None or times[newest] < since - 1.0:
        return ""
    return _text_from(newest, 0)


def _text_from(path: Path, begins: int) -> str:
    try:
        with path.open("rb") as file:
            file.seek(begins)
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""


if sys.platform == "win32":

    def _stop_tree(process: subprocess.Popen[bytes], forced: bool) -> None:
        """Windows ends no process gently that has no window: what is half made goes next time."""
        flags = subprocess.CREATE_NO_WINDOW
        command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.Popen(command, creationflags=flags, stdin=subprocess.DEVNULL)

else:

    def _stop_tree(process: subprocess.Popen[bytes], forced: bool) -> None:
        """Signal the process and all that it has started: it leads a group of its own."""
        try:
            os.killpg(process.pid, signal.SIGKILL if forced else signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            return
