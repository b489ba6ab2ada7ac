"""Blender with a window, as a user has it: its own home, the extension, an engine outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import engine_record

from afterframe_hosts.wire import codec
from afterframe_hosts.wire.client import Client, Endpoint
from afterframe_hosts.wire.version import VERSION
from tests.hosts.gui.screen import Screen

HERE = Path(__file__).parent
PATIENCE = 60.0
"""Seconds for Blender to start, or to answer, on a machine that draws in software."""

COLUMNS = (0.5, 0.7, 0.3, 0.85)
"""Where buttons are looked for in the sidebar: beside labels, right and left, at the end."""

COMPLAINTS = ("Traceback", "Error", "afterframe_hosts", "rna_uiItem", "Exception")
"""What Blender prints when an add-on does something wrong."""
SCROLLED = (0, -40, 8, 8)
"""Turns of the wheel between two looks for a button: none, up to the top, down by a page each."""


class Home:
    """A user's home folder: Blender's settings, the engine that is installed, the service's state.

    The engine runs outside the root folder in which Blender runs, as it would on the user's
    machine: what ``engine.json`` names is a script that goes there and starts it.
    """

    def __init__(self, folder: Path, python: Path) -> None:
        """Set it up; ``python`` is the engine's."""
        self.folder = folder
        self.state = folder / "state"
        record = folder / ".config" / "afterframe" / "engine.json"
        record.parent.mkdir(parents=True)
        engine = folder / "engine-python"
        outside = f"--target={os.getpid()} --mount --root env --chdir=/"
        engine.write_text(f'#!/bin/sh\nexec nsenter {outside} "{python}" "$@"\n')
        engine.chmod(0o755)
        told = engine_record.Record(VERSION, str(engine), "", "", "2026-01-01T00:00:00")
        record.write_text(json.dumps(asdict(told)))

    @property
    def environment(self) -> dict[str, str]:
        """The variables that Blender is started with."""
        return {
            "BLENDER_USER_RESOURCES": str(self.folder / "blender"),
            "AFTERFRAME_STATE": str(self.state),
        }

    def client(self) -> Client | None:
        """A client of this home's service; None when none has run."""
        try:
            endpoint = codec.loads(Endpoint, (self.state / "endpoint.json").read_bytes())
        except FileNotFoundError:
            return None
        return Client(endpoint)

    def stop_service(self) -> None:
        """Stop the service, which outlives Blender, and wait until it has ended."""
        client = self.client()
        if client is None:
            return
        client.stop()
        deadline = time.monotonic() + PATIENCE
        while (self.state / "endpoint.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)


class Window:
    """A running Blender and its user.

    Attributes:
        screen: where it shows itself.
        log: what it prints.
    """

    def __init__(self, screen: Screen, home: Home, pictures: Path) -> None:
        """Make ready to start it; screenshots go to ``pictures``."""
        self.screen, self.home, self.pictures = screen, home, pictures
        self.log = pictures / "blender.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._questions = home.folder / "questions"
        self._questions.mkdir(exist_ok=True)
        self._number = self._heard = 0
        self._places: dict[str, tuple[int, int]] = {}

    @property
    def is_open(self) -> bool:
        """True while Blender runs."""
        return self._process is not None and self._process.poll() is None

    def run(self, *arguments: str) -> str:
        """Run Blender without its window; return what it said."""
        path = self.home.folder / "background.log"
        with path.open("wb") as words:
            process = self.screen.start(["blender", *arguments], words, self.home.environment)
            code = process.wait(PATIENCE)
        said = path.read_text(errors="replace")
        if code != 0:
            raise RuntimeError(f"blender {' '.join(arguments)} ended with {code}:\n{said}")
        return said

    def start(self, *arguments: str) -> None:
        """Open the window, and wait until it stands."""
        width, height = self.screen.size
        shape = ["--window-geometry", "0", "0", str(width), str(height)]
        channel = ["-P", str(self._copied("inside.py")), "--", str(self._questions)]
        for name in ("question.json", "answer.json"):
            (self._questions / name).unlink(missing_ok=True)
        with self.log.open("ab") as words:
            command = ["blender", *shape, *arguments, *channel]
            self._process = self.screen.start(command, words, self.home.environment)
        self.ask("ready")

    def make_project(self, path: Path, *movies: Path) -> Path:
        """Write a project of these movies, and the settings of its user."""
        script = str(self._copied("project.py"))
        self.run("-b", "--python-exit-code", "7", "-P", script, "--", str(path), *map(str, movies))
        return path

    def ask(self, question: str, **arguments: Any) -> Any:
        """Ask the script inside; see ``inside.py`` for the questions."""
        self._number += 1
        part = self._questions / "question.part"
        told = {"number": self._number, "name": question, "arguments": arguments}
        part.write_text(json.dumps(told))
        part.replace(self._questions / "question.json")
        answer = self.until(self._answer, f"an answer to {question}")
        if "error" in answer:
            raise AssertionError(f"{question}: {answer['error']}")
        return answer.get("value")

    def rows(self) -> list[dict[str, Any]]:
        """Return what the queue shows."""
        rows: list[dict[str, Any]] = self.ask("jobs")["rows"]
        return rows

    def made(self) -> list[dict[str, Any]]:
        """Return the strips that Afterframe has made."""
        return [strip for strip in self.ask("strips") if strip["own"]]

    def complaints(self) -> list[str]:
        """Return what Blender's console newly says of us: errors and tracebacks, by their lines."""
        lines = self.log.read_text(errors="replace").splitlines()
        new, self._heard = lines[self._heard :], len(lines)
        return [line for line in new if any(word in line for word in COMPLAINTS)]

    def until(self, look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        """Look again and again until something is to be seen; return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                raise AssertionError(f"Blender ended while {what} was waited for:\n{self.tail()}")
            found = look()
            if found:
                return found
            time.sleep(0.02)
        self.shot(f"missing {what}")
        raise AssertionError(f"{what} did not come in {seconds:g} s:\n{self.tail()}")

    def shot(self, name: str) -> Path:
        """Take a picture of the screen."""
        number = len(list(self.pictures.glob("*.png"))) + 1
        return self.screen.shot(self.pictures / f"{number:02} {name}.png".replace(" ", "-"))

    def box(self, area: str, region: str) -> tuple[int, int, int, int]:
        """Return where a region lies on the screen: x, y of its upper left corner, its size."""
        found = [each for each in self.ask("areas") if each["type"] == area]
        regions = [part for each in found for part in each["regions"] if part["type"] == region]
        x, y, width, height = max((each["box"] for each in regions), key=lambda box: box[3])
        return x, self.screen.size[1] - y - height, width, height

    def place(self, frame: float, channel: float) -> tuple[int, int]:
        """Return where on the screen a place of the timeline is."""
        x, y = self.ask("pixel", frame=frame, channel=channel)
        return round(x), self.screen.size[1] - 1 - round(y)

    def choose_tab(self, name: str = "Afterframe") -> None:
        """Click a tab of the sidebar. Where it is, a person reads; here it is tried out once."""
        key = f"tab {name}"
        if key not in self._places:
            self._places[key] = self._try_tabs(name)
        self.screen.click(*self._places[key], meaning=f"the tab {name}")
        self.until(lambda: self.ask("tab") == name, f"the tab {name}", 5)

    def select(self, frame: int, channel: int) -> None:
        """Click what stands there on the timeline."""
        self.screen.click(*self.place(frame, channel + 0.5), meaning=f"strip at {frame}")
        time.sleep(0.2)

    def press(self, button: str, meaning: str = "", columns: Sequence[float] = COLUMNS) -> None:
        """Click a button of the sequencer's sidebar.

        Args:
            button: the beginning of its Python command (``bpy.ops.afterframe.render(``), or of
                the path of the value that it sets.
            meaning: what stands on it, for the log.
            columns: where to look for it, from 0 at the left to 1 at the right.
        """
        x, y = self.find(button, columns)
        self.screen.click(x, y, meaning=meaning or button)

    def fill(self, field: str, text: str) -> None:
        """Write into a field of the sidebar, by a double click and the keyboard."""
        x, y = self.find(field)
        self.screen.click(x, y, meaning=field)
        self.screen.click(x, y)
        time.sleep(0.3)
        self.screen.key("ctrl+a")
        self.screen.type(text)
        self.screen.key("Return")
        time.sleep(0.3)

    def find(self, button: str, columns: Sequence[float] = COLUMNS) -> tuple[int, int]:
        """Move the mouse over the sidebar until the button under it is the one that is meant.

        Where it was found the last time is looked at first.
        """
        known = self._places.get(button)
        if known is not None:
            self.screen.move(*known)
            time.sleep(0.2)
            if self.ask("under", area="SEQUENCE_EDITOR", region="UI").startswith(button):
                return known
        every: set[str] = set()
        for steps in SCROLLED:
            self.scroll(steps)
            for across in columns:
                found = self.buttons(across)
                match = next((name for name in found if name.startswith(button)), None)
                if match is not None:
                    self._places[button] = found[match]
                    return found[match]
                every |= found.keys()
        self.shot(f"no button {button}")
        raise AssertionError(f"no button {button} among {sorted(every)}")

    def scroll(self, steps: int) -> None:
        """Turn the wheel over the sidebar, downwards when positive."""
        x, y, width, height = self.box("SEQUENCE_EDITOR", "UI")
        self.screen.move(x + width // 3, y + height // 2)
        self.screen.wheel(steps)
        time.sleep(0.3 if steps else 0)

    def buttons(self, across: float) -> dict[str, tuple[int, int]]:
        """Return where the buttons of one column of the sidebar are, by what they do.

        Args:
            across: where the column is, from 0 at the left to 1 at the right.
        """
        x, y, width, height = self.box("SEQUENCE_EDITOR", "UI")
        column = x + round(width * across)
        moved: list[tuple[float, int]] = []
        self.ask("watch", area="SEQUENCE_EDITOR", region="UI")
        for down in range(y + 8, y + height - 4, 12):
            self.screen.move(column, down)
            moved.append((time.time(), down))
            time.sleep(0.045)
        time.sleep(0.1)
        found: dict[str, list[int]] = {}
        for at, name in self.ask("watched"):
            down = next((place for when, place in reversed(moved) if when < at - 0.03), 0)
            if name and down:
                found.setdefault(name, []).append(down)
        return {name: (column, sum(places) // len(places)) for name, places in found.items()}

    def quit(self) -> None:
        """Leave without saving."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self.ask("quit")
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """End it as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def tail(self) -> str:
        """Return the end of what Blender printed."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def _try_tabs(self, name: str) -> tuple[int, int]:
        """Find a tab by clicks that are not counted; another one is shown afterwards."""
        x, y, width, height = self.box("SEQUENCE_EDITOR", "UI")
        clicks, log = self.screen.clicks, len(self.screen.log)
        for down in range(y + height - 45, y + 20, -25):
            self.screen.click(x + width - 12, down)
            time.sleep(0.2)
            if self.ask("tab") == name:
                self.screen.click(x + width - 12, y + 20)
                self.screen.clicks = clicks
                del self.screen.log[log:]
                return x + width - 12, down
        self.shot(f"no tab {name}")
        raise AssertionError(f"no tab {name}")

    def _answer(self) -> dict[str, Any] | None:
        try:
            told = json.loads((self._questions / "answer.json").read_text())
        except (OSError, ValueError):
            return None
        return told if told["number"] == self._number else None

    def _copied(self, script: str) -> Path:
        """Return a copy of a script of ours in the one folder that both sides see."""
        copy = self.home.folder / script
        copy.write_bytes((HERE / script).read_bytes())
        return copy


def engine_python() -> Path:
    """Return the Python of the engine under test: this one."""
    return Path(sys.executable)
