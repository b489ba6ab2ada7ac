"""The engine ``interpolate``, as the pipeline calls it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from afterframe.media.frame import ColourTags, Frame, MediaInfo, PixelFormat
from afterframe_hosts.wire import effects
from afterframe_hosts.wire.job import Note
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
    source: Any,
    frames: int,
    step: Fraction,
    *,
    draft: bool = False,
    phase: Fraction = Fraction(0),
    notes: list[Note] | None = None,
    **values: Any,
) -> list[Frame]:
    parameters = effects.resolve(effects.effect("retime").parameters, values)
    request = Request(
        "retime", source, 0, frames, Fraction(24), step, parameters, 0, draft, phase=phase
    )
    told = [] if notes is None else notes
    context = Context(lambda: None, told.append, 2)
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


def test_an_end_that_stands_still_for_long_is_told() -> None:
    notes: list[Note] = []
    render(Sliding(), 64, Fraction(1, 16), notes=notes)
    assert [(note.id, note.params) for note in notes] == [("note.retime_ends_held", {"frames": 15})]
    for source, step, frames, way in (
        (Sliding(), Fraction(1, 2), 8, "flow"),
        (Sliding(), Fraction(1, 16), 64, "nearest"),
        (Sliding(frames=1), Fraction(1, 16), 16, "flow"),
        (Sliding(after=1), Fraction(1, 16), 64, "flow"),
    ):
        notes.clear()
        render(source, frames, step, notes=notes, interpolation=way)
        assert notes == []


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


def test_a_clip_that_begins_between_two_frames_is_shown_from_there() -> None:
    source = Sliding()
    made = render(source, 3, Fraction(1, 2), phase=Fraction(3, 4))
    for index, frame in enumerate(made):
        assert error(frame, source.at(0.75 + index / 2)) < 0.03


def test_the_last_frames_time_reaches_to_the_mediums_next_frame() -> None:
    source = Sliding(after=1)
    made = render(source, 8, Fraction(1, 2))
    assert error(made[7], source.at(3.5)) < 0.03
    assert max(source.reads) == 4


@dataclass
class Pictures:
    """Grey pictures as a clip; ``after`` of them are beyond its end."""

    pictures: list[NDArray[np.uint8]]
    after: int = 0

    @property
    def info(self) -> MediaInfo:
        height, width = self.pictures[0].shape
        pixels = PixelFormat("grey", 8)
        return MediaInfo(width, height, self.frames, Fraction(24), pixels, ColourTags())

    @property
    def frames(self) -> int:
        return len(self.pictures) - self.after

    @property
    def spare(self) -> tuple[int, int]:
        return 0, self.after

    def read(self, index: int) -> Frame:
        return Frame((self.pictures[index],), PixelFormat("grey", 8), ColourTags())


def shot(seed: int, frames: int, size: tuple[int, int] = SIZE) -> list[NDArray[np.uint8]]:
    """A texture of its own that slides by three pixels a frame."""
    noise = np.random.default_rng(seed).standard_normal((size[1], size[0] + 3 * frames))
    soft = cv2.GaussianBlur(noise.astype(np.float32), (0, 0), 3)
    wide = np.clip(128 + 45 * soft / soft.std(), 0, 255).astype(np.uint8)
    return [np.ascontiguousarray(wide[:, 3 * i : 3 * i + size[0]]) for i in range(frames)]


def test_the_next_frame_of_the_medium_is_not_shown_where_it_is_of_another_shot() -> None:
    pictures = [*shot(1, 3), *shot(2, 1)]
    made = render(Pictures(pictures, after=1), 12, Fraction(1, 4))
    np.testing.assert_array_equal(made[11].planes[0], pictures[2])


def test_sixteen_times_slower_moves_evenly_and_keeps_to_the_shot() -> None:
    pictures = [*shot(1, 3), *shot(2, 3)]
    made = [frame.planes[0] for frame in render(Pictures(pictures), 81, Fraction(1, 16))]
    np.testing.assert_array_equal(made[39], pictures[2])
    np.testing.assert_array_equal(made[41], pictures[3])
    inner = np.s_[6:-6, 8:-8]
    steps = [float(cv2.absdiff(a[inner], b[inner]).mean()) for a, b in pairwise(made[:33])]
    assert max(steps) < 1.6 * float(np.median(steps))


@pytest.mark.parametrize(
    ("from_rate", "to_rate"),
    [(Fraction(24000, 1001), Fraction(25)), (Fraction(16), Fraction(24)), (Fraction(60), 24)],
)
def test_any_rate_to_any_other(from_rate: Fraction, to_rate: Fraction) -> None:
    source, step = Sliding(frames=12), from_rate / to_rate
    count = int(11 / step) + 1
    for index, frame in enumerate(render(source, count, step)):
        assert error(frame, source.at(float(index * step))) < 0.03


def ball(place: float) -> NDArray[np.uint8]:
    """A disc over a plain ground, whose fall becomes faster all the time."""
    picture = np.full((256, 192), 60, np.uint8)
    centre = (96 * 16, round((40 + 5 * place * place) * 16))
    cv2.circle(picture, centre, 18 * 16, 220, -1, cv2.LINE_AA, 4)
    cv2.circle(picture, centre, 9 * 16, 120, -1, cv2.LINE_AA, 4)
    return picture


def test_what_becomes_faster_is_met_where_it_is() -> None:
    pictures = [ball(place) for place in range(6)]
    true = ball(2.5).astype(float)
    near = render(Pictures(pictures), 6, Fraction(1, 2))[5].planes[0]
    alone = render(Pictures(pictures[2:4]), 2, Fraction(1, 2))[1].planes[0]
    misses = [float(np.square(made - true).mean()) for made in (near, alone)]
    assert misses[0] < 0.6 * misses[1]


def test_a_shutter_smears_along_the_motion_and_only_when_the_clip_becomes_faster() -> None:
    source = Sliding(frames=17)
    sharp = render(source, 3, Fraction(4))[1].planes[0].astype(float)
    smeared = render(source, 3, Fraction(4), motion_blur=0.5)[1].planes[0]
    places = np.arange(3.0, 5.0, 1 / 16) + 1 / 32
    true = np.mean([source.at(place).planes[0] for place in places], axis=0)
    inner = np.s_[6:-6, 16:-16]
    missed = np.abs(smeared[inner] - true[inner]).mean()
    assert missed < 0.2 * np.abs(sharp[inner] - true[inner]).mean()
    slow = [render(source, 3, Fraction(1, 2), motion_blur=share) for share in (0.0, 1.0)]
    np.testing.assert_array_equal(slow[0][1].planes[0], slow[1][1].planes[0])


def test_a_shutter_does_not_see_over_a_cut() -> None:
    pictures = [np.full((96, 160), 40, np.uint8)] * 4 + shot(2, 5)
    pictures[:4] = shot(1, 4)
    alone = render(Pictures(pictures[:4]), 2, Fraction(3), motion_blur=1.0)
    across = render(Pictures(pictures), 3, Fraction(3), motion_blur=1.0)
    np.testing.assert_array_equal(alone[1].planes[0], across[1].planes[0])


@pytest.mark.parametrize("kind", ["flow", "blend"])
def test_infinite_light_does_not_spoil_what_is_beside_it(kind: str) -> None:
    linear = ColourTags(transfer=8)
    source = Sliding(PixelFormat("rgb", 32, floating=True))
    frames = [replace(source.at(index), colour=linear) for index in range(4)]
    for frame in frames:
        frame.planes[0][40:44, 60:64] = np.inf
        frame.planes[1][50, 60] = np.nan

    class Burnt(Sliding):
        def read(self, index: int) -> Frame:
            return frames[index]

    for values in ({"motion_blur": 0.0}, {"motion_blur": 0.5}):
        step = Fraction(1, 2) if not values["motion_blur"] else Fraction(3, 2)
        made = render(Burnt(source.format), 2, step, interpolation=kind, **values)
        assert np.isfinite(made[1].planes[0][:30]).all()
        assert np.isfinite(made[1].planes[1][:, :40]).all()


@pytest.mark.parametrize("size", [(16, 16), (17, 33), (64, 5)])
@pytest.mark.parametrize("motion_blur", [0.0, 1.0])
def test_tiny_constant_and_short_clips_are_made(size: tuple[int, int], motion_blur: float) -> None:
    black = np.zeros(size[::-1], np.uint8)
    for count in (1, 2, 3):
        for step in (Fraction(1, 16), Fraction(1, 3), Fraction(7, 4)):
            made = render(Pictures([black] * count), 4, step, motion_blur=motion_blur)
            assert len(made) == 4
            assert not any(frame.planes[0].any() for frame in made)


def test_violent_motion_is_told_once_and_a_calm_clip_is_not() -> None:
    jumps = np.random.default_rng(5)
    grounds = shot(1, 1) * 4
    violent = [each.copy() for each in grounds]
    for picture in violent:
        blocks = jumps.integers(0, 2, (6, 4)) * 200 + 20
        picture[:, 96:] = np.kron(blocks, np.ones((16, 16)))
    notes: list[Note] = []
    render(Pictures(grounds), 6, Fraction(1, 2), notes=notes)
    assert not notes
    render(Pictures(violent), 6, Fraction(1, 2), notes=notes)
    assert [note.id for note in notes] == ["note.retime_too_fast"]
