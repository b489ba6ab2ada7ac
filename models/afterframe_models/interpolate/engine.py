"""The engine ``interpolate``: frames between a clip's frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import cv2

from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Context, Engine, Request

from .film import Film

TOO_FAST = "note.retime_too_fast"
ENDS_HELD = "note.retime_ends_held"
HELD_SECONDS = Fraction(1, 10)
"""For so long a picture may stand at the end unseen."""


class InterpolateEngine(Engine):
    """Makes ``retime``."""

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield the frames that lie ``request.step`` source frames apart, from ``phase`` on.

        A place on a source frame gives that frame itself. Places after the clip's last frame lie
        between it and the next of its medium; where there is none, or one of another shot, they
        give the last frame, which is told where it is seen to stand.

        Parameters read: ``interpolation`` (``flow``, ``blend`` or ``nearest``), ``flow_size``
        (``full``, ``half`` or ``quarter``) and ``motion_blur``, the share of a made frame's time
        for which a shutter is open about its moment. It is not read where the clip does not
        become faster - the frames have the blur that they were shot with - and by ``nearest``.
        """
        cv2.setNumThreads(context.threads)
        values = request.parameters
        size = "quarter" if request.draft else values["flow_size"]
        # With steps of 2 and more the pairs beside a pair would be measured for its sake alone.
        film = Film(request.source, values["interpolation"], size, looks_beside=request.step < 2)
        shutter = Fraction(0)
        if request.step > 1 and values["interpolation"] != "nearest":
            shutter = Fraction(values["motion_blur"]).limit_denominator(1000) * request.step
        for index in range(request.frames):
            context.check()
            place = request.phase + index * request.step
            yield film.exposed(place, shutter, context.check) if shutter else film.at(place)
        if film.is_too_fast:
            context.note(Note(TOO_FAST))
        if film.held > HELD_SECONDS * request.rate and request.source.frames > 1:
            context.note(Note(ENDS_HELD, {"frames": film.held}))

    def messages(self) -> Sequence[str]:
        """Return the ids of the notes that it may give."""
        return (TOO_FAST, ENDS_HELD)
