"""``generate`` without weights: a camera that moves through the frame under the playhead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2

from afterframe.imaging.warp import siting_of, warp_planes
from afterframe.media.display import to_display
from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Context, Engine, Request

from .camera import Camera, Move
from .depth import inverse_depth
from .prompt import (
    AXES,
    DEFAULT_MOVE,
    DEFAULT_WITHOUT_DEPTH,
    NAMES,
    Reading,
    choose_move,
    read_prompt,
)

GRID_SIDE = 640
"""The map and the depth have at most so many values along the longer side: 480 for 1080p."""

NOTE = "note.motion."
DEFAULTS = {
    DEFAULT_MOVE: "default",
    DEFAULT_WITHOUT_DEPTH: "default_pan",
    Move(): "default_still",
}
"""What is said of a move that nobody asked for."""


class MotionEngine(Engine):
    """See ``camera`` and ``depth`` for the method, ``prompt`` for the words."""

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield the clip; its first frame, or its last when going out, is the source itself.

        Parameters: ``prompt``, ``motion`` (1 to 10), and ``pan_x``, ``pan_y``, ``zoom``,
        ``roll``, ``dolly`` (-1 to 1); an axis that is not 0 wins over the prompt.
        """
        cv2.setNumThreads(context.threads)
        context.check()
        source = request.source.read(request.at)
        reading = read_prompt(request.parameters["prompt"])
        explicit = Move(**{a: request.parameters[a] for a in AXES if a in request.parameters})
        move = choose_move(reading, explicit)
        for note in _said_back(reading, explicit, move):
            context.note(note)
        if not move.goes_out:
            yield source  # before the depth is guessed: who waits sees the first frame at once
        camera = None if move.is_still else _camera(source, move, request)
        for index in range(0 if move.goes_out else 1, request.frames):
            context.check()
            time = index / max(1, request.frames - 1)
            if camera is None or camera.is_at_rest(time):
                yield source
            else:
                yield _moved(source, camera, time, draft=request.draft)

    def messages(self) -> Sequence[str]:
        """Return the ids of all notes that this engine may give."""
        others = ("still", *DEFAULTS.values(), "ends_at_source", "not_understood")
        return tuple(NOTE + name for name in (*NAMES.values(), *others))


def grid_step(width: int, height: int) -> int:
    """Return how many pixels apart the values of a picture's map stand: a power of two."""
    step = 2
    while max(width, height) > step * GRID_SIDE:
        step *= 2
    return step


def _camera(source: Frame, move: Move, request: Request) -> Camera:
    step = grid_step(source.width, source.height)
    grid = (-(-source.width // step), -(-source.height // step))
    return Camera(
        inverse_depth(to_display(source, grid)),
        source.width,
        source.height,
        step,
        move,
        strength=request.parameters["motion"],
        seconds=float(request.frames / request.rate),
        seed=request.seed,
    )


def _moved(source: Frame, camera: Camera, time: float, *, draft: bool) -> Frame:
    planes = warp_planes(
        source.planes,
        camera.map_at(time),
        source.format.subsampling,
        interpolation="linear" if draft else "cubic",
        peak=source.format.peak,
        siting=siting_of(source.format, source.colour),
    )
    return replace(source, planes=planes)


def _said_back(reading: Reading, explicit: Move, move: Move) -> Iterator[Note]:
    """Tell what the camera does, what else decides the look, and what was not taken up."""
    for each in reading.moves:
        if not getattr(explicit, each.axis):
            amount = {"words": each.words, "percent": round(100 * abs(each.amount))}
            yield Note(NOTE + each.name, amount)
    if explicit.is_still and not reading.moves:
        yield Note(NOTE + ("still" if reading.still else DEFAULTS[move]))
    if move.goes_out:
        yield Note(NOTE + "ends_at_source")
    if reading.rest:
        yield Note(NOTE + "not_understood", {"words": "; ".join(reading.rest)})
