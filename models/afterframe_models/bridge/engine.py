"""The engine ``bridge``: frames from the end of one clip to the start of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from afterframe.errors import CutIsCleaner
from afterframe.imaging.flow import Flow, Grey
from afterframe.imaging.guided import guided_filter
from afterframe.imaging.mover import mover_for
from afterframe.imaging.pairs import grey_at_step, measured_pair, usual_step
from afterframe.imaging.warp import Interpolation
from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_models.ahead import made_ahead
from afterframe_models.base import Context, Engine, Request, Source

from .crossing import State, cross, layers_of, states
from .matching import likeness, match

LONGEST_SIDE = 640
"""Samples of the longer side at which motion is measured."""
DRAFT_SIDE, DRAFT_APART = 320, 4
"""The same of a draft, and the frames from one whose crossing it works out to the next."""
MOST_UNLIKE = 0.55
"""Of two pictures, one moved onto the other, how unlike (0 to 2) they may be. Measured on six
clips: 0.19 at most between pictures of one shot that are 7 to 240 frames apart, 0.85 at least
between pictures of two shots."""
FORETOLD = 8
"""Frames for which matter may keep its velocity, where it does not keep it all through."""
GUIDE_RADIUS, GUIDE_EPSILON = 8, 1e-3
"""Samples, and variance of what counts as an edge, by which velocities follow the picture."""
LONG_SECONDS = 2.0
"""Longest bridge that looks like footage; in longer ones what moves seems to float."""
LONG = "note.bridge.long"


class BridgeEngine(Engine):
    """Makes ``bridge``."""

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield the frames between the last of ``source`` and the first of ``after``.

        Parameters read: ``force``.

        Raises:
            CutIsCleaner: the two pictures show too little of the same, and ``force`` is off.
        """
        if request.after is None:
            raise ValueError("a bridge needs the clip after the gap")
        # Small pictures are the faster for being worked on side by side, not each in parts.
        cv2.setNumThreads(1 if request.draft else context.threads)
        threads = context.threads if request.draft else 1
        source, after = request.source, request.after
        info = source.info
        side = DRAFT_SIDE if request.draft else LONGEST_SIDE
        step = usual_step(info.width, info.height, side)
        last, first = source.read(source.frames - 1), after.read(0)
        greys = grey_at_step(last, step), grey_at_step(first, step)
        context.check()
        velocities = _leaving(source, greys[0], step), _arriving(after, greys[1], step)
        context.check()
        length = request.frames + 1
        coasts = [_coast(velocities, frames) for frames in (FORETOLD, length)]
        found = match(*greys, coasts, threads)
        unlike = round(1 - likeness(found), 2)
        if unlike > MOST_UNLIKE and not request.parameters["force"]:
            raise CutIsCleaner(cost=unlike, most=MOST_UNLIKE)
        _tell_length(request, context)
        context.check()
        crossing = cross(found, velocities, length)
        mover = mover_for((last, first), context.device)

        def shown(state: State) -> Frame:
            layers = layers_of(state, info.width, info.height, step)
            how: Interpolation = "linear" if request.draft else "cubic"
            return replace(last, planes=mover.mixed(layers, interpolation=how))

        apart = DRAFT_APART if request.draft else 1
        for frame in made_ahead(shown, states(crossing, apart, threads), threads):
            yield frame
            context.check()

    def messages(self) -> Sequence[str]:
        """Return the ids of the notes that it may give."""
        return (LONG,)


def _leaving(source: Source, last: Grey, step: int) -> Flow:
    """Return the velocity of what a clip's last picture shows, samples a frame; 0 if unknown."""
    if source.frames < 2:
        return np.zeros((*last.shape, 2), np.float32)
    before = grey_at_step(source.read(source.frames - 2), step)
    return _along_edges(-measured_pair(before, last, step).backward, last)


def _arriving(after: Source, first: Grey, step: int) -> Flow:
    """Return the velocity of what a clip's first picture shows."""
    if after.frames < 2:
        return np.zeros((*first.shape, 2), np.float32)
    found = measured_pair(first, grey_at_step(after.read(1), step), step).forward
    return _along_edges(found, first)


def _along_edges(velocity: Flow, grey: Grey) -> Flow:
    """Return a velocity that changes where the picture does: dense flow blurs past edges."""
    guide = np.asarray(grey, np.float32) / np.float32(255)
    parts = (np.ascontiguousarray(velocity[..., axis]) for axis in (0, 1))
    followed = [guided_filter(guide, part, GUIDE_RADIUS, GUIDE_EPSILON) for part in parts]
    return np.dstack(followed)


def _coast(velocities: tuple[Flow, Flow], frames: int) -> tuple[Flow, Flow]:
    """Return where matter is after so many frames if it goes on, and where it was before."""
    return velocities[0] * np.float32(frames), velocities[1] * np.float32(-frames)


def _tell_length(request: Request, context: Context) -> None:
    seconds = request.frames / request.rate
    if seconds > LONG_SECONDS:
        said = {"seconds": f"{float(seconds):.3g}", "most": f"{LONG_SECONDS:g}"}
        context.note(Note(LONG, said))
