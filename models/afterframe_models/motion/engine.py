"""``generate`` without weights: a camera that moves through the frame under the playhead, and
what flows and sways in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.media.display import to_display
from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Context, Engine, Request

from .camera import Camera, Move
from .depth import flat_depth, inverse_depth
from .ending import NOTES as END_NOTES
from .ending import Ending
from .fluid import Fluid, Sway
from .matter import NOTES as MATTER_NOTES
from .matter import Matter
from .prompt import (
    AXES,
    DEFAULT_MOVE,
    DEFAULT_WITHOUT_DEPTH,
    NAMES,
    NOTE,
    Reading,
    choose_move,
    read_prompt,
)
from .scene import Scene
from .sky import Sky, find_sky

GRID_SIDE = 640
"""The map and the depth have at most so many values along the longer side: 480 for 1080p."""
DRAFT_GRID_SIDE = 240
"""The same of drafts, which have so few pixels that the map would cost more than they do."""

SKY_SIDE = 480
"""The longer side at which sky is looked for: what is smooth is so at a size."""

DEFAULTS = {
    DEFAULT_MOVE: "default",
    DEFAULT_WITHOUT_DEPTH: "default_pan",
    Move(): "default_still",
}
"""What is said of a move that nobody asked for."""


class MotionEngine(Engine):
    """See ``camera`` and ``depth``, ``fluid`` and ``scene`` for the methods, ``prompt`` for words.

    Parameters: ``prompt``, ``motion`` (1 to 10), ``pan_x``, ``pan_y``, ``zoom``, ``roll``,
    ``dolly`` (-1 to 1; an axis that is not 0 wins over the prompt), ``loop``, ``end``; of the
    engine's own ``sky``, ``regions``, ``depth`` and ``depth_hint`` (white near, black far, mid
    grey within 3 % as guessed).
    """

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield the clip; its first frame, or its last when going out, is the source itself."""
        cv2.setNumThreads(context.threads)
        context.check()
        source = request.source.read(request.at)
        reading = read_prompt(request.parameters["prompt"])
        explicit = Move(**{a: request.parameters[a] for a in AXES if a in request.parameters})
        move = choose_move(reading, explicit)
        begins_there = _begins_at_source(move, request)
        if request.parameters["end"] is None:
            for note in _said_back(reading, explicit, move, loop=request.parameters["loop"]):
                context.note(note)
        shot: _Shot | Ending | None = None
        for index in range(request.frames):
            context.check()
            if index == 0 and begins_there:
                yield source  # before anything is guessed: who waits sees the first frame at once
                continue
            if shot is None:
                shot = _shot(source, move, reading, request, context)
            yield shot.frame(index)

    def messages(self) -> Sequence[str]:
        """Return the ids of all notes that this engine may give."""
        others = ("still", *DEFAULTS.values(), "ends_at_source", "loops", "not_understood")
        return tuple(NOTE + name for name in (*NAMES.values(), *others, *MATTER_NOTES, *END_NOTES))


def grid_step(width: int, height: int, *, draft: bool = False) -> int:
    """Return how many pixels apart the values of a picture's map stand: a power of two."""
    step, side = 2, DRAFT_GRID_SIDE if draft else GRID_SIDE
    while max(width, height) > step * side:
        step *= 2
    return step


def _begins_at_source(move: Move, request: Request) -> bool:
    led = request.parameters["loop"] or request.parameters["end"] is not None
    return bool(led or not move.goes_out)


def _shot(
    source: Frame, move: Move, reading: Reading, request: Request, context: Context
) -> _Shot | Ending:
    """Return what makes the frames, and tell what it found."""
    step = grid_step(source.width, source.height, draft=request.draft)
    shot: _Shot | Ending
    if request.parameters["end"] is None:
        shot = _Shot(source, step, move, reading, request, context)
    else:

        def depth(picture: Frame) -> NDArray[np.float32]:
            return _depth(picture, step, _sky(picture), request)

        shot = Ending(source, step, move, reading, request, depth, context.device)
    for note in shot.notes:
        context.note(note)
    return shot


class _Shot:
    """One picture with its camera and its living matter."""

    def __init__(
        self,
        source: Frame,
        step: int,
        move: Move,
        reading: Reading,
        request: Request,
        context: Context,
    ) -> None:
        self._source, self._request = source, request
        sky = _sky(source)
        matter = Matter(request, reading, sky, _grid(source, step))
        self.notes = matter.notes
        self._seconds = float(request.frames / request.rate)
        self._loop = bool(request.parameters["loop"])
        self._ends_there = move.goes_out and not self._loop
        size = (source.width, source.height, step)
        common: Any = {
            "strength": request.parameters["motion"],
            "seconds": self._seconds,
            "loop": self._loop,
            "seed": request.seed,
        }
        self._camera = None
        if not move.is_still:
            self._camera = Camera(_depth(source, step, sky, request), *size, move, **common)
        fluid = sway = None
        if matter.flowing:
            fluid = Fluid(matter.flowing, *size, frames=request.frames, **common)
        if matter.swaying:
            sway = Sway(matter.swaying, *size, **common)
        self._lives = fluid is not None or sway is not None
        where: Any = {"device": context.device, "threads": context.threads}
        self._scene = Scene(source, step, fluid, sway, draft=request.draft, **where)

    def frame(self, index: int) -> Frame:
        """Return one frame; where nothing has moved yet, the source itself."""
        frames = self._request.frames
        last = max(1, frames - (0 if self._loop else 1))
        # What flows is as in the source where the camera is: at the end of a move that goes out.
        since = index - last if self._ends_there else index
        time = index / last
        camera = self._camera
        rests = camera is None or camera.is_at_rest(time)
        if rests and (since == 0 or not self._lives):
            return self._source
        return self._scene.frame(
            camera.map_at(time) if camera else None, since, since * self._seconds / frames
        )


def _sky(picture: Frame) -> Sky:
    share = min(1.0, SKY_SIDE / max(picture.width, picture.height))
    size = max(1, round(picture.width * share)), max(1, round(picture.height * share))
    return find_sky(to_display(picture, size))


def _grid(picture: Frame, step: int) -> tuple[int, int]:
    return -(-picture.width // step), -(-picture.height // step)


def _depth(picture: Frame, step: int, sky: Sky, request: Request) -> NDArray[np.float32]:
    grid = _grid(picture, step)
    if request.parameters["depth"] == "flat":
        return flat_depth(grid[1], grid[0])
    hint = None
    if request.parameters["depth_hint"] is not None:
        assert request.pictures is not None
        hint = _resized(request.pictures.mask(request.parameters["depth_hint"]), grid)
    return inverse_depth(to_display(picture, grid), _resized(sky.mask, grid), hint)


def _resized(values: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    method = cv2.INTER_AREA if values.shape[1] > size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, size, interpolation=method), np.float32)


def _said_back(reading: Reading, explicit: Move, move: Move, *, loop: bool) -> Iterator[Note]:
    """Tell what the camera does, what else decides the look, and what was not taken up."""
    for each in reading.moves:
        if not getattr(explicit, each.axis):
            yield each.note()
    if explicit.is_still and not reading.moves:
        yield Note(NOTE + ("still" if reading.still else DEFAULTS[move]))
    if loop and not move.is_still:
        yield Note(NOTE + "loops")
    elif move.goes_out:
        yield Note(NOTE + "ends_at_source")
    if reading.rest:
        yield Note(NOTE + "not_understood", {"words": "; ".join(reading.rest)})
