"""The whole picture, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from afterframe.sample.canvas import Canvas, Plane, blend, blur, linear
from afterframe.sample.hills import paint_hills, paint_mist
from afterframe.sample.lake import Lake, lay_lake, paint_lake
from afterframe.sample.noise import generator
from afterframe.sample.shore import Shore, paint_shore
from afterframe.sample.sky import Clouds, paint_clouds, paint_sky

MIST_DRIFT = 0.012  # heights a second
GRAIN_STRENGTH = 0.0022
GRAIN_MARGIN = 64  # the grain is one field, read from another corner for each frame

SATURATION = 1.12
CONTRAST = 1.12
MIDDLE_GREY = 0.20
EXPOSURE = 1.7
WHITE = 6.0  # what becomes paper white, in units of the exposed picture
TONE_STEPS = 4096
BRIGHTEST = 4.0  # the film is white long before


def frames(width: int, height: int, count: int, rate: Fraction) -> Iterator[NDArray[np.uint8]]:
    """Paint the clip: `count` frames of `height` x `width` x 3, sRGB, the same on every call.

    `rate` is in frames per second: what moves, moves by the second. Made for 16:9.
    """
    scene = _paint_scene(Canvas(width, height))
    for number in range(count):
        picture = _compose(scene, float(number / rate))
        yield _develop(scene, picture, number)


@dataclass(frozen=True)
class _Scene:
    """What is painted once."""

    canvas: Canvas
    sky: Plane
    clouds: tuple[Clouds, ...]
    hills: Plane
    mist: Plane
    lake: Lake
    shore: Shore
    lens: Plane
    grain: Plane
    film: NDArray[np.uint8]


def _paint_scene(canvas: Canvas) -> _Scene:
    return _Scene(
        canvas=canvas,
        sky=paint_sky(canvas),
        clouds=paint_clouds(canvas),
        hills=paint_hills(canvas),
        mist=paint_mist(canvas),
        lake=lay_lake(canvas),
        shore=paint_shore(canvas),
        lens=_lens(canvas),
        grain=_grain(canvas),
        film=_film(),
    )


def _compose(scene: _Scene, seconds: float) -> Plane:
    """The picture in linear light at this time."""
    canvas = scene.canvas
    picture = scene.sky.copy()
    for sheet in scene.clouds:
        _lay_over(picture, sheet.at(canvas, seconds), 0)
    _lay_over(picture, scene.hills, 0)
    left = round((0.3 + MIST_DRIFT * seconds) * canvas.height)
    water = scene.lake.first_row
    picture[water:] = paint_lake(canvas, scene.lake, picture[:water], seconds)
    mist = scene.mist[:, left : left + canvas.width, None]
    picture = blend(picture, canvas.haze * 1.05, mist)
    _lay_over(picture, scene.shore.at(canvas, seconds), scene.shore.first_row)
    return picture


def _lay_over(picture: Plane, layer: Plane, first_row: int) -> None:
    """Put a premultiplied layer of 4 channels on rows of the picture, in place."""
    rows = picture[first_row : first_row + layer.shape[0]]
    layer = layer[: rows.shape[0]]
    rows *= 1 - layer[..., 3:]
    rows += layer[..., :3]


def _develop(scene: _Scene, picture: Plane, number: int) -> NDArray[np.uint8]:
    """Light to film: glow about what is bright, the lens's falloff, colour, grain, tones."""
    picture = (picture + _bloom(picture)) * scene.lens
    grey = cv2.transform(picture, np.array([[0.2126, 0.7152, 0.0722]], np.float32))
    picture = grey[..., None] + (picture - grey[..., None]) * np.float32(SATURATION)
    picture = np.sqrt(np.clip(picture, 0, BRIGHTEST) / BRIGHTEST)
    rows, columns = picture.shape[:2]
    down, right = generator(141, number).integers(0, GRAIN_MARGIN, 2)
    picture += scene.grain[down : down + rows, right : right + columns, None]
    return scene.film[np.clip(picture * TONE_STEPS, 0, TONE_STEPS - 1).astype(np.int16)]


def _bloom(picture: Plane) -> Plane:
    rows, columns = picture.shape[:2]
    small = cv2.resize(picture, (columns // 4, rows // 4), interpolation=cv2.INTER_AREA)
    bright = np.maximum(small - 0.75, 0)
    glow = blur(bright, rows * 0.008) * 0.40 + blur(bright, rows * 0.03) * 0.28
    large = cv2.resize(glow * linear("#ffd0a0"), (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)


def _lens(canvas: Canvas) -> Plane:
    """Darker towards the corners."""
    radius = (canvas.x / canvas.aspect - 0.5) ** 2 * 1.1 + (canvas.y - 0.5) ** 2
    return np.asarray(1 - 0.55 * radius[..., None], np.float32)


def _grain(canvas: Canvas) -> Plane:
    size = (canvas.height + GRAIN_MARGIN, canvas.width + GRAIN_MARGIN)
    field = blur(generator(140).standard_normal(size, np.float32), 0.55 * canvas.height / 720)
    grain: Plane = (field / field.std() * GRAIN_STRENGTH).astype(np.float32)
    return grain


def _film() -> NDArray[np.uint8]:
    """From the square root of light to sRGB codes: contrast, then Hable's filmic shoulder."""
    light = (np.linspace(0, 1, TONE_STEPS) ** 2) * BRIGHTEST
    light = MIDDLE_GREY * (light / MIDDLE_GREY) ** CONTRAST
    tone = np.clip(_shoulder(light * EXPOSURE) / _shoulder(np.array(WHITE)), 0, 1)
    encoded = np.where(tone <= 0.0031308, 12.92 * tone, 1.055 * tone ** (1 / 2.4) - 0.055)
    return np.round(encoded * 255).astype(np.uint8)


def _shoulder(x: NDArray[np.float64]) -> NDArray[np.float64]:
    top = x * (0.22 * x + 0.03) + 0.002
    return np.asarray(top / (x * (0.22 * x + 0.30) + 0.06) - 0.01 / 0.30)
