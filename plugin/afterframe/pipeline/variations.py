"""Variants of one clip on a contact sheet, to choose from before anything is rendered.

Each is made small and quick, as a draft is: with the seed and the motion of the clip that it
stands for. The sheet is a picture, never placed on a timeline; the recipe beside it holds what
to set for each variant.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.core.leftover import remove_left
from afterframe.core.plan import Plan, make_plan
from afterframe.core.preflight import seconds_left
from afterframe.core.recipe import Made, Recipe
from afterframe.core.variations import AXES, SHEET_NAME, differing, variants
from afterframe.errors import BadValue
from afterframe.media.display import to_rgb8
from afterframe.media.frame import Frame
from afterframe.media.marking import term_uri
from afterframe.media.sheet import grid, labelled, png
from afterframe_hosts.wire.job import Job, Note, Progress, Result
from afterframe_hosts.wire.results import result_name
from afterframe_models import registry
from afterframe_models.base import Context, Request

from . import delivery
from .naming import made_before
from .pictures import JobPictures
from .pixels import passage
from .preview import preview_picture
from .prints import picture_prints, source_print
from .run import Hooks, guarded
from .shots import scaled
from .source import ClipSource

SUFFIX = ".png"
TILE = 480
"""Pixels of the longer side of a variant's last frame on the sheet."""
MOMENTS = 4
"""Small frames beneath it, from the first to the last."""
GUTTER = 4
FORMAT = "sheet"
"""What stands for a delivery format in the recipe."""
MOST_COLUMNS = 4


def make_sheet(job: Job, hooks: Hooks) -> Result:
    """Make the contact sheet of a job with ``variations`` and put it where the job says.

    Args:
        job: admitted: engine chosen, parameters and seed resolved.
        hooks: see there.

    Raises:
        Cancelled: the user wanted no more.
        AfterframeError: any of the tree; nothing is left at the destination.
    """
    before = made_before(job)
    if before:
        remove_left(before[1].parent, job.id)
        return delivery.result_of(*before)
    named = _named(job)
    hooks.progress(Progress("reading"))
    plan = replace(make_plan(job), longest_side=TILE)
    with ExitStack() as stack:
        clip = stack.enter_context(ClipSource(job.clip, plan.step))
        return _Sheet(named, job, plan, clip, hooks).run()


@dataclass
class _Sheet:
    """What the making of one sheet holds on to; ``job`` is as it was asked, ``named`` has a name
    for the sheet."""

    named: Job
    job: Job
    plan: Plan
    clip: ClipSource
    hooks: Hooks

    def run(self) -> Result:
        self.card = registry.cards()[self.job.engine]
        self.way = passage(self.card, scaled(self.clip, self.plan, self.job))
        self.started = time.monotonic()
        self.notes: list[Note] = []
        choices = variants(self.job.parameters, self.job.variations)
        tiles = [self._tile(number, each) for number, each in enumerate(choices)]
        picture = grid(tiles, _columns(len(tiles)))
        total = self.plan.frames * len(choices)
        self.hooks.progress(Progress("writing", total, total, 0.0))
        told = tuple(differing(self.job.parameters, each) for each in choices)
        return delivery.publish_picture(
            self.named, png(picture), SUFFIX, lambda name: self._recipe(name, picture, told)
        )

    def _tile(self, number: int, variant: Mapping[str, Any]) -> NDArray[np.uint8]:
        moments = _moments(self.plan.frames)
        small: list[NDArray[np.uint8]] = []
        last: NDArray[np.uint8] | None = None
        for index, frame in enumerate(self._frames(variant)):
            self._report(number, index, frame)
            if index in moments:
                last = to_rgb8(frame)
                small += [_reduced(last)] * moments.count(index)
        assert last is not None  # the last frame is a moment
        return labelled(_tiled(last, small), _label(number, self.job.parameters, variant))

    def _frames(self, variant: Mapping[str, Any]) -> Iterator[Frame]:
        request = Request(
            effect=self.job.effect,
            source=self.way.source,
            at=self.plan.at,
            frames=self.plan.frames,
            rate=self.plan.rate,
            step=self.plan.step,
            parameters=variant,
            seed=int(variant["seed"]),
            draft=True,
            pictures=JobPictures(self.way.source.info),
        )
        told: list[Note] = []
        context = Context(self.hooks.check, told.append, os.cpu_count() or 1, self.hooks.device)
        yield from guarded(self.card.name, request, context)
        self.notes += [note for note in told if note not in self.notes]

    def _report(self, number: int, index: int, frame: Frame) -> None:
        self.hooks.check()
        done = number * self.plan.frames + index + 1
        total = self.job.variations * self.plan.frames
        left = seconds_left(done, total, time.monotonic() - self.started, 0.0)
        self.hooks.progress(Progress("making", done, total, left))
        if index == self.plan.frames - 1:
            self.hooks.preview(preview_picture(frame))

    def _recipe(
        self, name: str, picture: NDArray[np.uint8], choices: tuple[dict[str, Any], ...]
    ) -> Recipe:
        made = Made(
            name=name,
            format=FORMAT,
            frames=1,
            first=0,
            rate=self.plan.rate,
            size=(picture.shape[1], picture.shape[0]),
            digest=hashlib.sha256(picture.tobytes()).hexdigest(),
            digital_source=term_uri(self.card.source_of(self.job.effect)),
        )
        recipe = delivery.recipe(
            self.job,
            self.card,
            self.way,
            source_print(self.job),
            made,
            tuple(self.notes),
            self.hooks.device,
        )
        pictures = picture_prints(self.job, self.card)
        return replace(recipe, choices=choices, pictures=pictures)


def _named(job: Job) -> Job:
    output = job.output
    if output.path and Path(output.path).suffix.lower() != SUFFIX:
        raise BadValue(field="output.path", value=Path(output.path).name, allowed=f"a {SUFFIX}")
    name = output.name or result_name(job.clip, job.effect) + SHEET_NAME
    return replace(job, output=replace(output, name=name))


def _columns(tiles: int) -> int:
    """Return how many tiles stand in a row: whole rows if possible, rather wide than high."""
    return min(
        range(MOST_COLUMNS, 0, -1),
        key=lambda columns: (-tiles % columns, abs(columns - tiles / columns)),
    )


def _moments(frames: int) -> list[int]:
    return [round(n * (frames - 1) / (MOMENTS - 1)) for n in range(MOMENTS)]


def _reduced(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    across = (width - (MOMENTS - 1) * GUTTER) // MOMENTS
    size = (max(1, across), max(1, round(height * across / width)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _tiled(last: NDArray[np.uint8], small: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return the last frame above the moments that lead to it."""
    height, width = last.shape[:2]
    tile = np.full((height + GUTTER + small[0].shape[0], width, 3), 24, np.uint8)
    tile[:height] = last
    for number, picture in enumerate(small):
        left = number * (picture.shape[1] + GUTTER)
        tile[height + GUTTER :, left : left + picture.shape[1]] = picture
    return tile


def _label(number: int, asked: Mapping[str, Any], variant: Mapping[str, Any]) -> str:
    """Return ``2  pan_x -0.6  seed 12``: what to set for this variant."""
    new = differing(asked, variant)
    moves = [f"{axis} {variant[axis]:g}" for axis in AXES if variant[axis]]
    strength = [f"motion {new['motion']:g}"] if "motion" in new else []
    return "  ".join([str(number + 1), *moves, *strength, f"seed {variant['seed']}"])
