"""Ranges of frames rendered by a second Blender, so that the user's own never stands still.

What is open is written to a copy, unsaved changes with it, and a Blender without a window captures
from that copy exactly as ``capture`` does here. The copy lies in a folder of this user alone, which
goes when the child is over: we remove it; where we are gone the child does, which sees us go; and
where both were killed, the next range that is rendered removes it.

Blender's own "Save Copy" is not used: it tells the window that the project has been saved, so that
Blender no longer asks before it closes what was not; and it calls other add-ons' save handlers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import bpy

from .. import background
from ..base import Host
from ..orders import Order, kept
from ..wire import codec
from ..wire.clip import Clip, Span
from ..wire.errors import AfterframeError, CaptureFailed
from ..wire.job import ErrorInfo, Job
from ..wire.system import process_lives
from . import capture, compat, timeline

SCRIPT = Path(__file__).with_name("render_range.py")
PREFIX = "afterframe-range-"
COPY, REQUEST, ANSWER, LOG = "copy.blend", "request.json", "answer.json", "log.txt"
PICTURES = "pictures"
TEMPORARY = ("TMPDIR", "TEMP", "TMP")
"""Environment variables: what Blender itself puts aside lies with the copy, and goes with it."""
BLOCKED = (
    "a driver of this project runs a script, and scripts of files are not let run; turn on Auto Run"
    " Python Scripts in Blender's preferences if you trust all that you open"
)
PATIENCE = 10.0
"""Seconds for a killed child to be gone; Windows lets go of its files no sooner."""


class RangeCapture:
    """Frames of a clip on their way to disk. Everything here runs on Blender's main thread.

    Attributes:
        total: number of frames.
        folder: where the pictures are, until :meth:`close`.
    """

    def __init__(self, clip: Clip, frames: Span, *, seen: bool) -> None:
        """Start: write the copy, start the child.

        Args:
            clip: as this host gave it.
            frames: timeline frames that are wanted, within ``clip.record_range``.
            seen: with the host's grade and transform, at the timeline's size.

        Raises:
            ItemGone, PlayheadOutside, MediaError: as ``base.Capture.capture`` does.
            CaptureFailed: there is no room for the copy, or no second Blender could be started.
        """
        capture.check(clip, frames)
        remove_remains()
        self.total = frames.duration
        self._name, self._done = clip.name, 0
        self._work = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.folder = self._work / PICTURES
        try:
            self._child = _start(self._work, clip, frames, self.folder, seen)
        except BaseException as error:
            shutil.rmtree(self._work, ignore_errors=True)
            if isinstance(error, (OSError, RuntimeError)):
                raise CaptureFailed(item=clip.name, detail=str(error).strip()) from error
            raise

    @property
    def done(self) -> int:
        """How many frames stand on disk."""
        while self._done < self.total and self._is_there(self._done):
            self._done += 1
        return self._done

    def poll(self) -> Clip | None:
        """Return the captured clip, None while the child is at work; never waits.

        Raises:
            AfterframeError: what the child met.
        """
        code = self._child.poll()
        return None if code is None else _answer(self._work, self._name, code)

    def close(self) -> None:
        """Stop the child if it still is at work; remove the copy and the pictures."""
        if self._child.poll() is None:
            self._child.kill()
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(PATIENCE)
        if self._child.stdin is not None:
            with suppress(OSError):
                self._child.stdin.close()
        shutil.rmtree(self._work, ignore_errors=True)

    def _is_there(self, index: int) -> bool:
        names = (capture.picture_name(index, suffix) for suffix in capture.SUFFIXES)
        return any((self.folder / name).is_file() for name in names)


class Preparation:
    """A job on its way: where a range of it has to be rendered, a child does it.

    Everything here runs on Blender's main thread.

    Attributes:
        total: frames that children render; 0: the first :meth:`poll` gives the job.
    """

    def __init__(self, host: Host, order: Order) -> None:
        """Look at what there is to do; the first :meth:`poll` begins it.

        Raises:
            UnknownEffect, BadValue: the wish is not one.
            ItemGone: a clip is no longer on the timeline.
        """
        self._host, self._order = host, order
        self._waiting = deque(order.ranges())
        self.total = sum(each[1].duration for each in self._waiting if needs_child(order, *each))
        self._captured: list[Clip] = []
        self._before = 0
        self._capture: RangeCapture | None = None
        self._keeping: Future[Clip] | None = None

    @property
    def done(self) -> int:
        """How many of the frames stand on disk."""
        return self._before + (self._capture.done if self._capture else 0)

    def poll(self) -> Job | None:
        """Return the job, None while a child is at work; never waits for one.

        Single pictures are captured here and now. To be called until it gives a job or raises.

        Raises:
            AfterframeError: see ``request.make_job``; nothing is left behind.
        """
        try:
            while self._waiting:
                if not self._go_on(*self._waiting[0]):
                    return None
                self._waiting.popleft()
            return self._order.job(self._host, self._captured)
        except BaseException:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Stop; nothing is left behind."""
        if self._capture is not None:
            self._capture.close()
            self._capture = self._keeping = None

    def _go_on(self, clip: Clip, frames: Span) -> bool:
        """Go on with a range; return whether it is captured."""
        if self._capture is None:
            if not needs_child(self._order, clip, frames):
                self._captured.append(self._order.captured(self._host, clip, frames))
                return True
            self._capture = RangeCapture(clip, frames, seen=self._order.wish.seen)
        taken = self._capture.poll()
        if taken is None:
            return False
        if self._keeping is None:
            keep = partial(kept, self._host.destination(), taken, self._capture.folder)
            self._keeping = background.begin(keep)
        if not self._keeping.done():
            return False
        self._captured.append(self._keeping.result())
        self._before += self._capture.total
        self.cancel()
        return True


def needs_child(order: Order, clip: Clip, frames: Span) -> bool:
    """Return True where capturing would make a user wait: a range that is to be rendered.

    Raises:
        ItemGone: the clip is no longer on the timeline.
    """
    if frames.duration == 1 or not compat.has_window():
        return False
    return order.wish.seen or not timeline.is_plain(*timeline.find_item(clip.item))


def remove_remains() -> None:
    """Remove what Blenders that were killed have left in the folder for temporary files."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = re.match(rf"{PREFIX}(\d+)-", left.name)
        if owner is not None and not process_lives(int(owner.group(1))):
            shutil.rmtree(left, ignore_errors=True)


def answer_request(path: Path) -> int:
    """Do what a request file asks, in the copy that is open; return the exit code.

    The child's side. The answer is written beside the request.
    """
    asked = json.loads(path.read_text("utf-8"))
    clip, frames = codec.load(Clip, asked["clip"], "clip"), codec.load(Span, asked["frames"], "")
    answer: dict[str, Any]
    try:
        taken = capture.capture(clip, frames, Path(asked["folder"]), seen=asked["seen"])
        if bpy.app.autoexec_fail and not asked["blocked"]:
            raise CaptureFailed(item=clip.name, detail=BLOCKED)
        answer = {"clip": codec.dump(taken)}
    except AfterframeError as error:
        answer = {"error": codec.dump(ErrorInfo.of(error))}
    half = path.with_name(f"{ANSWER}.half")
    half.write_text(json.dumps(answer), "utf-8")
    half.replace(path.with_name(ANSWER))
    return 0


def _start(
    work: Path, clip: Clip, frames: Span, folder: Path, seen: bool
) -> subprocess.Popen[bytes]:
    """Write the copy and the request; start the child, which ends when its input does."""
    folder.mkdir()
    scene, _ = timeline.find_item(clip.item)
    bpy.data.libraries.write(str(work / COPY), {scene}, path_remap="ABSOLUTE", compress=False)
    request = {
        "clip": codec.dump(clip),
        "frames": codec.dump(frames),
        "folder": str(folder),
        "seen": seen,
        "blocked": bpy.app.autoexec_fail,
    }
    (work / REQUEST).write_text(json.dumps(request), "utf-8")
    with (work / LOG).open("wb") as log:
        return subprocess.Popen(
            [*_blender(work / COPY), "--", str(work / REQUEST)],
            env={**os.environ, **dict.fromkeys(TEMPORARY, str(work))},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )


def _blender(copy: Path) -> list[str]:
    """Return the command that runs our script on the copy in a Blender as this one is.

    Without the user's add-ons: nothing of theirs, or of ours, starts once more. Scripts in the
    file run where the user lets those of all files do. Whether they do in this one alone Blender
    does not tell, and what it has not tried yet here must not run there first.
    """
    if not bpy.app.binary_path:  # a Python with the module bpy
        return [sys.executable, str(SCRIPT), str(copy)]
    trusted = "--enable-autoexec" if _trusts_all_scripts() else "--disable-autoexec"
    return [bpy.app.binary_path, "-b", "--factory-startup", trusted, str(copy), "-P", str(SCRIPT)]


def _trusts_all_scripts() -> bool:
    """Return True where the user lets scripts in files run, and has left out no folder."""
    chosen = bpy.context.preferences
    trusting = chosen.filepaths.use_scripts_auto_execute and not len(chosen.autoexec_paths)
    return bool(trusting and not bpy.app.autoexec_fail)


def _answer(work: Path, name: str, code: int) -> Clip:
    try:
        answer = json.loads((work / ANSWER).read_text("utf-8"))
    except (OSError, ValueError):
        raise CaptureFailed(item=name, detail=_last_words(work, code)) from None
    if "error" in answer:
        raise codec.load(ErrorInfo, answer["error"], "error").exception()
    return codec.load(Clip, answer["clip"], "clip")


def _last_words(work: Path, code: int) -> str:
    """Say how a child ended that has given no answer."""
    with suppress(OSError):
        lines = (work / LOG).read_text("utf-8", errors="replace").split("\n")
        said = [line.strip() for line in lines if line.strip()]
        if said:
            return f"Blender ended with {code}: {said[-1][:200]}"
    return f"Blender ended with {code}"
