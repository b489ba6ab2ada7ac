"""Clips painted for the tests of the engine ``extend``, and the engine called on them."""

from __future__ import annotations

from collections.abc import Callable
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
from afterframe_models.base import Context, Request

SIZE = (160, 96)
RATE = Fraction(24)
YUV420 = PixelFormat("yuv", 8, subsampling=(1, 1))
Picture = NDArray[np.float32]


@dataclass
class Clip:
    """Frames by a painter: number -> (h, w) in [0, 1]; ``reads`` tells what was asked for."""

    paint: Callable[[int], Picture]
    frames: int
    spare: tuple[int, int] = (0, 0)
    format: PixelFormat = YUV420
    size: tuple[int, int] = SIZE
    reads: list[int] = field(default_factory=list)

    @property
    def info(self) -> MediaInfo:
        return MediaInfo(*self.size, self.frames, RATE, self.format, ColourTags(full_range=True))

    def read(self, index: int) -> Frame:
        assert -self.spare[0] <= index < self.frames + self.spare[1]
        self.reads.append(index)
        return self.at(index)

    def at(self, index: int) -> Frame:
        peak = 1.0 if self.format.floating else self.format.peak
        picture = self.paint(index)
        planes = []
        for plane in range(self.format.planes):
            size = self.format.plane_size(plane, *self.size)
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            planes.append((small * peak).astype(self.format.dtype))
        return Frame(tuple(planes), self.format, ColourTags(full_range=True))


def texture(seed: int, size: tuple[int, int] = SIZE, grain: float = 3) -> Picture:
    """Return soft noise in [0, 1]."""
    noise = np.random.default_rng(seed).standard_normal(size[::-1]).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), grain)
    return np.clip(0.5 + 0.17 * soft / soft.std(), 0, 1).astype(np.float32)


def swinging(period: float = 24, reach: float = 20, size: tuple[int, int] = SIZE) -> Any:
    """Return the painter of a textured ball that swings to and fro before a wall."""
    wall, skin = 0.6 * texture(1, size), texture(2, size)
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)

    def paint(number: int) -> Picture:
        shift = reach * np.sin(2 * np.pi * number / period)
        inside = np.hypot(x - size[0] / 2 - shift, y - size[1] / 2) < size[1] / 5
        moved = np.array([[1, 0, shift], [0, 1, 0]], np.float32)
        ball = cv2.warpAffine(0.4 + 0.6 * skin, moved, size)
        mask = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1)
        return np.asarray(wall + mask * (ball - wall), np.float32)

    return paint


def sliding(speed: float, size: tuple[int, int] = SIZE) -> Any:
    """Return the painter of a wall that a camera pans along, so many pixels a frame."""
    wide = texture(3, (size[0] * 8, size[1]))

    def paint(number: int) -> Picture:
        shift = np.array([[1, 0, 2 * size[0] + speed * number], [0, 1, 0]], np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(wide, shift, size, flags=flags), np.float32)

    return paint


@dataclass
class Extension:
    """What the engine made, and what it said."""

    frames: list[Frame]
    notes: list[Note]

    @property
    def told(self) -> list[str]:
        return [note.id.removeprefix("note.extend.") for note in self.notes]


def extend(clip: Clip, frames: int, *, seed: int = 0, draft: bool = False, **values: Any) -> Any:
    """Return what the engine makes of a clip."""
    card = registry.cards()["extend"]
    declared = (*effects.effect("extend").parameters, *card.parameters)
    parameters = effects.resolve(declared, values)
    notes: list[Note] = []
    request = Request("extend", clip, 0, frames, RATE, Fraction(1), parameters, seed, draft)
    made = registry.load("extend").render(request, Context(lambda: None, notes.append, 2))
    return Extension(list(made), notes)


def difference(made: Frame, true: Frame) -> float:
    """Return the mean difference of lumas, as a share of the peak."""
    peak = 1.0 if true.format.floating else true.format.peak
    return float(np.abs(made.planes[0].astype(float) - true.planes[0].astype(float)).mean()) / peak
