"""``restyle`` without weights: a clip painted in the manner of pictures, or of a preset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.imaging.fill import filled
from afterframe.imaging.flow import Grey, displaced, reduced
from afterframe.imaging.pairs import grey_at_step, usual_step
from afterframe.media.frame import Frame
from afterframe_hosts.wire.job import Note
from afterframe_hosts.wire.pictures import references
from afterframe_models.base import Context, Engine, Request

from .areas import AreaPainter
from .brushwork import BrushPainter
from .following import FLOW_SIDE, Follower, joined
from .painter import Motion, Painter
from .presets import painter as preset_painter
from .references import Style, Toned, clip_colours, read_style

Single = NDArray[np.float32]

NOTE = "note.style."
LOOKS = 6
"""Frames of a clip whose colours stand for all of it."""
DRAFT_OPENING = 12
"""Frames at a clip's beginning that a draft takes the colours from: to look through all of it is
to decode all of it once more."""
DRAFT_SIDE, DRAFT_FLOW_SIDE = 400, 200
"""Longer sides, in pixels, of a draft's paint and of its flows."""
DRAFT_KEYS = 20
"""Frames from one that a draft paints to the next; between them paint is carried by flow."""
DRAFT_WORN = 0.06
"""Share of a picture that carried paint may leave bare."""
DRAFT_BARE = 0.002
"""Share that is not worth filling."""
SOFT_MASK = 0.008
"""Sigma, in heights, of a mask's edge."""
USUAL = "oil"


class StyleEngine(Engine):
    """See ``brushwork`` and ``areas`` for the method, ``presets`` for styles without a picture."""

    def render(self, request: Request, context: Context) -> Iterator[Frame]:
        """Yield the clip's frames, painted.

        Parameters: ``preset``, ``reference``, ``strength`` (0: the frames as they are),
        ``keep``, and the engine's own ``colour`` and ``brush``.
        """
        cv2.setNumThreads(1 if request.draft else context.threads)
        strength = request.parameters["strength"]
        last = request.source.frames - 1
        if strength == 0:
            for index in range(request.frames):
                context.check()
                yield request.source.read(min(index, last))
            return
        studio = _Studio.of(request, context)
        work = _drafted if request.draft else _painted
        for index, painted in enumerate(work(studio, request.frames)):
            source = studio.frame(min(index, last))
            yield _mixed(source, painted, studio.weight)

    def messages(self) -> Sequence[str]:
        """Return the ids of all notes that this engine may give."""
        return tuple(NOTE + name for name in ("painterly", "flat", "colour", "prompt"))


@dataclass
class _Studio:
    """What one call of ``render`` works with.

    Attributes:
        request: what is asked for.
        context: see ``Context``.
        painter: holds what it painted last.
        size: width and height at which is painted.
        weight: of the style: one number, or (h, w) of the source's size.
        opening: the clip's first frames, where they have been read already.
        recent: the frames that were read last: a draft reads one ahead of what it mixes.
    """

    request: Request
    context: Context
    painter: Painter
    size: tuple[int, int]
    weight: Single | float
    opening: Sequence[Frame]
    recent: dict[int, Frame] = field(default_factory=dict)

    @classmethod
    def of(cls, request: Request, context: Context) -> _Studio:
        info = request.source.info
        size = (info.width, info.height)
        opening: list[Frame] = []
        if request.draft:
            if max(size) > DRAFT_SIDE:
                by = DRAFT_SIDE / max(size)
                size = (max(1, round(size[0] * by)), max(1, round(size[1] * by)))
            if request.parameters["reference"]:
                opening += _opening(request, context)
        painter = _painter(request, context, size, opening)
        return cls(request, context, painter, size, _weight(request), opening)

    def frame(self, index: int) -> Frame:
        if index < len(self.opening):
            return self.opening[index]
        if index not in self.recent:
            if len(self.recent) > int(self.request.draft):
                del self.recent[min(self.recent)]
            self.recent[index] = self.request.source.read(index)
        return self.recent[index]

    def picture(self, frame: Frame) -> Single:
        """Return the picture to paint; behind what is see-through stands what is around it."""
        planes = [_resized(plane, self.size) for plane in frame.planes]
        picture = np.asarray(cv2.merge(planes[:3]), np.float32)
        if frame.format.alpha and planes[3].min() < 1:
            return filled(picture, planes[3])
        return picture

    def follower(self, side: int, *, quick: bool = False) -> tuple[Follower, int]:
        step = usual_step(*self.size, side)
        return Follower(step, self.size, quick=quick), step


def _painted(studio: _Studio, frames: int) -> Iterator[Single]:
    """Yield every frame painted."""
    follower, step = studio.follower(FLOW_SIDE)
    last = studio.request.source.frames - 1
    for index in range(frames):
        studio.context.check()
        frame = studio.frame(min(index, last))
        motion = follower.follow(grey_at_step(frame, step))
        yield studio.painter.paint(studio.picture(frame), motion)


def _drafted(studio: _Studio, frames: int) -> Iterator[Single]:
    """Yield every frame small, few of them painted, the others carried from those by flow."""
    key: Single | None = None
    since: Motion | None = None
    age = 0
    for picture, motion in _ahead(studio, frames):
        since = motion if since is None or motion is None else joined(since, motion)
        age += 1
        carried = key is not None and since is not None and motion is not None
        worn = since is None or float((since.trust < 0.4).mean()) > DRAFT_WORN
        if not carried or worn or age >= DRAFT_KEYS:
            key = studio.painter.paint(picture, since if carried else None)
            since, age = None, 0
            yield key
        else:
            assert key is not None
            assert since is not None
            yield _carried(key, since)


def _ahead(studio: _Studio, frames: int) -> Iterator[tuple[Single, Motion | None]]:
    """Yield every frame's picture and motion; the next one's motion is found meanwhile."""
    follower, step = studio.follower(DRAFT_FLOW_SIDE, quick=True)
    last = studio.request.source.frames - 1

    def begun(index: int) -> tuple[Single, Future[Motion | None]]:
        studio.context.check()
        picture = studio.picture(studio.frame(min(index, last)))
        return picture, pool.submit(follower.follow, _grey(picture, step))

    with ThreadPoolExecutor(1) as pool:
        waiting = begun(0)
        for index in range(1, frames):
            (picture, motion), waiting = waiting, begun(index)
            yield picture, motion.result()
        yield waiting[0], waiting[1].result()


def _carried(key: Single, since: Motion) -> Single:
    """Return the paint of a frame before, where its matter has gone; holes are filled softly."""
    there = displaced(key, since.back)
    known = np.clip(np.float32(4) * since.trust + np.float32(0.02), 0, 1)
    if float((known < 1).mean()) < DRAFT_BARE or min(known.shape) < 2:
        return there
    height, width = known.shape
    behind: Any = filled(reduced(there, 2), reduced(known, 2))
    behind = cv2.resize(behind, None, fx=2, fy=2)[:height, :width]
    return np.asarray(behind + known[..., None] * (there - behind), np.float32)


def _opening(request: Request, context: Context) -> Iterator[Frame]:
    """Yield the clip's first frames."""
    for index in range(min(DRAFT_OPENING, request.source.frames)):
        context.check()
        yield request.source.read(index)


def _painter(
    request: Request, context: Context, size: tuple[int, int], opening: Sequence[Frame]
) -> Painter:
    values = request.parameters
    style = _style(request, context)
    if values["prompt"].strip():
        context.note(Note(NOTE + "prompt", {"words": values["prompt"].strip()}))
    toned: Toned | None = None
    if style is not None:
        colours = _clip_colours(request, context, opening)
        toned = style.toned(colours, values["colour"], request.seed)
    if style is None or toned is None or values["preset"] != "auto":
        return preset_painter(
            USUAL if values["preset"] == "auto" else values["preset"],
            seed=request.seed,
            brush=values["brush"],
            height=size[1],
            width=size[0],
            draft=request.draft,
            palette=toned,
        )
    brush, kind = values["brush"], style.manner.kind
    if kind == "colour":
        return _Toning(toned)
    if kind == "flat":
        return AreaPainter(style.manner, toned, brush=brush)
    return BrushPainter(
        style.manner, toned, brush=brush, seed=request.seed, threads=context.threads
    )


class _Toning(Painter):
    """Changes colours only: all that a picture of one colour can be read for."""

    def __init__(self, toned: Toned) -> None:
        self._toned = toned

    def paint(self, picture: Single, motion: Motion | None) -> Single:
        return self._toned(picture)


def _style(request: Request, context: Context) -> Style | None:
    """Return what the references say, and tell it; None where there are none."""
    given = request.parameters["reference"]
    if not given:
        return None
    assert request.pictures is not None
    style = read_style(references(given), request.pictures)
    for name, kind in style.kinds:
        context.note(Note(NOTE + kind, {"picture": name}))
    return style


def _clip_colours(request: Request, context: Context, opening: Sequence[Frame]) -> Single:
    """Return the colours of the whole clip, or of its opening where that was read.

    There is one table for all frames, so that none jumps.
    """
    count = len(opening) or request.source.frames
    seen = sorted({round(place) for place in np.linspace(0, count - 1, min(LOOKS, count))})
    frames = []
    for index in seen:
        context.check()
        frame = opening[index] if opening else request.source.read(index)
        small = [_smaller(plane, 320) for plane in frame.planes]
        picture = np.asarray(cv2.merge(small[:3]), np.float32)
        frames.append(filled(picture, small[3]) if frame.format.alpha else picture)
    return clip_colours(frames)


def _weight(request: Request) -> Single | float:
    """Return how much of the style each place gets."""
    strength = float(request.parameters["strength"])
    keep = request.parameters["keep"]
    if keep is None:
        return strength
    assert request.pictures is not None
    mask = request.pictures.mask(keep)
    soft: Any = cv2.GaussianBlur(mask, (0, 0), max(0.5, SOFT_MASK * mask.shape[0]))
    return np.asarray(strength * (1 - np.clip(soft, 0, 1)), np.float32)


def _mixed(source: Frame, painted: Single, weight: Single | float) -> Frame:
    """Return the painted picture over its source, at the source's size, with its alpha."""
    whole = _resized(painted, (source.width, source.height))
    planes = []
    for plane, paint in zip(source.planes, cv2.split(whole), strict=False):
        planes.append(plane + np.asarray(weight, np.float32) * (paint - plane))
    return replace(source, planes=(*planes, *source.planes[3:]))


def _grey(picture: Single, step: int) -> Grey:
    grey: Any = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return reduced(np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8), step)


def _smaller(plane: Single, side: int) -> Single:
    height, width = plane.shape
    by = min(1.0, side / max(height, width))
    return _resized(plane, (max(1, round(width * by)), max(1, round(height * by))))


def _resized(plane: Single, size: tuple[int, int]) -> Single:
    height, width = plane.shape[:2]
    if (width, height) == size:
        return plane
    method = cv2.INTER_AREA if size[0] <= width else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, size, interpolation=method), np.float32)
