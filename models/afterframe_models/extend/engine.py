"""``extend`` without weights: a clip goes on, or begins earlier, out of its own frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

import cv2

from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_models.base import Context, Engine, Request

from .material import Side, gather
from .plan import Plan, Why, make_plan
from .show import Show

NOTE = "note.extend."


class ExtendEngine(Engine):
    """See ``texture`` for the choice of runs, ``morph`` for the joins, ``coast`` for the rest."""

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield the frames that follow the clip, or those that lead to it, in shown order.

        Parameters: ``side``, ``prompt`` (told that it is not read) and ``way`` (``auto``,
        ``coast`` or ``live``). Frames that the source has beyond the cut are told of; where they
        are shown first, the pipeline has made them a part of the clip.
        """
        # Small pictures are the faster for being worked on side by side, not each in parts.
        cv2.setNumThreads(1 if request.draft else context.threads)
        side: Side = request.parameters["side"]
        for note in _told_first(request, side):
            context.note(note)
        material = gather(request.source, side, context.check, draft=request.draft)
        plan = make_plan(
            material,
            request.frames,
            way=request.parameters["way"],
            rate=float(request.rate),
            seed=request.seed,
            check=context.check,
            draft=request.draft,
            threads=context.threads if request.draft else 1,
        )
        for note in _told_of(plan, float(request.rate)):
            context.note(note)
        show = Show(plan, draft=request.draft)
        order = range(request.frames)
        shown = order if side == "tail" else order[::-1]
        for frame in show.frames(shown, context.threads):
            yield frame
            context.check()

    def messages(self) -> Sequence[str]:
        """Return the ids of all notes that this engine may give."""
        names = ("spare_tail", "spare_head", "prompt", "camera", *get_args(Why))
        return tuple(NOTE + name for name in names)


def _told_first(request: Request, side: Side) -> Iterator[Note]:
    """Tell what else there would be, and what was not taken up."""
    # Made frames that fade into the clip's own stand in their place: those are not spare.
    overlap = int(request.parameters.get("overlap") or 0)
    spare = request.source.spare[1 if side == "tail" else 0] - overlap
    if spare > 0:
        yield Note(NOTE + f"spare_{side}", {"frames": spare})
    words = request.parameters["prompt"].strip()
    if words:
        yield Note(NOTE + "prompt", {"words": words[:200]})


def _told_of(plan: Plan, rate: float) -> Iterator[Note]:
    """Tell what was chosen, and why."""
    if plan.runs:
        first = plan.runs[0]
        seconds = plan.material.index(plan.film.number(first.match)) / rate
        yield Note(
            NOTE + "live",
            {
                "seconds": round(seconds, 1),
                "runs": len(plan.runs),
                "percent": round(100 * first.cost, 1),
            },
        )
        return
    amounts = {"percent": round(100 * plan.cost, 1)} if plan.why == "coast_dear" else {}
    yield Note(NOTE + plan.why, amounts)
    if plan.camera is not None:
        yield Note(NOTE + "camera")
