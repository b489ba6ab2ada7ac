"""The engine ``interpolate``, as the pipeline calls it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe_hosts.wire import effects
from afterframe_models import registry
from afterframe_models.base import Context, Request

SIZE = (160, 96)


@dataclass
class Sliding:
    """A texture that slides by four pixels a frame; ``reads`` tells how often it was asked."""

    format: PixelFormat = field(default_factory=lambda: PixelFormat("yuv", 8, subsampling=(1, 1)))
    frames: int = 4
    before: int = 0
    after: int = 0
    reads: list[int] = field(default_factory=list)

    @property
    def info(self) -> MediaInfo:
        return MediaInfo(*SIZE, self.frames, Fraction(24), self.format, ColourTags())

    @property
    def spare(self) -> tuple[int, int]:
        return self.before, self.after

    def read(self, index: int) -> Frame:
        self.reads.append(index)
        return self.at(index)

    def at(self, place: float) -> Frame:
        peak = 1.0 if self.format.floating else self.format.peak
        shift = np.array([[1, 0, 4 * place], [0, 1, 0]], np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(_TEXTURE, shift, SIZE, flags=flags)
        planes = []
        for plane in range(self.format.planes):
            size = self.format.plane_size(plane, *SIZE)
            small = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
            planes.append((small * peak).astype(self.format.dtype))
        return Frame(tuple(planes), self.format, ColourTags())


def _texture() -> NDArray[np.float32]:
    noise = np.random.default_rng(2).standard_normal((SIZE[1], SIZE[0] + 40))
    soft = cv2.GaussianBlur(noise.astype(np.float32), (0, 0), 3)
    return np.clip(0.5 + 0.17 * soft / soft.std(), 0, 1).astype(np.float32)


_TEXTURE = _texture()


def render(
    source: Sliding, frames: int, step: Fraction, *, draft: bool = False, **values: Any
) -> list[Frame]:
    parameters = effects.resolve(effects.effect("retime").parameters, values)
    request = Request("retime", source, 0, frames, Fraction(24), step, parameters, 0, draft)
    context = Context(lambda: None, lambda note: None, 2)
    return list(registry.load("interpolate").render(request, context))


def error(made: Frame, true: Frame) -> float:
    peak = 1.0 if true.format.floating else true.format.peak
    inner = np.s_[6:-6, 10:-10]
    difference = made.planes[0][inner].astype(float) - true.planes[0][inner].astype(float)
    return float(np.sqrt((difference**2).mean())) / peak


@pytest.mark.parametrize("flow_size", ["full", "half", "quarter"])
@pytest.mark.parametrize("step", [Fraction(1, 2), Fraction(2, 3), Fraction(24000, 25025)])
def test_every_frame_stands_at_its_place_in_time(step: Fraction, flow_size: str) -> None:
    source = Sliding()
    made = render(source, 4, step, flow_size=flow_size)
    for index, frame in enumerate(made):
        assert error(frame, source.at(float(index * step))) < 0.03


def test_source_frames_are_handed_on_untouched_and_read_once() -> None:
    source = Sliding()
    made = render(source, 8, Fraction(1, 2))
    for index in (0, 2, 4, 6):
        for plane, was in zip(made[index].planes, source.at(index // 2).planes, strict=True):
            np.testing.assert_array_equal(plane, was)
    assert source.reads == [0, 1, 2, 3]


def test_past_the_end_the_last_frame_stays() -> None:
    source = Sliding()
    made = render(source, 10, Fraction(1, 2))
    np.testing.assert_array_equal(made[9].planes[0], source.at(3).planes[0])


def test_faster_than_the_source_takes_frames_apart() -> None:
    source = Sliding(frames=9)
    made = render(source, 4, Fraction(5, 2))
    np.testing.assert_array_equal(made[2].planes[0], source.at(5).planes[0])
    assert error(made[1], source.at(2.5)) < 0.03


def test_nearest_shows_source_frames_only_and_blend_mixes() -> None:
    source = Sliding()
    nearest = render(source, 4, Fraction(1, 3), interpolation="nearest")
    for frame, index in zip(nearest, (0, 0, 1, 1), strict=True):
        np.testing.assert_array_equal(frame.planes[0], source.at(index).planes[0])
    mixed = render(source, 2, Fraction(1, 2), interpolation="blend")[1]
    mean = (source.at(0).planes[0].astype(float) + source.at(1).planes[0]) / 2
    np.testing.assert_allclose(mixed.planes[0], mean, atol=1)
    flow = render(source, 2, Fraction(1, 2))[1]
    assert error(flow, source.at(0.5)) < 0.5 * error(mixed, source.at(0.5))


@pytest.mark.parametrize(
    "pixels",
    [
        PixelFormat("yuv", 10, subsampling=(1, 0)),
        PixelFormat("rgb", 8, alpha=True),
        PixelFormat("rgb", 16, floating=True),
        PixelFormat("rgb", 32, floating=True),
        PixelFormat("grey", 16),
    ],
)
def test_every_encoding_goes_through_in_its_own_form(pixels: PixelFormat) -> None:
    source = Sliding(pixels)
    made = render(source, 4, Fraction(1, 2))
    for frame in made:
        assert frame.format == pixels
        assert [p.dtype for p in frame.planes] == [pixels.dtype] * pixels.planes
    assert error(made[1], source.at(0.5)) < 0.03


def test_a_draft_is_close_to_the_final() -> None:
    source = Sliding()
    assert error(render(source, 2, Fraction(1, 2), draft=True)[1], source.at(0.5)) < 0.05


def test_a_single_frame_clip_is_that_frame() -> None:
    source = Sliding(frames=1)
    made = render(source, 3, Fraction(1, 2))
    assert len(made) == 3
    np.testing.assert_array_equal(made[2].planes[0], source.at(0).planes[0])
