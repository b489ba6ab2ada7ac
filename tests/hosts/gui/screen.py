"""A screen without a monitor, with a mouse, a keyboard and a camera; Blender's window opens on it.

Everything here runs inside the root folder that ``install/blender_window.py`` has made, in one
mount namespace: it ends, and nothing stays mounted, when the screen is closed or its test dies.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import blender_window

SIZE = (1600, 900)
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Screen:
    """Xvfb on a free display.

    Attributes:
        clicks: how often a button of the mouse was pressed.
        keys: how often keys were pressed, or a text typed.
        log: what was done on it: seconds since the start, and a command of ``xdotool`` each.
    """

    def __init__(
        self, root: Path, folder: Path, shared: Sequence[Path] = (), size: tuple[int, int] = SIZE
    ) -> None:
        """Open it.

        Args:
            root: the root folder of Debian and Blender.
            folder: seen inside under its own path; HOME of what runs there, and where pictures go.
            shared: other folders that are seen inside under their own paths.
            size: width and height in pixels.
        """
        self.folder, self.size = folder, size
        self.clicks = self.keys = 0
        self.log: list[str] = []
        self._began = time.monotonic()
        kept = {name: os.environ[name] for name in ("LANG", "TZ") if name in os.environ}
        self.environment = {**kept, "PATH": PATHS, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
        picture = f"{size[0]}x{size[1]}x24"
        command = ["Xvfb", "-displayfd", "1", "-screen", "0", picture, "-nolisten", "tcp"]
        words = (folder / "xvfb.log").open("wb")
        self._xvfb = subprocess.Popen(
            blender_window.entering(root, (folder, *shared), command),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=words,
        )
        words.close()
        assert self._xvfb.stdout is not None
        display = self._xvfb.stdout.readline().strip()
        if not display:
            raise RuntimeError(f"no screen: {(folder / 'xvfb.log').read_text()}")
        self.environment["DISPLAY"] = f":{display.decode()}"
        self.environment["LIBGL_ALWAYS_SOFTWARE"] = "1"

    @property
    def seconds(self) -> float:
        """Seconds since the screen was opened, or since counting began."""
        return time.monotonic() - self._began

    def begin_counting(self) -> None:
        """Count clicks, keys and seconds from now on."""
        self.clicks = self.keys = 0
        self.log.clear()
        self._began = time.monotonic()

    def start(
        self, command: Sequence[str], output: IO[Any] | int, more: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a program inside, before this screen."""
        return subprocess.Popen(
            blender_window.joining(self._xvfb.pid, command),
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def move(self, x: int, y: int) -> None:
        """Move the mouse to a place, counted from the upper left corner.

        It goes there in two steps: programs take a mouse that jumps for one that was always there.
        """
        self._xdotool("mousemove", str(x - 1), str(y), "mousemove", str(x), str(y))

    def click(self, x: int, y: int, button: int = 1, meaning: str = "") -> None:
        """Click there, as slowly as a person does."""
        self.move(x, y)
        time.sleep(0.15)
        self._note(f"mousemove {x} {y} click {button}", meaning)
        self._xdotool("click", str(button))
        self.clicks += 1

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the mouse's button at one place and let go at another."""
        self.move(*start)
        self._note(f"mousemove {start[0]} {start[1]} mousedown 1 mousemove {end[0]} {end[1]}", "")
        self._xdotool("mousedown", "1")
        for part in (0.3, 0.6, 0.9, 1.0):
            x, y = (round(a + (b - a) * part) for a, b in zip(start, end, strict=True))
            self._xdotool("mousemove", str(x), str(y))
            time.sleep(0.05)
        self._xdotool("mouseup", "1")
        self.clicks += 1

    def wheel(self, steps: int) -> None:
        """Turn the wheel, downwards when positive."""
        for _ in range(abs(steps)):
            self._xdotool("click", "5" if steps > 0 else "4")

    def key(self, keys: str, meaning: str = "") -> None:
        """Press keys together, as ``ctrl+z``."""
        self._note(f"key {keys}", meaning)
        self._xdotool("key", "--clearmodifiers", keys)
        self.keys += 1

    def type(self, text: str) -> None:
        """Type a text."""
        self._note(f"type {text!r}", "")
        self._xdotool("type", "--delay", "30", text)
        self.keys += 1

    def shot(self, path: Path, crop: tuple[int, int, int, int] | None = None) -> Path:
        """Take a picture of the screen, or of a part of it: x, y, width, height."""
        part = ["-crop", "{2}x{3}+{0}+{1}".format(*crop), "+repage"] if crop else []
        inside = self.folder / "shot.png"  # the one folder that both sides see
        self._run(["import", "-window", "root", *part, str(inside)])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(inside.read_bytes())
        return path

    def close(self) -> None:
        """Switch it off."""
        self._xvfb.terminate()
        try:
            self._xvfb.wait(10)
        except subprocess.TimeoutExpired:
            self._xvfb.kill()
            self._xvfb.wait()
        if self._xvfb.stdout is not None:
            self._xvfb.stdout.close()

    def _note(self, action: str, meaning: str) -> None:
        self.log.append(
            f"{self.seconds:7.2f}  xdotool {action}" + (f"  # {meaning}" if meaning else "")
        )

    def _xdotool(self, *arguments: str) -> None:
        self._run(["xdotool", *arguments])

    def _run(self, command: Sequence[str]) -> None:
        done = subprocess.run(
            blender_window.joining(self._xvfb.pid, command),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
