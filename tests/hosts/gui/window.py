"""Blender with a window, as a user has it: its own home, the extension, an engine outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from afterframe_hosts.wire import codec
from afterframe_hosts.wire.client import Client, Endpoint
from tests.hosts.gui.screen import Screen

HERE = Path(__file__).parent
PATIENCE = 60.0
"""Seconds for Blender to start, or to answer, on a machine that draws in software."""


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
        record.write_text(json.dumps({"python": str(engine)}))

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
        """Stop the service, which outlives Blender."""
        client = self.client()
        if client is not None:
            client.stop()


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
        self._number = 0

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

    def find(self, button: str, area: str = "SEQUENCE_EDITOR", region: str = "UI") -> tuple[int, int]:
        """Move the mouse over a region until the button under it is the one that is meant.

        Args:
            button: the beginning of its Python command (``bpy.ops.afterframe.render(``), or of
                the path of the value that it sets.
            area: type of the area.
            region: type of the region in it.

        Returns:
            The middle of the button's height, on the screen.
        """
        return self.buttons(area, region, button)[button]

    def buttons(
        self, area: str = "SEQUENCE_EDITOR", region: str = "UI", wanted: str = ""
    ) -> dict[str, tuple[int, int]]:
        """Return where all buttons of a region are, by what they do; or the wanted one alone."""
        x, y, width, height = self.box(area, region)
        found: dict[str, list[tuple[int, int]]] = {}
        for part in (0.3, 0.75):
            across = x + round(width * part)
            for down in range(y + 8, y + height - 4, 8):
                self.screen.move(across, down)
                time.sleep(0.05)
                name = self.ask("under", area=area, region=region)
                if name:
                    found.setdefault(name, []).append((across, down))
                elif wanted:
                    match = next((key for key in found if key.startswith(wanted)), None)
                    if match is not None:
                        return {wanted: _middle(found[match])}
        if wanted:
            match = next((key for key in found if key.startswith(wanted)), None)
            if match is None:
                self.shot(f"no button {wanted}")
                raise AssertionError(f"no button {wanted} among {sorted(found)}")
            return {wanted: _middle(found[match])}
        return {name: _middle(places) for name, places in found.items()}

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


def _middle(places: list[tuple[int, int]]) -> tuple[int, int]:
    first, last = places[0], places[-1]
    return first[0], (first[1] + last[1]) // 2
