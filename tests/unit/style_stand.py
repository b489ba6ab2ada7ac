"""Small clips and style pictures made by code, and what hands them to the painter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe_hosts.wire import effects
from afterframe_hosts.wire.job import Note
from afterframe_models import registry
from afterframe_models.base import Context, Request, Source

Single = NDArray[np.float32]

WIDTH, HEIGHT = 160, 96
FOLDER = "/shelf/"
RGB = PixelFormat("rgb", 32, floating=True)
TAGS = ColourTags(matrix=0, full_range=True)


@dataclass
class Clip:
    """Pictures (h, w, 3 or 4) as an engine of display pixels reads them."""

    pictures: Sequence[Single]
    spare: tuple[int, int] = (0, 0)

    @property
    def info(self) -> MediaInfo:
        first = self.read(0)
        size = (first.width, first.height, self.frames)
        return MediaInfo(*size, Fraction(25), first.format, first.colour)

    @property
    def frames(self) -> int:
        return len(self.pictures)

    def read(self, index: int) -> Frame:
        planes = tuple(np.ascontiguousarray(p) for p in np.moveaxis(self.pictures[index], 2, 0))
        pixels = PixelFormat("rgb", 32, floating=True, alpha=len(planes) == 4)
        return Frame(planes, pixels, TAGS)


@dataclass(frozen=True)
class Shelf:
    """The pictures that parameters name."""

    pictures: Mapping[str, Single] = field(default_factory=dict)

    def like_source(self, path: str) -> Frame:
        return Clip([self.rgb(path)]).read(0)

    def rgb(self, path: str) -> Single:
        return self.pictures[path.removeprefix(FOLDER)]

    def mask(self, path: str) -> Single:
        return self.rgb(path)


def restyled(clip: Source, **asked: Any) -> list[Single]:
    """Return what the engine makes of a clip, (h, w, 3 or 4) each; see :func:`rendered`."""
    return [np.dstack(frame.planes) for frame in rendered(clip, **asked)]


def rendered(
    clip: Source,
    *,
    shelf: Mapping[str, Single] | None = None,
    draft: bool = False,
    notes: list[Note] | None = None,
    check: Callable[[], None] = lambda: None,
    **values: Any,
) -> Iterator[Frame]:
    """Yield the frames that the engine makes of a clip, a style's pictures lying on a shelf."""
    declared = (*effects.effect("restyle").parameters, *registry.cards()["style"].parameters)
    parameters = effects.resolve(declared, {"seed": 3, **values})
    request = Request(
        effect="restyle",
        source=clip,
        at=0,
        frames=clip.frames,
        rate=Fraction(25),
        step=Fraction(1),
        parameters=parameters,
        seed=parameters["seed"],
        draft=draft,
        pictures=Shelf(shelf or {}),
    )
    kept: list[Note] = [] if notes is None else notes
    yield from registry.load("style").render(request, Context(check, kept.append, 1))


def referred(*names: str, weights: Sequence[float] = ()) -> list[dict[str, Any]]:
    """Return the parameter's value for style pictures of these names."""
    shares = weights or [1.0] * len(names)
    return [{"path": FOLDER + n, "weight": w} for n, w in zip(names, shares, strict=True)]


def scene(
    height: int = HEIGHT, shift: float = 0.0, width: int | None = None, light: float = 1.0
) -> Single:
    """Return a picture of hills, a disc and a post, ``shift`` pixels of 96 lines further left."""
    width = width or round(height * WIDTH / HEIGHT)
    by = height / HEIGHT
    y, x = np.mgrid[:height, :width].astype(np.float32) / by
    x = x + shift
    sky = np.dstack([0.55 + 0.002 * y, 0.7 - 0.001 * y, np.full_like(y, 0.9)])
    hill = 55 + 8 * np.sin(x / 17) + 4 * np.sin(x / 7.3)
    ground = np.dstack(
        [0.3 + 0.05 * np.sin(x / 3), 0.45 + 0.1 * np.sin(y / 5 + x / 9), 0.2 + 0 * x]
    )
    picture = np.where((y > hill)[..., None], ground, sky)
    disc = np.hypot(x - 90, y - 30) < 14
    picture[disc] = (0.9, 0.75, 0.2)
    post = (np.abs(x - 130) < 3) & (y > 20)
    picture[post] = (0.25, 0.12, 0.1)
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.6 * by)
    return np.asarray(np.clip(light * soft, 0, 1), np.float32)


def sliding(frames: int = 5, speed: float = 1.5, height: int = HEIGHT) -> Clip:
    """Return the scene passing by."""
    return Clip([scene(height, speed * index) for index in range(frames)])


def brushed(size: int = 256, seed: int = 1) -> Single:
    """Return a style picture of short strokes in blues and yellows."""
    random = np.random.default_rng(seed)
    picture = np.full((size, size, 3), (0.15, 0.25, 0.5), np.float32)
    for _ in range(6000):
        x, y = random.random(2) * size
        angle = np.sin(x / size * 5) + np.cos(y / size * 4)
        reach = 0.03 * size * np.array([np.cos(angle), np.sin(angle)])
        colour = np.array([0.15, 0.3, 0.6]) + random.normal(0, 0.12, 3)
        if random.random() < 0.2:
            colour = np.array([0.85, 0.75, 0.3]) + random.normal(0, 0.08, 3)
        ends = [np.rint(8 * (np.array([x, y]) + s * reach)).astype(int).tolist() for s in (-1, 1)]
        thick = max(1, round(0.014 * size))
        cv2.line(picture, ends[0], ends[1], np.clip(colour, 0, 1).tolist(), thick, cv2.LINE_AA, 3)
    return picture


def printed(size: int = 256) -> Single:
    """Return a style picture of even areas with dark contours."""
    picture = np.full((size, size, 3), (0.9, 0.85, 0.7), np.float32)
    inks = [(0.1, 0.2, 0.4), (0.4, 0.6, 0.6), (0.8, 0.6, 0.35), (0.65, 0.65, 0.58)]
    for index, ink in enumerate(inks * 2):
        centre = (size * (index % 3 + 1) // 4, size * (index // 3 + 1) // 4)
        cv2.circle(picture, centre, size // 9, ink, -1, cv2.LINE_AA)
        cv2.circle(picture, centre, size // 9, (0.08, 0.1, 0.2), 2, cv2.LINE_AA)
    return picture
