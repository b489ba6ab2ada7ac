"""One job, from its first read to its result's name: the pipeline's main line."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from afterframe.core.layout import Side
from afterframe.core.leftover import remove_left
from afterframe.core.plan import Plan, laid_out, make_plan, step_of
from afterframe.core.preflight import seconds_left
from afterframe.core.recipe import Made, Recipe
from afterframe.errors import AfterframeError, EngineFailed, OutOfMemory
from afterframe.media.checksum import Digest
from afterframe.media.frame import Frame, MediaInfo
from afterframe_hosts.wire.effects import effect
from afterframe_hosts.wire.gaps import bridged
from afterframe_hosts.wire.job import Job, Note, Progress, Result
from afterframe_hosts.wire.results import overlap_of
from afterframe_models import registry
from afterframe_models.base import Context, Request

from . import delivery
from .cadence import repeated
from .conform import exactly, gone_on, resized
from .device import rendered
from .fade import Fades
from .join import RAMP_BYTES, Join
from .naming import made_before
from .pictures import JobPictures
from .pixels import ALPHA_DROPPED, Passage, opaque, passage, without_alpha
from .preflight import Preflight
from .preview import preview_picture
from .prints import picture_prints, source_print
from .shots import Shots
from .source import ClipSource

_COMPLETE = ("end", "loop")
"""Parameters of a generated clip that is whole as it is: longer, it would be another."""
PREVIEW_SECONDS = 1.0
"""At most one preview picture in this time: an editor's eye, not a stream."""


@dataclass(frozen=True)
class Hooks:
    """How a running job speaks with whoever runs it.

    Attributes:
        progress: called for each frame and at each change of phase.
        preview: called now and then with a JPEG of the newest frame.
        check: called at least once a frame; raises ``Cancelled`` to stop the job.
        pace: seconds for a megapixel of a frame in such jobs on this machine; 0: unknown.
        device: where engines work on pixels, see ``afterframe_models.base.Context``.
    """

    progress: Callable[[Progress], None]
    preview: Callable[[bytes], None]
    check: Callable[[], None]
    pace: float = 0.0
    device: str = "cpu"


def run_job(job: Job, hooks: Hooks) -> Result:
    """Make the job's frames and put the result where the job says.

    A job that an earlier attempt had finished is not made again. On any error, and when
    cancelled, nothing is left at the destination.

    Args:
        job: admitted: engine chosen, parameters and seed resolved.
        hooks: see there.

    Raises:
        Cancelled: the user wanted no more.
        AfterframeError: any of the tree, from reading, making or writing.
    """
    before = made_before(job)
    if before:
        remove_left(before[1].parent, job.id)
        return delivery.result_of(*before)
    hooks.progress(Progress("reading"))
    plan = make_plan(job)
    with ExitStack() as stack:
        left = bridged(job)
        clip = stack.enter_context(ClipSource(left.clip, plan.step))
        after = None
        if left.after is not None:
            after = stack.enter_context(ClipSource(left.after, step_of(left.after, plan.rate)))
            after.check()
        if effect(job.effect).source != "frame":
            clip.check()
        return _Work(job, plan, clip, after, hooks).run()


class _Work:
    """What one run of a job holds on to."""

    def __init__(
        self, job: Job, plan: Plan, clip: ClipSource, after: ClipSource | None, hooks: Hooks
    ) -> None:
        self.job, self.clip, self.hooks = job, clip, hooks
        self.card = registry.cards()[job.engine]
        self.shots = Shots(bridged(job), plan, clip, after)
        self.layout = self.shots.layout
        self.plan = plan = laid_out(plan, job, self.layout)
        self.way: Passage = passage(self.card, self.shots.source)
        self.after = passage(self.card, self.shots.after).source if self.shots.after else None
        self.info = _delivered(self.shots.source.info, self.card.alpha)
        self.target = delivery.Target.choose(job, plan, self.info, self.card)
        self._preflight().check()
        self.source_print = source_print(job)
        self.picture_prints = picture_prints(job, self.card)
        self.notes: list[Note] = []
        self.join = Join(
            self.layout,
            self._beside,
            plan.seed,
            colour=job.parameters.get("match_colour", False),
            grain=job.parameters.get("match_grain", False),
            exact_start=job.effect == "generate",
            draft=job.quality == "draft",
        )
        self.digest = Digest()
        self.started = time.monotonic()
        self.shown = float("-inf")

    def run(self) -> Result:
        with self.target.open() as writer:
            self.hooks.progress(Progress("reading", 0, self.plan.frames, self._left(0)))
            for done, frame in enumerate(self._frames(), start=1):
                self.digest.add(frame)
                writer.write(frame)
                self._report(done, frame)
            self.hooks.progress(Progress("verifying", self.plan.frames, self.plan.frames, 0.0))
            writer.finish()
            self._tell_losses()
            return self.target.publish(writer, self._recipe)

    def _preflight(self) -> Preflight:
        streaming = effect(self.job.effect).source != "frame"
        return Preflight(
            job=self.job,
            plan=self.plan,
            card=self.card,
            source=self.clip.info if streaming else None,
            made=self.info,
            format=self.target.format,
            folder=self.target.path().parent,
            waiting=RAMP_BYTES if "end" in self.layout.joints else 0,
        )

    def _frames(self) -> Iterator[Frame]:
        """Yield the result's frames: the shot's own, and those that are made."""
        layout = self.layout
        for place in range(layout.before):
            self.hooks.check()
            yield self._own(place)
        for frame in self._joined():
            self.hooks.check()
            yield frame
        for place in range(layout.before + layout.made, layout.frames):
            self.hooks.check()
            yield self._own(place)

    def _joined(self) -> Iterator[Frame]:
        """Yield the frames that an engine makes, each for as long as it is shown."""
        places = self.shots.places()
        if not places:
            return
        count = places[-1] + 1
        made = self.join.made(self._made(count), count)
        faded = Fades(self.layout, self._own)
        for index, frame in enumerate(repeated(made, places)):
            share = faded.share(index)
            yield self.join.faded(faded.at(index, frame), index, share) if share < 1 else frame

    def _made(self, frames: int) -> Iterator[Frame]:
        """Yield the engine's frames, conformed."""
        context = Context(
            self.hooks.check, self.notes.append, os.cpu_count() or 1, self.hooks.device
        )
        # The handle of a clip that ends on a picture, or as it begins, is not of its making.
        whole = self.job.effect == "generate" and any(map(self.job.parameters.get, _COMPLETE))
        beyond = self.layout.handles[1] if whole else 0
        request = self._request(frames - beyond)
        rendered = (self._conformed(f) for f in guarded(self.card.name, request, context))
        if not beyond:
            yield from rendered
            return
        again: Iterator[Frame] = iter(())
        if self.job.parameters["loop"]:
            silent = replace(context, note=lambda note: None)
            again = (self._conformed(f) for f in guarded(self.card.name, request, silent))
        yield from gone_on(rendered, again, beyond)

    def _own(self, place: int) -> Frame:
        """Return the frame of the shot that stands at a place of the result, as delivered."""
        return self._as_delivered(self.shots.read(place))

    def _beside(self, side: Side, count: int) -> list[Frame]:
        """Return the shot's frames at a joint, see ``join.Join``."""
        return [self._as_delivered(frame) for frame in self.shots.beside(side, count)]

    def _as_delivered(self, frame: Frame) -> Frame:
        if frame.format.alpha != self.info.format.alpha:
            frame = without_alpha(frame) if frame.format.alpha else opaque(frame)
        return resized(frame, self.info.width, self.info.height)

    def _conformed(self, frame: Frame) -> Frame:
        back = self.way.back(frame)
        if self.card.alpha == "dropped":
            back = without_alpha(back)
        return resized(back, self.info.width, self.info.height)

    def _request(self, frames: int) -> Request:
        plan = self.plan
        return Request(
            effect=self.job.effect,
            source=self.way.source,
            at=plan.at,
            frames=frames,
            rate=plan.rate,
            step=plan.step,
            parameters=self._parameters(),
            seed=plan.seed,
            draft=self.job.quality == "draft",
            after=self.after,
            pictures=JobPictures(self.way.source.info),
            phase=self.shots.phase,
        )

    def _parameters(self) -> Mapping[str, Any]:
        """Return what the engine is asked for; the source's own frames it need not show again."""
        given = self.job.parameters
        return {**given, "real_first": False} if "real_first" in given else given

    def _report(self, done: int, frame: Frame) -> None:
        total = self.plan.frames
        self.hooks.progress(Progress("making", done, total, self._left(done)))
        now = time.monotonic()
        if now - self.shown >= PREVIEW_SECONDS:
            self.hooks.preview(preview_picture(frame))
            self.shown = now

    def _left(self, done: int) -> float | None:
        total = self.plan.frames
        foretold = self.hooks.pace * total * self.info.width * self.info.height / 1e6
        return seconds_left(done, total, time.monotonic() - self.started, foretold)

    def _tell_layout(self) -> None:
        """Tell where the result is made up otherwise than it was asked to be."""
        asked, (before, after) = self.job.parameters.get("handles") or 0, self.layout.handles
        if min(before, after) < asked:
            numbers = {"before": before, "after": after, "asked": asked}
            self.notes.append(Note("note.handles_fewer", numbers))
        overlap = overlap_of(self.job)
        if overlap < (self.job.parameters.get("overlap") or 0):
            self.notes.append(Note("note.overlap_shorter", {"frames": overlap}))
        if self.layout.real:
            self.notes.append(Note("note.real_first", {"frames": self.layout.real}))

    def _tell_losses(self) -> None:
        self._tell_layout()
        self.notes += self.join.notes()
        self.notes += (*self.way.notes(), *self.clip.notes(), *self.target.notes())
        if self.card.alpha == "dropped" and self.way.source.info.format.alpha:
            self.notes.append(Note(ALPHA_DROPPED))

    def _recipe(self, name: str, first: int) -> Recipe:
        made = Made(
            name=name,
            format=self.target.format,
            frames=self.plan.frames,
            first=first,
            rate=self.plan.rate,
            size=(self.info.width, self.info.height),
            digest=self.digest.hexdigest(),
            digital_source=self.target.digital_source,
        )
        recipe = delivery.recipe(
            self.job,
            self.card,
            self.way,
            self.source_print,
            made,
            tuple(self.notes),
            self.hooks.device,
        )
        return replace(
            recipe,
            handles=self.layout.handles,
            joins=self.join.reports(),
            pictures=self.picture_prints,
        )


def guarded(engine: str, request: Request, context: Context) -> Iterator[Frame]:
    """Yield an engine's frames; what it raises becomes an error with a fix.

    Raises:
        EngineFailed, OutOfMemory: the engine's own errors; those of the tree pass as they are.
    """
    try:
        made = rendered(registry.load(engine), request, context)
        yield from exactly(made, request.frames, engine)
    except (AfterframeError, GeneratorExit):
        raise
    except MemoryError as error:
        raise OutOfMemory(engine=engine, detail=str(error)) from error
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        raise EngineFailed(engine=engine, detail=detail) from error


def _delivered(info: MediaInfo, alpha: str) -> MediaInfo:
    keeps = info.format.alpha and alpha != "dropped"
    return replace(info, format=replace(info.format, alpha=keeps or alpha == "made"))
