"""A clip with an end picture: which way leads there, and what the user is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Request

from .camera import Camera, Move
from .landing import Landing, Matrix, Passage, common_move, reach
from .matter import Single
from .prompt import NOTE, Reading
from .words import USUAL

LEAST_REACH = 0.02
"""Below it, in longer sides, the end is the source's own framing: the camera goes and returns."""
NOTES = ("end_same", "end_same_framing", "end_other", "end_leads", "end_alone")


class Ending:
    """The frames between the source and the picture that the parameter ``end`` names.

    Args:
        source: the first picture.
        step: pixels between the nodes of maps.
        move: what the camera would do without an end.
        reading: of the prompt.
        request: all else.
        depth: gives the depth of a picture; asked only where it is needed.
        device: where pixels are worked on.
    """

    def __init__(
        self,
        source: Frame,
        step: int,
        move: Move,
        reading: Reading,
        request: Request,
        depth: Callable[[Frame], Single],
        device: str,
    ) -> None:
        assert request.pictures is not None
        self.notes: list[Note] = []
        self._source, self._request, self._depth, self._step = source, request, depth, step
        self._end = request.pictures.like_source(request.parameters["end"])
        self._settings: Any = {"device": device, "draft": request.draft}
        common = common_move(source, self._end)
        self._camera: Camera | None = None
        self._way: Landing | Passage
        if common is None:
            self._tell("end_other")
            move = _sideways(move, request.seed)
            self._way = self._passage(move)
        else:
            self._way = self._landing(common, move)
        travels = common is not None and self._camera is None
        self._tell_words(reading, Move() if travels else move)
        self._tell_left_out(reading)

    def frame(self, index: int) -> Frame:
        """Return one frame; the first is the source, the last the end, to the bit."""
        if index == self._request.frames - 1:
            return self._end
        if index == 0:
            return self._source
        time = index / (self._request.frames - 1)
        if isinstance(self._way, Landing) and self._camera is not None:
            return self._way.frame(time, self._camera.map_at(time))
        return self._way.frame(time)

    def _landing(self, common: Matrix, move: Move) -> Landing:
        source = self._source
        if reach(common, source.width, source.height) >= LEAST_REACH:
            self._tell("end_same")
        else:
            self._tell("end_same_framing")
            if not move.is_still:
                self._camera = self._shot(source, move, loop=True)
        return Landing(source, self._end, common, self._step, **self._settings)

    def _passage(self, move: Move) -> Passage:
        leaving = self._shot(self._source, move)
        arriving = self._shot(self._end, replace(move, zoom=0.0, dolly=0.0), arrives=True)
        return Passage(self._source, self._end, leaving, arriving, **self._settings)

    def _shot(self, picture: Frame, move: Move, **how: bool) -> Camera:
        request = self._request
        return Camera(
            self._depth(picture),
            picture.width,
            picture.height,
            self._step,
            move,
            strength=request.parameters["motion"],
            seconds=float(request.frames / request.rate),
            seed=request.seed,
            **how,
        )

    def _tell_words(self, reading: Reading, made: Move) -> None:
        """Say back which moves of the prompt are made, and which give way to the end picture."""
        for each in reading.moves:
            if getattr(made, each.axis) == each.amount:
                self.notes.append(each.note())
            else:
                self._tell("end_leads", words=each.words)
        if reading.rest:
            self._tell("not_understood", words="; ".join(reading.rest))

    def _tell_left_out(self, reading: Reading) -> None:
        values = self._request.parameters
        moved_by_itself = values["sky"] not in ("auto", "off") or values["regions"] is not None
        if moved_by_itself or values["loop"] or reading.flows:
            self._tell("end_alone")

    def _tell(self, message: str, **parameters: Any) -> None:
        self.notes.append(Note(NOTE + message, parameters))


def _sideways(move: Move, seed: int) -> Move:
    """Return a move that two pictures can share: of none is anything known beyond its edges.

    Going in or out ends where the other picture would have to show more than it does; going
    aside passes from one into the other.
    """
    if move.pan_x or move.pan_y or move.roll:
        return replace(move, zoom=max(0.0, move.zoom), dolly=max(0.0, move.dolly))
    return Move(pan_x=USUAL if seed % 2 else -USUAL, handheld=move.handheld)
