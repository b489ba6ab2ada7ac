"""One job, from its first read to its result's name: the pipeline's main line."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction

from afterframe.core.leftover import remove_left
from afterframe.core.plan import Plan, make_plan, step_of
from afterframe.core.preflight import seconds_left
from afterframe.core.recipe import Made, Recipe
from afterframe.errors import AfterframeError, EngineFailed, MediaUnreadable, OutOfMemory
from afterframe.media.checksum import Digest, fingerprint
from afterframe.media.frame import Frame, MediaInfo
from afterframe_hosts.wire.clip import Clip
from afterframe_hosts.wire.effects import effect
from afterframe_hosts.wire.job import Job, Note, Progress, Result
from afterframe_models import registry
from afterframe_models.base import Context, Request, Source

from . import delivery
from .cadence import Cadence, ShownSource, repeated
from .conform import exactly, fit_size, resized
from .naming import made_before
from .pictures import JobPictures, like
from .pixels import ALPHA_DROPPED, Passage, passage, without_alpha
from .preflight import Preflight
from .preview import preview_picture
from .source import ClipSource, FilteredSource

SHOWN = frozenset({"extend", "bridge", "restyle"})
"""Effects whose engines see a clip's frames as they are shown, see ``cadence``."""
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
        clip = stack.enter_context(ClipSource(job.clip, plan.step))
        after = None
        if job.after is not None:
            after = stack.enter_context(ClipSource(job.after, step_of(job.after, plan.rate)))
        if effect(job.effect).source != "frame":
            clip.check()
        return _Work(job, plan, clip, after, hooks).run()


class _Work:
    """What one run of a job holds on to."""

    def __init__(
        self, job: Job, plan: Plan, clip: ClipSource, after: ClipSource | None, hooks: Hooks
    ) -> None:
        self.job, self.plan, self.clip, self.hooks = job, plan, clip, hooks
        self.cadence = cadence_of(job.clip, clip.frames, plan.rate)
        source = scaled(self._seen(clip, self.cadence), plan, job)
        self.card = registry.cards()[job.engine]
        self.way: Passage = passage(self.card, source)
        self.after = self._like(after, source.info) if after else None
        self.info = _delivered(source.info, self.card.alpha)
        self.target = delivery.Target.choose(job, plan, self.info, self.card)
        self._preflight().check()
        self.source_print = source_print(job)
        self.notes: list[Note] = []
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
        )

    def _frames(self) -> Iterator[Frame]:
        """Yield the conformed frames."""
        context = Context(
            self.hooks.check, self.notes.append, os.cpu_count() or 1, self.hooks.device
        )
        made = guarded(self.card.name, self._request(), context)
        for frame in repeated(made, self._places()):
            self.hooks.check()
            yield self._conformed(frame)

    def _conformed(self, frame: Frame) -> Frame:
        back = self.way.back(frame)
        if self.card.alpha == "dropped":
            back = without_alpha(back)
        return resized(back, self.info.width, self.info.height)

    def _request(self) -> Request:
        plan = self.plan
        return Request(
            effect=self.job.effect,
            source=self.way.source,
            at=plan.at,
            frames=self._places()[-1] + 1,
            rate=plan.rate,
            step=plan.step,
            parameters=self.job.parameters,
            seed=plan.seed,
            draft=self.job.quality == "draft",
            after=self.after,
            pictures=JobPictures(self.way.source.info),
        )

    def _places(self) -> tuple[int, ...]:
        """Return for each frame of the result which made one stands there."""
        if self.job.effect not in SHOWN:
            return tuple(range(self.plan.frames))
        side = self.job.parameters.get("side", "over")
        return self.cadence.made(self.plan.frames, side)

    def _seen(self, clip: ClipSource, cadence: Cadence) -> Source:
        return ShownSource(clip, cadence) if self.job.effect in SHOWN else clip

    def _like(self, after: ClipSource, info: MediaInfo) -> Source:
        """Return the frames after the gap, in the encoding and size of those before it."""
        assert self.job.after is not None
        cadence = cadence_of(self.job.after, after.frames, self.plan.rate)
        seen = self._seen(after, cadence)
        same = FilteredSource(seen, info, lambda frame: like(frame, info))
        return passage(self.card, same).source

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

    def _tell_losses(self) -> None:
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
        return delivery.recipe(
            self.job, self.card, self.way, self.source_print, made, tuple(self.notes)
        )


def guarded(engine: str, request: Request, context: Context) -> Iterator[Frame]:
    """Yield an engine's frames; what it raises becomes an error with a fix.

    Raises:
        EngineFailed, OutOfMemory: the engine's own errors; those of the tree pass as they are.
    """
    try:
        made = registry.load(engine).render(request, context)
        yield from exactly(made, request.frames, engine)
    except (AfterframeError, GeneratorExit):
        raise
    except MemoryError as error:
        raise OutOfMemory(engine=engine, detail=str(error)) from error
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        raise EngineFailed(engine=engine, detail=detail) from error


def cadence_of(clip: Clip, frames: int, rate: Fraction) -> Cadence:
    """Return which of its medium's frames a clip shows in a result of this rate.

    Args:
        clip: any.
        frames: how many of its medium's frames it has.
        rate: of the result.
    """
    shown = max(1, math.floor(clip.record_range.duration * rate / clip.rate))
    return Cadence(frames, shown, step_of(clip, rate), clip.phase)


def scaled(clip: Source, plan: Plan, job: Job) -> Source:
    """Return the clip at the size that the engine works on."""
    info = clip.info
    width, height = job.output.size or (info.width, info.height)
    width, height = fit_size(width, height, plan.longest_side)
    # A size that was asked for is one of square pixels; else they keep their shape.
    aspect = Fraction(1) if job.output.size else info.pixel_aspect
    if (width, height, aspect) == (info.width, info.height, info.pixel_aspect):
        return clip
    smaller = replace(info, width=width, height=height, pixel_aspect=aspect)
    shape = info.pixel_aspect / aspect
    return FilteredSource(clip, smaller, lambda frame: resized(frame, width, height, shape))


def source_print(job: Job) -> str:
    """Return the fingerprint of what is read of the job's medium."""
    media = job.clip.media
    try:
        return fingerprint(media, job.clip.media_range)
    except OSError as error:
        raise MediaUnreadable(path=media.path, detail=error.strerror or str(error)) from error


def _delivered(info: MediaInfo, alpha: str) -> MediaInfo:
    keeps = info.format.alpha and alpha != "dropped"
    return replace(info, format=replace(info.format, alpha=keeps or alpha == "made"))
